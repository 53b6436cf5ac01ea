//! Questions and answers of the DNS as bytes (RFC 1035). Answers are anybody's bytes: nothing in them is taken at its word.

use std::net::IpAddr;

use super::{Kind, Record};

/// So many pointers of a name are followed.
const POINTERS: u32 = 16;
/// So many records of an answer are read.
const RECORDS: u16 = 200;
/// So many bytes of an answer we take as a datagram.
const TAKEN: u16 = 1_232;

/// What a server answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// What stands there; empty: nothing.
    Found(Vec<Record>),
    /// It could not find out.
    Failed,
    /// There is more than fits into a datagram.
    Cut,
}

impl Kind {
    const fn number(self) -> u16 {
        match self {
            Self::Four => 1,
            Self::Exchanger => 15,
            Self::Text => 16,
            Self::Six => 28,
        }
    }
}

/// A question; none where that is no name.
pub(super) fn question(id: [u8; 2], name: &str, kind: Kind) -> Option<Vec<u8>> {
    let mut bytes = vec![id[0], id[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok()?;
        if !(1..=63).contains(&length) {
            return None;
        }
        bytes.push(length);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend(kind.number().to_be_bytes());
    bytes.extend([0, 1]);
    if bytes.len() > 12 + 255 + 4 {
        return None;
    }
    // How much we take (EDNS, RFC 6891).
    bytes.extend([0, 0, 41]);
    bytes.extend(TAKEN.to_be_bytes());
    bytes.extend([0, 0, 0, 0, 0, 0]);
    Some(bytes)
}

/// An answer to this very question; none for anything else.
pub(super) fn read(bytes: &[u8], asked: &[u8], (name, kind): (&str, Kind)) -> Option<Answer> {
    let flags = number(bytes, 2)?;
    let same = bytes.get(..2)? == asked.get(..2)? && number(bytes, 4)? == 1;
    if !same || flags & 0x8000 == 0 {
        return None;
    }
    let (asked_name, after) = name_at(bytes, 12)?;
    let is_this = asked_name.eq_ignore_ascii_case(name) && number(bytes, after)? == kind.number();
    if !is_this {
        return None;
    }
    if flags & 0x0200 != 0 {
        return Some(Answer::Cut);
    }
    Some(match flags & 15 {
        0 => records(bytes, after + 4, kind).map_or(Answer::Failed, Answer::Found),
        3 => Answer::Found(Vec::new()),
        _ => Answer::Failed,
    })
}

/// The records of the kind. What stands there under another name is where the asked one leads to.
fn records(bytes: &[u8], from: usize, kind: Kind) -> Option<Vec<Record>> {
    let mut at = from;
    let mut found = Vec::new();
    for _ in 0..number(bytes, 6)?.min(RECORDS) {
        let (_, after) = name_at(bytes, at)?;
        let length = usize::from(number(bytes, after + 8)?);
        let data = after + 10;
        let end = data + length;
        let value = bytes.get(data..end)?;
        if number(bytes, after)? == kind.number() && number(bytes, after + 2)? == 1 {
            found.push(record(bytes, (data, value), kind)?);
        }
        at = end;
    }
    Some(found)
}

fn record(bytes: &[u8], (data, value): (usize, &[u8]), kind: Kind) -> Option<Record> {
    Some(match kind {
        Kind::Four => Record::Address(IpAddr::from(<[u8; 4]>::try_from(value).ok()?)),
        Kind::Six => Record::Address(IpAddr::from(<[u8; 16]>::try_from(value).ok()?)),
        Kind::Exchanger => {
            let (host, _) = name_at(bytes, data + 2)?;
            Record::Exchanger(number(value, 0)?, host.to_ascii_lowercase())
        }
        Kind::Text => {
            let mut text = Vec::new();
            let mut rest = value;
            while let Some((length, after)) = rest.split_first() {
                let (part, after) = after.split_at_checked(usize::from(*length))?;
                text.extend_from_slice(part);
                rest = after;
            }
            Record::Text(String::from_utf8_lossy(&text).into_owned())
        }
    })
}

/// The name that begins there, and where it ends.
fn name_at(bytes: &[u8], from: usize) -> Option<(String, usize)> {
    let (mut name, mut at, mut end, mut pointers) = (String::new(), from, None, 0);
    loop {
        let length = usize::from(*bytes.get(at)?);
        match length {
            0 => return Some((name, end.unwrap_or(at + 1))),
            1..=63 => {
                let label = bytes.get(at + 1..at + 1 + length)?;
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&String::from_utf8_lossy(label));
                at += 1 + length;
            }
            192.. => {
                end.get_or_insert(at + 2);
                at = usize::from(number(bytes, at)? & 0x3fff);
                pointers += 1;
            }
            _ => return None,
        }
        if pointers > POINTERS || name.len() > 1_000 {
            return None;
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(two.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_are_an_answer_or_none() {
        let asked = question([1, 2], "a.example.com", Kind::Text).unwrap();
        let mut answer = asked.clone();
        answer[2] = 0x81;
        answer[7] = 2;
        answer.truncate(asked.len() - 11);
        answer.extend(b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c\x00\x03\x02hi");
        // A name that points at itself.
        let place = answer.len() as u8;
        answer.extend([0xc0, place, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0]);
        for end in 0..=answer.len() {
            let _ = read(&answer[..end], &asked, ("a.example.com", Kind::Text));
        }
        for at in 0..answer.len() {
            for value in [0, 1, 63, 64, 192, 255] {
                let mut other = answer.clone();
                other[at] = value;
                let _ = read(&other, &asked, ("a.example.com", Kind::Text));
            }
        }
        assert_eq!(question([0, 0], "a..b", Kind::Four), None);
        assert_eq!(question([0, 0], &"a".repeat(64), Kind::Four), None);
    }
}
