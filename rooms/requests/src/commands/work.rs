//! One command at work: it changes the request, gathers what was said and what happened, and writes all of it at the end.

use std::sync::PoisonError;

use kept_accounts::model::PersonId;
use kept_clients::ContactId;
use kept_journal::events::NewEvent;
use kept_journal::live;
use kept_kernel::{Id, Instant};
use kept_mail::{Address, Before, Enclosed, Letter, Thread, Voice as Speaks};
use kept_store::{StoreError, Write, params};
use kept_ui::prose;

use super::{RequestError, Step};
use crate::client_pages::LedTo;
use crate::model::{Request, RequestId, Voice};
use crate::telling::{Of, Said, Told, When, goes_along, promised, told};
use crate::{due, queries, search};

/// A message that is to be added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewMessage<'a> {
    pub(crate) voice: Voice,
    pub(crate) channel: &'a str,
    pub(crate) author: Option<PersonId>,
    pub(crate) contact: Option<ContactId>,
    pub(crate) text: &'a str,
    pub(crate) clause: Option<&'a str>,
}

/// A message of a request that has no row yet.
struct Spoken {
    id: Id,
    place: u32,
    voice: Voice,
    channel: String,
    author: Option<PersonId>,
    contact: Option<ContactId>,
    text: String,
    clause: Option<String>,
    at: Instant,
}

/// Words to the client, with all that goes along.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outward<'a> {
    /// In Markdown.
    pub(crate) text: &'a str,
    /// Where the client confirms.
    pub(crate) link: Option<&'a str>,
    /// Who else reads it.
    pub(crate) cc: Vec<Address>,
    /// Files of the request that go with it, by what they are called. Pictures among them may stand in the text.
    pub(crate) files: Vec<(Id, String)>,
}

/// Whether a file is shown where the text names it, by what it is called.
pub(crate) fn is_picture(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase());
    matches!(
        end.as_deref(),
        Some("png" | "jpg" | "jpeg" | "gif" | "webp")
    )
}

/// `Re`, `AW`, `SV`: what programs set before the subject of an answer.
fn is_reply(begin: &str) -> bool {
    const REPLIES: [&str; 8] = ["re", "aw", "sv", "antw", "ref", "res", "odp", "r"];
    let begin = begin.trim().to_lowercase();
    let begin = begin.trim_end_matches(|letter: char| "[]()0123456789".contains(letter));
    REPLIES.contains(&begin)
}

/// A command at work on one request.
pub(crate) struct Work<'a, 'b> {
    pub(crate) tx: &'a Write<'b>,
    pub(crate) step: &'a Step,
    /// As it shall be.
    pub(crate) request: Request,
    events: Vec<NewEvent>,
    used: usize,
    /// What was said on a request that is being made: its row comes first, and is written once, with all that follows.
    said: Option<Vec<Spoken>>,
}

impl<'a, 'b> Work<'a, 'b> {
    /// On a request that is held.
    pub(crate) fn on(tx: &'a Write<'b>, step: &'a Step, request: Request) -> Self {
        Self {
            tx,
            step,
            request,
            events: Vec::new(),
            used: 0,
            said: None,
        }
    }

    /// On a request that is being made.
    pub(crate) fn making(tx: &'a Write<'b>, step: &'a Step, request: Request) -> Self {
        Self {
            said: Some(Vec::new()),
            ..Self::on(tx, step, request)
        }
    }

    /// Now.
    pub(crate) fn at(&self) -> Instant {
        self.step.act.at
    }

    /// An id that was made before.
    pub(crate) fn id(&mut self) -> Result<Id, StoreError> {
        let id = self.step.ids.get(self.used).copied();
        self.used += 1;
        id.ok_or(StoreError::Missing("ids of a step"))
    }

