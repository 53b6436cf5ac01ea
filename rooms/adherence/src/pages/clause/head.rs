//! Everything above the cases: figures, trend, times, parts, and the verdicts to choose from. It is the same for all who ask for the
//! same of one judgement, so it is written once.

use std::sync::Arc;

use askama::Template;
use kept_charts::{TrendPoint, bars, trend};
use kept_journal::InForce;
use kept_rooms::RecordNames;
use kept_ui::parts::{
    Button, ClauseMark, ClockState, Crumb, Filter, Filters, Verdict, View as Tab, Views,
};
use kept_ui::{Html, Icon};

use super::number_of;
use crate::figures::{Counts, RuleFigures};
use crate::pages::overview::{CLIENT, Period, called, mark, period};
use crate::pages::said::{count, percent};
use crate::pages::share_row::{RowOf, ShareRow, range, scale, verdict};
use crate::pages::view::{By, VERDICTS, View};
use crate::queries::CountRow;
use crate::room::Shown;
use crate::share::Share;
use crate::tally::{Dimension, Month};
use crate::words::{share_words, span_words};
use crate::written::Parts;

/// So many years, the latest, are drawn month by month.
const LONGEST_TREND: i32 = 5;

#[derive(Template)]
#[template(path = "adherence/clause_head.html")]
struct Head {
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

/// Everything that it is drawn from, save the names of clients: a client may get another, or be erased.
pub struct Drawing<'a> {
    pub shown: &'a Shown,
    pub figures: &'a RuleFigures,
    pub view: View,
    pub months: Vec<CountRow>,
    pub parts: Arc<Parts>,
    pub counts: Counts,
    pub verdict: &'static str,
    pub rules: &'a Arc<InForce>,
    pub path: String,
    pub may_export: bool,
}

/// What tells one head from another under the same rules and judgement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeadKey {
    rule: String,
    view: View,
    may_export: bool,
    names: Vec<String>,
}

impl Drawing<'_> {
    /// The head, written now or before.
    ///
    /// # Errors
    ///
    /// What cannot be written.
    pub fn head(&self, names: &RecordNames) -> askama::Result<Arc<Html>> {
        let key = self.key(names);
        if let Some(head) = self.shown.head(self.rules, &key) {
            return Ok(head);
        }
        let head = Arc::new(Html::trusted(self.drawn(names).render()?));
        self.shown.keep_head(self.rules, key, Arc::clone(&head));
        Ok(head)
    }

    fn key(&self, names: &RecordNames) -> HeadKey {
        let of_clients = self.parts.iter().filter(|(by, _)| *by == Dimension::Client);
        let values = of_clients.flat_map(|(_, rows)| rows.iter().map(|row| row.value.as_str()));
        let of_client = match self.view.value() {
            (Dimension::Client, of) => Some(of),
            _ => None,
        };
        let named = |id: &str| names.get(CLIENT, id).unwrap_or_default().to_owned();
        HeadKey {
            rule: self.figures.card.rule.clone(),
            view: View {
                before: None,
                ..self.view.clone()
            },
            may_export: self.may_export,
            names: values.chain(of_client).map(named).collect(),
        }
    }

    fn drawn(&self, names: &RecordNames) -> Head {
        let target = self.shown.judgement.frame.target;
        let share = Share::of(self.counts.met, self.counts.judged());
        let view = View {
            verdict: Some(self.verdict),
            ..self.view.clone()
        };
        Head {
            crumb: Crumb::new([("Adherence", "/adherence")]),
            mark: mark(self.figures),
            name: self.figures.card.name.clone(),
            sentence: self.figures.card.sentence.clone(),
            narrowed: self.narrowed(names),
            period: period(self.shown.months, &self.view),
            rate: share.map(|share| Rate {
                share: percent(share.share),
                range: range(share),
                n: count(share.n),
                target: share_words(target),
            }),
            finding: finding(self.counts),
            verdict: verdict(Share::standing(share, target)),
            trend: Html::trusted(self.trend(target)),
            times: self.times(),
            parts: self.parts(names, target),
            tabs: self.tabs(),
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

    fn trend(&self, target: f64) -> String {
        let months = &self.months;
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
        let (rows, kind) = (times.bars(), times.kind());
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

    fn parts(&self, names: &RecordNames, target: f64) -> Vec<PartTable> {
        let tables = self.parts.iter().filter(|(_, rows)| rows.len() > 1);
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
