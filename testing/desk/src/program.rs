//! Programs with their tokens.

use axum::body::Body;
use axum::http::{Request, header};
use kept_accounts::access::Action;

use crate::browser::Answer;
use crate::described::fits;
use crate::ground::Ground;

/// A program with a token.
pub struct Program<'a> {
    ground: &'a Ground,
    token: String,
}

impl Ground {
    /// A program with a token of a person, or of the company's own.
    pub fn program(&self, name: Option<&str>, scopes: Vec<Action>) -> Program<'_> {
        let token = self.token(name.map(|name| self.id(name)), scopes);
        Program {
            ground: self,
            token,
        }
    }
}

impl Program<'_> {
    /// Asks, and holds the answer against the description of the API.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let answer = self.ground.ask(request, Body::from(body.to_owned()));
        let description = self.ground.description.as_ref().unwrap();
        fits(description.value(), (method, path), &answer);
        answer
    }
}
