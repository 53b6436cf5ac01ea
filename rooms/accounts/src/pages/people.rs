//! The people of the company, for whoever manages accounts: list, invitation, one person.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use kept_kernel::Id;
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Confirm, Crumb, Empty, More};
use kept_ui::routes::{Routes, get, post};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::links::letter;
use super::me::act;
use super::once::OncePage;
use super::words::day;
use super::{failed, or_failed};
use crate::access::Action;
use crate::accounts::{Accounts, LetterKind};
use crate::commands::{
    AddPersonError, ChangePersonError, NewPerson, assign_roles, disable_person, enable_person,
    invite_person, make_reset_link, place_person,
};
use crate::model::{
    DepartmentId, LinkPurpose, Person, PersonId, PersonState, TeamId, Unit, folded,
};
use crate::queries;
use crate::session::Signed;

const ON_A_PAGE: u32 = 50;

pub(super) fn routes() -> Routes<Accounts> {
    Routes::new()
        .route("/settings/people", get(list).post(invite))
        .route("/settings/people/new", get(ask))
        .route("/settings/people/{id}", get(show))
        .route("/settings/people/{id}/roles", post(set_roles))
        .route("/settings/people/{id}/place", post(set_place))
        .route("/settings/people/{id}/skills", post(super::skills::set))
        .route("/settings/people/{id}/disablement", post(disable))
        .route("/settings/people/{id}/enablement", post(enable))
        .route("/settings/people/{id}/link", post(link))
}

#[derive(Deserialize)]
struct Which {
    all: Option<String>,
    after: Option<String>,
    id: Option<String>,
}

struct PersonRow {
    id: PersonId,
    name: String,
    email: String,
    roles: String,
    team: String,
    state: PersonState,
}

#[derive(Template)]
#[template(path = "accounts/people.html")]
struct PeoplePage {
    frame: Frame,
    people: Vec<PersonRow>,
    invite: Button,
    with_disabled: bool,
    more: Option<More>,
    none: Empty,
}

async fn list(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    signed.require(Action::ManageAccounts)?;
    let with_disabled = which.all.is_some();
    let after = which.after.unwrap_or_default();
    let id = which
        .id
        .and_then(|id| id.parse::<Id>().ok())
        .unwrap_or_default();
    let is_start = after.is_empty();
    let people = accounts
        .read(move |read| queries::people(read, with_disabled, (&after, id), ON_A_PAGE + 1))
        .await
        .map_err(failed)?;
    let roles = &accounts.settings.roles;
    let rows = people
        .iter()
        .take(ON_A_PAGE as usize)
        .map(|person| PersonRow {
            id: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            roles: roles.titles(&person.roles),
            team: person.team_name.clone().unwrap_or_default(),
            state: person.state,
        });
    let invite = || {
        Button::link("Invite somebody", "/settings/people/new")
            .primary()
            .key("c")
    };
    Ok(page(&PeoplePage {
        more: more(&people, with_disabled, is_start),
        people: rows.collect(),
        invite: invite(),
        with_disabled,
        none: Empty::new("Nobody else yet", "Invite the people you work with.").act(invite()),
        frame: frame.titled("People").at("settings"),
    }))
}

fn more(people: &[Person], with_disabled: bool, is_start: bool) -> Option<More> {
    let shown = people.len().min(ON_A_PAGE as usize);
    let has_next = people.len() > shown;
    if is_start && !has_next {
        return None;
    }
    let all = if with_disabled { "all=on&" } else { "" };
    let last = people.get(shown.saturating_sub(1)).filter(|_| has_next);
    Some(More {
        words: format!("{shown} shown, by name"),
        first: (!is_start).then(|| format!("/settings/people?{all}")),
        next: last.map(|person| {
            let name: String =
                form_urlencoded::byte_serialize(folded(&person.name).as_bytes()).collect();
            format!("/settings/people?{all}after={name}&id={}", person.id)
        }),
    })
}

#[derive(Template)]
#[template(path = "accounts/invite.html")]
struct InvitePage {
    frame: Frame,
    crumb: Crumb,
    roles: Vec<Choice>,
    by_mail: bool,
    form: Filled,
}

fn inviting(accounts: &Accounts, frame: Frame, form: Filled) -> InvitePage {
    InvitePage {
        frame: frame.titled("Invite somebody").at("settings"),
        crumb: Crumb::new([("People", "/settings/people")]),
        roles: role_choices(accounts),
        by_mail: accounts.settings.post.is_some(),
        form,
    }
}

fn role_choices(accounts: &Accounts) -> Vec<Choice> {
    let roles = accounts.settings.roles.iter();
    roles
        .map(|role| Choice::new(&role.id, &role.title))
        .collect()
}

async fn ask(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    signed.require(Action::ManageAccounts)?;
    Ok(page(&inviting(&accounts, frame, Filled::empty())))
}

#[derive(Deserialize)]
struct Invitation {
    name: String,
    email: String,
    roles: Vec<String>,
}

