//! One template: its text, how it stands, what can be done; and its history, what each version changed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_accounts::commands::Act;
use kept_journal::audit::Who;
use kept_rooms::{Refusal as _, Refused};
use kept_store::StoreError;
use kept_ui::parts::{Button, Crumb};
use kept_ui::{Failure, Flash, Form, Frame, Html, page, prose, see_other};
use kept_wording::{Change, redline};
use serde::Deserialize;

use super::{capital, day, found, got, id_of, missing, reading, stands, way};
use crate::commands::{
    TemplateError, approve as approve_one, ask_approval, retire as retire_one, return_version,
};
use crate::model::{Template, TemplateId, TemplateState, TextVersion};
use crate::queries;
use crate::room::{Room, TOPIC};

#[derive(askama::Template)]
#[template(path = "templates/one.html")]
struct OnePage {
    frame: Frame,
    crumb: Crumb,
    of: Template,
    about: String,
    stands: (String, &'static str),
    text: Html,
    tools: Vec<Button>,
    /// Why it was returned.
    why: Option<String>,
    may_write: bool,
    may_approve: bool,
    asked: bool,
    draft: bool,
    retired: bool,
}

#[derive(askama::Template)]
#[template(path = "templates/history.html")]
struct HistoryPage {
    frame: Frame,
    crumb: Crumb,
    name: String,
    versions: Vec<VersionShown>,
}

struct VersionShown {
    heading: String,
    about: Vec<String>,
    subject: Vec<Change>,
    body: Vec<Change>,
}

/// The page.
pub async fn one(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    reading(&signed)?;
    let id = id_of(&id)?;
    let whole = room.store.read(move |read| {
        let one = queries::one(read, id)?;
        Ok::<_, StoreError>((one, queries::versions(read, id)?))
    });
    let (of, versions) = got(whole).await?;
    let of = of.ok_or_else(missing)?;
    let latest = versions.first();
    let mine = latest.and_then(|one| one.written_by) == Some(signed.person.0);
    let (may_write, state) = (signed.may(Action::WriteTemplates), of.state());
    let here = format!("/templates/{id}");
    let mut tools = vec![
        Button::link("Try it on a client", format!("{here}/preview")),
        Button::link("History", format!("{here}/history")).quiet(),
    ];
    if may_write && state != TemplateState::Retired {
        tools.insert(0, Button::link("Edit", format!("{here}/edit")).key("e"));
    }
    Ok(page(&OnePage {
        crumb: Crumb::new([("Templates", "/templates")]),
        about: format!(
            "{}: {}, in {}. Version {}",
            capital(&of.occasion),
            way(&of.channel).to_lowercase(),
            of.language,
            of.version
        ),
        stands: stands(&of),
        text: prose::prose(&of.body),
        why: latest.and_then(|one| one.why.clone()),
        may_write,
        may_approve: signed.may(Action::ApproveTemplates) && !mine,
        asked: state == TemplateState::Asked,
        draft: state == TemplateState::Draft,
        retired: state == TemplateState::Retired,
        frame: frame.titled(&of.name).at("requests").showing(TOPIC),
        tools,
        of,
    }))
}

/// Its versions, the newest first, each with what it changed.
pub async fn history(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    reading(&signed)?;
    let id = id_of(&id)?;
    let of = found(&room, id).await?;
    let versions = got(room.store.read(move |read| queries::versions(read, id))).await?;
    let zone = room.zone();
    let before = |one: &TextVersion| {
        versions
            .iter()
            .find(|other| other.version + 1 == one.version)
    };
    let shown = versions.iter().map(|one| {
        let before = before(one);
        let changed = |now: &str, old: Option<&str>| redline(old.unwrap_or(now), now);
        VersionShown {
            heading: format!("Version {}", one.version),
            about: about(one, &zone),
            subject: changed(&one.subject, before.map(|old| old.subject.as_str())),
            body: changed(&one.body, before.map(|old| old.body.as_str())),
        }
    });
    let here = format!("/templates/{id}");
    Ok(page(&HistoryPage {
        crumb: Crumb::new([("Templates", "/templates"), (&*of.name, &*here)]),
        versions: shown.collect(),
        frame: frame
            .titled(format!("History of {}", of.name))
            .at("requests"),
        name: of.name,
    }))
}

fn about(one: &TextVersion, zone: &jiff::tz::TimeZone) -> Vec<String> {
    let by = |name: &Option<String>, none: &str| name.clone().unwrap_or_else(|| none.to_owned());
    let ours = one.written_by.is_none() && one.writer.is_none() && one.asked_at.is_none();
    let written = if ours {
        "as Kept ships it".to_owned()
    } else {
        format!("written by {}", by(&one.writer, "a former colleague"))
    };
    let mut about = vec![format!("{written}, {}", day(one.written_at, zone))];
    if let Some(at) = one.approved_at.filter(|_| !ours) {
        about.push(format!(
            "approved by {}, {}",
            by(&one.approver, "a former colleague"),
            day(at, zone)
        ));
    }
    if let Some(at) = one.returned_at {
        let why = one.why.clone().unwrap_or_default();
        about.push(format!("returned on {}: {why}", day(at, zone)));
    }
    about
}

/// The version that was looked at, and a word why.
#[derive(Deserialize)]
pub struct Looked {
    version: u32,
    why: Option<String>,
}

/// Asks for its approval.
pub async fn ask(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Looked>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::WriteTemplates)?;
    let (id, looked, act) = read(&room, &signed, &id, form)?;
    let asked = room
        .store
        .write(move |tx| ask_approval(tx, &act, &scope, (id, looked.version)));
    done(&room, id, asked.await, "Its approval is asked for.")
}

