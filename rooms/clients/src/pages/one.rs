//! One client: what we owe it first, then its timeline; beside it tier, facts, people and who works for it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::{Scope, log_read};
use kept_accounts::commands::Act;
use kept_accounts::model::PersonId;
use kept_journal::audit::Who;
use kept_journal::obligations::{self, Owed};
use kept_journal::{InForce, events};
use kept_kernel::{Id, Instant};
use kept_rooms::{RecordNames, RecordPages};
use kept_store::{FromRow, Read, Row, StoreError, params};
use kept_ui::parts::{
    Avatar, Button, ClauseMark, Confirm, Crumb, Empty, Fact, Facts, More, Notice, Tier,
};
use kept_ui::{Failure, Frame, page, see_other};
use serde::Deserialize;

use super::owed::{MOST_OWED, Side, sides};
use super::said::{age, currency, day, money, tier};
use super::timeline::{Entry, ON_A_PAGE, Shown, Told, entries, of_note, of_records, told};
use super::{got, here, id_of, missing, scopes};
use crate::beside::{OpenRequest, Requests};
use crate::model::{
    Client, ClientId, ContactCard, Engagement, Field, Note, by_revenue, mark_of, values,
};
use crate::queries::{self, asked};
use crate::read;
use crate::room::Room;

/// A fact that was not looked at for so long is to be verified anew: a year.
const OLD: i64 = 365 * 86_400_000_000;

/// Which part of the timeline is asked for.
#[derive(Deserialize, Default)]
pub struct Asked {
    show: Option<String>,
    before: Option<i64>,
    id: Option<String>,
}

#[derive(Template)]
#[template(path = "clients/one.html")]
struct OnePage {
    frame: Frame,
    crumb: Crumb,
    here: String,
    name: String,
    mark: String,
    avatar: Avatar,
    tier: Option<Tier>,
    line: Vec<String>,
    owner: Option<String>,
    notices: Vec<Notice>,
    tools: Vec<Button>,
    archive: Option<Confirm>,
    ours: Side,
    theirs: Side,
    pinned: Vec<Entry>,
    parts: Vec<(&'static str, String, bool)>,
    entries: Vec<Entry>,
    none: Empty,
    more: Option<More>,
    may_edit: bool,
    figures: Facts,
    figures_words: String,
    clause: Option<ClauseMark>,
    facts: Facts,
    people: Vec<ContactLine>,
    team: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    requests: Option<RequestsPart>,
}

struct ContactLine {
    avatar: Avatar,
    name: String,
    position: String,
    href: String,
    email: Option<String>,
    /// What is dialled, and the number as it was written.
    phone: Option<(String, String)>,
    /// The same of each further number, after what it is.
    phones: Vec<(String, String)>,
    channel: Option<String>,
}

/// What the client has open, and where all of it is.
struct RequestsPart {
    open: Vec<OpenRequest>,
    all: String,
}

struct Source {
    fact: String,
    from: String,
    at: Instant,
    by: Option<String>,
}

impl FromRow for Source {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            fact: row.get(0)?,
            from: row.get(1)?,
            at: row.get(2)?,
            by: row.get(3)?,
        })
    }
}

/// What is read of it at once.
struct Seen {
    client: Client,
    contacts: Vec<ContactCard>,
    sources: Vec<Source>,
    team: Vec<(Id, String, String)>,
    fields: Vec<Field>,
    values: Vec<(Id, String)>,
    pinned: Vec<Note>,
    told: Vec<Told>,
    owed: Vec<Owed>,
    alike: u32,
    /// The one client whose people it probably is of, by the domain of its address.
    probably: Option<String>,
    outer: Vec<(String, String)>,
    names: RecordNames,
    requests: Option<RequestsPart>,
}

/// What of other rooms is on the page: what records are called, and the requests of the client, as far as somebody may read them.
#[derive(Clone)]
struct Others {
    pages: RecordPages,
    requests: Option<(Arc<dyn Requests>, Scope)>,
}

impl Others {
    fn of(room: &Room, signed: &Signed) -> Self {
        let requests = room.requests.as_ref();
        let requests = requests.map(|of| (Arc::clone(of), of.reach(signed)));
        Self {
            pages: room.pages.clone(),
            requests: requests.filter(|(_, scope)| !scope.is_nothing()),
        }
    }
}

