//! The outbox: what must leave the house. It is written in the transaction of its cause and sent afterwards, at least
//! once; the id stays the same at every try, so that a receiver can tell a repetition.
//!
//! Each topic has a sender of its own. What was given up stays, with the reason, until somebody tries it again or discards it.

pub(crate) mod fate;

use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, Value, Write, params, statements};

pub use fate::{Became, Fate, became, fates};

/// The columns of a [`Waiting`].
macro_rules! waiting {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, CAST(o.body AS TEXT), o.made_at, o.next_try_at, o.tries, o.sent_at, o.given_up_at, o.last_error
             FROM outbox o WHERE ",
            $rest
        )
    };
}

statements! {
    PUT = "INSERT INTO outbox (id, topic, body, made_at, next_try_at, tries, leased_until)
           VALUES ($1, $2, $3, $4, $5, 0, 0)";
    LEASE = "UPDATE outbox SET leased_until = $3, leased_by = $4, tries = tries + 1
             WHERE id IN (SELECT id FROM outbox
                          WHERE topic = $5 AND sent_at IS NULL AND given_up_at IS NULL AND next_try_at <= $1 AND leased_until <= $1
                          ORDER BY next_try_at, id LIMIT $2 /*skip locked*/)
             RETURNING id, topic, CAST(body AS TEXT), tries";
    SENT = "UPDATE outbox SET sent_at = $3, leased_until = 0, last_error = NULL WHERE id = $1 AND leased_by = $2 AND sent_at IS NULL";
    FAILED = "UPDATE outbox SET next_try_at = $3, leased_until = 0, last_error = $4
              WHERE id = $1 AND leased_by = $2 AND sent_at IS NULL";
    POSTPONED = "UPDATE outbox SET next_try_at = $3, leased_until = 0, tries = tries - 1
                 WHERE id = $1 AND leased_by = $2 AND sent_at IS NULL";
    GIVEN_UP = "UPDATE outbox SET given_up_at = $3, leased_until = 0, last_error = $4
                WHERE id = $1 AND leased_by = $2 AND sent_at IS NULL";
    RETRY = "UPDATE outbox SET next_try_at = $2, given_up_at = NULL, tries = 0
             WHERE id = $1 AND sent_at IS NULL AND topic = $3";
    AGAIN = "UPDATE outbox SET next_try_at = $2, given_up_at = NULL, sent_at = NULL, tries = 0, leased_until = 0
             WHERE id = $1 AND topic = $3";
    FORGET = "DELETE FROM outbox WHERE id = $1 AND topic = $2";
    DISCARD = "DELETE FROM outbox WHERE id = $1 AND sent_at IS NULL AND topic = $2";
    ONE = waiting!("o.id = $1 AND o.topic = $2");
    UNSENT = waiting!("o.topic = $1 AND o.sent_at IS NULL AND o.given_up_at IS NULL AND (o.next_try_at, o.id) > ($2, $3)
             ORDER BY o.next_try_at, o.id LIMIT $4");
    GIVEN_UP_LATELY = waiting!("o.topic = $1 AND o.given_up_at IS NOT NULL ORDER BY o.given_up_at DESC, o.id DESC LIMIT $2");
    LATELY = waiting!("o.topic = $1 AND (o.made_at < $2 OR o.made_at = $2 AND o.id < $3)
             ORDER BY o.made_at DESC, o.id DESC LIMIT $4");
    COUNT_UNSENT = "SELECT count(*) FROM (SELECT 1 FROM outbox o
             WHERE o.topic = $1 AND o.sent_at IS NULL AND o.given_up_at IS NULL LIMIT $2) AS few";
    COUNT_GIVEN_UP = "SELECT count(*) FROM (SELECT 1 FROM outbox o
             WHERE o.topic = $1 AND o.given_up_at IS NOT NULL LIMIT $2) AS few";
    SWEEP = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE topic = $1 AND made_at < $2 AND sent_at IS NOT NULL
             ORDER BY made_at, id LIMIT $3)";
}

/// Something that leaves the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Its identity, the same at every try.
    pub id: Id,
    /// Who sends it: `mail`, `webhook`.
    pub topic: String,
    /// What it is, as JSON.
    pub body: String,
    /// Which try this is, from 1.
    pub tries: u32,
}

/// A parcel as it is shown to those who look after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its identity.
    pub id: Id,
    /// What it is, as JSON.
    pub body: String,
    /// When it was put there.
    pub made_at: Instant,
    /// When it is tried next.
    pub next_try_at: Instant,
    /// How often it was tried.
    pub tries: u32,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// When it was given up.
    pub given_up_at: Option<Instant>,
    /// What was said the last time that it failed.
    pub last_error: Option<String>,
}

/// How long after try number *n* the next one comes, in seconds: a minute, then twice as long each time, to six hours.
const LONGEST: i64 = 6 * 3600;
/// After so many tries it is given up, and shown as such.
pub const TRIES: u32 = 16;

/// Puts something into the outbox; it leaves from `not_before` on.
///
/// # Errors
///
/// As the database says.
pub fn put(
    tx: &Write<'_>,
    id: Id,
    (topic, body): (&str, &str),
    (now, not_before): (Instant, Instant),
) -> Result<(), StoreError> {
    tx.put(PUT, &params![id, topic, Value::Json(body), now, not_before])
}

/// Takes what is to be sent now of a topic, for so long: who does not report back by then has lost it to the next.
///
/// # Errors
///
/// As the database says.
pub fn lease(
    tx: &Write<'_>,
    (topic, sender): (&str, Id),
    (now, until): (Instant, Instant),
    limit: u32,
) -> Result<Vec<Parcel>, StoreError> {
    let rows: Vec<(Id, String, String, u32)> =
        tx.all(LEASE, &params![now, limit, until, sender, topic])?;
    let mut parcels: Vec<Parcel> = rows
        .into_iter()
        .map(|(id, topic, body, tries)| Parcel {
            id,
            topic,
            body,
            tries,
        })
        .collect();
    parcels.sort_by_key(|parcel| parcel.id);
    Ok(parcels)
}

