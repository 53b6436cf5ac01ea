//! The cookies of the room: the session, the second step, the browser's mark, what challenges for passkeys are bound to.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::Response;
use kept_vault::{Token, TokenHash};

/// The secret of a session.
pub(crate) const SESSION: &str = "kept-session";
/// Between the password and the code.
pub(crate) const STEP: &str = "kept-step";
/// The mark of a browser that has signed in before.
pub(crate) const BROWSER: &str = "kept-browser";
/// What a challenge for signing in with a passkey is bound to.
pub(crate) const PASSKEY: &str = "kept-passkey";

/// Over HTTPS the names carry `__Host-`, so that no neighbouring host can set them.
fn named(name: &str, https: bool) -> String {
    if https {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

/// The hash of the secret in a cookie.
pub(crate) fn secret(headers: &HeaderMap, name: &str, https: bool) -> Option<TokenHash> {
    let wanted = named(name, https);
    let value = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == wanted).then_some(value))?;
    Token::parse(value).map(|token| token.hash())
}

/// Sets a cookie on an answer; nought seconds take it away.
pub(crate) fn set(
    answer: &mut Response,
    https: bool,
    (name, value): (&str, &str),
    seconds: Option<i64>,
) {
    let secure = if https { "; Secure" } else { "" };
    let age = seconds.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
    let cookie = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}",
        named(name, https)
    );
    if let Ok(cookie) = cookie.parse() {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
}
