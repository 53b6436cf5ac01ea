//! The pages of mail that comes in: the mailboxes, what was set aside, and each mail as it came.

mod aside;
mod consent;
mod mailboxes;
mod one;
mod one_box;

use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_kernel::{Id, Instant};
use kept_store::{Answer, StoreError};
use kept_ui::Failure;
use kept_ui::routes::{Routes, get, post};

use crate::room::Room;

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route(
            "/settings/mailboxes",
            get(mailboxes::list).post(mailboxes::save),
        )
        .route("/settings/mailboxes/{id}", get(one_box::show))
        .route(
            "/settings/mailboxes/{id}/letters",
            post(one_box::save_dress),
        )
        .route(
            "/settings/mailboxes/{id}/source",
            post(one_box::save_source),
        )
        .route(
            "/settings/mailboxes/{id}/source/removal",
            post(one_box::drop_source),
        )
        .route(
            "/settings/mailboxes/consent",
            get(consent::returned).post(consent::end),
        )
        .route("/settings/mailboxes/{id}/consent", post(consent::begin))
        .route(
            "/settings/mailboxes/{id}/consent/removal",
            post(consent::forget),
        )
        .route("/settings/mailboxes/{id}/test", post(one_box::test))
        .route("/settings/mailboxes/{id}/removal", post(mailboxes::remove))
        .route("/messages/aside", get(aside::list))
        .route("/messages/{id}", get(one::show))
        .route("/messages/{id}/raw", get(one::raw))
        .route("/messages/{id}/html", get(one::html))
        .route("/messages/{id}/request", post(aside::open))
        .route("/messages/{id}/dismissal", post(aside::dismiss))
        .with_state(room)
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(kept_rooms::failed)
}

/// Whoever sees to mail that belongs to nothing: those who work on all requests.
fn sees_to_all(signed: &Signed) -> Result<Scope, Failure> {
    let scope = signed.require(Action::HandleRequests)?;
    if scope.is_everything() {
        Ok(scope)
    } else {
        Err(missing())
    }
}

fn id_of(text: &str) -> Result<Id, Failure> {
    text.parse().map_err(|_| missing())
}

/// There is none, or it is not for this person: the two look alike.
fn missing() -> Failure {
    Failure::not_found("There is no such mail").way_on("/requests", "All requests")
}

/// The reader's zone; UTC where it is not known.
fn zone(signed: &Signed) -> TimeZone {
    TimeZone::get(&signed.zone).unwrap_or(TimeZone::UTC)
}

/// `12 Mar 2026, 14:05 CET`
fn exactly(at: Instant, zone: &TimeZone) -> String {
    let zoned = at.timestamp().to_zoned(zone.clone());
    zoned.strftime("%-d %b %Y, %H:%M %Z").to_string()
}
