//! The queue: views, each in an order that an index has, cut by key, narrowed by what somebody chose.

use std::collections::HashMap;

use kept_accounts::access::Scope;
use kept_accounts::model::{PersonId, TeamId};
use kept_accounts::within_scope;
use kept_clients::ClientId;
use kept_kernel::{Id, Instant};
use kept_search::{Query, Reach, find};
use kept_store::{FromRow, Read, Row, StoreError, Value, params, statements};

use super::in_reach;
use crate::model::{NEVER, Request};
use crate::search::KIND;

/// So many are counted at most.
pub(crate) const MOST_COUNTED: u64 = 1_000;
/// Whoever works for more clients than this is looked for along the list: one in so many of all requests is theirs.
const MANY_CLIENTS: u32 = 1_000;

/// So many of those in which some words are found are looked through, the newest first.
const MOST_FOUND: usize = 500;

/// A tag that more requests have than this is looked for along the list.
const MANY_TAGGED: u32 = 500;

/// To what somebody narrows a view: `$10` to `$16`, and `$18` to `$21`.
macro_rules! narrowed {
    () => {
        " AND ($10 = '' OR q.state = $10) AND ($11 = '' OR q.category = $11) AND ($12 = '' OR q.priority = $12)
          AND ($13 = '' OR q.channel = $13)
          AND ($14 = '' OR EXISTS (SELECT 1 FROM request_tags g WHERE g.request = q.id AND g.tag = $14))
          AND ($15 OR q.client = $16) AND ($18 OR q.team = $19) AND ($20 OR q.assignee = $21) "
    };
}
/// What a line of a list is read from: a request without its contact's and team's names and its long texts, which no list shows and
/// each of which would be fetched row by row. What somebody has seen of each is no join: a planner that has not counted it yet would go
/// through all that they have ever seen for every row.
macro_rules! line {
    () => {
        "q.id, q.number, q.client, c.name, c.tier, q.contact, NULL, NULL, q.channel, q.subject, q.category,
            q.urgency, q.impact, q.priority, q.department, q.state, q.ending, NULL, NULL, q.assignee, p.name,
            q.team, NULL, q.expected_at, q.update_at, q.contacted_at, q.received_at, q.acknowledged_at, q.answered_at,
            q.prioritised_at, q.escalated_at, q.agreed_at, q.waiting_since, q.resolved_at, q.notice_at, q.confirmed_at,
            q.closed_at, q.reopened_at, q.complex_at, q.snoozed_until, q.due_at, q.due_opened_at, q.due_rule, q.messages,
            q.last_at, q.last_voice, q.merged_into, q.revision,
            (SELECT s.messages FROM request_seen s WHERE s.person = $7 AND s.request = q.id)
         FROM requests q
         JOIN clients c ON c.id = q.client
         LEFT JOIN people p ON p.id = q.assignee "
    };
}
/// A view, along its index: for those who reach all, or much of it. `$6` is now, `$7` who asks, `$8` and `$9` where it goes on.
macro_rules! along {
    ($view:literal, $order:literal) => {
        concat!(
            "SELECT ",
            line!(),
            "WHERE ",
            in_reach!(),
            narrowed!(),
            $view,
            $order
        )
    };
}
/// A view of one client, along an index of its own: a client has few of all requests.
macro_rules! of_client {
    ($view:literal, $order:literal) => {
        concat!(
            "SELECT ",
            line!(),
            "WHERE q.client = $16 AND ",
            in_reach!(),
            narrowed!(),
            $view,
            $order
        )
    };
}
/// A view of what has a tag that few have. The plus keeps a planner from walking along the view instead.
macro_rules! of_tag {
    ($view:literal, $order:literal) => {
        concat!(
            "SELECT ",
            line!(),
            "WHERE q.id IN (SELECT g.request FROM request_tags g WHERE g.tag = $14) AND ",
            in_reach!(),
            narrowed!(),
            $view,
            $order
        )
    };
}
/// A view, by each way in which somebody reaches a request: as many by each as the page has. So it costs what they reach,
/// however much there is beside it.
macro_rules! by_ways {
    ($view:literal, $order:literal) => {
        concat!(
            "SELECT ",
            line!(),
            "WHERE NOT $1 AND q.id IN (
                SELECT o.id FROM (SELECT q.id FROM requests q WHERE q.assignee = $2 ",
            narrowed!(),
            $view,
            $order,
            ") AS o
                UNION SELECT o.id FROM (SELECT q.id FROM requests q WHERE q.team = $3 ",
            narrowed!(),
            $view,
            $order,
            ") AS o
                UNION SELECT o.id FROM (SELECT q.id FROM client_team a CROSS JOIN requests q
                    WHERE a.person = $4 AND q.client = a.client ",
            narrowed!(),
            $view,
            $order,
            ") AS o
                UNION SELECT q.id FROM requests q WHERE q.id IN LIST($5) ",
            narrowed!(),
            $view,
            ") ",
            $order
        )
    };
}
/// What a view is narrowed to by more than its indexes know: `$22` and `$23`. It has statements of its own, so that the plain ones
/// are answered by their indexes alone.
macro_rules! narrowed_further {
    () => {
        " AND ($22 = '' OR c.tier = $22) AND q.received_at >= $23 "
    };
}
/// A view that is narrowed further.
macro_rules! further {
    ($view:literal, $order:literal) => {
        concat!(
            "SELECT ",
            line!(),
            "WHERE ",
            in_reach!(),
            narrowed!(),
            narrowed_further!(),
            $view,
            $order
        )
    };
}
/// A view of those in which some words were found. The plus keeps a planner from walking along the view instead.
macro_rules! of_words {
    ($view:literal, $order:literal) => {
        concat!(
            "SELECT ",
            line!(),
            "WHERE q.id IN LIST($24) AND ",
            in_reach!(),
            narrowed!(),
            narrowed_further!(),
            $view,
            $order
        )
    };
}
/// Each, in the order of deadlines.
macro_rules! by_due {
    (of_tag, $view:literal) => {
        of_tag!($view, " ORDER BY +q.due_at, q.id LIMIT $17")
    };
    (of_words, $view:literal) => {
        of_words!($view, " ORDER BY +q.due_at, q.id LIMIT $17")
    };
    ($how:ident, $view:literal) => {
        $how!($view, " ORDER BY q.due_at, q.id LIMIT $17")
    };
}
/// Each, the newest first.
macro_rules! newest {
    (of_tag, $view:literal) => {
        of_tag!($view, " ORDER BY +q.received_at DESC, q.id DESC LIMIT $17")
    };
    (of_words, $view:literal) => {
        of_words!($view, " ORDER BY +q.received_at DESC, q.id DESC LIMIT $17")
    };
    ($how:ident, $view:literal) => {
        $how!($view, " ORDER BY q.received_at DESC, q.id DESC LIMIT $17")
    };
}
/// A number of a view, along its index.
macro_rules! counted {
    ($rest:literal) => {
        concat!(
            "SELECT count(*) FROM (SELECT 1 FROM requests q WHERE q.closed_at IS NULL AND q.snoozed_until <= $6 AND ",
            in_reach!(),
            $rest,
            " ORDER BY q.due_at, q.id LIMIT 1000) AS counted"
        )
    };
}
/// A number of a view, by each way in which somebody reaches a request.
macro_rules! counted_by_ways {
    ($rest:literal) => {
        concat!(
            "SELECT count(*) FROM (
                SELECT o.id FROM (SELECT q.id FROM requests q WHERE q.assignee = $2 AND q.closed_at IS NULL
                    AND q.snoozed_until <= $6", $rest, " LIMIT 1000) AS o
                UNION SELECT o.id FROM (SELECT q.id FROM requests q WHERE q.team = $3 AND q.closed_at IS NULL
                    AND q.snoozed_until <= $6", $rest, " LIMIT 1000) AS o
                UNION SELECT o.id FROM (SELECT q.id FROM client_team a CROSS JOIN requests q WHERE a.person = $4
                    AND q.client = a.client AND q.closed_at IS NULL AND q.snoozed_until <= $6", $rest, " LIMIT 1000) AS o
                UNION SELECT q.id FROM requests q WHERE q.id IN LIST($5) AND q.closed_at IS NULL AND q.snoozed_until <= $6", $rest,
            " LIMIT 1000) AS counted WHERE NOT $1"
        )
    };
}

statements! {
    MINE = by_due!(along, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee = $7 AND q.snoozed_until <= $6");
    UNASSIGNED = by_due!(along, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee IS NULL AND q.snoozed_until <= $6");
    OPEN = by_due!(along, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until <= $6");
    OVERDUE = by_due!(along, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.due_at < $6");
    WAITING = by_due!(along, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.waiting_since IS NOT NULL AND q.received_at <= $6");
    SNOOZED = by_due!(along, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until > $6");
    ALL = newest!(along, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9)");
    CLOSED = newest!(along, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9) AND q.closed_at IS NOT NULL");

    MINE_BY_WAYS = by_due!(by_ways, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee = $7 AND q.snoozed_until <= $6");
    UNASSIGNED_BY_WAYS = by_due!(by_ways, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee IS NULL AND q.snoozed_until <= $6");
    OPEN_BY_WAYS = by_due!(by_ways, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until <= $6");
    OVERDUE_BY_WAYS = by_due!(by_ways, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.due_at < $6");
    WAITING_BY_WAYS = by_due!(by_ways, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.waiting_since IS NOT NULL AND q.received_at <= $6");
    SNOOZED_BY_WAYS = by_due!(by_ways, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until > $6");
    ALL_BY_WAYS = newest!(by_ways, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9)");
    CLOSED_BY_WAYS = newest!(by_ways, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9) AND q.closed_at IS NOT NULL");

    MINE_OF_CLIENT = by_due!(of_client, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee = $7 AND q.snoozed_until <= $6");
    UNASSIGNED_OF_CLIENT = by_due!(of_client, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee IS NULL AND q.snoozed_until <= $6");
    OPEN_OF_CLIENT = by_due!(of_client, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until <= $6");
    OVERDUE_OF_CLIENT = by_due!(of_client, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.due_at < $6");
    WAITING_OF_CLIENT = by_due!(of_client, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.waiting_since IS NOT NULL AND q.received_at <= $6");
    SNOOZED_OF_CLIENT = by_due!(of_client, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until > $6");
    ALL_OF_CLIENT = newest!(of_client, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9)");
    CLOSED_OF_CLIENT = newest!(of_client, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9) AND q.closed_at IS NOT NULL");

    MINE_OF_TAG = by_due!(of_tag, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee = $7 AND q.snoozed_until <= $6");
    UNASSIGNED_OF_TAG = by_due!(of_tag, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee IS NULL AND q.snoozed_until <= $6");
    OPEN_OF_TAG = by_due!(of_tag, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until <= $6");
    OVERDUE_OF_TAG = by_due!(of_tag, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.due_at < $6");
    WAITING_OF_TAG = by_due!(of_tag, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.waiting_since IS NOT NULL AND q.received_at <= $6");
    SNOOZED_OF_TAG = by_due!(of_tag, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until > $6");
    ALL_OF_TAG = newest!(of_tag, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9)");
    CLOSED_OF_TAG = newest!(of_tag, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9) AND q.closed_at IS NOT NULL");

    MINE_FURTHER = by_due!(further, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee = $7 AND q.snoozed_until <= $6");
    UNASSIGNED_FURTHER = by_due!(further, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee IS NULL AND q.snoozed_until <= $6");
    OPEN_FURTHER = by_due!(further, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until <= $6");
    OVERDUE_FURTHER = by_due!(further, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.due_at < $6");
    WAITING_FURTHER = by_due!(further, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.waiting_since IS NOT NULL AND q.received_at <= $6");
    SNOOZED_FURTHER = by_due!(further, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until > $6");
    ALL_FURTHER = newest!(further, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9)");
    CLOSED_FURTHER = newest!(further, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9) AND q.closed_at IS NOT NULL");

    MINE_OF_WORDS = by_due!(of_words, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee = $7 AND q.snoozed_until <= $6");
    UNASSIGNED_OF_WORDS = by_due!(of_words, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.assignee IS NULL AND q.snoozed_until <= $6");
    OPEN_OF_WORDS = by_due!(of_words, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until <= $6");
    OVERDUE_OF_WORDS = by_due!(of_words, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.due_at < $6");
    WAITING_OF_WORDS = by_due!(of_words, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.waiting_since IS NOT NULL AND q.received_at <= $6");
    SNOOZED_OF_WORDS = by_due!(of_words, "AND q.closed_at IS NULL AND (q.due_at, q.id) > ($8, $9) AND q.snoozed_until > $6");
    ALL_OF_WORDS = newest!(of_words, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9)");
    CLOSED_OF_WORDS = newest!(of_words, "AND q.received_at <= $6 AND (q.received_at, q.id) < ($8, $9) AND q.closed_at IS NOT NULL");

    MINE_NEWEST = newest!(further, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.assignee = $7 AND q.snoozed_until <= $6");
    MINE_NEWEST_OF_WORDS = newest!(of_words, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.assignee = $7 AND q.snoozed_until <= $6");
    UNASSIGNED_NEWEST = newest!(further, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.assignee IS NULL AND q.snoozed_until <= $6");
    UNASSIGNED_NEWEST_OF_WORDS = newest!(of_words, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.assignee IS NULL AND q.snoozed_until <= $6");
    OPEN_NEWEST = newest!(further, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.snoozed_until <= $6");
    OPEN_NEWEST_OF_WORDS = newest!(of_words, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.snoozed_until <= $6");
    OVERDUE_NEWEST = newest!(further, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.due_at < $6");
    OVERDUE_NEWEST_OF_WORDS = newest!(of_words, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.due_at < $6");
    WAITING_NEWEST = newest!(further, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.waiting_since IS NOT NULL AND q.received_at <= $6");
    WAITING_NEWEST_OF_WORDS = newest!(of_words, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.waiting_since IS NOT NULL AND q.received_at <= $6");
    SNOOZED_NEWEST = newest!(further, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.snoozed_until > $6");
    SNOOZED_NEWEST_OF_WORDS = newest!(of_words, "AND q.closed_at IS NULL AND (q.received_at, q.id) < ($8, $9) AND q.snoozed_until > $6");

    COUNT_MINE = counted!(" AND q.assignee = $7");
    COUNT_UNASSIGNED = counted!(" AND q.assignee IS NULL");
    COUNT_OPEN = counted!("");
    COUNT_LATE = counted!(" AND q.due_at < $6");
    COUNT_WAITING = counted!(" AND q.waiting_since IS NOT NULL");

    /// Four numbers in one pass, where no more is open than is counted.
    COUNT_WHOLE = "SELECT count(*), CAST(coalesce(sum(CASE WHEN assignee IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT),
                       CAST(coalesce(sum(CASE WHEN due_at < $1 THEN 1 ELSE 0 END), 0) AS BIGINT),
                       CAST(coalesce(sum(CASE WHEN waiting_since IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT)
                   FROM (SELECT q.assignee, q.due_at, q.waiting_since FROM requests q
                         WHERE q.closed_at IS NULL AND q.snoozed_until <= $1 ORDER BY q.due_at, q.id LIMIT 1000) AS counted";
    /// What a list leaves out of its lines.
    REST = "SELECT q.id, k.name, q.resolution FROM requests q LEFT JOIN contacts k ON k.id = q.contact WHERE q.id IN LIST($1)";

    COUNT_MINE_BY_WAYS = counted_by_ways!(" AND q.assignee = $7");
    COUNT_UNASSIGNED_BY_WAYS = counted_by_ways!(" AND q.assignee IS NULL");
    COUNT_OPEN_BY_WAYS = counted_by_ways!("");
    COUNT_LATE_BY_WAYS = counted_by_ways!(" AND q.due_at < $6");
    COUNT_WAITING_BY_WAYS = counted_by_ways!(" AND q.waiting_since IS NOT NULL");

    TAGGED = "SELECT count(*) FROM (SELECT 1 FROM request_tags WHERE tag = $1 LIMIT $2) AS tagged";
    CLIENTS_OF = "SELECT count(*) FROM (SELECT client FROM client_team WHERE person = $1 LIMIT $2) AS theirs";
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
    pub(crate) team: Option<TeamId>,
    pub(crate) assignee: Option<PersonId>,
    /// The tier of the client.
    pub(crate) tier: String,
    /// Words that its subject and its messages have.
    pub(crate) words: String,
    /// Received then or later.
    pub(crate) since: Option<Instant>,
    /// The newest first, whatever the view.
    pub(crate) newest: bool,
}

impl Filter {
    /// Whether the indexes of a view do not know all of it.
    fn is_further(&self) -> bool {
        let is_typed = !self.tier.is_empty() || !self.words.trim().is_empty();
        is_typed || self.since.is_some() || self.newest
    }
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

/// Whether a list is read along its index; else by the ways in which somebody reaches a request.
fn is_along(read: &Read<'_>, scope: &Scope) -> Result<bool, StoreError> {
    if scope.is_everything() {
        return Ok(true);
    }
    let [.., assigned, _] = scope.params();
    let (clients,): (u32,) = read.one(CLIENTS_OF, &[assigned, (MANY_CLIENTS + 1).into()])?;
    Ok(clients > MANY_CLIENTS)
}

/// Whether so few have a tag that they are looked at one by one. Where many have it, they are soon found along the view.
fn is_rare(read: &Read<'_>, tag: &str) -> Result<bool, StoreError> {
    if tag.is_empty() {
        return Ok(false);
    }
    let (tagged,): (u32,) = read.one(TAGGED, &params![tag, MANY_TAGGED + 1])?;
    Ok(tagged <= MANY_TAGGED)
}

/// Requests of a view within reach.
pub(crate) fn list(read: &Read<'_>, scope: &Scope, asked: &Asked) -> Result<Vec<Line>, StoreError> {
    let (along, by_ways, of_client, of_tag) = match asked.listed {
        Listed::Mine => (MINE, MINE_BY_WAYS, MINE_OF_CLIENT, MINE_OF_TAG),
        Listed::Unassigned => (
            UNASSIGNED,
            UNASSIGNED_BY_WAYS,
            UNASSIGNED_OF_CLIENT,
            UNASSIGNED_OF_TAG,
        ),
        Listed::Open => (OPEN, OPEN_BY_WAYS, OPEN_OF_CLIENT, OPEN_OF_TAG),
        Listed::Overdue => (OVERDUE, OVERDUE_BY_WAYS, OVERDUE_OF_CLIENT, OVERDUE_OF_TAG),
        Listed::Waiting => (WAITING, WAITING_BY_WAYS, WAITING_OF_CLIENT, WAITING_OF_TAG),
        Listed::Snoozed => (SNOOZED, SNOOZED_BY_WAYS, SNOOZED_OF_CLIENT, SNOOZED_OF_TAG),
        Listed::Closed => (CLOSED, CLOSED_BY_WAYS, CLOSED_OF_CLIENT, CLOSED_OF_TAG),
        Listed::All => (ALL, ALL_BY_WAYS, ALL_OF_CLIENT, ALL_OF_TAG),
    };
    let filter = &asked.filter;
    if filter.is_further() {
        return list_further(read, scope, asked);
    }
    let sql = if filter.client.is_some() {
        of_client
    } else if is_rare(read, &filter.tag)? {
        of_tag
    } else if is_along(read, scope)? {
        along
    } else {
        by_ways
    };
    read.all(sql, &super::asked(scope, narrowed_to(asked)))
}

/// The same, narrowed by more than the indexes know.
fn list_further(read: &Read<'_>, scope: &Scope, asked: &Asked) -> Result<Vec<Line>, StoreError> {
    let (further, of_words) = match asked.listed {
        Listed::Mine if asked.filter.newest => (MINE_NEWEST, MINE_NEWEST_OF_WORDS),
        Listed::Unassigned if asked.filter.newest => {
            (UNASSIGNED_NEWEST, UNASSIGNED_NEWEST_OF_WORDS)
        }
        Listed::Open if asked.filter.newest => (OPEN_NEWEST, OPEN_NEWEST_OF_WORDS),
        Listed::Overdue if asked.filter.newest => (OVERDUE_NEWEST, OVERDUE_NEWEST_OF_WORDS),
        Listed::Waiting if asked.filter.newest => (WAITING_NEWEST, WAITING_NEWEST_OF_WORDS),
        Listed::Snoozed if asked.filter.newest => (SNOOZED_NEWEST, SNOOZED_NEWEST_OF_WORDS),
        Listed::Mine => (MINE_FURTHER, MINE_OF_WORDS),
        Listed::Unassigned => (UNASSIGNED_FURTHER, UNASSIGNED_OF_WORDS),
        Listed::Open => (OPEN_FURTHER, OPEN_OF_WORDS),
        Listed::Overdue => (OVERDUE_FURTHER, OVERDUE_OF_WORDS),
        Listed::Waiting => (WAITING_FURTHER, WAITING_OF_WORDS),
        Listed::Snoozed => (SNOOZED_FURTHER, SNOOZED_OF_WORDS),
        Listed::Closed => (CLOSED_FURTHER, CLOSED_OF_WORDS),
        Listed::All => (ALL_FURTHER, ALL_OF_WORDS),
    };
    let filter = &asked.filter;
    let mut params = super::asked(scope, narrowed_to(asked));
    let since = filter.since.unwrap_or(Instant::from_micros(i64::MIN));
    params.extend(params![&filter.tier, since]);
    if filter.words.trim().is_empty() {
        return read.all(further, &params);
    }
    let words = Query::parse(&filter.words);
    let reach = Reach::of(&scope.params());
    let found = find(read, &words, (KIND, &reach), None, MOST_FOUND)?;
    let ids: Vec<Id> = found.hits.iter().map(|hit| hit.record).collect();
    params.push((&ids[..]).into());
    read.all(of_words, &params)
}

/// The parameters of a view, from `$6` on.
fn narrowed_to(asked: &Asked) -> [Value<'_>; 16] {
    let (filter, (at, id)) = (&asked.filter, asked.after);
    params![
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
        filter.team.is_none(),
        filter.team,
        filter.assignee.is_none(),
        filter.assignee,
    ]
}

/// Fills in what lines leave out and programs are told: who asked, and what was done.
pub(crate) fn whole(read: &Read<'_>, lines: &mut [Line]) -> Result<(), StoreError> {
    let ids: Vec<Id> = lines.iter().map(|line| line.request.id.0).collect();
    let rest: Vec<(Id, Option<String>, Option<String>)> = read.all(REST, &params![&ids[..]])?;
    let mut rest: HashMap<Id, _> = rest
        .into_iter()
        .map(|(id, name, resolution)| (id, (name, resolution)))
        .collect();
    for line in lines {
        if let Some((name, resolution)) = rest.remove(&line.request.id.0) {
            line.request.contact_name = name;
            line.request.resolution = resolution;
        }
    }
    Ok(())
}

/// How many requests are unassigned, open, overdue and waiting, for whoever reaches all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    unassigned: u64,
    open: u64,
    late: u64,
    waiting: u64,
}

/// Counts for whoever reaches all. The open ones come by their deadline, so that those which are overdue are the first of them.
fn numbers(read: &Read<'_>, scope: &Scope, now: Instant) -> Result<Numbers, StoreError> {
    let (open, unassigned, late, waiting) = read.one(COUNT_WHOLE, &params![now])?;
    let mut numbers = Numbers {
        unassigned,
        open,
        late,
        waiting,
    };
    if open >= MOST_COUNTED {
        let asked = super::asked(scope, params![now]);
        (numbers.unassigned,) = read.one(COUNT_UNASSIGNED, &asked)?;
        (numbers.waiting,) = read.one(COUNT_WAITING, &asked)?;
    }
    Ok(numbers)
}

/// The numbers above the queue, and those of them that hold for all who reach everything.
pub(crate) type Counted = (Vec<(Listed, u64)>, Option<Numbers>);

/// How many are in mine, unassigned, open, overdue and waiting; [`MOST_COUNTED`] stands for more. `known` was counted a moment ago
/// for somebody who reaches everything.
pub(crate) fn counts(
    read: &Read<'_>,
    scope: &Scope,
    (now, me): (Instant, Option<PersonId>),
    known: Option<Numbers>,
) -> Result<Counted, StoreError> {
    let two = super::asked(scope, params![now]);
    let three = super::asked(scope, params![now, me]);
    if scope.is_everything() {
        let (mine,) = read.one(COUNT_MINE, &three)?;
        let all = match known {
            Some(known) => known,
            None => numbers(read, scope, now)?,
        };
        let views = [
            (Listed::Mine, mine),
            (Listed::Unassigned, all.unassigned),
            (Listed::Open, all.open),
            (Listed::Overdue, all.late),
            (Listed::Waiting, all.waiting),
        ];
        return Ok((views.to_vec(), Some(all)));
    }
    let along = is_along(read, scope)?;
    let views = [
        (Listed::Mine, COUNT_MINE, COUNT_MINE_BY_WAYS, &three),
        (
            Listed::Unassigned,
            COUNT_UNASSIGNED,
            COUNT_UNASSIGNED_BY_WAYS,
            &two,
        ),
        (Listed::Open, COUNT_OPEN, COUNT_OPEN_BY_WAYS, &two),
        (Listed::Overdue, COUNT_LATE, COUNT_LATE_BY_WAYS, &two),
        (Listed::Waiting, COUNT_WAITING, COUNT_WAITING_BY_WAYS, &two),
    ];
    let count = |(listed, sql, by_ways, params): (Listed, _, _, &Vec<Value<'_>>)| {
        let sql = if along { sql } else { by_ways };
        let (count,): (u64,) = read.one(sql, params)?;
        Ok((listed, count))
    };
    let counted: Result<_, StoreError> = views.into_iter().map(count).collect();
    Ok((counted?, None))
}
