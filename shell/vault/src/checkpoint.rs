//! Checkpoints: signed notes that say what the root of the audit tree was at a time. They are kept outside the
//! database, so that who changes the history there cannot change them as well.
//!
//! ```text
//! kept.example.com/audit
//! 20852163
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//! 2026-01-30T16:30:00Z
//!
//! — kept.example.com/audit Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//! ```
//!
//! The form is that of signed notes and transparency-log checkpoints (C2SP `signed-note`, `tlog-checkpoint`), the time
//! being an extension line, so that other tools can verify them.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64ct::{Base64, Encoding};
use kept_kernel::Instant;

use crate::crypto;
use crate::derive::DerivedKey;
use crate::hex;
use crate::merkle::Hash;

/// What begins each line of a signature.
const DASH: &str = "— ";

/// The byte that names Ed25519 in a signed note.
const ALGORITHM: u8 = 1;

/// What the root of the tree was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which tree: a name without blanks that never changes, as `kept.example.com/audit`.
    pub origin: String,
    /// Its number of leaves.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// When it was signed.
    pub at: Instant,
}

/// A checkpoint with its signatures. Prints and parses as a signed note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    name: String,
    key: [u8; 4],
    bytes: Vec<u8>,
}

/// Signs checkpoints with Ed25519.
pub struct Signer {
    name: String,
    pair: Ed25519KeyPair,
}

/// Verifies checkpoints. Prints and parses as `NAME+KEY+…`, a line to publish and to keep apart from the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    public: [u8; 32],
}

/// Why something is no checkpoint, or no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointProblem {
    /// The text is no signed checkpoint.
    #[error("this is no signed checkpoint")]
    Malformed,
    /// A name with blanks, `+` or line ends, or an empty one.
    #[error("the name of a signer has no blanks and no “+”")]
    Name,
    /// The text is no key for verification.
    #[error("this is no key for verifying checkpoints")]
    Key,
    /// The key did not sign it.
    #[error("it was not signed by this key")]
    NotSigned,
    /// There is a signature of this key, and the text is not what it signed.
    #[error("it was changed after it was signed")]
    Changed,
}

impl Signer {
    /// The signer whose key is made from `seed`; `name` is that of the tree.
    ///
    /// # Errors
    /// [`CheckpointProblem::Name`]
    pub fn new(name: &str, seed: &DerivedKey) -> Result<Self, CheckpointProblem> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.bytes())
            .map_err(|_| CheckpointProblem::Key)?;
        let name = checked(name)?;
        Ok(Self { name, pair })
    }

    /// The key that verifies what this signs.
    pub fn verifier(&self) -> Verifier {
        let mut public = [0; 32];
        for (to, from) in public.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        Verifier {
            name: self.name.clone(),
            public,
        }
    }

    /// Signs the root of a tree.
    pub fn sign(&self, size: u64, root: Hash, at: Instant) -> SignedCheckpoint {
        let checkpoint = Checkpoint {
            origin: self.name.clone(),
            size,
            root,
            at,
        };
        let bytes = self.pair.sign(checkpoint.to_string().as_bytes());
        let signature = Signature {
            name: self.name.clone(),
            key: self.verifier().id(),
            bytes: bytes.as_ref().to_vec(),
        };
        SignedCheckpoint {
            checkpoint,
            signatures: vec![signature],
        }
    }
}

impl SignedCheckpoint {
    /// Reads a file of checkpoints, one after another with blank lines between them. Each that cannot be read is a
    /// problem in its place.
    pub fn read_all(text: &str) -> Vec<Result<Self, CheckpointProblem>> {
        let mut notes: Vec<String> = Vec::new();
        let mut signed = true;
        for line in text.lines() {
            let signature = line.starts_with(DASH);
            if signed && !signature && !line.is_empty() {
                notes.push(String::new());
                signed = false;
            }
            signed |= signature;
            if let Some(note) = notes.last_mut().filter(|_| !(signed && line.is_empty())) {
                note.push_str(line);
                note.push('\n');
            }
        }
        notes.iter().map(|note| note.parse()).collect()
    }