/// The page.
pub async fn one(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    Query(question): Query<Asked>,
) -> Result<Response, Failure> {
    let (reading, editing) = scopes(&signed)?;
    let id = id_of(&id)?;
    let rules = room.rules.now();
    let shown = Shown::named(question.show.as_deref());
    let before = before(&question);
    let (of_rules, scope) = (rules.clone(), reading.clone());
    let others = Others::of(&room, &signed);
    let seen = room.store.read(move |read| {
        let client: Option<Client> = read.maybe(queries::ONE, &asked(&scope, params![id]))?;
        match client {
            Some(client) if client.card.merged_into.is_none() => {
                let probably = probably(read, &scope, &client)?;
                let seen = seen(read, (&of_rules, &others), client, (shown, before))?;
                Ok(Ok(Seen { probably, ..seen }))
            }
            _ => Ok(Err(read::client(read, &scope, id)?)),
        }
    });
    let seen = match got(seen).await? {
        Ok(seen) => seen,
        Err(Some(other)) => return Ok(see_other(&here(other.id)).into_response()),
        Err(None) => return Err(missing()),
    };
    note_read(&room, signed.person, id).await?;
    let may_edit = may_edit(&room, &editing, id).await?;
    let live = seen.client.archived_at.is_none();
    let requests = room.requests.as_ref().filter(|_| live);
    let note = requests.and_then(|requests| requests.note(&signed, id));
    let mut whole = page_of(&room, &rules, (frame, seen), (shown, may_edit));
    if let Some(note) = note {
        whole
            .tools
            .insert(0, Button::link("New request", note).primary());
    }
    Ok(page(&whole))
}

/// Whoever reads a client's record is written down before it is shown.
pub(crate) async fn note_read(room: &Room, person: PersonId, id: ClientId) -> Result<(), Failure> {
    let act = Act {
        who: Who::Person(person.0),
        at: room.world.now(),
        entry: room.world.id(),
    };
    got(room
        .store
        .write(move |tx| log_read(tx, &act, person, ("client", id.0))))
    .await
}

async fn may_edit(room: &Room, editing: &Scope, id: ClientId) -> Result<bool, Failure> {
    if editing.is_nothing() || editing.is_everything() {
        return Ok(editing.is_everything());
    }
    let scope = editing.clone();
    let found = room
        .store
        .read(move |read| read::clients(read, &scope, &[id]));
    Ok(!got(found).await?.is_empty())
}

fn before(question: &Asked) -> (Instant, Id) {
    let id = question.id.as_deref().and_then(|id| id.parse::<Id>().ok());
    match (question.before, id) {
        (Some(at), Some(id)) => (Instant::from_micros(at), id),
        _ => events::END,
    }
}

fn seen(
    read: &Read<'_>,
    (rules, others): (&InForce, &Others),
    client: Client,
    asked: (Shown, (Instant, Id)),
) -> Result<Seen, StoreError> {
    let id = client.card.id;
    let merged: Vec<(Id,)> = read.all(queries::MERGED_IN, &params![id])?;
    let ids: Vec<ClientId> = std::iter::once(id)
        .chain(merged.into_iter().map(|(id,)| ClientId(id)))
        .collect();
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (alike,): (u32,) = read.one(queries::COUNT_ALIKE, &params![id])?;
    let told = told(read, rules, &ids, asked)?;
    let requests = match &others.requests {
        Some((requests, scope)) => Some(RequestsPart {
            open: requests.open(read, scope, id)?,
            all: requests.all(id),
        }),
        None => None,
    };
    Ok(Seen {
        outer: read.all(queries::OUTER_KEYS, &params![id])?,
        names: of_records(read, (rules, &others.pages), (&told, requests.is_some()))?,
        requests,
        contacts: read::contacts_of(read, id)?,
        sources: read.all(queries::SOURCES, &params![id])?,
        team: read.all(queries::ACCOUNT_TEAM, &params![id])?,
        fields: read.all(queries::FIELDS, &[])?,
        values: read.all(queries::VALUES, &params![id])?,
        pinned: read.all(queries::PINNED, &params![id])?,
        told,
        owed: obligations::owed_of_clients(read, &names, MOST_OWED)?,
        alike,
        probably: None,
        client,
    })
}

