//! Signing in and out.

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kept_journal::audit::Who;
use kept_ui::routes::{Routes, get, post};
use kept_ui::{Binding, Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::{failed, or_failed};
use crate::accounts::{Accounts, SignIn, SignedIn, Visitor};
use crate::commands::{SignInError, sign_out};
use crate::cookies;
use crate::session::Signed;

const DAY_SECONDS: i64 = 86_400;
/// The mark of a browser is kept as long as browsers keep cookies.
const BROWSER_DAYS: i64 = 400;
const STEP_SECONDS: i64 = 600;

pub(super) fn routes() -> Routes<Accounts> {
    Routes::new()
        .route("/sign-in", get(ask).post(by_password))
        .route("/sign-in/code", get(ask_code).post(by_code))
        .route("/sign-out", post(out))
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

impl Next {
    fn path(self) -> String {
        self.next.unwrap_or_default()
    }
}

/// Where to go on: the wanted page, or the first one. `see_other` lets no other site through.
fn way(next: &str) -> &str {
    if next.is_empty() { "/" } else { next }
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    frame: Frame,
    form: Filled,
}

impl SignInPage {
    fn new(frame: Frame, form: Filled) -> Self {
        Self {
            frame: frame.titled("Sign in"),
            form,
        }
    }
}

async fn ask(
    frame: Frame,
    signed: Option<Extension<Signed>>,
    Query(next): Query<Next>,
) -> Response {
    let next = next.path();
    if signed.is_some() {
        return see_other(way(&next)).into_response();
    }
    page(&SignInPage::new(frame, Filled::with([("next", next)])))
}

#[derive(Deserialize)]
struct Typed {
    email: String,
    password: String,
    next: String,
}

async fn by_password(
    State(accounts): State<Accounts>,
    from: Visitor,
    frame: Frame,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&SignInPage::new(frame, filled))),
    };
    let sign_in = SignIn {
        email: typed.email,
        password: typed.password,
        from,
    };
    match accounts.sign_in(sign_in).await {
        Ok(signed_in) => Ok(let_in(&accounts, signed_in, &typed.next)),
        Err(error) => {
            let told = or_failed!(error, SignInError).to_string();
            let filled = filled.wrong("password", told);
            Ok(unprocessable(&SignInPage::new(frame, filled)))
        }
    }
}

pub(super) fn let_in(accounts: &Accounts, signed_in: SignedIn, next: &str) -> Response {
    let https = accounts.settings.https;
    match signed_in {
        SignedIn::NeedsCode(step) => {
            let query: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let mut answer = see_other(&format!("/sign-in/code?next={query}")).into_response();
            let cookie = (cookies::STEP, step.text());
            cookies::set(&mut answer, https, cookie, Some(STEP_SECONDS));
            answer
        }
        SignedIn::Session {
            session,
            token,
            browser,
            ..
        } => {
            let mut answer = see_other(way(next)).into_response();
            let longest = accounts.settings.longest_days * DAY_SECONDS;
            let cookie = (cookies::SESSION, token.text());
            cookies::set(&mut answer, https, cookie, Some(longest));
            let cookie = (cookies::BROWSER, browser.text());
            cookies::set(&mut answer, https, cookie, Some(BROWSER_DAYS * DAY_SECONDS));
            cookies::set(&mut answer, https, (cookies::STEP, ""), Some(0));
            answer
                .extensions_mut()
                .insert(Binding::session(session.0.bytes()));
            answer
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/code.html")]
struct CodePage {
    frame: Frame,
    form: Filled,
}

impl CodePage {
    fn new(frame: Frame, form: Filled) -> Self {
        Self {
            frame: frame.titled("Your code"),
            form,
        }
    }
}

async fn ask_code(frame: Frame, Query(next): Query<Next>) -> Response {
    page(&CodePage::new(frame, Filled::with([("next", next.path())])))
}

#[derive(Deserialize)]
struct Code {
    code: String,
    next: String,
}

async fn by_code(
    State(accounts): State<Accounts>,
    from: Visitor,
    headers: axum::http::HeaderMap,
    frame: Frame,
    form: Form<Code>,
) -> Result<Response, Failure> {
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&CodePage::new(frame, filled))),
    };
    let step = cookies::secret(&headers, cookies::STEP, accounts.settings.https);
    let result = match step {
        Some(step) => accounts.second_step(step, &typed.code, &from).await,
        None => Err(SignInError::StepGone),
    };
    match result {
        Ok(signed_in) => Ok(let_in(&accounts, signed_in, &typed.next)),
        Err(error) => match or_failed!(error, SignInError) {
            gone @ SignInError::StepGone => Ok(see_other("/sign-in")
                .with(Flash::said(gone.to_string()))
                .into_response()),
            other => {
                let filled = filled.wrong("code", other.to_string());
                Ok(unprocessable(&CodePage::new(frame, filled)))
            }
        },
    }
}

async fn out(State(accounts): State<Accounts>, signed: Signed) -> Result<Response, Failure> {
    let act = accounts.act(Who::Person(signed.person.0));
    accounts
        .write(move |tx| sign_out(tx, &act, signed.person, signed.session))
        .await
        .map_err(failed)?;
    let mut answer = see_other("/sign-in").into_response();
    let https = accounts.settings.https;
    cookies::set(&mut answer, https, (cookies::SESSION, ""), Some(0));
    // What the browser has kept of the pages goes as well.
    if let Ok(value) = "\"cache\"".parse() {
        answer.headers_mut().insert("clear-site-data", value);
    }
    Ok(answer)
}
