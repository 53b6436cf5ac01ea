//! Obligations as rows: what the pages list, and the cases behind every figure.

mod owed;
mod rows;

use std::mem;
use std::sync::Arc;

use kept_engine::{Obligation, Verdict};
use kept_kernel::Instant;
use kept_store::{FromRow, Read, Row, Store, StoreError, Write, params, statements};
use serde::{Deserialize, Serialize};

use crate::codec::Codec;
use crate::numbers::Known;
pub(crate) use rows::{ADD, DROP, Kept, NewRow};

/// So many rows go in at once: those who wait to write meanwhile wait for one such slice.
pub const SLICE: usize = 2_000;

/// Rows of obligations, of whichever run.
macro_rules! rows {
    ($($rest:expr),+) => {
        concat!(
            "SELECT o.number, o.code, o.rule, o.version, o.cycle, o.level, r.noun, r.id, c.id, o.opened_at, o.due_at,
                 o.discharged_at, o.settled_at, o.verdict, o.owner_role, o.owner, o.tier, o.body
             FROM obligations o JOIN records r ON r.number = o.record LEFT JOIN records c ON c.number = o.client ",
            $($rest),+
        )
    };
}

/// Those of the run that counts.
macro_rules! selected {
    ($($rest:expr),+) => {
        crate::obligations::rows_of!(
            "WHERE o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL) ",
            $($rest),+
        )
    };
}

pub use owed::{
    DueKey, FIRST, NextDue, Whose, climbed, count_due, in_order, keys_of, next_due, settled, these,
};
pub(crate) use {rows as rows_of, selected};

macro_rules! of_rule {
    ($and:literal) => {
        selected!(
            "AND o.code = $1 AND o.rule = $2 AND o.verdict = $3 AND o.level = 0
             AND o.opened_at >= $4 AND (o.opened_at, o.number) < ($5, $6) ",
            $and,
            " ORDER BY o.opened_at DESC, o.number DESC LIMIT $7"
        )
    };
}

/// The statements that both databases understand.
pub(crate) fn statements() -> Vec<kept_store::Sql> {
    [STATEMENTS, owed::STATEMENTS].concat()
}

statements! {
    BEGIN_RUN = "INSERT INTO obligation_runs (begun_at) VALUES ($1) RETURNING number";
    /// Unless a later one is in force.
    PUT_IN_FORCE = "UPDATE obligation_runs SET in_force_at = $2 WHERE number = $1
           AND NOT EXISTS (SELECT 1 FROM obligation_runs WHERE number > $1 AND in_force_at IS NOT NULL)";
    /// Any of them: an order would sort a whole run for each slice.
    TAKE_OUT = "DELETE FROM obligations WHERE number IN (SELECT number FROM obligations WHERE run < $1 LIMIT 2000)";
    TAKE_OUT_RUNS = "DELETE FROM obligation_runs WHERE number < $1";
    OF_RULE = of_rule!("");
    OF_RULE_AND_ROLE = of_rule!("AND o.owner_role = $8");
    OF_RULE_AND_TIER = of_rule!("AND o.tier = $8");
    OF_RULE_AND_OWNER = of_rule!("AND o.owner = $8");
    OF_RULE_AND_OWNERS = of_rule!("AND o.owner IN LIST($8)");
    OF_RULE_AND_CLIENT = of_rule!("AND o.client = (SELECT number FROM records WHERE noun = 'client' AND id = $8)");
    OWED_UNDER = selected!("AND o.code = $1 AND o.rule = $2 AND o.settled_at IS NULL
               ORDER BY o.due_at, o.number LIMIT $3");
    /// What is owed now to clients, or by them.
    OWED_OF_CLIENTS = selected!("AND o.client IN (SELECT number FROM records WHERE noun = 'client' AND id IN LIST($1))
               AND o.settled_at IS NULL AND o.level = 0 ORDER BY o.due_at, o.number LIMIT $2");
    OF_RECORD = selected!("AND r.noun = $1 AND r.id = $2 ORDER BY o.opened_at, o.number LIMIT 500");
}

/// An obligation as the pages show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Owed {
    /// Its number.
    pub number: i64,
    /// The code of the document.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// The version of the document.
    pub version: String,
    /// See [`Obligation::cycle`].
    pub cycle: u32,
    /// See [`Obligation::level`].
    pub level: u32,
    /// The kind of record.
    pub noun: String,
    /// Which record.
    pub subject: String,
    /// The client.
    pub client: Option<String>,
    /// When it began to count.
    pub opened_at: Instant,
    /// Until when; none: without a date.
    pub due_at: Option<Instant>,
    /// When it was done.
    pub discharged_at: Option<Instant>,
    /// When its verdict was decided.
    pub settled_at: Option<Instant>,
    /// The verdict's word: `met-late`.
    pub verdict: String,
    /// The role that owes it.
    pub owner_role: String,
    /// The person, where known.
    pub owner: Option<String>,
    /// The client's tier when it opened, where known.
    pub tier: Option<String>,
    /// What is read only when one obligation is looked at.
    pub more: More,
}

/// The rest of an obligation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct More {
    /// Working time used, in microseconds.
    pub used_business: i64,
    /// Time around the clock used, in microseconds.
    pub used_elapsed: i64,
    /// Working time that it stood still, in microseconds.
    pub paused_business: i64,
    /// The exception that applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<String>,
    /// The fact without which it cannot be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// The calendar that applied, in words.
    pub calendar: String,
}

