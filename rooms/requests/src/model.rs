//! The words of the room: a request and how it stands, what was said on it, and what hangs on it.

pub(crate) mod draft;
mod words;

use std::fmt;

use kept_accounts::model::{PersonId, TeamId};
use kept_clients::{ClientId, ContactId};
use kept_kernel::{Id, IdError, Instant};
use kept_store::{FromRow, FromValue, Row, StoreError, Value};

pub use draft::{Asker, Draft, Expected, Fault, NewRequest, instant_of};
pub(crate) use words::{choices, is_choice};

/// Stands for "no deadline": later than every instant.
pub(crate) const NEVER: Instant = Instant::from_micros(i64::MAX);

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub Id);

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::str::FromStr for RequestId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self)
    }
}

impl From<RequestId> for Value<'_> {
    fn from(id: RequestId) -> Self {
        Self::Id(id.0)
    }
}

/// For whom it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The client.
    Client,
    /// Somebody else outside.
    ThirdParty,
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has confirmed it to the client.
    New,
    /// The client knows that we have it.
    Acknowledged,
    /// Somebody of us has answered.
    InProgress,
    /// We wait.
    Waiting(Waiting),
    /// Done, and to be confirmed.
    Resolved,
    /// Over.
    Closed,
}

impl State {
    /// All of them, in the order of their lives.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Acknowledged,
        Self::InProgress,
        Self::Waiting(Waiting::Client),
        Self::Waiting(Waiting::ThirdParty),
        Self::Resolved,
        Self::Closed,
    ];

    /// As it is stored and read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Acknowledged => "acknowledged",
            Self::InProgress => "in progress",
            Self::Waiting(Waiting::Client) => "waiting for the client",
            Self::Waiting(Waiting::ThirdParty) => "waiting for a third party",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Whose words they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The client's.
    Client,
    /// Ours, to the client.
    Us,
    /// Ours, among us.
    Note,
    /// What the procedure did.
    Machine,
}

impl Voice {
    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Us => "us",
            Self::Note => "note",
            Self::Machine => "machine",
        }
    }

    fn named(name: &str) -> Self {
        let all = [Self::Client, Self::Us, Self::Note];
        all.into_iter()
            .find(|voice| voice.name() == name)
            .unwrap_or(Self::Machine)
    }
}

/// A request with the names that are shown of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its identity.
    pub id: RequestId,
    /// The number that people call it by.
    pub number: u64,
    /// Whose it is.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's tier.
    pub tier: Option<String>,
    /// Who of the client asked.
    pub contact: Option<ContactId>,
    /// Their name.
    pub contact_name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// By which way it came.
    pub channel: String,
    /// What it is about.
    pub subject: String,
    /// What kind it is.
    pub category: Option<String>,
    /// How soon the client needs it.
    pub urgency: Option<String>,
    /// How much depends on it.
    pub impact: Option<String>,
    /// What follows of both.
    pub priority: Option<String>,
    /// The department that works on it.
    pub department: Option<String>,
    /// For whom it waits.
    pub waiting: Option<Waiting>,
    /// How it ended.
    pub ending: Option<String>,
    /// What was done.
    pub resolution: Option<String>,
    /// Why it ended without the client's word.
    pub reason: Option<String>,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// Their name.
    pub assignee_name: Option<String>,
    /// The team that it belongs to.
    pub team: Option<TeamId>,
    /// Its name.
    pub team_name: Option<String>,
    /// When we said to be done.
    pub expected_at: Option<Instant>,
    /// When we said to write again.
    pub update_at: Option<Instant>,
    /// When the client spoke or wrote.
    pub contacted_at: Instant,
    /// When it was entered.
    pub received_at: Instant,
    /// When the client was told that we have it.
    pub acknowledged_at: Option<Instant>,
    /// When somebody of us first answered.
    pub answered_at: Option<Instant>,
    /// When category, urgency and impact were set.
    pub prioritised_at: Option<Instant>,
    /// When it was handed to a support team.
    pub escalated_at: Option<Instant>,
    /// Until when they agreed to be done.
    pub agreed_at: Option<Instant>,
    /// Since when it waits.
    pub waiting_since: Option<Instant>,
    /// When it was done.
    pub resolved_at: Option<Instant>,
    /// When the client was told that we will close.
    pub notice_at: Option<Instant>,
    /// When the client confirmed.
    pub confirmed_at: Option<Instant>,
    /// When it was closed.
    pub closed_at: Option<Instant>,
    /// When it was last opened again.
    pub reopened_at: Option<Instant>,
    /// When somebody marked it as complex.
    pub complex_at: Option<Instant>,
    /// Out of sight until then.
    pub snoozed_until: Instant,
    /// Its next deadline; the largest instant for none.
    pub due_at: Instant,
    /// When that duty began to count.
    pub due_opened_at: Option<Instant>,
    /// The duty's document and rule, `SR/acknowledge`.
    pub due_rule: Option<String>,
    /// How many messages it has.
    pub messages: u32,
    /// When the last words were said.
    pub last_at: Instant,
    /// By whom.
    pub last_voice: Voice,
    /// The request that it has become part of.
    pub merged_into: Option<RequestId>,
    /// Counts its changes.
    pub revision: u32,
}

