//! The events of the journal: how they are written, and how they are read back in order.

use kept_engine::{Event, OwnedEvent};
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, Store, StoreError, Value, Write, params, statements};

use crate::codec::{Codec, CodecProblem, EventRow};
use crate::numbers::{Known, Name, Numbered, Pair};

/// An event ready to be written: everything that does not depend on the database.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its identity; later events have later ones.
    pub id: Id,
    /// When it happened.
    pub at: Instant,
    /// When it is recorded.
    pub recorded_at: Instant,
    /// The kind of record it is about.
    pub noun: String,
    /// Which one.
    pub subject: String,
    /// The client whom it concerns, where there is one.
    pub client: Option<String>,
    /// See [`crate::codec::Written::what`].
    pub what: String,
    /// See [`crate::codec::Written::body`].
    pub body: String,
}

/// The kind of record that clients are.
pub(crate) const CLIENT: &str = "client";

impl NewEvent {
    /// The records that it names.
    pub(crate) fn records(&self) -> Pair<Name<'_>> {
        let client = self.client.as_deref().map(|client| (CLIENT, client));
        (Some((&self.noun, &self.subject)), client)
    }

    /// As it will lie in its row; in which place only its neighbours tell.
    pub(crate) fn row(&self) -> EventRow<'_> {
        EventRow {
            place: 0,
            at: self.at,
            recorded_at: self.recorded_at,
            noun: &self.noun,
            id: &self.subject,
            what: &self.what,
            body: &self.body,
        }
    }

    /// An event in the journal's form.
    pub fn of(codec: &Codec, event: &Event<'_>, id: Id) -> Self {
        let noun = codec.noun(event.case.noun);
        let is_client = |noun| codec.noun(noun) == CLIENT;
        let client = if is_client(event.case.noun) {
            Some(event.case.id)
        } else {
            event
                .links
                .iter()
                .find(|link| is_client(link.noun))
                .map(|link| link.id)
        };
        let written = codec.write(event);
        Self {
            id,
            at: event.at,
            recorded_at: event.recorded_at,
            noun: noun.to_owned(),
            subject: event.case.id.to_owned(),
            client: client.map(str::to_owned),
            what: written.what,
            body: written.body,
        }
    }
}

/// What a [`Listed`] is read from.
macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "SELECT e.place, e.id, e.at, e.recorded_at, r.noun, r.id, c.id, e.what, e.body
             FROM events e JOIN records r ON r.number = e.record LEFT JOIN records c ON c.number = e.client WHERE ",
            $rest
        )
    };
}

