//! What every request of a page goes through: its frame is made, a forged form is refused, failures become pages.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::cookie::Jar;
use crate::csrf::{self, Csrf};
use crate::failure::{self, Asked, Failure};
use crate::flash::Flash;
use crate::frame::{Binding, Frame, Menu, Theme, Viewer};
use crate::headers::Nonce;
use crate::keys::hex;
use crate::ui::{Shared, Ui};

const VISIT: &str = "kept-visit";
const FLASH: &str = "kept-flash";
/// So long a sentence waits for the page that shows it.
const FLASH_SECONDS: u32 = 60;

/// What a person chose about the look, from cookies of our own script.
#[derive(Clone, Copy, Default)]
pub struct Look {
    theme: Theme,
    folded: bool,
}

impl Look {
    pub fn of(headers: &HeaderMap, jar: Jar) -> Self {
        Self {
            theme: Theme::read(jar.read(headers, "kept-theme")),
            folded: jar.read(headers, "kept-rail") == Some("folded"),
        }
    }
}

impl Frame {
    /// A frame in which nobody is known.
    pub(crate) fn plain(ui: &Ui, look: Look, nonce: Nonce) -> Self {
        Self {
            title: String::new(),
            company: ui.shared().settings.company.as_str().into(),
            viewer: None,
            menu: Arc::default(),
            csrf: Csrf::default(),
            flash: None,
            theme: look.theme,
            folded: look.folded,
            topics: Vec::new(),
            mark: String::new(),
            place: "",
            nonce,
        }
    }
}

/// Who sends this, as far as forms and flashes care.
struct Visit {
    binding: Binding,
    /// A visitor's cookie that is yet to be set.
    fresh: Option<String>,
    flash: Option<Flash>,
    had_flash: bool,
}

pub async fn dress(State(ui): State<Ui>, request: Request, next: Next) -> Response {
    let shared = ui.shared();
    let asked = Asked::of(&request, shared.jar);
    let visit = Visit::of(shared, &request);
    let frame = framed(&ui, &visit, &request);
    let answer = match genuine(shared, &visit.binding, request).await {
        Ok(mut request) => {
            request.extensions_mut().insert(frame.clone());
            calmly(next.run(request)).await
        }
        Err(failure) => failure.into_response(),
    };
    let answer = failure::drawn(&ui, &asked, answer, || frame);
    visit.remember(shared, answer)
}

fn framed(ui: &Ui, visit: &Visit, request: &Request) -> Frame {
    let shared = ui.shared();
    let known = request.extensions();
    let nonce = known.get::<Nonce>().cloned();
    Frame {
        viewer: known.get::<Viewer>().cloned(),
        menu: known.get::<Arc<Menu>>().cloned().unwrap_or_default(),
        csrf: Csrf::issue(&shared.csrf, &visit.binding.0, &*shared.random),
        flash: visit.flash.clone(),
        mark: shared.live.mark(),
        ..Frame::plain(
            ui,
            Look::of(request.headers(), shared.jar),
            nonce.unwrap_or(Nonce("".into())),
        )
    }
}

impl Visit {
    fn of(shared: &Shared, request: &Request) -> Self {
        let headers = request.headers();
        let (binding, fresh) = match request.extensions().get::<Binding>() {
            Some(binding) => (binding.clone(), None),
            None => match shared.jar.read(headers, VISIT) {
                Some(id) => (Binding::visitor(id), None),
                None => {
                    let mut bytes = [0; 16];
                    (shared.random)(&mut bytes);
                    let id = hex(&bytes);
                    (Binding::visitor(&id), Some(id))
                }
            },
        };
        // What only looks ahead must not use up what is said once.
        let ahead = headers.get("sec-purpose").is_some() || headers.get("x-sec-purpose").is_some();
        let sealed = shared.jar.read(headers, FLASH).filter(|_| !ahead);
        Self {
            flash: sealed.and_then(|sealed| Flash::open(sealed, &shared.flash, &binding.0)),
            had_flash: sealed.is_some(),
            binding,
            fresh,
        }
    }

    /// Sets the cookies that the answer needs.
    fn remember(self, shared: &Shared, mut answer: Response) -> Response {
        let is_page = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let mut cookies = Vec::new();
        if let Some(flash) = answer.extensions_mut().remove::<Flash>() {
            // A new session may begin with this very answer; then it is known by now.
            let binding = answer
                .extensions_mut()
                .remove::<Binding>()
                .unwrap_or(self.binding);
            let sealed = flash.seal(&shared.flash, &binding.0);
            cookies.push(shared.jar.write(FLASH, &sealed, Some(FLASH_SECONDS)));
        } else if self.had_flash && is_page {
            cookies.push(shared.jar.write(FLASH, "", Some(0)));
        }
        if let Some(id) = self.fresh.filter(|_| is_page) {
            cookies.push(shared.jar.write(VISIT, &id, None));
        }
        for cookie in cookies.into_iter().flatten() {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer
    }
}

/// The request as it came, when it changes nothing or carries the proof that one of our pages sent it.
async fn genuine(shared: &Shared, binding: &Binding, request: Request) -> Result<Request, Failure> {
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        return Ok(request);
    }
    if csrf::from_elsewhere(request.headers(), shared.settings.origin.as_deref()) {
        return Err(Failure::forged());
    }
    let holds = |token: &str| csrf::holds(&shared.csrf, &binding.0, token);
    if let Some(token) = request.headers().get(csrf::HEADER) {
        return if holds(token.to_str().unwrap_or_default()) {
            Ok(request)
        } else {
            Err(Failure::forged())
        };
    }
    let (parts, body) = request.into_parts();
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let (token, body) = if kind.starts_with("application/x-www-form-urlencoded") {
        csrf::in_form(body, shared.settings.form_limit).await?
    } else if kind.starts_with("multipart/form-data") {
        csrf::in_first_part(body, kind).await?
    } else {
        (None, body)
    };
    if token.is_some_and(|token| holds(&token)) {
        Ok(Request::from_parts(parts, body))
    } else {
        Err(Failure::forged())
    }
}

/// A handler that panics gives a failure, and its neighbours go on.
async fn calmly(answer: impl Future<Output = Response>) -> Response {
    let mut answer = pin!(answer);
    std::future::poll_fn(move |context| {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)));
        polled.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<&str>().copied().map(str::to_owned);
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
            let failure =
                Failure::internal(format!("a handler panicked: {}", said.unwrap_or_default()));
            Poll::Ready(failure.into_response())
        })
    })
    .await
}
