//! Webhooks: other systems are told what happens, as Standard Webhooks says.

mod commands;
mod endpoint;
mod queries;
mod sender;
mod telling;

use std::time::Duration;

use kept_rooms::Job;

pub(crate) use commands::{
    ChangeEndpointError, add_endpoint, pause_endpoint, remove_endpoint, send_again, send_test,
};
pub(crate) use endpoint::{Endpoint, EndpointId, TypedEndpoint, sealed_for};
pub(crate) use queries::{STATEMENTS, endpoint, endpoints};
pub(crate) use telling::Told;

use crate::room::Room;

/// The topic of what is told, in the outbox.
pub(crate) const TOPIC: &str = "webhook";

const READ_ALONG: Duration = Duration::from_secs(1);
const SEND: Duration = Duration::from_secs(2);
const SWEEP: Duration = Duration::from_hours(1);

pub(crate) fn jobs(room: &Room) -> Vec<Job> {
    let (telling, sending, sweeping) = (room.clone(), room.clone(), room.clone());
    vec![
        Job::new("webhooks: read along", READ_ALONG, move || {
            telling::round(&telling)
        }),
        Job::new("webhooks: send", SEND, move || sender::round(&sending)),
        Job::new(
            "webhooks: forget what was sent long ago",
            SWEEP,
            move || sender::sweep(&sweeping),
        ),
    ]
}
