//! What becomes of a mail.

use kept_accounts::model::PersonState;
use kept_accounts::queries::person_by_email;
use kept_kernel::Id;
use kept_mail::reading::{Automatic, PieceKind, Verdict, pieces};
use kept_mail::{Counts, Mail, Standing};
use kept_store::{StoreError, Write, params};

use super::thread::{self, By, Found};
use super::{Decided, Work, bounce, is_own, own_addresses, row};
use crate::desk::DeskError;
use crate::model::{Mailbox, Outcome};
use crate::queries::{self, folded};
use crate::room::Room;

/// For so long an answer opens again what was closed.
const REOPENS: i64 = 14 * 86_400 * 1_000_000;

pub(super) fn decide(
    room: &Room,
    tx: &Write<'_>,
    work: &Work,
    mailbox: &Mailbox,
) -> Result<Decided, DeskError> {
    let own = own_addresses(&*room.desk, tx)?;
    let mail = work.for_desk(mailbox, &own);
    if work.whole.is_some() {
        let placed = work.step.open(tx, &mail, None)?;
        return Ok(Decided::placed(Outcome::Opened, placed));
    }
    if let Some(request) = copy_of(tx, work)? {
        let words = "The same mail came to another mailbox.".to_owned();
        return Ok(Decided::on(Outcome::Copy, Some(request), Some(words)));
    }
    if let Some(report) = &work.mail.report {
        return bounce::decide(room, tx, work, report);
    }
    let author = work.mail.author().map(|author| folded(&author.email));
    let author = author.unwrap_or_default();
    if is_own(&own, &author) {
        if let Some(letter) = work.letter
            && room.desk.came_back(tx, letter, work.received_at)?
        {
            let words = "A test that a mailbox sent to itself: it can send and receive.";
            return Ok(Decided::on(Outcome::Told, None, Some(words.to_owned())));
        }
        let words = "It says to come from an address of the house itself. Nothing was answered.";
        return Ok(Decided::aside(words));
    }
    let found = thread::find((&*room.desk, &room.marks), tx, &work.mail)?;
    if matches!(
        work.mail.automatic,
        Some(Automatic::Reply | Automatic::Report)
    ) {
        return automatic(tx, work, found);
    }
    if let Some(person) = person_by_email(tx, &author)?
        && person.state == PersonState::Active
    {
        return match found {
            Found::Thread(standing, By::Token) if mail.verdict == Verdict::Verified => {
                let counts = Counts::Note(person.id.0);
                let placed = work.step.add(tx, standing.request, &mail, counts)?;
                Ok(Decided::placed(Outcome::Noted, placed))
            }
            _ => Ok(Decided::aside(
                "It says to come from a colleague. A mail gives nobody a colleague's rights: look at it, and open a request from it \
                 where it is one.",
            )),
        };
    }
    client(tx, work, (&mail, found))
}

/// A mail of somebody outside.
fn client(
    tx: &Write<'_>,
    work: &Work,
    (mail, found): (&Mail<'_>, Found),
) -> Result<Decided, DeskError> {
    let standing = match found {
        Found::Thread(standing, _) => standing,
        Found::Stranger(standing) => {
            let placed = work.step.open(tx, mail, Some(standing.request))?;
            return Ok(Decided::placed(Outcome::Opened, placed));
        }
        Found::Nothing => {
            let placed = work.step.open(tx, mail, None)?;
            return Ok(Decided::placed(Outcome::Opened, placed));
        }
    };
    // What a machine made is told, and is no answer of the client's.
    if work.mail.automatic.is_some() {
        return told(tx, work, standing);
    }
    let counts = match standing.closed_at {
        None => Counts::Client,
        Some(_) if is_thanks(&work.mail.text) => Counts::Client,
        Some(at) if work.now.micros_since(at) <= REOPENS => Counts::Reopens,
        Some(_) => {
            let placed = work.step.open(tx, mail, Some(standing.request))?;
            return Ok(Decided::placed(Outcome::Opened, placed));
        }
    };
    let placed = work.step.add(tx, standing.request, mail, counts)?;
    Ok(Decided::placed(Outcome::Added, placed))
}

/// An answer that a machine gave by itself.
fn automatic(tx: &Write<'_>, work: &Work, found: Found) -> Result<Decided, DeskError> {
    match found {
        Found::Thread(standing, _) => told(tx, work, standing),
        _ => Ok(Decided::aside(
            "A machine answered by itself, and to nothing that is known here.",
        )),
    }
}

fn told(tx: &Write<'_>, work: &Work, standing: Standing) -> Result<Decided, DeskError> {
    let author = work.mail.author().map_or("nobody", |author| &author.email);
    let first: String = work
        .mail
        .text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let first: String = first.chars().take(300).collect();
    let words = format!(
        "An automatic mail came from {author}: “{}” {first}",
        work.mail.subject
    );
    work.step.tell(tx, standing.request, &words)?;
    Ok(Decided::on(Outcome::Told, Some(standing.request), None))
}

/// The request to which the very same mail was brought before, from another mailbox.
fn copy_of(tx: &Write<'_>, work: &Work) -> Result<Option<Id>, StoreError> {
    let Some(id) = &work.mail.message_id else {
        return Ok(None);
    };
    let digest = row::digest(&work.mail);
    let rows: Vec<(Id, Id, Vec<u8>)> = tx.all(queries::WITH_ID, &params![id])?;
    let same = rows.into_iter().find(|(.., known)| known[..] == digest[..]);
    Ok(same.map(|(_, request, _)| request))
}

/// Whether the new words of a mail say thanks and nothing else.
pub(super) fn is_thanks(text: &str) -> bool {
    const THANKS: &[&str] = &[
        "thanks", "thank", "thx", "danke", "dank", "merci", "gracias", "grazie", "obrigado",
        "obrigada", "cheers",
    ];
    const BESIDE: &[&str] = &[
        "you", "a", "lot", "many", "so", "very", "much", "again", "all", "for", "your", "help",
        "the", "quick", "reply", "great", "perfect", "ok", "okay", "good", "super", "vielen",
        "sehr", "schön", "für", "die", "hilfe", "ihre", "beaucoup", "muchas", "mille", "hi",
        "hello", "dear", "it", "works", "now", "team", "best", "regards", "kind",
    ];
    let new = pieces(text)
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::New);
    let words: Vec<String> = new
        .flat_map(|piece| piece.text.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let says = |word: &String| THANKS.contains(&word.as_str());
    let beside = |word: &&String| !says(word) && !BESIDE.contains(&word.as_str());
    // A greeting and a name are allowed beside it.
    words.len() <= 12
        && words.iter().any(says)
        && words.iter().filter(beside).count() <= 2
        && !text.contains('?')
}

#[cfg(test)]
mod tests {
    use super::is_thanks;

    #[test]
    fn thanks_alone_are_told_from_thanks_with_a_wish() {
        for text in [
            "Thanks",
            "Thank you so much!\n\nRuth",
            "Vielen Dank\n-- \nRuth Brennan\nBrennan Pumps\n+49 30 1",
            "Hi Maya, thanks a lot",
        ] {
            assert!(is_thanks(text), "{text}");
        }
        for text in [
            "Thanks, but the pump still leaks and we need another one",
            "Thanks. When does it arrive?",
            "It does not work",
            "",
            "Thanks for nothing, invoice 1183 is wrong too",
        ] {
            assert!(!is_thanks(text), "{text}");
        }
    }
}
