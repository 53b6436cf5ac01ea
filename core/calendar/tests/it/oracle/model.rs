//! Random calendars, as a file and as the oracle sees them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::Dice;
use super::marked::{MINUTE, Marked, instant};

/// How many days are marked, and how many more at each end reach into them.
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

/// Windows in minutes after midnight; an end may lie on the next day.
pub type Windows = Vec<(i64, i64)>;

/// A calendar as the oracle sees it.
pub struct Model {
    pub zone: TimeZone,
    pub zone_name: &'static str,
    week: [Windows; 7],
    openings: BTreeMap<Date, Windows>,
    dated: BTreeMap<Date, Windows>,
    easter: BTreeMap<i64, Windows>,
    yearly: BTreeMap<(i8, i8), Windows>,
    feed: Vec<(Date, Date)>,
    first: Date,
}

impl Model {
    pub fn random(dice: &mut Dice) -> Self {
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
    pub fn text(&self) -> String {
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

    pub fn feed_text(&self) -> String {
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

    pub fn marked(&self) -> Marked {
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
    let year_number = i64::from(year);
    let (moon, leap, week) = (year_number % 19, year_number % 4, year_number % 7);
    let century = year_number / 100;
    let moon_shift = (15 + century - century / 4 - (8 * century + 13) / 25) % 30;
    let week_shift = (4 + century - century / 4) % 7;
    let full_moon = (19 * moon + moon_shift) % 30;
    let sunday = (2 * leap + 4 * week + 6 * full_moon + week_shift) % 7;
    let days = match (full_moon, sunday) {
        // 26 April becomes 19 April, and 25 April at times 18 April.
        (29, 6) => 28,
        (28, 6) if moon > 10 => 27,
        _ => full_moon + sunday,
    };
    date(year, 3, 22) + days.days()
}
