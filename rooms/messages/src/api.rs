//! The route for programs: the mails that came in and those that we have written, and what became of each.

use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_api::{Answer, Cursor, PageOf, Paged, Paging, Problem, Served};
use kept_journal::outbox::{self, Fate};
use kept_kernel::{Id, Instant};
use kept_mail::{Before, Letter, Recipient};
use kept_store::{Read, Store, StoreError};
use kept_ui::routes::{Routes, get};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::desk::Written;
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

/// A mail that came in, or that we have written.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Mail)]
struct MailBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// Where it went: in or out.
    #[schema(example = "in")]
    direction: &'static str,
    /// The SHA-256 of its bytes as they came; null: it is ours.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    raw_sha256: Option<String>,
    /// How many bytes these are.
    #[schema(example = 4213)]
    size: Option<u64>,
    /// The mailbox to which it came, or from which it goes.
    #[schema(example = "desk@harrowmere.example")]
    mailbox: Option<String>,
    /// Its subject, decoded.
    #[schema(example = "Invoice 1182 is wrong")]
    subject: String,
    /// Who says to have written it; of ours the mailbox, or null for the house's own address.
    #[schema(example = "ruth@brennan-pumps.example")]
    from: Option<String>,
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
    /// When it was received; null: it is ours.
    #[schema(example = "2026-03-02T09:15:07Z")]
    received_at: Option<String>,
    /// What the sender is worth: verified, unverified or forged; of ours null.
    #[schema(example = "verified")]
    sender: Option<String>,
    /// How it is known that a machine wrote it; null: a person did.
    #[schema(example = json!(null))]
    automatic: Option<String>,
    /// What is odd about it.
    flaws: Vec<String>,
    /// What became of it: opened, added, noted, told, bounce, copy, aside; of ours: waiting, accepted, delivered, failed, or unknown.
    #[schema(example = "opened")]
    state: String,
    /// Why, where that needs a word.
    #[schema(example = json!(null))]
    reason: Option<String>,
    /// The request that it belongs to.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    request: Option<String>,
}

/// List mails
///
/// Those that came in and those that we have written, the newest first: on requests within reach, and for whoever reads all requests
/// also those that belong to none. A page that has few items may still say where to go on.
#[utoipa::path(
    get, path = "/api/v1/messages", tag = "Messages", operation_id = "listMessages",
    params(Paging),
    responses((status = 200, description = "A page of the list", body = PageOf<MailBody>)),
    security(("token" = ["read-requests"]))
)]
async fn list(call: Call, which: Paged<Which>) -> Result<Answer, Problem> {
    let scope = call.may(Action::ReadRequests)?;
    let limit = which.limit();
    let latest = (Instant::from_micros(i64::MAX), Id::from_bytes([0xff; 16]));
    let after = which.after()?.map_or(latest, |after| (after.at, after.id));
    let desk = std::sync::Arc::clone(&call.room.desk);
    let read = move |read: &Read<'_>| {
        let came = queries::lately(read, after, limit + 1)?;
        let written = desk.written(read, &scope, after, limit + 1)?;
        let shown = limit as usize;
        let came = came.into_iter().map(Box::new).map(Either::Came);
        let mut all: Vec<Either> = came.collect();
        all.extend(written.into_iter().map(Either::Written));
        all.sort_by_key(|one| std::cmp::Reverse(one.key()));
        let next = all.get(shown).and_then(|_| all.get(shown - 1));
        let next = next.map(|last| {
            let (at, id) = last.key();
            Cursor { at, id }.text()
        });
        all.truncate(shown);
        let mut items = Vec::new();
        for one in &all {
            match one {
                Either::Came(row) => {
                    let near = match row.request {
                        _ if scope.is_everything() => true,
                        Some(request) => desk.in_reach(read, &scope, request)?,
                        None => false,
                    };
                    items.extend(near.then(|| body(row)));
                }
                Either::Written(one) => items.push(written_body(read, one)?),
            }
        }
        Ok::<_, StoreError>(PageOf { items, next })
    };
    let page = call.room.store.read(read).await?;
    Ok(Answer::json(StatusCode::OK, &page))
}

/// A mail of either way.
enum Either {
    Came(Box<MessageRow>),
    Written(Written),
}

impl Either {
    /// By which the list is cut.
    fn key(&self) -> (Instant, Id) {
        match self {
            Self::Came(row) => (row.received_at, row.id),
            Self::Written(one) => (one.at, one.id),
        }
    }
}

/// A mail of ours: its letter while it is kept, and what became of it.
fn written_body(read: &Read<'_>, one: &Written) -> Result<MailBody, StoreError> {
    let parcel = outbox::one(read, one.id, kept_mail::TOPIC)?;
    let letter = parcel.and_then(|parcel| Letter::read(&parcel.body));
    let fate = outbox::fates(read, &[one.id])?.into_iter().next();
    let state = match fate.map(|(_, fate)| fate) {
        Some(Fate::Waiting { .. }) => "waiting",
        Some(Fate::Taken(..)) => "accepted",
        Some(Fate::Delivered(..)) => "delivered",
        Some(Fate::Failed(..)) => "failed",
        None => "unknown",
    };
    let (mut body, request) = (MailBody::default(), one.request.to_string());
    if let Some(letter) = letter {
        let to = match &letter.to {
            Recipient::Address(to) => Some(to.email.clone()),
            Recipient::Person(_) => None,
        };
        body.recipients = to.into_iter().collect();
        body.recipients
            .extend(letter.cc.iter().map(|one| one.email.clone()));
        let thread = letter.thread.unwrap_or_default();
        body.in_reply_to = thread.in_reply_to.map(|before| match before {
            Before::Theirs(id) => id,
            Before::Ours { parcel } => parcel,
        });
        body.subject = letter.subject;
        body.mailbox = letter.from.clone();
        body.from = letter.from;
    }
    Ok(MailBody {
        id: one.id.to_string(),
        direction: "out",
        from_name: one.name.clone(),
        written_at: Some(one.at.to_string()),
        state: state.to_owned(),
        request: Some(request),
        ..body
    })
}

fn body(row: &MessageRow) -> MailBody {
    let flaws = row.flaws.split(", ").filter(|flaw| !flaw.is_empty());
    MailBody {
        id: row.id.to_string(),
        direction: "in",
        raw_sha256: Some(row.hash()),
        size: Some(row.size),
        mailbox: Some(row.mailbox.clone()),
        subject: row.subject.clone(),
        from: Some(row.from_email.clone()),
        from_name: row.from_name.clone(),
        reply_to: Some(row.reply_to.clone()).filter(|email| !email.is_empty()),
        recipients: serde_json::from_str(&row.recipients).unwrap_or_default(),
        message_id: row.message_id.clone(),
        in_reply_to: row.in_reply_to.clone(),
        written_at: row.written_at.map(|at| at.to_string()),
        received_at: Some(row.received_at.to_string()),
        sender: Some(row.verdict.clone()),
        automatic: row.automatic.clone(),
        flaws: flaws.map(str::to_owned).collect(),
        state: row.state.clone(),
        reason: row.reason.clone(),
        request: row.request.map(|request| request.to_string()),
    }
}
