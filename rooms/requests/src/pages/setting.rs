//! What people set up for the queue: the rules of routing.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_accounts::queries::{all_skills, people, teams};
use kept_kernel::Id;
use kept_rooms::{Refusal as _, Refused};
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::parts::{Crumb, Empty};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::{got, missing};
use crate::commands::{NewRoute, RequestError, WAYS, add_route, retire_route};
use crate::model::{Fault, choices};
use crate::room::Room;
use crate::routing::{Route, routes};

#[derive(Template)]
#[template(path = "requests/routing.html")]
struct RoutingPage {
    frame: Frame,
    crumb: Crumb,
    rules: Vec<RuleLine>,
    none: Empty,
    form: Filled,
    channels: Vec<Choice>,
    categories: Vec<Choice>,
    tiers: Vec<Choice>,
    ways: Vec<Choice>,
    teams: Vec<Choice>,
    people: Vec<Choice>,
    skills: Vec<Choice>,
}

struct RuleLine {
    id: String,
    when: String,
    then: String,
}

/// A rule as it is typed.
#[derive(Deserialize)]
pub struct Rule {
    channel: Option<String>,
    category: Option<String>,
    tier: Option<String>,
    words: Option<String>,
    way: Option<String>,
    team: Option<String>,
    skill: Option<String>,
    assignee: Option<String>,
}

/// Whoever may give all work sets up the routing.
pub(super) fn whole(signed: &Signed) -> Result<Scope, Failure> {
    let scope = signed.require(Action::AssignWork)?;
    if scope.is_everything() {
        Ok(scope)
    } else {
        Err(Failure::not_found("There is no such page"))
    }
}

/// The rules.
pub async fn routing(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    whole(&signed)?;
    Ok(page(&routing_page(&room, frame, Filled::empty()).await?))
}

async fn routing_page(room: &Room, frame: Frame, form: Filled) -> Result<RoutingPage, Failure> {
    let found = room.store.read(|read| {
        let people = people(read, false, ("", Id::default()), 200)?;
        let skills = all_skills(read)?;
        Ok::<_, StoreError>((routes(read)?, teams(read)?, people, skills))
    });
    let (rules, teams, people, skills) = got(found).await?;
    let in_force = room.rules.now();
    let register = &in_force.register;
    let any = |words: &[String]| -> Vec<Choice> {
        let words = words.iter().map(|word| Choice::new(word, word));
        [Choice::new("", "Any")].into_iter().chain(words).collect()
    };
    let tiers = register
        .noun("client")
        .and_then(|noun| register.fact(noun, "tier"))
        .map_or(Vec::new(), |fact| register[fact].values.clone());
    let nobody = || Choice::new("", "Nobody");
    Ok(RoutingPage {
        crumb: Crumb::new([("Requests", "/requests")]),
        rules: rules.iter().map(line).collect(),
        none: Empty::new(
            "No rules yet",
            "Without a rule a request belongs to the client's team, and nobody works on it until somebody takes it.",
        ),
        channels: any(choices(register, "channel")),
        categories: any(choices(register, "category")),
        tiers: any(&tiers),
        ways: WAYS
            .iter()
            .map(|way| Choice::new(*way, way_words(way)))
            .collect(),
        teams: [nobody()]
            .into_iter()
            .chain(
                teams
                    .into_iter()
                    .map(|team| Choice::new(team.id.to_string(), team.name)),
            )
            .collect(),
        people: [nobody()]
            .into_iter()
            .chain(
                people
                    .into_iter()
                    .map(|one| Choice::new(one.id.to_string(), one.name)),
            )
            .collect(),
        skills: any(&skills),
        frame: frame.titled("Routing").at("requests"),
        form,
    })
}

fn way_words(way: &str) -> &'static str {
    match way {
        "person" => "This person, unless they are away",
        "round robin" => "The team's people in turn, without those who are away",
        "least load" => "Whoever of the team has least open, and is here",
        _ => "The team; somebody of it takes it",
    }
}

fn line(route: &Route) -> RuleLine {
    let when = [
        ("channel", &route.channel),
        ("category", &route.category),
        ("tier", &route.tier),
        ("words", &route.words),
    ];
    let when = when.iter().filter(|(_, word)| !word.is_empty());
    let when: Vec<String> = when.map(|(name, word)| format!("{name} {word}")).collect();
    let to = match route.way.as_str() {
        "person" => route.person_name.clone().unwrap_or_default(),
        way => {
            let team = route.team_name.as_deref().unwrap_or_default();
            match way {
                "team" => format!("team {team}"),
                other if route.skill.is_empty() => format!("team {team}, {other}"),
                other => format!("team {team}, {other} of who knows {}", route.skill),
            }
        }
    };
    RuleLine {
        id: route.id.to_string(),
        when: if when.is_empty() {
            "Everything else".to_owned()
        } else {
            when.join(", ")
        },
        then: to,
    }
}

/// Adds a rule.
pub async fn add_rule(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Rule>,
) -> Result<Response, Failure> {
    let scope = whole(&signed)?;
    let (rule, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&routing_page(&room, frame, filled).await?)),
    };
    let step = room.step_of(&signed);
    let written = match rule.meant() {
        Ok(new) => {
            let added = room
                .store
                .write(move |tx| add_route(tx, &step, &scope, &new));
            added.await
        }
        Err(fault) => Err(RequestError::from(fault)),
    };
    if let Err(error) = written {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(&routing_page(&room, frame, filled).await?));
    }
    Ok(done("/requests/routing", "The rule is added."))
}

impl Rule {
    fn meant(self) -> Result<NewRoute, Fault> {
        let team = self.team.as_deref().map(str::parse).transpose();
        let person = self.assignee.as_deref().map(str::parse).transpose();
        Ok(NewRoute {
            channel: self.channel.unwrap_or_default(),
            category: self.category.unwrap_or_default(),
            tier: self.tier.unwrap_or_default(),
            words: self.words.unwrap_or_default(),
            way: self.way.unwrap_or_default(),
            skill: self.skill.unwrap_or_default(),
            team: team.map_err(|_| Fault::UnknownTeam)?,
            person: person.map_err(|_| Fault::UnknownPerson)?,
        })
    }
}

/// Takes a rule out.
pub async fn remove_rule(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = whole(&signed)?;
    let id: Id = id.parse().map_err(|_| missing())?;
    let step = room.step_of(&signed);
    let gone = room
        .store
        .write(move |tx| retire_route(tx, &step, &scope, id));
    gone.await.map_err(refused)?;
    Ok(done("/requests/routing", "The rule is gone."))
}

pub(super) fn refused(error: RequestError) -> Failure {
    match error.refused() {
        Refused::Missing(_) => missing(),
        other => other.failure(),
    }
}

pub(super) fn done(place: &str, said: &str) -> Response {
    see_other(place).with(Flash::said(said)).into_response()
}
