//! What people know, so that work finds whoever can do it.

use kept_store::{Write, params};

use super::people::may_manage;
use super::{Act, command_error};
use crate::access::Scope;
use crate::model::PersonId;
use crate::queries;

/// So many skills a person has at most.
const MOST: usize = 50;
/// So long is the name of one at most, in characters.
const LONGEST: usize = 60;

command_error! {
    /// Why somebody's skills were not set.
    SetSkillsError {
        /// There are too many, or one is too long.
        #[error("Write at most 50 skills of at most 60 letters, apart by commas.")]
        TooMuch,
        /// There is no such person.
        #[error("There is no such person.")]
        Missing,
    }
}

/// The skills in a text, apart by commas: in small letters, each once, in order.
pub fn skills_in(text: &str) -> Vec<String> {
    let words = text.split([',', '\n']).map(|word| {
        let words: Vec<&str> = word.split_whitespace().collect();
        words.join(" ").to_lowercase()
    });
    let mut skills: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    skills.sort();
    skills.dedup();
    skills
}

/// Sets what somebody knows; what they knew before is replaced.
///
/// # Errors
///
/// [`SetSkillsError`]
pub fn set_skills(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (person, skills): (PersonId, &[String]),
) -> Result<(), SetSkillsError> {
    may_manage(tx, scope)?;
    queries::person(tx, person)?.ok_or(SetSkillsError::Missing)?;
    if skills.len() > MOST || skills.iter().any(|skill| skill.chars().count() > LONGEST) {
        return Err(SetSkillsError::TooMuch);
    }
    if queries::skills(tx, person)? == skills {
        return Ok(());
    }
    tx.execute(queries::FORGET_SKILLS, &params![person])?;
    let rows: Vec<_> = skills.iter().map(|skill| params![person, skill]).collect();
    tx.execute_each(queries::ADD_SKILL, &rows)?;
    let detail = serde_json::json!({ "skills": skills });
    Ok(act.on_person(tx, "PersonSkillsSet", person, &detail)?)
}

#[cfg(test)]
mod tests {
    use super::skills_in;

    #[test]
    fn skills_are_read_in_small_letters_and_each_once() {
        assert_eq!(
            skills_in(" Italian,  network   cabling\nitalian,, "),
            ["italian", "network cabling"]
        );
    }
}
