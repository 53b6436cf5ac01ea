//! A stored file handed out: always as a download of bytes, never as what it claims to be (T7).

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

/// The most letters of the name of a file.
const LONGEST_NAME: usize = 120;

/// The answer that hands out a file under a name. No browser opens it by itself, keeps it, or takes it for anything but bytes.
pub fn download(name: &str, content: Vec<u8>) -> Response {
    let mut response = content.into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (header, value) in fixed {
        headers.insert(header, HeaderValue::from_static(value));
    }
    if let Ok(way) = HeaderValue::from_str(&disposition(name)) {
        headers.insert(header::CONTENT_DISPOSITION, way);
    }
    response
}

/// Hands out a picture to be shown on a page of ours. Whoever calls knows by its bytes that it is one, of this kind.
pub fn picture(kind: &'static str, content: Vec<u8>) -> Response {
    let mut response = download("picture", content);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("inline"),
    );
    response
}

/// The name of a file that somebody sent, without paths and without what could end a header.
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last
        .chars()
        .filter(|letter| !letter.is_control() && *letter != '"');
    let name: String = kept.take(LONGEST_NAME).collect();
    if name.trim().is_empty() {
        "file".to_owned()
    } else {
        name
    }
}

/// `attachment` with the name, for browsers that read RFC 6266 and for others.
fn disposition(name: &str) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || ".-_ ".contains(letter) {
            letter
        } else {
            '_'
        }
    };
    let plain: String = name.chars().map(plain).collect();
    let named: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let named = named.replace('+', "%20");
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{named}")
}

#[cfg(test)]
mod tests {
    use super::{disposition, download, file_name};

    #[test]
    fn a_name_ends_no_header_and_is_read_by_every_browser() {
        assert_eq!(
            disposition("Angebot für\r\n\"x\".pdf"),
            "attachment; filename=\"Angebot f_r___x_.pdf\"; filename*=UTF-8''Angebot%20f%C3%BCr%0D%0A%22x%22.pdf"
        );
    }

    #[test]
    fn a_file_is_bytes_whatever_it_says_to_be() {
        let response = download("page.html", b"<script>".to_vec());
        let headers = response.headers();
        assert_eq!(headers["content-type"], "application/octet-stream");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(
            headers["content-security-policy"],
            "default-src 'none'; sandbox"
        );
    }

    #[test]
    fn a_name_leads_nowhere_and_ends_no_header() {
        for (name, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\y.pdf", "y.pdf"),
            ("a\r\nb\"c", "abc"),
            ("/", "file"),
        ] {
            assert_eq!(file_name(name), kept);
        }
    }
}
