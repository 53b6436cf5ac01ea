//! The portal as the company sets it: open or closed, its name, its colour, what stands over the door; with a preview.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_clients::read;
use kept_journal::audit::Who;
use kept_rooms::Refusal as _;
use kept_ui::{Failure, Filled, Flash, Form, Frame, Tongue, page, see_other};
use serde::Deserialize;

use super::door::DoorPage;
use super::{Shell, framed_by_us, got, page_with};
use crate::Room;
use crate::colours::Colour;
use crate::commands::{NewSettings, set_settings};
use crate::model::PortalSettings;
use crate::{queries, texts};

#[derive(Template)]
#[template(path = "portal/settings.html")]
struct SettingsPage {
    frame: Frame,
    form: Filled,
    usual: String,
    is_open: bool,
}

#[derive(Deserialize)]
pub(super) struct Typed {
    revision: u32,
    open: bool,
    name: String,
    colour: String,
    greeting_en: String,
    greeting_de: String,
    #[serde(default)]
    tongue: Option<String>,
}

impl Typed {
    fn new_settings(&self) -> NewSettings {
        NewSettings {
            revision: self.revision,
            open: self.open,
            name: self.name.clone(),
            colour: self.colour.clone(),
            greeting_en: self.greeting_en.clone(),
            greeting_de: self.greeting_de.clone(),
        }
    }
}

async fn settings(room: &Room) -> Result<PortalSettings, Failure> {
    got(room.store.read(queries::settings)).await
}

fn company(room: &Room, settings: &PortalSettings, tongue: Tongue) -> String {
    let usual = read::company(&room.rules.now());
    match settings.name.as_str() {
        "" => usual.unwrap_or_else(|| texts::words(tongue).say("us").to_owned()),
        name => name.to_owned(),
    }
}

fn settings_page(room: &Room, frame: Frame, (of, form): (&PortalSettings, Filled)) -> SettingsPage {
    SettingsPage {
        frame: frame.titled("The portal").at("settings"),
        form,
        usual: company(room, &PortalSettings::default(), Tongue::En),
        is_open: of.is_open(),
    }
}

/// The settings.
pub(super) async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    signed.require(Action::Configure)?;
    let of = settings(&room).await?;
    let form = Filled::with([
        ("revision", of.revision.to_string()),
        ("open", if of.is_open() { "on" } else { "" }.to_owned()),
        ("name", of.name.clone()),
        ("colour", of.colour.clone()),
        ("greeting_en", of.greeting_en.clone()),
        ("greeting_de", of.greeting_de.clone()),
    ]);
    Ok(page(&settings_page(&room, frame, (&of, form))))
}

/// Changes them.
pub(super) async fn save(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::Configure)?;
    let of = settings(&room).await?;
    let again = |filled: Filled, frame: Frame| {
        let shown = settings_page(&room, frame, (&of, filled));
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
    };
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(again(filled, frame)),
    };
    let (step, new) = (
        room.step(Who::Person(signed.person.0)),
        typed.new_settings(),
    );
    let saved = room
        .store
        .write(move |tx| set_settings(tx, &step, &scope, &new));
    if let Err(error) = saved.await {
        let filled = error.refused().onto(filled)?;
        let revision = of.revision.to_string();
        return Ok(again(filled.replaced("revision", &revision), frame));
    }
    let said = match (of.is_open(), typed.open) {
        (false, true) => "The portal is open.",
        (true, false) => "The portal is closed. Its links lead nowhere now.",
        _ => "The portal is changed.",
    };
    let flash = Flash::said(said);
    Ok(see_other("/settings/portal").with(flash).into_response())
}

/// The door as it would look, for the frame beside the form. Nothing is changed.
pub(super) async fn preview(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    signed.require(Action::Configure)?;
    let Ok((typed, _)) = form.read() else {
        return Err(Failure::conflict(
            "That cannot be shown",
            "Load the page again.",
        ));
    };
    let tongue = typed.tongue.as_deref().and_then(Tongue::of);
    let tongue = tongue.unwrap_or_default();
    let of = PortalSettings {
        name: typed.name.trim().to_owned(),
        colour: Colour::parse(&typed.colour).map_or_else(String::new, |one| one.to_string()),
        greeting_en: typed.greeting_en.clone(),
        greeting_de: typed.greeting_de.clone(),
        ..PortalSettings::default()
    };
    let name = company(&room, &of, tongue);
    let nonce = frame.nonce().to_string();
    let shown = DoorPage {
        frame: frame.titled(&name),
        shell: Shell::new(texts::words(tongue), &of, &name, None),
        greeting: of.greeting(tongue).to_owned(),
        form: Filled::empty(),
        sent: false,
        problem: String::new(),
        others: Vec::new(),
    };
    Ok(framed_by_us(page(&shown), &nonce))
}