/// The client whose domain somebody has who came in by itself, where it is one alone, and within reach. It is said and no more: whoever
/// writes such an address has not proved to belong there, so it reads nothing of that client before somebody has merged the two.
fn probably(read: &Read<'_>, scope: &Scope, of: &Client) -> Result<Option<String>, StoreError> {
    if !of.to_check {
        return Ok(None);
    }
    let same: Vec<(Id,)> = read.all(queries::SAME_DOMAIN, &params![of.card.id])?;
    let [(other,)] = same.as_slice() else {
        return Ok(None);
    };
    let found = read::clients(read, scope, &[ClientId(*other)])?;
    let stands = found.into_iter().find(|card| card.merged_into.is_none());
    Ok(stands.map(|card| card.name))
}

fn page_of(
    room: &Room,
    rules: &InForce,
    (frame, seen): (Frame, Seen),
    (shown, may_edit): (Shown, bool),
) -> OnePage {
    let (zone, now) = (room.zone(), room.world.now());
    let client = &seen.client;
    let card = &client.card;
    let here = here(card.id);
    let (ours, theirs) = sides(rules, &seen.owed, now, &zone);
    let more = more(&seen.told, &here, shown);
    let facts = facts(&seen, now);
    OnePage {
        crumb: Crumb::new([("Clients", "/clients")]),
        name: card.name.clone(),
        mark: mark_of(card.number),
        avatar: Avatar::of_client(&card.name),
        tier: card.tier.as_deref().map(|name| tier(rules, name)),
        line: line(client, &zone),
        owner: card.owner.as_ref().map(|(_, name)| name.clone()),
        notices: notices(&seen, (&here, may_edit), now),
        tools: tools(client, (&here, may_edit), &frame),
        archive: archive(client, (&here, may_edit), &frame),
        ours,
        theirs,
        pinned: seen.pinned.iter().map(of_note).collect(),
        parts: Shown::ALL
            .map(|one| {
                (
                    one.name(),
                    format!("{here}?show={}", one.name()),
                    one == shown,
                )
            })
            .to_vec(),
        entries: entries((rules, &room.pages), (&seen.told, &seen.names), &zone),
        requests: seen.requests,
        none: Empty::new(
            "Nothing happened yet",
            "What is said, promised, sold and asked for stands here, the newest first.",
        ),
        more,
        may_edit,
        figures: figures(rules, client, &zone),
        figures_words: figures_words(rules, client),
        clause: clause(rules),
        facts,
        people: seen
            .contacts
            .iter()
            .map(|contact| contact_line(&here, contact))
            .collect(),
        team: seen
            .team
            .iter()
            .filter(|(person, ..)| {
                card.owner
                    .as_ref()
                    .is_none_or(|(owner, _)| owner.0 != *person)
            })
            .map(|(_, name, part)| (name.clone(), part.clone()))
            .collect(),
        fields: seen
            .fields
            .iter()
            .map(|field| (field.label.clone(), format!("{here}/facts/{}", field.id)))
            .collect(),
        frame: frame
            .titled(card.name.clone())
            .at("clients")
            .showing(Room::topic(card.id)),
        here,
    }
}

fn line(client: &Client, zone: &TimeZone) -> Vec<String> {
    let place = [client.industry.as_str(), client.country.as_str()];
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let mut line = Vec::new();
    line.extend((!place.is_empty()).then(|| place.join(", ")));
    line.push(format!("Client since {}", day(client.made_at, zone)));
    line
}