impl Request {
    /// One that comes in at an instant, about which nothing else is known yet.
    pub(crate) fn received(
        (id, number): (RequestId, u64),
        (client, client_name, tier): (ClientId, String, Option<String>),
        at: Instant,
    ) -> Self {
        Self {
            id,
            number,
            client,
            client_name,
            tier,
            contact: None,
            contact_name: None,
            email: None,
            channel: String::new(),
            subject: String::new(),
            category: None,
            urgency: None,
            impact: None,
            priority: None,
            department: None,
            waiting: None,
            ending: None,
            resolution: None,
            reason: None,
            assignee: None,
            assignee_name: None,
            team: None,
            team_name: None,
            expected_at: None,
            update_at: None,
            contacted_at: at,
            received_at: at,
            acknowledged_at: None,
            answered_at: None,
            prioritised_at: None,
            escalated_at: None,
            agreed_at: None,
            waiting_since: None,
            resolved_at: None,
            notice_at: None,
            confirmed_at: None,
            closed_at: None,
            reopened_at: None,
            complex_at: None,
            snoozed_until: Instant::from_micros(0),
            due_at: NEVER,
            due_opened_at: None,
            due_rule: None,
            messages: 0,
            last_at: at,
            last_voice: Voice::Client,
            merged_into: None,
            revision: 1,
        }
    }

    /// `R-1042`, as people call it.
    pub fn mark(&self) -> String {
        mark_of(self.number)
    }

    /// How it stands.
    pub fn state(&self) -> State {
        if self.closed_at.is_some() {
            State::Closed
        } else if self.resolved_at.is_some() {
            State::Resolved
        } else if let Some(waiting) = self.waiting {
            State::Waiting(waiting)
        } else if self.answered_at.is_some() {
            State::InProgress
        } else if self.acknowledged_at.is_some() {
            State::Acknowledged
        } else {
            State::New
        }
    }

    /// The next deadline, where there is one.
    pub fn due(&self) -> Option<Instant> {
        (self.due_at < NEVER).then_some(self.due_at)
    }
}

/// `R-1042`
pub fn mark_of(number: u64) -> String {
    format!("R-{number}")
}

/// Reads the columns of a row one after the other.
pub(crate) struct Columns<'r, 'a>(pub &'r Row<'a>, pub usize);

impl<'r> Columns<'r, '_> {
    pub(crate) fn next<T: FromValue<'r>>(&mut self) -> Result<T, StoreError> {
        let place = self.1;
        self.1 += 1;
        self.0.get(place)
    }
}

impl FromRow for Request {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let mut of = Columns(row, 0);
        Ok(Self {
            id: RequestId(of.next()?),
            number: of.next()?,
            client: ClientId(of.next()?),
            client_name: of.next()?,
            tier: of.next()?,
            contact: of.next::<Option<Id>>()?.map(ContactId),
            contact_name: of.next()?,
            email: of.next()?,
            channel: of.next()?,
            subject: of.next()?,
            category: of.next()?,
            urgency: of.next()?,
            impact: of.next()?,
            priority: of.next()?,
            department: of.next()?,
            waiting: match State::named(of.next()?) {
                Some(State::Waiting(waiting)) => Some(waiting),
                _ => None,
            },
            ending: of.next()?,
            resolution: of.next()?,
            reason: of.next()?,
            assignee: of.next::<Option<Id>>()?.map(PersonId),
            assignee_name: of.next()?,
            team: of.next::<Option<Id>>()?.map(TeamId),
            team_name: of.next()?,
            expected_at: of.next()?,
            update_at: of.next()?,
            contacted_at: of.next()?,
            received_at: of.next()?,
            acknowledged_at: of.next()?,
            answered_at: of.next()?,
            prioritised_at: of.next()?,
            escalated_at: of.next()?,
            agreed_at: of.next()?,
            waiting_since: of.next()?,
            resolved_at: of.next()?,
            notice_at: of.next()?,
            confirmed_at: of.next()?,
            closed_at: of.next()?,
            reopened_at: of.next()?,
            complex_at: of.next()?,
            snoozed_until: of.next()?,
            due_at: of.next()?,
            due_opened_at: of.next()?,
            due_rule: of.next()?,
            messages: of.next()?,
            last_at: of.next()?,
            last_voice: Voice::named(of.next()?),
            merged_into: of.next::<Option<Id>>()?.map(RequestId),
            revision: of.next()?,
        })
    }
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its place on the request, from 1.
    pub place: u32,
    /// Its identity.
    pub id: Id,
    /// Whose words they are.
    pub voice: Voice,
    /// By which way.
    pub channel: String,
    /// Who of us.
    pub author: Option<PersonId>,
    /// Who: one of us, or a contact of the client.
    pub name: Option<String>,
    /// The words, in Markdown.
    pub text: String,
    /// The clause that the procedure followed.
    pub clause: Option<String>,
    /// When.
    pub at: Instant,
}

impl FromRow for Message {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            place: row.get(0)?,
            id: row.get(1)?,
            voice: Voice::named(row.get(2)?),
            channel: row.get(3)?,
            author: row.get::<Option<Id>>(4)?.map(PersonId),
            name: row.get(5)?,
            text: row.get(6)?,
            clause: row.get(7)?,
            at: row.get(8)?,
        })
    }
}

/// A file without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Its identity.
    pub id: Id,
    /// The message that it came with.
    pub place: u32,
    /// What it is called.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
}

impl FromRow for FileRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            place: row.get(1)?,
            name: row.get(2)?,
            size: row.get(3)?,
        })
    }
}
