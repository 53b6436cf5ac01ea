//! The words of the room: an announcement, its audience, its text as it was typed and as it was understood.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kept_accounts::model::{DepartmentId, PersonId, TeamId};
use kept_journal::InForce;
use kept_kernel::{Id, IdError, Instant};
use kept_rooms::FieldError;
use kept_store::{FromRow, Row, StoreError, Value};
use serde::Deserialize;

/// The most letters of a title.
pub const LONGEST_TITLE: usize = 160;
/// The most letters of a text.
pub const LONGEST_TEXT: usize = 20_000;
/// Stands for "no end": later than every instant.
pub(crate) const NEVER: Instant = Instant::from_micros(i64::MAX);

/// An announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnnouncementId(pub Id);

impl fmt::Display for AnnouncementId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::str::FromStr for AnnouncementId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self)
    }
}

impl From<AnnouncementId> for Value<'_> {
    fn from(id: AnnouncementId) -> Self {
        Self::Id(id.0)
    }
}

/// To whom it is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everyone who works here.
    Company,
    /// The people of a department.
    Department(DepartmentId),
    /// The people of a team.
    Team(TeamId),
}

impl Audience {
    /// How its kind is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Department(_) => "department",
            Self::Team(_) => "team",
        }
    }

    /// The team, where it is one.
    pub const fn team(self) -> Option<TeamId> {
        match self {
            Self::Team(team) => Some(team),
            _ => None,
        }
    }

    /// The department, where it is one.
    pub const fn department(self) -> Option<DepartmentId> {
        match self {
            Self::Department(department) => Some(department),
            _ => None,
        }
    }

    /// From its written form: `company`, `team:0192…`, `department:0192…`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "company" => Some(Self::Company),
            Some(("team", id)) => Some(Self::Team(id.parse().ok()?)),
            Some(("department", id)) => Some(Self::Department(id.parse().ok()?)),
            _ => None,
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())?;
        match self {
            Self::Company => Ok(()),
            Self::Department(id) => write!(out, ":{id}"),
            Self::Team(id) => write!(out, ":{id}"),
        }
    }
}

/// An announcement as somebody typed it, in a form or in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAnnouncement)]
pub struct Typed {
    /// Its title.
    #[schema(example = "The desk closes at noon on Friday")]
    pub title: String,
    /// Its text, in Markdown.
    #[schema(example = "We move to the new building. **Urgent requests** go to the night line.")]
    pub text: String,
    /// To whom: company, team:ID or department:ID.
    #[schema(example = "company")]
    pub audience: String,
    /// The first day, in the company's zone; none: at once.
    #[serde(default)]
    #[schema(example = "2026-03-02")]
    pub from_on: Option<String>,
    /// The last day; none: without end.
    #[serde(default)]
    #[schema(example = "2026-03-06")]
    pub until_on: Option<String>,
    /// The clause of an SOP in force that it refers to.
    #[serde(default)]
    #[schema(example = "SR 4.3")]
    pub clause: Option<String>,
    /// Whether reading is to be confirmed.
    #[serde(default)]
    #[schema(example = true)]
    pub must_confirm: bool,
}

/// An announcement that can be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its title.
    pub title: String,
    /// Its text, in Markdown.
    pub text: String,
    /// To whom.
    pub audience: Audience,
    /// From when.
    pub from_at: Instant,
    /// Until before when.
    pub until_at: Instant,
    /// The clause that it refers to.
    pub clause: Option<String>,
    /// Whether reading is to be confirmed.
    pub must_confirm: bool,
}

/// Something that was typed and cannot stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No title.
    #[error("Write a title, so that it can be found again.")]
    NoTitle,
    /// A title that is too long.
    #[error("Shorten the title to {LONGEST_TITLE} letters.")]
    LongTitle,
    /// No text.
    #[error("Write what people should know.")]
    NoText,
    /// A text that is too long.
    #[error("Shorten the text to {LONGEST_TEXT} letters, or link to a document.")]
    LongText,
    /// No such audience.
    #[error("Choose who should read it.")]
    UnknownAudience,
    /// Not a day.
    #[error("Write a day like 2026-03-02.")]
    NoFirstDay,
    /// Not a day.
    #[error("Write a day like 2026-03-02, or nothing for no end.")]
    NoLastDay,
    /// The last day is before the first, or over.
    #[error("Choose a last day that is still to come, and not before the first.")]
    EndsTooEarly,
    /// There is no such clause in force.
    #[error("There is no such clause in the SOPs in force. Write it like SR 4.3.")]
    UnknownClause,
}

