//! Every route × everybody who may ask × own, foreign, missing: held against the declared table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use kept_accounts::access::Action;
use kept_store::Dialect;
use kept_testing::Home;

use crate::ask::Asker;
use crate::desk::{Desk, Hired, PASSWORD, ROLES};
use crate::portal;
use crate::records::{holes, leave};
use crate::table::{Case, Entry, Kind, Table};

/// What was asked, and what was not as declared.
#[derive(Default)]
struct Walk {
    asked: usize,
    findings: Vec<String>,
    /// Records that were made for those who are nobody here, by route.
    untouched: BTreeMap<String, Vec<String>>,
}

/// Somebody who asks for all of it.
struct Somebody<'a> {
    kind: Kind<'a>,
    asker: Asker,
    hired: Hired,
}

impl<'a> Somebody<'a> {
    fn of_role(desk: &Desk, role: &'a str) -> Self {
        let hired = desk.hire(role);
        let asker = Asker::with_session(desk, role, &desk.sign_in(&hired.email).1);
        Self {
            kind: Kind::Role(role),
            asker,
            hired,
        }
    }

    /// A contact in the portal.
    fn client(desk: &Desk) -> Self {
        Self {
            kind: Kind::Client,
            asker: portal::client(desk),
            hired: desk.hire("employee"),
        }
    }

    fn unknown(desk: &Desk, asker: Asker) -> Self {
        Self {
            kind: Kind::Unknown,
            asker,
            hired: desk.hire("employee"),
        }
    }
}

/// Everybody whom no route but the public ones knows: visitors, former staff, people half in, programs.
fn unknown<'a>(desk: &Desk) -> Vec<Somebody<'a>> {
    let visitor = Asker::visitor(desk);
    let former = desk.hire("management");
    let (_, secret) = desk.sign_in(&former.email);
    leave(desk, &former);
    let mut all = vec![
        Somebody::unknown(desk, visitor.clone()),
        Somebody::unknown(desk, Asker::with_session(desk, "former staff", &secret)),
        Somebody::unknown(
            desk,
            Asker::with_session(desk, "a forged session", &"ab".repeat(32)),
        ),
    ];
    for action in Action::ALL {
        let accounts = &desk.site.accounts;
        let made = accounts.create_token(action.name(), vec![*action], None);
        let asker = Asker {
            name: format!("a program with the scope {}", action.name()),
            bearer: Some(made.unwrap().1),
            ..visitor.clone()
        };
        all.push(Somebody::unknown(desk, asker));
    }
    all
}

impl Walk {
    fn find(&mut self, finding: String) {
        self.findings.push(finding);
    }