fn notices(seen: &Seen, (here, may_edit): (&str, bool), now: Instant) -> Vec<Notice> {
    let client = &seen.client;
    let mut notices = Vec::new();
    if let Some(alert) = &client.card.alert {
        notices.push(Notice::alert(alert.clone(), ""));
    }
    if client.archived_at.is_some() {
        notices.push(Notice::info(
            "This client is in the archive",
            "It leaves the lists, and nothing more is owed to it.",
        ));
    }
    if client.to_check {
        let notice = Notice::caution(
            "Nobody has checked this client yet",
            "It came in by itself. Save its details once to say that they are right, or merge it into the client that it is.",
        );
        notices.push(if may_edit {
            notice.act(Button::link("Check its details", format!("{here}/edit")))
        } else {
            notice
        });
    }
    if seen.alike > 0 && may_edit {
        let notice = match &seen.probably {
            Some(name) => Notice::info(
                format!("Probably {name}"),
                format!(
                    "The address has the domain of {name}, and of no other client. Compare the two, and merge them if it belongs there."
                ),
            ),
            None => Notice::info(
                "This may be the same as another client",
                "They share a name, a number, an address or a domain.",
            ),
        };
        notices.push(notice.act(Button::link("Compare", format!("{here}/merge"))));
    }
    if client.tier_until.is_some_and(|until| until <= now) {
        notices.push(Notice::info(
            "The tier set by hand is over",
            "It falls back to the revenue within the hour.",
        ));
    }
    notices
}

fn tools(client: &Client, (here, may_edit): (&str, bool), frame: &Frame) -> Vec<Button> {
    if !may_edit {
        return Vec::new();
    }
    if client.archived_at.is_some() {
        let path = format!("{here}/archive/undo");
        return vec![Button::act("Bring it back", path, &frame.csrf)];
    }
    vec![
        Button::link("Portal", format!("{here}/portal")).quiet(),
        Button::link("Forms", format!("{here}/forms")).quiet(),
        Button::link("Merge", format!("{here}/merge")).quiet(),
        Button::link("Edit", format!("{here}/edit")).key("e"),
    ]
}

fn archive(client: &Client, (here, may_edit): (&str, bool), frame: &Frame) -> Option<Confirm> {
    (may_edit && client.archived_at.is_none()).then(|| Confirm {
        words: "Archive".to_owned(),
        question: "It leaves the lists, and what we owe it is cancelled. You can bring it back."
            .to_owned(),
        act: Button::act(
            "Put it into the archive",
            format!("{here}/archive"),
            &frame.csrf,
        )
        .danger(),
    })
}

fn more(told: &[Told], here: &str, shown: Shown) -> Option<More> {
    let last = told.get(ON_A_PAGE).and_then(|_| told.get(ON_A_PAGE - 1))?;
    let (at, id) = last.place();
    Some(More {
        words: format!("{ON_A_PAGE} shown, the newest first"),
        first: None,
        next: Some(format!(
            "{here}?show={}&before={}&id={id}",
            shown.name(),
            at.micros()
        )),
    })
}

/// The clause that says how tiers are given.
fn clause(rules: &InForce) -> Option<ClauseMark> {
    let (document, rule) = crate::model::tier_rule(rules)?;
    let (code, id) = (&rule.key.code, &rule.key.id);
    let mark = ClauseMark::new(document.clause_of(rule), format!("/sops/{code}#{id}"));
    Some(mark.card(format!("/sops/clause/{code}/{id}")))
}

fn figures(rules: &InForce, client: &Client, zone: &TimeZone) -> Facts {
    let card = &client.card;
    let since = client.tier_at.map(|at| format!("since {}", day(at, zone)));
    let mut tier = Fact::new(
        "Tier",
        card.tier.clone().unwrap_or_else(|| "not known".to_owned()),
    );
    if let Some(since) = since {
        tier = tier.source(match (&client.tier_because, client.tier_until) {
            (Some(because), Some(until)) if because == "by hand" => {
                format!("by hand, until {}", day(until.plus_micros(-1), zone))
            }
            (Some(because), _) if because == "first year" => format!("{since}, provisional"),
            _ => since,
        });
    }
    let revenue = card.revenue.map(|revenue| money(revenue, &currency(rules)));
    let because = if client.tier_because.as_deref() == Some("first year") {
        "agreed, first year"
    } else {
        "trailing"
    };
    let revenue = Fact::new(
        "Revenue",
        revenue.unwrap_or_else(|| "none entered".to_owned()),
    )
    .source(because);
    let expected = card
        .revenue
        .and_then(|revenue| by_revenue(rules, "expected engagement", revenue));
    let engagement = match (&card.engagement, expected) {
        (Some(level), Some(expected)) => format!("{level}, expected {expected}"),
        (Some(level), None) => level.clone(),
        (None, _) => "not known yet".to_owned(),
    };
    let score = client.figures.map(|(recency, frequency, breadth)| {
        let tenths = Engagement {
            recency,
            frequency,
            breadth,
        }
        .tenths();
        format!("{}.{} of 10", tenths / 10, tenths % 10)
    });
    let engagement = Fact::new("Engagement", engagement);
    let engagement = score.into_iter().fold(engagement, Fact::source);
    Facts(vec![tier, revenue, engagement])
}

