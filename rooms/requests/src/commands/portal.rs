//! What a contact does on their own requests, signed in to the portal. Each command looks inside its transaction whose request it is:
//! that of anybody else looks like one that does not exist.

use kept_clients::{ClientId, ContactId};
use kept_kernel::Id;
use kept_store::{StoreError, Write, params};

use super::close::reopened;
use super::talk::client_writes;
use super::{
    OpenRequestError, RequestError, Step, Work, confirm_resolution, not_over, open_request,
};
use crate::model::{Asker, Draft, Expected, Fault, Request, RequestId, Voice, is_choice};
use crate::queries;

/// How messages of the portal are marked.
const PORTAL: &str = "portal";
/// What a contact may send at once, and a stranger too.
pub(crate) const MOST_FILES: usize = 10;

/// A file that comes along, with the id that it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its identity.
    pub id: Id,
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// A request of this contact, held until the transaction ends.
fn held_for(
    tx: &Write<'_>,
    (id, contact): (RequestId, ContactId),
) -> Result<Request, RequestError> {
    tx.execute(queries::HOLD, &params![id])?;
    let request = queries::any(tx, id)?.ok_or(RequestError::Missing)?;
    if request.contact != Some(contact) || request.merged_into.is_some() {
        return Err(RequestError::Missing);
    }
    Ok(request)
}

/// Lays files beside a message.
pub(super) fn enclose(
    tx: &Write<'_>,
    step: &Step,
    (id, place): (RequestId, u32),
    files: &[Sent],
) -> Result<(), StoreError> {
    for file in files.iter().take(MOST_FILES) {
        let size = i64::try_from(file.content.len()).unwrap_or(i64::MAX);
        let content = file.content.as_slice();
        let nobody: Option<kept_accounts::model::PersonId> = None;
        let row = params![
            file.id,
            id,
            place,
            &file.name,
            size,
            content,
            step.act.at,
            nobody
        ];
        tx.execute(queries::ADD_FILE, &row)?;
    }
    Ok(())
}

/// The contact writes on their request.
///
/// # Errors
///
/// [`RequestError`]
pub fn contact_replies(
    tx: &Write<'_>,
    step: &Step,
    (id, contact): (RequestId, ContactId),
    (text, files): (&str, &[Sent]),
) -> Result<Request, RequestError> {
    not_over(&held_for(tx, (id, contact))?)?;
    let request = client_writes(tx, step, id, (PORTAL, Some(contact), text))?;
    let place = queries::messages(tx, id, 0, u32::MAX)?
        .into_iter()
        .rfind(|message| message.voice == Voice::Client)
        .map_or(request.messages, |message| message.place);
    enclose(tx, step, (id, place), files)?;
    Ok(request)
}

/// The contact says that it is settled.
///
/// # Errors
///
/// [`RequestError`]
pub fn contact_confirms(
    tx: &Write<'_>,
    step: &Step,
    (id, contact): (RequestId, ContactId),
) -> Result<Request, RequestError> {
    held_for(tx, (id, contact))?;
    confirm_resolution(tx, step, None, (id, None))
}

/// The contact says that it is not settled, and why: the request is open again.
///
/// # Errors
///
/// [`RequestError`]
pub fn contact_rejects(
    tx: &Write<'_>,
    step: &Step,
    (id, contact): (RequestId, ContactId),
    why: &str,
) -> Result<Request, RequestError> {
    let request = held_for(tx, (id, contact))?;
    not_over(&request)?;
    let why = why.trim();
    if why.is_empty() {
        return Err(Fault::NoReason.into());
    }
    if request.resolved_at.is_none() {
        return Err(RequestError::State(
            "It is not resolved, so there is nothing to say no to yet.",
        ));
    }
    let mut work = Work::on(tx, step, request);
    work.message(super::work::NewMessage {
        voice: Voice::Client,
        channel: PORTAL,
        author: None,
        contact: Some(contact),
        text: why,
        clause: None,
    })?;
    let said = work.said();
    work.tell("client-writes-again", &said)?;
    reopened(&mut work, "the client says that it is not settled")?;
    work.finish("ResolutionRejected", &serde_json::json!({}))
}

/// Something that a contact asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAsk {
    /// What it is about.
    pub subject: String,
    /// What is asked.
    pub body: String,
    /// What kind it is, in the words of the vocabulary; empty: not said.
    pub category: String,
}

/// A contact opens a request.
///
/// # Errors
///
/// [`OpenRequestError`]
pub fn contact_asks(
    tx: &Write<'_>,
    step: &Step,
    (id, client, contact): (RequestId, ClientId, ContactId),
    ask: &NewAsk,
    files: &[Sent],
) -> Result<Request, OpenRequestError> {
    let draft = understood(step, (client, contact), ask).map_err(OpenRequestError::Faults)?;
    let request = open_request(tx, step, None, id, &draft)?;
    enclose(tx, step, (id, 1), files)?;
    Ok(request)
}

fn understood(
    step: &Step,
    (client, contact): (ClientId, ContactId),
    ask: &NewAsk,
) -> Result<Draft, Vec<Fault>> {
    let (subject, body, category) = (ask.subject.trim(), ask.body.trim(), ask.category.trim());
    let mut faults = Vec::new();
    let mut fault = |found: bool, fault: Fault| faults.extend(found.then_some(fault));
    fault(subject.is_empty(), Fault::NoSubject);
    let longest = crate::model::draft::LONGEST_SUBJECT;
    fault(subject.chars().count() > longest, Fault::LongSubject);
    fault(body.is_empty(), Fault::NoBody);
    let longest = crate::model::draft::LONGEST_TEXT;
    fault(body.chars().count() > longest, Fault::LongBody);
    let known = category.is_empty() || is_choice(&step.rules.register, "category", category);
    fault(!known, Fault::UnknownCategory);
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Draft {
        asker: Asker::Known(client, Some(contact)),
        channel: PORTAL.to_owned(),
        subject: subject.to_owned(),
        body: body.replace("\r\n", "\n"),
        category: (!category.is_empty()).then(|| category.to_owned()),
        urgency: None,
        impact: None,
        contacted_at: step.act.at,
        read_back: false,
        expected: Expected::default(),
    })
}
