//! Adherence by clause: the worst first, each split as asked.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query as FromQuery, State};
use axum::response::Response;
use kept_charts::{Scale, scale_marks};
use kept_journal::Directory;
use kept_rooms::RecordNames;
use kept_store::{Read, StoreError};
use kept_ui::parts::{
    Button, ClauseMark, Empty, Filter, Filters, Notice, Progress, View as Tab, Views,
};
use kept_ui::{Failure, Frame, Html, Icon, page};

use super::clause::heading;
use super::said::{count, plural};
use super::share_row::{RowOf, ShareRow, scale, sum};
use super::view::{By, Query, View};
use super::{got, shown};
use crate::figures::{Counts, RuleFigures};
use crate::queries::{self, CountRow, Within};
use crate::room::{Room, Shown, State as RoomState};
use crate::scope::Reach;
use crate::share::{Share, Standing};
use crate::tally::{Dimension, Month};
use crate::words::share_words;

/// The noun of clients.
pub const CLIENT: &str = "client";
/// So many people, clients or tiers are shown under a clause.
const MOST_PARTS: u32 = 6;
/// So many months are drawn in a trend the size of a word.
const MOST_MONTHS: usize = 24;
/// The months of so many years, the latest, are offered one by one as the beginning or end of a period.
const MOST_CHOICES: i32 = 5;

#[derive(Template)]
#[template(path = "adherence/overview.html")]
struct OverviewPage {
    frame: Frame,
    running: Option<Progress>,
    failed: Option<Notice>,
    tabs: Option<Views>,
    filters: Filters,
    period: Period,
    target: String,
    table: Html,
    until: String,
    csv: String,
    again: Option<Button>,
}

/// What is told of each clause.
#[derive(Template)]
#[template(path = "adherence/clauses.html")]
struct Table {
    lead: String,
    scale: Html,
    clauses: Vec<Clause>,
    silent: Vec<Silent>,
}

#[derive(Template)]
#[template(path = "adherence/nothing.html")]
struct NothingPage {
    frame: Frame,
    running: Option<Progress>,
    failed: Option<Notice>,
    empty: Option<Empty>,
}

/// The months to choose from, and what is carried along.
pub struct Period {
    pub from: Vec<Choice>,
    pub to: Vec<Choice>,
    pub carried: Vec<(&'static str, String)>,
}

/// A month in a list.
pub struct Choice {
    pub value: String,
    pub words: String,
    pub chosen: bool,
}

/// A clause with its parts.
struct Clause {
    mark: ClauseMark,
    row: ShareRow,
    parts: Vec<ShareRow>,
    current: bool,
}

/// A clause without a case.
struct Silent {
    mark: ClauseMark,
    name: String,
    href: String,
}

/// A rule with its counts within the period.
pub struct Counted<'s> {
    pub rule: &'s RuleFigures,
    code: &'s str,
    id: &'s str,
    pub counts: Counts,
    months: Vec<CountRow>,
    parts: Vec<CountRow>,
}

/// The page.
pub async fn overview(
    State(room): State<Room>,
    FromQuery(query): FromQuery<Query>,
    reach: Reach,
    frame: Frame,
) -> Result<Response, Failure> {
    let frame = frame
        .titled("Adherence")
        .at("adherence")
        .showing("adherence");
    let rules = room.rules().now();
    let view = View::from(query).reached(&reach, &rules.directory);
    let Some(shown) = shown(&room).await? else {
        return Ok(page(&nothing(frame, &room)));
    };
    let drawing = Drawing {
        names: &name_of(&room, &view).await?,
        room: &room,
        shown: &shown,
        view: &view,
        directory: &rules.directory,
        whole: reach == Reach::Whole,
    };
    // A client's name is not kept: it may be changed, or erased.
    let kept = view.is_whole() && view.by != Some(By::Dimension(Dimension::Client));
    let known = kept.then(|| shown.table(&rules, view.by));
    let table = if let Some(table) = known.flatten() {
        table
    } else {
        let table = table(&drawing).await?;
        if kept {
            shown.keep_table(&rules, view.by, table.clone());
        }
        table
    };
    Ok(page(&drawn(&drawing, frame, table)))
}

