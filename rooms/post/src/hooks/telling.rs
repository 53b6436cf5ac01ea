//! Reading along in the journal: what an endpoint asked for becomes parcels of the outbox, once, in the order of the journal.

use kept_journal::alerts::{self, Alert};
use kept_journal::events::{self, EventsOf, Listed};
use kept_journal::outbox;
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write, params};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::endpoint::Endpoint;
use super::{TOPIC, endpoints, queries};
use crate::room::Room;

/// So much is read at once.
const SLICE: u32 = 200;
/// Alerts are told when they are that old: one with a lower number may still be on its way to the database.
const SETTLED: i64 = 5_000_000;

/// What lies in the outbox: for whom, of which kind, and the body as it is signed and sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) endpoint: String,
    pub(crate) kind: String,
    pub(crate) body: String,
}

impl Told {
    fn new(endpoint: &Endpoint, kind: String, at: Instant, data: &serde_json::Value) -> Self {
        let body = json!({ "type": kind, "timestamp": at.timestamp().to_string(), "data": data });
        Self {
            endpoint: endpoint.id.to_string(),
            body: body.to_string(),
            kind,
        }
    }

    /// As it was put there; none for what is none.
    pub(crate) fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }

    /// Puts it into the outbox, in the caller's transaction.
    pub(crate) fn put(&self, tx: &Write<'_>, id: Id, now: Instant) -> Result<(), StoreError> {
        let body = serde_json::to_string(self).unwrap_or_default();
        outbox::put(tx, id, (TOPIC, &body), (now, now))
    }

    /// One that says that it is a test.
    pub(crate) fn test(endpoint: &Endpoint, now: Instant) -> Self {
        let data = json!({ "words": "This is a test." });
        Self::new(endpoint, "test.sent".to_owned(), now, &data)
    }

    fn of_event(endpoint: &Endpoint, event: &Listed) -> Option<Self> {
        let kind = format!("{}.{}", event.noun, event.what);
        let data = json!({
            "id": event.id.to_string(),
            "record": { "noun": event.noun, "id": event.subject },
            "client": event.client,
            "act": event.what,
            "at": event.at.timestamp().to_string(),
            "recorded_at": event.recorded_at.timestamp().to_string(),
        });
        endpoint
            .hears(&kind)
            .then(|| Self::new(endpoint, kind, event.recorded_at, &data))
    }

    fn of_alert(endpoint: &Endpoint, alert: &Alert) -> Option<Self> {
        let kind = format!("alert.{}", alert.kind);
        let data = json!({
            "rule": format!("{}/{}", alert.code, alert.rule),
            "record": { "noun": alert.noun, "id": alert.subject },
            "client": alert.client,
            "level": alert.level,
            "role": alert.role,
            "person": alert.person,
            "due_at": alert.due_at.map(|due| due.timestamp().to_string()),
        });
        endpoint
            .hears(&kind)
            .then(|| Self::new(endpoint, kind, alert.made_at, &data))
    }
}

/// A round: every endpoint is told what has happened since.
pub(crate) fn round(room: &Room) -> Result<(), StoreError> {
    let all = room.store.read(endpoints).wait()?;
    for endpoint in all.into_iter().filter(|one| one.paused.is_none()) {
        let mut endpoint = endpoint;
        while let Some((place, alert)) = slice(room, &endpoint)? {
            (endpoint.place, endpoint.alert) = (place, alert);
        }
    }
    Ok(())
}

/// Tells one endpoint a slice of what happened; how far that came, or none where nothing was left.
fn slice(room: &Room, endpoint: &Endpoint) -> Result<Option<(i64, i64)>, StoreError> {
    let now = room.world.now();
    let (place, number) = (endpoint.place, endpoint.alert);
    let read = room.store.read(move |read| {
        let events = events::after(read, &EventsOf::All, place, SLICE)?;
        let alerts = alerts::after(read, number, now.plus_micros(-SETTLED), SLICE)?;
        Ok::<_, StoreError>((events, alerts))
    });
    let (events, alerts) = read.wait()?;
    let reached = (
        events.last().map_or(place, |last| last.place),
        alerts.last().map_or(number, |last| last.number),
    );
    if reached == (place, number) {
        return Ok(None);
    }
    let told: Vec<(Id, Told)> = events
        .iter()
        .filter_map(|event| Told::of_event(endpoint, event))
        .chain(
            alerts
                .iter()
                .filter_map(|alert| Told::of_alert(endpoint, alert)),
        )
        .map(|told| (room.world.id(), told))
        .collect();
    let id = endpoint.id;
    let written = room.store.write(move |tx| {
        let steps = params![id.0, place, reached.0, number, reached.1];
        if tx.execute(queries::REACHED, &steps)? == 0 {
            return Ok::<_, StoreError>(false);
        }
        for (id, told) in &told {
            told.put(tx, *id, now)?;
        }
        Ok(true)
    });
    Ok(written.wait()?.then_some(reached))
}
