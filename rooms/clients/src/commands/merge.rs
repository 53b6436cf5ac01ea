//! Two clients that are one: merged, and parted again as they were.

use kept_accounts::access::Scope;
use kept_accounts::model::PersonId;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Row, Sql, StoreError, Write, params, statements};

use super::{ClientError, Step, change_client, held, is_active, recognise_again, standing};
use crate::model::{Client, ClientId, Draft, FieldId};
use crate::queries::{self, asked};
use crate::search;
use crate::telling::{More, Told};

statements! {
    /// Each moves what hangs on the client that goes, and says which rows.
    CONTACTS_OF_GONE = "SELECT id FROM contacts WHERE client = $1 ORDER BY id";
    NOTES_OF_GONE = "SELECT id FROM client_notes WHERE client = $1 ORDER BY id";
    REVENUES_OF_GONE = "SELECT id FROM client_revenues WHERE client = $1 ORDER BY id";
    TEAM_OF_GONE = "SELECT person FROM client_team g WHERE g.client = $1
                    AND NOT EXISTS (SELECT 1 FROM client_team k WHERE k.client = $2 AND k.person = g.person) ORDER BY person";
    VALUES_OF_GONE = "SELECT field FROM client_values g WHERE g.client = $1
                      AND NOT EXISTS (SELECT 1 FROM client_values k WHERE k.client = $2 AND k.field = g.field) ORDER BY field";
    PUT_CONTACTS = "UPDATE contacts SET client = $2 WHERE id IN LIST($1)";
    PUT_NOTES = "UPDATE client_notes SET client = $2 WHERE id IN LIST($1)";
    PUT_REVENUES = "UPDATE client_revenues SET client = $2 WHERE id IN LIST($1)";
    COPY_TEAM = "INSERT INTO client_team (client, person, part, since)
                 SELECT $2, person, part, since FROM client_team WHERE client = $3 AND person IN LIST($1)";
    COPY_VALUES = "INSERT INTO client_values (client, field, value)
                   SELECT $2, field, value FROM client_values WHERE client = $3 AND field IN LIST($1)";
    TAKE_TEAM = "DELETE FROM client_team WHERE person IN LIST($1) AND client = $2";
    TAKE_VALUES = "DELETE FROM client_values WHERE field IN LIST($1) AND client = $2";
    ADD_MERGE = "INSERT INTO client_merges (id, kept, gone, at, person) VALUES ($1, $2, $3, $4, $5)";
    ADD_MOVE = "INSERT INTO client_moves (merge, kind, row_id) VALUES ($1, $2, $3)";
    POINT = "UPDATE clients SET merged_into = $2, revision = revision + 1, changed_at = $3 WHERE id = $1 AND merged_into IS NULL";
    UNPOINT = "UPDATE clients SET merged_into = NULL, revision = revision + 1, changed_at = $2 WHERE id = $1";
    MERGE = "SELECT id, kept, gone FROM client_merges WHERE id = $1 AND undone_at IS NULL";
    LATER_MERGE = "SELECT id FROM client_merges WHERE kept = $1 AND gone <> $2 AND id > $3 AND undone_at IS NULL LIMIT 1";
    MOVES = "SELECT row_id FROM client_moves WHERE merge = $1 AND kind = $2 ORDER BY row_id";
    UNDO_MERGE = "UPDATE client_merges SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL";
    SOURCE_OF = "SELECT source, at, person FROM client_sources WHERE client = $1 AND fact = $2";
    DROP_SOURCE = "DELETE FROM client_sources WHERE client = $1 AND fact = $2";
    ADD_FACT = "INSERT INTO client_merge_facts (merge, fact, before, after, source, at, person)
                VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FACTS = "SELECT fact, before, after, source, at, person FROM client_merge_facts WHERE merge = $1 ORDER BY fact";
    VALUE_OF = "SELECT value FROM client_values WHERE client = $1 AND field = $2";
    SETTLE_PAIR = "UPDATE client_pairs SET aside_at = $3, aside_by = $4 WHERE one = $1 AND other = $2 AND aside_at IS NULL";
    OPEN_PAIR = "UPDATE client_pairs SET aside_at = NULL, aside_by = NULL WHERE one = $1 AND other = $2";
}

