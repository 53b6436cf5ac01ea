//! Answers: by a personal link they go into the record at once; what anybody filled in waits until somebody of ours has looked.

use kept_accounts::commands::Act;
use kept_clients::{ClientId, ContactId};
use kept_journal::audit::Who;
use kept_journal::live;
use kept_kernel::Id;
use kept_store::{Write, params};
use kept_vault::TokenHash;

use super::record::{Brought, allow, json, lay, names_of, understood, with_names, write_record};
use super::{FormError, Step};
use crate::files::{self, NewFile, Place, keep, put_aside};
use crate::model::{FormId, FormKind, FormRow, Given, Turned};
use crate::queries;
use crate::telling::{Of, told};

/// Where the facts come from that a form brought.
pub(crate) const SOURCE: &str = "form";

/// An answer that comes in: its identity, and what was filled in, by the ids of the fields; a field may come several times.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// The row's identity.
    pub id: Id,
    /// What was filled in.
    pub filled: Vec<(String, String)>,
    /// The files that came along.
    pub files: Vec<NewFile>,
    /// Files that were put aside before and are taken off.
    pub dropped: Vec<Id>,
    /// Why it is held, where it looks like spam.
    pub held: Option<&'static str>,
    /// Ids for what it makes in the record.
    pub spare: Vec<Id>,
}

/// Takes in what a contact filled in by its own link: the link is used up, the answer kept, the record written, the onboarding told.
///
/// # Errors
///
/// [`FormError::Missing`] where the link is no longer good, [`FormError::Values`] where something needs another look.
pub fn answer_personally(
    tx: &Write<'_>,
    step: &Step,
    link: TokenHash,
    new: &NewAnswer,
) -> Result<ClientId, FormError> {
    let at = step.at();
    let found: Option<(Id, Id, Id, Id, String)> =
        tx.maybe(queries::USE_LINK, &params![link.bytes(), at])?;
    let (link, form, client, contact, project) = found.ok_or(FormError::Missing)?;
    let (client, contact) = (ClientId(client), ContactId(contact));
    let form = queries::form(tx, FormId(form))?.ok_or(FormError::Missing)?;
    let design = form.published.as_ref().ok_or(FormError::Missing)?;
    put_aside(tx, (link, design), (&new.files, &new.dropped), at)?;
    let kept = files::of_link(tx, link)?;
    let names = kept
        .iter()
        .map(|one| (one.field.as_str(), one.name.as_str()));
    let filled = with_names(&new.filled, names);
    let given = understood(design, &filled).map_err(FormError::Values)?;
    let turned = write_record(tx, step, (contact, client), (design, &given))?;
    let whose = Some((client, contact));
    add(tx, step, (&form, new), (whose, None, &given))?;
    tx.execute(queries::FILES_TO_ANSWER, &params![link, new.id])?;
    tx.execute(queries::DROP_DRAFT, &params![link])?;
    let who = Who::Contact(contact.0);
    let brought = Brought {
        answer: new.id,
        client,
        contact,
        who,
        design,
        given: &given,
        version: form.version,
        language: &form.language,
        given_at: at,
    };
    let changed = into_record(tx, step, &brought, (turned, &new.spare))?;
    if !project.is_empty() && form.kind == FormKind::Intake {
        returned(tx, step, (&project, who), (client, contact))?;
    }
    feedback(
        tx,
        step,
        (form.kind, new.id),
        (Some(client), Some(contact), who),
    )?;
    let act = Act { who, ..step.act };
    let detail = serde_json::json!({
        "form": form.id.to_string(), "client": client.to_string(), "changed": changed,
    });
    act.write(
        tx,
        "FormAnswered",
        ("form-answer", &new.id.to_string()),
        &detail,
    )?;
    Ok(client)
}

/// Whose an answer is, where that is known.
type Whose = Option<(ClientId, ContactId)>;

