//! What is done to many requests at once, from the queue, and what a macro does to one.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_accounts::queries::teams;
use kept_clients::read::ClientCard;
use kept_kernel::Id;
use kept_rooms::{Refusal as _, Refused};
use kept_store::{Read, StoreError};
use kept_ui::form::Choice;
use kept_ui::parts::{Crumb, Progress as Drawn};
use kept_ui::{Failure, Flash, Form, Frame, page, see_other};
use serde::Deserialize;

use super::act::own;
use super::{got, id_of, missing, queue};
use crate::commands::{
    AT_ONCE, By, Change, Progress, RequestError, Steps, begin_bulk, go_on_with_bulk, left_out_of,
    progress, survivor_of, undo_bulk,
};
use crate::model::{RequestId, is_choice};
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
    /// How they are judged.
    category: Option<String>,
    urgency: Option<String>,
    impact: Option<String>,
    /// Why they are no requests.
    why: Option<String>,
    /// Which one they become part of; none: the oldest of them.
    into: Option<String>,
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
    headers: HeaderMap,
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
    let read = if many.what == "merge" {
        many.merging(&room, &by, ids).await?
    } else {
        many.changes(&room).await?.map(|done| (ids, done))
    };
    let (ids, (what, changes)) = match read {
        Ok(read) => read,
        Err(why) => return not_done(why),
    };
    let more = ids.len() > AT_ONCE;
    let bulk = begun(&room, &signed, by.clone(), (ids, what, changes)).await?;
    room.changed(None, own(&headers));
    let shown = format!("/requests/bulk/{bulk}");
    if more {
        go_on(&room, &signed, by, bulk);
        return Ok(see_other(&shown).into_response());
    }
    let done = stands(&room, &by, bulk).await?;
    if done.left_out > 0 {
        // Who is left out, and why, stands there one by one.
        let shown = place.replacen("/requests", &shown, 1);
        return Ok(see_other(&shown).into_response());
    }
    let flash = Flash::said(in_words(&done));
    let flash = if done.stays {
        flash
    } else {
        flash.undo(&format!("/requests/bulk/{bulk}/undo"))
    };
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
        1 => " One did not take it.".to_owned(),
        some => format!(" {some} did not take it."),
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
    /// Those that did not take it, or keep it: what they are called, the way to them, and why.
    left_out: Vec<(String, RequestId, String)>,
    /// So many more are gone, out of reach, or too many to be named.
    unnamed: u64,
    /// The view that they were selected in.
    back: String,
}

/// How far it has got with them.
pub async fn many(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let by = acting(&signed)?;
    let bulk: Id = id.parse().map_err(|_| missing())?;
    let progress = stands(&room, &by, bulk).await?;
    let left_out = left_out(&room, &signed, by, bulk).await?;
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
        unnamed: progress.told.saturating_sub(left_out.len() as u64),
        left_out,
        back: queue::address(&queue::cleaned(query.as_deref().unwrap_or_default())),
        progress,
        frame: frame
            .titled("Many requests")
            .at("requests")
            .showing(topic_of(bulk)),
    }))
}

/// Those that did not take it, by what they are called. What is out of reach is not named.
async fn left_out(
    room: &Room,
    signed: &Signed,
    by: By,
    bulk: Id,
) -> Result<Vec<(String, RequestId, String)>, Failure> {
    let scope = signed.scope(Action::ReadRequests);
    let read = room.store.read(move |read| {
        let mut named = Vec::new();
        for one in left_out_of(read, &by, bulk)? {
            if let Some(request) = queries::one(read, &scope, one.id)? {
                let called = format!("{} {}", request.mark(), request.subject);
                named.push((called, one.id, one.why));
            }
        }
        Ok::<_, StoreError>(named)
    });
    got(read).await
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
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let by = acting(&signed)?;
    let bulk: Id = id.parse().map_err(|_| missing())?;
    let before = stands(&room, &by, bulk).await?;
    let (at, mine) = (room.world.now(), by.clone());
    let asked = room.store.write(move |tx| undo_bulk(tx, at, &mine, bulk));
    asked.await.map_err(refused)?;
    slice(&room, &signed, &by, bulk).await.map_err(refused)?;
    room.changed(None, own(&headers));
    if stands(&room, &by, bulk).await?.is_under_way() {
        go_on(&room, &signed, by, bulk);
        return Ok(see_other(&format!("/requests/bulk/{bulk}")).into_response());
    }
    let after = stands(&room, &by, bulk).await?;
    let kept = after.told.saturating_sub(before.told);
    let flash = Flash::said(format!(
        "Taken back on {}.",
        before.took().saturating_sub(kept)
    ));
    let place = match kept {
        0 => "/requests".to_owned(),
        _ => format!("/requests/bulk/{bulk}"),
    };
    Ok(see_other(&place).with(flash).into_response())
}

fn refused(error: RequestError) -> Failure {
    match error.refused() {
        Refused::Missing(_) => missing(),
        other => other.failure(),
    }
}

