//! Whose duties a person sees: their own, those of their roles, their team's, everybody's.

use std::collections::BTreeSet;

use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_journal::InForce;
use kept_journal::alerts::Hearer;
use kept_journal::obligations::Whose;
use kept_language::RoleId;
use kept_language::ast::{Duty, Party, Sentence, Task, WhoKind};

/// Which duties a page is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum View {
    /// What I owe.
    #[default]
    Mine,
    /// What my team owes.
    Team,
    /// What everybody owes.
    All,
}

impl View {
    /// Its word in addresses.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Team => "team",
            Self::All => "all",
        }
    }

    /// The views that a person may look at, the first of them always.
    pub(crate) fn of(signed: &Signed) -> Vec<Self> {
        let scope = signed.scope(Action::ReadAdherence);
        let mut views = vec![Self::Mine];
        if scope.reaches_team() && signed.team().is_some() {
            views.push(Self::Team);
        }
        if scope.is_everything() {
            views.push(Self::All);
        }
        views
    }
}

/// What a person owes: what names them, and what names nobody and is owed by a role of theirs.
pub(crate) fn mine(rules: &InForce, signed: &Signed) -> Vec<Whose> {
    owed_by(rules, &signed.person.to_string(), signed.roles())
}

pub(crate) fn owed_by(rules: &InForce, person: &str, roles: &[String]) -> Vec<Whose> {
    let roles = owners(rules, roles).into_iter().map(Whose::Role);
    std::iter::once(Whose::Person(person.to_owned()))
        .chain(roles)
        .collect()
}

/// Whose duties a view is about.
pub(crate) fn whose(rules: &InForce, signed: &Signed, view: View) -> Vec<Whose> {
    match view {
        View::Mine => mine(rules, signed),
        View::All => vec![Whose::All],
        View::Team => {
            let own = signed.person.to_string();
            let team = rules.directory.team_of(&own).unwrap_or_default();
            let members = rules.directory.members(team);
            members.into_iter().map(Whose::Person).collect()
        }
    }
}

/// Whether somebody may see the case of a duty that this person owes, or of one that names nobody.
pub(crate) fn reaches_case(rules: &InForce, signed: &Signed, owner: Option<&str>) -> bool {
    let scope = signed.scope(Action::ReadAdherence);
    if scope.is_nothing() {
        return false;
    }
    match (people(rules, &scope), owner) {
        (None, _) => true,
        (Some(people), Some(owner)) => people.contains(owner),
        (Some(_), None) => false,
    }
}

/// The people within a reach, by their ids; none: everybody.
pub(crate) fn people(rules: &InForce, scope: &Scope) -> Option<BTreeSet<String>> {
    if scope.is_everything() {
        return None;
    }
    let own = scope.person().map(|person| person.to_string());
    let mut people: BTreeSet<String> = own.iter().cloned().collect();
    if scope.reaches_team()
        && let Some(team) = own.as_deref().and_then(|own| rules.directory.team_of(own))
    {
        people.extend(rules.directory.members(team));
    }
    Some(people)
}

/// To whom alerts are told that reach a person.
pub(crate) fn hearer(rules: &InForce, signed: &Signed) -> Hearer {
    hears(rules, &signed.person.to_string(), signed.roles())
}

/// The same of somebody with these roles.
pub(crate) fn hears(rules: &InForce, person: &str, roles: &[String]) -> Hearer {
    Hearer {
        person: person.to_owned(),
        roles: owners(rules, roles).into_iter().collect(),
    }
}

/// All words by which the SOPs in force name an owner that these roles are, or are one of: `account manager`, `client service
/// representative or account manager`.
pub(crate) fn owners(rules: &InForce, roles: &[String]) -> BTreeSet<String> {
    let register = &rules.register;
    let held: Vec<RoleId> = register
        .roles()
        .filter(|(_, role)| roles.contains(&role.id))
        .map(|(id, _)| id)
        .collect();
    let says = |role: &RoleId| register[*role].says.clone();
    let mut words: BTreeSet<String> = held.iter().map(says).collect();
    let all = rules.library.documents.iter();
    for task in all
        .flat_map(|document| &document.rules)
        .flat_map(|rule| rule.sentence.as_ref().map(tasks).unwrap_or_default())
    {
        let WhoKind::OneOf(parties) = &task.who.kind else {
            continue;
        };
        let mine = |party: &Party| matches!(party, Party::Role(role) if held.contains(role));
        if parties.len() > 1 && parties.iter().any(mine) {
            let named = parties.iter().map(|party| match party {
                Party::Role(role) => says(role),
                Party::Part(part) => part.clone(),
            });
            words.insert(named.collect::<Vec<_>>().join(" or "));
        }
    }
    words
}

/// What a sentence asks somebody to do.
fn tasks(sentence: &Sentence) -> Vec<&Task> {
    match sentence {
        Sentence::Duty(duty) => vec![&duty.task],
        Sentence::Rhythm(rhythm) => vec![&rhythm.task],
        Sentence::Procedure(procedure) => {
            let duties = procedure
                .items
                .iter()
                .filter_map(|item| item.in_place.as_deref());
            duties.map(|duty: &Duty| &duty.task).collect()
        }
        _ => Vec::new(),
    }
}
