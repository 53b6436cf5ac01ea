//! What was set aside: mail that belongs to nothing, or says to be from somebody it may not be from. Somebody opens a request from it,
//! or says that nothing is to be done.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_kernel::{Id, Instant};
use kept_mail::reading::{Incoming, verdict};
use kept_mail::{Mail, MailFile};
use kept_rooms::Refusal as _;
use kept_store::params;
use kept_ui::parts::{Button, Empty, More};
use kept_ui::{Failure, Flash, Frame, page, see_other};
use serde::Deserialize;

use super::{exactly, got, id_of, missing, sees_to_all, zone};
use crate::error::MessagesError;
use crate::model::{MessageRow, Outcome};
use crate::queries;
use crate::room::Room;

const HERE: &str = "/messages/aside";
const ON_A_PAGE: usize = 50;

/// Where the list goes on.
#[derive(Deserialize, Default)]
pub struct Asked {
    after: Option<i64>,
    id: Option<String>,
}

#[derive(Template)]
#[template(path = "messages/aside.html")]
struct AsidePage {
    frame: Frame,
    rows: Vec<Row>,
    none: Option<Empty>,
    more: Option<More>,
}

struct Row {
    href: String,
    subject: String,
    from: String,
    reason: String,
    when: String,
    open: Button,
    dismiss: Button,
}

/// The list, the oldest first.
pub async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    sees_to_all(&signed)?;
    let zone = zone(&signed);
    let id = asked.id.as_deref().and_then(|id| id.parse::<Id>().ok());
    let after = asked.after.map(Instant::from_micros).zip(id);
    let start = after.unwrap_or((Instant::MIN, Id::default()));
    let read = room
        .store
        .read(move |read| queries::aside(read, start, ON_A_PAGE as u32 + 1));
    let found = got(read).await?;
    let last = found.get(ON_A_PAGE).and_then(|_| found.get(ON_A_PAGE - 1));
    let more = (after.is_some() || last.is_some()).then(|| More {
        words: format!("{} shown, the oldest first", found.len().min(ON_A_PAGE)),
        first: after.map(|_| HERE.to_owned()),
        next: last.map(|last| format!("{HERE}?after={}&id={}", last.received_at.micros(), last.id)),
    });
    Ok(page(&AsidePage {
        none: found.is_empty().then(|| {
            Empty::new(
                "Nothing is set aside",
                "Mail that belongs to no request, or may not be from whom it says, stands here until somebody has seen to it.",
            )
        }),
        rows: found.iter().take(ON_A_PAGE).map(|one| row(&frame, one, &zone)).collect(),
        more,
        frame: frame.titled("Mail set aside").at("requests").showing("requests"),
    }))
}

fn row(frame: &Frame, one: &MessageRow, zone: &TimeZone) -> Row {
    let here = format!("/messages/{}", one.id);
    Row {
        subject: if one.subject.is_empty() {
            "No subject".to_owned()
        } else {
            one.subject.clone()
        },
        from: match format!("{} {}", one.from_name, one.from_email).trim() {
            "" => String::new(),
            from => format!("{from}, "),
        },
        reason: one.reason.clone().unwrap_or_default(),
        when: exactly(one.received_at, zone),
        open: Button::act("Open a request", format!("{here}/request"), &frame.csrf),
        dismiss: Button::act("Nothing to do", format!("{here}/dismissal"), &frame.csrf).quiet(),
        href: here,
    }
}

/// Opens a request from it: a person has looked.
pub async fn open(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = sees_to_all(&signed)?;
    let id = id_of(&id)?;
    let read = room.store.read(move |read| {
        let content: Option<(Vec<u8>,)> = read.maybe(queries::CONTENT, &params![id])?;
        Ok::<_, kept_store::StoreError>(queries::one(read, id)?.zip(content))
    });
    let (row, (content,)) = got(read).await?.ok_or_else(missing)?;
    let mail = Incoming::read(&content);
    let (act, step) = (room.act(signed.person), room.desk.prepare());
    let files: Vec<Id> = mail.parts.iter().map(|_| room.world.id()).collect();
    let opened = room.store.write(move |tx| {
        scope.confirm(tx)?;
        let (at, by) = (act.at, scope.person());
        let word = Outcome::Opened.word();
        let claimed = params![id, at, by, word];
        if tx.execute(queries::SETTLE, &claimed)? == 0 {
            return Err(MessagesError::Missing);
        }
        let placed = step.open(tx, &for_desk((id, &row.mailbox), &mail, &files), None)?;
        let row = params![id, placed.request, placed.message];
        tx.execute(queries::PLACE, &row)?;
        let detail = serde_json::json!({ "request": placed.request.to_string() });
        act.write(tx, "MailBroughtIn", ("mail", &id.to_string()), &detail)?;
        Ok(placed)
    });
    let placed = opened
        .await
        .map_err(|error: MessagesError| error.refused().failure())?;
    room.desk.changed(Some(placed.request));
    let there = format!("/requests/{}", placed.request);
    Ok(see_other(&there)
        .with(Flash::said("A request is opened from the mail."))
        .into_response())
}

fn for_desk<'m>((id, came_to): (Id, &'m str), mail: &'m Incoming, files: &[Id]) -> Mail<'m> {
    let author = mail.answer_to();
    let (name, email) = author.map_or(("", ""), |author| (&*author.name, &*author.email));
    let sender = mail.author().map(|sender| &*sender.email);
    let files = mail.parts.iter().zip(files).map(|(part, id)| MailFile {
        id: *id,
        name: &part.name,
        content: &part.content,
        sha256: &part.sha256,
    });
    Mail {
        id,
        message_id: mail.message_id.as_deref(),
        came_to,
        team: None,
        category: None,
        name,
        email,
        subject: &mail.subject,
        sent_by: sender.filter(|sender| !sender.eq_ignore_ascii_case(email)),
        // Nobody's word was asked: it stays what it was.
        verdict: verdict(mail, ""),
        needs_answer: mail.automatic.is_none(),
        text: &mail.text,
        has_html: mail.html.is_some(),
        people: Vec::new(),
        files: files.collect(),
    }
}

/// Says that nothing is to be done.
pub async fn dismiss(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = sees_to_all(&signed)?;
    let (id, act) = (id_of(&id)?, room.act(signed.person));
    let dismissed = room.store.write(move |tx| {
        scope.confirm(tx)?;
        let word: Option<&str> = None;
        let row = params![id, act.at, scope.person(), word];
        if tx.execute(queries::SETTLE, &row)? == 0 {
            return Err(MessagesError::Missing);
        }
        let detail = serde_json::json!({});
        Ok(act.write(tx, "MailDismissed", ("mail", &id.to_string()), &detail)?)
    });
    dismissed.await.map_err(|error| error.refused().failure())?;
    Ok(see_other(HERE)
        .with(Flash::said("It is kept, and no longer listed."))
        .into_response())
}
