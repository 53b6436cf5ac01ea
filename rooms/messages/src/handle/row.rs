//! The row of a mail: what it was read as, and what became of it.

use kept_mail::reading::{Automatic, Incoming, sha256};
use kept_store::{StoreError, Write, params};

use super::{Decided, Work};
use crate::queries::{self, folded};

pub(super) fn put(tx: &Write<'_>, work: &Work, decided: &Decided) -> Result<(), StoreError> {
    let mail = &work.mail;
    let author = mail.author();
    let recipients: Vec<String> = mail.recipients().map(|one| folded(&one.email)).collect();
    let recipients = serde_json::to_string(&recipients).unwrap_or_default();
    let flaws: Vec<&str> = mail.flaws.iter().map(|flaw| flaw.words()).collect();
    let reply_to = mail.reply_to.first().map(|one| folded(&one.email));
    tx.execute(
        queries::ADD,
        &params![
            work.id,
            work.raw,
            work.mailbox,
            &mail.message_id,
            mail.answers().next(),
            &mail.subject,
            author.map_or("", |author| &author.name),
            &author
                .map(|author| folded(&author.email))
                .unwrap_or_default(),
            &reply_to.unwrap_or_default(),
            &recipients,
            mail.date,
            work.received_at,
            work.finding.verdict.word(),
            mail.automatic.map(Automatic::word),
            &flaws.join(", "),
            &digest(mail),
            decided.outcome.word(),
            &decided.reason,
            decided.request,
            decided.placed.map(|placed| placed.message),
            &work.finding.reasons.join("\n"),
        ],
    )?;
    Ok(())
}

/// The same words of the same sender under the same id are the same mail, whichever of our mailboxes they came to.
pub(super) fn digest(mail: &Incoming) -> [u8; 32] {
    let mut words = Vec::new();
    let author = mail.author().map(|author| folded(&author.email));
    let id = mail.message_id.as_deref().unwrap_or_default();
    for part in [id, &author.unwrap_or_default(), &mail.subject, &mail.text] {
        words.extend_from_slice(part.as_bytes());
        words.push(b'\n');
    }
    for part in &mail.parts {
        words.extend_from_slice(&part.sha256);
    }
    sha256(&words)
}
