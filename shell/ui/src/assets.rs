//! The files that pages ask for: made by the build, embedded, named by their content, kept by browsers for good.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::icon::Icon;
use crate::routes::{Routes, get};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A year, and never asked for again: another content has another name.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// A file that is served.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// `/assets/style-13742a72e002.css`.
    pub path: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// Its bytes.
    pub plain: &'static [u8],
    /// The same in brotli; none where it is compressed already.
    pub brotli: Option<&'static [u8]>,
    /// The same in gzip.
    pub gzip: Option<&'static [u8]>,
}

impl Asset {
    /// How many bytes a browser of today fetches.
    pub fn weight(&self) -> usize {
        self.brotli.unwrap_or(self.plain).len()
    }

    /// The smallest form that the browser reads, and the name of its coding.
    fn coded(&self, headers: &HeaderMap) -> (&'static [u8], Option<HeaderValue>) {
        let accepted = headers
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let reads = |coding: &str| {
            accepted.split(',').any(|part| {
                let mut words = part.split(';').map(str::trim);
                words.next() == Some(coding) && words.next() != Some("q=0")
            })
        };
        match (self.brotli, self.gzip) {
            (Some(bytes), _) if reads("br") => (bytes, Some(HeaderValue::from_static("br"))),
            (_, Some(bytes)) if reads("gzip") => (bytes, Some(HeaderValue::from_static("gzip"))),
            _ => (self.plain, None),
        }
    }
}

/// The route of all assets.
pub fn routes() -> Routes {
    Routes::new().route("/assets/{file}", get(serve)).route(
        "/favicon.ico",
        get(|headers: HeaderMap| async move { answer(&MARK, &headers, false) }),
    )
}

async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let found = ALL
        .iter()
        .find(|asset| asset.path.strip_prefix("/assets/") == Some(file.as_str()));
    match found {
        Some(asset) => answer(asset, &headers, true),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(asset: &Asset, headers: &HeaderMap, named_by_content: bool) -> Response {
    let (bytes, coding) = asset.coded(headers);
    let mut response = Response::new(Body::from(bytes));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if named_by_content {
        out.insert(header::CACHE_CONTROL, KEPT);
    } else {
        out.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=86400"),
        );
    }
    if let Some(coding) = coding {
        out.insert(header::CONTENT_ENCODING, coding);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accepted: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))])
    }

    #[test]
    fn a_browser_gets_the_smallest_form_that_it_reads() {
        let of = |accepted| STYLE.coded(&headers(accepted)).1;
        assert_eq!(of("gzip, deflate, br, zstd").unwrap(), "br");
        assert_eq!(of("gzip;q=1.0, br;q=0").unwrap(), "gzip");
        assert_eq!(of("identity"), None);
        assert_eq!(
            SANS.coded(&headers("br")).1,
            None,
            "a font is compressed already"
        );
    }

    #[test]
    fn the_first_visit_weighs_less_than_its_budget() {
        let fetched = [STYLE, SCRIPT, ICONS, MARK, SANS, SERIF];
        let weight: usize = fetched.iter().map(Asset::weight).sum();
        // The rest of the 100 kB is the page's own text.
        assert!(weight < 96_000, "{weight} bytes");
    }

    #[test]
    fn every_file_is_named_by_its_content_and_has_its_type() {
        for asset in ALL {
            let stem = asset
                .path
                .rsplit('/')
                .next()
                .unwrap()
                .split('.')
                .next()
                .unwrap();
            let hash = stem.rsplit('-').next().unwrap();
            assert!(
                hash.len() == 12 && hash.chars().all(|c| c.is_ascii_hexdigit()),
                "{}",
                asset.path
            );
            assert!(
                !asset.plain.is_empty() && asset.kind.contains('/'),
                "{}",
                asset.path
            );
        }
    }
}
