//! How long it took: median, 90th percentile, and how many fell into which class.

use kept_charts::Bar;
use kept_kernel::Duration;
use serde::{Deserialize, Serialize};

use crate::words::span_words;

/// How long the acts of a rule took.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Times {
    /// Whether working time was counted.
    pub business: bool,
    /// How many were done.
    pub n: u64,
    /// Half of them took at most so many seconds.
    pub median_s: i64,
    /// Nine of ten took at most so many seconds.
    pub p90_s: i64,
    /// Whether these two are exact, or within one percent.
    pub exact: bool,
    /// How many fell into which class.
    pub bins: Vec<Bin>,
    /// How many were never done, or not yet.
    pub never: u64,
}

impl Times {
    /// Its classes as bars, those that were never done last.
    pub fn bars(&self) -> Vec<Bar> {
        let mut before = None;
        let classes = self.bins.iter().map(|bin| {
            let name = match (before, bin.up_to_s) {
                (_, Some(end)) => format!("to {}", span_words(end, self.business)),
                (Some(start), None) => format!("over {}", span_words(start, self.business)),
                (None, None) => "any".to_owned(),
            };
            before = bin.up_to_s;
            Bar {
                name,
                cases: bin.n,
                past: bin.past,
            }
        });
        let mut bars: Vec<Bar> = classes.collect();
        if self.never > 0 {
            bars.push(Bar {
                name: "not done".to_owned(),
                cases: self.never,
                past: true,
            });
        }
        bars
    }

    /// Which time was counted, in words.
    pub const fn kind(&self) -> &'static str {
        if self.business {
            "Working time"
        } else {
            "Time around the clock"
        }
    }
}

/// A class of times.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Bin {
    /// Its upper end in seconds, which belongs to it; none: all that is longer.
    pub up_to_s: Option<i64>,
    /// How many.
    pub n: u64,
    /// Whether it lies past the deadline of the rule.
    pub past: bool,
}

/// So many times are kept one by one; of more only a sketch is kept.
const KEPT: usize = 200_000;

/// Takes times one by one.
#[derive(Clone, Debug)]
pub struct TimesGather {
    business: bool,
    limit: Option<i64>,
    edges: Vec<i64>,
    bins: Vec<u64>,
    kept: Vec<i64>,
    sketch: Option<Vec<u64>>,
    n: u64,
    never: u64,
}

impl TimesGather {
    /// For a rule with this span, where it is always the same.
    pub fn new(span: Option<Duration>) -> Self {
        let limit = span.map(|span| span.rough_micros() / 1_000_000);
        let edges = match limit {
            Some(limit) => vec![limit / 4, limit / 2, limit, limit * 2, limit * 4],
            None => [1, 4, 8, 24, 72, 240].map(|hours| hours * 3600).to_vec(),
        };
        Self {
            business: span.is_some_and(Duration::is_business),
            limit,
            bins: vec![0; edges.len() + 1],
            edges,
            kept: Vec::new(),
            sketch: None,
            n: 0,
            never: 0,
        }
    }

    /// Whether working time counts.
    pub const fn is_business(&self) -> bool {
        self.business
    }

    /// One that was done after so many microseconds.
    pub fn add(&mut self, micros: i64) {
        // A second that has begun counts, so that a time past the deadline never falls into the class before it.
        let seconds =
            micros.max(0).div_euclid(1_000_000) + i64::from(micros.rem_euclid(1_000_000) > 0);
        self.n += 1;
        let place = self.edges.partition_point(|edge| *edge < seconds);
        if let Some(bin) = self.bins.get_mut(place) {
            *bin += 1;
        }
        match &mut self.sketch {
            Some(sketch) => sketched(sketch, seconds),
            None => self.kept.push(seconds),
        }
        if self.kept.len() > KEPT {
            let mut sketch = vec![0; SKETCH];
            self.kept
                .drain(..)
                .for_each(|seconds| sketched(&mut sketch, seconds));
            self.sketch = Some(sketch);
        }
    }

    /// One that was not done.
    pub const fn never(&mut self) {
        self.never += 1;
    }

    /// What was gathered; none where nothing was.
    pub fn finish(mut self) -> Option<Times> {
        if self.n == 0 {
            return None;
        }
        self.kept.sort_unstable();
        let ends = self.edges.iter().copied().map(Some).chain([None]);
        let limit = self.limit.unwrap_or(i64::MAX);
        let bins = ends
            .zip(&self.bins)
            .map(|(up_to_s, n)| Bin {
                up_to_s,
                n: *n,
                past: up_to_s.is_none_or(|end| end > limit) && self.limit.is_some(),
            })
            .collect();
        Some(Times {
            business: self.business,
            n: self.n,
            median_s: self.quantile(50),
            p90_s: self.quantile(90),
            exact: self.sketch.is_none(),
            bins,
            never: self.never,
        })
    }

    /// The value at this percent of the way through the sorted times, the lower one between two.
    fn quantile(&self, percent: u64) -> i64 {
        let wanted = (self.n - 1) * percent / 100;
        let Some(sketch) = &self.sketch else {
            return self.kept.get(wanted as usize).copied().unwrap_or_default();
        };
        let mut before = 0;
        for (bucket, n) in sketch.iter().enumerate() {
            before += n;
            if before > wanted {
                return 1.01_f64.powi(bucket as i32).round() as i64 - 1;
            }
        }
        0
    }
}

/// Enough buckets, each one percent wider than the one before, for three hundred years in seconds.
const SKETCH: usize = 2_400;

fn sketched(sketch: &mut [u64], seconds: i64) {
    let bucket = ((seconds + 1) as f64).ln() / 1.01_f64.ln();
    let last = sketch.len() - 1;
    if let Some(count) = sketch.get_mut((bucket.round() as usize).min(last)) {
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_at_the_deadline_is_in_time_and_one_a_moment_past_it_is_not() {
        let mut times = TimesGather::new("1 business hour".parse().ok());
        for seconds in [0, 900, 3600] {
            times.add(seconds * 1_000_000);
        }
        times.add(3600 * 1_000_000 + 1);
        times.never();
        let times = times.finish().unwrap();
        let bins: Vec<_> = times.bins.iter().map(|bin| (bin.n, bin.past)).collect();
        assert_eq!(
            bins,
            [
                (2, false),
                (0, false),
                (1, false),
                (1, true),
                (0, true),
                (0, true)
            ]
        );
        assert_eq!((times.n, times.never, times.median_s), (4, 1, 900));
    }

    #[test]
    fn a_long_list_is_sketched_within_one_percent() {
        let mut times = TimesGather::new(None);
        for seconds in 0..300_000 {
            times.add(seconds * 1_000_000);
        }
        let times = times.finish().unwrap();
        assert!(!times.exact);
        assert!(
            (times.median_s - 150_000).abs() < 1_500,
            "{}",
            times.median_s
        );
        assert!((times.p90_s - 270_000).abs() < 2_700, "{}", times.p90_s);
    }
}
