//! What is owed now, by its deadline: the duties of a person, of a role where nobody is named, towards a client, under a rule.
//!
//! Every list is read in two steps: the keys from an index that holds nothing else, then the rows of those that are shown.
//! So a list costs as much as it shows, however many duties others have.

use kept_kernel::Instant;
use kept_store::{Read, StoreError, params, statements};

use super::Owed;
use crate::alerts::Hearer;

/// The run that counts, as every question here begins.
macro_rules! keys {
    ($($rest:expr),+) => {
        concat!(
            "SELECT o.due_at, o.number FROM obligations o
             WHERE o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL) AND o.settled_at IS NULL ",
            $($rest),+
        )
    };
}

/// The same, along another index than one of the whole run.
macro_rules! keys_beside_run {
    ($($rest:expr),+) => {
        concat!(
            "SELECT o.due_at, o.number FROM obligations o
             WHERE +o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL) AND o.settled_at IS NULL ",
            $($rest),+
        )
    };
}

/// The next keys of an index: after the key `$1`, `$2`, and with the deadline `$3` at the latest.
macro_rules! next {
    ($of:literal) => {
        keys!(
            $of,
            " AND (o.due_at, o.number) > ($1, $2) AND o.due_at <= $3 ORDER BY o.due_at, o.number LIMIT $4"
        )
    };
}

/// What had to be done before `$3`.
macro_rules! due {
    ($of:literal) => {
        concat!(
            "SELECT 1 FROM obligations o
             WHERE o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL) AND o.settled_at IS NULL ",
            $of,
            " AND o.due_at < $3"
        )
    };
}

statements! {
    NEXT_OF_ALL = next!("AND o.import IS NULL");
    NEXT_OF_PERSON = next!("AND o.owner = $5");
    NEXT_OF_ROLE = next!("AND o.owner IS NULL AND o.owner_role = $5");
    NEXT_TO_CLIENT = next!("AND o.client = (SELECT number FROM records WHERE noun = 'client' AND id = $5)");
    NEXT_UNDER_RULE = next!("AND o.code = $5 AND o.rule = $6");
    NEXT_ON_RECORD = keys_beside_run!("AND o.record = (SELECT number FROM records WHERE noun = $5 AND id = $6)
               AND (o.due_at, o.number) > ($1, $2) AND o.due_at <= $3 ORDER BY o.due_at, o.number LIMIT $4");
    /// What somebody has to do next on a record: of what runs and has a deadline. Rungs of ladders are duties of others.
    NEXT_TO_DO = "SELECT o.due_at, o.opened_at, o.code, o.rule FROM obligations o
               WHERE o.record IN (SELECT number FROM records WHERE noun IN LIST($1) AND id = $2)
                   AND +o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL)
                   AND o.settled_at IS NULL AND o.level = 0 AND o.verdict IN ('pending', 'overdue') AND o.due_at < $3
               ORDER BY o.due_at, o.number LIMIT 1";
    /// Rungs of a ladder have no deadline of their own; they are the last in the same indexes.
    CLIMBED_TO_PERSON = keys!("AND o.owner = $1 AND o.due_at = $2 AND o.level > 0 ORDER BY o.number DESC LIMIT $3");
    CLIMBED_TO_ROLE = keys!("AND o.owner IS NULL AND o.owner_role = $1 AND o.due_at = $2 AND o.level > 0
               ORDER BY o.number DESC LIMIT $3");
    /// By their numbers alone: a run beside them would lead the planner to read all of it.
    THESE = super::rows_of!("WHERE o.number IN LIST($1) ORDER BY o.due_at, o.number");
    /// One statement for a person with all their roles: it is asked for every page.
    COUNT_DUE = concat!("SELECT count(*) FROM (", due!("AND o.owner = $1"), " UNION ALL ",
               due!("AND o.owner IS NULL AND o.owner_role IN LIST($2)"), " LIMIT $4) AS few");
    /// How often each verdict was given in a stretch of time.
    SETTLED = "SELECT verdict, count(*) FROM (
                   SELECT o.verdict AS verdict FROM obligations o
                   WHERE o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL)
                       AND o.owner = $1 AND o.settled_at >= $2 AND o.settled_at < $3 LIMIT $4) AS settled
               GROUP BY verdict ORDER BY verdict";
    /// The plus keeps the planner from an index of the whole run, which would be sorted for each page.
    ALL_IN_ORDER = super::rows_of!("WHERE o.number > $1
               AND +o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL) ORDER BY o.number LIMIT $2");
    ALL_OF_PERSON = super::selected!("AND o.number > $1 AND o.owner = $3 ORDER BY o.number LIMIT $2");
    ALL_TO_CLIENT = super::selected!("AND o.number > $1
               AND o.client = (SELECT number FROM records WHERE noun = 'client' AND id = $3) ORDER BY o.number LIMIT $2");
    ALL_ON_RECORD = super::rows_of!("WHERE o.record = (SELECT number FROM records WHERE noun = $3 AND id = $4) AND o.number > $1
               AND +o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL) ORDER BY o.number LIMIT $2");
    ALL_UNDER_RULE = super::selected!("AND o.number > $1 AND o.code = $3 AND o.rule = $4 ORDER BY o.number LIMIT $2");
}

/// Whose open duties are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    All,
    /// Those that name this person.
    Person(String),
    /// Those that this role owes and that name nobody, in the words of [`Owed::owner_role`].
    Role(String),
    /// Those towards this client.
    Client(String),
    /// Those under this rule: the code of the document and the rule.
    Rule(String, String),
    /// Those about this record: its kind and id.
    Record(String, String),
}

