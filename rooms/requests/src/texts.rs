//! Texts to begin with, from whoever keeps them: what is offered where an answer is written, and what requests answer by themselves.

use std::fmt;

use jiff::tz::TimeZone;
use kept_clients::read::{ClientCard, ContactCard};
use kept_journal::InForce;
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError};
use kept_wording::merge::{Merged, merge};

use crate::model::{Expected, Request};

/// Whoever keeps texts. The program joins it with this room.
pub trait Texts: Send + Sync {
    /// What is approved to be written, by occasion and language.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn offered(&self, read: &Read<'_>) -> Result<Vec<Text>, StoreError>;

    /// What is approved to be said at the phone, by occasion and language.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn scripts(&self, read: &Read<'_>) -> Result<Vec<Text>, StoreError>;

    /// An approved text: the one in use, or a version that was.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn text(
        &self,
        read: &Read<'_>,
        id: Id,
        version: Option<u32>,
    ) -> Result<Option<Text>, StoreError>;

    /// The approved text of an occasion in a language.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn of_occasion(
        &self,
        read: &Read<'_>,
        occasion: &str,
        language: &str,
    ) -> Result<Option<Text>, StoreError>;
}

/// Nobody keeps any.
pub(crate) struct NoTexts;

impl Texts for NoTexts {
    fn offered(&self, _: &Read<'_>) -> Result<Vec<Text>, StoreError> {
        Ok(Vec::new())
    }

    fn scripts(&self, _: &Read<'_>) -> Result<Vec<Text>, StoreError> {
        Ok(Vec::new())
    }

    fn text(&self, _: &Read<'_>, _: Id, _: Option<u32>) -> Result<Option<Text>, StoreError> {
        Ok(None)
    }

    fn of_occasion(&self, _: &Read<'_>, _: &str, _: &str) -> Result<Option<Text>, StoreError> {
        Ok(None)
    }
}

/// An approved text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The template.
    pub id: Id,
    /// Which of its versions.
    pub version: u32,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub occasion: String,
    /// Its language.
    pub language: String,
    /// The subject of a mail that begins a conversation; may be empty.
    pub subject: String,
    /// The text, with its fields.
    pub body: String,
}

/// From which text an answer was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The template.
    pub template: Id,
    /// Which of its versions.
    pub version: u32,
}

/// What is known where a text is used.
#[derive(Default)]
pub(crate) struct Known<'a> {
    pub(crate) request: Option<&'a Request>,
    pub(crate) contact: Option<&'a ContactCard>,
    pub(crate) client: Option<&'a ClientCard>,
    /// Whoever writes.
    pub(crate) me: Option<&'a str>,
    /// When we write again or are done.
    pub(crate) due: Option<Instant>,
    /// What the client is told to expect.
    pub(crate) expected: Option<&'a Expected>,
    /// A notice that it is done.
    pub(crate) notice: Option<Notice>,
}

/// What a notice says beside what was done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Notice {
    /// Until when it waits for the client's word, where the SOPs say it.
    pub(crate) until: Option<Instant>,
}

/// A text with what is known in its fields. What nobody knows is a gap.
pub(crate) fn filled(
    text: &str,
    language: &str,
    known: &Known<'_>,
    (rules, now): (&InForce, Instant),
) -> Merged {
    let zone = rules.program.company_calendar().time_zone();
    let say = Sayer {
        german: is_german(language),
        zone,
    };
    let name = known
        .contact
        .map(|one| one.name.clone())
        .or_else(|| known.request?.contact_name.clone())
        .unwrap_or_default();
    let client = known.client.map(|one| one.name.clone());
    let client = client.or_else(|| known.request.map(|one| one.client_name.clone()));
    let owner = known.client.and_then(|one| one.owner.as_ref());
    let me = known.me.unwrap_or_default();
    let request = known.request;
    let until = known.notice.and_then(|notice| notice.until);
    let values = [
        ("contact.first_name", first(&name)),
        ("contact.name", name),
        ("client.name", client.unwrap_or_default()),
        (
            "request.number",
            request.map(Request::mark).unwrap_or_default(),
        ),
        (
            "request.subject",
            request.map(|one| one.subject.clone()).unwrap_or_default(),
        ),
        (
            "resolution",
            request
                .and_then(|one| one.resolution.clone())
                .unwrap_or_default(),
        ),
        ("due", known.due.map(|at| say.when(at)).unwrap_or_default()),
        (
            "expectation",
            known
                .expected
                .map(|one| say.expectation(one))
                .unwrap_or_default(),
        ),
        ("until", until.map(|at| say.when(at)).unwrap_or_default()),
        (
            "silence",
            known
                .notice
                .map(|notice| say.silence(notice.until))
                .unwrap_or_default(),
        ),
        ("my.name", me.to_owned()),
        ("my.first_name", first(me)),
        (
            "account_manager",
            owner.map(|(_, name)| name.clone()).unwrap_or_default(),
        ),
        (
            "company",
            kept_clients::read::company(rules).unwrap_or_default(),
        ),
        ("today", say.day(now)),
    ];
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    merge(text, &values)
}

fn first(name: &str) -> String {
    name.split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn is_german(language: &str) -> bool {
    language.split(['-', '_']).next() == Some("de")
}

/// Says times and what follows of them, in the language of a text.
struct Sayer<'a> {
    german: bool,
    zone: &'a TimeZone,
}

impl Sayer<'_> {
    fn when(&self, at: Instant) -> String {
        let at = at.timestamp().to_zoned(self.zone.clone());
        let form = if self.german {
            "%d.%m.%Y, %H:%M Uhr"
        } else {
            "%A %-d %B, %H:%M"
        };
        at.strftime(form).to_string()
    }

    fn day(&self, at: Instant) -> String {
        let at = at.timestamp().to_zoned(self.zone.clone());
        let form = if self.german { "%d.%m.%Y" } else { "%-d %B %Y" };
        at.strftime(form).to_string()
    }

    fn expectation(&self, expected: &Expected) -> String {
        let both = (expected.done_at, expected.update_at);
        match (both, &expected.reason, self.german) {
            ((Some(at), _), _, false) => format!("We expect to be done by {}.", self.when(at)),
            ((Some(at), _), _, true) => {
                format!("Wir rechnen damit, bis {} fertig zu sein.", self.when(at))
            }
            ((None, Some(at)), _, false) => format!("You hear from us again by {}.", self.when(at)),
            ((None, Some(at)), _, true) => {
                format!("Sie hören bis {} wieder von uns.", self.when(at))
            }
            (_, Some(reason), false) => format!("We cannot say yet when we are done: {reason}"),
            (_, Some(reason), true) => {
                format!("Wann wir fertig sind, wissen wir noch nicht: {reason}")
            }
            (_, None, _) => String::new(),
        }
    }

    fn silence(&self, until: Option<Instant>) -> String {
        match (until, self.german) {
            (Some(at), false) => format!(
                "If we hear nothing from you until {}, we close it.",
                self.when(at)
            ),
            (Some(at), true) => format!(
                "Wenn wir bis {} nichts von Ihnen hören, schließen wir die Anfrage.",
                self.when(at)
            ),
            (None, false) => "We wait for your word.".to_owned(),
            (None, true) => "Wir warten auf Ihre Antwort.".to_owned(),
        }
    }
}

impl fmt::Debug for dyn Texts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Texts")
    }
}
