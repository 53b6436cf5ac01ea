//! Sends what endpoints are told, signed anew at every try.

use std::collections::HashMap;

use kept_journal::outbox::{self, Parcel};
use kept_kernel::Id;
use kept_outbound::{Guard, SigningSecret, Target, post};
use kept_store::{StoreError, params};

use super::endpoint::{Endpoint, EndpointId};
use super::telling::Told;
use super::{TOPIC, endpoint, queries};
use crate::room::Room;

/// How long a parcel is ours: longer than the other side may take.
const LEASE: i64 = 2 * 60 * 1_000_000;
/// So many in a round.
const ROUND: usize = 50;
/// How long the log of deliveries goes back.
const KEPT: i64 = 30 * 86_400 * 1_000_000;

/// How a try ended.
enum Outcome {
    Taken,
    /// It is tried again.
    Failed(String),
    /// It never will be.
    Never(String),
    /// The other side wants nothing more.
    Gone,
}

/// A round: everything that is due now.
pub(crate) fn round(room: &Room) -> Result<(), StoreError> {
    let mut known: HashMap<String, Option<Endpoint>> = HashMap::new();
    for _ in 0..ROUND {
        let (now, own) = (room.world.now(), room.world.id());
        let leased = room
            .store
            .write(move |tx| outbox::lease(tx, (TOPIC, own), (now, now.plus_micros(LEASE)), 1));
        let Some(parcel) = leased.wait()?.pop() else {
            break;
        };
        let outcome = sent(room, &parcel, &mut known)?;
        report(room, parcel, own, outcome)?;
    }
    Ok(())
}

fn sent(
    room: &Room,
    parcel: &Parcel,
    known: &mut HashMap<String, Option<Endpoint>>,
) -> Result<Outcome, StoreError> {
    let Some(told) = Told::read(&parcel.body) else {
        return Ok(Outcome::Never(
            "this version of Kept cannot read it".to_owned(),
        ));
    };
    if !known.contains_key(&told.endpoint) {
        let id = told.endpoint.parse::<Id>().map(EndpointId);
        let found = match id {
            Ok(id) => room.store.read(move |read| endpoint(read, id)).wait()?,
            Err(_) => None,
        };
        known.insert(told.endpoint.clone(), found);
    }
    let Some(Some(to)) = known.get(&told.endpoint) else {
        return Ok(Outcome::Never("the endpoint was removed".to_owned()));
    };
    if let Some((_, because)) = &to.paused {
        return Ok(Outcome::Failed(format!(
            "the endpoint is paused: {because}"
        )));
    }
    let Some(secret) = to.secret(&room.sealer) else {
        let words =
            "its secret cannot be opened with the keys of this house; make the endpoint anew";
        return Ok(Outcome::Never(words.to_owned()));
    };
    Ok(told_to(to, &secret, (parcel, &told), room))
}

fn told_to(
    to: &Endpoint,
    secret: &SigningSecret,
    (parcel, told): (&Parcel, &Told),
    room: &Room,
) -> Outcome {
    let guard: Guard = room.guard;
    let target = match Target::parse(&to.url, guard) {
        Ok(target) => target,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    let id = format!("msg_{}", parcel.id);
    let seconds = room.world.now().micros().div_euclid(1_000_000);
    let headers = [
        ("webhook-id", id.clone()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", secret.sign(&id, seconds, &told.body)),
    ];
    match post(&target, &headers, told.body.clone(), guard) {
        Ok(200..300) => Outcome::Taken,
        Ok(410) => Outcome::Gone,
        Ok(status) => Outcome::Failed(format!("{} answered with {status}", target.host())),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

fn report(room: &Room, parcel: Parcel, own: Id, outcome: Outcome) -> Result<(), StoreError> {
    let now = room.world.now();
    let gone = Told::read(&parcel.body).and_then(|told| told.endpoint.parse::<Id>().ok());
    let written = room.store.write(move |tx| match &outcome {
        Outcome::Taken => outbox::sent(tx, parcel.id, own, now).map(drop),
        Outcome::Failed(why) => outbox::failed(tx, &parcel, own, now, why),
        Outcome::Never(why) => outbox::give_up(tx, &parcel, own, now, why),
        Outcome::Gone => {
            let because = "the other side said that it wants nothing more (410)";
            tx.execute(queries::PAUSE, &params![gone, now, because])?;
            outbox::give_up(tx, &parcel, own, now, because)
        }
    });
    written.wait()
}

/// Forgets what was sent long ago.
pub(crate) fn sweep(room: &Room) -> Result<(), StoreError> {
    let before = room.world.now().plus_micros(-KEPT);
    while room
        .store
        .write(move |tx| outbox::sweep(tx, TOPIC, before))
        .wait()?
        > 0
    {}
    Ok(())
}