impl Fault {
    /// The field where it stands.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NoTitle | Self::LongTitle => "title",
            Self::NoText | Self::LongText => "text",
            Self::UnknownAudience => "audience",
            Self::NoFirstDay => "from_on",
            Self::NoLastDay | Self::EndsTooEarly => "until_on",
            Self::UnknownClause => "clause",
        }
    }
}

impl From<Fault> for FieldError {
    fn from(fault: Fault) -> Self {
        Self {
            field: fault.field(),
            words: fault.to_string(),
        }
    }
}

impl Typed {
    /// What it means, at this time, under the SOPs in force and in the company's zone.
    ///
    /// # Errors
    ///
    /// Everything that cannot stand.
    pub fn understood(&self, in_force: &InForce, now: Instant) -> Result<Draft, Vec<Fault>> {
        let zone = in_force.program.company_calendar().time_zone();
        let mut faults = Vec::new();
        let mut fault = |found: bool, fault: Fault| faults.extend(found.then_some(fault));
        let (title, text) = (self.title.trim(), self.text.trim());
        fault(title.is_empty(), Fault::NoTitle);
        fault(title.chars().count() > LONGEST_TITLE, Fault::LongTitle);
        fault(text.is_empty(), Fault::NoText);
        fault(text.chars().count() > LONGEST_TEXT, Fault::LongText);
        let audience = Audience::parse(self.audience.trim());
        fault(audience.is_none(), Fault::UnknownAudience);
        let from_at = start(self.from_on.as_deref(), 0, zone);
        fault(from_at.is_none(), Fault::NoFirstDay);
        let until_at = start(self.until_on.as_deref(), 1, zone);
        fault(until_at.is_none(), Fault::NoLastDay);
        let (from_at, until_at) = (
            from_at.flatten().unwrap_or(now),
            until_at.flatten().unwrap_or(NEVER),
        );
        fault(until_at <= from_at.max(now), Fault::EndsTooEarly);
        let clause = self
            .clause
            .as_deref()
            .map(str::trim)
            .filter(|clause| !clause.is_empty());
        let clause = clause.map(|clause| clause_named(in_force, clause));
        fault(clause == Some(None), Fault::UnknownClause);
        match audience.filter(|_| faults.is_empty()) {
            Some(audience) => Ok(Draft {
                title: title.to_owned(),
                text: text.replace("\r\n", "\n"),
                audience,
                from_at,
                until_at,
                clause: clause.flatten().map(|(mark, _)| mark),
                must_confirm: self.must_confirm,
            }),
            None => Err(faults),
        }
    }
}

/// When a day begins, or the day after it; nothing for nothing. `None` for what is no day.
#[expect(
    clippy::option_option,
    reason = "no day, and nothing that could be one, are told apart"
)]
fn start(day: Option<&str>, later: i64, zone: &TimeZone) -> Option<Option<Instant>> {
    let Some(day) = day.map(str::trim).filter(|day| !day.is_empty()) else {
        return Some(None);
    };
    let day: Date = day.parse().ok()?;
    let day = day
        .checked_add(jiff::Span::new().try_days(later).ok()?)
        .ok()?;
    let start = day.to_zoned(zone.clone()).ok()?;
    Some(Some(Instant::from_timestamp(start.timestamp())))
}

/// A clause in force by its mark: as it is written, and where it stands.
pub(crate) fn clause_named(in_force: &InForce, mark: &str) -> Option<(String, String)> {
    let (code, number) = mark.split_once(char::is_whitespace)?;
    let mut documents = in_force.library.documents.iter();
    let document = documents.find(|document| document.header.code.eq_ignore_ascii_case(code))?;
    let mut clauses = document.clauses.iter();
    let clause = clauses.find(|clause| clause.number.eq_ignore_ascii_case(number.trim()))?;
    let code = &document.header.code;
    let anchor = clause.number.replace(' ', "-");
    Some((
        format!("{code} {}", clause.number),
        format!("/sops/{code}#{anchor}"),
    ))
}

