//! What a client allows us to do with its data, per purpose, with the words that it read; and takes back.

use kept_accounts::commands::Act;
use kept_clients::{ClientId, ContactId, read};
use kept_journal::{InForce, live};
use kept_kernel::{Id, Instant};
use kept_mail::{Address, Letter, Voice};
use kept_store::{Read, StoreError, Write, params};
use kept_ui::Tongue;

use super::{PortalError, Step, acting};
use crate::model::ForWhat;
use crate::telling::{Given, Of, told};
use crate::{queries, texts};

/// Where consents of the portal come from.
const SOURCE: &str = "portal";

/// The client allows a purpose. The words are those that its page has shown, in the language of that page.
///
/// # Errors
///
/// [`PortalError::State`] where it is allowed already.
pub fn give_consent(
    tx: &Write<'_>,
    step: &Step,
    session: Id,
    (what, tongue, company): (ForWhat, Tongue, &str),
) -> Result<(), PortalError> {
    let contact = acting(tx, session, step.at())?;
    let card = read::contact(tx, contact)?.ok_or(PortalError::Missing)?;
    let asked = params![contact, what.name()];
    if tx
        .maybe::<(Id,)>(queries::STANDING_CONSENT, &asked)?
        .is_some()
    {
        return Err(PortalError::State("You allow this already."));
    }
    let wording = texts::wording(tongue, what, company);
    let [id, event, ..] = step.ids;
    tx.execute(
        queries::ADD_CONSENT,
        &params![
            id,
            card.client,
            contact,
            what.name(),
            &wording,
            tongue.code(),
            SOURCE,
            step.at()
        ],
    )?;
    let of = Of {
        consent: id,
        contact,
        client: card.client,
    };
    let given = Given {
        purpose: what.name(),
        wording: &wording,
        source: SOURCE,
    };
    let act = ("record-consent", Some(given));
    let event = told(&step.rules, of, act, (event, step.act.who, step.at()));
    record(tx, step, event)?;
    audit(tx, step, ("ConsentGiven", contact), (id, what))
}

/// A consent that was given elsewhere than here: in a form.
#[derive(Clone, Copy, Debug)]
pub struct NewConsent<'a> {
    /// Whose.
    pub contact: ContactId,
    /// Of which client.
    pub client: ClientId,
    /// For what, in the words of the vocabulary.
    pub purpose: &'a str,
    /// The words that were read.
    pub wording: &'a str,
    /// Their language.
    pub language: &'a str,
    /// Where they were read.
    pub source: &'a str,
    /// When it was given.
    pub given_at: Instant,
}

/// Keeps a consent that was given elsewhere. False: the contact allows this already, and what stands is not touched.
///
/// # Errors
///
/// As the database says.
pub fn keep_consent(
    tx: &Write<'_>,
    (act, rules): (&Act, &InForce),
    [id, event]: [Id; 2],
    new: NewConsent<'_>,
) -> Result<bool, StoreError> {
    let asked = params![new.contact, new.purpose];
    if tx
        .maybe::<(Id,)>(queries::STANDING_CONSENT, &asked)?
        .is_some()
    {
        return Ok(false);
    }
    tx.execute(
        queries::ADD_CONSENT,
        &params![
            id,
            new.client,
            new.contact,
            new.purpose,
            new.wording,
            new.language,
            new.source,
            new.given_at
        ],
    )?;
    let of = Of {
        consent: id,
        contact: new.contact,
        client: new.client,
    };
    let given = Given {
        purpose: new.purpose,
        wording: new.wording,
        source: new.source,
    };
    let told_as = ("record-consent", Some(given));
    if let Some(event) = told(rules, of, told_as, (event, act.who, act.at)) {
        live::record(tx, rules, std::slice::from_ref(&event), act.at)?;
    }
    let detail = serde_json::json!({ "contact": new.contact.to_string(), "purpose": new.purpose });
    act.write(tx, "ConsentGiven", ("consent", &id.to_string()), &detail)?;
    Ok(true)
}

/// Whether a contact has withdrawn what it once allowed for a purpose, and does not allow it now.
///
/// # Errors
///
/// As the database says.
pub fn has_withdrawn(
    read: &Read<'_>,
    (contact, purpose): (ContactId, &str),
) -> Result<bool, StoreError> {
    let found: Option<(Id,)> = read.maybe(queries::WITHDRAWN, &params![contact, purpose])?;
    Ok(found.is_some())
}

/// The client no longer allows a purpose. It holds at once, and a letter says so.
///
/// # Errors
///
/// [`PortalError::State`] where it does not stand.
pub fn withdraw_consent(
    tx: &Write<'_>,
    step: &Step,
    session: Id,
    what: ForWhat,
) -> Result<(), PortalError> {
    let contact = acting(tx, session, step.at())?;
    let asked = params![contact, what.name()];
    let found: Option<(Id,)> = tx.maybe(queries::STANDING_CONSENT, &asked)?;
    let (id,) = found.ok_or(PortalError::State("You do not allow this now."))?;
    let card = read::contact(tx, contact)?.ok_or(PortalError::Missing)?;
    let by = step.act.who.text();
    let row = params![id, step.at(), &by];
    if tx.execute(queries::WITHDRAW_CONSENT, &row)? == 0 {
        return Err(PortalError::State("You do not allow this now."));
    }
    let of = Of {
        consent: id,
        contact,
        client: card.client,
    };
    let [event, confirmed, parcel, ..] = step.ids;
    let (who, at) = (step.act.who, step.at());
    let act = ("withdraw-consent", None);
    record(tx, step, told(&step.rules, of, act, (event, who, at)))?;
    if let Some(email) = card.email.clone() {
        let words = texts::words(Tongue::of(&card.language).unwrap_or_default());
        let purpose = words.say(&format!("consent.{}.title", what.name()));
        let filled = [("name", card.name.as_str()), ("purpose", purpose)];
        let to = Address {
            name: card.name.clone(),
            email,
        };
        let letter = Letter::to_address(
            to,
            Voice::Answer,
            words.say("mail.withdrawn.subject"),
            words.with("mail.withdrawn.text", &filled),
        );
        kept_mail::put(tx, parcel, &letter, step.at())?;
        let act = ("confirm-withdrawal", None);
        let event = told(&step.rules, of, act, (confirmed, who, at));
        record(tx, step, event)?;
    }
    audit(tx, step, ("ConsentWithdrawn", contact), (id, what))
}

fn record(
    tx: &Write<'_>,
    step: &Step,
    event: Option<kept_journal::events::NewEvent>,
) -> Result<(), PortalError> {
    if let Some(event) = event {
        live::record(tx, &step.rules, std::slice::from_ref(&event), step.at())?;
    }
    Ok(())
}

fn audit(
    tx: &Write<'_>,
    step: &Step,
    (act, contact): (&str, ContactId),
    (id, what): (Id, ForWhat),
) -> Result<(), PortalError> {
    let detail = serde_json::json!({ "contact": contact.to_string(), "purpose": what.name() });
    Ok(step.audit(tx, act, ("consent", id), &detail)?)
}
