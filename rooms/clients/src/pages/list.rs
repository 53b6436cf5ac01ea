//! The list: by name, by tier, what has to be checked; and the box to search in.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_journal::InForce;
use kept_kernel::{Id, Instant};
use kept_search::{Reach, find};
use kept_store::{Read, StoreError};
use kept_ui::parts::{Avatar, Button, Empty, Filter, Filters, More, Tier, View, Views};
use kept_ui::{Failure, Frame, page};
use serde::Deserialize;

use super::said::{encoded, tier};
use super::{got, scopes};
use crate::import::may_import;
use crate::model::{ClientCard, ClientId, values};
use crate::queries::{After, Listed, START, listed};
use crate::read;
use crate::room::{Room, TOPIC};
use crate::search::KIND;

const ON_A_PAGE: usize = 50;

/// What is asked for: a view, a tier, words to search for, and where the list goes on.
#[derive(Deserialize, Default)]
pub struct Asked {
    view: Option<String>,
    tier: Option<String>,
    q: Option<String>,
    after: Option<String>,
    id: Option<String>,
}

#[derive(Template)]
#[template(path = "clients/list.html")]
struct ListPage {
    frame: Frame,
    views: Views,
    filters: Filters,
    words: String,
    rows: Vec<Line>,
    tools: Vec<Button>,
    more: Option<More>,
    none: Empty,
}

struct Line {
    href: String,
    avatar: Avatar,
    name: String,
    mark: String,
    tier: Option<Tier>,
    engagement: String,
    owner: String,
    alert: Option<String>,
}

/// The page.
pub async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (reading, editing) = scopes(&signed)?;
    let may_add = !editing.is_nothing();
    let reaches_all = reading.is_everything();
    let rules = room.rules.now();
    let words = asked
        .q
        .as_deref()
        .map(str::trim)
        .unwrap_or_default()
        .to_owned();
    let tiers = values(&rules.register, "client", "tier");
    let of_tier = asked
        .tier
        .as_ref()
        .filter(|tier| tiers.contains(tier))
        .cloned();
    let view = match (asked.view.as_deref(), &of_tier) {
        (Some("to-check"), _) => Listed::ToCheck,
        (_, Some(tier)) => Listed::OfTier(tier.clone()),
        _ => Listed::ByName,
    };
    let after = after(&asked, &view);
    let found = if words.is_empty() {
        let (scope, view, after) = (reading, view.clone(), after.clone());
        let limit = ON_A_PAGE as u32 + 1;
        got(room
            .store
            .read(move |read| listed(read, &scope, &view, &after, limit)))
        .await?
    } else {
        let words = words.clone();
        got(room
            .store
            .read(move |read| searched(read, &reading, &words)))
        .await?
    };
    let shown = found.iter().take(ON_A_PAGE);
    let rows = shown.map(|(card, _)| line(&rules, card)).collect();
    let more = if words.is_empty() {
        more(&found, &view, after == START)
    } else {
        cut(&found)
    };
    Ok(page(&ListPage {
        views: views(&view, may_add),
        filters: filters(&tiers, of_tier.as_deref()),
        rows,
        tools: tools(&signed),
        more,
        none: none(&view, &words, (may_add, reaches_all)),
        words,
        frame: frame.titled("Clients").at("clients").showing(TOPIC),
    }))
}

/// By the beginning of a name or address, then by words anywhere; so many at most.
fn searched(
    read: &Read<'_>,
    scope: &Scope,
    words: &str,
) -> Result<Vec<(ClientCard, Instant)>, StoreError> {
    let limit = ON_A_PAGE as u32;
    let mut found = read::pick(read, scope, words, limit)?;
    if found.len() < ON_A_PAGE {
        let reach = Reach::of(&scope.params());
        let query = kept_search::Query::parse(words);
        let hits = find(read, &query, (KIND, &reach), None, ON_A_PAGE)?.hits;
        let ids = hits.iter().map(|hit| ClientId(hit.record));
        let ids: Vec<ClientId> = ids
            .filter(|id| !found.iter().any(|card| card.id == *id))
            .collect();
        let mut cards = read::clients(read, scope, &ids)?;
        cards.sort_by_key(|card| ids.iter().position(|id| *id == card.id));
        found.extend(cards);
    }
    found.truncate(ON_A_PAGE);
    Ok(found.into_iter().map(|card| (card, Instant::MIN)).collect())
}

fn after(asked: &Asked, view: &Listed) -> After {
    let id = asked.id.as_deref().and_then(|id| id.parse::<Id>().ok());
    match (&asked.after, id) {
        (Some(key), Some(id)) if *view == Listed::ToCheck => {
            let at = key.parse().unwrap_or_default();
            After {
                name: String::new(),
                at: Instant::from_micros(at),
                id,
            }
        }
        (Some(name), Some(id)) => After {
            name: name.clone(),
            ..After { id, ..START }
        },
        _ => START,
    }
}