/// The word for a verdict, as it is stored.
pub fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pending => "pending",
        Verdict::Paused => "paused",
        Verdict::Overdue => "overdue",
        Verdict::Met => "met",
        Verdict::MetLate => "met-late",
        Verdict::Missed => "missed",
        Verdict::Excused => "excused",
        Verdict::Cancelled => "cancelled",
        Verdict::CannotBeJudged => "cannot-be-judged",
    }
}

/// To what the obligations of a rule are narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Of {
    /// All of them.
    #[default]
    All,
    /// Those that a role or part owes, in the words of [`Owed::owner_role`].
    Role(String),
    /// Those of clients that had this tier.
    Tier(String),
    /// Those that a person owes.
    Owner(String),
    /// Those of a client.
    Client(String),
    /// Those that any of these people owes.
    Owners(Vec<String>),
}

/// Which obligations of a rule are asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The code of the document, and the rule.
    pub rule: (String, String),
    /// The verdict's word.
    pub verdict: String,
    /// Whose.
    pub of: Of,
    /// Opened from then on.
    pub from: Instant,
    /// And before this one: an instant and a number. The next page begins at the last of the one before.
    pub before: (Instant, i64),
    /// How many at most.
    pub limit: u32,
}

/// Obligations under a rule with one verdict, the newest first. Duties of escalation are left out.
///
/// # Errors
///
/// As the database says.
pub fn of_rule(read: &Read<'_>, asked: &Asked) -> Result<Vec<Owed>, StoreError> {
    let (at, number) = asked.before;
    let (code, rule) = &asked.rule;
    let most = params![
        code,
        rule,
        &asked.verdict,
        asked.from,
        at,
        number,
        asked.limit
    ];
    let (sql, name) = match &asked.of {
        Of::All => return read.all(OF_RULE, &most),
        Of::Role(name) => (OF_RULE_AND_ROLE, name),
        Of::Tier(name) => (OF_RULE_AND_TIER, name),
        Of::Owner(name) => (OF_RULE_AND_OWNER, name),
        Of::Client(name) => (OF_RULE_AND_CLIENT, name),
        Of::Owners(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return read.all(
                OF_RULE_AND_OWNERS,
                &[&most[..], &params![&names[..]]].concat(),
            );
        }
    };
    read.all(sql, &[&most[..], &params![name]].concat())
}

/// What is owed under a rule now, by its deadline.
///
/// # Errors
///
/// As the database says.
pub fn owed_under(
    read: &Read<'_>,
    (code, rule): (&str, &str),
    limit: u32,
) -> Result<Vec<Owed>, StoreError> {
    read.all(OWED_UNDER, &params![code, rule, limit])
}

/// What is owed now on all that belongs to these clients, by its deadline. Duties of escalation are left out.
///
/// # Errors
///
/// As the database says.
pub fn owed_of_clients(
    read: &Read<'_>,
    clients: &[&str],
    limit: u32,
) -> Result<Vec<Owed>, StoreError> {
    read.all(OWED_OF_CLIENTS, &params![clients, limit])
}

