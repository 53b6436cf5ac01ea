//! The clock of a duty: a dial, a word, a time. Never a colour alone.

use askama::Template;
use jiff::SignedDuration;

/// How a duty stands. The only carrier of a signal colour: `data-state`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ClockState {
    /// Not due today.
    OnTime,
    /// Due today.
    Today,
    /// In the last quarter of its time.
    Soon,
    /// Past its deadline and not done.
    Overdue,
    /// Stands still.
    Paused,
    /// Done in time.
    Met,
    /// Done after its deadline.
    Late,
    /// Never done.
    Missed,
    /// Waived by an exception.
    Excused,
}

impl ClockState {
    /// The value of `data-state`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnTime => "ontime",
            Self::Today => "today",
            Self::Soon => "soon",
            Self::Overdue => "overdue",
            Self::Paused => "paused",
            Self::Met => "met",
            Self::Late => "late",
            Self::Missed => "missed",
            Self::Excused => "excused",
        }
    }
}

/// A clock chip.
#[derive(Template, Clone, PartialEq, Debug)]
#[template(path = "parts/clock.html")]
pub struct Clock {
    state: ClockState,
    words: String,
    more: Option<String>,
    /// The share of the time that is left, for the dial.
    left: f64,
    /// The exact deadline, for hovering: `due Tuesday 20 January 16:00, Europe/Berlin`.
    exact: Option<String>,
}

impl Clock {
    fn new(state: ClockState, words: impl Into<String>) -> Self {
        Self {
            state,
            words: words.into(),
            more: None,
            left: 0.0,
            exact: None,
        }
    }

    /// `on time · 3 h 20 m left`, for a deadline on a later day.
    pub fn on_time(left: SignedDuration, share_left: f64) -> Self {
        Self {
            more: Some(format!("· {} left", span_words(left))),
            left: share_left,
            ..Self::new(ClockState::OnTime, "on time")
        }
    }

    /// `on time · Thu 14:00`: for a deadline so far away that its day says more than the time left.
    pub fn on_time_until(when: &str, share_left: f64) -> Self {
        Self {
            more: Some(format!("· {when}")),
            left: share_left,
            ..Self::new(ClockState::OnTime, "on time")
        }
    }

    /// `due today 16:00`; in the last quarter of its time in bold.
    pub fn due_today(time: &str, share_left: f64) -> Self {
        let state = if share_left <= 0.25 {
            ClockState::Soon
        } else {
            ClockState::Today
        };
        Self {
            left: share_left,
            ..Self::new(state, format!("due today {time}"))
        }
    }

    /// In the last quarter of its time, and not due today: `on time · 2 h left`, in bold.
    pub fn soon(left: SignedDuration, share_left: f64) -> Self {
        Self {
            state: ClockState::Soon,
            ..Self::on_time(left, share_left)
        }
    }

    /// `overdue by 25 m`.
    pub fn overdue(by: SignedDuration) -> Self {
        Self::new(
            ClockState::Overdue,
            format!("overdue by {}", span_words(by)),
        )
    }

    /// `paused, 2 h left`.
    pub fn paused(left: SignedDuration) -> Self {
        Self::new(
            ClockState::Paused,
            format!("paused, {} left", span_words(left)),
        )
    }

    /// `met`.
    pub fn met() -> Self {
        Self::new(ClockState::Met, "met")
    }

    /// `met late by 10 m`.
    pub fn met_late(by: SignedDuration) -> Self {
        Self::new(ClockState::Late, format!("met late by {}", span_words(by)))
    }

    /// `missed`.
    pub fn missed() -> Self {
        Self::new(ClockState::Missed, "missed")
    }

    /// `excused`.
    pub fn excused() -> Self {
        Self::new(ClockState::Excused, "excused")
    }

