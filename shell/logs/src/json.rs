//! Rows of JSON lines: one object a line, its keys are the columns, `a.b` is the key `b` of the object under `a`.

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::bad::BadReason;
use crate::csv::{Next, Row};
use crate::input::{Line, Lines};

/// Reads the wanted columns of JSON lines.
pub struct JsonRows {
    lines: Lines,
    wanted: Vec<String>,
    raw: Vec<u8>,
    found: Vec<Option<String>>,
    seen: Vec<bool>,
}

impl JsonRows {
    /// Reads these columns of these lines; in each row they stand in this order, empty where absent.
    pub fn new(lines: Lines, wanted: Vec<String>) -> Self {
        let seen = vec![false; wanted.len()];
        Self {
            lines,
            wanted,
            raw: Vec::new(),
            found: Vec::new(),
            seen,
        }
    }

    /// The line read last.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The wanted columns that no line has had so far.
    pub fn never_seen(&self) -> impl Iterator<Item = &str> {
        let unseen = self
            .wanted
            .iter()
            .zip(&self.seen)
            .filter(|(_, seen)| !**seen);
        unseen.map(|(column, _)| column.as_str())
    }

    /// Reads the next line that is not blank.
    pub fn next(&mut self, row: &mut Row) -> io::Result<Next> {
        loop {
            self.raw.clear();
            row.clear();
            let line = self.lines.next(&mut self.raw)?;
            row.line = self.lines.number();
            match line {
                Line::End => return Ok(Next::End),
                Line::TooLong => return Ok(Next::Bad(BadReason::TooLong)),
                Line::Whole if self.raw.iter().all(u8::is_ascii_whitespace) => {}
                Line::Whole => return Ok(self.read(row)),
            }
        }
    }

    fn read(&mut self, row: &mut Row) -> Next {
        let Ok(text) = std::str::from_utf8(&self.raw) else {
            return Next::Bad(BadReason::Encoding);
        };
        self.found.clear();
        self.found.resize(self.wanted.len(), None);
        let mut reader = serde_json::Deserializer::from_str(text);
        let object = Object {
            wanted: &self.wanted,
            found: &mut self.found,
            prefix: "",
        };
        if let Err(error) = object.deserialize(&mut reader).and_then(|()| reader.end()) {
            return Next::Bad(BadReason::Json(error.to_string()));
        }
        for (value, seen) in self.found.iter().zip(&mut self.seen) {
            *seen |= value.is_some();
            row.push(value.as_deref().unwrap_or_default());
        }
        Next::Row
    }
}

/// An object whose wanted keys are put into their places.
struct Object<'a> {
    wanted: &'a [String],
    found: &'a mut [Option<String>],
    prefix: &'a str,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with one value a column")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let path = match self.prefix {
                "" => key,
                prefix => Cow::Owned(format!("{prefix}.{key}")),
            };
            let place = self.wanted.iter().position(|column| *column == path);
            let inside = self.wanted.iter().any(|column| {
                column
                    .strip_prefix(&*path)
                    .is_some_and(|rest| rest.starts_with('.'))
            });
            if place.is_none() && !inside {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let cell = Cell {
                wanted: self.wanted,
                found: self.found,
                path: &path,
                place,
            };
            map.next_value_seed(cell)?;
        }
        Ok(())
    }
}

/// The value of a wanted key: plain values are taken as text, objects are looked into.
struct Cell<'a> {
    wanted: &'a [String],
    found: &'a mut [Option<String>],
    path: &'a str,
    place: Option<usize>,
}

impl Cell<'_> {
    fn put(self, text: String) {
        if let Some(cell) = self.place.and_then(|place| self.found.get_mut(place)) {
            *cell = Some(text);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.put(text.to_owned());
        Ok(())
    }

    fn visit_bool<E>(self, yes: bool) -> Result<(), E> {
        self.put(yes.to_string());
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.put(number.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.put(number.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.put(number.to_string());
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut count = 0_usize;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        if count > 0 {
            self.put(format!("{count} values"));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let object = Object {
            wanted: self.wanted,
            found: self.found,
            prefix: self.path,
        };
        object.visit_map(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Encoding;

    #[test]
    fn keys_are_columns_and_points_lead_into_objects() {
        let text = "{\"id\":7,\"who\":{\"name\":\"Ada\",\"age\":3},\"tags\":[1,2],\"x\":{\"id\":9}}\n\
                    {\"id\":null,\"who\":\"nobody\"}\nnoise\n";
        let lines = Lines::open(Box::new(io::Cursor::new(text)), Encoding::Utf8).unwrap();
        let wanted = ["id", "who.name", "tags", "absent"]
            .map(str::to_owned)
            .to_vec();
        let mut json = JsonRows::new(lines, wanted);
        let mut row = Row::default();
        assert!(matches!(json.next(&mut row).unwrap(), Next::Row));
        assert_eq!(
            row.fields().collect::<Vec<_>>(),
            ["7", "Ada", "2 values", ""]
        );
        assert!(matches!(json.next(&mut row).unwrap(), Next::Row));
        assert_eq!(row.fields().collect::<Vec<_>>(), ["", "", "", ""]);
        assert!(matches!(
            json.next(&mut row).unwrap(),
            Next::Bad(BadReason::Json(_))
        ));
        assert_eq!(json.never_seen().collect::<Vec<_>>(), ["absent"]);
    }
}
