//! What becomes of a personal form that does not come back: it is asked for again, in the contact's language, as often as the form says;
//! then whoever sent it is told, and a note stands with the client.

use kept_accounts::access::{Action, for_kept};
use kept_clients::commands::write_note;
use kept_clients::{ClientId, ContactId, read};
use kept_journal::live;
use kept_kernel::Id;
use kept_mail::{Address, Letter};
use kept_store::{Write, params};

use super::send::{Asks, DAY, LINK_DAYS, asking, look_again};
use super::{FormError, Step};
use crate::model::{Design, FormId, FormKind, FormRow};
use crate::queries;
use crate::telling::{Of, told};

/// What a link was made for that has not come back.
struct Missed {
    link: Id,
    form: FormRow,
    design: Design,
    client: ClientId,
    contact: read::ContactCard,
    project: String,
    sent_by: Option<Id>,
    reminded: u32,
}

/// Looks at a link whose time has come. Whose it is, where something was done; none: it came back meanwhile, or is none to ask for.
/// `path` opens the sealed token.
///
/// # Errors
///
/// As the database says.
pub(crate) fn look_at_link(
    tx: &Write<'_>,
    step: &Step,
    link: Id,
    path: impl Fn(&[u8]) -> Option<String>,
) -> Result<Option<ClientId>, FormError> {
    type Found = (Id, Id, String, Vec<u8>, Option<Id>, u32);
    let found: Option<Found> = tx.maybe(queries::LOOK, &params![link, step.at()])?;
    let Some((form, contact, project, sealed, sent_by, reminded)) = found else {
        return Ok(None);
    };
    let form = queries::form(tx, FormId(form))?;
    let own = read::own(tx, ContactId(contact))?;
    // Who is no longer a client, and what is no longer filled in, is let be.
    let own = own.filter(|(_, of)| of.archived_at.is_none() && of.card.merged_into.is_none());
    let (Some(form), Some((contact, of_client))) = (form, own) else {
        return Ok(None);
    };
    let Some(design) = form.published.clone() else {
        return Ok(None);
    };
    // A client may have become part of another since, with its contacts.
    let (client, contact) = (of_client.card.id, contact.card);
    let missed = Missed {
        link,
        form,
        design,
        client,
        contact,
        project,
        sent_by,
        reminded,
    };
    let purpose = match missed.form.kind {
        FormKind::Feedback => "survey",
        FormKind::Intake | FormKind::Other => "service",
    };
    let withdrawn = step.beside.withdrawn(tx, (missed.contact.id, purpose))?;
    let email = missed.contact.email.clone().filter(|_| !withdrawn);
    let left = missed.reminded < missed.form.remind_times;
    match (email, path(&sealed)) {
        (Some(email), Some(path)) if left => remind(tx, step, &missed, (email, path))?,
        _ => tell(tx, step, &missed, withdrawn)?,
    }
    Ok(Some(client))
}

/// Asks for it again. The link is good for as long as a new one would be.
fn remind(
    tx: &Write<'_>,
    step: &Step,
    of: &Missed,
    (email, path): (String, String),
) -> Result<(), FormError> {
    let at = step.at();
    let expires_at = at.plus_micros(LINK_DAYS * DAY);
    let look_at = look_again(step, of.form.remind_days);
    tx.execute(
        queries::SET_REMINDED,
        &params![of.link, look_at, expires_at],
    )?;
    let begun: Option<(i64,)> = tx.maybe(queries::HAS_DRAFT, &params![of.link])?;
    let to = Address {
        name: of.contact.name.clone(),
        email,
    };
    let asks = Asks {
        key: if begun.is_some() {
            "mail.begun"
        } else {
            "mail.again"
        },
        title: &of.design.title,
        language: &of.contact.language,
        path,
        expires_at,
    };
    let [parcel, event, ..] = step.ids;
    kept_mail::put(tx, parcel, &asking(step, to, asks), at)?;
    if !of.project.is_empty() && of.form.kind == FormKind::Intake {
        let whose = Of {
            noun: "project",
            record: &of.project,
            client: Some(of.client),
            contact: Some(of.contact.id),
        };
        let act = ("send-form-reminder", Some("message-to-client"));
        let event = told(&step.rules, whose, act, (event, step.act.who, at));
        if let Some(event) = event {
            live::record(tx, &step.rules, &[event], at)?;
        }
    }
    let detail = serde_json::json!({
        "client": of.client.to_string(), "contact": of.contact.id.to_string(), "time": of.reminded + 1,
    });
    Ok(step.audit(tx, "FormReminded", ("form", of.form.id.0), &detail)?)
}

/// Nobody asks again: whoever sent it is told why it is for a person now.
fn tell(tx: &Write<'_>, step: &Step, of: &Missed, withdrawn: bool) -> Result<(), FormError> {
    tx.execute(queries::SET_TOLD, &params![of.link, step.at()])?;
    let (title, name) = (&of.design.title, &of.contact.name);
    let asked = match of.reminded {
        0 => "It was not asked for again".to_owned(),
        1 => "It was asked for again once".to_owned(),
        times => format!("It was asked for again {times} times"),
    };
    let why = if withdrawn {
        ", since they have withdrawn their consent"
    } else if of.contact.email.is_none() {
        ", since there is no address to write to"
    } else {
        ""
    };
    let words = format!("{name} has not sent the form “{title}” back. {asked}{why}.");
    let [note_step, _] = &step.clients;
    let scope = for_kept(Action::EditClients);
    write_note(tx, note_step, &scope, of.client, &words).map_err(FormError::Client)?;
    if let Some(person) = of.sent_by {
        let text =
            format!("{words} What helps now is a call: often one question holds up the rest.");
        // As in alerts nothing of a client stands in a subject.
        let letter = Letter::to_person(person, "A form has not come back", text);
        let way = format!("/clients/{}/forms", of.client);
        let [parcel, ..] = step.ids;
        let letter = letter.link("Open the forms of the client", way);
        kept_mail::put(tx, parcel, &letter, step.at())?;
    }
    let detail = serde_json::json!({
        "client": of.client.to_string(), "contact": of.contact.id.to_string(),
    });
    Ok(step.audit(tx, "FormGivenUp", ("form", of.form.id.0), &detail)?)
}
