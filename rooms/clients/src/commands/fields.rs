//! Fields of the company's own, and what a client has in them.

use kept_accounts::access::Scope;
use kept_store::{Write, params};

use super::{ClientError, Step, held};
use crate::model::{ClientId, Field, FieldId, FieldKind, LONGEST_LINE};
use crate::queries;

/// A field to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewField {
    /// What it is called.
    pub label: String,
    /// What stands in it.
    pub kind: FieldKind,
    /// What can be chosen, one a line.
    pub choices: String,
}

/// So many fields can still be looked at.
const MOST_FIELDS: usize = 60;

/// Adds a field to all clients. `scope` is that of changing settings.
///
/// # Errors
///
/// [`ClientError`]
pub fn add_field(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    new: &NewField,
) -> Result<FieldId, ClientError> {
    scope.confirm(tx)?;
    let label = new.label.trim();
    let fields: Vec<Field> = tx.all(queries::FIELDS, &[])?;
    if label.is_empty() || label.chars().count() > LONGEST_LINE {
        return Err(ClientError::fault(
            "label",
            "Write what the field is called, in a few words.",
        ));
    }
    if fields
        .iter()
        .any(|field| field.label.eq_ignore_ascii_case(label))
    {
        return Err(ClientError::fault(
            "label",
            "There is a field of that name. Choose another.",
        ));
    }
    let choices: Vec<&str> = new
        .choices
        .lines()
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .collect();
    if new.kind == FieldKind::Choice && choices.len() < 2 {
        return Err(ClientError::fault(
            "choices",
            "Write at least two choices, one a line.",
        ));
    }
    if fields.len() >= MOST_FIELDS {
        return Err(ClientError::Conflict(
            "There are 60 fields already. Retire one first.",
        ));
    }
    let [field, entry, ..] = step.ids;
    let choices = choices.join("\n");
    let row = params![field, label, new.kind.name(), &choices, step.at];
    tx.execute(queries::ADD_FIELD, &row)?;
    let detail = serde_json::json!({ "kind": new.kind.name() });
    step.audit(
        tx,
        (entry, "ClientFieldAdded"),
        ("client-field", field),
        &detail,
    )?;
    Ok(FieldId(field))
}

/// Retires a field: it is no longer shown, and what stands in it is kept.
///
/// # Errors
///
/// [`ClientError`]
pub fn retire_field(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: FieldId,
) -> Result<(), ClientError> {
    scope.confirm(tx)?;
    if tx.execute(queries::RETIRE_FIELD, &params![id, step.at])? == 0 {
        return Err(ClientError::Missing);
    }
    let [entry, ..] = step.ids;
    let detail = serde_json::json!({});
    Ok(step.audit(
        tx,
        (entry, "ClientFieldRetired"),
        ("client-field", id.0),
        &detail,
    )?)
}

/// Writes what a client has in a field; an empty text takes it away.
///
/// # Errors
///
/// [`ClientError`]
pub fn set_value(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (client, id): (ClientId, FieldId),
    value: &str,
) -> Result<(), ClientError> {
    let fields: Vec<Field> = tx.all(queries::FIELDS, &[])?;
    let field = fields.into_iter().find(|field| field.id == id);
    let field = field.ok_or(ClientError::Missing)?;
    let value = field.fitting(value);
    let value = value.ok_or_else(|| ClientError::fault("value", field.kind.advice()))?;
    set_values(tx, step, scope, (client, &[(id, value)]))
}

/// The same of several fields at once, with values that fit.
pub(crate) fn set_values(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (client, values): (ClientId, &[(FieldId, String)]),
) -> Result<(), ClientError> {
    held(tx, scope, client)?;
    let mut changed = Vec::new();
    for (id, value) in values {
        if value.is_empty() {
            tx.execute(queries::DROP_VALUE, &params![client, *id])?;
        } else {
            tx.execute(queries::SET_VALUE, &params![client, *id, value])?;
        }
        let fact = id.to_string();
        let row = params![client, &fact, step.source, step.at, scope.person()];
        tx.execute(queries::SET_SOURCE, &row)?;
        changed.push(fact);
    }
    let [entry, ..] = step.ids;
    let detail = serde_json::json!({ "changed": changed });
    Ok(step.audit(tx, (entry, "ClientChanged"), ("client", client.0), &detail)?)
}

/// Writes what a client has filled in by itself. Whoever calls has looked whether each value fits its field.
///
/// # Errors
///
/// [`ClientError`]
pub fn client_fills_in(
    tx: &Write<'_>,
    step: &Step,
    client: ClientId,
    values: &[(FieldId, String)],
) -> Result<(), ClientError> {
    let scope = kept_accounts::access::for_kept(kept_accounts::access::Action::EditClients);
    set_values(tx, step, &scope, (client, values))
}
