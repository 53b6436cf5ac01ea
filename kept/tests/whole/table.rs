//! The declared table: for every route who may ask, and what is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use kept_accounts::access::Action;
use serde::Deserialize;

use crate::desk::{ROLES, root};

const ANYONE: &str = "anyone";
const SIGNED_IN: &str = "signed in";
const CLIENT: &str = "a client";

/// `routes.toml`, which says at its head what its words mean.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Table {
    who: BTreeMap<String, Vec<String>>,
    pub route: Vec<Entry>,
    #[serde(default)]
    pub api: Vec<ApiEntry>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// `GET /sops/{code}`.
    pub is: String,
    pub who: String,
    /// What fills the holes of the path.
    pub record: Option<String>,
    #[serde(default)]
    pub query: String,
    #[serde(default)]
    pub form: String,
    pub there: Option<u16>,
    pub signed: Option<u16>,
    pub missing: Option<u16>,
    pub denied: Option<u16>,
    pub visitor: Option<u16>,
    /// A form that carries no session: what it may do stands in its address or in itself.
    #[serde(default)]
    pub open: bool,
}

/// A route of programs.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct ApiEntry {
    /// `GET /api/v1/announcements/{id}`.
    pub is: String,
    /// The scope that a token needs; or anyone.
    pub scope: String,
    /// The roles of a person whose token may.
    #[serde(default)]
    pub who: String,
    /// Another scope that does.
    #[serde(default)]
    pub also: String,
    /// The roles of a person whose token of that other scope may.
    #[serde(default)]
    pub also_who: String,
    pub record: Option<String>,
    #[serde(default)]
    pub query: String,
    #[serde(default)]
    pub json: String,
    pub there: Option<u16>,
    pub company: Option<u16>,
    pub missing: Option<u16>,
}

/// What a program shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown<'a> {
    /// Nothing that is good: no token, one that was revoked, a session.
    Nothing,
    /// A token of the company's own, with this scope.
    OfCompany(&'a str),
    /// A token of a person with this role, with this scope.
    OfPerson(&'a str, &'a str),
}

/// Whose record is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Case {
    /// One's own, or the company's.
    There,
    /// Another person's.
    Foreign,
    /// Nobody's.
    Missing,
    /// Nothing that could be the name of a record.
    Rubbish,
}

/// Who asks, as far as the table cares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind<'a> {
    /// Nobody who is known: also former staff, and programs with a token.
    Unknown,
    /// A person with this role.
    Role(&'a str),
    /// A contact of a client, in the portal.
    Client,
}

impl Table {
    pub fn read() -> Self {
        let path = root().join("kept/tests/whole/routes.toml");
        let table: Self = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for (name, roles) in &table.who {
            for role in roles {
                assert!(ROLES.contains(&&**role), "{name}: there is no role {role}");
            }
        }
        for entry in &table.api {
            let known = entry.scope == ANYONE || Action::named(&entry.scope).is_some();
            assert!(known, "{}: there is no scope {}", entry.is, entry.scope);
        }
        table
    }

    pub fn api_names(&self) -> BTreeSet<String> {
        let names: BTreeSet<_> = self.api.iter().map(|entry| entry.is.clone()).collect();
        assert_eq!(
            names.len(),
            self.api.len(),
            "a route of the API stands in the table twice"
        );
        names
    }

    pub fn names(&self) -> BTreeSet<String> {
        let names: BTreeSet<_> = self.route.iter().map(|entry| entry.is.clone()).collect();
        assert_eq!(
            names.len(),
            self.route.len(),
            "a route stands in the table twice"
        );
        names
    }

    pub fn lets(&self, entry: &Entry, kind: Kind<'_>) -> bool {
        match (entry.who.as_str(), kind) {
            (ANYONE, _) | (SIGNED_IN, Kind::Role(_)) | (CLIENT, Kind::Client) => true,
            (SIGNED_IN | CLIENT, _) | (_, Kind::Client) => false,
            (who, kind) => matches!(kind, Kind::Role(role) if self.is_among(&entry.is, who, role)),
        }
    }

    fn grants(&self, entry: &ApiEntry, role: &str, scope: &str) -> bool {
        let who = if scope == entry.scope {
            &entry.who
        } else {
            &entry.also_who
        };
        who == SIGNED_IN || self.is_among(&entry.is, who, role)
    }

    fn is_among(&self, is: &str, who: &str, role: &str) -> bool {
        let roles = self.who.get(who);
        let roles = roles.unwrap_or_else(|| panic!("{is}: who is {who}?"));
        roles.iter().any(|one| one == role)
    }

