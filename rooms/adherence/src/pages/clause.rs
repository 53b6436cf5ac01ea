//! One clause: its sentence, its figures, what they are made of, and the cases behind each number.

mod cases;
mod head;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query as FromQuery, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_journal::obligations::{self, Asked, Of, Owed};
use kept_kernel::Instant;
use kept_rooms::{RecordNames, RecordPages};
use kept_store::{Read, StoreError};
use kept_ui::parts::{Empty, More};
use kept_ui::{Failure, Frame, Html, page};

pub use cases::CaseRow;
pub use head::{HeadKey, heading};

use super::overview::{CLIENT, path};
use super::said::count;
use super::share_row::sum;
use super::view::{Query, VERDICTS, View};
use super::{got, shown_or_not_found};
use crate::figures::{Counts, RuleFigures};
use crate::queries::{self, CountRow};
use crate::room::{Room, Shown};
use crate::scope::{Exporter, Reach};
use crate::tally::Dimension;
use crate::written::Parts;
use cases::Listing;
use head::Drawing;

/// So many cases stand on a page.
const CASES: u32 = 25;

#[derive(Template)]
#[template(path = "adherence/clause.html")]
struct ClausePage {
    frame: Frame,
    head: Arc<Html>,
    cases: Vec<CaseRow>,
    none: Option<Empty>,
    more: More,
}

/// What is read for the page.
struct Rows {
    parts: Arc<Parts>,
    cases: Vec<Owed>,
    names: RecordNames,
}

/// The page.
pub async fn clause(
    State(room): State<Room>,
    Path((code, rule)): Path<(String, String)>,
    FromQuery(query): FromQuery<Query>,
    (reach, exporter): (Reach, Exporter),
    frame: Frame,
) -> Result<Response, Failure> {
    let shown = shown_or_not_found(&room).await?;
    let rules = room.rules().now();
    let view = View {
        sop: None,
        ..View::from(query)
    };
    let view = view.reached(&reach, &rules.directory);
    let figures = of_rule(&shown, &code, &rule)?;
    let of = view.of(&rules.directory)?;
    let months = months(&room, &shown, (&code, &rule), &view).await?;
    let counts = months.iter().map(|row| row.counts);
    let counts = counts.fold(Counts::default(), sum);
    let verdict = view.verdict.unwrap_or_else(|| worst(counts));
    let asked = asked((code.clone(), rule.clone()), verdict, of, &shown, &view);
    let rows = rows(&room, &shown, &view, asked).await?;
    let zone = rules.program.company_calendar().time_zone().clone();
    let drawing = Drawing {
        shown: &shown,
        figures,
        view,
        months,
        parts: rows.parts,
        counts,
        verdict,
        rules: &rules,
        path: path(&code, &rule),
        may_export: exporter.cases.is_some(),
    };
    let listing = Listing {
        rules: &rules,
        pages: room.pages(),
        names: &rows.names,
        zone: &zone,
        until: shown.judgement.until,
    };
    let on_page = rows.cases.iter().take(CASES as usize);
    Ok(page(&ClausePage {
        frame: frame
            .titled(format!("Adherence of {}", drawing.figures.card.clause))
            .at("adherence")
            .showing("adherence"),
        head: drawing.head(&rows.names).map_err(Failure::internal)?,
        cases: on_page.map(|duty| listing.row(duty)).collect(),
        none: rows.cases.is_empty().then(|| {
            Empty::new(
                "No such cases",
                "Choose another verdict above, or a longer period.",
            )
        }),
        more: more(&drawing, &rows.cases),
    }))
}

/// Reads the parts, the cases, and what they are called.
async fn rows(room: &Room, shown: &Arc<Shown>, view: &View, asked: Asked) -> Result<Rows, Failure> {
    let split = view.of.is_none();
    let narrow = shown.months.and_then(|all| view.within(all));
    let (shown, pages) = (Arc::clone(shown), room.pages().clone());
    let of_client = match view.value() {
        (Dimension::Client, of) => Some(of.to_owned()),
        _ => None,
    };
    got(room.store().read(move |read| {
        let parts = if split {
            shown.parts_of(read, (&asked.rule.0, &asked.rule.1), narrow)?
        } else {
            Arc::default()
        };
        let cases = cases(read, &asked)?;
        let names = names(read, &pages, (&parts, &cases), of_client.as_deref())?;
        Ok(Rows {
            parts,
            cases,
            names,
        })
    }))
    .await
}

