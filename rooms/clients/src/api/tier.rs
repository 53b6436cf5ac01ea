//! Tier and revenue, for programs.

use axum::extract::{Path, State};
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_api::{Answer, Nothing, PageOf, Problem, Sent};
use kept_kernel::Id;
use kept_store::{FromRow, Row, StoreError, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acts::{act, left, read, whole};
use super::body::{ClientBody, hundredths};
use crate::commands::{
    ClientError, NewRevenue, TierByHand, add_revenue, drop_tier_by_hand, remove_revenue,
    set_tier_by_hand,
};
use crate::model::{Fault, values};
use crate::queries;
use crate::room::Room;

/// So many amounts are listed.
const AMOUNTS: u32 = 500;

/// A tier by hand, for a while.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TierByHand)]
pub(super) struct ByHand {
    /// The tier, in the words of the vocabulary.
    #[schema(example = "Gold")]
    tier: String,
    /// Why, in a sentence.
    #[schema(example = "They bring three plants with them in spring")]
    reason: String,
    /// The last day, within the next twelve months.
    #[schema(example = "2026-09-30")]
    until_on: String,
}

/// Set the tier of a client by hand
///
/// With the reason and the last day; then the revenue decides again.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/tier", tag = "Clients", operation_id = "setTier",
    request_body = ByHand,
    responses((status = 200, description = "It has the tier", body = ClientBody, headers(("ETag" = String)))),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn set(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<ByHand>,
) -> Result<Answer, Problem> {
    let tiers = values(&room.rules.now().register, "client", "tier");
    let typed = sent.body.clone();
    let by_hand = TierByHand {
        tier: typed.tier,
        reason: typed.reason,
        until_on: typed.until_on,
    };
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        set_tier_by_hand(tx, step, scope, id, &by_hand).map_err(|error| match error {
            ClientError::Faults(faults) => ClientError::Faults(listed(faults, &tiers)),
            other => other,
        })?;
        left(tx, id)
    })
    .await
}

/// Programs see no list to choose from.
fn listed(faults: Vec<Fault>, tiers: &[String]) -> Vec<Fault> {
    let words = |fault| match fault {
        Fault("tier", _) => Fault("tier", format!("Send one of: {}.", tiers.join(", "))),
        other => other,
    };
    faults.into_iter().map(words).collect()
}

/// Let the revenue decide the tier again
///
/// Before the last day of the tier by hand is over.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/tier/removal", tag = "Clients", operation_id = "dropTier",
    responses((status = 200, description = "It has the tier that its revenue gives", body = ClientBody, headers(("ETag" = String)))),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn drop(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    act(&room, &token, (&id, &sent), |tx, step, scope, id| {
        drop_tier_by_hand(tx, step, scope, id)?;
        left(tx, id)
    })
    .await
}

/// What an amount is.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = RevenueKind)]
pub(super) enum Kind {
    /// A sale.
    Sale,
    /// A credit note: it counts against the sales.
    Credit,
    /// What is agreed for the first year; it counts until something is sold.
    FirstYear,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Credit => "credit",
            Self::FirstYear => "first-year",
        }
    }
}

/// An amount to be entered.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRevenue)]
pub(super) struct NewAmount {
    /// sale, credit or first-year.
    #[schema(example = "sale")]
    kind: Kind,
    /// The day of it.
    #[schema(example = "2026-02-27")]
    on_day: String,
    /// In the company's currency at the rate of that day; of a credit note what was given back.
    #[schema(example = "1200.50")]
    amount: String,
    /// What it was.
    #[serde(default)]
    #[schema(example = "Invoice 1182")]
    note: String,
}

/// An amount that was entered.
#[derive(Serialize, ToSchema)]
#[schema(as = Revenue)]
pub(super) struct AmountBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// sale, credit or first-year.
    #[schema(example = "sale")]
    kind: String,
    /// The day of it.
    #[schema(example = "2026-02-27")]
    on_day: String,
    /// How it counts, in the company's currency: that of a credit note is below zero.
    #[schema(example = "1200.50")]
    amount: String,
    /// What it was.
    #[schema(example = "Invoice 1182")]
    note: String,
    /// Who entered it.
    #[schema(example = "Jonas Weber")]
    entered_by: Option<String>,
}

impl FromRow for AmountBody {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let id: Id = row.get(0)?;
        Ok(Self {
            id: id.to_string(),
            kind: row.get(1)?,
            on_day: row.get(2)?,
            amount: hundredths(row.get(3)?),
            note: row.get(4)?,
            entered_by: row.get(5)?,
        })
    }
}

/// List the revenue of a client
///
/// What it bought, gave back, or has agreed to for its first year: the latest first, at most 500.
#[utoipa::path(
    get, path = "/api/v1/clients/{id}/revenue", tag = "Clients", operation_id = "listRevenue",
    responses((status = 200, description = "Its amounts", body = PageOf<AmountBody>)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn amounts(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let found = read(&room, &token, (&id, Action::EditClients), |read, id| {
        read.all::<AmountBody>(queries::REVENUES, &params![id, AMOUNTS])
    });
    Ok(whole(found.await?))
}

/// Enter revenue of a client
///
/// Its tier is worked out anew, as the answer says.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/revenue", tag = "Clients", operation_id = "addRevenue",
    request_body = NewAmount,
    responses((status = 200, description = "It is entered", body = ClientBody, headers(("ETag" = String)))),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn enter(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<NewAmount>,
) -> Result<Answer, Problem> {
    let typed = sent.body.clone();
    let new = NewRevenue {
        kind: typed.kind.name().to_owned(),
        on_day: typed.on_day,
        amount: typed.amount,
        note: typed.note,
    };
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        add_revenue(tx, step, scope, id, &new).map_err(|error| match error {
            ClientError::Faults(faults) => {
                ClientError::Faults(faults.into_iter().map(own_name).collect())
            }
            other => other,
        })?;
        left(tx, id)
    })
    .await
}

/// The form on the page has two notes, and calls this one otherwise.
fn own_name(Fault(field, words): Fault) -> Fault {
    let field = match field {
        "revenue_kind" => "kind",
        "revenue_note" => "note",
        other => other,
    };
    Fault(field, words)
}

/// Take revenue out
///
/// That was entered by mistake. The tier is worked out anew.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/revenue/{revenue}/removal", tag = "Clients", operation_id = "removeRevenue",
    params(("revenue" = String, Path, description = "Which amount, as the list says")),
    responses((status = 200, description = "It is taken out", body = ClientBody, headers(("ETag" = String)))),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn take_out(
    State(room): State<Room>,
    token: Token,
    Path((id, revenue)): Path<(String, String)>,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    let revenue: Option<Id> = revenue.parse().ok();
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        let revenue = revenue.ok_or(ClientError::Missing)?;
        remove_revenue(tx, step, scope, (id, revenue))?;
        left(tx, id)
    })
    .await
}
