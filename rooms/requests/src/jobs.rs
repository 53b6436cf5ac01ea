//! What the room does by itself: deadlines follow what was judged, what was set aside comes back, requests follow their client
//! when it becomes part of another, old forms are forgotten.

use std::time::Duration;

use kept_journal::audit::Who;
use kept_journal::live;
use kept_kernel::{Id, Instant};
use kept_rooms::Job;
use kept_store::{Read, StoreError, params};

use crate::commands::{RequestError, leave, stop, writer_of};
use crate::model::RequestId;
use crate::room::Room;
use crate::telling::Doer;
use crate::{due, queries, search};

/// So many at once: others write in between.
const AT_ONCE: u32 = 1_000;
/// So many families are looked at in one read. More are never judged at one instant than half of that.
const FAMILIES: u32 = 400;
/// The name under which it stands how far the deadlines follow.
const MARK: &str = "deadlines";
/// Forms can be sent again for so long.
const FORMS: i64 = 2 * 86_400_000_000;

/// What was begun and never sent is kept for so long.
const DRAFTS: i64 = 90 * 86_400_000_000;

/// The jobs of the room.
pub(crate) fn jobs(room: &Room) -> Vec<Job> {
    let (following, waking, leaving) = (room.clone(), room.clone(), room.clone());
    vec![
        Job::new("requests: deadlines", Duration::from_secs(2), move || {
            while_any(|| follow(&following))
        }),
        Job::new(
            "requests: answers that leave",
            Duration::from_secs(1),
            move || let_leave(&leaving),
        ),
        Job::new(
            "requests: bring back, follow clients, forget forms",
            Duration::from_secs(30),
            move || while_any(|| wake(&waking)),
        ),
    ]
}

fn while_any(mut work: impl FnMut() -> Result<usize, StoreError>) -> Result<(), StoreError> {
    while work()? > 0 {}
    Ok(())
}

/// Looks at requests whose families were judged since the last round; whether there may be more. What is done on a request writes
/// its deadline along with it, so there is seldom anything to write: it is looked for while others write.
fn follow(room: &Room) -> Result<usize, StoreError> {
    let followed = room.store.read(|read| {
        let mark: Option<(i64,)> = read.maybe(queries::MARK, &params![MARK])?;
        let since = mark.map_or(0, |(mark,)| mark);
        let judged = live::judged_since(read, Instant::from_micros(since + 1), FAMILIES)?;
        let last = judged.last().map(|(_, _, at)| *at);
        let mut behind = Vec::new();
        for (noun, id, _) in &judged {
            for (id, due_at, rule) in touched(read, noun, id)? {
                let next = due::next(read, id)?;
                if (next.at, next.rule) != (due_at, rule) {
                    behind.push(id);
                }
            }
        }
        Ok::<_, StoreError>((behind, last, judged.len()))
    });
    let (behind, last, judged) = followed.wait()?;
    let Some(last) = last else {
        return Ok(0);
    };
    let changed = room.store.write(move |tx| {
        let mut changed = false;
        for id in &behind {
            changed |= due::refresh(tx, *id)?;
        }
        tx.execute(queries::SET_MARK, &params![MARK, last.micros()])?;
        Ok::<_, StoreError>(changed)
    });
    if changed.wait()? {
        room.changed(None, None);
    }
    Ok(if judged < FAMILIES as usize {
        0
    } else {
        judged
    })
}

/// A request with the deadline that stands beside it, and its rule.
type Standing = (RequestId, Instant, Option<String>);

/// The open requests of a family.
fn touched(read: &Read<'_>, noun: &str, id: &str) -> Result<Vec<Standing>, StoreError> {
    let Ok(id) = id.parse::<Id>() else {
        return Ok(Vec::new());
    };
    let sql = if noun == "request" {
        queries::OPEN_ALONE
    } else {
        queries::OPEN_OF_CLIENT
    };
    let open: Vec<(Id, Instant, Option<String>)> = read.all(sql, &params![id])?;
    let standing = |(id, due_at, rule)| (RequestId(id), due_at, rule);
    Ok(open.into_iter().map(standing).collect())
}

/// Answers whose time has come leave, one after another, each by whoever wrote it.
fn let_leave(room: &Room) -> Result<(), StoreError> {
    let now = room.world.now();
    let due = room
        .store
        .read(move |read| read.all::<(Id,)>(queries::DUE_TO_LEAVE, &params![now, AT_ONCE]));
    for (id,) in due.wait()? {
        let writer = room.store.read(move |read| writer_of(read, id));
        let Some(writer) = writer.wait()? else {
            continue;
        };
        let step = room.step(Who::Person(writer.0), Doer::Person(writer));
        let left = room.store.write(move |tx| leave(tx, &step, id));
        match left.wait() {
            Ok(Some(request)) => room.changed(Some(request), None),
            Ok(None) => {}
            Err(RequestError::Store(error)) => return Err(error),
            Err(refused) => {
                let why = refused.to_string();
                room.store.write(move |tx| stop(tx, id, &why)).wait()?;
                room.changed(None, None);
            }
        }
    }
    Ok(())
}

fn wake(room: &Room) -> Result<usize, StoreError> {
    let now = room.world.now();
    let woken = room.store.write(move |tx| {
        let woken: Vec<(Id,)> = tx.all(queries::AWAKE, &params![now, AT_ONCE])?;
        let before = now.plus_micros(-FORMS);
        tx.execute(queries::FORGET_FORMS, &params![before])?;
        tx.execute(queries::OLD_DRAFTS, &params![now.plus_micros(-DRAFTS)])?;
        let mut moved: Vec<(Id,)> = tx.all(queries::GO_OVER, &params![AT_ONCE])?;
        moved.extend(tx.all::<(Id,)>(queries::COME_BACK, &params![AT_ONCE])?);
        for (id,) in &moved {
            search::follow(tx, RequestId(*id))?;
        }
        Ok::<_, StoreError>(woken.len() + moved.len())
    });
    let woken = woken.wait()?;
    if woken > 0 {
        room.changed(None, None);
    }
    Ok(woken)
}
