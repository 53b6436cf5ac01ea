//! What a run over a log says about the log.

use std::collections::BTreeMap;

use serde::Serialize;

/// The most different values that are listed; more are only counted.
const MOST_VALUES: usize = 200;

/// What was read, what could not be used, and what had to be assumed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Rows that were read, bad ones included.
    pub rows: u64,
    /// Rows that could not be used.
    pub bad_rows: u64,
    /// How often each reason came up.
    pub bad_reasons: BTreeMap<&'static str, u64>,
    /// Events that the rows gave.
    pub events: u64,
    /// Good rows that gave no event.
    pub rows_without_event: u64,
    /// Subjects, where the rows of a subject were looked at together.
    pub subjects: Option<u64>,
    /// Events that stood in the log before an event that happened earlier.
    pub out_of_order: u64,
    /// Times that stand in an hour that the clock skipped or repeated.
    pub doubtful_times: u64,
    /// Values that the mapping does not name.
    pub unnamed: Vec<Note>,
    /// Unnamed values beyond those listed.
    pub unnamed_more: u64,
    /// Columns that the mapping names and no line had.
    pub absent_columns: Vec<String>,
    /// Bytes that went to temporary files while sorting.
    pub spilled_bytes: u64,
    #[serde(skip)]
    pub(crate) unnamed_index: BTreeMap<(String, String), u64>,
}

/// A value that the mapping does not name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Note {
    /// In which column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// How often.
    pub rows: u64,
}

impl Summary {
    pub(crate) fn bad(&mut self, kind: &'static str) {
        self.bad_rows += 1;
        *self.bad_reasons.entry(kind).or_default() += 1;
    }

    pub(crate) fn unnamed(&mut self, column: &str, value: &str) {
        let key = (column.to_owned(), value.to_owned());
        if let Some(count) = self.unnamed_index.get_mut(&key) {
            *count += 1;
        } else if self.unnamed_index.len() < MOST_VALUES {
            self.unnamed_index.insert(key, 1);
        } else {
            self.unnamed_more += 1;
        }
    }

    pub(crate) fn close(&mut self) {
        let index = std::mem::take(&mut self.unnamed_index);
        self.unnamed = index
            .into_iter()
            .map(|((column, value), rows)| Note {
                column,
                value,
                rows,
            })
            .collect();
    }
}
