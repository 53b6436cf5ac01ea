//! The list: what people read now, what is over, what may be changed.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_kernel::{Id, Instant};
use kept_ui::parts::{Button, Empty, More, View, Views};
use kept_ui::{Failure, Frame, page};
use serde::Deserialize;

use super::{addressed, author, day, got, last_day, scopes};
use crate::model::{Announcement, AnnouncementState};
use crate::queries::{self, After, Listed, START};
use crate::room::{Room, TOPIC};

const ON_A_PAGE: usize = 30;

/// What is asked for: a view, and where the list goes on.
#[derive(Deserialize, Default)]
pub struct Asked {
    view: Option<String>,
    after: Option<i64>,
    id: Option<String>,
}

#[derive(Template)]
#[template(path = "announcements/list.html")]
struct ListPage {
    frame: Frame,
    views: Option<Views>,
    rows: Vec<Line>,
    post: Option<Button>,
    more: Option<More>,
    none: Empty,
}

struct Line {
    href: String,
    title: String,
    about: String,
    clause: Option<String>,
    when: String,
    exact: String,
    /// How it stands for whoever looks: words and the state of a clock.
    stands: Option<(&'static str, &'static str)>,
}

/// The page.
pub async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (reading, posting) = scopes(&signed)?;
    let may_post = !posting.is_nothing();
    let listed = match asked.view.as_deref() {
        Some("earlier") => Listed::Earlier,
        Some("written") if may_post => Listed::Written,
        _ => Listed::Current,
    };
    let scope = if listed == Listed::Written {
        posting
    } else {
        reading
    };
    let after = after(&asked);
    let now = room.world.now();
    let limit = ON_A_PAGE as u32 + 1;
    let found = room
        .store
        .read(move |read| queries::list(read, &scope, (listed, now), after, limit));
    let found = got(found).await?;
    let zone = room.zone();
    Ok(page(&ListPage {
        views: Some(views(listed, may_post)),
        rows: found
            .iter()
            .take(ON_A_PAGE)
            .map(|one| line(one, now, &zone))
            .collect(),
        post: may_post.then(post),
        more: more(&found, listed, after == START),
        none: none(listed, may_post),
        frame: frame
            .titled("Announcements")
            .at("announcements")
            .showing(TOPIC),
    }))
}

fn after(asked: &Asked) -> After {
    let id = asked.id.as_deref().and_then(|id| id.parse::<Id>().ok());
    match (asked.after, id) {
        (Some(at), Some(id)) => (Instant::from_micros(at), id),
        _ => START,
    }
}

fn post() -> Button {
    Button::link("Post an announcement", "/announcements/new")
        .primary()
        .key("c")
}

fn view_of(listed: Listed) -> (&'static str, &'static str) {
    match listed {
        Listed::Current => ("Current", "/announcements"),
        Listed::Earlier => ("Earlier", "/announcements?view=earlier"),
        Listed::Written => ("To look after", "/announcements?view=written"),
    }
}

fn views(current: Listed, may_post: bool) -> Views {
    let all = [Listed::Current, Listed::Earlier, Listed::Written];
    let shown = all
        .into_iter()
        .filter(|one| may_post || *one != Listed::Written);
    let view = |one: Listed| {
        let (name, href) = view_of(one);
        View {
            name: name.to_owned(),
            href: href.to_owned(),
            count: None,
            state: None,
            current: one == current,
        }
    };
    Views {
        of: "announcements".to_owned(),
        views: shown.map(view).collect(),
    }
}

fn none(listed: Listed, may_post: bool) -> Empty {
    let empty = match listed {
        Listed::Current => Empty::new(
            "Nothing is announced at the moment",
            "What the company, your department or your team should know stands here.",
        ),
        Listed::Earlier => Empty::new(
            "Nothing is over yet",
            "Announcements that have ended are kept here.",
        ),
        Listed::Written => Empty::new(
            "Nothing was posted yet",
            "What you post stands here, also what has not begun and what was withdrawn, with who has read it.",
        ),
    };
    if may_post { empty.act(post()) } else { empty }
}

fn more(found: &[Announcement], listed: Listed, is_start: bool) -> Option<More> {
    let shown = found.len().min(ON_A_PAGE);
    let last = found
        .get(ON_A_PAGE)
        .and_then(|_| found.get(shown.saturating_sub(1)));
    if is_start && last.is_none() {
        return None;
    }
    let (_, href) = view_of(listed);
    let joint = if href.contains('?') { '&' } else { '?' };
    Some(More {
        words: format!("{shown} shown, the newest first"),
        first: (!is_start).then(|| href.to_owned()),
        next: last.map(|last| {
            format!(
                "{href}{joint}after={}&id={}",
                last.from_at.micros(),
                last.id
            )
        }),
    })
}

fn line(one: &Announcement, now: Instant, zone: &TimeZone) -> Line {
    let stands = match one.state(now) {
        _ if one.waits_for_me(now) => Some(("to confirm", "today")),
        AnnouncementState::Planned => Some(("planned", "ontime")),
        AnnouncementState::Withdrawn => Some(("withdrawn", "excused")),
        AnnouncementState::Ended => None,
        AnnouncementState::Current => one.read_at.map(|_| ("read", "met")),
    };
    let until = one
        .until_at
        .map(|until| format!(" until {}", day(last_day(until), zone)));
    Line {
        href: format!("/announcements/{}", one.id),
        title: one.title.clone(),
        about: format!("{}, {}", author(one), addressed(one)),
        clause: one.clause.clone(),
        when: day(one.from_at, zone),
        exact: format!(
            "from {}{}",
            day(one.from_at, zone),
            until.unwrap_or_default()
        ),
        stands,
    }
}
