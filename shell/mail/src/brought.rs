//! A mail that came in, as it is brought to a request: what the room that reads mail hands to the room that keeps requests. Both
//! know these words, and neither knows the other.

use kept_kernel::{Id, Instant};

use crate::reading::Verdict;

/// A mail, as far as it belongs on a request.
#[derive(Clone, Debug)]
pub struct Mail<'a> {
    /// Its identity, where it came in.
    pub id: Id,
    /// Its own id, without brackets.
    pub message_id: Option<&'a str>,
    /// Our address that it came to: answers go from there.
    pub came_to: &'a str,
    /// The team that a new request goes to, where no rule says more.
    pub team: Option<Id>,
    /// The category that a new request has.
    pub category: Option<&'a str>,
    /// The name of whoever says to have written it; may be empty.
    pub name: &'a str,
    /// Their address; empty where there is none.
    pub email: &'a str,
    /// Its subject; may be empty.
    pub subject: &'a str,
    /// The address that it was sent from, where answers go to another.
    pub sent_by: Option<&'a str>,
    /// What its sender is worth: whoever answers go to.
    pub verdict: Verdict,
    /// Whether somebody wrote it who is waiting for an answer: no machine, and more than thanks.
    pub needs_answer: bool,
    /// Its words.
    pub text: &'a str,
    /// Whether it can be shown as HTML too.
    pub has_html: bool,
    /// Who takes part by it, none of us: names and addresses.
    pub people: Vec<(&'a str, &'a str)>,
    /// Its files.
    pub files: Vec<MailFile<'a>>,
}

/// A file of a mail.
#[derive(Clone, Copy, Debug)]
pub struct MailFile<'a> {
    /// What it will be known by.
    pub id: Id,
    /// What it is called.
    pub name: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
    /// Their SHA-256.
    pub sha256: &'a [u8; 32],
}

/// How the words of a mail count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// As the client's.
    Client,
    /// As the client's, who is not content: what was over is open again.
    Reopens,
    /// As a note among us, by this one of us.
    Note(Id),
}

/// How a request stands for a mail that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The request, or the one that it lives on as.
    pub request: Id,
    /// Since when it is closed.
    pub closed_at: Option<Instant>,
}

/// Where a mail has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// On this request.
    pub request: Id,
    /// The number that people call it by.
    pub number: u64,
    /// As this message.
    pub message: Id,
}
