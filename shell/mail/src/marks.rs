//! The ids of our own mails: unguessable, and known again without asking anybody. Whoever shows one has had the mail in hand.
//!
//! A token is the id of a parcel and a code of it that only this house can make: 128 bits, in small letters and digits, so that it
//! is good before the `@` of a message id and behind the `+` of an address.

use crate::message::LETTER;
use kept_kernel::Id;
use kept_vault::{DerivedKey, Purpose, Roots};

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// So much of a header is looked through.
const HEADER: usize = 256 * 1024;
/// An id and its code, in letters.
const LENGTH: usize = 52;

/// What makes tokens and knows them again.
#[derive(Clone, Debug)]
pub struct Marks {
    newest: DerivedKey,
    older: Vec<DerivedKey>,
}

impl Marks {
    /// With the keys of this house: tokens of older ones are still known.
    pub fn new(roots: &Roots) -> Self {
        let older = roots.all().map(|root| root.derive(Purpose::Mail));
        Self {
            older: older.collect(),
            newest: roots.derive(Purpose::Mail),
        }
    }

    /// The token of a parcel.
    pub fn token(&self, parcel: Id) -> String {
        let code = self.newest.mac(&parcel.bytes());
        let whole = [&parcel.bytes()[..], code.get(..16).unwrap_or_default()].concat();
        written(&whole)
    }

    /// The parcel of a mail of ours, by what its header says beside its id, and the id that it has there, without brackets.
    pub fn letter(&self, head: &[u8]) -> Option<(Id, Option<String>)> {
        let parcel = self.parcel(&field(head, LETTER)?)?;
        Some((parcel, field(head, "Message-ID")))
    }

    /// The parcel whose token stands in a text: in a message id, or in an address. None: it has none of ours.
    pub fn parcel(&self, text: &str) -> Option<Id> {
        let local = text.split('@').next().unwrap_or_default();
        let word = local.rsplit('+').next().unwrap_or_default();
        let bytes = read(&word.to_ascii_lowercase())?;
        let (id, code) = bytes.split_first_chunk::<16>()?;
        let all = [&self.newest].into_iter().chain(&self.older);
        let ours = all.filter(|key| same(key.mac(id).get(..16).unwrap_or_default(), code));
        (ours.count() > 0).then(|| Id::from_bytes(*id))
    }
}

/// What a field of a header says, without brackets around it; whatever ends its lines.
fn field(head: &[u8], name: &str) -> Option<String> {
    let head = head.get(..HEADER).unwrap_or(head);
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines().take_while(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let (known, value) = line.split_once(':').unwrap_or_default();
        if !known.trim_end().eq_ignore_ascii_case(name) {
            continue;
        }
        let mut value = value.to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
            value.push_str(more);
        }
        return Some(value.trim().trim_matches(['<', '>']).to_owned());
    }
    None
}

/// In a time that does not tell where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    let differ = one
        .iter()
        .zip(other)
        .fold(0, |differ, (one, other)| differ | (one ^ other));
    one.len() == other.len() && differ == 0
}

fn written(bytes: &[u8]) -> String {
    let (mut text, mut rest, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        rest = (rest << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(rest >> bits));
        }
    }
    if bits > 0 {
        text.push(letter(rest << (5 - bits)));
    }
    text
}

fn letter(value: u32) -> char {
    let place = (value & 31) as usize;
    LETTERS.get(place).map_or('a', |letter| char::from(*letter))
}

fn read(text: &str) -> Option<Vec<u8>> {
    if text.len() != LENGTH {
        return None;
    }
    let (mut bytes, mut rest, mut bits) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes() {
        let value = LETTERS.iter().position(|letter| *letter == byte)?;
        rest = (rest << 5) | value as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((rest >> bits) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::Marks;
    use kept_kernel::{Id, Instant};
    use kept_vault::Roots;

    fn marks(seed: u8) -> Marks {
        Marks::new(&Roots::new(&mut |bytes: &mut [u8]| bytes.fill(seed)).unwrap())
    }

    #[test]
    fn a_token_is_known_again_in_an_id_and_in_an_address_whatever_its_case() {
        let id = Id::from_parts(Instant::from_seconds(1_769_790_600), [7; 10]);
        let token = marks(1).token(id);
        assert_eq!(token.len(), 52);
        for text in [
            format!("{token}@desk.example"),
            format!("desk+{token}@desk.example"),
            format!("Desk+{}@desk.example", token.to_uppercase()),
        ] {
            assert_eq!(marks(1).parcel(&text), Some(id), "{text}");
        }
        assert_eq!(marks(2).parcel(&format!("{token}@desk.example")), None);
    }

    #[test]
    fn a_copy_of_our_mail_names_its_letter_and_the_id_that_it_was_given() {
        let id = Id::from_parts(Instant::from_seconds(1_769_790_600), [7; 10]);
        let token = marks(1).token(id);
        let head = format!(
            "Subject: x\nmessage-id :\n <given@provider.example>\nX-Kept-Letter: {token}\n\nMessage-ID: <no@x>\n"
        );
        let given = Some("given@provider.example".to_owned());
        for head in [head.clone(), head.replace('\n', "\r\n")] {
            assert_eq!(marks(1).letter(head.as_bytes()), Some((id, given.clone())));
            assert_eq!(marks(2).letter(head.as_bytes()), None);
        }
        assert_eq!(marks(1).letter(b"Message-ID: <a@b>\n\n"), None);
    }

    #[test]
    fn a_token_with_another_letter_anywhere_is_none() {
        let id = Id::from_parts(Instant::from_seconds(1_769_790_600), [7; 10]);
        let token = marks(1).token(id);
        for place in 0..51 {
            let mut other = token.clone().into_bytes();
            other[place] = if other[place] == b'a' { b'b' } else { b'a' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(marks(1).parcel(&other), None, "{place}");
        }
        for text in [
            "",
            "@",
            "desk@desk.example",
            &"a".repeat(52),
            &"é".repeat(26),
        ] {
            assert_eq!(marks(1).parcel(text), None, "{text}");
        }
    }
}
