//! A redline as text.

use std::fmt;

use super::{
    BlankChange, ChangeKind, DocumentRedline, Redline, RuleChange, SlotChange, ValueChange,
};

impl fmt::Display for Redline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "Nothing differs.");
        }
        for (index, document) in self.documents.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{document}")?;
        }
        Ok(())
    }
}

impl fmt::Display for DocumentRedline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.title)?;
        match (&self.versions, self.kind) {
            ((_, Some(new)), ChangeKind::Added) => writeln!(f, ": new document, version {new}")?,
            ((Some(old), _), ChangeKind::Removed) => writeln!(f, ": taken out, was version {old}")?,
            ((Some(old), Some(new)), _) if old != new => writeln!(f, ": version {old} → {new}")?,
            ((_, version), _) => {
                writeln!(f, ": version {}", version.as_deref().unwrap_or_default())?;
            }
        }
        for change in self.header.iter().filter(|change| change.name != "version") {
            writeln!(f, "  header: {change}")?;
        }
        for change in &self.blanks {
            writeln!(f, "  {change}")?;
        }
        for change in &self.rules {
            write!(f, "{change}")?;
        }
        for change in &self.tables {
            let readers = if change.read_by.is_empty() {
                "no rule reads it".to_owned()
            } else {
                format!("read by {}", change.read_by.join(", "))
            };
            writeln!(f, "  table {} ({readers})", change.table)?;
            for row in &change.rows {
                writeln!(f, "    {row}")?;
            }
        }
        if self.prose.added + self.prose.removed > 0 {
            writeln!(
                f,
                "  prose: {} added, {} taken out",
                lines(self.prose.added),
                lines(self.prose.removed)
            )?;
        }
        Ok(())
    }
}

fn lines(count: usize) -> String {
    if count == 1 {
        "1 line".to_owned()
    } else {
        format!("{count} lines")
    }
}

impl fmt::Display for ValueChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, "{} {old} → {new}", self.name),
            (None, Some(new)) => write!(f, "{} added: {new}", self.name),
            (Some(old), None) => write!(f, "{} taken out, was {old}", self.name),
            (None, None) => write!(f, "{}", self.name),
        }
    }
}

impl fmt::Display for BlankChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, "blank “{}” {old} → {new}", self.name),
            (None, Some(new)) => write!(f, "blank “{}” filled: {new}", self.name),
            (Some(old), None) => write!(f, "blank “{}” emptied, was {old}", self.name),
            (None, None) => write!(f, "blank “{}”", self.name),
        }
    }
}

impl RuleChange {
    /// What happened to it, in a few words: `changed`, `moved from SR 4.2 to SR 4.3`.
    pub fn summary(&self) -> String {
        let what = match self.kind {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "taken out",
            ChangeKind::Changed => "changed",
            ChangeKind::ByTable => "changed by its table",
            ChangeKind::Touched => "touched",
            ChangeKind::Reworded => "says the same in other words",
            ChangeKind::Renamed => "only renamed",
            ChangeKind::Moved => "only moved",
        };
        let mut said = what.to_owned();
        if let Some(old) = &self.was_called {
            said = format!("{said}, was called {old}");
        }
        if let (Some(old), Some(new)) = &self.clauses
            && old != new
        {
            said = format!("{said}, from {old} to {new}");
        }
        said
    }
}

impl fmt::Display for RuleChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clause = self.clauses.1.as_ref().or(self.clauses.0.as_ref());
        let id = self
            .rule
            .split_once('/')
            .map_or(self.rule.as_str(), |(_, id)| id);
        writeln!(
            f,
            "  {} {id}: {}",
            clause.map_or("", String::as_str),
            self.summary()
        )?;
        if self.kind != ChangeKind::Reworded && self.kind != ChangeKind::Renamed {
            for slot in &self.slots {
                writeln!(f, "    {slot}")?;
            }
        }
        for row in &self.rows {
            writeln!(f, "    {row}")?;
        }
        for line in &self.rests_on {
            writeln!(f, "    {line}")?;
        }
        if let Some(running) = self.running {
            let duties = if running == 1 {
                "running duty"
            } else {
                "running duties"
            };
            writeln!(f, "    touches {running} {duties}")?;
        }
        if let Some(transition) = &self.transition {
            match &transition.rule {
                Some(rule) => writeln!(f, "    {} ({rule})", transition.effect)?,
                None => writeln!(
                    f,
                    "    {}, for no transition says otherwise",
                    transition.effect
                )?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for SlotChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => {
                // A deadline is told without its first word: *deadline 4 hours → 2 hours*.
                let bare = |text: &str| text.strip_prefix("within ").map(str::to_owned);
                match (bare(old), bare(new)) {
                    (Some(old), Some(new)) if self.slot == "deadline" => {
                        write!(f, "{} {old} → {new}", self.slot)
                    }
                    _ => write!(f, "{}: {old} → {new}", self.slot),
                }
            }
            (None, Some(new)) => write!(f, "{} added: {new}", self.slot),
            (Some(old), None) => write!(f, "{} taken out: {old}", self.slot),
            (None, None) => write!(f, "{}", self.slot),
        }
    }
}
