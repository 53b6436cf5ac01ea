//! All templates, by what they are for.

use axum::extract::{Query, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_ui::parts::{Button, Empty, View, Views};
use kept_ui::{Failure, Frame, page};
use serde::Deserialize;

use super::{capital, got, reading, stands, way};
use crate::model::{OCCASIONS, Template, TemplateState};
use crate::queries;
use crate::room::{Room, TOPIC};

/// A view of the list.
#[derive(Deserialize, Default)]
pub struct Asked {
    view: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "templates/list.html")]
struct ListPage {
    frame: Frame,
    views: Views,
    groups: Vec<(String, Vec<Line>)>,
    new: Option<Button>,
    none: Empty,
}

struct Line {
    href: String,
    name: String,
    way: &'static str,
    language: String,
    stands: (String, &'static str),
}

/// The page.
pub async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    reading(&signed)?;
    let wanted = asked.view.unwrap_or_default();
    let all = got(room.store.read(queries::all)).await?;
    let shown = |one: &&Template| match wanted.as_str() {
        "waiting" => matches!(one.state(), TemplateState::Asked | TemplateState::Draft),
        "retired" => one.state() == TemplateState::Retired,
        _ => one.state() != TemplateState::Retired,
    };
    let shown: Vec<&Template> = all.iter().filter(shown).collect();
    let groups = OCCASIONS.iter().map(|occasion| {
        let lines = shown.iter().filter(|one| one.occasion == *occasion);
        (
            capital(occasion),
            lines.map(|one| line(one)).collect::<Vec<_>>(),
        )
    });
    let new = signed.may(Action::WriteTemplates).then(|| {
        Button::link("New template", "/templates/new")
            .primary()
            .key("c")
    });
    let none = Empty::new(
        "No templates here",
        "Texts that people begin with when they write to clients stand here.",
    );
    Ok(page(&ListPage {
        groups: groups.filter(|(_, lines)| !lines.is_empty()).collect(),
        views: views(&wanted),
        none,
        new,
        frame: frame.titled("Templates").at("requests").showing(TOPIC),
    }))
}

fn views(current: &str) -> Views {
    let all = [
        ("In use", "", "/templates"),
        ("To approve", "waiting", "/templates?view=waiting"),
        ("Out of use", "retired", "/templates?view=retired"),
    ];
    let view = |(name, key, href): (&str, &str, &str)| View {
        name: name.to_owned(),
        href: href.to_owned(),
        count: None,
        state: None,
        current: key == current,
    };
    Views {
        of: "templates".to_owned(),
        views: all.map(view).into(),
    }
}

fn line(one: &Template) -> Line {
    Line {
        href: format!("/templates/{}", one.id),
        name: one.name.clone(),
        way: way(&one.channel),
        language: one.language.clone(),
        stands: stands(one),
    }
}