/// The name of the client that a view is narrowed to.
async fn name_of(room: &Room, view: &View) -> Result<RecordNames, Failure> {
    let (Dimension::Client, of) = view.value() else {
        return Ok(RecordNames::default());
    };
    let (pages, of) = (room.pages().clone(), of.to_owned());
    got(room
        .store()
        .read(move |read| pages.names(read, [(CLIENT, &*of)])))
    .await
}

/// What is told of each clause, the worst first.
async fn table(drawing: &Drawing<'_>) -> Result<Html, Failure> {
    let Drawing {
        room, shown, view, ..
    } = *drawing;
    let (parts, names) = match view.by {
        Some(By::Dimension(dimension)) if view.of.is_none() => {
            let (asked, of, pages) = (view.clone(), Arc::clone(shown), room.pages().clone());
            let read = move |read: &Read<'_>| {
                let parts = parts(read, &of, &asked, dimension)?;
                let values = parts.iter().flatten().map(|row| (CLIENT, &*row.value));
                let clients = values.filter(|_| dimension == Dimension::Client);
                let names = pages.names(read, clients)?;
                Ok((parts, names))
            };
            got(room.store().read(read)).await?
        }
        _ => (Vec::new(), RecordNames::default()),
    };
    let narrowed = narrowed(room, shown, view).await?;
    let mut counted = counted(shown, view, narrowed.as_ref(), parts);
    let target = shown.judgement.frame.target;
    counted.sort_by(|one, other| worse(one, other, target));
    let drawing = &Drawing {
        names: &names,
        ..*drawing
    };
    let table = tabled(drawing, &counted).render();
    table.map(Html::trusted).map_err(Failure::internal)
}

fn nothing(frame: Frame, room: &Room) -> NothingPage {
    let (running, failed) = beside(room);
    let empty = running.is_none().then(|| {
        let act = Button::act("Judge the journal", "/adherence/judgements", &frame.csrf);
        Empty::new(
            "Nothing is judged yet",
            "Import your history or work for a while, then let Kept judge it by the SOPs in force.",
        )
        .act(act.primary())
    });
    NothingPage {
        frame,
        running,
        failed,
        empty,
    }
}

/// What runs beside the pages, and what went wrong.
fn beside(room: &Room) -> (Option<Progress>, Option<Notice>) {
    match room.state() {
        RoomState::Judging(done, of) => {
            let progress = Progress {
                heading: "The journal is being judged".to_owned(),
                words: format!(
                    "{} of {} events. You can leave this page.",
                    count(done.min(of)),
                    count(of)
                ),
                done,
                of,
            };
            (Some(progress), None)
        }
        RoomState::Idle(Some(failed)) => {
            let words = format!("{failed}. What was shown before is still shown. Judge it again.");
            (
                None,
                Some(Notice::alert("The journal could not be judged", words)),
            )
        }
        RoomState::Idle(None) => (None, None),
    }
}

/// The parts of each clause.
fn parts(
    read: &Read<'_>,
    shown: &Shown,
    view: &View,
    dimension: Dimension,
) -> Result<Vec<Vec<CountRow>>, StoreError> {
    let judgement = shown.judgement.number;
    if let Some(within) = shown.months.and_then(|all| view.within(all)) {
        let rows = queries::most_of_all(read, judgement, dimension, within, MOST_PARTS)?;
        let mut of = by_rule(rows);
        let parts = own_rules(shown, view);
        return Ok(parts
            .map(|(rule, ..)| of.remove(&rule.card.rule).unwrap_or_default())
            .collect());
    }
    // Over all months an index holds those with most cases of each rule first; all at once would read every client.
    let parts = own_rules(shown, view).map(|(rule, code, id)| {
        if rule.counts.triggered == 0 {
            return Ok(Vec::new());
        }
        queries::most(read, judgement, (code, id), dimension, None, MOST_PARTS)
    });
    parts.collect()
}

