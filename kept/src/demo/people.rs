//! The people of the made-up company as people of the house, in their teams.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use kept_accounts::access::{Action, for_kept};
use kept_accounts::commands::{add_team, disable_person, place_person};
use kept_accounts::model::{PersonId, TeamId};
use kept_engine::{OwnedActor, OwnedEvent};
use kept_journal::InForce;
use kept_journal::audit::Who;
use kept_sample::SampleCompany;

use crate::house::House;
use crate::tell::Failure;

/// The password of all of them. It opens nothing but a house that is gone with the program.
pub const PASSWORD: &str = "promises kept every day";

/// The people in the house, by their names.
#[derive(Default)]
pub struct Household {
    people: BTreeMap<String, PersonId>,
    teams: BTreeMap<String, TeamId>,
    desk: Option<TeamId>,
    /// Who can sign in for each role, a line each.
    pub lines: String,
}

impl Household {
    /// Who has this name.
    pub fn person(&self, name: &str) -> Option<PersonId> {
        self.people.get(name).copied()
    }

    /// All who work here.
    pub fn ids(&self) -> Vec<String> {
        self.people.values().map(ToString::to_string).collect()
    }

    /// An event with the people of the house in the place of the names.
    pub fn known_in(&self, event: &OwnedEvent) -> OwnedEvent {
        let mut event = event.clone();
        let known = |name: &mut String| {
            if let Some(person) = self.person(name) {
                *name = person.to_string();
            }
        };
        if let OwnedActor::Person(name) = &mut event.actor {
            known(name);
        }
        event.parts.iter_mut().for_each(|(_, name)| known(name));
        event.holders.iter_mut().for_each(|(_, name)| known(name));
        event
    }

    /// The team that takes in what comes.
    pub fn desk(&self) -> Option<TeamId> {
        self.desk
    }

    /// The team of whoever has this name.
    pub fn team_of(&self, name: &str) -> Option<TeamId> {
        self.teams.get(name).copied()
    }
}

/// Adds everybody who works there, by teams, and whoever has left.
pub fn move_in(
    house: &House,
    rules: &InForce,
    company: &SampleCompany,
) -> Result<Household, Failure> {
    let accounts = house.accounts(House::account_settings(rules))?;
    let mut covered: BTreeSet<&str> = BTreeSet::new();
    let mut household = Household::default();
    let mut teams: BTreeMap<&str, TeamId> = BTreeMap::new();
    for member in &company.people {
        let left = member.left_at.is_some();
        let fresh = !left && member.roles.iter().any(|role| !covered.contains(*role));
        if !left {
            covered.extend(member.roles.iter().copied());
        }
        let roles = member.roles.iter().filter_map(|role| {
            let id = rules.register.role(role)?;
            Some(rules.register[id].id.clone())
        });
        let email = email(&member.name);
        let told =
            |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}.", member.name));
        let person = accounts
            .add_person((&member.name, &email), roles.collect(), PASSWORD)
            .map_err(|error| told(&error))?;
        let team = match teams.get(member.team) {
            Some(team) => *team,
            None => {
                let (act, name) = (accounts.act(Who::Kept), member.team);
                let scope = for_kept(Action::ManageAccounts);
                let added = house
                    .store
                    .write(move |tx| add_team(tx, &act, &scope, name));
                added.wait().map_err(|error| told(&error))?
            }
        };
        teams.insert(member.team, team);
        let (act, scope) = (accounts.act(Who::Kept), for_kept(Action::ManageAccounts));
        let placed = house
            .store
            .write(move |tx| place_person(tx, &act, &scope, person, (Some(team), None)));
        placed.wait().map_err(|error| told(&error))?;
        household.people.insert(member.name.clone(), person);
        household.teams.insert(member.name.clone(), team);
        if member.team == "service" {
            household.desk = Some(team);
        }
        if left {
            let (act, scope) = (accounts.act(Who::Kept), for_kept(Action::ManageAccounts));
            let gone = house
                .store
                .write(move |tx| disable_person(tx, &act, &scope, person));
            gone.wait().map_err(|error| told(&error))?;
        }
        if !fresh {
            continue;
        }
        let _ = writeln!(
            household.lines,
            "{:<19} {:<41} {}",
            member.name,
            email,
            member.roles.join(", ")
        );
    }
    Ok(household)
}

/// `maya.okonkwo@harrowmere.example`.
fn email(name: &str) -> String {
    let words: Vec<String> = name
        .split_whitespace()
        .map(|word| {
            word.chars()
                .filter(char::is_ascii_alphabetic)
                .collect::<String>()
                .to_ascii_lowercase()
        })
        .filter(|word| !word.is_empty())
        .collect();
    format!("{}@harrowmere.example", words.join("."))
}
