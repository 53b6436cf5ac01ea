//! What a message says: its words, the same as HTML, and the files that go with it.

use std::fmt::Write as _;

use kept_kernel::Id;
use lettre::Message;
use lettre::message::header::{ContentType, MIME_VERSION_1_0};
use lettre::message::{Attachment, MessageBuilder, MultiPart, SinglePart};

use crate::letter::Letter;
use crate::sender::Sender;

/// A file that goes with a message. Where its HTML has the [`place`](Enclosed::place) of one, that one is a picture in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosed {
    /// By which it is known.
    pub id: Id,
    /// `Quote 1182.pdf`
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl Enclosed {
    /// Where a picture of a letter is shown from: `cid:…`.
    pub fn place(id: Id) -> String {
        format!("cid:{}", content_id(id))
    }
}

fn content_id(id: Id) -> String {
    format!("{id}@picture.kept")
}

/// Boundaries follow from the parcel, so that the same parcel is the same message at every try.
pub(crate) fn written(
    builder: MessageBuilder,
    letter: &Letter,
    sender: &Sender,
    (parcel, enclosed): (Id, Vec<Enclosed>),
) -> Result<Message, lettre::error::Error> {
    let words = text(letter, sender);
    let Some(html) = html(letter, sender) else {
        if enclosed.is_empty() {
            // The library says it of parts alone: without it a server may take the encoded words for plain ones.
            let builder = builder.header(MIME_VERSION_1_0);
            return builder.header(ContentType::TEXT_PLAIN).body(words);
        }
        let mixed = MultiPart::mixed().boundary(format!("kept-mixed-{parcel}"));
        let whole = mixed.singlepart(SinglePart::plain(words));
        return builder.multipart(with_files(whole, enclosed));
    };
    let (pictures, enclosed): (Vec<_>, Vec<_>) = enclosed.into_iter().partition(|file| {
        let place = Enclosed::place(file.id);
        html.contains(&format!("\"{place}\""))
    });
    let both = MultiPart::alternative()
        .boundary(format!("kept-both-{parcel}"))
        .singlepart(SinglePart::plain(words));
    let both = if pictures.is_empty() {
        both.singlepart(SinglePart::html(html))
    } else {
        let related = MultiPart::related().boundary(format!("kept-related-{parcel}"));
        both.multipart(with_pictures(
            related.singlepart(SinglePart::html(html)),
            pictures,
        ))
    };
    if enclosed.is_empty() {
        return builder.multipart(both);
    }
    let mixed = MultiPart::mixed().boundary(format!("kept-mixed-{parcel}"));
    builder.multipart(with_files(mixed.multipart(both), enclosed))
}

fn with_pictures(whole: MultiPart, pictures: Vec<Enclosed>) -> MultiPart {
    pictures.into_iter().fold(whole, |whole, file| {
        let (kind, id, name) = (kind_of(&file.name), content_id(file.id), named(&file.name));
        whole.singlepart(Attachment::new_inline_with_name(id, name).body(file.content, kind))
    })
}

fn named(name: &str) -> String {
    name.chars().filter(|one| !one.is_control()).collect()
}

fn with_files(whole: MultiPart, enclosed: Vec<Enclosed>) -> MultiPart {
    enclosed.into_iter().fold(whole, |whole, file| {
        let kind = kind_of(&file.name);
        whole.singlepart(Attachment::new(named(&file.name)).body(file.content, kind))
    })
}

/// By what a file is called; the reader's program decides anew.
fn kind_of(name: &str) -> ContentType {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase());
    let kind = match end.as_deref() {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("txt" | "log") => "text/plain; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    };
    ContentType::parse(kind).unwrap_or(ContentType::TEXT_PLAIN)
}

fn text(letter: &Letter, sender: &Sender) -> String {
    let mut text = letter.text.replace("\r\n", "\n").replace('\r', "\n");
    text.truncate(text.trim_end().len());
    if let Some(link) = &letter.link {
        let (words, place) = (&link.words, place(sender, &link.path));
        // Writing to a text cannot fail.
        let _ = write!(text, "\n\n{words}:\n{place}");
    }
    if let Some(signature) = below(letter, sender) {
        text.push_str("\n\n-- \n");
        text.push_str(&signature);
    }
    text.push('\n');
    text.replace('\n', "\r\n")
}

fn html(letter: &Letter, sender: &Sender) -> Option<String> {
    let mut body = letter.html.clone()?;
    if let Some(link) = &letter.link {
        let place = escaped(&place(sender, &link.path));
        let words = escaped(&link.words);
        let _ = write!(body, "<p><a href=\"{place}\">{words}</a></p>");
    }
    if let Some(signature) = below(letter, sender) {
        let lines = escaped(&signature).replace('\n', "<br>\r\n");
        let _ = write!(body, "<p style=\"color:#666\">-- <br>\r\n{lines}</p>");
    }
    let body = body.replace("\r\n", "\n").replace('\n', "\r\n");
    Some(format!(
        "<!DOCTYPE html>\r\n<html><head><meta charset=\"utf-8\"></head><body style=\"font:15px/1.45 sans-serif\">\r\n{body}\r\n</body></html>\r\n"
    ))
}

/// What is for people of the house has no signature.
fn below(letter: &Letter, sender: &Sender) -> Option<String> {
    letter.from.as_ref()?;
    sender.signed(&letter.voice)
}

fn place(sender: &Sender, path: &str) -> String {
    format!("{}{path}", sender.base_url.trim_end_matches('/'))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}
