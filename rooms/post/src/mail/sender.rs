//! Sends what waits. The line is opened before anything is taken from the outbox, so that a server that is down costs no letter a
//! try; each letter is leased alone, and counts as sent when the server has said so.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use kept_accounts::model::{PersonId, PersonState};
use kept_accounts::queries::person;
use kept_journal::outbox::{self, Became, Parcel};
use kept_kernel::{Id, Instant};
use kept_mail::{
    Address, Enclosed, Letter, Line, Recipient, Sender, Server, TOPIC, Trouble, compose,
    message_id, other_ids,
};
use kept_rooms::JobProblem;
use kept_store::{StoreError, Write};

use super::ways::{self, Way, Ways};
use crate::room::Room;

/// How long a letter is ours: longer than a server may take for all its answers.
const LEASE: i64 = 15 * 60 * 1_000_000;
/// How long a server that cannot be reached is left alone.
const QUIET: i64 = 60 * 1_000_000;
/// One that held up the letters of others is left alone for so many times as long.
const AS_LONG_AGAIN: i64 = 10;
/// So many letters in a round; the next one follows at once.
const ROUND: usize = 100;
/// Letters that were sent so long ago are forgotten.
const KEPT: i64 = 30 * 86_400 * 1_000_000;

/// A round: everything that is due now, as far as the servers take it.
pub(crate) fn round(room: &Room) -> Result<(), JobProblem> {
    let now = room.world.now();
    let due = room.store.read(move |read| {
        let start = (Instant::MIN, Id::default());
        let first = outbox::unsent(read, TOPIC, start, 1)?;
        let due = first
            .first()
            .is_some_and(|letter| letter.next_try_at <= now);
        due.then(|| ways::known(read)).transpose()
    });
    let Some(known) = due.wait()? else {
        return Ok(());
    };
    let ways = Ways::new(room, &known);
    if ways.all.iter().all(|way| way.quiet_until > now) {
        return Ok(());
    }
    let servers: Vec<Result<Server, Trouble>> =
        ways.all.iter().map(|way| waited_for(room, way)).collect();
    let mut sending = Sending {
        room,
        lines: servers.iter().map(|_| None).collect(),
        used: vec![false; servers.len()],
        servers: &servers,
        ways,
    };
    // With one server alone nothing is taken from the outbox before there is a line.
    if servers.len() == 1 && !sending.keeps_a_line()? {
        return Ok(());
    }
    for _ in 0..ROUND {
        if !sending.next()? {
            break;
        }
    }
    Ok(sending.end()?)
}

fn waited_for(room: &Room, way: &Way) -> Result<Server, Trouble> {
    way.server
        .clone()
        .map(|server| server.waited_for(room.patience))
}

/// A round under way.
struct Sending<'a> {
    room: &'a Room,
    ways: Ways,
    servers: &'a [Result<Server, Trouble>],
    lines: Vec<Option<Line<'a>>>,
    /// Which of them could be used.
    used: Vec<bool>,
}

impl<'a> Sending<'a> {
    fn keeps_a_line(&mut self) -> Result<bool, StoreError> {
        let line = self.line(0)?;
        let there = line.is_some();
        self.keep(0, line);
        Ok(there)
    }

    fn keep(&mut self, at: usize, line: Option<Line<'a>>) {
        if let Some(place) = self.lines.get_mut(at) {
            *place = line;
        }
    }

