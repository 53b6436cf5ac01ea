//! The routes for programs: what is owed and how it was judged, and what happened, in the order of the journal.

mod body;
mod told;

use axum::extract::State;
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::{Action, Scope};
use kept_api::{Answer, Asked, Cursor, PageOf, Problem, limit_of};
use kept_journal::events::{self, EventsOf, Listed};
use kept_journal::obligations::{self, FIRST, Owed, Whose};
use kept_kernel::{Id, Instant};
use kept_store::StoreError;
use kept_ui::routes::{Routes, get, post};
use serde::Deserialize;
use utoipa::OpenApi;

use crate::room::Room;
use crate::who;
use body::{EventBody, ObligationBody, event, obligation};

/// The routes. They need `Extension<Accounts>` around them.
pub fn api_routes(room: Room) -> Routes {
    Routes::new()
        .route("/api/v1/obligations", get(list_obligations))
        .route("/api/v1/events", get(list_events))
        .route("/api/v1/alerts", get(told::list))
        .route("/api/v1/alerts/{number}/seen", post(told::seen))
        .with_state(room)
}

/// What the routes are, for the description of the API.
pub fn api_description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(list_obligations, list_events, told::list, told::seen))]
struct Described;

const ON_A_PAGE: u32 = 100;
/// So many events are looked through for a page that is narrowed by act.
const LOOKED_THROUGH: u32 = 1_000;

/// Which obligations are asked for.
#[derive(Clone, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Which {
    state: Option<String>,
    owner: Option<String>,
    role: Option<String>,
    client: Option<String>,
    record: Option<String>,
    rule: Option<String>,
    verdict: Option<String>,
    due_after: Option<String>,
    due_before: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

/// What is asked for, understood.
struct Understood {
    /// All verdicts, or only what is owed now.
    all: bool,
    rule: Option<(String, String)>,
    record: Option<(String, String)>,
    due_after: Option<Instant>,
    due_before: Option<Instant>,
    asked: Which,
}

/// List obligations
///
/// What is owed now, by deadline; with `state=all` every obligation in the order in which they were written, with its verdict. A token
/// sees those of the people whose adherence its person sees. A page that is narrowed further may have few items and still say
/// where to go on.
#[utoipa::path(
    get, path = "/api/v1/obligations", tag = "Obligations", operation_id = "listObligations",
    params(
        ("state" = Option<String>, Query, description = "open: owed now (when left out); all: every verdict", example = "open"),
        ("owner" = Option<String>, Query, description = "Of the person with this id"),
        ("role" = Option<String>, Query, description = "Of this role, in the words of the SOP", example = "account manager"),
        ("client" = Option<String>, Query, description = "Towards the client with this id"),
        ("record" = Option<String>, Query, description = "About one record: its kind, a slash, its id", example = "request/1182"),
        ("rule" = Option<String>, Query, description = "Under one rule: the code of the SOP, a slash, the rule", example = "SR/acknowledge"),
        ("verdict" = Option<String>, Query, description = "pending, paused, overdue, met, met-late, missed, excused, cancelled or cannot-be-judged; one that is decided needs state=all", example = "overdue"),
        ("due_after" = Option<String>, Query, description = "Due at this instant or later", example = "2026-01-20T09:00:00Z"),
        ("due_before" = Option<String>, Query, description = "Due before this instant", example = "2026-01-21T00:00:00Z"),
        ("after" = Option<String>, Query, description = "What next said on the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 100 on a page"),
    ),
    responses(
        (status = 200, description = "A page of the list", body = PageOf<ObligationBody>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-adherence"]))
)]
async fn list_obligations(
    State(room): State<Room>,
    token: Token,
    Asked(which): Asked<Which>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadAdherence)?;
    let asked = understood(which)?;
    let rules = room.rules.now();
    let people = who::people(&rules, &scope);
    let limit = limit_of(asked.asked.limit, ON_A_PAGE)?;
    let after = asked
        .asked
        .after
        .as_deref()
        .map(Cursor::parse)
        .transpose()?;
    let after = after.map(|cursor| (cursor.at, number_of(cursor.id)));
    let whose = narrowest(&asked, people.as_ref());
    let (all, from, until) = (asked.all, asked.due_after, asked.due_before);
    let read = room.store.read(move |read| {
        let Some(whose) = &whose else {
            return Ok::<_, StoreError>(Vec::new());
        };
        if all {
            let after = after.map_or(0, |(_, number)| number);
            let mut rows = Vec::new();
            for one in whose {
                rows.extend(obligations::in_order(read, one, after, limit + 1)?);
            }
            rows.sort_by_key(|row| row.number);
            rows.truncate(limit as usize + 1);
            return Ok(rows);
        }
        let start = from.map_or(FIRST, |from| (from.plus_micros(-1), i64::MAX));
        let start = after.unwrap_or(start);
        let until = until.map(|until| until.plus_micros(-1));
        let keys = obligations::keys_of(read, whose, (start, until), limit + 1)?;
        let numbers: Vec<i64> = keys.into_iter().map(|(_, number)| number).collect();
        obligations::these(read, &numbers)
    });
    let rows: Vec<Owed> = read.await?;
    let next = last_of(&rows, limit).map(|last| {
        Cursor {
            at: if all {
                Instant::MIN
            } else {
                last.due_at.unwrap_or(Instant::MAX)
            },
            id: id_of(last.number),
        }
        .text()
    });
    let in_reach = |row: &&Owed| match (&people, &row.owner) {
        (None, _) => true,
        (Some(people), Some(owner)) => people.contains(owner),
        (Some(_), None) => false,
    };
    let items = rows
        .iter()
        .take(limit as usize)
        .filter(in_reach)
        .filter(|row| asked.holds(row))
        .map(|row| obligation(&rules, row))
        .collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next }))
}

