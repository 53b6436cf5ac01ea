//! What does not hold together in a set of documents: the checks before approval.
//!
//! Reading says which words are not understood; these checks take what was understood and look at it as a whole.
//! A rule that could not be read without error is not judged further, so that one fault gives one message. A check
//! says only what it can prove: where conditions, calendars or people leave it open, it is silent.

mod circles;
mod conditions;
mod definitions;
mod discharge;
mod durations;
mod escalation;
mod gates;
mod governance;
mod logic;
mod people;
mod prose;
mod repeats;
mod set;
mod solver;
mod space;
mod steps;
mod subject;
mod tables;
mod targets;
mod time;
mod versions;
mod working;

use std::collections::BTreeMap;

use kept_calendar::Calendar;

use crate::diagnostic::Diagnostic;
use crate::read::Library;
use crate::register::{Register, RoleId};

use set::Set;
pub use versions::not_later;

/// What the checks may know beside the documents; each part may be missing, and then its checks are silent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'c> {
    /// The working time of the company.
    pub calendar: Option<&'c Calendar>,
    /// Who holds which role, and who wrote what.
    pub people: Option<&'c People>,
    /// The versions that are in force, read with the same register.
    pub in_force: Option<&'c Library>,
}

/// Who holds which role, and who wrote which document.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Those who hold each role; a role that is missing here is held by nobody.
    pub holders: BTreeMap<RoleId, Vec<Person>>,
    /// The names of those who wrote each document, by its code.
    pub authors: BTreeMap<String, Vec<String>>,
}

/// Someone who holds a role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// The name or id by which two entries are the same person.
    pub name: String,
    /// Whether they are at work now.
    pub present: bool,
    /// Whether someone who is present stands in for them while they are away.
    pub deputy: bool,
}

/// Checks a set of documents that were read together. What reading said stands in [`Library::diagnostics`] and is not
/// repeated. The messages come in the order of the texts.
pub fn check(register: &Register, library: &Library, context: &Context<'_>) -> Vec<Diagnostic> {
    let set = Set::new(register, library, *context);
    let mut says = Vec::new();
    prose::check(&set, &mut says);
    definitions::check(&set, &mut says);
    steps::check(&set, &mut says);
    versions::check(&set, &mut says);
    time::check(&set, &mut says);
    working::check(&set, &mut says);
    tables::check(&set, &mut says);
    logic::check(&set, &mut says);
    escalation::check(&set, &mut says);
    targets::check(&set, &mut says);
    gates::check(&set, &mut says);
    discharge::check(&set, &mut says);
    people::check(&set, &mut says);
    governance::check(&set, &mut says);
    repeats::check(&set, &mut says);
    set.only_sound(&mut says);
    says.sort_by(|one, other| {
        (one.document, one.range.start, one.code).cmp(&(
            other.document,
            other.range.start,
            other.code,
        ))
    });
    says.dedup();
    says
}
