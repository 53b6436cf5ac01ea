//! What is written of a judgement, and what the pages read of it.

use std::sync::Arc;

use kept_journal::InForce;
use kept_journal::obligations::Finished;
use kept_kernel::Instant;
use kept_store::{FromRow, Read, Row, Store, StoreError, Value, params, statements};
use serde::{Deserialize, Serialize};

use crate::figures::{Adherence, Counts, Period, RuleFigures, SopLine};
use crate::tally::{Dimension, Month, TallyRow};

const SLICE: usize = 2_000;

statements! {
    BEGIN_JUDGEMENT = "INSERT INTO adherence_judgements (begun_at) VALUES ($1) RETURNING number";
    FRAME_JUDGEMENT = "UPDATE adherence_judgements SET until = $2, frame = $3 WHERE number = $1";
    ADD_FIGURES = "INSERT INTO adherence_figures (judgement, code, rule, place, body) VALUES ($1, $2, $3, $4, $5)";
    ADD_COUNTS = "INSERT INTO adherence_counts (judgement, code, rule, dimension, value, month, met, met_late, missed, overdue,
               pending, excused, cancelled, cannot_be_judged, judged)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    PUT_IN_FORCE = "UPDATE adherence_judgements SET in_force_at = $2 WHERE number = $1";
    TAKE_OUT_COUNTS = "DELETE FROM adherence_counts WHERE (judgement, code, rule, dimension, value, month) IN
           (SELECT judgement, code, rule, dimension, value, month FROM adherence_counts WHERE judgement < $1
            ORDER BY judgement, code, rule, dimension, value, month LIMIT 2000)";
    TAKE_OUT_FIGURES = "DELETE FROM adherence_figures WHERE judgement < $1";
    TAKE_OUT_JUDGEMENTS = "DELETE FROM adherence_judgements WHERE number < $1";
    CURRENT = "SELECT number, in_force_at, until, frame FROM adherence_judgements WHERE in_force_at IS NOT NULL
           ORDER BY number DESC LIMIT 1";
    CURRENT_NUMBER = "SELECT max(number) FROM adherence_judgements WHERE in_force_at IS NOT NULL";
    LATEST = "SELECT begun_at, in_force_at FROM adherence_judgements WHERE in_force_at IS NOT NULL
           ORDER BY number DESC LIMIT 1";
    FIGURES = "SELECT body FROM adherence_figures WHERE judgement = $1 ORDER BY place, code, rule";
    FIGURES_OF = "SELECT body FROM adherence_figures WHERE judgement = $1 AND code = $2 AND rule = $3";
    /// Every rule's counts of all duties, month by month.
    MONTHS = "SELECT code, rule, value, month, met, met_late, missed, overdue, pending, excused, cancelled, cannot_be_judged
           FROM adherence_counts WHERE judgement = $1 AND dimension = 'all' AND month >= $2 AND month <= $3
           ORDER BY code, rule, month";
    /// One rule's counts of one value, month by month.
    MONTHS_OF = "SELECT code, rule, value, month, met, met_late, missed, overdue, pending, excused, cancelled, cannot_be_judged
           FROM adherence_counts WHERE judgement = $1 AND code = $2 AND rule = $3 AND dimension = $4 AND value = $5
             AND month >= $6 AND month <= $7
           ORDER BY month";
    /// Every rule's counts of one person or team, month by month.
    MONTHS_OF_VALUE = "SELECT code, rule, value, month, met, met_late, missed, overdue, pending, excused, cancelled,
             cannot_be_judged
           FROM adherence_counts WHERE judgement = $1 AND dimension = $2 AND value = $3 AND month >= $4 AND month <= $5
           ORDER BY code, rule, month";
    /// The values of a dimension with most cases, over all months.
    MOST = "SELECT code, rule, value, month, met, met_late, missed, overdue, pending, excused, cancelled, cannot_be_judged
           FROM adherence_counts WHERE judgement = $1 AND code = $2 AND rule = $3 AND dimension = $4 AND month = 0
           ORDER BY judged DESC, value LIMIT $5";
    /// The same within some months.
    MOST_WITHIN = "SELECT code, rule, value, 0, CAST(sum(met) AS BIGINT), CAST(sum(met_late) AS BIGINT),
             CAST(sum(missed) AS BIGINT), CAST(sum(overdue) AS BIGINT), CAST(sum(pending) AS BIGINT),
             CAST(sum(excused) AS BIGINT), CAST(sum(cancelled) AS BIGINT), CAST(sum(cannot_be_judged) AS BIGINT)
           FROM adherence_counts WHERE judgement = $1 AND code = $2 AND rule = $3 AND dimension = $4
             AND month >= $6 AND month <= $7
           GROUP BY code, rule, value ORDER BY sum(judged) DESC, value LIMIT $5";
    /// The same of every rule at once.
    MOST_OF_ALL_WITHIN = "SELECT code, rule, value, 0, met, met_late, missed, overdue, pending, excused, cancelled,
             cannot_be_judged
           FROM (SELECT code, rule, value, CAST(sum(met) AS BIGINT) AS met, CAST(sum(met_late) AS BIGINT) AS met_late,
                 CAST(sum(missed) AS BIGINT) AS missed, CAST(sum(overdue) AS BIGINT) AS overdue,
                 CAST(sum(pending) AS BIGINT) AS pending, CAST(sum(excused) AS BIGINT) AS excused,
                 CAST(sum(cancelled) AS BIGINT) AS cancelled, CAST(sum(cannot_be_judged) AS BIGINT) AS cannot_be_judged,
                 row_number() OVER (PARTITION BY code, rule ORDER BY sum(judged) DESC, value) AS place
               FROM adherence_counts WHERE judgement = $1 AND dimension = $2 AND month >= $3 AND month <= $4
               GROUP BY code, rule, value) AS parts
           WHERE place <= $5 ORDER BY code, rule, place";
    /// The first and the last month with duties.
    MONTHS_SPAN = "SELECT min(month), max(month) FROM adherence_counts
           WHERE judgement = $1 AND dimension = 'all' AND month > 0";
}

