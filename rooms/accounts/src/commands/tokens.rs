//! Tokens for programs.

use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write, params};
use kept_vault::TokenHash;

use super::{Act, command_error};
use crate::access::Action;
use crate::model::{PersonId, TokenId};
use crate::queries;

command_error! {
    /// Why a token was not made.
    AddTokenError {
        /// No name.
        #[error("Write what the token is for.")]
        NoName,
        /// No scope.
        #[error("Choose at least one thing that the token may do.")]
        NoScope,
        /// It would be good until a day that has passed.
        #[error("Choose a day to come as its last.")]
        Expired,
        /// Nobody has the address.
        #[error("Nobody who works here has this address.")]
        NoPerson,
    }
}

/// A token to make.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Its identity.
    pub id: Id,
    /// Of its secret.
    pub token: TokenHash,
    /// What it is for.
    pub name: String,
    /// For whom it acts; none: a program of the company's own, made at the command line only.
    pub person: Option<PersonId>,
    /// What it may do.
    pub scopes: Vec<Action>,
    /// Until when it is good.
    pub expires_at: Option<Instant>,
}

/// Makes a token. What it may do is also bounded by the roles of its person, at each use.
///
/// # Errors
///
/// [`AddTokenError`]
pub fn add_token(tx: &Write<'_>, act: &Act, token: &NewToken) -> Result<TokenId, AddTokenError> {
    let name = token.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(AddTokenError::NoName);
    }
    if token.scopes.is_empty() {
        return Err(AddTokenError::NoScope);
    }
    if token.expires_at.is_some_and(|until| until <= act.at) {
        return Err(AddTokenError::Expired);
    }
    let names: Vec<_> = token.scopes.iter().map(|scope| scope.name()).collect();
    let hash: &[u8] = token.token.bytes();
    tx.execute(
        queries::ADD_TOKEN,
        &params![
            token.id,
            hash,
            name,
            token.person,
            &names.join(" "),
            act.at,
            token.expires_at,
        ],
    )?;
    let detail = serde_json::json!({
        "scopes": names,
        "person": token.person.map(|person| person.to_string()),
    });
    act.write(tx, "TokenMade", ("token", &token.id.to_string()), &detail)?;
    Ok(TokenId(token.id))
}

/// Revokes a token of a person. Whether there was one.
///
/// # Errors
///
/// As the database says.
pub fn revoke_token(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    token: TokenId,
) -> Result<bool, StoreError> {
    if tx.execute(queries::REVOKE_TOKEN, &params![token, person, act.at])? == 0 {
        return Ok(false);
    }
    act.write(
        tx,
        "TokenRevoked",
        ("token", &token.to_string()),
        &super::nothing_more(),
    )?;
    Ok(true)
}
