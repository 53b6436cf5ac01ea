//! Announcements: what the company tells its own people, and whether they have read it.
//!
//! - **Owns** `announcements`, `announcement_versions`, `announcement_readings`, `announcement_reminders`.
//! - **Events out**: `post-announcement`, `change-announcement`, `read-announcement`, `end-announcement`,
//!   `withdraw-announcement`. Events in: none.
//! - **Gives** to the program its tables, routes, [`parts`], [`entries`] of the palette, the number that [`waiting`] for a
//!   person, and their [`card()`].
//!
//! What must hold:
//! - Whom it is addressed to is asked when it is shown, never remembered: whoever joins the team later reads it too, and
//!   whoever leaves it no longer does.
//! - A version is never changed. What somebody confirmed to have read is the version that they were shown; another text asks
//!   again, another date does not.
//! - What has not begun, or was withdrawn, exists only for those who may change it.
//! - A reminder goes out once for each person and announcement.
//!
//! This room is the pattern for others: `docs/adding-a-room.md` goes through it file by file.

pub mod model;

mod api;
mod card;
mod commands;
mod jobs;
mod pages;
mod privacy;
mod queries;
mod record;
mod room;
mod schema;
mod search;

pub use api::{api_description, api_routes};
pub use card::{Card, card};
pub use commands::{
    ChangeAnnouncementError, ConfirmReadingError, PostAnnouncementError, WithdrawAnnouncementError,
    change_announcement, confirm_reading, post_announcement, return_announcement,
    withdraw_announcement,
};
pub use pages::routes;
pub use queries::{STATEMENTS, count_waiting, waiting};
pub use room::{Room, entries, parts};
pub use schema::SCHEMA;
