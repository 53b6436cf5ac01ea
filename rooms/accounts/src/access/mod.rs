//! Who may do what: need to know, by role and by relation to the record.
//!
//! One table, [`RULES`], says for each action and role over which records it reaches: those a person owns, is assigned
//! to, that belong to their team, or all. From it comes a [`Scope`], which nothing outside of this module can make. The same
//! scope judges one record ([`Scope::allows`]) and narrows a list ([`within_scope!`](crate::within_scope)): a query that
//! takes a scope cannot be asked without one.
//!
//! INVARIANT: what no rule grants is denied. A record out of reach looks like one that does not exist.

mod alarms;
mod emergency;
mod matrix;
mod reads;
mod rules;
#[cfg(test)]
mod tests;

use kept_kernel::Id;
use kept_store::{AsStore, Read, StoreError, Value, params};

pub use alarms::{Alarm, alarms};
pub use emergency::{
    EMERGENCY_MINUTES, Emergency, OpenEmergencyError, emergencies, end_emergency, open_emergency,
};
pub use matrix::document;
pub(crate) use reads::Unwritten;
pub use reads::{MANY_READS, RecordNamed, RecordRead, log_read, reads_of_person, reads_of_record};
pub use rules::{Action, RULES, Reach, SHIPPED_ROLES};

use crate::model::{PersonId, SessionId, TeamId};
use crate::queries;

/// What the room of a record knows of its relations to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The record.
    pub id: Id,
    /// Who is named as responsible for it.
    pub owner: Option<PersonId>,
    /// The team it belongs to.
    pub team: Option<TeamId>,
    /// Who else works on it: the account team.
    pub assigned: &'a [PersonId],
}

/// How far one person reaches with one action. Only this module makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    action: Action,
    reach: Reach,
    person: Option<PersonId>,
    team: Option<TeamId>,
    /// Records opened in an emergency.
    opened: Vec<Id>,
    session: Option<SessionId>,
}

/// Who asks, as far as rights go: made where a session or a token is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asker {
    pub person: Option<PersonId>,
    pub team: Option<TeamId>,
    pub roles: Vec<String>,
    pub session: Option<SessionId>,
    /// Records opened in an emergency.
    pub opened: Vec<Id>,
    /// The actions of a token; none: all that the roles grant.
    pub only: Option<Vec<Action>>,
}

/// What was asked for is denied, or whoever asks has lost their session in the meantime.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Denied {
    /// No rule grants it, or the session has ended.
    #[error(
        "You may no longer do this. Nothing was changed; sign in again, or ask an administrator."
    )]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStore for Denied {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::NotAllowed => None,
        }
    }
}

impl Asker {
    /// How far they reach with an action.
    pub(crate) fn scope(&self, action: Action) -> Scope {
        let allowed = self
            .only
            .as_ref()
            .is_none_or(|actions| actions.contains(&action));
        let granted = match self.person {
            // A program of the company's own has no role: what its token names, it may do everywhere.
            None if self.only.is_some() => Reach::EVERYONE,
            _ => rules::reach(action, &self.roles),
        };
        let opened = if action.reads_clients() && allowed {
            self.opened.clone()
        } else {
            Vec::new()
        };
        Scope {
            action,
            reach: if allowed { granted } else { Reach::NONE },
            person: self.person,
            team: self.team,
            opened,
            session: self.session,
        }
    }
}

/// The scope of Kept itself: for timers, imports and the command line of the server, never for a request of a person.
pub fn for_kept(action: Action) -> Scope {
    Scope {
        action,
        reach: Reach::EVERYONE,
        person: None,
        team: None,
        opened: Vec::new(),
        session: None,
    }
}

/// The parameters of [`within_scope!`](crate::within_scope), in order: all, owner, team, assigned, opened.
pub type ScopeParams<'a> = [Value<'a>; 5];

impl Scope {
    /// What it is for.
    pub fn action(&self) -> Action {
        self.action
    }

