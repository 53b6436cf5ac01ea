//! The bytes of a log as UTF-8 lines: gzip is undone, other encodings are turned into UTF-8.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;

/// The longest line that is read as one, in bytes.
pub const LONGEST_LINE: usize = 1 << 20;

/// How the text of a log is written as bytes. A byte order mark wins over it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252, as older Windows programs export it.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// UTF-16; little-endian unless its byte order mark says otherwise.
    #[serde(rename = "utf-16")]
    Utf16,
}

/// How a line ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// The line is whole, without its line break.
    Whole,
    /// The line is longer than [`LONGEST_LINE`]; the rest of it was skipped.
    TooLong,
    /// There is no more.
    End,
}

/// The lines of a log.
pub struct Lines {
    input: Box<dyn BufRead>,
    again: VecDeque<Vec<u8>>,
    number: u64,
}

impl Lines {
    /// Opens a log. Gzip is known by its first bytes, whatever the file is called.
    pub fn open(raw: Box<dyn Read>, encoding: Encoding) -> io::Result<Self> {
        let plain = undo_gzip(raw)?;
        Ok(Self {
            input: Box::new(BufReader::with_capacity(1 << 16, decode(plain, encoding)?)),
            again: VecDeque::new(),
            number: 0,
        })
    }

    /// The number of the line read last, from 1.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The first byte of the log that is no white space, without reading it.
    pub fn first_byte(&mut self) -> io::Result<Option<u8>> {
        let start = self.input.fill_buf()?;
        Ok(start.iter().copied().find(|b| !b.is_ascii_whitespace()))
    }

    /// Appends the next line to `into`, without its line break.
    pub fn next(&mut self, into: &mut Vec<u8>) -> io::Result<Line> {
        if let Some(line) = self.again.pop_front() {
            self.number += 1;
            into.extend_from_slice(&line);
            return Ok(Line::Whole);
        }
        let begin = into.len();
        let mut too_long = false;
        let mut any = false;
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            any = true;
            let found = memchr::memchr(b'\n', bytes);
            let part = found.map_or(bytes, |end| bytes.get(..end).unwrap_or_default());
            if into.len() - begin + part.len() > LONGEST_LINE {
                too_long = true;
            } else {
                into.extend_from_slice(part);
            }
            let used = part.len() + usize::from(found.is_some());
            self.input.consume(used);
            if found.is_some() {
                break;
            }
        }
        if !any {
            return Ok(Line::End);
        }
        self.number += 1;
        if into.len() > begin && into.last() == Some(&b'\r') {
            into.pop();
        }
        Ok(if too_long { Line::TooLong } else { Line::Whole })
    }

    /// Gives back lines that were read, so that they are read again, the first one first.
    pub fn give_back(&mut self, lines: Vec<Vec<u8>>) {
        self.number -= lines.len() as u64;
        for line in lines.into_iter().rev() {
            self.again.push_front(line);
        }
    }
}

fn undo_gzip(mut raw: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let (head, chained) = peek(&mut raw, 2)?;
    let whole = io::Cursor::new(chained).chain(raw);
    if head == [0x1f, 0x8b] {
        return Ok(Box::new(MultiGzDecoder::new(BufReader::with_capacity(
            1 << 16,
            whole,
        ))));
    }
    Ok(Box::new(whole))
}

fn decode(mut plain: Box<dyn Read>, encoding: Encoding) -> io::Result<Box<dyn Read>> {
    let (head, chained) = peek(&mut plain, 3)?;
    let rest = |skip: usize| {
        let kept = chained.get(skip..).unwrap_or_default().to_vec();
        io::Cursor::new(kept).chain(plain)
    };
    Ok(match (head.as_slice(), encoding) {
        ([0xef, 0xbb, 0xbf, ..], _) => Box::new(rest(3)),
        ([0xff, 0xfe, ..], _) => Box::new(Utf16::new(rest(2), u16::from_le_bytes)),
        ([0xfe, 0xff, ..], _) => Box::new(Utf16::new(rest(2), u16::from_be_bytes)),
        (_, Encoding::Utf8) => Box::new(rest(0)),
        (_, Encoding::Utf16) => Box::new(Utf16::new(rest(0), u16::from_le_bytes)),
        (_, Encoding::Windows1252) => Box::new(Windows1252::new(rest(0))),
    })
}

fn peek(input: &mut dyn Read, most: usize) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut head = Vec::with_capacity(most);
    input.take(most as u64).read_to_end(&mut head)?;
    Ok((head.clone(), head))
}

/// Hands out UTF-8 that a decoder has made, piece by piece.
#[derive(Default)]
struct Made {
    text: Vec<u8>,
    at: usize,
}

