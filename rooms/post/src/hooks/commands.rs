//! What those who configure the house can do with webhooks.

use kept_accounts::access::{Denied, Scope};
use kept_accounts::commands::Act;
use kept_journal::outbox;
use kept_kernel::{Id, Instant};
use kept_rooms::{Refusal, Refused};
use kept_store::{AsStore, StoreError, Write, params};
use serde_json::json;

use super::endpoint::EndpointId;
use super::telling::Told;
use super::{TOPIC, endpoint, queries};

/// Why an endpoint was not added.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum AddEndpointError {
    /// The right is gone.
    #[error("You may no longer change this. Nothing was added.")]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an endpoint was not changed, or a delivery not sent again.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ChangeEndpointError {
    /// The right is gone.
    #[error("You may no longer change this. Nothing was done.")]
    NotAllowed,
    /// There is none.
    #[error("There is no such endpoint")]
    Missing,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

macro_rules! as_command_errors {
    ($($name:ident)+) => {$(
        impl AsStore for $name {
            fn store(&self) -> Option<&StoreError> {
                match self {
                    Self::Store(error) => Some(error),
                    _ => None,
                }
            }
        }

        impl From<Denied> for $name {
            fn from(denied: Denied) -> Self {
                match denied {
                    Denied::NotAllowed => Self::NotAllowed,
                    Denied::Store(error) => Self::Store(error),
                }
            }
        }
    )+};
}

as_command_errors! { AddEndpointError ChangeEndpointError }

impl Refusal for AddEndpointError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}

impl Refusal for ChangeEndpointError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Missing => Refused::Missing(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}

/// Adds an endpoint, which is told what happens from now on. The secret is sealed.
pub(crate) fn add_endpoint(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (id, secret): (EndpointId, &[u8]),
    (url, kinds): (&str, &str),
) -> Result<(), AddEndpointError> {
    scope.confirm(tx)?;
    let row = params![id.0, url, secret, kinds, act.at, scope.person()];
    tx.execute(queries::ADD, &row)?;
    let detail = json!({ "url": url, "kinds": kinds });
    Ok(act.write(tx, "WebhookAdded", ("webhook", &id.to_string()), &detail)?)
}

/// Stops telling an endpoint, or goes on where it was stopped.
pub(crate) fn pause_endpoint(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    id: EndpointId,
    paused: bool,
) -> Result<(), ChangeEndpointError> {
    scope.confirm(tx)?;
    let at: Option<Instant> = paused.then_some(act.at);
    let because = paused.then_some("somebody has paused it");
    if tx.execute(queries::PAUSE, &params![id.0, at, because])? == 0 {
        return Err(ChangeEndpointError::Missing);
    }
    let name = if paused {
        "WebhookPaused"
    } else {
        "WebhookResumed"
    };
    Ok(act.write(tx, name, ("webhook", &id.to_string()), &json!({}))?)
}

/// Takes an endpoint out. What waits for it is given up.
pub(crate) fn remove_endpoint(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    id: EndpointId,
) -> Result<(), ChangeEndpointError> {
    scope.confirm(tx)?;
    if tx.execute(queries::REMOVE, &params![id.0])? == 0 {
        return Err(ChangeEndpointError::Missing);
    }
    Ok(act.write(
        tx,
        "WebhookRemoved",
        ("webhook", &id.to_string()),
        &json!({}),
    )?)
}

/// Has an endpoint told that this is a test. `parcel` is a new id.
pub(crate) fn send_test(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    id: EndpointId,
    parcel: Id,
) -> Result<(), ChangeEndpointError> {
    scope.confirm(tx)?;
    let endpoint = endpoint(tx, id)?.ok_or(ChangeEndpointError::Missing)?;
    Told::test(&endpoint, act.at).put(tx, parcel, act.at)?;
    Ok(act.write(
        tx,
        "WebhookTested",
        ("webhook", &id.to_string()),
        &json!({}),
    )?)
}

/// Has a delivery sent once more, whatever became of it. Its id stays, so that the other side can tell.
pub(crate) fn send_again(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    id: EndpointId,
    parcel: Id,
) -> Result<(), ChangeEndpointError> {
    scope.confirm(tx)?;
    let found = outbox::one(tx, parcel, TOPIC)?;
    let told = found.and_then(|found| Told::read(&found.body));
    let own = told.filter(|told| told.endpoint == id.to_string());
    if own.is_none() || !outbox::send_again(tx, parcel, TOPIC, act.at)? {
        return Err(ChangeEndpointError::Missing);
    }
    let detail = json!({ "delivery": parcel.to_string() });
    Ok(act.write(
        tx,
        "WebhookSentAgain",
        ("webhook", &id.to_string()),
        &detail,
    )?)
}
