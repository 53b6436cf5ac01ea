//! The account team: who works for a client, in which part.

use kept_accounts::access::Scope;
use kept_accounts::model::PersonId;
use kept_kernel::Instant;
use kept_store::{StoreError, Write, params};

use super::{ClientError, Step, held, is_active, standing};
use crate::model::ClientId;
use crate::telling::{More, Told};
use crate::{queries, search};

/// The most letters of a part.
const LONGEST_PART: usize = 80;

/// What the owner of a client is in its account team.
pub(crate) const MANAGER: &str = "account manager";

/// Keeps the account manager in the account team, so that whatever belongs to the client is in their reach, and lets the one before
/// leave who was in it for that alone.
pub(super) fn follow_owner(
    tx: &Write<'_>,
    at: Instant,
    id: ClientId,
    (before, now): (Option<PersonId>, Option<PersonId>),
) -> Result<(), StoreError> {
    if before == now {
        return Ok(());
    }
    if let Some(before) = before {
        tx.execute(queries::HAND_OVER, &params![id, before, MANAGER])?;
    }
    if let Some(now) = now {
        tx.execute(queries::KEEP_IN_TEAM, &params![id, now, MANAGER, at])?;
    }
    Ok(())
}

/// Takes somebody into the account team, or gives them another part in it.
///
/// # Errors
///
/// [`ClientError`]
pub fn join_team(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: ClientId,
    (person, part): (PersonId, &str),
) -> Result<(), ClientError> {
    held(tx, scope, id)?;
    if !is_active(tx, person)? {
        return Err(ClientError::fault(
            "person",
            "Choose somebody who works here.",
        ));
    }
    let part: String = part.trim().chars().take(LONGEST_PART).collect();
    tx.execute(queries::JOIN_TEAM, &params![id, person, &part, step.at])?;
    search::follow(tx, id)?;
    let card = standing(tx, id)?;
    let [entry, event, ..] = step.ids;
    let name = person.to_string();
    let more = More {
        parts: vec![("account team", name.as_str())],
        ..More::default()
    };
    step.record(tx, [step.event(event, (Told::Facts, &more), &card)])?;
    let detail = serde_json::json!({ "person": name, "part": part });
    Ok(step.audit(tx, (entry, "AccountTeamJoined"), ("client", id.0), &detail)?)
}

/// Takes somebody out of the account team. The account manager stays in it for as long as they are that.
///
/// # Errors
///
/// [`ClientError`]
pub fn leave_team(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: ClientId,
    person: PersonId,
) -> Result<(), ClientError> {
    let client = held(tx, scope, id)?;
    if client.card.owner.is_some_and(|(owner, _)| owner == person) {
        return Err(ClientError::Conflict(
            "The account manager always belongs to the account team. Give the client another account manager first: change its \
             facts.",
        ));
    }
    if tx.execute(queries::LEAVE_TEAM, &params![id, person])? == 0 {
        return Err(ClientError::Conflict(
            "This person is not in the account team. Load the page again.",
        ));
    }
    search::follow(tx, id)?;
    let [entry, ..] = step.ids;
    let detail = serde_json::json!({ "person": person.to_string() });
    Ok(step.audit(tx, (entry, "AccountTeamLeft"), ("client", id.0), &detail)?)
}