/// An announcement with what a page shows of it, as one person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Its identity.
    pub id: AnnouncementId,
    /// Who posted it; none: somebody who was erased.
    pub author: Option<PersonId>,
    /// Their name.
    pub author_name: Option<String>,
    /// To whom.
    pub audience: Audience,
    /// The name of the team or department.
    pub audience_name: Option<String>,
    /// Its title.
    pub title: String,
    /// Its text, in Markdown.
    pub text: String,
    /// The clause that it refers to.
    pub clause: Option<String>,
    /// From when.
    pub from_at: Instant,
    /// Until before when; none: without end.
    pub until_at: Option<Instant>,
    /// Whether reading is to be confirmed.
    pub must_confirm: bool,
    /// Which version of its text this is, from 1.
    pub version: u32,
    /// Counts its changes, from 1: for whoever changes it.
    pub revision: u32,
    /// When it was posted.
    pub posted_at: Instant,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Instant>,
    /// Whether it is addressed to whoever asks.
    pub is_for_me: bool,
    /// When whoever asks has confirmed to have read this version.
    pub read_at: Option<Instant>,
}

impl Announcement {
    /// How it stands at a time.
    pub fn state(&self, now: Instant) -> AnnouncementState {
        if self.withdrawn_at.is_some() {
            AnnouncementState::Withdrawn
        } else if self.from_at > now {
            AnnouncementState::Planned
        } else if self.until_at.is_some_and(|until| until <= now) {
            AnnouncementState::Ended
        } else {
            AnnouncementState::Current
        }
    }

    /// Whether whoever asks has yet to confirm it.
    pub fn waits_for_me(&self, now: Instant) -> bool {
        self.must_confirm
            && self.is_for_me
            && self.read_at.is_none()
            && self.state(now) == AnnouncementState::Current
    }
}

/// How an announcement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnouncementState {
    /// It has not begun.
    Planned,
    /// People read it now.
    Current,
    /// It is over, and can be looked up.
    Ended,
    /// It was taken back.
    Withdrawn,
}

impl AnnouncementState {
    /// As it is read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Current => "current",
            Self::Ended => "ended",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl FromRow for Announcement {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let (team, department): (Option<Id>, Option<Id>) = (row.get(3)?, row.get(4)?);
        let until_at: Instant = row.get(10)?;
        Ok(Self {
            id: AnnouncementId(row.get(0)?),
            author: row.get::<Option<Id>>(1)?.map(PersonId),
            author_name: row.get(2)?,
            audience: match (team, department) {
                (Some(team), _) => Audience::Team(TeamId(team)),
                (None, Some(department)) => Audience::Department(DepartmentId(department)),
                (None, None) => Audience::Company,
            },
            audience_name: row.get(5)?,
            title: row.get(6)?,
            text: row.get(7)?,
            clause: row.get(8)?,
            from_at: row.get(9)?,
            until_at: (until_at < NEVER).then_some(until_at),
            must_confirm: row.get(11)?,
            version: row.get(12)?,
            revision: row.get(13)?,
            posted_at: row.get(14)?,
            withdrawn_at: row.get(15)?,
            is_for_me: row.get(16)?,
            read_at: row.get(17)?,
        })
    }
}

/// Somebody to whom an announcement is addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their team.
    pub team: Option<String>,
    /// When they confirmed the version in force; none: not yet.
    pub read_at: Option<Instant>,
    /// The last version that they confirmed, maybe an earlier one.
    pub version: Option<u32>,
}

impl FromRow for Reader {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            person: PersonId(row.get(0)?),
            name: row.get(1)?,
            team: row.get(2)?,
            read_at: row.get(3)?,
            version: row.get(4)?,
        })
    }
}

/// A version of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextVersion {
    /// From 1.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// The clause that it refers to.
    pub clause: Option<String>,
    /// When it was written.
    pub written_at: Instant,
    /// By whom.
    pub written_by: Option<String>,
    /// How many have confirmed it.
    pub readings: u64,
}

impl FromRow for TextVersion {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            version: row.get(0)?,
            title: row.get(1)?,
            text: row.get(2)?,
            clause: row.get(3)?,
            written_at: row.get(4)?,
            written_by: row.get(5)?,
            readings: row.get(6)?,
        })
    }
}
