//! Who may open a backup: the holder of an age key, of a passphrase, or of the house's master key.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use age::stream::{StreamReader, StreamWriter};
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use kept_vault::MasterKey;

use crate::files;
use crate::tell::Failure;

/// The work that a passphrase made of random bits is stretched with: none, it cannot be guessed. 2 to this power.
const NO_WORK: u8 = 2;

/// How a backup is closed.
pub enum Sealing {
    /// For these public keys.
    Recipients(Vec<x25519::Recipient>),
    /// For who knows this passphrase.
    Passphrase(SecretString),
    /// For who has the master key.
    Master(SecretString),
}

impl Sealing {
    /// As it was asked for.
    pub fn asked(
        recipients: &[String],
        passphrase_file: Option<&Path>,
        master: &MasterKey,
    ) -> Result<Self, Failure> {
        if let Some(file) = passphrase_file {
            return passphrase(file).map(Self::Passphrase);
        }
        if recipients.is_empty() {
            return Ok(Self::Master(of_master(master)));
        }
        let read = recipients.iter().map(|text| {
            text.parse().map_err(|_| {
                Failure::new(format!(
                    "{text} is no public key of age: it begins with age1."
                ))
            })
        });
        read.collect::<Result<_, _>>().map(Self::Recipients)
    }

    /// Encrypts what is written into the result.
    pub fn close<W: Write>(self, out: W) -> Result<StreamWriter<W>, Failure> {
        let encryptor = match self {
            Self::Recipients(keys) => {
                Encryptor::with_recipients(keys.iter().map(|key| key as &dyn age::Recipient))
            }
            Self::Passphrase(phrase) => Ok(Encryptor::with_user_passphrase(phrase)),
            Self::Master(phrase) => {
                let mut recipient = scrypt::Recipient::new(phrase);
                recipient.set_work_factor(NO_WORK);
                Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            }
        };
        let encryptor = encryptor.map_err(|error| Failure::new(format!("{error}.")))?;
        Ok(encryptor.wrap_output(out)?)
    }
}

/// What opens a backup.
#[derive(Clone)]
pub struct Opener {
    identities: Vec<x25519::Identity>,
    /// What was given, or the master key's.
    phrase: SecretString,
    /// Where the phrase came from, for messages.
    given: bool,
}

impl Opener {
    /// With what was named on the command line.
    pub fn asked(
        identity: Option<&Path>,
        passphrase_file: Option<&Path>,
        master: &MasterKey,
    ) -> Result<Self, Failure> {
        let identities = match identity {
            Some(file) => identities(file)?,
            None => Vec::new(),
        };
        let phrase = match passphrase_file {
            Some(file) => passphrase(file)?,
            None => of_master(master),
        };
        Ok(Self {
            identities,
            phrase,
            given: passphrase_file.is_some(),
        })
    }

    /// Decrypts what is read from the result.
    pub fn open<R: Read>(&self, name: &Path, file: R) -> Result<StreamReader<R>, Failure> {
        let name = name.display();
        let decryptor = Decryptor::new(file)
            .map_err(|_| Failure::new(format!("{name} is no backup of Kept, or it is damaged.")))?;
        let by_phrase = decryptor.is_scrypt();
        let phrase = scrypt::Identity::new(self.phrase.clone());
        let opened = if by_phrase {
            decryptor.decrypt(std::iter::once(&phrase as &dyn age::Identity))
        } else {
            decryptor.decrypt(self.identities.iter().map(|key| key as &dyn age::Identity))
        };
        opened.map_err(|error| {
            let advice = match (&error, by_phrase, self.given) {
                (DecryptError::ExcessiveWork { .. }, ..) | (_, true, false) => {
                    "This master key does not open it: name the one of its day with --key-file, or the passphrase that it was made with with --passphrase-file."
                }
                (_, true, true) => "This passphrase does not open it.",
                (_, false, _) => {
                    "It was made for a key of age: name the file with the secret key with --identity."
                }
            };
            Failure::new(format!("{name} cannot be opened. {advice}"))
        })
    }
}

fn of_master(master: &MasterKey) -> SecretString {
    SecretString::from(master.backup_passphrase().to_string())
}

fn passphrase(file: &Path) -> Result<SecretString, Failure> {
    let text = files::text(file)?;
    let line = text.text.lines().next().unwrap_or_default().trim();
    if line.len() < 12 {
        return Err(Failure::new(format!(
            "The passphrase in {} is shorter than 12 characters, so it could be guessed.",
            text.name
        )));
    }
    Ok(SecretString::from(line.to_owned()))
}

fn identities(file: &Path) -> Result<Vec<x25519::Identity>, Failure> {
    let text = files::text(file)?;
    let keys: Vec<x25519::Identity> = text
        .text
        .lines()
        .filter(|line| line.starts_with("AGE-SECRET-KEY-1"))
        .filter_map(|line| line.trim().parse().ok())
        .collect();
    if keys.is_empty() {
        let name = PathBuf::from(text.name);
        return Err(Failure::new(format!(
            "{} holds no secret key of age: it begins with AGE-SECRET-KEY-1.",
            name.display()
        )));
    }
    Ok(keys)
}
