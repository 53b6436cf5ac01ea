//! Who works in the house: account managers and support in teams, somebody who reaches few clients, and somebody who sees all.

use kept::House;
use kept_accounts::Accounts;
use kept_accounts::access::{Action, for_kept};
use kept_accounts::commands::{add_team, place_person};
use kept_accounts::model::{PersonId, TeamId};
use kept_journal::audit::Who;

use super::tale::{Draw, chance};

/// The password of all of them.
pub const PASSWORD: &str = "a bench is for sitting on";
/// Who sees all.
pub const SUPERVISOR: &str = "supervisor@bench.example";
/// Who reaches few clients.
pub const SPECIALIST: &str = "specialist@bench.example";
/// Who reaches what a team of support has, one of twelve.
pub const AGENT: &str = "agent0@bench.example";

const TEAMS: usize = 12;

type Placed = (PersonId, TeamId);

/// The people, each with their team.
pub struct Staff {
    managers: Vec<Placed>,
    agents: Vec<Placed>,
    /// Who reaches few clients.
    pub specialist: Placed,
}

impl Staff {
    /// Everybody moves in.
    pub fn move_in(house: &House) -> Result<Self, String> {
        let rules = house.rules().map_err(|error| error.to_string())?;
        let accounts = house
            .accounts(House::account_settings(&rules))
            .map_err(|error| error.to_string())?;
        let work = Work {
            house,
            accounts: &accounts,
        };
        let (mut managers, mut agents) = (Vec::new(), Vec::new());
        for team in 0..TEAMS {
            let sales = work.team(&format!("Accounts {team}"))?;
            let support = work.team(&format!("Support {team}"))?;
            for place in 0..3 {
                let number = place * TEAMS + team;
                let manager = (format!("Manager {number}"), format!("manager{number}"));
                managers.push(work.person(&manager, &["account-manager"], sales)?);
                let agent = (format!("Agent {number}"), format!("agent{number}"));
                agents.push(work.person(&agent, &["technical-support"], support)?);
            }
        }
        let special = work.team("Specialists")?;
        let specialist = ("Specialist".to_owned(), "specialist".to_owned());
        let specialist = work.person(&specialist, &["technical-support"], special)?;
        let office = work.team("Office")?;
        let supervisor = ("Supervisor".to_owned(), "supervisor".to_owned());
        let roles = [
            "management",
            "sop-supervisor",
            "client-service-representative",
        ];
        work.person(&supervisor, &roles, office)?;
        Ok(Self {
            managers,
            agents,
            specialist,
        })
    }

    /// The account manager of a client.
    pub fn manager(&self, client: u64) -> Option<Placed> {
        one(&self.managers, chance(Draw::Person, client))
    }

    /// Who works on a request.
    pub fn agent(&self, request: u64) -> Option<Placed> {
        one(&self.agents, chance(Draw::Person, !request))
    }
}

fn one(of: &[Placed], drawn: u64) -> Option<Placed> {
    of.get(drawn as usize % of.len().max(1)).copied()
}

struct Work<'a> {
    house: &'a House,
    accounts: &'a Accounts,
}

impl Work<'_> {
    fn team(&self, name: &str) -> Result<TeamId, String> {
        let (act, name) = (self.accounts.act(Who::Kept), name.to_owned());
        let scope = for_kept(Action::ManageAccounts);
        let added = self
            .house
            .store
            .write(move |tx| add_team(tx, &act, &scope, &name));
        added.wait().map_err(|error| error.to_string())
    }

    fn person(
        &self,
        (name, address): &(String, String),
        roles: &[&str],
        team: TeamId,
    ) -> Result<Placed, String> {
        let email = format!("{address}@bench.example");
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let person = self
            .accounts
            .add_person((name, &email), roles, PASSWORD)
            .map_err(|error| format!("{email}: {error}"))?;
        let (act, scope) = (
            self.accounts.act(Who::Kept),
            for_kept(Action::ManageAccounts),
        );
        let placed = self
            .house
            .store
            .write(move |tx| place_person(tx, &act, &scope, person, (Some(team), None)));
        placed.wait().map_err(|error| error.to_string())?;
        Ok((person, team))
    }
}
