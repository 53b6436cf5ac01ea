//! Rows of comma-separated text, in and out.
//!
//! A stray quote must not swallow the rest of a log: a row that is still open after [`LONGEST_ROW`] lines is given
//! back, its first line is reported, and reading goes on with the next line. That is why this is no crate.

use std::fmt::Write as _;
use std::io;

use crate::bad::BadReason;
use crate::input::{LONGEST_LINE, Line, Lines};

/// The most lines that one quoted row may span.
const LONGEST_ROW: usize = 1_000;

/// One row as read: its fields in the order of the line.
#[derive(Default)]
pub struct Row {
    /// The number of its first line.
    pub line: u64,
    text: String,
    ends: Vec<usize>,
}

impl Row {
    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field at this position.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index {
            0 => 0,
            _ => *self.ends.get(index - 1)?,
        };
        self.text.get(start..end)
    }

    /// The fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds a field.
    pub fn push(&mut self, field: &str) {
        self.text.push_str(field);
        self.ends.push(self.text.len());
    }
}

/// What the next row was.
pub enum Next {
    /// A row that can be read.
    Row,
    /// One that cannot; its text stands in the buffer given.
    Bad(BadReason),
    /// There is no more.
    End,
}

/// Splits lines into rows.
pub struct CsvRows {
    lines: Lines,
    delimiter: u8,
    raw: Vec<u8>,
}

impl CsvRows {
    /// Reads rows of these lines.
    pub fn new(lines: Lines, delimiter: u8) -> Self {
        Self {
            lines,
            delimiter,
            raw: Vec::new(),
        }
    }

    /// The row read last, as it stands in the log.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Reads the next row that is not blank.
    pub fn next(&mut self, row: &mut Row) -> io::Result<Next> {
        loop {
            self.raw.clear();
            row.clear();
            let line = self.lines.next(&mut self.raw)?;
            row.line = self.lines.number();
            match line {
                Line::End => return Ok(Next::End),
                Line::TooLong => return Ok(Next::Bad(BadReason::TooLong)),
                Line::Whole if self.raw.is_empty() => {}
                Line::Whole if memchr::memchr(b'"', &self.raw).is_none() => {
                    return Ok(self.split_plain(row));
                }
                Line::Whole => return self.split_quoted(row),
            }
        }
    }

    fn split_plain(&self, row: &mut Row) -> Next {
        let Ok(text) = std::str::from_utf8(&self.raw) else {
            return Next::Bad(BadReason::Encoding);
        };
        let mut start = 0;
        for end in memchr::memchr_iter(self.delimiter, &self.raw).chain([self.raw.len()]) {
            row.push(text.get(start..end).unwrap_or_default());
            start = end + 1;
        }
        Next::Row
    }

    /// A row with quotes, which may run over several lines.
    fn split_quoted(&mut self, row: &mut Row) -> io::Result<Next> {
        let mut begins = Vec::new();
        let mut place = Place::Start;
        let mut from = 0;
        loop {
            let Ok(text) = std::str::from_utf8(self.raw.get(from..).unwrap_or_default()) else {
                return Ok(Next::Bad(BadReason::Encoding));
            };
            place = unquote(text, char::from(self.delimiter), place, row);
            if place != Place::Quoted {
                row.ends.push(row.text.len());
                return Ok(Next::Row);
            }
            row.text.push('\n');
            begins.push(self.raw.len());
            self.raw.push(b'\n');
            from = self.raw.len();
            let line = self.lines.next(&mut self.raw)?;
            if line == Line::End {
                begins.pop();
                self.raw.pop();
            }
            let too_much = begins.len() >= LONGEST_ROW || self.raw.len() > LONGEST_LINE;
            if line != Line::Whole || too_much {
                return Ok(self.give_back(&begins));
            }
        }
    }

    fn give_back(&mut self, begins: &[usize]) -> Next {
        let ends = begins.iter().copied().skip(1).chain([self.raw.len()]);
        let lines = begins
            .iter()
            .zip(ends)
            .map(|(begin, end)| self.raw.get(begin + 1..end).unwrap_or_default().to_vec())
            .collect();
        self.lines.give_back(lines);
        if let Some(first) = begins.first() {
            self.raw.truncate(*first);
        }
        Next::Bad(BadReason::OpenQuote)
    }
}

/// Where in a field a splitter stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At its beginning, where alone a quote opens.
    Start,
    /// In a field without quotes, or after the closing quote.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote between quotes: the closing one, or the first of two.
    Quote,
}

