//! What is written from a template: what a request says by itself, and from which one an answer was begun.

use kept_accounts::access::{Action, for_kept};
use kept_clients::read::{self, ClientCard, ContactCard};
use kept_kernel::Id;
use kept_store::{StoreError, params};

use super::Work;
use crate::model::Expected;
use crate::queries;
use crate::telling::Doer;
use crate::texts::{Begun, Known, Notice, Text, filled};

/// Words of a template with what is known in its fields.
pub(super) struct Ready {
    text: Text,
    pub(super) words: String,
}

/// Who is written to.
struct Reader {
    contact: Option<ContactCard>,
    client: Option<ClientCard>,
    /// Whoever writes.
    me: Option<String>,
}

/// What a text says beside who is who.
#[derive(Clone, Copy, Default)]
pub(super) struct Says<'a> {
    pub(super) expected: Option<&'a Expected>,
    /// A notice that it is done.
    pub(super) notice: Option<Notice>,
}

/// The words of an occasion in the contact's language; none: nobody has approved any, or they would leave a gap.
pub(super) fn of_occasion(
    work: &Work<'_, '_>,
    occasion: &str,
    says: Says<'_>,
) -> Result<Option<Ready>, StoreError> {
    let reader = reader(work)?;
    let language = reader.contact.as_ref().map(|one| one.language.clone());
    let language = language.or_else(|| reader.client.as_ref().map(|one| one.language.clone()));
    let language = language.unwrap_or_default();
    let Some(text) = work.step.texts.of_occasion(work.tx, occasion, &language)? else {
        return Ok(None);
    };
    let merged = merged(work, (&text, &reader), says);
    Ok(merged.gaps.is_empty().then_some(Ready {
        words: merged.text,
        text,
    }))
}

/// Keeps from which text a message was made.
pub(super) fn keep(work: &Work<'_, '_>, message: Id, ready: &Ready) -> Result<(), StoreError> {
    let text = &ready.text;
    let row = params![
        message,
        work.request.id,
        text.id,
        text.version,
        &text.name,
        &ready.words,
        false
    ];
    work.tx.put(queries::ADD_WRITTEN, &row)
}

/// Keeps from which text an answer was begun, and whether it was changed. A text that was never approved is none.
pub(super) fn keep_begun(
    work: &Work<'_, '_>,
    message: Id,
    (from, words, expected): (Begun, &str, &Expected),
) -> Result<(), StoreError> {
    let found = work
        .step
        .texts
        .text(work.tx, from.template, Some(from.version))?;
    let Some(text) = found else {
        return Ok(());
    };
    let says = Says {
        expected: Some(expected),
        ..Says::default()
    };
    let merged = merged(work, (&text, &reader(work)?), says);
    let base = merged.text.trim();
    let row = params![
        message,
        work.request.id,
        text.id,
        text.version,
        &text.name,
        base,
        base != words
    ];
    work.tx.put(queries::ADD_WRITTEN, &row)
}

fn merged(
    work: &Work<'_, '_>,
    (text, reader): (&Text, &Reader),
    says: Says<'_>,
) -> kept_wording::merge::Merged {
    let expected = says.expected;
    let known = Known {
        request: Some(&work.request),
        contact: reader.contact.as_ref(),
        client: reader.client.as_ref(),
        me: reader.me.as_deref(),
        due: expected.and_then(|one| one.update_at.or(one.done_at)),
        expected,
        notice: says.notice,
    };
    filled(
        &text.body,
        &text.language,
        &known,
        (&work.step.rules, work.at()),
    )
}

fn reader(work: &Work<'_, '_>) -> Result<Reader, StoreError> {
    let contact = match work.request.contact {
        Some(contact) => read::contact(work.tx, contact)?,
        None => None,
    };
    let me = match work.step.doer {
        Doer::Person(person) => kept_accounts::queries::person(work.tx, person)?,
        Doer::Client | Doer::System => None,
    };
    let scope = for_kept(Action::ReadClients);
    Ok(Reader {
        contact,
        client: read::client(work.tx, &scope, work.request.client)?,
        me: me.map(|me| me.name),
    })
}
