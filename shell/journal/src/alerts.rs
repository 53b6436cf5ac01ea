//! Alerts: what time brought about on a case, told to whoever must act on it. Each is made once.

use kept_kernel::Instant;
use kept_store::{FromRow, Read, Row, Sql, StoreError, Write, params, statements};

macro_rules! selected {
    ($rest:literal) => {
        concat!(
            "SELECT a.number, r.noun, r.id, c.id, a.code, a.rule, a.cycle, a.level, a.kind, a.role, a.person, a.due_at,
                 a.at, a.made_at, a.seen_at, a.seen_by
             FROM alerts a JOIN records r ON r.number = a.record LEFT JOIN records c ON c.number = a.client ",
            $rest
        )
    };
}

statements! {
    MAKE = "INSERT INTO alerts (record, client, code, rule, cycle, level, kind, role, person, due_at, at, made_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    LATEST = selected!("ORDER BY a.number DESC LIMIT $1");
    OF_RECORD = selected!("WHERE r.noun = $1 AND r.id = $2 ORDER BY a.number LIMIT 500");
    OPEN_OF_PERSON = selected!("WHERE a.person = $1 AND a.seen_at IS NULL ORDER BY a.number DESC LIMIT $2");
    OPEN_OF_ROLE = selected!("WHERE a.person IS NULL AND a.role = $1 AND a.seen_at IS NULL ORDER BY a.number DESC LIMIT $2");
    SEEN_BY = selected!("WHERE a.seen_by = $1 AND a.seen_at IS NOT NULL ORDER BY a.seen_at DESC, a.number DESC LIMIT $2");
    /// One statement for a person with all their roles: it is asked for every page.
    COUNT_OPEN = "SELECT count(*) FROM (
                      SELECT 1 FROM alerts a WHERE a.person = $1 AND a.seen_at IS NULL
                      UNION ALL
                      SELECT 1 FROM alerts a WHERE a.person IS NULL AND a.role IN LIST($2) AND a.seen_at IS NULL
                      LIMIT $3) AS few";
    SEEN = "UPDATE alerts SET seen_at = $2, seen_by = $3 WHERE number = $1 AND seen_at IS NULL
                AND (person = $3 OR person IS NULL AND role IN LIST($4))";
    SEEN_ALL = "UPDATE alerts SET seen_at = $2, seen_by = $3 WHERE number <= $1 AND seen_at IS NULL
                AND (person = $3 OR person IS NULL AND role IN LIST($4))";
    TAKE_UNMAILED = "UPDATE alerts SET mailed_at = $1
                     WHERE number IN (SELECT number FROM alerts WHERE mailed_at IS NULL ORDER BY number LIMIT $2 /*skip locked*/)
                     AND mailed_at IS NULL RETURNING number";
    AFTER = selected!("WHERE a.number > $1 AND a.made_at <= $2 ORDER BY a.number LIMIT $3");
    THESE = selected!("WHERE a.number IN LIST($1) ORDER BY a.number");
}

/// What an alert is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AlertKind {
    /// A deadline draws near.
    Warning,
    /// It has passed.
    Breach,
    /// A rung of the ladder: someone is to see that it is done.
    Escalation,
}

impl AlertKind {
    /// The word that is stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Breach => "breach",
            Self::Escalation => "escalation",
        }
    }
}

/// An alert that is to be made.
pub(crate) struct NewAlert<'a> {
    pub(crate) record: i64,
    pub(crate) client: Option<i64>,
    pub(crate) rule: (&'a str, &'a str),
    pub(crate) cycle: u32,
    pub(crate) level: u8,
    pub(crate) kind: AlertKind,
    pub(crate) role: &'a str,
    pub(crate) person: Option<&'a str>,
    pub(crate) due_at: Option<Instant>,
    pub(crate) at: Instant,
}

/// An alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its number; later ones have higher ones.
    pub number: i64,
    /// The kind of record.
    pub noun: String,
    /// Which record.
    pub subject: String,
    /// The client.
    pub client: Option<String>,
    /// The code of the document.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// See [`kept_engine::Obligation::cycle`].
    pub cycle: u32,
    /// The rung of the ladder; 0 for the duty itself.
    pub level: u32,
    /// `warning`, `breach`, `escalation`.
    pub kind: String,
    /// The role or part that is told, in words.
    pub role: String,
    /// The person, where the case names one.
    pub person: Option<String>,
    /// Until when the duty was or is to be done.
    pub due_at: Option<Instant>,
    /// When it came about.
    pub at: Instant,
    /// When it was told.
    pub made_at: Instant,
    /// When it was seen.
    pub seen_at: Option<Instant>,
    /// Who has seen it.
    pub seen_by: Option<String>,
}

/// To whom alerts are told: a person, with the roles held, in the words of [`Alert::role`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hearer {
    /// The person's id.
    pub person: String,
    /// The roles.
    pub roles: Vec<String>,
}

