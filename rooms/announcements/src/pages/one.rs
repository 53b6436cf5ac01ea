//! One announcement: its text, the way to confirm it, and for those who may change it who has read it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_kernel::Instant;
use kept_store::StoreError;
use kept_ui::parts::{Button, ClauseMark, Confirm, Crumb, Fact, Facts, Notice};
use kept_ui::{Failure, Frame, Html, page, prose};
use serde::Deserialize;

use super::{addressed, author, day, got, id_of, last_day, missing, scopes};
use crate::model::{Announcement, AnnouncementState, Reader, TextVersion, clause_named};
use crate::queries;
use crate::room::{Room, TOPIC};

/// So many names are listed of each sort.
const NAMES: u32 = 200;

/// An earlier version may be asked for.
#[derive(Deserialize, Default)]
pub struct Asked {
    version: Option<u32>,
}

#[derive(Template)]
#[template(path = "announcements/one.html")]
struct OnePage {
    frame: Frame,
    crumb: Crumb,
    announcement: Announcement,
    about: String,
    title: String,
    text: Html,
    notice: Option<Notice>,
    mark: Option<ClauseMark>,
    waits: bool,
    read: Option<String>,
    facts: Facts,
    after: Option<AfterPart>,
}

/// What those see who may change it.
struct AfterPart {
    edit: Option<Button>,
    withdraw: Option<Confirm>,
    bring_back: Option<Button>,
    all: u64,
    confirmed: u64,
    missing: Vec<Line>,
    readers: Vec<Line>,
    versions: Vec<VersionLine>,
}

struct Line {
    name: String,
    team: String,
    when: String,
}

struct VersionLine {
    href: String,
    words: String,
    readings: u64,
    shown: bool,
}

/// What is read of it at once.
struct Seen {
    announcement: Announcement,
    whole: Option<Whole>,
}

struct Whole {
    counted: (u64, u64),
    missing: Vec<Reader>,
    readers: Vec<Reader>,
    versions: Vec<TextVersion>,
}

/// The page.
pub async fn one(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let scopes = scopes(&signed)?;
    let id = id_of(&id)?;
    let now = room.world.now();
    let seen = room.store.read(move |read| {
        let found = queries::one(read, (&scopes.0, &scopes.1), id, now)?;
        let Some((announcement, may_change)) = found else {
            return Ok::<_, StoreError>(None);
        };
        let whole = may_change.then(|| {
            let confirm = announcement.must_confirm;
            let readers = |without| {
                if confirm {
                    queries::readers(read, id, without, NAMES)
                } else {
                    Ok(Vec::new())
                }
            };
            Ok::<_, StoreError>(Whole {
                counted: queries::counted(read, id)?,
                missing: readers(true)?,
                readers: readers(false)?,
                versions: queries::versions(read, id)?,
            })
        });
        let whole = whole.transpose()?;
        Ok(Some(Seen {
            announcement,
            whole,
        }))
    });
    let seen = got(seen).await?.ok_or_else(missing)?;
    Ok(page(&shown(&room, frame, seen, asked.version, now)))
}

fn shown(room: &Room, frame: Frame, seen: Seen, version: Option<u32>, now: Instant) -> OnePage {
    let zone = room.zone();
    let Seen {
        announcement,
        whole,
    } = seen;
    let older = whole.as_ref().and_then(|whole| {
        let asked = version.filter(|version| *version != announcement.version)?;
        whole.versions.iter().find(|one| one.version == asked)
    });
    let (title, text) = older.map_or((&announcement.title, &announcement.text), |older| {
        (&older.title, &older.text)
    });
    let mark = announcement
        .clause
        .as_deref()
        .map(|clause| mark(room, clause));
    OnePage {
        crumb: Crumb::new([("Announcements", "/announcements")]),
        about: about(&announcement, &zone),
        title: title.clone(),
        text: prose::prose(text),
        notice: notice(&announcement, older, now, &zone),
        mark,
        waits: announcement.waits_for_me(now) && older.is_none(),
        read: announcement.read_at.filter(|_| older.is_none()).map(|at| {
            format!(
                "You confirmed on {} that you have read this.",
                day(at, &zone)
            )
        }),
        facts: facts(&announcement, &zone),
        after: whole.map(|whole| after(&announcement, whole, (version, &frame), now, &zone)),
        frame: frame
            .titled(announcement.title.clone())
            .at("announcements")
            .showing(TOPIC),
        announcement,
    }
}

