//! Writing to a client first: a request of its own is opened for them, so that everything said about it has one place.

use kept_kernel::Id;
use kept_mail::Address;
use kept_store::{Write, params};

use super::open::{asker, begun};
use super::talk::answered;
use super::{
    Answer, By, Leaves, OpenRequestError, Outgoing, RequestError, Step, Work, keep_outgoing,
};
use crate::model::{Draft, Fault, Request, RequestId};
use crate::queries;

/// Who reads it too, and the mailbox from which it leaves.
type Way<'a> = (&'a [Address], Option<&'a str>);

/// Opens a request for a client and writes to them. Of the two steps the first opens, the second writes. `cc` reads it too, and all that
/// follows. It leaves from that mailbox. Where it is kept until then, the words wait by the identity given, on the request that was opened.
///
/// # Errors
///
/// [`OpenRequestError`]
pub fn write_first(
    tx: &Write<'_>,
    (opens, writes): (&Step, &Step),
    by: &By,
    (id, draft): (RequestId, &Draft),
    (answer, way, waits): (&Answer, Way<'_>, Option<(Leaves, Id)>),
) -> Result<Request, OpenRequestError> {
    if answer.text.trim().is_empty() {
        return Err(Fault::NoText.into());
    }
    let opened = open_first(tx, opens, by, (id, draft), way)?;
    match waits {
        Some((leaves, waiting)) => keep_outgoing(
            tx,
            writes,
            by,
            ((id, None), waiting),
            (&Outgoing::Answer, leaves, answer),
        ),
        None => answered(tx, writes, opened, answer),
    }
    .map_err(refused)
}

/// Opens a request for a client to whom we are about to write, from that mailbox; none: from the house's own address.
///
/// # Errors
///
/// [`OpenRequestError`]
pub fn open_first(
    tx: &Write<'_>,
    opens: &Step,
    by: &By,
    (id, draft): (RequestId, &Draft),
    (cc, mailbox): (&[Address], Option<&str>),
) -> Result<Request, OpenRequestError> {
    by.handle.confirm(tx)?;
    let me = by.person().ok_or(OpenRequestError::NotAllowed)?;
    let (client, contact) = asker(tx, opens, Some(by), &draft.asker)?;
    let mut request = begun(tx, opens, Some(by), (id, &client, contact), draft)?;
    if request.email.is_none() {
        return Err(Fault::NoAddress.into());
    }
    let colleague = kept_accounts::queries::person(tx, me)?;
    request.assignee = Some(me);
    request.assignee_name = colleague.map(|one| one.name);
    queries::add(tx, &request)?;
    if let Some(mailbox) = mailbox {
        tx.execute(queries::SET_WRITES_FROM, &params![id, mailbox])?;
    }
    for one in cc {
        let email = one.email.to_lowercase();
        let row = params![id, &email, &one.name, opens.act.at, Some(opens.act.at)];
        tx.execute(queries::ADD_PERSON, &row)?;
    }
    let mut work = Work::on(tx, opens, request);
    let said = work
        .said()
        .choice("channel", Some("email"))
        .text("nature", Some(&draft.subject))
        .assignee(Some(me));
    work.tell("open-request-for-client", &said)?;
    let opened = work.finish(
        "RequestOpened",
        &serde_json::json!({ "channel": "email", "first": "us" }),
    );
    opened.map_err(refused)
}

fn refused(error: RequestError) -> OpenRequestError {
    match error {
        RequestError::Faults(faults) => OpenRequestError::Faults(faults),
        RequestError::Store(error) => OpenRequestError::Store(error),
        // Nobody else can hold a request that is being made.
        _ => OpenRequestError::NotAllowed,
    }
}