/// Keeps the row of an answer. The seal is that of the page of an open form.
fn add(
    tx: &Write<'_>,
    step: &Step,
    (form, new): (&FormRow, &NewAnswer),
    (whose, seal, given): (Whose, Option<&[u8]>, &[Given]),
) -> Result<(), FormError> {
    let given = json(&given);
    let (client, contact) = whose.unzip();
    let taken_at = whose.map(|_| step.at());
    let row = params![
        new.id,
        form.id,
        form.version,
        client,
        contact,
        step.at(),
        &given,
        "[]",
        seal,
        new.held,
        taken_at
    ];
    tx.execute(queries::ADD_ANSWER, &row)?;
    Ok(())
}

/// Writes consents and documents beside the facts that were written, and with the answer what changed; how much it was.
pub(super) fn into_record(
    tx: &Write<'_>,
    step: &Step,
    brought: &Brought<'_>,
    (mut turned, spare): (Vec<Turned>, &[Id]),
) -> Result<usize, FormError> {
    let mut spare = spare.iter().copied();
    turned.extend(allow(tx, step, brought, &mut spare)?);
    turned.extend(lay(tx, step, brought, &mut spare)?);
    tx.execute(
        queries::SET_CHANGES,
        &params![brought.answer, &json(&turned)],
    )?;
    Ok(turned.len())
}

/// The onboarding that waited for its form is told that it came back and stands in the record.
fn returned(
    tx: &Write<'_>,
    step: &Step,
    (project, who): (&str, Who),
    (client, contact): (ClientId, ContactId),
) -> Result<(), FormError> {
    let of = Of {
        noun: "project",
        record: project,
        client: Some(client),
        contact: Some(contact),
    };
    let ([returned, taken, ..], at) = (step.ids, step.at());
    let back = ("return-intake-form", Some("form"));
    let back = told(&step.rules, of, back, (returned, who, at));
    let over = ("take-over-answers", None);
    let over = told(&step.rules, of, over, (taken, Who::Kept, at));
    let events: Vec<_> = [back, over].into_iter().flatten().collect();
    live::record(tx, &step.rules, &events, at)?;
    Ok(())
}

/// What a form of feedback brings is feedback: it is to be answered.
fn feedback(
    tx: &Write<'_>,
    step: &Step,
    (kind, answer): (FormKind, Id),
    (client, contact, who): (Option<ClientId>, Option<ContactId>, Who),
) -> Result<(), FormError> {
    if kind != FormKind::Feedback {
        return Ok(());
    }
    let record = answer.to_string();
    let of = Of {
        noun: "feedback",
        record: &record,
        client,
        contact,
    };
    let [_, _, event, ..] = step.ids;
    let at = step.at();
    if let Some(event) = told(
        &step.rules,
        of,
        ("receive-feedback", None),
        (event, who, at),
    ) {
        live::record(tx, &step.rules, &[event], at)?;
    }
    Ok(())
}

/// Takes in what anybody filled in. It changes no record; sending the same page again finds the first answer.
///
/// # Errors
///
/// [`FormError::Missing`] where the form is not open, [`FormError::Values`] where something needs another look.
pub fn answer_openly(
    tx: &Write<'_>,
    step: &Step,
    (id, seal): (FormId, [u8; 16]),
    new: &NewAnswer,
) -> Result<(), FormError> {
    let before: Option<(Id,)> = tx.maybe(queries::BY_SEAL, &params![&seal])?;
    if before.is_some() {
        return Ok(());
    }
    let form = queries::form(tx, id)?.filter(|form| form.public_at.is_some());
    let form = form.ok_or(FormError::Missing)?;
    let design = form.published.as_ref().ok_or(FormError::Missing)?;
    let filled = with_names(&new.filled, names_of(&new.files));
    let given = understood(design, &filled).map_err(FormError::Values)?;
    add(tx, step, (&form, new), (None, Some(&seal[..]), &given))?;
    keep(tx, Place::Answer(new.id), &new.files, step.at())?;
    if new.held.is_none() {
        feedback(tx, step, (form.kind, new.id), (None, None, Who::Unknown))?;
    }
    let detail = serde_json::json!({ "form": id.to_string(), "held": new.held });
    Ok(step.audit(tx, "FormAnswered", ("form-answer", new.id), &detail)?)
}
