//! Opening a request: by somebody at the phone, by a program, by a visitor of the web form.

use kept_accounts::access::{Action, for_kept};
use kept_clients::read::{self, ClientCard};
use kept_clients::{ClientId, ContactId};
use kept_store::{StoreError, Write, params};

use super::work::NewMessage;
use super::{By, OpenRequestError, RequestError, Step, Work, past};
use crate::model::{Asker, Draft, Fault, Request, RequestId, Voice};
use crate::telling::{Doer, Told};
use crate::{numbers, queries, routing, tables};

/// Opens a request, routes it, and tells what the person did with it on the phone. Without somebody by whom it is opened it
/// comes from outside, and its client is found by the address alone.
///
/// # Errors
///
/// [`OpenRequestError`]
pub fn open_request(
    tx: &Write<'_>,
    step: &Step,
    by: Option<&By>,
    id: RequestId,
    draft: &Draft,
) -> Result<Request, OpenRequestError> {
    if let Some(by) = by {
        by.handle.confirm(tx)?;
    }
    opened(tx, step, by, id, (draft, false))
}

/// The same where whoever opens it may. `mailed`: by a mail that wants an answer.
pub(super) fn opened(
    tx: &Write<'_>,
    step: &Step,
    by: Option<&By>,
    id: RequestId,
    (draft, mailed): (&Draft, bool),
) -> Result<Request, OpenRequestError> {
    let (client, contact) = asker(tx, step, by, &draft.asker)?;
    let request = begun(tx, step, by, (id, &client, contact), draft)?;
    let mut work = Work::making(tx, step, request);
    receive(&mut work, &client, draft)?;
    if mailed {
        let known = read::known_facts(&step.rules.register, &client);
        let (said, at) = (work.said().facts(known), work.at());
        work.mail_came(&said, at)?;
    }
    judged(&mut work, draft)?;
    given(&mut work, by)?;
    let detail = serde_json::json!({ "number": work.request.number, "channel": draft.channel });
    work.finish("RequestOpened", &detail).map_err(as_open)
}

fn as_open(error: RequestError) -> OpenRequestError {
    match error {
        RequestError::Faults(faults) => OpenRequestError::Faults(faults),
        RequestError::Store(error) => OpenRequestError::Store(error),
        // Nobody else can hold a request that is being made.
        _ => OpenRequestError::NotAllowed,
    }
}

/// Whose it is, and who of them asks.
pub(super) fn asker(
    tx: &Write<'_>,
    step: &Step,
    by: Option<&By>,
    asker: &Asker,
) -> Result<(ClientCard, Option<ContactId>), OpenRequestError> {
    let everything = for_kept(Action::ReadClients);
    match asker {
        Asker::Known(client, contact) => {
            let scope = by.map_or(&everything, |by| &by.handle);
            let card = read::client(tx, scope, *client)?.ok_or(Fault::UnknownClient)?;
            if let Some(contact) = contact {
                let known = read::contact(tx, *contact)?;
                let theirs = known.filter(|contact| contact.client == card.id);
                theirs.ok_or(Fault::UnknownContact)?;
            }
            Ok((card, *contact))
        }
        Asker::Stranger { name, email } => {
            let clients = &step.clients;
            let (client, contact): (ClientId, ContactId) =
                kept_clients::commands::take_in_contact(tx, clients, name, email)?;
            let card = read::client(tx, &everything, client)?;
            Ok((card.ok_or(StoreError::Missing("CARD"))?, Some(contact)))
        }
    }
}

