//! The page for searching, which works without a script: all kinds at once, or one of them page by page.

use askama::Template;
use axum::extract::{Query as Asked, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_search::{Hit, Hits, Marked, Query};
use kept_ui::parts::{Empty, More, View, Views};
use kept_ui::{Failure, Frame, Icon, page};
use serde::Deserialize;

use super::{KINDS, Kind, Search, found};

/// So many of each kind when all are asked for; [`OF_ONE`] when one is.
const OF_EACH: usize = 5;
const OF_ONE: usize = 30;

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    q: String,
    kind: Option<String>,
    after: Option<i64>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    q: String,
    kind: &'static str,
    views: Views,
    sections: Vec<Section>,
    none: Option<Empty>,
}

struct Section {
    name: &'static str,
    icon: Icon,
    hits: Vec<Line>,
    /// All of this kind.
    all: Option<String>,
    more: Option<More>,
}

struct Line {
    href: String,
    mark: Option<String>,
    title: Marked,
    excerpt: Marked,
}

/// The page.
pub async fn results(
    State(search): State<Search>,
    signed: Signed,
    frame: Frame,
    Asked(typed): Asked<Typed>,
) -> Result<Response, Failure> {
    let query = Query::parse(&typed.q);
    let kind = KINDS
        .iter()
        .find(|kind| typed.kind.as_deref() == Some(kind.key));
    let reached = |one: &&Kind| !signed.scope(one.action).is_nothing();
    let views = views(&typed.q, kind, KINDS.iter().filter(reached));
    let (after, limit) = match kind {
        Some(_) => (typed.after, OF_ONE),
        None => (None, OF_EACH),
    };
    let (asked, only) = (query.clone(), kind.map(|kind| kind.key));
    let records = search.store.read(move |read| {
        let kinds = KINDS
            .iter()
            .filter(|kind| only.is_none_or(|only| only == kind.key));
        found(read, &signed, &asked, kinds, (after, limit))
    });
    let records = records.await.map_err(kept_rooms::failed)?;
    let q = typed.q.trim().to_owned();
    let sections: Vec<_> = records
        .into_iter()
        .map(|(of, hits)| section(of, hits, (&query, &q), kind.is_some(), after))
        .collect();
    Ok(page(&SearchPage {
        none: sections.is_empty().then(|| none(&query, &q)),
        frame: frame.titled("Search").at("search"),
        kind: kind.map_or("", |kind| kind.key),
        q,
        views,
        sections,
    }))
}

fn none(query: &Query, q: &str) -> Empty {
    if query.is_empty() {
        return Empty::new(
            "Search everything you may see",
            "Words, the beginning of a word, or \u{201c}an exact phrase\u{201d}. Accents and capitals do not matter.",
        );
    }
    Empty::new(
        format!("Nothing is found for \u{201c}{q}\u{201d}"),
        "Try fewer words or fewer letters, or the number or mark of what you look for.",
    )
}

fn address(q: &str, kind: &str, after: Option<i64>) -> String {
    let q: String = url_coded(q);
    let kind = if kind.is_empty() {
        String::new()
    } else {
        format!("&kind={kind}")
    };
    let after = after.map_or_else(String::new, |after| format!("&after={after}"));
    format!("/search?q={q}{kind}{after}")
}

/// All bytes but letters and figures as `%XX`.
fn url_coded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut coded, byte| {
        if byte.is_ascii_alphanumeric() {
            coded.push(char::from(byte));
        } else {
            // Writing into a text never fails.
            let _ = write!(coded, "%{byte:02X}");
        }
        coded
    })
}

fn views<'k>(q: &str, current: Option<&Kind>, kinds: impl Iterator<Item = &'k Kind>) -> Views {
    let key = current.map_or("", |kind| kind.key);
    let view = |name: &str, of: &str| View {
        name: name.to_owned(),
        href: address(q, of, None),
        count: None,
        state: None,
        current: of == key,
    };
    let each = kinds.map(|kind| view(kind.all, kind.key));
    Views {
        of: "what was found".to_owned(),
        views: std::iter::once(view("Everything", ""))
            .chain(each)
            .collect(),
    }
}

fn section(
    kind: &'static Kind,
    hits: Hits,
    (query, q): (&Query, &str),
    alone: bool,
    after: Option<i64>,
) -> Section {
    let next = hits.next;
    let shown = hits.hits.len();
    Section {
        name: kind.all,
        icon: kind.icon,
        all: next.filter(|_| !alone).map(|_| address(q, kind.key, None)),
        more: (alone && (next.is_some() || after.is_some())).then(|| More {
            words: format!("{shown} shown, the newest first"),
            first: after.map(|_| address(q, kind.key, None)),
            next: next.map(|next| address(q, kind.key, Some(next))),
        }),
        hits: hits
            .hits
            .into_iter()
            .map(|hit| line(kind, query, hit))
            .collect(),
    }
}

fn line(kind: &Kind, query: &Query, hit: Hit) -> Line {
    Line {
        excerpt: hit.excerpt(query),
        href: hit.href,
        mark: hit.name.filter(|_| kind.key == "clause"),
        title: hit.title,
    }
}
