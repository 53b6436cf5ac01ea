//! Times as logs write them: many formats, with or without an offset.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use kept_kernel::Instant;

/// How a log writes a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TimeFormat {
    /// `2026-01-30T16:30:00+01:00`: date, then perhaps a time, a fraction, an offset; blank or `T` between.
    Iso,
    /// Seconds since 1970, perhaps with a fraction.
    Epoch,
    /// Milliseconds since 1970.
    EpochMillis,
    /// Letters with a percent sign, as `strptime` has them.
    Pattern(Vec<Item>),
}

/// One piece of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// `%Y`
    Year,
    /// `%y`: 69 to 99 are the nineteen hundreds.
    ShortYear,
    /// `%m`
    Month,
    /// `%b`, `%B`: the English name, or its first three letters.
    MonthName,
    /// `%d`, `%e`
    Day,
    /// `%H`
    Hour,
    /// `%I`
    Hour12,
    /// `%p`
    AmPm,
    /// `%M`
    Minute,
    /// `%S`
    Second,
    /// `%f`: the digits after the point.
    Fraction,
    /// `%z`: `+01:00`, `+0100`, `+01`, `Z`.
    Offset,
    /// `%a`, `%A`: a weekday's name, passed over.
    Weekday,
    /// White space, any amount of it.
    Blank,
    /// This letter.
    Letter(char),
}

/// What was read: a local time, and its offset where the text says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Read {
    seconds: i64,
    micros: i64,
    offset: Option<i64>,
}

/// Turns texts into instants. Keeps the zone's offsets by the hour, so that a long log costs few look-ups.
pub struct TimeReader {
    formats: Vec<TimeFormat>,
    zone: TimeZone,
    cache: Vec<Option<(i64, i64)>>,
    doubtful: u64,
}

const CACHED_HOURS: usize = 1 << 13;

impl TimeReader {
    /// Tries these formats in order; times without an offset are this zone's.
    pub fn new(formats: Vec<TimeFormat>, zone: TimeZone) -> Self {
        Self {
            formats,
            zone,
            cache: vec![None; CACHED_HOURS],
            doubtful: 0,
        }
    }

    /// How many times stood in an hour that the clock skipped or repeated.
    pub const fn doubtful(&self) -> u64 {
        self.doubtful
    }

    /// Reads a time. Without an offset: in a skipped hour it moves forward by the gap, in a repeated hour the first
    /// one counts.
    pub fn read(&mut self, text: &str) -> Option<Instant> {
        let text = text.trim();
        let read = self.formats.iter().find_map(|format| format.read(text))?;
        let seconds = match read.offset {
            Some(offset) => read.seconds - offset,
            None => self.in_zone(read.seconds)?,
        };
        let instant = Instant::from_seconds(seconds).plus_micros(read.micros);
        (instant > Instant::MIN && instant < Instant::MAX).then_some(instant)
    }

    /// The day that a text names, as it is written there.
    pub fn day(&self, text: &str) -> Option<Date> {
        let text = text.trim();
        let read = self.formats.iter().find_map(|format| format.read(text))?;
        let local = jiff::Timestamp::from_second(read.seconds).ok()?;
        Some(local.to_zoned(TimeZone::UTC).date())
    }

    fn in_zone(&mut self, local: i64) -> Option<i64> {
        let hour = local.div_euclid(3600);
        let slot = hour.rem_euclid(CACHED_HOURS as i64) as usize;
        if let Some(Some((cached, offset))) = self.cache.get(slot)
            && *cached == hour
        {
            return Some(local - offset);
        }
        let start = self.offset(hour * 3600)?;
        let end = self.offset(hour * 3600 + 3599)?;
        if start == end && start.1 {
            if let Some(place) = self.cache.get_mut(slot) {
                *place = Some((hour, start.0));
            }
            return Some(local - start.0);
        }
        let (offset, sure) = self.offset(local)?;
        self.doubtful += u64::from(!sure);
        Some(local - offset)
    }

    /// The offset at a local time, and whether there is exactly one.
    fn offset(&self, local: i64) -> Option<(i64, bool)> {
        let date_time = jiff::Timestamp::from_second(local)
            .ok()?
            .to_zoned(TimeZone::UTC)
            .datetime();
        Some(match self.zone.to_ambiguous_timestamp(date_time).offset() {
            AmbiguousOffset::Unambiguous { offset } => (i64::from(offset.seconds()), true),
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => {
                (i64::from(before.seconds()), false)
            }
        })
    }
}

