//! Writing: the form for a new template and for one that is changed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::audit::Who;
use kept_rooms::{Refusal as _, Refused};
use kept_ui::form::Choice;
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use kept_wording::merge::{FIELDS, Field};
use serde::Deserialize;

use super::{capital, found, id_of, missing, way};
use crate::commands::{add_template, change_template};
use crate::model::{CHANNELS, Fault, OCCASIONS, TemplateId, Typed};
use crate::room::Room;

#[derive(askama::Template)]
#[template(path = "templates/write.html")]
struct WritePage {
    frame: Frame,
    crumb: Crumb,
    heading: &'static str,
    lead: &'static str,
    action: String,
    occasions: Vec<Choice>,
    channels: Vec<Choice>,
    fields: &'static [Field],
    form: Filled,
}

/// The fields of the form, and the revision that was opened.
#[derive(Deserialize)]
pub struct Fields {
    name: String,
    occasion: String,
    channel: String,
    language: String,
    subject: Option<String>,
    body: String,
    revision: Option<u32>,
}

impl Fields {
    fn typed(self) -> Typed {
        Typed {
            name: self.name,
            occasion: self.occasion,
            channel: self.channel,
            language: self.language,
            subject: self.subject,
            body: self.body,
        }
    }
}

fn write_page(frame: Frame, of: Option<TemplateId>, form: Filled) -> WritePage {
    let occasions = OCCASIONS.map(|one| Choice::new(one, capital(one)));
    let channels = CHANNELS.map(|one| Choice::new(one, way(one)));
    let here = of.map(|id| format!("/templates/{id}"));
    WritePage {
        crumb: match &here {
            Some(here) => Crumb::new([("Templates", "/templates"), ("This one", &**here)]),
            None => Crumb::new([("Templates", "/templates")]),
        },
        heading: if of.is_some() {
            "Edit the template"
        } else {
            "New template"
        },
        lead: "Another text is another version. It is offered when somebody else has approved it; until then the one before goes on.",
        action: here.unwrap_or_else(|| "/templates".to_owned()),
        occasions: occasions.into(),
        channels: channels.into(),
        fields: &FIELDS,
        frame: frame.titled("Write a template").at("requests"),
        form,
    }
}

/// The empty form.
pub async fn ask(signed: Signed, frame: Frame) -> Result<Response, Failure> {
    signed.require(Action::WriteTemplates)?;
    let form = Filled::with([("language", "en".to_owned())]);
    Ok(page(&write_page(frame, None, form)))
}

/// Adds what was written.
pub async fn add(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::WriteTemplates)?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&write_page(frame, None, filled))),
    };
    let draft = match fields.typed().understood() {
        Ok(draft) => draft,
        Err(faults) => {
            return Ok(unprocessable(&write_page(
                frame,
                None,
                wrong(faults, filled)?,
            )));
        }
    };
    let (id, act) = (room.new_id(), room.act(Who::Person(signed.person.0)));
    let added = room
        .store
        .write(move |tx| add_template(tx, &act, &scope, id, &draft));
    if let Err(error) = added.await {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(&write_page(frame, None, filled)));
    }
    room.changed();
    Ok(done(
        id,
        "The template is kept as a draft. Ask for its approval when it is ready.",
    ))
}

/// The form with what stands there.
pub async fn edit(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    signed.require(Action::WriteTemplates)?;
    let id = id_of(&id)?;
    let of = found(&room, id).await?;
    let form = Filled::with([
        ("name", of.name),
        ("occasion", of.occasion),
        ("channel", of.channel),
        ("language", of.language),
        ("subject", of.subject),
        ("body", of.body),
        ("revision", of.revision.to_string()),
    ]);
    Ok(page(&write_page(frame, Some(id), form)))
}

/// Saves the changes.
pub async fn change(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::WriteTemplates)?;
    let id = id_of(&id)?;
    found(&room, id).await?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&write_page(frame, Some(id), filled))),
    };
    let revision = fields.revision.unwrap_or_default();
    let draft = match fields.typed().understood() {
        Ok(draft) => draft,
        Err(faults) => {
            let filled = wrong(faults, filled)?;
            return Ok(unprocessable(&write_page(frame, Some(id), filled)));
        }
    };
    let act = room.act(Who::Person(signed.person.0));
    let changed = room
        .store
        .write(move |tx| change_template(tx, &act, &scope, (id, revision), &draft));
    if let Err(error) = changed.await {
        let filled = match error.refused() {
            Refused::Missing(_) => return Err(missing()),
            other => other.onto(filled)?,
        };
        return Ok(unprocessable(&write_page(frame, Some(id), filled)));
    }
    room.changed();
    Ok(done(id, "The changes are saved."))
}

fn wrong(faults: Vec<Fault>, filled: Filled) -> Result<Filled, Failure> {
    Refused::Fields(faults.into_iter().map(Into::into).collect()).onto(filled)
}

fn done(id: TemplateId, said: &str) -> Response {
    see_other(&format!("/templates/{id}"))
        .with(Flash::said(said))
        .into_response()
}
