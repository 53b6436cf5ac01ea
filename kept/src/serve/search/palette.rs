//! The answer of the palette: places, acts, and the first records of each kind.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query as Asked, State};
use axum::http::header;
use axum::response::{Html as Bare, IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_journal::obligations::Whose;
use kept_rooms::Entry;
use kept_search::{Hit, Hits, Query};
use kept_store::{Read, StoreError};
use kept_today::NextStep;
use kept_ui::parts::{Found, Group, Results};
use kept_ui::{Failure, Icon, Menu};
use serde::Deserialize;

use super::{KINDS, Kind, Search, found};

/// So many records of each kind are shown; those whose title answers first, of so many that are looked at.
const OF_A_KIND: usize = 5;
const LOOKED_AT: usize = 20;

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    q: String,
}

/// A piece of a page, and no whole one.
pub async fn palette(
    State(search): State<Search>,
    signed: Signed,
    menu: Option<Extension<Arc<Menu>>>,
    Asked(typed): Asked<Typed>,
) -> Result<Response, Failure> {
    let query = Query::parse(&typed.q);
    let entries = entries(&signed, menu.as_deref());
    let named = |act: bool| {
        let of = entries.iter().filter(|entry| entry.act == act);
        let of = of.filter(|entry| query.names(&format!("{} {}", entry.words, entry.also)));
        of.map(line).collect()
    };
    let mut groups = vec![group("Go to", named(false)), group("Do", named(true))];
    if !query.is_empty() {
        let (today, now) = (search.today.clone(), search.world.now());
        let asked = move |read: &Read<'_>| {
            let records = found(read, &signed, &query, KINDS.iter(), (None, LOOKED_AT))?;
            let steps = match meant(&records) {
                Some(whose) => kept_today::next_steps(&today, read, whose, now)?,
                None => Vec::new(),
            };
            Ok::<_, StoreError>((records, steps))
        };
        let asked = search.store.read(asked).await;
        let (records, steps) = asked.map_err(kept_rooms::failed)?;
        groups.insert(0, group("Due next", steps.into_iter().map(step).collect()));
        groups.extend(records.into_iter().map(|(kind, hits)| {
            let mut hits = hits.hits;
            // A number or a name that was typed whole stays where it stands: at the head.
            hits.sort_by_key(|hit| hit.title.marks.is_empty() && !hit.is_named);
            let lines = hits
                .into_iter()
                .take(OF_A_KIND)
                .map(|hit| record(kind, hit));
            group(kind.all, lines.collect())
        }));
    }
    let results = Results {
        groups,
        asked: typed.q.trim().to_owned(),
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((headers, Bare(results.to_string())).into_response())
}

/// Whose next step is offered: the request that was named by its number, else the client or the request whose title answers.
fn meant(records: &[(&Kind, Hits)]) -> Option<Whose> {
    let first = |kind: &str, fits: &dyn Fn(&Hit) -> bool| {
        let (_, hits) = records.iter().find(|(found, _)| found.key == kind)?;
        let hit = hits.hits.iter().find(|hit| fits(hit))?;
        Some(hit.record.to_string())
    };
    let named = |hit: &Hit| hit.is_named;
    let titled = |hit: &Hit| hit.is_named || !hit.title.marks.is_empty();
    let request = |id| Whose::Record("request".to_owned(), id);
    first("request", &named)
        .map(request)
        .or_else(|| first("client", &titled).map(Whose::Client))
        .or_else(|| first("request", &titled).map(request))
}

fn step(step: NextStep) -> Found {
    Found {
        icon: Icon::CLOCK,
        words: step.words,
        kind: String::new(),
        mark: Some(step.mark),
        keys: None,
        href: step.href,
    }
}

fn group(name: &str, found: Vec<Found>) -> Group {
    Group {
        name: name.to_owned(),
        found,
    }
}

/// Where this person can go, and what they can do: their menu, and what the rooms add.
fn entries(signed: &Signed, menu: Option<&Arc<Menu>>) -> Vec<Entry> {
    let places = menu
        .into_iter()
        .flat_map(|menu| menu.groups.iter().flatten());
    let mut entries: Vec<_> = places
        .map(|place| {
            let entry = Entry::place(&place.title, &place.href, place.icon);
            place.keys.into_iter().fold(entry, Entry::keys)
        })
        .collect();
    entries.push(
        Entry::place("Your settings", "/me", Icon::CLIENTS).also("password token theme profile"),
    );
    entries.extend(kept_announcements::entries(signed));
    entries.extend(kept_clients::entries(signed));
    entries.extend(kept_requests::entries(signed));
    entries.extend(kept_templates::entries(signed));
    entries.extend(kept_messages::entries(signed));
    entries
}

fn line(entry: &Entry) -> Found {
    Found {
        icon: entry.icon,
        words: entry.words.clone(),
        kind: String::new(),
        mark: None,
        keys: entry.keys,
        href: entry.href.clone(),
    }
}

fn record(kind: &Kind, hit: Hit) -> Found {
    Found {
        icon: kind.icon,
        words: hit.title.text,
        kind: kind.one.to_owned(),
        mark: hit.name.filter(|_| kind.key == "clause"),
        keys: None,
        href: hit.href,
    }
}
