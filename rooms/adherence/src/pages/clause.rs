//! One clause: its sentence, its figures, what they are made of, and the cases behind each number.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query as FromQuery, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_charts::{Bar, TrendPoint, bars, trend};
use kept_journal::InForce;
use kept_journal::obligations::{self, Asked, Of, Owed};
use kept_kernel::Instant;
use kept_rooms::{RecordNames, RecordPages};
use kept_store::{Read, StoreError};
use kept_ui::parts::{
    Button, ClauseMark, Clock, ClockState, Crumb, Empty, Filter, Filters, More, Verdict,
    View as Tab, Views,
};
use kept_ui::{Failure, Frame, Html, Icon, page};

use super::overview::{CLIENT, Period, called, mark, path, period};
use super::said::{Time, clock, count, percent, verdict_words};
use super::share_row::{RowOf, ShareRow, range, scale, sum, verdict};
use super::view::{By, Query, VERDICTS, View, segment};
use super::{got, shown_or_not_found};
use crate::figures::{Counts, RuleFigures};
use crate::queries::{self, CountRow, Within};
use crate::room::{Room, Shown};
use crate::scope::{Exporter, Reach};
use crate::share::Share;
use crate::tally::{Dimension, Month};
use crate::words::{share_words, span_words};

/// So many cases stand on a page.
const CASES: u32 = 25;
/// So many years, the latest, are drawn month by month.
const LONGEST_TREND: i32 = 5;
/// So many people, clients or tiers stand in a table.
const MOST_PARTS: u32 = 12;

#[derive(Template)]
#[template(path = "adherence/clause.html")]
struct ClausePage {
    frame: Frame,
    crumb: Crumb,
    mark: ClauseMark,
    name: String,
    sentence: String,
    narrowed: Filters,
    period: Period,
    rate: Option<Rate>,
    finding: String,
    verdict: Verdict,
    trend: Html,
    times: Option<Taken>,
    parts: Vec<PartTable>,
    tabs: Views,
    cases: Vec<CaseRow>,
    none: Option<Empty>,
    more: More,
    csv: Option<Button>,
}

/// The share, in figures.
struct Rate {
    share: String,
    range: String,
    n: String,
    target: String,
}

/// How long it took.
struct Taken {
    what: String,
    words: String,
    bars: Html,
}

/// A table of parts.
struct PartTable {
    heading: &'static str,
    column: &'static str,
    rows: Vec<ShareRow>,
}

/// A case in the list.
pub struct CaseRow {
    /// Where all duties of the case are.
    pub href: String,
    /// What it is called, else its id.
    pub subject: String,
    /// Its client, and where that is shown.
    pub client: Option<(String, Option<String>)>,
    /// Who owes it: the person, or else the role.
    pub owner: String,
    /// When it opened.
    pub opened: Time,
    /// When it was due.
    pub due: Option<Time>,
    /// How it stands, as a clock or in words.
    pub clock: Option<Clock>,
    pub words: &'static str,
}

