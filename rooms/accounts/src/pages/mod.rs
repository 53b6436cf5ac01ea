//! The pages: signing in, a person's own settings, the people of the company.

mod alarms;
mod emergencies;
mod links;
mod me;
mod once;
mod passkeys;
mod people;
mod sign_in;
mod skills;
mod teams;
mod words;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kept_store::StoreError;
use kept_ui::Failure;
use kept_ui::routes::Routes;

use crate::accounts::{Accounts, Visitor};

/// All routes of the room.
pub fn routes(accounts: Accounts) -> Routes {
    Routes::new()
        .merge(sign_in::routes())
        .merge(passkeys::routes())
        .merge(links::routes())
        .merge(me::routes())
        .merge(people::routes())
        .merge(teams::routes())
        .merge(emergencies::routes())
        .merge(alarms::routes())
        .with_state(accounts)
}

impl FromRequestParts<Accounts> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        accounts: &Accounts,
    ) -> Result<Self, Self::Rejection> {
        Ok(accounts.visitor(parts))
    }
}

/// The database did not do it.
pub(crate) fn failed(error: StoreError) -> Failure {
    if error.is_passing() {
        return Failure::unavailable(5);
    }
    Failure::internal(error)
}

/// Splits an error of a command: what the form says, and what is a failure of the whole page.
macro_rules! or_failed {
    ($error:expr, $enum:ident) => {
        match $error {
            $enum::Store(error) => return Err(crate::pages::failed(error)),
            $enum::Random(error) => return Err(kept_ui::Failure::internal(error)),
            $enum::NotAllowed => return Err(crate::pages::denied()),
            other => other,
        }
    };
}
pub(crate) use or_failed;

/// The right ended while the form was open.
pub(crate) fn denied() -> Failure {
    Failure::forbidden(
        "You may no longer do this",
        "Your roles or your session have changed since this page was opened. Nothing was changed.",
    )
}
