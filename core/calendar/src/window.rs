//! Windows: the stretches of a day in which work is done.

use std::fmt;

/// A stretch of working time by the wall clock, in minutes after the midnight that begins its day. The end may lie
/// on the next day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Window {
    /// 0 to 1439.
    pub(crate) start: u16,
    /// Above the start, at most 24 hours later.
    pub(crate) end: u16,
}

/// Minutes in a day.
pub(crate) const DAY_MINUTES: u16 = 1_440;

/// Why a text is not a window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WindowError {
    /// Not two times with a dash between them.
    Shape,
    /// A time that no clock shows.
    Time,
    /// It begins at 24:00.
    StartsAtMidnight,
}

impl Window {
    /// Reads `09:00-17:00`. An end that is not after the start lies on the next day; `24:00` is the midnight that
    /// ends the day.
    pub(crate) fn parse(text: &str) -> Result<Self, WindowError> {
        let (start, end) = text.split_once(['-', '–']).ok_or(WindowError::Shape)?;
        let start = minute_of(start.trim())?;
        let end = minute_of(end.trim())?;
        if start == DAY_MINUTES {
            return Err(WindowError::StartsAtMidnight);
        }
        let end = if end > start { end } else { end + DAY_MINUTES };
        Ok(Self { start, end })
    }
}

fn minute_of(text: &str) -> Result<u16, WindowError> {
    let (hour, minute) = text.split_once(':').ok_or(WindowError::Shape)?;
    let number = |digits: &str| {
        if matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit()) {
            digits.parse::<u16>().map_err(|_| WindowError::Shape)
        } else {
            Err(WindowError::Shape)
        }
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    if minute > 59 || hour > 24 || (hour == 24 && minute > 0) {
        return Err(WindowError::Time);
    }
    Ok(hour * 60 + minute)
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end > DAY_MINUTES {
            self.end - DAY_MINUTES
        } else {
            self.end
        };
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            self.start / 60,
            self.start % 60,
            end / 60,
            end % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_prints_as_it_is_read() {
        for text in ["09:00-17:00", "22:00-06:00", "00:00-24:00", "18:00-24:00"] {
            assert_eq!(Window::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_end_that_is_not_after_its_start_lies_on_the_next_day() {
        assert_eq!(Window::parse("22:00-06:00").unwrap().end, 1_440 + 360);
        assert_eq!(Window::parse("09:00-09:00").unwrap().end, 1_440 + 540);
    }

    #[test]
    fn what_no_clock_shows_is_no_window() {
        for (text, why) in [
            ("9-17", WindowError::Shape),
            ("09:00", WindowError::Shape),
            ("", WindowError::Shape),
            ("09:00-17:60", WindowError::Time),
            ("09:00-25:00", WindowError::Time),
            ("09:00-24:01", WindowError::Time),
            ("24:00-06:00", WindowError::StartsAtMidnight),
            ("-1:00-06:00", WindowError::Shape),
        ] {
            assert_eq!(Window::parse(text), Err(why), "{text}");
        }
    }
}
