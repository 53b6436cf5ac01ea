//! The time and chance of the machine, handed to whoever needs them.
//!
//! Nothing in Kept asks the machine for the time, an id or a random value by itself: a [`World`] is passed in. So a test
//! sets the clock, a demonstration runs it faster, and what was made outside a transaction stays the same when the
//! transaction runs again.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fmt, io};

use kept_kernel::{Id, Instant};
use kept_vault::{Random, SystemRandom};

/// Where the time, ids and random bytes come from. Clones share it.
#[derive(Clone)]
pub struct World(Arc<Shared>);

struct Shared {
    clock: Box<dyn Fn() -> Instant + Send + Sync>,
    chance: Mutex<Chance>,
}

struct Chance {
    random: Box<dyn Random + Send>,
    last: Id,
}

impl World {
    /// The machine's own clock and randomness.
    pub fn system() -> Self {
        Self::new(
            || Instant::from_timestamp(jiff::Timestamp::now()),
            SystemRandom,
        )
    }

    /// The time that a file tells, as in `2027-01-04T09:00:00Z`, and the machine's randomness: for rehearsals. Time stands still while the
    /// file stays as it is or cannot be read.
    ///
    /// # Errors
    ///
    /// Where the file tells no time to begin with.
    pub fn told_by(file: PathBuf) -> io::Result<Self> {
        let last = AtomicI64::new(told(&file)?.micros());
        let clock = move || match told(&file) {
            Ok(now) => {
                last.store(now.micros(), Ordering::Relaxed);
                now
            }
            Err(_) => Instant::from_micros(last.load(Ordering::Relaxed)),
        };
        Ok(Self::new(clock, SystemRandom))
    }

    /// With this clock and this source of random bytes.
    pub fn new(
        clock: impl Fn() -> Instant + Send + Sync + 'static,
        random: impl Random + Send + 'static,
    ) -> Self {
        let chance = Mutex::new(Chance {
            random: Box::new(random),
            last: Id::default(),
        });
        Self(Arc::new(Shared {
            clock: Box::new(clock),
            chance,
        }))
    }

    /// A world that stands still at an instant, and whose chance follows from a number: for tests.
    pub fn still(at: Instant, seed: u64) -> Self {
        let mut state = seed;
        Self::new(
            move || at,
            move |bytes: &mut [u8]| {
                for byte in bytes {
                    // Knuth's MMIX generator: not for secrets, which is all a test needs.
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    *byte = (state >> 56) as u8;
                }
            },
        )
    }

    /// Now.
    pub fn now(&self) -> Instant {
        (self.0.clock)()
    }

    /// A new id, later in order than every one that this world has given out.
    pub fn id(&self) -> Id {
        let now = self.now();
        let mut random = [0; 10];
        let mut chance = self.0.chance.lock().unwrap_or_else(PoisonError::into_inner);
        // A machine without randomness still gets ids in order; nothing secret hangs on them.
        let _ = chance.random.fill(&mut random);
        let fresh = Id::from_parts(now, random);
        let id = if fresh > chance.last {
            fresh
        } else {
            chance.last.next()
        };
        chance.last = id;
        id
    }

    /// Random bytes for a secret.
    ///
    /// # Errors
    ///
    /// When the machine gives none: then nothing secret may be made.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], kept_vault::NoRandomness> {
        let mut bytes = [0; N];
        self.0
            .chance
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random
            .fill(&mut bytes)?;
        Ok(bytes)
    }
}

fn told(file: &Path) -> io::Result<Instant> {
    let text = std::fs::read_to_string(file)?;
    let read: Result<jiff::Timestamp, _> = text.trim().parse();
    let read = read.map_err(|_| {
        let wanted = "it has no time as in 2027-01-04T09:00:00Z";
        io::Error::new(io::ErrorKind::InvalidData, wanted)
    })?;
    Ok(Instant::from_timestamp(read))
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

#[cfg(test)]
mod tests {
    use super::World;
    use kept_kernel::Instant;

    #[test]
    fn a_file_tells_the_time_and_while_it_cannot_the_clock_stands_still() {
        let file = std::env::temp_dir().join(format!("kept-clock-{}", std::process::id()));
        let tell = |text: &str| std::fs::write(&file, text).unwrap();
        tell("next Monday");
        assert!(World::told_by(file.clone()).is_err());
        tell("2027-01-04T09:00:00Z\n");
        let world = World::told_by(file.clone()).unwrap();
        assert_eq!(world.now(), Instant::from_seconds(1_799_053_200));
        tell("2027-01-04T10:00:00Z");
        assert_eq!(world.now(), Instant::from_seconds(1_799_056_800));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(world.now(), Instant::from_seconds(1_799_056_800));
    }

    #[test]
    fn ids_of_one_moment_come_in_order() {
        let world = World::still(Instant::from_seconds(1_000_000), 3);
        let ids: Vec<_> = (0..1000).map(|_| world.id()).collect();
        assert!(ids.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn the_same_seed_gives_the_same_world() {
        let bytes = |seed| World::still(Instant::MIN, seed).random::<16>().unwrap();
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }
}
