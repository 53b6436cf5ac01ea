//! Changing what is known of a client; putting it into the archive, and bringing it back.

use kept_accounts::access::Scope;
use kept_store::{Sql, Write, params};

use super::add::sources;
use super::team::follow_owner;
use super::{ClientError, Step, held, is_active, recognise_again, standing};
use crate::model::{ClientId, Draft, folded};
use crate::telling::{More, Told};
use crate::{queries, search};

/// Changes the client that has this revision to what the draft says, also from "to be checked" to known. Returns the new
/// revision.
///
/// # Errors
///
/// [`ClientError`]
pub fn change_client(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (id, revision): (ClientId, u32),
    draft: &Draft,
) -> Result<u32, ClientError> {
    let client = held(tx, scope, id)?;
    if client.revision != revision {
        return Err(ClientError::Changed);
    }
    let before = client.draft();
    let owner_changed = before.owner != draft.owner;
    if let Some(owner) = draft.owner.filter(|_| owner_changed)
        && !is_active(tx, owner)?
    {
        return Err(ClientError::fault(
            "owner",
            "Choose somebody who works here.",
        ));
    }
    tx.execute(
        queries::CHANGE_CLIENT,
        &params![
            id,
            revision,
            draft.kind.name(),
            &draft.name,
            &folded(&draft.name),
            &draft.website,
            &draft.phone,
            &draft.address,
            &draft.country,
            &draft.industry,
            &draft.zone,
            draft.language(),
            &draft.channel,
            &draft.style,
            draft.rhythm_days,
            &draft.alert,
            draft.owner,
            draft.team,
            step.at,
        ],
    )?;
    follow_owner(tx, step.at, id, (before.owner, draft.owner))?;
    sources(tx, step, id, (&before, draft))?;
    recognise_again(tx, id, step.at)?;
    search::follow(tx, id)?;
    let card = standing(tx, id)?;
    let [entry, event, ..] = step.ids;
    let what = if owner_changed && draft.owner.is_some() {
        Told::Client("assign-account-manager")
    } else {
        Told::Facts
    };
    step.record(tx, [step.event(event, (what, &More::default()), &card)])?;
    let facts = before.facts().into_iter().zip(draft.facts());
    let mut changed: Vec<&str> = facts
        .filter(|(old, new)| old.1 != new.1)
        .map(|(old, _)| old.0)
        .collect();
    changed.extend((before.name != draft.name).then_some("name"));
    changed.extend(owner_changed.then_some("owner"));
    changed.extend((before.team != draft.team).then_some("team"));
    changed.extend((before.alert != draft.alert).then_some("alert"));
    let detail = serde_json::json!({ "changed": changed });
    step.audit(tx, (entry, "ClientChanged"), ("client", id.0), &detail)?;
    Ok(revision + 1)
}

/// Puts a client into the archive: it leaves the lists, and nothing more is owed to it.
///
/// # Errors
///
/// [`ClientError`]
pub fn archive_client(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: ClientId,
) -> Result<(), ClientError> {
    let change = (queries::ARCHIVE, "archive-client", "ClientArchived");
    turn(tx, step, (scope, id), change)
}

/// Brings a client back from the archive.
///
/// # Errors
///
/// [`ClientError`]
pub fn bring_back_client(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: ClientId,
) -> Result<(), ClientError> {
    let change = (queries::BRING_BACK, "add-client", "ClientBroughtBack");
    turn(tx, step, (scope, id), change)
}

fn turn(
    tx: &Write<'_>,
    step: &Step,
    (scope, id): (&Scope, ClientId),
    (sql, act, entry_of): (Sql, &str, &str),
) -> Result<(), ClientError> {
    held(tx, scope, id)?;
    let changed = if sql == queries::ARCHIVE {
        tx.execute(sql, &params![id, step.at])?
    } else {
        tx.execute(sql, &params![id])?
    };
    if changed == 0 {
        return Err(ClientError::Conflict(
            "Somebody has done that already. Load the page again.",
        ));
    }
    let card = standing(tx, id)?;
    let [entry, event, ..] = step.ids;
    let told = (Told::Client(act), &More::default());
    step.record(tx, [step.event(event, told, &card)])?;
    let detail = serde_json::json!({});
    Ok(step.audit(tx, (entry, entry_of), ("client", id.0), &detail)?)
}
