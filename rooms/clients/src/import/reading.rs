//! A list as a file: which letters, which separator, which rows.

use super::MOST_LINES;
use super::uses::{Layout, layout};

/// The most columns of a list.
const MOST_COLUMNS: usize = 200;
/// The most letters of a cell that are kept.
const LONGEST_CELL: usize = 4_000;

/// A list: its columns, and rows with a cell for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Why a file is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadingProblem {
    /// Nothing in it.
    #[error(
        "The file is empty, or has only a first line. The first line names the columns, each further line is a client or contact."
    )]
    Empty,
    /// Another kind of file.
    #[error("This is no list of lines with commas. Save it as CSV and send it again.")]
    NoList,
    /// Too large.
    #[error("The file has more than 50,000 lines. Send it in parts.")]
    TooLong,
}

/// Reads a file.
pub(crate) fn read(bytes: &[u8]) -> Result<Table, ReadingProblem> {
    if bytes.iter().take(4_096).any(|byte| *byte == 0)
        && !bytes.starts_with(&[0xff, 0xfe])
        && !bytes.starts_with(&[0xfe, 0xff])
    {
        return Err(ReadingProblem::NoList);
    }
    let text = decoded(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(&text))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| ReadingProblem::NoList)?;
        let cell = |cell: &str| {
            cell.trim()
                .chars()
                .filter(|letter| *letter != '\0')
                .take(LONGEST_CELL)
                .collect()
        };
        let row: Vec<String> = record.iter().take(MOST_COLUMNS).map(cell).collect();
        if row.iter().any(|cell| !cell.is_empty()) {
            rows.push(row);
        }
        if rows.len() > MOST_LINES + 1 {
            return Err(ReadingProblem::TooLong);
        }
    }
    let mut rows = rows.into_iter();
    let columns = rows.next().ok_or(ReadingProblem::Empty)?;
    let width = columns.len();
    let is_ours = layout(&columns) == Layout::Kept;
    let rows: Vec<Vec<String>> = rows
        .map(|mut row| {
            if is_ours {
                row.iter_mut().for_each(unguard);
            }
            row.resize(width, String::new());
            row
        })
        .collect();
    if rows.is_empty() {
        return Err(ReadingProblem::Empty);
    }
    Ok(Table { columns, rows })
}

/// Takes off the apostrophe that a list of ours has before what a spreadsheet would run.
fn unguard(cell: &mut String) {
    let is_guarded = cell.strip_prefix('\'').is_some_and(|rest| {
        rest.trim_start()
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
    });
    if is_guarded {
        cell.remove(0);
    }
}

/// By the mark at its beginning; else UTF-8, where it is; else as Windows writes it.
fn decoded(bytes: &[u8]) -> String {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| western(*byte)).collect(),
        },
    }
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .filter_map(|pair| Some(unit(pair.try_into().ok()?)))
        .collect();
    String::from_utf16_lossy(&units)
}

/// A letter of Windows-1252.
fn western(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH
            .get(usize::from(byte - 0x80))
            .copied()
            .unwrap_or('\u{fffd}'),
        other => char::from(other),
    }
}

/// The sign that stands most often in the first line.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: u8| first.bytes().filter(|byte| *byte == sign).count();
    let signs = [b',', b';', b'\t', b'|'];
    signs
        .into_iter()
        .rev()
        .max_by_key(|sign| count(*sign))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::{ReadingProblem, read};

    #[test]
    fn lists_are_read_with_any_separator_mark_and_letters() {
        let expected = [["Müller", "a, b"]];
        for bytes in [
            "name,what\nMüller,\"a, b\"\n".as_bytes().to_vec(),
            "\u{feff}name;what\r\nMüller;a, b\r\n".as_bytes().to_vec(),
            b"name\twhat\nM\xfcller\ta, b\n".to_vec(),
            [0xff, 0xfe]
                .into_iter()
                .chain(
                    "name;what\nMüller;a, b"
                        .encode_utf16()
                        .flat_map(u16::to_le_bytes),
                )
                .collect(),
        ] {
            let table = read(&bytes).unwrap();
            assert_eq!(table.columns, ["name", "what"]);
            assert_eq!(table.rows, expected);
        }
        assert_eq!(read(b"name\n"), Err(ReadingProblem::Empty));
        assert_eq!(read(b"PK\x03\x04\x00\x00"), Err(ReadingProblem::NoList));
        assert_eq!(
            read(b"a,b\nx\n").unwrap().rows,
            [["x", ""]],
            "short lines are filled up"
        );
    }
}