impl Hearer {
    pub(crate) fn roles(&self) -> Vec<&str> {
        self.roles.iter().map(String::as_str).collect()
    }
}

pub(crate) fn make(tx: &Write<'_>, alert: &NewAlert<'_>, now: Instant) -> Result<(), StoreError> {
    let (code, rule) = alert.rule;
    let row = params![
        alert.record,
        alert.client,
        code,
        rule,
        alert.cycle,
        alert.level,
        alert.kind.word(),
        alert.role,
        alert.person,
        alert.due_at,
        alert.at,
        now
    ];
    tx.put(MAKE, &row)
}

/// The latest alerts, the newest first.
///
/// # Errors
///
/// As the database says.
pub fn latest(read: &Read<'_>, limit: u32) -> Result<Vec<Alert>, StoreError> {
    read.all(LATEST, &params![limit])
}

/// All alerts on one record, in the order in which they were made.
///
/// # Errors
///
/// As the database says.
pub fn of_record(read: &Read<'_>, (noun, id): (&str, &str)) -> Result<Vec<Alert>, StoreError> {
    read.all(OF_RECORD, &params![noun, id])
}

/// What somebody has been told, by name or by role, and nobody has seen yet, the newest first.
///
/// # Errors
///
/// As the database says.
pub fn open(read: &Read<'_>, hearer: &Hearer, limit: u32) -> Result<Vec<Alert>, StoreError> {
    let mut open: Vec<Alert> = read.all(OPEN_OF_PERSON, &params![&hearer.person, limit])?;
    for role in &hearer.roles {
        let told: Vec<Alert> = read.all(OPEN_OF_ROLE, &params![role, limit])?;
        open.extend(told);
    }
    open.sort_by_key(|alert| std::cmp::Reverse(alert.number));
    open.truncate(limit as usize);
    Ok(open)
}

/// How many those are; `most` stands for more.
///
/// # Errors
///
/// As the database says.
pub fn count_open(read: &Read<'_>, hearer: &Hearer, most: u32) -> Result<u64, StoreError> {
    let roles = hearer.roles();
    let (count,) = read.one(COUNT_OPEN, &params![&hearer.person, &roles[..], most])?;
    Ok(count)
}

/// What somebody has seen, the latest first.
///
/// # Errors
///
/// As the database says.
pub fn seen_by(read: &Read<'_>, person: &str, limit: u32) -> Result<Vec<Alert>, StoreError> {
    read.all(SEEN_BY, &params![person, limit])
}

/// Marks an alert as seen by somebody to whom it was told. False: it has been seen already, was told to others, or there is
/// none.
///
/// # Errors
///
/// As the database says.
pub fn seen(
    tx: &Write<'_>,
    number: i64,
    hearer: &Hearer,
    now: Instant,
) -> Result<bool, StoreError> {
    Ok(mark(tx, SEEN, number, hearer, now)? == 1)
}

/// The same for all up to one, which was the newest on the page; how many.
///
/// # Errors
///
/// As the database says.
pub fn seen_up_to(
    tx: &Write<'_>,
    number: i64,
    hearer: &Hearer,
    now: Instant,
) -> Result<u64, StoreError> {
    mark(tx, SEEN_ALL, number, hearer, now)
}

fn mark(
    tx: &Write<'_>,
    sql: Sql,
    number: i64,
    hearer: &Hearer,
    now: Instant,
) -> Result<u64, StoreError> {
    let roles = hearer.roles();
    tx.execute(sql, &params![number, now, &hearer.person, &roles[..]])
}

/// Alerts after a number, in their order, so many at most. Those made after `until` are left for later: on PostgreSQL one with a
/// lower number may still be on its way.
///
/// # Errors
///
/// As the database says.
pub fn after(
    read: &Read<'_>,
    number: i64,
    until: Instant,
    limit: u32,
) -> Result<Vec<Alert>, StoreError> {
    read.all(AFTER, &params![number, until, limit])
}

/// Takes alerts that no mail was written for, in their order; so many at most. Who takes them writes the mails in the same
/// transaction, so that each is written once.
///
/// # Errors
///
/// As the database says.
pub fn take_unmailed(tx: &Write<'_>, now: Instant, limit: u32) -> Result<Vec<Alert>, StoreError> {
    let taken: Vec<(i64,)> = tx.all(TAKE_UNMAILED, &params![now, limit])?;
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<i64> = taken.into_iter().map(|(number,)| number).collect();
    tx.all(THESE, &params![&numbers[..]])
}

impl FromRow for Alert {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.get(0)?,
            noun: row.get(1)?,
            subject: row.get(2)?,
            client: row.get(3)?,
            code: row.get(4)?,
            rule: row.get(5)?,
            cycle: row.get(6)?,
            level: row.get(7)?,
            kind: row.get(8)?,
            role: row.get(9)?,
            person: row.get(10)?,
            due_at: row.get(11)?,
            at: row.get(12)?,
            made_at: row.get(13)?,
            seen_at: row.get(14)?,
            seen_by: row.get(15)?,
        })
    }
}
