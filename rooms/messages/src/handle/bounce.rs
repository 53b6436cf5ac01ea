//! Reports about mails that we sent. Only one that names an id of ours says anything: it is shown on its request. What can never
//! arrive marks the address; what may arrive another time does not. Nobody outside is told, and no clock moves.

use std::collections::BTreeSet;

use kept_journal::outbox::{self, Became, Fate};
use kept_kernel::{Id, Instant};
use kept_mail::reading::{Delivery, Failed, Report};
use kept_mail::{Letter, Recipient, TOPIC};
use kept_store::{StoreError, Write, params};

use super::{Decided, Work};
use crate::desk::DeskError;
use crate::model::Outcome;
use crate::queries::{self, folded};
use crate::room::Room;

pub(super) fn decide(
    room: &Room,
    tx: &Write<'_>,
    work: &Work,
    report: &Report,
) -> Result<Decided, DeskError> {
    let Some(message) = reported(room, tx, work, report)? else {
        return Ok(Decided::aside(
            "A server reports about a mail that did not leave this house. Nothing was done.",
        ));
    };
    let request = room.desk.of_message(tx, message)?;
    let standing = request.map(|one| room.desk.standing(tx, one)).transpose()?;
    let request = standing.flatten().map(|one| one.request).or(request);
    let rest = became(tx, (message, request), report, work.now)?;
    let Some(request) = request else {
        return Ok(Decided::on(Outcome::Bounce, None, None));
    };
    if let Some(words) = words(report, rest) {
        work.step.tell(tx, request, &words)?;
    }
    Ok(Decided::on(Outcome::Bounce, Some(request), None))
}

/// What a report leaves of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// Copies of others, of which it says nothing.
    Others,
    /// Nothing.
    Nothing,
}

/// Writes down what became of a mail of ours. What is told of some of those that it went to says nothing of the others: for them it
/// stays what it was, and it says beside that whose copy came back.
fn became(
    tx: &Write<'_>,
    (message, request): (Id, Option<Id>),
    report: &Report,
    now: Instant,
) -> Result<Rest, StoreError> {
    let told = told(report);
    let lost = of(report, Delivery::Failed);
    match report.worst().unwrap_or(Delivery::Failed) {
        Delivery::Delayed | Delivery::FailedForNow => return Ok(Rest::Nothing),
        Delivery::Done if queries::returned(tx, message)?.is_empty() => {
            outbox::became(tx, message, Became::Delivered, &told, now)?;
            return Ok(Rest::Nothing);
        }
        Delivery::Done => {
            beside(tx, message, &told, now)?;
            return Ok(Rest::Nothing);
        }
        Delivery::Failed => {}
    }
    for address in &lost {
        if let Some(request) = request {
            let row = params![message, address, request, now];
            tx.execute(queries::ADD_RETURNED, &row)?;
        }
    }
    let mut returned = queries::returned(tx, message)?;
    returned.extend(lost);
    let all = recipients(tx, message)?;
    // Of one that went to a single address, or that is not kept any longer, no report says less than all.
    if all.len() < 2 || all.iter().all(|one| returned.contains(one)) {
        outbox::became(tx, message, Became::Bounced, &told, now)?;
        return Ok(Rest::Nothing);
    }
    beside(tx, message, &format!("a copy came back: {told}"), now)?;
    Ok(Rest::Others)
}

/// To whom a mail of ours went, each once, in small letters; nobody: it is not kept any longer.
fn recipients(tx: &Write<'_>, message: Id) -> Result<BTreeSet<String>, StoreError> {
    let parcel = outbox::one(tx, message, TOPIC)?;
    let letter = parcel.and_then(|parcel| Letter::read(&parcel.body));
    let Some(letter) = letter else {
        return Ok(BTreeSet::new());
    };
    let to = match &letter.to {
        Recipient::Address(to) => Some(to),
        Recipient::Person(_) => None,
    };
    let all = to.into_iter().chain(&letter.cc);
    Ok(all.map(|one| folded(&one.email)).collect())
}

