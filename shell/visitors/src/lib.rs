//! What people without an account hold in their hands: sealed links, the token of a form; and how often one address may send.
//!
//! Whatever is sealed here nobody else can make, and it is good for one kind of thing alone: `about` says which.

mod often;
mod seals;

pub use often::{Often, network};
pub use seals::{FormToken, Seals};
