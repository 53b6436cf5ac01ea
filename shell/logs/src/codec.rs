//! Events as bytes, for sorting and spilling; read back without copying their texts.

use jiff::civil::Date;
use kept_engine::{Actor, Record};
use kept_kernel::{Duration, Instant, Number, Unit};
use kept_language::ast::Value;
use kept_language::{FactId, NounId, RoleId};

/// Writes the pieces of an event one after the other.
#[derive(Default)]
pub struct Packer {
    bytes: Vec<u8>,
}

impl Packer {
    /// Begins anew.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What was written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A small number.
    pub fn small(&mut self, value: u16) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A large number.
    pub fn large(&mut self, value: i64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.bytes
            .extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// A record.
    pub fn record(&mut self, record: Record<'_>) {
        self.small(record.noun.0);
        self.text(record.id);
    }

    /// Who did it.
    pub fn actor(&mut self, actor: Actor<'_>) {
        match actor {
            Actor::Unknown => self.bytes.push(0),
            Actor::Person(name) => {
                self.bytes.push(1);
                self.text(name);
            }
            Actor::Client => self.bytes.push(2),
            Actor::System => self.bytes.push(3),
        }
    }

    /// A typed value.
    pub fn value(&mut self, value: Value) {
        let (kind, number) = match value {
            Value::YesNo(yes) => (0, i64::from(yes)),
            Value::Choice(position) => (1, i64::from(position)),
            Value::Number(number) => (2, number.millionths()),
            Value::Duration(duration) => (
                10 + unit_code(duration.unit()),
                duration.amount().millionths(),
            ),
            Value::Date(date) => (
                4,
                i64::from(date.year()) * 10_000
                    + i64::from(date.month()) * 100
                    + i64::from(date.day()),
            ),
            Value::Instant(instant) => (5, instant.micros()),
            Value::Text(hash) => (6, hash as i64),
        };
        self.bytes.push(kind);
        self.large(number);
    }
}

fn unit_code(unit: Unit) -> u8 {
    Unit::ALL
        .iter()
        .position(|other| *other == unit)
        .unwrap_or_default() as u8
}

/// Reads the pieces back, in the order in which they were written. What was not written is read as nought or empty.
pub struct Unpacker<'a> {
    bytes: &'a [u8],
}

impl<'a> Unpacker<'a> {
    /// Reads these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self
            .bytes
            .split_at_checked(count)
            .unwrap_or((self.bytes, &[]));
        self.bytes = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    /// A small number.
    pub fn small(&mut self) -> u16 {
        u16::from_le_bytes(self.take(2).try_into().unwrap_or_default())
    }

    /// A large number.
    pub fn large(&mut self) -> i64 {
        i64::from_le_bytes(self.take(8).try_into().unwrap_or_default())
    }

    /// A text.
    pub fn text(&mut self) -> &'a str {
        let length = u32::from_le_bytes(self.take(4).try_into().unwrap_or_default());
        std::str::from_utf8(self.take(length as usize)).unwrap_or_default()
    }

    /// A record.
    pub fn record(&mut self) -> Record<'a> {
        Record {
            noun: NounId(self.small()),
            id: self.text(),
        }
    }

    /// Who did it.
    pub fn actor(&mut self) -> Actor<'a> {
        match self.byte() {
            1 => Actor::Person(self.text()),
            2 => Actor::Client,
            3 => Actor::System,
            _ => Actor::Unknown,
        }
    }

    /// A typed value.
    pub fn value(&mut self) -> Option<Value> {
        let kind = self.byte();
        let number = self.large();
        Some(match kind {
            0 => Value::YesNo(number != 0),
            1 => Value::Choice(number as u16),
            2 => Value::Number(Number::from_millionths(number)),
            4 => Value::Date(
                Date::new(
                    (number / 10_000) as i16,
                    (number / 100 % 100) as i8,
                    (number % 100) as i8,
                )
                .ok()?,
            ),
            5 => Value::Instant(Instant::from_micros(number)),
            6 => Value::Text(number as u64),
            duration => {
                let unit = *Unit::ALL.get(usize::from(duration.checked_sub(10)?))?;
                Value::Duration(Duration::new(Number::from_millionths(number), unit).ok()?)
            }
        })
    }

    /// A fact with its value.
    pub fn fact(&mut self) -> (FactId, Option<Value>) {
        (FactId(self.small()), self.value())
    }

    /// A role with its holder.
    pub fn holder(&mut self) -> (RoleId, &'a str) {
        (RoleId(self.small()), self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_read_back() {
        let values = [
            Value::YesNo(true),
            Value::Choice(7),
            Value::Number("-1.5".parse().unwrap()),
            Value::Duration("90 business minutes".parse().unwrap()),
            Value::Date("2026-01-30".parse().unwrap()),
            Value::Instant("2026-01-30T16:30:00Z".parse().unwrap()),
            Value::Text(u64::MAX),
        ];
        let mut packer = Packer::default();
        packer.actor(Actor::Person("Ada"));
        packer.text("é");
        packer.record(Record {
            noun: NounId(3),
            id: "R 1",
        });
        for value in values {
            packer.value(value);
        }
        let mut unpacker = Unpacker::new(packer.bytes());
        assert_eq!(unpacker.actor(), Actor::Person("Ada"));
        assert_eq!(unpacker.text(), "é");
        assert_eq!(
            unpacker.record(),
            Record {
                noun: NounId(3),
                id: "R 1"
            }
        );
        for value in values {
            assert_eq!(unpacker.value(), Some(value));
        }
        assert_eq!(unpacker.text(), "");
    }
}
