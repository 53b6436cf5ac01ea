//! A point in time.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

/// A point in time: whole microseconds since 1970-01-01T00:00:00Z.
///
/// Prints as RFC 3339 in UTC (`2026-01-30T16:30:00Z`), with a fraction only where there is one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(i64);

/// Why a text is not an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstantError(String);

impl Instant {
    /// The earliest instant that the calendars reach: 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// The latest instant that the calendars reach: 9999-12-30T00:00:00Z.
    pub const MAX: Self = Self(253_402_128_000_000_000);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This instant moved by so many microseconds, held inside [`Instant::MIN`] and [`Instant::MAX`].
    #[must_use]
    #[inline]
    pub fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros)).clamp(Self::MIN, Self::MAX)
    }

    /// Microseconds from `earlier` to this instant; negative when this one is the earlier.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The same instant in the time library's type. Instants outside its range are held at its ends.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// From the time library's type; parts below a microsecond are cut off.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp())
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Instant {
    type Err = InstantError;

    /// Reads an RFC 3339 text that names its offset (`2026-01-30T16:30:00+01:00`, `…Z`).
    fn from_str(text: &str) -> Result<Self, InstantError> {
        text.trim()
            .parse::<Timestamp>()
            .map(Self::from_timestamp)
            .map_err(|_| InstantError(text.to_owned()))
    }
}

impl fmt::Display for InstantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "“{}” is no instant: write it as 2026-01-30T16:30:00Z or 2026-01-30T16:30:00+01:00",
            self.0
        )
    }
}

impl std::error::Error for InstantError {}
