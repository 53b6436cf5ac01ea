//! Asking for something new.

use askama::Template;
use axum::extract::{Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kept_journal::audit::Who;
use kept_requests::Doer;
use kept_requests::commands::NewAsk;
use kept_requests::read::categories;
use kept_rooms::{Refusal as _, Refused};
use kept_ui::{Failure, Flash, Frame, page, see_other};

use super::files::{SentForm, sent_form};
use super::{Shell, code, page_with};
use crate::Room;
use crate::commands::{PortalError, ask as ask_by};
use crate::session::Client;

#[derive(Template)]
#[template(path = "portal/ask.html")]
struct AskPage {
    frame: Frame,
    shell: Shell,
    acts: bool,
    categories: Vec<(String, String)>,
    subject: String,
    body: String,
    category: String,
    problem: String,
    errors: Vec<(&'static str, String)>,
    asks_code: bool,
    wrong_code: String,
}

impl AskPage {
    fn error(&self, field: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words.as_str())
    }
}

fn ask_page(room: &Room, client: &Client, frame: Frame, form: &SentForm) -> AskPage {
    let words = client.words();
    let named = |one: String| {
        let own = words.say(&format!("category.{}", one.replace(' ', "_")));
        let label = if own.is_empty() { one.as_str() } else { own };
        let label = label.to_owned();
        (one, label)
    };
    AskPage {
        frame: frame.titled(words.say("ask.title")),
        shell: client.guest.shell(),
        acts: client.may_act(),
        categories: categories(&room.rules.now())
            .into_iter()
            .map(named)
            .collect(),
        subject: form.field("subject").to_owned(),
        body: form.field("body").to_owned(),
        category: form.field("category").to_owned(),
        problem: String::new(),
        errors: Vec::new(),
        asks_code: false,
        wrong_code: String::new(),
    }
}

/// The empty form.
pub(super) async fn ask(State(room): State<Room>, client: Client, frame: Frame) -> Response {
    page(&ask_page(&room, &client, frame, &SentForm::default()))
}

/// Takes it in.
pub(super) async fn send(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
    request: HttpRequest,
) -> Result<Response, Failure> {
    let fields = ["subject", "body", "category", "code"];
    let form = sent_form(&room, request, (&fields, "files")).await?;
    let typed = form.field("code");
    let wrong_code = if client.may_act() || typed.is_empty() {
        None
    } else {
        code::tried(&room, &client, typed).await?.err()
    };
    let new = NewAsk {
        subject: form.field("subject").to_owned(),
        body: form.field("body").to_owned(),
        category: form.field("category").to_owned(),
    };
    let contact = client.contact();
    let step = room.requests.step(Who::Contact(contact.0), Doer::Client);
    let (id, session, files) = (
        room.requests.new_id(),
        client.visitor.session,
        form.files.clone(),
    );
    let asked = room
        .store
        .write(move |tx| ask_by(tx, &step, session, (id, &new), &files));
    let error = match asked.await {
        Ok(request) => {
            room.requests.changed_from_outside(None);
            let mark = request.mark();
            let said = client.words().with("ask.sent", &[("mark", &mark)]);
            let way = format!("/portal/requests/{id}");
            return Ok(see_other(&way).with(Flash::said(said)).into_response());
        }
        Err(error) => error,
    };
    let mut shown = ask_page(&room, &client, frame, &form);
    shown.wrong_code = wrong_code.unwrap_or_default().to_owned();
    let words = client.words();
    if matches!(error, PortalError::Locked) {
        if shown.wrong_code.is_empty() {
            code::letter(&room, &client).await?;
        }
        shown.asks_code = true;
        words.say("code.again").clone_into(&mut shown.problem);
    } else {
        match error.refused() {
            Refused::Fields(errors) => {
                words.say("ask.not_yet").clone_into(&mut shown.problem);
                let own = |field: &'static str| match field {
                    "subject" => words.say("ask.no_subject"),
                    "category" => words.say("ask.no_category"),
                    _ => words.say("ask.no_body"),
                };
                let errors = errors.into_iter();
                shown.errors = errors
                    .map(|error| (error.field, own(error.field).to_owned()))
                    .collect();
            }
            other => return Err(other.failure()),
        }
    }
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}
