//! What was sent: the fields of a form, and its files where it has some.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header;
use kept_kernel::Id;
use kept_mail::reading::sha256;
use kept_ui::file_name;
use kept_upload::Parts;

use crate::Room;
use crate::files::{LARGEST, MOST, NewFile};
use crate::model::Design;

/// A form without files.
const LARGEST_PLAIN: usize = 2 * 1024 * 1024;
/// A field that is no file.
const LONGEST_FIELD: usize = 256 * 1024;
/// So much is read of files that are too large together, so that the page can say it; then nobody listens any longer.
const MOST_READ: usize = 4 * LARGEST;
/// After the id of a field with files: one of them that is taken off again.
const OFF: &str = ".off";

/// A form as it was sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// What was written, by the names of the fields.
    pub(super) filled: Vec<(String, String)>,
    /// The files.
    pub(super) files: Vec<NewFile>,
    /// Files of before that are taken off.
    pub(super) dropped: Vec<Id>,
    /// The files were too large together, or too many: none of them is here.
    pub(super) too_large: bool,
}

/// Reads what was sent of a form that has these other fields beside its own; none: it is no such form. Files are kept only where
/// `is_ours` says so of what stood before them.
pub(super) async fn sent(
    room: &Room,
    of: (&Design, &[&str]),
    request: Request,
    is_ours: impl Fn(&[(String, String)]) -> bool,
) -> Option<Sent> {
    let (head, body) = request.into_parts();
    let kind = head.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let mut sent = Sent::default();
    if !kind.starts_with("multipart/form-data") {
        let body = to_bytes(body, LARGEST_PLAIN).await.ok()?;
        for (name, value) in form_urlencoded::parse(&body) {
            sent.take(of, &name, &value)?;
        }
        return Some(sent);
    }
    let mut parts = Parts::new(&head.headers, body).ok()?;
    let mut read = 0;
    while let Some(part) = parts.next().await.ok()? {
        let Some(name) = part.file else {
            let text = parts.text(LONGEST_FIELD).await.ok()?;
            sent.take(of, &part.name, &text)?;
            continue;
        };
        let field = of.0.fields.iter().find(|field| field.id == part.name)?;
        if !field.kind.is_file() {
            return None;
        }
        // A field in which nobody has chosen a file is sent as one without a name.
        let keeps = !name.is_empty() && is_ours(&sent.filled);
        let mut content = Vec::new();
        while let Some(chunk) = parts.chunk().await.ok()? {
            read += chunk.len();
            if read > MOST_READ {
                return None;
            }
            if keeps && read <= LARGEST {
                content.extend_from_slice(&chunk);
            }
        }
        sent.too_large |= read > LARGEST || (keeps && sent.files.len() == MOST);
        if keeps && !sent.too_large {
            sent.files.push(NewFile {
                id: room.world.id(),
                field: part.name,
                name: file_name(&name),
                sha256: sha256(&content),
                content,
            });
        }
    }
    if sent.too_large {
        sent.files.clear();
    }
    Some(sent)
}

impl Sent {
    /// Takes a field; none: the form does not have it.
    fn take(
        &mut self,
        (design, others): (&Design, &[&str]),
        name: &str,
        value: &str,
    ) -> Option<()> {
        if let Some(id) = name.strip_suffix(OFF) {
            let mut fields = design.fields.iter();
            fields.find(|field| field.id == id && field.kind.is_file())?;
            self.dropped.extend(value.parse::<Id>().ok());
            return Some(());
        }
        let own = |field: &crate::model::Field| field.id == name && !field.kind.is_file();
        if !design.fields.iter().any(own) && !others.contains(&name) {
            return None;
        }
        let value = value.replace('\0', "\u{fffd}");
        self.filled.push((name.to_owned(), value));
        Some(())
    }
}
