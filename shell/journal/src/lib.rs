//! The journal: what happened, what is owed because of it, what must be looked at when, what must leave the house, and who
//! did what. All of it is written in the transaction of its cause.

pub mod alerts;
pub mod audit;
pub mod codec;
pub mod events;
mod happened;
pub mod imports;
pub mod live;
mod numbers;
pub mod obligations;
pub mod outbox;
mod rules;
mod schema;
mod sequencer;
pub mod timers;

pub use happened::{Happened, happened};
pub use rules::{Colleague, Directory, InForce, Rules};
pub use schema::SCHEMA;
pub use sequencer::place;

use kept_store::Sql;

/// Every statement of the journal that both databases understand, for the checks.
pub fn statements() -> Vec<Sql> {
    [
        alerts::STATEMENTS,
        audit::STATEMENTS,
        events::STATEMENTS,
        imports::STATEMENTS,
        &live::statements(),
        numbers::STATEMENTS,
        &obligations::statements(),
        outbox::STATEMENTS,
        outbox::fate::STATEMENTS,
    ]
    .concat()
}
