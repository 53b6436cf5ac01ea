//! What is derived from the server's secret: signatures under a purpose, checked in constant time; and text for bytes.

use std::fmt::Write as _;

use aws_lc_rs::hmac;

/// Bytes that nobody can foresee, as many as asked for.
pub type Random = dyn Fn(&mut [u8]) + Send + Sync;

/// Signs for one purpose. A signature made for another is worth nothing here.
pub struct Signer(hmac::Key);

impl Signer {
    /// The key of a purpose, derived from the server's secret.
    pub fn derive(secret: &[u8; 32], purpose: &str) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let derived = hmac::sign(&root, purpose.as_bytes());
        Self(hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()))
    }

    /// A signature over parts. Each goes in with its length, so that no two lists of parts are signed alike.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    /// Whether that is the signature over these parts. Takes as long whatever the answer.
    pub fn holds(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.sign(parts), tag).is_ok()
    }
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // INVARIANT: writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Hexadecimal back to bytes; none where it is something else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_purpose_and_its_parts_alone() {
        let signer = Signer::derive(&[7; 32], "csrf");
        let tag = signer.sign(&[b"ab", b"c"]);
        assert!(signer.holds(&[b"ab", b"c"], &tag));
        assert!(!signer.holds(&[b"a", b"bc"], &tag));
        assert!(!Signer::derive(&[7; 32], "flash").holds(&[b"ab", b"c"], &tag));
        assert!(!Signer::derive(&[8; 32], "csrf").holds(&[b"ab", b"c"], &tag));
        assert!(!signer.holds(&[b"ab", b"c"], &tag[..31]));
    }

    #[test]
    fn bytes_come_back_from_their_text_and_nothing_else_does() {
        assert_eq!(unhex(&hex(&[0, 255, 18])), Some(vec![0, 255, 18]));
        assert_eq!([unhex("0"), unhex("zz"), unhex("+1")], [None, None, None]);
    }
}
