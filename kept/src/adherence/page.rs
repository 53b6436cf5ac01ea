//! The adherence page: one file that needs nothing else, to read, to send, to print.

use askama::Template;
use kept_charts::{Scale, TrendPoint, bars, forest, interval, scale_marks, spark, trend};

use super::{
    Adherence, Case, Part, Period, RuleFigures, Share, Standing, TrendPeriod, share_words,
    span_words,
};
use crate::tell::{Failure, count};

/// The stylesheet of all pages.
pub const CSS: &str = include_str!("../../templates/page.css");

#[derive(Template)]
#[template(path = "adherence.html")]
struct Page<'a> {
    css: &'a str,
    title: String,
    lead: String,
    meta: Vec<String>,
    scale: String,
    span_name: &'static str,
    rows: Vec<Row<'a>>,
    silent: Vec<&'a RuleFigures>,
    details: Vec<Detail<'a>>,
    verdicts: Vec<VerdictRow<'a>>,
    figures: &'a Adherence,
    log: Vec<(String, String)>,
}

/// A rule in the table.
struct Row<'a> {
    rule: &'a RuleFigures,
    anchor: String,
    share: Option<Share>,
    bar: String,
    spark: String,
}

/// A rule with its charts.
struct Detail<'a> {
    rule: &'a RuleFigures,
    anchor: String,
    finding: String,
    under: String,
    trend: Option<String>,
    times: Option<(String, String)>,
    people: Option<String>,
    clients: Option<String>,
    worst: Vec<Worst<'a>>,
    open: bool,
}

struct Worst<'a> {
    case: &'a Case,
    late: String,
}

/// The counts of a rule in words.
struct VerdictRow<'a> {
    rule: &'a RuleFigures,
    others: String,
}

/// The page as HTML.
pub fn page(figures: &Adherence) -> Result<String, Failure> {
    let mut shown: Vec<_> = figures
        .rules
        .iter()
        .filter(|rule| rule.counts.triggered > 0)
        .collect();
    shown.sort_by(|a, b| {
        let share = |rule: &RuleFigures| rule.share.map_or(2.0, |share| share.share);
        a.standing
            .cmp(&b.standing)
            .then(share(a).total_cmp(&share(b)))
    });
    let lowest = shown
        .iter()
        .filter_map(|rule| rule.share)
        .map(|share| share.low);
    let scale = Scale::over(lowest.fold(figures.target, f64::min));
    let page = Page {
        css: CSS,
        title: title(figures),
        lead: lead(&shown, figures.target),
        meta: meta(figures),
        scale: scale_marks(scale, Some(figures.target)),
        span_name: match figures.period {
            Period::Week => "By week",
            Period::Month => "By month",
        },
        rows: shown
            .iter()
            .map(|rule| row(rule, figures.target, scale))
            .collect(),
        silent: figures
            .rules
            .iter()
            .filter(|rule| rule.counts.triggered == 0)
            .collect(),
        details: shown
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.share.is_some())
            .map(|(place, rule)| detail(rule, figures, place < 4))
            .collect(),
        verdicts: shown
            .iter()
            .map(|rule| VerdictRow {
                rule,
                others: others(rule),
            })
            .collect(),
        log: log_rows(figures),
        figures,
    };
    page.render()
        .map_err(|error| Failure::new(format!("The page could not be written: {error}.")))
}

fn title(figures: &Adherence) -> String {
    match figures.sops.as_slice() {
        [one] => format!("Adherence: {}", one.title),
        _ => "Adherence".to_owned(),
    }
}

