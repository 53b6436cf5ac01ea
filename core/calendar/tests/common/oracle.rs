//! Working time the slow and plain way: every minute of some weeks is marked open or not, by the time library and
//! the windows alone, and counted one by one. Nothing here is shared with the crate under test.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};
use kept_calendar::Calendar;
use kept_kernel::{Duration, Instant, Number, Unit};

const MINUTE: i64 = 60_000_000;
/// How many days are marked, and how many of them at each end only serve as a margin.
const DAYS: i32 = 46;
const MARGIN: i32 = 3;

const ZONES: [&str; 16] = [
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "America/Sao_Paulo",
    "America/New_York",
    "Asia/Tehran",
    "Pacific/Chatham",
    "Africa/Cairo",
    "Antarctica/Troll",
    "America/Asuncion",
    "UTC",
];

/// Random numbers that are the same on every machine (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: i64) -> i64 {
        (self.next() % limit as u64) as i64
    }

    fn one_in(&mut self, chances: i64) -> bool {
        self.below(chances) == 0
    }
}

/// Windows in minutes after midnight; an end may lie on the next day.
type Windows = Vec<(i64, i64)>;

/// A calendar as the oracle sees it.
struct Model {
    zone: TimeZone,
    zone_name: &'static str,
    week: [Windows; 7],
    openings: BTreeMap<Date, Windows>,
    dated: BTreeMap<Date, Windows>,
    easter: BTreeMap<i64, Windows>,
    yearly: BTreeMap<(i8, i8), Windows>,
    feed: Vec<(Date, Date)>,
    first: Date,
}

/// Some weeks of a model, minute by minute.
struct Marked {
    /// The instant of the first minute.
    start: i64,
    open: Vec<bool>,
    /// The windows of each local date as instants.
    spans: BTreeMap<Date, Vec<(i64, i64)>>,
}

/// What a comparison came to.
#[derive(Default)]
pub struct Outcome {
    pub cases: u64,
    pub differences: Vec<String>,
}

/// Compares the calendar with the oracle on random cases until there are so many.
pub fn compare(seed: u64, cases: u64, progress: &mut dyn FnMut(u64)) -> Outcome {
    let mut dice = Dice(seed);
    let mut outcome = Outcome::default();
    while outcome.cases < cases && outcome.differences.len() < 20 {
        let model = Model::random(&mut dice);
        let feed = model.feed_text();
        let Ok(calendar) = Calendar::parse(&model.text(), &mut |_| Ok(feed.clone())) else {
            // Windows that happen to overlap: another throw.
            continue;
        };
        let marked = model.marked();
        for _ in 0..400 {
            if outcome.cases < cases {
                outcome.one(&mut dice, &calendar, &model, &marked);
            }
        }
        progress(outcome.cases);
    }
    outcome
}

impl Outcome {
    fn one(&mut self, dice: &mut Dice, calendar: &Calendar, model: &Model, marked: &Marked) {
        let from = marked.instant(dice);
        let at = Instant::from_micros(from);
        let amount = dice.below(40 * 60 * MINUTE) + 1;
        let (asked, found, expected) = match dice.below(8) {
            0 | 1 => {
                let expected = marked.forward(from, amount);
                let found = calendar.add_working(at, amount).micros();
                (format!("+ {amount} µs of work"), found, expected)
            }
            2 => {
                let expected = marked.backward(from, amount);
                let found = calendar.add_working(at, -amount).micros();
                (format!("- {amount} µs of work"), found, expected)
            }
            3 => {
                let to = marked.instant(dice);
                let found = calendar.between(at, Instant::from_micros(to));
                (format!("until {to}"), found, Some(marked.between(from, to)))
            }
            4 => {
                let days = dice.below(5) + 1;
                let span = duration(days, Unit::BusinessDays);
                let expected = marked.working_days_later(&model.zone, from, days);
                let found = calendar.add(at, span).micros();
                (span.to_string(), found, expected)
            }
            5 => {
                let expected = marked.next_opening(from);
                let found = calendar.next_opening(at).micros();
                ("next opening".to_owned(), found, expected)
            }
            6 => {
                let (unit, span) = elapsed(dice);
                let later = Timestamp::from_microsecond(from)
                    .map(|at| at.to_zoned(model.zone.clone()))
                    .and_then(|at| at.checked_add(span));
                let expected = later.ok().map(|at| at.timestamp().as_microsecond());
                (unit.to_string(), calendar.add(at, unit).micros(), expected)
            }
            _ => {
                let expected = marked.closing_of_day(&model.zone, from);
                let found = calendar.closing_of_day(at).micros();
                ("closing of the day".to_owned(), found, expected)
            }
        };
        // A result outside the marked weeks says nothing.
        let Some(expected) = expected else { return };
        self.cases += 1;
        if found != expected {
            self.differences.push(format!(
                "{} {at} {asked}: found {} expected {}\n{}",
                model.zone_name,
                Instant::from_micros(found),
                Instant::from_micros(expected),
                model.text()
            ));
        }
    }
}

