//! The timeline of a client: everything the journal says of it and of what belongs to it, and the notes, in words.

use jiff::tz::TimeZone;
use kept_engine::{OwnedActor, OwnedEvent, OwnedWhat};
use kept_journal::{InForce, events};
use kept_kernel::{Id, Instant};
use kept_language::ast::Value;
use kept_rooms::{RecordNames, RecordPages};
use kept_store::{Read, StoreError, params};
use kept_ui::Icon;

use super::said::said;
use crate::model::{ClientId, Note};
use crate::queries;

/// What one page of it has.
pub(super) const ON_A_PAGE: usize = 30;

/// Which part of it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Everything,
    Messages,
    Requests,
    Meetings,
    Sales,
    Notes,
}

impl Shown {
    pub(super) const ALL: [Self; 6] = [
        Self::Everything,
        Self::Messages,
        Self::Requests,
        Self::Meetings,
        Self::Sales,
        Self::Notes,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Messages => "messages",
            Self::Requests => "requests",
            Self::Meetings => "meetings",
            Self::Sales => "sales",
            Self::Notes => "notes",
        }
    }

    pub(super) fn named(name: Option<&str>) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|one| Some(one.name()) == name)
            .unwrap_or(Self::Everything)
    }

    /// The kinds of record; none: all.
    const fn nouns(self) -> &'static [&'static str] {
        match self {
            Self::Everything | Self::Notes => &[],
            Self::Messages => &["email", "message", "call", "interaction"],
            Self::Requests => &["request", "complaint", "conflict", "feedback"],
            Self::Meetings => &["meeting", "proposal", "project", "promise"],
            Self::Sales => &["sale", "agreement"],
        }
    }
}

/// What is read for a page: events and notes, each with its place.
pub(super) enum Told {
    Event(Id, Box<OwnedEvent>),
    Note(Note),
}

impl Told {
    pub(super) fn place(&self) -> (Instant, Id) {
        match self {
            Self::Event(id, event) => (event.at, *id),
            Self::Note(note) => (note.written_at, note.id),
        }
    }
}

/// A page of the timeline of a client and of those that were merged into it, the newest first: one more than a page has, where
/// there is more.
pub(super) fn told(
    read: &Read<'_>,
    rules: &InForce,
    clients: &[ClientId],
    (shown, before): (Shown, (Instant, Id)),
) -> Result<Vec<Told>, StoreError> {
    let limit = ON_A_PAGE as u32 + 1;
    let mut all = Vec::new();
    for client in clients {
        if shown != Shown::Notes {
            let id = client.to_string();
            let latest =
                events::latest_of_client(read, &rules.codec, (&id, shown.nouns()), before, limit)?;
            all.extend(
                latest
                    .into_iter()
                    .map(|(id, event)| Told::Event(id, Box::new(event))),
            );
        }
    }
    if let Some(client) = clients.first()
        && matches!(shown, Shown::Everything | Shown::Notes)
    {
        let notes: Vec<Note> =
            read.all(queries::NOTES, &params![*client, before.0, before.1, limit])?;
        all.extend(notes.into_iter().map(Told::Note));
    }
    all.sort_by_key(|told| std::cmp::Reverse(told.place()));
    all.truncate(limit as usize);
    Ok(all)
}

/// What the records are called to which something happened, but for the client itself; requests only for who may read them.
pub(super) fn of_records(
    read: &Read<'_>,
    (rules, pages): (&InForce, &RecordPages),
    (told, reads_requests): (&[Told], bool),
) -> Result<RecordNames, StoreError> {
    let records = told.iter().filter_map(|told| match told {
        Told::Event(_, event) => Some((rules.codec.noun(event.case.0), event.case.1.as_str())),
        Told::Note(_) => None,
    });
    let shown =
        records.filter(|(noun, _)| *noun != "client" && (reads_requests || *noun != "request"));
    pages.names(read, shown)
}

/// An entry as the page shows it.
pub(super) struct Entry {
    /// The month, where another begins.
    pub(super) month: Option<String>,
    pub(super) voice: &'static str,
    pub(super) icon: Icon,
    pub(super) who: String,
    pub(super) words: String,
    pub(super) small: String,
    pub(super) href: Option<String>,
    /// What it happened to, by number and name.
    pub(super) named: Option<String>,
    pub(super) time: String,
    pub(super) exact: String,
    pub(super) note: Option<(Id, bool)>,
}