/// The figures of a rule that opens duties.
pub fn of_rule<'s>(shown: &'s Shown, code: &str, rule: &str) -> Result<&'s RuleFigures, Failure> {
    let name = format!("{code}/{rule}");
    let found = shown.rules.iter().find(|rule| rule.card.rule == name);
    found.ok_or_else(|| {
        Failure::not_found(format!("There is no rule {name} that opens duties"))
            .way_on("/adherence", "Adherence")
    })
}

pub async fn months(
    room: &Room,
    shown: &Shown,
    (code, rule): (&str, &str),
    view: &View,
) -> Result<Vec<CountRow>, Failure> {
    let Some(all) = shown.months else {
        return Ok(Vec::new());
    };
    let (dimension, value) = view.value();
    if dimension == Dimension::All {
        return Ok(shown.counts_of(&format!("{code}/{rule}"), view.within(all)));
    }
    let (code, rule, value) = (code.to_owned(), rule.to_owned(), value.to_owned());
    let within = view.within(all).unwrap_or(all);
    let judgement = shown.judgement.number;
    got(room.store().read(move |read| {
        let (rule, value) = ((&*code, &*rule), (dimension, &*value));
        queries::months_of(read, judgement, rule, value, within)
    }))
    .await
}

/// What everything on the page is called, asked of its rooms at once.
fn names(
    read: &Read<'_>,
    pages: &RecordPages,
    (parts, cases): (&[(Dimension, Vec<CountRow>)], &[Owed]),
    of_client: Option<&str>,
) -> Result<RecordNames, StoreError> {
    let of_clients = parts.iter().filter(|(by, _)| *by == Dimension::Client);
    let values = of_clients.flat_map(|(_, rows)| rows.iter().map(|row| row.value.as_str()));
    let clients = cases.iter().filter_map(|case| case.client.as_deref());
    let clients = values.chain(clients).chain(of_client);
    let subjects = cases.iter().map(|case| (&*case.noun, &*case.subject));
    pages.names(read, clients.map(|id| (CLIENT, id)).chain(subjects))
}

/// The cases that a view asks for.
pub fn asked(rule: (String, String), verdict: &str, of: Of, shown: &Shown, view: &View) -> Asked {
    let zone = TimeZone::get(&shown.judgement.frame.zone).unwrap_or(TimeZone::UTC);
    let end = view.to.map_or(Instant::MAX, |to| to.next().begin(&zone));
    Asked {
        rule,
        verdict: verdict.to_owned(),
        of,
        from: view.from.map_or(Instant::MIN, |from| from.begin(&zone)),
        before: view.before.unwrap_or((end, i64::MIN)),
        limit: CASES + 1,
    }
}

/// The cases.
pub fn cases(read: &Read<'_>, asked: &Asked) -> Result<Vec<Owed>, StoreError> {
    obligations::of_rule(read, asked)
}

/// The verdict that is shown first: the one that most needs a look.
fn worst(counts: Counts) -> &'static str {
    let present = VERDICTS
        .iter()
        .find(|(word, _)| number_of(counts, word) > Some(0));
    present.map_or("met", |(word, _)| word)
}

/// How many have a verdict; pending and paused are counted together.
pub fn number_of(counts: Counts, verdict: &str) -> Option<u64> {
    Some(match verdict {
        "met" => counts.met,
        "met-late" => counts.met_late,
        "missed" => counts.missed,
        "overdue" => counts.overdue,
        "pending" => counts.pending,
        "excused" => counts.excused,
        "cancelled" => counts.cancelled,
        "cannot-be-judged" => counts.cannot_be_judged,
        _ => return None,
    })
}

fn more(drawing: &Drawing<'_>, cases: &[Owed]) -> More {
    let on_page = cases.len().min(CASES as usize);
    let last = on_page.checked_sub(1).and_then(|last| cases.get(last));
    let view = drawing.view.cases(drawing.verdict);
    let next = last.filter(|_| cases.len() > on_page).map(|last| View {
        before: Some((last.opened_at, last.number)),
        ..view.clone()
    });
    let at = |view: &View| view.at(&drawing.path) + "#cases";
    More {
        words: format!("{} shown, the newest first", count(on_page as u64)),
        first: drawing.view.before.map(|_| at(&view)),
        next: next.as_ref().map(at),
    }
}
