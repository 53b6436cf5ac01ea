//! The API of programs: what all rooms' routes under `/api/v1` have in common. It knows no room.
//!
//! - [`Problem`]: every refusal, as `application/problem+json` (RFC 9457). There is one mapping from what a command says
//!   ([`kept_rooms::Refused`]), and none in the rooms.
//! - [`Answer`]: every other answer. [`Sent`] and [`Asked`] read a body and a query, and refuse what they do not know;
//!   [`SentBytes`] takes a body as it is.
//! - [`Call`]: what handlers do alike, so that each is its own words only. [`Named`] is the record that a path names.
//! - [`Paged`], [`Cursor`], [`PageOf`]: pages of a list, cut by key.
//! - [`Once`]: an `Idempotency-Key` gives the same answer for 24 hours, kept in the command's own transaction.
//! - [`IfMatch`]: a record is changed as it was read, or not at all.
//! - [`limited`]: so many requests a minute, with the headers that say so.
//! - [`document`], [`reference()`]: the description (`OpenAPI` 3.1) made of the handlers themselves, and a page for people.
//!
//! The routes stand beside the pages, outside of `Ui::dress`: they have no cookies and no forms.

extern crate self as kept_api;

mod alike;
mod answer;
mod call;
mod limit;
mod once;
mod openapi;
mod pages;
mod problem;
mod reference;
mod sent;

pub use answer::Answer;
pub use call::{Bearer, Call, Named, Served};
pub use limit::{RateLimit, limited};
pub use once::{Once, OnceError, SCHEMA, STATEMENTS, forget_answers};
pub use openapi::{Description, document};
pub use pages::{Cursor, IfMatch, PageOf, Paged, Paging, limit_of};
pub use problem::{KINDS, Problem, ProblemKind, WrongField, guarded};
pub use reference::reference;
pub use sent::{Asked, Nothing, Sent, SentBytes};
