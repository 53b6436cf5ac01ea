//! What came in: the list, one answer with what it changed, and all of them as a list for a spreadsheet.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_logs::CsvText;
use kept_rooms::Refusal as _;
use kept_store::{StoreError, params};
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Flash, Form, Frame, Tongue, download, page, see_other};
use serde::Deserialize;

use super::fill::size;
use super::{got, id_of, missing, only};
use crate::Room;
use crate::commands::{FormError, drop_held, mark_seen, take_in};
use crate::files::FileRow;
use crate::model::{Answer, FormId, FormRow};
use crate::queries::{self, FIRST};
use crate::room::TOPIC;

/// So many answers stand on the page.
const SHOWN: u32 = 200;
/// So many are taken out at once.
const MOST: u32 = 20_000;
/// So often one person takes answers out in a day.
const MOST_EXPORTS: i64 = 10;
const DAY: i64 = 86_400_000_000;

#[derive(Template)]
#[template(path = "forms/answers.html")]
struct AnswersPage {
    frame: Frame,
    crumb: Crumb,
    of: FormRow,
    answers: Vec<Line>,
    may_export: bool,
}

struct Line {
    of: Answer,
    when: String,
    first: String,
}

fn missing_answer() -> Failure {
    Failure::not_found("There is no such answer").way_on("/forms", "All forms")
}

fn crumb(form: &FormRow) -> Crumb {
    let href = format!("/forms/{}", form.id);
    Crumb::new([
        ("Forms", "/forms"),
        (form.design.title.as_str(), href.as_str()),
    ])
}

/// The answers to a form, as far as they are in reach.
pub(super) async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::ReadClients)?, id_of(&id)?);
    let found = room.store.read(move |read| {
        let form = queries::form(read, id)?;
        let answers = queries::answers(read, &scope, id, (FIRST, SHOWN))?;
        Ok::<_, StoreError>(form.zip(Some(answers)))
    });
    let (of, answers) = got(found).await?.ok_or_else(missing)?;
    let zone = room.zone();
    let line = |one: Answer| {
        let first = one.given.iter().find(|given| !given.value.is_empty());
        let first = first.map(|given| given.value.chars().take(80).collect());
        Line {
            when: Tongue::En.moment(&one.given_at.timestamp().to_zoned(zone.clone())),
            first: first.unwrap_or_default(),
            of: one,
        }
    };
    Ok(page(&AnswersPage {
        frame: frame
            .titled(format!("Answers to {}", of.design.title))
            .at("forms")
            .showing(TOPIC),
        crumb: crumb(&of),
        answers: answers.into_iter().map(line).collect(),
        may_export: signed.may(Action::ExportRecords),
        of,
    }))
}

#[derive(Template)]
#[template(path = "forms/answer.html")]
struct AnswerPage {
    frame: Frame,
    crumb: Crumb,
    of: Answer,
    when: String,
    rows: Vec<Value>,
    may_edit: bool,
    may_take: bool,
}

/// What was filled into a field.
struct Value {
    label: String,
    text: String,
    /// Its files: the way to each, its name, size and SHA-256.
    files: Vec<(String, String, String, String)>,
}

/// One answer.
pub(super) async fn one(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path((id, answer)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::ReadClients)?, id_of(&id)?);
    let answer: Id = answer.parse().map_err(|_| missing_answer())?;
    let found = room.store.read(move |read| {
        let form = queries::form(read, id)?;
        let answer = queries::answer(read, &scope, (id, answer))?;
        let files = queries::files_of(read, answer.as_slice())?;
        Ok::<_, StoreError>(form.zip(answer).zip(Some(files)))
    });
    let ((form, of), files) = got(found).await?.ok_or_else(missing_answer)?;
    let file = |file: &FileRow| {
        let href = format!("/forms/{id}/answers/{answer}/files/{}", file.id);
        (href, file.name.clone(), size(file.size), file.fingerprint())
    };
    let rows = of.design.fields.iter().map(|field| Value {
        label: field.label.clone(),
        text: of.value(&field.id).replace('\n', ", "),
        files: files
            .iter()
            .filter(|one| one.field == field.id)
            .map(file)
            .collect(),
    });
    Ok(page(&AnswerPage {
        frame: frame
            .titled(format!("An answer to {}", of.design.title))
            .at("forms")
            .showing(TOPIC),
        crumb: crumb(&form),
        when: Tongue::En.moment(&of.given_at.timestamp().to_zoned(room.zone())),
        rows: rows.collect(),
        may_edit: signed.may(Action::EditClients),
        may_take: of.taken_at.is_none() && signed.scope(Action::EditClients).is_everything(),
        of,
    }))
}

#[derive(Deserialize)]
pub(super) struct Act {
    act: String,
}

