//! The blanks of the SOPs, inside their sentences.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_language::Document;
use kept_sops::Text;
use kept_sops::blanks::{Part, Passage, filled, objection, passages};
use kept_ui::parts::{Notice, Views};
use kept_ui::{Failure, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::{Setup, tabs};
use crate::serve::author::author;

/// What the form gives: names and values in the same order.
#[derive(Deserialize)]
pub struct Blanks {
    name: Vec<String>,
    value: Vec<String>,
}

#[derive(Template)]
#[template(path = "blanks.html")]
struct BlanksPage {
    frame: Frame,
    tabs: Views,
    sops: Vec<SopLine>,
    code: String,
    filled: usize,
    total: usize,
    passages: Vec<PassageLine>,
    problem: Option<Notice>,
}

struct SopLine {
    code: String,
    title: String,
    words: String,
    current: bool,
}

struct PassageLine {
    mark: Option<String>,
    pieces: Vec<Piece>,
}

/// Words, or a blank to be filled.
struct Piece {
    words: String,
    name: String,
    fill: Option<String>,
    wrong: bool,
}

/// The first SOP's blanks.
pub async fn first(State(setup): State<Setup>, signed: Signed) -> Result<Redirect, Failure> {
    signed.require(Action::Configure)?;
    let rules = setup.rules.now();
    let document = rules.library.documents.first();
    let document = document.ok_or_else(|| Failure::not_found("There is no SOP yet"))?;
    Ok(Redirect::to(&format!(
        "/settings/blanks/{}",
        document.header.code
    )))
}

/// One SOP's blanks.
pub async fn show(
    State(setup): State<Setup>,
    Path(code): Path<String>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    signed.require(Action::Configure)?;
    let nothing = BTreeMap::new();
    Ok(page(&drawn(
        (frame, &signed),
        &setup,
        &code,
        &nothing,
        None,
    )?))
}

/// Fills them in.
pub async fn save(
    State(setup): State<Setup>,
    Path(code): Path<String>,
    signed: Signed,
    frame: Frame,
    form: Form<Blanks>,
) -> Result<Response, Failure> {
    let author = author(&signed, Action::Configure)?;
    let Ok((blanks, _)) = form.read() else {
        return Ok(see_other(&format!("/settings/blanks/{code}")).into_response());
    };
    let values: BTreeMap<String, String> = blanks.name.into_iter().zip(blanks.value).collect();
    let wrong = values.values().find_map(|value| objection(value));
    let refused = |frame, problem: String| {
        let notice = Notice::alert("The blanks are not saved yet", problem);
        Ok::<_, Failure>(unprocessable(&drawn(
            (frame, &signed),
            &setup,
            &code,
            &values,
            Some(notice),
        )?))
    };
    if let Some(message) = wrong {
        return refused(frame, message.to_owned());
    }
    let text = {
        let rules = setup.rules.now();
        let document = find(&rules.library.documents, &code)?;
        Text {
            name: document.path.clone(),
            text: filled(document, &values),
        }
    };
    let document_code = code.clone();
    let done = setup
        .change(move |setup| {
            kept_sops::replace(
                (&setup.store, &setup.world),
                &setup.shipped,
                &document_code,
                text,
                author,
            )
        })
        .await?;
    match done {
        Ok(()) => Ok(
            see_other(&format!("/settings/blanks/{}", next(&setup, &code)))
                .with(Flash::said(format!("The blanks of {code} are saved.")))
                .into_response(),
        ),
        Err(problem) => refused(frame, problem),
    }
}

fn find<'d>(documents: &'d [Document], code: &str) -> Result<&'d Document, Failure> {
    documents
        .iter()
        .find(|document| document.header.code == code)
        .ok_or_else(|| {
            Failure::not_found(format!("There is no SOP {code}")).way_on("/sops", "All SOPs")
        })
}

/// The SOP after this one; the last one leads back to itself.
fn next(setup: &Setup, code: &str) -> String {
    let rules = setup.rules.now();
    let mut codes = rules
        .library
        .documents
        .iter()
        .map(|document| &document.header.code);
    codes.find(|other| *other == code);
    codes.next().map_or_else(|| code.to_owned(), Clone::clone)
}

fn drawn(
    (frame, signed): (Frame, &Signed),
    setup: &Setup,
    code: &str,
    given: &BTreeMap<String, String>,
    problem: Option<Notice>,
) -> Result<BlanksPage, Failure> {
    let rules = setup.rules.now();
    let documents = &rules.library.documents;
    let document = find(documents, code)?;
    let sops = documents
        .iter()
        .map(|other| line(other, other.header.code == code))
        .collect();
    let full = document
        .blanks
        .values()
        .filter(|blank| blank.value.is_some())
        .count();
    let passages = passages(document)
        .into_iter()
        .map(|passage| piece_line(code, passage, given))
        .collect();
    Ok(BlanksPage {
        frame: frame.titled(format!("Blanks of {code}")).at("settings"),
        tabs: tabs(signed, "/settings/blanks"),
        sops,
        code: code.to_owned(),
        filled: full,
        total: document.blanks.len(),
        passages,
        problem,
    })
}

fn line(document: &Document, current: bool) -> SopLine {
    let empty = document
        .blanks
        .values()
        .filter(|blank| blank.value.is_none())
        .count();
    let words = match (document.blanks.len(), empty) {
        (0, _) => "no blanks".to_owned(),
        (1, 0) => "1 blank filled".to_owned(),
        (all, 0) => format!("{all} blanks filled"),
        (all, empty) => format!("{empty} of {all} blanks empty"),
    };
    SopLine {
        code: document.header.code.clone(),
        title: document.header.title.clone(),
        words,
        current,
    }
}

fn piece_line(code: &str, passage: Passage, given: &BTreeMap<String, String>) -> PassageLine {
    let words = |words| Piece {
        words,
        name: String::new(),
        fill: None,
        wrong: false,
    };
    let pieces = passage.parts.into_iter().map(|part| match part {
        Part::Words(text) => words(text),
        Part::Named { name } => words(name),
        Part::Asked { name, value } => {
            let fill = given.get(&name).cloned().unwrap_or(value);
            Piece {
                words: String::new(),
                wrong: objection(&fill).is_some(),
                name,
                fill: Some(fill),
            }
        }
    });
    PassageLine {
        mark: passage.clause.map(|clause| format!("{code} {clause}")),
        pieces: pieces.collect(),
    }
}