/// Says something more of a mail that stays what it was.
fn beside(tx: &Write<'_>, message: Id, words: &str, now: Instant) -> Result<(), StoreError> {
    let fate = outbox::fates(tx, &[message])?.pop().map(|(_, fate)| fate);
    let (kind, said, at) = match fate {
        Some(Fate::Taken(said, at)) => (Became::Taken, said, at),
        Some(Fate::Delivered(said, at)) => (Became::Delivered, said, at),
        // It is over for all of them, or has not left.
        Some(_) => return Ok(()),
        None => (Became::Taken, String::new(), now),
    };
    if said.contains(words) {
        return Ok(());
    }
    let said = match said.as_str() {
        "" => words.to_owned(),
        said => format!("{said}; {words}"),
    };
    outbox::became(tx, message, kind, &said, at)
}

/// The addresses of which a report says this, in small letters.
fn of(report: &Report, delivery: Delivery) -> Vec<String> {
    let all = report.recipients.iter();
    let meant = all.filter(|one| one.delivery == delivery && one.email.contains('@'));
    meant.map(|one| folded(&one.email)).collect()
}

/// The mail of ours that a report is about: by the id that it quotes, which may be one that a provider gave; else by the address that
/// only that mail gave out.
fn reported(
    room: &Room,
    tx: &Write<'_>,
    work: &Work,
    report: &Report,
) -> Result<Option<Id>, StoreError> {
    let original = report.original.as_deref();
    let quoted = original.and_then(|id| room.marks.parcel(id));
    let to = work.mail.recipients().chain(&work.mail.delivered_to);
    let mut to = to.filter_map(|one| room.marks.parcel(&one.email));
    match (quoted.or_else(|| to.next()), original) {
        (None, Some(id)) => queries::parcel_known_as(tx, id),
        (found, _) => Ok(found),
    }
}

/// The server's own words for those whom it is worst for: `li@brennan.example: 5.1.1 550 no such user`.
fn told(report: &Report) -> String {
    let one = |one: &Failed| format!("{}: {} {}", one.email, one.status, one.said);
    let all: Vec<String> = worst(report).take(5).map(one).collect();
    all.join("; ")
}

/// Those whom it is worst for.
fn worst(report: &Report) -> impl Iterator<Item = &Failed> {
    let worst = report.worst();
    let all = report.recipients.iter();
    all.filter(move |one| Some(one.delivery) == worst)
}

/// What is said on the request; none for what went well.
fn words(report: &Report, rest: Rest) -> Option<String> {
    let emails: Vec<&str> = worst(report).map(|one| one.email.as_str()).collect();
    let to = match (emails.is_empty(), rest) {
        (true, Rest::Others) => "one of those that it went to".to_owned(),
        (true, Rest::Nothing) => "the client".to_owned(),
        (false, _) => emails.join(", "),
    };
    let said = worst(report).find(|one| !one.said.is_empty());
    let said = said.map_or(String::new(), |one| {
        format!(" The server said: {}", one.said)
    });
    let others = match rest {
        Rest::Others => " The copies of the others are not concerned.",
        Rest::Nothing => "",
    };
    match report.worst().unwrap_or(Delivery::Failed) {
        Delivery::Done => None,
        Delivery::Delayed => Some(format!(
            "Our mail has not reached {to} yet. It is still tried.{said}"
        )),
        Delivery::FailedForNow => Some(format!("Our mail did not reach {to} this time.{said}")),
        Delivery::Failed => Some(format!(
            "Our mail cannot reach {to}. Check the address, or use another way.{others}{said}"
        )),
    }
}

/// Marks the addresses that no mail reaches any more.
pub(super) fn mark(
    tx: &Write<'_>,
    work: &Work,
    report: &Report,
    request: Option<Id>,
) -> Result<(), StoreError> {
    let lost = |one: &&Failed| one.delivery == Delivery::Failed && one.email.contains('@');
    for one in report.recipients.iter().filter(lost) {
        let address = folded(&one.email);
        let row = params![&address, &one.status, &one.said, work.now, request, work.id];
        tx.execute(queries::BOUNCED, &row)?;
    }
    Ok(())
}
