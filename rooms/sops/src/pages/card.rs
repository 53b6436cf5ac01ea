//! One rule: its card for hovering, and the whole of it in plain words.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::{Html as Bare, IntoResponse, Response};
use kept_journal::InForce;
use kept_language::{Document, Explanation, Rule, explain, explain_short};
use kept_ui::parts::{Button, ClauseCard, ClauseMark, Crumb};
use kept_ui::{Failure, Frame, page};

use super::{document_of, number, percent};
use crate::reading::opens;
use crate::room::{Room, may_read};
use crate::sentence::{Piece, PieceKind, pieces, words};

#[derive(Template)]
#[template(path = "sops/rule.html")]
struct RulePage {
    frame: Frame,
    crumb: Crumb,
    mark: ClauseMark,
    pieces: Vec<Piece>,
    explanation: Explanation,
    figures: Option<Button>,
}

/// A rule by its identity, or the first of a clause by its number.
fn rule_of<'l>(
    in_force: &'l Arc<InForce>,
    (code, name): (&str, &str),
) -> Result<(&'l Document, &'l Rule), Failure> {
    let document = document_of(in_force, code)?;
    let of_clause = |rule: &&Rule| document.clause_of(rule) == format!("{code} {name}");
    let found = document.rule(name);
    let found = found.or_else(|| document.rules.iter().find(of_clause));
    let found = found.ok_or_else(|| {
        Failure::not_found(format!("There is no rule {name} in {code}"))
            .way_on(&format!("/sops/{code}"), format!("Read {code}"))
    })?;
    Ok((document, found))
}

/// The card of a clause: a piece of a page, no whole one.
pub async fn card(
    room: Room,
    Path((code, name)): Path<(String, String)>,
    frame: Frame,
) -> Result<Response, Failure> {
    may_read(&frame)?;
    let in_force = room.rules.now();
    let (document, rule) = rule_of(&in_force, (&code, &name))?;
    let margins = room.margins(vec![code.clone()]).await?;
    let figure = margins
        .first()
        .and_then(|margin| margin.get(&rule.key.id)?.interval.as_ref());
    let card = ClauseCard {
        mark: document.clause_of(rule),
        href: format!("/sops/{code}#{}", rule.key.id),
        name: explain_short(&in_force.register, &in_force.library, rule),
        version: format!("version {}", document.header.version),
        sentence: (words(&pieces(document, rule)), String::new(), String::new()),
        steps: Vec::new(),
        figure: figure
            .map(|figure| format!("kept {} %, n {}", percent(figure.share), number(figure.n))),
    };
    Ok(Bare(card.to_string()).into_response())
}

/// A rule in plain words.
pub async fn explanation(
    room: Room,
    Path((code, name)): Path<(String, String)>,
    frame: Frame,
) -> Result<Response, Failure> {
    may_read(&frame)?;
    let in_force = room.rules.now();
    let (document, rule) = rule_of(&in_force, (&code, &name))?;
    let explanation = explain(&in_force.register, &in_force.library, rule);
    let id = &rule.key.id;
    let margins = room.margins(vec![code.clone()]).await?;
    let judged = margins
        .first()
        .is_some_and(|margin| margin.contains_key(id));
    let (sop, back) = (
        format!("{code} {}", document.header.title),
        format!("/sops/{code}#{id}"),
    );
    Ok(page(&RulePage {
        frame: frame
            .titled(format!("{} {}", explanation.clause, explanation.heading))
            .at("sops"),
        crumb: Crumb::new([("SOPs", "/sops"), (&*sop, &*back)]),
        mark: ClauseMark::new(&explanation.clause, back.clone()),
        pieces: pieces(document, rule),
        explanation,
        figures: (room.sees_cases && opens(rule) && judged)
            .then(|| Button::link("How it is kept", format!("/adherence/{code}/{id}"))),
    }))
}
