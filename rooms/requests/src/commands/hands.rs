//! Whose hands it is in: giving it to somebody, taking it, sending it elsewhere.

use kept_accounts::model::{PersonId, PersonState, TeamId};
use kept_accounts::queries::{person, teams};
use kept_store::Write;

use super::{By, RequestError, Step, Work, held, held_to_give, not_over};
use crate::model::{Fault, Request, RequestId, is_choice};

/// Gives a request to somebody, takes it, or puts it back (none).
///
/// # Errors
///
/// [`RequestError`]
pub fn assign_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    to: Option<PersonId>,
) -> Result<Request, RequestError> {
    let request = held_to_give(tx, by, at)?;
    not_over(&request)?;
    if request.assignee == to {
        return Ok(request);
    }
    let name = match to {
        Some(to) => Some(active(tx, to)?),
        None => None,
    };
    let mut work = Work::on(tx, step, request);
    work.request.assignee = to;
    work.request.assignee_name.clone_from(&name);
    let said = work.said().assignee(to);
    work.tell("assign-request", &said)?;
    let words = match &name {
        Some(name) if to == by.person() => format!("{name} has taken it"),
        Some(name) => format!("Given to {name}"),
        None => "Put back: nobody works on it".to_owned(),
    };
    work.machine(&words, "assign")?;
    let to = to.map(|to| to.to_string());
    work.finish("RequestAssigned", &serde_json::json!({ "to": to }))
}

/// The name of somebody who works here.
pub(super) fn active(tx: &Write<'_>, to: PersonId) -> Result<String, RequestError> {
    let found = person(tx, to)?.filter(|person| person.state == PersonState::Active);
    Ok(found.ok_or(Fault::UnknownPerson)?.name)
}

/// Where a request is sent, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rerouting {
    /// The department, in the words of the vocabulary; none: as it is.
    pub department: Option<String>,
    /// The team; none: as it is.
    pub team: Option<TeamId>,
    /// Why.
    pub reason: String,
}

/// Sends a request to another department or team. Nobody of the old one works on it any longer.
///
/// # Errors
///
/// [`RequestError`]
pub fn reroute_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    to: &Rerouting,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    not_over(&request)?;
    let reason = to.reason.trim();
    if reason.is_empty() {
        return Err(Fault::NoReason.into());
    }
    let register = &step.rules.register;
    if to
        .department
        .as_deref()
        .is_some_and(|word| !is_choice(register, "department", word))
    {
        return Err(Fault::UnknownDepartment.into());
    }
    let team = match to.team {
        Some(team) => {
            let all = teams(tx)?;
            let found = all.into_iter().find(|one| one.id == team.0);
            Some(found.ok_or(Fault::UnknownTeam)?.name)
        }
        None => None,
    };
    let mut work = Work::on(tx, step, request);
    if to.department.is_some() {
        work.request.department.clone_from(&to.department);
    }
    if let Some(name) = &team {
        work.request.team = to.team;
        work.request.team_name = Some(name.clone());
        work.request.assignee = None;
        work.request.assignee_name = None;
    }
    let mut said = work
        .said()
        .choice("department", to.department.as_deref())
        .text("reason for rerouting", Some(reason));
    if let Some(name) = &team {
        said = said.text("team", Some(name)).assignee(None);
    }
    work.tell("reroute-request", &said)?;
    let places = [to.department.as_deref(), team.as_deref()];
    let places: Vec<&str> = places.into_iter().flatten().collect();
    let words = format!("Sent to {}: {reason}", places.join(", "));
    work.machine(&words, "reroute-with-reason")?;
    let detail = serde_json::json!({ "department": to.department, "team": to.team.map(|team| team.to_string()) });
    work.finish("RequestRerouted", &detail)
}
