//! The meanings of the language and of clocks, each as SOP text, a few lines of events, and what comes of them.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod calendars;
mod changes;
mod courses;
mod discharge;
mod documents;
mod escalation;
mod exceptions;
mod gates;
mod hard_cases;
mod late_news;
mod pauses;
mod people;
mod procedures;
mod retention;
mod rhythms;
mod samples;
mod stage;
mod stages;
mod versions;
mod what_if;
mod why;
