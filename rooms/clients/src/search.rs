//! What the search finds of the room: clients, with their people.

use kept_kernel::Id;
use kept_search::{Document, Searchable, put, remove, set_circle};
use kept_store::{Read, StoreError, Write, params};

use crate::model::{ClientCard, ClientId, ContactCard};
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

/// Its relations are those of the lists: the account manager, the team, and the account team.
fn document(card: &ClientCard, contacts: &[ContactCard]) -> Document {
    let mut text = String::new();
    for contact in contacts {
        let parts = [
            Some(contact.name.as_str()),
            Some(contact.position.as_str()),
            contact.email.as_deref(),
            contact.phone.as_deref(),
        ];
        for part in parts.into_iter().flatten().filter(|part| !part.is_empty()) {
            text.push_str(part);
            text.push('\n');
        }
    }
    Document {
        kind: KIND.to_owned(),
        record: card.id.0,
        name: Some(card.mark()),
        title: card.name.clone(),
        text,
        language: card.language.clone(),
        href: format!("/clients/{}", card.id),
        owner: card.owner.as_ref().map(|(owner, _)| owner.0),
        team: card.team.map(|team| team.0),
        circle: Some(card.id.0),
        anyone: false,
        updated_at: card.changed_at,
    }
}
