//! What somebody has begun to fill in and puts aside: it stands again when their link is opened, and uses the link up no more than
//! looking at it does.

use kept_clients::{ClientId, ContactId};
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_store::{Write, params};
use kept_vault::TokenHash;

use super::{FormError, Step};
use crate::files::{self, FileRow, NewFile, put_aside};
use crate::model::{Design, FormId, LONGEST_TEXT};
use crate::queries;

/// What is put aside: what was filled in, files that come along, and those that are taken off again.
#[derive(Clone, Debug, Default)]
pub struct NewDraft {
    /// What was filled in, by the ids of the fields; a field may come several times.
    pub filled: Vec<(String, String)>,
    /// New files.
    pub files: Vec<NewFile>,
    /// Files of before that are taken off.
    pub dropped: Vec<Id>,
}

/// Puts aside what was filled in so far. Says whose it is.
///
/// # Errors
///
/// [`FormError::Missing`] where the link is no longer good, [`FormError::Values`] where files are too many or too large.
pub fn put_draft_aside(
    tx: &Write<'_>,
    step: &Step,
    link: TokenHash,
    new: &NewDraft,
) -> Result<ClientId, FormError> {
    let at = step.at();
    // Held, so that nothing is put aside that was sent at the same moment.
    let found: Option<(Id, Id, Id, Id)> =
        tx.maybe(queries::HOLD_LINK, &params![link.bytes(), at])?;
    let (id, form, client, contact) = found.ok_or(FormError::Missing)?;
    let (client, contact) = (ClientId(client), ContactId(contact));
    let form = queries::form(tx, FormId(form))?.ok_or(FormError::Missing)?;
    let design = form.published.ok_or(FormError::Missing)?;
    put_aside(tx, (id, &design), (&new.files, &new.dropped), at)?;
    let files = files::of_link(tx, id)?;
    let text = json_of(&design, (&new.filled, &files));
    let before: Option<(i64,)> = tx.maybe(queries::HAS_DRAFT, &params![id])?;
    tx.execute(queries::PUT_DRAFT, &params![id, form.version, &text, at])?;
    if before.is_none() {
        let act = kept_accounts::commands::Act {
            who: Who::Contact(contact.0),
            ..step.act
        };
        let detail = serde_json::json!({ "client": client.to_string() });
        let object = ("form", &*form.id.to_string());
        act.write(tx, "FormBegun", object, &detail)?;
    }
    Ok(client)
}

/// The values as they are kept: words as long as they can be, and the names of files, by which is counted how far it is.
fn json_of(design: &Design, (filled, files): (&[(String, String)], &[FileRow])) -> String {
    let known = |name: &str| {
        let field = design.fields.iter().find(|field| field.id == name);
        field.is_some_and(|field| !field.kind.is_file())
    };
    let values = filled.iter().filter(|(name, _)| known(name));
    let mut values: Vec<(&str, String)> = values
        .map(|(name, value)| (name.as_str(), value.chars().take(LONGEST_TEXT).collect()))
        .collect();
    let files = files.iter();
    values.extend(files.map(|file| (file.field.as_str(), file.name.clone())));
    serde_json::to_string(&values).unwrap_or_else(|_| "[]".to_owned())
}
