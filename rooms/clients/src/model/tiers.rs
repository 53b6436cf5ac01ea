//! Tiers by revenue, as the tables of the SOPs in force say; and how much a client does with us.

use kept_journal::InForce;
use kept_kernel::{Instant, Number};
use kept_language::ast::{Bound, CellKind, ColumnKind, Definition, Sentence, Table, Value};
use kept_language::{Document, FactId, Rule};

use super::typed::values;
use crate::read::money;

/// The months over which revenue counts, where the SOP's blank says nothing else.
const WINDOW_MONTHS: i64 = 12;
/// The blank of the SOP that says so.
const WINDOW: &str = "revenue window";
const DAY: i64 = 86_400_000_000;

/// What the table in force gives for a fact of a client with this revenue: its tier, or the engagement that is expected of it.
/// None where no table gives it.
pub(crate) fn by_revenue(in_force: &InForce, name: &str, revenue: i64) -> Option<String> {
    let register = &in_force.register;
    let client = register.noun("client")?;
    let (fact, given) = (
        register.fact(client, name)?,
        register.fact(client, "annual revenue")?,
    );
    let Value::Number(revenue) = money(revenue)? else {
        return None;
    };
    let place =
        defined(in_force, fact).find_map(|(_, _, table)| choice(table, (given, fact), revenue))?;
    values(register, "client", name).get(place).cloned()
}

/// The tables by which a fact is defined, each with its rule.
fn defined(in_force: &InForce, fact: FactId) -> impl Iterator<Item = (&Document, &Rule, &Table)> {
    let rules = in_force.library.documents.iter();
    let rules = rules.flat_map(|document| document.rules.iter().map(move |rule| (document, rule)));
    rules.filter_map(move |(document, rule)| match &rule.sentence {
        Some(Sentence::Definition(Definition::Table {
            fact: of, table, ..
        })) if *of == fact => {
            let table = document.tables.iter().find(|one| one.key == table.key)?;
            Some((document, rule, table))
        }
        _ => None,
    })
}

/// The rule by which tiers are given.
pub(crate) fn tier_rule(in_force: &InForce) -> Option<(&Document, &Rule)> {
    let client = in_force.register.noun("client")?;
    let fact = in_force.register.fact(client, "tier")?;
    defined(in_force, fact)
        .next()
        .map(|(document, rule, _)| (document, rule))
}

fn choice(table: &Table, (given, wanted): (FactId, FactId), revenue: Number) -> Option<usize> {
    let place =
        |kind: &dyn Fn(&ColumnKind) -> bool| table.columns.iter().position(|one| kind(&one.kind));
    let from = place(&|kind| matches!(kind, ColumnKind::Condition(fact) if *fact == given))?;
    let to = place(&|kind| matches!(kind, ColumnKind::Answer(Some(fact)) if *fact == wanted))?;
    let row = table.rows.iter().find(|row| {
        row.cells.get(from).is_some_and(|cell| match &cell.kind {
            CellKind::Any | CellKind::Otherwise => true,
            CellKind::Range(low, high) => within(revenue, low.as_ref(), high.as_ref()),
            CellKind::OneOf(values) => values.contains(&Value::Number(revenue)),
            _ => false,
        })
    })?;
    match &row.cells.get(to)?.kind {
        CellKind::Answer(Value::Choice(place)) => Some(usize::from(*place)),
        _ => None,
    }
}

fn within(revenue: Number, low: Option<&Bound>, high: Option<&Bound>) -> bool {
    let at = |bound: Option<&Bound>, fits: &dyn Fn(Number, bool) -> bool| match bound {
        None => true,
        Some(Bound {
            value: Value::Number(number),
            included,
        }) => fits(*number, *included),
        Some(_) => false,
    };
    at(low, &|number, included| {
        revenue > number || included && revenue == number
    }) && at(high, &|number, included| {
        revenue < number || included && revenue == number
    })
}

/// The first day that counts for the revenue of a year, in the company's zone: `2025-01-30`.
pub(crate) fn first_day(in_force: &InForce, now: Instant) -> String {
    let zone = in_force.program.company_calendar().time_zone().clone();
    let today = now.timestamp().to_zoned(zone).date();
    let blanks = in_force
        .library
        .documents
        .iter()
        .filter_map(|document| document.blanks.get(WINDOW));
    let months = blanks
        .filter_map(|blank| blank.value.as_deref())
        .find_map(months);
    let span = jiff::Span::new().try_months(months.unwrap_or(WINDOW_MONTHS));
    let first = span.ok().and_then(|span| today.checked_sub(span).ok());
    first.unwrap_or(today).to_string()
}

/// `12 months`, `1 year`.
fn months(text: &str) -> Option<i64> {
    let (number, unit) = text.trim().trim_matches('"').split_once(' ')?;
    let number: i64 = number.parse().ok()?;
    match unit.trim() {
        "month" | "months" => Some(number),
        "year" | "years" => number.checked_mul(12),
        _ => None,
    }
}

/// How much a client does with us, by what is remembered of the last year: each figure from 0 to 10.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Engagement {
    /// How recently it did something.
    pub(crate) recency: u32,
    /// How often.
    pub(crate) frequency: u32,
    /// In how many ways.
    pub(crate) breadth: u32,
}

impl Engagement {
    /// Of what the client did itself: when, and in which way.
    pub(crate) fn of<'a>(done: &[(Instant, &'a str)], now: Instant) -> Self {
        let days = |at: Instant| now.micros_since(at).max(0) / DAY;
        let last = done.iter().map(|(at, _)| days(*at)).min();
        let recency = match last {
            None | Some(365..) => 0,
            Some(..7) => 10,
            Some(days) => 10 - (days * 10 / 365).clamp(1, 10),
        };
        // Once a week is the most that is told apart.
        let frequency = (done.len() as i64 * 10 / 52).clamp(i64::from(!done.is_empty()), 10);
        let mut ways: Vec<&'a str> = done.iter().map(|(_, way)| *way).collect();
        ways.sort_unstable();
        ways.dedup();
        Self {
            recency: recency as u32,
            frequency: frequency as u32,
            breadth: (ways.len() as u32 * 2).min(10),
        }
    }

    /// The mean of the three, in tenths.
    pub(crate) fn tenths(self) -> u32 {
        (self.recency + self.frequency + self.breadth) * 10 / 3
    }

    /// Its level among those of the vocabulary, from the lowest.
    pub(crate) fn level(self, levels: usize) -> usize {
        (self.tenths() as usize * levels / 100).min(levels.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, Engagement, months};
    use kept_kernel::Instant;

    #[test]
    fn a_client_that_writes_each_week_in_five_ways_is_at_the_top_and_a_silent_one_at_the_bottom() {
        let now = Instant::from_micros(400 * DAY);
        let weekly: Vec<_> = (0..52)
            .map(|week| {
                (
                    now.plus_micros(-week * 7 * DAY),
                    ["a", "b", "c", "d", "e"][week as usize % 5],
                )
            })
            .collect();
        let high = Engagement::of(&weekly, now);
        assert_eq!((high.tenths(), high.level(4)), (100, 3));
        let silent = Engagement::of(&[], now);
        assert_eq!((silent.tenths(), silent.level(4)), (0, 0));
        let once = Engagement::of(&[(now.plus_micros(-180 * DAY), "a")], now);
        assert_eq!((once.recency, once.frequency, once.breadth), (6, 1, 2));
    }

    #[test]
    fn a_window_is_read_in_months_or_years() {
        assert_eq!(months("12 months"), Some(12));
        assert_eq!(months("1 year"), Some(12));
        assert_eq!(months("soon"), None);
    }
}
