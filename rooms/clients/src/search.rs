//! What the search finds of the room: clients, with their people.

use kept_accounts::model::{PersonId, TeamId};
use kept_kernel::{Id, Instant};
use kept_search::{Document, Searchable, put, remove, set_circle};
use kept_store::{Read, StoreError, Write, params};

use crate::model::{ClientCard, ClientId, ContactCard, OtherPhone, mark_of};
use crate::{queries, read};

/// The kind of the documents.
pub const KIND: &str = "client";

/// The room as far as it is found.
pub(crate) struct Found;

impl Searchable for Found {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn documents(
        &self,
        read: &Read<'_>,
        after: Id,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError> {
        let cards: Vec<ClientCard> = read.all(queries::CARDS_AFTER, &params![after, limit])?;
        cards
            .iter()
            .map(|card| Ok(document(card, &read::contacts_of(read, card.id)?)))
            .collect()
    }
}

/// Lets the search say what the client says now, and who belongs to its account team. One that was merged is not found.
pub(crate) fn follow(tx: &Write<'_>, id: ClientId) -> Result<(), StoreError> {
    let Some(card) = read::any_client(tx, id)? else {
        return Ok(());
    };
    if card.merged_into.is_some() {
        return remove(tx, KIND, id.0);
    }
    put(tx, &document(&card, &read::contacts_of(tx, id)?))?;
    let team: Vec<(Id,)> = tx.all(queries::TEAM_OF, &params![id])?;
    let team: Vec<Id> = team.into_iter().map(|(person,)| person).collect();
    set_circle(tx, id.0, &team)
}

fn document(card: &ClientCard, contacts: &[ContactCard]) -> Document {
    let said = Said {
        id: card.id,
        number: card.number,
        name: &card.name,
        language: &card.language,
        owner: card.owner.as_ref().map(|(owner, _)| *owner),
        team: card.team,
        changed_at: card.changed_at,
    };
    let people = contacts.iter().map(|contact| Person {
        name: &contact.name,
        position: &contact.position,
        email: contact.email.as_deref().unwrap_or_default(),
        phone: contact.phone.as_deref().unwrap_or_default(),
        phones: &contact.phones,
    });
    written(&said, people)
}

/// What is found of a client.
pub(crate) struct Said<'a> {
    pub(crate) id: ClientId,
    pub(crate) number: u64,
    pub(crate) name: &'a str,
    pub(crate) language: &'a str,
    pub(crate) owner: Option<PersonId>,
    pub(crate) team: Option<TeamId>,
    pub(crate) changed_at: Instant,
}

/// What is found of one of its people; what is not known is empty.
pub(crate) struct Person<'a> {
    pub(crate) name: &'a str,
    pub(crate) position: &'a str,
    pub(crate) email: &'a str,
    pub(crate) phone: &'a str,
    pub(crate) phones: &'a [OtherPhone],
}

/// Its relations are those of the lists: the account manager, the team, and the account team.
pub(crate) fn written<'a>(client: &Said<'_>, people: impl Iterator<Item = Person<'a>>) -> Document {
    let mut text = String::new();
    for person in people {
        let parts = [person.name, person.position, person.email, person.phone];
        let others = person.phones.iter().map(|other| other.phone.as_str());
        for part in parts
            .into_iter()
            .chain(others)
            .filter(|part| !part.is_empty())
        {
            text.push_str(part);
            text.push('\n');
        }
    }
    Document {
        kind: KIND.to_owned(),
        record: client.id.0,
        name: Some(mark_of(client.number)),
        title: client.name.to_owned(),
        text,
        language: client.language.to_owned(),
        href: format!("/clients/{}", client.id),
        owner: client.owner.map(|owner| owner.0),
        team: client.team.map(|team| team.0),
        circle: Some(client.id.0),
        anyone: false,
        updated_at: client.changed_at,
    }
}
