//! Identities of records.

use std::fmt;
use std::str::FromStr;

use crate::Instant;

/// The identity of a record: a UUID, version 7 (RFC 9562), so that ids made later sort later.
///
/// Prints and parses in the usual form of 32 hexadecimal digits in five groups.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id([u8; 16]);

/// Why a text is not an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError(String);

/// Where the hyphens stand in the written form.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

impl Id {
    /// The id made of an instant (its milliseconds) and ten random bytes, of which 74 bits are kept.
    #[must_use]
    pub fn from_parts(at: Instant, random: [u8; 10]) -> Self {
        let mut id = [0; 16];
        let (time, rest) = id.split_at_mut(6);
        time.copy_from_slice(&at.micros().div_euclid(1000).to_be_bytes()[2..]);
        rest.copy_from_slice(&random);
        // The version's four bits, and the two of the variant.
        id[6] = (id[6] & 0x0f) | 0x70;
        id[8] = (id[8] & 0x3f) | 0x80;
        Self(id)
    }

    /// The id with these sixteen bytes, as a database returns it.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The next id in order after this one: for records that are made within one millisecond.
    #[must_use]
    pub fn next(self) -> Self {
        Self(u128::from_be_bytes(self.0).wrapping_add(1).to_be_bytes())
    }

    /// Its sixteen bytes, in the order in which ids sort.
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for Id {
    /// A page has hundreds of them, so it is written in one piece.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = digits.map(|digit| match digit {
            ..10 => b'0' + digit,
            _ => b'a' - 10 + digit,
        });
        let mut text = [b'-'; 36];
        let places = text.iter_mut().enumerate();
        let places = places.filter(|(at, _)| !HYPHENS.contains(at));
        for ((_, place), digit) in places.zip(digits) {
            *place = digit;
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || IdError(text.chars().take(40).collect());
        let bytes = text.as_bytes();
        let hyphens = HYPHENS.iter().all(|at| bytes.get(*at) == Some(&b'-'));
        if bytes.len() != 36 || !hyphens {
            return Err(refuse());
        }
        let mut digits = bytes
            .iter()
            .enumerate()
            .filter(|(at, _)| !HYPHENS.contains(at))
            .map(|(_, digit)| char::from(*digit).to_digit(16));
        let mut id = [0; 16];
        for byte in &mut id {
            let (Some(Some(high)), Some(Some(low))) = (digits.next(), digits.next()) else {
                return Err(refuse());
            };
            *byte = (high * 16 + low) as u8;
        }
        Ok(Self(id))
    }
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no id; an id looks like 0192d3c4-5e6f-7a8b-9c0d-1e2f3a4b5c6d",
            self.0
        )
    }
}

impl std::error::Error for IdError {}

#[cfg(test)]
mod tests {
    use super::Id;
    use crate::Instant;

    #[test]
    fn an_id_reads_back_as_it_prints() {
        let id = Id::from_parts(Instant::from_seconds(1_769_790_600), [0xff; 10]);
        assert_eq!(id.to_string(), "019c0fbd-7340-7fff-bfff-ffffffffffff");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
    }

    #[test]
    fn a_later_id_sorts_later() {
        let early = Id::from_parts(Instant::from_micros(1_000), [0xff; 10]);
        let late = Id::from_parts(Instant::from_micros(2_000), [0; 10]);
        assert!(early < late && early.to_string() < late.to_string());
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "019c1a0d",
            "019c0fbd-7340-7fff-bfff-fffffffffffg",
            "019c0fbdx7340-7fff-bfff-ffffffffffff",
            "ééééééééé-éé",
        ] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }
}
