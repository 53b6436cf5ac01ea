//! What people without an account hold in their hands: sealed links, the token of a form; how often one address may send; and which
//! sites may show a page of theirs.
//!
//! Whatever is sealed here nobody else can make, and it is good for one kind of thing alone: `about` says which.

mod often;
mod seals;
mod sites;

pub use often::{Often, network};
pub use seals::{FormToken, Seals};
pub use sites::{SITES_LIKE, sites};