impl FromStr for TimeFormat {
    type Err = String;

    /// Reads `iso`, `epoch`, `epoch-ms`, or a pattern such as `%d/%m/%Y %H:%M`. The error says what is wrong with it.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "iso" => return Ok(Self::Iso),
            "epoch" => return Ok(Self::Epoch),
            "epoch-ms" => return Ok(Self::EpochMillis),
            _ => {}
        }
        let mut items = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '%' => items.extend(items_of(letters.next())?),
                blank if blank.is_whitespace() => items.push(Item::Blank),
                other => items.push(Item::Letter(other)),
            }
        }
        let day = items.contains(&Item::Day)
            && (items.contains(&Item::Month) || items.contains(&Item::MonthName));
        let year = items.contains(&Item::Year) || items.contains(&Item::ShortYear);
        if !day || !year {
            return Err(format!(
                "“{text}” names no day, month and year: write “iso”, “epoch”, or a pattern such as %d/%m/%Y %H:%M"
            ));
        }
        Ok(Self::Pattern(items))
    }
}

fn items_of(letter: Option<char>) -> Result<Vec<Item>, String> {
    Ok(match letter {
        Some('Y') => vec![Item::Year],
        Some('y') => vec![Item::ShortYear],
        Some('m') => vec![Item::Month],
        Some('b' | 'B') => vec![Item::MonthName],
        Some('d' | 'e') => vec![Item::Day],
        Some('H') => vec![Item::Hour],
        Some('I') => vec![Item::Hour12],
        Some('p') => vec![Item::AmPm],
        Some('M') => vec![Item::Minute],
        Some('S') => vec![Item::Second],
        Some('f') => vec![Item::Fraction],
        Some('z') => vec![Item::Offset],
        Some('a' | 'A') => vec![Item::Weekday],
        Some('%') => vec![Item::Letter('%')],
        Some('T') => vec![
            Item::Hour,
            Item::Letter(':'),
            Item::Minute,
            Item::Letter(':'),
            Item::Second,
        ],
        Some(other) => return Err(format!("%{other} is no part of a time")),
        None => return Err("the pattern ends with a percent sign".to_owned()),
    })
}

/// The pieces found so far.
#[derive(Default)]
struct Pieces {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
    afternoon: Option<bool>,
    offset: Option<i64>,
}

impl Pieces {
    fn whole(&self) -> Option<Read> {
        let date = Date::new(
            i16::try_from(self.year).ok()?,
            i8::try_from(self.month).ok()?,
            i8::try_from(self.day).ok()?,
        )
        .ok()?;
        let hour = match self.afternoon {
            None => self.hour,
            Some(_) if !(1..=12).contains(&self.hour) => return None,
            Some(afternoon) => self.hour % 12 + if afternoon { 12 } else { 0 },
        };
        if hour > 23 || self.minute > 59 || self.second > 60 {
            return None;
        }
        let days = days_since_1970(date);
        Some(Read {
            seconds: days * 86_400 + hour * 3600 + self.minute * 60 + self.second,
            micros: self.micros,
            offset: self.offset,
        })
    }
}

/// Days from 1970-01-01, by Howard Hinnant's reckoning of the proleptic Gregorian calendar.
fn days_since_1970(date: Date) -> i64 {
    let month = i64::from(date.month());
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(date.day()) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

impl TimeFormat {
    fn read(&self, text: &str) -> Option<Read> {
        match self {
            Self::Iso => read_iso(text),
            Self::Epoch => read_epoch(text, 1_000_000),
            Self::EpochMillis => read_epoch(text, 1_000),
            Self::Pattern(items) => read_pattern(items, text),
        }
    }
}

fn read_epoch(text: &str, micros_per_unit: i64) -> Option<Read> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = !whole.is_empty()
        && whole
            .trim_start_matches('-')
            .bytes()
            .all(|b| b.is_ascii_digit());
    if !plain {
        return None;
    }
    let mut rest = Rest(fraction);
    let part = if fraction.is_empty() {
        0
    } else {
        rest.fraction()?
    };
    let micros = whole
        .parse::<i64>()
        .ok()?
        .checked_mul(micros_per_unit)?
        .checked_add(part * micros_per_unit / 1_000_000)?;
    rest.0.is_empty().then_some(Read {
        seconds: micros.div_euclid(1_000_000),
        micros: micros.rem_euclid(1_000_000),
        offset: Some(0),
    })
}