/// What of a client moves to another, and how it comes back.
const KINDS: [(&str, Sql, Sql, bool); 5] = [
    ("contact", CONTACTS_OF_GONE, PUT_CONTACTS, false),
    ("note", NOTES_OF_GONE, PUT_NOTES, false),
    ("revenue", REVENUES_OF_GONE, PUT_REVENUES, false),
    ("team", TEAM_OF_GONE, COPY_TEAM, true),
    ("value", VALUES_OF_GONE, COPY_VALUES, true),
];

struct Merge {
    kept: ClientId,
    gone: ClientId,
}

impl FromRow for Merge {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            kept: ClientId(row.get(1)?),
            gone: ClientId(row.get(2)?),
        })
    }
}

/// Merges `gone` into `kept`: contacts, notes, revenue, the account team and own fields go over; what `kept` says itself stands.
/// Both must be within reach. Every row that moves is remembered, so that [`unmerge_clients`] can put it back.
///
/// # Errors
///
/// [`ClientError`]
pub fn merge_clients(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (kept, gone): (ClientId, ClientId),
) -> Result<Id, ClientError> {
    if kept == gone {
        return Err(ClientError::Conflict("Choose two different clients."));
    }
    // Both in one order, so that two who merge at once do not wait for each other.
    let mut both = [kept.0, gone.0];
    both.sort_unstable();
    tx.execute(queries::HOLD_BOTH, &params![&both[..]])?;
    held(tx, scope, kept)?;
    held(tx, scope, gone)?;
    let [
        merge,
        entry,
        event,
        figures_entry,
        figures_event,
        figures_row,
        ..,
    ] = step.ids;
    let row = params![merge, kept, gone, step.at, scope.person()];
    tx.execute(ADD_MERGE, &row)?;
    for (kind, list, put, copies) in KINDS {
        let rows: Vec<(Id,)> = if copies {
            tx.all(list, &params![gone, kept])?
        } else {
            tx.all(list, &params![gone])?
        };
        let rows: Vec<Id> = rows.into_iter().map(|(id,)| id).collect();
        if rows.is_empty() {
            continue;
        }
        if copies {
            tx.execute(put, &params![&rows[..], kept, gone])?;
        } else {
            tx.execute(put, &params![&rows[..], kept])?;
        }
        let moves: Vec<_> = rows.iter().map(|row| params![merge, kind, *row]).collect();
        tx.execute_each(ADD_MOVE, &moves)?;
    }
    let card = standing(tx, gone)?;
    tx.execute(POINT, &params![gone, kept, step.at])?;
    let [one, other] = both;
    tx.execute(SETTLE_PAIR, &params![one, other, step.at, scope.person()])?;
    let into = kept.to_string();
    let told = (Told::Merged(&into), &More::default());
    step.record(tx, [step.event(event, told, &card)])?;
    let detail = serde_json::json!({ "into": into, "merge": merge.to_string() });
    step.audit(tx, (entry, "ClientMerged"), ("client", gone.0), &detail)?;
    tx.execute(queries::DROP_KEYS, &params![gone])?;
    anew(tx, step, kept, [figures_entry, figures_event, figures_row])?;
    search::follow(tx, gone)?;
    Ok(merge)
}

/// What the client that stays takes over of what the other one says: by names of its fields, and own fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The facts.
    pub facts: Vec<&'static str>,
    /// The fields of the company's own.
    pub values: Vec<FieldId>,
}