/// A judgement that is being written beside the one in force.
pub(crate) struct Writing {
    store: Store,
    number: i64,
}

/// What the figures of a judgement stand in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JudgementFrame {
    /// The documents.
    pub sops: Vec<SopLine>,
    /// The calendar's name, where it has one.
    pub calendar: Option<String>,
    /// The calendar's zone.
    pub zone: String,
    /// The first event, in the calendar's zone.
    pub from: Option<String>,
    /// Up to when duties were judged, in the calendar's zone.
    pub until: String,
    /// The share that was aimed at.
    pub target: f64,
    /// What one point of a trend stands for.
    pub period: Period,
    /// Events that were judged.
    pub events: u64,
    /// What the figures take for granted.
    pub assumptions: Vec<String>,
}

/// The judgement that pages show.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Its number.
    pub number: i64,
    /// Since when it is shown.
    pub in_force_at: Instant,
    /// Up to when duties were judged.
    pub until: Instant,
    /// What its figures stand in.
    pub frame: JudgementFrame,
}

/// How the duties of a rule stand: all of them, or those of one value, in one month or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountRow {
    /// The code of the document.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// Whose; empty for all.
    pub value: String,
    /// In which month.
    pub month: Month,
    /// How many stand how.
    pub counts: Counts,
}

/// Months from one to another, both taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Within {
    /// The first.
    pub from: Month,
    /// The last.
    pub to: Month,
}

/// When the judgement in force was begun, and since when it is in force.
pub(crate) fn latest(read: &Read<'_>) -> Result<Option<(Instant, Instant)>, StoreError> {
    read.maybe(LATEST, &[])
}

impl Writing {
    pub(crate) fn begin(store: &Store, now: Instant) -> Result<Self, StoreError> {
        let (number,): (i64,) = store
            .write(move |tx| tx.one(BEGIN_JUDGEMENT, &params![now]))
            .wait()?;
        Ok(Self {
            store: store.clone(),
            number,
        })
    }

