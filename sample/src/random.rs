//! Chance from a seed: the same seed gives the same numbers on every machine.
//!
//! Only additions, multiplications and shifts are used, so that no mathematical library of the machine can make a
//! difference. The generator is xoshiro256++ (Blackman and Vigna), its state filled by `SplitMix64`.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: [u64; 4],
}

impl Random {
    /// The stream of this name and number under a seed. Streams are independent: what one story draws moves no other.
    pub(crate) fn stream(seed: u64, name: &str, number: u64) -> Self {
        let mut state = seed ^ text_hash(name) ^ number.wrapping_mul(0xd134_2543_de82_ef95);
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        };
        Self {
            state: [next(), next(), next(), next()],
        }
    }

    fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let answer = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        answer
    }

    /// From 0 up to 1, 1 left out.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 up to the end, the end left out; 0 where there is nothing to choose from.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.next()) * end as u128;
        (wide >> 64) as usize
    }

    /// From the first to the last, both taken in.
    pub(crate) fn between(&mut self, first: i64, last: i64) -> i64 {
        let span = last.saturating_sub(first).saturating_add(1).max(1) as usize;
        first.saturating_add(self.below(span) as i64)
    }

    /// True in so many of a hundred.
    pub(crate) fn chance(&mut self, percent: f64) -> bool {
        self.unit() * 100.0 < percent
    }

    /// A whole number that is this one on average.
    pub(crate) fn about(&mut self, mean: f64) -> usize {
        let whole = mean.max(0.0) as usize;
        whole + usize::from(self.unit() < mean - whole as f64)
    }

    /// The standard normal distribution, as the sum of twelve draws: exact enough, and no tail beyond six.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// Log-normal: half of the draws lie below the median; `spread` is the deviation of the logarithm.
    pub(crate) fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * exp(spread * self.normal())
    }

    /// One of the words, which are separated by `|`.
    pub(crate) fn word(&mut self, words: &'static str) -> &'static str {
        let place = self.below(words.split('|').count());
        words.split('|').nth(place).unwrap_or_default()
    }

    /// One of the words, each as likely as its weight says.
    pub(crate) fn weighted(&mut self, words: &[(&'static str, f64)]) -> &'static str {
        let total: f64 = words.iter().map(|(_, weight)| weight).sum();
        let mut left = self.unit() * total;
        for (word, weight) in words {
            left -= weight;
            if left < 0.0 {
                return word;
            }
        }
        words.last().map_or("", |(word, _)| word)
    }

    /// A place in a list, each as likely as its weight says.
    pub(crate) fn place(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (place, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return place;
            }
        }
        weights.len().saturating_sub(1)
    }
}

/// The exponential function by its series, on an argument made small: the same bits everywhere.
pub(crate) fn exp(x: f64) -> f64 {
    let small = x / 1024.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..8 {
        term *= small / f64::from(n);
        sum += term;
    }
    for _ in 0..10 {
        sum *= sum;
    }
    sum
}

/// How the sample turns words into the hash that a text value carries (FNV-1a, 64 bits).
pub fn text_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_close_to_the_true_one() {
        for x in [-6.0, -1.0, -0.1, 0.0, 0.5, 1.0, 3.0] {
            let error = (exp(x) - f64::exp(x)).abs() / f64::exp(x);
            assert!(error < 1e-12, "exp({x}) is off by {error}");
        }
    }

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let draw = |name, number| Random::stream(7, name, number).next();
        assert_eq!(draw("requests", 1), draw("requests", 1));
        assert_ne!(draw("requests", 1), draw("requests", 2));
        assert_ne!(draw("requests", 1), draw("sales", 1));
    }

    #[test]
    fn draws_have_the_mean_that_they_promise() {
        let mut random = Random::stream(1, "means", 0);
        let mean = (0..20_000).map(|_| random.normal()).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03, "{mean}");
        let total: usize = (0..20_000).map(|_| random.about(2.3)).sum();
        assert!((45_000..47_000).contains(&total), "{total}");
        let least = (0..1_000).map(|_| random.between(3, 5)).min();
        assert_eq!(least, Some(3));
    }
}
