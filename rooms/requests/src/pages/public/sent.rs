//! The web form as it was sent: first what was written, and the files only where whoever reads it goes on.
//!
//! What comes before the files is small, and says whether they are worth reading: a page that is none of ours, or one network too
//! often, gets its answer while they are still on the line.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use kept_ui::file_name;
use kept_upload::{Head, Parts, UploadError};

use crate::commands::{LARGEST_FILE, MOST_FILES, Sent};
use crate::room::Room;

/// All that is written, together.
const LARGEST_PLAIN: usize = 2 * 1024 * 1024;
/// All files together.
const LARGEST: usize = LARGEST_FILE;
/// So much is read of files that are too large, so that the page can say it; then nobody listens any longer.
const MOST_READ: usize = 4 * LARGEST;
/// The same where it is plain beforehand that none of it is kept: no more than anybody may write without a file.
const PASSED_OVER: usize = LARGEST_PLAIN;
/// No form of ours has more parts.
const MOST_PARTS: usize = 64;
/// The field of the files.
const FILES: &str = "files";
/// The field that every form of ours may have, and that counts for nothing here.
const CSRF: &str = "csrf";

/// The fields of the web form.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) token: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) category: String,
    /// Nobody sees this field; who fills it in is a program.
    pub(super) website: String,
}

impl Typed {
    /// Takes a field; an error: the form does not have it.
    fn take(&mut self, name: &str, value: &str) -> Result<(), StatusCode> {
        let field = match name {
            "token" => &mut self.token,
            "name" => &mut self.name,
            "email" => &mut self.email,
            "subject" => &mut self.subject,
            "body" => &mut self.body,
            "category" => &mut self.category,
            "website" => &mut self.website,
            CSRF => return Ok(()),
            _ => return Err(StatusCode::BAD_REQUEST),
        };
        // No database of ours takes U+0000.
        *field = value.replace('\0', "\u{fffd}");
        Ok(())
    }
}

/// Why there are no files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoFiles {
    /// They are too large together, or too many.
    TooLarge,
    /// It is no form of ours, or it ended in the middle.
    Unreadable,
}

impl From<UploadError> for NoFiles {
    fn from(_: UploadError) -> Self {
        Self::Unreadable
    }
}

/// What has not been read yet.
pub(super) struct Reading {
    /// None: the form was sent without files.
    parts: Option<Parts>,
    /// The file whose bytes come next.
    waits: Option<String>,
    /// So many parts were there.
    seen: usize,
}

impl Reading {
    /// What was written, and the rest.
    pub(super) async fn begin(request: Request) -> Result<(Typed, Self), StatusCode> {
        let (head, body) = request.into_parts();
        let kind = head.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let mut typed = Typed::default();
        let mut reading = Self {
            parts: None,
            waits: None,
            seen: 0,
        };
        if kind.starts_with("application/x-www-form-urlencoded") {
            let body = to_bytes(body, LARGEST_PLAIN).await;
            for (name, value) in form_urlencoded::parse(&body.map_err(|_| too_long())?) {
                typed.take(&name, &value)?;
            }
            return Ok((typed, reading));
        }
        if !kind.starts_with("multipart/form-data") {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        reading.parts = Some(Parts::new(&head.headers, body).map_err(unreadable)?);
        reading.typed(&mut typed).await?;
        Ok((typed, reading))
    }

    async fn typed(&mut self, typed: &mut Typed) -> Result<(), StatusCode> {
        let mut left = LARGEST_PLAIN;
        while let Some(part) = self.next().await.map_err(|_| StatusCode::BAD_REQUEST)? {
            let Some(parts) = &mut self.parts else { break };
            match part.file {
                Some(_) if part.name != FILES => return Err(StatusCode::BAD_REQUEST),
                // A field in which nobody has chosen a file is sent as one without a name.
                Some(name) if name.is_empty() => {
                    parts.bytes(0).await.map_err(unreadable)?;
                }
                Some(name) => {
                    self.waits = Some(name);
                    break;
                }
                None => {
                    let text = parts.text(left).await.map_err(unreadable)?;
                    left = left.saturating_sub(text.len());
                    typed.take(&part.name, &text)?;
                }
            }
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Option<Head>, NoFiles> {
        let Some(parts) = &mut self.parts else {
            return Ok(None);
        };
        self.seen += 1;
        if self.seen > MOST_PARTS {
            return Err(NoFiles::TooLarge);
        }
        Ok(parts.next().await?)
    }

    /// Whether somebody has chosen files.
    pub(super) fn has_files(&self) -> bool {
        self.waits.is_some()
    }

    /// The files: all of them, or none.
    pub(super) async fn files(&mut self, room: &Room) -> Result<Vec<Sent>, NoFiles> {
        let (mut files, mut read, mut too_large) = (Vec::new(), 0, false);
        while let Some(name) = self.waits.take() {
            let Some(parts) = &mut self.parts else { break };
            let mut content = Vec::new();
            too_large |= files.len() == MOST_FILES;
            while let Some(chunk) = parts.chunk().await? {
                read += chunk.len();
                if read > MOST_READ {
                    return Err(NoFiles::TooLarge);
                }
                too_large |= read > LARGEST;
                if too_large {
                    (content, files) = (Vec::new(), Vec::new());
                } else {
                    content.extend_from_slice(&chunk);
                }
            }
            if !too_large {
                files.push(Sent {
                    id: room.world.id(),
                    name: file_name(&name),
                    content,
                });
            }
            self.waits = self.next_file().await?;
        }
        if too_large {
            return Err(NoFiles::TooLarge);
        }
        Ok(files)
    }

    /// The name of the next file; behind the first one nothing else is sent.
    async fn next_file(&mut self) -> Result<Option<String>, NoFiles> {
        while let Some(part) = self.next().await? {
            let Some(parts) = &mut self.parts else { break };
            match part.file {
                Some(name) if part.name == FILES && name.is_empty() => {
                    parts.bytes(0).await?;
                }
                Some(name) if part.name == FILES => return Ok(Some(name)),
                _ => return Err(NoFiles::Unreadable),
            }
        }
        Ok(None)
    }

    /// Nothing of the files is kept. A browser reads no answer while it still sends, so a little of them is passed over for whoever
    /// has chosen a small one; of a large one nothing more is taken in.
    pub(super) async fn pass_over(mut self) {
        let mut left = PASSED_OVER;
        loop {
            let Some(parts) = &mut self.parts else { return };
            match parts.chunk().await {
                Ok(Some(chunk)) if chunk.len() <= left => left -= chunk.len(),
                Ok(None) => match self.next().await {
                    Ok(Some(_)) => {}
                    _ => return,
                },
                _ => return,
            }
        }
    }
}

const fn too_long() -> StatusCode {
    StatusCode::PAYLOAD_TOO_LARGE
}

fn unreadable(error: UploadError) -> StatusCode {
    match error {
        UploadError::TooLong => too_long(),
        UploadError::BrokenOff | UploadError::Malformed => StatusCode::BAD_REQUEST,
    }
}
