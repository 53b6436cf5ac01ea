//! Answers: by a personal link they go into the record at once; what anybody filled in waits until somebody of ours has looked.

use kept_accounts::access::Scope;
use kept_accounts::commands::Act;
use kept_clients::commands::{Changed, Own, client_fills_in, contact_says, take_in_contact};
use kept_clients::model::{ContactDraft, Draft, Typed, TypedContact};
use kept_clients::{ClientId, ContactId, read};
use kept_journal::audit::Who;
use kept_journal::live;
use kept_kernel::Id;
use kept_store::{Write, params};
use kept_vault::TokenHash;

use super::{FormError, Step};
use crate::model::{Answer, Design, FormId, FormKind, Given, Turned};
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
    /// Why it is held, where it looks like spam.
    pub held: Option<&'static str>,
}

/// What was filled in, as it is kept.
///
/// # Errors
///
/// The fields that need another look, each with the key of the words that say why.
fn understood(
    design: &Design,
    filled: &[(String, String)],
) -> Result<Vec<Given>, Vec<(String, &'static str)>> {
    let (mut given, mut wrong) = (Vec::new(), Vec::new());
    for field in &design.fields {
        let values: Vec<&str> = filled
            .iter()
            .filter(|(name, _)| *name == field.id)
            .map(|(_, value)| value.as_str())
            .collect();
        match field.fitting(&values) {
            Ok(value) => given.push(Given {
                field: field.id.clone(),
                value,
            }),
            Err(why) => wrong.push((field.id.clone(), why)),
        }
    }
    if wrong.is_empty() {
        Ok(given)
    } else {
        Err(wrong)
    }
}

/// The value that a form has for a fact of the record; none: it asks for no such fact, or nothing was filled in.
fn mapped(design: &Design, given: &[Given], target: &str) -> Option<String> {
    let field = design.fields.iter().find(|field| field.maps == target)?;
    let found = given.iter().find(|one| one.field == field.id)?;
    (!found.value.is_empty()).then(|| found.value.clone())
}

/// What the record says under a target of a field.
pub(crate) fn mapped_target(target: &str, contact: &ContactDraft, client: &Draft) -> String {
    let text = match target {
        "contact.name" => &contact.name,
        "contact.position" => &contact.position,
        "contact.email" => &contact.email,
        "contact.phone" => &contact.phone,
        "contact.channel" => return contact.channel.clone().unwrap_or_default(),
        "contact.style" => &contact.style,
        "contact.language" => &contact.language,
        "client.name" => &client.name,
        "client.website" => &client.website,
        "client.phone" => &client.phone,
        "client.address" => &client.address,
        "client.country" => &client.country,
        "client.industry" => &client.industry,
        _ => return String::new(),
    };
    text.clone()
}

/// What the answer says of the record: drafts over what is known.
///
/// # Errors
///
/// The fields that the record cannot take.
fn drafts(
    step: &Step,
    (design, given): (&Design, &[Given]),
    (contact, client): (ContactDraft, Draft),
) -> Result<(ContactDraft, Draft), Vec<(String, &'static str)>> {
    let of = |target: &str| mapped(design, given, target);
    let register = &step.rules.register;
    let own = TypedContact {
        name: of("contact.name").or_else(|| Some(contact.name.clone())),
        position: of("contact.position"),
        email: None,
        phone: of("contact.phone"),
        channel: of("contact.channel"),
        style: of("contact.style"),
        language: of("contact.language"),
        note: None,
    };
    let theirs = Typed {
        name: of("client.name").or_else(|| Some(client.name.clone())),
        website: of("client.website"),
        phone: of("client.phone"),
        address: of("client.address"),
        country: of("client.country"),
        industry: of("client.industry"),
        ..Typed::default()
    };
    let (own, theirs) = (
        own.understood(register, contact),
        theirs.understood(register, client),
    );
    match (own, theirs) {
        (Ok(own), Ok(theirs)) => Ok((own, theirs)),
        (own, theirs) => {
            let faults = |of: &'static str, faults: Vec<kept_clients::model::Fault>| {
                faults
                    .into_iter()
                    .map(move |fault| format!("{of}.{}", fault.0))
                    .collect::<Vec<_>>()
            };
            let mut targets = faults("contact", own.err().unwrap_or_default());
            targets.extend(faults("client", theirs.err().unwrap_or_default()));
            let field = |target: String| {
                let found = design.fields.iter().find(|field| field.maps == target);
                found.map(|field| (field.id.clone(), "wrong.record"))
            };
            Err(targets.into_iter().filter_map(field).collect())
        }
    }
}

/// Writes what a contact filled in into its record. What changed is returned.
fn write_record(
    tx: &Write<'_>,
    step: &Step,
    (contact, client): (ContactId, ClientId),
    (design, given): (&Design, &[Given]),
) -> Result<Vec<Turned>, FormError> {
    let (card, whole) = read::own(tx, contact)?.ok_or(FormError::Missing)?;
    let before = (card.draft(), whole.draft());
    let (own, theirs) = drafts(step, (design, given), before).map_err(FormError::Values)?;
    let own = Own {
        contact: own,
        client: Some(theirs),
        verified: false,
    };
    let [_, writing] = &step.clients;
    let changed = contact_says(tx, writing, contact, &own).map_err(FormError::Client)?;
    let mut turned: Vec<Turned> = changed.iter().map(turned_of).collect();
    turned.extend(own_fields(tx, writing, client, (design, given))?);
    Ok(turned)
}

