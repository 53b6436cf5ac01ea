//! Mail that comes in: raw bytes as an [`Incoming`], whatever they are.
//!
//! Nothing here fails, and nothing here knows a database, a clock or a network. What is wrong with a mail is a [`Flaw`] of what was
//! read, never a reason to read less of it. What a mail says of its sender is a claim; only [`verdict`] says what it is worth.

mod automatic;
mod bounds;
mod charset;
mod fields;
mod html;
mod parts;
mod quotes;
mod report;
mod results;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};

use kept_kernel::Instant;
use mail_parser::MessageParser;

pub use automatic::Automatic;
pub use html::{Pictures, SafeHtml, safe_html};
pub use parts::{Part, picture_kind, sha256};
pub use quotes::{Piece, PieceKind, pieces};
pub use report::{Delivery, Failed, Report};
pub(crate) use results::domain_of;
pub use results::{Verdict, server_says, verdict};

use crate::letter::Address;

/// A mail that came in, as well as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    /// Its own id, without brackets.
    pub message_id: Option<String>,
    /// What it answers, without brackets.
    pub in_reply_to: Vec<String>,
    /// The conversation before it, the oldest first, without brackets.
    pub references: Vec<String>,
    /// The subject, decoded, on one line; may be empty.
    pub subject: String,
    /// Who says to have written it.
    pub from: Vec<Address>,
    /// Who says to have sent it.
    pub sender: Vec<Address>,
    /// Where answers are to go.
    pub reply_to: Vec<Address>,
    /// To whom.
    pub to: Vec<Address>,
    /// Who else reads it.
    pub cc: Vec<Address>,
    /// To which of our addresses servers brought it.
    pub delivered_to: Vec<Address>,
    /// When it says that it was written.
    pub date: Option<Instant>,
    /// The words. Of a mail that is only HTML, what HTML says without its tags.
    pub text: String,
    /// The words as HTML, as they came: never shown but through [`safe_html`].
    pub html: Option<String>,
    /// What came with it: files, and pictures of the HTML.
    pub parts: Vec<Part>,
    /// Whether a machine wrote it by itself, and how that is known.
    pub automatic: Option<Automatic>,
    /// What it says about the delivery of another mail.
    pub report: Option<Report>,
    /// What servers on its way said about its sender, the last server's word first.
    pub results: Vec<String>,
    /// What was wrong with it.
    pub flaws: Vec<Flaw>,
}

/// What is wrong with a mail. It was read all the same, as well as could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// It has no id.
    NoMessageId,
    /// It has no date, or none that can be read.
    NoDate,
    /// It does not say from whom it is.
    NoSender,
    /// Some text is not in the charset that it claims, or in an unknown one.
    Charset,
    /// It has bytes that no text has.
    Nul,
    /// It has more parts, or lies deeper, than is read.
    TooManyParts,
    /// It has more header than is read.
    TooLongHeader,
    /// It has more addresses, or longer ones, than are read.
    TooManyAddresses,
    /// It has more text than is shown.
    TooLongText,
    /// It is no mail, or none that can be read.
    Unreadable,
}

impl Flaw {
    /// As it is stored and read.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoMessageId => "no message id",
            Self::NoDate => "no date",
            Self::NoSender => "no sender",
            Self::Charset => "wrong charset",
            Self::Nul => "bytes that no text has",
            Self::TooManyParts => "too many parts",
            Self::TooLongHeader => "too long a header",
            Self::TooManyAddresses => "too many addresses",
            Self::TooLongText => "too long a text",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Incoming {
    /// Reads a mail. Any bytes give one.
    pub fn read(raw: &[u8]) -> Self {
        let mut mail = attempt(raw, &bounds::within(raw))
            .or_else(|| attempt(raw, &bounds::head_alone(raw)))
            .unwrap_or_else(|| unreadable(raw));
        mail.flaws.sort_unstable();
        mail.flaws.dedup();
        mail
    }

    /// Who wrote it, as it says: the first with an address.
    pub fn author(&self) -> Option<&Address> {
        self.from.first().or_else(|| self.sender.first())
    }

    /// Where an answer goes.
    pub fn answer_to(&self) -> Option<&Address> {
        self.reply_to.first().or_else(|| self.author())
    }

    /// All to whom it went, as it says.
    pub fn recipients(&self) -> impl Iterator<Item = &Address> {
        self.to.iter().chain(&self.cc)
    }

    /// What it answers, the nearest first: what the header References says from its end, then In-Reply-To.
    pub fn answers(&self) -> impl Iterator<Item = &str> {
        let references = self.references.iter().rev().chain(&self.in_reply_to);
        references.map(String::as_str)
    }

    /// Whether something is wrong with it.
    pub fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(&flaw)
    }
}

/// Should the parser fall over something, the mail is still a mail.
fn attempt(raw: &[u8], within: &bounds::Within<'_>) -> Option<Incoming> {
    catch_unwind(AssertUnwindSafe(|| read_within(raw, within))).ok()
}

fn read_within(raw: &[u8], within: &bounds::Within<'_>) -> Incoming {
    let mut mail = Incoming {
        flaws: within.flaws.clone(),
        ..Incoming::default()
    };
    let Some(message) = MessageParser::default().parse(within.bytes) else {
        return unreadable(raw);
    };
    fields::read(&message, &mut mail);
    parts::read(&message, &mut mail);
    if within.flaws.contains(&Flaw::TooManyParts) {
        mail.text = bounds::as_text(raw);
    }
    if mail.text.trim().is_empty() && mail.html.is_none() && mail.parts.is_empty() {
        // Somebody said something all the same, where the header should be.
        if let Some(stray) = bounds::stray(raw) {
            mail.text = stray;
            mail.flaws.push(Flaw::Unreadable);
        }
    }
    mail.report = report::read(&message, &mail);
    mail.automatic = automatic::read(&message, &mail);
    mail
}

/// What cannot be read: its bytes as far as they are words.
fn unreadable(raw: &[u8]) -> Incoming {
    Incoming {
        text: bounds::stray(raw).unwrap_or_else(|| bounds::as_text(raw)),
        flaws: vec![
            Flaw::NoMessageId,
            Flaw::NoDate,
            Flaw::NoSender,
            Flaw::Unreadable,
        ],
        ..Incoming::default()
    }
}

/// A text that every database takes: no NUL.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A text on one line.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|letter: char| letter.is_control() || letter.is_whitespace()) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

#[cfg(test)]
mod tests;
