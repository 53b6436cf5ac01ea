//! The few calls into the crypto provider, so that no other file names it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{constant_time, digest, hkdf, hmac};
use zeroize::Zeroizing;

use crate::random::{NoRandomness, Random};
use crate::secret::Secret;

/// Bytes before and behind the encrypted text.
const NONCE: usize = 12;
const TAG: usize = 16;

/// The provider refused what must always work: out of memory, or a fault in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused;

impl From<NoRandomness> for Refused {
    fn from(_: NoRandomness) -> Self {
        Self
    }
}

/// SHA-256 over the parts as one text.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    hash
}

/// HKDF-SHA256 (RFC 5869) without salt: the key of `secret` for `info`.
pub(crate) fn hkdf(secret: &Secret, info: &[&[u8]]) -> Secret {
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret.bytes());
    let derived = Secret::filled(|bytes| key.expand(info, hkdf::HKDF_SHA256)?.fill(bytes));
    #[expect(
        clippy::expect_used,
        reason = "32 bytes are far below the limit of HKDF-SHA256, 8,160, and nothing else can fail"
    )]
    derived.expect("HKDF gives 32 bytes")
}

/// HMAC-SHA256.
pub(crate) fn mac(key: &Secret, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.bytes()));
    for part in parts {
        context.update(part);
    }
    let mut code = [0; 32];
    for (to, from) in code.iter_mut().zip(context.sign().as_ref()) {
        *to = *from;
    }
    code
}

/// Whether both are the same, in a time that depends on their lengths alone.
pub(crate) fn same(one: &[u8], two: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, two).is_ok()
}

/// AES-256-GCM with a random nonce: nonce, encrypted text, tag.
pub(crate) fn seal(
    key: &Secret,
    associated: &[u8],
    plain: &[u8],
    random: &mut dyn Random,
) -> Result<Vec<u8>, Refused> {
    let mut nonce = [0; NONCE];
    random.fill(&mut nonce)?;
    // Encrypted in place, in memory that is large enough from the start: no plain copy stays behind.
    let mut text = Vec::with_capacity(plain.len() + TAG);
    text.extend_from_slice(plain);
    aead(key)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated),
            &mut text,
        )
        .map_err(|_| Refused)?;
    Ok([nonce.as_slice(), &text].concat())
}

/// The plain text of what [`seal`] gave; `None` for another key, other associated data or a changed text.
pub(crate) fn open(key: &Secret, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = aead(key)
        .ok()?
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(associated),
            &mut text,
        )
        .ok()?
        .len();
    text.truncate(length);
    Some(text)
}

fn aead(key: &Secret) -> Result<LessSafeKey, Refused> {
    UnboundKey::new(&AES_256_GCM, key.bytes())
        .map(LessSafeKey::new)
        .map_err(|_| Refused)
}

#[cfg(test)]
mod tests {
    use super::{NONCE, TAG, mac, open, seal, sha256};
    use crate::hex;
    use crate::random::seeded;
    use crate::secret::Secret;

    #[test]
    fn sha_256_gives_the_standards_example() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            *hex::encode(&sha256(&[b"a", b"bc"])),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn hmac_takes_its_parts_as_one_text() {
        let key = Secret::random(&mut seeded(1)).unwrap();
        assert_eq!(mac(&key, &[b"ab", b"c"]), mac(&key, &[b"a", b"bc"]));
        assert_ne!(mac(&key, &[b"abc"]), mac(&key, &[b"abd"]));
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_associated_data_only() {
        let mut random = seeded(2);
        let key = Secret::random(&mut random).unwrap();
        let other = Secret::random(&mut random).unwrap();
        let sealed = seal(&key, b"about", b"plain", &mut random).unwrap();
        assert_eq!(sealed.len(), 5 + NONCE + TAG);
        assert_eq!(open(&key, b"about", &sealed).unwrap().as_slice(), b"plain");
        assert!(open(&other, b"about", &sealed).is_none());
        assert!(open(&key, b"About", &sealed).is_none());
    }

    #[test]
    fn any_changed_or_missing_byte_of_a_sealed_text_is_noticed() {
        let mut random = seeded(3);
        let key = Secret::random(&mut random).unwrap();
        let sealed = seal(&key, b"", b"plain", &mut random).unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(open(&key, b"", &changed).is_none(), "byte {place}");
            assert!(
                open(&key, b"", &sealed[..place]).is_none(),
                "cut at {place}"
            );
        }
    }
}