/// All obligations of one record.
///
/// # Errors
///
/// As the database says.
pub fn of_record(read: &Read<'_>, (noun, id): (&str, &str)) -> Result<Vec<Owed>, StoreError> {
    read.all(OF_RECORD, &params![noun, id])
}

/// Writes the obligations of a whole run beside those that are in force, and lets them take their place at the end.
pub struct Rewriting {
    store: Store,
    run: i64,
    begun_at: Instant,
    codec: Arc<Codec>,
    waiting: Vec<NewRow>,
    known: Known,
    written: u64,
    slice: usize,
}

impl Rewriting {
    /// Begins beside what is in force.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn begin(store: &Store, codec: Arc<Codec>, now: Instant) -> Result<Self, StoreError> {
        let (run,): (i64,) = store
            .write(move |tx| tx.one(BEGIN_RUN, &params![now]))
            .wait()?;
        Ok(Self {
            store: store.clone(),
            run,
            begun_at: now,
            codec,
            waiting: Vec::with_capacity(SLICE),
            known: Known::default(),
            written: 0,
            slice: SLICE,
        })
    }

    /// With so many rows at once, where nobody else writes: each of them goes to other places of a dozen indexes, and a page that several
    /// meet in is written once.
    #[must_use]
    pub fn in_slices(self, slice: usize) -> Self {
        Self { slice, ..self }
    }

    /// Adds an obligation.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn push(&mut self, obligation: &Obligation) -> Result<(), StoreError> {
        self.waiting.push(NewRow::of(&self.codec, obligation));
        if self.waiting.len() >= self.slice {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Writes the last of them. They count once the run is [put in force](Finished::put_in_force).
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn finish(mut self) -> Result<Finished, StoreError> {
        self.flush()?;
        Ok(Finished {
            run: self.run,
            begun_at: self.begun_at,
            written: self.written,
        })
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let slice = mem::take(&mut self.waiting);
        let run = self.run;
        self.written += slice.len() as u64;
        let needed = self.known.needed(slice.iter().map(NewRow::records));
        let fresh = self
            .store
            .write(move |tx| {
                let numbers = needed.number(tx)?;
                let rows: Vec<_> = slice
                    .iter()
                    .enumerate()
                    .map(|(at, row)| row.values(run, numbers.of(at)))
                    .collect();
                tx.execute_each(ADD, &rows)?;
                Ok::<_, StoreError>(numbers.fresh())
            })
            .wait()?;
        self.known.learn(fresh);
        Ok(())
    }
}

/// A run whose obligations are all written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    pub(crate) run: i64,
    pub(crate) begun_at: Instant,
    /// How many there are.
    pub written: u64,
}

impl Finished {
    /// False: a later run is in force already, and nothing was done.
    pub(crate) fn count(self, tx: &Write<'_>, now: Instant) -> Result<bool, StoreError> {
        Ok(tx.execute(PUT_IN_FORCE, &params![self.run, now])? > 0)
    }

    /// Takes out the obligations of earlier runs, slice by slice: those that it replaces, and those that were broken off.
    ///
    /// # Errors
    ///
    /// As the database says; the next run takes out what was left.
    pub fn sweep(self, store: &Store) -> Result<(), StoreError> {
        let run = self.run;
        while store
            .write(move |tx| tx.execute(TAKE_OUT, &params![run]))
            .wait()?
            > 0
        {}
        store
            .write(move |tx| tx.execute(TAKE_OUT_RUNS, &params![run]))
            .wait()?;
        Ok(())
    }
}

impl FromRow for Owed {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let due_at: Instant = row.get(10)?;
        let body: &str = row.get(17)?;
        Ok(Self {
            number: row.get(0)?,
            code: row.get(1)?,
            rule: row.get(2)?,
            version: row.get(3)?,
            cycle: row.get(4)?,
            level: row.get(5)?,
            noun: row.get(6)?,
            subject: row.get(7)?,
            client: row.get(8)?,
            opened_at: row.get(9)?,
            due_at: (due_at < Instant::MAX).then_some(due_at),
            discharged_at: row.get(11)?,
            settled_at: row.get(12)?,
            verdict: row.get(13)?,
            owner_role: row.get(14)?,
            owner: row.get(15)?,
            tier: row.get(16)?,
            more: serde_json::from_str(body).unwrap_or_default(),
        })
    }
}
