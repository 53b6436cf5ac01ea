//! Passwords: argon2id, stored as a PHC text.

use std::fmt;

use argon2::password_hash::{PasswordHash as Phc, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::random::{NoRandomness, Random};

/// The longest password that is taken, in bytes. Long enough for any sentence, short enough to cost nothing to read.
const LONGEST: usize = 1024;

/// What it costs to check one password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Parts that could be computed side by side.
    pub lanes: u32,
}

/// Hashes and checks passwords at one cost.
pub struct Passwords {
    cost: PasswordCost,
    argon: Argon2<'static>,
    /// Of a password that nobody has: checked when there is no user, so that the answer takes as long.
    decoy: PasswordHash,
}

/// The PHC text of a hashed password: algorithm, cost, salt, hash. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// What a check of a password says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// It is the password.
    Right,
    /// It is the password, but was hashed at another cost: hash it again now and store that.
    RightButRehash,
    /// It is not, or there is no such user.
    Wrong,
}

/// Why a password could not be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Longer than 1,024 bytes.
    #[error("This password is too long. Use at most 1,024 characters.")]
    TooLong,
    /// The stored text is no hash, or the cost is none that argon2 knows.
    #[error("The stored password cannot be read. Set a new one.")]
    Unreadable,
    /// No random bytes for the salt.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

impl PasswordCost {
    /// What OWASP asks for: 19 MiB, two passes, one lane.
    pub const STANDARD: Self = Self {
        memory: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// The least that argon2 does: for tests, never for people's passwords.
    pub const FOR_TESTS: Self = Self {
        memory: 8,
        passes: 1,
        lanes: 1,
    };
}

impl Passwords {
    /// A checker at this cost. It hashes one password of its own, so make it once and keep it.
    ///
    /// # Errors
    /// [`PasswordProblem::Unreadable`] for a cost that argon2 does not know; [`PasswordProblem::Random`].
    pub fn new(cost: PasswordCost, random: &mut dyn Random) -> Result<Self, PasswordProblem> {
        let params = Params::new(cost.memory, cost.passes, cost.lanes, None)
            .map_err(|_| PasswordProblem::Unreadable)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut nobodys = [0; 32];
        random.fill(&mut nobodys)?;
        let decoy = hash(&argon, &nobodys, random)?;
        Ok(Self { cost, argon, decoy })
    }

    /// Hashes a password with a salt of 16 random bytes.
    ///
    /// # Errors
    /// [`PasswordProblem::TooLong`], [`PasswordProblem::Random`]
    pub fn hash(
        &self,
        password: &str,
        random: &mut dyn Random,
    ) -> Result<PasswordHash, PasswordProblem> {
        if password.len() > LONGEST {
            return Err(PasswordProblem::TooLong);
        }
        hash(&self.argon, password.as_bytes(), random)
    }

    /// Whether this is the password. Pass `None` when there is no such user or none is set: that takes as long as a
    /// wrong password at today's cost, so that nobody learns from the time who has an account.
    pub fn check(&self, password: &str, stored: Option<&PasswordHash>) -> PasswordVerdict {
        let (hash, known) = match stored {
            Some(hash) if password.len() <= LONGEST => (hash, true),
            _ => (&self.decoy, false),
        };
        let bytes = password.as_bytes();
        let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
        let Ok(phc) = Phc::new(&hash.0) else {
            return PasswordVerdict::Wrong;
        };
        let right = self.argon.verify_password(bytes, &phc).is_ok();
        match (right && known, self.needs_rehash(hash)) {
            (true, false) => PasswordVerdict::Right,
            (true, true) => PasswordVerdict::RightButRehash,
            (false, _) => PasswordVerdict::Wrong,
        }
    }

    /// Whether a hash was made with another algorithm or at another cost than this one's.
    pub fn needs_rehash(&self, hash: &PasswordHash) -> bool {
        let Ok(phc) = Phc::new(&hash.0) else {
            return true;
        };
        let now = Params::try_from(&phc).map(|params| PasswordCost {
            memory: params.m_cost(),
            passes: params.t_cost(),
            lanes: params.p_cost(),
        });
        phc.algorithm != Algorithm::Argon2id.ident()
            || phc.version != Some(Version::V0x13.into())
            || now != Ok(self.cost)
    }
}

fn hash(
    argon: &Argon2<'_>,
    password: &[u8],
    random: &mut dyn Random,
) -> Result<PasswordHash, PasswordProblem> {
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordProblem::Unreadable)?;
    let phc = argon
        .hash_password(password, &salt)
        .map_err(|_| PasswordProblem::Unreadable)?;
    Ok(PasswordHash(phc.to_string()))
}