    /// All that one person asks of one route.
    fn route(&mut self, desk: &Desk, table: &Table, entry: &Entry, who: &Somebody<'_>) {
        let mut unseen = BTreeMap::new();
        for case in entry.cases() {
            let fresh;
            let changes = entry.method() != "GET";
            let who = match who.kind {
                // What is done may change who does it.
                Kind::Role(role)
                    if changes && *case == Case::There && table.lets(entry, who.kind) =>
                {
                    fresh = Somebody::of_role(desk, role);
                    &fresh
                }
                Kind::Client if changes => {
                    fresh = Somebody::client(desk);
                    &fresh
                }
                _ => who,
            };
            let record = entry.record.as_deref();
            let made =
                || record.map_or(Vec::new(), |record| holes(desk, record, *case, &who.hired));
            // Those who are nobody here change nothing, so one record is enough for all of them.
            let nobody = who.kind == Kind::Unknown && !table.lets(entry, who.kind);
            let holes = if nobody && *case == Case::There {
                self.untouched
                    .entry(entry.is.clone())
                    .or_insert_with(made)
                    .clone()
            } else {
                made()
            };
            let path = entry.path(&holes);
            let asked = entry.filled(&holes).join("/");
            let form = entry
                .form
                .replace("{n}", &desk.number().to_string())
                .replace("{id}", &desk.house.world.id().to_string())
                .replace("{password}", &PASSWORD.replace(' ', "+"));
            if changes && !entry.open {
                self.forged(desk, (entry, &path, &form), who);
            }
            let before = desk.audited();
            let answer = if changes {
                who.asker
                    .send(desk, entry.method(), &path, (&form, !entry.open))
            } else {
                who.asker.get(desk, &path)
            };
            self.asked += 1;
            let expected = table.expected(entry, who.kind, *case);
            let what = format!("{} {:?} by {}", entry.is, case, who.asker.name);
            let led = answer.location();
            if answer.status != expected {
                self.find(format!(
                    "{what}: {} {led} instead of {expected}",
                    answer.status
                ));
            }
            let let_in = table.lets(entry, who.kind) && *case == Case::There;
            let page = !changes && let_in && answer.text.starts_with("<!doctype html>");
            let known = matches!(who.kind, Kind::Role(_)) && entry.who != "anyone";
            // What is shown within another page can send nothing, and so has no way out of its own.
            let policy = answer.headers.get(CONTENT_SECURITY_POLICY);
            let policy = policy.map_or("", |policy| policy.to_str().unwrap());
            let sends = !policy.contains("form-action 'none'");
            if page && known && sends && !answer.text.contains("action=\"/sign-out\"") {
                self.find(format!("{what}: no way to sign out"));
            }
            if !let_in && desk.audited() != before {
                self.find(format!("{what}: refused, and something was done"));
            }
            let shown = answer.status.is_success() && !let_in;
            if shown {
                self.find(format!("{what}: shown {}", answer.text.len()));
            }
            let out = who.kind == Kind::Unknown && expected == 303 && !table.lets(entry, who.kind);
            let door = if entry.is_for_clients() {
                "/portal"
            } else {
                "/sign-in"
            };
            if out && !led.starts_with(door) {
                self.find(format!("{what}: led to {led} instead of {door}"));
            }
            // What is not theirs looks like what does not exist, whatever its name.
            if !let_in {
                unseen.insert(format!("{case:?}"), answer.plain(&asked));
            }
        }
        let kinds: BTreeSet<_> = unseen.values().collect();
        let tells = table.lets(entry, who.kind) && !entry.cases().contains(&Case::Foreign);
        if kinds.len() > 1 && !tells {
            self.find(format!(
                "{} by {}: {}",
                entry.is,
                who.asker.name,
                differing(&unseen)
            ));
        }
    }

    /// A form that no page of ours has made.
    fn forged(
        &mut self,
        desk: &Desk,
        (entry, path, form): (&Entry, &str, &str),
        who: &Somebody<'_>,
    ) {
        let before = desk.audited();
        let answer = who.asker.send(desk, entry.method(), path, (form, false));
        self.asked += 1;
        if answer.status != 403 || desk.audited() != before {
            self.find(format!(
                "{} without a token by {}: {}",
                entry.is, who.asker.name, answer.status
            ));
        }
    }

    /// Methods that a path does not have do nothing.
    fn others(&mut self, desk: &Desk, entry: &Entry, who: &Somebody<'_>, known: &BTreeSet<String>) {
        let path = entry.is.split_once(' ').unwrap().1;
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if known.contains(&format!("{method} {path}")) {
                continue;
            }
            let holes = vec!["nonsense".to_owned(); 3];
            let before = desk.audited();
            let answer = who
                .asker
                .send(desk, method, &entry.path(&holes), ("", true));
            self.asked += 1;
            let refused =
                answer.status.is_client_error() || answer.location().starts_with("/sign-in");
            if !refused || desk.audited() != before {
                self.find(format!(
                    "{method} {path} by {}: {}",
                    who.asker.name, answer.status
                ));
            }
        }
    }

    fn end(self, what: &str) {
        println!("{what}: {} requests", self.asked);
        assert!(self.findings.is_empty(), "{}", self.findings.join("\n"));
    }
}

