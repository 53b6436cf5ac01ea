//! What is done to many requests at once, from the queue, and what a macro does to one.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::queries::teams;
use kept_kernel::Id;
use kept_rooms::{Refusal as _, Refused};
use kept_store::{Read, StoreError};
use kept_ui::form::Choice;
use kept_ui::parts::{Crumb, Progress as Drawn};
use kept_ui::{Failure, Flash, Form, Frame, page, see_other};
use serde::Deserialize;

use super::{got, id_of, missing, queue};
use crate::commands::{
    AT_ONCE, By, Change, Progress, RequestError, Steps, begin_bulk, go_on_with_bulk, progress,
    undo_bulk,
};
use crate::model::RequestId;
use crate::queries::{self, Macro};
use crate::room::{Room, by};

/// What is done to many, and to which.
#[derive(Deserialize)]
pub struct Many {
    what: String,
    pick: Vec<String>,
    /// All that the view shows, and not only those that were picked.
    whole: bool,
    query: Option<String>,
    assignee: Option<String>,
    tag: Option<String>,
    steps: Option<String>,
}

/// Whoever may do something to many.
fn acting(signed: &Signed) -> Result<By, Failure> {
    let by = by(signed);
    if by.handle.is_nothing() && by.assign.is_nothing() {
        return Err(missing());
    }
    Ok(by)
}

/// Does something to all that were selected.
pub async fn bulk(
    State(room): State<Room>,
    signed: Signed,
    form: Form<Many>,
) -> Result<Response, Failure> {
    let by = acting(&signed)?;
    let (many, _) = form.read().map_err(|_| missing())?;
    let query = queue::cleaned(many.query.as_deref().unwrap_or_default());
    let place = queue::address(&query);
    let not_done = |why: &str| {
        let flash = Flash::said(format!("Nothing was done: {why}."));
        Ok(see_other(&place).with(flash).into_response())
    };
    let Some((what, changes)) = many.changes(&room).await? else {
        return not_done("choose to whom they are given, write a tag, or choose a macro");
    };
    let ids = if many.whole {
        queue::selected(&room, &signed, &query).await?
    } else {
        let ids = many.pick.iter().take(AT_ONCE).map(|id| id.parse());
        ids.collect::<Result<Vec<RequestId>, _>>()
            .map_err(|_| missing())?
    };
    if ids.is_empty() {
        return not_done("select some requests first");
    }
    let more = ids.len() > AT_ONCE;
    let bulk = begun(&room, &signed, by.clone(), (ids, what, changes)).await?;
    if more {
        go_on(&room, &signed, by, bulk);
        return Ok(see_other(&format!("/requests/bulk/{bulk}")).into_response());
    }
    let done = stands(&room, &by, bulk).await?;
    let flash = Flash::said(in_words(&done)).undo(&format!("/requests/bulk/{bulk}/undo"));
    Ok(see_other(&place).with(flash).into_response())
}

/// Writes down what is to be done, and does it to the first.
async fn begun(
    room: &Room,
    signed: &Signed,
    by: By,
    (ids, what, changes): (Vec<RequestId>, String, Vec<Change>),
) -> Result<Id, Failure> {
    let bulk = room.world.id();
    let step = room.step_of(signed);
    let steps = steps(room, signed, ids.len() * changes.len());
    let done = room.store.write(move |tx| {
        begin_bulk(tx, &step, &by, (bulk, &ids), (&what, &changes))?;
        go_on_with_bulk(tx, &steps, &by, bulk)
    });
    done.await.map_err(refused)?;
    room.changed(None, None);
    Ok(bulk)
}

/// Two steps for each change of a slice.
fn steps(room: &Room, signed: &Signed, changes: usize) -> Steps {
    (0..changes.min(2 * AT_ONCE))
        .map(|_| [room.step_of(signed), room.step_of(signed)])
        .collect()
}

/// Goes through the rest, or takes all of it back, slice by slice. Whoever asked for it may leave the page.
fn go_on(room: &Room, signed: &Signed, by: By, bulk: Id) {
    let Some(begun) = room.running.begin(bulk) else {
        return;
    };
    let (room, signed) = (room.clone(), signed.clone());
    tokio::spawn(async move {
        let _begun = begun;
        // What refuses it shows on its page: it stands still, and can be gone on with.
        while let Ok(1..) = slice(&room, &signed, &by, bulk).await {
            room.changed(None, None);
            room.show(topic_of(bulk));
        }
        room.show(topic_of(bulk));
    });
}

