//! Tokens of programs: the extractor for the routes of the API.

use axum::Extension;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kept_api::Bearer;
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_store::{StoreError, params};
use kept_vault::Token as Secret;

use crate::access::{Action, Asker, Scope};
use crate::accounts::Accounts;
use crate::model::{PersonId, TokenId};
use crate::queries;

/// Begins every token, so that tools which look for leaked secrets know it.
const PREFIX: &str = "kept_";
const MINUTE: i64 = 60_000_000;

/// A token as it is handed out, once.
pub(crate) fn written(secret: &Secret) -> String {
    format!("{PREFIX}{}", secret.text())
}

/// The program that asks, by its bearer token. A handler that takes one needs `Extension<Accounts>` on its routes.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    asker: Asker,
}

impl Token {
    /// How far it reaches with an action: what its scopes and the roles of its person both grant.
    pub fn scope(&self, action: Action) -> Scope {
        self.asker.scope(action)
    }

    /// How far it reaches, or why it may not.
    ///
    /// # Errors
    ///
    /// 403, with the name of the scope that is missing.
    pub fn require(&self, action: Action) -> Result<Scope, TokenRefused> {
        let scope = self.scope(action);
        if scope.is_nothing() {
            return Err(TokenRefused::new(
                StatusCode::FORBIDDEN,
                "insufficient_scope",
                format!(
                    "This token may not do that: it needs the scope {}.",
                    action.name()
                ),
            ));
        }
        Ok(scope)
    }

    /// Whose it is; none: one of the company's own.
    pub fn person(&self) -> Option<PersonId> {
        self.asker.person
    }

    /// The roles of its person.
    pub fn roles(&self) -> &[String] {
        &self.asker.roles
    }

    /// Who it is in the audit.
    pub fn who(&self) -> Who {
        Who::Token(self.id.0)
    }
}

impl Bearer for Token {
    type Action = Action;
    type Scope = Scope;

    fn id(&self) -> Id {
        self.id.0
    }

    fn reach(&self, action: Action) -> Result<Scope, &'static str> {
        let scope = self.scope(action);
        if scope.is_nothing() {
            return Err(action.name());
        }
        Ok(scope)
    }
}

impl Accounts {
    /// The token behind a text, where it is good.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub async fn bearer(&self, text: &str) -> Result<Option<Token>, StoreError> {
        let Some(secret) = text.strip_prefix(PREFIX).and_then(Secret::parse) else {
            return Ok(None);
        };
        let (hash, now) = (secret.hash(), self.world.now());
        let known: Option<queries::KnownToken> = self
            .read(move |read| {
                let token: &[u8] = hash.bytes();
                read.maybe::<queries::KnownToken>(queries::TOKEN, &params![token, now])
            })
            .await?;
        let Some(known) = known else { return Ok(None) };
        let stale = known
            .last_used_at
            .is_none_or(|at| now.micros_since(at) > MINUTE);
        if stale {
            let id = known.id;
            self.write(move |tx| tx.execute(queries::TOKEN_USED, &params![id, now]))
                .await?;
        }
        let only = known.scopes.iter().filter_map(|name| Action::named(name));
        Ok(Some(Token {
            id: known.id,
            name: known.name,
            asker: Asker {
                person: known.person,
                team: known.team,
                roles: known.roles,
                session: None,
                opened: Vec::new(),
                only: Some(only.collect()),
            },
        }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Token {
    type Rejection = TokenRefused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, TokenRefused> {
        let busy = || {
            TokenRefused::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "Nothing was done. Try again in a moment.",
            )
        };
        let Extension(accounts) = Extension::<Accounts>::from_request_parts(parts, state)
            .await
            .map_err(|_| busy())?;
        let shown = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, text)) = shown else {
            return Err(TokenRefused::new(
                StatusCode::UNAUTHORIZED,
                "invalid_request",
                "Send a token: Authorization: Bearer kept_…",
            ));
        };
        match accounts.bearer(text.trim()).await {
            Ok(Some(token)) => Ok(token),
            Ok(None) => Err(TokenRefused::new(
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "This token is not good: it was revoked, has expired, or has a letter too many.",
            )),
            Err(_) => Err(busy()),
        }
    }
}

/// Why a program was not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRefused {
    status: StatusCode,
    error: &'static str,
    detail: String,
}

impl TokenRefused {
    fn new(status: StatusCode, error: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            error,
            detail: detail.into(),
        }
    }
}

impl IntoResponse for TokenRefused {
    /// RFC 9457, with the challenge of RFC 6750.
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let challenge = format!("Bearer realm=\"kept\", error=\"{}\"", self.error);
        let headers = [
            (header::CONTENT_TYPE, "application/problem+json".to_owned()),
            (header::WWW_AUTHENTICATE, challenge),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        (self.status, headers, body.to_string()).into_response()
    }
}
