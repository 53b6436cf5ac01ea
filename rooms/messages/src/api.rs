//! The routes for programs: what was said between clients and us, by mail and otherwise, and what became of each.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::{Action, Scope};
use kept_api::{Answer, Cursor, Named, PageOf, Paged, Paging, Problem, Served};
use kept_journal::outbox::{self, Fate};
use kept_kernel::{Id, Instant};
use kept_mail::{Before, Letter, Marks, Recipient};
use kept_rooms::About;
use kept_store::{Read, Store, StoreError};
use kept_ui::routes::{Routes, get};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::desk::{Desk, Narrowed, Written};
use crate::model::MessageRow;
use crate::queries;
use crate::room::Room;

/// The routes. They need `Extension<Accounts>` around them.
pub fn api_routes(room: Room) -> Routes {
    Routes::new()
        .route("/api/v1/messages", get(list))
        .route("/api/v1/messages/{id}", get(one))
        .with_state(room)
}

/// What the routes are, for the description of the API.
pub fn api_description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(list, one))]
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

/// Which messages are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    client: Option<String>,
    request: Option<String>,
    direction: Option<String>,
    since: Option<String>,
}

/// The same, understood.
struct Understood {
    client: Option<Id>,
    request: Option<Id>,
    ours: Option<bool>,
    since: Option<Instant>,
}

impl Which {
    fn understood(&self) -> Result<Understood, Problem> {
        let id = |text: Option<&str>, name: &str| {
            let id = text.map(str::parse::<Id>).transpose();
            id.map_err(|_| Problem::parameter(name, format!("Send the id of the {name}.")))
        };
        let since = self.since.as_deref().map(str::parse::<jiff::Timestamp>);
        let since = since.transpose();
        let since = since.map_err(|_| {
            Problem::parameter("since", "Write an instant as in 2026-03-02T09:15:00Z.")
        })?;
        Ok(Understood {
            client: id(self.client.as_deref(), "client")?,
            request: id(self.request.as_deref(), "request")?,
            ours: match self.direction.as_deref() {
                None => None,
                Some("in") => Some(false),
                Some("out") => Some(true),
                Some(_) => return Err(Problem::not_among("direction", ["in", "out"])),
            },
            since: since.map(Instant::from_timestamp),
        })
    }
}

impl Understood {
    /// The requests that are left when it is narrowed by them.
    fn requests(&self, read: &Read<'_>, desk: &dyn Desk) -> Result<Option<Vec<Id>>, StoreError> {
        let of = match self.client {
            None => return Ok(self.request.map(|request| vec![request])),
            Some(client) => desk.requests_of(read, About::Client(client))?,
        };
        let asked = |id: &Id| self.request.is_none_or(|request| request == *id);
        Ok(Some(of.into_iter().filter(asked).collect()))
    }
}

/// A message: a mail that came in, what clients said otherwise, or what we have written.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Mail)]
struct MailBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// Where it went: in or out.
    #[schema(example = "in")]
    direction: &'static str,
    /// By which way: email, portal, phone, web form, API and so on.
    #[schema(example = "email")]
    channel: String,
    /// The words, in Markdown, in a list too; null where no request has them, as of a mail that was set aside.
    #[schema(example = "We were billed for twelve scales and have eleven.")]
    text: Option<String>,
    /// The SHA-256 of its bytes as they came; null: it did not come by mail.
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
    /// Its own id, without brackets; of ours the one that it left under, or will as things stand. Null: nothing leaves by mail, or ours left
    /// under an id that is not known any longer. A server on the way may give ours another one.
    #[schema(example = "one@brennan-pumps.example")]
    message_id: Option<String>,
    /// What it answers, the nearest.
    #[schema(example = json!(null))]
    in_reply_to: Option<String>,
    /// When it says that it was written.
    #[schema(example = "2026-03-02T09:15:00Z")]
    written_at: Option<String>,
    /// When it was received; null: it is ours, or did not come by mail.
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
    /// What became of it: opened, added, noted, told, bounce, copy, aside; said, where it did not come by mail. Of ours: queued (it waits to leave or to be tried
    /// again), accepted (the next server has taken it), delivered (a server has told so), failed (it was refused, or given up), bounced
    /// (it had left, and came back from all to whom it went), or unknown.
    #[schema(example = "opened")]
    state: String,
    /// Why, where that needs a word.
    #[schema(example = json!(null))]
    reason: Option<String>,
    /// The request that it belongs to.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    request: Option<String>,
    /// Of ours: those of its recipients whose copies came back. Where it is not bounced, the others' have not.
    returned: Vec<String>,
}

