//! Every message of every way in one list: what clients said and what we said, with what became of it.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::outbox::{self, Fate};
use kept_kernel::{Id, Instant};
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Empty, More, View, Views};
use kept_ui::{Failure, Frame, page};
use serde::Deserialize;

use super::one::outgoing::fate;
use super::queue::channel_of;
use super::{exact, got, reading, short};
use crate::model::{choices, mark_of};
use crate::room::{Room, TOPIC};
use crate::said::{self, Said};

const ON_A_PAGE: usize = 50;
/// So many letters of a message are shown.
const BEGIN: usize = 160;

/// What is asked for, and where the list goes on.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    view: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    q: String,
    after: Option<i64>,
    id: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/messages.html")]
struct MessagesPage {
    frame: Frame,
    views: Views,
    lines: Vec<Line>,
    channels: Vec<Choice>,
    asked: Asked,
    tools: Vec<Button>,
    more: Option<More>,
    none: Empty,
}

struct Line {
    href: String,
    ours: bool,
    name: String,
    client: (String, String),
    way: &'static str,
    number: String,
    subject: String,
    begin: String,
    when: String,
    exact: String,
    /// What became of it: words, and the state of a clock.
    state: Option<(&'static str, &'static str)>,
}

/// The page.
pub async fn messages(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let scope = reading(&signed)?;
    let wanted = said::Asked {
        voice: match asked.view.as_str() {
            "in" => "client".to_owned(),
            "out" | "mine" => "us".to_owned(),
            _ => String::new(),
        },
        channel: asked.channel.clone(),
        author: (asked.view == "mine").then_some(signed.person.0),
        words: asked.q.clone(),
        before: before(&asked),
        limit: ON_A_PAGE as u32 + 1,
    };
    let found = room.store.read(move |read| {
        let found = said::said(read, &scope, &wanted)?;
        let ours: Vec<Id> = found
            .iter()
            .filter(|one| one.ours)
            .map(|one| one.id)
            .collect();
        Ok::<_, StoreError>((outbox::fates(read, &ours)?, found))
    });
    let (fates, found) = got(found).await?;
    let zone = room.zone();
    let shown = found.iter().take(ON_A_PAGE);
    let lines = shown.map(|one| {
        let known = fates.iter().find(|(id, _)| *id == one.id);
        line(one, known.map(|(_, fate)| fate), &zone)
    });
    let is_asked = |line: &Line| match asked.state.as_str() {
        "" => true,
        state => line.state.is_some_and(|(words, _)| words == state),
    };
    let rules = room.rules.now();
    let words = choices(&rules.register, "channel").iter();
    let none = Empty::new(
        "No messages here",
        "What clients write, ask and tell, and what we answer, stands here whatever way it went.",
    );
    Ok(page(&MessagesPage {
        lines: lines.filter(is_asked).collect(),
        views: views(&asked.view),
        channels: words
            .map(|word| Choice::new(word, channel_of(word).0))
            .collect(),
        tools: tools(&signed),
        more: more(&found, &asked),
        asked,
        none,
        frame: frame.titled("Messages").at("messages").showing(TOPIC),
    }))
}

fn tools(signed: &Signed) -> Vec<Button> {
    let mut tools = Vec::new();
    if signed.scope(Action::HandleRequests).is_everything() {
        tools.push(Button::link("Mail set aside", "/messages/aside").quiet());
    }
    if signed.may(Action::HandleRequests) {
        tools.push(Button::link("Write", "/messages/new").primary().key("c"));
    }
    tools
}

fn before(asked: &Asked) -> (Instant, Id) {
    let id = asked.id.as_deref().and_then(|id| id.parse().ok());
    match (asked.after, id) {
        (Some(at), Some(id)) => (Instant::from_micros(at), id),
        _ => (Instant::MAX, Id::from_bytes([0xff; 16])),
    }
}

fn views(current: &str) -> Views {
    let all = [
        ("All", "", "/messages"),
        ("From clients", "in", "/messages?view=in"),
        ("From us", "out", "/messages?view=out"),
        ("From me", "mine", "/messages?view=mine"),
    ];
    let view = |(name, key, href): (&str, &str, &str)| View {
        name: name.to_owned(),
        href: href.to_owned(),
        count: None,
        state: None,
        current: key == current,
    };
    Views {
        of: "messages".to_owned(),
        views: all.map(view).into(),
    }
}

fn more(found: &[Said], asked: &Asked) -> Option<More> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("view", &asked.view),
        ("channel", &asked.channel),
        ("state", &asked.state),
        ("q", &asked.q),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    let shown = found.len().min(ON_A_PAGE);
    let last = found
        .get(ON_A_PAGE)
        .and_then(|_| found.get(shown.saturating_sub(1)));
    if asked.after.is_none() && last.is_none() {
        return None;
    }
    Some(More {
        words: format!("{shown} looked at, the newest first"),
        first: asked.after.map(|_| format!("/messages?{query}")),
        next: last.map(|last| {
            format!(
                "/messages?{query}&after={}&id={}",
                last.at.micros(),
                last.id
            )
        }),
    })
}

fn line(one: &Said, known: Option<&Fate>, zone: &TimeZone) -> Line {
    let plain = kept_ui::prose::plain(&one.text);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let begin: String = words.join(" ").chars().take(BEGIN).collect();
    let name = match (one.name.as_str(), one.ours) {
        ("", true) => "Kept".to_owned(),
        ("", false) => "The client".to_owned(),
        (name, _) => name.to_owned(),
    };
    let shown = known.map(|known| fate(known, zone));
    Line {
        href: format!("/requests/{}", one.request),
        ours: one.ours,
        client: (format!("/clients/{}", one.client), one.client_name.clone()),
        way: channel_of(&one.channel).0,
        number: mark_of(one.number),
        subject: one.subject.clone(),
        when: short(one.at, zone),
        exact: exact(one.at, zone),
        state: shown.map(|shown| (shown.word, shown.state)),
        begin,
        name,
    }
}
