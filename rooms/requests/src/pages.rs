//! The pages of requests.

mod act;
mod clocks;
mod compose;
mod files;
mod macros;
mod many;
mod messages;
mod new;
mod one;
mod public;
mod queue;
mod setting;
mod taken_out;
mod views;
mod words;

use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_journal::InForce;
use kept_kernel::Instant;
use kept_language::ast::RuleKey;
use kept_store::{Answer, StoreError};
use kept_ui::Failure;
use kept_ui::parts::{ClauseMark, Tier};
use kept_ui::routes::{Routes, get, post};

use crate::model::RequestId;
use crate::room::Room;

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/requests", get(queue::queue).post(new::open))
        .route("/requests/new", get(new::ask).post(new::look))
        .route("/requests/export.csv", get(taken_out::export))
        .route("/requests/bulk", post(many::bulk))
        .route("/requests/bulk/{id}", get(many::many))
        .route("/requests/bulk/{id}/undo", post(many::undo))
        .route("/requests/bulk/{id}/resumption", post(many::resume))
        .route("/requests/views", post(views::keep))
        .route("/requests/views/{id}/removal", post(views::remove))
        .route(
            "/requests/routing",
            get(setting::routing).post(setting::add_rule),
        )
        .route("/requests/routing/{id}/removal", post(setting::remove_rule))
        .route("/requests/answers", get(macros::macros).post(macros::add))
        .route("/requests/answers/{id}/removal", post(macros::remove))
        .route("/messages", get(messages::messages))
        .route("/messages/new", get(compose::compose).post(compose::send))
        .route("/messages/answers/check", post(compose::check))
        .route("/messages/answers/template", post(compose::put_in))
        .route("/messages/answers/files", post(compose::open))
        .route("/messages/answers/whom", post(compose::whom))
        .route("/settings/words", get(words::words).post(words::add_word))
        .route("/settings/words/{id}/removal", post(words::remove_word))
        .route("/requests/promises/{id}", get(act::promise))
        .route("/requests/{id}", get(one::one))
        .route("/requests/{id}/answers/check", post(one::check))
        .route("/requests/{id}/answers/template", post(one::put_in))
        .route("/requests/{id}/acts/{act}", post(act::act))
        .route("/requests/{id}/macro", post(many::apply))
        .route("/requests/{id}/presence", post(act::present))
        .route("/requests/{id}/files", post(files::add))
        .route("/requests/{id}/files/{file}", get(files::get_file))
        .route(
            "/requests/{id}/files/{file}/picture",
            get(files::get_picture),
        )
        .with_state(room)
}

/// The routes for people without an account: they carry no cookie, and what they may do stands in a sealed token. They are
/// merged beside the pages, not inside of `Ui::dress`.
pub fn public_routes(room: Room) -> Routes {
    Routes::new()
        .route("/ask", get(public::ask).post(public::send))
        .route("/confirm/{token}", get(public::look).post(public::confirm))
        .with_state(room)
}

/// How far the asker reaches: for reading; who reaches nothing finds no page.
fn reading(signed: &Signed) -> Result<Scope, Failure> {
    signed.require(Action::ReadRequests)
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(kept_rooms::failed)
}

fn id_of(text: &str) -> Result<RequestId, Failure> {
    text.parse().map_err(|_| missing())
}

/// There is none, or it is not for this person: the two look alike.
fn missing() -> Failure {
    Failure::not_found("There is no such request").way_on("/requests", "All requests")
}

/// The mark of a rule's clause, with its card; and the name of the rule as words.
fn mark_of_rule(rules: &InForce, code: &str, id: &str) -> (ClauseMark, String) {
    let key = RuleKey {
        code: code.to_owned(),
        id: id.to_owned(),
    };
    let found = rules.library.rule(&key);
    let mark = found.map_or_else(
        || code.to_owned(),
        |(document, rule)| document.clause_of(rule),
    );
    let mark = ClauseMark::new(mark, format!("/sops/{code}#{id}"))
        .card(format!("/sops/clause/{code}/{id}"));
    (mark, capital(&id.replace('-', " ")))
}

/// With a capital at the beginning.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A tier as its steps: by its place among the words of the vocabulary.
fn tier(rules: &InForce, name: &str) -> Tier {
    let noun = rules.register.noun("client");
    let fact = noun.and_then(|noun| rules.register.fact(noun, "tier"));
    let values = fact.map_or(&[][..], |fact| rules.register[fact].values.as_slice());
    let place = values.iter().position(|value| value == name);
    let steps = place.and_then(|place| u8::try_from(place + 1).ok());
    Tier::new(name, steps.unwrap_or_default())
}

/// `14 Jan, 10:20`
fn short(at: Instant, zone: &jiff::tz::TimeZone) -> String {
    let at = at.timestamp().to_zoned(zone.clone());
    at.strftime("%a %-d %b, %H:%M").to_string()
}

/// For machines, and for fields of forms: `2026-01-14T10:20`.
fn civil(at: Instant, zone: &jiff::tz::TimeZone) -> String {
    let at = at.timestamp().to_zoned(zone.clone());
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// With day of the week and zone, for hovering.
fn exact(at: Instant, zone: &jiff::tz::TimeZone) -> String {
    let at = at.timestamp().to_zoned(zone.clone());
    at.strftime("%A %-d %B %Y, %H:%M %Q").to_string()
}

/// How long ago: `now`, `25 m`, `3 d 2 h`.
fn ago(at: Instant, now: Instant) -> String {
    let span = jiff::SignedDuration::from_micros(now.micros_since(at));
    if span.as_secs() < 60 {
        return "now".to_owned();
    }
    kept_ui::parts::span_words(span)
}
