//! The text of a keys file.

use crate::master::MasterId;
use crate::wrap::{Kind, Wrapped};

/// The first line, which names the layout.
pub(super) const HEAD: &str = "kept keys 1";

/// What the file says about itself.
pub(super) const ABOUT: &str = "\
# The keys of this data, encrypted by its master key, which lies elsewhere. Back this file up with the data:
# neither opens without the other.
";

/// The lines of a keys file.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) database: Vec<Wrapped>,
    pub(super) next: Vec<Wrapped>,
    pub(super) root: Vec<Wrapped>,
}

impl Lines {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut found = Self::default();
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(format!("its first line is not “{HEAD}”"));
        }
        for (number, line) in (2..).zip(lines) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            found
                .take(line)
                .ok_or_else(|| format!("line {number} is not a wrapped key"))?;
        }
        Ok(found)
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let (word, text) = line.split_once(" = ")?;
        let wrapped: Wrapped = text.trim().parse().ok()?;
        let (lines, kind) = match word {
            "database" => (&mut self.database, Kind::Database),
            "next" => (&mut self.next, Kind::Database),
            "root" => (&mut self.root, Kind::Root),
            _ => return None,
        };
        (wrapped.kind == kind).then(|| lines.push(wrapped))
    }

    /// The master keys that wrapped them, in the order in which they stand.
    pub(super) fn masters(&self) -> Vec<MasterId> {
        let mut masters = Vec::new();
        for wrapped in self.database.iter().chain(&self.next).chain(&self.root) {
            if !masters.contains(&wrapped.master) {
                masters.push(wrapped.master);
            }
        }
        masters
    }
}
