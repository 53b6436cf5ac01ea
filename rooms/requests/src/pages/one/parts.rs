//! Parts of a request's page: the thread with its three voices, and the gate.

use std::cmp::Ordering;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_engine::GateAnswer;
use kept_journal::InForce;
use kept_journal::outbox::Fate;
use kept_kernel::{Id, Instant};
use kept_mail::reading::{self, PieceKind};
use kept_ui::parts::{Avatar, Check, ClauseKind, ClauseMark, Gate};
use kept_ui::{Filled, Html, prose};
use kept_wording::{Change, redline};

use super::super::queue::channel_of;
use super::super::{capital, exact, short};
use super::outgoing::{FateShown, fate};
use super::{voice_words, written};
use crate::commands::{MOST_MOVED, gates_in_words, is_picture};
use crate::model::{FileRow, Message, Request, RequestId, Voice};
use crate::queries::{MailOf, TaskRow, WrittenRow};

/// A piece of the thread: a message, or a run of what the procedure did.
pub(super) struct Piece {
    /// `client`, `us`, `note` or `machine`.
    pub(super) voice: &'static str,
    pub(super) spoken: &'static str,
    pub(super) avatar: Avatar,
    pub(super) name: String,
    pub(super) by_way: String,
    pub(super) text: Html,
    pub(super) when: String,
    pub(super) exact: String,
    pub(super) files: Vec<(String, String, String)>,
    /// What it was as a mail.
    pub(super) mail: Option<MailShown>,
    /// What became of it, where it is ours and went by mail.
    pub(super) fate: Option<FateShown>,
    /// What it only carries along: quoted mails and signatures, folded.
    pub(super) folded: Vec<(&'static str, Html)>,
    pub(super) steps: Vec<MachineStep>,
    /// The template that it was begun with.
    pub(super) begun: Option<BegunShown>,
}

/// The template that a message was begun with, and what was changed in it.
pub(super) struct BegunShown {
    pub(super) name: String,
    pub(super) changes: Vec<Change>,
}

/// What a message was as a mail.
pub(super) struct MailShown {
    /// Where it is shown as it came.
    pub(super) href: String,
    pub(super) from: String,
    /// The address that it was sent from, where it asks for answers to another.
    pub(super) sent_by: Option<String>,
    pub(super) subject: String,
    /// What its sender is worth, and the state of a clock that colours it.
    pub(super) sender: (&'static str, &'static str),
    pub(super) has_html: bool,
}

/// Something that the procedure did.
pub(super) struct MachineStep {
    pub(super) words: String,
    pub(super) clause: Option<ClauseMark>,
    pub(super) when: String,
}

/// What hangs on messages: files, what they were as mails, what became of them, the templates that they were begun with.
pub(super) struct Around<'a> {
    pub(super) files: &'a [FileRow],
    pub(super) mails: &'a [MailOf],
    pub(super) fates: &'a [(Id, Fate)],
    pub(super) written: &'a [WrittenRow],
}

/// The thread, oldest first; runs of the procedure are folded.
pub(super) fn pieces(
    rules: &InForce,
    messages: &[Message],
    around: &Around<'_>,
    (id, zone): (RequestId, &TimeZone),
) -> Vec<Piece> {
    let Around {
        files,
        mails,
        fates,
        written,
    } = *around;
    let mut pieces: Vec<Piece> = Vec::new();
    for message in messages {
        let of_it = files.iter().filter(|file| file.place == message.place);
        let file = |file: &FileRow| {
            let href = format!("/requests/{id}/files/{}", file.id);
            (href, file.name.clone(), size_words(file.size))
        };
        if message.voice == Voice::Machine {
            let step = MachineStep {
                words: message.text.clone(),
                clause: message.clause.as_deref().map(|clause| mark(rules, clause)),
                when: short(message.at, zone),
            };
            match pieces.last_mut().filter(|last| last.voice == "machine") {
                Some(last) => last.steps.push(step),
                None => pieces.push(piece(message, zone, vec![step])),
            }
            continue;
        }
        let mut one = piece(message, zone, Vec::new());
        one.files = of_it.clone().map(file).collect();
        if message.voice != Voice::Client {
            let picture = |name: &str| {
                let mut files = of_it.clone().filter(|file| is_picture(&file.name));
                let file = files.find(|file| file.name == name)?;
                Some(format!("/requests/{id}/files/{}/picture", file.id))
            };
            one.text = prose::prose_with(&message.text, picture);
        }
        let known = fates.iter().find(|(parcel, _)| *parcel == message.id);
        one.fate = known.map(|(_, known)| fate(known, zone));
        let begun = written.iter().find(|(of, ..)| *of == message.id);
        one.begun = begun.map(|(_, name, version, text, edited)| BegunShown {
            name: format!("{name}, version {version}"),
            changes: if *edited {
                redline(text, &message.text)
            } else {
                Vec::new()
            },
        });
        if let Some(mail) = mails.iter().find(|mail| mail.place == message.place) {
            as_mail(&mut one, message, mail);
        }
        pieces.push(one);
    }
    pieces
}

