//! What a person was told: warnings, breaches, escalations.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_journal::InForce;
use kept_journal::alerts::{self, Alert};
use kept_rooms::RecordNames;
use kept_ui::parts::{Button, ClauseMark, Empty, View as Tab, Views};
use kept_ui::{Failure, Flash, Form, Frame, page, see_other};
use serde::Deserialize;

use super::got;
use crate::gather;
use crate::room::{Room, TOPIC};
use crate::say::{self, Here};
use crate::who;

/// So many are listed.
const SHOWN: u32 = 100;

/// An alert as a line.
pub(super) struct Line {
    pub(super) mark: ClauseMark,
    /// `Overdue`.
    pub(super) kind: &'static str,
    /// The state of its colour.
    pub(super) state: &'static str,
    pub(super) what: String,
    pub(super) href: String,
    pub(super) told: String,
    pub(super) when: String,
    pub(super) exact: String,
    pub(super) seen: Option<Button>,
}

#[derive(Template)]
#[template(path = "today/alerts.html")]
struct AlertsPage {
    frame: Frame,
    views: Views,
    lines: Vec<Line>,
    all: Option<Button>,
    cut: bool,
    none: Empty,
}

/// Which alerts are asked for.
#[derive(Deserialize, Default)]
pub struct Asked {
    view: Option<String>,
}

/// The page.
pub async fn alerts(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let seen = asked.view.as_deref() == Some("seen");
    let rules = room.rules.now();
    let here = Here::at(&rules, room.world.now());
    let (shared, hearer) = (room.clone(), who::hearer(&rules, &signed));
    let told = room
        .store
        .read(move |read| gather::told(read, &shared, &hearer, (seen, SHOWN)));
    let told = got(told).await?;
    let newest = told.alerts.iter().map(|alert| alert.number).max();
    let lines: Vec<Line> = told
        .alerts
        .iter()
        .map(|alert| {
            line(
                (&room, &rules, &signed),
                alert,
                &told.names,
                (&here, &frame),
            )
        })
        .collect();
    let all = newest.filter(|_| !seen && lines.len() > 1).map(|newest| {
        Button::act("Mark all as seen", "/alerts/seen", &frame.csrf)
            .carrying("up_to", newest.to_string())
    });
    let tab = |name: &str, href: &str, current: bool| Tab {
        name: name.to_owned(),
        href: href.to_owned(),
        count: None,
        state: None,
        current,
    };
    Ok(page(&AlertsPage {
        views: Views {
            of: "alerts".to_owned(),
            views: vec![
                tab("Not seen", "/alerts", !seen),
                tab("Seen by me", "/alerts?view=seen", seen),
            ],
        },
        cut: lines.len() >= SHOWN as usize,
        lines,
        all,
        none: if seen {
            Empty::new(
                "You have seen no alert yet",
                "What you mark as seen stands here.",
            )
        } else {
            Empty::new(
                "Nothing new",
                "You are told here when a duty of yours draws near, is overdue, or when somebody must step in.",
            )
        },
        frame: frame.titled("Alerts").at("alerts").showing(TOPIC),
    }))
}

/// An alert as it is shown.
pub(super) fn line(
    (room, rules, signed): (&Room, &InForce, &Signed),
    alert: &Alert,
    names: &RecordNames,
    (here, frame): (&Here, &Frame),
) -> Line {
    let (kind, state) = match alert.kind.as_str() {
        "warning" => ("Due soon", "soon"),
        "breach" => ("Overdue", "overdue"),
        _ => ("Please see to it", "overdue"),
    };
    let name = names.get(&alert.noun, &alert.subject).map(str::to_owned);
    let name = name.unwrap_or_else(|| format!("{} {}", alert.noun, alert.subject));
    let due = alert.due_at.map(|due| format!(", due {}", here.short(due)));
    let mark = say::mark(rules, &alert.code, &alert.rule);
    let told = match &alert.person {
        Some(_) => "told to you".to_owned(),
        None => format!("told to every {}", alert.role),
    };
    let seen = alert.seen_at.is_none().then(|| {
        let path = format!("/alerts/{}/seen", alert.number);
        Button::act("Seen", path, &frame.csrf).quiet()
    });
    Line {
        mark: ClauseMark::new(mark, format!("/sops/{}#{}", alert.code, alert.rule))
            .card(format!("/sops/clause/{}/{}", alert.code, alert.rule)),
        kind,
        state,
        what: format!("{}{}", say::capital(&name), due.unwrap_or_default()),
        href: room.href(
            (&alert.noun, &alert.subject),
            (&alert.code, &alert.rule),
            who::reaches_case(rules, signed, alert.person.as_deref()),
        ),
        told,
        when: here.short(alert.at),
        exact: here.exactly(alert.at),
        seen,
    }
}

/// Marks one as seen.
pub async fn seen(
    State(room): State<Room>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let number: i64 = number.parse().map_err(|_| missing())?;
    let (hearer, now) = (who::hearer(&room.rules.now(), &signed), room.world.now());
    let marked = room
        .store
        .write(move |tx| alerts::seen(tx, number, &hearer, now));
    if !got(marked).await? {
        return Err(missing());
    }
    room.changed();
    Ok(back("Seen."))
}

/// What the newest on the page was.
#[derive(Deserialize)]
pub struct UpTo {
    up_to: i64,
}

/// Marks all as seen that were on the page.
pub async fn all_seen(
    State(room): State<Room>,
    signed: Signed,
    form: Form<UpTo>,
) -> Result<Response, Failure> {
    let (fields, _) = form.read().map_err(|_| missing())?;
    let (hearer, now) = (who::hearer(&room.rules.now(), &signed), room.world.now());
    let marked = room
        .store
        .write(move |tx| alerts::seen_up_to(tx, fields.up_to, &hearer, now).map(drop));
    got::<()>(marked).await?;
    room.changed();
    Ok(back("All of them are marked as seen."))
}

fn back(said: &str) -> Response {
    see_other("/alerts").with(Flash::said(said)).into_response()
}

/// There is none, it was told to others, or somebody has seen it: the three look alike.
fn missing() -> Failure {
    Failure::not_found("There is no such alert")
        .because("It was told to others, or somebody of your role has seen it already.")
        .way_on("/alerts", "Alerts")
}
