//! Answers, as they come over the line: text with counted bytes in it.

use std::io::{self, Read};

/// The most letters of an answer, without its counted bytes. A list of all mails of a large mailbox is one answer.
const LONGEST: usize = 4 * 1024 * 1024;
/// So many counted parts an answer may have.
const MOST_COUNTED: usize = 16;

/// One answer of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its letters; counted bytes leave their length in it, `{4213}`.
    pub text: String,
    /// Counted bytes, in order.
    pub counted: Vec<Vec<u8>>,
}

/// Why an answer could not be read.
#[derive(Debug)]
pub(super) enum LineError {
    /// Nothing came in time, or the line broke.
    Line(io::Error),
    /// It is longer than anything that is taken.
    TooLong,
}

impl From<io::Error> for LineError {
    fn from(error: io::Error) -> Self {
        Self::Line(error)
    }
}

/// Reads answers from a line.
#[derive(Debug, Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Whether something has come that nobody has read.
    pub(super) fn holds_something(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// The next answer; counted bytes of more than `most` are refused.
    pub(super) fn next(&mut self, line: &mut impl Read, most: usize) -> Result<Answer, LineError> {
        let mut answer = Answer::default();
        loop {
            let text = self.line(line)?;
            answer.text.push_str(&String::from_utf8_lossy(&text));
            if answer.text.len() > LONGEST {
                return Err(LineError::TooLong);
            }
            let Some(length) = counted(&text) else {
                return Ok(answer);
            };
            if length > most || answer.counted.len() >= MOST_COUNTED {
                return Err(LineError::TooLong);
            }
            answer.counted.push(self.exactly(line, length)?);
        }
    }

    /// Up to the end of the line, without it.
    fn line(&mut self, line: &mut impl Read) -> Result<Vec<u8>, LineError> {
        let mut looked = 0;
        loop {
            let fresh = self.buffer.get(looked..).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', fresh) {
                let rest = self.buffer.split_off(looked + end + 1);
                let mut text = std::mem::replace(&mut self.buffer, rest);
                text.pop();
                if text.last() == Some(&b'\r') {
                    text.pop();
                }
                return Ok(text);
            }
            looked = self.buffer.len();
            if looked > LONGEST {
                return Err(LineError::TooLong);
            }
            self.more(line)?;
        }
    }

    fn exactly(&mut self, line: &mut impl Read, length: usize) -> Result<Vec<u8>, LineError> {
        while self.buffer.len() < length {
            self.more(line)?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn more(&mut self, line: &mut impl Read) -> Result<(), LineError> {
        let mut bytes = [0; 16 * 1024];
        let read = line.read(&mut bytes)?;
        if read == 0 {
            return Err(LineError::Line(io::ErrorKind::UnexpectedEof.into()));
        }
        self.buffer
            .extend_from_slice(bytes.get(..read).unwrap_or_default());
        Ok(())
    }
}

/// `{4213}` at the end of a line.
fn counted(text: &[u8]) -> Option<usize> {
    let inner = text.strip_suffix(b"}")?;
    let open = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = inner.get(open + 1..)?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    if digits.is_empty() || digits.len() > 12 {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

impl Answer {
    /// What follows `* `; none for an answer to a command.
    pub(super) fn untagged(&self) -> Option<&str> {
        self.text.strip_prefix("* ")
    }

    /// The number that follows a word, as in `UID 12`.
    pub(super) fn number_after(&self, word: &str) -> Option<u64> {
        let text = self.text.to_ascii_uppercase();
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|rest| rest.find(word)) {
            let at = from + found;
            let before = text.get(..at).and_then(|before| before.chars().last());
            let rest = text.get(at + word.len()..).unwrap_or_default();
            let alone =
                before.is_none_or(|letter| " ([*".contains(letter)) && rest.starts_with(' ');
            let digits: String = rest
                .trim_start()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            if alone && !digits.is_empty() {
                return digits.parse().ok();
            }
            from = at + word.len();
        }
        None
    }
}
