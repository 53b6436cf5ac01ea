//! The authenticator's words (§6.1 of the standard): for which site, with whom before it, and the new key.

use super::cbor::Reader;
use super::{Refused, RelyingParty};

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const MAY_BE_COPIED: u8 = 1 << 3;
const IS_COPIED: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;
/// The longest id of a credential.
const LONGEST: usize = 1023;

#[derive(Clone, Copy, Debug)]
pub(super) struct AuthenticatorData<'a> {
    /// The SHA-256 of the relying party's id.
    party: &'a [u8],
    flags: u8,
    pub sign_count: u32,
    pub synced: bool,
    /// Id and key of a new credential.
    pub credential: Option<(&'a [u8], &'a [u8])>,
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refused> {
        Self::parse(bytes).ok_or(Refused::Unreadable)
    }

    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (party, rest) = bytes.split_at_checked(32)?;
        let (&[flags], rest) = rest.split_first_chunk()?;
        let (count, rest) = rest.split_first_chunk()?;
        let (credential, rest) = if flags & HAS_CREDENTIAL == 0 {
            (None, rest)
        } else {
            let attested = Attested::read(rest)?;
            (Some((attested.id, attested.key)), attested.rest)
        };
        let mut reader = Reader::new(rest);
        if flags & HAS_EXTENSIONS != 0 {
            reader.item()?;
        }
        // A copy of what cannot be copied is no honest word.
        let honest = flags & IS_COPIED == 0 || flags & MAY_BE_COPIED != 0;
        (reader.rest().is_empty() && honest).then_some(Self {
            party,
            flags,
            sign_count: u32::from_be_bytes(*count),
            synced: flags & IS_COPIED != 0,
            credential,
        })
    }

    /// Whether it speaks of this site, with somebody at the device.
    pub(super) fn check(&self, party: &RelyingParty) -> Result<(), Refused> {
        if self.party != party.hash() {
            return Err(Refused::OtherSite);
        }
        if self.flags & PRESENT == 0 {
            return Err(Refused::NotVerified);
        }
        Ok(())
    }

    /// Whether the device has made sure who it is.
    pub(super) fn verified(&self) -> Result<(), Refused> {
        if self.flags & VERIFIED == 0 {
            return Err(Refused::NotVerified);
        }
        Ok(())
    }
}

/// A new credential, and what follows it.
struct Attested<'a> {
    id: &'a [u8],
    key: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Attested<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (_model, rest) = bytes.split_at_checked(16)?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, rest) = rest.split_at_checked(length)?;
        let mut reader = Reader::new(rest);
        reader.item()?;
        let key = rest.strip_suffix(reader.rest())?;
        (1..=LONGEST).contains(&length).then_some(Self {
            id,
            key,
            rest: reader.rest(),
        })
    }
}
