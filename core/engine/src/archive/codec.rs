//! How what is known of a record is written as bytes and read again.

use kept_kernel::{Duration, Instant, Number, Unit};
use kept_language::ast::Value;

use crate::clock::NEVER;

/// Writes a record: numbers in as few bytes as they need.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(super) bytes: Vec<u8>,
    /// How far from its neighbour the last instant lay: many of a duty are one.
    last: i64,
}

const SECOND: i64 = 1_000_000;

/// A signed number as one that is small where it is near nought.
pub(crate) const fn folded(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

pub(crate) const fn unfolded(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

impl Writer {
    /// Begins anew, with room for what stands before the record.
    pub(crate) fn begin(&mut self) {
        self.bytes.clear();
        self.last = 0;
        self.bytes.extend_from_slice(&[0; super::HEAD]);
    }

    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(crate) fn signed(&mut self, number: i64) {
        self.number(folded(number));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// An instant; most lie near `around`.
    pub(crate) fn instant(&mut self, at: Instant, around: Instant) {
        let away = at.micros().wrapping_sub(around.micros());
        if at == NEVER {
            self.bytes.push(0);
        } else if at == Instant::MIN {
            self.bytes.push(1);
        } else if away == 0 {
            self.bytes.push(3);
        } else if away == self.last {
            self.bytes.push(4);
        } else if away % SECOND == 0 {
            self.bytes.push(5);
            self.signed(away / SECOND);
            self.last = away;
        } else {
            self.bytes.push(2);
            self.signed(away);
            self.last = away;
        }
    }

    /// Numbers of which most are nought.
    pub(crate) fn sparse(&mut self, numbers: &[u64]) {
        let present = numbers
            .iter()
            .rev()
            .fold(0, |present, number| present << 1 | u64::from(*number != 0));
        self.number(present);
        for number in numbers.iter().filter(|number| **number != 0) {
            self.number(*number);
        }
    }

    pub(crate) fn value(&mut self, value: Option<Value>, around: Instant) {
        match value {
            None => self.bytes.push(0),
            Some(Value::YesNo(yes)) => self.bytes.push(1 + u8::from(yes)),
            Some(Value::Choice(place)) => {
                self.bytes.push(3);
                self.number(u64::from(place));
            }
            Some(Value::Number(number)) => {
                self.bytes.push(4);
                self.signed(number.millionths());
            }
            Some(Value::Duration(span)) => {
                self.bytes.push(5);
                self.signed(span.amount().millionths());
                let unit = Unit::ALL.iter().position(|unit| *unit == span.unit());
                self.number(unit.unwrap_or_default() as u64);
            }
            Some(Value::Date(day)) => {
                self.bytes.push(6);
                self.signed(i64::from(day.year()));
                self.number(day.month() as u64);
                self.number(day.day() as u64);
            }
            Some(Value::Instant(at)) => {
                self.bytes.push(7);
                self.instant(at, around);
            }
            Some(Value::Text(hash)) => {
                self.bytes.push(8);
                self.bytes.extend_from_slice(&hash.to_le_bytes());
            }
        }
    }
}

/// Reads what a [`Writer`] wrote, in the same order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    last: i64,
}

impl<'a> Reader<'a> {
    pub(super) const fn of(rest: &'a [u8]) -> Self {
        Self { rest, last: 0 }
    }

    fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                *byte
            }
            None => 0,
        }
    }

    pub(crate) fn number(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte < 0x80 {
                return number;
            }
        }
    }

    pub(crate) fn signed(&mut self) -> i64 {
        unfolded(self.number())
    }

    pub(crate) fn text(&mut self) -> &'a [u8] {
        let length = self.number() as usize;
        let (text, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        text
    }

    pub(crate) fn instant(&mut self, around: Instant) -> Instant {
        match self.byte() {
            0 => return NEVER,
            1 => return Instant::MIN,
            3 => return around,
            4 => {}
            5 => self.last = self.signed().wrapping_mul(SECOND),
            _ => self.last = self.signed(),
        }
        Instant::from_micros(around.micros().wrapping_add(self.last))
    }

    pub(crate) fn sparse(&mut self, numbers: &mut [u64]) {
        let present = self.number();
        for (place, number) in numbers.iter_mut().enumerate() {
            *number = if present >> place & 1 == 0 {
                0
            } else {
                self.number()
            };
        }
    }

    pub(crate) fn value(&mut self, around: Instant) -> Option<Value> {
        Some(match self.byte() {
            1 => Value::YesNo(false),
            2 => Value::YesNo(true),
            3 => Value::Choice(self.number() as u16),
            4 => Value::Number(Number::from_millionths(self.signed())),
            5 => {
                let amount = Number::from_millionths(self.signed());
                let unit = Unit::ALL.get(self.number() as usize)?;
                Value::Duration(Duration::new(amount, *unit).ok()?)
            }
            6 => {
                let (year, month, day) = (self.signed(), self.number(), self.number());
                Value::Date(jiff::civil::Date::new(year as i16, month as i8, day as i8).ok()?)
            }
            7 => Value::Instant(self.instant(around)),
            8 => {
                let (hash, rest) = self.rest.split_first_chunk::<8>()?;
                self.rest = rest;
                Value::Text(u64::from_le_bytes(*hash))
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let around = Instant::from_micros(1_700_000_000_000_000);
        let values = [
            None,
            Some(Value::YesNo(true)),
            Some(Value::Choice(300)),
            Some(Value::Number(Number::MIN)),
            Some(Value::Duration(
                Duration::new(Number::whole(3), Unit::BusinessDays).unwrap(),
            )),
            Some(Value::Date(jiff::civil::date(2026, 2, 28))),
            Some(Value::Instant(NEVER)),
            Some(Value::Instant(Instant::from_micros(-5))),
            Some(Value::Text(u64::MAX)),
        ];
        let mut writing = Writer::default();
        for value in values {
            writing.value(value, around);
            writing.text("an id");
            writing.signed(i64::MIN);
            writing.sparse(&[0, 7, 0, u64::MAX]);
        }
        let mut reading = Reader::of(&writing.bytes);
        for value in values {
            assert_eq!(reading.value(around), value);
            assert_eq!(reading.text(), b"an id");
            assert_eq!(reading.signed(), i64::MIN);
            let mut numbers = [1; 4];
            reading.sparse(&mut numbers);
            assert_eq!(numbers, [0, 7, 0, u64::MAX]);
        }
        assert!(reading.rest.is_empty());
    }
}
