//! The headers that stand on every answer, and the nonce of its page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::failure;
use crate::keys::hex;
use crate::ui::Ui;

/// What allows the page's own script and style, and no others: another one for every answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Nonce(pub Arc<str>);

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("x-permitted-cross-domain-policies"),
        "none",
    ),
];

/// Two years, as the lists of browsers ask for.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

pub async fn protect(State(ui): State<Ui>, mut request: Request, next: Next) -> Response {
    let mut bytes = [0; 16];
    (ui.shared().random)(&mut bytes);
    let nonce = Nonce(hex(&bytes).into());
    request.extensions_mut().insert(nonce.clone());
    let asked = failure::Asked::of(&request, ui.shared().jar);
    let response = next.run(request).await;
    let mut response = failure::plainly(&ui, &asked, &nonce, response);
    put(response.headers_mut(), &nonce, ui.shared().settings.https);
    response
}

fn put(headers: &mut HeaderMap, nonce: &Nonce, https: bool) {
    headers.remove(header::SERVER);
    for (name, value) in FIXED {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    // What a person may see is theirs alone, and not for the next one at this desk; files say otherwise by themselves.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    // A handler may have said something stricter, such as a sandbox for foreign text.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&policy(nonce))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Scripts run by nonce alone. Styles may come from us, and the nonce lets Turbo's progress bar through. Trusted Types
/// would be stricter still, but Turbo cannot work under them.
fn policy(nonce: &Nonce) -> String {
    let nonce = &nonce.0;
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}
