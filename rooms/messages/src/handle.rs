//! Handling: a mail that is kept is read, and brought to where it belongs. The row, what it does to a request and all that follows
//! are one transaction. A mail that cannot be handled as what it says becomes a request with its bytes attached; one that cannot
//! even be that is set aside with the reason. No mail is handled twice, and none holds up another.

mod answers;
mod bounce;
mod decide;
mod lane;
mod row;
mod thread;
mod writer;

use std::collections::HashSet;
use std::thread::ScopedJoinHandle;

pub(crate) use answers::may_answer;
use kept_kernel::{Id, Instant};
use kept_mail::checking::Finding;
use kept_mail::reading::{Incoming, Verdict, sha256};
use kept_mail::{Mail, MailFile, Placed};
use kept_store::{StoreError, Write, params};

use crate::desk::{Desk, DeskError, Step};
use crate::model::{Mailbox, MailboxId, Outcome};
use crate::queries;
use crate::room::Room;
use lane::Lanes;
use writer::Judged;

/// After so many tries a mail is brought in as a file, without being understood.
const TRIES: u32 = 3;
/// How long a mail waits that could not be handled.
const WAIT: i64 = 60 * 1_000_000;
/// So many files of a mail are put on a request; all are in its bytes.
const FILES: usize = 100;
/// So many mails are worked at beside one another.
const AT_ONCE: usize = 8;

/// What became of a mail, and why.
pub(super) struct Decided {
    pub(super) outcome: Outcome,
    pub(super) reason: Option<String>,
    pub(super) placed: Option<Placed>,
    /// On this request, without being a message there.
    pub(super) request: Option<Id>,
}

impl Decided {
    fn placed(outcome: Outcome, placed: Placed) -> Self {
        Self {
            outcome,
            reason: None,
            placed: Some(placed),
            request: Some(placed.request),
        }
    }

    fn aside(reason: &str) -> Self {
        Self {
            outcome: Outcome::Aside,
            reason: Some(reason.to_owned()),
            placed: None,
            request: None,
        }
    }

    fn on(outcome: Outcome, request: Option<Id>, reason: Option<String>) -> Self {
        Self {
            outcome,
            reason,
            placed: None,
            request,
        }
    }
}

/// A mail at work: what it says, and all that a transaction needs and must not make itself.
pub(super) struct Work {
    pub(super) raw: Id,
    pub(super) id: Id,
    pub(super) mailbox: MailboxId,
    pub(super) received_at: Instant,
    pub(super) now: Instant,
    pub(super) mail: Incoming,
    /// What its sender is worth.
    pub(super) finding: Finding,
    /// Which letter of ours it is, where it is one.
    pub(super) letter: Option<Id>,
    /// Its bytes as a file, where the mail itself could not be brought in.
    pub(super) whole: Option<(Vec<u8>, [u8; 32])>,
    pub(super) file_ids: Vec<Id>,
    /// For what is answered by itself.
    pub(super) answer: [Id; 2],
    pub(super) step: Box<dyn Step>,
}

impl Room {
    /// Handles a mail that is kept and waits. Does nothing with one that was handled. Blocks.
    ///
    /// # Errors
    ///
    /// Only where the database cannot be asked at all; what goes wrong with the mail itself is kept beside it.
    pub fn handle(&self, raw: Id) -> Result<(), StoreError> {
        match self.judged(raw)? {
            Some(judged) => self.bring(raw, judged),
            None => Ok(()),
        }
    }