fn piece(message: &Message, zone: &TimeZone, steps: Vec<MachineStep>) -> Piece {
    let name = match (&message.name, message.voice) {
        (Some(name), _) => name.clone(),
        (None, Voice::Client) => "The client".to_owned(),
        (None, Voice::Machine) => "The procedure".to_owned(),
        (None, _) => "A program".to_owned(),
    };
    let avatar = if message.voice == Voice::Client {
        Avatar::of_client(&name)
    } else {
        Avatar::of_us(&name)
    };
    let way = channel_of(&message.channel).0.to_lowercase();
    Piece {
        voice: message.voice.name(),
        spoken: voice_words(message.voice),
        avatar,
        name,
        begun: None,
        by_way: match message.voice {
            Voice::Client => format!("by {way}"),
            Voice::Us => format!("to the client, by {way}"),
            _ => String::new(),
        },
        text: written(&message.text),
        when: short(message.at, zone),
        exact: exact(message.at, zone),
        files: Vec::new(),
        mail: None,
        fate: None,
        folded: Vec::new(),
        steps,
    }
}

/// Shows a message as the mail that it was: what is new in it, and the rest folded.
fn as_mail(one: &mut Piece, message: &Message, mail: &MailOf) {
    let (mut new, mut folded) = (String::new(), Vec::new());
    for piece in reading::pieces(&message.text) {
        match piece.kind {
            PieceKind::New => new.push_str(piece.text),
            PieceKind::Quote => folded.push(("Quoted text", written(piece.text))),
            PieceKind::Signature => folded.push(("Signature", written(piece.text))),
        }
    }
    one.text = written(&new);
    one.folded = folded;
    if message.name.is_none() {
        let name = if mail.name.is_empty() {
            &mail.email
        } else {
            &mail.name
        };
        one.name.clone_from(name);
        // Of our own colleagues a message has the name; without one it is somebody from outside.
        one.avatar = Avatar::of_client(name);
    }
    one.mail = Some(MailShown {
        href: format!("/messages/{}", mail.mail),
        from: if mail.email.is_empty() {
            "no address".to_owned()
        } else {
            mail.email.clone()
        },
        sent_by: mail.sent_by.clone(),
        subject: mail.subject.clone(),
        sender: match mail.verdict.as_str() {
            "verified" => ("verified sender", "met"),
            "forged" => ("not from this sender", "overdue"),
            _ => ("unverified sender", "today"),
        },
        has_html: mail.has_html,
    });
}

