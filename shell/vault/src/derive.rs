//! One secret, a key for each use.

use std::fmt;

use crate::crypto::{self, Refused};
use crate::master::MasterKey;
use crate::random::{NoRandomness, Random};
use crate::secret::Secret;
use crate::wrap::{Kind, WrapProblem, Wrapped};

/// What a derived key is for. Its label goes into the key, so that two uses never share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Signed session cookies.
    Sessions,
    /// Tokens in forms against cross-site requests.
    Csrf,
    /// Secrets of people's one-time codes.
    Totp,
    /// Passwords and tokens for mail servers, webhooks and other systems.
    Connectors,
    /// The keys of single clients, which are destroyed when a client is erased.
    ClientKeys,
    /// Stored files.
    Files,
    /// The seed of the key that signs checkpoints.
    Checkpoints,
    /// Links and forms of people without an account.
    Links,
    /// The ids of mails that leave the house.
    Mail,
}

/// The secret that keys are derived from. It does not change when the master key does, which only wraps it.
#[derive(Clone, Debug)]
pub struct RootSecret {
    number: u8,
    secret: Secret,
}

/// All root secrets of an installation, oldest first: the newest is used, the others still open what they sealed.
#[derive(Clone, Debug)]
pub struct Roots {
    older: Vec<RootSecret>,
    newest: RootSecret,
}

/// A key for one purpose.
#[derive(Clone, Debug)]
pub struct DerivedKey(Secret);

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 9] = [
        Self::Sessions,
        Self::Csrf,
        Self::Totp,
        Self::Connectors,
        Self::ClientKeys,
        Self::Files,
        Self::Checkpoints,
        Self::Links,
        Self::Mail,
    ];

    /// The word that goes into the key. Never change one: what it sealed would be lost.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Csrf => "csrf",
            Self::Totp => "totp",
            Self::Connectors => "connectors",
            Self::ClientKeys => "client keys",
            Self::Files => "files",
            Self::Checkpoints => "checkpoints",
            Self::Links => "links",
            Self::Mail => "mail",
        }
    }
}

impl RootSecret {
    /// Its number, which stands in front of all it seals.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// The key for a purpose: HKDF-SHA256 with the purpose's label.
    pub fn derive(&self, purpose: Purpose) -> DerivedKey {
        let info = [b"kept 1 derived ", purpose.label().as_bytes()];
        DerivedKey(crypto::hkdf(&self.secret, &info))
    }
}

impl Roots {
    /// A first root secret, number 1.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn new(random: &mut dyn Random) -> Result<Self, NoRandomness> {
        let newest = RootSecret {
            number: 1,
            secret: Secret::random(random)?,
        };
        Ok(Self {
            older: Vec::new(),
            newest,
        })
    }

    /// Opens root secrets from where they are stored: the keys file, or rows of a database that several nodes share.
    /// Those of other master keys are passed over, since during a change of the master key each is there twice.
    ///
    /// # Errors
    /// [`WrapProblem`] of the first that does not open; [`WrapProblem::Malformed`] when none is for this master key,
    /// and there is none of another.
    pub fn open<'a>(
        wrapped: impl IntoIterator<Item = &'a Wrapped>,
        master: &MasterKey,
    ) -> Result<Self, WrapProblem> {
        let mut problem = WrapProblem::Malformed;
        let mut roots = Vec::new();
        for wrapped in wrapped.into_iter().filter(|key| key.kind == Kind::Root) {
            match wrapped.unwrap(master) {
                Ok(secret) => roots.push(RootSecret {
                    number: wrapped.number,
                    secret,
                }),
                Err(other @ WrapProblem::OtherMaster { .. }) => problem = other,
                Err(other) => return Err(other),
            }
        }
        roots.sort_by_key(RootSecret::number);
        let newest = roots.pop().ok_or(problem)?;
        Ok(Self {
            older: roots,
            newest,
        })
    }

    /// All root secrets wrapped by a master key, as texts to store.
    ///
    /// # Errors
    /// [`WrapProblem::Random`]
    pub fn wrap(
        &self,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<Vec<Wrapped>, WrapProblem> {
        self.all()
            .map(|root| Wrapped::wrap(Kind::Root, root.number, &root.secret, master, random))
            .collect()
    }

    /// Adds a new root secret, which is used from now on. Keys that were given out as such, as the one that signs
    /// checkpoints, change with it.
    ///
    /// # Errors
    /// [`NoRandomness`]; also when all 255 numbers are taken.
    pub fn add(&mut self, random: &mut dyn Random) -> Result<(), NoRandomness> {
        let newest = RootSecret {
            number: self.newest.number.checked_add(1).ok_or(NoRandomness)?,
            secret: Secret::random(random)?,
        };
        self.older.push(std::mem::replace(&mut self.newest, newest));
        Ok(())
    }

    /// The one in use.
    pub fn newest(&self) -> &RootSecret {
        &self.newest
    }

    /// The one with this number.
    pub fn numbered(&self, number: u8) -> Option<&RootSecret> {
        self.all().find(|root| root.number == number)
    }

    /// All, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &RootSecret> {
        self.older.iter().chain([&self.newest])
    }

    /// The key of the newest root secret for a purpose.
    pub fn derive(&self, purpose: Purpose) -> DerivedKey {
        self.newest.derive(purpose)
    }
}

