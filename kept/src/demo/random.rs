//! Random numbers that are the same in every run and on every machine.

/// A generator: `SplitMix64` (Steele, Lea, Flood, 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Begins with a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below this one.
    pub fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }

    /// Whether something happens that does so with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of a list; an empty one gives what is empty of its kind.
    pub fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list.get(self.below(list.len()))
            .copied()
            .unwrap_or_default()
    }

    /// One of a list, each as often as its weight says.
    pub fn weighted<'a>(&mut self, list: &[(&'a str, u32)]) -> &'a str {
        let total: u32 = list.iter().map(|(_, weight)| weight).sum();
        let mut place = (self.unit() * f64::from(total)) as u32;
        for (word, weight) in list {
            if place < *weight {
                return word;
            }
            place -= weight;
        }
        ""
    }

    /// A time in minutes around this median: half are shorter, few are very long. Only additions, multiplications and
    /// divisions, so that every machine finds the same.
    pub fn around(&mut self, median: f64) -> f64 {
        // The sum of four is nearly normal; the quotient makes a long tail without a logarithm.
        let spread = (0..4).map(|_| self.unit()).sum::<f64>() - 2.0;
        let factor = 1.0 + spread.abs() * 1.9 + spread * spread * 1.6;
        if spread < 0.0 {
            median / factor
        } else {
            median * factor
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_seed() {
        let mut random = Random::new(7);
        let drawn: Vec<_> = (0..4).map(|_| random.below(1000)).collect();
        assert_eq!(drawn, [389, 16, 900, 582]);
    }

    #[test]
    fn half_of_the_times_are_shorter_than_the_median() {
        let mut random = Random::new(1);
        let shorter = (0..10_000).filter(|_| random.around(60.0) < 60.0).count();
        assert!((4_800..5_200).contains(&shorter), "{shorter}");
    }
}
