//! A key encrypted by the master key, as a line of text.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::crypto;
use crate::master::{MasterId, MasterKey};
use crate::random::{NoRandomness, Random};
use crate::secret::Secret;

/// What a wrapped key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Database,
    Root,
}

/// A key encrypted by the master key: AES-256-GCM, with all that is said about it as associated data.
///
/// Prints as `v1.root.1.0123456789abcdef.…`: version, kind, number, name of the master key, and the encrypted key in
/// base64url. The text is worth nothing without the master key, so it may lie in a file or in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    pub(crate) kind: Kind,
    pub(crate) number: u8,
    pub(crate) master: MasterId,
    sealed: Vec<u8>,
}

/// Why a wrapped key does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrapProblem {
    /// The text is no wrapped key.
    #[error("this is no wrapped key, or one of a newer Kept")]
    Malformed,
    /// Another master key wrapped it.
    #[error("it was wrapped by the master key {needed}, and the one given is {given}")]
    OtherMaster {
        /// The master key that opens it.
        needed: MasterId,
        /// The one that was given.
        given: MasterId,
    },
    /// The right master key does not open it: the text was changed.
    #[error("its text was changed, so that it no longer opens")]
    Damaged,
    /// No random bytes to wrap with.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

impl Wrapped {
    pub(crate) fn wrap(
        kind: Kind,
        number: u8,
        secret: &Secret,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<Self, WrapProblem> {
        let id = master.id();
        let about = about(kind, number, id);
        let sealed = crypto::seal(&master.wrapping(), about.as_bytes(), secret.bytes(), random)
            .map_err(|_| NoRandomness)?;
        Ok(Self {
            kind,
            number,
            master: id,
            sealed,
        })
    }

    pub(crate) fn unwrap(&self, master: &MasterKey) -> Result<Secret, WrapProblem> {
        let (needed, given) = (self.master, master.id());
        if needed != given {
            return Err(WrapProblem::OtherMaster { needed, given });
        }
        let about = about(self.kind, self.number, needed);
        crypto::open(&master.wrapping(), about.as_bytes(), &self.sealed)
            .and_then(|bytes| Secret::from_slice(&bytes))
            .ok_or(WrapProblem::Damaged)
    }

    /// The name of the master key that opens it.
    pub fn master(&self) -> MasterId {
        self.master
    }
}

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sealed = Base64UrlUnpadded::encode_string(&self.sealed);
        write!(f, "{}.{sealed}", about(self.kind, self.number, self.master))
    }
}

impl FromStr for Wrapped {
    type Err = WrapProblem;

    fn from_str(text: &str) -> Result<Self, WrapProblem> {
        read(text).ok_or(WrapProblem::Malformed)
    }
}

fn read(text: &str) -> Option<Wrapped> {
    let mut parts = text.split('.');
    if parts.next()? != "v1" {
        return None;
    }
    let word = parts.next()?;
    let wrapped = Wrapped {
        kind: [Kind::Database, Kind::Root]
            .into_iter()
            .find(|kind| kind.word() == word)?,
        number: parts.next()?.parse().ok()?,
        master: parts.next()?.parse().ok()?,
        sealed: Base64UrlUnpadded::decode_vec(parts.next()?).ok()?,
    };
    parts.next().is_none().then_some(wrapped)
}

/// The readable part of the text, which is also the associated data.
fn about(kind: Kind, number: u8, master: MasterId) -> String {
    format!("v1.{}.{number}.{master}", kind.word())
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Root => "root",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, WrapProblem, Wrapped};
    use crate::master::MasterKey;
    use crate::random::seeded;
    use crate::secret::Secret;

    fn wrapped() -> (Wrapped, Secret, MasterKey) {
        let mut random = seeded(1);
        let master = MasterKey::new(&mut random).unwrap();
        let secret = Secret::random(&mut random).unwrap();
        let wrapped = Wrapped::wrap(Kind::Database, 3, &secret, &master, &mut random).unwrap();
        (wrapped, secret, master)
    }

    #[test]
    fn a_wrapped_key_opens_from_its_text() {
        let (wrapped, secret, master) = wrapped();
        let again: Wrapped = wrapped.to_string().parse().unwrap();
        assert_eq!(again, wrapped);
        assert_eq!(again.unwrap(&master).unwrap().bytes(), secret.bytes());
    }

    #[test]
    fn another_master_key_is_named_as_such() {
        let (wrapped, _, master) = wrapped();
        let other = MasterKey::new(&mut seeded(2)).unwrap();
        assert_eq!(
            wrapped.unwrap(&other).unwrap_err(),
            WrapProblem::OtherMaster {
                needed: master.id(),
                given: other.id()
            }
        );
    }

    #[test]
    fn a_key_for_one_use_does_not_open_as_one_for_another() {
        let (wrapped, _, master) = wrapped();
        for text in [
            wrapped.to_string().replace("database", "root"),
            wrapped.to_string().replace(".3.", ".4."),
        ] {
            let changed: Wrapped = text.parse().unwrap();
            assert_eq!(changed.unwrap(&master).unwrap_err(), WrapProblem::Damaged);
        }
    }

    #[test]
    fn other_texts_are_no_wrapped_keys() {
        let text = wrapped().0.to_string();
        for wrong in [
            "",
            "v1",
            &text.replace("v1", "v2"),
            &text.replace("database", "wine"),
            &text.replace(".3.", ".300."),
            &format!("{text}."),
            &format!("{text}="),
        ] {
            assert_eq!(
                wrong.parse::<Wrapped>(),
                Err(WrapProblem::Malformed),
                "{wrong}"
            );
        }
    }
}
