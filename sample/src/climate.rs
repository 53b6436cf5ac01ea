//! What makes the year uneven: seasons, a bad fortnight, a launch, a training, people who come and go.

use jiff::ToSpan;
use kept_kernel::Instant;

use crate::time::{Clock, DAY};

/// The turning points of the year, and what they do to volume and to punctuality.
#[derive(Clone, Debug)]
pub struct Climate {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    /// When two representatives fall ill.
    pub fortnight_at: Instant,
    pub(crate) fortnight_micros: i64,
    /// When the service team is trained.
    pub training_at: Instant,
    /// When one of technical support leaves.
    pub leaver_at: Instant,
    /// When a representative joins.
    pub joiner_at: Instant,
    /// When the new product is launched; the flood lasts a week.
    pub launch_at: Instant,
    /// In a sample of more than a year and a half: when the service team falls ill again.
    pub relapse_at: Option<Instant>,
}

impl Climate {
    pub(crate) fn of(clock: &Clock) -> Self {
        let (from, until) = (clock.from, clock.until);
        // Always at the start of a day, so that whoever is ill is ill from the morning on.
        let point = |share: f64| {
            let micros = until.micros_since(from) as f64 * share;
            clock.at(clock.date(from.plus_micros(micros as i64)), 0)
        };
        let monday = |at: Instant| {
            let day = clock.date(at);
            let ahead = i64::from(7 - day.weekday().to_monday_zero_offset()) % 7;
            clock.at(day.saturating_add(ahead.days()), 0)
        };
        Self {
            from,
            until,
            fortnight_at: monday(point(0.17)),
            fortnight_micros: 14 * DAY,
            training_at: monday(point(0.38)),
            leaver_at: point(0.56),
            joiner_at: point(0.61),
            launch_at: monday(point(0.72)),
            relapse_at: (until.micros_since(from) > 548 * DAY).then(|| monday(point(0.89))),
        }
    }

    /// How far the year has gone, from 0 to 1.
    pub(crate) fn share(&self, at: Instant) -> f64 {
        let whole = self.until.micros_since(self.from).max(1) as f64;
        (at.micros_since(self.from) as f64 / whole).clamp(0.0, 1.0)
    }

    /// How much better than on average a team keeps its deadlines then, in standard deviations.
    pub(crate) fn mood(&self, team: &str, at: Instant) -> f64 {
        let share = self.share(at);
        let trend = match team {
            "service" => -0.2 + 0.35 * share,
            "technical" => 0.15 - 0.25 * share - if at >= self.leaver_at { 0.25 } else { 0.0 },
            "accounts" => 0.1 * share,
            "onboarding" => 0.2 + 0.5 * share,
            "sales" => 0.1 - 0.3 * share,
            _ => 0.0,
        };
        let ill = self.is_fortnight(at);
        let flood = self.is_launch(at);
        let fortnight = if !ill {
            0.0
        } else if team == "service" {
            -3.0
        } else {
            -0.3
        };
        let launch = match team {
            _ if !flood => 0.0,
            "service" => -2.2,
            "technical" => -2.0,
            _ => -0.2,
        };
        trend + fortnight + launch + self.trained(team, at)
    }

    /// What was learned in the training, fading over five months.
    fn trained(&self, team: &str, at: Instant) -> f64 {
        let since = at.micros_since(self.training_at);
        if team != "service" || since < 0 {
            return 0.0;
        }
        0.55 * (1.0 - since as f64 / (150 * DAY) as f64).max(0.25)
    }

    /// How many requests come in then, where 1 is the mean.
    pub(crate) fn volume(&self, at: Instant, month: i8) -> f64 {
        let season = match month {
            1 | 3 | 10 => 1.1,
            7 => 0.85,
            8 => 0.7,
            11 => 1.2,
            12 => 0.8,
            _ => 1.0,
        };
        let growth = 0.92 + 0.16 * self.share(at);
        let flood = if self.is_launch(at) { 2.8 } else { 1.0 };
        season * growth * flood
    }

    pub(crate) fn is_fortnight(&self, at: Instant) -> bool {
        let of = |begin: Instant| (0..self.fortnight_micros).contains(&at.micros_since(begin));
        of(self.fortnight_at) || self.relapse_at.is_some_and(of)
    }

    pub(crate) fn is_launch(&self, at: Instant) -> bool {
        (0..7 * DAY).contains(&at.micros_since(self.launch_at))
    }
}
