//! What other rooms may ask: cards of clients and contacts, to show them and to say what happened to what is theirs.

use kept_accounts::access::Scope;
use kept_engine::Record;
use kept_journal::InForce;
use kept_kernel::{Id, Instant, Number};
use kept_language::ast::Value;
use kept_language::{FactId, NounId, Register};
use kept_store::{Read, StoreError, params};

pub use crate::model::{Client, ClientCard, Contact, ContactCard};
use crate::model::{ClientId, ContactId, Field, FieldId, folded, folded_phone};
use crate::queries::{self, asked};

/// A client that was merged is looked for so many merges on.
pub(crate) const MOST_MERGES: usize = 16;

/// A client within reach. One that was merged is found as the one that lives on.
///
/// # Errors
///
/// As the database says.
pub fn client(
    read: &Read<'_>,
    scope: &Scope,
    id: ClientId,
) -> Result<Option<ClientCard>, StoreError> {
    let mut id = id;
    for _ in 0..MOST_MERGES {
        let card: Option<ClientCard> = read.maybe(queries::CARD, &asked(scope, params![id]))?;
        match card {
            Some(ClientCard {
                merged_into: Some(into),
                ..
            }) => id = into,
            other => return Ok(other),
        }
    }
    Ok(None)
}

/// Clients within reach by their ids, in no order; those that were merged as they stood.
///
/// # Errors
///
/// As the database says.
pub fn clients(
    read: &Read<'_>,
    scope: &Scope,
    ids: &[ClientId],
) -> Result<Vec<ClientCard>, StoreError> {
    let ids: Vec<Id> = ids.iter().map(|id| id.0).collect();
    read.all(queries::CARDS, &asked(scope, params![&ids[..]]))
}

/// A contact, also one that was removed. Whoever asks has looked first whether its client is within reach.
///
/// # Errors
///
/// As the database says.
pub fn contact(read: &Read<'_>, id: ContactId) -> Result<Option<ContactCard>, StoreError> {
    read.maybe(queries::CONTACT, &params![id])
}

/// The contacts of a client, by name; the first two hundred.
///
/// # Errors
///
/// As the database says.
pub fn contacts_of(read: &Read<'_>, client: ClientId) -> Result<Vec<ContactCard>, StoreError> {
    read.all(queries::CONTACTS_OF, &params![client])
}

/// Who has this address, with their client: for what comes in, before anybody looks at it.
///
/// # Errors
///
/// As the database says.
pub fn contact_by_email(
    read: &Read<'_>,
    email: &str,
) -> Result<Option<(ContactCard, ClientCard)>, StoreError> {
    let Some(email) = crate::model::folded_email(email) else {
        return Ok(None);
    };
    let contact: Option<ContactCard> = read.maybe(queries::CONTACT_BY_EMAIL, &params![&email])?;
    let Some(contact) = contact else {
        return Ok(None);
    };
    let client = any_client(read, contact.client)?;
    Ok(client.map(|client| (contact, client)))
}

/// A contact who was not removed, with all that is known of their client: for whoever has proved to be that contact.
///
/// # Errors
///
/// As the database says.
pub fn own(read: &Read<'_>, id: ContactId) -> Result<Option<(Contact, Client)>, StoreError> {
    let contact: Option<Contact> = read.maybe(queries::ONE_CONTACT, &params![id])?;
    let Some(contact) = contact else {
        return Ok(None);
    };
    let client: Option<Client> = read.maybe(queries::ANY, &params![contact.card.client])?;
    Ok(client.map(|client| (contact, client)))
}

/// When the oldest of what is known of a client was heard or confirmed.
///
/// # Errors
///
/// As the database says.
pub fn verified_at(read: &Read<'_>, client: ClientId) -> Result<Option<Instant>, StoreError> {
    let (at,): (Option<Instant>,) = read.one(queries::OLDEST_FACT, &params![client])?;
    Ok(at)
}

/// Whether a client has one contact alone.
///
/// # Errors
///
/// As the database says.
pub fn has_one_contact(read: &Read<'_>, client: ClientId) -> Result<bool, StoreError> {
    let (count,): (u64,) = read.one(queries::LIVE_CONTACTS, &params![client])?;
    Ok(count == 1)
}

/// The fields of the company's own, in their order.
///
/// # Errors
///
/// As the database says.
pub fn fields(read: &Read<'_>) -> Result<Vec<Field>, StoreError> {
    read.all(queries::FIELDS, &[])
}

/// What a client has in them.
///
/// # Errors
///
/// As the database says.
pub fn values(read: &Read<'_>, client: ClientId) -> Result<Vec<(FieldId, String)>, StoreError> {
    let values: Vec<(Id, String)> = read.all(queries::VALUES, &params![client])?;
    Ok(values
        .into_iter()
        .map(|(field, value)| (FieldId(field), value))
        .collect())
}

