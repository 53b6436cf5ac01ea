//! Watching over the mailboxes of other servers: a thread for each, which waits there for mail; and telling the administrators when one
//! cannot be reached, or has been silent for longer than it ever was.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use kept_accounts::queries::people_with_role;
use kept_kernel::Instant;
use kept_mail::imap::Imap;
use kept_mail::{Letter, Trouble, put};
use kept_store::{StoreError, Write, params};

use super::{FetchError, Source};
use crate::model::{Mailbox, MailboxId};
use crate::queries;
use crate::room::Room;

/// So long a server is waited for before the line is looked after: shorter than any of them waits for us.
const WAIT: Duration = Duration::from_mins(4);
/// Without news by itself a server is asked so often.
const ASK: Duration = Duration::from_secs(30);
/// How long a server that cannot be reached is left alone at first, and at most.
const QUIET: i64 = 30 * 1_000_000;
const LONGEST: i64 = 3_600 * 1_000_000;
/// After so many tries the administrators are told.
const TELL: u32 = 5;
/// They are told of a mailbox once in so long.
const TOLD: i64 = 86_400 * 1_000_000;
/// No silence is long that is shorter.
const SHORTEST_SILENCE: i64 = 86_400 * 1_000_000;
/// With fewer mails nobody knows what is usual.
const FEW: usize = 10;

/// The threads that wait, by mailbox.
#[derive(Default)]
pub(crate) struct Watch(Mutex<BTreeMap<MailboxId, JoinHandle<()>>>);

impl Watch {
    /// Sees to it that each mailbox which is to be fetched is watched by somebody.
    pub(crate) fn round(&self, room: &Room) -> Result<(), StoreError> {
        if room.outward.is_none() {
            return Ok(());
        }
        let now = room.world.now();
        let sources = room.store.read(queries::sources).wait()?;
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|_, thread| !thread.is_finished());
        for source in sources.into_iter().filter(|one| one.quiet_until <= now) {
            let (mailbox, room) = (source.mailbox, room.clone());
            threads.entry(mailbox).or_insert_with(|| {
                std::thread::spawn(move || {
                    if let Err(error) = watched(&room, source) {
                        // What stands in the way here is tried again by the next round.
                        let _ = noted(&room, mailbox, &error);
                    }
                })
            });
        }
        Ok(())
    }
}

/// Fetches and waits, until the settings change or something stands in the way.
fn watched(room: &Room, source: Source) -> Result<(), FetchError> {
    let mut line = room.reach(&source)?;
    let mut source = source;
    loop {
        room.fetch(&source, &mut line)?;
        wait(&mut line)?;
        let (mailbox, before) = (source.mailbox, source.changed_at);
        let now = room.store.read(move |read| queries::source(read, mailbox));
        match now.wait()?.filter(|now| now.changed_at == before) {
            Some(now) => source = now,
            None => {
                line.close();
                return Ok(());
            }
        }
    }
}

fn wait(line: &mut Imap) -> Result<(), Trouble> {
    if line.can("IDLE") {
        return line.wait(WAIT).map(drop);
    }
    std::thread::sleep(ASK);
    Ok(())
}

/// Writes down what stood in the way, and tells the administrators where it lasts.
pub(crate) fn noted(room: &Room, mailbox: MailboxId, error: &FetchError) -> Result<(), StoreError> {
    let FetchError::There(trouble) = error else {
        return Ok(());
    };
    let (now, trouble) = (room.world.now(), trouble.clone());
    let world = room.world.clone();
    let note = room.store.write(move |tx| {
        let Some(source) = queries::source(tx, mailbox)? else {
            return Ok(());
        };
        let doubled = QUIET.saturating_mul(1 << source.tries.min(20));
        let quiet = now.plus_micros(doubled.min(LONGEST));
        let said = trouble.to_string();
        let row = params![mailbox, &said, &trouble.advice, now, quiet];
        tx.execute(queries::SOURCE_TROUBLE, &row)?;
        if source.tries + 1 < TELL {
            return Ok(());
        }
        let Some(of) = queries::mailbox(tx, mailbox)? else {
            return Ok(());
        };
        let subject = format!("The mailbox {} cannot be reached", of.address);
        let text = format!(
            "{trouble}.\n\n{}\n\nMail waits there until it can be fetched.",
            trouble.advice
        );
        tell(tx, (&of, now), (&subject, &text), || world.id())
    });
    note.wait()
}

/// Tells the administrators, unless they were told of this mailbox lately.
fn tell(
    tx: &Write<'_>,
    (of, now): (&Mailbox, Instant),
    (subject, text): (&str, &str),
    mut id: impl FnMut() -> kept_kernel::Id,
) -> Result<(), StoreError> {
    let lately = now.plus_micros(-TOLD);
    if tx.execute(queries::TELL_OF, &params![of.id, now, lately])? == 0 {
        return Ok(());
    }
    for person in people_with_role(tx, "administrator")? {
        let letter = Letter::to_person(person.id.0, subject, text)
            .link("See the mailboxes", "/settings/mailboxes")
            .until(now.plus_micros(TOLD));
        put(tx, id(), &letter, now)?;
    }
    Ok(())
}

/// Looks at each mailbox whether nothing has come for longer than ever.
pub(crate) fn silences(room: &Room) -> Result<(), StoreError> {
    let now = room.world.now();
    let all = room.store.read(queries::mailboxes).wait()?;
    for of in all {
        let id = of.id;
        let came = room
            .store
            .read(move |read| read.all::<(Instant,)>(queries::CAME_LATELY, &params![id]));
        let came: Vec<Instant> = came.wait()?.into_iter().map(|(at,)| at).collect();
        let Some(last) = silent_since(&came, now) else {
            continue;
        };
        let world = room.world.clone();
        let told = room.store.write(move |tx| {
            let subject = format!("No mail comes to {}", of.address);
            let day = last.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
            let text = format!(
                "The last mail came on {}. It was never silent for so long.\n\nSend a mail there, and look whether it arrives.",
                day.strftime("%A %-d %B, %H:%M UTC")
            );
            tell(tx, (&of, now), (&subject, &text), || world.id())
        });
        told.wait()?;
    }
    Ok(())
}

/// When the last mail came, where that is longer ago than twice the longest silence before. The newest come first.
fn silent_since(came: &[Instant], now: Instant) -> Option<Instant> {
    let last = *came.first()?;
    if came.len() < FEW {
        return None;
    }
    let gaps = came.iter().zip(came.iter().skip(1));
    let longest = gaps
        .map(|(later, earlier)| later.micros_since(*earlier))
        .max()?;
    let most = longest.saturating_mul(2).max(SHORTEST_SILENCE);
    (now.micros_since(last) > most).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::silent_since;
    use kept_kernel::Instant;

    #[test]
    fn a_silence_is_long_when_it_is_twice_as_long_as_any_before() {
        let day = 86_400;
        let at = |days: i64| Instant::from_seconds(days * day);
        let daily: Vec<Instant> = (0..12).rev().map(at).collect();
        assert_eq!(silent_since(&daily, at(12)), None);
        assert_eq!(silent_since(&daily, at(14)), Some(at(11)));
        let weekly: Vec<Instant> = (0..12).rev().map(|week| at(week * 7)).collect();
        assert_eq!(silent_since(&weekly, at(77 + 13)), None);
        assert_eq!(silent_since(&weekly, at(77 + 15)), Some(at(77)));
        assert_eq!(silent_since(&daily[..5], at(99)), None);
        assert_eq!(silent_since(&[], at(99)), None);
    }
}
