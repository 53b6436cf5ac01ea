//! Another system: where it listens, to what, and the secret that we share.

use std::fmt;

use kept_kernel::{Id, Instant};
use kept_outbound::{Guard, SigningSecret, Target};
use kept_rooms::FieldError;
use kept_store::{FromRow, Row, StoreError};
use kept_vault::Sealer;
use serde::Deserialize;

/// An endpoint's identity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct EndpointId(pub(crate) Id);

impl fmt::Display for EndpointId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// What the secret is sealed for.
pub(crate) fn sealed_for(id: EndpointId) -> Vec<u8> {
    format!("webhook_endpoints {id}").into_bytes()
}

/// Another system.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: EndpointId,
    pub(crate) url: String,
    secret: Vec<u8>,
    /// What it is told of; none: everything.
    pub(crate) kinds: Vec<String>,
    pub(crate) made_at: Instant,
    /// Up to which event and alert it has been told.
    pub(crate) place: i64,
    pub(crate) alert: i64,
    pub(crate) paused: Option<(Instant, String)>,
}

impl FromRow for Endpoint {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let kinds: &str = row.get(3)?;
        let paused_at: Option<Instant> = row.get(7)?;
        let because: Option<String> = row.get(8)?;
        Ok(Self {
            id: EndpointId(row.get(0)?),
            url: row.get(1)?,
            secret: row.get::<&[u8]>(2)?.to_vec(),
            kinds: kinds.split_whitespace().map(str::to_owned).collect(),
            made_at: row.get(4)?,
            place: row.get(5)?,
            alert: row.get(6)?,
            paused: paused_at.map(|at| (at, because.unwrap_or_default())),
        })
    }
}

impl Endpoint {
    /// Whether it is told of this kind: `request.acknowledge-request`; by its name, or by `request.*`.
    pub(crate) fn hears(&self, kind: &str) -> bool {
        self.kinds.is_empty()
            || self
                .kinds
                .iter()
                .any(|asked| match asked.strip_suffix('*') {
                    Some(beginning) => kind.starts_with(beginning),
                    None => asked == kind,
                })
    }

    /// The secret; none where it does not open with the keys of this house.
    pub(crate) fn secret(&self, sealer: &Sealer) -> Option<SigningSecret> {
        let plain = sealer.open(&sealed_for(self.id), &self.secret).ok()?;
        let text = std::str::from_utf8(&plain).ok()?;
        SigningSecret::parse(text).ok()
    }
}

/// The form as it comes in.
#[derive(Deserialize)]
pub(crate) struct TypedEndpoint {
    url: String,
    kinds: Option<String>,
}

impl TypedEndpoint {
    /// The address and the kinds, or all that is wrong.
    pub(crate) fn understood(self, guard: Guard) -> Result<(String, String), Vec<FieldError>> {
        let mut wrong = Vec::new();
        let url = self.url.trim().to_owned();
        if let Err(error) = Target::parse(&url, guard) {
            wrong.push(FieldError {
                field: "url",
                words: error.to_string(),
            });
        }
        let kinds: Vec<String> = self
            .kinds
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let is_kind = |kind: &String| {
            let stem = kind.strip_suffix('*').unwrap_or(kind);
            stem.contains('.')
                && stem
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "-_.=".contains(letter))
        };
        if let Some(strange) = kinds.iter().find(|kind| !is_kind(kind)) {
            wrong.push(FieldError {
                field: "kinds",
                words: format!("{strange} is no kind. Write them as in request.* or alert.breach, a space between them."),
            });
        }
        if kinds.len() > 50 || url.len() > 2_000 {
            wrong.push(FieldError {
                field: "kinds",
                words: "That is too long.".to_owned(),
            });
        }
        if wrong.is_empty() {
            Ok((url, kinds.join(" ")))
        } else {
            Err(wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_hears_what_it_asked_for() {
        let endpoint = |kinds: &str| Endpoint {
            id: EndpointId(Id::default()),
            url: String::new(),
            secret: Vec::new(),
            kinds: kinds.split_whitespace().map(str::to_owned).collect(),
            made_at: Instant::MIN,
            place: 0,
            alert: 0,
            paused: None,
        };
        for (kinds, heard) in [
            ("", true),
            ("request.*", true),
            ("request.close-request", true),
            ("client.*", false),
            ("request.close", false),
        ] {
            assert_eq!(
                endpoint(kinds).hears("request.close-request"),
                heard,
                "{kinds}"
            );
        }
    }

    #[test]
    fn what_is_typed_is_understood_or_all_of_it_is_named() {
        let typed = |url: &str, kinds: &str| TypedEndpoint {
            url: url.to_owned(),
            kinds: Some(kinds.to_owned()),
        };
        let good =
            typed(" https://crm.example/x ", "request.*\n alert.breach").understood(Guard::World);
        assert_eq!(
            good,
            Ok((
                "https://crm.example/x".to_owned(),
                "request.* alert.breach".to_owned()
            ))
        );
        let wrong = typed("http://10.0.0.1/", "everything")
            .understood(Guard::World)
            .unwrap_err();
        assert_eq!(wrong.len(), 2);
    }
}
