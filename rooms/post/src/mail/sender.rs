//! Sends what waits. The line is opened before anything is taken from the outbox, so that a server that is down costs no letter a
//! try; each letter is leased alone, and counts as sent when the server has said so.

use std::sync::Arc;

use kept_accounts::model::{PersonId, PersonState};
use kept_accounts::queries::person;
use kept_journal::outbox::{self, Became, Parcel};
use kept_kernel::{Id, Instant};
use kept_mail::{Address, Enclosed, Letter, Line, Recipient, Sender, TOPIC, Trouble, compose};
use kept_rooms::JobProblem;
use kept_store::{StoreError, Write, params};

use super::queries;
use crate::room::Room;

/// How long a letter is ours: longer than a server may take for all its answers.
const LEASE: i64 = 10 * 60 * 1_000_000;
/// How long a server that cannot be reached is left alone.
const QUIET: i64 = 60 * 1_000_000;
/// After so many tries a letter is given up that the server refuses for good.
const REFUSED: u32 = 3;
/// So many letters in a round; the next one follows at once.
const ROUND: usize = 100;
/// Letters that were sent so long ago are forgotten.
const KEPT: i64 = 30 * 86_400 * 1_000_000;

/// A round: everything that is due now, as far as the server takes it.
pub(crate) fn round(room: &Room) -> Result<(), JobProblem> {
    let now = room.world.now();
    let due = room.store.read(move |read| {
        let start = (Instant::MIN, Id::default());
        let first = outbox::unsent(read, TOPIC, start, 1)?;
        let due = first
            .first()
            .is_some_and(|letter| letter.next_try_at <= now);
        if !due {
            return Ok::<_, StoreError>(None);
        }
        queries::mail_server(read)
    });
    let Some(kept) = due.wait()?.filter(|kept| kept.quiet_until <= now) else {
        return Ok(());
    };
    let Some(server) = kept.opened(&room.sealer) else {
        let words = "the password that is kept cannot be opened with the keys of this house";
        return noted(room, words, "Type it again in the settings of mail.");
    };
    let sender = kept.sender(room);
    let mut line: Option<Line<'_>> = None;
    for _ in 0..ROUND {
        let open = match line.take().filter(|line| !line.is_broken()) {
            Some(line) => line,
            None => match server.open() {
                Ok(line) => line,
                Err(trouble) => return noted(room, &trouble.to_string(), &trouble.advice),
            },
        };
        let (used, went) = next(room, (&sender, &kept.host), open)?;
        line = used;
        if !went {
            break;
        }
    }
    if let Some(line) = line {
        line.close();
    }
    let well = room.store.write(|tx| tx.execute(queries::WELL, &[]));
    Ok(well.wait().map(drop)?)
}

/// Writes down that the server could not be reached.
fn noted(room: &Room, words: &str, advice: &str) -> Result<(), JobProblem> {
    let (now, words, advice) = (room.world.now(), words.to_owned(), advice.to_owned());
    let note = room.store.write(move |tx| {
        let quiet = now.plus_micros(QUIET);
        tx.execute(queries::TROUBLE, &params![&words, &advice, now, quiet])
    });
    Ok(note.wait().map(drop)?)
}

/// Sends one letter. Gives the line back where it is still good, and whether there was a letter at all.
fn next<'a>(
    room: &Room,
    (sender, host): (&Sender, &str),
    mut line: Line<'a>,
) -> Result<(Option<Line<'a>>, bool), StoreError> {
    let (now, own) = (room.world.now(), room.world.id());
    let leased = room
        .store
        .write(move |tx| outbox::lease(tx, (TOPIC, own), (now, now.plus_micros(LEASE)), 1));
    let Some(parcel) = leased.wait()?.pop() else {
        return Ok((Some(line), false));
    };
    let addressed = match addressed(room, &parcel)? {
        Ok(addressed) => addressed,
        Err(why) => {
            report(room, parcel, own, Err(Unsent::Never(why)))?;
            return Ok((Some(line), true));
        }
    };
    let Ready {
        letter,
        to,
        sender,
        enclosed,
    } = ready(room, sender, addressed)?;
    let outcome = match compose(&letter, &to, &sender, enclosed, (parcel.id, now)) {
        Ok(message) => match line.send(&message) {
            Ok(said) => Ok(format!("{host} said {said}")),
            Err(trouble) => Err(Unsent::Server(trouble)),
        },
        Err(error) => Err(Unsent::Never(error.to_string())),
    };
    let good = !matches!(outcome, Err(Unsent::Server(_)));
    report(room, parcel, own, outcome)?;
    Ok((good.then_some(line), true))
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
    outcome: Result<String, Unsent>,
) -> Result<(), StoreError> {
    let (now, id) = (room.world.now(), parcel.id);
    let written = room.store.write(move |tx| match &outcome {
        Ok(said) => {
            if outbox::sent(tx, parcel.id, own, now)? {
                outbox::became(tx, parcel.id, Became::Taken, said, now)?;
            }
            Ok(())
        }
        Err(Unsent::Never(why)) => given_up(tx, &parcel, (own, now), why),
        Err(Unsent::Server(trouble)) => {
            let why = format!("{}. {}", trouble.said, trouble.advice);
            if trouble.lasting && parcel.tries >= REFUSED {
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
