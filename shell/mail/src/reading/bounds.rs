//! How much of a mail is read. Past a bound the rest is left unread, never the mail: its raw bytes are kept by whoever received them.

use memchr::memmem;

use super::charset::guessed;
use super::{Flaw, clean};

/// The most bytes of a header.
const HEADER: usize = 1024 * 1024;
/// The most parts: no person's mail program makes as many.
const PARTS: usize = 1_000;
/// The most mails inside of mails, and the most parts with parts.
const NESTED: usize = 100;
/// The most bytes that are shown of what cannot be read otherwise.
const SHOWN: usize = 20_000;

/// What is read of a mail.
pub(super) struct Within<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) flaws: Vec<Flaw>,
}

/// The bytes that are read: all, or the header alone where there is more than a reader should take on.
pub(super) fn within(raw: &[u8]) -> Within<'_> {
    let mut flaws = Vec::new();
    let head = header_end(raw);
    if raw.contains(&0) {
        flaws.push(Flaw::Nul);
    }
    if head > HEADER {
        flaws.push(Flaw::TooLongHeader);
        let bytes = raw.get(..HEADER).unwrap_or(raw);
        return Within { bytes, flaws };
    }
    let many = count(raw, b"content-type:", PARTS) > PARTS
        || count(raw, b"message/", NESTED) > NESTED
        || count(raw, b"multipart/", NESTED) > NESTED
        || count(raw, b"boundary=", NESTED) > NESTED;
    if many {
        flaws.push(Flaw::TooManyParts);
        let bytes = raw.get(..head).unwrap_or(raw);
        return Within { bytes, flaws };
    }
    Within { bytes: raw, flaws }
}

/// The header alone: the parts cannot be read.
pub(super) fn head_alone(raw: &[u8]) -> Within<'_> {
    let bytes = raw.get(..header_end(raw)).unwrap_or(raw);
    let flaws = vec![Flaw::TooManyParts, Flaw::Unreadable];
    Within { bytes, flaws }
}

/// What follows the header, as far as it is words: for a mail whose parts are not read.
pub(super) fn as_text(raw: &[u8]) -> String {
    let body = raw.get(header_end(raw)..).unwrap_or_default();
    shown(body)
}

/// What stands in a header from the first line on that belongs to none: for a mail that has nothing else to say. None: there is no
/// such line.
pub(super) fn stray(raw: &[u8]) -> Option<String> {
    let mut at = 0;
    for line in raw.split_inclusive(|one| *one == b'\n') {
        let plain = line.trim_ascii_end();
        // What follows the header was read.
        if plain.is_empty() && at > 0 {
            return None;
        }
        let folded = at > 0 && line.first().is_some_and(u8::is_ascii_whitespace);
        // Boxes of mails have a line before each that begins so.
        let divides = at == 0 && line.starts_with(b"From ");
        if !plain.is_empty() && !folded && !divides && !is_field(plain) {
            let words = shown(raw.get(at..)?);
            return (!words.is_empty()).then_some(words);
        }
        at += line.len();
    }
    None
}

/// `Name: value`, whose name has no spaces (RFC 5322, 2.2).
fn is_field(line: &[u8]) -> bool {
    let colon = memchr::memchr(b':', line);
    let name = colon
        .and_then(|colon| line.get(..colon))
        .unwrap_or_default();
    let name = name.trim_ascii_end();
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

/// Bytes as far as they are words.
fn shown(bytes: &[u8]) -> String {
    let cut = bytes.get(..SHOWN).unwrap_or(bytes);
    // A letter that is cut through does not make the rest another charset.
    let whole = match std::str::from_utf8(cut) {
        Err(error) if error.error_len().is_none() && cut.len() < bytes.len() => {
            cut.get(..error.valid_up_to()).unwrap_or(cut)
        }
        _ => cut,
    };
    clean(&guessed(whole)).trim().to_owned()
}

/// Where the header ends, its empty line with it.
fn header_end(raw: &[u8]) -> usize {
    let ends = [&b"\r\n\r\n"[..], b"\n\n"];
    let found = ends
        .iter()
        .filter_map(|end| memmem::find(raw, end).map(|at| at + end.len()));
    found.min().unwrap_or(raw.len())
}

/// How often words stand there, whatever their case; counted to a little more than `most`.
fn count(raw: &[u8], words: &[u8], most: usize) -> usize {
    let (Some(first), rest) = (words.first(), words.get(1..).unwrap_or_default()) else {
        return 0;
    };
    let upper = first.to_ascii_uppercase();
    memchr::memchr2_iter(*first, upper, raw)
        .filter(|at| {
            let follows = raw.get(at + 1..at + 1 + rest.len());
            follows.is_some_and(|follows| follows.eq_ignore_ascii_case(rest))
        })
        .take(most + 1)
        .count()
}