impl Made {
    fn hand_out(&mut self, into: &mut [u8]) -> usize {
        let ready = self.text.get(self.at..).unwrap_or_default();
        let count = ready.len().min(into.len());
        for (to, from) in into.iter_mut().zip(ready) {
            *to = *from;
        }
        self.at += count;
        if self.at >= self.text.len() {
            self.text.clear();
            self.at = 0;
        }
        count
    }

    fn push(&mut self, letter: char) {
        let mut bytes = [0; 4];
        self.text
            .extend_from_slice(letter.encode_utf8(&mut bytes).as_bytes());
    }
}

struct Windows1252<R> {
    input: R,
    made: Made,
}

/// What Windows-1252 has at 0x80 to 0x9f, where it differs from Latin-1.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

impl<R: Read> Windows1252<R> {
    fn new(input: R) -> Self {
        Self {
            input,
            made: Made::default(),
        }
    }
}

impl<R: Read> Read for Windows1252<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.made.text.is_empty() {
            let mut bytes = [0; 8192];
            let count = self.input.read(&mut bytes)?;
            for byte in bytes.iter().take(count).copied() {
                let letter = match byte {
                    0x80..=0x9f => WINDOWS_1252.chars().nth(usize::from(byte - 0x80)),
                    _ => None,
                };
                self.made.push(letter.unwrap_or(char::from(byte)));
            }
        }
        Ok(self.made.hand_out(into))
    }
}

struct Utf16<R> {
    input: R,
    order: fn([u8; 2]) -> u16,
    left: Vec<u8>,
    high: Option<u16>,
    made: Made,
}

impl<R: Read> Utf16<R> {
    fn new(input: R, order: fn([u8; 2]) -> u16) -> Self {
        Self {
            input,
            order,
            left: Vec::new(),
            high: None,
            made: Made::default(),
        }
    }

    fn take(&mut self, unit: u16) {
        let pair: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
        if pair.len() == 1 && (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        for letter in char::decode_utf16(pair) {
            self.made
                .push(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.made.text.is_empty() {
            let mut bytes = [0; 8192];
            let count = self.input.read(&mut bytes)?;
            if count == 0 {
                break;
            }
            let mut all = std::mem::take(&mut self.left);
            all.extend(bytes.iter().take(count));
            let mut pairs = all.chunks_exact(2);
            for pair in pairs.by_ref() {
                if let [a, b] = *pair {
                    let unit = (self.order)([a, b]);
                    self.take(unit);
                }
            }
            self.left = pairs.remainder().to_vec();
        }
        Ok(self.made.hand_out(into))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn lines(bytes: &[u8], encoding: Encoding) -> Vec<String> {
        let mut lines = Lines::open(Box::new(io::Cursor::new(bytes.to_vec())), encoding).unwrap();
        let mut all = Vec::new();
        let mut line = Vec::new();
        while lines.next(&mut line).unwrap() != Line::End {
            all.push(String::from_utf8(std::mem::take(&mut line)).unwrap());
        }
        all
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_column() {
        assert_eq!(
            lines(b"\xef\xbb\xbfid,a\r\n1,2", Encoding::Utf8),
            ["id,a", "1,2"]
        );
    }

    #[test]
    fn windows_1252_is_read_as_its_letters() {
        assert_eq!(
            lines(b"M\xfcller \x96 5 \x80", Encoding::Windows1252),
            ["Müller – 5 €"]
        );
    }

    #[test]
    fn utf_16_is_read_in_either_order_and_beyond_the_first_plane() {
        let text = "id;ö\n𝄞;2";
        let mut little = vec![0xff, 0xfe];
        little.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let mut big = vec![0xfe, 0xff];
        big.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(lines(&little, Encoding::Utf8), ["id;ö", "𝄞;2"]);
        assert_eq!(lines(&big, Encoding::Utf8), ["id;ö", "𝄞;2"]);
    }

    #[test]
    fn gzip_is_known_by_its_first_bytes() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"a\nb\n").unwrap();
        assert_eq!(lines(&packer.finish().unwrap(), Encoding::Utf8), ["a", "b"]);
    }

    #[test]
    fn a_line_without_end_is_cut_and_said_to_be_too_long() {
        let mut bytes = vec![b'x'; LONGEST_LINE * 3];
        bytes.extend(b"\nnext");
        let mut lines = Lines::open(Box::new(io::Cursor::new(bytes)), Encoding::Utf8).unwrap();
        let mut line = Vec::new();
        assert_eq!(lines.next(&mut line).unwrap(), Line::TooLong);
        assert!(line.len() <= LONGEST_LINE);
        line.clear();
        assert_eq!(lines.next(&mut line).unwrap(), Line::Whole);
        assert_eq!((line.as_slice(), lines.number()), (b"next".as_slice(), 2));
    }
}
