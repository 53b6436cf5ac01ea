//! Where random bytes come from.

/// Fills memory with random bytes.
///
/// The program passes [`SystemRandom`]; a test passes a closure, so that it gives the same bytes at every run:
/// `&mut |bytes: &mut [u8]| bytes.fill(7)`.
pub trait Random {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    /// When the machine gives no random bytes; then nothing secret may be made.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The machine's own source of randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

/// The machine gives no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This machine gives no random bytes, so no key or token can be made. Nothing was changed.")]
pub struct NoRandomness;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| NoRandomness)
    }
}

impl<F: FnMut(&mut [u8])> Random for F {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        self(bytes);
        Ok(())
    }
}

/// Bytes that look random and are the same at every run, different for each seed.
#[cfg(test)]
pub(crate) fn seeded(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut count = 0_u64;
    move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(32) {
            count += 1;
            let mut input = seed.to_be_bytes().to_vec();
            input.extend(count.to_be_bytes());
            chunk.copy_from_slice(&crate::crypto::sha256(&[&input])[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, SystemRandom};

    #[test]
    fn the_machine_gives_other_bytes_each_time() {
        let (mut one, mut two) = ([0; 32], [0; 32]);
        SystemRandom.fill(&mut one).unwrap();
        SystemRandom.fill(&mut two).unwrap();
        assert_ne!(one, two);
    }
}
