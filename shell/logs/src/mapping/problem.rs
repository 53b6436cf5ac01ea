//! What is wrong with a mapping, and where.

use std::fmt;

/// A mistake in a mapping file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MappingProblem {
    /// The line, from 1.
    pub line: usize,
    /// The column in letters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// How to go on, where that is known.
    pub help: Option<String>,
}

impl MappingProblem {
    /// A mistake at this byte of the file.
    pub(crate) fn at(text: &str, byte: usize, what: String, help: Option<String>) -> Self {
        let before = text.get(..byte.min(text.len())).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            what,
            help,
        }
    }
}

impl fmt::Display for MappingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}  {}", self.line, self.column, self.what)?;
        match &self.help {
            Some(help) => write!(f, " {help}"),
            None => Ok(()),
        }
    }
}
