//! The numbers above the queue that are the same for all who reach everything: counted once, until something changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kept_kernel::Instant;

use crate::queries::Numbers;

/// So long a number may be old that nothing in this process has changed: deadlines pass, and other nodes write. Two seconds.
const OLDEST: i64 = 2_000_000;

/// The numbers, as they were counted last. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counting(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    changes: u64,
    counted: Option<(u64, Instant, Numbers)>,
}

impl Counting {
    /// How often something has changed, to be asked before counting; and the numbers, where they still hold.
    pub(crate) fn now(&self, now: Instant) -> (u64, Option<Numbers>) {
        let kept = self.kept();
        let fresh = kept.counted.filter(|(changes, at, _)| {
            *changes == kept.changes && (0..OLDEST).contains(&now.micros_since(*at))
        });
        (kept.changes, fresh.map(|(.., numbers)| numbers))
    }

    /// Keeps what was counted after so many changes.
    pub(crate) fn keep(&self, changes: u64, now: Instant, numbers: Numbers) {
        self.kept().counted = Some((changes, now, numbers));
    }

    /// What was counted no longer holds.
    pub(crate) fn changed(&self) {
        self.kept().changes += 1;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use kept_kernel::Instant;

    use super::Counting;
    use crate::queries::Numbers;

    #[test]
    fn numbers_hold_for_two_seconds_and_until_something_changes() {
        let (counting, numbers) = (Counting::default(), Numbers::default());
        let at = |seconds: i64| Instant::from_seconds(1_000 + seconds);
        assert_eq!(counting.now(at(0)), (0, None));
        counting.keep(0, at(0), numbers);
        assert_eq!(counting.now(at(1)), (0, Some(numbers)));
        assert_eq!(counting.now(at(2)), (0, None));
        counting.changed();
        assert_eq!(counting.now(at(1)), (1, None));
        // Counted before the change and kept after it.
        counting.keep(0, at(1), numbers);
        assert_eq!(counting.now(at(1)), (1, None));
    }
}
