//! Accounts: who works here, how they prove it, and what they may see.
//!
//! - **Owns** people, roles, teams, departments, working hours, absences, sessions, links, tokens, and the log of reads of
//!   clients' records.
//! - **Gives** to other rooms [`Signed`] and [`Token`], who is asking; [`access`], how far they reach; and the questions of
//!   [`queries`] about people. Rooms use no more of it than that.
//!
//! What must hold:
//! - A person who is not active has no session, token or link that works.
//! - A change of role, team, password or state ends the sessions that began before it, in its transaction.
//! - Only hashes of secrets are stored; secrets of codes are sealed.
//! - No outsider can lock a person out (see [`commands::wait_after`]).
//! - Every act writes one entry into the audit, in its transaction.
//! - A link is used by a POST alone, once.
//!
//! Not here yet: passkeys. The usual library rests on OpenSSL, a second crypto provider.

pub mod access;
pub mod commands;
pub mod model;
pub mod queries;

mod accounts;
mod bearer;
mod cookies;
mod hashing;
mod jobs;
mod pages;
mod schema;
mod session;
mod staff;
mod totp;

pub use accounts::{
    Accounts, Letter, LetterKind, MenuOf, Post, Settings, SignIn, SignedIn, Visitor,
};
pub use bearer::{Token, TokenRefused};
pub use pages::routes;
pub use schema::SCHEMA;
pub use session::{RemoteAddress, Signed};
pub use staff::{Away, StaffMember, staff};
