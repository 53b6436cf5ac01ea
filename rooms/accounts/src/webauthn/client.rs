//! The browser's own words: which question it was asked, by whom.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;

use super::{Refused, RelyingParty};

/// What the browser was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceremony {
    /// Make a passkey.
    Create,
    /// Show one.
    Get,
}

/// Browsers may add more in the future, and some do now.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

fn read(bytes: &[u8]) -> Result<ClientData, Refused> {
    serde_json::from_slice(bytes).map_err(|_| Refused::Unreadable)
}

/// The challenge that the words answer, to be judged by whoever issued it.
pub(crate) fn challenge_in(client_data: &[u8]) -> Option<Vec<u8>> {
    let data = read(client_data).ok()?;
    Base64UrlUnpadded::decode_vec(&data.challenge).ok()
}

pub(super) fn check(
    client_data: &[u8],
    ceremony: Ceremony,
    challenge: &[u8],
    party: &RelyingParty,
) -> Result<(), Refused> {
    let data = read(client_data)?;
    let wanted = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::Get => "webauthn.get",
    };
    // A challenge is no secret: it goes through the page.
    let same = Base64UrlUnpadded::encode_string(challenge) == data.challenge;
    if data.r#type != wanted || !same {
        return Err(Refused::OtherChallenge);
    }
    if data.origin != party.origin() || data.cross_origin {
        return Err(Refused::OtherSite);
    }
    Ok(())
}
