//! Clients: the companies and persons we work for, the people we know there, and what we know of both.
//!
//! - **Owns** `clients`, `contacts`, `client_team`, `client_sources`, `client_fields`, `client_values`, `client_revenues`,
//!   `client_tiers`, `client_notes`, `client_keys`, `client_pairs`, `client_merges`, `client_moves`,
//!   `client_imports`, `client_import_lines`, `client_outer_keys`, `client_merge_facts`.
//! - **Events out**: `add-client`, `archive-client`, `add-contact`, `remove-contact`, `assign-account-manager`,
//!   `override-client-tier`, the facts of a client, and that one was merged into another. Events in: none.
//! - **Asks** the program for what its pages show of other rooms: names of records, and [`Requests`].
//! - **Gives** to the program [`takeover`], for clients whose history is imported; to other rooms [`read`], its cards of clients
//!   and contacts, and
//!   [`commands::take_in_contact`]. In their own statements rooms may refer to `clients` and read its `id`, `number`, `name`,
//!   `folded_name`, `owner`, `team`, `tier`, `alert` and `merged_into`, to `client_team` with `client` and `person`, and to
//!   `contacts` with `id`, `client`, `name` and `email`. Rooms use no more of it than that.
//!
//! What must hold:
//! - Whoever owns a client, belongs to its team or stands in its account team reaches what hangs on it; nobody else but by role.
//! - A merged client has no page of its own; all that leads to it leads to the one that lives on.
//! - A tier has a reason: the revenue by the table in force, or a person who set it until a day.

pub mod commands;
pub mod model;
pub mod read;
pub mod takeover;

mod api;
mod beside;
mod import;
mod jobs;
mod pages;
mod privacy;
mod queries;
mod record;
mod room;
mod schema;
mod search;
mod telling;

pub use api::{api_description, api_routes};
pub use beside::{OpenRequest, Requests};
pub use model::{ClientId, ContactId};
pub use pages::routes;
pub use queries::count_to_check;
pub use room::{Room, entries, parts};
pub use schema::SCHEMA;

/// Every statement of the room that both databases understand, for the checks.
pub fn statements() -> Vec<kept_store::Sql> {
    [
        queries::STATEMENTS,
        commands::STATEMENTS,
        import::STATEMENTS,
        privacy::STATEMENTS,
    ]
    .concat()
}
