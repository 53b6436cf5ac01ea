//! What can be chosen in the forms.

use kept_accounts::model::Person;
use kept_accounts::queries::{people, teams};
use kept_journal::InForce;
use kept_kernel::Id;
use kept_store::StoreError;
use kept_ui::Failure;
use kept_ui::form::Choice;

use super::got;
use crate::model::channels;
use crate::room::Room;

/// So many people can be chosen from.
const MOST_PEOPLE: u32 = 1_000;

/// The people who work here, and the teams.
pub(super) async fn people_and_teams(room: &Room) -> Result<(Vec<Choice>, Vec<Choice>), Failure> {
    let found = room.store.read(|read| {
        Ok::<_, StoreError>((
            people(read, false, ("", Id::default()), MOST_PEOPLE)?,
            teams(read)?,
        ))
    });
    let (people, teams) = got(found).await?;
    let person = |one: &Person| Choice::new(one.id.to_string(), one.name.clone());
    let team = teams
        .iter()
        .map(|one| Choice::new(one.id.to_string(), one.name.clone()));
    Ok((
        with_none("Nobody yet", people.iter().map(person)),
        with_none("No team", team),
    ))
}

/// The channels of the vocabulary.
pub(super) fn of_channels(rules: &InForce) -> Vec<Choice> {
    let channels = channels(&rules.register).into_iter();
    with_none("No wish", channels.map(|one| Choice::new(one.clone(), one)))
}

/// Choices with a first one that chooses nothing.
pub(super) fn with_none(words: &str, choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(Choice::new("", words))
        .chain(choices)
        .collect()
}
