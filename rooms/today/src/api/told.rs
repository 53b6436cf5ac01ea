//! What a person was told, for programs.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_api::{Answer, Asked, Nothing, OnceError, PageOf, Problem, Sent, limit_of};
use kept_journal::alerts::{self, Hearer};
use kept_kernel::Instant;
use kept_rooms::{Refusal, Refused};
use kept_store::{AsStore, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{AlertBody, alert};
use super::{ON_A_PAGE, may};
use crate::room::Room;
use crate::who;

/// Which alerts are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    view: Option<String>,
    limit: Option<u32>,
}

/// List alerts
///
/// What the token's person was told, by name or by role, and nobody has seen yet: the newest first. With `view=seen` what they have
/// marked as seen, the latest first. Needs a token of a person.
#[utoipa::path(
    get, path = "/api/v1/alerts", tag = "Alerts", operation_id = "listAlerts",
    params(
        ("view" = Option<String>, Query, description = "open: not seen (when left out); seen: marked by this person", example = "open"),
        ("limit" = Option<u32>, Query, description = "1 to 100"),
    ),
    responses((status = 200, description = "The first of them; see to those, and ask again", body = PageOf<AlertBody>)),
    security(("token" = ["read-adherence"]))
)]
pub(super) async fn list(
    State(room): State<Room>,
    token: Token,
    Asked(which): Asked<Which>,
) -> Result<Answer, Problem> {
    let hearer = hearer(&room, &token)?;
    let limit = limit_of(which.limit, ON_A_PAGE)?;
    let seen = match which.view.as_deref() {
        None | Some("open") => false,
        Some("seen") => true,
        Some(_) => return Err(Problem::not_among("view", ["open", "seen"])),
    };
    let found = room.store.read(move |read| {
        if seen {
            alerts::seen_by(read, &hearer.person, limit)
        } else {
            alerts::open(read, &hearer, limit)
        }
    });
    let (found, rules) = (found.await?, room.rules.now());
    let items: Vec<_> = found.iter().map(|one| alert(&rules, one)).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next: None }))
}

/// That an alert was seen.
#[derive(Serialize, ToSchema)]
#[schema(as = SeenAlert)]
pub(super) struct SeenBody {
    /// Its number.
    #[schema(example = 4711)]
    number: i64,
    /// When it was marked.
    #[schema(example = "2026-01-20T09:02:11Z")]
    seen_at: String,
}

/// Mark an alert as seen
///
/// In the name of the token's person, to whom it was told. What somebody else of the role has seen already is not there any longer.
#[utoipa::path(
    post, path = "/api/v1/alerts/{number}/seen", tag = "Alerts", operation_id = "seeAlert",
    params(("number" = String, Path, description = "Which one, by its number")),
    responses((status = 200, description = "It is seen", body = SeenBody)),
    security(("token" = ["read-adherence"]))
)]
pub(super) async fn seen(
    State(room): State<Room>,
    token: Token,
    Path(number): Path<String>,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    let (hearer, now) = (hearer(&room, &token)?, room.world.now());
    let number: i64 = number.parse().map_err(|_| missing())?;
    let once = sent.once(token.id.0, now)?;
    let marked = room
        .store
        .write(move |tx| once.run(tx, || mark(tx, number, (&hearer, now))));
    let marked = marked.await.map_err(|error| match error {
        OnceError::Refused(Unseen::Missing) => missing(),
        other => other.into(),
    })?;
    room.changed();
    Ok(marked)
}

fn mark(
    tx: &kept_store::Write<'_>,
    number: i64,
    (hearer, now): (&Hearer, Instant),
) -> Result<Answer, Unseen> {
    if !alerts::seen(tx, number, hearer, now)? {
        return Err(Unseen::Missing);
    }
    let body = SeenBody {
        number,
        seen_at: now.timestamp().to_string(),
    };
    Ok(Answer::json(StatusCode::OK, &body))
}

/// To whom alerts are told that reach the token: a program of the company's own is told nothing.
fn hearer(room: &Room, token: &Token) -> Result<Hearer, Problem> {
    may(token, Action::ReadAdherence)?;
    let person = token.person();
    let person = person.ok_or_else(|| Problem::without_scope(Action::ReadAdherence.name()))?;
    Ok(who::hears(
        &room.rules.now(),
        &person.to_string(),
        token.roles(),
    ))
}

/// There is none, it was told to others, or somebody has seen it: the three look alike.
fn missing() -> Problem {
    Problem::missing("There is no such alert, it was told to others, or somebody has seen it.")
}

/// Why an alert was not marked.
#[derive(Clone, Debug)]
enum Unseen {
    Missing,
    Store(StoreError),
}

impl From<StoreError> for Unseen {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl AsStore for Unseen {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Missing => None,
        }
    }
}

impl Refusal for Unseen {
    fn refused(self) -> Refused {
        match self {
            Self::Missing => Refused::Missing("There is no such alert.".to_owned()),
            Self::Store(error) => Refused::Store(error),
        }
    }
}
