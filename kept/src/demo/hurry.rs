//! A clock that runs faster than the one on the wall, so that deadlines can be watched as they pass.

use std::sync::{Arc, OnceLock};

use kept_kernel::Instant;
use kept_vault::SystemRandom;
use kept_world::World;

/// Runs with the wall until it is begun, then so many times as fast.
#[derive(Clone)]
pub struct Hurry {
    speed: u32,
    since: Arc<OnceLock<Instant>>,
}

impl Hurry {
    /// A clock that has not begun to hurry.
    pub fn new(speed: u32) -> Self {
        Self {
            speed,
            since: Arc::default(),
        }
    }

    /// From now on it hurries.
    pub fn begin(&self, now: Instant) {
        // A second beginning would turn time back; the first one counts.
        let _ = self.since.set(now);
    }

    /// A world with this clock, over another one's.
    pub fn world(&self, wall: World) -> World {
        let hurry = self.clone();
        World::new(move || hurry.at(wall.now()), SystemRandom)
    }

    fn at(&self, wall: Instant) -> Instant {
        match self.since.get() {
            Some(since) => {
                let passed = wall.micros_since(*since).max(0);
                since.plus_micros(passed.saturating_mul(i64::from(self.speed)))
            }
            None => wall,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_a_minute_once_it_has_begun_and_time_never_turns_back() {
        let hurry = Hurry::new(60);
        let at = |seconds: i64| hurry.at(Instant::from_seconds(seconds));
        assert_eq!(at(100), Instant::from_seconds(100));
        hurry.begin(Instant::from_seconds(100));
        hurry.begin(Instant::from_seconds(0));
        assert_eq!(at(160), Instant::from_seconds(3_700));
        assert_eq!(at(90), Instant::from_seconds(100));
    }
}
