//! Whether a machine wrote a mail by itself. Such a mail is never answered by another machine, and is nobody's reply.

use mail_parser::Message;

use super::fields::{has_field, raw_values};
use super::{Incoming, one_line};

/// How it is known that a machine wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automatic {
    /// It tells of the delivery of another mail.
    Report,
    /// It answers another mail: somebody is away, something has arrived.
    Reply,
    /// It was made without anybody writing to it.
    Generated,
    /// It went to many: a list, an offer.
    Many,
}

impl Automatic {
    /// As it is stored and read.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Report => "delivery report",
            Self::Reply => "automatic reply",
            Self::Generated => "made by a machine",
            Self::Many => "sent to many",
        }
    }
}

pub(super) fn read(message: &Message<'_>, mail: &Incoming) -> Option<Automatic> {
    if mail.report.is_some() || has_null_sender(message) || is_report(message) {
        let is_reply = submitted(message).is_some_and(|word| word == "auto-replied");
        return Some(if is_reply && mail.report.is_none() {
            Automatic::Reply
        } else {
            Automatic::Report
        });
    }
    match submitted(message).as_deref() {
        Some("no") => return None,
        Some("auto-replied") => return Some(Automatic::Reply),
        Some(_) => return Some(Automatic::Generated),
        None => {}
    }
    if has_field(message, "List-") {
        return Some(Automatic::Many);
    }
    let first = |name: &str| raw_values(message, name).into_iter().next();
    let precedence = first("Precedence").unwrap_or_default().to_ascii_lowercase();
    match precedence.as_str() {
        "auto_reply" | "auto-reply" => return Some(Automatic::Reply),
        "bulk" | "list" | "junk" => return Some(Automatic::Many),
        _ => {}
    }
    let answers = [
        "X-Autoreply",
        "X-Autorespond",
        "X-AutoReply-From",
        "X-Mail-Autoreply",
    ];
    if answers.iter().any(|name| has_field(message, name)) {
        return Some(Automatic::Reply);
    }
    let suppress = first("X-Auto-Response-Suppress").unwrap_or_default();
    let suppresses = !suppress.is_empty() && !suppress.eq_ignore_ascii_case("none");
    (suppresses || is_machine(message, mail) || never_reads(mail)).then_some(Automatic::Generated)
}

/// Whether servers say that nobody waits for an answer.
pub(super) fn has_null_sender(message: &Message<'_>) -> bool {
    let paths = raw_values(message, "Return-Path");
    paths.first().is_some_and(|path| path == "<>")
}

/// The word of Auto-Submitted, without its parameters.
fn submitted(message: &Message<'_>) -> Option<String> {
    let value = raw_values(message, "Auto-Submitted").into_iter().next()?;
    let word = value.split([';', '(', ' ']).next().unwrap_or_default();
    let word = one_line(word).to_ascii_lowercase();
    (!word.is_empty()).then_some(word)
}

/// Whether it says to be a report, whatever about.
fn is_report(message: &Message<'_>) -> bool {
    let kind = raw_values(message, "Content-Type").into_iter().next();
    kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/report"))
}

/// Whether its author reads no mail.
fn never_reads(mail: &Incoming) -> bool {
    mail.reply_to.is_empty()
        && mail.author().is_some_and(|author| {
            let name = author.email.split('@').next().unwrap_or_default();
            let name = name.replace(['-', '_', '.'], "").to_ascii_lowercase();
            name.starts_with("noreply") || name.starts_with("donotreply")
        })
}

/// Whether its author is a part of a mail server.
pub(super) fn is_machine(message: &Message<'_>, mail: &Incoming) -> bool {
    let Some(author) = mail.author() else {
        let from = raw_values(message, "From");
        return from.first().is_some_and(|from| from.ends_with("<>"));
    };
    let name = author.email.split('@').next().unwrap_or_default();
    let name = name.replace(['-', '_', '.'], "").to_ascii_lowercase();
    let machines = [
        "mailerdaemon",
        "postmaster",
        "maildaemon",
        "maildeliverysystem",
        "maildeliverysubsystem",
    ];
    machines.contains(&name.as_str())
}
