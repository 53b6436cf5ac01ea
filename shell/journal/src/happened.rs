//! What happened in a room, as an event of the journal.

use kept_engine::{Actor, Event, Record, What};
use kept_kernel::{Id, Instant};

use crate::audit::Who;
use crate::events::NewEvent;
use crate::rules::InForce;

/// Something that happened to a record of a room, in the words of the vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct Happened<'a> {
    /// The kind of record: `announcement`.
    pub noun: &'a str,
    /// Which one.
    pub record: &'a str,
    /// The act: `post-announcement`.
    pub act: &'a str,
    /// Who did it.
    pub by: Who,
}

/// The event, to be written with [`crate::live::record`] in the transaction of its cause. None where the vocabulary in force
/// has no such words: then no rule can speak of it.
pub fn happened(
    in_force: &InForce,
    happened: Happened<'_>,
    id: Id,
    at: Instant,
) -> Option<NewEvent> {
    let person = match happened.by {
        Who::Person(id) | Who::Contact(id) | Who::Token(id) => id.to_string(),
        Who::Kept | Who::Console | Who::Unknown => String::new(),
    };
    let actor = match happened.by {
        Who::Person(_) => Actor::Person(&person),
        Who::Contact(_) => Actor::Client,
        Who::Token(_) | Who::Kept | Who::Console => Actor::System,
        Who::Unknown => Actor::Unknown,
    };
    let event = Event {
        place: 0,
        at,
        recorded_at: at,
        what: What::Act(in_force.register.act(happened.act)?),
        case: Record {
            noun: in_force.register.noun(happened.noun)?,
            id: happened.record,
        },
        links: &[],
        actor,
        facts: &[],
        parts: &[],
        holders: &[],
        proofs: &[],
    };
    Some(NewEvent::of(&in_force.codec, &event, id))
}
