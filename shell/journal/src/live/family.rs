//! The cases that are judged together: a client with all that belongs to it, or a record that belongs to no client.
//!
//! Rules read across the records of a client (how many complaints, when the last follow-up was), and never from one
//! client to another. So what one event changes is found by judging the family that it belongs to.

use kept_engine::OwnedEvent;
use kept_kernel::Instant;
use kept_store::{FromRow, Read, Row, StoreError, params, statements};

use crate::codec::Codec;
use crate::events::{CLIENT, Stored};

statements! {
    /// The client that a record belongs to by its latest event that names one, else the record itself.
    LEAD = "SELECT coalesce((SELECT client FROM events WHERE record = $1 AND client IS NOT NULL
                             ORDER BY at DESC, id DESC LIMIT 1), $1), $1";
    NAMED = "SELECT noun, id FROM records WHERE number = $1";
    /// Whatever has ever belonged to it, in the order in which it is judged.
    EVENTS = "SELECT e.id, e.at, e.recorded_at, r.noun, r.id, e.what, e.body, e.import, i.ended_at
              FROM events e JOIN records r ON r.number = e.record LEFT JOIN imports i ON i.number = e.import
              WHERE e.record IN (SELECT number FROM records WHERE number = $1
                                 UNION SELECT record FROM events WHERE client = $1)
              ORDER BY e.at, e.id LIMIT $2";
}

/// A family: the record that leads it, and what happened.
pub(super) struct Family {
    /// The kind and id of the client, or of the record that stands alone.
    pub(super) lead: (String, String),
    pub(super) events: Vec<OwnedEvent>,
    /// When the last import that it has events of was whole.
    pub(super) imported_at: Option<Instant>,
}

/// The number of the record that leads the family of a record.
pub(super) fn lead_of(read: &Read<'_>, record: i64) -> Result<i64, StoreError> {
    let (lead, _): (i64, i64) = read.one(LEAD, &params![record])?;
    Ok(lead)
}

struct Told {
    stored: Stored,
    imported_at: Option<Instant>,
}

impl FromRow for Told {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let import: Option<i64> = row.get(7)?;
        let ended_at: Option<Instant> = row.get(8)?;
        Ok(Self {
            stored: Stored::from_row(row)?,
            // While an import runs, nobody is told anything of what it touches.
            imported_at: import.map(|_| ended_at.unwrap_or(Instant::MAX)),
        })
    }
}

impl Family {
    /// Reads a family; none where it has more than `most` events.
    pub(super) fn read(
        read: &Read<'_>,
        codec: &Codec,
        lead: i64,
        most: u32,
    ) -> Result<Option<Self>, StoreError> {
        let named: (String, String) = read.one(NAMED, &params![lead])?;
        let rows: Vec<Told> = read.all(EVENTS, &params![lead, most.saturating_add(1)])?;
        if rows.len() > most as usize {
            return Ok(None);
        }
        let imported_at = rows.iter().filter_map(|row| row.imported_at).max();
        let rows = rows.iter().zip(1..);
        // What the vocabulary no longer understands is left out, as in a judgement of everything.
        let events = rows.filter_map(|(row, place)| codec.read(&row.stored.row(place)).ok());
        Ok(Some(Self {
            lead: named,
            events: events.collect(),
            imported_at,
        }))
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
