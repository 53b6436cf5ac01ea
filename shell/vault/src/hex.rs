//! Bytes as hexadecimal digits.

use zeroize::Zeroizing;

const DIGITS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

/// Two small digits for each byte. The text is wiped when dropped, since it may be a key.
pub(crate) fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(DIGITS.get(usize::from(digit)).copied().unwrap_or('0'));
        }
    }
    text
}

/// The `N` bytes written as exactly `2 * N` digits, small or capital.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut digits = text.chars().map(|digit| digit.to_digit(16));
    for byte in bytes.iter_mut() {
        *byte = (digits.next()?? * 16 + digits.next()??) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn digits_are_read_as_they_are_written() {
        assert_eq!(*encode(&[0, 15, 171, 255]), "000fabff");
        assert_eq!(*decode::<4>("000fABff").unwrap(), [0, 15, 171, 255]);
    }

    #[test]
    fn other_lengths_and_other_letters_are_no_digits() {
        for text in [
            "",
            "00",
            "0000000",
            "000000000",
            "00 0ab",
            "0g0fab",
            "００00",
        ] {
            assert!(decode::<4>(text).is_none(), "{text}");
        }
    }
}