/// List messages
///
/// What was said between clients and us, by mail, portal, phone, form or otherwise, and mails that belong to no request: the newest first.
/// On requests within reach; what belongs to none is for whoever reads all requests. A page that has few items may still say where
/// to go on.
#[utoipa::path(
    get, path = "/api/v1/messages", tag = "Messages", operation_id = "listAllMessages",
    params(
        ("client" = Option<String>, Query, description = "On requests of this client, by id"),
        ("request" = Option<String>, Query, description = "On this request, by id"),
        ("direction" = Option<String>, Query, description = "in: from clients; out: ours", example = "in"),
        ("since" = Option<String>, Query, description = "At this instant or later", example = "2026-03-02T00:00:00Z"),
        Paging,
    ),
    responses((status = 200, description = "A page of the list", body = PageOf<MailBody>)),
    security(("token" = ["read-requests"]))
)]
async fn list(call: Call, which: Paged<Which>) -> Result<Answer, Problem> {
    let scope = call.may(Action::ReadRequests)?;
    let limit = which.limit();
    let asked = which.asked.understood()?;
    let before = which.after()?.map_or(LATEST, |after| (after.at, after.id));
    let desk = std::sync::Arc::clone(&call.room.desk);
    let marks = call.room.marks.clone();
    let read = move |read: &Read<'_>| {
        let narrowed = Narrowed {
            ours: asked.ours,
            requests: asked.requests(read, &*desk)?,
        };
        let mut all = gathered(read, (&*desk, &scope), &narrowed, (before, limit + 1))?;
        all.sort_by_key(|one| std::cmp::Reverse(one.key()));
        let shown = limit as usize;
        let next = all.get(shown).and_then(|_| all.get(shown - 1));
        let next = next.map(Either::key).filter(|(at, _)| asked.reaches(*at));
        all.truncate(shown);
        let shown: Vec<Either> = all
            .into_iter()
            .filter(|one| asked.reaches(one.key().0))
            .collect();
        let beside = Beside::of(read, (&*desk, &marks), &shown)?;
        let mut items = Vec::new();
        for one in &shown {
            items.extend(shown_body(read, (&*desk, &scope), (one, &beside))?);
        }
        let next = next.map(|(at, id)| Cursor { at, id }.text());
        Ok::<_, StoreError>(PageOf { items, next })
    };
    let page = call.room.store.read(read).await?;
    Ok(Answer::json(StatusCode::OK, &page))
}

/// Before this a list begins.
const LATEST: (Instant, Id) = (Instant::from_micros(i64::MAX), Id::from_bytes([0xff; 16]));

impl Understood {
    fn reaches(&self, at: Instant) -> bool {
        self.since.is_none_or(|since| since <= at)
    }
}

/// The mails that came, and what the desk knows of all that was said.
fn gathered(
    read: &Read<'_>,
    (desk, scope): (&dyn Desk, &Scope),
    narrowed: &Narrowed,
    (before, limit): ((Instant, Id), u32),
) -> Result<Vec<Either>, StoreError> {
    let came = match (narrowed.ours, &narrowed.requests) {
        (Some(true), _) => Vec::new(),
        (_, None) => queries::lately(read, before, limit)?,
        (_, Some(requests)) => queries::lately_on(read, requests, before, limit)?,
    };
    let written = desk.written(read, scope, narrowed, (before, limit))?;
    let came = came.into_iter().map(Box::new).map(Either::Came);
    Ok(came
        .chain(written.into_iter().map(Either::Written))
        .collect())
}

