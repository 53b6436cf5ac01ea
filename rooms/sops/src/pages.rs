//! The pages of SOPs.

mod card;
mod document;
mod list;
mod run;
mod versions;

use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::response::Response;
use kept_journal::InForce;
use kept_language::Document;
use kept_store::{Answer, StoreError};
use kept_ui::parts::{View, Views};
use kept_ui::routes::{Routes, get};
use kept_ui::{Failure, Frame};
use serde::Deserialize;

use crate::made::Adopted;
use crate::queries::documents;
use crate::room::{Room, may_read};

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/sops", get(list::list))
        .route("/sops/{code}", get(one))
        .route("/sops/{code}/{rule}", get(card::explanation))
        .route("/sops/clause/{code}/{rule}", get(card::card))
        .with_state(room)
}

/// How a document is looked at.
#[derive(Deserialize, Default)]
struct Asked {
    mode: Option<String>,
    of: Option<i64>,
}

/// A document in one of its modes.
async fn one(
    room: Room,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
    frame: Frame,
) -> Result<Response, Failure> {
    may_read(&frame)?;
    let in_force = room.rules.now();
    let document = document_of(&in_force, &code)?;
    let frame = frame
        .titled(format!("{code}, {}", document.header.title))
        .at("sops");
    match asked.mode.as_deref() {
        Some("run") if room.sees_cases => run::run(&room, &in_force, document, frame).await,
        Some("run") => Err(Failure::not_found("There is no such page")
            .way_on(&format!("/sops/{code}"), format!("Read {code}"))),
        Some("versions") => versions::versions(&room, &in_force, document, asked.of, frame).await,
        _ => document::read(&room, &in_force, document, frame).await,
    }
}

fn document_of<'l>(in_force: &'l Arc<InForce>, code: &str) -> Result<&'l Document, Failure> {
    let mut documents = in_force.library.documents.iter();
    let found = documents.find(|document| document.header.code == code);
    found.ok_or_else(|| {
        Failure::not_found(format!("There is no SOP {code}")).way_on("/sops", "All SOPs")
    })
}

/// The tabs of a document; `open` is how many of its duties are overdue.
fn modes(room: &Room, code: &str, current: &str, open: u64) -> Views {
    let tab = |name: &str, mode: &str, count: u64| View {
        name: name.to_owned(),
        href: if mode == "read" {
            format!("/sops/{code}")
        } else {
            format!("/sops/{code}?mode={mode}")
        },
        count: (count > 0).then(|| format!("{} overdue", number(count))),
        state: (count > 0).then_some(kept_ui::parts::ClockState::Overdue),
        current: mode == current,
    };
    Views {
        of: format!("SOP {code}"),
        views: [
            Some(tab("Read", "read", 0)),
            room.sees_cases.then(|| tab("Run", "run", open)),
            Some(tab("Versions", "versions", 0)),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(|error| match error {
        StoreError::Busy | StoreError::Timeout => Failure::unavailable(5),
        other => Failure::internal(other),
    })
}

/// When the documents in force were put in force. It is read once for all pages.
async fn adopted(room: &Room, in_force: &Arc<InForce>) -> Result<Arc<Adopted>, Failure> {
    if let Some(known) = room.made.adopted(in_force) {
        return Ok(known);
    }
    let rows = got(room.store.read(documents)).await?;
    // The newest version of a document comes last.
    let adopted = rows.into_iter().map(|row| (row.code, row.adopted_at));
    let adopted = Arc::new(adopted.collect());
    room.made.keep_adopted(in_force, &adopted);
    Ok(adopted)
}

/// A number with commas.
fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share as percent, without the sign.
fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}