/// The rules of the document that is asked for, or all.
fn own_rules<'s>(
    shown: &'s Shown,
    view: &View,
) -> impl Iterator<Item = (&'s RuleFigures, &'s str, &'s str)> {
    let rules = shown.rules.iter().filter_map(|rule| {
        let (code, id) = rule.card.rule.split_once('/')?;
        Some((rule, code, id))
    });
    rules.filter(move |(_, code, _)| view.sop.as_deref().is_none_or(|sop| sop == *code))
}

/// The counts of each rule where the figures are narrowed to one person, team or client.
pub async fn narrowed(
    room: &Room,
    shown: &Shown,
    view: &View,
) -> Result<Option<Narrowed>, Failure> {
    let ((dimension, value), Some(all)) = (view.value(), shown.months) else {
        return Ok(None);
    };
    if dimension == Dimension::All {
        return Ok(None);
    }
    let (value, judgement) = (value.to_owned(), shown.judgement.number);
    let within = view.within(all).unwrap_or(all);
    let rows = got(room
        .store()
        .read(move |read| queries::months_of_value(read, judgement, (dimension, &value), within)))
    .await?;
    Ok(Some(by_rule(rows)))
}

fn by_rule(rows: Vec<CountRow>) -> Narrowed {
    let mut of = Narrowed::new();
    for row in rows {
        let name = format!("{}/{}", row.code, row.rule);
        of.entry(name).or_default().push(row);
    }
    of
}

/// Counts month by month, by rule.
pub type Narrowed = HashMap<String, Vec<CountRow>>;

/// The rules of a view with their counts within its period.
pub fn counted<'s>(
    shown: &'s Shown,
    view: &View,
    narrowed: Option<&Narrowed>,
    parts: Vec<Vec<CountRow>>,
) -> Vec<Counted<'s>> {
    let mut parts = parts.into_iter();
    let within = shown.months.and_then(|all| view.within(all));
    own_rules(shown, view)
        .map(|(rule, code, id)| {
            let own = match narrowed {
                Some(narrowed) => narrowed.get(&rule.card.rule).cloned().unwrap_or_default(),
                None => shown.counts_of(&rule.card.rule, within),
            };
            let counts = own.iter().map(|row| row.counts);
            let parts = match view.by {
                Some(By::Month) => own.clone(),
                _ => parts.next().unwrap_or_default(),
            };
            Counted {
                rule,
                code,
                id,
                counts: counts.fold(Counts::default(), sum),
                months: own,
                parts,
            }
        })
        .collect()
}

fn worse(one: &Counted<'_>, other: &Counted<'_>, target: f64) -> Ordering {
    let share = |of: &Counted<'_>| Share::of(of.counts.met, of.counts.judged());
    let standing = |of| Share::standing(share(of), target);
    let value = |of| share(of).map_or(2.0, |share| share.share);
    standing(one)
        .cmp(&standing(other))
        .then(value(one).total_cmp(&value(other)))
}

/// What the page is drawn from, save the counts.
struct Drawing<'d> {
    names: &'d RecordNames,
    room: &'d Room,
    shown: &'d Arc<Shown>,
    view: &'d View,
    directory: &'d Directory,
    /// The reader sees everything, and may have it judged again.
    whole: bool,
}

fn drawn(drawing: &Drawing<'_>, frame: Frame, table: Html) -> OverviewPage {
    let Drawing {
        room, shown, view, ..
    } = drawing;
    let judged = &shown.judgement.frame;
    let (running, failed) = beside(room);
    OverviewPage {
        again: drawing.whole.then(|| {
            Button::act("Judge again", "/adherence/judgements", &frame.csrf).icon(Icon::REPLAY)
        }),
        csv: view.at("/adherence/figures.csv"),
        running,
        failed,
        tabs: drawing.whole.then(|| tabs(view)),
        filters: filters(drawing),
        period: period(shown.months, view),
        target: share_words(judged.target),
        table,
        until: judged.until.get(..16).unwrap_or_default().replace('T', " "),
        frame,
    }
}

