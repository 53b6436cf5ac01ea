//! The words of the room: people, their roles, teams, sessions, links, tokens.

use std::fmt;

use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Row, StoreError, Value};

macro_rules! ids {
    ($($(#[$note:meta])* $name:ident;)+) => {$(
        $(#[$note])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Id);

        impl fmt::Display for $name {
            fmt_display!();
        }

        impl std::str::FromStr for $name {
            type Err = kept_kernel::IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for Value<'_> {
            fn from(id: $name) -> Self {
                Self::Id(id.0)
            }
        }
    )+};
}

macro_rules! fmt_display {
    () => {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(out)
        }
    };
}

ids! {
    /// A person with an account.
    PersonId;
    /// A team.
    TeamId;
    /// A department.
    DepartmentId;
    /// A session of a person in a browser.
    SessionId;
    /// A token for programs.
    TokenId;
    /// A passkey of a person.
    PasskeyId;
    /// Days on which a person is away.
    AbsenceId;
    /// Access taken in an emergency.
    EmergencyId;
}

/// How a person stands with the company. Whoever is not active signs in nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonState {
    /// Has a link, and has not chosen a password yet.
    Invited,
    /// Works here.
    Active,
    /// Has left, or must not sign in for now.
    Disabled,
}

impl PersonState {
    /// How it is stored and styled.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Disabled]
            .into_iter()
            .find(|state| state.name() == word)
    }
}

/// The role that lets a person manage accounts and settings, and nothing of any client.
pub const ADMINISTRATOR: &str = "administrator";
/// The role that everyone who works here has.
pub const EMPLOYEE: &str = "employee";

/// A role that a person can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// As in the vocabulary: `account-manager`.
    pub id: String,
    /// As it is read: `Account manager`.
    pub title: String,
}

/// The roles of this company, in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// Of the register's roles as id and words. The administrator is added where it is missing; `employee` and the client's
    /// are left out, since nobody is given them.
    pub fn new<'a>(roles: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let given = roles
            .into_iter()
            .filter(|(id, _)| !matches!(*id, EMPLOYEE | "client" | ADMINISTRATOR));
        let administrator = (ADMINISTRATOR, "Administrator");
        Self(
            given
                .chain([administrator])
                .map(|(id, says)| Role {
                    id: id.to_owned(),
                    title: capitalised(says),
                })
                .collect(),
        )
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.0.iter()
    }

    /// Whether there is a role of that id.
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|role| role.id == id)
    }

    /// The words for some roles: `Account manager, Approver`.
    pub fn titles(&self, ids: &[String]) -> String {
        let known = self.0.iter().filter(|role| ids.contains(&role.id));
        let titles: Vec<_> = known.map(|role| role.title.as_str()).collect();
        if titles.is_empty() {
            return "Employee".to_owned();
        }
        titles.join(", ")
    }
}

impl Default for Roles {
    /// The roles of the SOPs that ship.
    fn default() -> Self {
        let ids = crate::access::SHIPPED_ROLES;
        let says = ids.map(|id| id.replace('-', " ").replace("sop ", "SOP "));
        Self::new(ids.into_iter().zip(says.iter().map(String::as_str)))
    }
}

/// The first letter large.
fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().collect::<String>() + letters.as_str()
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their identity.
    pub id: PersonId,
    /// `Maya Okonkwo`.
    pub name: String,
    /// Their work address, by which they sign in.
    pub email: String,
    /// How they stand.
    pub state: PersonState,
    /// Since when.
    pub state_at: Instant,
    /// Ids of their roles, in order.
    pub roles: Vec<String>,
    /// Their team.
    pub team: Option<TeamId>,
    /// The team's name.
    pub team_name: Option<String>,
    /// Their department.
    pub department: Option<DepartmentId>,
    /// The department's name.
    pub department_name: Option<String>,
    /// The zone they live in, `Europe/Berlin`.
    pub zone: String,
    /// The language they prefer, `en`.
    pub language: String,
    /// Whether they sign in with a code as well.
    pub has_codes: bool,
}

impl FromRow for Person {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let state: &str = row.get(3)?;
        Ok(Self {
            id: PersonId(row.get(0)?),
            name: row.get(1)?,
            email: row.get(2)?,
            state: PersonState::read(state).ok_or(StoreError::Shape {
                column: 3,
                expected: "the state of a person",
                found: "another text",
            })?,
            state_at: row.get(4)?,
            roles: words(row.get(5)?),
            team: row.get::<Option<Id>>(6)?.map(TeamId),
            team_name: row.get(7)?,
            department: row.get::<Option<Id>>(8)?.map(DepartmentId),
            department_name: row.get(9)?,
            zone: row.get(10)?,
            language: row.get(11)?,
            has_codes: row.get(12)?,
        })
    }
}

