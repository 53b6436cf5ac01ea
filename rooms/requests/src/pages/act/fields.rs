//! The forms of a request's page: what each sends, and the command that it means.

use kept_accounts::Signed;
use kept_accounts::model::{PersonId, TeamId};
use kept_kernel::{Id, Instant};
use kept_mail::Address;
use serde::Deserialize;

use super::super::compose::addresses;
use super::{Command, fault};
use crate::commands::{
    Answer, CLOSING_NOTICE, Closing, Correction, End, IDS_OF_SPLIT, Judged, Leaves, LinkKind,
    NewTask, Outgoing, Promised, RESOLUTION, Rerouting, Resolving, Splitting, StepDone,
    acknowledge_request, add_tag, add_task, admit_person, assign_request, client_writes,
    close_request, confirm_resolution, correct_request, do_step, drop_link, drop_tag, end_request,
    end_waiting, hasten_answer, held, keep_outgoing, keep_promise, link_requests, merge_request,
    needs_no_answer, note_request, prioritise_request, recall_answer, reopen_request,
    reply_to_request, reroute_request, resolve_request, send_notice, snooze_request, split_request,
    take_file_off, turn_task, wait_for, withdraw_promise,
};
use crate::model::{Expected, Fault, RequestId, Waiting, instant_of};
use crate::room::Room;
use crate::texts::Begun;

/// All fields that the forms of the page have; each form has some of them.
#[derive(Deserialize)]
pub struct Fields {
    revision: Option<u32>,
    seen: Option<u32>,
    voice: Option<String>,
    text: Option<String>,
    channel: Option<String>,
    expected_at: Option<String>,
    update_at: Option<String>,
    why_not: Option<String>,
    category: Option<String>,
    urgency: Option<String>,
    impact: Option<String>,
    assignee: Option<String>,
    department: Option<String>,
    team: Option<String>,
    reason: Option<String>,
    whom: Option<String>,
    resolution: Option<String>,
    notice: bool,
    despite: Option<String>,
    unasked: Option<String>,
    ending: Option<String>,
    why: Option<String>,
    step: Option<String>,
    words: Option<String>,
    agreed_at: Option<String>,
    tag: Option<String>,
    title: Option<String>,
    task: Option<String>,
    done: bool,
    kind: Option<String>,
    other: Option<String>,
    linked: Option<String>,
    until: Option<String>,
    subject: Option<String>,
    moved: Vec<u32>,
    /// Who asks, as it is corrected, and whether it may go over to another client.
    who: Option<String>,
    moves: Option<String>,
    due_on: Option<String>,
    /// Who reads it of those who take part, and all of these as they stood there.
    cc: Vec<String>,
    reader: Vec<String>,
    send_at: Option<String>,
    email: Option<String>,
    file: Option<String>,
    promise: Option<String>,
    /// The promises that were found, and those that are to be recorded: `2026-02-03T12:00 by noon`.
    offered: Vec<String>,
    promised: Vec<String>,
    /// Whether it was asked why it goes by another way than the contact prefers, and why.
    asked_why: bool,
    otherwise: Option<String>,
    /// The template that is to be used, and the one that was: `0192… 3`.
    pick: Option<String>,
    from: Option<String>,
    /// Of a message that opens a request: to whom, and who reads it too.
    contact: Option<String>,
    cc_to: Option<String>,
    /// And from which mailbox.
    mailbox: Option<String>,
    /// When the page was opened, in microseconds.
    opened: Option<i64>,
    /// The addresses of the house, folded; filled in here, never by a form.
    #[serde(skip)]
    pub(in crate::pages) house: Vec<String>,
    /// What was remarked on the words; filled in here, never by a form.
    #[serde(skip)]
    pub(in crate::pages) remarked: crate::wording::Remarked,
}

