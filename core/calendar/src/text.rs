//! Instants as people write and read them in the calendar's zone.

use std::fmt;

use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::TimeZone;
use kept_kernel::Instant;

use crate::Calendar;
use crate::calendar::held;
use crate::days::{DAY, MINUTE, SECOND, date_of, day_of};

/// Why a text is not an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InstantTextError {
    /// It is no date, with or without a time.
    Shape(String),
    /// The zone in its brackets is not known.
    Zone(String),
    /// Its offset is not the one that the zone in its brackets has then.
    Offset(String),
    /// It lies outside the years that the calendars reach.
    OutOfReach(String),
}

impl Calendar {
    /// Reads an instant as a person writes it: `2026-01-30T16:30:00+01:00`, `…Z`, `2026-01-30 16:30`, `2026-01-30`
    /// (its first instant), `2026-01-30 16:30[Europe/Rome]`. Without an offset or a zone the calendar's zone is
    /// meant; a time that its clocks skip moves forward by the gap, of one that they show twice the first counts.
    pub fn parse_instant(&self, text: &str) -> Result<Instant, InstantTextError> {
        let text = text.trim();
        let shape = || InstantTextError::Shape(shortened(text));
        let pieces = Pieces::parse(text).map_err(|_| shape())?;
        let local = pieces
            .date()
            .to_datetime(pieces.time().unwrap_or(Time::midnight()));
        let zone = match pieces.time_zone_annotation() {
            Some(_) => Some(
                pieces
                    .to_time_zone()
                    .ok()
                    .flatten()
                    .filter(|zone| !zone.is_unknown())
                    .ok_or_else(|| InstantTextError::Zone(shortened(text)))?,
            ),
            None => None,
        };
        let out_of_reach = || InstantTextError::OutOfReach(shortened(text));
        let found = match pieces.to_numeric_offset() {
            Some(offset) => {
                let at = offset.to_timestamp(local).map_err(|_| out_of_reach())?;
                let differs = |zone: TimeZone| zone.to_offset(at) != offset;
                let zulu = matches!(pieces.offset(), Some(PiecesOffset::Zulu));
                if !zulu && zone.is_some_and(differs) {
                    return Err(InstantTextError::Offset(shortened(text)));
                }
                Instant::from_timestamp(at)
            }
            None => match zone {
                Some(zone) => {
                    Instant::from_timestamp(zone.to_timestamp(local).map_err(|_| out_of_reach())?)
                }
                None => self.instant_of_local(local).ok_or_else(out_of_reach)?,
            },
        };
        if found < Instant::MIN || found > Instant::MAX {
            return Err(out_of_reach());
        }
        Ok(found)
    }

    fn instant_of_local(&self, local: DateTime) -> Option<Instant> {
        let time = local.time();
        let micros = i64::from(day_of(local.date())) * DAY
            + (i64::from(time.hour()) * 60 + i64::from(time.minute())) * MINUTE
            + i64::from(time.second()) * SECOND
            + i64::from(time.subsec_nanosecond()) / 1_000;
        let found = self.at_local(micros);
        let is_end = found == Instant::MIN || found == Instant::MAX;
        (!is_end || self.table.local_of(found.micros()) == micros).then_some(found)
    }

    /// The instant as RFC 3339 with the offset of the calendar's zone: `2026-02-02T09:30:00+00:00`, with a fraction
    /// only where there is one. An offset with seconds, as zones had before they had standard time, is cut to
    /// minutes; the instant is the same.
    pub fn format_instant(&self, instant: Instant) -> String {
        let micros = held(instant);
        let offset = self.table.local_of(micros) - micros;
        let offset = offset.div_euclid(MINUTE);
        let local = micros + offset * MINUTE;
        let fraction = local.rem_euclid(SECOND);
        let sign = if offset < 0 { '-' } else { '+' };
        format!(
            "{}T{}{}{sign}{:02}:{:02}",
            date_text(local),
            time_text(local, true),
            decimals(fraction),
            offset.abs() / 60,
            offset.abs() % 60
        )
    }
}

/// `2026-01-30` of a local time in microseconds.
pub(crate) fn date_text(local: i64) -> String {
    date_of(local.div_euclid(DAY) as i32).map_or_else(String::new, |date| {
        format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    })
}

/// `16:30` of a local time in microseconds, with seconds where asked for.
pub(crate) fn time_text(local: i64, seconds: bool) -> String {
    let second = local.rem_euclid(DAY) / SECOND;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    if seconds {
        format!("{hour:02}:{minute:02}:{second:02}")
    } else {
        format!("{hour:02}:{minute:02}")
    }
}

/// `.25` of a fraction of a second in microseconds; nothing where there is none.
pub(crate) fn decimals(fraction: i64) -> String {
    if fraction == 0 {
        return String::new();
    }
    let digits = format!(".{fraction:06}");
    digits.trim_end_matches('0').to_owned()
}

/// The words at fault, cut where they are long.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

impl fmt::Display for InstantTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(text) => write!(
                f,
                "“{text}” is no date or time: write it as 2026-01-30, 2026-01-30 16:30 or 2026-01-30T16:30:00+01:00."
            ),
            Self::Zone(text) => write!(
                f,
                "The zone of “{text}” is not known: write it as in [Europe/Rome], or leave it out."
            ),
            Self::Offset(text) => write!(
                f,
                "The offset of “{text}” is not the one that its zone has then: leave one of the two out."
            ),
            Self::OutOfReach(text) => {
                write!(f, "“{text}” is out of reach: write a year from 1 to 9999.")
            }
        }
    }
}

impl std::error::Error for InstantTextError {}