/// The entries of a page.
pub(super) fn entries(
    (rules, pages): (&InForce, &RecordPages),
    (told, names): (&[Told], &RecordNames),
    zone: &TimeZone,
) -> Vec<Entry> {
    let mut month = String::new();
    let mut entry = |told: &Told| {
        let mut entry = match told {
            Told::Event(_, event) => {
                let noun = rules.codec.noun(event.case.0);
                let named = names.get(noun, &event.case.1).map(str::to_owned);
                let href = pages.href(noun, &event.case.1);
                let entry = of_event(rules, event);
                Entry {
                    href: named.as_ref().and(href).or(entry.href.clone()),
                    named,
                    ..entry
                }
            }
            Told::Note(note) => of_note(note),
        };
        let (at, _) = told.place();
        let of = said(at, zone, "%B %Y");
        if of != month {
            entry.month = Some(of.clone());
            month = of;
        }
        entry.time = said(at, zone, "%-d %b %H:%M");
        entry.exact = said(at, zone, "%A %-d %B %Y, %H:%M:%S %Q");
        entry
    };
    told.iter().take(ON_A_PAGE).map(&mut entry).collect()
}

pub(super) fn of_note(note: &Note) -> Entry {
    Entry {
        month: None,
        voice: "is-us",
        icon: if note.pinned_at.is_some() {
            Icon::PIN
        } else {
            Icon::NOTE
        },
        who: String::new(),
        words: note.text.clone(),
        small: note
            .written_by
            .clone()
            .unwrap_or_else(|| "A former colleague".to_owned()),
        href: None,
        named: None,
        time: String::new(),
        exact: String::new(),
        note: Some((note.id, note.pinned_at.is_some())),
    }
}

fn of_event(rules: &InForce, event: &OwnedEvent) -> Entry {
    let noun = rules.codec.noun(event.case.0);
    let (voice, who) = match &event.actor {
        OwnedActor::Person(person) => ("is-us", rules.directory.name(person).to_owned()),
        OwnedActor::Client => ("is-client", "The client".to_owned()),
        OwnedActor::System | OwnedActor::Unknown => ("is-machine", String::new()),
    };
    let facts = facts(rules, event);
    let (words, small) = match words(rules, event) {
        Some(words) => (words, facts),
        None if facts.is_empty() => ("what is known of it has changed".to_owned(), facts),
        None => (facts, String::new()),
    };
    Entry {
        month: None,
        voice,
        icon: icon(noun),
        who,
        words: capitalised(&words),
        small,
        href: (noun == "request").then(|| format!("/requests/{}", event.case.1)),
        named: None,
        time: String::new(),
        exact: String::new(),
        note: None,
    }
}

/// What happened, in the words of the vocabulary; none: only what is known has changed.
fn words(rules: &InForce, event: &OwnedEvent) -> Option<String> {
    let register = &rules.register;
    let noun = register[event.case.0].says.as_str();
    Some(match &event.what {
        OwnedWhat::Act(act) => {
            let act = &register[*act];
            let phrase = act.happens.first().unwrap_or(&act.phrase);
            register.with_the_noun(phrase)
        }
        OwnedWhat::Facts => return None,
        OwnedWhat::Merged(_) => format!("the {noun} was merged into another"),
        OwnedWhat::Split(_) => format!("the {noun} was split off another"),
        OwnedWhat::Granted(rule, ..) => {
            format!("an exception to {} {} was granted", rule.code, rule.id)
        }
        OwnedWhat::GivenUp(rule) => format!("the duty of {} {} was given up", rule.code, rule.id),
        OwnedWhat::DeadlineSet(rule, _) => {
            format!("the deadline of {} {} was set by hand", rule.code, rule.id)
        }
        OwnedWhat::Undone(_) => "something was taken back".to_owned(),
    })
}

/// What became known with it: `tier Gold, annual revenue 620000`.
fn facts(rules: &InForce, event: &OwnedEvent) -> String {
    // What travels with each event, such as the tier, says nothing about this one.
    let own = match &event.what {
        OwnedWhat::Act(act) => Some(&rules.register[*act].facts),
        _ => None,
    };
    let told = event
        .facts
        .iter()
        .filter(|(id, _)| own.is_none_or(|own| own.contains(id)));
    let said = told.filter_map(|(id, value)| {
        let fact = &rules.register[*id];
        let value = match value {
            None => "no longer known".to_owned(),
            Some(Value::Choice(place)) => fact.values.get(usize::from(*place))?.clone(),
            Some(Value::YesNo(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Duration(span)) => span.to_string(),
            Some(Value::Date(day)) => day.to_string(),
            Some(Value::Instant(_) | Value::Text(_)) => return None,
        };
        Some(format!("{} {value}", fact.name))
    });
    let said: Vec<String> = said.collect();
    said.join(", ")
}

fn icon(noun: &str) -> Icon {
    match noun {
        "email" | "message" | "interaction" => Icon::MAIL,
        "call" => Icon::PHONE,
        "request" => Icon::REQUESTS,
        "complaint" | "conflict" => Icon::CONFLICTS,
        "feedback" => Icon::FEEDBACK,
        "meeting" | "proposal" => Icon::MEETING,
        "sale" | "agreement" => Icon::SALE,
        "promise" => Icon::PROMISE,
        _ => Icon::CLIENTS,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
