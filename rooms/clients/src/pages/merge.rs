//! Clients that may be one: found, compared, merged, told apart, and parted again.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params};
use kept_ui::parts::{Button, Crumb, Empty, More};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page};
use serde::Deserialize;

use super::compare::{Choice, Compared, compared, taken};
use super::said::day;
use super::{back, got, here, id_of, missing, refused, row_of, to_change};
use crate::commands::{Taken, merge_clients_taking, put_pair_aside, unmerge_clients};
use crate::model::{ClientCard, ClientId};
use crate::queries::{self, asked};
use crate::read;
use crate::room::Room;

const ON_A_PAGE: u32 = 30;

#[derive(Template)]
#[template(path = "clients/merge.html")]
struct MergePage {
    frame: Frame,
    crumb: Crumb,
    name: String,
    here: String,
    form: Filled,
    searched: bool,
    others: Vec<Other>,
    compared: Option<Compared>,
    merges: Vec<MergeLine>,
}

struct Other {
    name: String,
    href: String,
    about: String,
    compare: Button,
    apart: Option<Button>,
}

struct MergeLine {
    words: String,
    undo: Button,
}

/// Words by which the other client is looked for.
#[derive(Deserialize, Default)]
pub struct Asked {
    q: Option<String>,
    with: Option<String>,
}

/// The other client.
#[derive(Deserialize)]
pub struct With {
    other: String,
}

/// The other client, and what of it stays: `other` in a field, else what this one says stands.
#[derive(Deserialize)]
pub struct Chosen {
    other: String,
    name: Option<String>,
    website: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    country: Option<String>,
    industry: Option<String>,
    zone: Option<String>,
    language: Option<String>,
    channel: Option<String>,
    style: Option<String>,
    rhythm: Option<String>,
    alert: Option<String>,
    owner: Option<String>,
    team: Option<String>,
    values: Vec<String>,
}

impl Chosen {
    fn taken(self) -> Taken {
        let facts = [
            ("name", self.name),
            ("website", self.website),
            ("phone", self.phone),
            ("address", self.address),
            ("country", self.country),
            ("industry", self.industry),
            ("zone", self.zone),
            ("language", self.language),
            ("channel", self.channel),
            ("style", self.style),
            ("rhythm", self.rhythm),
            ("alert", self.alert),
            ("owner", self.owner),
            ("team", self.team),
        ];
        taken(facts, &self.values)
    }
}

/// The page of one client.
pub async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    Query(question): Query<Asked>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id: ClientId = id_of(&id)?;
    let client = to_change(&room, &scope, id).await?;
    let words = question
        .q
        .as_deref()
        .map(str::trim)
        .unwrap_or_default()
        .to_owned();
    let looked_for = words.clone();
    let with = question
        .with
        .as_deref()
        .and_then(|id| id.parse::<ClientId>().ok());
    let (requests, now) = (signed.scope(Action::ReadRequests), room.world.now());
    let asking = room.clone();
    let (alike, found, merges, compared) = got(room.store.read(move |read| {
        let alike: Vec<ClientCard> = read.all(queries::ALIKE, &asked(&scope, params![id]))?;
        let found = if looked_for.is_empty() {
            Vec::new()
        } else {
            read::pick(read, &scope, &looked_for, 10)?
        };
        let merges: Vec<(Id, Id, String, Instant, Option<String>)> =
            read.all(queries::MERGES_OF, &params![id])?;
        // Where there is one alone that it may be, it is that one.
        let only = match (alike.as_slice(), looked_for.is_empty()) {
            ([one], true) => Some(one.id),
            _ => None,
        };
        let other = match with.or(only) {
            Some(other) => read::clients(read, &scope, &[other])?,
            None => Vec::new(),
        };
        let other = other
            .first()
            .filter(|card| card.merged_into.is_none() && card.id != id);
        let compared = match other {
            Some(card) => Some(compared(read, (&asking, &requests), (id, card.id), now)?),
            None => None,
        };
        Ok((alike, found, merges, compared))
    }))
    .await?;
    let (path, zone) = (here(id), room.zone());
    let others = alike.iter().map(|card| (card, true));
    let more = found
        .iter()
        .filter(|card| card.id != id && !alike.iter().any(|one| one.id == card.id));
    let others = others.chain(more.map(|card| (card, false)));
    let others = others
        .map(|(card, is_pair)| other(&frame, &path, card, is_pair))
        .collect();
    let merge = |(merge, _, name, at, by): (Id, Id, String, Instant, Option<String>)| MergeLine {
        words: format!(
            "{name}, on {} by {}",
            day(at, &zone),
            by.as_deref().unwrap_or("somebody who has left")
        ),
        undo: Button::act(
            "Part them again",
            format!("/clients/merges/{merge}/undo"),
            &frame.csrf,
        )
        .quiet(),
    };
    let name = client.card.name.clone();
    Ok(page(&MergePage {
        crumb: Crumb::new([("Clients", "/clients"), (&*name, &*path)]),
        merges: merges.into_iter().map(merge).collect(),
        others,
        compared,
        searched: !words.is_empty(),
        form: Filled::with([("q", words)]),
        frame: frame.titled(format!("Merge {name}")).at("clients"),
        here: path,
        name,
    }))
}

fn other(frame: &Frame, here: &str, card: &ClientCard, is_pair: bool) -> Other {
    let owner = card
        .owner
        .as_ref()
        .map_or("nobody yet", |(_, name)| name.as_str());
    let act = |words: &str, path: &str| {
        Button::act(words, format!("{here}/{path}"), &frame.csrf)
            .carrying("other", card.id.to_string())
    };
    Other {
        href: format!("/clients/{}", card.id),
        about: format!(
            "{}, {}, with {owner}",
            card.mark(),
            card.tier.as_deref().unwrap_or("no tier")
        ),
        compare: Button::link("Compare", format!("{here}/merge?with={}", card.id)),
        apart: is_pair.then(|| act("They are two", "apart").quiet()),
        name: card.name.clone(),
    }
}

