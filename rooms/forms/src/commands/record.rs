//! What was filled in, as it goes into the record: facts of the contact and of the client, consents, documents.

use kept_clients::commands::{Changed, Own, client_fills_in, contact_says};
use kept_clients::model::{ContactDraft, Draft, Typed, TypedContact};
use kept_clients::{ClientId, ContactId, read};
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_store::{Write, params};

use super::{FormError, Step};
use crate::beside::{Allowed, By, Laid};
use crate::files::NewFile;
use crate::model::{Design, Given, Turned};
use crate::queries;

/// What was filled in, as it is kept.
///
/// # Errors
///
/// The fields that need another look, each with the key of the words that say why.
pub(super) fn understood(
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
pub(super) fn mapped(design: &Design, given: &[Given], target: &str) -> Option<String> {
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
pub(super) fn write_record(
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

pub(super) fn json(of: &impl serde::Serialize) -> String {
    serde_json::to_string(of).unwrap_or_else(|_| "[]".to_owned())
}

/// What was filled in with the names of the files that were sent: a field for files holds those.
pub(super) fn with_names<'f>(
    filled: &[(String, String)],
    files: impl IntoIterator<Item = (&'f str, &'f str)>,
) -> Vec<(String, String)> {
    let names = files.into_iter();
    let names = names.map(|(field, name)| (field.to_owned(), name.to_owned()));
    filled.iter().cloned().chain(names).collect()
}

/// Files as fields and names.
pub(super) fn names_of(files: &[NewFile]) -> impl Iterator<Item = (&str, &str)> {
    files
        .iter()
        .map(|file| (file.field.as_str(), file.name.as_str()))
}

/// What a form brought beside facts, and whose it is.
pub(super) struct Brought<'a> {
    pub(super) answer: Id,
    pub(super) client: ClientId,
    pub(super) contact: ContactId,
    /// By whom it goes into the record.
    pub(super) who: Who,
    pub(super) design: &'a Design,
    pub(super) given: &'a [Given],
    pub(super) version: u32,
    pub(super) language: &'a str,
    pub(super) given_at: Instant,
}

impl Brought<'_> {
    fn value(&self, field: &str) -> &str {
        let found = self.given.iter().find(|one| one.field == field);
        found.map_or("", |one| one.value.as_str())
    }

    fn by(&self, step: &Step, spare: &mut impl Iterator<Item = Id>) -> By {
        By {
            who: self.who,
            at: step.at(),
            rules: step.rules.clone(),
            ids: std::array::from_fn(|_| spare.next().unwrap_or_default()),
        }
    }
}

/// Writes down what was agreed to, purpose by purpose, with the words that were read. A box that was left empty takes nothing back.
pub(super) fn allow(
    tx: &Write<'_>,
    step: &Step,
    of: &Brought<'_>,
    spare: &mut impl Iterator<Item = Id>,
) -> Result<Vec<Turned>, FormError> {
    let source = format!("form “{}”, version {}", of.design.title, of.version);
    let mut turned = Vec::new();
    for field in &of.design.fields {
        let agreed = of.value(&field.id) == "yes";
        let Some(purpose) = field.purpose().filter(|_| agreed) else {
            continue;
        };
        let allowed = Allowed {
            contact: of.contact,
            client: of.client,
            purpose,
            wording: &field.wording(),
            language: of.language,
            source: &source,
            given_at: of.given_at,
        };
        if step.beside.allow(tx, of.by(step, spare), allowed)? {
            turned.push(Turned {
                of: "contact".into(),
                field: format!("consent: {purpose}"),
                before: String::new(),
                after: "given".into(),
            });
        }
    }
    Ok(turned)
}

/// Lays the files among the documents of the client that are to go there. They stand beside their answer already.
pub(super) fn lay(
    tx: &Write<'_>,
    step: &Step,
    of: &Brought<'_>,
    spare: &mut impl Iterator<Item = Id>,
) -> Result<Vec<Turned>, FormError> {
    let mut turned = Vec::new();
    for field in of.design.fields.iter().filter(|one| one.is_document()) {
        let files: Vec<(String, Vec<u8>)> =
            tx.all(queries::CONTENTS, &params![of.answer, &field.id])?;
        for (name, content) in files {
            let laid = Laid {
                contact: of.contact,
                client: of.client,
                title: &field.label,
                name: &name,
                content: &content,
            };
            step.beside.lay(tx, of.by(step, spare), laid)?;
            turned.push(Turned {
                of: "client".into(),
                field: "documents".into(),
                before: String::new(),
                after: name,
            });
        }
    }
    Ok(turned)
}
