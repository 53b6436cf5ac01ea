//! How often one place of the network may send something.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use kept_kernel::Instant;

/// So often one address may send in a window.
const MOST_OFTEN: u32 = 10;
const WINDOW: i64 = 10 * 60_000_000;
/// With more addresses than this, the count begins anew.
const MOST_ADDRESSES: usize = 8_192;

/// How often addresses have sent something. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Often(Arc<Mutex<HashMap<String, (Instant, u32)>>>);

impl Often {
    /// Counts one more; how many seconds are to be waited, where it was too often.
    pub fn too_often(&self, address: &str, now: Instant) -> Option<u32> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > MOST_ADDRESSES {
            all.clear();
        }
        let (since, count) = all.entry(address.to_owned()).or_insert((now, 0));
        if now.micros_since(*since) > WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        let left = (WINDOW - now.micros_since(*since)) / 1_000_000 + 1;
        (*count > MOST_OFTEN).then(|| u32::try_from(left).unwrap_or(60))
    }
}

/// What is counted as one place of the network: an address, or the 64 bits that a household is given.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Often, network};
    use kept_kernel::Instant;

    #[test]
    fn a_household_counts_as_one_place() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
    }

    #[test]
    fn ten_in_ten_minutes_are_enough_and_later_it_goes_on() {
        let (often, now) = (Often::default(), Instant::from_seconds(1_000_000));
        assert!((0..10).all(|_| often.too_often("here", now).is_none()));
        assert!(often.too_often("here", now).is_some() && often.too_often("there", now).is_none());
        assert!(
            often
                .too_often("here", now.plus_micros(601_000_000))
                .is_none()
        );
    }
}
