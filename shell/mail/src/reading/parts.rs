//! What a mail is made of: its words, as text and as HTML, its files, and the pictures of its HTML.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use mail_parser::{Message, MessagePart, MimeHeaders as _, PartType};

use super::charset::guessed_part;
use super::words::words;
use super::{Flaw, Incoming, clean, one_line};

/// The most bytes of text that are read as words.
const LONGEST_TEXT: usize = 1024 * 1024;
/// The most letters of a file's name.
const LONGEST_NAME: usize = 120;

/// Something that came with a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// What it says to be: `image/png`. What it is, its bytes say.
    pub kind: String,
    /// What it is called; never a path.
    pub name: String,
    /// What the HTML calls it by, without brackets.
    pub cid: Option<String>,
    /// Whether it stands within the words rather than beside them.
    pub inline: bool,
    /// The SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its bytes, decoded.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.content.len();
        write!(out, "Part({}, {}, {size} bytes)", self.name, self.kind)
    }
}

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let hash = digest(&SHA256, bytes);
    hash.as_ref().try_into().unwrap_or_default()
}

/// What kind of picture some bytes are that every browser shows and that holds no script; none: nothing to show.
pub fn picture_kind(bytes: &[u8]) -> Option<&'static str> {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let starts = |with: &[u8]| bytes.starts_with(with);
    match () {
        () if starts(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        () if starts(b"\xff\xd8\xff") => Some("image/jpeg"),
        () if starts(b"GIF87a") || starts(b"GIF89a") => Some("image/gif"),
        () if webp => Some("image/webp"),
        () => None,
    }
}

pub(super) fn read(message: &Message<'_>, mail: &mut Incoming) {
    let part = |id: &u32| message.parts.get(*id as usize);
    let mut text = String::new();
    for part in message.text_body.iter().filter_map(part) {
        let Some(said) = said(message, part, mail) else {
            continue;
        };
        let said = match &part.body {
            PartType::Html(_) => Cow::Owned(words(within(&said, mail))),
            _ => said,
        };
        if !text.is_empty() && !said.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(within(&said, mail));
    }
    mail.text = clean(&text.replace("\r\n", "\n").replace('\r', "\n"));
    let mut html = String::new();
    for part in message.html_body.iter().filter_map(part) {
        if let PartType::Html(_) = &part.body
            && let Some(said) = said(message, part, mail)
        {
            html.push_str(within(&said, mail));
        }
    }
    mail.html = (!html.trim().is_empty()).then(|| clean(&html));
    let attached = message.attachments.iter().filter_map(part);
    mail.parts = attached.filter_map(taken).collect();
}

/// As much of a text as is read.
fn within<'t>(text: &'t str, mail: &mut Incoming) -> &'t str {
    if text.len() <= LONGEST_TEXT {
        return text;
    }
    mail.flaws.push(Flaw::TooLongText);
    let end = (0..=LONGEST_TEXT)
        .rev()
        .find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// What a part says as text or as HTML, with a flaw noted where its bytes are not what it claims.
fn said<'m>(
    message: &Message<'_>,
    part: &'m MessagePart<'_>,
    mail: &mut Incoming,
) -> Option<Cow<'m, str>> {
    let (PartType::Text(read) | PartType::Html(read)) = &part.body else {
        return None;
    };
    if !part.is_encoding_problem && !read.contains('\u{fffd}') {
        return Some(Cow::Borrowed(read));
    }
    mail.flaws.push(Flaw::Charset);
    let guessed = guessed_part(message, part).filter(|_| !part.is_encoding_problem);
    Some(guessed.map_or(Cow::Borrowed(&**read), Cow::Owned))
}

fn taken(part: &MessagePart<'_>) -> Option<Part> {
    let content = match &part.body {
        PartType::Text(words) | PartType::Html(words) => words.as_bytes().to_vec(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.to_vec(),
        PartType::Message(inner) => inner.raw_message().to_vec(),
        PartType::Multipart(_) => return None,
    };
    let kind = kind_of(part);
    let cid = part.content_id().map(|id| {
        let id = one_line(&clean(id));
        id.trim_matches(['<', '>']).to_owned()
    });
    let inline = matches!(part.body, PartType::InlineBinary(_));
    Some(Part {
        name: named(part, &kind),
        cid: cid.filter(|id| !id.is_empty()),
        inline,
        sha256: sha256(&content),
        kind,
        content,
    })
}

/// `image/png`, in small letters.
pub(super) fn kind_of(part: &MessagePart<'_>) -> String {
    let Some(kind) = part.content_type() else {
        return match part.body {
            PartType::Text(_) => "text/plain",
            PartType::Html(_) => "text/html",
            PartType::Message(_) => "message/rfc822",
            _ => "application/octet-stream",
        }
        .to_owned();
    };
    let whole = match &kind.c_subtype {
        Some(sub) => format!("{}/{sub}", kind.c_type),
        None => kind.c_type.to_string(),
    };
    one_line(&clean(&whole)).to_ascii_lowercase()
}

/// A name without paths and without what could end a header; made up where there is none.
fn named(part: &MessagePart<'_>, kind: &str) -> String {
    let name = clean(part.attachment_name().unwrap_or_default());
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = one_line(last).replace('"', "");
    let name: String = kept.trim_matches('.').chars().take(LONGEST_NAME).collect();
    if !name.trim().is_empty() {
        return name;
    }
    if let PartType::Message(inner) = &part.body {
        let subject = one_line(&clean(inner.subject().unwrap_or_default()));
        let subject = subject.replace(['/', '\\', '"'], " ");
        let subject: String = subject.chars().take(60).collect();
        return format!("{}.eml", if subject.is_empty() { "mail" } else { &subject });
    }
    let ending = match kind {
        "image/png" => ".png",
        "image/jpeg" | "image/jpg" => ".jpg",
        "image/gif" => ".gif",
        "application/pdf" => ".pdf",
        "text/html" => ".html",
        "text/calendar" => ".ics",
        "text/plain" | "message/delivery-status" | "text/rfc822-headers" => ".txt",
        _ => "",
    };
    format!("nameless{ending}")
}
