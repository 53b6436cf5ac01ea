//! The rows of a log, bound to the columns that the mapping names.

use std::io::{self, Read};

use kept_kernel::Instant;

use crate::bad::{BadLine, BadReason};
use crate::csv::{CsvRows, Next, Row};
use crate::input::Lines;
use crate::json::JsonRows;
use crate::mapping::{Mapping, MappingProblem, Policy, Ties};
use crate::phrase::nearest_word;
use crate::read::LogError;
use crate::summary::Summary;
use crate::time::TimeReader;
use crate::value::value_of;

/// A row whose subject and time are known. Its cells stand in the order of the mapping's columns; missing ones are
/// empty.
#[derive(Default)]
pub struct GoodRow {
    pub line: u64,
    pub at: Instant,
    pub recorded: Option<Instant>,
    pub tie: i64,
    pub cells: Row,
}

impl GoodRow {
    /// The cell of a column of the mapping.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }
}

enum Source {
    Csv {
        rows: CsvRows,
        places: Vec<usize>,
        expected: usize,
    },
    Json(JsonRows),
}

/// Reads the rows of a log.
pub struct LogRows<'m> {
    mapping: &'m Mapping,
    register: &'m kept_language::Register,
    source: Source,
    found: Row,
    times: TimeReader,
    last_at: Instant,
    most: u64,
}

/// What the next row was.
pub enum NextRow {
    /// One that can be used.
    Good,
    /// One that cannot.
    Bad(BadLine),
    /// There is no more.
    End,
}

impl<'m> LogRows<'m> {
    /// Opens a log and finds the mapping's columns in it.
    pub fn open(
        raw: Box<dyn Read>,
        mapping: &'m Mapping,
        register: &'m kept_language::Register,
    ) -> Result<Self, LogError> {
        let mut lines = Lines::open(raw, mapping.log.encoding)?;
        let first = lines.first_byte()?.ok_or(LogError::Empty)?;
        let source = if mapping.log.json.unwrap_or(first == b'{') {
            let wanted = mapping.columns.iter().map(|c| c.name.clone()).collect();
            Source::Json(JsonRows::new(lines, wanted))
        } else {
            let mut rows = CsvRows::new(lines, mapping.log.delimiter);
            let header = header(&mut rows, mapping)?;
            let places = places(&header, mapping)?;
            Source::Csv {
                rows,
                places,
                expected: header.len(),
            }
        };
        Ok(Self {
            mapping,
            register,
            source,
            found: Row::default(),
            times: TimeReader::new(mapping.time.formats.clone(), mapping.time.zone.clone()),
            last_at: Instant::MIN,
            most: u64::MAX,
        })
    }

    /// Reads so many rows at most.
    pub fn stop_after(&mut self, rows: Option<u64>) {
        self.most = rows.unwrap_or(u64::MAX);
    }

    /// Reads the next row.
    pub fn next(&mut self, into: &mut GoodRow, summary: &mut Summary) -> io::Result<NextRow> {
        if summary.rows >= self.most {
            return Ok(NextRow::End);
        }
        let (next, raw) = match &mut self.source {
            Source::Csv { rows, .. } => (rows.next(&mut self.found)?, rows.raw()),
            Source::Json(rows) => (rows.next(&mut self.found)?, rows.raw()),
        };
        let judged = match next {
            Next::End => return Ok(NextRow::End),
            Next::Bad(reason) => Err(reason),
            Next::Row => Ok(()),
        };
        let text = raw.get(..raw.len().min(200)).unwrap_or_default().to_vec();
        summary.rows += 1;
        let judged = judged
            .and_then(|()| self.pick(into))
            .and_then(|()| self.judge(into, summary));
        Ok(match judged {
            Ok(()) => NextRow::Good,
            Err(reason) => {
                summary.bad(reason.kind());
                NextRow::Bad(BadLine {
                    line: self.found.line,
                    reason,
                    text: String::from_utf8_lossy(&text).into_owned(),
                })
            }
        })
    }

    /// Adds what only the whole log tells.
    pub fn close(&self, summary: &mut Summary) {
        summary.doubtful_times += self.times.doubtful();
        if let Source::Json(rows) = &self.source {
            summary.absent_columns = rows.never_seen().map(str::to_owned).collect();
        }
    }

    /// Takes the mapping's columns out of the row as read.
    fn pick(&self, into: &mut GoodRow) -> Result<(), BadReason> {
        into.line = self.found.line;
        into.cells.clear();
        match &self.source {
            Source::Csv { expected, .. } if *expected != self.found.len() => {
                return Err(BadReason::Fields {
                    expected: *expected,
                    found: self.found.len(),
                });
            }
            Source::Csv { places, .. } => {
                for place in places {
                    into.cells.push(self.known(self.found.get(*place)));
                }
            }
            Source::Json(_) => {
                for index in 0..self.mapping.columns.len() {
                    into.cells.push(self.known(self.found.get(index)));
                }
            }
        }
        Ok(())
    }