/// What is to be done, and what is said when it is.
pub struct Done {
    pub(super) command: Command,
    pub(super) said: &'static str,
    pub(super) way: Option<String>,
    /// Where it is taken back.
    pub(super) undo: Option<String>,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "each form is read to this, and most can fail"
)]
fn done(
    said: &'static str,
    command: impl Fn(
        &kept_store::Write<'_>,
        &crate::commands::Step,
        &crate::commands::By,
    ) -> Result<crate::model::Request, crate::commands::RequestError>
    + Send
    + Sync
    + 'static,
) -> Result<Option<Done>, Vec<Fault>> {
    Ok(Some(Done {
        command: Box::new(command),
        said,
        way: None,
        undo: None,
    }))
}

type Read = Result<Option<Done>, Vec<Fault>>;

impl Fields {
    /// The words of an answer.
    pub(in crate::pages) fn words(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// When we write again, as it is typed.
    pub(in crate::pages) fn update(&self) -> Option<&str> {
        self.update_at.as_deref()
    }

    /// A time that was chosen to be it.
    pub(in crate::pages) fn promise(&self) -> Option<&str> {
        self.promise.as_deref()
    }

    /// By which way it goes.
    pub(in crate::pages) fn way(&self) -> &str {
        match self.channel.as_deref() {
            None | Some("") => "email",
            Some(way) => way,
        }
    }

    /// Why it goes by another way than the contact prefers.
    pub(in crate::pages) fn otherwise(&self) -> Option<&str> {
        self.otherwise
            .as_deref()
            .map(str::trim)
            .filter(|why| !why.is_empty())
    }

    /// When the page was opened that this comes from.
    pub(in crate::pages) fn opened(&self) -> Option<Instant> {
        self.opened.map(Instant::from_micros)
    }

    /// Whether a promise is to be recorded: each is, unless it was offered and taken back.
    pub(in crate::pages) fn records(&self, civil: &str, words: &str) -> bool {
        let one = format!("{civil} {words}");
        !self.offered.contains(&one) || self.promised.contains(&one)
    }

    /// The contact to whom a message goes that opens a request.
    pub(in crate::pages) fn contact(&self) -> Option<&str> {
        self.contact.as_deref().filter(|id| !id.is_empty())
    }

    /// Who reads it too, as it is typed.
    pub(in crate::pages) fn cc_to(&self) -> &str {
        self.cc_to.as_deref().unwrap_or_default()
    }

    /// Whom it leaves out of those who take part, with blanks between them.
    pub(in crate::pages) fn left_out(&self) -> String {
        let left_out = self.reader.iter().filter(|one| !self.cc.contains(one));
        let left_out: Vec<&str> = left_out.map(String::as_str).collect();
        left_out.join(" ")
    }

    /// The mailbox that it leaves from.
    pub(in crate::pages) fn mailbox(&self) -> Option<&str> {
        self.mailbox
            .as_deref()
            .filter(|address| !address.is_empty())
    }

    /// The template that is to be used.
    pub(in crate::pages) fn pick(&self) -> Option<Id> {
        self.pick.as_deref()?.parse().ok()
    }

    /// The same, as the form says it.
    pub(in crate::pages) fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// The template that the words were begun with.
    fn begun_with(&self) -> Option<Begun> {
        let (template, version) = self.from.as_deref()?.split_once(' ')?;
        Some(Begun {
            template: template.parse().ok()?,
            version: version.parse().ok()?,
        })
    }

    /// With other words, and when we write again.
    pub(in crate::pages) fn with_words(self, text: String, update_at: String) -> Self {
        Self {
            text: Some(text),
            update_at: Some(update_at),
            ..self
        }
    }

    /// The promises that are to be recorded.
    fn promises(&self, room: &Room) -> Vec<Promised> {
        let zone = room.zone();
        let read = |one: &String| {
            let (civil, words) = one.split_once(' ')?;
            let due = instant_of(civil, &zone)?;
            let words = words.to_owned();
            Some(Promised { words, due })
        };
        self.promised.iter().filter_map(read).collect()
    }

    /// Whether this form sends words to the client.
    pub(in crate::pages) fn answers(&self, act: &str) -> bool {
        act == "messages" && !matches!(self.voice.as_deref(), Some("note" | "client"))
    }

    /// The command that this form means; none: there is no such act.
    pub(super) fn command(
        self,
        room: &Room,
        signed: &Signed,
        (id, act): (RequestId, &str),
    ) -> Read {
        let at = (id, self.revision);
        match act {
            "messages" | "acknowledgement" => self.talk(room, (id, act)),
            "resolution" | "notice" | "confirmation" | "closure" | "ending" | "reopening" => {
                self.end(room, (id, act))
            }
            "priority" => {
                let judged = Judged {
                    category: words(self.category),
                    urgency: words(self.urgency),
                    impact: words(self.impact),
                };
                done("Its priority is set.", move |tx, step, by| {
                    prioritise_request(tx, step, by, at, &judged)
                })
            }
            "assignment" => self.assign(signed.person, at),
            "rerouting" => self.reroute(at),
            "waiting" => self.wait(at),
            "steps" => self.step(room, at),
            "snooze" => self.snooze(room, at),
            "recall" | "dispatch" | "people" | "enclosures" | "no-answer" => self.send(id, act),
            _ => self.hang(room, (id, act)),
        }
    }

    fn expected(&self, room: &Room) -> Result<Expected, Vec<Fault>> {
        let zone = room.zone();
        let time = |text: &Option<String>, wrong: Fault| match text.as_deref() {
            None => Ok(None),
            Some(text) => instant_of(text, &zone).map(Some).ok_or_else(|| vec![wrong]),
        };
        Ok(Expected {
            done_at: time(&self.expected_at, Fault::NoExpectedTime)?,
            update_at: time(&self.update_at, Fault::NoUpdateTime)?,
            reason: self.why_not.clone(),
        })
    }

    fn talk(mut self, room: &Room, (id, act): (RequestId, &str)) -> Read {
        let at = (id, self.revision);
        let text = words(self.text.clone());
        match (act, self.voice.as_deref()) {
            ("messages", Some("note")) => done("The note is kept.", move |tx, step, by| {
                note_request(tx, step, by, id, &text)
            }),
            ("messages", Some("client")) => {
                done("What the client said is kept.", move |tx, step, by| {
                    let request = held(tx, by, (id, None))?;
                    let mut step = step.clone();
                    step.doer = crate::telling::Doer::Client;
                    client_writes(tx, &step, id, ("phone", request.contact, &text))
                })
            }
            _ => {
                let leaves = self.leaves(room)?;
                let remarked = std::mem::take(&mut self.remarked);
                let cc = (act == "messages").then(|| self.cc.clone());
                let answer = Answer {
                    cc,
                    ..self.answer(room, remarked)?
                };
                match (act, leaves) {
                    ("acknowledgement", Some(leaves)) => {
                        kept(room, at, (Outgoing::Acknowledgement, leaves, answer))
                    }
                    ("acknowledgement", None) => {
                        done("The client knows that we have it.", move |tx, step, by| {
                            acknowledge_request(tx, step, by, at, &answer)
                        })
                    }
                    (_, Some(leaves)) => kept(room, (id, None), (Outgoing::Answer, leaves, answer)),
                    (_, None) => done("The answer is on its way.", move |tx, step, by| {
                        reply_to_request(tx, step, by, (id, None), &answer)
                    }),
                }
            }
        }
    }

    /// The answer that it means, with what was remarked on it. Everybody who takes part reads it.
    pub(in crate::pages) fn answer(
        &self,
        room: &Room,
        remarked: crate::wording::Remarked,
    ) -> Result<Answer, Vec<Fault>> {
        if self.asked_why && self.otherwise().is_none() {
            return fault(Fault::NoOtherwise);
        }
        let admits = self.copied()?;
        Ok(Answer {
            expected: self.expected(room)?,
            promised: self.promises(room),
            otherwise: self.otherwise().map(str::to_owned),
            from: self.begun_with(),
            cc: None,
            admits,
            text: words(self.text.clone()),
            channel: words(self.channel.clone()),
            seen: self.seen,
            remarked,
        })
    }

    /// Who reads it too and did not until now. The house's own mailboxes are not among them: what went there would come in again.
    pub(in crate::pages) fn copied(&self) -> Result<Vec<Address>, Vec<Fault>> {
        let all = addresses(self.cc_to()).ok_or_else(|| vec![Fault::BadCc])?;
        let is_ours = |one: &Address| self.house.contains(&one.email.to_lowercase());
        if all.iter().any(is_ours) {
            return fault(Fault::OwnCc);
        }
        Ok(all)
    }

    /// When the answer leaves; none: at once. What was told otherwise than by mail is told already.
    pub(in crate::pages) fn leaves(&self, room: &Room) -> Result<Option<Leaves>, Vec<Fault>> {
        if matches!(self.channel.as_deref(), Some("phone" | "in person")) {
            return Ok(None);
        }
        if self.voice.as_deref() == Some("morning") {
            return Ok(Some(Leaves::NextMorning));
        }
        match self.send_at.as_deref() {
            Some(text) => {
                let at = instant_of(text, &room.zone()).ok_or_else(|| vec![Fault::NoSendTime])?;
                Ok(Some(Leaves::At(at)))
            }
            None => Ok(room.hold.map(Leaves::After)),
        }
    }

    /// What is done with an answer before it leaves, and with those who read it.
    fn send(self, id: RequestId, act: &str) -> Read {
        match act {
            "recall" => done(
                "It is taken back. Your words are below, to go on with.",
                move |tx, _, by| recall_answer(tx, by, id),
            ),
            "dispatch" => done("The answer is on its way.", move |tx, step, by| {
                hasten_answer(tx, step, by, id)
            }),
            "no-answer" => done("The mail needs no answer.", move |tx, step, by| {
                needs_no_answer(tx, step, by, id)
            }),
            "people" => {
                let (email, admit) = (words(self.email), self.done);
                let said = if admit {
                    "They read our answers from now on."
                } else {
                    "They are not written to."
                };
                done(said, move |tx, step, by| {
                    admit_person(tx, step, by, id, (&email, admit))
                })
            }
            _ => {
                let file: Id = words(self.file).parse().map_err(|_| vec![Fault::NoText])?;
                done("The file is taken off.", move |tx, step, by| {
                    take_file_off(tx, step, by, (id, file))
                })
            }
        }
    }

    fn end(self, room: &Room, (id, act): (RequestId, &str)) -> Read {
        let at = (id, self.revision);
        match act {
            "resolution" => self.resolve(room, at),
            "notice" => {
                let (link, leaves) = (room.link(id), room.hold.map(Leaves::After));
                match leaves {
                    Some(leaves) => {
                        let what = notice_of(CLOSING_NOTICE, link);
                        kept(room, at, (what, leaves, Answer::default()))
                    }
                    None => done("The closing notice is on its way.", move |tx, step, by| {
                        send_notice(tx, step, by, at, link.as_deref())
                    }),
                }
            }
            "confirmation" => done("The client's word is recorded.", move |tx, step, by| {
                confirm_resolution(tx, step, Some(by), at)
            }),
            "closure" => {
                let closing = Closing {
                    despite: self.despite,
                    unasked: self.unasked,
                };
                done("It is closed.", move |tx, step, by| {
                    close_request(tx, step, by, at, &closing)
                })
            }
            "ending" => {
                let end = self.ending.as_deref().and_then(End::named);
                let Some(end) = end else {
                    return fault(Fault::NoReason);
                };
                let why = words(self.why);
                done("It has ended.", move |tx, step, by| {
                    end_request(tx, step, by, at, (end, &why))
                })
            }
            _ => {
                let why = words(self.why);
                done("It is open again.", move |tx, step, by| {
                    reopen_request(tx, step, by, at, &why)
                })
            }
        }
    }

    /// It is resolved at once; that the client is told can be taken back as all that leaves.
    fn resolve(self, room: &Room, at: (RequestId, Option<u32>)) -> Read {
        let leaves = room.hold.map(Leaves::After).filter(|_| self.notice);
        let (link, new) = (room.link(at.0), room.world.id());
        let resolving = Resolving {
            resolution: words(self.resolution),
            notice: self.notice && leaves.is_none(),
            link: link.clone(),
        };
        let Some(leaves) = leaves else {
            return done("It is resolved.", move |tx, step, by| {
                resolve_request(tx, step, by, at, &resolving)
            });
        };
        let what = notice_of(RESOLUTION, link);
        let said = "It is resolved. The client is told in ten seconds.";
        let read = done(said, move |tx, step, by| {
            resolve_request(tx, step, by, at, &resolving)?;
            let leaving = (&what, leaves, &Answer::default());
            keep_outgoing(tx, step, by, ((at.0, None), new), leaving)
        });
        with_recall(read, at.0)
    }

    fn assign(self, me: PersonId, at: (RequestId, Option<u32>)) -> Read {
        let to = match self.assignee.as_deref() {
            Some("me") => Some(me),
            None | Some("nobody") => None,
            Some(other) => Some(other.parse().map_err(|_| vec![Fault::UnknownPerson])?),
        };
        done("It has changed hands.", move |tx, step, by| {
            assign_request(tx, step, by, at, to)
        })
    }

    fn reroute(self, at: (RequestId, Option<u32>)) -> Read {
        let team = self.team.as_deref().map(str::parse::<TeamId>).transpose();
        let to = Rerouting {
            department: self.department,
            team: team.map_err(|_| vec![Fault::UnknownTeam])?,
            reason: words(self.reason),
        };
        done("It is sent on.", move |tx, step, by| {
            reroute_request(tx, step, by, at, &to)
        })
    }

    fn wait(self, at: (RequestId, Option<u32>)) -> Read {
        match self.whom.as_deref() {
            Some("client") => done("It waits for the client.", move |tx, step, by| {
                wait_for(tx, step, by, at, Waiting::Client)
            }),
            Some("third party") => done("It waits for a third party.", move |tx, step, by| {
                wait_for(tx, step, by, at, Waiting::ThirdParty)
            }),
            _ => done("It goes on.", move |tx, step, by| {
                end_waiting(tx, step, by, at)
            }),
        }
    }

    fn step(self, room: &Room, at: (RequestId, Option<u32>)) -> Read {
        let zone = room.zone();
        let agreed = self
            .agreed_at
            .as_deref()
            .map(|text| instant_of(text, &zone));
        if agreed == Some(None) {
            return fault(Fault::NoUpdateTime);
        }
        let step_done = StepDone {
            act: words(self.step),
            words: words(self.words),
            agreed_at: agreed.flatten(),
        };
        done("The step is done.", move |tx, step, by| {
            do_step(tx, step, by, at, &step_done)
        })
    }

    fn snooze(self, room: &Room, at: (RequestId, Option<u32>)) -> Read {
        let now = room.world.now();
        let until = match self.until.as_deref() {
            Some("tomorrow") => now.plus_micros(86_400_000_000),
            Some("week") => now.plus_micros(7 * 86_400_000_000),
            None | Some("now") => Instant::from_micros(0),
            Some(text) => match instant_of(text, &room.zone()).filter(|until| *until > now) {
                Some(until) => until,
                None => return fault(Fault::NoWakeTime),
            },
        };
        done(
            "It is set aside, and comes back by itself.",
            move |tx, step, by| snooze_request(tx, step, by, at, until),
        )
    }

    fn hang(self, room: &Room, (id, act): (RequestId, &str)) -> Read {
        match act {
            "tags" => {
                let tag = words(self.tag);
                let off = self.done;
                done("The tags are changed.", move |tx, step, by| {
                    if off {
                        drop_tag(tx, step, by, id, &tag)
                    } else {
                        add_tag(tx, step, by, id, &tag)
                    }
                })
            }
            "promises" => self.see_to_promise(id),
            "tasks" => self.task(id),
            "correction" => self.correct(id),
            "links" => self.link(id),
            "merging" => {
                let at = (id, self.revision);
                let other = words(self.other);
                done("The two are one.", move |tx, step, by| {
                    merge_request(tx, step, by, at, &other)
                })
            }
            "splitting" => {
                let new = room.new_id();
                let splitting = Splitting {
                    subject: words(self.subject),
                    moved: self.moved,
                    ids: (0..IDS_OF_SPLIT).map(|_| room.world.id()).collect(),
                };
                done("A second request is open.", move |tx, step, by| {
                    split_request(tx, step, by, (id, new), &splitting)
                })
            }
            _ => Ok(None),
        }
    }

    fn see_to_promise(self, id: RequestId) -> Read {
        let promise: Id = words(self.promise)
            .parse()
            .map_err(|_| vec![Fault::NoText])?;
        if self.done {
            return done("The promise is kept.", move |tx, step, by| {
                keep_promise(tx, step, by, (id, promise))
            });
        }
        let why = words(self.why);
        done("The promise is withdrawn.", move |tx, step, by| {
            withdraw_promise(tx, step, by, (id, promise), &why)
        })
    }

    fn correct(self, id: RequestId) -> Read {
        let at = (id, self.revision);
        let correction = Correction {
            subject: words(self.subject),
            who: words(self.who),
            moves: self.moves.is_some(),
        };
        done("It is put right.", move |tx, step, by| {
            correct_request(tx, step, by, at, &correction)
        })
    }

    fn task(self, id: RequestId) -> Read {
        if let Some(task) = self.task.as_deref() {
            let task: Id = task.parse().map_err(|_| vec![Fault::NoText])?;
            let is_done = self.done;
            return done("The task is changed.", move |tx, step, by| {
                turn_task(tx, step, by, id, (task, is_done))
            });
        }
        let assignee = self.assignee.as_deref().map(str::parse).transpose();
        let due_on = self.due_on.as_deref().map(str::parse).transpose();
        let task = NewTask {
            title: words(self.title),
            assignee: assignee.map_err(|_| vec![Fault::UnknownPerson])?,
            due_on: due_on.map_err(|_| vec![Fault::NoDay])?,
        };
        done("The task is added.", move |tx, step, by| {
            add_task(tx, step, by, id, &task)
        })
    }

    fn link(self, id: RequestId) -> Read {
        if let Some(linked) = self.linked.as_deref() {
            let linked: RequestId = linked.parse().map_err(|_| vec![Fault::UnknownRequest])?;
            return done("The link is taken back.", move |tx, step, by| {
                drop_link(tx, step, by, (id, linked))
            });
        }
        let kind = self.kind.as_deref().and_then(LinkKind::named);
        let (kind, other) = (kind.unwrap_or(LinkKind::Related), words(self.other));
        done("They are linked.", move |tx, step, by| {
            link_requests(tx, step, by, id, (kind, &other))
        })
    }
}

/// Keeps what is written until it leaves, and says how it is taken back.
fn kept(
    room: &Room,
    at: (RequestId, Option<u32>),
    (what, leaves, answer): (Outgoing, Leaves, Answer),
) -> Read {
    let new = room.world.id();
    let said = match (&what, leaves) {
        (Outgoing::Answer, Leaves::After(_)) => "The answer leaves in ten seconds.",
        (_, Leaves::After(_)) => "It leaves in ten seconds.",
        (_, Leaves::At(_) | Leaves::NextMorning) => "The answer is kept, and leaves by itself.",
    };
    let read = done(said, move |tx, step, by| {
        keep_outgoing(tx, step, by, (at, new), (&what, leaves, &answer))
    });
    with_recall(read, at.0)
}

fn with_recall(read: Read, id: RequestId) -> Read {
    let undo = format!("/requests/{id}/acts/recall");
    Ok(read?.map(|done| Done {
        undo: Some(undo),
        ..done
    }))
}

fn notice_of(occasion: &str, link: Option<String>) -> Outgoing {
    Outgoing::Notice {
        occasion: occasion.to_owned(),
        link,
    }
}

fn words(text: Option<String>) -> String {
    text.unwrap_or_default()
}