/// What stands elsewhere of what is shown, asked once for all of it.
struct Beside {
    /// The words of mails that came, by their messages.
    texts: BTreeMap<Id, String>,
    /// The ids that ours have left under, by their parcels.
    own_ids: BTreeMap<Id, String>,
    /// The addresses of the mailboxes from which ours go, and the one from which the house itself writes.
    mailboxes: Vec<String>,
    house: Option<String>,
    marks: Marks,
}

impl Beside {
    fn of(
        read: &Read<'_>,
        (desk, marks): (&dyn Desk, &Marks),
        shown: &[Either],
    ) -> Result<Self, StoreError> {
        let came = shown.iter().filter_map(|one| match one {
            Either::Came(row) => row.message,
            Either::Written(_) => None,
        });
        let ours = shown.iter().filter_map(|one| match one {
            Either::Written(one) if one.ours => Some(one.id),
            _ => None,
        });
        let (came, ours): (Vec<Id>, Vec<Id>) = (came.collect(), ours.collect());
        let (mut mailboxes, mut house) = (Vec::new(), None);
        if !ours.is_empty() {
            let all = queries::addresses(read)?;
            mailboxes = all.into_iter().map(|(_, address)| address).collect();
            house = desk.own_addresses(read)?.into_iter().next();
        }
        let texts = if came.is_empty() {
            Vec::new()
        } else {
            desk.texts(read, &came)?
        };
        Ok(Self {
            texts: texts.into_iter().collect(),
            own_ids: queries::own_ids(read, &ours)?.into_iter().collect(),
            mailboxes,
            house,
            marks: marks.clone(),
        })
    }

    /// The id that one of ours leaves under as things stand, where its letter is from this mailbox.
    fn to_leave_as(&self, parcel: Id, from: Option<&str>) -> Option<String> {
        let folded = from.map(queries::folded);
        let own = folded.filter(|from| self.mailboxes.contains(from));
        let address = own.as_ref().or(self.house.as_ref())?;
        let (_, domain) = address.rsplit_once('@')?;
        Some(format!("{}@{domain}", self.marks.token(parcel)))
    }

    /// The id that one of ours left under before, or would.
    fn before(
        &self,
        read: &Read<'_>,
        parcel: Id,
        from: Option<&str>,
    ) -> Result<Option<String>, StoreError> {
        let left = queries::own_ids(read, &[parcel])?.pop();
        let left = left.map(|(_, id)| id);
        Ok(left.or_else(|| self.to_leave_as(parcel, from)))
    }
}

/// What is shown of it; nothing of what is out of reach, or stands among the mails that came.
fn shown_body(
    read: &Read<'_>,
    (desk, scope): (&dyn Desk, &Scope),
    (one, beside): (&Either, &Beside),
) -> Result<Option<MailBody>, StoreError> {
    match one {
        Either::Came(row) => {
            let near = match row.request {
                _ if scope.is_everything() => true,
                Some(request) => desk.in_reach(read, scope, request)?,
                None => false,
            };
            let text = row.message.and_then(|message| beside.texts.get(&message));
            Ok(near.then(|| MailBody {
                text: text.cloned(),
                ..body(row)
            }))
        }
        Either::Written(one) if one.mail.is_some() => Ok(None),
        Either::Written(one) => written_body(read, (one, beside)).map(Some),
    }
}

/// So many messages of a request are looked through for one of them.
const LOOKED_THROUGH: u32 = 5_000;

/// Read a message
///
/// With its words.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}", tag = "Messages", operation_id = "readMessage",
    responses((status = 200, description = "The message", body = MailBody)),
    security(("token" = ["read-requests"]))
)]
async fn one(call: Call, Named(id): Named<Id>) -> Result<Answer, Problem> {
    let scope = call.may(Action::ReadRequests)?;
    let desk = std::sync::Arc::clone(&call.room.desk);
    let marks = call.room.marks.clone();
    let read = move |read: &Read<'_>| {
        let found = match queries::one(read, id)? {
            Some(row) => Some(Either::Came(Box::new(row))),
            None => written_with(read, (&*desk, &scope), id)?.map(Either::Written),
        };
        let Some(found) = found else {
            return Ok::<_, StoreError>(None);
        };
        let found = [found];
        let beside = Beside::of(read, (&*desk, &marks), &found)?;
        let [found] = &found;
        shown_body(read, (&*desk, &scope), (found, &beside))
    };
    let found = call.room.store.read(read).await?;
    let found = found.ok_or_else(Problem::out_of_reach)?;
    Ok(Answer::json(StatusCode::OK, &found))
}