impl DerivedKey {
    /// The 32 bytes, for a library that needs a key.
    pub fn bytes(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// HMAC-SHA256 of a message: a proof that who gave it knows the key.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        crypto::mac(&self.0, &[message])
    }

    /// Whether `code` is the [`DerivedKey::mac`] of the message, in constant time.
    pub fn verify_mac(&self, message: &[u8], code: &[u8]) -> bool {
        crypto::same(&self.mac(message), code)
    }

    pub(crate) fn seal(
        &self,
        associated: &[u8],
        plain: &[u8],
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, Refused> {
        crypto::seal(&self.0, associated, plain, random)
    }

    pub(crate) fn open(
        &self,
        associated: &[u8],
        sealed: &[u8],
    ) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        crypto::open(&self.0, associated, sealed)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Purpose, Roots};
    use crate::hex;
    use crate::master::MasterKey;
    use crate::random::seeded;
    use crate::wrap::{WrapProblem, Wrapped};

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        let roots = Roots::new(&mut seeded(1)).unwrap();
        let keys: BTreeSet<_> = Purpose::ALL
            .map(|purpose| *roots.derive(purpose).bytes())
            .into();
        assert_eq!(keys.len(), Purpose::ALL.len());
    }

    #[test]
    fn derived_keys_never_change_from_one_release_to_the_next() {
        let roots = Roots::new(&mut |bytes: &mut [u8]| bytes.fill(7)).unwrap();
        // RFC 5869 computed apart from this code: extract with an empty salt, expand with the label.
        assert_eq!(
            *hex::encode(roots.derive(Purpose::Csrf).bytes()),
            "8c0155adeb251f2f6d21736a357a6cfa0dfcbd239a47f383a8b9611205ba3b21"
        );
    }

    #[test]
    fn derived_keys_outlive_a_change_of_the_master_key() {
        let mut random = seeded(1);
        let (old, new) = (
            MasterKey::new(&mut random).unwrap(),
            MasterKey::new(&mut random).unwrap(),
        );
        let roots = Roots::new(&mut random).unwrap();
        let key = *roots.derive(Purpose::Files).bytes();
        let stored = roots.wrap(&old, &mut random).unwrap();
        let opened = Roots::open(&stored, &old).unwrap();
        let stored = opened.wrap(&new, &mut random).unwrap();
        assert_eq!(
            *Roots::open(&stored, &new)
                .unwrap()
                .derive(Purpose::Files)
                .bytes(),
            key
        );
        assert!(matches!(
            Roots::open(&stored, &old),
            Err(WrapProblem::OtherMaster { .. })
        ));
    }

    #[test]
    fn root_secrets_come_back_from_texts_in_a_database_in_any_order() {
        let mut random = seeded(1);
        let master = MasterKey::new(&mut random).unwrap();
        let mut roots = Roots::new(&mut random).unwrap();
        let first = *roots.derive(Purpose::Totp).bytes();
        roots.add(&mut random).unwrap();
        let second = *roots.derive(Purpose::Totp).bytes();
        assert_ne!(first, second);
        let texts = roots.wrap(&master, &mut random).unwrap();
        let rows: Vec<Wrapped> = texts
            .iter()
            .rev()
            .map(|w| w.to_string().parse().unwrap())
            .collect();
        let again = Roots::open(&rows, &master).unwrap();
        assert_eq!(again.newest().number(), 2);
        assert_eq!(*again.derive(Purpose::Totp).bytes(), second);
        assert_eq!(
            *again.numbered(1).unwrap().derive(Purpose::Totp).bytes(),
            first
        );
        assert!(again.numbered(3).is_none());
    }

    #[test]
    fn no_root_secret_at_all_is_said() {
        let master = MasterKey::new(&mut seeded(1)).unwrap();
        assert_eq!(
            Roots::open([], &master).unwrap_err(),
            WrapProblem::Malformed
        );
    }

    #[test]
    fn a_message_is_proved_by_its_code_alone() {
        let key = Roots::new(&mut seeded(1)).unwrap().derive(Purpose::Csrf);
        let code = key.mac(b"message");
        assert!(key.verify_mac(b"message", &code));
        assert!(!key.verify_mac(b"massage", &code));
        assert!(!key.verify_mac(b"message", &code[..31]));
    }
}
