//! Clients that may be one, for programs: listed, merged, parted again, told apart.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_api::{Answer, Asked, Named, Nothing, PageOf, Problem, Sent, limit_of};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acts::{act, left, read, whole};
use super::body::ClientBody;
use super::{made, may};
use crate::commands::{ClientError, merge_clients, put_pair_aside, unmerge_clients};
use crate::model::{ClientCard, ClientId};
use crate::queries;
use crate::read::clients;
use crate::room::Room;

/// A client of a pair.
#[derive(Serialize, ToSchema)]
#[schema(as = AlikeClient)]
pub(super) struct AlikeBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// The mark by which people call it.
    #[schema(example = "C-1042")]
    mark: String,
    /// Its name.
    #[schema(example = "Aalto Dairy")]
    name: String,
}

fn alike(card: &ClientCard) -> AlikeBody {
    AlikeBody {
        id: card.id.to_string(),
        mark: card.mark(),
        name: card.name.clone(),
    }
}

/// Two clients that may be one.
#[derive(Serialize, ToSchema)]
#[schema(as = Duplicate)]
pub(super) struct PairBody {
    /// The one.
    one: AlikeBody,
    /// The other.
    other: AlikeBody,
    /// What is the same: name, domain, email or phone.
    #[schema(example = "domain")]
    because: String,
    /// When that was found.
    #[schema(example = "2026-02-27T08:12:45Z")]
    found_at: String,
}

/// Which pairs are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    after: Option<String>,
    limit: Option<u32>,
}

const ON_A_PAGE: u32 = 50;

type Pair = (Id, Id, String, Instant);

/// Where the list goes on: after an instant and the two of a pair.
fn place_of(text: &str) -> Option<(Instant, Id, Id)> {
    let mut parts = text.splitn(3, '.');
    let at: i64 = parts.next()?.parse().ok()?;
    let (one, other) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((Instant::from_micros(at), one, other))
}

/// List clients that may be one
///
/// Pairs that share a name, a domain, an address or a number, the oldest find first, as far as both are within reach. A page that has few
/// items may still say where to go on.
#[utoipa::path(
    get, path = "/api/v1/duplicates", tag = "Clients", operation_id = "listDuplicates",
    params(
        ("after" = Option<String>, Query, description = "What next said on the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 50 on a page"),
    ),
    responses((status = 200, description = "A page of the list", body = PageOf<PairBody>)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn list(
    State(room): State<Room>,
    token: Token,
    Asked(which): Asked<Which>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::EditClients)?;
    let limit = limit_of(which.limit, ON_A_PAGE)?;
    let start = match which.after.as_deref() {
        None => (Instant::from_micros(i64::MIN), Id::default(), Id::default()),
        Some(text) => place_of(text).ok_or_else(|| {
            let words = "Send what `next` said, or nothing for the first page.";
            Problem::parameter("after", words)
        })?,
    };
    let found = room.store.read(move |read| {
        let (at, one, other) = start;
        let pairs: Vec<Pair> = read.all(queries::PAIRS, &params![at, one, other, limit + 1])?;
        let both = pairs.iter().flat_map(|(one, other, ..)| [*one, *other]);
        let ids: Vec<ClientId> = both.map(ClientId).collect();
        Ok::<_, StoreError>((clients(read, &scope, &ids)?, pairs))
    });
    let (cards, pairs) = found.await?;
    let shown = limit as usize;
    let last = pairs.get(shown).and_then(|_| pairs.get(shown - 1));
    let next = last.map(|(one, other, _, at)| format!("{}.{one}.{other}", at.micros()));
    let card = |id: Id| {
        let mut cards = cards.iter().filter(|card| card.merged_into.is_none());
        cards.find(|card| card.id.0 == id).map(alike)
    };
    let body = |(one, other, because, at): &Pair| {
        Some(PairBody {
            one: card(*one)?,
            other: card(*other)?,
            because: because.clone(),
            found_at: at.timestamp().to_string(),
        })
    };
    let items: Vec<_> = pairs.iter().take(shown).filter_map(body).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next }))
}

/// The other client.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OtherClient)]
pub(super) struct Other {
    /// Which one, by id.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    other: String,
}