/// What was said otherwise than by a mail that came, by its id.
fn written_with(
    read: &Read<'_>,
    (desk, scope): (&dyn Desk, &Scope),
    id: Id,
) -> Result<Option<Written>, StoreError> {
    let Some(request) = desk.of_message(read, id)? else {
        return Ok(None);
    };
    let narrowed = Narrowed {
        ours: None,
        requests: Some(vec![request]),
    };
    let all = desk.written(read, scope, &narrowed, (LATEST, LOOKED_THROUGH))?;
    Ok(all.into_iter().find(|one| one.id == id))
}

/// Something of either.
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

/// Something that was not brought by mail: of ours its letter while it is kept, and what became of it.
fn written_body(
    read: &Read<'_>,
    (one, beside): (&Written, &Beside),
) -> Result<MailBody, StoreError> {
    if !one.ours {
        return Ok(said_body(one));
    }
    let parcel = outbox::one(read, one.id, kept_mail::TOPIC)?;
    let letter = parcel.and_then(|parcel| Letter::read(&parcel.body));
    let fate = outbox::fates(read, &[one.id])?.into_iter().next();
    let returned = queries::returned(read, one.id)?;
    let state = match fate.map(|(_, fate)| fate) {
        Some(Fate::Waiting { .. }) => "queued",
        Some(Fate::Taken(..)) => "accepted",
        Some(Fate::Delivered(..)) => "delivered",
        // It had left, and a report came back for each copy of it.
        Some(Fate::Bounced(..)) => "bounced",
        Some(Fate::Failed(..)) => "failed",
        // On the telephone nothing leaves.
        None if matches!(one.channel.as_str(), "phone" | "in person") => "said",
        None => "unknown",
    };
    let (mut body, request) = (MailBody::default(), one.request.to_string());
    body.subject.clone_from(&one.subject);
    body.message_id = beside.own_ids.get(&one.id).cloned();
    if let Some(letter) = letter {
        let to = match &letter.to {
            Recipient::Address(to) => Some(to.email.clone()),
            Recipient::Person(_) => None,
        };
        body.recipients = to.into_iter().collect();
        body.recipients
            .extend(letter.cc.iter().map(|one| one.email.clone()));
        let thread = letter.thread.unwrap_or_default();
        let from = letter.from.as_deref();
        body.in_reply_to = match thread.in_reply_to {
            Some(Before::Theirs(id)) => Some(id),
            Some(Before::Ours { parcel }) => match parcel.parse() {
                Ok(parcel) => beside.before(read, parcel, from)?,
                Err(_) => None,
            },
            None => None,
        };
        let chosen = body.message_id.or(thread.message_id);
        body.message_id = chosen.or_else(|| beside.to_leave_as(one.id, from));
        body.subject = letter.subject;
        body.mailbox = letter.from.clone();
        body.from = letter.from;
    }
    Ok(MailBody {
        id: one.id.to_string(),
        direction: "out",
        channel: one.channel.clone(),
        text: Some(one.text.clone()),
        from_name: one.name.clone(),
        written_at: Some(one.at.to_string()),
        state: state.to_owned(),
        request: Some(request),
        returned,
        ..body
    })
}

/// What a client said otherwise than by mail.
fn said_body(one: &Written) -> MailBody {
    MailBody {
        id: one.id.to_string(),
        direction: "in",
        channel: one.channel.clone(),
        text: Some(one.text.clone()),
        subject: one.subject.clone(),
        from_name: one.name.clone(),
        written_at: Some(one.at.to_string()),
        state: "said".to_owned(),
        request: Some(one.request.to_string()),
        ..MailBody::default()
    }
}

fn body(row: &MessageRow) -> MailBody {
    let flaws = row.flaws.split(", ").filter(|flaw| !flaw.is_empty());
    MailBody {
        id: row.id.to_string(),
        direction: "in",
        channel: "email".to_owned(),
        text: None,
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
        returned: Vec::new(),
    }
}