fn line(rules: &InForce, card: &ClientCard) -> Line {
    Line {
        href: format!("/clients/{}", card.id),
        avatar: Avatar::of_client(&card.name),
        name: card.name.clone(),
        mark: card.mark(),
        tier: card.tier.as_deref().map(|name| tier(rules, name)),
        engagement: card.engagement.clone().unwrap_or_default(),
        owner: card
            .owner
            .as_ref()
            .map(|(_, name)| name.clone())
            .unwrap_or_default(),
        alert: card.alert.clone(),
    }
}

fn add() -> Button {
    Button::link("Add a client", "/clients/new")
        .primary()
        .key("c")
}

fn tools(signed: &Signed) -> Vec<Button> {
    let editing = signed.scope(Action::EditClients);
    let may_edit = !editing.is_nothing();
    let quiet =
        |open: bool, words: &str, href: &str| open.then(|| Button::link(words, href).quiet());
    let may_export = signed.may(Action::ExportRecords);
    [
        quiet(signed.may(Action::Configure), "Fields", "/clients/fields"),
        quiet(may_export, "Export", "/clients/export.csv"),
        quiet(may_export, "Export contacts", "/clients/contacts.csv"),
        quiet(may_import(&editing), "Import", "/clients/import"),
        quiet(may_edit, "Duplicates", "/clients/duplicates"),
        may_edit.then(add),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn views(current: &Listed, may_edit: bool) -> Views {
    let view = |name: &str, href: &str, of: bool| View {
        name: name.to_owned(),
        href: href.to_owned(),
        count: None,
        state: None,
        current: of,
    };
    let to_check = *current == Listed::ToCheck;
    let mut views = vec![view("By name", "/clients", !to_check)];
    views.extend(may_edit.then(|| view("To check", "/clients?view=to-check", to_check)));
    Views {
        of: "clients".to_owned(),
        views,
    }
}

fn filters(tiers: &[String], current: Option<&str>) -> Filters {
    if let Some(tier) = current {
        let set = Filter {
            name: "Tier".to_owned(),
            value: Some(tier.to_owned()),
            href: "/clients".to_owned(),
        };
        return Filters(vec![set]);
    }
    let each = tiers.iter().rev().map(|tier| Filter {
        name: tier.clone(),
        value: None,
        href: format!("/clients?tier={}", encoded(tier)),
    });
    Filters(each.collect())
}

fn none(view: &Listed, words: &str, (may_add, reaches_all): (bool, bool)) -> Empty {
    let empty = if !words.is_empty() {
        Empty::new(
            "Nothing is called like that",
            "Try the beginning of the name, of a contact or of an address.",
        )
    } else if *view == Listed::ToCheck {
        Empty::new(
            "Nothing waits to be checked",
            "Who writes by a form or a mail and is not known yet stands here.",
        )
    } else if matches!(view, Listed::OfTier(_)) {
        Empty::new(
            "No client of this tier is in your reach",
            "Tiers follow the revenue of the last twelve months.",
        )
    } else if !reaches_all {
        // There may be many: others look after them.
        Empty::new(
            "None of the clients are yours",
            "Those stand here that you look after, or on whose team you are.",
        )
    } else if !may_add {
        Empty::new(
            "No clients yet",
            "They stand here when somebody adds one, or when somebody writes: they are taken in by themselves.",
        )
    } else {
        Empty::new(
            "No clients yet",
            "Add the first one, or wait until somebody writes: they are taken in by themselves.",
        )
    };
    if may_add && words.is_empty() {
        empty.act(add())
    } else {
        empty
    }
}

fn cut(found: &[(ClientCard, Instant)]) -> Option<More> {
    (found.len() >= ON_A_PAGE).then(|| More {
        words: "The first 50 are shown. Write more of the name.".to_owned(),
        first: None,
        next: None,
    })
}

fn more(found: &[(ClientCard, Instant)], view: &Listed, is_start: bool) -> Option<More> {
    let shown = found.len().min(ON_A_PAGE);
    let last = found
        .get(ON_A_PAGE)
        .and_then(|_| found.get(shown.saturating_sub(1)));
    if is_start && last.is_none() {
        return None;
    }
    let href = match view {
        Listed::ByName => "/clients".to_owned(),
        Listed::ToCheck => "/clients?view=to-check".to_owned(),
        Listed::OfTier(tier) => format!("/clients?tier={}", encoded(tier)),
    };
    let joint = if href.contains('?') { '&' } else { '?' };
    let next = |(card, at): &(ClientCard, Instant)| {
        let key = match view {
            Listed::ToCheck => at.micros().to_string(),
            _ => encoded(&crate::model::folded(&card.name)),
        };
        format!("{href}{joint}after={key}&id={}", card.id)
    };
    Some(More {
        words: format!("{shown} shown"),
        first: (!is_start).then(|| href.clone()),
        next: last.map(next),
    })
}
