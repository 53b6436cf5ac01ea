//! Signing what leaves (RFC 6376), so that others can see that it is ours: RSA with SHA-256, relaxed in header and body, as every
//! receiver reads it.
//!
//! Written here, on the one crypto provider: the libraries for it bring the crate rsa with RUSTSEC-2023-0071, or a resolver and its
//! hundred crates. What signs and what checks a signature share one way of making text plain (`plain`).

pub(crate) mod plain;
pub(crate) mod verify;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64ct::{Base64, Encoding as _};
use kept_kernel::Instant;
use zeroize::Zeroizing;

use crate::reading::sha256;
use plain::{Field, fields_and_body, plain_body, plain_field};

/// What is signed, where a mail has it. What a receiver shows must not be changed on the way.
const SIGNED: &[&str] = &[
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
];

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DkimError {
    /// It is none, or not one of RSA.
    #[error("this is no RSA key in PKCS#8")]
    Key,
    /// The machine could not make one.
    #[error("no key could be made")]
    Making,
}

/// What signs the mails of a domain.
#[derive(Clone)]
pub struct DkimKey {
    domain: String,
    selector: String,
    pair: Arc<KeyPair>,
}

impl fmt::Debug for DkimKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "DkimKey({}._domainkey.{})", self.selector, self.domain)
    }
}

impl DkimKey {
    /// Makes the secret part of a new key, as PKCS#8. Takes a moment.
    ///
    /// # Errors
    ///
    /// [`DkimError::Making`]
    pub fn make() -> Result<Zeroizing<Vec<u8>>, DkimError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| DkimError::Making)?;
        let secret = pair.as_der().map_err(|_| DkimError::Making)?;
        Ok(Zeroizing::new(secret.as_ref().to_vec()))
    }

    /// A key for a domain, under a name that its record in the DNS has.
    ///
    /// # Errors
    ///
    /// [`DkimError::Key`]
    pub fn new(domain: &str, selector: &str, secret: &[u8]) -> Result<Self, DkimError> {
        let pair = KeyPair::from_pkcs8(secret).map_err(|_| DkimError::Key)?;
        Ok(Self {
            domain: domain.to_lowercase(),
            selector: selector.to_lowercase(),
            pair: Arc::new(pair),
        })
    }

    /// The name and the text of the record by which others check what it signs.
    pub fn record(&self) -> (String, String) {
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        let public = self.pair.public_key().as_der();
        let public = public.map(|der| Base64::encode_string(der.as_ref()));
        (
            name,
            format!("v=DKIM1; k=rsa; p={}", public.unwrap_or_default()),
        )
    }

    /// Whether it signs for an address: of its domain or of one below it.
    pub fn is_for(&self, email: &str) -> bool {
        let domain = email.rsplit('@').next().unwrap_or_default().to_lowercase();
        let above = domain.strip_suffix(&self.domain);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    }

    /// A message with its signature before it; as it was, should the machine not sign.
    pub(crate) fn signed(&self, bytes: Vec<u8>, at: Instant) -> Vec<u8> {
        let (fields, body) = fields_and_body(&bytes);
        let chosen: Vec<&Field<'_>> = SIGNED
            .iter()
            .filter_map(|name| fields.iter().find(|field| field.is(name)))
            .collect();
        let names: Vec<String> = chosen.iter().map(|field| field.name()).collect();
        let hash = Base64::encode_string(&sha256(&plain_body(body)));
        let head = format!(
            "v=1; a=rsa-sha256; c=relaxed/relaxed; d={}; s={}; t={};\r\n\th={};\r\n\tbh={hash};\r\n\tb=",
            self.domain,
            self.selector,
            at.micros() / 1_000_000,
            names.join(":"),
        );
        let mut input: Vec<u8> = chosen.iter().flat_map(|field| plain_field(field)).collect();
        let own = Field {
            name: b"DKIM-Signature",
            value: head.as_bytes(),
        };
        input.extend(plain_field(&own));
        input.truncate(input.len().saturating_sub(2));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let done = self.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            &input,
            &mut signature,
        );
        if done.is_err() {
            return bytes;
        }
        let mut signed = format!("DKIM-Signature: {head}{}\r\n", folded(&signature)).into_bytes();
        signed.extend(bytes);
        signed
    }
}

/// In lines that every server takes.
fn folded(signature: &[u8]) -> String {
    let text = Base64::encode_string(signature);
    let lines: Vec<&str> = (0..text.len())
        .step_by(70)
        .filter_map(|from| text.get(from..(from + 70).min(text.len())))
        .collect();
    lines.join("\r\n\t ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    const MAIL: &[u8] = b"From: Desk <desk@harrowmere.example>\r\nTo: ruth@brennan.example\r\nSubject: Re:  Pump\r\n leaks\r\n\r\nWe look  into it. \r\n\r\n\r\n";

    fn key() -> DkimKey {
        let secret = DkimKey::make().unwrap();
        DkimKey::new("Harrowmere.example", "kept1", &secret).unwrap()
    }

    /// What a receiver does: takes the signature out, makes all plain, asks for the key.
    fn holds(key: &DkimKey, signed: &[u8]) -> bool {
        let (fields, body) = fields_and_body(signed);
        let own = fields.first().unwrap();
        let value = String::from_utf8(own.value.to_vec()).unwrap();
        let (head, signature) = value.split_once("\tb=").unwrap();
        let head = format!("{head}\tb=");
        let hash = Base64::encode_string(&sha256(&plain_body(body)));
        let names = head.split_once("h=").unwrap().1.split(';').next().unwrap();
        let mut input = Vec::new();
        for name in names.split(':') {
            input.extend(plain_field(
                fields.iter().find(|field| field.is(name)).unwrap(),
            ));
        }
        let bare = Field {
            name: own.name,
            value: head.as_bytes(),
        };
        input.extend(plain_field(&bare));
        input.truncate(input.len() - 2);
        let bytes: String = signature.split_whitespace().collect();
        let bytes = Base64::decode_vec(&bytes).unwrap();
        let (_, record) = key.record();
        let public = Base64::decode_vec(record.split_once("p=").unwrap().1).unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
        head.contains(&format!("bh={hash};")) && public.verify(&input, &bytes).is_ok()
    }

    #[test]
    fn a_signature_holds_until_a_word_is_changed() {
        let key = key();
        let at = Instant::from_seconds(1_769_790_600);
        let signed = key.signed(MAIL.to_vec(), at);
        assert!(signed.ends_with(MAIL));
        assert!(holds(&key, &signed));
        let text = String::from_utf8(signed.clone()).unwrap();
        // Servers on the way fold and space anew.
        let respaced = text.replace("Re:  Pump\r\n leaks", "Re: Pump leaks");
        assert!(holds(&key, respaced.as_bytes()));
        for (from, to) in [
            ("We look", "We took"),
            ("Pump", "Bill"),
            ("desk@h", "boss@h"),
        ] {
            assert!(!holds(&key, text.replace(from, to).as_bytes()), "{from}");
        }
        assert!(text.lines().all(|line| line.len() < 998), "{text}");
    }

    #[test]
    fn a_key_signs_for_its_domain_and_those_below_it() {
        let key = key();
        for (email, signs) in [
            ("desk@harrowmere.example", true),
            ("desk@MAIL.harrowmere.example", true),
            ("desk@notharrowmere.example", false),
            ("desk@example", false),
        ] {
            assert_eq!(key.is_for(email), signs, "{email}");
        }
        assert_eq!(key.record().0, "kept1._domainkey.harrowmere.example");
        assert!(DkimKey::new("x.example", "a", b"no key").is_err());
    }
}