    /// What it says, whoever signed it: nothing to rely on.
    pub fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// What it says, signed by this key.
    ///
    /// # Errors
    /// [`CheckpointProblem::NotSigned`], [`CheckpointProblem::Changed`]
    pub fn verified(&self, key: &Verifier) -> Result<&Checkpoint, CheckpointProblem> {
        let mine = |signature: &&Signature| signature.name == key.name && signature.key == key.id();
        let signature = self
            .signatures
            .iter()
            .find(mine)
            .filter(|_| self.checkpoint.origin == key.name)
            .ok_or(CheckpointProblem::NotSigned)?;
        UnparsedPublicKey::new(&ED25519, key.public)
            .verify(self.checkpoint.to_string().as_bytes(), &signature.bytes)
            .map_err(|_| CheckpointProblem::Changed)?;
        Ok(&self.checkpoint)
    }
}

impl Verifier {
    /// The name of the tree.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of a hash over name and key, by which a signature says whose it is.
    fn id(&self) -> [u8; 4] {
        let hash = crypto::sha256(&[self.name.as_bytes(), b"\n", &[ALGORITHM], &self.public]);
        let [a, b, c, d, ..] = hash;
        [a, b, c, d]
    }
}

fn checked(name: &str) -> Result<String, CheckpointProblem> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(bad) {
        return Err(CheckpointProblem::Name);
    }
    Ok(name.to_owned())
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = Base64::encode_string(self.root.bytes());
        writeln!(f, "{}\n{}\n{root}\n{}", self.origin, self.size, self.at)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint)?;
        for Signature { name, key, bytes } in &self.signatures {
            let text = Base64::encode_string(&[key.as_slice(), bytes].concat());
            writeln!(f, "{DASH}{name} {text}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public = Base64::encode_string(&[[ALGORITHM].as_slice(), &self.public].concat());
        write!(f, "{}+{}+{public}", self.name, *hex::encode(&self.id()))
    }
}

impl FromStr for SignedCheckpoint {
    type Err = CheckpointProblem;

    fn from_str(text: &str) -> Result<Self, CheckpointProblem> {
        let read = || {
            let (body, signatures) = text.split_once("\n\n")?;
            let checkpoint = read_body(body)?;
            let signatures: Vec<_> = signatures
                .lines()
                .map(read_signature)
                .collect::<Option<_>>()?;
            (!signatures.is_empty()).then_some(Self {
                checkpoint,
                signatures,
            })
        };
        read().ok_or(CheckpointProblem::Malformed)
    }
}

fn read_body(body: &str) -> Option<Checkpoint> {
    let mut lines = body.lines();
    let checkpoint = Checkpoint {
        origin: checked(lines.next()?).ok()?,
        size: lines.next()?.parse().ok()?,
        root: Hash::from_bytes(Base64::decode_vec(lines.next()?).ok()?.try_into().ok()?),
        at: lines.next()?.parse().ok()?,
    };
    // What is read must be what was signed, to the letter: another spelling of the same is not taken.
    (lines.next().is_none() && checkpoint.to_string().trim_end() == body).then_some(checkpoint)
}

fn read_signature(line: &str) -> Option<Signature> {
    let (name, text) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = Base64::decode_vec(text).ok()?;
    let (key, bytes) = bytes.split_first_chunk()?;
    Some(Signature {
        name: checked(name).ok()?,
        key: *key,
        bytes: bytes.to_vec(),
    })
}

impl FromStr for Verifier {
    type Err = CheckpointProblem;

    fn from_str(text: &str) -> Result<Self, CheckpointProblem> {
        let read = || {
            let mut parts = text.trim().splitn(3, '+');
            let name = checked(parts.next()?).ok()?;
            let id = hex::decode(parts.next()?)?;
            let bytes = Base64::decode_vec(parts.next()?).ok()?;
            let (&[ALGORITHM], public) = bytes.split_first_chunk()? else {
                return None;
            };
            let key = Self {
                name,
                public: public.try_into().ok()?,
            };
            (key.id() == *id).then_some(key)
        };
        read().ok_or(CheckpointProblem::Key)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier())
    }
}

