//! The route for programs: the mails that came in, and what became of each.

use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_api::{Answer, Cursor, PageOf, Paged, Paging, Problem, Served};
use kept_kernel::{Id, Instant};
use kept_store::{Read, Store, StoreError};
use kept_ui::routes::{Routes, get};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::model::MessageRow;
use crate::queries;
use crate::room::Room;

/// The routes. They need `Extension<Accounts>` around them.
pub fn api_routes(room: Room) -> Routes {
    Routes::new()
        .route("/api/v1/messages", get(list))
        .with_state(room)
}

/// What the routes are, for the description of the API.
pub fn api_description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(list))]
struct Described;

type Call = kept_api::Call<Room, Token>;

impl Served for Room {
    fn store(&self) -> &Store {
        &self.store
    }

    fn now(&self) -> Instant {
        self.world.now()
    }

    fn changed(&self) {
        self.desk.changed(None);
    }
}

/// Nothing but the page is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {}

/// A mail that came in.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
struct MessageBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// The SHA-256 of its bytes as they came.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    raw_sha256: String,
    /// How many bytes these are.
    #[schema(example = 4213)]
    size: u64,
    /// The mailbox to which it came.
    #[schema(example = "desk@harrowmere.example")]
    mailbox: String,
    /// Its subject, decoded.
    #[schema(example = "Invoice 1182 is wrong")]
    subject: String,
    /// Who says to have written it.
    #[schema(example = "ruth@brennan-pumps.example")]
    from: String,
    /// Their name, as they say.
    #[schema(example = "Ruth Brennan")]
    from_name: String,
    /// Where answers are to go, where that is not the sender.
    #[schema(example = json!(null))]
    reply_to: Option<String>,
    /// To whom it says to have gone.
    recipients: Vec<String>,
    /// Its own id, without brackets.
    #[schema(example = "one@brennan-pumps.example")]
    message_id: Option<String>,
    /// What it answers, the nearest.
    #[schema(example = json!(null))]
    in_reply_to: Option<String>,
    /// When it says that it was written.
    #[schema(example = "2026-03-02T09:15:00Z")]
    written_at: Option<String>,
    /// When it was received.
    #[schema(example = "2026-03-02T09:15:07Z")]
    received_at: String,
    /// What the sender is worth: verified, unverified or forged.
    #[schema(example = "verified")]
    sender: String,
    /// How it is known that a machine wrote it; null: a person did.
    #[schema(example = json!(null))]
    automatic: Option<String>,
    /// What is odd about it.
    flaws: Vec<String>,
    /// What became of it: opened, added, noted, told, bounce, copy, aside.
    #[schema(example = "opened")]
    state: String,
    /// Why, where that needs a word.
    #[schema(example = json!(null))]
    reason: Option<String>,
    /// The request that it belongs to.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    request: Option<String>,
}

/// List mails that came in
///
/// The newest first: those on requests within reach, and for whoever reads all requests also those that belong to none. A page that
/// has few items may still say where to go on.
#[utoipa::path(
    get, path = "/api/v1/messages", tag = "Messages", operation_id = "listMessages",
    params(Paging),
    responses((status = 200, description = "A page of the list", body = PageOf<MessageBody>)),
    security(("token" = ["read-requests"]))
)]
async fn list(call: Call, which: Paged<Which>) -> Result<Answer, Problem> {
    let scope = call.may(Action::ReadRequests)?;
    let limit = which.limit();
    let latest = (Instant::from_micros(i64::MAX), Id::from_bytes([0xff; 16]));
    let after = which.after()?.map_or(latest, |after| (after.at, after.id));
    let desk = std::sync::Arc::clone(&call.room.desk);
    let read = move |read: &Read<'_>| {
        let rows = queries::lately(read, after, limit + 1)?;
        let next = rows
            .get(limit as usize)
            .and_then(|_| rows.get(limit as usize - 1));
        let next = next.map(|last| {
            let (at, id) = (last.received_at, last.id);
            Cursor { at, id }.text()
        });
        let mut items = Vec::new();
        for row in rows.iter().take(limit as usize) {
            let near = match row.request {
                _ if scope.is_everything() => true,
                Some(request) => desk.in_reach(read, &scope, request)?,
                None => false,
            };
            items.extend(near.then(|| body(row)));
        }
        Ok::<_, StoreError>(PageOf { items, next })
    };
    let page = call.room.store.read(read).await?;
    Ok(Answer::json(StatusCode::OK, &page))
}

fn body(row: &MessageRow) -> MessageBody {
    let flaws = row.flaws.split(", ").filter(|flaw| !flaw.is_empty());
    MessageBody {
        id: row.id.to_string(),
        raw_sha256: row.hash(),
        size: row.size,
        mailbox: row.mailbox.clone(),
        subject: row.subject.clone(),
        from: row.from_email.clone(),
        from_name: row.from_name.clone(),
        reply_to: Some(row.reply_to.clone()).filter(|email| !email.is_empty()),
        recipients: serde_json::from_str(&row.recipients).unwrap_or_default(),
        message_id: row.message_id.clone(),
        in_reply_to: row.in_reply_to.clone(),
        written_at: row.written_at.map(|at| at.to_string()),
        received_at: row.received_at.to_string(),
        sender: row.verdict.clone(),
        automatic: row.automatic.clone(),
        flaws: flaws.map(str::to_owned).collect(),
        state: row.state.clone(),
        reason: row.reason.clone(),
        request: row.request.map(|request| request.to_string()),
    }
}