    fn known<'c>(&self, cell: Option<&'c str>) -> &'c str {
        let cell = cell.unwrap_or_default().trim();
        if self.mapping.log.missing.iter().any(|mark| mark == cell) {
            ""
        } else {
            cell
        }
    }

    fn judge(&mut self, row: &mut GoodRow, summary: &mut Summary) -> Result<(), BadReason> {
        let mapping = self.mapping;
        if row.cell(mapping.subject.id).is_empty() {
            return Err(BadReason::Empty(name_of(mapping, mapping.subject.id)));
        }
        row.at = self
            .time(row, mapping.time.column)?
            .ok_or_else(|| BadReason::Empty(name_of(mapping, mapping.time.column)))?;
        row.recorded = match mapping.time.recorded {
            Some(column) => self.time(row, column)?,
            None => None,
        };
        if row.recorded.is_some_and(|recorded| recorded < row.at) {
            return Err(BadReason::RecordedBefore);
        }
        row.tie = match mapping.time.ties {
            Ties::Column(column) => row.cell(column).parse().unwrap_or(i64::MAX),
            _ => 0,
        };
        self.judge_values(row, summary)?;
        summary.out_of_order += u64::from(row.at < self.last_at && !mapping.log.together);
        self.last_at = row.at;
        Ok(())
    }

    fn time(&mut self, row: &GoodRow, column: usize) -> Result<Option<Instant>, BadReason> {
        read_time(&mut self.times, self.mapping, row, column)
    }

    /// Values without a meaning make the line bad, or are counted, as the mapping says.
    fn judge_values(&mut self, row: &GoodRow, summary: &mut Summary) -> Result<(), BadReason> {
        let mapping = self.mapping;
        let mut unnamed = Vec::new();
        if let Some(activity) = &mapping.activity {
            let cell = row.cell(activity.column);
            if !cell.is_empty() && !activity.named.contains(cell) {
                unnamed.push((activity.column, activity.otherwise));
            }
        }
        for plan in &mapping.facts {
            let cell = row.cell(plan.column);
            let named = cell.is_empty()
                || if plan.listed {
                    plan.values.contains_key(cell)
                } else {
                    value_of(&self.register[plan.fact], cell, &mut self.times).is_some()
                };
            if !named {
                unnamed.push((plan.column, plan.otherwise));
            }
        }
        for (column, policy) in unnamed {
            let name = name_of(mapping, column);
            let text = row.cell(column);
            match policy {
                Policy::Ignore => {}
                Policy::Count => summary.unnamed(&name, text),
                Policy::Error => {
                    let text = text.to_owned();
                    return Err(BadReason::Value { column: name, text });
                }
            }
        }
        Ok(())
    }
}

/// The time in a column; none where it is empty.
pub fn read_time(
    times: &mut TimeReader,
    mapping: &Mapping,
    row: &GoodRow,
    column: usize,
) -> Result<Option<Instant>, BadReason> {
    let text = row.cell(column);
    if text.is_empty() {
        return Ok(None);
    }
    times.read(text).map(Some).ok_or_else(|| BadReason::Time {
        column: name_of(mapping, column),
        text: text.to_owned(),
    })
}

/// The name of a column of the mapping.
pub fn name_of(mapping: &Mapping, column: usize) -> String {
    let column = mapping.columns.get(column);
    column.map(|column| column.name.clone()).unwrap_or_default()
}

fn header(rows: &mut CsvRows, mapping: &Mapping) -> Result<Vec<String>, LogError> {
    if let Some(names) = &mapping.log.header {
        return Ok(names.clone());
    }
    let mut row = Row::default();
    match rows.next(&mut row)? {
        Next::Row => Ok(row.fields().map(|name| name.trim().to_owned()).collect()),
        Next::Bad(reason) => Err(LogError::Header(reason)),
        Next::End => Err(LogError::Empty),
    }
}

/// Where each of the mapping's columns stands in the log.
fn places(header: &[String], mapping: &Mapping) -> Result<Vec<usize>, LogError> {
    let mut places = Vec::new();
    let mut problems = Vec::new();
    for wanted in &mapping.columns {
        let mut found = header
            .iter()
            .enumerate()
            .filter(|(_, name)| **name == wanted.name);
        match (found.next(), found.next()) {
            (Some((place, _)), None) => places.push(place),
            (Some(_), Some(_)) => problems.push(MappingProblem {
                line: wanted.line,
                column: wanted.column,
                what: format!("The log has two columns “{}”.", wanted.name),
                help: Some("Rename one of them, or name all under columns in [log].".to_owned()),
            }),
            (None, _) => problems.push(MappingProblem {
                line: wanted.line,
                column: wanted.column,
                what: format!("The log has no column “{}”.", wanted.name),
                help: Some(column_help(header, &wanted.name)),
            }),
        }
    }
    if problems.is_empty() {
        Ok(places)
    } else {
        Err(LogError::Columns(problems))
    }
}

fn column_help(header: &[String], wanted: &str) -> String {
    if let Some(near) = nearest_word(wanted, header.iter().map(String::as_str)) {
        return format!("Did you mean “{near}”?");
    }
    let shown = |name: &String| name.chars().filter(|c| !c.is_control()).take(40).collect();
    let names: Vec<String> = header.iter().take(12).map(shown).collect();
    let more = if header.len() > 12 { ", …" } else { "" };
    format!("It has: {}{more}.", names.join(", "))
}