/// The request, as it begins. Its row is written when all is known that happens to it at once.
pub(super) fn begun(
    tx: &Write<'_>,
    step: &Step,
    by: Option<&By>,
    (id, client, contact): (RequestId, &ClientCard, Option<ContactId>),
    draft: &Draft,
) -> Result<Request, OpenRequestError> {
    let number = numbers::next(tx)?;
    let at = step.act.at;
    let known = [
        ("urgency", draft.urgency.as_deref()),
        ("impact", draft.impact.as_deref()),
    ];
    let both = draft.urgency.is_some() && draft.impact.is_some();
    let priority = both
        .then(|| tables::answer(&step.rules, "priority", &known))
        .flatten();
    let category = [("category", draft.category.as_deref())];
    let placed = routing::place(tx, step, client, draft)?;
    // Whoever reaches only what is with them keeps what they take in.
    let own = by.filter(|by| !by.handle.is_everything());
    let assignee = placed.person.or_else(|| own.and_then(By::person));
    let team = placed.team.or(client.team);
    let (assignee_name, team_name, contact_name, email) =
        tx.one(queries::CALLED, &params![assignee, team, contact])?;
    let of = (client.id, client.name.clone(), client.tier.clone());
    Ok(Request {
        contact,
        contact_name,
        email,
        channel: draft.channel.clone(),
        subject: draft.subject.clone(),
        category: draft.category.clone(),
        urgency: draft.urgency.clone(),
        impact: draft.impact.clone(),
        priority,
        department: tables::answer(&step.rules, "department", &category),
        assignee,
        assignee_name,
        team,
        team_name,
        contacted_at: past(draft.contacted_at, at),
        prioritised_at: (both && draft.category.is_some()).then_some(at),
        ..Request::received((id, number as u64), of, at)
    })
}

/// It is received, and where it was heard it is logged.
fn receive(work: &mut Work<'_, '_>, client: &ClientCard, draft: &Draft) -> Result<(), StoreError> {
    let contacted_at = past(draft.contacted_at, work.at());
    let text = if draft.body.is_empty() {
        &draft.subject
    } else {
        &draft.body
    };
    let contact = work.request.contact;
    work.message(NewMessage {
        voice: Voice::Client,
        channel: &draft.channel,
        author: None,
        contact,
        text,
        clause: None,
    })?;
    let said = work
        .said()
        .facts(read::known_facts(&work.step.rules.register, client))
        .choice("channel", Some(&draft.channel))
        .instant("time of contact", Some(contacted_at))
        .text("nature", Some(&draft.subject));
    work.tell_of(Told::Act("receive-request"), &said, contacted_at)?;
    let said = work
        .said()
        .text("nature", Some(&draft.subject))
        .instant("time of contact", Some(contacted_at));
    work.tell("log-request", &said)?;
    if draft.read_back {
        let said = work.said().expecting(&draft.expected);
        work.tell("read-request-back", &said)?;
        work.request.expected_at = draft.expected.done_at;
        work.request.update_at = draft.expected.update_at;
        if draft.expected.is_something() {
            work.request.acknowledged_at = Some(work.at());
        }
        work.machine("Read back to the client, who confirmed it", "read-back")?;
    }
    Ok(())
}

/// What is plain already is said: whoever takes it on the phone knows how urgent it is.
fn judged(work: &mut Work<'_, '_>, draft: &Draft) -> Result<(), StoreError> {
    let whole = draft.category.is_some() && draft.urgency.is_some() && draft.impact.is_some();
    if !whole {
        return Ok(());
    }
    // Only a person prioritises; what a form or a program says is a wish until somebody has looked.
    let said = super::priority::facts(work);
    if matches!(work.step.doer, Doer::Person(_)) {
        work.tell("prioritise-request", &said)?;
        let words = super::priority::words(&work.request);
        work.machine(&words, "prioritise")?;
    }
    Ok(())
}

fn given(work: &mut Work<'_, '_>, by: Option<&By>) -> Result<(), StoreError> {
    let Some(assignee) = work.request.assignee else {
        return Ok(());
    };
    let said = work.said().assignee(Some(assignee));
    work.tell("assign-request", &said)?;
    let name = work.request.assignee_name.clone().unwrap_or_default();
    let words = if by.and_then(By::person) == Some(assignee) {
        format!("{name} has taken it")
    } else {
        format!("Given to {name} by the rules of routing")
    };
    work.machine(&words, "assign")
}
