//! The meanings of the language and of clocks, each as SOP text, a few lines of events, and what comes of them.

mod common;
mod pauses;
