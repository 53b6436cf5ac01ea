//! A form with files, part by part as it arrives: never more of it in memory than one frame and a boundary.
//!
//! It knows no room and no database: whoever takes files says where they go.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use memchr::memmem;

/// What a part's head may take.
const HEAD: usize = 8 << 10;

/// The parts of a form.
pub struct Parts {
    body: Body,
    buffer: BytesMut,
    /// What stands before each part but the first.
    boundary: Vec<u8>,
}

/// What is known of a part before its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// The name of its field.
    pub name: String,
    /// The file's name; none where it is no file.
    pub file: Option<String>,
}

/// Why the form cannot be read on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UploadError {
    /// The sender went away, or the line broke.
    #[error("the form ended in the middle")]
    BrokenOff,
    /// It is no form with files.
    #[error("the form is not one with files")]
    Malformed,
    /// A part is larger than it can be.
    #[error("a part is too long")]
    TooLong,
}

impl Parts {
    /// The parts of the body of a request with these headers.
    pub fn new(headers: &HeaderMap, body: Body) -> Result<Self, UploadError> {
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok());
        let boundary = kind
            .filter(|kind| kind.starts_with("multipart/form-data"))
            .and_then(|kind| {
                let mut parts = kind.split(';');
                parts.find_map(|part| part.trim().strip_prefix("boundary="))
            })
            .map(|boundary| boundary.trim_matches('"'))
            .filter(|boundary| !boundary.is_empty() && boundary.len() <= 70)
            .ok_or(UploadError::Malformed)?;
        Ok(Self {
            body,
            // So that the first boundary looks like all the others.
            buffer: BytesMut::from(&b"\r\n"[..]),
            boundary: format!("\r\n--{boundary}").into_bytes(),
        })
    }

    /// The head of the next part; none: there is no more. What is left of the part before is passed over.
    pub async fn next(&mut self) -> Result<Option<Head>, UploadError> {
        while self.chunk().await?.is_some() {}
        let _ = self.buffer.split_to(self.boundary.len());
        while self.buffer.len() < 2 {
            self.more().await?;
        }
        if self.buffer.starts_with(b"--") {
            return Ok(None);
        }
        loop {
            if let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") {
                let head = self.buffer.split_to(end + 4);
                return head_of(&head).map(Some).ok_or(UploadError::Malformed);
            }
            if self.buffer.len() > HEAD {
                return Err(UploadError::Malformed);
            }
            self.more().await?;
        }
    }

    /// The next bytes of the part; none: it has ended.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, UploadError> {
        loop {
            if let Some(end) = memmem::find(&self.buffer, &self.boundary) {
                return Ok((end > 0).then(|| self.buffer.split_to(end).freeze()));
            }
            // The last bytes may be the beginning of a boundary.
            let sure = self.buffer.len().saturating_sub(self.boundary.len());
            if sure > 0 {
                return Ok(Some(self.buffer.split_to(sure).freeze()));
            }
            self.more().await?;
        }
    }

    /// The whole text of a part that is not large.
    pub async fn text(&mut self, most: usize) -> Result<String, UploadError> {
        let all = self.bytes(most).await?;
        Ok(String::from_utf8_lossy(&all).into_owned())
    }

    /// All the bytes of a part that has no more than so many.
    pub async fn bytes(&mut self, most: usize) -> Result<Vec<u8>, UploadError> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if all.len() + chunk.len() > most {
                return Err(UploadError::TooLong);
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }

    async fn more(&mut self) -> Result<(), UploadError> {
        loop {
            let frame = self.body.frame().await.ok_or(UploadError::BrokenOff)?;
            let frame = frame.map_err(|_| UploadError::BrokenOff)?;
            if let Ok(data) = frame.into_data() {
                self.buffer.extend_from_slice(&data);
                return Ok(());
            }
        }
    }
}

fn head_of(head: &[u8]) -> Option<Head> {
    let head = String::from_utf8_lossy(head);
    let line = head.lines().find(|line| {
        line.get(..20)
            .is_some_and(|name| name.eq_ignore_ascii_case("content-disposition:"))
    })?;
    Some(Head {
        name: quoted(line, "name")?,
        file: quoted(line, "filename"),
    })
}

/// `name="…"`; browsers write a quote inside it as `%22`.
fn quoted(line: &str, key: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!("; {key}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("%22", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "--xX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--xX\r\n\
        Content-Disposition: form-data; name=\"log\"; filename=\"a \u{e9} %22b%22.csv\"\r\nContent-Type: text/csv\r\n\r\n\
        one\r\n--xY\r\ntwo\r\n\r\n--xX--\r\n";

    fn headers() -> HeaderMap {
        let kind = "multipart/form-data; boundary=xX".parse().unwrap();
        HeaderMap::from_iter([(header::CONTENT_TYPE, kind)])
    }

    fn body(bytes: &[u8], at_once: usize) -> Body {
        let frames: Vec<Result<Bytes, std::io::Error>> = bytes
            .chunks(at_once)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        Body::from_stream(Frames(frames.into_iter()))
    }

    struct Frames(std::vec::IntoIter<Result<Bytes, std::io::Error>>);

    impl futures_core::Stream for Frames {
        type Item = Result<Bytes, std::io::Error>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(self.0.next())
        }
    }

    fn read(bytes: &[u8], at_once: usize) -> Result<Vec<(Head, String)>, UploadError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut parts = Parts::new(&headers(), body(bytes, at_once))?;
            let mut all = Vec::new();
            while let Some(head) = parts.next().await? {
                let text = parts.text(1_000).await?;
                all.push((head, text));
            }
            Ok(all)
        })
    }

    #[test]
    fn a_form_is_read_the_same_however_it_arrives() {
        let whole = read(FORM.as_bytes(), usize::MAX).unwrap();
        let file = |name: &str, file: Option<&str>| Head {
            name: name.to_owned(),
            file: file.map(str::to_owned),
        };
        assert_eq!(
            whole,
            [
                (file("csrf", None), "abc".to_owned()),
                (
                    file("log", Some("a \u{e9} \"b\".csv")),
                    "one\r\n--xY\r\ntwo\r\n".to_owned()
                ),
            ]
        );
        for at_once in 1..FORM.len() {
            assert_eq!(
                read(FORM.as_bytes(), at_once).as_ref(),
                Ok(&whole),
                "{at_once}"
            );
        }
    }

    #[test]
    fn a_form_that_is_cut_short_is_never_taken_for_whole() {
        for end in 0..FORM.len() - 2 {
            let cut = read(&FORM.as_bytes()[..end], 7);
            assert_eq!(cut, Err(UploadError::BrokenOff), "{end}");
        }
    }
}
