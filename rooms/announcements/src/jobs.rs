//! What the room does by itself: it lets announcements begin and end, and reminds once.

use std::sync::Arc;
use std::time::Duration;

use kept_accounts::commands::Act;
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_journal::{Happened, InForce, happened};
use kept_kernel::{Id, Instant};
use kept_mail::{Letter, put};
use kept_rooms::Job;
use kept_store::{StoreError, Write, params};

use crate::commands::Step;
use crate::model::AnnouncementId;
use crate::room::Room;
use crate::{queries, search};

/// People are reminded so long after an announcement began.
const REMIND_AFTER: i64 = 3 * 86_400_000_000;
/// So many at once: others can write in between.
const AT_ONCE: usize = 100;

/// The jobs of the room.
pub(crate) fn jobs(room: &Room) -> Vec<Job> {
    let room = room.clone();
    let round = move || while_any(|| work(&room));
    vec![Job::new(
        "announcements: begin, remind, end",
        Duration::from_secs(30),
        round,
    )]
}

fn while_any(mut work: impl FnMut() -> Result<usize, StoreError>) -> Result<(), StoreError> {
    while work()? > 0 {}
    Ok(())
}

/// A piece of what is due now; how much it was.
pub(crate) fn work(room: &Room) -> Result<usize, StoreError> {
    let now = room.world.now();
    // What a round may need is made before, since the transaction may run again.
    let ids: Vec<Id> = (0..AT_ONCE * 2).map(|_| room.world.id()).collect();
    let in_force = room.rules.now();
    let changed = room
        .store
        .write(move |tx| {
            let begun = begin(tx, now, &ids)?;
            let ended = end(tx, now, &ids, &in_force)?;
            let reminded = remind(tx, now, &ids)?;
            Ok::<_, StoreError>((begun + ended, reminded))
        })
        .wait()?;
    if changed.0 > 0 {
        room.changed(None);
    }
    Ok(changed.0 + changed.1)
}

fn act(entry: Id, at: Instant) -> Act {
    Act {
        who: Who::Kept,
        at,
        entry,
    }
}

fn begin(tx: &Write<'_>, now: Instant, ids: &[Id]) -> Result<usize, StoreError> {
    let begun: Vec<(Id,)> = tx.all(queries::BEGIN_DUE, &params![now, AT_ONCE as i64])?;
    for ((id,), entry) in begun.iter().zip(ids) {
        search::follow(tx, AnnouncementId(*id), now)?;
        let (object, nothing) = (id.to_string(), serde_json::json!({}));
        act(*entry, now).write(tx, "AnnouncementBegan", ("announcement", &object), &nothing)?;
    }
    Ok(begun.len())
}

fn end(
    tx: &Write<'_>,
    now: Instant,
    ids: &[Id],
    in_force: &Arc<InForce>,
) -> Result<usize, StoreError> {
    let ended: Vec<(Id,)> = tx.all(queries::END_DUE, &params![now, AT_ONCE as i64])?;
    for ((id,), entry) in ended.iter().zip(ids.iter().rev()) {
        let step = Step {
            act: act(*entry, now),
            event: told(in_force, *id, *entry, now),
            rules: Arc::clone(in_force),
        };
        step.record(
            tx,
            "AnnouncementEnded",
            AnnouncementId(*id),
            &serde_json::json!({}),
        )?;
    }
    Ok(ended.len())
}

fn told(in_force: &InForce, id: Id, entry: Id, now: Instant) -> Option<NewEvent> {
    let told = Happened {
        noun: "announcement",
        record: &id.to_string(),
        act: "end-announcement",
        by: Who::Kept,
    };
    happened(in_force, told, entry, now)
}

/// Puts a reminder into the outbox for everyone who has not confirmed in time, once.
fn remind(tx: &Write<'_>, now: Instant, ids: &[Id]) -> Result<usize, StoreError> {
    let before = now.plus_micros(-REMIND_AFTER);
    let due: Vec<(Id, Id, String)> =
        tx.all(queries::REMIND_DUE, &params![now, before, AT_ONCE as i64])?;
    for ((announcement, person, title), parcel) in due.iter().zip(ids) {
        let noted = tx.execute(
            queries::NOTE_REMINDER,
            &params![*announcement, *person, now],
        )?;
        if noted == 0 {
            continue;
        }
        let letter = Letter::to_person(
            *person,
            format!("Please read: {title}"),
            "This announcement waits for you to confirm that you have read it.",
        );
        let letter = letter.link("Read it", format!("/announcements/{announcement}"));
        put(tx, *parcel, &letter, now)?;
    }
    Ok(due.len())
}