/// Merges as [`merge_clients`] does, and lets the client that stays say some things as the other one did. What stood there before is
/// remembered, so that [`unmerge_clients`] can put it back.
///
/// # Errors
///
/// [`ClientError`]
pub fn merge_clients_taking(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    both: (ClientId, ClientId),
    taken: &Taken,
) -> Result<Id, ClientError> {
    let merge = merge_clients(tx, step, scope, both)?;
    let (kept, gone) = both;
    let stays: Client = tx.one(queries::ANY, &params![kept])?;
    let other: Client = tx.one(queries::ANY, &params![gone])?;
    let (before, of_other) = (stays.draft(), other.draft());
    let mut draft = before.clone();
    let mut facts: Vec<(String, String, String)> = Vec::new();
    for name in Draft::SAID.iter().filter(|name| taken.facts.contains(name)) {
        let (was, now) = (before.says(name), of_other.says(name));
        if was != now {
            draft.put(name, &now);
            facts.push(((*name).to_owned(), was, now));
        }
    }
    for field in &taken.values {
        let (was, now) = (value_of(tx, kept, *field)?, value_of(tx, gone, *field)?);
        if was != now {
            put_value(tx, (kept, *field), &now)?;
            facts.push((field.to_string(), was, now));
        }
    }
    let mut sources = Vec::new();
    for (fact, was, now) in &facts {
        let (source, at, person) = source_of(tx, kept, fact)?;
        let row = params![merge, fact, was, now, &source, at, person];
        tx.execute(ADD_FACT, &row)?;
        sources.push((fact, source_of(tx, gone, fact)?));
    }
    if draft != before {
        change(tx, step, scope, (kept, stays.revision, &draft))?;
    }
    for (fact, source) in sources {
        put_source(tx, (kept, fact), source)?;
    }
    Ok(merge)
}

/// Where a fact comes from: in words, when, and by whom.
type Source = (Option<String>, Option<Instant>, Option<Id>);

/// A fact that was taken over, what stood there before and after, and where the former came from.
type TakenFact = (
    String,
    String,
    String,
    Option<String>,
    Option<Instant>,
    Option<Id>,
);

fn source_of(tx: &Write<'_>, client: ClientId, fact: &str) -> Result<Source, StoreError> {
    let found: Option<Source> = tx.maybe(SOURCE_OF, &params![client, fact])?;
    Ok(found.unwrap_or_default())
}

fn put_source(
    tx: &Write<'_>,
    (client, fact): (ClientId, &str),
    (source, at, person): Source,
) -> Result<(), StoreError> {
    match source {
        Some(source) => {
            let row = params![client, fact, &source, at, person];
            tx.execute(queries::SET_SOURCE, &row)?;
        }
        None => {
            tx.execute(DROP_SOURCE, &params![client, fact])?;
        }
    }
    Ok(())
}

fn value_of(tx: &Write<'_>, client: ClientId, field: FieldId) -> Result<String, StoreError> {
    let found: Option<(String,)> = tx.maybe(VALUE_OF, &params![client, field])?;
    Ok(found.map(|(value,)| value).unwrap_or_default())
}

fn put_value(
    tx: &Write<'_>,
    (client, field): (ClientId, FieldId),
    value: &str,
) -> Result<(), StoreError> {
    if value.is_empty() {
        tx.execute(queries::DROP_VALUE, &params![client, field])?;
    } else {
        tx.execute(queries::SET_VALUE, &params![client, field, value])?;
    }
    Ok(())
}

/// Changes the client that stays, with ids that nothing else of a merge uses.
fn change(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (kept, revision, draft): (ClientId, u32, &Draft),
) -> Result<(), ClientError> {
    let [.., entry, event] = step.ids;
    let mut own = step.clone();
    own.ids
        .iter_mut()
        .zip([entry, event])
        .for_each(|(to, from)| *to = from);
    change_client(tx, &own, scope, (kept, revision), draft)?;
    Ok(())
}

/// Puts back what the client that stays had said before it took something over, where it still says what it took.
fn give_back(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (merge, kept): (Id, ClientId),
) -> Result<(), ClientError> {
    let facts: Vec<TakenFact> = tx.all(FACTS, &params![merge])?;
    let stays: Client = tx.one(queries::ANY, &params![kept])?;
    let before = stays.draft();
    let mut draft = before.clone();
    let mut sources = Vec::new();
    for (fact, was, now, source, at, person) in facts {
        if let Ok(field) = fact.parse::<FieldId>() {
            if value_of(tx, kept, field)? != now {
                continue;
            }
            put_value(tx, (kept, field), &was)?;
        } else {
            // Whoever has left since is nobody's account manager again.
            let owner = was.parse::<PersonId>().ok().filter(|_| fact == "owner");
            let has_left = match owner {
                Some(owner) => !is_active(tx, owner)?,
                None => false,
            };
            if before.says(&fact) != now || has_left {
                continue;
            }
            draft.put(&fact, &was);
        }
        sources.push((fact, (source, at, person)));
    }
    if draft != before {
        change(tx, step, scope, (kept, stays.revision, &draft))?;
    }
    for (fact, source) in sources {
        put_source(tx, (kept, &fact), source)?;
    }
    Ok(())
}

