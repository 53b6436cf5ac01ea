//! What is known around a message: for whom it is, in which language, when it is written, and how the house speaks.

use std::fmt;

use jiff::tz::TimeZone;
use kept_calendar::Calendar;
use kept_kernel::Instant;

use crate::spelling::{Speller, Usual};

/// What is known around a message. Begin with [`About::new`] and change what differs.
#[derive(Clone)]
pub struct About<'a> {
    /// The language that its reader reads, as a tag (`en`, `de-CH`).
    pub language: &'a str,
    /// The name of whoever it is written to.
    pub contact: Option<&'a str>,
    /// Whether they are at home in the words of the trade: then no jargon is remarked.
    pub fluent: bool,
    /// Whether they were greeted a little while ago: then no greeting is missed.
    pub greeted: bool,
    /// When they are told, beside the text, that we write again or are done.
    pub next_at: Option<Instant>,
    /// The words of the house.
    pub house: &'a [HouseWord],
    /// From which length on something is too long.
    pub limits: Limits,
    /// When it is written.
    pub now: Instant,
    /// The zone that days and times of the text are meant in.
    pub zone: TimeZone,
    /// When the house works: a day without a time ends with its closing.
    pub calendar: &'a Calendar,
    /// Who looks at the spelling; nobody: it is not looked at.
    pub speller: Option<&'a dyn Speller>,
}

/// How the house speaks: one wording that is not wanted, and what to say in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseWord {
    /// What is not said, in any letters, large or small.
    pub avoid: String,
    /// What is said; empty: nothing in its place.
    pub say: String,
    /// Why; empty: because the house says so.
    pub why: String,
}

/// From which length on something is too long, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole message.
    pub message: usize,
    /// A paragraph.
    pub paragraph: usize,
    /// A sentence.
    pub sentence: usize,
}

impl Default for Limits {
    /// 300, 100 and 30 words.
    fn default() -> Self {
        Self {
            message: 300,
            paragraph: 100,
            sentence: 30,
        }
    }
}

impl<'a> About<'a> {
    /// A message in English, written now, to somebody who is not known, in the zone of the calendar.
    pub fn new(now: Instant, calendar: &'a Calendar) -> Self {
        Self {
            language: "en",
            contact: None,
            fluent: false,
            greeted: false,
            next_at: None,
            house: &[],
            limits: Limits::default(),
            now,
            zone: calendar.time_zone().clone(),
            calendar,
            speller: Some(&Usual),
        }
    }

    pub(crate) fn is_english(&self) -> bool {
        let main = self.language.split(['-', '_']).next().unwrap_or_default();
        main.eq_ignore_ascii_case("en")
    }
}

impl fmt::Debug for About<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("About")
            .field("language", &self.language)
            .field("contact", &self.contact)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