fn last_of<T>(rows: &[T], limit: u32) -> Option<&T> {
    let limit = limit as usize;
    rows.get(limit).and_then(|_| rows.get(limit - 1))
}

/// The index that the list is read from; none: nothing of it is in reach.
fn narrowest(
    asked: &Understood,
    people: Option<&std::collections::BTreeSet<String>>,
) -> Option<Vec<Whose>> {
    let which = &asked.asked;
    if let Some(owner) = &which.owner
        && people.is_some_and(|people| !people.contains(owner))
    {
        return None;
    }
    if let Some((noun, id)) = &asked.record {
        return Some(vec![Whose::Record(noun.clone(), id.clone())]);
    }
    if let Some(owner) = &which.owner {
        return Some(vec![Whose::Person(owner.clone())]);
    }
    Some(match (&which.client, &asked.rule, people) {
        (Some(client), _, _) => vec![Whose::Client(client.clone())],
        (None, Some((code, rule)), _) => vec![Whose::Rule(code.clone(), rule.clone())],
        (None, None, Some(people)) => people.iter().cloned().map(Whose::Person).collect(),
        (None, None, None) => vec![Whose::All],
    })
}

const VERDICTS: [&str; 9] = [
    "pending",
    "paused",
    "overdue",
    "met",
    "met-late",
    "missed",
    "excused",
    "cancelled",
    "cannot-be-judged",
];

fn understood(which: Which) -> Result<Understood, Problem> {
    let all = match which.state.as_deref() {
        None | Some("open") => false,
        Some("all") => true,
        Some(_) => return Err(Problem::not_among("state", ["open", "all"])),
    };
    if let Some(verdict) = which.verdict.as_deref() {
        if !VERDICTS.contains(&verdict) {
            return Err(Problem::not_among("verdict", VERDICTS));
        }
        let is_open = ["pending", "paused", "overdue", "cannot-be-judged"].contains(&verdict);
        if !all && !is_open {
            return Err(Problem::parameter(
                "verdict",
                "This verdict is decided: ask for state=all.",
            ));
        }
    }
    let pair = |text: Option<&String>, field: &'static str, example: &str| match text {
        None => Ok(None),
        Some(text) => text
            .split_once('/')
            .map(|(one, other)| Some((one.to_owned(), other.to_owned())))
            .ok_or_else(|| Problem::parameter(field, format!("Write it as in {example}."))),
    };
    Ok(Understood {
        all,
        rule: pair(which.rule.as_ref(), "rule", "SR/acknowledge")?,
        record: pair(which.record.as_ref(), "record", "request/1182")?,
        due_after: instant(which.due_after.as_deref(), "due_after")?,
        due_before: instant(which.due_before.as_deref(), "due_before")?,
        asked: which,
    })
}

fn instant(text: Option<&str>, field: &'static str) -> Result<Option<Instant>, Problem> {
    let read = |text: &str| {
        let at = text.parse().map(Instant::from_timestamp);
        at.map_err(|_| Problem::parameter(field, "Write an instant as in 2026-01-20T09:00:00Z."))
    };
    text.map(read).transpose()
}

