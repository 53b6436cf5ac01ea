//! The documents in force.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use kept_kernel::Instant;
use kept_language::Document;
use kept_ui::parts::Empty;
use kept_ui::{Failure, Frame, page};

use super::{adopted, number, percent};
use crate::room::{MarginFigure, Room, may_read};

#[derive(Template)]
#[template(path = "sops/list.html")]
struct ListPage {
    frame: Frame,
    figures: bool,
    sops: Vec<Sop>,
    none: Empty,
}

/// A document in the list.
struct Sop {
    code: String,
    title: String,
    version: String,
    since: String,
    rules: usize,
    /// `93.9`, over all its rules.
    met: Option<String>,
    n: String,
    open: Option<String>,
}

/// The page.
pub async fn list(room: Room, frame: Frame) -> Result<Response, Failure> {
    may_read(&frame)?;
    let in_force = room.rules.now();
    let adopted = adopted(&room, &in_force).await?;
    let codes = in_force.library.documents.iter();
    let codes = codes.map(|document| document.header.code.clone()).collect();
    let margins = room.margins(codes).await?;
    let zone = in_force.program.company_calendar().time_zone().clone();
    let sops = in_force.library.documents.iter().zip(margins);
    let sops = sops.map(|(document, margin)| {
        let adopted = adopted.get(&document.header.code);
        let since = adopted.map(|adopted_at| since(*adopted_at, &zone));
        sop(document, &margin, since)
    });
    Ok(page(&ListPage {
        figures: room.sees_cases,
        sops: sops.collect(),
        none: Empty::new(
            "No SOP is in force",
            "Put one in force with `kept import sop`; it is checked before it counts.",
        ),
        frame: frame.titled("SOPs").at("sops").showing("adherence"),
    }))
}

fn sop(document: &Document, margin: &HashMap<String, MarginFigure>, since: Option<String>) -> Sop {
    let shares = margin
        .values()
        .filter_map(|figure| figure.interval.as_ref());
    let (met, n) = shares.fold((0.0, 0), |(met, n), share| {
        (share.share.mul_add(share.n as f64, met), n + share.n)
    });
    let open = margin.values().map(|figure| figure.open).sum();
    Sop {
        code: document.header.code.clone(),
        title: document.header.title.clone(),
        version: document.header.version.clone(),
        since: since.unwrap_or_else(|| "as shipped".to_owned()),
        rules: document.rules.len(),
        met: (n > 0).then(|| percent(met / n as f64)),
        n: number(n),
        open: (open > 0).then(|| number(open)),
    }
}

/// `since 1 September 2025`
pub fn since(adopted_at: Instant, zone: &jiff::tz::TimeZone) -> String {
    let day = adopted_at.timestamp().to_zoned(zone.clone());
    day.strftime("since %-d %B %Y").to_string()
}
