//! Access in an emergency: asking for it, and the list for those who watch over access.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use kept_kernel::Id;
use kept_ui::parts::{Button, Empty};
use kept_ui::routes::{Routes, get, post};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::me::act;
use super::words::moment;
use super::{denied, failed, or_failed};
use crate::access::{
    Action, Denied, Emergency, OpenEmergencyError, emergencies, end_emergency, open_emergency,
};
use crate::accounts::Accounts;
use crate::model::EmergencyId;
use crate::session::Signed;

const LISTED: u32 = 200;

pub(super) fn routes() -> Routes<Accounts> {
    Routes::new()
        .route("/emergencies", post(open))
        .route("/emergencies/new", get(ask))
        .route("/emergencies/{id}/end", post(end))
        .route("/settings/emergencies", get(list))
}

#[derive(Template)]
#[template(path = "accounts/emergency.html")]
struct AskPage {
    frame: Frame,
    form: Filled,
}

fn asking(frame: Frame, form: Filled) -> AskPage {
    AskPage {
        frame: frame.titled("Open in an emergency"),
        form,
    }
}

#[derive(Deserialize)]
struct What {
    object: Option<String>,
    record: Option<String>,
    next: Option<String>,
}

async fn ask(signed: Signed, frame: Frame, Query(what): Query<What>) -> Result<Response, Failure> {
    signed.require(Action::OpenInEmergency)?;
    let form = Filled::with([
        ("object", what.object.unwrap_or_default()),
        ("record", what.record.unwrap_or_default()),
        ("next", what.next.unwrap_or_default()),
    ]);
    Ok(page(&asking(frame, form)))
}

/// What can be opened.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Object {
    Client,
    Request,
}

#[derive(Deserialize)]
struct Opening {
    object: Object,
    record: String,
    reason: String,
    next: String,
}

async fn open(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<Opening>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::OpenInEmergency)?;
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&asking(frame, filled))),
    };
    let object = match typed.object {
        Object::Client => "client",
        Object::Request => "request",
    };
    let record: Id = typed
        .record
        .parse()
        .map_err(|_| Failure::not_found("There is no such record"))?;
    let act = act(&accounts, &signed);
    let opened = accounts
        .write(move |tx| open_emergency(tx, &act, &scope, (object, record), &typed.reason))
        .await;
    match opened {
        Ok(_) => Ok(see_other(&typed.next)
            .with(Flash::said(
                "The record is open to you for an hour. Administrators and auditors see this.",
            ))
            .into_response()),
        Err(error) => {
            let told = or_failed!(error, OpenEmergencyError).to_string();
            Ok(unprocessable(&asking(frame, filled.wrong("reason", told))))
        }
    }
}

async fn end(
    State(accounts): State<Accounts>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let gone = || Failure::not_found("There is no such access");
    let id: EmergencyId = id.parse().map_err(|_| gone())?;
    let (act, person) = (act(&accounts, &signed), signed.person);
    let ended = accounts
        .write(move |tx| end_emergency(tx, &act, person, id))
        .await
        .map_err(failed)?;
    if !ended {
        return Err(gone());
    }
    Ok(see_other("/")
        .with(Flash::said("The access has ended."))
        .into_response())
}

struct Row {
    name: String,
    object: String,
    record: String,
    reason: String,
    opened: String,
    until: String,
    end: Option<Button>,
}

#[derive(Template)]
#[template(path = "accounts/emergencies.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    none: Empty,
}

async fn list(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::AuditRecords)?;
    let found = accounts
        .read(move |read| emergencies(read, &scope, LISTED))
        .await;
    let found = match found {
        Ok(found) => found,
        Err(Denied::Store(error)) => return Err(failed(error)),
        Err(Denied::NotAllowed) => return Err(denied()),
    };
    let now = accounts.world.now();
    let row = |one: &Emergency| Row {
        name: one.name.clone(),
        object: one.object.clone(),
        record: one.record.to_string(),
        reason: one.reason.clone(),
        opened: moment(one.opened_at, &signed.zone),
        until: moment(one.ended_at.unwrap_or(one.until), &signed.zone),
        end: (one.person == signed.person && one.ended_at.is_none() && one.until > now).then(
            || {
                Button::act(
                    "End it",
                    format!("/emergencies/{}/end", one.id),
                    &frame.csrf,
                )
                .quiet()
            },
        ),
    };
    Ok(page(&ListPage {
        rows: found.iter().map(row).collect(),
        none: Empty::new(
            "No record was opened in an emergency",
            "Whoever opens one gives a reason, and it stands here.",
        ),
        frame: frame.titled("Opened in an emergency").at("settings"),
    }))
}
