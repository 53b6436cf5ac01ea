//! Growing delays against guessing.
//!
//! Wrong tries in a row are counted against the account, the browser, the address, the code, the passkey. The next try is looked at
//! only after a delay that doubles. A try that comes too soon is refused unread and counts nowhere, so nobody prolongs
//! another's delay by knocking.
//!
//! INVARIANT: no outsider can lock a person out. A browser that has signed in before is counted by itself, whatever is
//! guessed elsewhere; a link by mail leads in from any other; and what is counted against an account waits a minute at most.

use kept_kernel::Instant;
use kept_store::{StoreError, Write, params};

use crate::queries;

/// What wrong tries are counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The address of mail that somebody tries to sign in with, whether or not it has an account.
    Account,
    /// A browser that this person has signed in with before.
    Browser,
    /// The address of the network that the tries come from.
    Address,
    /// The one-time codes of a person whose password was right.
    Code,
    /// A passkey that is shown, whether or not it is known here.
    Passkey,
    /// The password of a person who is signed in, asked for again.
    Own,
    /// Links for a new password, by the address of the network that asks.
    Reset,
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Against {
    const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Browser => "browser",
            Self::Address => "address",
            Self::Code => "code",
            Self::Passkey => "passkey",
            Self::Own => "own",
            Self::Reset => "reset",
        }
    }

    /// Tries without delay, then the longest delay in seconds. A whole office may share one address.
    const fn bounds(self) -> (i64, i64) {
        match self {
            Self::Account | Self::Browser | Self::Passkey => (5, 60),
            Self::Address => (30, 900),
            Self::Code => (3, 300),
            Self::Own => (5, 300),
            Self::Reset => (5, 900),
        }
    }
}

/// It is too soon for another try: so many seconds are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSoon(pub u32);

impl std::fmt::Display for TooSoon {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 | 1 => out.write_str("1 second"),
            seconds @ 2..=90 => write!(out, "{seconds} seconds"),
            seconds => write!(out, "{} minutes", seconds.div_ceil(60)),
        }
    }
}

/// Seconds to wait after so many wrong tries in a row.
pub fn wait_after(against: Against, failures: i64) -> i64 {
    let (free, longest) = against.bounds();
    if failures < free {
        return 0;
    }
    let doubled = 1_i64 << (failures - free).min(20);
    doubled.min(longest)
}

/// Counts a try before it is looked at: whoever was right gets it back. So many tries at one moment are as many counts.
/// Where it is too soon, the caller fails, so that nothing of the try is kept.
pub(super) fn take(
    tx: &Write<'_>,
    against: Against,
    about: &str,
    now: Instant,
) -> Result<Result<(), TooSoon>, StoreError> {
    let name = against.name();
    let (failures, last_at): (i64, Instant) =
        tx.one(queries::HOLD_FAILURES, &params![name, about, now])?;
    let failures = if now.micros_since(last_at) > DAY {
        0
    } else {
        failures
    };
    let free_at = last_at.plus_micros(wait_after(against, failures) * SECOND);
    let left = free_at.micros_since(now);
    if left > 0 {
        let seconds = u32::try_from((left + SECOND - 1) / SECOND).unwrap_or(u32::MAX);
        return Ok(Err(TooSoon(seconds)));
    }
    tx.execute(
        queries::COUNT_FAILURE,
        &params![name, about, failures + 1, now],
    )?;
    Ok(Ok(()))
}

/// Whoever tried was right: nothing is held against them.
pub(super) fn forgive(tx: &Write<'_>, against: Against, about: &str) -> Result<(), StoreError> {
    tx.execute(queries::FORGIVE_FAILURES, &params![against.name(), about])?;
    Ok(())
}

/// This one try was right; earlier ones of others stay counted.
pub(super) fn give_back(tx: &Write<'_>, against: Against, about: &str) -> Result<(), StoreError> {
    tx.execute(queries::GIVE_BACK_FAILURE, &params![against.name(), about])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Against, wait_after};

    #[test]
    fn the_delay_grows_and_ends_at_a_bound() {
        let waits: Vec<_> = [4, 5, 6, 7, 10, 11, 1000]
            .map(|failures| wait_after(Against::Account, failures))
            .into();
        assert_eq!(waits, [0, 1, 2, 4, 32, 60, 60]);
    }
}
