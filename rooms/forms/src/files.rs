//! Files that come in with a form: kept as bytes, known by their SHA-256, handed out as downloads that no browser opens by itself.

use std::fmt::Write as _;

use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, Write, params};

use crate::commands::FormError;
use crate::model::Design;
use crate::queries;

/// All files of a form together are this large at most, as those of a request are.
pub const LARGEST: usize = 25 * 1024 * 1024;
/// And so many.
pub const MOST: usize = 10;

/// A file that comes in.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its identity.
    pub id: Id,
    /// The field that it was sent in.
    pub field: String,
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// A file that is kept, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Its identity.
    pub id: Id,
    /// The answer that it is of; none: it was put aside.
    pub answer: Option<Id>,
    /// The field that it was sent in.
    pub field: String,
    /// What it is called.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Vec<u8>,
}

impl FileRow {
    /// The SHA-256 as people compare it.
    pub fn fingerprint(&self) -> String {
        let mut text = String::with_capacity(64);
        for byte in &self.sha256 {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

impl FromRow for FileRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            answer: row.get(1)?,
            field: row.get(2)?,
            name: row.get(3)?,
            size: row.get(4)?,
            sha256: row.get::<&[u8]>(5)?.to_vec(),
        })
    }
}

/// The files that were put aside with a link.
pub(crate) fn of_link(read: &Read<'_>, link: Id) -> Result<Vec<FileRow>, StoreError> {
    read.all(queries::FILES_OF_LINK, &params![link])
}

/// Where a file is kept: beside an answer, or with a link.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Answer(Id),
    Link(Id),
}

/// Keeps files.
pub(crate) fn keep(
    tx: &Write<'_>,
    place: Place,
    files: &[NewFile],
    at: Instant,
) -> Result<(), StoreError> {
    let (answer, link) = match place {
        Place::Answer(id) => (Some(id), None),
        Place::Link(id) => (None, Some(id)),
    };
    for file in files {
        let size = i64::try_from(file.content.len()).unwrap_or(i64::MAX);
        let (content, sha256) = (file.content.as_slice(), &file.sha256[..]);
        let row = params![
            file.id,
            answer,
            link,
            &file.field,
            &file.name,
            size,
            sha256,
            content,
            at
        ];
        tx.execute(queries::ADD_FILE, &row)?;
    }
    Ok(())
}

/// Keeps files with a link, beside those that are there. Another file in a field for one takes the place of the first.
///
/// # Errors
///
/// [`FormError::Values`] where they are too many, or too large together.
pub(crate) fn put_aside(
    tx: &Write<'_>,
    (link, design): (Id, &Design),
    (files, dropped): (&[NewFile], &[Id]),
    at: Instant,
) -> Result<(), FormError> {
    for id in dropped {
        tx.execute(queries::DROP_FILE, &params![*id, link])?;
    }
    for file in files {
        let field = design.fields.iter().find(|field| field.id == file.field);
        if field.is_some_and(|field| field.kind == crate::model::FieldKind::File) {
            tx.execute(queries::DROP_FILES_IN, &params![link, &file.field])?;
        }
    }
    let (count, size): (u64, u64) = tx.one(queries::SIZE_OF_LINK, &params![link])?;
    let new: usize = files.iter().map(|file| file.content.len()).sum();
    let too_many = count as usize + files.len() > MOST;
    if too_many || size as usize + new > LARGEST {
        let field = files.first().map(|file| file.field.clone());
        let wrong = field.unwrap_or_default();
        return Err(FormError::Values(vec![(wrong, "wrong.files")]));
    }
    Ok(keep(tx, Place::Link(link), files, at)?)
}
