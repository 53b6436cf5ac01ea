//! An id and an instant, sealed as a text that stands in a link or a form.

use std::fmt;
use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use kept_kernel::{Id, Instant};
use kept_vault::Sealer;
use kept_world::World;

/// A form is good for so long.
const FORM: i64 = 86_400_000_000;
/// Nobody fills in a form faster than this.
const FASTEST: i64 = 2_000_000;
/// The most letters of a token.
const LONGEST: usize = 200;

/// What is wrong with the token of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormToken {
    /// It is good; this is what it is known by.
    Good([u8; 16]),
    /// It is old, or none of ours.
    Stale,
    /// It came back faster than a person writes.
    TooFast,
}

/// Makes and reads sealed texts. Clones share it.
#[derive(Clone)]
pub struct Seals {
    sealer: Arc<Sealer>,
    world: World,
}

impl Seals {
    /// With a sealer for links and forms of people without an account.
    pub fn new(sealer: Sealer, world: World) -> Self {
        Self {
            sealer: Arc::new(sealer),
            world,
        }
    }

    /// An id with now, for one kind of thing; none without randomness.
    pub fn seal(&self, about: &[u8], id: Id) -> Option<String> {
        let plain = [&id.bytes()[..], &self.world.now().micros().to_be_bytes()].concat();
        Some(Base64UrlUnpadded::encode_string(
            &self.closed(about, &plain)?,
        ))
    }

    /// What was sealed for this kind of thing, and when.
    pub fn open(&self, about: &[u8], token: &str) -> Option<(Id, Instant)> {
        if token.len() > LONGEST {
            return None;
        }
        let sealed = Base64UrlUnpadded::decode_vec(token).ok()?;
        let plain = self.sealer.open(about, &sealed).ok()?;
        let (id, at) = plain.split_first_chunk::<16>()?;
        let at = i64::from_be_bytes(at.try_into().ok()?);
        Some((Id::from_bytes(*id), Instant::from_micros(at)))
    }

    /// The same, while it is not older than so many microseconds.
    pub fn open_young(&self, about: &[u8], token: &str, longest: i64) -> Option<Id> {
        let (id, at) = self.open(about, token)?;
        let age = self.world.now().micros_since(at);
        (0..=longest).contains(&age).then_some(id)
    }

    /// A token for a form.
    pub fn form_token(&self, about: &[u8]) -> Option<String> {
        self.seal(about, self.world.id())
    }

    /// How the token of a form stands.
    pub fn form(&self, about: &[u8], token: &str) -> FormToken {
        let Some((id, at)) = self.open(about, token) else {
            return FormToken::Stale;
        };
        let age = self.world.now().micros_since(at);
        if age > FORM {
            FormToken::Stale
        } else if age < FASTEST {
            FormToken::TooFast
        } else {
            FormToken::Good(id.bytes())
        }
    }

    /// Any few bytes, closed: for what lies in the database and nobody who reads it may know.
    pub fn closed(&self, about: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        let chance: [u8; 32] = self.world.random().ok()?;
        let mut rest = chance.iter().copied().cycle();
        let mut random = |bytes: &mut [u8]| {
            for byte in bytes {
                *byte = rest.next().unwrap_or_default();
            }
        };
        self.sealer.seal(about, plain, &mut random).ok()
    }

    /// The bytes again; none: changed, or of something else.
    pub fn opened(&self, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        Some(self.sealer.open(about, sealed).ok()?.to_vec())
    }
}

impl fmt::Debug for Seals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Seals")
    }
}
