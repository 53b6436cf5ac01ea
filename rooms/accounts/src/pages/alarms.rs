//! Alarms, for those who watch over access.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kept_ui::parts::{Empty, More};
use kept_ui::routes::{Routes, get};
use kept_ui::{Failure, Frame, page};
use serde::Deserialize;

use super::words::moment;
use super::{denied, failed};
use crate::access::{Action, Alarm, Denied, alarms};
use crate::accounts::Accounts;
use crate::session::Signed;

const ON_A_PAGE: u32 = 50;

pub(super) fn routes() -> Routes<Accounts> {
    Routes::new().route("/settings/alarms", get(list))
}

#[derive(Deserialize)]
struct Which {
    before: Option<u64>,
}

struct Row {
    at: String,
    alarm: Alarm,
}

#[derive(Template)]
#[template(path = "accounts/alarms.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    none: Empty,
    more: More,
}

async fn list(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::AuditRecords)?;
    let found = accounts
        .read(move |read| alarms(read, &scope, which.before, ON_A_PAGE + 1))
        .await;
    let mut found = match found {
        Ok(found) => found,
        Err(Denied::Store(error)) => return Err(failed(error)),
        Err(Denied::NotAllowed) => return Err(denied()),
    };
    let goes_on = found.len() > ON_A_PAGE as usize;
    found.truncate(ON_A_PAGE as usize);
    let last = found.last().filter(|_| goes_on);
    let more = More {
        words: "The latest first".to_owned(),
        first: which.before.map(|_| "/settings/alarms".to_owned()),
        next: last.map(|alarm| format!("/settings/alarms?before={}", alarm.place)),
    };
    let row = |alarm: Alarm| Row {
        at: moment(alarm.at, &signed.zone),
        alarm,
    };
    Ok(page(&ListPage {
        rows: found.into_iter().map(row).collect(),
        none: Empty::new(
            "No alarms",
            "Whoever reads or takes out far more than work asks for stands here.",
        ),
        more,
        frame: frame.titled("Alarms").at("settings"),
    }))
}
