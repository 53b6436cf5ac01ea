//! A small queue in front of argon2id, so that many sign-ins at once cost neither memory nor the answers of others.

use std::sync::Arc;

use kept_store::StoreError;
use kept_vault::{PasswordHash, PasswordProblem, PasswordVerdict, Passwords, Random};
use kept_world::World;
use tokio::sync::Semaphore;

/// So many wait at most; more are told to come back.
const WAITING: usize = 64;

/// Hashes and checks on threads of its own, a few at a time.
#[derive(Clone, Debug)]
pub(crate) struct Hashing {
    passwords: Arc<Passwords>,
    places: Arc<Semaphore>,
    working: Arc<Semaphore>,
}

impl Hashing {
    pub(crate) fn new(passwords: Passwords, at_once: usize) -> Self {
        Self {
            passwords: Arc::new(passwords),
            places: Arc::new(Semaphore::new(at_once + WAITING)),
            working: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// Whether this is the password, and the hash to store instead where the old one was made at another cost.
    pub(crate) async fn check(
        &self,
        world: &World,
        password: String,
        stored: Option<PasswordHash>,
    ) -> Result<(PasswordVerdict, Option<PasswordHash>), StoreError> {
        let world = world.clone();
        self.run(move |passwords| {
            let verdict = passwords.check(&password, stored.as_ref());
            let rehashed = (verdict == PasswordVerdict::RightButRehash)
                .then(|| passwords.hash(&password, &mut Chance(&world)).ok());
            (verdict, rehashed.flatten())
        })
        .await
    }

    /// Hashes a new password.
    pub(crate) async fn hash(
        &self,
        world: &World,
        password: String,
    ) -> Result<Result<PasswordHash, PasswordProblem>, StoreError> {
        let world = world.clone();
        self.run(move |passwords| passwords.hash(&password, &mut Chance(&world)))
            .await
    }

    /// Hashes on this thread: for the command line.
    pub(crate) fn hash_here(
        &self,
        world: &World,
        password: &str,
    ) -> Result<PasswordHash, PasswordProblem> {
        self.passwords.hash(password, &mut Chance(world))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Passwords) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| StoreError::Busy)?;
        let turn = Arc::clone(&self.working)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Gone)?;
        let passwords = Arc::clone(&self.passwords);
        // The turn goes along: a caller who leaves does not make room while the work still runs.
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&passwords);
            drop((turn, place));
            done
        });
        done.await.map_err(|_| StoreError::Panicked)
    }
}

/// The randomness of the world, as the vault wants it.
pub(crate) struct Chance<'a>(pub &'a World);

impl Random for Chance<'_> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), kept_vault::NoRandomness> {
        for chunk in bytes.chunks_mut(32) {
            let fresh = self.0.random::<32>()?;
            for (byte, fresh) in chunk.iter_mut().zip(fresh) {
                *byte = fresh;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kept_kernel::Instant;
    use kept_store::StoreError;
    use kept_vault::{PasswordCost, Passwords};
    use kept_world::World;

    use super::{Chance, Hashing, WAITING};

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_an_empty_one_works() {
        let world = World::still(Instant::MIN, 1);
        let passwords = Passwords::new(PasswordCost::FOR_TESTS, &mut Chance(&world)).unwrap();
        let hashing = Hashing::new(passwords, 1);
        let word = || "copper kettle moss".to_owned();
        let taken = u32::try_from(WAITING).unwrap() + 1;
        let held = hashing
            .places
            .clone()
            .try_acquire_many_owned(taken)
            .unwrap();
        let refused = hashing.check(&world, word(), None).await;
        assert!(matches!(refused, Err(StoreError::Busy)));
        drop(held);
        assert!(hashing.hash(&world, word()).await.unwrap().is_ok());
    }
}
