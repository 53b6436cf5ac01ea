//! What the room does by itself: forms that do not come back are asked for again or told of, and what was put aside and given up is
//! forgotten.

use std::time::Duration;

use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_rooms::Job;
use kept_store::{StoreError, params};

use crate::commands::{FormError, look_at_link};
use crate::queries;
use crate::room::Room;

/// So many at once: others write in between.
const AT_ONCE: u32 = 200;
const DAY: i64 = 86_400_000_000;
/// What was put aside is kept for so many days after its link was last good.
const DRAFT_DAYS: i64 = 30;

/// The jobs of the room.
pub(crate) fn jobs(room: &Room) -> Vec<Job> {
    let (looking, sweeping) = (room.clone(), room.clone());
    vec![
        Job::new(
            "forms: ask again, tell who sent it",
            Duration::from_secs(30),
            move || look(&looking),
        ),
        Job::new(
            "forms: forget what was put aside",
            Duration::from_hours(6),
            move || sweep(&sweeping),
        ),
    ]
}

/// Links whose time has come, each in a transaction of its own.
fn look(room: &Room) -> Result<(), FormError> {
    let now = room.world.now();
    let due = room
        .store
        .read(move |read| read.all::<(Id,)>(queries::TO_LOOK_AT, &params![now, AT_ONCE]));
    let mut refused = None;
    for (link,) in due.wait()? {
        let (step, opening) = (room.step(Who::Kept), room.clone());
        let looked = room
            .store
            .write(move |tx| look_at_link(tx, &step, link, |sealed| opening.path(sealed)));
        match looked.wait() {
            Ok(client) => room.changed(client),
            // One that cannot be done holds up no other; it is tried again.
            Err(error) => refused = Some(error),
        }
    }
    refused.map_or(Ok(()), Err)
}

fn sweep(room: &Room) -> Result<(), StoreError> {
    let long_ago = room.world.now().plus_micros(-DRAFT_DAYS * DAY);
    let swept = room.store.write(move |tx| {
        tx.execute(queries::SWEEP_FILES, &params![long_ago])?;
        tx.execute(queries::SWEEP_DRAFTS, &params![long_ago])?;
        Ok::<_, StoreError>(())
    });
    swept.wait()
}