fn unquote(text: &str, delimiter: char, mut place: Place, row: &mut Row) -> Place {
    for letter in text.chars() {
        place = match (place, letter) {
            (Place::Start, '"') => Place::Quoted,
            (Place::Quoted, '"') => Place::Quote,
            (Place::Quoted, _) | (Place::Quote, '"') => {
                row.text.push(letter);
                Place::Quoted
            }
            (_, _) if letter == delimiter => {
                row.ends.push(row.text.len());
                Place::Start
            }
            (_, _) => {
                row.text.push(letter);
                Place::Plain
            }
        };
    }
    place
}

/// Writes rows of comma-separated text: the same values give the same bytes.
#[derive(Default)]
pub struct CsvText {
    text: String,
    begun: bool,
}

impl CsvText {
    /// An empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field, quoted where it must be.
    pub fn field(&mut self, text: &str) -> &mut Self {
        self.separate();
        if text.contains(['"', ',', '\n', '\r']) {
            self.text.push('"');
            self.text.push_str(&text.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(text);
        }
        self
    }

    /// Adds words that a person wrote, as a cell that a spreadsheet shows and never runs: what begins as a formula gets an apostrophe
    /// before it. A telephone number is a number and no formula: `+44 20 7946 0958` stays as it is.
    pub fn words(&mut self, text: &str) -> &mut Self {
        let begins = text.trim_start_matches([' ', '\u{a0}']);
        let is_number = text
            .strip_prefix('+')
            .is_some_and(|rest| rest.chars().all(|one| one == ' ' || one.is_ascii_digit()));
        if is_number {
            self.field(text)
        } else if begins.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        {
            self.field(&format!("'{text}"))
        } else {
            self.field(text)
        }
    }

    /// Adds a field that needs no quotes: a number, an instant.
    pub fn plain(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.separate();
        // INVARIANT: writing into a string cannot fail.
        let _ = write!(self.text, "{value}");
        self
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        self.text.push('\n');
        self.begun = false;
    }

    /// What was written so far, and begins anew.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// How many bytes are waiting.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether nothing is waiting.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn separate(&mut self) {
        if self.begun {
            self.text.push(',');
        }
        self.begun = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Encoding;

    fn rows(text: &str, delimiter: u8) -> Vec<Result<Vec<String>, (u64, BadReason)>> {
        let lines = Lines::open(
            Box::new(io::Cursor::new(text.as_bytes().to_vec())),
            Encoding::Utf8,
        );
        let mut csv = CsvRows::new(lines.unwrap(), delimiter);
        let mut row = Row::default();
        let mut all = Vec::new();
        loop {
            match csv.next(&mut row).unwrap() {
                Next::Row => all.push(Ok(row.fields().map(str::to_owned).collect())),
                Next::Bad(reason) => all.push(Err((row.line, reason))),
                Next::End => return all,
            }
        }
    }

    #[test]
    fn quotes_hold_delimiters_line_breaks_and_quotes() {
        assert_eq!(
            rows("a,\"b, c\",\"d\"\"e\"\n\n\"two\nlines\",,\n", b','),
            [
                Ok(vec!["a".into(), "b, c".into(), "d\"e".into()]),
                Ok(vec!["two\nlines".into(), String::new(), String::new()])
            ]
        );
    }

    #[test]
    fn another_delimiter_leaves_commas_alone() {
        assert_eq!(
            rows("a;1,5\r\n", b';'),
            [Ok(vec!["a".into(), "1,5".into()])]
        );
    }

    #[test]
    fn a_stray_quote_costs_one_line_and_not_the_rest_of_the_log() {
        assert_eq!(
            rows("a,1\nb,\"5 pipe\nc,3\nd,4\n", b','),
            [
                Ok(vec!["a".into(), "1".into()]),
                Err((2, BadReason::OpenQuote)),
                Ok(vec!["c".into(), "3".into()]),
                Ok(vec!["d".into(), "4".into()])
            ]
        );
    }

    #[test]
    fn a_telephone_number_needs_no_apostrophe_and_a_formula_does() {
        let mut text = CsvText::new();
        text.words("+44 20 7946 0958").words("+1+cmd()").words("=1");
        assert_eq!(text.take(), "+44 20 7946 0958,'+1+cmd(),'=1");
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut text = CsvText::new();
        text.field("a,b").field("c\"d").plain(7).field("").end_row();
        let read = rows(&text.take(), b',');
        assert_eq!(
            read,
            [Ok(vec![
                "a,b".into(),
                "c\"d".into(),
                "7".into(),
                String::new()
            ])]
        );
    }
}
