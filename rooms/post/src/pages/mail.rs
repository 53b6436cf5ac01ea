//! The mail server: its settings, and whether they work, step by step.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_kernel::Instant;
use kept_mail::{Protection, Stage, Step};
use kept_rooms::{Refusal as _, Refused};
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Notice, Views};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};

use super::signing::{Signing, signing};
use super::{got, may, tabs, zone};
use crate::mail::{Draft, Health, MailServer, SEALED_FOR, Typed, health, save_server};
use crate::room::Room;

pub(super) const HERE: &str = "/settings/mail";

#[derive(Template)]
#[template(path = "post/mail.html")]
struct MailPage {
    frame: Frame,
    tabs: Views,
    notices: Vec<Notice>,
    steps: Vec<Tried>,
    protections: Vec<Choice>,
    form: Filled,
    password_hint: &'static str,
    test: Option<Button>,
    signing: Option<Signing>,
}

/// A step of the test.
struct Tried {
    name: &'static str,
    state: &'static str,
    words: String,
    advice: String,
}

/// The settings.
pub(super) async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    may(&signed)?;
    let health = got(room.store.read(health)).await?;
    let form = filled(health.server.as_ref());
    Ok(page(&drawn(
        &room,
        (frame, &zone(&signed)),
        &health,
        form,
        Vec::new(),
    )))
}

/// Saves them.
pub(super) async fn save(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let health = got(room.store.read(health)).await?;
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            return Ok(unprocessable(&drawn(
                &room,
                (frame, &zone(&signed)),
                &health,
                filled,
                Vec::new(),
            )));
        }
    };
    let draft = match typed.understood() {
        Ok(draft) => draft,
        Err(wrong) => {
            let filled = Refused::Fields(wrong).onto(filled)?;
            return Ok(unprocessable(&drawn(
                &room,
                (frame, &zone(&signed)),
                &health,
                filled,
                Vec::new(),
            )));
        }
    };
    let sealed = sealed(&room, &draft)?;
    let act = room.act(signed.person);
    let saved = room
        .store
        .write(move |tx| save_server(tx, &act, &scope, &draft, sealed.as_deref()));
    saved.await.map_err(|error| error.refused().failure())?;
    let flash = Flash::said("The mail server is saved. Test it before you rely on it.");
    Ok(see_other(HERE).with(flash).into_response())
}

fn sealed(room: &Room, draft: &Draft) -> Result<Option<Vec<u8>>, Failure> {
    let Some(password) = &draft.password else {
        return Ok(None);
    };
    room.sealed(SEALED_FOR, password.as_bytes())
        .map(Some)
        .map_err(Failure::internal)
}

/// Goes all steps with the settings that are saved, and sends nothing.
pub(super) async fn test(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    may(&signed)?;
    let health = got(room.store.read(health)).await?;
    let Some(kept) = health.server.clone() else {
        return Ok(see_other(HERE).into_response());
    };
    let Some(server) = kept.opened(&room.sealer) else {
        let form = filled(Some(&kept)).refused(
            "The password that is kept cannot be opened with the keys of this house. Type it again.",
        );
        return Ok(unprocessable(&drawn(
            &room,
            (frame, &zone(&signed)),
            &health,
            form,
            Vec::new(),
        )));
    };
    let steps = tokio::task::spawn_blocking(move || server.probe());
    let steps = steps.await.map_err(Failure::internal)?;
    let all = [Stage::Connect, Stage::Encrypt, Stage::SignIn, Stage::From];
    let tried = all
        .into_iter()
        .map(|stage| tried(stage, &steps, &kept))
        .collect();
    Ok(page(&drawn(
        &room,
        (frame, &zone(&signed)),
        &health,
        filled(Some(&kept)),
        tried,
    )))
}

fn tried(stage: Stage, steps: &[Step], kept: &MailServer) -> Tried {
    let step = steps.iter().find(|step| step.stage == stage);
    let (state, words, advice) = match step.map(|step| &step.trouble) {
        None => ("paused", "not tried".to_owned(), String::new()),
        Some(Some(trouble)) => ("overdue", trouble.said.clone(), trouble.advice.clone()),
        Some(None) => ("met", went_well(stage, kept), String::new()),
    };
    Tried {
        name: stage.words(),
        state,
        words,
        advice,
    }
}

