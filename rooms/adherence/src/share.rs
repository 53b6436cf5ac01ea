//! A share with its interval, and how it compares with a target.

use kept_charts::Interval;
use serde::{Deserialize, Serialize};

/// The share of cases that met their deadline.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Share {
    /// How many met it.
    pub met: u64,
    /// Of how many.
    pub n: u64,
    /// The share, 0 to 1.
    pub share: f64,
    /// The lower end of its Wilson 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How a share compares with its target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The whole interval lies below.
    NotMet,
    /// The interval straddles the target.
    TooCloseToTell,
    /// The whole interval lies at or above it.
    Met,
    /// Fewer than ten cases.
    NotEnoughData,
    /// No case at all, which is never counted as kept.
    NoCases,
}

/// Below so many cases no verdict is given.
const FEWEST_CASES: u64 = 10;

impl Share {
    /// The share of so many; none of nought.
    ///
    /// The interval is Wilson's (E. B. Wilson, 1927) at 95 %.
    pub fn of(met: u64, n: u64) -> Option<Self> {
        if n == 0 {
            return None;
        }
        let z = 1.959_963_984_540_054_f64;
        let (count, share) = (n as f64, met as f64 / n as f64);
        let square = z * z;
        let middle = (share + square / (2.0 * count)) / (1.0 + square / count);
        let spread = share * (1.0 - share) / count + square / (4.0 * count * count);
        let half = z * spread.sqrt() / (1.0 + square / count);
        Some(Self {
            met,
            n,
            share: rounded(share),
            low: rounded((middle - half).max(0.0)),
            high: rounded((middle + half).min(1.0)),
        })
    }

    /// As it is drawn, on the way to a target, coloured by a state.
    pub const fn drawn(self, target: Option<f64>, state: &'static str) -> Interval {
        Interval {
            share: self.share,
            low: self.low,
            high: self.high,
            n: self.n,
            target,
            state,
        }
    }

    /// How it compares with the target.
    pub fn standing(share: Option<Self>, target: f64) -> Standing {
        match share {
            None => Standing::NoCases,
            Some(share) if share.n < FEWEST_CASES => Standing::NotEnoughData,
            Some(share) if share.low >= target => Standing::Met,
            Some(share) if share.high < target => Standing::NotMet,
            Some(_) => Standing::TooCloseToTell,
        }
    }
}

impl Standing {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotMet => "not met",
            Self::TooCloseToTell => "too close to tell",
            Self::Met => "met",
            Self::NotEnoughData => "not enough data",
            Self::NoCases => "no cases",
        }
    }

    /// The state that colours it on a page.
    pub const fn state(self) -> &'static str {
        match self {
            Self::NotMet => "late",
            Self::Met => "met",
            _ => "paused",
        }
    }
}

/// Six places: more would only show how the machine reckons.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighteen_of_twenty_lie_between_69_9_and_97_2_percent() {
        let share = Share::of(18, 20).unwrap();
        assert_eq!(
            (share.share, share.low, share.high),
            (0.9, 0.698_966, 0.972_134)
        );
    }

    #[test]
    fn nothing_is_no_share_and_all_is_not_certain() {
        assert_eq!(Share::of(0, 0), None);
        let all = Share::of(20, 20).unwrap();
        assert!(all.low < 0.85 && all.high > 0.999);
        let none = Share::of(0, 20).unwrap();
        assert!(none.low < 0.001 && none.high > 0.15);
    }

    #[test]
    fn the_standing_follows_the_interval_and_not_the_share() {
        let of = |met, n| Share::standing(Share::of(met, n), 0.9);
        assert_eq!(of(9, 9), Standing::NotEnoughData);
        assert_eq!(of(18, 20), Standing::TooCloseToTell);
        assert_eq!(of(990, 1000), Standing::Met);
        assert_eq!(of(500, 1000), Standing::NotMet);
        assert_eq!(of(0, 0), Standing::NoCases);
    }
}
