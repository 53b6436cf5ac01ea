//! The header of a mail: ids, addresses, subject, date.

use jiff::fmt::rfc2822;
use kept_kernel::Instant;
use mail_parser::{Addr, Address as Addresses, HeaderName, HeaderValue, Message};

use super::{Flaw, Incoming, clean, one_line};
use crate::letter::Address;

/// The most addresses of one field.
const ADDRESSES: usize = 500;
/// The most bytes of an address: what servers take.
const LONGEST_ADDRESS: usize = 320;
/// The most letters of a name or a subject.
const LONGEST_LINE: usize = 1_000;
/// The most ids of a conversation, and the most bytes of one.
const IDS: usize = 200;
const LONGEST_ID: usize = 998;

pub(super) fn read(message: &Message<'_>, mail: &mut Incoming) {
    mail.message_id = ids(message, "Message-ID").pop_first();
    mail.in_reply_to = ids(message, "In-Reply-To").0;
    mail.references = ids(message, "References").0;
    mail.subject = shortened(&one_line(&clean(message.subject().unwrap_or_default())));
    let mut all = |name: HeaderName<'static>| addresses(message, &name, &mut mail.flaws);
    mail.from = all(HeaderName::From);
    mail.sender = all(HeaderName::Sender);
    mail.reply_to = all(HeaderName::ReplyTo);
    mail.to = all(HeaderName::To);
    mail.cc = all(HeaderName::Cc);
    mail.delivered_to = ["Delivered-To", "X-Original-To", "Envelope-To"]
        .iter()
        .flat_map(|name| raw_values(message, name))
        .flat_map(|value| bare_addresses(&value))
        .collect();
    mail.date = date(message);
    mail.results = raw_values(message, "Authentication-Results");
    let missing = [
        (mail.message_id.is_none(), Flaw::NoMessageId),
        (mail.date.is_none(), Flaw::NoDate),
        (
            mail.from.is_empty() && mail.sender.is_empty(),
            Flaw::NoSender,
        ),
    ];
    let missing = missing.into_iter().filter(|(is, _)| *is);
    mail.flaws.extend(missing.map(|(_, flaw)| flaw));
}

/// The values of a field as they stand there, unfolded, the topmost first.
pub(super) fn raw_values(message: &Message<'_>, name: &str) -> Vec<String> {
    let Some(part) = message.parts.first() else {
        return Vec::new();
    };
    let of = part
        .headers
        .iter()
        .filter(|header| header.name.as_str().eq_ignore_ascii_case(name));
    of.filter_map(|header| {
        let place = header.offset_start as usize..header.offset_end as usize;
        let bytes = message.raw_message.get(place)?;
        Some(one_line(&String::from_utf8_lossy(bytes)))
    })
    .collect()
}

/// Whether a field is there, by the beginning of its name.
pub(super) fn has_field(message: &Message<'_>, beginning: &str) -> bool {
    let headers = message.parts.first().map(|part| part.headers.as_slice());
    headers.unwrap_or_default().iter().any(|header| {
        let name = header.name.as_str().get(..beginning.len());
        name.is_some_and(|name| name.eq_ignore_ascii_case(beginning))
    })
}

struct Ids(Vec<String>);

impl Ids {
    fn pop_first(self) -> Option<String> {
        self.0.into_iter().next()
    }
}

/// The ids that a field names. Where none has its brackets, the words that stand there.
fn ids(message: &Message<'_>, name: &str) -> Ids {
    let mut found = Vec::new();
    for value in raw_values(message, name) {
        let bracketed = in_brackets(&value);
        if bracketed.is_empty() {
            let alone = value.split_whitespace().count() == 1;
            let bare = value
                .split_whitespace()
                .filter(|word| alone || word.contains('@'));
            found.extend(bare.map(|word| word.trim_matches(['<', '>']).to_owned()));
        } else {
            found.extend(bracketed);
        }
    }
    let keep = |id: &String| !id.is_empty() && id.len() <= LONGEST_ID;
    let mut found: Vec<String> = found.iter().map(|id| clean(id)).filter(keep).collect();
    // The nearest are the last.
    let extra = found.len().saturating_sub(IDS);
    found.drain(..extra);
    Ids(found)
}

/// `<a@b>` without what is around it. An id has no spaces; where a program broke a line within one, the two parts are one id.
pub(super) fn in_brackets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, from)) = rest.split_once('<') {
        let Some((inner, after)) = from.split_once('>') else {
            break;
        };
        let inner = inner.rsplit('<').next().unwrap_or(inner);
        let id: String = inner.split_whitespace().collect();
        found.push(id);
        rest = after;
    }
    found
}

fn addresses(
    message: &Message<'_>,
    name: &HeaderName<'static>,
    flaws: &mut Vec<Flaw>,
) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    for value in message.header_values(name.clone()) {
        let HeaderValue::Address(addresses) = value else {
            continue;
        };
        let mut take = |one: &Addr<'_>| {
            let Some(email) = one.address.as_deref() else {
                return;
            };
            let email = one_line(&clean(email));
            if email.len() > LONGEST_ADDRESS || found.len() >= ADDRESSES {
                flaws.push(Flaw::TooManyAddresses);
            } else if email.contains('@') {
                let name = shortened(&one_line(&clean(one.name.as_deref().unwrap_or_default())));
                found.push(Address { name, email });
            }
        };
        match addresses {
            Addresses::List(list) => list.iter().for_each(&mut take),
            Addresses::Group(groups) => {
                let all = groups.iter().flat_map(|group| &group.addresses);
                all.for_each(&mut take);
            }
        }
    }
    if found.is_empty() {
        // What a parser finds no address in may have one all the same.
        let values = raw_values(message, name.as_str());
        found = values
            .iter()
            .flat_map(|value| bare_addresses(value))
            .collect();
    }
    found
}

/// The addresses of a field that servers write.
pub(super) fn bare_addresses(value: &str) -> Vec<Address> {
    let words = value.split([' ', ',', '<', '>', '"']);
    let emails = words.filter(|word| word.contains('@') && word.len() <= LONGEST_ADDRESS);
    emails
        .take(ADDRESSES)
        .map(|email| Address {
            name: String::new(),
            email: clean(email),
        })
        .collect()
}

/// As the standard has dates, old forms with it; else as well as it can be read.
fn date(message: &Message<'_>) -> Option<Instant> {
    let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let standard = raw_values(message, "Date")
        .first()
        .and_then(|value| parser.parse_timestamp(value).ok())
        .map(jiff::Timestamp::as_second);
    let other = || {
        let date = message.date().filter(|date| date.is_valid());
        date.map(mail_parser::DateTime::to_timestamp)
    };
    // From 1900 to 2200: what lies outside is no time of writing.
    let seconds = standard.or_else(other)?;
    (-2_208_988_800..=7_258_118_400)
        .contains(&seconds)
        .then(|| Instant::from_seconds(seconds))
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_LINE).collect()
}
