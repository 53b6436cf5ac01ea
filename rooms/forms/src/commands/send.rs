//! A personal link to a form, for one contact.

use kept_accounts::access::Scope;
use kept_clients::{ClientId, ContactId, read};
use kept_journal::live;
use kept_kernel::{Id, Instant};
use kept_mail::{Address, Letter, Voice};
use kept_store::{Read, StoreError, Write, params};
use kept_ui::Tongue;
use kept_vault::{Token, TokenHash};

use super::{FormError, Step};
use crate::model::FormId;
use crate::telling::{Of, project, told};
use crate::{queries, texts};

/// A link is good for so many days, and for so many more after it was asked for again.
pub(super) const LINK_DAYS: i64 = 30;
pub(super) const DAY: i64 = 86_400_000_000;

/// A link that is to be sent.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The row's identity.
    pub id: Id,
    /// The secret of the link.
    pub token: Token,
    /// The same, sealed: the portal leads there too.
    pub sealed: Vec<u8>,
}

/// Sends a contact a form to fill in. The onboarding that waits for it is told.
///
/// # Errors
///
/// [`FormError`]
pub fn send_link(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (form, client, contact): (FormId, ClientId, ContactId),
    sending: &Sending,
) -> Result<(), FormError> {
    scope.confirm(tx)?;
    let card = read::client(tx, scope, client)?.filter(|card| card.id == client);
    card.ok_or(FormError::Missing)?;
    let contact = read::contact(tx, contact)?
        .filter(|one| one.client == client && one.removed_at.is_none())
        .ok_or(FormError::Missing)?;
    let form = queries::form(tx, form)?.ok_or(FormError::Missing)?;
    let design = form
        .published
        .ok_or(FormError::State("Publish a version of this form first."))?;
    let email = contact
        .email
        .clone()
        .ok_or(FormError::State("This contact has no address."))?;
    let project = project(tx, client)?.unwrap_or_default();
    let expires_at = step.at().plus_micros(LINK_DAYS * DAY);
    let look_at = look_again(step, form.remind_days);
    let hash = sending.token.hash();
    let row = params![
        sending.id,
        hash.bytes(),
        form.id,
        client,
        contact.id,
        &project,
        &sending.sealed,
        step.at(),
        scope.person(),
        expires_at,
        look_at
    ];
    tx.execute(queries::ADD_LINK, &row)?;
    let to = Address {
        name: contact.name.clone(),
        email,
    };
    let asks = Asks {
        key: "mail",
        title: &design.title,
        language: &contact.language,
        path: path_of(sending.token.text()),
        expires_at,
    };
    let letter = asking(step, to, asks);
    let [parcel, event, ..] = step.ids;
    kept_mail::put(tx, parcel, &letter, step.at())?;
    if !project.is_empty() && form.kind == crate::model::FormKind::Intake {
        let of = Of {
            noun: "project",
            record: &project,
            client: Some(client),
            contact: Some(contact.id),
        };
        let who = (event, step.act.who, step.at());
        let event = told(&step.rules, of, ("send-intake-form", None), who);
        if let Some(event) = event {
            live::record(tx, &step.rules, &[event], step.at())?;
        }
    }
    let detail =
        serde_json::json!({ "client": client.to_string(), "contact": contact.id.to_string() });
    Ok(step.audit(tx, "FormSent", ("form", form.id.0), &detail)?)
}

/// Where a personal form is filled in.
pub(crate) fn path_of(token: &str) -> String {
    format!("/f/for/{token}")
}

/// When a link that has not come back is looked at: after so many working days.
pub(super) fn look_again(step: &Step, days: u32) -> Instant {
    let calendar = step.rules.program.company_calendar();
    calendar.add_working_days(step.at(), i64::from(days))
}

/// A letter that asks somebody to fill a form in.
pub(super) struct Asks<'a> {
    /// Under which key its words stand.
    pub(super) key: &'a str,
    pub(super) title: &'a str,
    pub(super) language: &'a str,
    pub(super) path: String,
    pub(super) expires_at: Instant,
}

pub(super) fn asking(step: &Step, to: Address, asks: Asks<'_>) -> Letter {
    let zone = step.rules.program.company_calendar().time_zone();
    let tongue = Tongue::of(asks.language).unwrap_or_default();
    let words = texts::words(tongue);
    let until = asks.expires_at.timestamp().to_zoned(zone.clone());
    let until = tongue.date(&until);
    let company = read::company(&step.rules).unwrap_or_else(|| words.say("us").to_owned());
    let name = to.name.clone();
    let filled = [
        ("name", name.as_str()),
        ("company", company.as_str()),
        ("title", asks.title),
        ("until", until.as_str()),
    ];
    let subject = words.with(&format!("{}.subject", asks.key), &filled);
    let text = words.with(&format!("{}.text", asks.key), &filled);
    let letter = Letter::to_address(to, Voice::Machine, subject, text);
    let letter = letter.link(words.say("mail.open"), asks.path);
    letter.until(asks.expires_at)
}

/// A link that is good.
#[derive(Clone, Copy, Debug)]
pub struct Stands {
    /// The row's identity.
    pub id: Id,
    /// The form.
    pub form: FormId,
    /// Of which client whoever fills it in is.
    pub client: ClientId,
    /// Who that is.
    pub contact: ContactId,
    /// Until when it is good.
    pub expires_at: Instant,
}

/// What a good link is for. Uses nothing up.
///
/// # Errors
///
/// As the database says.
pub fn link_stands(
    read: &Read<'_>,
    token: TokenHash,
    now: Instant,
) -> Result<Option<Stands>, StoreError> {
    let found: Option<(Id, Id, Id, Id, Instant)> =
        read.maybe(queries::LINK, &params![token.bytes(), now])?;
    Ok(found.map(|(id, form, client, contact, expires_at)| Stands {
        id,
        form: FormId(form),
        client: ClientId(client),
        contact: ContactId(contact),
        expires_at,
    }))
}
