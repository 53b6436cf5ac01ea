//! The outbox: what must leave the house. It is written in the transaction of its cause and sent afterwards, at least
//! once; the id stays the same at every try, so that a receiver can tell a repetition.

use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Value, Write, params, statements};

statements! {
    PUT = "INSERT INTO outbox (id, topic, body, made_at, next_try_at, tries, leased_until)
           VALUES ($1, $2, $3, $4, $5, 0, 0)";
    LEASE = "UPDATE outbox SET leased_until = $3, leased_by = $4, tries = tries + 1
             WHERE id IN (SELECT id FROM outbox
                          WHERE sent_at IS NULL AND given_up_at IS NULL AND next_try_at <= $1 AND leased_until <= $1
                          ORDER BY next_try_at, id LIMIT $2 /*skip locked*/)
             RETURNING id, topic, CAST(body AS TEXT), tries";
    SENT = "UPDATE outbox SET sent_at = $3, leased_until = 0, last_error = NULL WHERE id = $1 AND leased_by = $2 AND sent_at IS NULL";
    FAILED = "UPDATE outbox SET next_try_at = $3, leased_until = 0, last_error = $4
              WHERE id = $1 AND leased_by = $2 AND sent_at IS NULL";
    GIVEN_UP = "UPDATE outbox SET given_up_at = $3, leased_until = 0, last_error = $4
                WHERE id = $1 AND leased_by = $2 AND sent_at IS NULL";
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

/// How long after try number *n* the next one comes, in seconds: a minute, then twice as long each time, to six hours.
const LONGEST: i64 = 6 * 3600;
/// After so many tries it is given up, and shown as such.
const TRIES: u32 = 16;

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
    tx.execute(PUT, &params![id, topic, Value::Json(body), now, not_before])?;
    Ok(())
}

/// Takes what is to be sent now, for so long: who does not report back by then has lost it to the next.
///
/// # Errors
///
/// As the database says.
pub fn lease(
    tx: &Write<'_>,
    sender: Id,
    (now, until): (Instant, Instant),
    limit: u32,
) -> Result<Vec<Parcel>, StoreError> {
    let rows: Vec<(Id, String, String, u32)> =
        tx.all(LEASE, &params![now, limit, until, sender])?;
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
        tx.execute(GIVEN_UP, &params![parcel.id, sender, now, why])?;
        return Ok(());
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
