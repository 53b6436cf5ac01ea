//! The pages of outgoing post, for those who configure the house.

mod boxes;
mod mail;
mod signing;
mod waiting;
mod webhooks;

use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_store::{Answer, StoreError};
use kept_ui::Failure;
use kept_ui::parts::{View, Views};
use kept_ui::routes::{Routes, get, post};

use crate::room::Room;

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/settings/mail", get(mail::show).post(mail::save))
        .route("/settings/mail/test", post(mail::test))
        .route("/settings/mail/signing", post(signing::change))
        .route("/settings/mail/mailboxes", get(boxes::list))
        .route(
            "/settings/mail/mailboxes/{id}",
            get(boxes::show).post(boxes::save),
        )
        .route("/settings/mail/mailboxes/{id}/test", post(boxes::test))
        .route("/settings/mail/mailboxes/{id}/trial", post(boxes::begin))
        .route("/settings/mail/mailboxes/{id}/removal", post(boxes::remove))
        .route("/settings/mail/waiting", get(waiting::list))
        .route("/settings/mail/waiting/{id}", get(waiting::one))
        .route("/settings/mail/waiting/{id}/retry", post(waiting::retry))
        .route(
            "/settings/mail/waiting/{id}/discard",
            post(waiting::discard),
        )
        .route(
            "/settings/webhooks",
            get(webhooks::list).post(webhooks::add),
        )
        .route("/settings/webhooks/{id}", get(webhooks::one))
        .route("/settings/webhooks/{id}/pause", post(webhooks::pause))
        .route("/settings/webhooks/{id}/removal", post(webhooks::remove))
        .route("/settings/webhooks/{id}/test", post(webhooks::test))
        .route(
            "/settings/webhooks/{id}/deliveries/{parcel}/again",
            post(webhooks::again),
        )
        .with_state(room)
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(kept_rooms::failed)
}

/// The right to all of it.
fn may(signed: &Signed) -> Result<Scope, Failure> {
    signed.require(Action::Configure)
}

/// The pages as tabs.
/// The reader's zone; UTC where it is not known.
fn zone(signed: &Signed) -> TimeZone {
    TimeZone::get(&signed.zone).unwrap_or(TimeZone::UTC)
}

fn tabs(current: &str) -> Views {
    let view = |(name, href): (&str, &str)| View {
        name: name.to_owned(),
        href: href.to_owned(),
        count: None,
        state: None,
        current: href == current,
    };
    let pages = [
        ("Mail server", "/settings/mail"),
        ("How mailboxes send", "/settings/mail/mailboxes"),
        ("Mail that waits", "/settings/mail/waiting"),
        ("Webhooks", "/settings/webhooks"),
    ];
    Views {
        of: "outgoing post".to_owned(),
        views: pages.map(view).to_vec(),
    }
}