/// Parts two clients again: each row that the merge moved goes back, and nothing that came later.
///
/// # Errors
///
/// [`ClientError`]
pub fn unmerge_clients(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    merge: Id,
) -> Result<(ClientId, ClientId), ClientError> {
    let found: Option<Merge> = tx.maybe(MERGE, &params![merge])?;
    let Merge { kept, gone } = found.ok_or(ClientError::Missing)?;
    held(tx, scope, kept)?;
    let back: Option<Client> = tx.maybe(queries::ONE, &asked(scope, params![gone]))?;
    if back.is_none() {
        return Err(ClientError::Missing);
    }
    let later: Option<(Id,)> = tx.maybe(LATER_MERGE, &params![kept, gone, merge])?;
    if later.is_some() {
        return Err(ClientError::Conflict(
            "Another client was merged into this one later. Take that merge back first.",
        ));
    }
    if tx.execute(UNDO_MERGE, &params![merge, step.at])? == 0 {
        return Err(ClientError::Conflict(
            "Somebody has done that already. Load the page again.",
        ));
    }
    for (kind, _, put, copies) in KINDS {
        let rows: Vec<(Id,)> = tx.all(MOVES, &params![merge, kind])?;
        let rows: Vec<Id> = rows.into_iter().map(|(id,)| id).collect();
        match (kind, copies) {
            ("team", _) => tx.execute(TAKE_TEAM, &params![&rows[..], kept])?,
            (_, true) => tx.execute(TAKE_VALUES, &params![&rows[..], kept])?,
            (_, false) => tx.execute(put, &params![&rows[..], gone])?,
        };
    }
    give_back(tx, step, scope, (merge, kept))?;
    tx.execute(UNPOINT, &params![gone, step.at])?;
    let [
        entry,
        event,
        one_entry,
        one_event,
        one_row,
        other_entry,
        other_event,
        other_row,
        ..,
    ] = step.ids;
    let card = standing(tx, gone)?;
    let told = (Told::Client("add-client"), &More::default());
    step.record(tx, [step.event(event, told, &card)])?;
    let detail = serde_json::json!({ "from": kept.to_string(), "merge": merge.to_string() });
    step.audit(tx, (entry, "ClientUnmerged"), ("client", gone.0), &detail)?;
    anew(tx, step, kept, [one_entry, one_event, one_row])?;
    anew(tx, step, gone, [other_entry, other_event, other_row])?;
    let (one, other) = (kept.0.min(gone.0), kept.0.max(gone.0));
    tx.execute(OPEN_PAIR, &params![one, other])?;
    Ok((kept, gone))
}

/// Keys, search and figures after what hangs on a client has become more or less. The ids are for what the figures write.
fn anew(tx: &Write<'_>, step: &Step, id: ClientId, ids: [Id; 3]) -> Result<(), StoreError> {
    recognise_again(tx, id, step.at)?;
    search::follow(tx, id)?;
    let mut own = step.clone();
    own.ids
        .iter_mut()
        .zip(ids)
        .for_each(|(to, from)| *to = from);
    super::refigure(tx, &own, id)
}

/// Says that two clients are not one, however alike they look.
///
/// # Errors
///
/// [`ClientError`]
pub fn put_pair_aside(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (one, other): (ClientId, ClientId),
) -> Result<(), ClientError> {
    held(tx, scope, one)?;
    held(tx, scope, other)?;
    let (first, second) = (one.0.min(other.0), one.0.max(other.0));
    tx.execute(
        SETTLE_PAIR,
        &params![first, second, step.at, scope.person()],
    )?;
    let [entry, ..] = step.ids;
    let detail = serde_json::json!({ "other": other.to_string() });
    Ok(step.audit(tx, (entry, "ClientsToldApart"), ("client", one.0), &detail)?)
}
