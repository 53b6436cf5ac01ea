//! Today: what a person owes now, by deadline, and what they have been told.
//!
//! - **Owns** no table: it reads the journal's obligations and alerts, and marks alerts as seen.
//! - **Events** in and out: none.
//! - **Gives** to the program the home of everybody who is signed in, the page of their alerts, two numbers for the rail, and the
//!   routes of the API over obligations, events and alerts.
//!
//! What must hold:
//! - Mine is what names me, and what names nobody and is owed by a role that I hold.
//! - What others owe is seen by whoever sees the adherence of these people, and by nobody else.
//! - A page costs as much as it shows, however much others owe.
//! - An alert that was told to a role is seen for all of them once one of them has seen it.

mod api;
mod gather;
mod next;
mod pages;
mod room;
mod say;
mod scale;
mod who;

pub use api::{api_description, api_routes};
pub use next::{NextStep, next_steps};
pub use pages::routes;
pub use room::{Cards, Room, counts, job};
