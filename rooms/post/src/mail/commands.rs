//! What those who configure the house can do with mail.

use kept_accounts::access::{Denied, Scope};
use kept_accounts::commands::Act;
use kept_journal::outbox;
use kept_kernel::Id;
use kept_mail::TOPIC;
use kept_rooms::{Refusal, Refused};
use kept_store::{AsStore, StoreError, Write, params};

use super::queries::{self, mail_server};
use super::server::Draft;

/// Why the settings were not saved, or a letter not touched.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum SaveServerError {
    /// The right is gone.
    #[error("You may no longer change this. Nothing was saved.")]
    NotAllowed,
    /// There is no server or no key yet.
    #[error("Save the mail server first, then make a key")]
    NoServer,
    /// There is no such letter, or it was sent.
    #[error("There is no such letter, or it has been sent meanwhile")]
    Missing,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStore for SaveServerError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Denied> for SaveServerError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotAllowed => Self::NotAllowed,
            Denied::Store(error) => Self::Store(error),
        }
    }
}

impl Refusal for SaveServerError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Missing => Refused::Missing(words),
            Self::NoServer => Refused::Conflict(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}

/// Saves the settings. `sealed` is a new password; none: the one that is kept stays, where the user is the same.
pub(crate) fn save_server(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    draft: &Draft,
    sealed: Option<&[u8]>,
) -> Result<(), SaveServerError> {
    scope.confirm(tx)?;
    let before = mail_server(tx)?;
    // A password goes to the server that it was typed for, and to no other.
    let same = before.filter(|before| before.user == draft.user && before.host == draft.host);
    let kept = same.and_then(|before| before.password);
    let password = sealed
        .or(kept.as_deref())
        .filter(|_| !draft.user.is_empty());
    tx.execute(
        queries::SAVE,
        &params![
            &draft.host,
            i64::from(draft.port),
            draft.protection.word(),
            &draft.user,
            password,
            &draft.from_name,
            &draft.from_email,
            act.at,
            scope.person(),
        ],
    )?;
    let detail =
        serde_json::json!({ "host": draft.host, "port": draft.port, "from": draft.from_email });
    Ok(act.write(tx, "MailServerChanged", ("settings", "mail"), &detail)?)
}

/// Keeps a new key, which does not sign yet: its record in the DNS comes first.
pub(crate) fn keep_key(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (selector, sealed): (&str, &[u8]),
) -> Result<(), SaveServerError> {
    scope.confirm(tx)?;
    if tx.execute(queries::SET_KEY, &params![selector, sealed])? == 0 {
        return Err(SaveServerError::NoServer);
    }
    let detail = serde_json::json!({ "selector": selector });
    Ok(act.write(tx, "SigningKeyMade", ("settings", "mail"), &detail)?)
}

/// Signs from now on, or no longer.
pub(crate) fn set_signing(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    signs: bool,
) -> Result<(), SaveServerError> {
    scope.confirm(tx)?;
    let since = signs.then_some(act.at);
    if tx.execute(queries::SET_SIGNING, &params![since])? == 0 && signs {
        return Err(SaveServerError::NoServer);
    }
    let detail = serde_json::json!({ "signs": signs });
    Ok(act.write(tx, "SigningChanged", ("settings", "mail"), &detail)?)
}

/// Has a letter tried again at once.
pub(crate) fn retry(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    letter: Id,
) -> Result<(), SaveServerError> {
    scope.confirm(tx)?;
    if !outbox::retry(tx, letter, TOPIC, act.at)? {
        return Err(SaveServerError::Missing);
    }
    let (id, nothing) = (letter.to_string(), serde_json::json!({}));
    Ok(act.write(tx, "LetterRetried", ("letter", &id), &nothing)?)
}

/// Takes a letter out that was not sent.
pub(crate) fn discard(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    letter: Id,
) -> Result<(), SaveServerError> {
    scope.confirm(tx)?;
    if !outbox::discard(tx, letter, TOPIC)? {
        return Err(SaveServerError::Missing);
    }
    let (id, nothing) = (letter.to_string(), serde_json::json!({}));
    Ok(act.write(tx, "LetterDiscarded", ("letter", &id), &nothing)?)
}
