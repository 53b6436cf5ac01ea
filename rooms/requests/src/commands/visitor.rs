//! What comes by the web form, and which sites may show it within their pages.

use kept_accounts::access::Scope;
use kept_accounts::commands::Act;
use kept_kernel::Id;
use kept_store::{Write, params};

use super::portal::enclose;
use super::{OpenRequestError, RequestError, Sent, Step, open_request};
use crate::model::{Draft, Fault, RequestId};
use crate::queries;

/// Somebody without an account opens a request by the web form, with files; its number. The same form opens one alone, however often
/// it is sent.
///
/// # Errors
///
/// [`OpenRequestError`]
pub fn visitor_asks(
    tx: &Write<'_>,
    step: &Step,
    (id, form): (RequestId, [u8; 16]),
    draft: &Draft,
    files: &[Sent],
) -> Result<u64, OpenRequestError> {
    // Of two that come at once, the second finds the first.
    let before: Option<(Id, u64)> = tx.maybe(queries::FORM_OF, &params![&form])?;
    if let Some((_, number)) = before {
        return Ok(number);
    }
    let request = open_request(tx, step, None, id, draft)?;
    enclose(tx, step, (id, 1), files)?;
    tx.execute(queries::ADD_FORM, &params![&form, id, step.act.at])?;
    Ok(request.number)
}

/// Says which sites may show the web form within their pages; none named: any. `scope` is that of giving work to everybody.
///
/// # Errors
///
/// [`RequestError`]
pub fn allow_sites(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    shown_on: &str,
) -> Result<(), RequestError> {
    scope.confirm(tx)?;
    if !scope.is_everything() {
        return Err(RequestError::NotAllowed);
    }
    let sites = kept_visitors::sites(shown_on).ok_or(Fault::BadSites)?;
    tx.execute(queries::SET_FORM_SITES, &params![&sites])?;
    let detail = serde_json::json!({ "sites": sites });
    Ok(act.write(tx, "WebFormSitesSet", ("web-form", "ask"), &detail)?)
}
