//! What a mail says about the delivery of another one: reports as RFC 3464 has them, and the forms of servers that never read it.
//!
//! A report is worth what it quotes: only one that names the id of a mail of ours says anything. That is for the reader to check.

use std::collections::BTreeSet;

use mail_parser::{Message, PartType};

use super::automatic::{has_null_sender, is_machine};
use super::fields::{bare_addresses, in_brackets, raw_values};
use super::parts::kind_of;
use super::{Incoming, clean, one_line};

/// The most addresses of a report.
const ADDRESSES: usize = 100;
/// The most letters of what a server said.
const LONGEST: usize = 500;

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// It arrived, or went on.
    Done,
    /// It did not arrive yet.
    Delayed,
    /// It did not arrive, and may another time.
    FailedForNow,
    /// It can never arrive there.
    Failed,
}

/// A report about a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The id of the mail that it is about, without brackets.
    pub original: Option<String>,
    /// For whom, and what became of it.
    pub recipients: Vec<Failed>,
}

/// What became of a mail for one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The address.
    pub email: String,
    /// What became of it.
    pub delivery: Delivery,
    /// `5.1.1`; may be empty.
    pub status: String,
    /// What the server said; may be empty.
    pub said: String,
}

impl Report {
    /// The worst that it tells of.
    pub fn worst(&self) -> Option<Delivery> {
        self.recipients.iter().map(|one| one.delivery).max()
    }
}

pub(super) fn read(message: &Message<'_>, mail: &Incoming) -> Option<Report> {
    let told: Vec<Failed> = status_parts(message)
        .iter()
        .flat_map(|text| recipients(text))
        .take(ADDRESSES)
        .collect();
    if !told.is_empty() {
        return Some(Report {
            original: original(message, mail),
            recipients: told,
        });
    }
    let from_server = has_null_sender(message) || is_machine(message, mail);
    if !from_server {
        return None;
    }
    let said = worst_line(&mail.text);
    let delivery = said
        .as_ref()
        .map_or(Delivery::Failed, |(delivery, ..)| *delivery);
    let (status, said) = said.map_or_else(Default::default, |(_, status, line)| (status, line));
    let named = named_addresses(message, &mail.text);
    if named.is_empty() && said.is_empty() {
        return None;
    }
    let one = |email: String| Failed {
        email,
        delivery,
        status: status.clone(),
        said: said.clone(),
    };
    Some(Report {
        original: original(message, mail),
        recipients: named.into_iter().map(one).collect(),
    })
}

/// The texts of the parts that programs read.
fn status_parts(message: &Message<'_>) -> Vec<String> {
    let of_status = message.parts.iter().filter(|part| {
        let kind = kind_of(part);
        kind == "message/delivery-status" || kind == "message/global-delivery-status"
    });
    of_status
        .filter_map(|part| match &part.body {
            PartType::Text(text) | PartType::Html(text) => Some(clean(text)),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                Some(clean(&String::from_utf8_lossy(bytes)))
            }
            PartType::Message(inner) => Some(clean(&String::from_utf8_lossy(inner.raw_message()))),
            PartType::Multipart(_) => None,
        })
        .collect()
}

/// The blocks of a delivery status that name a recipient.
fn recipients(text: &str) -> Vec<Failed> {
    let unfolded = text
        .replace("\r\n", "\n")
        .replace("\n ", " ")
        .replace("\n\t", " ");
    let blocks = unfolded.split("\n\n");
    blocks.filter_map(recipient).collect()
}

fn recipient(block: &str) -> Option<Failed> {
    let field = |name: &str| {
        let mut lines = block.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(field, _)| field.trim().eq_ignore_ascii_case(name));
        found.map(|(_, value)| one_line(value))
    };
    let typed = |value: String| {
        let bare = value
            .split_once(';')
            .map_or(value.as_str(), |(_, rest)| rest)
            .trim()
            .to_owned();
        bare.trim_matches(['<', '>', ' ']).to_owned()
    };
    let email = field("Original-Recipient")
        .filter(|value| value.contains('@'))
        .or_else(|| field("Final-Recipient"))
        .map(typed)?;
    let action = field("Action").unwrap_or_default().to_ascii_lowercase();
    let status = field("Status").unwrap_or_default();
    let status = status
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned();
    let passing = status.starts_with('4');
    let delivery = match action.split_whitespace().next().unwrap_or_default() {
        "delivered" | "relayed" | "expanded" => Delivery::Done,
        "delayed" => Delivery::Delayed,
        _ if passing => Delivery::FailedForNow,
        _ => Delivery::Failed,
    };
    Some(Failed {
        email,
        delivery,
        status,
        said: shortened(&field("Diagnostic-Code").map(typed).unwrap_or_default()),
    })
}

