//! The account team: who works for a client, in which part.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_accounts::model::PersonId;
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_rooms::Refusal as _;
use kept_store::params;
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Crumb};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, unprocessable};
use serde::Deserialize;

use super::choices::people_and_teams;
use super::{back, got, here, id_of, missing, refused, to_change};
use crate::commands::{ClientError, join_team, leave_team};
use crate::model::{Client, ClientId};
use crate::queries;
use crate::room::Room;

#[derive(Template)]
#[template(path = "clients/team.html")]
struct TeamPage {
    frame: Frame,
    crumb: Crumb,
    action: String,
    edit: String,
    owner: Option<String>,
    rows: Vec<Line>,
    people: Vec<Choice>,
    form: Filled,
}

struct Line {
    name: String,
    part: String,
    /// None for the account manager, who leaves when the client is given to another.
    remove: Option<Button>,
}

/// Who shall work for the client.
#[derive(Deserialize)]
pub struct Member {
    person: String,
    part: String,
}

/// The page.
pub async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let client = to_change(&room, &scope, id_of(&id)?).await?;
    Ok(page(
        &page_of(&room, frame, &client, Filled::empty()).await?,
    ))
}

async fn page_of(
    room: &Room,
    frame: Frame,
    client: &Client,
    form: Filled,
) -> Result<TeamPage, Failure> {
    let id = client.card.id;
    let (name, path) = (client.card.name.clone(), here(id));
    let team = room
        .store
        .read(move |read| read.all::<(Id, String, String)>(queries::ACCOUNT_TEAM, &params![id]));
    let owner = client.card.owner.as_ref().map(|(owner, _)| owner.0);
    let line = |(person, name, part): (Id, String, String)| Line {
        name,
        part,
        remove: (owner != Some(person)).then(|| {
            let to = format!("{path}/team/{person}/removal");
            Button::act("Take out", to, &frame.csrf).quiet()
        }),
    };
    let rows = got(team).await?.into_iter().map(line).collect();
    let (people, _) = people_and_teams(room).await?;
    Ok(TeamPage {
        crumb: Crumb::new([("Clients", "/clients"), (&*name, &*path)]),
        action: format!("{path}/team"),
        edit: format!("{path}/edit"),
        owner: client.card.owner.as_ref().map(|(_, name)| name.clone()),
        rows,
        people,
        form,
        frame: frame
            .titled(format!("Account team of {name}"))
            .at("clients"),
    })
}

/// Takes somebody in.
pub async fn join(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Member>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id: ClientId = id_of(&id)?;
    let client = to_change(&room, &scope, id).await?;
    let (member, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            return Ok(unprocessable(
                &page_of(&room, frame, &client, filled).await?,
            ));
        }
    };
    let step = room.step(Who::Person(signed.person.0));
    let joined = room.store.write(move |tx| {
        let Ok(person) = member.person.parse::<PersonId>() else {
            return Err(ClientError::fault(
                "person",
                "Choose somebody who works here.",
            ));
        };
        join_team(tx, &step, &scope, id, (person, &member.part))
    });
    if let Err(error) = joined.await {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(
            &page_of(&room, frame, &client, filled).await?,
        ));
    }
    room.changed(id);
    let path = format!("{}/team", here(id));
    Ok(back(
        &path,
        Flash::said("The account team has somebody more."),
    ))
}

/// Takes somebody out.
pub async fn leave(
    State(room): State<Room>,
    signed: Signed,
    Path((id, person)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id = id_of(&id)?;
    let person: PersonId = person.parse().map_err(|_| missing())?;
    let step = room.step(Who::Person(signed.person.0));
    let left = room
        .store
        .write(move |tx| leave_team(tx, &step, &scope, id, person));
    left.await.map_err(refused)?;
    room.changed(id);
    let path = format!("{}/team", here(id));
    Ok(back(
        &path,
        Flash::said("They are no longer in the account team."),
    ))
}
