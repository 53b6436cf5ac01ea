//! Signing in with a passkey: what the browser is asked, and its answer. The page's script carries both, since only a script
//! can ask a browser for a passkey.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64UrlUnpadded, Encoding};
use kept_ui::routes::{Routes, get};
use kept_ui::{Failure, Filled, Form, Frame, unprocessable};
use kept_vault::Token;
use serde::Deserialize;

use super::or_failed;
use super::sign_in::{SignInPage, let_in};
use crate::accounts::{Accounts, Visitor};
use crate::commands::SignInError;
use crate::cookies;
use crate::passkeys::Answer;

/// The cookie goes with the browser's window; each challenge has an end of its own.
const COOKIE_SECONDS: i64 = 86_400;

pub(super) fn routes() -> Routes<Accounts> {
    Routes::new().route("/sign-in/passkey", get(ask).post(show))
}

/// What a browser sends as bytes.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// A challenge, bound to a cookie of this browser.
async fn ask(State(accounts): State<Accounts>, headers: HeaderMap) -> Result<Response, Failure> {
    let https = accounts.settings.https;
    let held = cookies::secret(&headers, cookies::PASSKEY, https);
    let fresh: Option<Token> = match held {
        Some(_) => None,
        None => Some(accounts.token().map_err(Failure::internal)?),
    };
    let bound = held.or_else(|| fresh.as_ref().map(Token::hash));
    let asked = match bound {
        Some(bound) => accounts.ask_for_passkey(bound).map_err(Failure::internal)?,
        None => None,
    };
    let Some(asked) = asked else {
        return Err(Failure::not_found("There is no such page"));
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut answer = (headers, asked.to_string()).into_response();
    if let Some(fresh) = fresh {
        let cookie = (cookies::PASSKEY, fresh.text());
        cookies::set(&mut answer, https, cookie, Some(COOKIE_SECONDS));
    }
    Ok(answer)
}

#[derive(Deserialize)]
struct Shown {
    credential: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
    handle: String,
    next: String,
}

impl Shown {
    fn answer(&self) -> Option<Answer> {
        Some(Answer {
            credential: bytes(&self.credential)?,
            client_data: bytes(&self.client_data)?,
            authenticator_data: bytes(&self.authenticator_data)?,
            signature: bytes(&self.signature)?,
            handle: bytes(&self.handle)?,
        })
    }
}

async fn show(
    State(accounts): State<Accounts>,
    from: Visitor,
    headers: HeaderMap,
    frame: Frame,
    form: Form<Shown>,
) -> Result<Response, Failure> {
    let (typed, _) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(again(&accounts, frame, &filled, &SignInError::PasskeyWrong)),
    };
    let filled = Filled::with([("next", typed.next.clone())]);
    let Some(answer) = typed.answer() else {
        return Ok(again(&accounts, frame, &filled, &SignInError::PasskeyWrong));
    };
    let cookie = cookies::secret(&headers, cookies::PASSKEY, accounts.settings.https);
    match accounts.sign_in_with_passkey(cookie, answer, &from).await {
        Ok(signed_in) => Ok(let_in(&accounts, signed_in, &typed.next)),
        Err(error) => {
            let told = or_failed!(error, SignInError);
            Ok(again(&accounts, frame, &filled, &told))
        }
    }
}

/// The page again. What the browser sent is not given back to it: only where to go on.
fn again(accounts: &Accounts, frame: Frame, sent: &Filled, told: &SignInError) -> Response {
    let filled = Filled::with([("next", sent.value("next").to_owned())]);
    let page = SignInPage::new(accounts, frame, filled).refused_passkey(told.to_string());
    unprocessable(&page)
}
