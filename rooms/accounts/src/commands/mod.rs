//! What can be done in the room. Each command is a function in the caller's transaction: it looks whether it may, then
//! writes, then writes one entry into the audit.
//!
//! Ids, instants, tokens and hashes come ready-made, since a transaction may run again and must not compute for long.

mod codes;
mod links;
mod passkeys;
mod passwords;
mod people;
mod places;
mod sign_in;
mod skills;
mod throttle;
mod tokens;

use kept_journal::audit::{self, Entry, Who};
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write};

pub use codes::{
    ChangeCodesError, RECOVERY_CODES, confirm_codes, drop_codes, prepare_codes, recovery_code_hash,
};
pub use links::{
    AcceptInvitationError, FIRST_LINK_DAYS, INVITATION_DAYS, LinkFor, RESET_MINUTES,
    ResetPasswordError, accept_first, accept_invitation, ask_for_reset, link_stands,
    make_first_link, make_reset_link, reset_password,
};
pub use passkeys::{
    AddPasskeyError, Challenge, NewPasskey, PASSKEYS_MOST, PasskeyTry, PasskeyUse, PasskeyVerdict,
    add_passkey, finish_passkey, judge_name as judge_passkey_name, remove_passkey,
};
pub use passwords::{ChangePasswordError, WeakPassword, change_password, judge_password};
pub use people::{
    AddPersonError, ChangePersonError, NewPerson, add_person, assign_roles, disable_person,
    enable_person, invite_person, place_person, rename_person,
};
pub use places::{
    AddAbsenceError, AddUnitError, SetHoursError, add_absence, add_department, add_team,
    cancel_absence, set_hours,
};
pub use sign_in::{
    Attempt, Candidate, NewSession, Proof, SECOND_STEP_MINUTES, SignInError, SignedInAs,
    StepRefused, begin_own_check, begin_sign_in, end_other_sessions, end_session, finish_password,
    finish_second_step, own_check_was_right, sign_out,
};
pub use skills::{SetSkillsError, set_skills, skills_in};
pub use throttle::{Against, TooSoon, wait_after};
pub use tokens::{AddTokenError, NewToken, add_token, revoke_token};

/// An act: by whom, when, and the identity of its entry in the audit. Made outside the transaction, by
/// [`Accounts::act`](crate::Accounts::act).
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// By whom.
    pub who: Who,
    /// When.
    pub at: Instant,
    /// The identity of the entry, which new rows may share.
    pub entry: Id,
}

impl Act {
    /// Writes the entry of the act.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn write(
        &self,
        tx: &Write<'_>,
        act: &str,
        (object, object_id): (&str, &str),
        detail: &serde_json::Value,
    ) -> Result<(), StoreError> {
        audit::write(
            tx,
            &Entry {
                id: self.entry,
                at: self.at,
                who: self.who,
                act,
                object,
                object_id,
                detail: &detail.to_string(),
            },
        )
    }

    /// Writes the entry of an act on a person.
    pub(crate) fn on_person(
        &self,
        tx: &Write<'_>,
        act: &str,
        person: crate::model::PersonId,
        detail: &serde_json::Value,
    ) -> Result<(), StoreError> {
        self.write(tx, act, ("person", &person.to_string()), detail)
    }

    /// The same act by somebody who has become known in the meantime.
    #[must_use]
    pub(crate) fn by(self, person: crate::model::PersonId) -> Self {
        Self {
            who: Who::Person(person.0),
            ..self
        }
    }
}

/// No more to say than what and whom.
pub(crate) fn nothing_more() -> serde_json::Value {
    serde_json::json!({})
}

/// Declares why a command may refuse: its own reasons, and those that all commands have.
macro_rules! command_error {
    ($(#[$note:meta])* $name:ident { $($(#[$variant_note:meta])* $variant:ident $(($inner:ty))?,)* }) => {
        $(#[$note])*
        #[derive(Clone, Debug, thiserror::Error)]
        pub enum $name {
            $($(#[$variant_note])* $variant $(($inner))?,)*
            /// Whoever asks may not do this, or may not any longer.
            #[error("You may no longer do this. Nothing was changed; sign in again, or ask an administrator.")]
            NotAllowed,
            /// The machine gave no random bytes.
            #[error(transparent)]
            Random(#[from] kept_vault::NoRandomness),
            /// The database.
            #[error(transparent)]
            Store(#[from] kept_store::StoreError),
        }

        impl kept_store::AsStore for $name {
            fn store(&self) -> Option<&kept_store::StoreError> {
                match self {
                    Self::Store(error) => Some(error),
                    _ => None,
                }
            }
        }

        impl From<$crate::access::Denied> for $name {
            fn from(denied: $crate::access::Denied) -> Self {
                match denied {
                    $crate::access::Denied::NotAllowed => Self::NotAllowed,
                    $crate::access::Denied::Store(error) => Self::Store(error),
                }
            }
        }
    };
}
pub(crate) use command_error;
