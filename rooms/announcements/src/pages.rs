//! The pages of announcements.

mod act;
mod list;
mod one;
mod write;

use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_kernel::Instant;
use kept_store::{Answer, StoreError};
use kept_ui::Failure;
use kept_ui::routes::{Routes, get, post};

use crate::model::{Announcement, AnnouncementId, Audience};
use crate::room::Room;

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/announcements", get(list::list).post(write::post))
        .route("/announcements/new", get(write::ask))
        .route("/announcements/{id}", get(one::one).post(write::change))
        .route("/announcements/{id}/edit", get(write::edit))
        .route("/announcements/{id}/readings", post(act::confirm))
        .route("/announcements/{id}/withdrawal", post(act::withdraw))
        .route("/announcements/{id}/withdrawal/undo", post(act::undo))
        .with_state(room)
}

/// How far the asker reaches: for reading, and for posting, which may be nowhere.
fn scopes(signed: &Signed) -> Result<(Scope, Scope), Failure> {
    let reading = signed.require(Action::ReadAnnouncements)?;
    Ok((reading, signed.scope(Action::PostAnnouncements)))
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(kept_rooms::failed)
}

fn id_of(text: &str) -> Result<AnnouncementId, Failure> {
    text.parse().map_err(|_| missing())
}

/// There is none, or it is not for this person: the two look alike.
fn missing() -> Failure {
    Failure::not_found("There is no such announcement")
        .way_on("/announcements", "All announcements")
}

/// `to the whole company`, `to the team North`.
fn addressed(announcement: &Announcement) -> String {
    let name = announcement.audience_name.as_deref().unwrap_or_default();
    match announcement.audience {
        Audience::Company => "to the whole company".to_owned(),
        Audience::Department(_) => format!("to the department {name}"),
        Audience::Team(_) => format!("to the team {name}"),
    }
}

fn author(announcement: &Announcement) -> &str {
    announcement
        .author_name
        .as_deref()
        .unwrap_or("A former colleague")
}

/// `2 March 2026`
fn day(at: Instant, zone: &TimeZone) -> String {
    let day = at.timestamp().to_zoned(zone.clone());
    day.strftime("%-d %B %Y").to_string()
}

/// `2026-03-02`, as a field of a form has it.
fn date(at: Instant, zone: &TimeZone) -> String {
    at.timestamp().to_zoned(zone.clone()).date().to_string()
}

/// The last day on which it is shown.
fn last_day(until: Instant) -> Instant {
    until.plus_micros(-1)
}

impl Room {
    fn zone(&self) -> TimeZone {
        let rules = self.rules.now();
        rules.program.company_calendar().time_zone().clone()
    }
}
