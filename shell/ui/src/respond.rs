//! Answers: a page, a form that needs another look, a way on.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::failure::Failure;
use crate::flash::Flash;

/// A page. Browsers do not keep it: it may show what the next person at this desk must not see.
pub fn page(template: &impl Template) -> Response {
    rendered(StatusCode::OK, template)
}

/// The page with the form again, because something in it needs another look: 422, nothing was done.
pub fn unprocessable(template: &impl Template) -> Response {
    rendered(StatusCode::UNPROCESSABLE_ENTITY, template)
}

pub(crate) fn rendered(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (status, headers, html).into_response()
        }
        Err(error) => {
            Failure::internal(format!("a page could not be written: {error}")).into_response()
        }
    }
}

/// It was done; the way on is another page: 303.
pub fn see_other(path: &str) -> SeeOther {
    SeeOther {
        path: local(path).to_owned(),
        flash: None,
    }
}

/// The way on to another page.
#[derive(Debug)]
pub struct SeeOther {
    path: String,
    flash: Option<Flash>,
}

impl SeeOther {
    /// Says there what was done.
    #[must_use]
    pub fn with(self, flash: Flash) -> Self {
        Self {
            flash: Some(flash),
            ..self
        }
    }
}

impl IntoResponse for SeeOther {
    fn into_response(self) -> Response {
        let Ok(place) = HeaderValue::from_str(&self.path) else {
            return Failure::internal("a way on is no address").into_response();
        };
        let headers = [
            (header::LOCATION, place),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (StatusCode::SEE_OTHER, headers).into_response();
        if let Some(flash) = self.flash {
            response.extensions_mut().insert(flash);
        }
        response
    }
}

/// A path on this site as it is; anything that could lead to another site becomes the front page.
pub(crate) fn local(path: &str) -> &str {
    let mut letters = path.chars();
    let rooted = letters.next() == Some('/');
    let outward = matches!(letters.next(), Some('/' | '\\'));
    let clean = path.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if rooted && !outward && clean {
        path
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_on_never_leads_to_another_site() {
        for path in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "evil",
            "/\t/evil.example",
            "/a\r\nb",
        ] {
            assert_eq!(local(path), "/", "{path:?}");
        }
        assert_eq!(
            local("/requests/24?view=mine#last"),
            "/requests/24?view=mine#last"
        );
    }
}