/// A client whatever the reach: for what comes in, and for the room's own work.
pub(crate) fn any_client(read: &Read<'_>, id: ClientId) -> Result<Option<ClientCard>, StoreError> {
    read.maybe(queries::ANY_CARD, &params![id])
}

/// Clients within reach whose name, or a contact's name or address, begins with these words: for a box to choose from.
///
/// # Errors
///
/// As the database says.
pub fn pick(
    read: &Read<'_>,
    scope: &Scope,
    words: &str,
    limit: u32,
) -> Result<Vec<ClientCard>, StoreError> {
    let name = folded(words);
    let end = format!("{name}{}", char::MAX);
    let between = |sql, from: &str, to: &str| -> Result<Vec<ClientCard>, StoreError> {
        read.all(sql, &asked(scope, params![from, to, limit]))
    };
    let mut found = between(queries::PICK_BY_NAME, &name, &end)?;
    if name.is_empty() {
        return Ok(found);
    }
    if let Some(phone) = dialled(words) {
        let of_number: Vec<ClientCard> = read.all(
            queries::PICK_BY_PHONE,
            &asked(scope, params![&phone, limit]),
        )?;
        found.retain(|known| of_number.iter().all(|card| card.id != known.id));
        found.splice(0..0, of_number);
    }
    let email = words.trim().to_lowercase();
    let email_end = format!("{email}{}", char::MAX);
    let all = scope.is_everything();
    for (any, within, from, to) in [
        (
            queries::PICK_ANY_BY_CONTACT,
            queries::PICK_BY_CONTACT,
            &name,
            &end,
        ),
        (
            queries::PICK_ANY_BY_EMAIL,
            queries::PICK_BY_EMAIL,
            &email,
            &email_end,
        ),
    ] {
        if found.len() >= limit as usize {
            break;
        }
        let cards = if all {
            read.all(any, &params![from, to, limit])?
        } else {
            between(within, from, to)?
        };
        for card in cards {
            if !found.iter().any(|known| known.id == card.id) {
                found.push(card);
            }
        }
    }
    found.truncate(limit as usize);
    Ok(found)
}

/// A whole number, as it is compared: whoever calls shows it.
fn dialled(words: &str) -> Option<String> {
    let of_number = |letter: char| letter.is_ascii_digit() || " +()-./".contains(letter);
    folded_phone(words).filter(|_| words.chars().all(of_number))
}

/// What is known of a client, as facts of an event of anything that belongs to it.
pub fn known_facts(register: &Register, client: &ClientCard) -> Vec<(FactId, Option<Value>)> {
    let Some(noun) = register.noun("client") else {
        return Vec::new();
    };
    let choice = |name, word: Option<&String>| chosen(register, (noun, name), word?);
    let revenue = client.revenue.and_then(money);
    let revenue = revenue.and_then(|value| {
        let fact = register.fact(noun, "annual revenue")?;
        Some((fact, Some(value)))
    });
    let rhythm = client.rhythm_days.and_then(|days| {
        let fact = register.fact(noun, "preferred rhythm")?;
        Some((
            fact,
            Some(Value::Duration(format!("{days} days").parse().ok()?)),
        ))
    });
    [
        choice("tier", client.tier.as_ref()),
        choice("engagement", client.engagement.as_ref()),
        choice("preferred channel", client.channel.as_ref()),
        revenue,
        rhythm,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A client as an event links to it.
pub fn link<'a>(register: &Register, id: &'a str) -> Option<Record<'a>> {
    let noun = register.noun("client")?;
    Some(Record { noun, id })
}

/// A fact with one of its words; none: the vocabulary has neither.
pub(crate) fn chosen(
    register: &Register,
    (noun, name): (NounId, &str),
    word: &str,
) -> Option<(FactId, Option<Value>)> {
    let id = register.fact(noun, name)?;
    let (_, fact) = register.facts().find(|(one, _)| *one == id)?;
    let place = fact.values.iter().position(|value| value == word)?;
    Some((id, Some(Value::Choice(u16::try_from(place).ok()?))))
}

/// Hundredths as an amount that rules read.
pub(crate) fn money(hundredths: i64) -> Option<Value> {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (
        hundredths.unsigned_abs() / 100,
        hundredths.unsigned_abs() % 100,
    );
    let number: Number = format!("{sign}{whole}.{rest:02}").parse().ok()?;
    Some(Value::Number(number))
}

/// What the company calls itself, where it has filled that blank of its SOPs.
pub fn company(rules: &InForce) -> Option<String> {
    let mut documents = rules.library.documents.iter();
    let filled = documents.find_map(|one| one.blanks.get("company name")?.value.clone());
    let name = filled?.trim_matches('"').trim().to_owned();
    // As the SOPs ship, nobody has filled it yet.
    (!name.is_empty() && name != "Our company").then_some(name)
}
