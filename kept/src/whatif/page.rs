//! The what-if page: what flips, what is new, what moves, who has more to do.

use std::collections::BTreeMap;

use askama::Template;
use kept_charts::{ColumnPair, Interval, Scale, columns, interval};
use kept_engine::{Example, RuleDifference, Verdict};

use super::Comparison;
use crate::adherence::{CSS, RuleCard, Share, share_words};
use crate::tell::{Failure, count};

/// So many roles get a chart of their work.
const MOST_ROLES: usize = 6;

#[derive(Template)]
#[template(path = "whatif.html")]
struct Page<'a> {
    css: &'a str,
    title: String,
    lead: String,
    meta: Vec<String>,
    rows: Vec<Row>,
    same: usize,
    details: Vec<Detail>,
    work: Vec<WorkChart>,
    statement: &'a str,
    assumptions: &'a [String],
}

/// A rule under which something differs.
struct Row {
    card: Card,
    before: Side,
    after: Side,
    flips: u64,
    moved: u64,
    new: u64,
    dropped: u64,
    unjudged: String,
}

/// One side of a row.
struct Side {
    share: Option<Share>,
    bar: String,
}

struct Card {
    clause: String,
    name: String,
    rule: String,
    sentence: String,
    anchor: String,
}

struct Detail {
    card: Card,
    flips: Vec<String>,
    examples: Vec<Line>,
    more: bool,
}

/// One case that differs, in words.
struct Line {
    subject: String,
    opened: String,
    before: String,
    after: String,
}

struct WorkChart {
    role: String,
    finding: String,
    chart: String,
}

/// The page as HTML.
pub fn page(comparison: &Comparison) -> Result<String, Failure> {
    let rules = &comparison.difference.rules;
    let differ: Vec<_> = rules.iter().filter(|rule| !rule.is_empty()).collect();
    let share =
        |rule: &RuleDifference| [share_of(&rule.before.counts), share_of(&rule.after.counts)];
    let lows = differ
        .iter()
        .flat_map(|rule| share(rule))
        .flatten()
        .map(|share| share.low);
    let scale = Scale::over(lows.fold(1.0, f64::min));
    let page = Page {
        css: CSS,
        title: "What would have changed".to_owned(),
        lead: lead(&differ),
        meta: meta(comparison),
        rows: differ
            .iter()
            .map(|rule| row(rule, comparison, scale))
            .collect(),
        same: rules.len() - differ.len(),
        details: differ.iter().map(|rule| detail(rule, comparison)).collect(),
        work: work(comparison),
        statement: comparison.difference.statement,
        assumptions: &comparison.assumptions,
    };
    page.render()
        .map_err(|error| Failure::new(format!("The page could not be written: {error}.")))
}

fn lead(differ: &[&RuleDifference]) -> String {
    if differ.is_empty() {
        return "Nothing: every duty has the same verdict and the same deadline under both."
            .to_owned();
    }
    let flips = |to: fn(Verdict) -> bool| -> u64 {
        let flips = differ.iter().flat_map(|rule| &rule.flips);
        flips
            .filter(|flip| to(flip.to))
            .map(|flip| flip.count)
            .sum()
    };
    let better = flips(|verdict| verdict == Verdict::Met);
    let worse = flips(|verdict| {
        matches!(
            verdict,
            Verdict::MetLate | Verdict::Missed | Verdict::Overdue
        )
    });
    let sum = |of: fn(&RuleDifference) -> u64| -> u64 { differ.iter().map(|rule| of(rule)).sum() };
    let mut parts = Vec::new();
    for (number, words) in [
        (better, "verdicts would turn to met"),
        (worse, "would turn to late or missed"),
        (sum(|rule| rule.new), "duties would be new"),
        (sum(|rule| rule.dropped), "would not exist"),
        (sum(|rule| rule.deadlines), "deadlines would move"),
    ] {
        if number > 0 {
            parts.push(format!("{} {words}", count(number)));
        }
    }
    parts.join(", ") + "."
}

fn meta(comparison: &Comparison) -> Vec<String> {
    let day = |text: &str| text.get(..10).unwrap_or(text).to_owned();
    let mut meta = Vec::new();
    if let Some(from) = &comparison.from {
        meta.push(format!(
            "{} to {}, {}",
            day(from),
            day(&comparison.until),
            comparison.zone
        ));
    }
    for after in &comparison.after {
        let before = comparison.before.iter().find(|sop| sop.code == after.code);
        meta.push(match before {
            Some(before) if before.version != after.version => {
                format!(
                    "{} {}, version {} instead of {}",
                    after.code, after.title, after.version, before.version
                )
            }
            Some(_) => format!("{} {}, version {}", after.code, after.title, after.version),
            None => format!("{} {}, new", after.code, after.title),
        });
    }
    if comparison.other_calendar {
        meta.push("another calendar".to_owned());
    }
    meta
}

fn share_of(counts: &kept_engine::Counts) -> Option<Share> {
    Share::of(counts.met, counts.decided())
}

