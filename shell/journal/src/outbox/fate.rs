//! What became of what left: kept for as long as what it says is shown, longer than the parcel itself.

use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, Write, params, statements};

statements! {
    BECAME = "INSERT INTO outbox_fates (parcel, state, said, at) VALUES ($1, $2, $3, $4)
              ON CONFLICT (parcel) DO UPDATE SET state = excluded.state, said = excluded.said, at = excluded.at";
    FORGET_FATE = "DELETE FROM outbox_fates WHERE parcel = $1";
    WAITING = "SELECT o.id, o.next_try_at, o.tries, o.last_error, o.given_up_at FROM outbox o
               WHERE o.id IN LIST($1) AND o.sent_at IS NULL ORDER BY o.id";
    FATES = "SELECT parcel, state, said, at FROM outbox_fates WHERE parcel IN LIST($1) ORDER BY parcel";
}

/// How something stands that is to leave, or has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits.
    Waiting {
        /// When it is tried next.
        next_try_at: Instant,
        /// How often it was tried.
        tries: u32,
        /// What was said the last time that it failed.
        said: Option<String>,
    },
    /// The next server has taken it, with these words; what it does with it nobody has told.
    Taken(String, Instant),
    /// It has arrived, as a server told.
    Delivered(String, Instant),
    /// It could not leave.
    Failed(String, Instant),
    /// It had left, and came back from all to whom it went.
    Bounced(String, Instant),
}

/// What became of a parcel for good, or for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// The next server has taken it.
    Taken,
    /// It has arrived.
    Delivered,
    /// It could not leave.
    Failed,
    /// It came back.
    Bounced,
}

impl Became {
    const fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Bounced => "bounced",
        }
    }
}

/// Writes down what became of a parcel; the last word counts.
///
/// # Errors
///
/// As the database says.
pub fn became(
    tx: &Write<'_>,
    parcel: Id,
    became: Became,
    said: &str,
    at: Instant,
) -> Result<(), StoreError> {
    tx.execute(BECAME, &params![parcel, became.word(), said, at])
        .map(drop)
}

pub(super) fn forget(tx: &Write<'_>, parcel: Id) -> Result<(), StoreError> {
    tx.execute(FORGET_FATE, &params![parcel]).map(drop)
}

/// How these parcels stand, as far as anything is known of them, in order of their ids.
///
/// # Errors
///
/// As the database says.
pub fn fates(read: &Read<'_>, parcels: &[Id]) -> Result<Vec<(Id, Fate)>, StoreError> {
    if parcels.is_empty() {
        return Ok(Vec::new());
    }
    let waiting: Vec<Unsent> = read.all(WAITING, &params![parcels])?;
    let told: Vec<Told> = read.all(FATES, &params![parcels])?;
    let is_waiting = |parcel: Id| waiting.iter().any(|one| one.parcel == parcel);
    // What is tried again has not failed.
    let told = told.into_iter().filter(|one| !is_waiting(one.parcel));
    let mut all: Vec<(Id, Fate)> = told.map(|one| (one.parcel, one.fate)).collect();
    all.extend(waiting.into_iter().map(|one| (one.parcel, one.fate)));
    all.sort_unstable_by_key(|(parcel, _)| *parcel);
    Ok(all)
}

struct Unsent {
    parcel: Id,
    fate: Fate,
}

impl FromRow for Unsent {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let said: Option<String> = row.get(3)?;
        let given_up: Option<Instant> = row.get(4)?;
        let fate = match given_up {
            Some(at) => Fate::Failed(said.unwrap_or_default(), at),
            None => Fate::Waiting {
                next_try_at: row.get(1)?,
                tries: row.get(2)?,
                said,
            },
        };
        Ok(Self {
            parcel: row.get(0)?,
            fate,
        })
    }
}

struct Told {
    parcel: Id,
    fate: Fate,
}

impl FromRow for Told {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let (state, said, at): (&str, String, Instant) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let fate = match state {
            "delivered" => Fate::Delivered(said, at),
            "failed" => Fate::Failed(said, at),
            "bounced" => Fate::Bounced(said, at),
            _ => Fate::Taken(said, at),
        };
        Ok(Self {
            parcel: row.get(0)?,
            fate,
        })
    }
}
