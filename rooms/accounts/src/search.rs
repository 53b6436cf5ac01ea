//! People as the search finds them: for whoever manages accounts.

use kept_kernel::{Id, Instant};
use kept_search::{Document, Searchable, put};
use kept_store::{Read, StoreError, Write, params};

use crate::model::{Person, PersonId};
use crate::queries;

/// The people of the company, as far as they are found.
#[derive(Clone, Copy, Debug, Default)]
pub struct PeopleFound;

impl Searchable for PeopleFound {
    fn kind(&self) -> &'static str {
        "person"
    }

    fn documents(
        &self,
        read: &Read<'_>,
        after: Id,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError> {
        let people: Vec<Person> = read.all(queries::PEOPLE_AFTER, &params![after, limit])?;
        Ok(people.iter().map(document).collect())
    }
}

/// Lets the search say what the person's row says now.
pub(crate) fn follow(tx: &Write<'_>, person: PersonId, at: Instant) -> Result<(), StoreError> {
    match queries::person(tx, person)? {
        Some(person) => put(
            tx,
            &Document {
                updated_at: at,
                ..document(&person)
            },
        ),
        None => Ok(()),
    }
}

fn document(person: &Person) -> Document {
    Document {
        kind: "person".to_owned(),
        record: person.id.0,
        name: Some(person.email.clone()),
        title: person.name.clone(),
        text: String::new(),
        language: person.language.clone(),
        href: format!("/settings/people/{}", person.id),
        owner: Some(person.id.0),
        team: None,
        circle: None,
        anyone: false,
        updated_at: person.state_at,
    }
}