/// What is read for the page.
struct Rows {
    months: Vec<CountRow>,
    parts: Vec<(Dimension, Vec<CountRow>)>,
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
    let figures = of_rule(&shown, &code, &rule)?.clone();
    let of = view.of(&rules.directory)?;
    let months = months(&room, &shown, (&code, &rule), &view).await?;
    let counts = months.iter().map(|row| row.counts);
    let counts = counts.fold(Counts::default(), sum);
    let verdict = view.verdict.unwrap_or_else(|| worst(counts));
    let asked = asked((code.clone(), rule.clone()), verdict, of, &shown, &view);
    let (judgement, within) = (shown.judgement.number, shown.months);
    let split = view.of.is_none();
    let narrow = within.and_then(|all| view.within(all));
    let pages = room.pages().clone();
    let of_client = match view.value() {
        (Dimension::Client, of) => Some(of.to_owned()),
        _ => None,
    };
    let rows = got(room.store().read(move |read| {
        let parts = if split {
            parts(read, judgement, (&asked.rule.0, &asked.rule.1), narrow)?
        } else {
            Vec::new()
        };
        let cases = cases(read, &asked)?;
        let names = names(read, &pages, (&parts, &cases), of_client.as_deref())?;
        Ok(Rows {
            months: months.clone(),
            parts,
            cases,
            names,
        })
    }))
    .await?;
    let frame = frame
        .titled(format!("Adherence of {}", figures.card.clause))
        .at("adherence")
        .showing("adherence");
    let drawing = Drawing {
        shown,
        figures,
        view,
        counts,
        verdict,
        zone: rules.program.company_calendar().time_zone().clone(),
        rules,
        path: path(&code, &rule),
        pages: room.pages().clone(),
        may_export: exporter.cases.is_some(),
    };
    Ok(page(&drawing.page(frame, &rows)))
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

fn parts(
    read: &Read<'_>,
    judgement: i64,
    rule: (&str, &str),
    within: Option<Within>,
) -> Result<Vec<(Dimension, Vec<CountRow>)>, StoreError> {
    let parts = Dimension::SPLITS.into_iter().map(|dimension| {
        let rows = queries::most(read, judgement, rule, dimension, within, MOST_PARTS)?;
        Ok((dimension, rows))
    });
    parts.collect()
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

/// Everything that the page is drawn from, save the rows.
struct Drawing {
    shown: Arc<Shown>,
    figures: RuleFigures,
    view: View,
    counts: Counts,
    verdict: &'static str,
    zone: TimeZone,
    rules: Arc<InForce>,
    path: String,
    pages: RecordPages,
    may_export: bool,
}

impl Drawing {
    fn page(&self, frame: Frame, rows: &Rows) -> ClausePage {
        let target = self.shown.judgement.frame.target;
        let share = Share::of(self.counts.met, self.counts.judged());
        let view = View {
            verdict: Some(self.verdict),
            ..self.view.clone()
        };
        ClausePage {
            frame,
            crumb: Crumb::new([("Adherence", "/adherence")]),
            mark: mark(&self.figures),
            name: self.figures.card.name.clone(),
            sentence: self.figures.card.sentence.clone(),
            narrowed: self.narrowed(&rows.names),
            period: period(self.shown.months, &self.view),
            rate: share.map(|share| Rate {
                share: percent(share.share),
                range: range(share),
                n: count(share.n),
                target: share_words(target),
            }),
            finding: finding(self.counts),
            verdict: verdict(Share::standing(share, target)),
            trend: Html::trusted(self.trend(&rows.months, target)),
            times: self.times(),
            parts: self.parts(rows, target),
            tabs: self.tabs(),
            cases: self.cases(rows),
            none: rows.cases.is_empty().then(|| {
                Empty::new(
                    "No such cases",
                    "Choose another verdict above, or a longer period.",
                )
            }),
            more: self.more(&rows.cases),
            csv: self.may_export.then(|| {
                Button::link("CSV", view.at(&format!("{}/cases.csv", self.path)))
                    .quiet()
                    .icon(Icon::DOWNLOAD)
            }),
        }
    }

    /// What the page is narrowed to, each to be dropped.
    fn narrowed(&self, names: &RecordNames) -> Filters {
        let Some((By::Dimension(dimension), of)) = self.view.by.zip(self.view.of.clone()) else {
            return Filters::default();
        };
        Filters(vec![Filter {
            name: heading(dimension).1.to_owned(),
            value: Some(called((&self.rules.directory, names), dimension, &of)),
            href: self.view.period().at(&self.path),
        }])
    }

    fn trend(&self, months: &[CountRow], target: f64) -> String {
        let first = months.first().map_or(Month(1), |row| row.month);
        let last = months.last().map_or(Month(0), |row| row.month);
        let first = first.max(last.years_before(LONGEST_TREND).next());
        let all = std::iter::successors(Some(first), |month| Some(month.next()));
        let points: Vec<_> = all
            .take_while(|month| *month <= last)
            .map(|month| {
                let row = months.iter().find(|row| row.month == month);
                let share = row.and_then(|row| Share::of(row.counts.met, row.counts.judged()));
                TrendPoint {
                    name: month.first_day().strftime("%b").to_string(),
                    under: month.first_day().strftime("%Y").to_string(),
                    share: share.map(|share| (share.share, share.low, share.high, share.n)),
                }
            })
            .collect();
        let what = format!("{}: share met in time, by month", self.figures.card.name);
        trend(&points, Some(target), &what).unwrap_or_default()
    }

    /// How long it took, which is known of all cases together alone.
    fn times(&self) -> Option<Taken> {
        if self.view.of.is_some() || self.view.period() != View::default() {
            return None;
        }
        let times = self.figures.times.as_ref()?;
        let mut before = None;
        let mut rows = Vec::new();
        for bin in &times.bins {
            let name = match (before, bin.up_to_s) {
                (_, Some(end)) => format!("to {}", span_words(end, times.business)),
                (Some(start), None) => format!("over {}", span_words(start, times.business)),
                (None, None) => "any".to_owned(),
            };
            before = bin.up_to_s;
            rows.push(Bar {
                name,
                cases: bin.n,
                past: bin.past,
            });
        }
        if times.never > 0 {
            rows.push(Bar {
                name: "not done".to_owned(),
                cases: times.never,
                past: true,
            });
        }
        let kind = if times.business {
            "Working time"
        } else {
            "Time around the clock"
        };
        let what = format!("{kind} until it was done, less pauses");
        let about = if times.exact { "" } else { "about " };
        Some(Taken {
            words: format!(
                "Half took at most {about}{}, nine of ten at most {about}{}.",
                span_words(times.median_s, times.business),
                span_words(times.p90_s, times.business)
            ),
            bars: Html::trusted(bars(&rows, self.figures.card.span.as_deref(), &what)),
            what,
        })
    }

    fn parts(&self, rows: &Rows, target: f64) -> Vec<PartTable> {
        let names = &rows.names;
        let tables = rows.parts.iter().filter(|(_, rows)| rows.len() > 1);
        tables
            .map(|(dimension, rows)| {
                let scale = scale(rows.iter().map(|row| row.counts), target);
                let row = |row: &CountRow| {
                    let own = self.view.period().narrowed(*dimension, &row.value);
                    let of = RowOf {
                        name: called((&self.rules.directory, names), *dimension, &row.value),
                        href: own.at(&self.path),
                        counts: row.counts,
                        trend: &[],
                        excused: own.cases("excused").at(&self.path),
                        overdue: own.cases("overdue").at(&self.path),
                    };
                    ShareRow::new(of, target, scale)
                };
                let (heading, column) = heading(*dimension);
                PartTable {
                    heading,
                    column,
                    rows: rows.iter().map(row).collect(),
                }
            })
            .collect()
    }

    fn tabs(&self) -> Views {
        let tabs = VERDICTS.iter().filter_map(|(word, name)| {
            let number = number_of(self.counts, word);
            let current = *word == self.verdict;
            let wanted = match number {
                Some(number) => number > 0,
                None => self.counts.pending > 0,
            };
            (wanted || current).then(|| Tab {
                name: (*name).to_owned(),
                href: self.view.cases(word).at(&self.path) + "#cases",
                count: number.filter(|_| *word != "pending").map(count),
                state: (*word == "overdue").then_some(ClockState::Overdue),
                current,
            })
        });
        Views {
            of: "Cases".to_owned(),
            views: tabs.collect(),
        }
    }

    fn cases(&self, rows: &Rows) -> Vec<CaseRow> {
        let until = self.shown.judgement.until;
        let on_page = rows.cases.iter().take(CASES as usize);
        on_page
            .map(|duty| {
                let clock = clock(duty, until, &self.zone);
                CaseRow {
                    href: format!(
                        "/adherence/cases/{}/{}",
                        segment(&duty.noun),
                        segment(&duty.subject)
                    ),
                    subject: rows
                        .names
                        .get(&duty.noun, &duty.subject)
                        .unwrap_or(&duty.subject)
                        .to_owned(),
                    client: duty
                        .client
                        .as_deref()
                        .map(|id| match rows.names.get(CLIENT, id) {
                            Some(name) => (name.to_owned(), self.pages.href(CLIENT, id)),
                            None => (id.to_owned(), None),
                        }),
                    owner: match &duty.owner {
                        Some(owner) => self.rules.directory.name(owner).to_owned(),
                        None => duty.owner_role.clone(),
                    },
                    opened: Time::at(duty.opened_at, &self.zone),
                    due: duty.due_at.map(|due| Time::at(due, &self.zone)),
                    words: match clock {
                        Some(_) => "",
                        None => verdict_words(&duty.verdict),
                    },
                    clock,
                }
            })
            .collect()
    }

    fn more(&self, cases: &[Owed]) -> More {
        let on_page = cases.len().min(CASES as usize);
        let last = on_page.checked_sub(1).and_then(|last| cases.get(last));
        let view = self.view.cases(self.verdict);
        let next = last.filter(|_| cases.len() > on_page).map(|last| View {
            before: Some((last.opened_at, last.number)),
            ..view.clone()
        });
        let at = |view: &View| view.at(&self.path) + "#cases";
        More {
            words: format!("{} shown, the newest first", count(on_page as u64)),
            first: self.view.before.map(|_| at(&view)),
            next: next.as_ref().map(at),
        }
    }
}

/// The heading of a table of parts, and what its first column is called.
pub const fn heading(dimension: Dimension) -> (&'static str, &'static str) {
    match dimension {
        Dimension::Person => ("By person", "Person"),
        Dimension::Team => ("By team", "Team"),
        Dimension::Role => ("By role", "Role"),
        Dimension::Client => ("By client", "Client"),
        Dimension::Tier => ("By tier", "Tier"),
        Dimension::All => ("All", "All"),
    }
}

/// The finding, as a sentence.
fn finding(counts: Counts) -> String {
    let n = counts.judged();
    let kept = match (counts.met, n) {
        (_, 0) => "None is decided yet".to_owned(),
        (met, n) if met == n => format!("All {} were in time", count(n)),
        (0, n) => format!("None of {} was in time", count(n)),
        (met, n) => format!("{} of {} were in time", count(met), count(n)),
    };
    let rest: Vec<_> = [
        (counts.met_late, "late"),
        (counts.missed, "missed"),
        (counts.overdue, "still open past their deadline"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{} {word}", count(number)))
    .collect();
    if rest.is_empty() {
        return kept + ".";
    }
    format!("{kept}; {}.", rest.join(", "))
}