fn about(announcement: &Announcement, zone: &TimeZone) -> String {
    let (author, to) = (author(announcement), addressed(announcement));
    format!("{author}, {to}, {}", day(announcement.from_at, zone))
}

fn mark(room: &Room, clause: &str) -> ClauseMark {
    let Some((mark, href)) = clause_named(&room.rules.now(), clause) else {
        return ClauseMark::new(clause, "/sops");
    };
    let card = mark
        .split_once(' ')
        .map(|(code, number)| format!("/sops/clause/{code}/{number}"));
    let mark = ClauseMark::new(mark, href);
    card.into_iter().fold(mark, ClauseMark::card)
}

fn notice(
    announcement: &Announcement,
    older: Option<&TextVersion>,
    now: Instant,
    zone: &TimeZone,
) -> Option<Notice> {
    if let Some(older) = older {
        let words = format!(
            "Written on {}. Another one is in force.",
            day(older.written_at, zone)
        );
        return Some(Notice::caution(
            format!("This is version {}", older.version),
            words,
        ));
    }
    match announcement.state(now) {
        AnnouncementState::Current => None,
        AnnouncementState::Planned => Some(Notice::info(
            "Nobody reads this yet",
            format!("It begins on {}.", day(announcement.from_at, zone)),
        )),
        AnnouncementState::Ended => {
            Some(Notice::info("This is over", "It is kept to be looked up."))
        }
        AnnouncementState::Withdrawn => Some(Notice::caution(
            "This was withdrawn",
            "Readers no longer see it; who has read it is kept.",
        )),
    }
}

fn facts(announcement: &Announcement, zone: &TimeZone) -> Facts {
    let until = announcement
        .until_at
        .map_or_else(|| "no end".to_owned(), |until| day(last_day(until), zone));
    let confirm = if announcement.must_confirm {
        "is to be confirmed"
    } else {
        "is up to you"
    };
    let mut facts = vec![
        Fact::new("From", day(announcement.from_at, zone)),
        Fact::new("Until", until),
        Fact::new("Reading", confirm),
    ];
    if announcement.version > 1 {
        facts.push(Fact::new("Version", announcement.version.to_string()));
    }
    Facts(facts)
}

fn after(
    announcement: &Announcement,
    whole: Whole,
    (version, frame): (Option<u32>, &Frame),
    now: Instant,
    zone: &TimeZone,
) -> AfterPart {
    let here = format!("/announcements/{}", announcement.id);
    let state = announcement.state(now);
    let withdrawn = state == AnnouncementState::Withdrawn;
    let reader = |reader: Reader| Line {
        when: match (reader.read_at, reader.version) {
            (Some(at), _) => day(at, zone),
            (None, Some(version)) => format!("read version {version}"),
            (None, None) => String::new(),
        },
        name: reader.name,
        team: reader.team.unwrap_or_default(),
    };
    let shown = version.unwrap_or(announcement.version);
    let line = |one: &TextVersion| VersionLine {
        href: format!("{here}?version={}", one.version),
        words: format!(
            "Version {}, {}, {}",
            one.version,
            day(one.written_at, zone),
            one.written_by.as_deref().unwrap_or("a former colleague")
        ),
        readings: one.readings,
        shown: one.version == shown,
    };
    AfterPart {
        edit: (!withdrawn).then(|| Button::link("Edit", format!("{here}/edit")).key("e")),
        withdraw: (!withdrawn).then(|| Confirm {
            words: "Withdraw".to_owned(),
            question:
                "Readers no longer see it. Who has read it is kept, and you can bring it back."
                    .to_owned(),
            act: Button::act("Withdraw it", format!("{here}/withdrawal"), &frame.csrf).danger(),
        }),
        bring_back: withdrawn.then(|| {
            Button::act(
                "Bring it back",
                format!("{here}/withdrawal/undo"),
                &frame.csrf,
            )
        }),
        all: whole.counted.0,
        confirmed: whole.counted.1,
        missing: whole.missing.into_iter().map(reader).collect(),
        readers: whole.readers.into_iter().map(reader).collect(),
        versions: whole.versions.iter().map(line).collect(),
    }
}
