//! The queue as a list for a spreadsheet.

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_kernel::Instant;
use kept_logs::CsvText;
use kept_store::{Read, params};
use kept_ui::Failure;

use super::queue::{cleaned, each_of};
use super::{got, reading};
use crate::commands::Step;
use crate::model::NEVER;
use crate::queries::{self, Line};
use crate::room::Room;

/// So many requests are taken out at once.
const MOST: usize = 100_000;
/// So often one person takes requests out in a day.
const MOST_EXPORTS: i64 = 10;
const DAY: i64 = 86_400_000_000;
const COLUMNS: [&str; 17] = [
    "request",
    "subject",
    "client",
    "tier",
    "channel",
    "category",
    "priority",
    "state",
    "owner",
    "received_at",
    "acknowledged_at",
    "answered_at",
    "resolved_at",
    "closed_at",
    "next_deadline",
    "messages",
    "last_from",
];

/// All requests of a view within reach. Nobody has them before it is written down who takes them out, how many and of which view;
/// and nobody takes them out more often than work asks for.
pub async fn export(
    State(room): State<Room>,
    signed: Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    signed.require(Action::ExportRecords)?;
    reading(&signed)?;
    let query = cleaned(&query.unwrap_or_default());
    let mut text = CsvText::new();
    for column in COLUMNS {
        text.field(column);
    }
    text.end_row();
    let step = room.step_of(&signed);
    let person = signed.person.0.to_string();
    let since = step.act.at.plus_micros(-DAY);
    let taken_out = {
        let person = person.clone();
        move |read: &Read<'_>| {
            let of = params!["requests", &person, since];
            read.one::<(i64,)>(queries::EXPORTS_SINCE, &of)
        }
    };
    let mut rows = 0_u64;
    // For what would be refused nothing is read.
    let (before,) = got(room.store.read(taken_out.clone())).await?;
    if before < MOST_EXPORTS {
        each_of(&room, &signed, &query, MOST, |lines| {
            rows += lines.len() as u64;
            for line in lines {
                row(&mut text, line);
            }
        })
        .await?;
    }
    let allowed = room.store.write(move |tx| {
        let (before,) = taken_out(tx)?;
        let Step { act, .. } = &step;
        let name = if before < MOST_EXPORTS {
            "RequestsExported"
        } else {
            "AlarmRequestsExportRefused"
        };
        let detail = serde_json::json!({ "rows": rows, "view": query });
        act.write(tx, name, ("requests", &person), &detail)?;
        Ok(before < MOST_EXPORTS)
    });
    if !got(allowed).await? {
        return Err(Failure::too_many(3_600).because(
            "Requests were taken out often enough for a day. Somebody who may see the audit has been told.",
        ));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"requests.csv\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text.take()).into_response())
}

fn row(text: &mut CsvText, line: &Line) {
    let of = &line.request;
    let at = |at: Option<Instant>| at.map_or_else(String::new, |at| at.to_string());
    let word = |word: &Option<String>| word.clone().unwrap_or_default();
    text.field(&of.mark())
        .words(&of.subject)
        .words(&of.client_name)
        .field(&word(&of.tier))
        .field(&of.channel)
        .field(&word(&of.category))
        .field(&word(&of.priority))
        .field(of.state().name())
        .words(&word(&of.assignee_name))
        .field(&of.received_at.to_string())
        .field(&at(of.acknowledged_at))
        .field(&at(of.answered_at))
        .field(&at(of.resolved_at))
        .field(&at(of.closed_at))
        .field(&at(Some(of.due_at).filter(|at| *at != NEVER)))
        .plain(of.messages)
        .field(of.last_voice.name());
    text.end_row();
}