fn read_iso(text: &str) -> Option<Read> {
    let mut rest = Rest(text);
    let mut pieces = Pieces {
        year: rest.digits(4, 4)?,
        ..Pieces::default()
    };
    rest.letter('-')?;
    pieces.month = rest.digits(2, 2)?;
    rest.letter('-')?;
    pieces.day = rest.digits(2, 2)?;
    if rest.letter('T').is_some() || rest.letter('t').is_some() || rest.letter(' ').is_some() {
        pieces.hour = rest.digits(2, 2)?;
        rest.letter(':')?;
        pieces.minute = rest.digits(2, 2)?;
        if rest.letter(':').is_some() {
            pieces.second = rest.digits(2, 2)?;
        }
        if rest.letter('.').is_some() || rest.letter(',').is_some() {
            pieces.micros = rest.fraction()?;
        }
        rest.0 = rest.0.trim_start();
        if !rest.0.is_empty() {
            pieces.offset = Some(rest.offset()?);
        }
    }
    rest.0.is_empty().then(|| pieces.whole())?
}

fn read_pattern(items: &[Item], text: &str) -> Option<Read> {
    let mut rest = Rest(text);
    let mut pieces = Pieces::default();
    for item in items {
        match item {
            Item::Year => pieces.year = rest.digits(4, 4)?,
            Item::ShortYear => {
                let year = rest.digits(2, 2)?;
                pieces.year = year + if year < 69 { 2000 } else { 1900 };
            }
            Item::Month => pieces.month = rest.digits(1, 2)?,
            Item::MonthName => pieces.month = rest.name(&MONTHS)?,
            Item::Weekday => {
                rest.name(&WEEKDAYS)?;
            }
            Item::Day => pieces.day = rest.digits(1, 2)?,
            Item::Hour | Item::Hour12 => pieces.hour = rest.digits(1, 2)?,
            Item::AmPm => pieces.afternoon = Some(rest.name(&["am", "pm"])? == 2),
            Item::Minute => pieces.minute = rest.digits(1, 2)?,
            Item::Second => pieces.second = rest.digits(1, 2)?,
            Item::Fraction => pieces.micros = rest.fraction()?,
            Item::Offset => pieces.offset = Some(rest.offset()?),
            Item::Blank => rest.0 = rest.0.trim_start(),
            Item::Letter(letter) => rest.letter(*letter)?,
        }
    }
    rest.0.is_empty().then(|| pieces.whole())?
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// What is left of a text.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn letter(&mut self, letter: char) -> Option<()> {
        self.0 = self.0.strip_prefix(letter)?;
        Some(())
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self
            .0
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        let value = self
            .0
            .bytes()
            .take(count)
            .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        self.0 = self.0.get(count..)?;
        (count >= least).then_some(value)
    }

    /// Digits after a point, in microseconds; what is finer is cut off.
    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let digits = self.0.get(..count)?;
        self.0 = self.0.get(count..)?;
        let padded = digits.bytes().chain(std::iter::repeat(b'0')).take(6);
        let micros = padded.fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        (count > 0).then_some(micros)
    }

    fn offset(&mut self) -> Option<i64> {
        if self.letter('Z').is_some() || self.letter('z').is_some() {
            return Some(0);
        }
        let sign = match (self.letter('+'), self.letter('-')) {
            (Some(()), None) => 1,
            (None, Some(())) => -1,
            _ => return None,
        };
        let hours = self.digits(2, 2)?;
        let minutes = if self.letter(':').is_some() || !self.0.is_empty() {
            self.digits(2, 2)?
        } else {
            0
        };
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
    }

    /// The number, from 1, of the name that begins here, whole or its first three letters (two of `am`, `pm`).
    fn name(&mut self, names: &[&str]) -> Option<i64> {
        let count = self.0.bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = self.0.get(..count)?.to_ascii_lowercase();
        let place = names
            .iter()
            .position(|name| *name == word || (name.len() > 2 && name.get(..3) == Some(&word)))?;
        self.0 = self.0.get(count..)?;
        Some(place as i64 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, zone: &str, text: &str) -> Option<String> {
        let zone = TimeZone::get(zone).unwrap();
        let formats = format.split('|').map(|f| f.parse().unwrap()).collect();
        TimeReader::new(formats, zone)
            .read(text)
            .map(|instant| instant.to_string())
    }

    #[test]
    fn the_formats_of_real_exports_are_read() {
        for (format, zone, text, instant) in [
            (
                "iso",
                "Europe/Rome",
                "2012-10-09T14:50:17+00:00",
                "2012-10-09T14:50:17Z",
            ),
            (
                "iso",
                "Europe/Rome",
                "2012-10-09 16:50:17.25",
                "2012-10-09T14:50:17.25Z",
            ),
            ("iso", "Europe/Rome", "2012-10-09", "2012-10-08T22:00:00Z"),
            ("iso", "UTC", "2012-10-09T14:50Z", "2012-10-09T14:50:00Z"),
            (
                "%d/%m/%Y %H:%M",
                "America/Sao_Paulo",
                "29/2/2016 01:16",
                "2016-02-29T04:16:00Z",
            ),
            (
                "%m/%d/%Y %I:%M:%S %p",
                "America/New_York",
                "06/26/2018 12:50:01 PM",
                "2018-06-26T16:50:01Z",
            ),
            (
                "%m/%d/%Y %I:%M:%S %p",
                "America/New_York",
                "06/26/2018 12:50:01 am",
                "2018-06-26T04:50:01Z",
            ),
            (
                "%a, %d %b %Y %T %z",
                "UTC",
                "Fri, 30 Jan 2026 16:30:00 +0100",
                "2026-01-30T15:30:00Z",
            ),
            ("%d.%m.%y", "UTC", "30.01.26", "2026-01-30T00:00:00Z"),
            (
                "epoch",
                "Europe/Rome",
                "1769790600.5",
                "2026-01-30T16:30:00.5Z",
            ),
            (
                "epoch-ms",
                "UTC",
                "1769790600250",
                "2026-01-30T16:30:00.25Z",
            ),
            ("%d/%m/%Y|iso", "UTC", "2026-01-30", "2026-01-30T00:00:00Z"),
        ] {
            assert_eq!(read(format, zone, text).as_deref(), Some(instant), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in [
            "",
            "?",
            "2026-02-30",
            "2026-01-30T25:00",
            "2026-01-30T10:00:00 later",
            "30/01/2026",
        ] {
            assert_eq!(read("iso", "UTC", text), None, "{text}");
        }
        assert_eq!(read("%d/%m/%Y %H:%M", "UTC", "1/1/2026 10:00x"), None);
    }

    #[test]
    fn in_a_skipped_hour_time_moves_forward_and_in_a_repeated_one_the_first_counts() {
        assert_eq!(
            read("iso", "Europe/Berlin", "2026-03-29T02:30:00").as_deref(),
            Some("2026-03-29T01:30:00Z")
        );
        assert_eq!(
            read("iso", "Europe/Berlin", "2026-10-25T02:30:00").as_deref(),
            Some("2026-10-25T00:30:00Z")
        );
    }

    #[test]
    fn the_kept_offsets_equal_the_zone_at_every_quarter_of_an_hour() {
        let zone = TimeZone::get("Australia/Lord_Howe").unwrap();
        let mut reader = TimeReader::new(vec![TimeFormat::Iso], zone.clone());
        for quarter in 0..(366 * 96) {
            let local = 1_767_225_600 + quarter * 900;
            let date_time = jiff::Timestamp::from_second(local)
                .unwrap()
                .to_zoned(TimeZone::UTC)
                .datetime();
            let expected = zone.to_ambiguous_timestamp(date_time).compatible().unwrap();
            assert_eq!(
                reader.in_zone(local),
                Some(expected.as_second()),
                "{date_time}"
            );
        }
        assert!(reader.doubtful() > 0);
    }

    #[test]
    fn a_pattern_without_a_day_is_refused() {
        assert!("%H:%M".parse::<TimeFormat>().is_err());
        assert!("%d/%m/%Y %Q".parse::<TimeFormat>().is_err());
    }
}
