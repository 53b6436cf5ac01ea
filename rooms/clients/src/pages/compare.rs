//! Two clients side by side before they become one: what each says and where it comes from, and which of it stays.

use kept_accounts::access::Scope;
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params};

use super::said::age;
use crate::commands::Taken;
use crate::model::{Client, ClientCard, ClientId, Draft, Field, FieldId};
use crate::queries;
use crate::read;
use crate::room::Room;

/// What the facts of [`Draft::SAID`] are called, in their order.
const LABELS: [&str; 14] = [
    "Name",
    "Web site",
    "Phone",
    "Address",
    "Country",
    "Industry",
    "Zone",
    "Language",
    "Channel",
    "Style",
    "Days between two contacts",
    "Warning",
    "Account manager",
    "Team",
];

/// Both as the page shows them.
pub(super) struct Compared {
    pub(super) other: String,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) rows: Vec<Row>,
    /// Whether anything differs of which one can choose.
    pub(super) is_choice: bool,
    pub(super) counts: Vec<(&'static str, String, String)>,
}

/// What both say of a thing.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) one: Said,
    pub(super) other: Said,
    pub(super) choice: Choice,
}

/// How it is chosen which one stays.
pub(super) enum Choice {
    /// Both say the same.
    Same,
    /// By the name of the field.
    Fact(&'static str),
    /// By the id of the own field.
    Value(String),
    /// What only the other has comes over.
    Comes,
}

/// What one says, and where that comes from.
#[derive(Default)]
pub(super) struct Said {
    pub(super) value: String,
    pub(super) source: String,
}

/// What is read of one of them.
struct Side {
    client: Client,
    sources: Vec<(String, String, Instant, Option<String>)>,
    values: Vec<(Id, String)>,
    people: usize,
    team: usize,
    requests: Option<usize>,
}

/// Reads both. Whoever asks has looked whether they are within reach.
pub(super) fn compared(
    read: &Read<'_>,
    (room, requests): (&Room, &Scope),
    ids: (ClientId, ClientId),
    now: Instant,
) -> Result<Compared, StoreError> {
    let fields: Vec<Field> = read.all(queries::FIELDS, &[])?;
    let teams = kept_accounts::queries::teams(read)?;
    let team = |id: &str| {
        let found = teams.iter().find(|team| team.id.to_string() == id);
        found.map_or_else(String::new, |team| team.name.clone())
    };
    let (one, other) = (
        side(read, (room, requests), ids.0)?,
        side(read, (room, requests), ids.1)?,
    );
    let mut rows: Vec<Row> = Vec::new();
    for (name, label) in Draft::SAID.into_iter().zip(LABELS) {
        let (of_one, of_other) = (
            one.client.draft().says(name),
            other.client.draft().says(name),
        );
        if of_one.is_empty() && of_other.is_empty() {
            continue;
        }
        let said = |side: &Side, value: &str| Said {
            value: match name {
                "owner" => owner(&side.client.card),
                "team" => team(value),
                _ => value.to_owned(),
            },
            source: side.source(name, now),
        };
        rows.push(Row {
            label: label.to_owned(),
            one: said(&one, &of_one),
            other: said(&other, &of_other),
            choice: if of_one == of_other {
                Choice::Same
            } else {
                Choice::Fact(name)
            },
        });
    }
    rows.extend(
        fields
            .iter()
            .filter_map(|field| own_row(field, (&one, &other), now)),
    );
    Ok(Compared {
        other: ids.1.to_string(),
        name: other.client.card.name.clone(),
        href: format!("/clients/{}", ids.1),
        is_choice: rows
            .iter()
            .any(|row| matches!(row.choice, Choice::Fact(_) | Choice::Value(_))),
        counts: counts(&one, &other),
        rows,
    })
}

fn owner(card: &ClientCard) -> String {
    card.owner
        .as_ref()
        .map(|(_, name)| name.clone())
        .unwrap_or_default()
}

fn own_row(field: &Field, (one, other): (&Side, &Side), now: Instant) -> Option<Row> {
    let of = |side: &Side| {
        let found = side.values.iter().find(|(id, _)| *id == field.id.0);
        Said {
            value: found.map(|(_, value)| value.clone()).unwrap_or_default(),
            source: side.source(&field.id.to_string(), now),
        }
    };
    let (one, other) = (of(one), of(other));
    let choice = match (one.value.as_str(), other.value.as_str()) {
        ("", "") => return None,
        (a, b) if a == b => Choice::Same,
        ("", _) => Choice::Comes,
        _ => Choice::Value(field.id.to_string()),
    };
    Some(Row {
        label: field.label.clone(),
        one,
        other,
        choice,
    })
}

fn counts(one: &Side, other: &Side) -> Vec<(&'static str, String, String)> {
    let row = |label, a: usize, b: usize| (label, a.to_string(), b.to_string());
    let tier = |side: &Side| side.client.card.tier.clone().unwrap_or_default();
    let mut counts = vec![("Tier", tier(one), tier(other))];
    counts.push(row("People", one.people, other.people));
    counts.push(row("In the account team", one.team, other.team));
    if let (Some(a), Some(b)) = (one.requests, other.requests) {
        let said = |count: usize| match count {
            // No more are looked at.
            8.. => "8 or more".to_owned(),
            count => count.to_string(),
        };
        counts.push(("Open requests", said(a), said(b)));
    }
    counts
}

impl Side {
    fn source(&self, fact: &str, now: Instant) -> String {
        let found = self.sources.iter().find(|(of, ..)| of == fact);
        found.map_or_else(String::new, |(_, from, at, by)| {
            format!("{}, {}", by.as_deref().unwrap_or(from), age(*at, now))
        })
    }
}

fn side(
    read: &Read<'_>,
    (room, requests): (&Room, &Scope),
    id: ClientId,
) -> Result<Side, StoreError> {
    let team: Vec<(Id, String, String)> = read.all(queries::ACCOUNT_TEAM, &params![id])?;
    let open = match &room.requests {
        Some(of) if !requests.is_nothing() => Some(of.open(read, requests, id)?.len()),
        _ => None,
    };
    Ok(Side {
        client: read.one(queries::ANY, &params![id])?,
        sources: read.all(queries::SOURCES, &params![id])?,
        values: read.all(queries::VALUES, &params![id])?,
        people: read::contacts_of(read, id)?.len(),
        team: team.len(),
        requests: open,
    })
}

/// What was chosen: `other` for what is taken over, each under the name of its fact.
pub(super) fn taken(chosen: [(&'static str, Option<String>); 14], values: &[String]) -> Taken {
    let facts = chosen
        .into_iter()
        .filter(|(_, which)| which.as_deref() == Some("other"));
    Taken {
        facts: facts.map(|(name, _)| name).collect(),
        values: values
            .iter()
            .filter_map(|id| id.parse::<FieldId>().ok())
            .collect(),
    }
}
