//! Writing: the form for a new client and for one that is changed.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::audit::Who;
use kept_rooms::Refusal as _;
use kept_ui::form::Choice;
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, unprocessable};
use serde::Deserialize;

use super::choices::{of_channels, people_and_teams};
use super::{back, here, id_of, to_change, wrong};
use crate::commands::{add_client, change_client};
use crate::model::{Client, ClientId, Draft, Typed};
use crate::room::Room;

#[derive(Template)]
#[template(path = "clients/write.html")]
struct WritePage {
    frame: Frame,
    crumb: Crumb,
    heading: String,
    lead: &'static str,
    action: String,
    button: &'static str,
    problem: &'static str,
    kinds: Vec<Choice>,
    channels: Vec<Choice>,
    owners: Vec<Choice>,
    teams: Vec<Choice>,
    form: Filled,
}

/// The fields of the form: those of [`Typed`], and the revision that was opened.
#[derive(Deserialize)]
pub struct Fields {
    name: String,
    kind: String,
    website: String,
    phone: String,
    address: String,
    country: String,
    industry: String,
    zone: String,
    language: String,
    channel: String,
    style: String,
    rhythm_days: String,
    alert: String,
    owner: String,
    team: String,
    revision: Option<u32>,
}

impl Fields {
    fn typed(self) -> Typed {
        Typed {
            name: Some(self.name),
            kind: Some(self.kind),
            website: Some(self.website),
            phone: Some(self.phone),
            address: Some(self.address),
            country: Some(self.country),
            industry: Some(self.industry),
            zone: Some(self.zone),
            language: Some(self.language),
            channel: Some(self.channel),
            style: Some(self.style),
            rhythm_days: Some(self.rhythm_days),
            alert: Some(self.alert),
            owner: Some(self.owner),
            team: Some(self.team),
        }
    }
}

/// The empty form.
pub async fn ask(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let owner = if scope.is_everything() {
        String::new()
    } else {
        signed.person.to_string()
    };
    let form = Filled::with([("owner", owner), ("kind", "company".to_owned())]);
    Ok(page(&new_page(&room, frame, form).await?))
}

async fn new_page(room: &Room, frame: Frame, form: Filled) -> Result<WritePage, Failure> {
    let (owners, teams) = people_and_teams(room).await?;
    Ok(WritePage {
        frame: frame.titled("Add a client").at("clients"),
        crumb: Crumb::new([("Clients", "/clients")]),
        heading: "Add a client".to_owned(),
        lead: "A name is enough. The rest can follow when somebody knows it.",
        action: "/clients".to_owned(),
        button: "Add the client",
        problem: "The client is not added yet.",
        kinds: kinds(),
        channels: of_channels(&room.rules.now()),
        owners,
        teams,
        form,
    })
}

fn kinds() -> Vec<Choice> {
    vec![
        Choice::new("company", "A company"),
        Choice::new("person", "A person"),
    ]
}

/// Adds what was written.
pub async fn add(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&new_page(&room, frame, filled).await?)),
    };
    let step = room.step(Who::Person(signed.person.0));
    let draft = match fields
        .typed()
        .understood(&step.rules.register, Draft::default())
    {
        Ok(draft) => draft,
        Err(faults) => {
            let filled = wrong(faults, filled)?;
            return Ok(unprocessable(&new_page(&room, frame, filled).await?));
        }
    };
    let added = room
        .store
        .write(move |tx| add_client(tx, &step, &scope, &draft))
        .await;
    match added {
        Ok(id) => {
            room.changed(id);
            Ok(back(&here(id), Flash::said("The client is added.")))
        }
        Err(error) => {
            let filled = error.refused().onto(filled)?;
            Ok(unprocessable(&new_page(&room, frame, filled).await?))
        }
    }
}

/// The form with what stands there.
pub async fn edit(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let client = to_change(&room, &scope, id_of(&id)?).await?;
    let form = filled_with(&client);
    Ok(page(&edit_page(&room, frame, &client, form).await?))
}

fn filled_with(client: &Client) -> Filled {
    let draft = client.draft();
    let text = |id: Option<String>| id.unwrap_or_default();
    Filled::with([
        ("name", draft.name.clone()),
        ("kind", draft.kind.name().to_owned()),
        ("website", draft.website.clone()),
        ("phone", draft.phone.clone()),
        ("address", draft.address.clone()),
        ("country", draft.country.clone()),
        ("industry", draft.industry.clone()),
        ("zone", draft.zone.clone()),
        ("language", draft.language.clone()),
        ("channel", text(draft.channel.clone())),
        ("style", draft.style.clone()),
        (
            "rhythm_days",
            text(draft.rhythm_days.map(|days| days.to_string())),
        ),
        ("alert", text(draft.alert.clone())),
        ("owner", text(draft.owner.map(|owner| owner.to_string()))),
        ("team", text(draft.team.map(|team| team.to_string()))),
        ("revision", client.revision.to_string()),
    ])
}

async fn edit_page(
    room: &Room,
    frame: Frame,
    client: &Client,
    form: Filled,
) -> Result<WritePage, Failure> {
    let (owners, teams) = people_and_teams(room).await?;
    let (id, name) = (client.card.id, client.card.name.clone());
    let path = here(id);
    Ok(WritePage {
        frame: frame.titled(format!("Edit {name}")).at("clients"),
        crumb: Crumb::new([("Clients", "/clients"), (&*name, &*path)]),
        heading: format!("Edit {name}"),
        lead: "What you change gets your name and today as its source.",
        action: path,
        button: "Save the changes",
        problem: "The changes are not saved yet.",
        kinds: kinds(),
        channels: of_channels(&room.rules.now()),
        owners,
        teams,
        form,
    })
}

/// Saves the changes.
pub async fn change(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id: ClientId = id_of(&id)?;
    let client = to_change(&room, &scope, id).await?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            return Ok(unprocessable(
                &edit_page(&room, frame, &client, filled).await?,
            ));
        }
    };
    let revision = fields.revision.unwrap_or_default();
    let step = room.step(Who::Person(signed.person.0));
    let draft = match fields
        .typed()
        .understood(&step.rules.register, client.draft())
    {
        Ok(draft) => draft,
        Err(faults) => {
            let filled = wrong(faults, filled)?;
            return Ok(unprocessable(
                &edit_page(&room, frame, &client, filled).await?,
            ));
        }
    };
    let changed = room
        .store
        .write(move |tx| change_client(tx, &step, &scope, (id, revision), &draft))
        .await;
    if let Err(error) = changed {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(
            &edit_page(&room, frame, &client, filled).await?,
        ));
    }
    room.changed(id);
    Ok(back(&here(id), Flash::said("The changes are saved.")))
}
