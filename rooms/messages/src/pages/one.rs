//! One mail: what is known of it, its bytes as a file, and its HTML in a frame of its own that runs nothing and loads nothing.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64ct::{Base64, Encoding as _};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_mail::reading::{Incoming, Part, Pictures, picture_kind, safe_html};
use kept_store::{StoreError, params};
use kept_ui::parts::{Button, Crumb, Fact, Facts};
use kept_ui::{Failure, Frame, download, page};
use serde::Deserialize;

use super::{exactly, got, id_of, missing, zone};
use crate::model::MessageRow;
use crate::queries;
use crate::room::Room;

/// Letters that can be read, whatever the page around them looks like.
const LOOK: &str = "html{background:#fff;color:#111;font:15px/1.45 system-ui,sans-serif}";
/// Nothing in it runs, sends or loads: its pictures are written into it.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";
/// So many bytes of pictures are written into a frame.
const MOST_PICTURES: usize = 10 * 1024 * 1024;

#[derive(Template)]
#[template(path = "messages/one.html")]
struct OnePage {
    frame: Frame,
    crumb: Crumb,
    subject: String,
    facts: Facts,
    text: String,
    /// Where its HTML is shown.
    html: Option<String>,
    tools: Vec<Button>,
}

/// What the frame is asked for.
#[derive(Deserialize, Default)]
pub struct Wanted {
    pictures: Option<String>,
}

impl Wanted {
    fn remote(&self) -> bool {
        self.pictures.as_deref() == Some("all")
    }
}

/// A mail with its bytes, for whoever reads its request; one without a request, for whoever sees to all.
async fn found(room: &Room, signed: &Signed, id: &str) -> Result<(MessageRow, Vec<u8>), Failure> {
    let scope = signed.require(Action::ReadRequests)?;
    let id = id_of(id)?;
    let handles = signed.scope(Action::HandleRequests).is_everything();
    let desk = std::sync::Arc::clone(&room.desk);
    let read = room.store.read(move |read| {
        let Some(row) = queries::one(read, id)? else {
            return Ok(None);
        };
        let near = match row.request {
            Some(request) => desk.in_reach(read, &scope, request)?,
            None => handles,
        };
        let content: Option<(Vec<u8>,)> = read.maybe(queries::CONTENT, &params![id])?;
        Ok::<_, StoreError>(content.filter(|_| near).map(|(content,)| (row, content)))
    });
    got(read).await?.ok_or_else(missing)
}

/// What is known of it.
pub async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (row, content) = found(&room, &signed, &id).await?;
    let mail = Incoming::read(&content);
    let here = format!("/messages/{}", row.id);
    let mut tools = vec![Button::link("Download the mail", format!("{here}/raw"))];
    if mail.html.is_some() && !wanted.remote() {
        tools.push(Button::link("Load its pictures", format!("{here}?pictures=all")).quiet());
    }
    let html = mail.html.as_ref().map(|_| {
        let pictures = if wanted.remote() { "?pictures=all" } else { "" };
        format!("{here}/html{pictures}")
    });
    let request = row.request.map(|request| format!("/requests/{request}"));
    let crumb = match &request {
        Some(href) => Crumb::new([("Requests", "/requests"), ("The request", href.as_str())]),
        None => Crumb::new([
            ("Requests", "/requests"),
            ("Mail set aside", "/messages/aside"),
        ]),
    };
    Ok(page(&OnePage {
        crumb,
        subject: if row.subject.is_empty() {
            "No subject".to_owned()
        } else {
            row.subject.clone()
        },
        facts: Facts(facts(&row, &zone(&signed))),
        text: mail.text,
        html,
        tools,
        frame: frame.titled("A mail").at("requests"),
    }))
}

fn facts(row: &MessageRow, zone: &TimeZone) -> Vec<Fact> {
    let recipients: Vec<String> = serde_json::from_str(&row.recipients).unwrap_or_default();
    let sender = match row.verdict.as_str() {
        "verified" => "Verified",
        "forged" => "It is not from there: somebody else uses the address",
        _ => "Not verified: it may be from somebody else",
    };
    let all = [
        ("From", format!("{} {}", row.from_name, row.from_email)),
        ("Sender", sender.to_owned()),
        ("How that is known", row.verdict_why.replace('\n', " ")),
        ("Answers go to", row.reply_to.clone()),
        ("To", recipients.join(", ")),
        ("Came to", row.mailbox.clone()),
        ("Received", exactly(row.received_at, zone)),
        (
            "Says it was written",
            row.written_at
                .map(|at| exactly(at, zone))
                .unwrap_or_default(),
        ),
        ("Automatic", row.automatic.clone().unwrap_or_default()),
        ("What is odd about it", row.flaws.clone()),
        ("What became of it", row.state.clone()),
        ("Why", row.reason.clone().unwrap_or_default()),
        ("Size", format!("{} bytes", row.size)),
        ("SHA-256", row.hash()),
    ];
    let known = all
        .into_iter()
        .filter(|(_, value)| !value.trim().is_empty());
    known
        .map(|(label, value)| Fact::new(label, value.trim()))
        .collect()
}

/// Its bytes, always as a download.
pub async fn raw(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (row, content) = found(&room, &signed, &id).await?;
    Ok(download(&format!("mail-{}.eml", row.id), content))
}

/// Its HTML, made harmless.
pub async fn html(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (row, content) = found(&room, &signed, &id).await?;
    let mail = Incoming::read(&content);
    let html = mail.html.as_deref().ok_or_else(missing)?;
    let mut known = Pictures {
        fetched: HashMap::new(),
        parts: pictures(&mail.parts),
    };
    let mut safe = safe_html(html, &known);
    if wanted.remote() && !safe.remote.is_empty() {
        let (id, addresses, asking) = (row.id, safe.remote, room.clone());
        let fetched = tokio::task::spawn_blocking(move || asking.pictures(id, &addresses)).await;
        let fetched = fetched.map_err(Failure::internal)?;
        known.fetched = fetched.map_err(kept_rooms::failed)?;
        safe = safe_html(html, &known);
    }
    let note = match safe.left_out {
        0 => String::new(),
        1 => "<p><em>A picture from elsewhere was left out.</em></p>".to_owned(),
        many => format!("<p><em>{many} pictures from elsewhere were left out.</em></p>"),
    };
    let whole = format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><style>{LOOK}</style><title>A mail</title></head><body>{note}{}</body></html>",
        safe.html
    );
    let mut response = (StatusCode::OK, whole).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    Ok(response)
}

/// The pictures of a mail, by what its HTML calls them. They are written into the frame: it has no origin of its own, so that nothing
/// it fetches here would show who asks.
fn pictures(parts: &[Part]) -> HashMap<String, String> {
    let mut left = MOST_PICTURES;
    let named = parts.iter().filter_map(|part| {
        let (cid, kind) = part.cid.clone().zip(picture_kind(&part.content))?;
        left = left.checked_sub(part.content.len())?;
        let written = Base64::encode_string(&part.content);
        Some((cid, format!("data:{kind};base64,{written}")))
    });
    named.collect()
}
