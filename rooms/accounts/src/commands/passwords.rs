//! Passwords that people choose.

use kept_store::{Write, params};
use kept_vault::PasswordHash;

use super::{Act, command_error, nothing_more};
use crate::model::{LinkPurpose, PersonId, SessionId};
use crate::queries;

/// The least characters of a password.
const SHORTEST: usize = 12;
/// Fewer different characters are a pattern, not a password.
const LEAST_DIFFERENT: usize = 5;

/// Why a password is not taken. No mixture of characters is asked for: length is what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short.
    #[error(
        "Use at least 12 characters. Four words that do not belong together are easy to keep in mind."
    )]
    Short,
    /// Too long for the checker.
    #[error("Use at most 1,024 characters.")]
    Long,
    /// A pattern.
    #[error("This is easy to guess. Use more different characters.")]
    Pattern,
    /// Taken from what everybody knows of them.
    #[error("This is made of your email. Use something that nobody knows of you.")]
    Known,
    /// The two are not the same.
    #[error("The two passwords are not the same.")]
    Different,
}

command_error! {
    /// Why a password was not changed.
    ChangePasswordError {
        /// The old one is not right.
        #[error("This is not your password.")]
        WrongPassword,
    }
}

/// Whether a new password may be taken, for the person with this address.
///
/// # Errors
///
/// [`WeakPassword`]
pub fn judge_password(password: &str, again: &str, email: &str) -> Result<(), WeakPassword> {
    if password.chars().count() < SHORTEST {
        return Err(WeakPassword::Short);
    }
    if password.len() > 1024 {
        return Err(WeakPassword::Long);
    }
    let mut letters: Vec<char> = password.to_lowercase().chars().collect();
    let steps = letters
        .windows(2)
        .filter(|pair| matches!(pair, [one, two] if (*two as u32).abs_diff(*one as u32) <= 1))
        .count();
    let running = steps + 1 == letters.len();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < LEAST_DIFFERENT || running {
        return Err(WeakPassword::Pattern);
    }
    let small = password.to_lowercase();
    let name = email.split('@').next().unwrap_or_default().to_lowercase();
    let rest = small.replace(&email.to_lowercase(), "");
    let rest = if name.chars().count() > 3 {
        rest.replace(&name, "")
    } else {
        rest
    };
    if rest.chars().count() < SHORTEST / 2 {
        return Err(WeakPassword::Known);
    }
    if password != again {
        return Err(WeakPassword::Different);
    }
    Ok(())
}

/// Changes a person's password, after the old one was checked: `old` is the hash it was checked against. Their other
/// sessions end.
///
/// # Errors
///
/// [`ChangePasswordError`]
pub fn change_password(
    tx: &Write<'_>,
    act: &Act,
    (person, session): (PersonId, SessionId),
    old: &PasswordHash,
    new: &PasswordHash,
) -> Result<(), ChangePasswordError> {
    let stored: Option<(Option<String>,)> = tx.maybe(queries::PASSWORD_OF, &params![person])?;
    if stored.and_then(|(text,)| text).as_deref() != Some(old.text()) {
        return Err(ChangePasswordError::WrongPassword);
    }
    tx.execute(queries::SET_PASSWORD, &params![person, new.text(), act.at])?;
    tx.execute(
        queries::END_OTHER_SESSIONS,
        &params![person, session, act.at, "password changed"],
    )?;
    tx.execute(queries::DROP_STEPS, &params![person])?;
    tx.execute(queries::FORGET_BROWSERS, &params![person])?;
    tx.execute(
        queries::WITHDRAW_LINKS,
        &params![person, LinkPurpose::Reset.name(), act.at],
    )?;
    Ok(act.on_person(tx, "PasswordChanged", person, &nothing_more())?)
}

#[cfg(test)]
mod tests {
    use super::{WeakPassword, judge_password};

    #[test]
    fn length_is_asked_for_and_patterns_are_refused() {
        let judge =
            |password: &str| judge_password(password, password, "maya.okonkwo@desk.example");
        assert_eq!(judge("copper kettle moss"), Ok(()));
        assert_eq!(judge("Tr0ub4dor&3"), Err(WeakPassword::Short));
        assert_eq!(judge("aaaaaaaaaaaa"), Err(WeakPassword::Pattern));
        assert_eq!(judge("abcdefghijklmn"), Err(WeakPassword::Pattern));
        assert_eq!(judge("maya.okonkwo1"), Err(WeakPassword::Known));
        assert_eq!(judge(&"ab cd efg".repeat(200)), Err(WeakPassword::Long));
        assert_eq!(
            judge_password("copper kettle moss", "copper kettle mos", ""),
            Err(WeakPassword::Different)
        );
    }
}
