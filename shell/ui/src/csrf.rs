//! Proof that a form was sent from one of our own pages, shown to this very browser.
//!
//! The token is a random mask and a signature over mask and session: another one on each page, so that compressing a page
//! gives nothing away, and worth nothing in another session. What browsers say of a request's origin is checked beside it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use askama::filters::HtmlSafe;
use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body::Frame as BodyFrame;
use http_body_util::{BodyExt, Limited};

use crate::failure::Failure;
use crate::keys::{Random, Signer, hex, unhex};

/// The field of a form that carries the token.
pub const FIELD: &str = "csrf";
/// The header that carries it where there is no form.
pub const HEADER: &str = "x-csrf-token";

const MASK: usize = 16;

/// A token for the forms of one page. Writes itself as a hidden field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Csrf(Arc<str>);

impl Csrf {
    pub(crate) fn issue(signer: &Signer, binding: &[u8], random: &Random) -> Self {
        let mut mask = [0; MASK];
        random(&mut mask);
        let tag = signer.sign(&[&mask, binding]);
        Self([hex(&mask), hex(&tag)].concat().into())
    }

    /// The token alone, for a header.
    pub fn token(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Csrf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // INVARIANT: a token is hexadecimal and needs no escaping.
        write!(
            out,
            "<input type=\"hidden\" name=\"{FIELD}\" value=\"{}\">",
            self.0
        )
    }
}

impl HtmlSafe for Csrf {}

/// Whether that token was issued for this session.
pub fn holds(signer: &Signer, binding: &[u8], token: &str) -> bool {
    let Some(bytes) = unhex(token) else {
        return false;
    };
    bytes
        .split_at_checked(MASK)
        .is_some_and(|(mask, tag)| signer.holds(&[mask, binding], tag))
}

/// Whether the browser says that another site sent this. One that says nothing is left to the token.
pub fn from_elsewhere(headers: &HeaderMap, own_origin: Option<&str>) -> bool {
    let word = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or("unreadable"))
    };
    if let Some(site) = word("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = word(header::ORIGIN.as_str()) else {
        return false;
    };
    match own_origin {
        Some(own) => origin != own,
        None => {
            let host = word(header::HOST.as_str()).unwrap_or_default();
            origin
                .split_once("://")
                .is_none_or(|(_, said)| said != host)
        }
    }
}

/// The token among the fields of a form, and the form's body as it was.
pub async fn in_form(body: Body, most: usize) -> Result<(Option<String>, Body), Failure> {
    let Ok(whole) = Limited::new(body, most).collect().await else {
        return Err(Failure::too_large(&format!("{} kB", most >> 10)));
    };
    let bytes = whole.to_bytes();
    let token = form_urlencoded::parse(&bytes).find(|(name, _)| name == FIELD);
    Ok((
        token.map(|(_, value)| value.into_owned()),
        Body::from(bytes),
    ))
}

/// The token in the first part of a form with files, and the body as it was. The files behind it are not read here, so the
/// field must stand first in its form.
pub async fn in_first_part(mut body: Body, kind: &str) -> Result<(Option<String>, Body), Failure> {
    let mut read = BytesMut::new();
    let token = loop {
        match first_part(&read, kind) {
            Seen::Token(token) => break Some(token),
            Seen::Nothing => break None,
            Seen::TooLittle => {}
        }
        match body.frame().await {
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    read.extend_from_slice(&bytes);
                }
            }
            Some(Err(_)) | None => break None,
        }
    };
    Ok((token, again(read, body)))
}

/// A body that begins with what was read of it already.
fn again(read: BytesMut, rest: Body) -> Body {
    Body::new(Again {
        read: Some(read.freeze()),
        rest,
    })
}

struct Again {
    read: Option<Bytes>,
    rest: Body,
}

impl HttpBody for Again {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, axum::Error>>> {
        match self.read.take() {
            Some(read) if !read.is_empty() => Poll::Ready(Some(Ok(BodyFrame::data(read)))),
            _ => Pin::new(&mut self.rest).poll_frame(context),
        }
    }
}

enum Seen {
    Token(String),
    Nothing,
    TooLittle,
}

/// Far more than the head of a part and a token need.
const FIRST_PART: usize = 4096;

fn first_part(read: &[u8], kind: &str) -> Seen {
    let boundary = kind
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="));
    let Some(boundary) = boundary.map(|boundary| boundary.trim_matches('"')) else {
        return Seen::Nothing;
    };
    let text = String::from_utf8_lossy(read.get(..read.len().min(FIRST_PART)).unwrap_or_default());
    let part = text
        .strip_prefix(&format!("--{boundary}\r\n"))
        .and_then(|rest| rest.split_once("\r\n\r\n"))
        .and_then(|(head, rest)| Some((head, rest.split_once("\r\n")?.0)));
    match part {
        Some((head, token)) if head.contains(&format!("name=\"{FIELD}\"")) => {
            Seen::Token(token.to_owned())
        }
        None if read.len() < FIRST_PART => Seen::TooLittle,
        _ => Seen::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_token_holds_in_its_own_session_alone() {
        let signer = Signer::derive(&[1; 32], "csrf");
        let token = Csrf::issue(&signer, b"session 1", &|bytes| bytes.fill(9));
        assert!(holds(&signer, b"session 1", token.token()));
        assert!(!holds(&signer, b"session 2", token.token()));
        for wrong in ["", "00", "zz", &token.token()[2..]] {
            assert!(!holds(&signer, b"session 1", wrong), "{wrong}");
        }
    }

    #[test]
    fn what_the_browser_says_of_another_site_is_believed() {
        for (list, elsewhere) in [
            (&[("sec-fetch-site", "same-origin")][..], false),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("origin", "https://kept.example")], false),
            (&[("origin", "https://evil.example")], true),
            (&[("origin", "null")], true),
            (&[], false),
        ] {
            assert_eq!(
                from_elsewhere(&headers(list), Some("https://kept.example")),
                elsewhere,
                "{list:?}"
            );
        }
        let own_host = headers(&[
            ("origin", "http://localhost:7407"),
            ("host", "localhost:7407"),
        ]);
        assert!(!from_elsewhere(&own_host, None));
    }
}