    /// Handles several, those of one conversation or one sender in this order, the others beside them.
    pub(crate) fn handle_all(&self, raws: &[Id]) -> Result<(), StoreError> {
        for some in raws.chunks(AT_ONCE) {
            let judged = beside(some, |raw| self.judged(*raw));
            let mut lanes = Lanes::default();
            for (raw, judged) in some.iter().zip(judged) {
                if let Some(judged) = judged? {
                    lanes.add(lane::marks_of(&judged.mail), (*raw, judged));
                }
            }
            let brought = beside(lanes.done(), |lane| {
                let mut lane = lane.into_iter();
                lane.try_for_each(|(raw, judged)| self.bring(raw, judged))
            });
            brought.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(())
    }

    fn bring(&self, raw: Id, judged: Judged) -> Result<(), StoreError> {
        let tries = judged.tries;
        let work = self.at_work(raw, judged, tries >= TRIES);
        let room = self.clone();
        let handled = self.store.write(move |tx| handled(&room, tx, &work));
        match handled.wait() {
            Ok(None) => Ok(()),
            Ok(Some(decided)) => {
                self.desk.changed(decided.request);
                Ok(())
            }
            Err(DeskError::Store(error)) if error.is_passing() => Err(error),
            Err(error) => self.later(raw, tries, &error.to_string()),
        }
    }

    fn at_work(&self, raw: Id, judged: Judged, as_file: bool) -> Work {
        let (content, mut mail) = (judged.content, judged.mail);
        let letter = self.marks.letter(&content).map(|(letter, _)| letter);
        let hash = as_file.then(|| sha256(&content));
        let whole = hash.map(|hash| (content, hash));
        if as_file {
            mail.parts.clear();
            mail.report = None;
        }
        mail.parts.truncate(FILES);
        let files = mail.parts.len() + usize::from(as_file);
        Work {
            raw,
            id: self.world.id(),
            mailbox: judged.mailbox,
            received_at: judged.received_at,
            now: self.world.now(),
            file_ids: (0..files).map(|_| self.world.id()).collect(),
            answer: [self.world.id(), self.world.id()],
            step: self.desk.prepare(),
            mail,
            finding: judged.finding,
            letter,
            whole,
        }
    }

    /// It is tried again, as a file in the end, and set aside when even that fails.
    fn later(&self, raw: Id, tries: u32, why: &str) -> Result<(), StoreError> {
        let (now, why) = (self.world.now(), why.to_owned());
        if tries <= TRIES {
            let again = self.store.write(move |tx| {
                let at = now.plus_micros(WAIT * i64::from(tries + 1));
                tx.execute(queries::AGAIN, &params![raw, at, &why])
            });
            return again.wait().map(drop);
        }
        let Some(judged) = self.judged(raw)? else {
            return Ok(());
        };
        let work = self.at_work(raw, judged, true);
        let aside = self.store.write(move |tx| {
            let words = format!("It could not be brought in: {why}");
            let decided = Decided::aside(&words);
            if tx.execute(queries::CLAIM, &params![work.raw, work.now])? == 1 {
                row::put(tx, &work, &decided)?;
            }
            Ok::<_, StoreError>(())
        });
        aside.wait()
    }
}

/// The same work on each, beside one another. Falls over where one of them does, after the others are done.
fn beside<One: Send, Done: Send>(
    all: impl IntoIterator<Item = One>,
    work: impl Fn(One) -> Done + Sync,
) -> Vec<Done> {
    let work = &work;
    std::thread::scope(|scope| {
        let begun: Vec<_> = all
            .into_iter()
            .map(|one| scope.spawn(move || work(one)))
            .collect();
        let done: Vec<_> = begun.into_iter().map(ScopedJoinHandle::join).collect();
        let done = done.into_iter();
        done.map(|one| one.unwrap_or_else(|fell| std::panic::resume_unwind(fell)))
            .collect()
    })
}

/// Does it all, where nobody else has. None: somebody has.
fn handled(room: &Room, tx: &Write<'_>, work: &Work) -> Result<Option<Decided>, DeskError> {
    if tx.execute(queries::CLAIM, &params![work.raw, work.now])? == 0 {
        return Ok(None);
    }
    let mailbox = queries::mailbox(tx, work.mailbox)?.ok_or(StoreError::Missing("MAILBOX"))?;
    let decided = decide::decide(room, tx, work, &mailbox)?;
    row::put(tx, work, &decided)?;
    if let Some(report) = work
        .mail
        .report
        .as_ref()
        .filter(|_| decided.outcome == Outcome::Bounce)
    {
        bounce::mark(tx, work, report, decided.request)?;
    }
    if decided.outcome == Outcome::Opened {
        answers::receipt(tx, work, &mailbox, decided.placed)?;
    }
    Ok(Some(decided))
}

impl Work {
    /// As the desk sees it. `own` are addresses of the house: whoever has one of them does not take part as somebody else.
    fn for_desk<'w>(&'w self, mailbox: &'w Mailbox, own: &HashSet<String>) -> Mail<'w> {
        let mail = &self.mail;
        let author = mail.answer_to().filter(|_| mail.author().is_some());
        let (name, email) = author.map_or(("", ""), |author| (&*author.name, &*author.email));
        // Answers go where the mail says. Whoever sent it from elsewhere is shown, and reads nothing along.
        let sender = mail.author().map_or("", |sender| &sender.email);
        let sent_by = (queries::folded(sender) != queries::folded(email)).then_some(sender);
        let from = mail.from.iter().filter(|_| sent_by.is_none());
        let all = from.chain(mail.recipients());
        let people = all
            .map(|one| (&*one.name, &*one.email))
            .filter(|(_, email)| !is_own(own, email))
            .take(50);
        let mut ids = self.file_ids.iter().copied();
        let parts = mail
            .parts
            .iter()
            .filter(|part| part.cid.is_none() || !part.inline);
        let mut files: Vec<MailFile<'w>> = parts
            .filter_map(|part| {
                Some(MailFile {
                    id: ids.next()?,
                    name: &part.name,
                    content: &part.content,
                    sha256: &part.sha256,
                })
            })
            .collect();
        if let Some(((content, sha256), id)) = self.whole.as_ref().zip(ids.next()) {
            files.push(MailFile {
                id,
                name: "mail.eml",
                content,
                sha256,
            });
        }
        Mail {
            id: self.id,
            message_id: mail.message_id.as_deref(),
            came_to: &mailbox.address,
            team: mailbox.team,
            category: Some(mailbox.category.as_str()).filter(|one| !one.is_empty()),
            name,
            email,
            subject: &mail.subject,
            verdict: vouched(self.finding.verdict, sent_by, email),
            sent_by,
            needs_answer: mail.automatic.is_none() && !decide::is_thanks(&mail.text),
            text: &mail.text,
            has_html: mail.html.is_some(),
            people: people.collect(),
            files,
        }
    }
}

/// What the address is worth to which answers go: our server vouches for the domain of whoever sent the mail, and for no other.
fn vouched(verdict: Verdict, sent_by: Option<&str>, email: &str) -> Verdict {
    let domain = |address: &str| {
        let (_, domain) = address.rsplit_once('@')?;
        Some(domain.to_lowercase())
    };
    match sent_by {
        Some(sender) if verdict == Verdict::Verified && domain(sender) != domain(email) => {
            Verdict::Unverified
        }
        _ => verdict,
    }
}

/// Whether an address is one of the house, also with a token behind its plus.
fn is_own(own: &HashSet<String>, email: &str) -> bool {
    let folded = queries::folded(email);
    let plain = folded.split_once('@').and_then(|(local, domain)| {
        let (plain, _) = local.split_once('+')?;
        Some(format!("{plain}@{domain}"))
    });
    own.contains(&folded) || plain.is_some_and(|plain| own.contains(&plain))
}

/// All addresses of the house, in small letters.
fn own_addresses(desk: &dyn Desk, tx: &Write<'_>) -> Result<HashSet<String>, StoreError> {
    let rows: Vec<(String,)> = tx.all(queries::ADDRESSES, &[])?;
    let mut own: HashSet<String> = rows.into_iter().map(|(address,)| address).collect();
    own.extend(desk.own_addresses(tx)?);
    Ok(own)
}
