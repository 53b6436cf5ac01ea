//! Signatures of Standard Webhooks: by them a receiver knows who sent a message, when, and that nobody changed it.

use std::fmt;

use aws_lc_rs::hmac;
use base64ct::{Base64, Encoding as _};

/// Begins every secret as it is handed out.
pub const SECRET_PREFIX: &str = "whsec_";

/// The secret that a receiver and we share.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// A text is no secret of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no signing secret")]
pub struct MalformedSecret;

impl fmt::Debug for SigningSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SigningSecret(…)")
    }
}

impl SigningSecret {
    /// From random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random.to_vec())
    }

    /// As it is handed out, once: `whsec_…`.
    pub fn text(&self) -> String {
        format!("{SECRET_PREFIX}{}", Base64::encode_string(&self.0))
    }

    /// From such a text.
    ///
    /// # Errors
    ///
    /// [`MalformedSecret`]
    pub fn parse(text: &str) -> Result<Self, MalformedSecret> {
        let bare = text.strip_prefix(SECRET_PREFIX).ok_or(MalformedSecret)?;
        let bytes = Base64::decode_vec(bare).map_err(|_| MalformedSecret)?;
        if (24..=64).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(MalformedSecret)
        }
    }

    /// The signature of a message: `v1,` and the HMAC-SHA-256 over id, time in seconds and body, with dots between them.
    pub fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", Base64::encode_string(tag.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // The example of the specification's reference libraries.
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_comes_back_as_it_was_handed_out() {
        let secret = SigningSecret::new([7; 32]);
        assert_eq!(SigningSecret::parse(&secret.text()), Ok(secret));
        for text in [
            "",
            "whsec_",
            "whsec_AAAA",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_!!!",
        ] {
            assert_eq!(SigningSecret::parse(text), Err(MalformedSecret), "{text}");
        }
    }
}
