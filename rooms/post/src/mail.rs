//! Mail: its server, what waits for it, and who is told of alerts.

mod alerts;
mod boxes;
mod commands;
mod queries;
mod sender;
mod server;
mod ways;

use std::time::Duration;

use kept_rooms::Job;

use crate::room::Room;

pub use boxes::came_back;
pub(crate) use boxes::{
    OwnServer, Trial, begin_trial, drop_own, own_server, own_servers, save_own, sealed_for, trial,
};
pub(crate) use commands::{discard, keep_key, retry, save_server, set_signing};
pub(crate) const STATEMENTS: &[&[kept_store::Sql]] = &[queries::STATEMENTS, boxes::STATEMENTS];
pub(crate) use queries::name_of;
pub use queries::{Health, health, own_address};
pub use server::MailServer;
pub(crate) use server::{Draft, KEY_SEALED_FOR, SEALED_FOR, Typed};

/// How often it is seen whether something is to be sent: a read of one index entry.
const LOOK: Duration = Duration::from_secs(2);
/// How often alerts become letters: those of ten seconds go together.
const GATHER: Duration = Duration::from_secs(10);
const SWEEP: Duration = Duration::from_hours(1);

pub(crate) fn jobs(room: &Room) -> Vec<Job> {
    let (sending, telling, sweeping) = (room.clone(), room.clone(), room.clone());
    vec![
        Job::new("mail: send", LOOK, move || sender::round(&sending)),
        Job::new("mail: alerts", GATHER, move || alerts::round(&telling)),
        Job::new("mail: forget what was sent long ago", SWEEP, move || {
            sender::sweep(&sweeping)
        }),
    ]
}
