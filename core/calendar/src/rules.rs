//! What a calendar says: the windows of each weekday and the days that differ from their weekday.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::days::{date_of, day_of, easter_of, weekday_of};
use crate::window::Window;

/// The number of a list of windows in [`Rules::patterns`].
pub(crate) type Pattern = u16;

/// The pattern of a day without windows.
pub(crate) const CLOSED: Pattern = 0;

/// A day that differs from its weekday, and what it is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Special {
    pub(crate) pattern: Pattern,
    pub(crate) name: Option<String>,
}

/// A special day of every year.
#[derive(Clone, Debug)]
pub(crate) struct Yearly {
    pub(crate) month: i8,
    pub(crate) day: i8,
    pub(crate) special: Special,
}

/// A special day that keeps its distance from Easter Sunday.
#[derive(Clone, Debug)]
pub(crate) struct Easter {
    pub(crate) days_after: i32,
    pub(crate) special: Special,
}

/// A special day of one year.
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub(crate) day: i32,
    pub(crate) special: Special,
}

/// As many days as a stretch lasts at most.
pub(crate) const LONGEST_STRETCH: i32 = 366;

/// Days off that a feed names: from one day to another, both in.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub(crate) first: i32,
    pub(crate) last: i32,
    pub(crate) name: String,
}

/// Days off that a feed repeats year by year.
#[derive(Clone, Debug)]
pub(crate) struct Repeated {
    pub(crate) on: YearDay,
    /// The day it follows; itself not one of them.
    pub(crate) after: i32,
    /// The year of that day, and every how many years from it.
    pub(crate) from_year: i16,
    pub(crate) every: i16,
    /// The last day on which it may begin.
    pub(crate) until: i32,
    /// How many days it lasts.
    pub(crate) days: i32,
    /// The days on which it begins otherwise, and does not this time.
    pub(crate) left_out: Vec<i32>,
    pub(crate) name: String,
}

/// A day of the year.
#[derive(Clone, Copy, Debug)]
pub(crate) enum YearDay {
    /// Of this month and day.
    Date { month: i8, day: i8 },
    /// The n-th such weekday of a month; below nought counted from its end.
    Weekday { month: i8, nth: i8, weekday: i8 },
}

/// All that a calendar file says about days. The later of these lists win over the earlier: feeds, what returns
/// every year, Easter's feasts, dates, openings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// Lists of windows in order; the first has none.
    pub(crate) patterns: Vec<Box<[Window]>>,
    /// From Monday.
    pub(crate) week: [Pattern; 7],
    /// By their first day.
    pub(crate) stretches: Vec<Stretch>,
    pub(crate) repeated: Vec<Repeated>,
    pub(crate) yearly: Vec<Yearly>,
    pub(crate) easter: Vec<Easter>,
    /// By day.
    pub(crate) dated: Vec<Dated>,
    /// By day.
    pub(crate) openings: Vec<Dated>,
}

impl Rules {
    /// The number of this list of windows, which is kept once.
    pub(crate) fn pattern_of(&mut self, windows: &[Window]) -> Pattern {
        if self.patterns.is_empty() {
            self.patterns.push(Box::default());
        }
        if let Some(found) = self.patterns.iter().position(|known| **known == *windows) {
            return found as Pattern;
        }
        self.patterns.push(windows.into());
        (self.patterns.len() - 1) as Pattern
    }

    /// The windows of a pattern.
    pub(crate) fn windows(&self, pattern: Pattern) -> &[Window] {
        self.patterns
            .get(usize::from(pattern))
            .map_or(&[], AsRef::as_ref)
    }

    /// The pattern that each of so many days has.
    pub(crate) fn patterns_from(&self, first: i32, count: i32) -> Vec<Pattern> {
        let mut plan: Vec<Pattern> = (first..first + count)
            .map(|day| self.week.get(weekday_of(day)).copied().unwrap_or(CLOSED))
            .collect();
        self.each_special(first, first + count, &mut |day, pattern, _| {
            let place = usize::try_from(day - first).ok();
            if let Some(slot) = place.and_then(|place| plan.get_mut(place)) {
                *slot = pattern;
            }
        });
        plan
    }

    /// What makes a day special, where something does, and its name.
    pub(crate) fn special_on(&self, day: i32) -> Option<Special> {
        let mut found = None;
        self.each_special(day, day + 1, &mut |_, pattern, name| {
            found = Some((pattern, name));
        });
        found.map(|(pattern, name)| Special {
            pattern,
            name: name.map(str::to_owned),
        })
    }