fn row(rule: &RuleDifference, comparison: &Comparison, scale: Scale) -> Row {
    let side = |counts: &kept_engine::Counts| {
        let share = share_of(counts);
        let bar = share.map(|share| {
            let drawn = Interval {
                share: share.share,
                low: share.low,
                high: share.high,
                n: share.n,
                target: None,
                state: "paused",
            };
            interval(&drawn, scale)
        });
        Side {
            share,
            bar: bar.unwrap_or_default(),
        }
    };
    let unjudged = (
        rule.before.counts.cannot_be_judged,
        rule.after.counts.cannot_be_judged,
    );
    Row {
        card: card(rule, comparison),
        before: side(&rule.before.counts),
        after: side(&rule.after.counts),
        flips: rule.flips.iter().map(|flip| flip.count).sum(),
        moved: rule.deadlines,
        new: rule.new,
        dropped: rule.dropped,
        unjudged: match unjudged {
            (0, 0) => "0".to_owned(),
            (before, after) if before == after => count(before),
            (before, after) => format!("{} → {}", count(before), count(after)),
        },
    }
}

fn card(rule: &RuleDifference, comparison: &Comparison) -> Card {
    let known = |card: &&RuleCard| card.rule == rule.rule;
    let anchor = rule.rule.to_lowercase().replace('/', "-");
    match comparison.cards.iter().find(known) {
        Some(card) => Card {
            clause: card.clause.clone(),
            name: card.name.clone(),
            rule: card.rule.clone(),
            sentence: card.sentence.clone(),
            anchor,
        },
        None => Card {
            clause: rule.rule.split('/').next().unwrap_or_default().to_owned(),
            name: rule.rule.clone(),
            rule: rule.rule.clone(),
            sentence: String::new(),
            anchor,
        },
    }
}

fn detail(rule: &RuleDifference, comparison: &Comparison) -> Detail {
    let flips = rule.flips.iter();
    Detail {
        card: card(rule, comparison),
        flips: flips
            .map(|flip| {
                format!(
                    "{}: {} → {}",
                    count(flip.count),
                    words(flip.from),
                    words(flip.to)
                )
            })
            .collect(),
        more: (rule.examples.len() as u64) < rule.new + rule.dropped + rule.deadlines,
        examples: rule.examples.iter().map(line).collect(),
    }
}

fn line(example: &Example) -> Line {
    let side = |side: &Option<kept_engine::Side>| match side {
        Some(side) => match &side.due_at {
            Some(due) => format!("{}, due {}", words(side.verdict), minute(due)),
            None => words(side.verdict).to_owned(),
        },
        None => "no duty".to_owned(),
    };
    Line {
        subject: example.subject.clone(),
        opened: minute(&example.opened_at),
        before: side(&example.before),
        after: side(&example.after),
    }
}

fn minute(instant: &str) -> String {
    instant.get(..16).unwrap_or(instant).replace('T', " ")
}

const fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pending => "running",
        Verdict::Paused => "paused",
        Verdict::Overdue => "overdue",
        Verdict::Met => "met",
        Verdict::MetLate => "met late",
        Verdict::Missed => "missed",
        Verdict::Excused => "excused",
        Verdict::Cancelled => "cancelled",
        Verdict::CannotBeJudged => "not judged",
    }
}

/// The work of each role by week, where it differs: the roles with the largest difference first.
fn work(comparison: &Comparison) -> Vec<WorkChart> {
    let mut roles: BTreeMap<&str, Vec<ColumnPair>> = BTreeMap::new();
    for work in &comparison.difference.work {
        roles.entry(&work.role).or_default().push(ColumnPair {
            name: week(&work.week),
            before: work.before,
            after: work.after,
        });
    }
    let mut charts: Vec<_> = roles
        .into_iter()
        .map(|(role, weeks)| {
            let sum = |of: fn(&ColumnPair) -> u64| -> u64 { weeks.iter().map(of).sum() };
            let (before, after) = (sum(|week| week.before), sum(|week| week.after));
            let what = format!("Duties that open for {role} by week, before and after");
            let chart = WorkChart {
                role: role.to_owned(),
                finding: format!(
                    "{} → {} duties in the weeks that differ",
                    count(before),
                    count(after)
                ),
                chart: columns(&weeks, &what),
            };
            (before.abs_diff(after), chart)
        })
        .collect();
    charts.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.role.cmp(&b.1.role)));
    charts.truncate(MOST_ROLES);
    charts.into_iter().map(|(_, chart)| chart).collect()
}

fn week(monday: &str) -> String {
    let day: Option<jiff::civil::Date> = monday.parse().ok();
    day.map_or(monday.to_owned(), |day| {
        day.strftime("%-d %b %y").to_string()
    })
}

/// A number with commas.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a template lends what it shows"
)]
fn number(number: &u64) -> String {
    count(*number)
}

/// A share in words.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a template lends what it shows"
)]
fn share(share: &f64) -> String {
    share_words(*share)
}