    /// Something to say of an event.
    pub(crate) fn said(&self) -> Said<'a> {
        Said::nothing(&self.step.rules.register)
    }

    /// Whose it is.
    fn of(&self) -> Of {
        Of {
            request: self.request.id,
            client: self.request.client,
            contact: self.request.contact,
        }
    }

    /// Tells of an act, now.
    pub(crate) fn tell(&mut self, act: &str, said: &Said<'_>) -> Result<(), StoreError> {
        self.tell_of(Told::Act(act), said, self.at())
    }

    /// Tells of something that happened then.
    pub(crate) fn tell_of(
        &mut self,
        what: Told<'_>,
        said: &Said<'_>,
        at: Instant,
    ) -> Result<(), StoreError> {
        let (id, recorded_at) = (self.id()?, self.at());
        let of = self.of();
        let when = When { at, recorded_at };
        let rules = &self.step.rules;
        self.events.extend(told(
            rules,
            "request",
            (of, what),
            said,
            self.step.doer,
            (id, when),
        ));
        Ok(())
    }

    /// Tells of the client's mail that came in then and wants an answer.
    pub(crate) fn mail_came(&mut self, said: &Said<'_>, at: Instant) -> Result<(), StoreError> {
        self.tell_mail("receive-email", said, at)
    }

    /// Tells what became of the client's mails, if any of this conversation still wants an answer.
    pub(crate) fn mail_settled(&mut self, act: &str) -> Result<(), StoreError> {
        if self
            .tx
            .execute(queries::MAIL_SETTLED, &params![self.request.id])?
            > 0
        {
            self.mail_ended(act)?;
        }
        Ok(())
    }

    /// Tells what became of the mails of this request, which go on waiting elsewhere.
    pub(crate) fn mail_ended(&mut self, act: &str) -> Result<(), StoreError> {
        let (said, at) = (self.said(), self.at());
        self.tell_mail(act, &said, at)
    }

    fn tell_mail(&mut self, act: &str, said: &Said<'_>, at: Instant) -> Result<(), StoreError> {
        let id = self.id()?;
        self.tell_mail_then(act, said, (id, at));
        Ok(())
    }

    /// Tells of a mail what happened then, by an id that the step does not have: there may be more of them than it has ids.
    pub(crate) fn tell_mail_then(&mut self, act: &str, said: &Said<'_>, (id, at): (Id, Instant)) {
        let (of, recorded_at) = (self.of(), self.at());
        let (rules, what) = (&self.step.rules, (of, Told::Act(act)));
        let at = (id, When { at, recorded_at });
        self.events
            .extend(told(rules, "email", what, said, self.step.doer, at));
    }

    /// Tells that what hangs on the request belongs to the request's client from now on.
    pub(crate) fn tell_goes_along(&mut self, noun: &str, record: Id) -> Result<(), StoreError> {
        let (id, at) = (self.id()?, self.at());
        let of = self.of();
        let when = When {
            at,
            recorded_at: at,
        };
        let (rules, doer) = (&self.step.rules, self.step.doer);
        self.events
            .extend(goes_along(rules, of, (noun, record), doer, (id, when)));
        Ok(())
    }

    /// Tells what becomes of a promise; with its words and time where it is made.
    pub(crate) fn tell_promise(
        &mut self,
        act: &str,
        promise: Id,
        made: Option<(&str, Instant)>,
    ) -> Result<(), StoreError> {
        let (id, at) = (self.id()?, self.at());
        let of = self.of();
        let rules = &self.step.rules;
        self.events.extend(promised(
            rules,
            (of, promise),
            (act, made),
            self.step.doer,
            (id, at),
        ));
        Ok(())
    }

    /// Adds a message to the end. Returns its identity.
    pub(crate) fn message(&mut self, message: NewMessage<'_>) -> Result<Id, StoreError> {
        let (id, at) = (self.id()?, self.at());
        let spoken = self.spoken((id, at), message);
        match &mut self.said {
            Some(said) => said.push(spoken),
            None => spoken.put(self.tx, self.request.id)?,
        }
        Ok(id)
    }

    /// Adds what was said then to a request that is being made.
    pub(crate) fn message_then(&mut self, then: (Id, Instant), message: NewMessage<'_>) {
        let spoken = self.spoken(then, message);
        self.said.get_or_insert_default().push(spoken);
    }

    fn spoken(&mut self, (id, at): (Id, Instant), message: NewMessage<'_>) -> Spoken {
        self.request.messages += 1;
        if message.voice != Voice::Machine {
            self.request.last_at = at;
            self.request.last_voice = message.voice;
        }
        Spoken {
            id,
            place: self.request.messages,
            voice: message.voice,
            channel: message.channel.to_owned(),
            author: message.author,
            contact: message.contact,
            text: message.text.to_owned(),
            clause: message.clause.map(str::to_owned),
            at,
        }
    }

    /// What the procedure did, as a line of the thread.
    pub(crate) fn machine(&mut self, text: &str, rule: &str) -> Result<(), StoreError> {
        let clause = self.clause_of(rule);
        let author = match self.step.doer {
            crate::telling::Doer::Person(person) => Some(person),
            _ => None,
        };
        self.message(NewMessage {
            voice: Voice::Machine,
            channel: "",
            author,
            contact: None,
            text,
            clause: clause.as_deref(),
        })?;
        Ok(())
    }

    /// The clause of a rule of SR in force.
    fn clause_of(&self, rule: &str) -> Option<String> {
        let key = kept_language::ast::RuleKey {
            code: "SR".to_owned(),
            id: rule.to_owned(),
        };
        let (document, rule) = self.step.rules.library.rule(&key)?;
        Some(document.clause_of(rule))
    }

    /// Puts a message into the outbox as a letter of the same id, so that where it has got to is found again, and goes with it.
    fn mail(
        &self,
        message: Id,
        author: Option<PersonId>,
        words: &Outward<'_>,
    ) -> Result<(), StoreError> {
        let Some(email) = self.request.email.clone() else {
            return Ok(());
        };
        let name = self.request.contact_name.clone().unwrap_or_default();
        let author = match author {
            Some(person) => kept_accounts::queries::person(self.tx, person)?,
            None => None,
        };
        let voice = author.map_or(Speaks::Machine, |author| Speaks::Person(author.name));
        let last: Option<(String, String)> = self
            .tx
            .maybe(queries::LAST_MAIL, &params![self.request.id])?;
        let (subject, from) = match last {
            Some((subject, from)) => (self.answering(&subject), Some(from)),
            None => {
                let subject = format!("[{}] {}", self.request.mark(), self.request.subject);
                let of = params![self.request.id];
                let chosen: Option<(String,)> = self.tx.maybe(queries::WRITES_FROM, &of)?;
                (subject, chosen.map(|(address,)| address))
            }
        };
        let to = Address { name, email };
        let mut letter = Letter::to_address(to, voice, subject, prose::letter(words.text));
        let picture = |name: &str| {
            let mut files = words.files.iter();
            let (id, _) = files.find(|(_, one)| one == name && is_picture(one))?;
            Some(Enclosed::place(*id))
        };
        letter.html = Some(prose::prose_with(words.text, picture).to_string());
        letter.cc.clone_from(&words.cc);
        letter.files = words.files.iter().map(|(id, _)| id.to_string()).collect();
        letter.from = from;
        letter.thread = self.thread(message)?;
        let of = self
            .request
            .contact
            .map(|contact| (self.request.id, contact));
        let led_to = match words.link {
            Some(_) => LedTo::Settle,
            None => LedTo::See,
        };
        let pages = match of {
            Some(of) => self.step.client_pages.link(self.tx, of, led_to)?,
            None => None,
        };
        // Who comes into our pages says there whether it is settled, and why not: a link of its own is for those who do not.
        if let Some((words, path)) = pages {
            letter = letter.link(words, path);
        } else if let Some(path) = words.link {
            letter = letter.link("Tell us whether this settles it", path);
        }
        kept_mail::put(self.tx, message, &letter, self.at())
    }

    /// Where a letter stands in the conversation: after the mails that came in and those that left.
    fn thread(&self, message: Id) -> Result<Option<Thread>, StoreError> {
        let mut before = queries::before(self.tx, self.request.id)?;
        // The message itself stands there already.
        before.retain(|one| *one != Before::ours(message));
        let theirs = |one: &&Before| matches!(one, Before::Theirs(_));
        let answered = before.iter().rfind(theirs).or(before.last()).cloned();
        Ok(answered.map(|answered| Thread {
            in_reply_to: Some(answered),
            references: before,
            ..Thread::default()
        }))
    }

    /// The subject of the mail that is answered: a conversation holds together in mail programs only while its subject stays.
    fn answering(&self, subject: &str) -> String {
        let bare = match subject.split_once(':') {
            Some((re, rest)) if is_reply(re) => rest.trim(),
            _ => subject.trim(),
        };
        match bare {
            "" => format!("Re: {}", self.request.mark()),
            bare => format!("Re: {bare}"),
        }
    }

    /// Words of ours to the client: a message, and a mail where there is an address. Returns the message's identity.
    pub(crate) fn write_to_client(
        &mut self,
        channel: &str,
        words: &Outward<'_>,
    ) -> Result<Id, StoreError> {
        let author = match self.step.doer {
            crate::telling::Doer::Person(person) => Some(person),
            _ => None,
        };
        let message = self.message(NewMessage {
            voice: Voice::Us,
            channel,
            author,
            contact: None,
            text: words.text,
            clause: None,
        })?;
        if channel != "phone" && channel != "in person" {
            self.mail(message, author, words)?;
        }
        Ok(message)
    }

    /// Whatever ends with an answer or with the end of the work: it waits no longer.
    pub(crate) fn no_longer_waits(&mut self) {
        self.request.waiting = None;
        self.request.waiting_since = None;
    }

    /// Writes the request, what happened with all that it brings about, and the entry of the audit.
    pub(crate) fn finish(
        mut self,
        act: &str,
        detail: &serde_json::Value,
    ) -> Result<Request, RequestError> {
        self.record()?;
        self.keep()?;
        let object = ("request", &*self.request.id.to_string());
        self.step.act.write(self.tx, act, object, detail)?;
        Ok(self.request)
    }

    fn record(&self) -> Result<(), StoreError> {
        if self.events.is_empty() {
            return Ok(());
        }
        let ahead = self.step.ahead.lock();
        let ahead = ahead.unwrap_or_else(PoisonError::into_inner).take();
        live::record_after(self.tx, &self.step.rules, &self.events, self.at(), ahead)?;
        Ok(())
    }

    /// Writes the row with the deadline that follows, and lets the search say it.
    fn keep(&mut self) -> Result<(), RequestError> {
        let due = due::next(self.tx, self.request.id)?;
        self.request.due_at = due.at;
        self.request.due_opened_at = due.opened_at;
        self.request.due_rule = due.rule;
        let Some(said) = self.said.take() else {
            self.save()?;
            self.request.revision += 1;
            return Ok(search::follow(self.tx, self.request.id)?);
        };
        queries::add(self.tx, &self.request)?;
        for spoken in &said {
            spoken.put(self.tx, self.request.id)?;
        }
        let found = said.iter().filter(|said| said.voice != Voice::Machine);
        let found = found.map(|said| said.text.as_str());
        Ok(search::begin(self.tx, &self.request, found)?)
    }

    fn save(&mut self) -> Result<(), RequestError> {
        let one = &self.request;
        let saved = self.tx.execute(
            queries::SAVE,
            &params![
                one.id,
                one.revision,
                one.contact,
                &one.subject,
                &one.category,
                &one.urgency,
                &one.impact,
                &one.priority,
                &one.department,
                one.state().name(),
                &one.ending,
                &one.resolution,
                &one.reason,
                one.assignee,
                one.team,
                one.expected_at,
                one.update_at,
                one.acknowledged_at,
                one.answered_at,
                one.prioritised_at,
                one.escalated_at,
                one.agreed_at,
                one.waiting_since,
                one.resolved_at,
                one.notice_at,
                one.confirmed_at,
                one.closed_at,
                one.reopened_at,
                one.complex_at,
                one.snoozed_until,
                one.messages,
                one.last_at,
                one.last_voice.name(),
                one.merged_into,
                one.due_at,
                one.due_opened_at,
                &one.due_rule,
            ],
        )?;
        if saved == 0 {
            return Err(RequestError::Changed);
        }
        Ok(())
    }
}

impl Work<'_, '_> {
    /// The first half of the step's ids is used by another request.
    pub(crate) fn skip_to_second_half(&mut self) {
        self.used = self.step.ids.len() / 2;
    }

    /// Writes the request and what happened: the entry of the audit is another one's.
    pub(crate) fn finish_quietly(mut self) -> Result<(), RequestError> {
        self.record()?;
        self.keep()
    }
}

impl Spoken {
    fn put(&self, tx: &Write<'_>, request: RequestId) -> Result<(), StoreError> {
        tx.put(
            queries::ADD_MESSAGE,
            &params![
                request,
                self.place,
                self.id,
                self.voice.name(),
                &self.channel,
                self.author,
                self.contact,
                &self.text,
                &self.clause,
                self.at,
            ],
        )
    }
}
