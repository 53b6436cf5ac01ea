//! An announcement as the API writes it.

use jiff::tz::TimeZone;
use kept_kernel::Instant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::Announcement;
use crate::room::Room;

/// What else is needed to write one: the time, and the company's zone.
pub(super) struct Written {
    pub(super) now: Instant,
    zone: TimeZone,
}

impl Written {
    pub(super) fn at(room: &Room, now: Instant) -> Self {
        let rules = room.rules.now();
        let zone = rules.program.company_calendar().time_zone().clone();
        Self { now, zone }
    }
}

/// An announcement.
#[derive(Serialize, ToSchema)]
#[schema(as = Announcement)]
pub(super) struct AnnouncementBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// How it stands: planned, current, ended or withdrawn.
    #[schema(example = "current")]
    state: &'static str,
    /// Its title.
    #[schema(example = "The desk closes at noon on Friday")]
    title: String,
    /// Its text, in Markdown.
    #[schema(example = "We move to the new building. **Urgent requests** go to the night line.")]
    text: String,
    /// To whom: company, team:ID or department:ID.
    #[schema(example = "company")]
    audience: String,
    /// The name of the team or department.
    #[schema(example = json!(null))]
    audience_name: Option<String>,
    /// Who posted it.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    author: Option<String>,
    /// Their name.
    #[schema(example = "Helen Strand")]
    author_name: Option<String>,
    /// The clause that it refers to.
    #[schema(example = "SR 4.3")]
    clause: Option<String>,
    /// The first day, in the company's zone.
    #[schema(example = "2026-03-02")]
    from_on: String,
    /// The last day; null: without end.
    #[schema(example = "2026-03-06")]
    until_on: Option<String>,
    /// From when.
    #[schema(example = "2026-03-01T23:00:00Z")]
    from_at: String,
    /// Until before when.
    #[schema(example = "2026-03-06T23:00:00Z")]
    until_at: Option<String>,
    /// Whether reading is to be confirmed.
    #[schema(example = true)]
    must_confirm: bool,
    /// Which version of its text this is.
    #[schema(example = 1)]
    version: u32,
    /// Whether it is addressed to the token's person.
    #[schema(example = true)]
    is_for_me: bool,
    /// When the token's person confirmed this version.
    #[schema(example = json!(null))]
    read_at: Option<String>,
    /// When it was posted.
    #[schema(example = "2026-02-27T08:12:45Z")]
    posted_at: String,
}

pub(super) fn body(announcement: &Announcement, written: &Written) -> AnnouncementBody {
    let day = |at: Instant| {
        at.timestamp()
            .to_zoned(written.zone.clone())
            .date()
            .to_string()
    };
    let instant = |at: Instant| at.timestamp().to_string();
    AnnouncementBody {
        id: announcement.id.to_string(),
        state: announcement.state(written.now).name(),
        title: announcement.title.clone(),
        text: announcement.text.clone(),
        audience: announcement.audience.to_string(),
        audience_name: announcement.audience_name.clone(),
        author: announcement.author.map(|author| author.to_string()),
        author_name: announcement.author_name.clone(),
        clause: announcement.clause.clone(),
        from_on: day(announcement.from_at),
        until_on: announcement
            .until_at
            .map(|until| day(until.plus_micros(-1))),
        from_at: instant(announcement.from_at),
        until_at: announcement.until_at.map(instant),
        must_confirm: announcement.must_confirm,
        version: announcement.version,
        is_for_me: announcement.is_for_me,
        read_at: announcement.read_at.map(instant),
        posted_at: instant(announcement.posted_at),
    }
}