async fn invite(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<Invitation>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ManageAccounts)?;
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&inviting(&accounts, frame, filled))),
    };
    let secret = accounts.token().map_err(Failure::internal)?;
    let link = accounts.link(LinkPurpose::Invitation, &secret);
    let person = NewPerson {
        id: accounts.world.id(),
        name: typed.name.clone(),
        email: typed.email.clone(),
        roles: typed.roles,
        zone: accounts.settings.zone.clone(),
    };
    let (act, hash) = (act(&accounts, &signed), secret.hash());
    let (settings, sent) = (Arc::clone(&accounts.settings), link.clone());
    let invited = accounts
        .write(move |tx| {
            let id = invite_person(tx, &act, &scope, (&person, &settings.roles), hash)?;
            if let (Some(post), Some(person)) = (&settings.post, queries::person(tx, id)?) {
                post(tx, &letter(&person, LetterKind::Invitation(&sent)))?;
            }
            Ok::<_, AddPersonError>(())
        })
        .await;
    if let Err(error) = invited {
        let error = or_failed!(error, AddPersonError);
        let field = match error {
            AddPersonError::NoName => "name",
            AddPersonError::UnknownRole => "roles",
            _ => "email",
        };
        let filled = filled.wrong(field, error.to_string());
        return Ok(unprocessable(&inviting(&accounts, frame, filled)));
    }
    if accounts.settings.post.is_some() {
        let said = format!("An invitation is on its way to {}.", typed.email.trim());
        return Ok(see_other("/settings/people")
            .with(Flash::said(said))
            .into_response());
    }
    Ok(page(&handed_over(
        frame,
        &typed.name,
        LinkPurpose::Invitation,
        link,
    )))
}

/// A link that an administrator hands over, since no mail leaves.
fn handed_over(frame: Frame, name: &str, purpose: LinkPurpose, link: String) -> OncePage {
    let good = match purpose {
        LinkPurpose::Reset => "an hour",
        _ => "seven days",
    };
    OncePage {
        frame: frame.titled("A link").at("settings"),
        heading: "The link is made",
        words: format!(
            "Hand it to {name} in a way that nobody else reads. It is good for {good}, once, and is not shown again."
        ),
        secrets: vec![link],
        back: "/settings/people",
    }
}

#[derive(Template)]
#[template(path = "accounts/person.html")]
pub(super) struct PersonPage {
    frame: Frame,
    crumb: Crumb,
    person: Person,
    since: String,
    roles: Vec<Choice>,
    teams: Vec<Choice>,
    departments: Vec<Choice>,
    role_form: Filled,
    place_form: Filled,
    skill_form: Filled,
    disable: Confirm,
    enable: Button,
}

/// What was typed into the forms of a person's page and is not saved yet.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) roles: Option<Filled>,
    pub(super) place: Option<Filled>,
    pub(super) skills: Option<Filled>,
}

pub(super) fn there_is_none() -> Failure {
    Failure::not_found("There is no such person").way_on("/settings/people", "All people")
}

pub(super) async fn person_page(
    accounts: &Accounts,
    frame: Frame,
    id: PersonId,
    typed: Typed,
) -> Result<PersonPage, Failure> {
    let (person, skills, teams, departments) = accounts
        .read(move |read| {
            let person = (queries::person(read, id)?, queries::skills(read, id)?);
            let units = (queries::teams(read)?, queries::departments(read)?);
            Ok::<_, kept_store::StoreError>((person.0, person.1, units.0, units.1))
        })
        .await
        .map_err(failed)?;
    let person = person.ok_or_else(there_is_none)?;
    let own_roles = || Filled::with(person.roles.iter().map(|role| ("roles", role.clone())));
    let own_place = || {
        let text = |id: Option<Id>| id.map_or(String::new(), |id| id.to_string());
        Filled::with([
            ("team", text(person.team.map(|team| team.0))),
            ("department", text(person.department.map(|unit| unit.0))),
        ])
    };
    let path = |what: &str| format!("/settings/people/{id}/{what}");
    Ok(PersonPage {
        role_form: typed.roles.unwrap_or_else(own_roles),
        place_form: typed.place.unwrap_or_else(own_place),
        skill_form: typed
            .skills
            .unwrap_or_else(|| Filled::with([("skills", skills.join(", "))])),
        roles: role_choices(accounts),
        teams: units(&teams),
        departments: units(&departments),
        since: day(person.state_at, &person.zone),
        disable: Confirm {
            words: "Disable".to_owned(),
            question: format!(
                "{} is signed out everywhere at once. Their work stays.",
                person.name
            ),
            act: Button::act("Disable the account", path("disablement"), &frame.csrf).danger(),
        },
        enable: Button::act("Let them in again", path("enablement"), &frame.csrf),
        crumb: Crumb::new([("People", "/settings/people")]),
        frame: frame.titled(person.name.clone()).at("settings"),
        person,
    })
}

