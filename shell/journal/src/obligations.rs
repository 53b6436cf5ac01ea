//! Obligations as rows: what the pages list, and the cases behind every figure.

use std::mem;
use std::sync::Arc;

use kept_engine::{Obligation, Verdict};
use kept_kernel::Instant;
use kept_store::{FromRow, Read, Row, Store, StoreError, Value, params, statements};
use serde::{Deserialize, Serialize};

use crate::codec::Codec;
use crate::events::{CLIENT, Known, Numbered};

const SLICE: usize = 2_000;

statements! {
    ADD = "INSERT INTO obligations (record, client, code, rule, version, cycle, level, learner, opened_at, due_at,
               discharged_at, settled_at, verdict, owner_role, owner, body)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    TAKE_OUT = "DELETE FROM obligations WHERE number IN (SELECT number FROM obligations ORDER BY number LIMIT 2000)";
    OF_RULE = "SELECT o.number, o.code, o.rule, o.version, o.cycle, o.level, r.noun, r.id, c.id, o.opened_at, o.due_at,
                   o.discharged_at, o.settled_at, o.verdict, o.owner_role, o.owner, o.body
               FROM obligations o JOIN records r ON r.number = o.record LEFT JOIN records c ON c.number = o.client
               WHERE o.code = $1 AND o.rule = $2 AND o.verdict = $3 AND o.level = 0
                 AND (o.opened_at, o.number) < ($4, $5)
               ORDER BY o.opened_at DESC, o.number DESC LIMIT $6";
    OWED_UNDER = "SELECT o.number, o.code, o.rule, o.version, o.cycle, o.level, r.noun, r.id, c.id, o.opened_at, o.due_at,
                   o.discharged_at, o.settled_at, o.verdict, o.owner_role, o.owner, o.body
               FROM obligations o JOIN records r ON r.number = o.record LEFT JOIN records c ON c.number = o.client
               WHERE o.code = $1 AND o.rule = $2 AND o.settled_at IS NULL
               ORDER BY o.due_at, o.number LIMIT $3";
    OF_RECORD = "SELECT o.number, o.code, o.rule, o.version, o.cycle, o.level, r.noun, r.id, c.id, o.opened_at, o.due_at,
                   o.discharged_at, o.settled_at, o.verdict, o.owner_role, o.owner, o.body
               FROM records r JOIN obligations o ON o.record = r.number LEFT JOIN records c ON c.number = o.client
               WHERE r.noun = $1 AND r.id = $2
               ORDER BY o.opened_at, o.number LIMIT 500";
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
    /// The client's tier when it opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
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

/// Obligations under a rule with one verdict, the newest first, before the one given.
///
/// # Errors
///
/// As the database says.
pub fn of_rule(
    read: &Read<'_>,
    (code, rule): (&str, &str),
    verdict: &str,
    before: Option<(Instant, i64)>,
    limit: u32,
) -> Result<Vec<Owed>, StoreError> {
    let (at, number) = before.unwrap_or((Instant::from_micros(i64::MAX), i64::MAX));
    read.all(OF_RULE, &params![code, rule, verdict, at, number, limit])
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

/// All obligations of one record.
///
/// # Errors
///
/// As the database says.
pub fn of_record(read: &Read<'_>, (noun, id): (&str, &str)) -> Result<Vec<Owed>, StoreError> {
    read.all(OF_RECORD, &params![noun, id])
}

/// Writes the obligations of a whole run in place of those before.
pub struct Rewriting {
    store: Store,
    codec: Arc<Codec>,
    waiting: Vec<NewRow>,
    known: Known,
    written: u64,
}

/// An obligation ready to be written.
struct NewRow {
    noun: String,
    subject: String,
    client: Option<String>,
    rule: Arc<kept_language::ast::RuleKey>,
    version: Arc<str>,
    cycle: u32,
    level: u8,
    learner: Option<String>,
    opened_at: Instant,
    due_at: Option<Instant>,
    discharged_at: Option<Instant>,
    settled_at: Option<Instant>,
    verdict: Verdict,
    owner_role: Arc<str>,
    owner: Option<String>,
    body: String,
}

impl Rewriting {
    /// Takes out the obligations of the run before.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn begin(store: &Store, codec: Arc<Codec>) -> Result<Self, StoreError> {
        while store.write(|tx| tx.execute(TAKE_OUT, &[])).wait()? > 0 {}
        Ok(Self {
            store: store.clone(),
            codec,
            waiting: Vec::with_capacity(SLICE),
            known: Known::default(),
            written: 0,
        })
    }

    /// Adds an obligation.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn push(&mut self, obligation: &Obligation) -> Result<(), StoreError> {
        let more = More {
            used_business: obligation.used_business,
            used_elapsed: obligation.used_elapsed,
            paused_business: obligation.paused_business,
            tier: obligation.tier.clone(),
            exception: obligation
                .exception
                .as_ref()
                .map(|rule| format!("{}/{}", rule.code, rule.id)),
            unknown: obligation.unknown.clone(),
            calendar: obligation.calendar.to_string(),
        };
        self.waiting.push(NewRow {
            noun: self.codec.noun(obligation.noun).to_owned(),
            subject: obligation.subject.clone(),
            client: obligation.client.clone(),
            rule: obligation.rule.clone(),
            version: obligation.version.clone(),
            cycle: obligation.cycle,
            level: obligation.level,
            learner: obligation.learner.clone(),
            opened_at: obligation.opened_at,
            due_at: obligation.due_at,
            discharged_at: obligation.discharged_at,
            settled_at: obligation.ended_at,
            verdict: obligation.verdict,
            owner_role: obligation.owner_role.clone(),
            owner: obligation.owner.clone(),
            body: serde_json::to_string(&more).unwrap_or_default(),
        });
        if self.waiting.len() >= SLICE {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Ends the run. Returns how many were written.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn finish(mut self) -> Result<u64, StoreError> {
        self.flush()?;
        Ok(self.written)
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let slice = mem::take(&mut self.waiting);
        self.written += slice.len() as u64;
        let needed = self.known.needed(slice.iter().flat_map(NewRow::records));
        let fresh = self
            .store
            .write(move |tx| {
                let numbers = needed.number(tx)?;
                let rows: Vec<[Value<'_>; 16]> =
                    slice.iter().map(|row| row.values(&numbers)).collect();
                tx.execute_each(ADD, &rows)?;
                Ok::<_, StoreError>(numbers.fresh())
            })
            .wait()?;
        self.known.learn(fresh);
        Ok(())
    }
}

impl NewRow {
    fn records(&self) -> impl Iterator<Item = (&str, &str)> {
        let client = self.client.iter().map(|client| (CLIENT, client.as_str()));
        client.chain([(self.noun.as_str(), self.subject.as_str())])
    }

    fn values<'v>(&'v self, numbers: &Numbered<'_>) -> [Value<'v>; 16] {
        params![
            numbers.of(&self.noun, &self.subject),
            self.client
                .as_deref()
                .and_then(|client| numbers.of(CLIENT, client)),
            &self.rule.code,
            &self.rule.id,
            &*self.version,
            self.cycle,
            self.level,
            self.learner.as_deref().unwrap_or_default(),
            self.opened_at,
            self.due_at.unwrap_or(Instant::MAX),
            self.discharged_at,
            self.settled_at,
            verdict_word(self.verdict),
            &*self.owner_role,
            self.owner.as_deref(),
            Value::Json(&self.body),
        ]
    }
}

impl FromRow for Owed {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let due_at: Instant = row.get(10)?;
        let body: &str = row.get(16)?;
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
            more: serde_json::from_str(body).unwrap_or_default(),
        })
    }
}