    pub(crate) fn figures(&self, figures: &Adherence, until: Instant) -> Result<(), StoreError> {
        let frame = JudgementFrame {
            sops: figures.sops.clone(),
            calendar: figures.calendar.clone(),
            zone: figures.zone.clone(),
            from: figures.from.clone(),
            until: figures.until.clone(),
            target: figures.target,
            period: figures.period,
            events: figures.log.events,
            assumptions: figures.assumptions.clone(),
        };
        let frame = serde_json::to_string(&frame).unwrap_or_default();
        let rules: Vec<_> = figures
            .rules
            .iter()
            .map(|rule| {
                let body = serde_json::to_string(rule).unwrap_or_default();
                (rule.card.key.clone(), body)
            })
            .collect();
        let number = self.number;
        self.store
            .write(move |tx| {
                tx.execute(
                    FRAME_JUDGEMENT,
                    &params![number, until, Value::Json(&frame)],
                )?;
                let rows: Vec<[Value<'_>; 5]> = rules
                    .iter()
                    .zip(0_u32..)
                    .map(|((key, body), place)| {
                        params![number, &key.code, &key.id, place, Value::Json(body)]
                    })
                    .collect();
                tx.execute_each(ADD_FIGURES, &rows)
            })
            .wait()?;
        Ok(())
    }

    pub(crate) fn counts(&self, rows: impl Iterator<Item = TallyRow>) -> Result<(), StoreError> {
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let slice: Vec<TallyRow> = rows.by_ref().take(SLICE).collect();
            let number = self.number;
            self.store
                .write(move |tx| {
                    let values: Vec<[Value<'_>; 15]> =
                        slice.iter().map(|row| row.values(number)).collect();
                    tx.execute_each(ADD_COUNTS, &values)
                })
                .wait()?;
        }
        Ok(())
    }

    /// Lets this judgement and its obligations take the place of those before. False: a later one has done so already.
    pub(crate) fn put_in_force(
        &self,
        duties: Finished,
        rules: &Arc<InForce>,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let (number, rules) = (self.number, Arc::clone(rules));
        self.store
            .write(move |tx| {
                if !duties.put_in_force(tx, &rules, now)? {
                    return Ok(false);
                }
                tx.execute(PUT_IN_FORCE, &params![number, now])?;
                Ok::<_, StoreError>(true)
            })
            .wait()
    }

    /// Takes out the judgements before, slice by slice.
    pub(crate) fn sweep(&self) -> Result<(), StoreError> {
        let number = self.number;
        let write = |sql| {
            self.store
                .write(move |tx| tx.execute(sql, &params![number]))
        };
        while write(TAKE_OUT_COUNTS).wait()? > 0 {}
        write(TAKE_OUT_FIGURES).wait()?;
        write(TAKE_OUT_JUDGEMENTS).wait()?;
        Ok(())
    }
}

impl TallyRow {
    fn values(&self, judgement: i64) -> [Value<'_>; 15] {
        let counts = self.counts;
        let number = |count: u64| Value::Int(count as i64);
        [
            judgement.into(),
            (&self.code).into(),
            (&self.rule).into(),
            self.dimension.word().into(),
            (&self.value).into(),
            self.month.0.into(),
            number(counts.met),
            number(counts.met_late),
            number(counts.missed),
            number(counts.overdue),
            number(counts.pending),
            number(counts.excused),
            number(counts.cancelled),
            number(counts.cannot_be_judged),
            number(counts.judged()),
        ]
    }
}

/// The judgement that pages show; none before the first.
///
/// # Errors
///
/// As the database says.
pub fn current(read: &Read<'_>) -> Result<Option<Judgement>, StoreError> {
    read.maybe(CURRENT, &[])
}

/// The number of the judgement that pages show.
pub(crate) fn current_number(read: &Read<'_>) -> Result<Option<i64>, StoreError> {
    let (number,): (Option<i64>,) = read.one(CURRENT_NUMBER, &[])?;
    Ok(number)
}

/// The figures of all rules that open duties, in the order of the documents.
///
/// # Errors
///
/// As the database says.
pub fn figures(read: &Read<'_>, judgement: i64) -> Result<Vec<RuleFigures>, StoreError> {
    let rows: Vec<FiguresRow> = read.all(FIGURES, &params![judgement])?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The figures of one rule.
///
/// # Errors
///
/// As the database says.
pub fn figures_of(
    read: &Read<'_>,
    judgement: i64,
    (code, rule): (&str, &str),
) -> Result<Option<RuleFigures>, StoreError> {
    let row: Option<FiguresRow> = read.maybe(FIGURES_OF, &params![judgement, code, rule])?;
    Ok(row.map(|row| row.0))
}

/// The counts of every rule, month by month.
///
/// # Errors
///
/// As the database says.
pub fn months(
    read: &Read<'_>,
    judgement: i64,
    within: Within,
) -> Result<Vec<CountRow>, StoreError> {
    read.all(MONTHS, &params![judgement, within.from.0, within.to.0])
}

/// The counts of one rule for one value, month by month.
///
/// # Errors
///
/// As the database says.
pub fn months_of(
    read: &Read<'_>,
    judgement: i64,
    (code, rule): (&str, &str),
    (dimension, value): (Dimension, &str),
    within: Within,
) -> Result<Vec<CountRow>, StoreError> {
    let (from, to) = (within.from.0, within.to.0);
    let word = dimension.word();
    read.all(
        MONTHS_OF,
        &params![judgement, code, rule, word, value, from, to],
    )
}

/// The counts of every rule for one value, month by month.
///
/// # Errors
///
/// As the database says.
pub fn months_of_value(
    read: &Read<'_>,
    judgement: i64,
    (dimension, value): (Dimension, &str),
    within: Within,
) -> Result<Vec<CountRow>, StoreError> {
    let (from, to) = (within.from.0, within.to.0);
    read.all(
        MONTHS_OF_VALUE,
        &params![judgement, dimension.word(), value, from, to],
    )
}

/// The values of a dimension that have most cases under a rule; within some months, or in all of them.
///
/// # Errors
///
/// As the database says.
pub fn most(
    read: &Read<'_>,
    judgement: i64,
    (code, rule): (&str, &str),
    dimension: Dimension,
    within: Option<Within>,
    limit: u32,
) -> Result<Vec<CountRow>, StoreError> {
    let word = dimension.word();
    match within {
        None => read.all(MOST, &params![judgement, code, rule, word, limit]),
        Some(Within { from, to }) => read.all(
            MOST_WITHIN,
            &params![judgement, code, rule, word, limit, from.0, to.0],
        ),
    }
}

/// The values of a dimension that have most cases under each rule within some months, the rules in the order of their names.
///
/// # Errors
///
/// As the database says.
pub fn most_of_all(
    read: &Read<'_>,
    judgement: i64,
    dimension: Dimension,
    within: Within,
    limit: u32,
) -> Result<Vec<CountRow>, StoreError> {
    let (from, to) = (within.from.0, within.to.0);
    read.all(
        MOST_OF_ALL_WITHIN,
        &params![judgement, dimension.word(), from, to, limit],
    )
}

/// The months from the first with a duty to the last; none without any.
///
/// # Errors
///
/// As the database says.
pub fn months_span(read: &Read<'_>, judgement: i64) -> Result<Option<Within>, StoreError> {
    let (from, to): (Option<i32>, Option<i32>) = read.one(MONTHS_SPAN, &params![judgement])?;
    Ok(from.zip(to).map(|(from, to)| Within {
        from: Month(from),
        to: Month(to),
    }))
}

struct FiguresRow(RuleFigures);

impl FromRow for FiguresRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        json(row, 0).map(Self)
    }
}

/// A column that holds what this program has written as JSON.
fn json<T: for<'a> Deserialize<'a>>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    let text: &str = row.get(column)?;
    serde_json::from_str(text).map_err(|_| StoreError::Shape {
        column,
        expected: "figures of this version of Kept; judge again",
        found: "other JSON",
    })
}

impl FromRow for Judgement {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.get(0)?,
            in_force_at: row.get(1)?,
            until: row.get(2)?,
            frame: json(row, 3)?,
        })
    }
}

impl FromRow for CountRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let counts = Counts {
            met: row.get(4)?,
            met_late: row.get(5)?,
            missed: row.get(6)?,
            overdue: row.get(7)?,
            pending: row.get(8)?,
            excused: row.get(9)?,
            cancelled: row.get(10)?,
            cannot_be_judged: row.get(11)?,
            ..Counts::default()
        };
        Ok(Self {
            code: row.get(0)?,
            rule: row.get(1)?,
            value: row.get(2)?,
            month: Month(row.get(3)?),
            counts: Counts {
                triggered: counts.judged()
                    + counts.overdue
                    + counts.pending
                    + counts.excused
                    + counts.cancelled
                    + counts.cannot_be_judged,
                ..counts
            },
        })
    }
}