/// It was sent. False: the lease had passed to another, who may send it again.
///
/// # Errors
///
/// As the database says.
pub fn sent(tx: &Write<'_>, parcel: Id, sender: Id, now: Instant) -> Result<bool, StoreError> {
    Ok(tx.execute(SENT, &params![parcel, sender, now])? == 1)
}

/// It could not be sent: it is tried again later, or given up after many tries.
///
/// # Errors
///
/// As the database says.
pub fn failed(
    tx: &Write<'_>,
    parcel: &Parcel,
    sender: Id,
    now: Instant,
    why: &str,
) -> Result<(), StoreError> {
    if parcel.tries >= TRIES {
        return give_up(tx, parcel, sender, now, why);
    }
    let wait = 60_i64
        .saturating_mul(1 << parcel.tries.saturating_sub(1).min(20))
        .min(LONGEST);
    tx.execute(
        FAILED,
        &params![parcel.id, sender, now.plus_micros(wait * 1_000_000), why],
    )?;
    Ok(())
}

/// It was not tried: whoever sends it cannot just now. It is taken up again at an instant, and that costs it no try.
///
/// # Errors
///
/// As the database says.
pub fn postpone(tx: &Write<'_>, parcel: Id, sender: Id, until: Instant) -> Result<(), StoreError> {
    tx.execute(POSTPONED, &params![parcel, sender, until])
        .map(drop)
}

/// It can never be sent as it is: it is not tried again until somebody asks for it.
///
/// # Errors
///
/// As the database says.
pub fn give_up(
    tx: &Write<'_>,
    parcel: &Parcel,
    sender: Id,
    now: Instant,
    why: &str,
) -> Result<(), StoreError> {
    tx.execute(GIVEN_UP, &params![parcel.id, sender, now, why])?;
    Ok(())
}

/// Has what was not sent yet tried again at once, with all its tries. False: there is none, or it was sent.
///
/// # Errors
///
/// As the database says.
pub fn retry(tx: &Write<'_>, parcel: Id, topic: &str, now: Instant) -> Result<bool, StoreError> {
    Ok(tx.execute(RETRY, &params![parcel, now, topic])? == 1)
}

/// Has a parcel sent once more, also one that was sent. Its id stays. False: there is none.
///
/// # Errors
///
/// As the database says.
pub fn send_again(
    tx: &Write<'_>,
    parcel: Id,
    topic: &str,
    now: Instant,
) -> Result<bool, StoreError> {
    Ok(tx.execute(AGAIN, &params![parcel, now, topic])? == 1)
}

/// Takes out what was not sent. False: there is none, or it was sent.
///
/// # Errors
///
/// As the database says.
pub fn discard(tx: &Write<'_>, parcel: Id, topic: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DISCARD, &params![parcel, topic])? == 1)
}

/// Takes out a parcel, sent or not: what it says is to be forgotten.
///
/// # Errors
///
/// As the database says.
pub fn forget(tx: &Write<'_>, parcel: Id, topic: &str) -> Result<(), StoreError> {
    fate::forget(tx, parcel)?;
    tx.execute(FORGET, &params![parcel, topic]).map(drop)
}

/// One parcel of a topic.
///
/// # Errors
///
/// As the database says.
pub fn one(read: &Read<'_>, parcel: Id, topic: &str) -> Result<Option<Waiting>, StoreError> {
    read.maybe(ONE, &params![parcel, topic])
}

/// What waits to be sent, after a time of sending and an id; so many at most.
///
/// # Errors
///
/// As the database says.
pub fn unsent(
    read: &Read<'_>,
    topic: &str,
    (at, id): (Instant, Id),
    limit: u32,
) -> Result<Vec<Waiting>, StoreError> {
    read.all(UNSENT, &params![topic, at, id, limit])
}

/// What was given up, the latest first.
///
/// # Errors
///
/// As the database says.
pub fn given_up(read: &Read<'_>, topic: &str, limit: u32) -> Result<Vec<Waiting>, StoreError> {
    read.all(GIVEN_UP_LATELY, &params![topic, limit])
}

/// All parcels of a topic, the newest first, before an instant of making and an id.
///
/// # Errors
///
/// As the database says.
pub fn lately(
    read: &Read<'_>,
    topic: &str,
    (at, id): (Instant, Id),
    limit: u32,
) -> Result<Vec<Waiting>, StoreError> {
    read.all(LATELY, &params![topic, at, id, limit])
}

/// How many wait, and how many were given up; `most` stands for more.
///
/// # Errors
///
/// As the database says.
pub fn counts(read: &Read<'_>, topic: &str, most: u32) -> Result<(u64, u64), StoreError> {
    let (unsent,): (u64,) = read.one(COUNT_UNSENT, &params![topic, most])?;
    let (given_up,): (u64,) = read.one(COUNT_GIVEN_UP, &params![topic, most])?;
    Ok((unsent, given_up))
}

/// Takes out what was sent before an instant, a slice; how much.
///
/// # Errors
///
/// As the database says.
pub fn sweep(tx: &Write<'_>, topic: &str, before: Instant) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &params![topic, before, 1_000])
}

impl FromRow for Waiting {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            body: row.get(1)?,
            made_at: row.get(2)?,
            next_try_at: row.get(3)?,
            tries: row.get(4)?,
            sent_at: row.get(5)?,
            given_up_at: row.get(6)?,
            last_error: row.get(7)?,
        })
    }
}