/// What is to be done, in words and as changes.
type Meant = (String, Vec<Change>);
/// What a form asks for; else what is missing in it.
type Asked<T> = Result<T, &'static str>;

impl Many {
    async fn changes(&self, room: &Room) -> Result<Asked<Meant>, Failure> {
        const NOT_CHOSEN: &str = "choose to whom they are given, write a tag, or choose a macro";
        let change = match self.what.as_str() {
            "assign" => self.assignee.as_deref().map(|to| {
                let team = to.strip_prefix("team:");
                team.map_or_else(
                    || Change::Assign(to.to_owned()),
                    |team| Change::Send(team.to_owned()),
                )
            }),
            "tag" => self.tag.clone().map(Change::Tag),
            "snooze" => Some(Change::SetAside(1)),
            "wait" => Some(Change::Wait("client".to_owned())),
            "priority" => match self.judged(room) {
                Some(change) => Some(change),
                None => {
                    return Ok(Err(
                        "choose how urgent they are, and how much depends on them",
                    ));
                }
            },
            "spam" => match &self.why {
                Some(why) => Some(Change::Spam(why.clone())),
                None => return Ok(Err("say why they are spam")),
            },
            "macro" => {
                let found = chosen(room, self.steps.as_deref()).await?;
                let found = found.filter(|found| !found.changes.is_empty());
                let meant = found.map(|found| (found.name, found.changes));
                return Ok(meant.ok_or(NOT_CHOSEN));
            }
            _ => None,
        };
        let Some(change) = change.and_then(|change| change.checked().ok()) else {
            return Ok(Err(NOT_CHOSEN));
        };
        let what = got(room.store.read({
            let change = change.clone();
            move |read| Names::read(read).map(|names| names.of(&change))
        }));
        Ok(Ok((what.await?, vec![change])))
    }

    /// How they are judged, in words of the vocabulary. The category may stay as it is.
    fn judged(&self, room: &Room) -> Option<Change> {
        let rules = room.rules.now();
        let known = |name, word: Option<&str>| {
            let word = word?;
            is_choice(&rules.register, name, word).then(|| word.to_owned())
        };
        let category = match self.category.as_deref() {
            None | Some("") => None,
            word => Some(known("category", word)?),
        };
        let urgency = known("urgency", self.urgency.as_deref())?;
        let impact = known("impact", self.impact.as_deref())?;
        Some(Change::Judge(category, urgency, impact))
    }

    /// Those that become part of another one, and which.
    async fn merging(
        &self,
        room: &Room,
        by: &By,
        ids: Vec<RequestId>,
    ) -> Result<Asked<(Vec<RequestId>, Meant)>, Failure> {
        if self.whole {
            return Ok(Err(
                "what becomes one is not taken apart again, so select those that you have looked at",
            ));
        }
        let named = self.into.clone().filter(|into| !into.trim().is_empty());
        let (by, among) = (by.clone(), ids.clone());
        let read = room
            .store
            .read(move |read| survivor_of(read, &by, &among, named.as_deref()));
        let Some(into) = got(read).await? else {
            return Ok(Err(
                "no open request within your reach has the number that they were to become part of",
            ));
        };
        let others: Vec<RequestId> = ids.into_iter().filter(|id| *id != into.id).collect();
        if others.is_empty() {
            return Ok(Err(
                "select two requests at least, or name the one that they become part of",
            ));
        }
        let what = (
            format!("Make part of {}", into.mark()),
            vec![Change::Merge(into.mark())],
        );
        Ok(Ok((others, what)))
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
    client: Option<String>,
}

impl Names {
    pub(super) fn read(read: &Read<'_>) -> Result<Self, StoreError> {
        let teams = teams(read)?.into_iter();
        Ok(Self {
            people: queries::colleagues(read)?,
            teams: teams.map(|team| (team.id, team.name)).collect(),
            client: None,
        })
    }

    /// With the client that a view is narrowed to, where it is within reach.
    pub(super) fn with_client(self, client: Option<ClientCard>) -> Self {
        let client = client.map(|client| client.name);
        Self { client, ..self }
    }

    /// The name of that client.
    pub(super) fn client(&self) -> String {
        self.client.clone().unwrap_or_else(|| "one".to_owned())
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
            Change::Judge(None, urgency, impact) => {
                format!("Urgency {urgency}, impact {impact}")
            }
            Change::Judge(Some(category), urgency, impact) => {
                format!("Category {category}, urgency {urgency}, impact {impact}")
            }
            Change::Spam(_) => "End as spam".to_owned(),
            Change::Merge(into) => format!("Make part of {into}"),
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
    headers: HeaderMap,
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
    room.changed(Some(id), own(&headers));
    let stands = stands(&room, &by, bulk).await?;
    let flash = match stands.left_out {
        0 => Flash::said(format!("{}: done.", stands.what))
            .undo(&format!("/requests/bulk/{bulk}/undo")),
        _ => Flash::said(format!("{}: this request does not take it.", stands.what)),
    };
    Ok(see_other(&way).with(flash).into_response())
}