fn tabled(drawing: &Drawing<'_>, counted: &[Counted<'_>]) -> Table {
    let Drawing { shown, view, .. } = drawing;
    let target = shown.judgement.frame.target;
    let with_cases = || counted.iter().filter(|rule| rule.counts.triggered > 0);
    let scale = scale(with_cases().map(|rule| rule.counts), target);
    Table {
        lead: lead(counted, target),
        scale: Html::trusted(scale_marks(scale, Some(target))),
        clauses: with_cases()
            .enumerate()
            .map(|(place, rule)| clause(drawing, rule, scale, place == 0))
            .collect(),
        silent: counted
            .iter()
            .filter(|rule| rule.counts.triggered == 0)
            .map(|rule| Silent {
                mark: mark(rule.rule),
                name: rule.rule.card.name.clone(),
                href: view.base().at(&path(rule.code, rule.id)),
            })
            .collect(),
    }
}

fn clause(drawing: &Drawing<'_>, counted: &Counted<'_>, scale: Scale, current: bool) -> Clause {
    let Drawing { shown, view, .. } = drawing;
    let target = shown.judgement.frame.target;
    let (path, period) = (path(counted.code, counted.id), view.base());
    let trend: Vec<_> = trend(&counted.months).collect();
    let row = RowOf {
        name: counted.rule.card.name.clone(),
        href: period.at(&path),
        counts: counted.counts,
        trend: trend
            .get(trend.len().saturating_sub(MOST_MONTHS)..)
            .unwrap_or_default(),
        excused: period.cases("excused").at(&path),
        overdue: period.cases("overdue").at(&path),
    };
    let parts = counted.parts.iter().map(|part| {
        let (name, own) = match view.by {
            Some(By::Dimension(dimension)) => {
                let whom = (drawing.directory, drawing.names);
                let named = called(whom, dimension, &part.value);
                (named, period.narrowed(dimension, &part.value))
            }
            _ => (part.month.words(), period.in_month(part.month)),
        };
        let row = RowOf {
            name,
            href: own.at(&path),
            counts: part.counts,
            trend: &[],
            excused: own.cases("excused").at(&path),
            overdue: own.cases("overdue").at(&path),
        };
        ShareRow::new(row, target, scale)
    });
    Clause {
        mark: mark(counted.rule),
        parts: parts.collect(),
        row: ShareRow::new(row, target, scale),
        current,
    }
}

/// The share of each month from the first to the last, those without cases too.
fn trend(months: &[CountRow]) -> impl Iterator<Item = Option<f64>> {
    let first = months.first().map_or(Month(1), |row| row.month);
    let last = months.last().map_or(Month(0), |row| row.month);
    let all = std::iter::successors(Some(first), |month| Some(month.next()));
    all.take_while(move |month| *month <= last)
        .take(1_200)
        .map(|month| {
            let row = months.iter().find(|row| row.month == month)?;
            Share::of(row.counts.met, row.counts.judged()).map(|share| share.share)
        })
}

/// The mark of a rule's clause.
pub fn mark(rule: &RuleFigures) -> ClauseMark {
    let (code, id) = rule.card.rule.split_once('/').unwrap_or_default();
    ClauseMark::new(&rule.card.clause, format!("/sops/{code}#{id}"))
        .card(format!("/sops/clause/{code}/{id}"))
}

/// Where a clause's own page is.
pub fn path(code: &str, id: &str) -> String {
    format!("/adherence/{code}/{id}")
}

fn tabs(view: &View) -> Views {
    let tab = |name: &str, by: Option<By>| {
        let view = View {
            by,
            of: None,
            ..view.clone()
        };
        (name.to_owned(), by, view.at("/adherence"))
    };
    let split = By::ALL
        .into_iter()
        .map(|by| tab(&format!("By {}", by.word()), Some(by)));
    let tabs = [tab("By clause", None)].into_iter().chain(split);
    Views {
        of: "Adherence".to_owned(),
        views: tabs
            .map(|(name, by, href)| Tab {
                name,
                href,
                count: None,
                state: None,
                current: by == view.by,
            })
            .collect(),
    }
}