/// Where an open duty stands in a list: its deadline, then its number.
pub type DueKey = (Instant, i64);
/// Before all of them.
pub const FIRST: DueKey = (Instant::MIN, 0);

/// The keys of open duties after one, by deadline, those of several together; so many at most. Rungs of ladders are among
/// those without a deadline, which come last, and only where `until` is none.
///
/// # Errors
///
/// As the database says.
pub fn keys_of(
    read: &Read<'_>,
    whose: &[Whose],
    (after, until): (DueKey, Option<Instant>),
    limit: u32,
) -> Result<Vec<DueKey>, StoreError> {
    // A duty without a deadline lies at the end of time.
    let until = until.unwrap_or(Instant::MAX);
    let mut keys: Vec<DueKey> = Vec::new();
    for one in whose {
        let most = params![after.0, after.1, until, limit];
        let found: Vec<DueKey> = match one {
            Whose::All => read.all(NEXT_OF_ALL, &most)?,
            Whose::Person(id) => read.all(NEXT_OF_PERSON, &[&most[..], &params![id]].concat())?,
            Whose::Role(role) => read.all(NEXT_OF_ROLE, &[&most[..], &params![role]].concat())?,
            Whose::Client(id) => read.all(NEXT_TO_CLIENT, &[&most[..], &params![id]].concat())?,
            Whose::Rule(code, rule) => {
                read.all(NEXT_UNDER_RULE, &[&most[..], &params![code, rule]].concat())?
            }
            Whose::Record(noun, id) => {
                read.all(NEXT_ON_RECORD, &[&most[..], &params![noun, id]].concat())?
            }
        };
        keys.extend(found);
    }
    keys.sort_unstable();
    keys.dedup();
    keys.truncate(limit as usize);
    Ok(keys)
}

/// How many open duties somebody owes, by name or by role, whose deadline lies before `now`; `most` stands for more.
///
/// # Errors
///
/// As the database says.
pub fn count_due(
    read: &Read<'_>,
    hearer: &Hearer,
    now: Instant,
    most: u32,
) -> Result<u64, StoreError> {
    let roles = hearer.roles();
    let (count,) = read.one(COUNT_DUE, &params![&hearer.person, &roles[..], now, most])?;
    Ok(count)
}

/// The keys of open rungs of ladders, the latest first.
///
/// # Errors
///
/// As the database says.
pub fn climbed(read: &Read<'_>, whose: &[Whose], limit: u32) -> Result<Vec<DueKey>, StoreError> {
    let mut keys: Vec<DueKey> = Vec::new();
    for one in whose {
        let (sql, name) = match one {
            Whose::Person(id) => (CLIMBED_TO_PERSON, id),
            Whose::Role(role) => (CLIMBED_TO_ROLE, role),
            _ => continue,
        };
        let found: Vec<DueKey> = read.all(sql, &params![name, Instant::MAX, limit])?;
        keys.extend(found);
    }
    keys.sort_unstable_by_key(|(_, number)| std::cmp::Reverse(*number));
    keys.truncate(limit as usize);
    Ok(keys)
}

/// What is to be done next on a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextDue {
    /// Until when.
    pub due_at: Instant,
    /// When it began to count.
    pub opened_at: Instant,
    /// The code of the document.
    pub code: String,
    /// The rule.
    pub rule: String,
}

/// The duty that is due next on the records of these kinds that share an id: of those that run and have a deadline; not a rung of a
/// ladder.
///
/// # Errors
///
/// As the database says.
pub fn next_due(
    read: &Read<'_>,
    (nouns, id): (&[&str], &str),
) -> Result<Option<NextDue>, StoreError> {
    let found = read.maybe(NEXT_TO_DO, &params![nouns, id, Instant::MAX])?;
    Ok(found.map(|(due_at, opened_at, code, rule)| NextDue {
        due_at,
        opened_at,
        code,
        rule,
    }))
}

/// Obligations by their numbers, by deadline. What is gone since is left out.
///
/// # Errors
///
/// As the database says.
pub fn these(read: &Read<'_>, numbers: &[i64]) -> Result<Vec<Owed>, StoreError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    read.all(THESE, &params![numbers])
}

/// How many duties of a person got each verdict in a stretch of time, of 500 at most.
///
/// # Errors
///
/// As the database says.
pub fn settled(
    read: &Read<'_>,
    person: &str,
    (from, until): (Instant, Instant),
) -> Result<Vec<(String, u64)>, StoreError> {
    read.all(SETTLED, &params![person, from, until, 500])
}

/// Obligations of all verdicts in the order of their numbers, after one; so many at most. A role's cannot be listed so.
///
/// # Errors
///
/// As the database says.
pub fn in_order(
    read: &Read<'_>,
    whose: &Whose,
    after: i64,
    limit: u32,
) -> Result<Vec<Owed>, StoreError> {
    match whose {
        Whose::All => read.all(ALL_IN_ORDER, &params![after, limit]),
        Whose::Person(id) => read.all(ALL_OF_PERSON, &params![after, limit, id]),
        Whose::Client(id) => read.all(ALL_TO_CLIENT, &params![after, limit, id]),
        Whose::Rule(code, rule) => read.all(ALL_UNDER_RULE, &params![after, limit, code, rule]),
        Whose::Record(noun, id) => read.all(ALL_ON_RECORD, &params![after, limit, noun, id]),
        Whose::Role(_) => Ok(Vec::new()),
    }
}