statements! {
    ADD_EVENT = "INSERT INTO events (id, at, recorded_at, record, client, what, body, import)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// In the order in which they are judged.
    IN_TIME = "SELECT e.id, e.at, e.recorded_at, r.noun, r.id, e.what, e.body
               FROM events e JOIN records r ON r.number = e.record
               WHERE (e.at, e.id) > ($1, $2) ORDER BY e.at, e.id LIMIT $3";
    /// Of a record and of its clients, in the order in which they are judged.
    OF_RECORD = "SELECT e.id, e.at, e.recorded_at, r.noun, r.id, e.what, e.body
               FROM events e JOIN records r ON r.number = e.record
               WHERE e.record IN (
                   SELECT number FROM records WHERE noun = $1 AND id = $2
                   UNION SELECT c.client FROM events c JOIN records o ON o.number = c.record
                   WHERE o.noun = $1 AND o.id = $2 AND c.client IS NOT NULL)
               ORDER BY +e.at, e.id LIMIT $3";
    /// Of a client and of all that belongs to it, the newest first.
    LATEST_OF_CLIENT = "SELECT e.id, e.at, e.recorded_at, r.noun, r.id, e.what, e.body
               FROM events e JOIN records r ON r.number = e.record
               WHERE e.client = (SELECT number FROM records WHERE noun = 'client' AND id = $1) AND (e.at, e.id) < ($2, $3)
               ORDER BY e.at DESC, e.id DESC LIMIT $4";
    LATEST_OF_CLIENT_AND_NOUNS = "SELECT e.id, e.at, e.recorded_at, r.noun, r.id, e.what, e.body
               FROM events e JOIN records r ON r.number = e.record
               WHERE e.client = (SELECT number FROM records WHERE noun = 'client' AND id = $1) AND (e.at, e.id) < ($2, $3)
                   AND r.noun IN LIST($5)
               ORDER BY e.at DESC, e.id DESC LIMIT $4";
    /// In the order of the journal, for those who read along.
    AFTER = listed!("e.place > $1 ORDER BY e.place LIMIT $2");
    // Sorted by what no index orders: a server that knows the order would go through the whole journal for the first fifty.
    AFTER_OF_RECORD = listed!("e.record = (SELECT number FROM records WHERE noun = $3 AND id = $4) AND e.place > $1
               ORDER BY e.place + 0 LIMIT $2");
    AFTER_OF_CLIENT = listed!("e.client = (SELECT number FROM records WHERE noun = 'client' AND id = $3) AND e.place > $1
               ORDER BY e.place + 0 LIMIT $2");
    SPAN = "SELECT min(at), max(at), count(*) FROM events";
}

/// Writes events whose records have numbers.
pub(crate) fn add(
    tx: &Write<'_>,
    events: &[NewEvent],
    import: Option<i64>,
    numbers: &Numbered<'_>,
) -> Result<(), StoreError> {
    let rows: Vec<[Value<'_>; 8]> = events
        .iter()
        .enumerate()
        .map(|(row, event)| {
            let (record, client) = numbers.of(row);
            [
                event.id.into(),
                event.at.into(),
                event.recorded_at.into(),
                record.into(),
                client.into(),
                (&event.what).into(),
                Value::Json(&event.body),
                import.into(),
            ]
        })
        .collect();
    tx.put_each(ADD_EVENT, &rows)
}

/// Records one event in the caller's transaction. Returns the number of its record.
///
/// # Errors
///
/// As the database says.
pub fn record(tx: &Write<'_>, event: &NewEvent) -> Result<i64, StoreError> {
    let needed = Known::default().needed(std::iter::once(event.records()));
    let numbers = needed.number(tx)?;
    add(tx, std::slice::from_ref(event), None, &numbers)?;
    numbers.of(0).0.ok_or(StoreError::Missing("NUMBERS"))
}

/// An event as it lies in its row.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    id: Id,
    at: Instant,
    recorded_at: Instant,
    noun: String,
    subject: String,
    what: String,
    body: String,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            at: row.get(1)?,
            recorded_at: row.get(2)?,
            noun: row.get(3)?,
            subject: row.get(4)?,
            what: row.get(5)?,
            body: row.get(6)?,
        })
    }
}

/// An event as others read along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its place in the journal: later ones have higher ones, and none is given twice.
    pub place: i64,
    /// Its identity.
    pub id: Id,
    /// When it happened.
    pub at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The kind of record.
    pub noun: String,
    /// Which record.
    pub subject: String,
    /// The client, where it names one.
    pub client: Option<String>,
    /// See [`crate::codec::Written::what`].
    pub what: String,
    /// See [`crate::codec::Written::body`].
    pub body: String,
}

/// Whose events are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventsOf {
    /// All of them.
    All,
    /// Those of one record: its kind and id.
    Record(String, String),
    /// Those that name one client.
    Client(String),
}

/// Events after a place of the journal, in its order; so many at most. On PostgreSQL events have a place once
/// [`place`](crate::place) gave them one.
///
/// # Errors
///
/// As the database says.
pub fn after(
    read: &Read<'_>,
    of: &EventsOf,
    place: i64,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    match of {
        EventsOf::All => read.all(AFTER, &params![place, limit]),
        EventsOf::Record(noun, id) => read.all(AFTER_OF_RECORD, &params![place, limit, noun, id]),
        EventsOf::Client(id) => read.all(AFTER_OF_CLIENT, &params![place, limit, id]),
    }
}

