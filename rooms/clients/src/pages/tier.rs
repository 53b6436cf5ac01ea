//! Tier and revenue: what was bought, what follows from it, and a tier set by hand for a while.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_rooms::Refusal as _;
use kept_store::{FromRow, Row, StoreError, params};
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Crumb, Notice};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, unprocessable};
use serde::Deserialize;

use super::said::{currency, day, money};
use super::{back, got, here, id_of, refused, row_of, to_change};
use crate::commands::{
    ClientError, NewRevenue, TierByHand, add_revenue, drop_tier_by_hand, remove_revenue,
    set_tier_by_hand,
};
use crate::model::{Client, ClientId, values};
use crate::queries;
use crate::room::Room;

/// So many amounts are listed.
const AMOUNTS: u32 = 100;

#[derive(Template)]
#[template(path = "clients/tier.html")]
struct TierPage {
    frame: Frame,
    crumb: Crumb,
    here: String,
    name: String,
    now: Notice,
    drop: Option<Button>,
    tiers: Vec<Choice>,
    kinds: Vec<Choice>,
    amounts: Vec<AmountLine>,
    changes: Vec<ChangeLine>,
    currency: String,
    revenue: Filled,
    by_hand: Filled,
}

struct AmountLine {
    day: String,
    what: String,
    amount: String,
    by: String,
    remove: Button,
}

struct ChangeLine {
    when: String,
    tier: String,
    because: String,
    by: String,
}

struct Amount {
    id: Id,
    kind: String,
    on_day: String,
    hundredths: i64,
    note: String,
    by: Option<String>,
}

impl FromRow for Amount {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            on_day: row.get(2)?,
            hundredths: row.get(3)?,
            note: row.get(4)?,
            by: row.get(5)?,
        })
    }
}

type Change = (
    Instant,
    Option<String>,
    String,
    Option<i64>,
    String,
    Option<Instant>,
    Option<String>,
);

/// An amount as it was typed.
#[derive(Deserialize)]
pub struct RevenueFields {
    revenue_kind: String,
    on_day: String,
    amount: String,
    revenue_note: String,
}

/// A tier by hand as it was typed.
#[derive(Deserialize)]
pub struct TierFields {
    tier: String,
    reason: String,
    until_on: String,
}

/// The page.
pub async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let client = to_change(&room, &scope, id_of(&id)?).await?;
    let forms = (Filled::empty(), Filled::empty());
    Ok(page(&page_of(&room, frame, &client, forms).await?))
}

async fn page_of(
    room: &Room,
    frame: Frame,
    client: &Client,
    (revenue, by_hand): (Filled, Filled),
) -> Result<TierPage, Failure> {
    let id = client.card.id;
    let (amounts, changes) = got(room.store.read(move |read| {
        let amounts: Vec<Amount> = read.all(queries::REVENUES, &params![id, AMOUNTS])?;
        let changes: Vec<Change> = read.all(queries::TIERS, &params![id])?;
        Ok((amounts, changes))
    }))
    .await?;
    let rules = room.rules.now();
    let (zone, currency, path) = (room.zone(), currency(&rules), here(id));
    let name = client.card.name.clone();
    let until = client
        .tier_until
        .map(|until| day(until.plus_micros(-1), &zone));
    let tiers = values(&rules.register, "client", "tier");
    let amount = |one: Amount| AmountLine {
        what: what(&one),
        amount: money(one.hundredths, &currency),
        by: one.by.unwrap_or_default(),
        remove: Button::act(
            "Take out",
            format!("{path}/revenue/{}/removal", one.id),
            &frame.csrf,
        )
        .quiet(),
        day: one.on_day,
    };
    let change = |(at, tier, because, revenue, reason, until, by): Change| ChangeLine {
        when: day(at, &zone),
        tier: tier.unwrap_or_else(|| "no tier".to_owned()),
        because: why(
            &because,
            revenue.map(|revenue| money(revenue, &currency)),
            &reason,
            until.map(|until| day(until.plus_micros(-1), &zone)),
        ),
        by: by.unwrap_or_default(),
    };
    Ok(TierPage {
        crumb: Crumb::new([("Clients", "/clients"), (&*name, &*path)]),
        now: now(client, until.as_deref()),
        drop: until.is_some().then(|| {
            Button::act(
                "Let the revenue decide again",
                format!("{path}/tier/removal"),
                &frame.csrf,
            )
        }),
        tiers: tiers
            .into_iter()
            .rev()
            .map(|tier| Choice::new(tier.clone(), tier))
            .collect(),
        kinds: vec![
            Choice::new("sale", "A sale"),
            Choice::new("credit", "A credit note"),
            Choice::new("first-year", "What is agreed for the first year"),
        ],
        amounts: amounts.into_iter().map(amount).collect(),
        changes: changes.into_iter().map(change).collect(),
        frame: frame
            .titled(format!("Tier of {name}"))
            .at("clients")
            .showing(Room::topic(id)),
        name,
        here: path,
        currency,
        revenue,
        by_hand,
    })
}

