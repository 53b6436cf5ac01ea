//! Writing: the form for a new announcement and for one that is changed.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope, Subject};
use kept_accounts::queries::{departments, teams};
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_rooms::{Refusal as _, Refused};
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::{date, got, id_of, last_day, missing};
use crate::commands::{change_announcement, post_announcement};
use crate::model::{Announcement, AnnouncementId, Fault, Typed};
use crate::queries;
use crate::room::Room;

#[derive(Template)]
#[template(path = "announcements/write.html")]
struct WritePage {
    frame: Frame,
    crumb: Crumb,
    heading: &'static str,
    lead: &'static str,
    action: String,
    button: &'static str,
    problem: &'static str,
    audiences: Vec<Choice>,
    form: Filled,
}

/// The fields of the form. The same as [`Typed`], and the revision that was opened.
#[derive(Deserialize)]
pub struct Fields {
    title: String,
    text: String,
    audience: String,
    from_on: Option<String>,
    until_on: Option<String>,
    clause: Option<String>,
    must_confirm: bool,
    revision: Option<u32>,
}

impl Fields {
    fn typed(self) -> Typed {
        Typed {
            title: self.title,
            text: self.text,
            audience: self.audience,
            from_on: self.from_on,
            until_on: self.until_on,
            clause: self.clause,
            must_confirm: self.must_confirm,
        }
    }
}

/// The empty form.
pub async fn ask(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::PostAnnouncements)?;
    let form = Filled::with([("must_confirm", "on".to_owned())]);
    Ok(page(&new_page(&room, frame, &scope, form).await?))
}

async fn new_page(
    room: &Room,
    frame: Frame,
    scope: &Scope,
    form: Filled,
) -> Result<WritePage, Failure> {
    Ok(WritePage {
        frame: frame.titled("Post an announcement").at("announcements"),
        crumb: Crumb::new([("Announcements", "/announcements")]),
        heading: "Post an announcement",
        lead: "It stands in the announcements of those you choose, and on their Today page until they confirm it.",
        action: "/announcements".to_owned(),
        button: "Post it",
        problem: "The announcement is not posted yet.",
        audiences: audiences(room, scope).await?,
        form,
    })
}

/// Those whom the asker may address.
async fn audiences(room: &Room, scope: &Scope) -> Result<Vec<Choice>, Failure> {
    let units = room
        .store
        .read(|read| Ok::<_, StoreError>((teams(read)?, departments(read)?)));
    let (teams, departments) = got(units).await?;
    let may = |team: Option<Id>| {
        scope.allows(&Subject {
            id: Id::default(),
            owner: None,
            team: team.map(kept_accounts::model::TeamId),
            assigned: &[],
        })
    };
    let everyone = may(None);
    let company = everyone.then(|| Choice::new("company", "The whole company"));
    let departments = departments.into_iter().filter(|_| everyone).map(|one| {
        Choice::new(
            format!("department:{}", one.id),
            format!("Department {}", one.name),
        )
    });
    let teams = teams
        .into_iter()
        .filter(|one| may(Some(one.id)))
        .map(|one| Choice::new(format!("team:{}", one.id), format!("Team {}", one.name)));
    Ok(company
        .into_iter()
        .chain(departments)
        .chain(teams)
        .collect())
}

/// Posts what was written.
pub async fn post(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::PostAnnouncements)?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            return Ok(unprocessable(
                &new_page(&room, frame, &scope, filled).await?,
            ));
        }
    };
    let id = room.new_id();
    let step = room.step(Who::Person(signed.person.0), "post-announcement", id);
    let draft = match fields.typed().understood(&room.rules.now(), step.act.at) {
        Ok(draft) => draft,
        Err(faults) => {
            let filled = wrong(faults, filled)?;
            return Ok(unprocessable(
                &new_page(&room, frame, &scope, filled).await?,
            ));
        }
    };
    let asked = scope.clone();
    let posted = room
        .store
        .write(move |tx| post_announcement(tx, &step, &scope, id, &draft))
        .await;
    if let Err(error) = posted {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(
            &new_page(&room, frame, &asked, filled).await?,
        ));
    }
    room.changed(None);
    Ok(done(id, "The announcement is posted."))
}

fn wrong(faults: Vec<Fault>, filled: Filled) -> Result<Filled, Failure> {
    Refused::Fields(faults.into_iter().map(Into::into).collect()).onto(filled)
}

fn done(id: AnnouncementId, said: &str) -> Response {
    see_other(&format!("/announcements/{id}"))
        .with(Flash::said(said))
        .into_response()
}

/// The form with what stands there.
pub async fn edit(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::PostAnnouncements)?;
    let id = id_of(&id)?;
    let before = to_change(&room, &scope, id).await?;
    let form = filled_with(&room, &before);
    Ok(page(&edit_page(&room, frame, &scope, id, form).await?))
}

async fn to_change(
    room: &Room,
    scope: &Scope,
    id: AnnouncementId,
) -> Result<Announcement, Failure> {
    let (scope, now) = (scope.clone(), room.world.now());
    let found = room
        .store
        .read(move |read| queries::one_to_change(read, &scope, id, now));
    got(found).await?.ok_or_else(missing)
}

fn filled_with(room: &Room, before: &Announcement) -> Filled {
    let zone = room.zone();
    let until = before.until_at.map(|until| date(last_day(until), &zone));
    Filled::with([
        ("title", before.title.clone()),
        ("text", before.text.clone()),
        ("audience", before.audience.to_string()),
        ("from_on", date(before.from_at, &zone)),
        ("until_on", until.unwrap_or_default()),
        ("clause", before.clause.clone().unwrap_or_default()),
        (
            "must_confirm",
            if before.must_confirm { "on" } else { "" }.to_owned(),
        ),
        ("revision", before.revision.to_string()),
    ])
}

async fn edit_page(
    room: &Room,
    frame: Frame,
    scope: &Scope,
    id: AnnouncementId,
    form: Filled,
) -> Result<WritePage, Failure> {
    let here = format!("/announcements/{id}");
    Ok(WritePage {
        frame: frame.titled("Edit the announcement").at("announcements"),
        crumb: Crumb::new([("Announcements", "/announcements"), ("This one", &*here)]),
        heading: "Edit the announcement",
        lead: "Another title, text or clause makes a new version, which is to be confirmed again. Who has read the old one is kept.",
        action: here,
        button: "Save the changes",
        problem: "The changes are not saved yet.",
        audiences: audiences(room, scope).await?,
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
    let scope = signed.require(Action::PostAnnouncements)?;
    let id = id_of(&id)?;
    to_change(&room, &scope, id).await?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            return Ok(unprocessable(
                &edit_page(&room, frame, &scope, id, filled).await?,
            ));
        }
    };
    let revision = fields.revision.unwrap_or_default();
    let step = room.step(Who::Person(signed.person.0), "change-announcement", id);
    let draft = match fields.typed().understood(&room.rules.now(), step.act.at) {
        Ok(draft) => draft,
        Err(faults) => {
            let filled = wrong(faults, filled)?;
            return Ok(unprocessable(
                &edit_page(&room, frame, &scope, id, filled).await?,
            ));
        }
    };
    let asked = scope.clone();
    let changed = room
        .store
        .write(move |tx| change_announcement(tx, &step, &scope, (id, revision), &draft))
        .await;
    if let Err(error) = changed {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(
            &edit_page(&room, frame, &asked, id, filled).await?,
        ));
    }
    room.changed(None);
    Ok(done(id, "The changes are saved."))
}
