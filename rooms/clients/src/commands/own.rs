//! What contacts say of themselves and of their company: signed in to the portal, or by a form that was sent to them. Whoever calls
//! knows that it is this contact.

use kept_store::{Write, params};

use super::add::sources;
use super::{ClientError, Step, recognise_again, standing};
use crate::model::{
    Client, ClientId, Contact, ContactDraft, ContactId, Draft, LANGUAGE, folded, folded_email,
    folded_phone, phone_lines,
};
use crate::telling::{More, Told};
use crate::{queries, search};

/// A fact that is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Whose: the client's, or the contact's.
    pub of: Whose,
    /// Which: `address`.
    pub field: &'static str,
    /// As it stood.
    pub before: String,
    /// As it stands.
    pub after: String,
}

/// Whose fact it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The client's.
    Client,
    /// The contact's.
    Contact,
}

impl Whose {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Contact => "contact",
        }
    }
}

/// What a contact says of itself, and of its client where it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Of itself.
    pub contact: ContactDraft,
    /// Of its client; none: nothing.
    pub client: Option<Draft>,
    /// It has looked at all of it, and it is right.
    pub verified: bool,
}

/// Writes what a contact says, with what has changed. What was looked at counts as known from now on.
///
/// # Errors
///
/// [`ClientError::Missing`] where the contact was removed meanwhile.
pub fn contact_says(
    tx: &Write<'_>,
    step: &Step,
    id: ContactId,
    own: &Own,
) -> Result<Vec<Changed>, ClientError> {
    let contact = own_contact(tx, id)?;
    let client = contact.card.client;
    tx.execute(queries::HOLD, &params![client])?;
    // What was read before the client was held may have changed.
    let contact = own_contact(tx, id)?;
    let mut changed = of_contact(tx, step, &contact, &own.contact)?;
    if let Some(draft) = &own.client {
        changed.extend(of_client(tx, step, client, (draft, own.verified))?);
    }
    recognise_again(tx, client, step.at)?;
    search::follow(tx, client)?;
    let card = standing(tx, client)?;
    let [.., event, entry] = step.ids;
    let what = if own.verified && own.client.is_some() {
        Told::Client("verify-client-details")
    } else {
        Told::Facts
    };
    step.record(tx, [step.event(event, (what, &More::default()), &card)])?;
    let fields: Vec<String> = changed
        .iter()
        .map(|one| format!("{}.{}", one.of.name(), one.field))
        .collect();
    let detail = serde_json::json!({ "client": client.to_string(), "changed": fields });
    let act = if own.verified {
        "DetailsConfirmed"
    } else {
        "DetailsChanged"
    };
    step.audit(tx, (entry, act), ("contact", id.0), &detail)?;
    Ok(changed)
}

fn own_contact(tx: &Write<'_>, id: ContactId) -> Result<Contact, ClientError> {
    let found: Option<Contact> = tx.maybe(queries::ONE_CONTACT, &params![id])?;
    found.ok_or(ClientError::Missing)
}

fn of_contact(
    tx: &Write<'_>,
    step: &Step,
    contact: &Contact,
    draft: &ContactDraft,
) -> Result<Vec<Changed>, ClientError> {
    let before = contact.draft();
    let language = |draft: &ContactDraft| match draft.language.as_str() {
        "" => LANGUAGE.to_owned(),
        other => other.to_owned(),
    };
    let facts = |draft: &ContactDraft| {
        [
            ("name", draft.name.clone()),
            ("position", draft.position.clone()),
            ("email", draft.email.clone()),
            ("phone", draft.phone.clone()),
            ("channel", draft.channel.clone().unwrap_or_default()),
            ("style", draft.style.clone()),
            ("language", language(draft)),
        ]
    };
    let changed = differing(Whose::Contact, facts(&before), facts(draft));
    if changed.is_empty() {
        return Ok(changed);
    }
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    tx.execute(
        queries::CHANGE_CONTACT,
        &params![
            contact.card.id,
            contact.revision,
            &draft.name,
            &folded(&draft.name),
            &draft.position,
            &some(&draft.email),
            &folded_email(&draft.email),
            &some(&draft.phone),
            &folded_phone(&draft.phone),
            &draft.channel,
            &some(&draft.style),
            &language(draft),
            &contact.note,
            step.at,
            &phone_lines(&draft.phones),
        ],
    )?;
    Ok(changed)
}

fn of_client(
    tx: &Write<'_>,
    step: &Step,
    id: ClientId,
    (draft, verified): (&Draft, bool),
) -> Result<Vec<Changed>, ClientError> {
    let client: Client = tx.one(queries::ANY, &params![id])?;
    let before = client.draft();
    let facts = |draft: &Draft| {
        let name = std::iter::once(("name", draft.name.clone()));
        name.chain(draft.facts())
    };
    let changed = differing(Whose::Client, facts(&before), facts(draft));
    if !changed.is_empty() {
        tx.execute(
            queries::CHANGE_OWN,
            &params![
                id,
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
                step.at,
            ],
        )?;
    }
    if verified {
        let nobody: Option<kept_accounts::model::PersonId> = None;
        for (fact, value) in draft.facts() {
            if !value.is_empty() {
                let row = params![id, fact, step.source, step.at, nobody];
                tx.execute(queries::SET_SOURCE, &row)?;
            }
        }
    } else {
        sources(tx, step, id, (&before, draft))?;
    }
    Ok(changed)
}

fn differing(
    of: Whose,
    before: impl IntoIterator<Item = (&'static str, String)>,
    after: impl IntoIterator<Item = (&'static str, String)>,
) -> Vec<Changed> {
    let both = before.into_iter().zip(after);
    let changed = both.filter(|(old, new)| old.1 != new.1);
    changed
        .map(|((field, before), (_, after))| Changed {
            of,
            field,
            before,
            after,
        })
        .collect()
}