/// Words apart by spaces, in order.
pub(crate) fn words(text: Option<&str>) -> Vec<String> {
    let mut words: Vec<_> = text
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    words.sort();
    words
}

/// A team or a department with how many active people it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its identity.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// How many active people are in it.
    pub people: i64,
}

impl FromRow for Unit {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            people: row.get(2)?,
        })
    }
}

/// A session as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its identity.
    pub id: SessionId,
    /// When it began.
    pub made_at: Instant,
    /// When it was last used, to the minute.
    pub last_seen_at: Instant,
    /// The family of the browser: `Firefox on Linux`.
    pub agent: String,
    /// Where it came from.
    pub address: String,
}

impl FromRow for Session {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: SessionId(row.get(0)?),
            made_at: row.get(1)?,
            last_seen_at: row.get(2)?,
            agent: row.get(3)?,
            address: row.get(4)?,
        })
    }
}

/// A token for programs, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its identity.
    pub id: TokenId,
    /// What it is for: `Import of the old desk`.
    pub name: String,
    /// What it may do, as names of actions.
    pub scopes: Vec<String>,
    /// When it was made.
    pub made_at: Instant,
    /// Until when it is good.
    pub expires_at: Option<Instant>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Instant>,
}

impl FromRow for ApiToken {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: TokenId(row.get(0)?),
            name: row.get(1)?,
            scopes: words(row.get(2)?),
            made_at: row.get(3)?,
            expires_at: row.get(4)?,
            last_used_at: row.get(5)?,
        })
    }
}

/// A passkey, without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its identity.
    pub id: PasskeyId,
    /// By what the authenticator finds it again.
    pub credential: Vec<u8>,
    /// The ways to the authenticator, as browsers name them: `internal`, `hybrid`, `usb`.
    pub transports: Vec<String>,
    /// Whether copies of it lie on the person's other devices.
    pub synced: bool,
    /// As its person calls it: `Work laptop`.
    pub name: String,
    /// When it was made.
    pub made_at: Instant,
    /// When it last let its person in.
    pub last_used_at: Option<Instant>,
    /// When it was last refused because its count had gone back.
    pub warned_at: Option<Instant>,
}

impl FromRow for Passkey {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: PasskeyId(row.get(0)?),
            credential: row.get(1)?,
            transports: words(row.get(2)?),
            synced: row.get(3)?,
            name: row.get(4)?,
            made_at: row.get(5)?,
            last_used_at: row.get(6)?,
            warned_at: row.get(7)?,
        })
    }
}

/// Days on which a person is away, and who stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Its identity.
    pub id: AbsenceId,
    /// Who is away.
    pub person: PersonId,
    /// The first day, `2026-03-02`.
    pub from_on: String,
    /// The last day.
    pub until_on: String,
    /// Who stands in.
    pub deputy: Option<PersonId>,
    /// Their name.
    pub deputy_name: Option<String>,
}

impl FromRow for Absence {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: AbsenceId(row.get(0)?),
            person: PersonId(row.get(1)?),
            from_on: row.get(2)?,
            until_on: row.get(3)?,
            deputy: row.get::<Option<Id>>(4)?.map(PersonId),
            deputy_name: row.get(5)?,
        })
    }
}

/// A span of a working day, in minutes after midnight in the person's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: u8,
    /// When it begins.
    pub starts: u16,
    /// When it ends.
    pub ends: u16,
}

impl FromRow for Span {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            weekday: row.get::<u32>(0)? as u8,
            starts: row.get::<u32>(1)? as u16,
            ends: row.get::<u32>(2)? as u16,
        })
    }
}

/// What a link in a mail is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Making the first administrator.
    First,
    /// Accepting an invitation.
    Invitation,
    /// Setting a new password.
    Reset,
}

impl LinkPurpose {
    /// How it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    /// The page that the link opens.
    pub const fn path(self) -> &'static str {
        match self {
            Self::First => "/welcome",
            Self::Invitation => "/invitation",
            Self::Reset => "/reset",
        }
    }
}

/// An address of mail as people are looked up by it: small letters, no space around it.
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
