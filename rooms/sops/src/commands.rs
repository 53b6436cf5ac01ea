//! Putting documents, calendars and vocabularies in force.

use kept_engine::People;
use kept_journal::audit::{self, Author, AuthorError, Entry, Who};
use kept_journal::live;
use kept_store::{AsStore, Store, StoreError, params};
use kept_world::World;

use crate::queries::{
    ADD_CALENDAR, ADD_DOCUMENT, ADD_VOCABULARY, Shipped, WITHDRAW, WITHDRAW_OTHERS, feeds_to,
    in_force,
};
use crate::set::{self, SetProblem, Text};

/// Why something was not put in force. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// With it the SOPs could not be run.
    #[error(transparent)]
    Set(#[from] SetProblem),
    /// Whoever asked may not any longer.
    #[error(transparent)]
    Lapsed(AuthorError),
}

impl From<AuthorError> for AdoptError {
    fn from(error: AuthorError) -> Self {
        match error {
            AuthorError::Store(error) => Self::Store(error),
            lapsed @ AuthorError::Lapsed => Self::Lapsed(lapsed),
        }
    }
}

impl AsStore for AdoptError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Set(_) | Self::Lapsed(_) => None,
        }
    }
}

/// A document that is now in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// `SR`.
    pub code: String,
    /// `1.0`.
    pub version: String,
}

/// Puts documents in force: each after the version before it, or, with `alone`, in the place of all that were. They are
/// checked together with the others first.
///
/// # Errors
///
/// [`AdoptError`]
pub fn adopt(
    (store, world): (&Store, &World),
    shipped: &Shipped,
    documents: Vec<Text>,
    alone: bool,
    who: Who,
) -> Result<Vec<Adopted>, AdoptError> {
    let mut whole = in_force(store, shipped)?;
    // Until a company puts its own in force, the shipped ones count; with the first of its own, it has chosen.
    if alone {
        whole.documents.clear();
    }
    let register = set::register(&whole.vocabularies)?;
    let fresh: Vec<_> = documents
        .into_iter()
        .map(|text| {
            let library = set::library(&register, std::slice::from_ref(&text));
            let header = library
                .documents
                .first()
                .map(|document| document.header.clone());
            (header.unwrap_or_default(), text)
        })
        .collect();
    whole
        .documents
        .extend(fresh.iter().map(|(_, text)| text.clone()));
    whole.compile(People::default())?;
    let now = world.now();
    let rows: Vec<_> = fresh
        .into_iter()
        .map(|(header, text)| {
            (
                world.id(),
                world.id(),
                header.code,
                header.version,
                header.title,
                text,
            )
        })
        .collect();
    let adopted = rows
        .iter()
        .map(|(_, _, code, version, ..)| Adopted {
            code: code.clone(),
            version: version.clone(),
        })
        .collect();
    store
        .write(move |tx| {
            live::quiet(tx, now)?;
            if alone {
                tx.execute(WITHDRAW_OTHERS, &params![now])?;
            }
            for (id, entry, code, version, title, text) in &rows {
                let by = who.text();
                tx.execute(
                    ADD_DOCUMENT,
                    &params![*id, code, version, title, &text.name, &text.text, now, &by],
                )?;
                let object_id = format!("{code} {version}");
                audit::write(
                    tx,
                    &Entry {
                        id: *entry,
                        at: now,
                        who,
                        act: "SopAdopted",
                        object: "sop",
                        object_id: &object_id,
                        detail: "{}",
                    },
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .wait()?;
    Ok(adopted)
}

/// Puts another text in the place of all versions of a document, as long as the company sets itself up: what was owed
/// under the old text is judged by the new one. The other shipped documents become the company's own with it.
///
/// # Errors
///
/// [`AdoptError`]
pub fn replace(
    (store, world): (&Store, &World),
    shipped: &Shipped,
    code: &str,
    document: Text,
    author: impl Into<Author>,
) -> Result<(), AdoptError> {
    let author = author.into();
    let mut whole = in_force(store, shipped)?;
    let register = set::register(&whole.vocabularies)?;
    let header_of = |text: &Text| {
        let library = set::library(&register, std::slice::from_ref(text));
        let header = library
            .documents
            .first()
            .map(|document| document.header.clone());
        header.unwrap_or_default()
    };
    whole.documents.retain(|text| header_of(text).code != code);
    whole.documents.push(document.clone());
    let all = if whole.own {
        vec![document]
    } else {
        whole.documents.clone()
    };
    let headers: Vec<_> = all.iter().map(header_of).collect();
    whole.compile(People::default())?;
    let (now, entry, code) = (world.now(), world.id(), code.to_owned());
    let ids: Vec<_> = all.iter().map(|_| world.id()).collect();
    store
        .write(move |tx| {
            author.confirm(tx)?;
            let who = author.who();
            live::quiet(tx, now)?;
            tx.execute(WITHDRAW, &params![now, &code])?;
            for ((id, header), text) in ids.iter().zip(&headers).zip(&all) {
                let (version, title, by) = (&header.version, &header.title, who.text());
                tx.execute(
                    ADD_DOCUMENT,
                    &params![
                        *id,
                        &header.code,
                        version,
                        title,
                        &text.name,
                        &text.text,
                        now,
                        &by
                    ],
                )?;
            }
            let entry = Entry {
                id: entry,
                at: now,
                who,
                act: "SopFilledIn",
                object: "sop",
                object_id: &code,
                detail: "{}",
            };
            Ok::<_, AuthorError>(audit::write(tx, &entry)?)
        })
        .wait()?;
    Ok(())
}

/// Puts a calendar in force, with the feeds that it names.
///
/// # Errors
///
/// [`AdoptError`]
pub fn put_calendar(
    (store, world): (&Store, &World),
    file: Text,
    feeds: &[Text],
    author: impl Into<Author>,
) -> Result<(), AdoptError> {
    set::calendar(&file, feeds)?;
    let author = author.into();
    let (feeds, now, entry) = (feeds_to(feeds), world.now(), world.id());
    store
        .write(move |tx| {
            author.confirm(tx)?;
            let who = author.who();
            live::quiet(tx, now)?;
            tx.execute(
                ADD_CALENDAR,
                &params![&file.name, &file.text, &feeds, now, &who.text()],
            )?;
            let entry = Entry {
                id: entry,
                at: now,
                who,
                act: "CalendarPut",
                object: "calendar",
                object_id: "company",
                detail: "{}",
            };
            Ok::<_, AuthorError>(audit::write(tx, &entry)?)
        })
        .wait()?;
    Ok(())
}

/// Adds a vocabulary of the company's own.
///
/// # Errors
///
/// [`AdoptError`]
pub fn put_vocabulary(
    (store, world): (&Store, &World),
    shipped: &Shipped,
    file: Text,
    who: Who,
) -> Result<(), AdoptError> {
    let mut whole = in_force(store, shipped)?;
    whole.vocabularies.push(file.clone());
    whole.compile(People::default())?;
    let (now, entry) = (world.now(), world.id());
    store
        .write(move |tx| {
            tx.execute(
                ADD_VOCABULARY,
                &params![&file.name, &file.text, now, &who.text()],
            )?;
            let entry = Entry {
                id: entry,
                at: now,
                who,
                act: "VocabularyPut",
                object: "vocabulary",
                object_id: &file.name,
                detail: "{}",
            };
            audit::write(tx, &entry)
        })
        .wait()?;
    Ok(())
}
