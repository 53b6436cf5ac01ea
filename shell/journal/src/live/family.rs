//! The cases that are judged together: a client with all that belongs to it, or a record that belongs to no client.
//!
//! Rules read across the records of a client (how many complaints, when the last follow-up was), and never from one
//! client to another. So what one event changes is found by judging the family that it belongs to.

use kept_engine::OwnedEvent;
use kept_kernel::{Id, Instant};
use kept_store::{Read, Row, StoreError, params, statements};

use crate::codec::{Codec, EventRow};
use crate::events::{CLIENT, NewEvent};

statements! {
    /// The client that a record belongs to by its latest event that names one, and whether it has events at all.
    BELONGS = "SELECT (SELECT client FROM events WHERE record = $1 AND client IS NOT NULL
                       ORDER BY at DESC, id DESC LIMIT 1),
                      (SELECT record FROM events WHERE record = $1 LIMIT 1)";
    /// How many there are, as far as it matters, in the index alone: those of a large family are not fetched and sorted to be left.
    MANY = "SELECT count(*) FROM (SELECT 1 FROM events WHERE client = $1 LIMIT $2) AS few";
    /// What the record that leads a family is called, where nothing has happened.
    NAMED = "SELECT noun, id FROM records WHERE number = $1";
    /// Whatever has ever belonged to it, in the order in which it is judged. It is sorted, since the index of time would be read
    /// from its beginning.
    EVENTS = "SELECT e.id, e.at, e.recorded_at, r.noun, r.id, e.what, e.body, e.import, i.ended_at, l.noun, l.id
              FROM events e JOIN records r ON r.number = e.record JOIN records l ON l.number = $1
                LEFT JOIN imports i ON i.number = e.import
              WHERE e.record IN (SELECT number FROM records WHERE number = $1
                                 UNION SELECT record FROM events WHERE client = $1)
              ORDER BY +e.at, e.id LIMIT $2";
}

/// A family: the record that leads it, and what happened.
pub(super) struct Family {
    /// The kind and id of the client, or of the record that stands alone.
    pub(super) lead: (String, String),
    pub(super) events: Vec<OwnedEvent>,
    /// By what each event is put in order.
    order: Vec<(Instant, Id)>,
    /// When the last import that it has events of was whole.
    pub(super) imported_at: Option<Instant>,
}

/// Where a record stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Belongs {
    /// Nothing has happened to it.
    Nowhere,
    /// It belongs to no client.
    Alone,
    /// To the client of this number.
    To(i64),
}

/// Where a record stands by what has happened to it.
pub(super) fn belongs(read: &Read<'_>, record: i64) -> Result<Belongs, StoreError> {
    Ok(match read.one(BELONGS, &params![record])? {
        (Some(client), _) => Belongs::To(client),
        (None, Some(_)) => Belongs::Alone,
        (None, None::<i64>) => Belongs::Nowhere,
    })
}

impl Belongs {
    /// The record that leads its family; none before anything has happened to it.
    pub(super) fn lead(self, record: i64) -> Option<i64> {
        match self {
            Self::Nowhere => None,
            Self::Alone => Some(record),
            Self::To(client) => Some(client),
        }
    }
}

/// How many events belong to a client, at most `limit`.
pub(super) fn many(read: &Read<'_>, lead: i64, limit: u32) -> Result<u32, StoreError> {
    let (many,) = read.one(MANY, &params![lead, limit])?;
    Ok(many)
}

/// An event as EVENTS gives it, and its id.
fn event_of<'r>(row: &'r Row<'_>, place: u64) -> Result<(Id, EventRow<'r>), StoreError> {
    let event = EventRow {
        place,
        at: row.get(1)?,
        recorded_at: row.get(2)?,
        noun: row.get(3)?,
        id: row.get(4)?,
        what: row.get(5)?,
        body: row.get(6)?,
    };
    Ok((row.get(0)?, event))
}

impl Family {
    /// Reads a family; none where it has more than `most` events.
    pub(super) fn read(
        read: &Read<'_>,
        codec: &Codec,
        lead: i64,
        most: u32,
    ) -> Result<Option<Self>, StoreError> {
        if most < u32::MAX && many(read, lead, most.saturating_add(1))? > most {
            return Ok(None);
        }
        let (mut lead_named, mut imported_at) = (None, None);
        let (mut order, mut events) = (Vec::new(), Vec::new());
        let mut rows = 0;
        read.each(
            EVENTS,
            &params![lead, most.saturating_add(1)],
            |row: &Row<'_>| {
                rows += 1;
                if lead_named.is_none() {
                    lead_named = Some((row.get(9)?, row.get(10)?));
                }
                if row.get::<Option<i64>>(7)?.is_some() {
                    // While an import runs, nobody is told anything of what it touches.
                    let ended_at: Option<Instant> = row.get(8)?;
                    imported_at = imported_at.max(Some(ended_at.unwrap_or(Instant::MAX)));
                }
                let (id, event) = event_of(row, rows)?;
                // What the vocabulary no longer understands is left out, as in a judgement of everything.
                if let Ok(event) = codec.read(&event) {
                    order.push((event.at, id));
                    events.push(event);
                }
                Ok::<_, StoreError>(())
            },
        )?;
        if rows > u64::from(most) {
            return Ok(None);
        }
        let lead = match lead_named {
            Some(named) => named,
            None => read.one(NAMED, &params![lead])?,
        };
        Ok(Some(Self {
            lead,
            events,
            order,
            imported_at,
        }))
    }

    /// As it stands when these have happened too.
    pub(super) fn with(self, codec: &Codec, happened: &[NewEvent]) -> Self {
        let fresh = happened.iter().filter_map(|new| {
            let event = codec.read(&new.row()).ok()?;
            Some(((new.at, new.id), event))
        });
        let mut all: Vec<_> = self
            .order
            .into_iter()
            .zip(self.events)
            .chain(fresh)
            .collect();
        all.sort_by_key(|(order, _)| *order);
        for ((_, event), place) in all.iter_mut().zip(1..) {
            event.place = place;
        }
        let (order, events) = all.into_iter().unzip();
        Self {
            events,
            order,
            ..self
        }
    }

    /// Whether what is owed on this record is this family's affair: a record that has gone over to another client is not.
    pub(super) fn holds(&self, (noun, id): (&str, &str), client: Option<&str>) -> bool {
        let (lead_noun, lead) = (self.lead.0.as_str(), self.lead.1.as_str());
        match client {
            Some(client) if lead_noun == CLIENT => client == lead,
            Some(_) => false,
            None => noun == lead_noun && id == lead,
        }
    }
}
