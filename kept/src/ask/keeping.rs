//! The command line of what keeps a company's data safe.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::HouseAsked;

#[derive(Subcommand, Debug)]
pub enum Keeping {
    /// Bring the tables of the company's data up to date
    ///
    /// Every command that opens the data does so too; this one does nothing else, and says what ran.
    Migrate(HouseAsked),
    /// Say what is wrong with the data, the keys or the machine, and how to mend it
    #[command(after_help = "Exit status: 0 nothing is wrong, 1 something is, 2 it could not look.")]
    Doctor(DoctorAsked),
    /// The record of who did what
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// The keys of the data
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Write all data into one encrypted file, while others go on working
    ///
    /// The file has everything but the master key, without which the secrets in it do not open. Without --recipient or
    /// --passphrase-file the master key opens it.
    #[command(
        after_help = "Example: kept backup --data kept-data --out kept-2026-01-30.backup\n         kept backup --data kept-data --out monday.backup --recipient age1…"
    )]
    Backup(BackupAsked),
    /// Put the data of a backup into a new folder, and into the encrypted file or a PostgreSQL server
    ///
    /// The whole backup is checked first. Nothing is there before everything is.
    #[command(
        after_help = "Example: kept restore --from monday.backup --data kept-data --key-file kept.key"
    )]
    Restore(RestoreAsked),
}

#[derive(Subcommand, Debug)]
pub enum AuditCommand {
    /// Look whether entries were changed, removed, inserted or moved; name each
    #[command(after_help = "Exit status: 0 all entries are as they were written, 1 some are not.")]
    Verify(VerifyAsked),
    /// Write what was recorded into the files outside the database, and sign it
    Seal(HouseAsked),
}

#[derive(Subcommand, Debug)]
pub enum KeyCommand {
    /// Put a new master key in the place of the present one, or a new key on the database
    Rotate(RotateAsked),
    /// Change to a master key that you give, where Kept may not write it or several nodes have it
    ///
    /// First the keys are wrapped for both, and you are told what to put where. When the new key is in its place on every
    /// node, --finish wraps them for it alone. The data open at every moment with the key that is in its place.
    #[command(
        after_help = "Example: kept key change --data kept-data --new-key-file new.key\n         kept key change --data kept-data --finish"
    )]
    Change(ChangeAsked),
}

#[derive(Args, Debug)]
pub struct DoctorAsked {
    #[command(flatten)]
    pub house: HouseAsked,
    /// Write the findings as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct VerifyAsked {
    #[command(flatten)]
    pub house: HouseAsked,
    /// Write the findings as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct RotateAsked {
    #[command(flatten)]
    pub house: HouseAsked,
    /// The key of the database instead: the file is written anew under another one, which needs as much room again
    #[arg(long)]
    pub database: bool,
}

#[derive(Args, Debug)]
pub struct ChangeAsked {
    #[command(flatten)]
    pub house: HouseAsked,
    /// The file with the new master key; it is made when it is not there. Or give the key itself as `KEPT_NEW_KEY`
    #[arg(long, value_name = "FILE", conflicts_with = "finish")]
    pub new_key_file: Option<PathBuf>,
    /// The new key is in its place: let it alone open the data
    #[arg(long)]
    pub finish: bool,
}

#[derive(Args, Debug)]
pub struct BackupAsked {
    #[command(flatten)]
    pub house: HouseAsked,
    /// The file to write; it must not be there
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Who may open it: a public key of age, as in age1…
    #[arg(long, value_name = "KEY", conflicts_with = "passphrase_file")]
    pub recipient: Vec<String>,
    /// A file whose first line opens it
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct RestoreAsked {
    #[command(flatten)]
    pub house: HouseAsked,
    /// The backup
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// The secret key of age that opens it, where it was made with --recipient
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// The file whose first line opens it, where it was made with one
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}