    /// A line to a server; none: it cannot be used just now, which is written down.
    fn line(&mut self, at: usize) -> Result<Option<Line<'a>>, StoreError> {
        let open = self.lines.get_mut(at).and_then(Option::take);
        if let Some(open) = open.filter(|line| !line.is_broken()) {
            return Ok(Some(open));
        }
        let (Some(way), Some(server)) = (self.ways.all.get_mut(at), self.servers.get(at)) else {
            return Ok(None);
        };
        if way.quiet_until > self.room.world.now() {
            return Ok(None);
        }
        let begun = Stopwatch::now();
        let opened = match server {
            Ok(server) => server.open(),
            Err(trouble) => Err(trouble.clone()),
        };
        match opened {
            Ok(line) => {
                if let Some(used) = self.used.get_mut(at) {
                    *used = true;
                }
                Ok(Some(line))
            }
            Err(trouble) => {
                way.refused(self.room, &trouble);
                self.left_alone(at, (&trouble, begun.elapsed()))?;
                Ok(None)
            }
        }
    }

    /// Writes down what is wrong with a server that took so long to show it.
    fn left_alone(
        &mut self,
        at: usize,
        (trouble, took): (&Trouble, Duration),
    ) -> Result<(), StoreError> {
        if let Some(used) = self.used.get_mut(at) {
            *used = false;
        }
        // Where there is no other, nobody else has waited.
        let times = if self.servers.len() > 1 {
            AS_LONG_AGAIN
        } else {
            0
        };
        let took = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        let quiet = took.saturating_mul(times).max(QUIET);
        let Some(way) = self.ways.all.get_mut(at) else {
            return Ok(());
        };
        let words = (&*trouble.to_string(), &*trouble.advice);
        way.noted(self.room, words, quiet)
    }

    /// Sends one letter. False: there was none.
    fn next(&mut self) -> Result<bool, StoreError> {
        let room = self.room;
        let (now, own) = (room.world.now(), room.world.id());
        let leased = room
            .store
            .write(move |tx| outbox::lease(tx, (TOPIC, own), (now, now.plus_micros(LEASE)), 1));
        let Some(parcel) = leased.wait()?.pop() else {
            return Ok(false);
        };
        let addressed = match addressed(room, &parcel)? {
            Ok(addressed) => addressed,
            Err(why) => {
                report(room, parcel, own, Err(Unsent::Never(why)))?;
                return Ok(true);
            }
        };
        let at = self.ways.of(&addressed.0);
        let line = match at {
            Some(at) => self.line(at)?,
            None => None,
        };
        let (Some(at), Some(mut line)) = (at, line) else {
            postponed(room, parcel.id, (own, now.plus_micros(QUIET)))?;
            return Ok(true);
        };
        let host = self.ways.all.get(at).map_or("", |way| &way.host);
        let ready = ready(room, &self.ways.sender, addressed)?;
        let begun = Stopwatch::now();
        let outcome = sent(&mut line, ready, host, (parcel.id, now));
        let good = !matches!(outcome, Err(Unsent::Server(_)));
        if let Err(Unsent::Server(trouble)) = &outcome
            && trouble.is_slowness()
        {
            self.left_alone(at, (trouble, begun.elapsed()))?;
        }
        report(room, parcel, own, outcome)?;
        self.keep(at, good.then_some(line));
        Ok(true)
    }

    fn end(self) -> Result<(), StoreError> {
        for line in self.lines.into_iter().flatten() {
            line.close();
        }
        for (way, used) in self.ways.all.iter().zip(&self.used) {
            if *used {
                way.well(self.room)?;
            }
        }
        Ok(())
    }
}

/// The server of a letter cannot be used just now: that costs the letter no try.
fn postponed(room: &Room, parcel: Id, (own, until): (Id, Instant)) -> Result<(), StoreError> {
    let later = room
        .store
        .write(move |tx| outbox::postpone(tx, parcel, own, until));
    later.wait()
}

fn sent(
    line: &mut Line<'_>,
    ready: Ready,
    host: &str,
    (parcel, now): (Id, Instant),
) -> Result<Taken, Unsent> {
    let Ready {
        letter,
        to,
        sender,
        enclosed,
    } = ready;
    let own_id = message_id(&letter, &sender, parcel);
    let message = compose(&letter, &to, &sender, enclosed, (parcel, now))
        .map_err(|error| Unsent::Never(error.to_string()))?;
    let taken = line.send(&message).map_err(Unsent::Server)?;
    let mut said = format!("{host} said {}", taken.said);
    for (address, why) in &taken.refused {
        // Writing to a text cannot fail.
        let _ = write!(said, "; it did not take the copy for {address}: {why}");
    }
    Ok(Taken {
        own_id,
        ids: other_ids(host, &taken.said),
        said,
    })
}

/// What a server said that took a letter, the id that it left under, and which ids the server gave it.
struct Taken {
    said: String,
    own_id: String,
    ids: Vec<String>,
}