/// Somebody has looked, takes it in, or removes what was held.
pub(super) async fn act(
    State(room): State<Room>,
    signed: Signed,
    Path((id, answer)): Path<(String, String)>,
    form: Form<Act>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::EditClients)?, id_of(&id)?);
    let answer: Id = answer.parse().map_err(|_| missing_answer())?;
    let act = only(form)?.act;
    let step = room.step(Who::Person(signed.person.0));
    let at = (id, answer);
    let (way, said) = (
        format!("/forms/{id}/answers/{answer}"),
        match act.as_str() {
            "seen" => "Marked as seen.",
            "take" => "It stands in the record of the client.",
            "remove" => "The answer is removed.",
            _ => return Err(missing_answer()),
        },
    );
    let (removed, spare) = (act == "remove", room.spare());
    let written = room.store.write(move |tx| match act.as_str() {
        "take" => take_in(tx, &step, &scope, (at, &spare)).map(Some),
        "remove" => drop_held(tx, &step, &scope, at).map(|()| None),
        _ => mark_seen(tx, &step, &scope, at).map(|()| None),
    });
    let way = if removed {
        format!("/forms/{id}/answers")
    } else {
        way
    };
    match written.await {
        Ok(client) => {
            room.changed(client);
            Ok(see_other(&way).with(Flash::said(said)).into_response())
        }
        Err(FormError::State(words)) => {
            let way = format!("/forms/{id}/answers/{answer}");
            Ok(see_other(&way).with(Flash::said(words)).into_response())
        }
        Err(FormError::Values(_)) => {
            let words =
                "Something in it cannot be read as the record has it. Type it over by hand.";
            Ok(see_other(&way).with(Flash::said(words)).into_response())
        }
        Err(error) => Err(error.refused().failure()),
    }
}

/// Hands a file of an answer out: as a download of bytes, never as what it claims to be.
pub(super) async fn file(
    State(room): State<Room>,
    signed: Signed,
    Path((id, answer, file)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::ReadClients)?, id_of(&id)?);
    let answer: Id = answer.parse().map_err(|_| missing_answer())?;
    let file: Id = file.parse().map_err(|_| missing_answer())?;
    let found = room.store.read(move |read| {
        let of = queries::answer(read, &scope, (id, answer))?;
        let file: Option<(String, Vec<u8>)> = read.maybe(queries::FILE, &params![file, answer])?;
        Ok::<_, StoreError>(of.and(file))
    });
    let (name, content) = got(found).await?.ok_or_else(missing_answer)?;
    Ok(download(&name, content))
}

/// All answers within reach, for a spreadsheet. Nobody has them before it is written down who takes them out.
pub(super) async fn export(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    signed.require(Action::ExportRecords)?;
    let (scope, id) = (signed.require(Action::ReadClients)?, id_of(&id)?);
    let found = room.store.read(move |read| {
        let form = queries::form(read, id)?;
        let answers = queries::answers(read, &scope, id, (FIRST, MOST))?;
        Ok::<_, StoreError>(form.zip(Some(answers)))
    });
    let (form, answers) = got(found).await?.ok_or_else(missing)?;
    if !allowed(&room, &signed, (id, answers.len())).await? {
        return Err(Failure::too_many(3_600).because(
            "Answers were taken out often enough for a day. Somebody who may see the audit has been told.",
        ));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"answers.csv\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, csv(&form, &answers)).into_response())
}

async fn allowed(
    room: &Room,
    signed: &Signed,
    (id, rows): (FormId, usize),
) -> Result<bool, Failure> {
    let step = room.step(Who::Person(signed.person.0));
    let allowed = room.store.write(move |tx| {
        let since = step.act.at.plus_micros(-DAY);
        let object = id.to_string();
        let (before,): (i64,) = tx.one(queries::EXPORTS_SINCE, &params![&object, since])?;
        let name = if before < MOST_EXPORTS {
            "AnswersExported"
        } else {
            "AlarmAnswersExportRefused"
        };
        let detail = serde_json::json!({ "rows": rows });
        step.act.write(tx, name, ("form", &object), &detail)?;
        Ok::<_, StoreError>(before < MOST_EXPORTS)
    });
    got(allowed).await
}

/// The answers as lines: a column for each field of the version in force, and of earlier ones what they share with it.
fn csv(form: &FormRow, answers: &[Answer]) -> String {
    let design = form.published.as_ref().unwrap_or(&form.design);
    let mut text = CsvText::new();
    for column in ["answer", "given_at", "version", "client", "contact", "held"] {
        text.field(column);
    }
    for field in &design.fields {
        text.words(&field.label);
    }
    text.end_row();
    for one in answers {
        text.field(&one.id.to_string())
            .field(&one.given_at.to_string())
            .field(&one.version.to_string())
            .words(one.client_name.as_deref().unwrap_or_default())
            .words(one.contact_name.as_deref().unwrap_or_default())
            .field(one.held.as_deref().unwrap_or_default());
        for field in &design.fields {
            text.words(&one.value(&field.id).replace('\n', ", "));
        }
        text.end_row();
    }
    text.take()
}