/// A task as a line.
pub(super) struct TaskLine {
    pub(super) id: Id,
    pub(super) title: String,
    pub(super) done: bool,
    /// Who did it, or is to do it.
    pub(super) who: Option<String>,
    /// Until the end of which day, and the state of a clock that colours it.
    pub(super) due: Option<(String, &'static str)>,
}

/// The tasks, with how the day of each stands.
pub(super) fn tasks(rows: Vec<TaskRow>, now: Instant, zone: &TimeZone) -> Vec<TaskLine> {
    let rows = rows.into_iter();
    rows.map(|one| task(one, now, zone)).collect()
}

fn task(row: TaskRow, now: Instant, zone: &TimeZone) -> TaskLine {
    let (id, title, done_at, by, assignee, due_on) = row;
    let today = now.timestamp().to_zoned(zone.clone()).date();
    let day = due_on.and_then(|day| day.parse::<Date>().ok());
    let due = day.map(|day| {
        let state = match day.cmp(&today) {
            _ if done_at.is_some() => "met",
            Ordering::Less => "overdue",
            Ordering::Equal => "today",
            Ordering::Greater => "running",
        };
        let words = match state {
            "overdue" => format!("was due {}", day.strftime("%a %-d %b")),
            "today" => "due today".to_owned(),
            _ => format!("due {}", day.strftime("%a %-d %b")),
        };
        (words, state)
    });
    TaskLine {
        id,
        title,
        done: done_at.is_some(),
        who: if done_at.is_some() { by } else { assignee },
        due,
    }
}

/// Something that the client said, which may stand in a request of its own too.
pub(super) struct Movable {
    pub(super) place: u32,
    pub(super) when: String,
    pub(super) words: String,
    pub(super) chosen: bool,
}

/// What the client said, the newest of it last and chosen, unless somebody has chosen already.
pub(super) fn movable<'a>(
    messages: impl Iterator<Item = &'a Message>,
    form: &Filled,
    zone: &TimeZone,
) -> Vec<Movable> {
    let chosen: Vec<&str> = form.all("moved").collect();
    let theirs = messages.filter(|one| one.voice == Voice::Client);
    let mut all: Vec<Movable> = theirs
        .map(|one| Movable {
            place: one.place,
            when: short(one.at, zone),
            words: first_words(&one.text),
            chosen: chosen.contains(&one.place.to_string().as_str()),
        })
        .collect();
    let over = all.len().saturating_sub(MOST_MOVED);
    all.drain(..over);
    if let Some(last) = all.last_mut().filter(|_| chosen.is_empty()) {
        last.chosen = true;
    }
    all
}

/// As much of a message as tells it from the others.
fn first_words(text: &str) -> String {
    const MOST: usize = 80;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or("(no words)");
    let mut words: String = line.chars().take(MOST).collect();
    if line.chars().nth(MOST).is_some() {
        words.push('…');
    }
    words
}

fn mark(_rules: &InForce, clause: &str) -> ClauseMark {
    let (code, number) = clause.split_once(' ').unwrap_or((clause, ""));
    let anchor = number.replace(' ', "-");
    ClauseMark::new(clause, format!("/sops/{code}#{anchor}"))
        .card(format!("/sops/clause/{code}/{number}"))
}

fn size_words(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// What stands before the closing: what the shut gates ask for, and what is there.
pub(super) fn gate(rules: &InForce, of: &Request, answer: &GateAnswer) -> Gate {
    let mut checks = Vec::new();
    let mut clause = None;
    for shut in &gates_in_words(rules, answer.shut.clone()) {
        clause.get_or_insert_with(|| shut.clause.clone());
        let mut ways = shut.missing.iter();
        if let Some(first) = ways.next() {
            let rest: Vec<&str> = ways.map(String::as_str).collect();
            let check = Check::missing(capital(first));
            checks.push(if rest.is_empty() {
                check
            } else {
                check.hint(format!("or {}", rest.join(", or ")))
            });
        }
    }
    let there = [
        (of.resolution.is_some(), "What was done is written down"),
        (of.confirmed_at.is_some(), "The client has confirmed it"),
        (of.assignee.is_some(), "Somebody works on it"),
        (of.prioritised_at.is_some(), "Category and priority are set"),
    ];
    let there = there.into_iter().filter(|(is_there, _)| *is_there);
    checks.extend(there.map(|(_, words)| Check::done(words)));
    let heading = if answer.is_open() {
        format!("{} can be closed", of.mark())
    } else {
        format!("{} cannot be closed yet", of.mark())
    };
    let clause = clause.unwrap_or_else(|| "SR 4.6".to_owned());
    Gate {
        mark: mark(rules, &clause).kind(ClauseKind::Gate),
        heading,
        checks,
    }
}

/// Whether somebody holds, for each shut gate, a role that the SOPs let pass.
pub(super) fn may_pass(rules: &InForce, signed: &Signed, answer: &GateAnswer) -> bool {
    let register = &rules.register;
    let holds = |role: &str| {
        let role = register.role(role).map(|role| register[role].id.as_str());
        role.is_some_and(|role| signed.roles().iter().any(|held| held == role))
    };
    let passes = |gate: &kept_engine::ShutGate| gate.may_pass.iter().any(|(role, _)| holds(role));
    !answer.is_open() && answer.shut.iter().all(passes)
}
