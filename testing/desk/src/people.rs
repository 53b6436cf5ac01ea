//! Who works there.

use kept_accounts::access::{Action, Scope, for_kept};
use kept_accounts::commands;
use kept_accounts::model::{DepartmentId, PersonId, TeamId};
use kept_accounts::queries::person_by_email;
use kept_journal::audit::Who;
use kept_testing::Kept as _;

use crate::ground::Ground;

/// Everybody's password.
pub const PASSWORD: &str = "copper kettle moss";

/// The address of somebody.
pub(crate) fn email(name: &str) -> String {
    format!("{name}@desk.example")
}

impl Ground {
    /// A new team.
    pub fn add_team(&self, name: &'static str) -> TeamId {
        let (scope, act) = (
            for_kept(Action::ManageAccounts),
            self.accounts.act(Who::Console),
        );
        let team = TeamId(act.entry);
        let added = self
            .store
            .write(move |tx| commands::add_team(tx, &act, &scope, name).map(drop));
        added.kept();
        team
    }

    /// A new department.
    pub fn add_department(&self, name: &'static str) -> DepartmentId {
        let (scope, act) = (
            for_kept(Action::ManageAccounts),
            self.accounts.act(Who::Console),
        );
        let department = DepartmentId(act.entry);
        let added = self
            .store
            .write(move |tx| commands::add_department(tx, &act, &scope, name).map(drop));
        added.kept();
        department
    }

    /// Somebody begins to work here, in a role and a place.
    pub fn hire(
        &self,
        (name, role): (&str, &str),
        place: (Option<TeamId>, Option<DepartmentId>),
    ) -> PersonId {
        let added = self
            .accounts
            .add_person((name, &email(name)), vec![role.to_owned()], PASSWORD);
        let person = added.unwrap();
        self.place(person, place);
        person
    }

    /// Somebody works in this place from now on.
    pub fn place(&self, person: PersonId, place: (Option<TeamId>, Option<DepartmentId>)) {
        let (scope, act) = (
            for_kept(Action::ManageAccounts),
            self.accounts.act(Who::Console),
        );
        self.store
            .write(move |tx| commands::place_person(tx, &act, &scope, person, place))
            .kept();
    }

    /// The id of somebody.
    pub fn id(&self, name: &str) -> PersonId {
        let email = email(name);
        let found = self.store.read(move |read| person_by_email(read, &email));
        found.kept().unwrap().id
    }

    /// A token as a program shows it.
    pub fn token(&self, person: Option<PersonId>, scopes: Vec<Action>) -> String {
        let act = self.accounts.act(Who::Console);
        let bytes = act.entry.bytes();
        let mut random = move |to: &mut [u8]| {
            to.iter_mut()
                .zip(bytes.iter().rev().cycle())
                .for_each(|(to, from)| *to = *from);
        };
        let secret = kept_vault::Token::new(&mut random).unwrap();
        let token = commands::NewToken {
            id: act.entry,
            token: secret.hash(),
            name: "A program".into(),
            person,
            scopes,
            expires_at: None,
        };
        self.store
            .write(move |tx| commands::add_token(tx, &act, &token))
            .kept();
        format!("kept_{}", secret.text())
    }

    /// How far somebody reaches: a token of theirs with this one scope reaches what they reach.
    pub fn scope(&self, name: &str, action: Action) -> Scope {
        let token = self.token(Some(self.id(name)), vec![action]);
        let token = self.wait(self.accounts.bearer(&token)).unwrap().unwrap();
        token.scope(action)
    }
}