    /// Whose it is; none: a program's, or that of Kept itself.
    pub fn person(&self) -> Option<PersonId> {
        self.person
    }

    /// Whether it reaches nothing at all: then a page says that it is not for this role.
    pub fn is_nothing(&self) -> bool {
        self.reach == Reach::NONE && self.opened.is_empty()
    }

    /// Whether it reaches every record: then a list needs no narrowing.
    pub fn is_everything(&self) -> bool {
        self.reach.has(Reach::EVERYONE)
    }

    /// Whether it reaches what belongs to the person's team.
    pub fn reaches_team(&self) -> bool {
        self.is_everything() || self.reach.has(Reach::TEAM) && self.team.is_some()
    }

    /// Whether the record is in reach.
    pub fn allows(&self, subject: &Subject<'_>) -> bool {
        let mine = |person: PersonId| Some(person) == self.person;
        self.is_everything()
            || self.reach.has(Reach::OWN) && subject.owner.is_some_and(mine)
            || self.reach.has(Reach::ASSIGNED) && subject.assigned.iter().copied().any(mine)
            || self.reach.has(Reach::TEAM) && self.team.is_some() && subject.team == self.team
            || self.opened.contains(&subject.id)
    }

    /// The parameters that narrow a list to what [`Scope::allows`].
    pub fn params(&self) -> ScopeParams<'_> {
        let person = |relation| self.person.filter(|_| self.reach.has(relation));
        params![
            self.is_everything(),
            person(Reach::OWN),
            self.team.filter(|_| self.reach.has(Reach::TEAM)),
            person(Reach::ASSIGNED),
            self.opened.as_slice(),
        ]
    }

    /// Looks inside the transaction whether the right still stands: a change of role, a disablement or a sign-out since the
    /// request came in has ended the session. Commands call it before they write.
    ///
    /// # Errors
    ///
    /// [`Denied::NotAllowed`] when it does not, or when nothing is in reach.
    pub fn confirm(&self, read: &Read<'_>) -> Result<(), Denied> {
        if self.is_nothing() {
            return Err(Denied::NotAllowed);
        }
        let Some(session) = self.session else {
            return Ok(());
        };
        let stands: Option<(Id,)> = read.maybe(queries::SESSION_STANDS, &params![session])?;
        stands.map(drop).ok_or(Denied::NotAllowed)
    }
}

/// The condition that narrows a list to a [`Scope`], as a text for [`statements!`](kept_store::statements).
///
/// Named are the columns of the record's id, owner and team; the table, condition and column by which people are assigned; and
/// the number of the first of five parameters, which [`Scope::params`] gives.
///
/// ```
/// use kept_accounts::within_scope;
/// kept_store::statements! {
///     /// Clients in reach, by name.
///     CLIENTS = concat!(
///         "SELECT c.id, c.name FROM clients c WHERE ",
///         within_scope!(
///             id: "c.id", owner: "c.owner", team: "c.team",
///             assigned: "client_people a WHERE a.client = c.id AND a.person",
///             params: 1, 2, 3, 4, 5
///         ),
///         " ORDER BY c.folded_name, c.id LIMIT $6"
///     );
/// }
/// # assert_eq!(STATEMENTS.len(), 1);
/// ```
#[macro_export]
macro_rules! within_scope {
    (
        id: $id:literal, owner: $owner:literal, team: $team:literal, assigned: $assigned:literal,
        params: $all:literal, $own:literal, $of_team:literal, $on:literal, $opened:literal
    ) => {
        concat!(
            "($",
            $all,
            " OR ",
            $owner,
            " = $",
            $own,
            " OR ",
            $team,
            " = $",
            $of_team,
            " OR EXISTS (SELECT 1 FROM ",
            $assigned,
            " = $",
            $on,
            ") OR ",
            $id,
            " IN LIST($",
            $opened,
            "))"
        )
    };
}
