//! What people without an account hold in their hands: links to confirm, and the token of a form. Both are sealed, so that
//! nobody can make one; and how often one address may send.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use kept_kernel::{Id, Instant};

use super::Room;
use crate::model::RequestId;

/// A link is good for so long.
const LINK: i64 = 60 * 86_400_000_000;
/// A form is good for so long.
const FORM: i64 = 86_400_000_000;
/// Nobody fills in a form faster than this.
const FASTEST: i64 = 2_000_000;
/// The most letters of a token.
const LONGEST: usize = 200;

const FOR_LINK: &[u8] = b"requests/confirm";
const FOR_FORM: &[u8] = b"requests/ask";

/// What is wrong with the token of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormToken {
    /// It is good; this is what it is known by.
    Good([u8; 16]),
    /// It is old, or none of ours.
    Stale,
    /// It came back faster than a person writes.
    TooFast,
}

impl Room {
    /// The path at which the client confirms that a request is settled; none without randomness.
    pub(crate) fn link(&self, id: RequestId) -> Option<String> {
        let token = self.sealed(FOR_LINK, id.0, self.world.now())?;
        Some(format!("/confirm/{token}"))
    }

    /// The request that a link is about, while it is good.
    pub(crate) fn linked(&self, token: &str) -> Option<RequestId> {
        let (id, at) = self.opened(FOR_LINK, token)?;
        let age = self.world.now().micros_since(at);
        (0..=LINK).contains(&age).then_some(RequestId(id))
    }

    /// A token for a form.
    pub(crate) fn form_token(&self) -> Option<String> {
        self.sealed(FOR_FORM, self.world.id(), self.world.now())
    }

    /// How the token of a form stands.
    pub(crate) fn form(&self, token: &str) -> FormToken {
        let Some((id, at)) = self.opened(FOR_FORM, token) else {
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

    fn sealed(&self, about: &[u8], id: Id, at: Instant) -> Option<String> {
        let plain = [&id.bytes()[..], &at.micros().to_be_bytes()].concat();
        let chance: [u8; 32] = self.world.random().ok()?;
        let mut rest = chance.iter().copied().cycle();
        let mut random = |bytes: &mut [u8]| {
            for byte in bytes {
                *byte = rest.next().unwrap_or_default();
            }
        };
        let sealed = self.sealer.seal(about, &plain, &mut random).ok()?;
        Some(Base64UrlUnpadded::encode_string(&sealed))
    }

    fn opened(&self, about: &[u8], token: &str) -> Option<(Id, Instant)> {
        if token.len() > LONGEST {
            return None;
        }
        let sealed = Base64UrlUnpadded::decode_vec(token).ok()?;
        let plain = self.sealer.open(about, &sealed).ok()?;
        let (id, at) = plain.split_first_chunk::<16>()?;
        let at = i64::from_be_bytes(at.try_into().ok()?);
        Some((Id::from_bytes(*id), Instant::from_micros(at)))
    }
}

/// So often one address may send in a window.
const MOST_OFTEN: u32 = 10;
const WINDOW: i64 = 10 * 60_000_000;
/// With more addresses than this, the count begins anew.
const MOST_ADDRESSES: usize = 8_192;

/// How often addresses have sent something. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Often(Arc<Mutex<HashMap<String, (Instant, u32)>>>);

impl Often {
    /// Counts one more; how many seconds are to be waited, where it was too often.
    pub(crate) fn too_often(&self, address: &str, now: Instant) -> Option<u32> {
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
