//! An authenticator in software, and the script that stands between it and the pages.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use aws_lc_rs::{digest, rand};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::desk::{Answer, Browser, PASSWORD};

pub const PRESENT: u8 = 1;
pub const VERIFIED: u8 = 4;
const HAS_CREDENTIAL: u8 = 64;

pub enum Key {
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// A device with one passkey.
pub struct Device {
    pub key: Key,
    pub id: Vec<u8>,
    pub handle: Vec<u8>,
    /// How often it has signed; it does not count while this is nought.
    pub count: u32,
    pub flags: u8,
    pub origin: &'static str,
    pub party: &'static str,
}

/// The fields that a script fills in.
pub type Fields = Vec<(&'static str, String)>;

fn coded(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn bytes(head: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[head, 0x59, length[0], length[1]], bytes].concat()
}

impl Device {
    pub fn new() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self::with(Key::P256(key))
    }

    /// One as in older Windows machines.
    pub fn rsa() -> Self {
        Self::with(Key::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    fn with(key: Key) -> Self {
        let mut id = vec![0; 32];
        rand::fill(&mut id).unwrap();
        Self {
            key,
            id,
            handle: Vec::new(),
            count: 0,
            flags: PRESENT | VERIFIED,
            origin: "https://desk.example",
            party: "desk.example",
        }
    }

    fn cose(&self) -> Vec<u8> {
        match &self.key {
            Key::P256(key) => {
                let point = key.public_key().as_ref();
                let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1];
                [
                    &head[..],
                    &bytes(0x21, &point[1..33]),
                    &bytes(0x22, &point[33..]),
                ]
                .concat()
            }
            Key::Rsa(key) => {
                // As PKCS #1 writes it: modulus of 256 bytes, then the exponent 65537.
                let der = key.public_key().as_ref();
                let (modulus, exponent) =
                    (&der[der.len() - 261..der.len() - 5], &der[der.len() - 3..]);
                let head = [0xa4, 1, 3, 3, 0x39, 1, 0];
                [&head[..], &bytes(0x20, modulus), &bytes(0x21, exponent)].concat()
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::P256(key) => key
                .sign(&SystemRandom::new(), message)
                .unwrap()
                .as_ref()
                .to_vec(),
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .unwrap();
                signature
            }
        }
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        let said = json!({
            "type": kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": false,
        });
        said.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let party = digest::digest(&digest::SHA256, self.party.as_bytes());
        [party.as_ref(), &[flags], &self.count.to_be_bytes()].concat()
    }

    /// Makes the passkey that is asked for.
    pub fn make(&mut self, asked: &Value) -> Fields {
        assert_eq!(
            asked["authenticatorSelection"]["userVerification"],
            "required"
        );
        self.handle = Base64UrlUnpadded::decode_vec(asked["user"]["id"].as_str().unwrap()).unwrap();
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let mut data = self.data(self.flags | HAS_CREDENTIAL);
        data.extend([[0; 16].as_slice(), &length, &self.id, &self.cose()].concat());
        vec![
            (
                "client_data",
                coded(&self.client_data("webauthn.create", &asked["challenge"])),
            ),
            ("authenticator_data", coded(&data)),
            ("transports", "internal hybrid".into()),
        ]
    }

    /// Shows it.
    pub fn show(&self, asked: &Value) -> Fields {
        let client_data = self.client_data("webauthn.get", &asked["challenge"]);
        let data = self.data(self.flags);
        let hashed = digest::digest(&digest::SHA256, &client_data);
        let signature = self.sign(&[&data, hashed.as_ref()].concat());
        vec![
            ("credential", coded(&self.id)),
            ("client_data", coded(&client_data)),
            ("authenticator_data", coded(&data)),
            ("signature", coded(&signature)),
            ("handle", coded(&self.handle)),
        ]
    }
}

impl Browser<'_> {
    /// What the browser is asked to sign in.
    pub fn asked_to_sign_in(&self) -> Value {
        let answer = self.get("/sign-in/passkey");
        serde_json::from_str(&answer.text).unwrap()
    }

    /// Sends what a device has shown.
    pub fn send_shown(&self, fields: &Fields) -> Answer {
        let mut fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        fields.push(("next", ""));
        self.post("/sign-in", "/sign-in/passkey", &fields)
    }

    /// Signs in with a passkey.
    pub fn sign_in_with(&self, device: &Device) -> Answer {
        let asked = self.asked_to_sign_in();
        self.send_shown(&device.show(&asked))
    }

    /// What the browser is asked to make, after the password.
    pub fn asked_to_make(&self, name: &str) -> Value {
        let page = self.post(
            "/me",
            "/me/passkeys",
            &[("name", name), ("password", PASSWORD)],
        );
        let asked = page.between("data-passkey-asked=\"", "\"");
        serde_json::from_str(&asked.replace("&#34;", "\"")).unwrap()
    }

    /// Sends what a device has made.
    pub fn send_made(&self, name: &str, fields: &Fields) -> Answer {
        let mut fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        fields.push(("name", name));
        self.post("/me", "/me/passkeys/registration", &fields)
    }

    /// Adds a passkey to whoever is signed in.
    pub fn add_passkey(&self, name: &str, device: &mut Device) {
        let asked = self.asked_to_make(name);
        self.send_made(name, &device.make(&asked));
        assert!(self.get("/me").has("The passkey is added"));
    }
}