/// Writes what was filled in for the fields of the company's own.
fn own_fields(
    tx: &Write<'_>,
    writing: &kept_clients::commands::Step,
    client: ClientId,
    (design, given): (&Design, &[Given]),
) -> Result<Vec<Turned>, FormError> {
    let (known, values) = (read::fields(tx)?, read::values(tx, client)?);
    let (mut turned, mut rows) = (Vec::new(), Vec::new());
    for field in &design.fields {
        let id = field.maps.strip_prefix("own.");
        let own = id.and_then(|id| known.iter().find(|one| one.id.to_string() == id));
        let (Some(own), Some(after)) = (own, mapped(design, given, &field.maps)) else {
            continue;
        };
        if own.fitting(&after).is_none() {
            let wrong = vec![(field.id.clone(), "wrong.record")];
            return Err(FormError::Values(wrong));
        }
        let before = values.iter().find(|(id, _)| *id == own.id);
        let before = before.map(|(_, value)| value.clone()).unwrap_or_default();
        if before != after {
            rows.push((own.id, after.clone()));
            turned.push(Turned {
                of: "client".into(),
                field: own.label.clone(),
                before,
                after,
            });
        }
    }
    if !rows.is_empty() {
        client_fills_in(tx, writing, client, &rows).map_err(FormError::Client)?;
    }
    Ok(turned)
}

fn turned_of(one: &Changed) -> Turned {
    Turned {
        of: one.of.name().to_owned(),
        field: one.field.to_owned(),
        before: one.before.clone(),
        after: one.after.clone(),
    }
}

fn json(of: &impl serde::Serialize) -> String {
    serde_json::to_string(of).unwrap_or_else(|_| "[]".to_owned())
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
    let found: Option<(Id, Id, Id, String)> =
        tx.maybe(queries::USE_LINK, &params![link.bytes(), at])?;
    let (form, client, contact, project) = found.ok_or(FormError::Missing)?;
    let (client, contact) = (ClientId(client), ContactId(contact));
    let form = queries::form(tx, FormId(form))?.ok_or(FormError::Missing)?;
    let design = form.published.ok_or(FormError::Missing)?;
    let given = understood(&design, &new.filled).map_err(FormError::Values)?;
    let turned = write_record(tx, step, (contact, client), (&design, &given))?;
    let (no_seal, no_hold): (Option<&[u8]>, Option<&str>) = (None, None);
    let (given_text, turned_text) = (json(&given), json(&turned));
    let row = params![
        new.id,
        form.id,
        form.version,
        client,
        contact,
        at,
        &given_text,
        &turned_text,
        no_seal,
        no_hold,
        at
    ];
    tx.execute(queries::ADD_ANSWER, &row)?;
    let who = Who::Contact(contact.0);
    if !project.is_empty() && form.kind == FormKind::Intake {
        let of = Of {
            noun: "project",
            record: &project,
            client: Some(client),
            contact: Some(contact),
        };
        let [returned, taken, ..] = step.ids;
        let events: Vec<_> = [
            told(
                &step.rules,
                of,
                ("return-intake-form", Some("form")),
                (returned, who, at),
            ),
            told(
                &step.rules,
                of,
                ("take-over-answers", None),
                (taken, Who::Kept, at),
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        live::record(tx, &step.rules, &events, at)?;
    }
    feedback(
        tx,
        step,
        (form.kind, new.id),
        (Some(client), Some(contact), who),
    )?;
    let act = Act { who, ..step.act };
    let detail = serde_json::json!({
        "form": form.id.to_string(), "client": client.to_string(), "changed": turned.len(),
    });
    act.write(
        tx,
        "FormAnswered",
        ("form-answer", &new.id.to_string()),
        &detail,
    )?;
    Ok(client)
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
    let design = form.published.ok_or(FormError::Missing)?;
    let given = understood(&design, &new.filled).map_err(FormError::Values)?;
    let (nobody, never): (Option<Id>, Option<kept_kernel::Instant>) = (None, None);
    let given_text = json(&given);
    let row = params![
        new.id,
        id,
        form.version,
        nobody,
        nobody,
        step.at(),
        &given_text,
        "[]",
        &seal,
        new.held,
        never
    ];
    tx.execute(queries::ADD_ANSWER, &row)?;
    if new.held.is_none() {
        feedback(tx, step, (form.kind, new.id), (None, None, Who::Unknown))?;
    }
    let detail = serde_json::json!({ "form": id.to_string(), "held": new.held });
    Ok(step.audit(tx, "FormAnswered", ("form-answer", new.id), &detail)?)
}

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
    at: (FormId, Id),
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
    let turned = if known {
        // Whoever filled it in has not proved to be this contact: what is known of it stays.
        Vec::new()
    } else {
        write_record(tx, step, (contact, client), (&answer.design, &answer.given))?
    };
    let turned = json(&turned);
    let row = params![answer.id, client, contact, &turned, step.at()];
    tx.execute(queries::SET_TAKEN, &row)?;
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
    tx.execute(queries::DROP_ANSWER, &params![answer.id, at.0])?;
    let detail = serde_json::json!({ "because": answer.held });
    Ok(step.audit(tx, "AnswerRemoved", ("form-answer", answer.id), &detail)?)
}
