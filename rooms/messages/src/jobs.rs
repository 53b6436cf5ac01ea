//! What comes round: mail that nobody has handled yet, pages that are told of what another process received, and what is forgotten.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kept_kernel::{Id, Instant};
use kept_rooms::{Job, JobProblem};
use kept_store::{StoreError, params};

use crate::fetch::{Watch, silences};
use crate::queries;
use crate::room::Room;

/// How often it is seen whether something waits: a read of one index entry.
const LOOK: Duration = Duration::from_secs(1);
const SWEEP: Duration = Duration::from_hours(1);
/// How often it is seen whether each mailbox is watched.
const WATCH: Duration = Duration::from_secs(5);
/// Mail that was set aside and seen to, and notes of mail that was not taken, are kept for so long.
const SETTLED: i64 = 90 * 86_400 * 1_000_000;
/// So many are handled in a round.
const ROUND: u32 = 50;
/// For so long what was answered by itself is remembered.
const REMEMBERED: i64 = 2 * 86_400 * 1_000_000;

pub(crate) fn jobs(room: &Room) -> Vec<Job> {
    let (handling, sweeping) = (room.clone(), room.clone());
    let (fetching, listening, forgetting) = (room.clone(), room.clone(), room.clone());
    let watch = Watch::default();
    let seen = AtomicI64::new(room.world.now().micros());
    vec![
        Job::new("messages: watch mailboxes", WATCH, move || {
            watch.round(&fetching)
        }),
        Job::new("messages: mailboxes that are silent", SWEEP, move || {
            silences(&listening)
        }),
        Job::new("messages: forget what was seen to", SWEEP, move || {
            forget(&forgetting)
        }),
        Job::new("messages: handle what came in", LOOK, move || {
            round(&handling)?;
            tell(&handling, &seen)
        }),
        Job::new("messages: forget what was answered", SWEEP, move || {
            let before = sweeping.world.now().plus_micros(-REMEMBERED);
            let gone = sweeping.store.write(move |tx| {
                tx.execute(queries::FORGET_CONSENTS, &params![before])?;
                tx.execute(queries::FORGET_ANSWERS, &params![before])
            });
            gone.wait().map(drop)
        }),
    ]
}

/// Forgets mail that belongs to no request and was seen to long ago: its bytes and who wrote it. That it came is counted.
fn forget(room: &Room) -> Result<(), StoreError> {
    let before = room.world.now().plus_micros(-SETTLED);
    loop {
        let gone = room.store.write(move |tx| {
            tx.execute(queries::FORGET_TOO_LARGE, &params![before])?;
            let old: Vec<(Id, Id)> = tx.all(queries::SETTLED_LONG_AGO, &params![before, ROUND])?;
            for (mail, raw) in &old {
                let nothing: &[u8] = &[];
                tx.execute(queries::FORGET_MESSAGE, &params![*mail])?;
                tx.execute(queries::FORGET_PICTURES, &params![*mail])?;
                tx.execute(queries::FORGET_RAW, &params![*raw, nothing])?;
            }
            Ok::<_, StoreError>(old.len())
        });
        if gone.wait()? < ROUND as usize {
            return Ok(());
        }
    }
}

/// A round: what waits, one after another. What cannot be handled is tried again later, and holds up no other.
fn round(room: &Room) -> Result<(), JobProblem> {
    loop {
        let now = room.world.now();
        let waiting = room
            .store
            .read(move |read| read.all::<(Id,)>(queries::WAITING, &params![now, ROUND]));
        let waiting = waiting.wait()?;
        let raws: Vec<Id> = waiting.iter().map(|(raw,)| *raw).collect();
        room.handle_all(&raws)?;
        if waiting.len() < ROUND as usize {
            return Ok(());
        }
    }
}

/// Tells the pages of what another process has brought in, as the pipe of a mail server does.
fn tell(room: &Room, seen: &AtomicI64) -> Result<(), JobProblem> {
    let last = room
        .store
        .read(|read| read.one::<(Option<Instant>,)>(queries::LAST_HANDLED, &[]));
    let (last,): (Option<Instant>,) = last.wait().map_err(|error: StoreError| error)?;
    if let Some(last) = last {
        let before = seen.fetch_max(last.micros(), Ordering::Relaxed);
        if last.micros() > before {
            room.desk.changed(None);
        }
    }
    Ok(())
}
