//! All forms, and making one.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_requests::commands::allow_sites;
use kept_requests::read::form_sites;
use kept_rooms::Refusal as _;
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::{Failure, Filled, Flash, Form, Frame, Tongue, page, see_other, unprocessable};
use serde::Deserialize;

use super::got;
use crate::Room;
use crate::commands::make_form;
use crate::model::{FormId, FormKind, FormRow};
use crate::queries;
use crate::room::TOPIC;

#[derive(Template)]
#[template(path = "forms/list.html")]
struct ListPage {
    frame: Frame,
    forms: Vec<Line>,
    may_write: bool,
    form: Filled,
    kinds: Vec<Choice>,
    tongues: Vec<Choice>,
    /// Where anybody asks for something, and what shows that within a site.
    ask: String,
    embed: String,
    /// Which sites show it within their pages; nobody named any: all may.
    sites: String,
    may_allow: bool,
    allowed: Filled,
}

struct Line {
    of: FormRow,
    unseen: u64,
}

async fn lines(room: &Room, counted: bool) -> Result<Vec<Line>, Failure> {
    let found = room.store.read(move |read| {
        let forms: Vec<FormRow> = read.all(queries::FORMS, &[])?;
        let unseen: Vec<(Id, u64)> = if counted {
            read.all(queries::COUNT_UNSEEN, &[])?
        } else {
            Vec::new()
        };
        Ok::<_, StoreError>((forms, unseen))
    });
    let (forms, unseen) = got(found).await?;
    let line = |of: FormRow| {
        let found = unseen.iter().find(|(id, _)| *id == of.id.0);
        Line {
            unseen: found.map_or(0, |(_, count)| *count),
            of,
        }
    };
    Ok(forms.into_iter().map(line).collect())
}

async fn list_page(
    room: &Room,
    signed: &Signed,
    (frame, form, allowed): (Frame, Filled, Option<Filled>),
) -> Result<ListPage, Failure> {
    // The numbers are of all answers: only for whoever reaches all of them.
    let all = signed.scope(Action::ReadClients).is_everything();
    let ask = format!("{}/ask", room.base_url);
    let sites = got(room.store.read(form_sites)).await?;
    Ok(ListPage {
        embed: format!(
            "<iframe src=\"{ask}\" title=\"Ask us\" width=\"100%\" height=\"900\"></iframe>"
        ),
        ask,
        allowed: allowed.unwrap_or_else(|| Filled::with([("sites", sites.clone())])),
        sites,
        // As the rules of routing: whoever may give all work.
        may_allow: signed.scope(Action::AssignWork).is_everything(),
        frame: frame.titled("Forms").at("forms").showing(TOPIC),
        forms: lines(room, all).await?,
        may_write: signed.may(Action::WriteTemplates),
        form,
        kinds: vec![
            Choice::new("intake", "Intake: who a client is, and what it needs"),
            Choice::new("feedback", "Feedback: how it was"),
            Choice::new("other", "Anything else"),
        ],
        tongues: Tongue::ALL
            .into_iter()
            .map(|one| Choice::new(one.code(), one.name()))
            .collect(),
    })
}

/// All forms.
pub(super) async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    if !signed.may(Action::ReadClients) && !signed.may(Action::WriteTemplates) {
        return Err(Failure::not_found("There is no such page"));
    }
    let shown = list_page(&room, &signed, (frame, Filled::empty(), None)).await?;
    Ok(page(&shown))
}

#[derive(Deserialize)]
pub(super) struct Allowed {
    sites: String,
}

/// Says which sites may show the web form within their pages.
pub(super) async fn allow(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Allowed>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::AssignWork)?;
    if !scope.is_everything() {
        return Err(Failure::not_found("There is no such page"));
    }
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let forms = (frame, Filled::empty(), Some(filled));
            return Ok(unprocessable(&list_page(&room, &signed, forms).await?));
        }
    };
    let act = room.step(Who::Person(signed.person.0)).act;
    let written = room
        .store
        .write(move |tx| allow_sites(tx, &act, &scope, &typed.sites));
    if let Err(error) = written.await {
        let filled = error.refused().onto(filled)?;
        let forms = (frame, Filled::empty(), Some(filled));
        return Ok(unprocessable(&list_page(&room, &signed, forms).await?));
    }
    room.changed(None);
    let flash = Flash::said("The sites are saved.");
    Ok(see_other("/forms").with(flash).into_response())
}

#[derive(Deserialize)]
pub(super) struct Made {
    title: String,
    kind: String,
    language: String,
}

/// Makes a form.
pub(super) async fn make(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Made>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::WriteTemplates)?;
    let (made, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let shown = list_page(&room, &signed, (frame, filled, None)).await?;
            return Ok(unprocessable(&shown));
        }
    };
    let (kind, tongue) = (FormKind::named(&made.kind), Tongue::of(&made.language));
    let (Some(kind), Some(tongue)) = (kind, tongue) else {
        let filled = filled.wrong("kind", "Choose what the form is for, and its language.");
        let shown = list_page(&room, &signed, (frame, filled, None)).await?;
        return Ok(unprocessable(&shown));
    };
    let id = FormId(room.world.id());
    let step = room.step(Who::Person(signed.person.0));
    let title = made.title;
    let written = room
        .store
        .write(move |tx| make_form(tx, &step, &scope, (id, kind, tongue.code()), &title));
    if let Err(error) = written.await {
        let filled = error.refused().onto(filled)?;
        let shown = list_page(&room, &signed, (frame, filled, None)).await?;
        return Ok(unprocessable(&shown));
    }
    room.changed(None);
    let flash = Flash::said("The form is made. Look through its fields, then publish it.");
    let way = format!("/forms/{id}");
    Ok(see_other(&way).with(flash).into_response())
}
