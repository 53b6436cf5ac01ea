//! A form as a page on which it is filled in. It carries no cookie; one by a personal link runs one script of ours, which puts aside what
//! was written, and an open one none.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kept_ui::{FILLING_SCRIPT, Html, Words, prose};

use crate::files::FileRow;
use crate::model::{BEST, Design, Field, FieldKind};
use crate::texts;

#[derive(Template)]
#[template(path = "forms/fill.html")]
pub(super) struct FillPage {
    styles: Vec<&'static str>,
    words: Words,
    title: String,
    intro: Html,
    action: String,
    token: String,
    fields: Vec<Shown>,
    pub(super) problem: &'static str,
    preview: bool,
    /// Whether files are sent in it.
    files: bool,
    /// Where it is put aside; none: it cannot be.
    aside: Option<Aside>,
}

/// Where what was begun is put aside.
pub(super) struct Aside {
    /// The script that does it when a field is left.
    script: &'static str,
    /// The path.
    path: String,
    /// It was put aside at this moment: what is said of it.
    said: String,
}

impl Aside {
    pub(super) fn at(path: String, said: String) -> Self {
        Self {
            script: FILLING_SCRIPT.path,
            path,
            said,
        }
    }
}

#[derive(Template)]
#[template(path = "forms/end.html")]
struct EndPage {
    styles: Vec<&'static str>,
    words: Words,
    title: String,
    text: Html,
}

/// A field as it is filled in.
pub(super) struct Shown {
    id: String,
    kind: &'static str,
    label: String,
    help: String,
    required: bool,
    choices: Vec<(String, bool)>,
    value: String,
    marks: Vec<(u8, bool)>,
    error: Option<&'static str>,
    /// The files that were put aside: their ids, names and sizes.
    files: Vec<(String, String, String)>,
}

impl Shown {
    fn of(
        field: &Field,
        (values, files): (&[&str], &[FileRow]),
        error: Option<&'static str>,
    ) -> Self {
        let files = files.iter().filter(|file| file.field == field.id);
        let value = values.first().copied().unwrap_or_default();
        let chosen = |one: &String| values.contains(&one.as_str());
        Self {
            id: field.id.clone(),
            kind: if field.is_address() {
                FieldKind::Email.name()
            } else {
                field.kind.name()
            },
            label: field.label.clone(),
            help: field.help.clone(),
            required: field.required,
            choices: field
                .choices
                .iter()
                .map(|one| (one.clone(), chosen(one)))
                .collect(),
            marks: match field.kind {
                FieldKind::Rating => (1..=BEST)
                    .map(|mark| (mark, value == mark.to_string()))
                    .collect(),
                _ => Vec::new(),
            },
            value: value.to_owned(),
            error,
            files: files
                .map(|file| (file.id.to_string(), file.name.clone(), size(file.size)))
                .collect(),
        }
    }
}

/// The stylesheets: what all pages have, and what those of clients have beside it.
fn styles() -> Vec<&'static str> {
    let all = kept_ui::ASSETS.iter();
    let sheets = all.filter(|asset| asset.kind.starts_with("text/css"));
    sheets.map(|asset| asset.path).collect()
}

/// A page that runs nothing, and that these sites may show within theirs.
pub(super) fn open_page(status: StatusCode, template: &impl Template, ancestors: &str) -> Response {
    with_policy(status, template, &format!("frame-ancestors {ancestors}"))
}

/// A page that runs a script of ours, and that nobody shows within theirs.
pub(super) fn own_page(status: StatusCode, template: &impl Template) -> Response {
    let own = "script-src 'self'; connect-src 'self'; frame-ancestors 'none'";
    with_policy(status, template, own)
}

fn with_policy(status: StatusCode, template: &impl Template, rest: &str) -> Response {
    let Ok(html) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; {rest}; base-uri 'none'"
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A form as a page. `filled` is what stands in it, `wrong` what needs another look.
pub(super) fn fill_page(
    (design, language): (&Design, &str),
    (action, token): (String, String),
    (filled, files): (&[(String, String)], &[FileRow]),
    wrong: &[(String, &'static str)],
) -> FillPage {
    let words = texts::of(language);
    let field = |field: &Field| {
        let of = filled.iter().filter(|(name, _)| *name == field.id);
        let values: Vec<&str> = of.map(|(_, value)| value.as_str()).collect();
        let error = wrong.iter().find(|(id, _)| *id == field.id);
        let error = error.map(|(_, key)| words.say(key));
        Shown::of(field, (&values, files), error)
    };
    FillPage {
        styles: styles(),
        words,
        title: design.title.clone(),
        intro: prose::prose(&design.intro),
        action,
        token,
        fields: design.fields.iter().map(field).collect(),
        problem: if wrong.is_empty() {
            ""
        } else {
            words.say("problem.again")
        },
        preview: false,
        files: design.fields.iter().any(|field| field.kind.is_file()),
        aside: None,
    }
}

/// `3 kB`, for a file.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", bytes / 1_024),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

impl FillPage {
    /// As whoever builds it looks at it: it goes nowhere.
    pub(super) fn previewed(self) -> Self {
        Self {
            preview: true,
            ..self
        }
    }

    /// With a way to put aside what was begun.
    pub(super) fn with_aside(self, aside: Aside) -> Self {
        Self {
            aside: Some(aside),
            ..self
        }
    }
}

pub(super) fn gone(language: &str) -> Response {
    let words = texts::of(language);
    let page = EndPage {
        styles: styles(),
        words,
        title: words.say("form.gone").to_owned(),
        text: prose::prose(words.say("form.gone_words")),
    };
    open_page(StatusCode::NOT_FOUND, &page, "'none'")
}

pub(super) fn thanks(design: &Design, language: &str, ancestors: &str) -> Response {
    let words = texts::of(language);
    let text = match design.thanks.trim() {
        "" => words.say("form.thanks_words"),
        text => text,
    };
    let page = EndPage {
        styles: styles(),
        words,
        title: words.say("form.thanks").to_owned(),
        text: prose::prose(text),
    };
    open_page(StatusCode::OK, &page, ancestors)
}
