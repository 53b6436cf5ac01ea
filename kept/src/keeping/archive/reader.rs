//! Reading a backup. Nothing of it is believed before all of it was read once: counts, hashes, and the last line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use age::stream::StreamReader;
use flate2::read::GzDecoder;
use kept_store::copy::{Cell, Table};

use super::lines::{FORMAT, Head, Line, cells, decoded};
use super::lock::Opener;
use crate::keeping::canonical::RowsHash;
use crate::tell::Failure;

/// A backup being read.
pub struct Reader {
    lines: BufReader<GzDecoder<StreamReader<BufReader<File>>>>,
    path: PathBuf,
    line: String,
    head: Head,
}

/// What a backup was seen to hold.
#[derive(Default)]
pub struct Seen {
    /// For each table: rows, hash, the last number it had given out.
    pub tables: BTreeMap<String, (u64, String, Option<i64>)>,
    /// Rows in all.
    pub rows: u64,
}

impl Reader {
    /// Opens it and reads what it is.
    pub fn open(path: &Path, opener: &Opener) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| {
            Failure::new(format!(
                "{} could not be read: {}.",
                path.display(),
                crate::files::plain(&error)
            ))
        })?;
        let opened = opener.open(path, BufReader::new(file))?;
        let mut lines = BufReader::with_capacity(1 << 16, GzDecoder::new(opened));
        let mut line = String::new();
        // Not every length of a first line is worth memory: this is no backup then.
        let read = std::io::Read::take(&mut lines, 1 << 20).read_line(&mut line);
        let head: Head = read
            .ok()
            .and_then(|_| serde_json::from_str(&line).ok())
            .ok_or_else(|| damaged(path, "its first line is not that of a backup"))?;
        if head.kept_backup != FORMAT {
            return Err(Failure::new(format!(
                "{} was written by a later version of Kept ({}). Restore it with that version.",
                path.display(),
                head.program
            )));
        }
        Ok(Self {
            lines,
            path: path.to_owned(),
            line,
            head,
        })
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Reads all of it. `file` gets the parts of files, `rows` the rows of each table in slices; both see them before it
    /// is known that the rest is whole.
    pub fn read(
        mut self,
        tables: &[Table],
        mut file: impl FnMut(&str, &[u8]) -> Result<(), Failure>,
        mut rows: impl FnMut(usize, &[Vec<Cell>]) -> Result<(), Failure>,
    ) -> Result<Seen, Failure> {
        let mut seen = Seen::default();
        let mut next = 0;
        let mut open: Option<Open> = None;
        while self.advance()? {
            if self.line.starts_with('[') {
                let Some((at, table)) = open.as_mut().zip(tables.get(next)) else {
                    return Err(damaged(&self.path, "it has a row outside a table"));
                };
                let row = cells(&table.columns, &self.line)
                    .ok_or_else(|| damaged(&self.path, &format!("a row of {}", table.name)))?;
                at.hash.add(&table.columns, &row);
                at.count += 1;
                at.waiting.push(row);
                if at.waiting.len() >= 500 {
                    rows(next, &at.waiting)?;
                    at.waiting.clear();
                }
                continue;
            }
            let line = serde_json::from_str(&self.line)
                .map_err(|_| damaged(&self.path, "a line is not what it should be"))?;
            match line {
                Line::File(part) => {
                    let bytes =
                        decoded(&part.part).ok_or_else(|| damaged(&self.path, "a file in it"))?;
                    file(&part.file, &bytes)?;
                }
                Line::Table(head) => {
                    let columns = |table: &Table| {
                        let names = table.columns.iter().map(|column| &column.name);
                        table.name == head.table && names.eq(&head.columns)
                    };
                    if open.is_some() || !tables.get(next).is_some_and(columns) {
                        let what = format!("the table {} is not as expected", head.table);
                        return Err(damaged(&self.path, &what));
                    }
                    open = Some(Open::new(head.given));
                }
                Line::End(end) => {
                    let table = open.take().ok_or_else(|| damaged(&self.path, "an end"))?;
                    rows(next, &table.waiting)?;
                    let hash = table.hash.finish();
                    if (table.count, &hash) != (end.rows, &end.hash) {
                        return Err(damaged(&self.path, &format!("the rows of {}", end.end)));
                    }
                    seen.rows += end.rows;
                    seen.tables.insert(end.end, (end.rows, hash, table.given));
                    next += 1;
                }
                Line::Foot(foot) => {
                    let whole = foot.rows == seen.rows && next == tables.len();
                    if !whole || open.is_some() || self.advance()? {
                        return Err(damaged(&self.path, "it does not end as it should"));
                    }
                    return Ok(seen);
                }
            }
        }
        Err(damaged(&self.path, "its end is missing"))
    }

    /// Whether there is another line.
    fn advance(&mut self) -> Result<bool, Failure> {
        self.line.clear();
        let read = self
            .lines
            .read_line(&mut self.line)
            .map_err(|error| damaged(&self.path, &error.to_string()))?;
        Ok(read > 0)
    }
}

/// A table that is being read.
struct Open {
    hash: RowsHash,
    count: u64,
    given: Option<i64>,
    waiting: Vec<Vec<Cell>>,
}

impl Open {
    fn new(given: Option<i64>) -> Self {
        Self {
            hash: RowsHash::new(),
            count: 0,
            given,
            waiting: Vec::new(),
        }
    }
}

fn damaged(path: &Path, what: &str) -> Failure {
    Failure::new(format!(
        "{} is damaged: {what}. Nothing of it was used.",
        path.display()
    ))
}
