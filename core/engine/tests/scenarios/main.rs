//! The meanings of the language and of clocks, each as SOP text, a few lines of events, and what comes of them.

mod changes;
mod discharge;
mod escalation;
mod exceptions;
mod gates;
mod late_news;
mod pauses;
mod procedures;
mod rhythms;
mod stage;
mod versions;
