//! What a log gives through a mapping, before anything is imported: its beginning is read, and nothing is written.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use kept_engine::{Event, What};
use kept_journal::InForce;
use kept_kernel::Instant;
use kept_language::Register;
use kept_logs::{BadLine, LogError, Mapping, ReadOptions, Watch, act_words, read};
use serde::{Deserialize, Serialize};

/// So many lines are read.
pub const MOST_LINES: u64 = 20_000;
/// So many bad lines and unnamed values are shown.
const MOST_SHOWN: usize = 20;

/// What the beginning of a log gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Why it cannot be read at all, line by line of the mapping; empty: it can.
    pub problems: Vec<String>,
    /// Each column that is read, and what it is taken for.
    pub columns: Vec<(String, Vec<String>)>,
    /// Lines that were read.
    pub lines: u64,
    /// Whether that is the whole log.
    pub whole: bool,
    /// Events by what happened, most often first.
    pub kinds: Vec<(String, u64)>,
    /// Events in all.
    pub events: u64,
    /// Lines that cannot be used.
    pub bad: u64,
    /// The first of them: number, reason, how the line begins.
    pub bad_lines: Vec<(u64, String, String)>,
    /// Values without a meaning: column, value, how often.
    pub unnamed: Vec<(String, String, u64)>,
    /// The first and the last event, in microseconds.
    pub span: Option<(i64, i64)>,
    /// How many records they are about.
    pub records: u64,
    /// How many clients they concern.
    pub clients: u64,
    /// What is taken for granted.
    pub assumptions: Vec<String>,
}

/// Reads the beginning of a log.
pub fn beginning(raw: impl Read + 'static, mapping: &str, rules: &InForce) -> Reading {
    let register = &rules.register;
    let mapping = match mapping_of(mapping, register) {
        Ok(mapping) => mapping,
        Err(problems) => return refused(problems),
    };
    let options = ReadOptions {
        rows: Some(MOST_LINES),
        ..ReadOptions::default()
    };
    let mut bad = FirstBad::default();
    let events = match read(Box::new(raw), &mapping, register, &options, &mut bad) {
        Ok(events) => events,
        Err(error) => {
            return Reading {
                columns: columns(&mapping, register),
                ..refused(said(&error))
            };
        }
    };
    let mut counted = Counted::default();
    let summary = events.for_each(|event| {
        counted.add(event, register);
        Ok::<_, std::io::Error>(())
    });
    let summary = match summary {
        Ok(summary) => summary,
        Err(error) => return refused(vec![format!("The log could not be read: {error}.")]),
    };
    let mut kinds: Vec<(String, u64)> = counted.kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let unnamed = summary.unnamed.iter().take(MOST_SHOWN);
    Reading {
        problems: Vec::new(),
        columns: columns(&mapping, register),
        lines: summary.rows,
        whole: summary.rows < MOST_LINES,
        kinds,
        events: summary.events,
        bad: summary.bad_rows,
        bad_lines: bad.0,
        unnamed: unnamed
            .map(|note| (note.column.clone(), note.value.clone(), note.rows))
            .collect(),
        span: counted
            .span
            .map(|(one, other)| (one.micros(), other.micros())),
        records: counted.records.len() as u64,
        clients: counted.clients.len() as u64,
        assumptions: mapping.assumptions(),
    }
}

/// A mapping, or what is wrong with it.
pub fn mapping_of(text: &str, register: &Register) -> Result<Mapping, Vec<String>> {
    Mapping::parse(text, register).map_err(|problems| {
        problems
            .iter()
            .map(|problem| format!("line {problem}"))
            .collect()
    })
}

/// Why a log cannot be read, in lines.
pub fn said(error: &LogError) -> Vec<String> {
    match error {
        LogError::Columns(problems) => problems
            .iter()
            .map(|problem| format!("line {problem}"))
            .collect(),
        other => vec![other.to_string()],
    }
}

fn refused(problems: Vec<String>) -> Reading {
    Reading {
        problems,
        ..Reading::default()
    }
}

fn columns(mapping: &Mapping, register: &Register) -> Vec<(String, Vec<String>)> {
    let uses = mapping.uses(register).into_iter();
    uses.map(|column| (column.column, column.uses)).collect()
}

#[derive(Default)]
struct FirstBad(Vec<(u64, String, String)>);

impl Watch for FirstBad {
    fn bad(&mut self, line: &BadLine) {
        if self.0.len() < MOST_SHOWN {
            let reason = line.reason.to_string();
            self.0.push((line.line, reason, line.text.clone()));
        }
    }

    fn rows(&mut self, _: u64) {}
}

#[derive(Default)]
struct Counted {
    kinds: BTreeMap<String, u64>,
    span: Option<(Instant, Instant)>,
    records: HashSet<String>,
    clients: HashSet<String>,
}

impl Counted {
    fn add(&mut self, event: &Event<'_>, register: &Register) {
        let kind = match event.what {
            What::Act(act) => act_words(register, act),
            What::Facts => "facts become known".to_owned(),
            _ => "other".to_owned(),
        };
        *self.kinds.entry(kind).or_default() += 1;
        let (first, _) = self.span.unwrap_or((event.at, event.at));
        self.span = Some((first, event.at));
        if !self.records.contains(event.case.id) {
            self.records.insert(event.case.id.to_owned());
        }
        for link in event.links {
            if register[link.noun].id == "client" && !self.clients.contains(link.id) {
                self.clients.insert(link.id.to_owned());
            }
        }
    }
}