    /// The time that is left, or over, is working time: it is named as such.
    #[must_use]
    pub fn of_working_time(mut self) -> Self {
        let named = |text: &str| text.replace(" left", " of working time left");
        self.more = self.more.as_deref().map(named);
        if self.state == ClockState::Overdue || self.state == ClockState::Late {
            self.words.push_str(" of working time");
        } else {
            self.words = named(&self.words);
        }
        self
    }

    /// With the exact instant, in words, for hovering.
    #[must_use]
    pub fn exactly(self, words: impl Into<String>) -> Self {
        Self {
            exact: Some(words.into()),
            ..self
        }
    }

    /// How the duty stands.
    pub const fn state(&self) -> ClockState {
        self.state
    }

    /// All its words in one line.
    pub fn words(&self) -> String {
        match &self.more {
            Some(more) => format!("{} {more}", self.words),
            None => self.words.clone(),
        }
    }

    /// The slice of the dial: clockwise from noon, as large as the share that is left.
    fn slice(&self) -> String {
        let share = self.left.clamp(0.01, 0.99);
        let angle = share * std::f64::consts::TAU;
        let (x, y) = (
            3.6f64.mul_add(angle.sin(), 7.0),
            3.6f64.mul_add(-angle.cos(), 7.0),
        );
        let large = u8::from(share > 0.5);
        format!("M7 7V3.4A3.6 3.6 0 {large} 1 {x:.2} {y:.2}Z")
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A span in its two largest units: `25 m`, `1 h 55 m`, `2 h`, `1 d 23 h`. Whole minutes; less than one is `under 1 m`.
pub fn span_words(span: SignedDuration) -> String {
    let seconds = span.as_secs().abs();
    if seconds < MINUTE {
        return "under 1 m".to_owned();
    }
    let (large, small) = if seconds < DAY {
        ((seconds / HOUR, "h"), (seconds % HOUR / MINUTE, "m"))
    } else {
        ((seconds / DAY, "d"), (seconds % DAY / HOUR, "h"))
    };
    let parts = [large, small].into_iter().filter(|(amount, _)| *amount > 0);
    parts
        .map(|(amount, unit)| format!("{amount} {unit}"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: i64) -> SignedDuration {
        SignedDuration::from_mins(minutes)
    }

    #[test]
    fn clocks_speak_the_words_of_the_desk() {
        let said = [
            Clock::on_time(minutes(200), 0.5),
            Clock::due_today("16:00", 0.6),
            Clock::overdue(minutes(25)),
            Clock::paused(minutes(120)),
            Clock::met_late(minutes(10)),
            Clock::on_time(minutes(200), 0.5).of_working_time(),
            Clock::overdue(minutes(115)).of_working_time(),
        ];
        let words = said.map(|clock| clock.words());
        assert_eq!(
            words,
            [
                "on time · 3 h 20 m left",
                "due today 16:00",
                "overdue by 25 m",
                "paused, 2 h left",
                "met late by 10 m",
                "on time · 3 h 20 m of working time left",
                "overdue by 1 h 55 m of working time",
            ]
        );
    }

    #[test]
    fn the_last_quarter_is_soon() {
        assert_eq!(Clock::due_today("10:20", 0.2).state(), ClockState::Soon);
        assert_eq!(Clock::due_today("10:20", 0.3).state(), ClockState::Today);
    }

    #[test]
    fn spans_are_told_in_their_two_largest_units() {
        for (span, words) in [
            (0, "under 1 m"),
            (59, "59 m"),
            (60, "1 h"),
            (1440, "1 d"),
            (2820, "1 d 23 h"),
            (1441, "1 d"),
        ] {
            assert_eq!(span_words(minutes(span)), words);
            assert_eq!(span_words(minutes(-span)), words);
        }
    }

    #[test]
    fn the_dial_shows_what_is_left() {
        assert_eq!(
            Clock::on_time(minutes(1), 0.5).slice(),
            "M7 7V3.4A3.6 3.6 0 0 1 7.00 10.60Z"
        );
        assert!(Clock::on_time(minutes(1), 0.9).slice().contains("0 1 1"));
    }
}
