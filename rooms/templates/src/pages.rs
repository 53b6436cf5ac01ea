//! The pages of templates.

mod list;
mod one;
mod preview;
mod write;

use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_kernel::Instant;
use kept_store::{Answer, StoreError};
use kept_ui::Failure;
use kept_ui::routes::{Routes, get, post};

use crate::model::{Template, TemplateId, TemplateState};
use crate::room::Room;

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/templates", get(list::list).post(write::add))
        .route("/templates/new", get(write::ask))
        .route("/templates/{id}", get(one::one).post(write::change))
        .route("/templates/{id}/edit", get(write::edit))
        .route("/templates/{id}/history", get(one::history))
        .route("/templates/{id}/preview", get(preview::preview))
        .route("/templates/{id}/asking", post(one::ask))
        .route("/templates/{id}/approval", post(one::approve))
        .route("/templates/{id}/return", post(one::send_back))
        .route("/templates/{id}/retirement", post(one::retire))
        .with_state(room)
}

/// Whoever works here reads them.
fn reading(signed: &Signed) -> Result<Scope, Failure> {
    signed.require(Action::ReadTemplates)
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(kept_rooms::failed)
}

fn id_of(text: &str) -> Result<TemplateId, Failure> {
    text.parse().map_err(|_| missing())
}

fn missing() -> Failure {
    Failure::not_found("There is no such template").way_on("/templates", "All templates")
}

/// The template, or the page that says that there is none.
async fn found(room: &Room, id: TemplateId) -> Result<Template, Failure> {
    let found = room.store.read(move |read| crate::queries::one(read, id));
    got(found).await?.ok_or_else(missing)
}

/// How it stands: words, and the state of a clock.
fn stands(template: &Template) -> (String, &'static str) {
    match (template.state(), template.approved_version) {
        (TemplateState::Retired, _) => ("out of use".to_owned(), "excused"),
        (TemplateState::Approved, _) => ("approved".to_owned(), "met"),
        (state, used) => {
            let words = match state {
                TemplateState::Asked => "approval asked",
                _ => "draft",
            };
            let words = match used {
                Some(version) => format!("{words}; version {version} in use"),
                None => words.to_owned(),
            };
            (words, "today")
        }
    }
}

/// `Mail`, `Script for a call`
fn way(channel: &str) -> &'static str {
    if channel == "phone" {
        "Script for a call"
    } else {
        "Mail"
    }
}

/// With a capital at the beginning.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// `2 March 2026`
fn day(at: Instant, zone: &TimeZone) -> String {
    let day = at.timestamp().to_zoned(zone.clone());
    day.strftime("%-d %B %Y").to_string()
}

impl Room {
    fn zone(&self) -> TimeZone {
        let rules = self.rules.now();
        rules.program.company_calendar().time_zone().clone()
    }
}
