//! What people set up for the queue: views that they keep, rules of routing, answers to begin with.

use kept_accounts::access::Scope;
use kept_accounts::model::{PersonId, TeamId};
use kept_kernel::Id;
use kept_store::{StoreError, Write, params};
use kept_wording::HouseWord;

use super::{Change, RequestError, Step};
use crate::model::{Fault, is_choice};
use crate::queries;

const LONGEST_NAME: usize = 60;
const LONGEST_WORD: usize = 100;
const LONGEST_WHY: usize = 200;

/// Keeps a view under a name; shared: others see it too.
///
/// # Errors
///
/// [`RequestError`]
pub fn keep_view(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (name, query, shared): (&str, &str, bool),
) -> Result<(), RequestError> {
    scope.confirm(tx)?;
    let person = scope.person().ok_or(RequestError::NotAllowed)?;
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    if name.is_empty() {
        return Err(Fault::NoText.into());
    }
    let at = step.act.at;
    let row = params![
        step.act.entry,
        person,
        &name,
        query,
        shared.then_some(at),
        at
    ];
    tx.execute(queries::ADD_VIEW, &row)?;
    audit(
        tx,
        step,
        ("RequestViewKept", "request-view", step.act.entry),
    )
}

/// Takes a view of one's own away.
///
/// # Errors
///
/// [`RequestError`]
pub fn drop_view(tx: &Write<'_>, step: &Step, scope: &Scope, view: Id) -> Result<(), RequestError> {
    scope.confirm(tx)?;
    let person = scope.person().ok_or(RequestError::NotAllowed)?;
    if tx.execute(queries::DROP_VIEW, &params![view, person])? == 0 {
        return Err(RequestError::Missing);
    }
    audit(tx, step, ("RequestViewDropped", "request-view", view))
}

fn audit(
    tx: &Write<'_>,
    step: &Step,
    (act, object, id): (&str, &str, Id),
) -> Result<(), RequestError> {
    let about = (object, &*id.to_string());
    Ok(step.act.write(tx, act, about, &serde_json::json!({}))?)
}

/// A rule of routing; what is empty fits everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRoute {
    /// By which way it came.
    pub channel: String,
    /// What kind it is.
    pub category: String,
    /// The client's tier.
    pub tier: String,
    /// Words of subject or text, any of them, apart by commas.
    pub words: String,
    /// `team`, `person`, `round robin` or `least load`.
    pub way: String,
    /// What it takes to know, where that counts: in small letters.
    pub skill: String,
    /// To which team.
    pub team: Option<TeamId>,
    /// To whom.
    pub person: Option<PersonId>,
}

/// The ways in which a rule finds somebody.
pub const WAYS: [&str; 4] = ["team", "person", "round robin", "least load"];

/// Adds a rule of routing, behind the others. `scope` is that of giving work to everybody.
///
/// # Errors
///
/// [`RequestError`]
pub fn add_route(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    new: &NewRoute,
) -> Result<(), RequestError> {
    may_set_up(tx, scope)?;
    let register = &step.rules.register;
    let fits = |name, word: &str| word.is_empty() || is_choice(register, name, word);
    if !fits("channel", &new.channel) {
        return Err(Fault::UnknownChannel.into());
    }
    if !fits("category", &new.category) {
        return Err(Fault::UnknownCategory.into());
    }
    let by_person = new.way == "person";
    if by_person && new.person.is_none() || !WAYS.contains(&new.way.as_str()) {
        return Err(Fault::UnknownPerson.into());
    }
    if !by_person && new.team.is_none() {
        return Err(Fault::UnknownTeam.into());
    }
    let finds = ["round robin", "least load"].contains(&new.way.as_str());
    if !new.skill.is_empty() && !finds {
        return Err(Fault::SkillWithoutChoice.into());
    }
    let row = params![
        step.act.entry,
        &new.channel,
        &new.category,
        &new.tier,
        &new.words,
        &new.way,
        new.team,
        new.person.filter(|_| by_person),
        step.act.at,
        &new.skill,
    ];
    tx.execute(queries::ADD_ROUTE, &row)?;
    audit(
        tx,
        step,
        ("RequestRouteAdded", "request-route", step.act.entry),
    )
}

/// Takes a rule of routing out.
///
/// # Errors
///
/// [`RequestError`]
pub fn retire_route(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    route: Id,
) -> Result<(), RequestError> {
    may_set_up(tx, scope)?;
    if tx.execute(queries::RETIRE_ROUTE, &params![route, step.act.at])? == 0 {
        return Err(RequestError::Missing);
    }
    audit(tx, step, ("RequestRouteRetired", "request-route", route))
}

/// Adds a word of the house. `scope` is that of giving work to everybody.
///
/// # Errors
///
/// [`RequestError`]
pub fn add_house_word(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    word: &HouseWord,
) -> Result<(), RequestError> {
    may_set_up(tx, scope)?;
    let short = |text: &str, most| -> String { text.trim().chars().take(most).collect() };
    let avoid = short(&word.avoid, LONGEST_WORD);
    let (say, why) = (
        short(&word.say, LONGEST_WORD),
        short(&word.why, LONGEST_WHY),
    );
    if avoid.is_empty() && say.is_empty() {
        return Err(Fault::NoWord.into());
    }
    let row = params![
        step.act.entry,
        scope.person(),
        &avoid,
        &say,
        &why,
        step.act.at
    ];
    tx.execute(queries::ADD_HOUSE_WORD, &row)?;
    audit(tx, step, ("HouseWordAdded", "house-word", step.act.entry))
}

/// Takes a word of the house out.
///
/// # Errors
///
/// [`RequestError`]
pub fn retire_house_word(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: Id,
) -> Result<(), RequestError> {
    may_set_up(tx, scope)?;
    if tx.execute(queries::RETIRE_HOUSE_WORD, &params![id, step.act.at])? == 0 {
        return Err(RequestError::Missing);
    }
    audit(tx, step, ("HouseWordRetired", "house-word", id))
}

fn may_set_up(tx: &Write<'_>, scope: &Scope) -> Result<(), RequestError> {
    scope.confirm(tx)?;
    if scope.is_everything() {
        Ok(())
    } else {
        Err(RequestError::NotAllowed)
    }
}

/// Keeps a macro: words to begin an answer with, changes that it makes, or both.
///
/// # Errors
///
/// [`RequestError`]
pub fn add_macro(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (name, text, changes): (&str, &str, &[Change]),
) -> Result<(), RequestError> {
    scope.confirm(tx)?;
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    if name.is_empty() || text.trim().is_empty() && changes.is_empty() {
        return Err(Fault::NoText.into());
    }
    let changes = serde_json::to_string(changes).unwrap_or_default();
    let row = params![
        step.act.entry,
        scope.person(),
        &name,
        text.trim(),
        &changes,
        step.act.at
    ];
    tx.execute(queries::ADD_MACRO, &row)?;
    audit(
        tx,
        step,
        ("RequestMacroAdded", "request-macro", step.act.entry),
    )
}

/// Takes a macro away.
///
/// # Errors
///
/// [`RequestError`]
pub fn retire_macro(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: Id,
) -> Result<(), RequestError> {
    scope.confirm(tx).map_err(RequestError::from)?;
    let gone: Result<u64, StoreError> =
        tx.execute(queries::RETIRE_MACRO, &params![id, step.act.at]);
    if gone? == 0 {
        return Err(RequestError::Missing);
    }
    audit(tx, step, ("RequestMacroRetired", "request-macro", id))
}
