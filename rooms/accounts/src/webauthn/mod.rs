//! The relying party's side of Web Authentication (Level 3), as far as passkeys need it: what a browser sends is held against what it
//! was asked, and a verdict given.
//!
//! It only computes: no store, no clock, no chance. Attestation is not asked for, so a new key is taken as the browser brings
//! it; what counts is that the same key signs again. The person must always have been verified (by fingerprint, face or PIN):
//! a passkey is both factors in one, or nothing.

mod authenticator;
mod cbor;
mod client;
mod key;
mod party;
#[cfg(test)]
mod tests;

use aws_lc_rs::digest;

pub(crate) use client::challenge_in;
pub(crate) use key::ALGORITHMS;
pub(crate) use party::RelyingParty;

use authenticator::AuthenticatorData;
use client::Ceremony;
use key::PublicKey;

/// Why an answer of a browser is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// It cannot be read.
    #[error("unreadable")]
    Unreadable,
    /// It answers another challenge or another question.
    #[error("another challenge")]
    OtherChallenge,
    /// It was made for another site, or inside of one.
    #[error("another site")]
    OtherSite,
    /// Its key is of a kind that was not asked for.
    #[error("unknown kind of key")]
    OtherKey,
    /// It is not signed with the key.
    #[error("wrong signature")]
    WrongSignature,
    /// Nobody was verified at the device.
    #[error("person not verified")]
    NotVerified,
}

/// A new passkey, as an authenticator made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Made<'a> {
    /// By what the authenticator finds it again.
    pub credential: &'a [u8],
    /// The public key as a `COSE_Key`.
    pub key: &'a [u8],
    /// How often it has signed; nought where it does not count.
    pub sign_count: u32,
    /// Whether copies of it lie on the person's other devices.
    pub synced: bool,
}

/// A passkey that was shown, and is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// How often it has signed.
    pub sign_count: u32,
    /// Whether copies of it lie on the person's other devices.
    pub synced: bool,
}

/// What a browser sends to sign in: its own words, those of the authenticator, and the signature over both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assertion<'a> {
    pub client_data: &'a [u8],
    pub authenticator_data: &'a [u8],
    pub signature: &'a [u8],
}

/// Judges a new passkey (§7.1 of the standard).
pub(crate) fn made<'a>(
    party: &RelyingParty,
    challenge: &[u8],
    client_data: &[u8],
    authenticator_data: &'a [u8],
) -> Result<Made<'a>, Refused> {
    client::check(client_data, Ceremony::Create, challenge, party)?;
    let data = AuthenticatorData::read(authenticator_data)?;
    data.check(party)?;
    let (credential, key) = data.credential.ok_or(Refused::Unreadable)?;
    PublicKey::read(key)?.check()?;
    data.verified()?;
    Ok(Made {
        credential,
        key,
        sign_count: data.sign_count,
        synced: data.synced,
    })
}

/// Judges a passkey that is shown, against its stored key (§7.2 of the standard). The count is left to the caller, who knows
/// the last one.
pub(crate) fn shown(
    party: &RelyingParty,
    challenge: &[u8],
    key: &[u8],
    assertion: Assertion<'_>,
) -> Result<Shown, Refused> {
    client::check(assertion.client_data, Ceremony::Get, challenge, party)?;
    let data = AuthenticatorData::read(assertion.authenticator_data)?;
    data.check(party)?;
    let hashed = digest::digest(&digest::SHA256, assertion.client_data);
    let message = [assertion.authenticator_data, hashed.as_ref()].concat();
    PublicKey::read(key)?.verify(&message, assertion.signature)?;
    data.verified()?;
    Ok(Shown {
        sign_count: data.sign_count,
        synced: data.synced,
    })
}