fn duration(count: i64, unit: Unit) -> Duration {
    Duration::new(Number::whole(count), unit).unwrap()
}

fn elapsed(dice: &mut Dice) -> (Duration, Span) {
    let count = dice.below(20) + 1;
    match dice.below(5) {
        0 => (duration(count, Unit::Hours), count.hours()),
        1 => (duration(count, Unit::Days), count.days()),
        2 => (duration(count, Unit::Weeks), (count * 7).days()),
        3 => (duration(count, Unit::Months), count.months()),
        _ => (duration(count, Unit::Years), count.years()),
    }
}

impl Model {
    fn random(dice: &mut Dice) -> Self {
        let zone_name = ZONES[dice.below(ZONES.len() as i64) as usize];
        let zone = TimeZone::get(zone_name).unwrap();
        let mut first = date(1975, 1, 1)
            .checked_add(dice.below(43_000).days())
            .unwrap();
        if !dice.one_in(3) {
            first = near_a_change(&zone, first, dice);
        }
        if zone_name == "Pacific/Apia" && dice.one_in(2) {
            first = date(2011, 12, 30) - dice.below(40).days();
        }
        let style = dice.below(6);
        let mut model = Self {
            zone,
            zone_name,
            week: std::array::from_fn(|_| windows(dice, style)),
            openings: BTreeMap::new(),
            dated: BTreeMap::new(),
            easter: BTreeMap::new(),
            yearly: BTreeMap::new(),
            feed: Vec::new(),
            first,
        };
        for _ in 0..dice.below(5) {
            model.add_special(dice);
        }
        model
    }

    fn add_special(&mut self, dice: &mut Dice) {
        let day = self.first + dice.below(DAYS.into()).days();
        let style = dice.below(6);
        let part = if dice.one_in(2) {
            windows(dice, style)
        } else {
            Windows::new()
        };
        match dice.below(5) {
            0 => drop(self.openings.insert(day, vec![(600, 960)])),
            1 => drop(self.dated.insert(day, part)),
            2 => drop(self.yearly.insert((day.month(), day.day()), part)),
            3 => {
                let days = day.duration_since(easter(day.year())).as_hours() / 24;
                if days.abs() <= 180 {
                    self.easter.insert(days, part);
                }
            }
            _ => self.feed.push((day, day + dice.below(4).days())),
        }
    }

    fn windows_on(&self, day: Date) -> Windows {
        let from_easter = day.duration_since(easter(day.year())).as_hours() / 24;
        let in_feed = self.feed.iter().any(|(a, b)| (*a..=*b).contains(&day));
        let weekday = day.weekday().to_monday_zero_offset() as usize;
        self.openings
            .get(&day)
            .or_else(|| self.dated.get(&day))
            .or_else(|| self.easter.get(&from_easter))
            .or_else(|| self.yearly.get(&(day.month(), day.day())))
            .cloned()
            .unwrap_or_else(|| {
                if in_feed {
                    Windows::new()
                } else {
                    self.week[weekday].clone()
                }
            })
    }

    /// The calendar file.
    fn text(&self) -> String {
        let mut text = format!("zone = \"{}\"\n[hours]\n", self.zone_name);
        let names = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        for (name, windows) in names.iter().zip(&self.week) {
            let _ = writeln!(text, "{name} = {}", list(windows));
        }
        for (day, windows) in &self.dated {
            let _ = writeln!(text, "[[holidays]]\ndate = {day}\nopen = {}", list(windows));
        }
        for ((month, day), windows) in &self.yearly {
            let open = list(windows);
            let _ = writeln!(
                text,
                "[[holidays]]\nyearly = \"{month:02}-{day:02}\"\nopen = {open}"
            );
        }
        for (days, windows) in &self.easter {
            let _ = writeln!(
                text,
                "[[holidays]]\neaster = {days}\nopen = {}",
                list(windows)
            );
        }
        for (day, windows) in &self.openings {
            let _ = writeln!(text, "[[openings]]\ndate = {day}\nopen = {}", list(windows));
        }
        if !self.feed.is_empty() {
            text.push_str("[[feeds]]\nics = \"feed.ics\"\n");
        }
        text
    }