impl PasswordHash {
    /// From the stored text.
    ///
    /// # Errors
    /// [`PasswordProblem::Unreadable`] when it is no PHC text of argon2.
    pub fn parse(text: &str) -> Result<Self, PasswordProblem> {
        let phc = Phc::new(text).map_err(|_| PasswordProblem::Unreadable)?;
        Params::try_from(&phc).map_err(|_| PasswordProblem::Unreadable)?;
        Algorithm::try_from(phc.algorithm).map_err(|_| PasswordProblem::Unreadable)?;
        Ok(Self(text.to_owned()))
    }

    /// The text to store.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords")
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{PasswordCost, PasswordHash, PasswordProblem, PasswordVerdict, Passwords};
    use crate::random::seeded;

    fn quick() -> Passwords {
        Passwords::new(PasswordCost::FOR_TESTS, &mut seeded(1)).unwrap()
    }

    #[test]
    fn a_password_is_checked_against_its_stored_text() {
        let passwords = quick();
        let hash = passwords.hash("four plain words", &mut seeded(2)).unwrap();
        assert!(hash.text().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        let stored = PasswordHash::parse(hash.text()).unwrap();
        let check = |password| passwords.check(password, Some(&stored));
        assert_eq!(check("four plain words"), PasswordVerdict::Right);
        assert_eq!(check("four plain word"), PasswordVerdict::Wrong);
        assert_eq!(check(""), PasswordVerdict::Wrong);
    }

    #[test]
    fn the_same_password_is_stored_differently_for_each_person() {
        let passwords = quick();
        let mut random = seeded(2);
        let one = passwords.hash("word", &mut random).unwrap();
        let two = passwords.hash("word", &mut random).unwrap();
        assert_ne!(one.text(), two.text());
    }

    #[test]
    fn without_a_user_every_password_is_wrong_and_is_hashed_at_the_same_cost() {
        let passwords = quick();
        assert_eq!(passwords.check("word", None), PasswordVerdict::Wrong);
        assert!(!passwords.needs_rehash(&passwords.decoy));
    }

    #[test]
    fn a_password_hashed_at_a_lower_cost_is_right_and_is_to_be_hashed_again() {
        let old = quick().hash("word", &mut seeded(2)).unwrap();
        let dearer = PasswordCost {
            passes: 2,
            ..PasswordCost::FOR_TESTS
        };
        let now = Passwords::new(dearer, &mut seeded(3)).unwrap();
        assert_eq!(
            now.check("word", Some(&old)),
            PasswordVerdict::RightButRehash
        );
        assert_eq!(now.check("ward", Some(&old)), PasswordVerdict::Wrong);
        let again = now.hash("word", &mut seeded(4)).unwrap();
        assert_eq!(now.check("word", Some(&again)), PasswordVerdict::Right);
    }

    #[test]
    fn the_standard_cost_is_that_of_owasp() {
        let passwords = Passwords::new(PasswordCost::STANDARD, &mut seeded(1)).unwrap();
        let hash = passwords.hash("word", &mut seeded(2)).unwrap();
        assert!(hash.text().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(passwords.check("word", Some(&hash)), PasswordVerdict::Right);
    }

    #[test]
    fn a_password_over_the_limit_is_refused_and_never_right() {
        let passwords = quick();
        let long = "a".repeat(1025);
        let problem = passwords.hash(&long, &mut seeded(2)).unwrap_err();
        assert_eq!(problem, PasswordProblem::TooLong);
        let cut = passwords.hash(&long[..1024], &mut seeded(2)).unwrap();
        assert_eq!(passwords.check(&long, Some(&cut)), PasswordVerdict::Wrong);
        assert_eq!(
            passwords.check(&long[..1024], Some(&cut)),
            PasswordVerdict::Right
        );
    }

    #[test]
    fn what_is_no_argon2_text_is_not_taken_from_storage() {
        for text in [
            "",
            "word",
            "$2b$10$abcdefghijklmnopqrstuv",
            "$pbkdf2$i=1$aaaa$bbbb",
        ] {
            assert_eq!(
                PasswordHash::parse(text),
                Err(PasswordProblem::Unreadable),
                "{text}"
            );
        }
    }
}
