//! What somebody of ours does with an answer: looks at it, takes it into the record, removes what was held.

use kept_accounts::access::Scope;
use kept_clients::commands::take_in_contact;
use kept_clients::{ClientId, read};
use kept_kernel::Id;
use kept_store::{Write, params};

use super::answer::into_record;
use super::record::{Brought, mapped, write_record};
use super::{FormError, Step};
use crate::model::{Answer, FormId};
use crate::queries;

/// An answer within reach.
fn in_reach(tx: &Write<'_>, scope: &Scope, at: (FormId, Id)) -> Result<Answer, FormError> {
    scope.confirm(tx)?;
    queries::answer(tx, scope, at)?.ok_or(FormError::Missing)
}

/// Writes an answer of nobody into the record: of whom it names, found by the address, or new and to be checked.
///
/// # Errors
///
/// [`FormError`]
pub fn take_in(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (at, spare): ((FormId, Id), &[Id]),
) -> Result<ClientId, FormError> {
    let answer = in_reach(tx, scope, at)?;
    if answer.taken_at.is_some() {
        return Err(FormError::State("It stands in the record already."));
    }
    let email = mapped(&answer.design, &answer.given, "contact.email");
    let Some(email) = email.filter(|email| kept_mail::is_address(email)) else {
        return Err(FormError::State(
            "It names no address, so that nobody is found by it.",
        ));
    };
    let name = mapped(&answer.design, &answer.given, "contact.name").unwrap_or_default();
    let [taking, _] = &step.clients;
    let known = read::contact_by_email(tx, &email)?.is_some();
    let (client, contact) = take_in_contact(tx, taking, &name, &email)?;
    let row = params![answer.id, client, contact, step.at()];
    tx.execute(queries::SET_TAKEN, &row)?;
    // Whoever filled it in has not proved to be a contact whom we know: what is known of them stays.
    if !known {
        let (design, given) = (&answer.design, &answer.given);
        let turned = write_record(tx, step, (contact, client), (design, given))?;
        let form = queries::form(tx, answer.form)?.ok_or(FormError::Missing)?;
        let brought = Brought {
            answer: answer.id,
            client,
            contact,
            who: step.act.who,
            design,
            given,
            version: answer.version,
            language: &form.language,
            given_at: answer.given_at,
        };
        into_record(tx, step, &brought, (turned, spare))?;
    }
    let detail = serde_json::json!({ "client": client.to_string(), "known": known });
    step.audit(tx, "AnswerTakenIn", ("form-answer", answer.id), &detail)?;
    Ok(client)
}

/// Somebody of ours has looked at an answer.
///
/// # Errors
///
/// [`FormError`]
pub fn mark_seen(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    at: (FormId, Id),
) -> Result<(), FormError> {
    let answer = in_reach(tx, scope, at)?;
    let row = params![answer.id, step.at(), scope.person()];
    if tx.execute(queries::SET_SEEN, &row)? == 0 {
        return Ok(());
    }
    let nothing = serde_json::json!({});
    Ok(step.audit(tx, "AnswerSeen", ("form-answer", answer.id), &nothing)?)
}

/// Removes an answer that was held and is spam.
///
/// # Errors
///
/// [`FormError`]
pub fn drop_held(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    at: (FormId, Id),
) -> Result<(), FormError> {
    let answer = in_reach(tx, scope, at)?;
    if answer.held.is_none() {
        return Err(FormError::State("Only what is held is removed."));
    }
    tx.execute(queries::DROP_FILES_OF, &params![answer.id])?;
    tx.execute(queries::DROP_ANSWER, &params![answer.id, at.0])?;
    let detail = serde_json::json!({ "because": answer.held });
    Ok(step.audit(tx, "AnswerRemoved", ("form-answer", answer.id), &detail)?)
}