/// Where the answers differ that must not.
fn differing(answers: &BTreeMap<String, (StatusCode, String, String)>) -> String {
    let mut all = answers.iter();
    let (first, (status, led, text)) = all.next().unwrap();
    let mut words = format!("told apart: {first} {status} {led}");
    for (case, (status, led, other)) in all {
        let same = text
            .bytes()
            .zip(other.bytes())
            .take_while(|(one, two)| one == two)
            .count();
        let from: String = other
            .chars()
            .skip(same.saturating_sub(40))
            .take(120)
            .collect();
        write!(words, "; {case} {status} {led} {from}").unwrap();
    }
    words
}

#[test]
fn every_route_stands_in_the_table_and_the_table_has_no_other() {
    let Some(home) = Home::new(Dialect::Sqlite, "routes") else {
        return;
    };
    let desk = Desk::new(&home);
    let served: BTreeSet<_> = desk.site.routes.iter().map(ToString::to_string).collect();
    assert_eq!(
        served.len(),
        desk.site.routes.len(),
        "a route is registered twice"
    );
    // Whatever is not there answers as one thing, by whatever method.
    let rest = |name: &String| !name.ends_with(" /api/v1/{*rest}");
    let called: BTreeSet<_> = desk.site.api.iter().map(ToString::to_string).collect();
    let called = called.into_iter().filter(rest).collect();
    let table = Table::read();
    for (served, declared) in [(served, table.names()), (called, table.api_names())] {
        let lost: Vec<_> = served.difference(&declared).collect();
        let gone: Vec<_> = declared.difference(&served).collect();
        assert!(
            lost.is_empty() && gone.is_empty(),
            "kept/tests/whole/routes.toml does not say who may use {lost:?}; it says so of {gone:?}, which is not there"
        );
    }
}

#[test]
fn every_route_answers_everybody_as_declared() {
    let Some(home) = Home::new(Dialect::Sqlite, "access") else {
        return;
    };
    let desk = Desk::with_history(&home);
    let table = Table::read();
    let mut everybody = unknown(&desk);
    everybody.extend(ROLES.map(|role| Somebody::of_role(&desk, role)));
    let client = Somebody::client(&desk);
    let mut walk = Walk::default();
    let known = table.names();
    for entry in &table.route {
        for who in &everybody {
            walk.route(&desk, &table, entry, who);
        }
        // Elsewhere a client is a visitor: `neither_session_is_good_for_the_other_s_pages` holds that.
        if entry.is_of_portal() {
            walk.route(&desk, &table, entry, &client);
        }
    }
    for entry in &table.route {
        for who in everybody
            .iter()
            .filter(|who| ["a visitor", "administrator", "management"].contains(&&*who.asker.name))
        {
            walk.others(&desk, entry, who, &known);
        }
    }
    let count = format!(
        "{} routes, {} kinds of askers",
        table.route.len(),
        everybody.len()
    );
    walk.end(&count);
}

#[test]
fn on_postgresql_the_answers_are_the_same() {
    let Some(home) = Home::new(Dialect::Postgres, "on_postgresql_the_answers_are_the_same") else {
        return;
    };
    let desk = Desk::with_history(&home);
    let table = Table::read();
    let mut walk = Walk::default();
    let mut some = vec![Somebody::unknown(&desk, Asker::visitor(&desk))];
    some.extend(
        ["administrator", "account-manager", "management"]
            .map(|role| Somebody::of_role(&desk, role)),
    );
    let client = Somebody::client(&desk);
    for entry in &table.route {
        for who in &some {
            walk.route(&desk, &table, entry, who);
        }
        if entry.is_of_portal() {
            walk.route(&desk, &table, entry, &client);
        }
    }
    walk.end("on PostgreSQL");
}