async fn slice(room: &Room, signed: &Signed, by: &By, bulk: Id) -> Result<usize, RequestError> {
    let (steps, by) = (steps(room, signed, 2 * AT_ONCE), by.clone());
    let slice = room
        .store
        .write(move |tx| go_on_with_bulk(tx, &steps, &by, bulk));
    slice.await
}

/// What changes when this selection has got further.
fn topic_of(bulk: Id) -> String {
    format!("requests-bulk:{bulk}")
}

async fn stands(room: &Room, by: &By, bulk: Id) -> Result<Progress, Failure> {
    let by = by.clone();
    let found = got(room.store.read(move |read| progress(read, &by, bulk))).await?;
    found.ok_or_else(missing)
}

fn in_words(progress: &Progress) -> String {
    let took = progress.took();
    let left_out = match progress.left_out {
        0 => String::new(),
        1 => " One did not take it: it is closed, or out of your reach.".to_owned(),
        some => format!(" {some} did not take it: they are closed, or out of your reach."),
    };
    format!("{}: done on {took}.{left_out}", progress.what)
}

#[derive(Template)]
#[template(path = "requests/many.html")]
struct ManyPage {
    frame: Frame,
    crumb: Crumb,
    id: Id,
    progress: Progress,
    drawn: Option<Drawn>,
    words: String,
    runs: bool,
}

/// How far it has got with them.
pub async fn many(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let by = acting(&signed)?;
    let bulk: Id = id.parse().map_err(|_| missing())?;
    let progress = stands(&room, &by, bulk).await?;
    let (heading, done) = match progress.undone_at {
        Some(_) => ("Taking it back", progress.left_out),
        None => ("Doing it", progress.done),
    };
    let drawn = progress.is_under_way().then(|| Drawn {
        heading: heading.to_owned(),
        words: format!("{done} of {}. You can leave this page.", progress.of),
        done,
        of: progress.of,
    });
    Ok(page(&ManyPage {
        crumb: Crumb::new([("Requests", "/requests")]),
        id: bulk,
        drawn,
        words: in_words(&progress),
        runs: room.running.is(bulk),
        progress,
        frame: frame
            .titled("Many requests")
            .at("requests")
            .showing(topic_of(bulk)),
    }))
}

/// Goes on with what was begun and stands still.
pub async fn resume(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let by = acting(&signed)?;
    let bulk: Id = id.parse().map_err(|_| missing())?;
    let stands = stands(&room, &by, bulk).await?;
    if stands.is_under_way() {
        go_on(&room, &signed, by, bulk);
    }
    Ok(see_other(&format!("/requests/bulk/{bulk}")).into_response())
}

/// Takes back what was done to many.
pub async fn undo(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let by = acting(&signed)?;
    let bulk: Id = id.parse().map_err(|_| missing())?;
    let before = stands(&room, &by, bulk).await?;
    let (at, mine) = (room.world.now(), by.clone());
    let asked = room.store.write(move |tx| undo_bulk(tx, at, &mine, bulk));
    asked.await.map_err(refused)?;
    slice(&room, &signed, &by, bulk).await.map_err(refused)?;
    room.changed(None, None);
    if stands(&room, &by, bulk).await?.is_under_way() {
        go_on(&room, &signed, by, bulk);
        return Ok(see_other(&format!("/requests/bulk/{bulk}")).into_response());
    }
    let flash = Flash::said(format!("Taken back on {}.", before.took()));
    Ok(see_other("/requests").with(flash).into_response())
}

fn refused(error: RequestError) -> Failure {
    match error.refused() {
        Refused::Missing(_) => missing(),
        other => other.failure(),
    }
}

impl Many {
    /// What is to be done, in words and as changes; none: something is missing.
    async fn changes(&self, room: &Room) -> Result<Option<(String, Vec<Change>)>, Failure> {
        let change = match self.what.as_str() {
            "assign" => match self.assignee.as_deref() {
                Some(to) => match to.strip_prefix("team:") {
                    Some(team) => Change::Send(team.to_owned()),
                    None => Change::Assign(to.to_owned()),
                },
                None => return Ok(None),
            },
            "tag" => match &self.tag {
                Some(tag) => Change::Tag(tag.clone()),
                None => return Ok(None),
            },
            "snooze" => Change::SetAside(1),
            "macro" => {
                let found = chosen(room, self.steps.as_deref()).await?;
                let found = found.filter(|found| !found.changes.is_empty());
                return Ok(found.map(|found| (found.name, found.changes)));
            }
            _ => return Ok(None),
        };
        let Ok(change) = change.checked() else {
            return Ok(None);
        };
        let what = got(room.store.read({
            let change = change.clone();
            move |read| Names::read(read).map(|names| names.of(&change))
        }));
        Ok(Some((what.await?, vec![change])))
    }
}

