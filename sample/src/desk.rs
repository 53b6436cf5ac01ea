//! What the rooms of the house hold of the made-up company: its requests with what was said on them, its clients and the
//! people there. All of it follows from what happened, so that rows and history agree.

mod book;
mod fold;
mod letters;
mod topics;

pub use book::{Card, Note, Person, Sale, TierByHand};

use kept_kernel::Instant;

/// A request as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The id that events carry.
    pub id: String,
    /// The number that people call it by.
    pub number: u64,
    /// Whose it is; none: a stranger's.
    pub client: Option<String>,
    /// Who of the client asked.
    pub contact: Option<String>,
    /// By which way it came.
    pub channel: String,
    /// What it is about.
    pub subject: String,
    /// What kind it is.
    pub category: Option<String>,
    /// How soon the client needs it.
    pub urgency: Option<String>,
    /// How much depends on it.
    pub impact: Option<String>,
    /// What follows of both, by the request SOP as it ships.
    pub priority: Option<String>,
    /// The department that works on it.
    pub department: Option<String>,
    /// How it ended.
    pub ending: Option<String>,
    /// What was done.
    pub resolution: Option<String>,
    /// Why it ended without the client's word.
    pub reason: Option<String>,
    /// The name of whoever works on it.
    pub assignee: Option<String>,
    /// When we said to be done.
    pub expected_at: Option<Instant>,
    /// When we said to write again.
    pub update_at: Option<Instant>,
    /// When the client spoke or wrote.
    pub contacted_at: Instant,
    /// When it was entered.
    pub received_at: Instant,
    /// When the client was told that we have it.
    pub acknowledged_at: Option<Instant>,
    /// When somebody first answered.
    pub answered_at: Option<Instant>,
    /// When category, urgency and impact were set.
    pub prioritised_at: Option<Instant>,
    /// When it was handed to a support team, whose part is not settled yet.
    pub escalated_at: Option<Instant>,
    /// Until when they agreed to be done.
    pub agreed_at: Option<Instant>,
    /// Since when it waits for the client.
    pub waiting_since: Option<Instant>,
    /// When it was done.
    pub resolved_at: Option<Instant>,
    /// When the client was told that we will close.
    pub notice_at: Option<Instant>,
    /// When the client confirmed.
    pub confirmed_at: Option<Instant>,
    /// When it was closed.
    pub closed_at: Option<Instant>,
    /// When it was opened again.
    pub reopened_at: Option<Instant>,
    /// When somebody marked it as complex.
    pub complex_at: Option<Instant>,
    /// What was said, the oldest first.
    pub said: Vec<Said>,
}

/// Whose words they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The client's.
    Client,
    /// Ours, to the client.
    Us,
    /// Ours, among us.
    Note,
    /// What the procedure did.
    Machine,
}

/// Something that was said on a request, or done by the procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Whose words.
    pub voice: Voice,
    /// The name of whoever of us said or did it.
    pub by: Option<String>,
    /// By which way; empty for what nobody outside sees.
    pub channel: String,
    /// The words.
    pub text: String,
    /// The rule of the request SOP that asked for it, for what the procedure did.
    pub rule: Option<&'static str>,
    /// When.
    pub at: Instant,
}
