//! Read mode: the document as a page worth reading, its figures in the margin.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use kept_charts::{Interval, Scale, interval};
use kept_journal::InForce;
use kept_kernel::Instant;
use kept_language::Document;
use kept_ui::parts::{ClauseKind, ClauseMark, Crumb, Views};
use kept_ui::{Failure, Frame, Html, page};

use super::list::since;
use super::{adopted, modes, number, percent};
use crate::made::Margin;
use crate::reading::{Heading, RuleText, headings, stretches};
use crate::room::{MarginFigure, Room};
use crate::sentence::{Piece, PieceKind};

#[derive(Template)]
#[template(path = "sops/read.html")]
struct ReadPage {
    frame: Frame,
    crumb: Crumb,
    code: String,
    title: String,
    modes: Views,
    text: Html,
}

/// All of the page that is the same for every reader of the same figures.
#[derive(Template)]
#[template(path = "sops/text.html")]
struct Text {
    control: Vec<(&'static str, String)>,
    headings: Vec<Heading>,
    rows: Vec<Row>,
}

/// A stretch of the document and what stands beside it.
struct Row {
    prose: Html,
    sentence: Option<SentenceOf>,
}

/// A sentence with its mark and its figure.
struct SentenceOf {
    id: String,
    mark: ClauseMark,
    gate: bool,
    pieces: Vec<Piece>,
    explained: String,
    figures: Vec<Figure>,
}

/// A figure in the margin.
struct Figure {
    label: String,
    href: String,
    state: &'static str,
    /// `93.9`; none without a verdict.
    rate: Option<String>,
    n: String,
    bar: Html,
    /// `92.4–95.2, target 95`
    range: String,
    opened: u64,
    open: Option<(String, String)>,
    excused: Option<String>,
}

/// The page.
pub async fn read(
    room: &Room,
    in_force: &Arc<InForce>,
    document: &Document,
    frame: Frame,
) -> Result<Response, Failure> {
    let code = document.header.code.clone();
    let adopted = adopted(room, in_force).await?;
    let margins = room.margins(vec![code.clone()]).await?;
    let margin = margins.into_iter().next().unwrap_or_default();
    let open = margin.values().map(|figure| figure.open).sum();
    let margin = room.sees_cases.then_some(margin);
    let text = if let Some(text) = room.made.text(in_force, &code, &margin) {
        text
    } else {
        let text = written(in_force, document, adopted.get(&code).copied(), &margin)?;
        room.made.keep_text(in_force, &code, margin, text.clone());
        text
    };
    Ok(page(&ReadPage {
        crumb: Crumb::new([("SOPs", "/sops")]),
        title: document.header.title.clone(),
        modes: modes(room, &code, "read", open),
        frame: frame.showing("adherence"),
        code,
        text,
    }))
}

/// The document with its figures beside it.
fn written(
    in_force: &InForce,
    document: &Document,
    adopted_at: Option<Instant>,
    margin: &Margin,
) -> Result<Html, Failure> {
    let zone = in_force.program.company_calendar().time_zone();
    let since = adopted_at.map_or_else(
        || "as shipped".to_owned(),
        |adopted_at| format!("in force {}", since(adopted_at, zone)),
    );
    let margin = margin.as_ref();
    let scale = margin.map_or_else(|| Scale::over(0.9), scale);
    let code = &document.header.code;
    let rows = stretches(document).into_iter().map(|stretch| Row {
        prose: stretch.prose,
        sentence: stretch.rule.map(|rule| sentence(code, rule, margin, scale)),
    });
    let text = Text {
        control: control(document, &in_force.register, &since),
        headings: headings(document),
        rows: rows.collect(),
    };
    text.render().map(Html::trusted).map_err(Failure::internal)
}

/// What stands at the head of a controlled document.
fn control(
    document: &Document,
    register: &kept_language::Register,
    since: &str,
) -> Vec<(&'static str, String)> {
    let header = &document.header;
    let role = |role: kept_language::RoleId| register[role].says.clone();
    let facts = [
        ("Version", Some(format!("{}, {since}", header.version))),
        ("Owner", header.owner.map(role)),
        ("Approved by", header.approver.map(role)),
        (
            "Review",
            header.review.map(|review| format!("every {review}")),
        ),
    ];
    let known = facts.into_iter();
    known
        .filter_map(|(label, value)| Some((label, value?)))
        .collect()
}

/// One scale for all figures of the document, so that they can be compared.
fn scale(margin: &HashMap<String, MarginFigure>) -> Scale {
    let intervals = margin
        .values()
        .filter_map(|figure| figure.interval.as_ref());
    Scale::over(intervals.fold(0.9, |low, interval| {
        low.min(interval.low).min(interval.target.unwrap_or(1.0))
    }))
}

fn sentence(
    code: &str,
    rule: RuleText,
    margin: Option<&HashMap<String, MarginFigure>>,
    scale: Scale,
) -> SentenceOf {
    let kind = if rule.gate {
        ClauseKind::Gate
    } else {
        ClauseKind::Plain
    };
    let explained = format!("/sops/{code}/{}", rule.id);
    let figures = margin.map_or_else(Vec::new, |margin| figures(code, &rule, margin, scale));
    SentenceOf {
        mark: ClauseMark::new(&rule.clause, explained.clone()).kind(kind),
        explained,
        gate: rule.gate,
        pieces: rule.pieces,
        figures,
        id: rule.id,
    }
}

/// The figures of a sentence and of its steps that have any.
fn figures(
    code: &str,
    rule: &RuleText,
    margin: &HashMap<String, MarginFigure>,
    scale: Scale,
) -> Vec<Figure> {
    let mut figures = Vec::new();
    if rule.opens {
        figures.push(figure(code, &rule.id, "", margin.get(&rule.id), scale));
    }
    for step in &rule.steps {
        let found = margin.get(&step.id);
        if found.is_some_and(|figure| figure.triggered > 0) {
            figures.push(figure(code, &step.id, &step.id, found, scale));
        }
    }
    figures
}

fn figure(
    code: &str,
    rule: &str,
    label: &str,
    found: Option<&MarginFigure>,
    scale: Scale,
) -> Figure {
    let href = format!("/adherence/{code}/{rule}");
    let share = found.and_then(|figure| figure.interval.as_ref());
    let open = found.map_or(0, |figure| figure.open);
    let excused = found.map_or(0, |figure| figure.excused);
    Figure {
        label: label.replace('-', " "),
        state: share.map_or("", |share| share.state),
        rate: share.map(|share| percent(share.share)),
        n: share.map_or_else(String::new, |share| number(share.n)),
        bar: Html::trusted(share.map_or_else(String::new, |share| interval(share, scale))),
        range: share.map_or_else(String::new, range),
        opened: found.map_or(0, |figure| figure.triggered),
        open: (open > 0).then(|| (number(open), format!("{href}?verdict=overdue#cases"))),
        excused: (excused > 0).then(|| number(excused)),
        href,
    }
}

fn range(share: &Interval) -> String {
    let target = share.target.map_or_else(String::new, |target| {
        format!(", target {}", (target * 1000.0).round() / 10.0)
    });
    format!("{}–{}{target}", percent(share.low), percent(share.high))
}