/// What the table says, in a sentence or two.
fn lead(shown: &[&RuleFigures], target: f64) -> String {
    let of = |standing| {
        shown
            .iter()
            .filter(|rule| rule.standing == standing)
            .count()
    };
    let rules = shown.iter().filter(|rule| rule.share.is_some()).count();
    if rules == 0 {
        return "No rule has a verdict yet.".to_owned();
    }
    let meets = match of(Standing::Met) {
        0 => "none meets".to_owned(),
        1 => "one meets".to_owned(),
        met => format!("{met} meet"),
    };
    let (rules, target) = (plural(rules as u64, "rule"), share_words(target));
    let mut parts = vec![format!(
        "Of {rules} with cases, {meets} the target of {target}"
    )];
    match of(Standing::NotMet) {
        0 => {}
        1 => parts.push("one does not".to_owned()),
        not => parts.push(format!("{not} do not")),
    }
    let unclear = of(Standing::TooCloseToTell) + of(Standing::NotEnoughData);
    if unclear > 0 {
        parts.push(format!("{unclear} cannot be told"));
    }
    parts.join(", ") + "."
}

fn meta(figures: &Adherence) -> Vec<String> {
    let day = |text: &str| text.get(..10).unwrap_or(text).to_owned();
    let mut meta = Vec::new();
    if let Some(from) = &figures.from {
        meta.push(format!(
            "{} to {}, {}",
            day(from),
            day(&figures.until),
            figures.zone
        ));
    }
    for sop in &figures.sops {
        meta.push(format!(
            "{} {}, version {}",
            sop.code, sop.title, sop.version
        ));
    }
    meta.push(format!("{} read", plural(figures.log.rows, "line")));
    meta
}

fn row(rule: &RuleFigures, target: f64, scale: Scale) -> Row<'_> {
    let state = rule.standing.state();
    let bar = rule
        .share
        .map(|share| interval(&share.drawn(Some(target), state), scale));
    let shares: Vec<_> = rule
        .trend
        .iter()
        .map(|period| period.share.map(|share| share.share))
        .collect();
    Row {
        rule,
        anchor: anchor(rule),
        share: rule.share,
        bar: bar.unwrap_or_default(),
        spark: spark(&shares, Some(target), "over time").unwrap_or_default(),
    }
}

fn anchor(rule: &RuleFigures) -> String {
    rule.card.rule.to_lowercase().replace('/', "-")
}

fn detail<'a>(rule: &'a RuleFigures, figures: &Adherence, open: bool) -> Detail<'a> {
    let what = format!("{}: share met in time", rule.card.name);
    let points: Vec<_> = rule
        .trend
        .iter()
        .map(|period| point(period, figures.period))
        .collect();
    Detail {
        rule,
        anchor: anchor(rule),
        finding: finding(rule),
        under: under(rule),
        trend: trend(&points, Some(figures.target), &what),
        times: times(rule),
        people: split(&rule.people, figures.target, "Share met in time by person"),
        clients: split(&rule.clients, figures.target, "Share met in time by client"),
        worst: rule
            .worst
            .iter()
            .map(|case| Worst {
                case,
                late: span_words(case.late_s, false),
            })
            .collect(),
        open,
    }
}

/// The finding as a heading.
fn finding(rule: &RuleFigures) -> String {
    let counts = rule.counts;
    let n = counts.judged();
    let kept = match (counts.met, n) {
        (_, 0) => "None is decided yet".to_owned(),
        (met, n) if met == n => format!("All {} were in time", count(n)),
        (0, n) => format!("None of {} was in time", count(n)),
        (met, n) => format!("{} of {} were in time", count(met), count(n)),
    };
    let mut rest = Vec::new();
    for (number, word) in [
        (counts.met_late, "late"),
        (counts.missed, "missed"),
        (counts.overdue, "still open past their deadline"),
    ] {
        if number > 0 {
            rest.push(format!("{} {word}", count(number)));
        }
    }
    if rest.is_empty() {
        return kept;
    }
    format!("{kept}; {}", rest.join(", "))
}

fn under(rule: &RuleFigures) -> String {
    let Some(times) = &rule.times else {
        return String::new();
    };
    let kind = if times.business {
        "working time"
    } else {
        "around the clock"
    };
    let about = if times.exact { "" } else { "about " };
    format!(
        "Half took at most {about}{}, nine of ten at most {about}{}, {kind}.",
        span_words(times.median_s, times.business),
        span_words(times.p90_s, times.business)
    )
}