impl FromRow for Listed {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            place: row.get(0)?,
            id: row.get(1)?,
            at: row.get(2)?,
            recorded_at: row.get(3)?,
            noun: row.get(4)?,
            subject: row.get(5)?,
            client: row.get(6)?,
            what: row.get(7)?,
            body: row.get(8)?,
        })
    }
}

/// How many events there are, and between which instants they happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: Instant,
    /// The last.
    pub last: Instant,
    /// How many.
    pub events: u64,
}

/// The extent of the journal; none while it is empty.
///
/// # Errors
///
/// As the database says.
pub fn span(store: &Store) -> Result<Option<Span>, StoreError> {
    store
        .read(|read| {
            let (first, last, events): (Option<Instant>, Option<Instant>, u64) =
                read.one(SPAN, &[])?;
            Ok(first.zip(last).map(|(first, last)| Span {
                first,
                last,
                events,
            }))
        })
        .wait()
}

/// How many events are read at once.
const SLICE: u32 = 5_000;

/// Reads the whole journal in the order in which it is judged: by the time of happening, then of recording. It is read
/// slice by slice, so that no view is held for long. Events that the register no longer understands go to `strange`.
///
/// # Errors
///
/// The database's, or the first of `each`.
pub fn for_each<E: From<StoreError>>(
    store: &Store,
    codec: &Codec,
    mut each: impl FnMut(&OwnedEvent) -> Result<(), E>,
    mut strange: impl FnMut(&CodecProblem),
) -> Result<u64, E> {
    let (mut at, mut id, mut place) = (Instant::from_micros(i64::MIN), Id::default(), 0);
    loop {
        let slice: Vec<Stored> = store
            .read(move |read| read.all(IN_TIME, &params![at, id, SLICE]))
            .wait()?;
        let Some(last) = slice.last() else {
            return Ok(place);
        };
        (at, id) = (last.at, last.id);
        for stored in &slice {
            place += 1;
            match codec.read(&stored.row(place)) {
                Ok(event) => each(&event)?,
                Err(problem) => strange(&problem),
            }
        }
    }
}

/// The events of one record and of its clients, in the order in which they are judged, so many at most. Events that the
/// register no longer understands are left out.
///
/// # Errors
///
/// As the database says.
pub fn of_record(
    read: &Read<'_>,
    codec: &Codec,
    (noun, id): (&str, &str),
    limit: u32,
) -> Result<Vec<OwnedEvent>, StoreError> {
    let stored: Vec<Stored> = read.all(OF_RECORD, &params![noun, id, limit])?;
    let rows = stored.iter().zip(1..);
    Ok(rows
        .filter_map(|(stored, place)| codec.read(&stored.row(place)).ok())
        .collect())
}

/// The end of a journal that is read backwards: later than every event.
pub const END: (Instant, Id) = (Instant::MAX, Id::from_bytes([0xff; 16]));

/// The events of a client and of all that belongs to it, the newest first, before an instant and id, so many at most; only those
/// about records of these kinds, or all of them. Each with its id. Events that the register no longer understands are left
/// out.
///
/// # Errors
///
/// As the database says.
pub fn latest_of_client(
    read: &Read<'_>,
    codec: &Codec,
    (client, nouns): (&str, &[&str]),
    (at, id): (Instant, Id),
    limit: u32,
) -> Result<Vec<(Id, OwnedEvent)>, StoreError> {
    let stored: Vec<Stored> = if nouns.is_empty() {
        read.all(LATEST_OF_CLIENT, &params![client, at, id, limit])?
    } else {
        read.all(
            LATEST_OF_CLIENT_AND_NOUNS,
            &params![client, at, id, limit, nouns],
        )?
    };
    let read = |stored: &Stored| Some((stored.id, codec.read(&stored.row(0)).ok()?));
    Ok(stored.iter().filter_map(read).collect())
}

impl Stored {
    pub(crate) fn row(&self, place: u64) -> EventRow<'_> {
        EventRow {
            place,
            at: self.at,
            recorded_at: self.recorded_at,
            noun: &self.noun,
            id: &self.subject,
            what: &self.what,
            body: &self.body,
        }
    }
}
