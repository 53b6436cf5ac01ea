//! What the room does by itself: it lets tiers by hand run out, and works the figures out anew once a day.

use std::time::Duration;

use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_rooms::Job;
use kept_store::{StoreError, params};

use crate::commands::{Step, refigure};
use crate::model::ClientId;
use crate::queries;
use crate::room::Room;

/// Figures are worked out anew when they are so old.
const STALE: i64 = 86_400_000_000;
/// So many at once: others can write in between.
const AT_ONCE: u32 = 50;

/// The jobs of the room.
pub(crate) fn jobs(room: &Room) -> Vec<Job> {
    let (figures, lists) = (room.clone(), room.clone());
    let round = move || -> Result<(), StoreError> {
        while work(&figures)? > 0 {}
        Ok(())
    };
    vec![
        Job::new(
            "clients: tiers and engagement",
            Duration::from_mins(1),
            round,
        ),
        Job::new("clients: lists", Duration::from_secs(2), move || {
            crate::import::round(&lists)
        }),
    ]
}

/// A piece of what is due now; how much it was.
fn work(room: &Room) -> Result<usize, StoreError> {
    let now = room.world.now();
    let before = now.plus_micros(-STALE);
    let due: Vec<(Id,)> = room
        .store
        .read(move |read| {
            let mut due: Vec<(Id,)> = read.all(queries::LAPSED, &params![now, AT_ONCE])?;
            due.extend(read.all::<(Id,)>(queries::STALE, &params![before, AT_ONCE])?);
            Ok::<_, StoreError>(due)
        })
        .wait()?;
    let steps: Vec<(ClientId, Step)> = due
        .iter()
        .map(|(id,)| (ClientId(*id), room.step(Who::Kept)))
        .collect();
    let count = steps.len();
    if count == 0 {
        return Ok(0);
    }
    let write = room.store.write(move |tx| {
        for (id, step) in &steps {
            figure(tx, step, *id, before)?;
        }
        Ok::<_, StoreError>(())
    });
    write.wait()?;
    Ok(count)
}

/// Unless another program was faster.
fn figure(
    tx: &kept_store::Write<'_>,
    step: &Step,
    id: ClientId,
    before: Instant,
) -> Result<(), StoreError> {
    tx.execute(queries::HOLD, &params![id])?;
    let due: Option<(Id,)> = tx.maybe(queries::IS_DUE, &params![id, step.at, before])?;
    if due.is_some() {
        refigure(tx, step, id)?;
    }
    Ok(())
}
