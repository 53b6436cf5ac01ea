//! What is wrong with a calendar file.

use std::fmt;

/// One thing that is wrong with a calendar file or a feed, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The feed it is in; nothing for the calendar file itself.
    pub feed: Option<String>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The words at fault; empty where something is missing.
    pub words: String,
    /// What is wrong, as a sentence.
    pub wrong: String,
    /// What to do, as a sentence.
    pub advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(feed) = &self.feed {
            write!(f, "{feed}, ")?;
        }
        write!(
            f,
            "line {}, column {}: {} {}",
            self.line, self.column, self.wrong, self.advice
        )
    }
}

/// Why a calendar file is refused: at least one problem, in the order of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.0.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
