//! What a check found: where, what is wrong, and how to mend it.

use std::fmt;

/// One fault of the repository. Prints as `FILE:LINE: what; mend`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the root of the repository.
    pub file: String,
    /// Counted from 1; 0 when the fault is the file itself.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            what,
            mend,
        } = self;
        if *line == 0 {
            write!(out, "{file}: {what}; {mend}")
        } else {
            write!(out, "{file}:{line}: {what}; {mend}")
        }
    }
}
