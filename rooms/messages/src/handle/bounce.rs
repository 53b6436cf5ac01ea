//! Reports about mails that we sent. Only one that names an id of ours says anything: it is shown on its request. What can never
//! arrive marks the address; what may arrive another time does not. Nobody outside is told, and no clock moves.

use kept_journal::outbox::{self, Became};
use kept_kernel::Id;
use kept_mail::reading::{Delivery, Failed, Report};
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
    let worst = report.worst().unwrap_or(Delivery::Failed);
    let told = told(report);
    match worst {
        Delivery::Done => outbox::became(tx, message, Became::Delivered, &told, work.now)?,
        Delivery::Failed => outbox::became(tx, message, Became::Failed, &told, work.now)?,
        Delivery::Delayed | Delivery::FailedForNow => {}
    }
    let Some(request) = room.desk.of_message(tx, message)? else {
        return Ok(Decided::on(Outcome::Bounce, None, None));
    };
    let standing = room.desk.standing(tx, request)?;
    let request = standing.map_or(request, |standing| standing.request);
    if let Some(words) = words(report) {
        work.step.tell(tx, request, &words)?;
    }
    Ok(Decided::on(Outcome::Bounce, Some(request), None))
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

/// The server's own words for all of them: `li@brennan.example: 550 5.1.1 no such user`.
fn told(report: &Report) -> String {
    let one = |one: &Failed| format!("{}: {} {}", one.email, one.status, one.said);
    let all: Vec<String> = report.recipients.iter().take(5).map(one).collect();
    all.join("; ")
}

/// What is said on the request; none for what went well.
fn words(report: &Report) -> Option<String> {
    let worst = report.worst().unwrap_or(Delivery::Failed);
    let emails: Vec<&str> = report
        .recipients
        .iter()
        .map(|one| one.email.as_str())
        .collect();
    let to = if emails.is_empty() {
        "the client".to_owned()
    } else {
        emails.join(", ")
    };
    let said = report.recipients.iter().find(|one| !one.said.is_empty());
    let said = said.map_or(String::new(), |one| {
        format!(" The server said: {}", one.said)
    });
    match worst {
        Delivery::Done => None,
        Delivery::Delayed => Some(format!(
            "Our mail has not reached {to} yet. It is still tried.{said}"
        )),
        Delivery::FailedForNow => Some(format!("Our mail did not reach {to} this time.{said}")),
        Delivery::Failed => Some(format!(
            "Our mail cannot reach {to}. Check the address, or use another way.{said}"
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
