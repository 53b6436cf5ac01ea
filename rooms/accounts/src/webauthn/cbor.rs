//! As much of CBOR (RFC 8949) as authenticators write: definite lengths, integers, byte strings, maps; all else is passed over.

/// So deep may what is passed over be nested.
const DEEPEST: u8 = 8;

/// One item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Integer(i64),
    Bytes(&'a [u8]),
    /// Texts, lists, maps, tags, floats, truth.
    Other,
}

/// Reads items from the front. Nothing where the bytes are no CBOR, end too soon, or use indefinite lengths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What is not read yet.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The beginning of a map: how many pairs follow.
    pub(super) fn map(&mut self) -> Option<u64> {
        let (kind, pairs) = self.head()?;
        (kind == 5).then_some(pairs)
    }

    /// The next item, whole.
    pub(super) fn item(&mut self) -> Option<Item<'a>> {
        self.nested(DEEPEST)
    }

    fn nested(&mut self, deeper: u8) -> Option<Item<'a>> {
        let deeper = deeper.checked_sub(1)?;
        let (kind, number) = self.head()?;
        match kind {
            0 => i64::try_from(number).ok().map(Item::Integer),
            1 => i64::try_from(number)
                .ok()
                .map(|number| Item::Integer(-1 - number)),
            2 => self.take(number).map(Item::Bytes),
            3 => self.take(number).map(|_| Item::Other),
            4 => self.pass(number, deeper),
            5 => self.pass(number.checked_mul(2)?, deeper),
            6 => self.pass(1, deeper),
            // The number was the value itself.
            _ => Some(Item::Other),
        }
    }

    fn pass(&mut self, items: u64, deeper: u8) -> Option<Item<'a>> {
        // Each takes a byte at least, so that a false number ends with the bytes.
        for _ in 0..items {
            self.nested(deeper)?;
        }
        Some(Item::Other)
    }

    /// The kind of an item, and its number: value, length or count.
    fn head(&mut self) -> Option<(u8, u64)> {
        let &[first] = self.take(1)? else { return None };
        let more = match first & 31 {
            small @ 0..=23 => return Some((first >> 5, u64::from(small))),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return None,
        };
        let bytes = self.take(more)?;
        let number = bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        Some((first >> 5, number))
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::{Item, Reader};

    fn items(mut bytes: &[u8]) -> Vec<Option<Item<'_>>> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let mut reader = Reader::new(bytes);
            let item = reader.item();
            found.push(item);
            if item.is_none() {
                break;
            }
            bytes = reader.rest();
        }
        found
    }

    #[test]
    fn numbers_and_bytes_are_read_and_all_else_is_passed_over_whole() {
        let bytes = [
            0x01, 0x26, 0x39, 0x01, 0x00, 0x42, 9, 8, 0x63, b'f', b'm', b't', 0xa1, 0x61, b'a',
            0x82, 1, 2, 0xf5, 0xfb, 1, 2, 3, 4, 5, 6, 7, 8, 0xc1, 0x00, 0x18, 0x20,
        ];
        let other = Some(Item::Other);
        assert_eq!(
            items(&bytes),
            [
                Some(Item::Integer(1)),
                Some(Item::Integer(-7)),
                Some(Item::Integer(-257)),
                Some(Item::Bytes(&[9, 8])),
                other,
                other,
                other,
                other,
                other,
                Some(Item::Integer(32)),
            ]
        );
    }

    #[test]
    fn what_ends_too_soon_or_never_is_refused() {
        for bytes in [
            &[0x42, 1][..],
            &[0x18],
            &[0x5f, 0x41, 1, 0xff],
            &[0xbf, 0xff],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x81; 64],
            &[0x1c],
        ] {
            assert_eq!(items(bytes), [None], "{bytes:x?}");
        }
    }
}
