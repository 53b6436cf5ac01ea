//! Asking the site, as a browser or a program does. Every answer is held against what stands on all of them.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt as _;

use crate::desk::{Desk, ORIGIN};
use crate::headers;

/// Who asks: what is sent along.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    /// For what a test says when it fails: `management`, `the scope read-sops`.
    pub name: String,
    pub cookie: Option<String>,
    pub bearer: Option<String>,
    /// Further headers, which anybody can send.
    pub says: Vec<(&'static str, String)>,
    /// Where the connection comes from.
    pub from: Option<SocketAddr>,
    /// The token of the forms that this browser was shown.
    pub csrf: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Asker {
    /// Somebody who never signed in.
    pub fn visitor(desk: &Desk) -> Self {
        let first = Self {
            name: "a visitor".into(),
            ..Self::default()
        };
        let page = first.get(desk, "/sign-in");
        let visit = page.cookie("__Host-kept-visit");
        Self {
            cookie: Some(format!("__Host-kept-visit={visit}")),
            csrf: page.csrf(),
            ..first
        }
    }

    /// A browser with this secret as its session.
    pub fn with_session(desk: &Desk, name: &str, secret: &str) -> Self {
        let mut asker = Self {
            name: name.into(),
            cookie: Some(format!("__Host-kept-session={secret}")),
            ..Self::default()
        };
        let page = asker.get(desk, "/me");
        if page.status == StatusCode::OK {
            asker.csrf = page.csrf();
        } else {
            // Nobody's: then the forms of visitors are what it has seen.
            let visitor = Self::visitor(desk);
            let visit = visitor.cookie.unwrap_or_default();
            asker.cookie = asker.cookie.map(|session| format!("{session}; {visit}"));
            asker.csrf = visitor.csrf;
        }
        asker
    }

    pub fn get(&self, desk: &Desk, path: &str) -> Answer {
        self.ask(desk, "GET", path, None)
    }

    /// Sends a form; `csrf` says whether with the token of a page.
    pub fn send(
        &self,
        desk: &Desk,
        method: &str,
        path: &str,
        (form, csrf): (&str, bool),
    ) -> Answer {
        let body = if csrf {
            format!("csrf={}&{form}", self.csrf)
        } else {
            form.to_owned()
        };
        self.ask(desk, method, path, Some(body))
    }

    /// Asks as a program does. A change is sent for the first revision, but one of a request, which has had others and takes it without.
    pub fn call(&self, desk: &Desk, method: &str, path: &str, json: &str) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "application/json")
            .header(header::HOST, "desk.example");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let first = !path.starts_with("/api/v1/requests");
        if first && matches!(method, "PUT" | "PATCH") {
            request = request.header(header::IF_MATCH, "\"1\"");
        }
        if !json.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(Body::from(json.to_owned())).unwrap();
        self.answered(desk, (method, path), request)
    }

    fn ask(&self, desk: &Desk, method: &str, path: &str, body: Option<String>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "text/html")
            .header(header::HOST, "desk.example");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ORIGIN, ORIGIN)
                .header("sec-fetch-site", "same-origin");
        }
        for (name, value) in &self.says {
            request = request.header(*name, value);
        }
        let body = body.map_or_else(Body::empty, Body::from);
        let mut request = request.body(body).unwrap();
        if let Some(from) = self.from {
            request.extensions_mut().insert(ConnectInfo(from));
        }
        self.answered(desk, (method, path), request)
    }

    fn answered(
        &self,
        desk: &Desk,
        (method, path): (&str, &str),
        request: Request<Body>,
    ) -> Answer {
        let answer = desk.run(async {
            let response = desk.site.app.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let endless = kind(&parts.headers).starts_with("text/event-stream");
            let text = if endless {
                String::new()
            } else {
                let bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap();
                String::from_utf8_lossy(&bytes).into_owned()
            };
            Answer {
                status: parts.status,
                headers: parts.headers,
                text,
            }
        });
        headers::check(&format!("{method} {path} by {}", self.name), &answer, desk);
        answer
    }
}

impl Answer {
    pub fn location(&self) -> &str {
        let location = self.headers.get(header::LOCATION);
        location.map_or("", |value| value.to_str().unwrap())
    }

    pub fn kind(&self) -> &str {
        kind(&self.headers)
    }

    /// The value of a cookie that it sets.
    pub fn cookie(&self, name: &str) -> String {
        let begins = format!("{name}=");
        let set = self.headers.get_all(header::SET_COOKIE).iter();
        let mut values = set.filter_map(|value| value.to_str().ok()?.strip_prefix(&begins));
        let found = values
            .next()
            .unwrap_or_else(|| panic!("{name} is not set by {self:?}"));
        found.split(';').next().unwrap().to_owned()
    }

    /// The token of the forms on the page.
    pub fn csrf(&self) -> String {
        self.between("name=\"csrf\" value=\"", "\"")
    }

    /// What stands between two words of the page.
    pub fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self
            .text
            .split_once(before)
            .unwrap_or_else(|| panic!("{before} is not in {}", self.text));
        rest.split_once(after).unwrap().0.to_owned()
    }

    /// Status and text without what differs between any two answers: nonces, tokens of forms, what was asked for.
    pub fn plain(&self, asked: &str) -> (StatusCode, String, String) {
        // The numbers in the rail follow what happens meanwhile.
        let mut text = without(&self.text, "<span class=\"count\"", "</span></span>");
        for (before, after) in [
            ("nonce=\"", "\""),
            ("data-mark=\"", "\""),
            ("name=\"csrf\" value=\"", "\""),
            ("name=\"csrf\" content=\"", "\""),
            ("csp-nonce\" content=\"", "\""),
            // How far the hub has come: a judgement may end between two answers.
            ("data-mark=\"", "\""),
        ] {
            text = masked(&text, before, after);
        }
        let coded = asked.replace('%', "%25").replace('/', "%2F");
        // Holes that do not stand side by side.
        let apart = |text: String| {
            let named = asked.split('/');
            let holes = named.filter(|hole| hole.len() == 36 || *hole == "nonsense");
            holes.fold(text, |text, hole| text.replace(hole, "…"))
        };
        let there = |text: &str| apart(text.replace(&coded, "…").replace(asked, "…"));
        (self.status, there(self.location()), there(&text))
    }
}

fn kind(headers: &HeaderMap) -> &str {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}

/// The text without what stands from one of these words to the next of those.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut pieces = text.split(from);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        out += piece.split_once(to).map_or(piece, |(_, rest)| rest);
    }
    out
}

fn masked(text: &str, before: &str, after: &str) -> String {
    let mut pieces = text.split(before);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.find(after).map_or("", |at| piece.split_at(at).1);
        out.push_str(before);
        out.push_str(rest);
    }
    out
}