async fn chosen(room: &Room, id: Option<&str>) -> Result<Option<Macro>, Failure> {
    let Some(id) = id.and_then(|id| id.parse::<Id>().ok()) else {
        return Ok(None);
    };
    got(room.store.read(move |read| queries::one_macro(read, id))).await
}

/// People and teams by their ids, to say a change in words.
pub(super) struct Names {
    people: Vec<(Id, String)>,
    teams: Vec<(Id, String)>,
}

impl Names {
    pub(super) fn read(read: &Read<'_>) -> Result<Self, StoreError> {
        let teams = teams(read)?.into_iter();
        Ok(Self {
            people: queries::colleagues(read)?,
            teams: teams.map(|team| (team.id, team.name)).collect(),
        })
    }

    /// A person's name.
    pub(super) fn person(&self, id: &str) -> String {
        called(&self.people, id)
    }

    /// A team's name.
    pub(super) fn team(&self, id: &str) -> String {
        called(&self.teams, id)
    }

    /// Everybody who works here, to choose from.
    pub(super) fn of_people(&self) -> Vec<Choice> {
        choices(&self.people, "")
    }

    /// All teams, to choose from; their values begin so.
    pub(super) fn of_teams(&self, begin: &str) -> Vec<Choice> {
        choices(&self.teams, begin)
    }

    /// A change in words.
    pub(super) fn of(&self, change: &Change) -> String {
        match change {
            Change::Assign(to) => match to.as_str() {
                "me" => "Take".to_owned(),
                "nobody" => "Put back".to_owned(),
                id => format!("Give to {}", self.person(id)),
            },
            Change::Send(team) => format!("Send to {}", self.team(team)),
            Change::SetAside(1) => "Set aside for a day".to_owned(),
            Change::SetAside(days) => format!("Set aside for {days} days"),
            Change::Tag(tag) => format!("Tag {tag}"),
            Change::Untag(tag) => format!("Take off the tag {tag}"),
            Change::Wait(whom) => format!("Wait for the {whom}"),
            Change::Note(_) => "Note something".to_owned(),
        }
    }
}

fn called(names: &[(Id, String)], id: &str) -> String {
    let found = names.iter().find(|(one, _)| one.to_string() == id);
    found.map_or_else(|| "one that is gone".to_owned(), |(_, name)| name.clone())
}

fn choices(names: &[(Id, String)], begin: &str) -> Vec<Choice> {
    let choice = |(id, name): &(Id, String)| Choice::new(format!("{begin}{id}"), name);
    names.iter().map(choice).collect()
}

/// A macro that was chosen.
#[derive(Deserialize)]
pub struct Chosen {
    steps: Option<String>,
}

/// Does what a macro says on one request; its words stand in the answer then, to be gone on with.
pub async fn apply(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Chosen>,
) -> Result<Response, Failure> {
    let by = acting(&signed)?;
    let id = id_of(&id)?;
    let scope = super::reading(&signed)?;
    let found = got(room.store.read(move |read| queries::one(read, &scope, id))).await?;
    found.ok_or_else(missing)?;
    let (chosen_one, _) = form.read().map_err(|_| missing())?;
    let found = chosen(&room, chosen_one.steps.as_deref()).await?;
    let Some(found) = found else {
        let flash = Flash::said("That macro is gone. Nothing was done.");
        return Ok(see_other(&format!("/requests/{id}"))
            .with(flash)
            .into_response());
    };
    let way = if found.text.is_empty() {
        format!("/requests/{id}")
    } else {
        format!("/requests/{id}?answer={}#answer", found.id)
    };
    let what = (vec![id], found.name, found.changes);
    let bulk = begun(&room, &signed, by.clone(), what).await?;
    room.changed(Some(id), None);
    let stands = stands(&room, &by, bulk).await?;
    let flash = match stands.left_out {
        0 => Flash::said(format!("{}: done.", stands.what))
            .undo(&format!("/requests/bulk/{bulk}/undo")),
        _ => Flash::said(format!("{}: this request does not take it.", stands.what)),
    };
    Ok(see_other(&way).with(flash).into_response())
}
