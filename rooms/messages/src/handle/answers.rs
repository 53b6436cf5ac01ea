//! What the house answers by itself: one short receipt for a new request, where the mailbox asks for it. It repeats nothing that
//! somebody wrote, since whoever wrote may have given another's address; and it stops: once an hour and five times a day to an
//! address, and so often an hour to all together. Where it is held back, the duty to confirm is a person's as always.

use kept_kernel::{Id, Instant};
use kept_mail::reading::Verdict;
use kept_mail::{Address, Before, Letter, Placed, Thread, Voice, is_address, put};
use kept_store::{StoreError, Write, params};

use super::Work;
use crate::model::Mailbox;
use crate::queries::{self, folded};

const HOUR: i64 = 3_600 * 1_000_000;
/// To one address in a day.
const A_DAY: u64 = 5;
/// To all in an hour.
const AN_HOUR: u32 = 200;

pub(super) fn receipt(
    tx: &Write<'_>,
    work: &Work,
    mailbox: &Mailbox,
    placed: Option<Placed>,
) -> Result<(), StoreError> {
    let mail = &work.mail;
    let (Some(placed), Some(to)) = (placed, mail.answer_to()) else {
        return Ok(());
    };
    let forged = work.finding.verdict == Verdict::Forged;
    let address = folded(&to.email);
    if !mailbox.receipt || mail.automatic.is_some() || forged || !is_address(&address) {
        return Ok(());
    }
    let [parcel, entry] = work.answer;
    if !may_answer(tx, entry, &address, work.now)? {
        return Ok(());
    }
    let number = format!("R-{}", placed.number);
    let to = Address {
        name: String::new(),
        email: address,
    };
    let text = format!(
        "We have your mail. Its number is {number}.\n\nSomebody of us reads it and writes to you. This receipt was sent by a machine."
    );
    let letter = Letter {
        from: Some(mailbox.address.clone()),
        thread: Some(Thread {
            in_reply_to: mail.message_id.clone().map(Before::Theirs),
            references: mail
                .message_id
                .clone()
                .map(Before::Theirs)
                .into_iter()
                .collect(),
            ..Thread::default()
        }),
        ..Letter::to_address(
            to,
            Voice::Answer,
            format!("[{number}] We have your mail"),
            text,
        )
    };
    put(tx, parcel, &letter, work.now)
}

/// Whether a machine may answer an address now: neither whoever reads there nor everybody together has had enough. Where it may, that
/// is counted.
pub(crate) fn may_answer(
    tx: &Write<'_>,
    entry: Id,
    address: &str,
    now: Instant,
) -> Result<bool, StoreError> {
    let reader = reader(address);
    let hour = now.plus_micros(-HOUR);
    let day = now.plus_micros(-24 * HOUR);
    let (today, last): (u64, Option<Instant>) =
        tx.one(queries::ANSWERS_TO, &params![&reader, day])?;
    let (all,): (u64,) = tx.one(queries::ANSWERS_SINCE, &params![hour, AN_HOUR])?;
    if today >= A_DAY || last.is_some_and(|last| last > hour) || all >= u64::from(AN_HOUR) {
        return Ok(false);
    }
    tx.execute(queries::ADD_ANSWER, &params![entry, &reader, now])?;
    Ok(true)
}

/// Whoever reads at an address, however it is written: with most providers what stands behind a plus leads to the same person, with some
/// dots do. Two people who are taken for one get a receipt less, and no more than that.
fn reader(address: &str) -> String {
    let folded = folded(address);
    let Some((local, domain)) = folded.rsplit_once('@') else {
        return folded;
    };
    let plain = local.split('+').next().unwrap_or_default();
    format!("{}@{domain}", plain.replace('.', ""))
}
