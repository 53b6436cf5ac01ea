//! What rules read and what an event changes, so that a rule is judged again only where the two meet.

/// A set of facts and states, several to a bit: it may say too much, never too little.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Reads(u64);

/// The lower bits are facts, those from here on states.
const STATES: u32 = 40;
const STATE_BITS: u32 = 24;

impl Reads {
    /// Nothing.
    pub(crate) const NOTHING: Self = Self(0);
    /// Whatever changes.
    pub(crate) const ANYTHING: Self = Self(u64::MAX);

    /// The n-th of the facts that something reads.
    pub(crate) fn fact(nth: u32) -> Self {
        Self(1 << (nth % STATES))
    }

    /// States by their places among those of their record.
    pub(crate) fn states(states: u64) -> Self {
        let mask = (1 << STATE_BITS) - 1;
        let folded = (states | states >> STATE_BITS | states >> (2 * STATE_BITS)) & mask;
        Self(folded << STATES)
    }

    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a rule that reads this is touched by that change. One that reads anything always is.
    pub(crate) fn is_touched_by(self, change: Self) -> bool {
        self == Self::ANYTHING || self.0 & change.0 != 0
    }

    pub(crate) fn is_nothing(self) -> bool {
        self == Self::NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_touches_whoever_reads_it() {
        let priority = Reads::fact(3);
        let either = priority.and(Reads::states(1 << 50));
        assert!(either.is_touched_by(priority));
        assert!(either.is_touched_by(Reads::states(1 << 50)));
        assert!(!priority.is_touched_by(Reads::fact(4)));
        assert!(!priority.is_touched_by(Reads::states(u64::MAX)));
        assert!(Reads::ANYTHING.is_touched_by(Reads::NOTHING));
        assert!(!Reads::NOTHING.is_touched_by(Reads::ANYTHING));
    }
}
