//! What a client allows us to do with its data, per purpose, with the words that it read; and takes back.

use kept_clients::{ContactId, read};
use kept_journal::live;
use kept_kernel::Id;
use kept_mail::{Address, Letter, Voice};
use kept_store::{Write, params};
use kept_ui::Tongue;

use super::{PortalError, Step, acting};
use crate::model::ForWhat;
use crate::telling::{Of, told};
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
    let event = told(step, of, "record-consent", (event, Some((what, &wording))));
    record(tx, step, event)?;
    audit(tx, step, ("ConsentGiven", contact), (id, what))
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
    record(tx, step, told(step, of, "withdraw-consent", (event, None)))?;
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
        let event = told(step, of, "confirm-withdrawal", (confirmed, None));
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
