//! What the room knows of requests for whoever brings mail in: which one a mail belongs to is asked here, and decided there.

use kept_accounts::access::Scope;
use kept_kernel::Id;
use kept_mail::{Enclosed, Standing};
use kept_rooms::About;
use kept_store::{Read, StoreError, params};

use crate::model::RequestId;
use crate::queries;

/// A request that was merged is looked for so many mergers on.
const MOST_MERGES: usize = 16;

/// The request that a message of ours, or of the client, stands on.
///
/// # Errors
///
/// As the database says.
pub fn of_message(read: &Read<'_>, message: Id) -> Result<Option<RequestId>, StoreError> {
    let found: Option<(Id,)> = read.maybe(queries::OF_MESSAGE, &params![message])?;
    Ok(found.map(|(id,)| RequestId(id)))
}

/// How a request stands, or the one that it lives on as.
///
/// # Errors
///
/// As the database says.
pub fn standing(read: &Read<'_>, id: RequestId) -> Result<Option<Standing>, StoreError> {
    let mut id = id;
    for _ in 0..MOST_MERGES {
        let Some(request) = queries::any(read, id)? else {
            return Ok(None);
        };
        match request.merged_into {
            Some(into) => id = into,
            None => {
                return Ok(Some(Standing {
                    request: id.0,
                    closed_at: request.closed_at,
                }));
            }
        }
    }
    Ok(None)
}

/// The request with a number.
///
/// # Errors
///
/// As the database says.
pub fn numbered(read: &Read<'_>, number: u64) -> Result<Option<RequestId>, StoreError> {
    let Ok(number) = i64::try_from(number) else {
        return Ok(None);
    };
    let found: Option<(Id,)> = read.maybe(queries::OF_NUMBER, &params![number])?;
    Ok(found.map(|(id,)| RequestId(id)))
}

/// Whether whoever has this address takes part in a request: asked it, or was written to in it.
///
/// # Errors
///
/// As the database says.
pub fn takes_part(read: &Read<'_>, id: RequestId, email: &str) -> Result<bool, StoreError> {
    let folded = email.to_lowercase();
    if read
        .maybe::<(Id,)>(queries::PERSON_OF, &params![id, &folded])?
        .is_some()
    {
        return Ok(true);
    }
    let request = queries::any(read, id)?;
    let asker = request.and_then(|request| request.email);
    Ok(asker.is_some_and(|asker| asker.to_lowercase() == folded))
}

/// The number by which people call a request.
///
/// # Errors
///
/// As the database says.
pub fn called(read: &Read<'_>, id: RequestId) -> Result<Option<String>, StoreError> {
    Ok(queries::any(read, id)?.map(|request| request.mark()))
}

/// Whether a request is within reach.
///
/// # Errors
///
/// As the database says.
pub fn in_reach(read: &Read<'_>, scope: &Scope, id: RequestId) -> Result<bool, StoreError> {
    Ok(queries::one(read, scope, id)?.is_some())
}

/// A file of any request, for a letter that it goes with.
///
/// # Errors
///
/// As the database says.
pub fn file(read: &Read<'_>, file: Id) -> Result<Option<Enclosed>, StoreError> {
    let found: Option<(String, Vec<u8>)> = read.maybe(queries::ANY_FILE, &params![file])?;
    let enclosed = |(name, content)| Enclosed {
        id: file,
        name,
        content,
    };
    Ok(found.map(enclosed))
}

/// The requests of a client or of a contact; none of a person.
///
/// # Errors
///
/// As the database says.
pub fn requests_of(read: &Read<'_>, about: About) -> Result<Vec<RequestId>, StoreError> {
    let (sql, id) = match about {
        About::Client(id) => (queries::IDS_OF_CLIENT, id),
        About::Contact(id) => (queries::IDS_OF_CONTACT, id),
        About::Person(_) => return Ok(Vec::new()),
    };
    let rows: Vec<(Id,)> = read.all(sql, &params![id])?;
    Ok(rows.into_iter().map(|(id,)| RequestId(id)).collect())
}