#[cfg(test)]
mod tests {
    use kept_kernel::Instant;

    use super::{CheckpointProblem, SignedCheckpoint, Signer, Verifier};
    use crate::derive::{Purpose, Roots};
    use crate::merkle::leaf_hash;
    use crate::random::seeded;

    fn signer(seed: u64) -> Signer {
        let roots = Roots::new(&mut seeded(seed)).unwrap();
        Signer::new(
            "kept.example.com/audit",
            &roots.derive(Purpose::Checkpoints),
        )
        .unwrap()
    }

    fn signed() -> SignedCheckpoint {
        signer(1).sign(7, leaf_hash(b"root"), Instant::from_seconds(1_769_790_600))
    }

    #[test]
    fn a_checkpoint_is_verified_from_its_text_and_the_published_key() {
        let text = signed().to_string();
        let key: Verifier = signer(1).verifier().to_string().parse().unwrap();
        let again: SignedCheckpoint = text.parse().unwrap();
        let checkpoint = again.verified(&key).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (7, leaf_hash(b"root")));
        assert!(text.starts_with("kept.example.com/audit\n7\n"));
        assert!(text.contains("=\n2026-01-30T16:30:00Z\n\n— kept.example.com/audit "));
    }

    #[test]
    fn another_key_has_not_signed_it() {
        let other = signer(2).verifier();
        assert_eq!(signed().verified(&other), Err(CheckpointProblem::NotSigned));
    }

    #[test]
    fn no_letter_of_a_checkpoint_can_be_changed() {
        let text = signed().to_string();
        let key = signer(1).verifier();
        for (place, letter) in text.char_indices() {
            let mut changed = text.clone();
            let other = if letter == '3' { "4" } else { "3" };
            changed.replace_range(place..place + letter.len_utf8(), other);
            let read: Result<SignedCheckpoint, _> = changed.parse();
            let verified = read.as_ref().is_ok_and(|read| read.verified(&key).is_ok());
            assert!(!verified, "{changed}");
        }
    }

    #[test]
    fn the_example_of_the_signed_note_specification_reads_as_a_key() {
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let key: Verifier = text.parse().unwrap();
        assert_eq!(key.name(), "PeterNeumann");
        assert_eq!(key.to_string(), text);
    }

    #[test]
    fn a_key_with_another_check_is_refused() {
        let text = signer(1).verifier().to_string();
        for wrong in [
            "",
            "a+b+c",
            &text.replace("audit", "audio"),
            &text[..text.len() - 4],
        ] {
            assert_eq!(
                wrong.parse::<Verifier>(),
                Err(CheckpointProblem::Key),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_file_of_checkpoints_gives_each_in_its_order_and_the_broken_ones_as_such() {
        let signer = signer(1);
        let at = Instant::from_seconds(0);
        let notes = [1, 2, 3].map(|size| signer.sign(size, leaf_hash(&[]), at));
        let [one, two, three] = &notes;
        let broken = two.to_string().replacen("\n2\n", "\nzwei\n", 1);
        let text = format!("{one}\n{broken}\n\n{three}");
        assert_eq!(
            SignedCheckpoint::read_all(&text),
            [
                Ok(one.clone()),
                Err(CheckpointProblem::Malformed),
                Ok(three.clone())
            ]
        );
        assert_eq!(SignedCheckpoint::read_all(&format!("{one}{two}")).len(), 2);
        assert!(SignedCheckpoint::read_all("\n\n").is_empty());
    }

    #[test]
    fn a_name_with_a_blank_is_refused() {
        let seed = Roots::new(&mut seeded(1))
            .unwrap()
            .derive(Purpose::Checkpoints);
        for name in ["", "a b", "a+b", "a\nb"] {
            assert_eq!(
                Signer::new(name, &seed).unwrap_err(),
                CheckpointProblem::Name
            );
        }
    }
}
