//! What is owed, as the book shows it: a table with a line for each duty.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use kept_engine::{CancelReason, EntryChange, Obligation, Verdict};
use kept_kernel::Instant;
use kept_language::Register;

/// How duties are shown.
pub struct Shower<'s> {
    pub register: &'s Register,
    pub zone: &'s TimeZone,
    /// The code of the documents where there is one: then rules are shown without it.
    pub code: &'s str,
}

impl Shower<'_> {
    /// A line for each duty.
    pub fn table(&self, duties: &[Obligation]) -> String {
        let mut rows = vec![
            [
                "rule", "case", "owner", "opened", "due", "verdict", "at", "besides",
            ]
            .map(str::to_owned),
        ];
        rows.extend(duties.iter().map(|duty| self.row(duty)));
        // What no duty of the example has is not shown.
        let kept: Vec<usize> = (0..rows[0].len())
            .filter(|column| rows.iter().skip(1).any(|row| !row[*column].is_empty()))
            .collect();
        if kept.is_empty() {
            return "nothing".to_owned();
        }
        let width = |column: usize| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let line = |row: &[String; 8]| {
            let cells: Vec<String> = kept
                .iter()
                .map(|column| {
                    let cell = &row[*column];
                    format!(
                        "{cell}{}",
                        " ".repeat(width(*column) - cell.chars().count())
                    )
                })
                .collect();
            cells.join(" | ").trim_end().to_owned()
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn row(&self, duty: &Obligation) -> [String; 8] {
        let when = |at: Option<Instant>| at.map_or(String::new(), |at| self.at(at));
        [
            self.rule(duty),
            self.case(duty),
            owner(duty),
            self.at(duty.opened_at),
            when(duty.due_at),
            verdict(duty.verdict).to_owned(),
            when(duty.discharged_at.or(duty.ended_at)),
            besides(duty),
        ]
    }

    fn at(&self, at: Instant) -> String {
        let zoned = at.timestamp().to_zoned(self.zone.clone());
        let seconds = if at.micros() % 60_000_000 == 0 {
            ""
        } else {
            ":%S"
        };
        zoned
            .strftime(&format!("%a %Y-%m-%d %H:%M{seconds}"))
            .to_string()
    }

    fn rule(&self, duty: &Obligation) -> String {
        let id = &duty.rule.id;
        let mut name = if duty.rule.code == self.code {
            id.clone()
        } else {
            format!("{} {id}", duty.rule.code)
        };
        if duty.level > 0 {
            let _ = write!(name, ", level {}", duty.level);
        }
        if duty.cycle > 1 {
            let _ = write!(name, ", cycle {}", duty.cycle);
        }
        name
    }

    fn case(&self, duty: &Obligation) -> String {
        let noun = &self.register[duty.noun].says;
        if duty.noun == self.register.company() {
            return noun.clone();
        }
        format!("{noun} {}", duty.subject)
    }
}

fn owner(duty: &Obligation) -> String {
    let person = duty.learner.as_ref().or(duty.owner.as_ref());
    person.map_or_else(|| duty.owner_role.to_string(), Clone::clone)
}

fn besides(duty: &Obligation) -> String {
    let marks = &duty.marks;
    let mut said = Vec::new();
    if let Some(exception) = &duty.exception {
        said.push(format!("exception {}", exception.id));
    }
    if let Some(fact) = &duty.unknown {
        said.push(format!("{fact} is unknown"));
    }
    let flags = [
        (marks.rebased, "re-based"),
        (marks.corrected, "corrected"),
        (marks.recorded_late, "recorded late"),
        (marks.automatic, "automatic"),
        (marks.other_channel, "other channel"),
        (marks.exception_unknown, "exception unknown"),
    ];
    said.extend(
        flags
            .into_iter()
            .filter(|(set, _)| *set)
            .map(|(_, words)| words.to_owned()),
    );
    let ended = duty
        .entries
        .iter()
        .rev()
        .find_map(|entry| match entry.change {
            EntryChange::Cancelled { reason } => Some(reason),
            _ => None,
        });
    if let Some(reason) = ended.filter(|_| duty.verdict == Verdict::Cancelled) {
        said.push(cancelled(reason).to_owned());
    }
    if duty.version.as_ref() != "1.0" {
        said.push(format!("version {}", duty.version));
    }
    said.join(", ")
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pending => "pending",
        Verdict::Paused => "paused",
        Verdict::Overdue => "overdue",
        Verdict::Met => "met",
        Verdict::MetLate => "met late",
        Verdict::Missed => "missed",
        Verdict::Excused => "excused",
        Verdict::Cancelled => "cancelled",
        Verdict::CannotBeJudged => "cannot be judged",
    }
}

const fn cancelled(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Condition => "its condition went off",
        CancelReason::Void => "the case is void",
        CancelReason::Version => "a version ended the rule",
        CancelReason::Restarted => "restarted",
        CancelReason::NotNeeded => "not needed",
        CancelReason::Withdrawn => "withdrawn",
    }
}
