//! HTML of a mail, made harmless: an allow-list of tags and attributes, no scripts, forms, frames or styles that load anything.
//!
//! What comes out is still shown in a sandboxed frame under a policy of its own: this is one of two locks.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ammonia::{Builder, UrlRelative};

/// So many addresses of pictures are named.
const REMOTE: usize = 100;

/// Where pictures come from.
pub struct Pictures {
    /// Pictures from elsewhere that were fetched: how each is written, by its address. Others are left out.
    pub fetched: HashMap<String, String>,
    /// The address of a part of the mail, by what the HTML calls it.
    pub parts: HashMap<String, String>,
}

/// HTML that is harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeHtml {
    /// The HTML: a fragment, to be put into a page of its own.
    pub html: String,
    /// How many pictures from elsewhere were left out.
    pub left_out: u32,
    /// The addresses of those of them that lie in the web, each once.
    pub remote: Vec<String>,
}

/// Properties of styles that only say how words look.
const PROPERTIES: &[&str] = &[
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "direction",
    "display",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "min-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
    "word-wrap",
];

/// Makes HTML harmless.
pub fn safe_html(html: &str, pictures: &Pictures) -> SafeHtml {
    let left_out = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&left_out);
    let remote = Arc::new(Mutex::new(Vec::new()));
    let found = Arc::clone(&remote);
    let (fetched, parts) = (pictures.fetched.clone(), pictures.parts.clone());
    let mut builder = Builder::default();
    builder
        .add_tags(["font", "center", "tfoot", "caption", "colgroup", "col", "u"])
        .add_generic_attributes([
            "style", "align", "valign", "bgcolor", "width", "height", "dir",
        ])
        .add_tag_attributes("font", ["color", "face", "size"])
        .add_tag_attributes("table", ["border", "cellpadding", "cellspacing"])
        .rm_tags(["map", "area"])
        // What stands in them is no part of the words.
        .clean_content_tags(HashSet::from([
            "script", "style", "title", "template", "noscript",
        ]))
        .url_schemes(HashSet::from([
            "http", "https", "mailto", "tel", "cid", "data",
        ]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(move |tag, name, value| match (tag, name) {
            ("img", "src") => source(value, (&fetched, &parts), (&counted, &found)),
            (_, "src" | "cite" | "longdesc") => None,
            (_, "href") => leads_outside(value).then_some(Cow::Borrowed(value)),
            (_, "style") => style(value),
            _ => Some(Cow::Borrowed(value)),
        });
    let html = builder.clean(html).to_string();
    let mut remote = remote.lock().unwrap_or_else(PoisonError::into_inner);
    SafeHtml {
        html,
        left_out: left_out.load(Ordering::Relaxed),
        remote: std::mem::take(&mut *remote),
    }
}

/// Where a picture is fetched from; none: it is left out.
fn source<'v>(
    value: &'v str,
    (fetched, parts): (&HashMap<String, String>, &HashMap<String, String>),
    (left_out, remote): (&AtomicU32, &Mutex<Vec<String>>),
) -> Option<Cow<'v, str>> {
    if let Some(written) = fetched.get(value.trim()) {
        return Some(Cow::Owned(written.clone()));
    }
    match scheme(value).as_str() {
        "cid" => {
            let (_, cid) = value.split_once(':')?;
            parts.get(cid.trim()).cloned().map(Cow::Owned)
        }
        kind => {
            left_out.fetch_add(1, Ordering::Relaxed);
            let mut remote = remote.lock().unwrap_or_else(PoisonError::into_inner);
            let address = value.trim();
            if ["https", "http"].contains(&kind)
                && remote.len() < REMOTE
                && !remote.iter().any(|known| known == address)
            {
                remote.push(address.to_owned());
            }
            None
        }
    }
}

/// A link leads to the web, to a mail or to a telephone, never within this site.
fn leads_outside(value: &str) -> bool {
    ["http", "https", "mailto", "tel"].contains(&scheme(value).as_str())
}

fn scheme(value: &str) -> String {
    let (scheme, _) = value.trim().split_once(':').unwrap_or_default();
    scheme.trim().to_ascii_lowercase()
}

/// The declarations that only say how words look; none where nothing is left.
fn style(value: &str) -> Option<Cow<'_, str>> {
    // What could hide one declaration within another is not worth taking apart.
    if value.contains(['\\', '@', '<', '"', '{', '}']) || value.contains("/*") {
        return None;
    }
    let kept = Cell::new(0);
    let good = value.split(';').filter(|declaration| {
        let (name, value) = declaration.split_once(':').unwrap_or_default();
        let name = name.trim().to_ascii_lowercase();
        let good = PROPERTIES.contains(&name.as_str()) && is_plain(value);
        kept.set(kept.get() + usize::from(good));
        good
    });
    let all: Vec<&str> = good.map(str::trim).collect();
    (kept.get() > 0).then(|| Cow::Owned(all.join("; ")))
}

/// Whether a value loads nothing and moves nothing: the only brackets are those of a colour.
fn is_plain(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    let coloured = value.replace("rgba(", "").replace("rgb(", "");
    let coloured = coloured.replace("hsla(", "").replace("hsl(", "");
    value.len() <= 200
        && !coloured.contains('(')
        && !value.contains("url")
        && !value.contains("expression")
}