impl Other {
    fn id(&self) -> Result<ClientId, Problem> {
        let id = self.other.parse();
        id.map_err(|_| Problem::wrong("other", "Send the id of the other client."))
    }
}

/// A merge that can be taken back.
#[derive(Serialize, ToSchema)]
#[schema(as = ClientMerge)]
pub(super) struct MergeBody {
    /// Its identity: by that it is taken back.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// The client that became part of this one.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    gone: String,
    /// What it was called.
    #[schema(example = "Aalto Dairy Oy")]
    gone_name: String,
    /// When.
    #[schema(example = "2026-02-27T08:12:45Z")]
    at: String,
    /// By whom.
    #[schema(example = "Jonas Weber")]
    by: Option<String>,
}

fn merges_of(read: &Read<'_>, id: ClientId) -> Result<Vec<MergeBody>, StoreError> {
    let rows: Vec<(Id, Id, String, Instant, Option<String>)> =
        read.all(queries::MERGES_OF, &params![id])?;
    let rows = rows.into_iter();
    let body =
        |(id, gone, gone_name, at, by): (Id, Id, String, Instant, Option<String>)| MergeBody {
            id: id.to_string(),
            gone: gone.to_string(),
            gone_name,
            at: at.timestamp().to_string(),
            by,
        };
    Ok(rows.map(body).collect())
}

/// List what was merged into a client
///
/// The latest first, at most 20.
#[utoipa::path(
    get, path = "/api/v1/clients/{id}/merges", tag = "Clients", operation_id = "listMerges",
    responses((status = 200, description = "Its merges", body = PageOf<MergeBody>)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn merges(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let found = read(&room, &token, (&id, Action::EditClients), merges_of);
    Ok(whole(found.await?))
}

/// Merge another client into this one
///
/// Contacts, notes, revenue, the account team and own fields of the other go over; what this one says itself stands. Requests follow
/// soon after. Every row that moves is remembered, so that the merge can be taken back.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/merges", tag = "Clients", operation_id = "mergeClients",
    request_body = Other,
    responses((status = 201, description = "What was merged into it, the latest first", body = PageOf<MergeBody>)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn merge(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<Other>,
) -> Result<Answer, Problem> {
    may(&token, Action::EditClients)?;
    let other = sent.body.id()?;
    let merged = act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        merge_clients(tx, step, scope, (id, other))?;
        let items = merges_of(tx, id)?;
        let answer = Answer::json(StatusCode::CREATED, &PageOf { items, next: None });
        Ok(answer.at(format!("/api/v1/clients/{id}/merges")))
    });
    let merged = merged.await?;
    room.changed(other);
    Ok(merged)
}

/// Part two clients again
///
/// Each row that the merge moved goes back, and nothing that came later.
#[utoipa::path(
    post, path = "/api/v1/merges/{id}/undoing", tag = "Clients", operation_id = "unmergeClients",
    responses((status = 200, description = "The client that stands for itself again", body = ClientBody, headers(("ETag" = String)))),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn unmerge(
    State(room): State<Room>,
    token: Token,
    Named(merge): Named<Id>,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::EditClients)?;
    let step = room.step(token.who());
    let once = sent.once(token.id.0, step.at)?;
    let parted = room.store.write(move |tx| {
        once.run(tx, || {
            let (_, gone) = unmerge_clients(tx, &step, &scope, merge)?;
            Ok::<_, ClientError>(super::answer(StatusCode::OK, &made(tx, gone)?))
        })
    });
    let parted = parted.await?;
    room.any_changed();
    Ok(parted)
}

/// Say that two clients are not one
///
/// However alike they look: they no longer stand among the duplicates.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/apart", tag = "Clients", operation_id = "tellApart",
    request_body = Other,
    responses((status = 200, description = "They are two", body = ClientBody, headers(("ETag" = String)))),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn apart(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<Other>,
) -> Result<Answer, Problem> {
    may(&token, Action::EditClients)?;
    let other = sent.body.id()?;
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        put_pair_aside(tx, step, scope, (id, other))?;
        left(tx, id)
    })
    .await
}