fn figures_words(rules: &InForce, client: &Client) -> String {
    let Some((recency, frequency, breadth)) = client.figures else {
        return "Engagement is worked out once the client has done something, or after 90 days."
            .to_owned();
    };
    let mut words = format!("Recency {recency}, frequency {frequency}, breadth {breadth}.");
    let levels = values(&rules.register, "client", "engagement");
    let place = |name: &Option<String>| levels.iter().position(|one| Some(one) == name.as_ref());
    let expected = client
        .card
        .revenue
        .and_then(|revenue| by_revenue(rules, "expected engagement", revenue));
    if let (Some(is), Some(should)) = (place(&client.card.engagement), place(&expected)) {
        words.push_str(match is.abs_diff(should) {
            0 => " As much as the tier leads us to expect.",
            1 => " One level apart from what the tier leads us to expect.",
            _ => " Two levels or more apart from what the tier leads us to expect: worth a look.",
        });
    }
    words
}

/// Facts with where they come from and how old they are.
fn facts(seen: &Seen, now: Instant) -> Facts {
    let labels = [
        "Web site", "Phone", "Address", "Country", "Industry", "Zone", "Language", "Channel",
        "Style", "Rhythm",
    ];
    let known = seen.client.draft().facts();
    let own = known
        .into_iter()
        .zip(labels)
        .filter(|((_, value), _)| !value.is_empty());
    let own = own.map(|((name, value), label)| {
        let value = if name == "rhythm" {
            format!("every {value} days")
        } else {
            value
        };
        sourced(seen, name, Fact::new(label, value), now)
    });
    let fields = seen.fields.iter().filter_map(|field| {
        let (_, value) = seen.values.iter().find(|(id, _)| *id == field.id.0)?;
        Some(sourced(
            seen,
            &field.id.to_string(),
            Fact::new(field.label.clone(), value.clone()),
            now,
        ))
    });
    let outer = seen.outer.iter().map(|(system, word)| {
        let label = match system.as_str() {
            "" => "Key elsewhere".to_owned(),
            system => format!("Key in {system}"),
        };
        Fact::new(label, word.clone())
    });
    Facts(own.chain(fields).chain(outer).collect())
}

fn sourced(seen: &Seen, name: &str, fact: Fact, now: Instant) -> Fact {
    let Some(source) = seen.sources.iter().find(|source| source.fact == name) else {
        return fact;
    };
    let by = source.by.as_deref().unwrap_or(&source.from);
    let by = by.split_whitespace().next().unwrap_or(by);
    let old = now.micros_since(source.at) > OLD;
    let words = if old {
        format!("{}, re-verify", age(source.at, now))
    } else {
        format!("{by}, {}", age(source.at, now))
    };
    let fact = fact.source(words);
    if old { fact.old() } else { fact }
}

fn contact_line(here: &str, contact: &ContactCard) -> ContactLine {
    let dialled = |phone: &String| {
        let figures = phone
            .chars()
            .filter(|one| one.is_ascii_digit() || *one == '+');
        (
            format!("tel:{}", figures.collect::<String>()),
            phone.clone(),
        )
    };
    ContactLine {
        avatar: Avatar::of_client(&contact.name),
        name: contact.name.clone(),
        position: contact.position.clone(),
        href: format!("{here}/contacts/{}/edit", contact.id),
        email: contact.email.clone(),
        phone: contact.phone.as_ref().map(dialled),
        phones: contact
            .phones
            .iter()
            .map(|other| (dialled(&other.phone).0, other.line()))
            .collect(),
        channel: contact.channel.clone(),
    }
}
