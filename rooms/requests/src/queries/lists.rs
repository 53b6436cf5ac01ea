//! The queue: views, each in an order that an index has, cut by key, narrowed by what somebody chose.

use kept_accounts::access::Scope;
use kept_accounts::model::PersonId;
use kept_accounts::within_scope;
use kept_clients::ClientId;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, Value, params, statements};

use super::{columns, in_reach, tables};
use crate::model::{NEVER, Request};

/// So many are counted at most.
pub(crate) const MOST_COUNTED: u64 = 1_000;

/// The requests of a view. `$6` is now, `$7` who asks, `$8` and `$9` where it goes on, `$10` to `$16` the filters.
macro_rules! listed {
    ($($rest:expr),+) => {
        concat!(
            "SELECT ", columns!(), ", s.messages", tables!(),
            " LEFT JOIN request_seen s ON s.person = $7 AND s.request = q.id WHERE ", in_reach!(),
            " AND ($10 = '' OR q.state = $10) AND ($11 = '' OR q.category = $11) AND ($12 = '' OR q.priority = $12)
              AND ($13 = '' OR q.channel = $13)
              AND ($14 = '' OR EXISTS (SELECT 1 FROM request_tags g WHERE g.request = q.id AND g.tag = $14))
              AND ($15 OR q.client = $16) ",
            $($rest),+
        )
    };
}
/// In the order of deadlines.
macro_rules! by_due {
    ($rest:literal) => {
        listed!(
            "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) ",
            $rest,
            " ORDER BY q.due_at, q.id LIMIT $17"
        )
    };
}
/// The newest first.
macro_rules! newest {
    ($rest:literal) => {
        listed!(
            "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9) ",
            $rest,
            " ORDER BY q.received_at DESC, q.id DESC LIMIT $17"
        )
    };
}
/// A number of a view.
macro_rules! counted {
    ($rest:literal) => {
        concat!(
            "SELECT count(*) FROM (SELECT 1 FROM requests q WHERE q.closed_at IS NULL AND q.snoozed_until <= $6 AND ",
            in_reach!(),
            $rest,
            " LIMIT 1000) AS counted"
        )
    };
}

statements! {
    MINE = by_due!("AND q.assignee = $7 AND q.snoozed_until <= $6");
    UNASSIGNED = by_due!("AND q.assignee IS NULL AND q.snoozed_until <= $6");
    OPEN = by_due!("AND q.snoozed_until <= $6");
    OVERDUE = by_due!("AND q.due_at < $6");
    WAITING = by_due!("AND q.waiting_since IS NOT NULL AND q.received_at <= $6");
    SNOOZED = by_due!("AND q.snoozed_until > $6");
    ALL = newest!("");
    CLOSED = newest!("AND q.closed_at IS NOT NULL");

    COUNT_MINE = counted!(" AND q.assignee = $7");
    COUNT_UNASSIGNED = counted!(" AND q.assignee IS NULL");
    COUNT_OPEN = counted!("");
    COUNT_LATE = counted!(" AND q.due_at < $6");
    COUNT_WAITING = counted!(" AND q.waiting_since IS NOT NULL");
}

/// A view of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Listed {
    Mine,
    Unassigned,
    #[default]
    Open,
    Overdue,
    Waiting,
    Snoozed,
    Closed,
    All,
}

impl Listed {
    pub(crate) const EACH: [Self; 8] = [
        Self::Mine,
        Self::Unassigned,
        Self::Open,
        Self::Overdue,
        Self::Waiting,
        Self::Snoozed,
        Self::Closed,
        Self::All,
    ];

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Waiting => "waiting",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
            Self::All => "all",
        }
    }

    pub(crate) fn named(key: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|one| one.key() == key)
    }

    /// Whether it begins with the newest; else with what is due first.
    pub(crate) const fn is_newest_first(self) -> bool {
        matches!(self, Self::Closed | Self::All)
    }

    /// Where the list begins.
    pub(crate) const fn start(self) -> (Instant, Id) {
        if self.is_newest_first() {
            (NEVER, Id::from_bytes([0xff; 16]))
        } else {
            super::START
        }
    }
}

/// To what a view is narrowed; what is empty is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) state: String,
    pub(crate) category: String,
    pub(crate) priority: String,
    pub(crate) channel: String,
    pub(crate) tag: String,
    pub(crate) client: Option<ClientId>,
}

/// What is asked of the queue.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) listed: Listed,
    pub(crate) filter: Filter,
    pub(crate) now: Instant,
    /// Who looks: for what is theirs, and what they have read.
    pub(crate) me: Option<PersonId>,
    /// Where the list goes on.
    pub(crate) after: (Instant, Id),
    pub(crate) limit: u32,
}

/// A request of a list, and how far whoever looks has read it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) request: Request,
    pub(crate) seen: Option<u32>,
}

impl Line {
    /// Whether something was said that whoever looks has not read.
    pub(crate) fn is_unread(&self) -> bool {
        self.request.messages > self.seen.unwrap_or_default()
    }

    /// Where the list goes on after it.
    pub(crate) fn key(&self, listed: Listed) -> (Instant, Id) {
        let at = if listed.is_newest_first() {
            self.request.received_at
        } else {
            self.request.due_at
        };
        (at, self.request.id.0)
    }
}

impl FromRow for Line {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            request: Request::from_row(row)?,
            seen: row.get(row.len() - 1)?,
        })
    }
}

/// Requests of a view within reach.
pub(crate) fn list(read: &Read<'_>, scope: &Scope, asked: &Asked) -> Result<Vec<Line>, StoreError> {
    let sql = match asked.listed {
        Listed::Mine => MINE,
        Listed::Unassigned => UNASSIGNED,
        Listed::Open => OPEN,
        Listed::Overdue => OVERDUE,
        Listed::Waiting => WAITING,
        Listed::Snoozed => SNOOZED,
        Listed::Closed => CLOSED,
        Listed::All => ALL,
    };
    let filter = &asked.filter;
    let (at, id) = asked.after;
    let rest: [Value<'_>; 12] = params![
        asked.now,
        asked.me,
        at,
        id,
        &filter.state,
        &filter.category,
        &filter.priority,
        &filter.channel,
        &filter.tag,
        filter.client.is_none(),
        filter.client,
        asked.limit,
    ];
    read.all(sql, &super::asked(scope, rest))
}

/// How many are in mine, unassigned, open, overdue and waiting; [`MOST_COUNTED`] stands for more.
pub(crate) fn counts(
    read: &Read<'_>,
    scope: &Scope,
    (now, me): (Instant, Option<PersonId>),
) -> Result<Vec<(Listed, u64)>, StoreError> {
    let (two, three) = (
        super::asked(scope, params![now]),
        super::asked(scope, params![now, me]),
    );
    let views = [
        (Listed::Mine, COUNT_MINE, &three),
        (Listed::Unassigned, COUNT_UNASSIGNED, &two),
        (Listed::Open, COUNT_OPEN, &two),
        (Listed::Overdue, COUNT_LATE, &two),
        (Listed::Waiting, COUNT_WAITING, &two),
    ];
    let count = |(listed, sql, params): (Listed, _, &Vec<Value<'_>>)| {
        let (count,): (u64,) = read.one(sql, params)?;
        Ok((listed, count))
    };
    views.into_iter().map(count).collect()
}