    fn feed_text(&self) -> String {
        let mut text = String::from("BEGIN:VCALENDAR\r\n");
        for (first, last) in &self.feed {
            let stamp = |day: Date| day.strftime("%Y%m%d").to_string();
            let (first, end) = (stamp(*first), stamp(*last + 1.day()));
            let _ = write!(
                text,
                "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{first}\r\nDTEND;VALUE=DATE:{end}\r\n\
                 SUMMARY:Shut\r\nEND:VEVENT\r\n"
            );
        }
        text + "END:VCALENDAR\r\n"
    }

    fn marked(&self) -> Marked {
        let start = instant(&self.zone, self.first.at(0, 0, 0, 0)).div_euclid(MINUTE) * MINUTE;
        let mut open = vec![false; (DAYS as usize) * 1_440];
        let mut spans = BTreeMap::new();
        for place in -MARGIN..DAYS + MARGIN {
            let day = self.first + place.days();
            let here = self.spans(day);
            for (from, to) in &here {
                for minute in (from - start) / MINUTE..(to - start) / MINUTE {
                    if let Ok(minute) = usize::try_from(minute)
                        && let Some(slot) = open.get_mut(minute)
                    {
                        *slot = true;
                    }
                }
            }
            spans.insert(day, here);
        }
        Marked { start, open, spans }
    }

    fn spans(&self, day: Date) -> Vec<(i64, i64)> {
        let is_skipped = day
            .to_zoned(self.zone.clone())
            .is_ok_and(|midnight| midnight.date() != day);
        if is_skipped {
            return Vec::new();
        }
        let time = |minute: i64| {
            let day = day + (minute / 1_440).days();
            let minute = minute % 1_440;
            instant(
                &self.zone,
                day.at((minute / 60) as i8, (minute % 60) as i8, 0, 0),
            )
        };
        let windows = self.windows_on(day);
        let spans = windows
            .iter()
            .map(|(start, end)| (time(*start), time(*end)));
        spans.filter(|(from, to)| from < to).collect()
    }
}

impl Marked {
    fn end(&self) -> i64 {
        self.start + self.open.len() as i64 * MINUTE
    }

    /// Some instant in the middle of the weeks; often a whole minute, or one that a window begins or ends at.
    fn instant(&self, dice: &mut Dice) -> i64 {
        let minutes = self.open.len() as i64;
        let minute = minutes / 8 + dice.below(minutes * 3 / 4);
        let at = self.start + minute * MINUTE;
        match dice.below(4) {
            0 => at,
            1 => {
                let days = self.spans.values().flatten();
                let edges: Vec<i64> = days.flat_map(|(from, to)| [*from, *to]).collect();
                let near = edges
                    .iter()
                    .find(|edge| **edge >= at && **edge < self.end());
                near.map_or(at, |edge| edge + dice.below(3) - 1)
            }
            _ => at + dice.below(MINUTE),
        }
    }

    fn is_open(&self, at: i64) -> Option<bool> {
        let minute = usize::try_from((at - self.start).div_euclid(MINUTE)).ok()?;
        self.open.get(minute).copied()
    }

    fn forward(&self, from: i64, mut amount: i64) -> Option<i64> {
        let mut at = from;
        loop {
            let next = (at.div_euclid(MINUTE) + 1) * MINUTE;
            if self.is_open(at)? {
                if amount <= next - at {
                    return Some(at + amount);
                }
                amount -= next - at;
            }
            at = next;
        }
    }

    fn backward(&self, to: i64, mut amount: i64) -> Option<i64> {
        let mut at = to;
        loop {
            let minute = (at - 1).div_euclid(MINUTE) * MINUTE;
            if self.is_open(minute)? {
                // Exactly used up: the last instant is this one, unless it is a closing.
                if amount <= at - minute {
                    return self.latest(at - amount);
                }
                amount -= at - minute;
            }
            at = minute;
        }
    }

    /// The last instant from which there is no more to work than from this one.
    fn latest(&self, at: i64) -> Option<i64> {
        let mut at = at;
        while !self.is_open(at)? {
            at = (at.div_euclid(MINUTE) + 1) * MINUTE;
        }
        Some(at)
    }

