//! Why the keys file cannot be used, and what to do.

use std::path::{Path, PathBuf};

use super::KeysFile;
use crate::disk::DiskProblem;
use crate::master::MasterId;
use crate::random::NoRandomness;
use crate::sources::KeyOrigin;
use crate::wrap::WrapProblem;

/// Why the keys file cannot be used. None has changed anything.
#[derive(Debug, thiserror::Error)]
pub enum KeysProblem {
    /// Another master key wrapped the keys.
    #[error(
        "{path} needs the master key {needed}, and the one given is {given}. \
         Put the right key in its place, or name it with --key-file.",
        path = path.display()
    )]
    OtherMaster {
        /// The keys file.
        path: PathBuf,
        /// The master key that opens it.
        needed: MasterId,
        /// The one that was given.
        given: MasterId,
    },
    /// There is a database, and its keys file is gone.
    #[error(
        "The database in {data} cannot be opened without {name}, and that file is missing. \
         Put it back from a backup of this data. No new keys were made, since they would not open this database.",
        data = data.display(), name = KeysFile::NAME
    )]
    Missing {
        /// The data folder.
        data: PathBuf,
    },
    /// The file does not read as a keys file.
    #[error("{path} is damaged: {why}. Put it back from a backup of this data.", path = path.display())]
    Damaged {
        /// The keys file.
        path: PathBuf,
        /// What is wrong, as half a sentence.
        why: String,
    },
    /// A change of the master key was begun and not finished.
    #[error(
        "The change of the master key was begun and not finished: finish it first, so that no key is lost."
    )]
    MasterChangeUnfinished,
    /// The master key in place is still the one that is to go.
    #[error(
        "The key in its place is still the old one, {old}. Put the new one, {new}, there first, on every node; then finish the change."
    )]
    OldMasterInPlace {
        /// The one in place.
        old: MasterId,
        /// The one that the keys were wrapped for as well.
        new: MasterId,
    },
    /// Another master key wrapped the keys in the shared database.
    #[error(
        "The keys in the database need the master key {needed}, and the one given is {given}. Copy the master key from a \
         node that works with this database: kept doctor says there where it lies. Name it with --key-file, or put it in \
         the place of the one that was found. Nothing was changed."
    )]
    OtherMasterShared {
        /// The master key that opens them.
        needed: MasterId,
        /// The one that was given.
        given: MasterId,
    },
    /// The keys of this folder need another master key than those of the shared database, which open.
    #[error(
        "{path} needs the master key {needed}, and the keys in the database open with the one given, {given}. Where the \
         master key was changed on another node, move this file away and start again: it is taken from the database. \
         Where this folder belongs to another house, name another one with --data. Nothing was changed.",
        path = path.display()
    )]
    OtherMasterHere {
        /// The keys file.
        path: PathBuf,
        /// The master key that opens it.
        needed: MasterId,
        /// The one that was given.
        given: MasterId,
    },
    /// The folder holds other keys than the shared database.
    #[error(
        "{path} holds other keys than the database: this folder belongs to another house. Name another one with --data. \
         Nothing was changed.",
        path = path.display()
    )]
    OtherKeys {
        /// The keys file.
        path: PathBuf,
    },
    /// The text in the shared database does not read as keys.
    #[error(
        "The keys in the database are damaged: {why}. Restore the last backup into another database."
    )]
    DamagedShared {
        /// What is wrong, as half a sentence.
        why: String,
    },
    /// The text could not be written where other nodes read it.
    #[error("The keys in the database could not be written: {0}. Run it again.")]
    Elsewhere(String),
    /// The change to this master key was not begun, so the file was not written for both.
    #[error(
        "The change to this master key was not begun. Begin it first, then put the new key in its place."
    )]
    MasterChangeNotBegun,
    /// A change of the database's key was begun and not finished.
    #[error("The change of the database's key was begun and not finished: finish it first.")]
    DatabaseChangeUnfinished,
    /// There is no next key of the database.
    #[error("No change of the database's key was begun.")]
    NoNextKey,
    /// The master key did not come from a file that Kept may write.
    #[error(
        "The master key comes from {0}, which Kept cannot change. Run kept key change, which says what to put there."
    )]
    NotAFile(KeyOrigin),
    /// A file could not be read or written.
    #[error("The keys are not at hand: {0}.")]
    Disk(#[from] DiskProblem),
    /// No random bytes for new keys.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

pub(super) fn trouble(path: &Path, problem: &WrapProblem) -> KeysProblem {
    match problem {
        WrapProblem::OtherMaster { needed, given } => KeysProblem::OtherMaster {
            path: path.into(),
            needed: *needed,
            given: *given,
        },
        WrapProblem::Malformed => damaged(path, "the root secret is missing".into()),
        WrapProblem::Damaged => damaged(path, "the text of a key was changed".into()),
        WrapProblem::Random(problem) => (*problem).into(),
    }
}

pub(super) fn damaged(path: &Path, why: String) -> KeysProblem {
    KeysProblem::Damaged {
        path: path.into(),
        why,
    }
}
