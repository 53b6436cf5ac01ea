//! Lines that could not be used, and why.

use std::fmt;

/// A line, or a row of several lines, that could not be used. It is left out of the run and counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadLine {
    /// Its number in the log, counted from 1, the header included.
    pub line: u64,
    /// Why.
    pub reason: BadReason,
    /// Its beginning, as far as it could be read.
    pub text: String,
}

/// Why a line could not be used.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BadReason {
    /// It has another number of fields than the header.
    Fields {
        /// How many the header has.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// It is longer than a row can be.
    TooLong,
    /// A quoted field is never closed.
    OpenQuote,
    /// Its bytes are no text of the log's encoding.
    Encoding,
    /// It is no JSON object.
    Json(String),
    /// The column that must be filled is empty.
    Empty(String),
    /// The text in the column is no time of the formats given.
    Time {
        /// The column.
        column: String,
        /// What stands there.
        text: String,
    },
    /// The mapping does not say what the value means, and asks for it to be an error.
    Value {
        /// The column.
        column: String,
        /// What stands there.
        text: String,
    },
    /// It was recorded before it happened.
    RecordedBefore,
}

impl BadReason {
    /// The kind of reason in a few words, for counting.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Fields { .. } => "wrong number of fields",
            Self::TooLong => "line too long",
            Self::OpenQuote => "quote never closed",
            Self::Encoding => "not readable as text",
            Self::Json(_) => "no JSON object",
            Self::Empty(_) => "needed column is empty",
            Self::Time { .. } => "unreadable time",
            Self::Value { .. } => "value without a meaning",
            Self::RecordedBefore => "recorded before it happened",
        }
    }
}

impl fmt::Display for BadReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields { expected, found } => {
                write!(
                    f,
                    "has {found} fields where the header names {expected} columns"
                )
            }
            Self::TooLong => write!(f, "is longer than 1 MB, so it is no row"),
            Self::OpenQuote => write!(f, "a quoted field begins here and is never closed"),
            Self::Encoding => write!(
                f,
                "is no UTF-8 text; set encoding under [log], for example \"windows-1252\""
            ),
            Self::Json(why) => write!(f, "is no JSON object: {why}"),
            Self::Empty(column) => write!(f, "{column} is empty"),
            Self::Time { column, text } => {
                write!(
                    f,
                    "{column} holds “{text}”, which is no time in the formats given"
                )
            }
            Self::Value { column, text } => {
                write!(
                    f,
                    "{column} holds “{text}”, which the mapping does not name"
                )
            }
            Self::RecordedBefore => write!(f, "was recorded before it happened"),
        }
    }
}