fn filters(drawing: &Drawing<'_>) -> Filters {
    let Drawing { shown, view, .. } = drawing;
    let filter = |sop: Option<&str>, name: String, value: Option<String>| Filter {
        name,
        value,
        href: View {
            sop: sop.map(str::to_owned),
            ..(*view).clone()
        }
        .at("/adherence"),
    };
    let sops = &shown.judgement.frame.sops;
    let mut filters = match &view.sop {
        Some(sop) => vec![filter(None, "SOP".to_owned(), Some(sop.clone()))],
        None if sops.len() > 1 => {
            let each = sops.iter();
            each.map(|sop| filter(Some(&sop.code), sop.code.clone(), None))
                .collect()
        }
        None => Vec::new(),
    };
    if let (dimension, of) = view.value()
        && dimension != Dimension::All
    {
        let whole = View {
            by: None,
            of: None,
            ..(*view).clone()
        };
        filters.push(Filter {
            name: heading(dimension).1.to_owned(),
            value: Some(called((drawing.directory, drawing.names), dimension, of)),
            href: whole.at("/adherence"),
        });
    }
    Filters(filters)
}

/// What a value of a dimension is called.
pub fn called(
    (directory, names): (&Directory, &RecordNames),
    dimension: Dimension,
    value: &str,
) -> String {
    match dimension {
        Dimension::Person => directory.name(value).to_owned(),
        Dimension::Client => names.get(CLIENT, value).unwrap_or(value).to_owned(),
        _ => value.to_owned(),
    }
}

/// The months to choose from.
pub fn period(all: Option<Within>, view: &View) -> Period {
    let months: Vec<Month> = all.map_or_else(Vec::new, |all| {
        let months = std::iter::successors(Some(all.from), |month| Some(month.next()));
        months.take_while(|month| *month <= all.to).collect()
    });
    let lately = all.map_or(Month(0), |all| all.to.years_before(MOST_CHOICES));
    // Of what is long ago, whole years can be chosen: from the first month of one, to the last.
    let choices = |chosen: Option<Month>, of_year: i8| {
        let offered = |month: &&Month| {
            **month > lately || month.first_day().month() == of_year || chosen == Some(**month)
        };
        let months = months.iter().filter(offered).map(|month| Choice {
            value: month.text(),
            words: month.words(),
            chosen: chosen == Some(*month),
        });
        months.collect::<Vec<_>>()
    };
    let carried = [
        ("sop", view.sop.clone()),
        ("by", view.by.map(|by| by.word().to_owned())),
        ("of", view.of.clone()),
        ("verdict", view.verdict.map(str::to_owned)),
    ];
    Period {
        from: choices(view.from, 1),
        to: choices(view.to, 12),
        carried: carried
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
    }
}

/// What the table says, in a sentence or two.
fn lead(counted: &[Counted<'_>], target: f64) -> String {
    let share = |of: &Counted<'_>| Share::of(of.counts.met, of.counts.judged());
    let standing = |of: &Counted<'_>| Share::standing(share(of), target);
    let of = |wanted: Standing| {
        counted
            .iter()
            .filter(|rule| standing(rule) == wanted)
            .count()
    };
    let judged = counted.iter().filter(|rule| share(rule).is_some()).count();
    if judged == 0 {
        return "No rule has a verdict in this period.".to_owned();
    }
    let verb = |number: usize, one: &str, more: &str| match number {
        0 => format!("none {one}"),
        1 => format!("one {one}"),
        number => format!("{number} {more}"),
    };
    let unclear = of(Standing::TooCloseToTell) + of(Standing::NotEnoughData);
    let unclear = match unclear {
        0 => String::new(),
        unclear => format!(", {unclear} cannot be told yet"),
    };
    let missed = |of: &Counted<'_>| of.counts.judged() - of.counts.met;
    let most = counted.iter().max_by_key(|rule| missed(rule));
    let most = most.filter(|most| missed(most) > 0).map(|most| {
        format!(
            " Most are lost under {}: {} of {}.",
            most.rule.card.clause,
            count(missed(most)),
            count(most.counts.judged())
        )
    });
    format!(
        "Of {} with cases, {} the target of {}, {}{unclear}.{}",
        plural(judged as u64, "rule"),
        verb(of(Standing::Met), "meets", "meet"),
        share_words(target),
        verb(of(Standing::NotMet), "does not", "do not"),
        most.unwrap_or_default()
    )
}