/// Merges the other one into this one.
pub async fn merge(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Chosen>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id = id_of(&id)?;
    let (chosen, _) = form.read().map_err(|_| missing())?;
    let other = id_of(&chosen.other)?;
    let step = room.step(Who::Person(signed.person.0));
    let taken = chosen.taken();
    let merged = room
        .store
        .write(move |tx| merge_clients_taking(tx, &step, &scope, (id, other), &taken))
        .await;
    let merge = merged.map_err(refused)?;
    room.changed(id);
    room.changed(other);
    let undo = format!("/clients/merges/{merge}/undo");
    Ok(back(
        &here(id),
        Flash::said("The two are one now.").undo(&undo),
    ))
}

/// Parts two that were merged.
pub async fn undo(
    State(room): State<Room>,
    signed: Signed,
    Path(merge): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let merge = row_of(&merge)?;
    let step = room.step(Who::Person(signed.person.0));
    let parted = room
        .store
        .write(move |tx| unmerge_clients(tx, &step, &scope, merge))
        .await;
    let (kept, gone) = parted.map_err(refused)?;
    room.changed(kept);
    room.changed(gone);
    Ok(back(
        &here(gone),
        Flash::said("They are two again, each with what it had."),
    ))
}

/// Says that two are not one.
pub async fn apart(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<With>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id = id_of(&id)?;
    let (with, _) = form.read().map_err(|_| missing())?;
    let other = id_of(&with.other)?;
    let step = room.step(Who::Person(signed.person.0));
    let told = room
        .store
        .write(move |tx| put_pair_aside(tx, &step, &scope, (id, other)));
    told.await.map_err(refused)?;
    room.changed(id);
    room.changed(other);
    Ok(back(
        &format!("{}/merge", here(id)),
        Flash::said("They are no longer shown as alike."),
    ))
}

#[derive(Template)]
#[template(path = "clients/duplicates.html")]
struct DuplicatesPage {
    frame: Frame,
    crumb: Crumb,
    rows: Vec<PairLine>,
    none: Empty,
    more: Option<More>,
}

struct PairLine {
    one: (String, String),
    other: (String, String),
    because: String,
    compare: Button,
}

/// Where the list of pairs goes on.
#[derive(Deserialize, Default)]
pub struct From {
    after: Option<i64>,
    one: Option<String>,
    other: Option<String>,
}

type Pair = (Id, Id, String, Instant);

/// All pairs that may be one, as far as both are within reach.
pub async fn duplicates(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(from): Query<From>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let start = start(&from);
    let (pairs, cards) = got(room.store.read(move |read| pairs(read, &scope, start))).await?;
    let name = |id: Id| {
        let card = cards.iter().find(|card| card.id.0 == id)?;
        Some((card.name.clone(), here(card.id)))
    };
    let row = |(one, other, because, _): &Pair| {
        Some(PairLine {
            one: name(*one)?,
            other: name(*other)?,
            because: because_words(because).to_owned(),
            compare: Button::link("Compare", format!("/clients/{one}/merge?with={other}")).quiet(),
        })
    };
    let last = pairs
        .get(ON_A_PAGE as usize)
        .and_then(|_| pairs.get(ON_A_PAGE as usize - 1));
    let next = last.map(|(one, other, _, at)| {
        format!(
            "/clients/duplicates?after={}&one={one}&other={other}",
            at.micros()
        )
    });
    Ok(page(&DuplicatesPage {
        crumb: Crumb::new([("Clients", "/clients")]),
        rows: pairs
            .iter()
            .take(ON_A_PAGE as usize)
            .filter_map(row)
            .collect(),
        none: Empty::new(
            "No two clients look alike",
            "Names, addresses, numbers and domains are compared whenever a client changes.",
        ),
        more: next.map(|next| More {
            words: "The oldest first".to_owned(),
            first: None,
            next: Some(next),
        }),
        frame: frame.titled("Duplicates").at("clients"),
    }))
}

fn start(from: &From) -> (Instant, Id, Id) {
    let id = |text: &Option<String>| text.as_deref().and_then(|id| id.parse::<Id>().ok());
    match (from.after, id(&from.one), id(&from.other)) {
        (Some(at), Some(one), Some(other)) => (Instant::from_micros(at), one, other),
        _ => (Instant::from_micros(i64::MIN), Id::default(), Id::default()),
    }
}

fn pairs(
    read: &Read<'_>,
    scope: &Scope,
    (at, one, other): (Instant, Id, Id),
) -> Result<(Vec<Pair>, Vec<ClientCard>), StoreError> {
    let pairs: Vec<Pair> = read.all(queries::PAIRS, &params![at, one, other, ON_A_PAGE + 1])?;
    let ids: Vec<ClientId> = pairs
        .iter()
        .flat_map(|(one, other, ..)| [ClientId(*one), ClientId(*other)])
        .collect();
    let cards = read::clients(read, scope, &ids)?;
    Ok((
        pairs,
        cards
            .into_iter()
            .filter(|card| card.merged_into.is_none())
            .collect(),
    ))
}

fn because_words(because: &str) -> &'static str {
    match because {
        "name" => "the same name",
        "domain" => "the same domain",
        "email" => "the same address",
        "phone" => "the same number",
        _ => "alike",
    }
}
