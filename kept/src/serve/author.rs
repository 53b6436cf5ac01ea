//! Who acts in a room that knows no accounts: the person who is signed in, for as long as their session stands.

use kept_accounts::Signed;
use kept_accounts::access::{Action, Denied};
use kept_journal::audit::{Author, Who};
use kept_ui::Failure;

/// The person, for commands that need this right.
///
/// # Errors
///
/// "There is no such page" where they do not have it.
pub fn author(signed: &Signed, action: Action) -> Result<Author, Failure> {
    let scope = signed.require(action)?;
    let who = Who::Person(signed.person.0);
    Ok(Author::new(who, move |read| match scope.confirm(read) {
        Ok(()) => Ok(true),
        Err(Denied::NotAllowed) => Ok(false),
        Err(Denied::Store(error)) => Err(error),
    }))
}
