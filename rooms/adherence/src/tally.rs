//! How many duties stand how, by rule and month and by what people ask next: whose they are.
//!
//! What it holds grows with the people and clients that have duties and with the months, not with the duties.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use kept_engine::{Obligation, Verdict};
use kept_journal::Directory;
use kept_kernel::Instant;
use kept_language::ast::RuleKey;

use crate::figures::Counts;

/// By what duties are counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dimension {
    /// All of them together.
    All,
    /// By the person who owed it.
    Person,
    /// By that person's team.
    Team,
    /// By the role or part that owed it.
    Role,
    /// By client.
    Client,
    /// By the tier that the client had then.
    Tier,
}

impl Dimension {
    /// Those that split duties.
    pub const SPLITS: [Self; 5] = [
        Self::Person,
        Self::Team,
        Self::Role,
        Self::Client,
        Self::Tier,
    ];

    /// Its word, in rows and addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Person => "person",
            Self::Team => "team",
            Self::Role => "role",
            Self::Client => "client",
            Self::Tier => "tier",
        }
    }

    /// The dimension of a word.
    pub fn of(word: &str) -> Option<Self> {
        let mut all = Self::SPLITS.into_iter().chain([Self::All]);
        all.find(|dimension| dimension.word() == word)
    }
}

/// A month of a year, in the company's zone; [`Month::ALL`] stands for all of them together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month(pub i32);

impl Month {
    /// All months together.
    pub const ALL: Self = Self(0);

    /// The month in which an instant lies.
    pub fn at(instant: Instant, zone: &TimeZone) -> Self {
        let day = instant.timestamp().to_zoned(zone.clone()).date();
        Self(i32::from(day.year()) * 100 + i32::from(day.month()))
    }

    /// Of a text such as `2016-02`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
        ((1..=9999).contains(&year) && (1..=12).contains(&month))
            .then_some(Self(year * 100 + month))
    }

    /// The next month.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 % 100 == 12 {
            Self(self.0 + 89)
        } else {
            Self(self.0 + 1)
        }
    }

    /// Its first day.
    pub fn first_day(self) -> jiff::civil::Date {
        let (year, month) = (self.0 / 100, self.0 % 100);
        jiff::civil::Date::new(year as i16, month as i8, 1).unwrap_or_default()
    }

    /// The same month so many years before.
    #[must_use]
    pub const fn years_before(self, years: i32) -> Self {
        Self(self.0 - years * 100)
    }

    /// Its first instant in a zone.
    pub fn begin(self, zone: &TimeZone) -> Instant {
        let start = self.first_day().to_zoned(zone.clone());
        start.map_or(Instant::MIN, |start| {
            Instant::from_timestamp(start.timestamp())
        })
    }

    /// `2016-02`, as it stands in addresses.
    pub fn text(self) -> String {
        format!("{:04}-{:02}", self.0 / 100, self.0 % 100)
    }

    /// `February 2016`.
    pub fn words(self) -> String {
        self.first_day().strftime("%B %Y").to_string()
    }
}

/// One row of counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TallyRow {
    pub code: String,
    pub rule: String,
    pub dimension: Dimension,
    pub value: String,
    pub month: Month,
    pub counts: Counts,
}

/// Counts duties as they come.
pub(crate) struct Tally {
    zone: TimeZone,
    rules: Names<RuleKey>,
    values: Names<String>,
    cells: HashMap<Key, Cell>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    rule: u32,
    dimension: Dimension,
    value: u32,
    month: Month,
}

/// One number for each verdict that is counted apart.
type Cell = [u32; 8];

/// Numbers for names, so that a cell does not hold a text.
struct Names<T> {
    numbers: HashMap<T, u32>,
}

impl<T: Clone + Eq + std::hash::Hash> Names<T> {
    fn number<Q>(&mut self, name: &Q) -> u32
    where
        T: std::borrow::Borrow<Q>,
        Q: Eq + std::hash::Hash + ToOwned<Owned = T> + ?Sized,
    {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn into_names(self) -> HashMap<u32, T> {
        let pairs = self.numbers.into_iter();
        pairs.map(|(name, number)| (number, name)).collect()
    }
}

impl Tally {
    /// With months in this zone.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            rules: Names {
                numbers: HashMap::new(),
            },
            values: Names {
                numbers: HashMap::new(),
            },
            cells: HashMap::new(),
        }
    }

    /// Counts a duty; duties of an escalation are not counted here.
    pub fn add(&mut self, duty: &Obligation, directory: &Directory) {
        if duty.level > 0 {
            return;
        }
        let place = place_of(duty.verdict);
        let rule = self.rules.number(&*duty.rule);
        let month = Month::at(duty.opened_at, &self.zone);
        let owner = duty.owner.as_deref();
        let splits = [
            (Dimension::All, Some("")),
            (Dimension::Person, owner),
            (
                Dimension::Team,
                owner.and_then(|owner| directory.team_of(owner)),
            ),
            (Dimension::Role, Some(&*duty.owner_role)),
            (Dimension::Client, duty.client.as_deref()),
            (Dimension::Tier, duty.tier.as_deref()),
        ];
        for (dimension, value) in splits {
            let Some(value) = value else { continue };
            let value = self.values.number(value);
            for month in [Month::ALL, month] {
                let key = Key {
                    rule,
                    dimension,
                    value,
                    month,
                };
                if let Some(count) = self.cells.entry(key).or_default().get_mut(place) {
                    *count += 1;
                }
            }
        }
    }

    /// The rows, in the order of their keys, so that the database appends rather than searches.
    pub fn rows(self) -> impl Iterator<Item = TallyRow> {
        let (rules, values) = (self.rules.into_names(), self.values.into_names());
        let mut cells: Vec<_> = self.cells.into_iter().collect();
        cells.sort_unstable_by_key(|(key, _)| *key);
        cells.into_iter().filter_map(move |(key, cell)| {
            let rule = rules.get(&key.rule)?;
            Some(TallyRow {
                code: rule.code.clone(),
                rule: rule.id.clone(),
                dimension: key.dimension,
                value: values.get(&key.value)?.clone(),
                month: key.month,
                counts: counts(cell),
            })
        })
    }
}

const fn place_of(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Met => 0,
        Verdict::MetLate => 1,
        Verdict::Missed => 2,
        Verdict::Overdue => 3,
        Verdict::Pending | Verdict::Paused => 4,
        Verdict::Excused => 5,
        Verdict::Cancelled => 6,
        Verdict::CannotBeJudged => 7,
    }
}

fn counts(cell: Cell) -> Counts {
    let [
        met,
        met_late,
        missed,
        overdue,
        pending,
        excused,
        cancelled,
        unknown,
    ] = cell.map(u64::from);
    Counts {
        triggered: met + met_late + missed + overdue + pending + excused + cancelled + unknown,
        met,
        met_late,
        missed,
        overdue,
        pending,
        excused,
        cancelled,
        cannot_be_judged: unknown,
        ..Counts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_belongs_to_the_zone_of_the_company() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let new_year = Instant::from_seconds(1_451_606_400);
        assert_eq!(Month::at(new_year, &zone), Month(201_512));
        assert_eq!(Month::at(new_year, &TimeZone::UTC), Month(201_601));
        assert_eq!(Month(201_512).next(), Month(201_601));
        assert_eq!(Month(201_601).begin(&TimeZone::UTC), new_year);
        assert_eq!(
            Month::parse("2016-02").map(Month::words).as_deref(),
            Some("February 2016")
        );
        for wrong in ["2016", "2016-13", "0-1", "x-1", "2016-02-01"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