fn point(period: &TrendPeriod, kind: Period) -> TrendPoint {
    let day: Option<jiff::civil::Date> = period.from.parse().ok();
    let name = |format| {
        day.map(|day| day.strftime(format).to_string())
            .unwrap_or_default()
    };
    TrendPoint {
        name: match kind {
            Period::Month => name("%b"),
            Period::Week => name("%-d %b"),
        },
        under: name("%Y"),
        share: period
            .share
            .map(|share| (share.share, share.low, share.high, share.n)),
    }
}

/// The classes of times as bars, and what they are.
fn times(rule: &RuleFigures) -> Option<(String, String)> {
    let times = rule.times.as_ref()?;
    let (rows, kind) = (times.bars(), times.kind());
    let line = rule.card.span.as_deref();
    let what = format!("{kind} until it was done, less pauses");
    Some((what.clone(), bars(&rows, line, &what)))
}

fn split(parts: &[Part], target: f64, what: &str) -> Option<String> {
    if parts.len() < 2 {
        return None;
    }
    let shown = parts.get(..parts.len().min(8)).unwrap_or(parts);
    let lowest = shown
        .iter()
        .map(|part| part.share.low)
        .fold(target, f64::min);
    let rows: Vec<_> = shown
        .iter()
        .map(|part| (part.name.clone(), part.share.drawn(Some(target), "paused")))
        .collect();
    Some(forest(&rows, Scale::over(lowest), what))
}

/// What else was counted, in words.
fn others(rule: &RuleFigures) -> String {
    let counts = rule.counts;
    let list = [
        (counts.escalations, "escalated"),
        (counts.rebased, "deadlines moved"),
        (counts.automatic, "done automatically"),
        (counts.recorded_late, "recorded late"),
        (counts.other_channel, "by another channel"),
        (counts.corrected, "corrected"),
    ];
    let words: Vec<_> = list
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{} {word}", count(number)))
        .collect();
    words.join(", ")
}

fn log_rows(figures: &Adherence) -> Vec<(String, String)> {
    let log = &figures.log;
    let mut rows = vec![
        ("Lines read".to_owned(), count(log.rows)),
        ("Events found in them".to_owned(), count(log.events)),
        (
            "Lines that could not be used".to_owned(),
            count(log.bad_rows),
        ),
    ];
    for (reason, number) in &log.bad_reasons {
        rows.push((format!("of these: {reason}"), count(*number)));
    }
    rows.push((
        "Lines without a meaning here".to_owned(),
        count(log.rows_without_event),
    ));
    if let Some(subjects) = log.subjects {
        rows.push(("Cases".to_owned(), count(subjects)));
    }
    if log.out_of_order > 0 {
        rows.push((
            "Lines out of time order, sorted".to_owned(),
            count(log.out_of_order),
        ));
    }
    if log.doubtful_times > 0 {
        rows.push((
            "Times in a skipped or repeated hour".to_owned(),
            count(log.doubtful_times),
        ));
    }
    for note in &log.unnamed {
        rows.push((
            format!(
                "{} “{}” has no meaning in the mapping",
                note.column, note.value
            ),
            count(note.rows),
        ));
    }
    if log.unnamed_more > 0 {
        rows.push((
            "Further values without a meaning".to_owned(),
            count(log.unnamed_more),
        ));
    }
    for column in &log.absent_columns {
        rows.push((format!("Column {column}"), "in no line".to_owned()));
    }
    rows
}

fn plural(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// A share as percent, without the sign.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a template lends what it shows"
)]
fn percent(share: &f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// A number with commas.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a template lends what it shows"
)]
fn number(number: &u64) -> String {
    count(*number)
}

/// An instant as people read it: `2016-02-29 01:16`.
fn minute(instant: &str) -> String {
    instant.get(..16).unwrap_or(instant).replace('T', " ")
}
