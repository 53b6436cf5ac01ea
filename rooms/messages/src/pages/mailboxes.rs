//! The mailboxes: their addresses, who vouches for senders, whether a machine confirms; and addresses that no mail reaches.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_kernel::{Id, Instant};
use kept_mail::is_address;
use kept_rooms::Refusal as _;
use kept_store::{StoreError, Write, params};
use kept_ui::parts::{Button, Confirm, Empty};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::{exactly, got, id_of, zone};
use crate::error::MessagesError;
use crate::model::{Mailbox, MailboxId};
use crate::queries::{self, folded};
use crate::room::Room;

pub(super) const HERE: &str = "/settings/mailboxes";

#[derive(Template)]
#[template(path = "messages/mailboxes.html")]
struct MailboxesPage {
    frame: Frame,
    rows: Vec<Row>,
    none: Option<Empty>,
    bounced: Vec<Bounced>,
    too_large: Vec<String>,
    form: Filled,
}

struct Row {
    href: String,
    address: String,
    about: String,
    when: String,
    remove: Confirm,
}

struct Bounced {
    address: String,
    words: String,
    href: Option<String>,
    when: String,
}

/// The form as it comes in.
#[derive(Deserialize)]
pub struct Typed {
    address: String,
    name: Option<String>,
    server: Option<String>,
    receipt: bool,
}

pub(super) fn may(signed: &Signed) -> Result<Scope, Failure> {
    signed.require(Action::Configure)
}

/// The list and the form.
pub async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    may(&signed)?;
    let zone = zone(&signed);
    Ok(page(&drawn(&room, (frame, &zone), Filled::empty()).await?))
}

async fn drawn(
    room: &Room,
    (frame, zone): (Frame, &TimeZone),
    form: Filled,
) -> Result<MailboxesPage, Failure> {
    let read = room.store.read(|read| {
        let bounced: Vec<(String, String, String, Instant, Option<Id>)> =
            read.all(queries::ALL_BOUNCED, &[])?;
        let too_large: Vec<(String, Instant, u64, String, String)> =
            read.all(queries::TOO_LARGE, &[])?;
        Ok::<_, StoreError>((queries::mailboxes(read)?, bounced, too_large))
    });
    let (all, bounced, too_large) = got(read).await?;
    let too_large = too_large.into_iter().map(|(to, at, size, from, subject)| {
        let megabytes = size / 1_000_000;
        let when = exactly(at, zone);
        let from = if from.is_empty() {
            "Nobody named"
        } else {
            &from
        };
        let subject = match subject.as_str() {
            "" => String::new(),
            subject => format!(" “{subject}”,"),
        };
        format!("{from} to {to}, {when}:{subject} {megabytes} MB")
    });
    let bounced = bounced
        .into_iter()
        .map(|(address, status, said, at, request)| Bounced {
            address,
            words: format!("{status} {said}").trim().to_owned(),
            href: request.map(|request| format!("/requests/{request}")),
            when: exactly(at, zone),
        });
    Ok(MailboxesPage {
        rows: all.iter().map(|one| row(&frame, one, zone)).collect(),
        none: all.is_empty().then(|| {
            Empty::new(
                "No mailbox yet",
                "Add the address at which clients write to you. Then let your mail server hand its mail over, as below.",
            )
        }),
        bounced: bounced.collect(),
        too_large: too_large.collect(),
        form,
        frame: frame.titled("Mailboxes").at("settings"),
    })
}

fn row(frame: &Frame, one: &Mailbox, zone: &TimeZone) -> Row {
    let checked = if one.server.is_empty() {
        "senders are not checked".to_owned()
    } else {
        format!("senders are checked by {}", one.server)
    };
    let receipt = if one.receipt {
        "new requests get a receipt"
    } else {
        "no receipts"
    };
    let name = if one.name.is_empty() {
        String::new()
    } else {
        format!("{}: ", one.name)
    };
    Row {
        href: format!("{HERE}/{}", one.id),
        address: one.address.clone(),
        about: format!("{name}{checked}, {receipt}"),
        when: one.last_mail_at.map_or_else(
            || "no mail yet".to_owned(),
            |at| format!("last mail {}", exactly(at, zone)),
        ),
        remove: Confirm {
            words: "Remove".to_owned(),
            question: "No mail is taken for it any longer. What came is kept.".to_owned(),
            act: Button::act(
                "Remove it",
                format!("{HERE}/{}/removal", one.id),
                &frame.csrf,
            )
            .danger(),
        },
    }
}

/// Saves one.
pub async fn save(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    let (scope, zone) = (may(&signed)?, zone(&signed));
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let again = drawn(&room, (frame, &zone), filled).await?;
            return Ok(unprocessable(&again));
        }
    };
    let (id, act) = (MailboxId(room.world.id()), room.act(signed.person));
    let saved = room.store.write(move |tx| {
        scope.confirm(tx)?;
        put(
            tx,
            id,
            &typed,
            act.at,
            scope.person().map(|person| person.0),
        )?;
        let address = folded(&typed.address);
        let detail = serde_json::json!({ "address": address });
        Ok::<_, MessagesError>(act.write(tx, "MailboxSaved", ("mailbox", &address), &detail)?)
    });
    if let Err(error) = saved.await {
        let filled = error.refused().onto(filled)?;
        let again = drawn(&room, (frame, &zone), filled).await?;
        return Ok(unprocessable(&again));
    }
    let flash = Flash::said("The mailbox is saved. Send a mail there to see that it arrives.");
    Ok(see_other(HERE).with(flash).into_response())
}

fn put(
    tx: &Write<'_>,
    id: MailboxId,
    typed: &Typed,
    at: Instant,
    by: Option<Id>,
) -> Result<(), MessagesError> {
    let address = folded(&typed.address);
    if !is_address(&address) || address.contains('+') {
        let words = "Write an address as in desk@company.example, without a plus.";
        return Err(MessagesError::Field("address", words));
    }
    let text = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    let (name, server) = (text(&typed.name), text(&typed.server).to_lowercase());
    let row = params![id, &address, &name, &server, typed.receipt, at, by];
    tx.execute(queries::PUT_MAILBOX, &row)?;
    Ok(())
}

/// Removes one.
pub async fn remove(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let (id, act) = (id_of(&id)?, room.act(signed.person));
    let removed = room.store.write(move |tx| {
        scope.confirm(tx)?;
        if tx.execute(queries::RETIRE_MAILBOX, &params![id, act.at])? == 0 {
            return Err(MessagesError::Missing);
        }
        let detail = serde_json::json!({});
        Ok(act.write(tx, "MailboxRemoved", ("mailbox", &id.to_string()), &detail)?)
    });
    removed.await.map_err(|error| error.refused().failure())?;
    Ok(see_other(HERE)
        .with(Flash::said("The mailbox is removed."))
        .into_response())
}
