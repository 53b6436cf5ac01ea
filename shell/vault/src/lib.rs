//! Keys and hashes: everything of Kept that is secret, and everything that proves the history was not changed.
//!
//! - [`KeySources`] finds the [`MasterKey`], or creates it on first start, outside the data folder.
//! - [`KeysFile`] keeps the [`DatabaseKey`] and the [`Roots`] in the data folder, wrapped by the master key.
//! - [`Roots`] derive a key for each [`Purpose`]; [`Sealer`] encrypts single values with them; an
//!   [`ItemKey`] belongs to one client or file and is destroyed with it.
//! - [`Token`] and [`Passwords`] are what people and links prove themselves with.
//! - [`merkle`] is the hash tree over the audit entries, [`checkpoint`] its signed roots, [`Leaves`] the copy of its
//!   leaves outside the database, and [`audit::verify`] tells which entries were tampered with.
//!
//! It knows no database and no network, reads no environment and no clock; randomness comes in as [`Random`]. No
//! secret is printed by `Debug`, and each is wiped from memory when dropped. All cryptography but argon2id is
//! aws-lc-rs.

pub mod audit;
pub mod checkpoint;
pub mod merkle;

mod crypto;
mod derive;
mod disk;
mod hex;
mod item;
mod keys;
mod leaves;
mod master;
mod password;
mod random;
mod seal;
mod secret;
mod sources;
mod token;
mod wrap;

pub use derive::{DerivedKey, Purpose, RootSecret, Roots};
pub use disk::DiskProblem;
pub use item::ItemKey;
pub use keys::{DatabaseKey, Elsewhere, KeysFile, KeysProblem, rotate_master_file};
pub use leaves::{Leaves, LeavesProblem, Standing, read_leaves};
pub use master::{MasterId, MasterKey};
pub use password::{PasswordCost, PasswordHash, PasswordProblem, PasswordVerdict, Passwords};
pub use random::{NoRandomness, Random, SystemRandom};
pub use seal::{SealProblem, Sealer};
pub use sources::{FoundKey, KeyOrigin, KeyProblem, KeySources};
pub use token::{Token, TokenHash};
pub use wrap::{WrapProblem, Wrapped};
