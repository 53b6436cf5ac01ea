//! Every route of programs × every token × there, missing, no record at all: held against the declared table.

use std::collections::BTreeSet;

use kept_accounts::access::Action;
use kept_accounts::commands::{NewToken, add_token};
use kept_testing::{Kept as _, on_both};
use kept_vault::{SystemRandom, Token};

use crate::ask::Asker;
use crate::desk::{Desk, Hired, ROLES};
use crate::records::{holes, leave};
use crate::table::{ApiEntry, Case, Shown, Table};

/// Somebody who calls all of it.
struct Program {
    name: String,
    role: Option<&'static str>,
    scope: Option<&'static str>,
    /// The person that it is a token of.
    of: Option<Hired>,
    asker: Asker,
}

impl Program {
    fn without(name: &str, asker: Asker) -> Self {
        Self {
            name: name.to_owned(),
            role: None,
            scope: None,
            of: None,
            asker,
        }
    }

    fn of_company(desk: &Desk, action: Action) -> Self {
        let made = desk
            .site
            .accounts
            .create_token(action.name(), vec![action], None);
        Self {
            name: format!("the company's token for {}", action.name()),
            role: None,
            scope: Some(action.name()),
            of: None,
            asker: bearing(made.unwrap().1),
        }
    }

    fn of_person(desk: &Desk, role: &'static str, action: Action) -> Self {
        let hired = desk.hire(role);
        let asker = bearing(token_of(desk, &hired, action));
        Self {
            name: format!("a token of {role} for {}", action.name()),
            role: Some(role),
            scope: Some(action.name()),
            of: Some(hired),
            asker,
        }
    }

    fn shown(&self) -> Shown<'_> {
        match (self.role, self.scope) {
            (Some(role), Some(scope)) => Shown::OfPerson(role, scope),
            (None, Some(scope)) => Shown::OfCompany(scope),
            _ => Shown::Nothing,
        }
    }
}

pub fn bearing(token: String) -> Asker {
    Asker {
        name: "a program".into(),
        bearer: Some(token),
        ..Asker::default()
    }
}

/// A token of a person, as their settings make it.
pub fn token_of(desk: &Desk, hired: &Hired, action: Action) -> String {
    let secret = Token::new(&mut SystemRandom).unwrap();
    let token = NewToken {
        id: desk.house.world.id(),
        token: secret.hash(),
        name: format!("Program {}", desk.number()),
        person: Some(hired.person),
        scopes: vec![action],
        expires_at: None,
    };
    let act = desk.act();
    let added = desk
        .house
        .store
        .write(move |tx| add_token(tx, &act, &token));
    added.kept();
    format!("kept_{}", secret.text())
}

/// Those whom no route knows: nobody, a session, nonsense, a token of somebody who has left.
fn strangers(desk: &Desk) -> Vec<Program> {
    let chief = desk.hire("management");
    let session = Asker::with_session(desk, "management", &desk.sign_in(&chief.email).1);
    let former = desk.hire("management");
    let gone = token_of(desk, &former, Action::ReadAnnouncements);
    leave(desk, &former);
    vec![
        Program::without("nobody", Asker::visitor(desk)),
        Program::without("a session", session),
        Program::without(
            "nonsense",
            bearing("kept_0000000000000000000000000000000000000000000".into()),
        ),
        Program::without("a token of former staff", bearing(gone)),
    ]
}

/// Tokens of the company for each scope, of one person for each scope, of people of each role for the scopes that routes need.
fn programs(desk: &Desk, table: &Table, roles: &[&'static str]) -> Vec<Program> {
    let mut all = strangers(desk);
    let scopes = table
        .api
        .iter()
        .flat_map(|entry| [&*entry.scope, &*entry.also]);
    let needed: BTreeSet<&str> = scopes.collect();
    for action in Action::ALL {
        all.push(Program::of_company(desk, *action));
        let roles = if needed.contains(action.name()) {
            roles
        } else {
            &["management"]
        };
        all.extend(
            roles
                .iter()
                .map(|role| Program::of_person(desk, role, *action)),
        );
    }
    all
}

/// What all programs get of one route.
fn walk(
    desk: &Desk,
    table: &Table,
    entry: &ApiEntry,
    programs: &[Program],
    findings: &mut Vec<String>,
) {
    let owner = desk.hire("employee");
    for case in entry.cases() {
        let made = |owner: &Hired| {
            let record = entry.record.as_deref();
            record.map_or(Vec::new(), |record| holes(desk, record, *case, owner))
        };
        let mut common = made(&owner);
        for program in programs {
            // Whoever may is given a record of their own: their reach is another test's.
            let own = program.scope.is_some_and(|scope| entry.takes(scope));
            let own = program.of.as_ref().filter(|_| own && *case == Case::There);
            let holes = own.map_or_else(|| common.clone(), &made);
            let done = asked(desk, table, (entry, program), (*case, &holes), findings);
            if done && own.is_none() && entry.method() != "GET" && *case == Case::There {
                // It is no longer what it was.
                common = made(&owner);
            }
        }
    }
}

/// What one program gets of one record; whether it was done.
fn asked(
    desk: &Desk,
    table: &Table,
    (entry, program): (&ApiEntry, &Program),
    (case, holes): (Case, &[String]),
    findings: &mut Vec<String>,
) -> bool {
    let expected = table.expected_of(entry, program.shown(), case);
    let json = entry
        .json
        .replace("{n}", &desk.number().to_string())
        .replace("{id}", &desk.house.world.id().to_string());
    let before = desk.audited();
    let answer = program
        .asker
        .call(desk, entry.method(), &entry.path(holes), &json);
    let what = format!("{} {case:?} by {}", entry.is, program.name);
    let status = answer.status.as_u16();
    if !expected.contains(&status) {
        let text = &answer.text;
        findings.push(format!("{what}: {status} instead of {expected:?}: {text}"));
    }
    let refused = answer.status.is_client_error();
    if refused && desk.audited() != before {
        findings.push(format!("{what}: refused, and something was done"));
    }
    if refused && answer.kind() != "application/problem+json" {
        findings.push(format!("{what}: refused as {}", answer.kind()));
    }
    !refused
}

on_both! {
    fn every_route_of_the_api_answers_every_token_as_declared(home) {
        let desk = Desk::with_history(home);
        let table = Table::read();
        // Who may is decided before the database is asked: there one role shows that the answers are the same.
        let roles = if home.file().is_some() { &ROLES[..] } else { &["account-manager"] };
        let programs = programs(&desk, &table, roles);
        let mut findings = Vec::new();
        for entry in &table.api {
            walk(&desk, &table, entry, &programs, &mut findings);
        }
        println!("{} routes of the API, {} tokens", table.api.len(), programs.len());
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