    /// The statuses that may be answered to a program. The first is what is answered to whoever may.
    pub fn expected_of(&self, entry: &ApiEntry, shown: Shown<'_>, case: Case) -> Vec<u16> {
        let done = entry.there.unwrap_or(200);
        let missing = entry.missing.unwrap_or(404);
        let found = |done: u16| match case {
            Case::There => vec![done],
            // Who could not do it to a record that is there may be told so, whatever record it is.
            _ if done >= 400 => vec![missing, done],
            _ => vec![missing],
        };
        match shown {
            _ if entry.scope == ANYONE => vec![done],
            Shown::Nothing => vec![401],
            Shown::OfCompany(scope) if entry.takes(scope) => found(entry.company.unwrap_or(done)),
            Shown::OfPerson(_, scope) | Shown::OfCompany(scope) if !entry.takes(scope) => {
                // What is no record at all is told before the scope is looked at.
                if case == Case::Rubbish {
                    vec![403, 404]
                } else {
                    vec![403]
                }
            }
            Shown::OfPerson(role, scope) if self.grants(entry, role, scope) => found(done),
            // Without the right, or without reach: a record out of reach looks like a missing one.
            _ => vec![403, 404],
        }
    }

    /// The status that must be answered to a form with its token, or to a GET.
    pub fn expected(&self, entry: &Entry, kind: Kind<'_>, case: Case) -> u16 {
        let get = entry.method() == "GET";
        let done = entry.there.unwrap_or(if get { 200 } else { 303 });
        match (self.lets(entry, kind), kind, case) {
            // At the portal nobody of ours is anybody: they are led to its door, and their forms are not its own.
            (_, Kind::Role(_), _) if !get && entry.is_of_portal() => 403,
            (true, Kind::Role(_), Case::There) => entry.signed.unwrap_or(done),
            (true, Kind::Unknown | Kind::Client, Case::There) => done,
            (true, _, _) => entry.missing.unwrap_or(404),
            // At the portal nobody of ours is anybody: they are led to its door, and their forms are not its own.
            (false, Kind::Role(_), _) if entry.is_for_clients() => {
                if get {
                    303
                } else {
                    403
                }
            }
            (false, Kind::Unknown, _) if entry.is_for_clients() => 303,
            (false, Kind::Unknown | Kind::Client, _) => {
                entry.visitor.unwrap_or(if get { 303 } else { 401 })
            }
            (false, Kind::Role(_), _) => entry.denied.unwrap_or(404),
        }
    }
}

impl Entry {
    pub fn method(&self) -> &str {
        self.is.split_once(' ').unwrap().0
    }

    /// Whether only a client in the portal may.
    pub fn is_for_clients(&self) -> bool {
        self.who == CLIENT
    }

    /// Whether it is a page of the portal, or something that is sent to one.
    pub fn is_of_portal(&self) -> bool {
        let path = self.is.split_once(' ').unwrap().1;
        path == "/portal" || path.starts_with("/portal/")
    }

    /// The path with these in its holes.
    pub fn path(&self, holes: &[String]) -> String {
        path(&self.is, &self.query, holes)
    }

    /// As many as the path has holes.
    pub fn filled<'h>(&self, holes: &'h [String]) -> &'h [String] {
        let count = self.is.matches('{').count();
        holes.get(..count).unwrap_or(holes)
    }

    pub fn cases(&self) -> &'static [Case] {
        match self.record.as_deref() {
            None => &[Case::There],
            Some(
                "session" | "token" | "passkey" | "absence" | "emergency" | "request-view"
                | "request-bulk" | "portal-request" | "portal-file" | "portal-document",
            ) => &[Case::There, Case::Foreign, Case::Missing, Case::Rubbish],
            Some(_) => &[Case::There, Case::Missing, Case::Rubbish],
        }
    }
}

impl ApiEntry {
    /// Whether a token with this scope may at all.
    pub fn takes(&self, scope: &str) -> bool {
        scope == self.scope || scope == self.also
    }

    pub fn method(&self) -> &str {
        self.is.split_once(' ').unwrap().0
    }

    /// The path with these in its holes.
    pub fn path(&self, holes: &[String]) -> String {
        path(&self.is, &self.query, holes)
    }

    pub fn cases(&self) -> &'static [Case] {
        match self.record {
            None => &[Case::There],
            Some(_) => &[Case::There, Case::Missing, Case::Rubbish],
        }
    }
}

fn path(is: &str, query: &str, holes: &[String]) -> String {
    let path = is.split_once(' ').unwrap().1;
    let mut pieces = path.split(['{', '}']);
    let mut out = pieces.next().unwrap().to_owned();
    let mut holes = holes.iter();
    while let (Some(_hole), Some(after)) = (pieces.next(), pieces.next()) {
        let value = holes.next();
        out += value.unwrap_or_else(|| panic!("{is}: what is its record?"));
        out += after;
    }
    if query.is_empty() {
        out
    } else {
        out + "?" + query
    }
}