    /// The days from one to another (not in) that are closed although their weekday is open, in order.
    pub(crate) fn holidays_between(&self, from: i32, to: i32) -> Vec<i32> {
        let mut specials = BTreeMap::new();
        self.each_special(from, to, &mut |day, pattern, _| {
            specials.insert(day, pattern);
        });
        let by_weekday = |day: i32| self.week.get(weekday_of(day)).copied().unwrap_or(CLOSED);
        specials
            .into_iter()
            .filter(|(day, pattern)| {
                self.windows(*pattern).is_empty() && !self.windows(by_weekday(*day)).is_empty()
            })
            .map(|(day, _)| day)
            .collect()
    }

    /// The first and last day on which work can begin; nothing where that goes on for ever.
    pub(crate) fn reach(&self) -> Option<(i32, i32)> {
        let opens = |pattern: Pattern| !self.windows(pattern).is_empty();
        let endless = self.week.iter().any(|pattern| opens(*pattern))
            || self.yearly.iter().any(|day| opens(day.special.pattern))
            || self.easter.iter().any(|day| opens(day.special.pattern));
        if endless {
            return None;
        }
        let mut days = self
            .dated
            .iter()
            .chain(&self.openings)
            .filter(|day| opens(day.special.pattern))
            .map(|day| day.day);
        let first = days.next().unwrap_or(0);
        Some(days.fold((first, first), |(low, high), day| {
            (low.min(day), high.max(day))
        }))
    }

    /// Calls with each special day from one day to another (not in), its pattern and name. Where several fall on
    /// one day, the one that wins comes last.
    fn each_special<'a>(
        &'a self,
        from: i32,
        to: i32,
        found: &mut dyn FnMut(i32, Pattern, Option<&'a str>),
    ) {
        self.each_of_feeds(from, to, found);
        for year in years(from, to) {
            for each in &self.yearly {
                if let Ok(date) = Date::new(year, each.month, each.day) {
                    one(day_of(date), from, to, &each.special, found);
                }
            }
            let Some(sunday) = easter_of(year) else {
                continue;
            };
            for each in &self.easter {
                one(sunday + each.days_after, from, to, &each.special, found);
            }
        }
        for list in [&self.dated, &self.openings] {
            let start = list.partition_point(|each| each.day < from);
            for each in list.iter().skip(start).take_while(|each| each.day < to) {
                found(each.day, each.special.pattern, each.special.name.as_deref());
            }
        }
    }

    fn each_of_feeds<'a>(
        &'a self,
        from: i32,
        to: i32,
        found: &mut dyn FnMut(i32, Pattern, Option<&'a str>),
    ) {
        let near = self
            .stretches
            .partition_point(|each| each.first < from - LONGEST_STRETCH);
        let stretches = self.stretches.iter().skip(near);
        for each in stretches.take_while(|each| each.first < to) {
            for day in each.first.max(from)..=each.last.min(to - 1) {
                found(day, CLOSED, Some(&each.name));
            }
        }
        for each in &self.repeated {
            for year in years(from - each.days, to) {
                let Some(start) = each.start_in(year) else {
                    continue;
                };
                for day in start.max(from)..(start + each.days).min(to) {
                    found(day, CLOSED, Some(&each.name));
                }
            }
        }
    }
}

fn one<'a>(
    day: i32,
    from: i32,
    to: i32,
    special: &'a Special,
    found: &mut dyn FnMut(i32, Pattern, Option<&'a str>),
) {
    if day >= from && day < to {
        found(day, special.pattern, special.name.as_deref());
    }
}

/// The years that the days from one to another (not in) fall into, and their neighbours, from which a feast may
/// reach over.
fn years(from: i32, to: i32) -> std::ops::RangeInclusive<i16> {
    let year = |day: i32, otherwise: i16| date_of(day).map_or(otherwise, Date::year);
    let first = year(from, -9_998).saturating_sub(1);
    let last = year(to, 9_998).saturating_add(1);
    first..=last.min(9_999)
}

impl Repeated {
    /// The day on which it begins in a year, if it does.
    pub(crate) fn start_in(&self, year: i16) -> Option<i32> {
        let since = year.checked_sub(self.from_year)?;
        if since < 0 || since % self.every.max(1) != 0 {
            return None;
        }
        let start = self.on.in_year(year)?;
        (start > self.after && start <= self.until && !self.left_out.contains(&start))
            .then_some(start)
    }
}

impl YearDay {
    /// The day number it has in a year; a year may have none.
    pub(crate) fn in_year(self, year: i16) -> Option<i32> {
        match self {
            Self::Date { month, day } => Date::new(year, month, day).ok().map(day_of),
            Self::Weekday {
                month,
                nth,
                weekday,
            } => {
                let first = Date::new(year, month, 1).ok()?;
                let weekday = jiff::civil::Weekday::from_monday_one_offset(weekday).ok()?;
                first.nth_weekday_of_month(nth, weekday).ok().map(day_of)
            }
        }
    }
}