fn went_well(stage: Stage, kept: &MailServer) -> String {
    match stage {
        Stage::Connect => format!("{} answers at port {}", kept.host, kept.port),
        Stage::Encrypt => match kept.protection {
            Protection::Tls => "with TLS from the first byte, its certificate is good".to_owned(),
            Protection::StartTls => "with STARTTLS, its certificate is good".to_owned(),
            Protection::None => "not encrypted, as you chose".to_owned(),
        },
        Stage::SignIn if kept.user.is_empty() => "nobody signs in, as you chose".to_owned(),
        Stage::SignIn => format!("{} is let in", kept.user),
        Stage::From | Stage::Message | Stage::Find | Stage::Folder | Stage::Fetch => {
            format!("{} may send", kept.from_email)
        }
    }
}

fn filled(kept: Option<&MailServer>) -> Filled {
    let Some(kept) = kept else {
        return Filled::with([("port", "465".to_owned()), ("protection", "tls".to_owned())]);
    };
    Filled::with([
        ("host", kept.host.clone()),
        ("port", kept.port.to_string()),
        ("protection", kept.protection.word().to_owned()),
        ("user", kept.user.clone()),
        ("from_name", kept.from_name.clone()),
        ("from_email", kept.from_email.clone()),
    ])
}

fn drawn(
    room: &Room,
    (frame, zone): (Frame, &TimeZone),
    health: &Health,
    form: Filled,
    steps: Vec<Tried>,
) -> MailPage {
    let has_password = health
        .server
        .as_ref()
        .is_some_and(|server| server.password.is_some());
    MailPage {
        tabs: tabs(HERE),
        notices: notices(health, zone),
        steps,
        protections: Protection::ALL.map(protections).to_vec(),
        password_hint: if has_password {
            "One is kept, sealed. Leave this empty to keep it; another host or user needs it anew."
        } else {
            "It is kept sealed, and no page shows it again."
        },
        test: health
            .server
            .is_some()
            .then(|| Button::act("Test what is saved", "/settings/mail/test", &frame.csrf)),
        signing: signing(room, health.server.as_ref()),
        form,
        frame: frame.titled("Mail server").at("settings"),
    }
}

pub(super) fn protections(protection: Protection) -> Choice {
    let label = match protection {
        Protection::Tls => "TLS, usual at port 465",
        Protection::StartTls => "STARTTLS, usual at port 587",
        Protection::None => "None: only within your own network",
    };
    Choice::new(protection.word(), label)
}

fn notices(health: &Health, zone: &TimeZone) -> Vec<Notice> {
    let mut notices = Vec::new();
    let letters = |number: u64| match number {
        1 => "1 letter".to_owned(),
        1_000 => "1,000 letters or more".to_owned(),
        other => format!("{other} letters"),
    };
    if health.server.is_none() {
        notices.push(Notice::info(
            "No mail leaves yet",
            format!(
                "Letters wait until there is a server: {} so far. They can be read meanwhile.",
                letters(health.waiting)
            ),
        ));
    }
    let trouble = health
        .server
        .as_ref()
        .and_then(|server| server.trouble.as_ref());
    if let Some((said, advice, at)) = trouble {
        notices.push(Notice::alert(
            "The mail server cannot be used",
            format!("{said}. {advice} Tried last {}.", exactly(*at, zone)),
        ));
    }
    if health.given_up > 0 {
        notices.push(Notice::caution(
            format!("{} could not be sent", letters(health.given_up)),
            "Look at them under Mail that waits: try them again or discard them.",
        ));
    }
    notices
}

/// `12 Mar 2026, 14:05 CET`
pub(super) fn exactly(at: Instant, zone: &TimeZone) -> String {
    let zoned = at.timestamp().to_zoned(zone.clone());
    zoned.strftime("%-d %b %Y, %H:%M %Z").to_string()
}