/// Approves it.
pub async fn approve(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Looked>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ApproveTemplates)?;
    let (id, looked, act) = read(&room, &signed, &id, form)?;
    let approved = room
        .store
        .write(move |tx| approve_one(tx, &act, &scope, (id, looked.version)));
    done(
        &room,
        id,
        approved.await,
        "It is approved, and offered from now on.",
    )
}

/// Returns it to its writer.
pub async fn send_back(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Looked>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ApproveTemplates)?;
    let (id, looked, act) = read(&room, &signed, &id, form)?;
    let returned = room.store.write(move |tx| {
        let why = looked.why.as_deref().unwrap_or_default();
        return_version(tx, &act, &scope, (id, looked.version), why)
    });
    done(&room, id, returned.await, "It is returned.")
}

/// Out of use, or back.
#[derive(Deserialize)]
pub struct Turn {
    back: bool,
}

/// Takes it out of use, or brings it back.
pub async fn retire(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Turn>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::WriteTemplates)?;
    let id = id_of(&id)?;
    let (turn, _) = form.read().map_err(|_| missing())?;
    let act = room.act(Who::Person(signed.person.0));
    let back = turn.back;
    let turned = room
        .store
        .write(move |tx| retire_one(tx, &act, &scope, (id, back)));
    let said = if back {
        "It is back."
    } else {
        "It is out of use."
    };
    done(&room, id, turned.await, said)
}

fn read(
    room: &Room,
    signed: &Signed,
    id: &str,
    form: Form<Looked>,
) -> Result<(TemplateId, Looked, Act), Failure> {
    let id = id_of(id)?;
    let (looked, _) = form.read().map_err(|_| missing())?;
    Ok((id, looked, room.act(Who::Person(signed.person.0))))
}

fn done(
    room: &Room,
    id: TemplateId,
    done: Result<(), TemplateError>,
    said: &str,
) -> Result<Response, Failure> {
    let here = format!("/templates/{id}");
    match done {
        Ok(()) => {
            room.changed();
            Ok(see_other(&here).with(Flash::said(said)).into_response())
        }
        Err(error) => Err(match error.refused() {
            Refused::Missing(_) => missing(),
            other => other.failure().way_on(&here, "Back to the template"),
        }),
    }
}