fn now(client: &Client, until: Option<&str>) -> Notice {
    let tier = client.card.tier.as_deref().unwrap_or("not known");
    match until {
        Some(until) => Notice::caution(
            format!("The tier is {tier}, by hand until {until}"),
            "Then the revenue decides again.",
        ),
        None if client.card.tier.is_some() => Notice::info(
            format!("The tier is {tier}"),
            "It follows the revenue below.",
        ),
        None => Notice::info(
            "The tier is not known",
            "Enter what the client buys, or what is agreed for its first year.",
        ),
    }
}

fn what(amount: &Amount) -> String {
    let kind = match amount.kind.as_str() {
        "credit" => "credit note",
        "first-year" => "agreed for the first year",
        _ => "sale",
    };
    if amount.note.is_empty() {
        kind.to_owned()
    } else {
        format!("{}, {kind}", amount.note)
    }
}

fn why(because: &str, revenue: Option<String>, reason: &str, until: Option<String>) -> String {
    if because == "by hand" {
        return format!("by hand until {}: {reason}", until.unwrap_or_default());
    }
    let revenue = revenue.unwrap_or_else(|| "no revenue".to_owned());
    if because == "first year" {
        format!("{revenue} agreed for the first year")
    } else {
        revenue
    }
}

/// Writes an amount down.
pub async fn add(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<RevenueFields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id: ClientId = id_of(&id)?;
    let client = to_change(&room, &scope, id).await?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let forms = (filled, Filled::empty());
            return Ok(unprocessable(&page_of(&room, frame, &client, forms).await?));
        }
    };
    let new = NewRevenue {
        kind: fields.revenue_kind,
        on_day: fields.on_day,
        amount: fields.amount,
        note: fields.revenue_note,
    };
    let step = room.step(Who::Person(signed.person.0));
    let added = room
        .store
        .write(move |tx| add_revenue(tx, &step, &scope, id, &new))
        .await;
    if let Err(error) = added {
        let forms = (error.refused().onto(filled)?, Filled::empty());
        return Ok(unprocessable(&page_of(&room, frame, &client, forms).await?));
    }
    room.changed(id);
    Ok(back(
        &format!("{}/tier", here(id)),
        Flash::said("The amount is entered, and the tier looked at."),
    ))
}

/// Takes an amount out.
pub async fn remove(
    State(room): State<Room>,
    signed: Signed,
    Path((id, revenue)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let (id, revenue) = (id_of(&id)?, row_of(&revenue)?);
    let step = room.step(Who::Person(signed.person.0));
    let removed = room
        .store
        .write(move |tx| remove_revenue(tx, &step, &scope, (id, revenue)));
    removed.await.map_err(refused)?;
    room.changed(id);
    Ok(back(
        &format!("{}/tier", here(id)),
        Flash::said("The amount is taken out, and the tier looked at."),
    ))
}

/// Sets the tier by hand.
pub async fn by_hand(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<TierFields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id: ClientId = id_of(&id)?;
    let client = to_change(&room, &scope, id).await?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let forms = (Filled::empty(), filled);
            return Ok(unprocessable(&page_of(&room, frame, &client, forms).await?));
        }
    };
    let by_hand = TierByHand {
        tier: fields.tier,
        reason: fields.reason,
        until_on: fields.until_on,
    };
    let step = room.step(Who::Person(signed.person.0));
    let set: Result<(), ClientError> = room
        .store
        .write(move |tx| set_tier_by_hand(tx, &step, &scope, id, &by_hand))
        .await;
    if let Err(error) = set {
        let forms = (Filled::empty(), error.refused().onto(filled)?);
        return Ok(unprocessable(&page_of(&room, frame, &client, forms).await?));
    }
    room.changed(id);
    Ok(back(&here(id), Flash::said("The tier is set.")))
}

/// Lets the revenue decide again.
pub async fn drop(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id = id_of(&id)?;
    let step = room.step(Who::Person(signed.person.0));
    let dropped = room
        .store
        .write(move |tx| drop_tier_by_hand(tx, &step, &scope, id));
    dropped.await.map_err(refused)?;
    room.changed(id);
    Ok(back(&here(id), Flash::said("The revenue decides again.")))
}