/// The id of the mail that is reported on: that of the mail or header that came along, else one that stands in the words.
fn original(message: &Message<'_>, mail: &Incoming) -> Option<String> {
    let own = mail.message_id.as_deref();
    let mut texts: Vec<String> = Vec::new();
    for part in &message.parts {
        match &part.body {
            PartType::Message(inner) => {
                if let Some(id) = inner.message_id() {
                    return Some(one_line(&clean(id)));
                }
                texts.push(String::from_utf8_lossy(inner.raw_message()).into_owned());
            }
            PartType::Text(text) | PartType::Html(text) => texts.push(text.to_string()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes)
                if kind_of(part).contains("rfc822") =>
            {
                texts.push(String::from_utf8_lossy(bytes).into_owned());
            }
            _ => {}
        }
    }
    texts.iter().find_map(|text| quoted_id(text, own))
}

/// The id of a header that stands in a text, also quoted or set in by some spaces.
fn quoted_id(text: &str, own: Option<&str>) -> Option<String> {
    let mut lines = text
        .lines()
        .map(|line| line.trim_start_matches(['>', ' ', '\t', '|']));
    while let Some(line) = lines.next() {
        let name = line.get(..11).unwrap_or_default();
        if !name.eq_ignore_ascii_case("message-id:") {
            continue;
        }
        let rest = line.get(11..).unwrap_or_default().trim();
        // Where it was folded, it stands on the next line.
        let value = if rest.is_empty() {
            lines.next().unwrap_or_default()
        } else {
            rest
        };
        let id = in_brackets(value).into_iter().next();
        if let Some(id) = id.filter(|id| own != Some(id.as_str())) {
            return Some(clean(&id));
        }
    }
    None
}

/// The worst thing that a server said, from lines that have a code: how bad, the code, the line.
fn worst_line(text: &str) -> Option<(Delivery, String, String)> {
    let mut worst: Option<(Delivery, String, String)> = None;
    for line in text.lines().take(400) {
        let Some(code) = code_in(line) else {
            continue;
        };
        let delivery = if code.starts_with('5') {
            Delivery::Failed
        } else {
            Delivery::FailedForNow
        };
        if worst.as_ref().is_none_or(|(known, ..)| delivery > *known) {
            worst = Some((delivery, code, shortened(&one_line(line))));
        }
    }
    worst
}

/// `5.1.1`, else `550`, in a line.
fn code_in(line: &str) -> Option<String> {
    const KNOWN: &[&str] = &[
        "421", "450", "451", "452", "500", "501", "503", "550", "551", "552", "553", "554", "571",
    ];
    let words = || line.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let enhanced = words().map(|word| word.trim_matches('.')).find(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        let class = matches!(parts.first(), Some(&("4" | "5")));
        let short = |part: &&str| !part.is_empty() && part.len() <= 3;
        class && parts.len() == 3 && parts.iter().all(short)
    });
    let plain = || words().find(|word| KNOWN.contains(word));
    enhanced.or_else(plain).map(str::to_owned)
}

/// The addresses that a report in words is about: what its header says, else those that stand at the head of its lines.
fn named_addresses(message: &Message<'_>, text: &str) -> Vec<String> {
    let failed = raw_values(message, "X-Failed-Recipients");
    let listed: BTreeSet<String> = failed
        .iter()
        .flat_map(|value| bare_addresses(value))
        .map(|one| one.email)
        .collect();
    if !listed.is_empty() {
        return listed.into_iter().take(ADDRESSES).collect();
    }
    let mut found = Vec::new();
    for line in text.lines().take(200) {
        let line = line.trim();
        // What follows is the mail that did not arrive.
        if line.starts_with("---") && line.to_lowercase().contains("original") {
            break;
        }
        let first = line.split_whitespace().next().unwrap_or_default();
        let first = first
            .trim_end_matches([':', ',', ';'])
            .trim_matches(['<', '>', '"', '(', ')']);
        let is_address = first.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !first.contains(['=', '/'])
        });
        if is_address && !found.iter().any(|known| known == first) {
            found.push(first.to_owned());
        }
        if found.len() >= ADDRESSES {
            break;
        }
    }
    found
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
