//! Real mail, and mail that was made to hurt: all of it is read, and its fields are those that two other parsers agree on. Where
//! ours differ on purpose, `docs/oracle-differences.md` says why.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod archive;
mod fields;
mod threads;
