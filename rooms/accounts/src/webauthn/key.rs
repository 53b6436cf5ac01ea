//! Public keys as authenticators write them (`COSE_Key`, RFC 9053), and their signatures.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::Refused;
use super::cbor::{Item, Reader};

/// The kinds of signature that are asked for, the best liked first: ES256, which all authenticators have, Ed25519, and the RSA
/// of older Windows machines.
pub(crate) const ALGORITHMS: [i64; 3] = [ES256, ED, RS256];

const ES256: i64 = -7;
const ED: i64 = -8;
const RS256: i64 = -257;

// The labels of a key; the negative ones mean another thing for each kind.
const KIND: i64 = 1;
const ALGORITHM: i64 = 3;

#[derive(Clone, Debug)]
pub(super) enum PublicKey<'a> {
    /// A point of P-256, uncompressed.
    Es256(Vec<u8>),
    Ed25519(&'a [u8]),
    Rs256 {
        modulus: &'a [u8],
        exponent: &'a [u8],
    },
}

impl<'a> PublicKey<'a> {
    pub(super) fn read(cose: &'a [u8]) -> Result<Self, Refused> {
        let labels = labels(cose).ok_or(Refused::Unreadable)?;
        let of = |wanted: i64| {
            let mut found = labels.iter().filter(|(label, _)| *label == wanted);
            found.next().map(|(_, item)| *item)
        };
        let number = |label| match of(label) {
            Some(Item::Integer(number)) => Some(number),
            _ => None,
        };
        let bytes = |label| match of(label) {
            Some(Item::Bytes(bytes)) => Ok(bytes),
            _ => Err(Refused::Unreadable),
        };
        match (number(KIND), number(ALGORITHM), number(-1)) {
            (Some(2), Some(ES256), Some(1)) => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(Refused::Unreadable);
                }
                Ok(Self::Es256([&[4], x, y].concat()))
            }
            (Some(1), Some(ED), Some(6)) => Ok(Self::Ed25519(bytes(-2)?)),
            (Some(3), Some(RS256), _) => Ok(Self::Rs256 {
                modulus: bytes(-1)?,
                exponent: bytes(-2)?,
            }),
            _ => Err(Refused::OtherKey),
        }
    }

    /// Whether it is a key at all: a point on its curve, a modulus of a fair length.
    pub(super) fn check(&self) -> Result<(), Refused> {
        let sound = match self {
            Self::Es256(point) => ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).is_ok(),
            Self::Ed25519(point) => ParsedPublicKey::new(&ED25519, *point).is_ok(),
            Self::Rs256 { modulus, exponent } => {
                (256..=1024).contains(&modulus.len()) && (1..=8).contains(&exponent.len())
            }
        };
        sound.then_some(()).ok_or(Refused::OtherKey)
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refused> {
        let verified = match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
            Self::Rs256 { modulus, exponent } => RsaPublicKeyComponents {
                n: modulus,
                e: exponent,
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        verified.map_err(|_| Refused::WrongSignature)
    }
}

/// The labels of a key with their values; all of its bytes are theirs.
fn labels(cose: &[u8]) -> Option<Vec<(i64, Item<'_>)>> {
    let mut reader = Reader::new(cose);
    let pairs = reader.map()?;
    let mut labels = Vec::new();
    for _ in 0..pairs {
        let (label, value) = (reader.item()?, reader.item()?);
        if let Item::Integer(label) = label {
            labels.push((label, value));
        }
    }
    reader.rest().is_empty().then_some(labels)
}