/// Why a letter was not sent.
enum Unsent {
    /// What it is can never be sent.
    Never(String),
    /// The server did not take it, or the line broke.
    Server(Trouble),
}

fn report(
    room: &Room,
    parcel: Parcel,
    own: Id,
    outcome: Result<Taken, Unsent>,
) -> Result<(), StoreError> {
    let outside = Arc::clone(&room.outside);
    let (now, id) = (room.world.now(), parcel.id);
    let written = room.store.write(move |tx| match &outcome {
        Ok(taken) => {
            if outbox::sent(tx, parcel.id, own, now)? {
                outbox::became(tx, parcel.id, Became::Taken, &taken.said, now)?;
                outside.known_as(tx, parcel.id, (&taken.own_id, &taken.ids), now)?;
            }
            Ok(())
        }
        Err(Unsent::Never(why)) => given_up(tx, &parcel, (own, now), why),
        Err(Unsent::Server(trouble)) => {
            let why = format!("{}. {}", trouble.said, trouble.advice);
            // What is refused for good is refused at every try.
            if trouble.lasting {
                given_up(tx, &parcel, (own, now), &why)
            } else {
                outbox::failed(tx, &parcel, own, now, &why)
            }
        }
    });
    written.wait()?;
    room.outside.went(id);
    Ok(())
}

fn given_up(
    tx: &Write<'_>,
    parcel: &Parcel,
    (own, now): (Id, Instant),
    why: &str,
) -> Result<(), StoreError> {
    outbox::give_up(tx, parcel, own, now, why)?;
    outbox::became(tx, parcel.id, Became::Failed, why, now)
}

/// A letter with all that it leaves with.
struct Ready {
    letter: Letter,
    to: Address,
    sender: Sender,
    enclosed: Vec<Enclosed>,
}

/// Looks up as whom it goes and what goes with it. A mailbox that is not in use any longer writes as the house.
fn ready(
    room: &Room,
    house: &Sender,
    (letter, to): (Letter, Address),
) -> Result<Ready, StoreError> {
    let outside = Arc::clone(&room.outside);
    let (from, files) = (letter.from.clone(), letter.files.clone());
    let read = room.store.read(move |read| {
        let identity = match &from {
            Some(address) => outside.identity(read, address)?,
            None => None,
        };
        let mut enclosed = Vec::new();
        for id in files.iter().filter_map(|id| id.parse().ok()) {
            enclosed.extend(outside.file(read, id)?);
        }
        Ok::<_, StoreError>((identity, enclosed))
    });
    let (identity, enclosed) = read.wait()?;
    let mut sender = match identity {
        Some(identity) => house.from_mailbox(identity),
        None => house.clone(),
    };
    // A signature of another domain says nothing to those who check it.
    sender.dkim = sender.dkim.filter(|key| key.is_for(&sender.email));
    Ok(Ready {
        letter,
        to,
        sender,
        enclosed,
    })
}

/// The letter of a parcel and where it goes; else why it can go nowhere.
type Addressed = Result<(Letter, Address), String>;

fn addressed(room: &Room, parcel: &Parcel) -> Result<Addressed, StoreError> {
    let Some(letter) = Letter::read(&parcel.body) else {
        return Ok(Err(
            "This is no letter that this version of Kept can read.".to_owned()
        ));
    };
    if letter
        .until
        .is_some_and(|until| until < room.world.now().micros())
    {
        return Ok(Err("It is too old to matter.".to_owned()));
    }
    let id = match &letter.to {
        Recipient::Address(address) => {
            let address = address.clone();
            return Ok(Ok((letter, address)));
        }
        Recipient::Person(id) => id.parse::<PersonId>(),
    };
    let Ok(id) = id else {
        return Ok(Err("It names nobody.".to_owned()));
    };
    let found = room.store.read(move |read| person(read, id)).wait()?;
    Ok(match found {
        Some(person) if person.state == PersonState::Active => {
            let address = Address {
                name: person.name,
                email: person.email,
            };
            Ok((letter, address))
        }
        _ => Err("The person it is for does not work here any longer.".to_owned()),
    })
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
