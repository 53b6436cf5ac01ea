//! The declared table: for every route who may ask, and what is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;

use crate::desk::{ROLES, root};

/// `routes.toml`, which says at its head what its words mean.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Table {
    who: BTreeMap<String, Vec<String>>,
    pub route: Vec<Entry>,
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
        table
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
            ("anyone", _) | ("signed in", Kind::Role(_)) => true,
            ("signed in", Kind::Unknown) => false,
            (who, kind) => {
                let roles = self.who.get(who);
                let roles = roles.unwrap_or_else(|| panic!("{}: who is {who}?", entry.is));
                matches!(kind, Kind::Role(role) if roles.iter().any(|one| one == role))
            }
        }
    }

    /// The status that must be answered to a form with its token, or to a GET.
    pub fn expected(&self, entry: &Entry, kind: Kind<'_>, case: Case) -> u16 {
        let get = entry.method() == "GET";
        let done = entry.there.unwrap_or(if get { 200 } else { 303 });
        match (self.lets(entry, kind), kind, case) {
            (true, Kind::Role(_), Case::There) => entry.signed.unwrap_or(done),
            (true, Kind::Unknown, Case::There) => done,
            (true, _, _) => entry.missing.unwrap_or(404),
            (false, Kind::Unknown, _) => entry.visitor.unwrap_or(if get { 303 } else { 401 }),
            (false, Kind::Role(_), _) => entry.denied.unwrap_or(404),
        }
    }
}

impl Entry {
    pub fn method(&self) -> &str {
        self.is.split_once(' ').unwrap().0
    }

    /// The path with these in its holes.
    pub fn path(&self, holes: &[String]) -> String {
        let path = self.is.split_once(' ').unwrap().1;
        let mut pieces = path.split(['{', '}']);
        let mut out = pieces.next().unwrap().to_owned();
        let mut holes = holes.iter();
        while let (Some(_hole), Some(after)) = (pieces.next(), pieces.next()) {
            let value = holes.next();
            out += value.unwrap_or_else(|| panic!("{}: what is its record?", self.is));
            out += after;
        }
        if self.query.is_empty() {
            out
        } else {
            out + "?" + &self.query
        }
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
                | "request-bulk",
            ) => &[Case::There, Case::Foreign, Case::Missing, Case::Rubbish],
            Some(_) => &[Case::There, Case::Missing, Case::Rubbish],
        }
    }
}