impl Understood {
    /// What the index did not narrow.
    fn holds(&self, row: &Owed) -> bool {
        let is = |asked: &Option<String>, value: Option<&str>| {
            asked.as_deref().is_none_or(|asked| Some(asked) == value)
        };
        let due = row.due_at.unwrap_or(Instant::MAX);
        is(&self.asked.owner, row.owner.as_deref())
            && is(&self.asked.role, Some(&row.owner_role))
            && is(&self.asked.client, row.client.as_deref())
            && is(&self.asked.verdict, Some(&row.verdict))
            && self
                .rule
                .as_ref()
                .is_none_or(|(code, rule)| *code == row.code && *rule == row.rule)
            && self
                .record
                .as_ref()
                .is_none_or(|(noun, id)| *noun == row.noun && *id == row.subject)
            && self.due_after.is_none_or(|from| from <= due)
            && self.due_before.is_none_or(|until| due < until)
    }
}

/// Which events are asked for.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WhichEvents {
    record: Option<String>,
    client: Option<String>,
    act: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

/// List events
///
/// What happened, in the order of the journal: an event that is recorded later comes later, whenever it happened. Ask again with the
/// last cursor to read along. Needs a token that sees the adherence of everybody.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "Events", operation_id = "listEvents",
    params(
        ("record" = Option<String>, Query, description = "Of one record: its kind, a slash, its id", example = "request/1182"),
        ("client" = Option<String>, Query, description = "Those that name the client with this id"),
        ("act" = Option<String>, Query, description = "Of one act; a page may then have few items and still say where to go on", example = "acknowledge-request"),
        ("after" = Option<String>, Query, description = "What next said on the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 100 on a page"),
    ),
    responses(
        (status = 200, description = "A page of the list; next is there on the last page too, once there is any event", body = PageOf<EventBody>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-adherence"]))
)]
async fn list_events(
    State(room): State<Room>,
    token: Token,
    Asked(which): Asked<WhichEvents>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadAdherence)?;
    if !scope.is_everything() {
        return Err(Problem::without_scope(Action::ReadAdherence.name()));
    }
    let after = which.after.as_deref().map(Cursor::parse).transpose()?;
    let place = after.map_or(0, |cursor| number_of(cursor.id));
    let of = match (&which.record, &which.client) {
        (Some(record), _) => {
            let (noun, id) = record
                .split_once('/')
                .ok_or_else(|| Problem::parameter("record", "Write it as in request/1182."))?;
            EventsOf::Record(noun.to_owned(), id.to_owned())
        }
        (None, Some(client)) => EventsOf::Client(client.clone()),
        (None, None) => EventsOf::All,
    };
    let limit = limit_of(which.limit, ON_A_PAGE)?;
    let look = if which.act.is_some() {
        LOOKED_THROUGH
    } else {
        limit
    };
    let found: Vec<Listed> = room
        .store
        .read(move |read| events::after(read, &of, place, look))
        .await?;
    let mut reached = place;
    let mut items: Vec<EventBody> = Vec::new();
    for listed in &found {
        if items.len() >= limit as usize {
            break;
        }
        reached = listed.place;
        let holds = |asked: &Option<String>, value: &str| {
            asked.as_deref().is_none_or(|asked| asked == value)
        };
        let client = listed.client.as_deref().unwrap_or_default();
        if holds(&which.act, &listed.what) && holds(&which.client, client) {
            items.push(event(listed));
        }
    }
    // Whoever reads along asks again from here.
    let next = (reached > 0).then(|| {
        Cursor {
            at: Instant::MIN,
            id: id_of(reached),
        }
        .text()
    });
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next }))
}

/// The reach of a token, or its refusal.
fn may(token: &Token, action: Action) -> Result<Scope, Problem> {
    let scope = token.scope(action);
    if scope.is_nothing() {
        return Err(Problem::without_scope(action.name()));
    }
    Ok(scope)
}

/// A number in a cursor.
fn id_of(number: i64) -> Id {
    Id::from_bytes(i128::from(number).to_be_bytes())
}

fn number_of(id: Id) -> i64 {
    let number = i128::from_be_bytes(id.bytes());
    i64::try_from(number).unwrap_or(i64::MAX)
}
