//! Teams and departments.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kept_ui::routes::{Routes, get, post};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::me::act;
use super::{failed, or_failed};
use crate::access::Action;
use crate::accounts::Accounts;
use crate::commands::{AddUnitError, add_department, add_team};
use crate::model::Unit;
use crate::queries;
use crate::session::Signed;

pub(super) fn routes() -> Routes<Accounts> {
    Routes::new()
        .route("/settings/teams", get(list).post(new_team))
        .route("/settings/departments", post(new_department))
}

#[derive(Template)]
#[template(path = "accounts/teams.html")]
struct TeamsPage {
    frame: Frame,
    teams: Vec<Unit>,
    departments: Vec<Unit>,
    team_form: Filled,
    department_form: Filled,
}

async fn teams_page(
    accounts: &Accounts,
    frame: Frame,
    (team_form, department_form): (Filled, Filled),
) -> Result<TeamsPage, Failure> {
    let (teams, departments) = accounts
        .read(|read| {
            let teams = queries::teams(read)?;
            Ok::<_, kept_store::StoreError>((teams, queries::departments(read)?))
        })
        .await
        .map_err(failed)?;
    Ok(TeamsPage {
        frame: frame.titled("Teams").at("settings"),
        teams,
        departments,
        team_form: team_form.apart("team-"),
        department_form: department_form.apart("department-"),
    })
}

async fn list(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    signed.require(Action::ManageAccounts)?;
    let forms = (Filled::empty(), Filled::empty());
    Ok(page(&teams_page(&accounts, frame, forms).await?))
}

#[derive(Deserialize)]
struct NewUnit {
    name: String,
}

async fn new_team(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<NewUnit>,
) -> Result<Response, Failure> {
    match add(&accounts, &signed, form, true).await? {
        None => Ok(added("The team is added.")),
        Some(filled) => {
            let forms = (filled, Filled::empty());
            Ok(unprocessable(&teams_page(&accounts, frame, forms).await?))
        }
    }
}

async fn new_department(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<NewUnit>,
) -> Result<Response, Failure> {
    match add(&accounts, &signed, form, false).await? {
        None => Ok(added("The department is added.")),
        Some(filled) => {
            let forms = (Filled::empty(), filled);
            Ok(unprocessable(&teams_page(&accounts, frame, forms).await?))
        }
    }
}

fn added(words: &str) -> Response {
    see_other("/settings/teams")
        .with(Flash::said(words))
        .into_response()
}

/// Adds a team or a department; the form again where something is wrong with it.
async fn add(
    accounts: &Accounts,
    signed: &Signed,
    form: Form<NewUnit>,
    team: bool,
) -> Result<Option<Filled>, Failure> {
    let scope = signed.require(Action::ManageAccounts)?;
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(Some(filled)),
    };
    let act = act(accounts, signed);
    let added = accounts
        .write(move |tx| {
            if team {
                add_team(tx, &act, &scope, &typed.name).map(drop)
            } else {
                add_department(tx, &act, &scope, &typed.name).map(drop)
            }
        })
        .await;
    let Err(error) = added else { return Ok(None) };
    let told = or_failed!(error, AddUnitError).to_string();
    Ok(Some(filled.wrong("name", told)))
}