    fn between(&self, from: i64, to: i64) -> i64 {
        let mut at = from;
        let mut sum = 0;
        while at < to {
            let next = ((at.div_euclid(MINUTE) + 1) * MINUTE).min(to);
            if self.is_open(at) == Some(true) {
                sum += next - at;
            }
            at = next;
        }
        sum
    }

    fn next_opening(&self, from: i64) -> Option<i64> {
        self.latest(from)
    }

    fn working_days_later(&self, zone: &TimeZone, from: i64, days: i64) -> Option<i64> {
        let start = self.next_opening(from)?;
        let holds = |spans: &Vec<(i64, i64)>| {
            let mut spans = spans.iter();
            spans.any(|(from, to)| *from <= start && start < *to)
        };
        let local = zone.to_datetime(Timestamp::from_microsecond(start).ok()?);
        let own = local.date();
        let others = [own, own - 1.day(), own + 1.day(), own - 2.days()];
        let day = others
            .into_iter()
            .find(|day| self.spans.get(day).is_some_and(holds))?;
        let past = local.duration_since(day.at(0, 0, 0, 0));
        let mut left = days;
        let mut target = day;
        while left > 0 {
            target = target.tomorrow().ok()?;
            if !self.spans.get(&target)?.is_empty() {
                left -= 1;
            }
        }
        let same = target.at(0, 0, 0, 0).checked_add(past).ok()?;
        let closing = self.spans.get(&target)?.iter().map(|(_, to)| *to).max()?;
        Some(instant(zone, same).min(closing))
    }

    fn closing_of_day(&self, zone: &TimeZone, at: i64) -> Option<i64> {
        let day = zone
            .to_datetime(Timestamp::from_microsecond(at).ok()?)
            .date();
        let closing = self.spans.get(&day)?.iter().map(|(_, to)| *to).max();
        Some(closing.unwrap_or_else(|| instant(zone, (day + 1.day()).at(0, 0, 0, 0))))
    }
}

fn instant(zone: &TimeZone, local: DateTime) -> i64 {
    zone.to_timestamp(local).unwrap().as_microsecond()
}

fn near_a_change(zone: &TimeZone, day: Date, dice: &mut Dice) -> Date {
    let midnight = zone.to_timestamp(day.at(0, 0, 0, 0)).unwrap();
    let next = zone.following(midnight).next();
    next.map_or(day, |change| {
        let day = zone.to_datetime(change.timestamp()).date();
        (day - (8 + dice.below(30)).days()).max(date(1975, 1, 1))
    })
}

fn windows(dice: &mut Dice, style: i64) -> Windows {
    if dice.one_in(5) {
        return Windows::new();
    }
    match style {
        0 => vec![(540, 1_020)],
        1 => vec![(480, 720), (810, 1_080)],
        2 => vec![(1_320, 1_800)],
        3 => vec![(0, 1_440)],
        4 => vec![(0, 120), (150, 210), (1_290, 1_440)],
        _ => {
            let mut at = dice.below(400);
            let mut windows = Windows::new();
            while at < 1_430 && windows.len() < 5 {
                let end = (at + 1 + dice.below(400)).min(1_440);
                windows.push((at, end));
                at = end + dice.below(300);
            }
            windows
        }
    }
}

fn list(windows: &Windows) -> String {
    let clock = |minute: i64, is_end: bool| {
        let minute = if minute > 1_440 || (minute == 1_440 && !is_end) {
            minute - 1_440
        } else {
            minute
        };
        format!("{:02}:{:02}", minute / 60, minute % 60)
    };
    let texts: Vec<String> = windows
        .iter()
        .map(|(start, end)| format!("\"{}-{}\"", clock(*start, false), clock(*end, true)))
        .collect();
    format!("[{}]", texts.join(", "))
}

/// Easter Sunday by Gauss's rule, with its two exceptions.
fn easter(year: i16) -> Date {
    let y = i64::from(year);
    let (a, b, c, century) = (y % 19, y % 4, y % 7, y / 100);
    let m = (15 + century - century / 4 - (8 * century + 13) / 25) % 30;
    let n = (4 + century - century / 4) % 7;
    let d = (19 * a + m) % 30;
    let e = (2 * b + 4 * c + 6 * d + n) % 7;
    let days = if d == 29 && e == 6 {
        // 26 April becomes 19 April.
        28
    } else if d == 28 && e == 6 && a > 10 {
        // 25 April becomes 18 April.
        27
    } else {
        d + e
    };
    date(year, 3, 22) + days.days()
}