fn units(units: &[Unit]) -> Vec<Choice> {
    let some = units
        .iter()
        .map(|unit| Choice::new(unit.id.to_string(), &unit.name));
    [Choice::new("", "None")].into_iter().chain(some).collect()
}

pub(super) fn named(id: &str) -> Result<PersonId, Failure> {
    id.parse().map_err(|_| there_is_none())
}

async fn show(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    signed.require(Action::ManageAccounts)?;
    let found = person_page(&accounts, frame, named(&id)?, Typed::default()).await?;
    Ok(page(&found))
}

fn done(id: PersonId, words: &str) -> Response {
    see_other(&format!("/settings/people/{id}"))
        .with(Flash::said(words))
        .into_response()
}

/// What the page says of a change that was refused.
fn gone(error: &ChangePersonError) -> Failure {
    match error {
        ChangePersonError::Gone => there_is_none(),
        other => Failure::conflict("This was not changed", other.to_string())
            .way_on("/settings/people", "All people"),
    }
}

#[derive(Deserialize)]
struct ChosenRoles {
    roles: Vec<String>,
}

async fn set_roles(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<ChosenRoles>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ManageAccounts)?;
    let id = named(&id)?;
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let again = person_page(
                &accounts,
                frame,
                id,
                Typed {
                    roles: Some(filled),
                    ..Typed::default()
                },
            )
            .await?;
            return Ok(unprocessable(&again));
        }
    };
    let (act, settings) = (act(&accounts, &signed), Arc::clone(&accounts.settings));
    let changed = accounts
        .write(move |tx| assign_roles(tx, &act, &scope, id, (&typed.roles, &settings.roles)))
        .await;
    let Err(error) = changed else {
        return Ok(done(
            id,
            "The roles are changed. The person signs in again.",
        ));
    };
    match or_failed!(error, ChangePersonError) {
        ChangePersonError::Gone => Err(there_is_none()),
        error => {
            let filled = filled.wrong("roles", error.to_string());
            let again = person_page(
                &accounts,
                frame,
                id,
                Typed {
                    roles: Some(filled),
                    ..Typed::default()
                },
            )
            .await?;
            Ok(unprocessable(&again))
        }
    }
}

#[derive(Deserialize)]
struct ChosenPlace {
    team: Option<String>,
    department: Option<String>,
}

async fn set_place(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<ChosenPlace>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ManageAccounts)?;
    let id = named(&id)?;
    let (typed, filled) = match form.read() {
        Ok((typed, filled)) => (Some(typed), filled),
        Err(filled) => (None, filled),
    };
    let read = |text: Option<String>| text.map(|text| text.parse::<Id>().ok());
    let place = typed.map(|typed| (read(typed.team), read(typed.department)));
    let (team, department) = match place {
        Some((team, department)) if team != Some(None) && department != Some(None) => {
            (team.flatten(), department.flatten())
        }
        _ => {
            let filled = filled.wrong("team", ChangePersonError::UnknownUnit.to_string());
            let typed = Typed {
                place: Some(filled),
                ..Typed::default()
            };
            let again = person_page(&accounts, frame, id, typed).await?;
            return Ok(unprocessable(&again));
        }
    };
    let act = act(&accounts, &signed);
    let changed = accounts
        .write(move |tx| {
            let place = (team.map(TeamId), department.map(DepartmentId));
            place_person(tx, &act, &scope, id, place)
        })
        .await;
    match changed {
        Ok(()) => Ok(done(id, "The person is placed. They sign in again.")),
        Err(error) => Err(gone(&or_failed!(error, ChangePersonError))),
    }
}

async fn disable(
    State(accounts): State<Accounts>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ManageAccounts)?;
    let (id, act) = (named(&id)?, act(&accounts, &signed));
    let disabled = accounts
        .write(move |tx| disable_person(tx, &act, &scope, id))
        .await;
    match disabled {
        Ok(()) => Ok(done(id, "The account is disabled.")),
        Err(error) => Err(gone(&or_failed!(error, ChangePersonError))),
    }
}

async fn enable(
    State(accounts): State<Accounts>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ManageAccounts)?;
    let (id, act) = (named(&id)?, act(&accounts, &signed));
    let enabled = accounts
        .write(move |tx| enable_person(tx, &act, &scope, id))
        .await;
    match enabled {
        Ok(()) => Ok(done(id, "The account is open again.")),
        Err(error) => Err(gone(&or_failed!(error, ChangePersonError))),
    }
}

/// Makes a link for a person who cannot get one by mail.
async fn link(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ManageAccounts)?;
    let id = named(&id)?;
    let secret = accounts.token().map_err(Failure::internal)?;
    let (act, hash) = (act(&accounts, &signed), secret.hash());
    let made = accounts
        .write(move |tx| make_reset_link(tx, &act, &scope, id, hash))
        .await;
    match made {
        Ok((purpose, person)) => {
            let link = accounts.link(purpose, &secret);
            Ok(page(&handed_over(frame, &person.name, purpose, link)))
        }
        Err(error) => Err(gone(&or_failed!(error, ChangePersonError))),
    }
}
