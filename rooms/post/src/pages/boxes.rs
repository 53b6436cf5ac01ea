//! How each mailbox sends: through the house's server or its own, and a mail to itself that shows whether that works.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_journal::outbox::Fate;
use kept_kernel::{Id, Instant};
use kept_mail::{Protection, Stage, Step};
use kept_rooms::{FieldError, Refusal as _, Refused};
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Confirm, Crumb, Empty, Notice, Views};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::mail::{exactly, protections};
use super::{got, may, tabs, zone};
use crate::mail::{
    Draft, OwnServer, Trial, Typed, begin_trial, drop_own, own_server, own_servers, save_own,
    sealed_for, trial,
};
use crate::room::Room;

pub(super) const HERE: &str = "/settings/mail/mailboxes";
/// How it signs in.
const PASSWORD: &str = "password";
const CONSENT: &str = "consent";
/// After so long a mail to itself is said not to come back.
const LATE: i64 = 3 * 60 * 1_000_000;

#[derive(Template)]
#[template(path = "post/boxes.html")]
struct BoxesPage {
    frame: Frame,
    tabs: Views,
    rows: Vec<Row>,
    none: Option<Empty>,
}

struct Row {
    href: String,
    address: String,
    about: String,
}

#[derive(Template)]
#[template(path = "post/box.html")]
struct BoxPage {
    frame: Frame,
    crumb: Crumb,
    id: Id,
    address: String,
    about: String,
    notices: Vec<Notice>,
    steps: Vec<(&'static str, &'static str, String)>,
    protections: Vec<Choice>,
    ways: Vec<Choice>,
    form: Filled,
    password_hint: &'static str,
    tools: Vec<Button>,
    drop: Option<Confirm>,
}

/// The list.
pub(super) async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    may(&signed)?;
    let outside = std::sync::Arc::clone(&room.outside);
    let read = room.store.read(move |read| {
        let all = outside.mailboxes(read)?;
        Ok::<_, StoreError>((all, own_servers(read)?))
    });
    let (all, own) = got(read).await?;
    let row = |(id, address): (Id, String)| {
        let server = own.iter().find(|one| one.mailbox == id);
        Row {
            href: format!("{HERE}/{id}"),
            about: server.map_or_else(
                || "sends through the house's server".to_owned(),
                |one| format!("sends through {}", one.server.host),
            ),
            address,
        }
    };
    Ok(page(&BoxesPage {
        tabs: tabs(HERE),
        none: all.is_empty().then(|| {
            Empty::new(
                "No mailbox yet",
                "Add the address at which clients write to you under Mailboxes. How it sends is said here.",
            )
        }),
        rows: all.into_iter().map(row).collect(),
        frame: frame.titled("How mailboxes send").at("settings"),
    }))
}

/// What is known of one.
struct Known {
    id: Id,
    address: String,
    own: Option<OwnServer>,
    trial: Option<Trial>,
    is_allowed: bool,
}

async fn known(room: &Room, id: &str) -> Result<Known, Failure> {
    let missing = || Failure::not_found("There is no such mailbox").way_on(HERE, "All mailboxes");
    let id: Id = id.parse().map_err(|_| missing())?;
    let outside = std::sync::Arc::clone(&room.outside);
    let read = room.store.read(move |read| {
        let all = outside.mailboxes(read)?;
        let found = all.into_iter().find(|(known, _)| *known == id);
        let own = (own_server(read, id)?, outside.is_allowed(read, id)?);
        Ok::<_, StoreError>((found, own, trial(read, id)?))
    });
    let (found, (own, is_allowed), trial) = got(read).await?;
    let (id, address) = found.ok_or_else(missing)?;
    Ok(Known {
        id,
        address,
        own,
        trial,
        is_allowed,
    })
}

/// One mailbox.
pub(super) async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    may(&signed)?;
    let known = known(&room, &id).await?;
    let form = filled(known.own.as_ref());
    Ok(page(&drawn(
        &room,
        (frame, &zone(&signed)),
        known,
        form,
        &[],
    )))
}

fn filled(own: Option<&OwnServer>) -> Filled {
    let Some(OwnServer { server, .. }) = own else {
        return Filled::with([
            ("port", "465".to_owned()),
            ("protection", "tls".to_owned()),
            ("sign_in", PASSWORD.to_owned()),
        ]);
    };
    let way = if server.by_consent { CONSENT } else { PASSWORD };
    Filled::with([
        ("sign_in", way.to_owned()),
        ("host", server.host.clone()),
        ("port", server.port.to_string()),
        ("protection", server.protection.word().to_owned()),
        ("user", server.user.clone()),
    ])
}

fn drawn(
    room: &Room,
    (frame, zone): (Frame, &TimeZone),
    known: Known,
    form: Filled,
    steps: &[Step],
) -> BoxPage {
    let here = format!("{HERE}/{}", known.id);
    let csrf = &frame.csrf;
    let mut tools =
        vec![Button::act("Send a mail to itself", format!("{here}/trial"), csrf).primary()];
    if known.own.is_some() {
        tools.push(Button::act(
            "Test what is saved",
            format!("{here}/test"),
            csrf,
        ));
    }
    if known
        .trial
        .as_ref()
        .is_some_and(|trial| trial.arrived_at.is_none())
    {
        tools.push(Button::link("Look again", here.clone()).quiet());
    }
    let password = known
        .own
        .as_ref()
        .is_some_and(|own| own.server.password.is_some());
    BoxPage {
        crumb: Crumb::new([("How mailboxes send", HERE)]),
        notices: notices(&known, (room.world.now(), zone)),
        steps: steps.iter().map(tried).collect(),
        protections: Protection::ALL.map(protections).to_vec(),
        ways: vec![
            Choice::new(PASSWORD, "A password, or nobody"),
            Choice::new(CONSENT, "What was allowed at its provider, under Mailboxes"),
        ],
        password_hint: if password {
            "One is kept, sealed. Leave this empty to keep it; another host or user needs it anew."
        } else {
            "It is kept sealed, and no page shows it again."
        },
        about: known.own.as_ref().map_or_else(
            || "Its letters leave through the house's server.".to_owned(),
            |own| format!("Its letters leave through {}.", own.server.host),
        ),
        drop: known.own.is_some().then(|| Confirm {
            words: "Use the house's server".to_owned(),
            question: "Its letters leave through the house's server again.".to_owned(),
            act: Button::act("Use it", format!("{here}/removal"), csrf).danger(),
        }),
        tools,
        form,
        id: known.id,
        address: known.address,
        frame: frame.titled("How a mailbox sends").at("settings"),
    }
}

fn tried(step: &Step) -> (&'static str, &'static str, String) {
    match &step.trouble {
        Some(trouble) => {
            let words = format!("{}. {}", trouble.said, trouble.advice);
            (step.stage.words(), "overdue", words)
        }
        None => (step.stage.words(), "met", "it works".to_owned()),
    }
}

fn notices(known: &Known, (now, zone): (Instant, &TimeZone)) -> Vec<Notice> {
    let trouble = known
        .own
        .as_ref()
        .and_then(|own| own.server.trouble.as_ref());
    let trouble = trouble.map(|(said, advice, at)| {
        let words = format!("{said}. {advice} Tried last {}.", exactly(*at, zone));
        Notice::alert("Its mail server cannot be used", words)
    });
    let trial = known.trial.as_ref();
    trouble
        .into_iter()
        .chain(trial.map(|trial| went(trial, &known.address, (now, zone))))
        .collect()
}

/// What became of the mail to itself, and what to do next.
fn went(trial: &Trial, address: &str, (now, zone): (Instant, &TimeZone)) -> Notice {
    if let Some(at) = trial.arrived_at {
        let seconds = (at.micros_since(trial.begun_at) / 1_000_000).max(1);
        let words = format!(
            "The mail to itself came back after {seconds} seconds, {}.",
            exactly(at, zone)
        );
        return Notice::done("It can send and receive", words);
    }
    match &trial.fate {
        Some(Fate::Failed(said, _) | Fate::Bounced(said, _)) => {
            Notice::alert("The mail to itself could not leave", said.clone())
        }
        Some(Fate::Waiting {
            said: Some(said), ..
        }) => Notice::caution("The mail to itself has not left yet", said.clone()),
        Some(Fate::Taken(said, _) | Fate::Delivered(said, _))
            if now.micros_since(trial.begun_at) > LATE =>
        {
            let words = format!(
                "It left: {said}. It has not come back. Look whether it lies in the folder for spam of {address}; then under Mailboxes \
                 whether its mail is fetched, or whether your mail server hands it over."
            );
            Notice::caution("It can send, and nothing comes back", words)
        }
        Some(Fate::Taken(said, _) | Fate::Delivered(said, _)) => {
            let words =
                format!("It left: {said}. Look again in a minute whether it has come back.");
            Notice::info("The mail to itself is on its way", words)
        }
        _ => Notice::info(
            "The mail to itself waits to leave",
            "Look again in a few seconds. Without a mail server it waits until there is one.",
        ),
    }
}

/// The form as it comes in.
#[derive(Deserialize)]
pub(super) struct OwnTyped {
    host: String,
    port: String,
    protection: String,
    user: Option<String>,
    password: Option<String>,
    sign_in: Option<String>,
}

/// Saves its server.
pub(super) async fn save(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<OwnTyped>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let known = known(&room, &id).await?;
    let (typed, kept) = match form.read() {
        Ok(read) => read,
        Err(kept) => {
            return Ok(unprocessable(&drawn(
                &room,
                (frame, &zone(&signed)),
                known,
                kept,
                &[],
            )));
        }
    };
    let by_consent = typed.sign_in.as_deref() == Some(CONSENT);
    let machine = [typed.host, typed.port, typed.protection];
    let typed = Typed::of_mailbox(machine, (typed.user, typed.password), &known.address);
    let draft = typed.understood().and_then(|draft| {
        let draft = Draft {
            by_consent,
            ..draft
        };
        by_consent_alone(draft, known.is_allowed)
    });
    let draft = match draft {
        Ok(draft) => draft,
        Err(wrong) => {
            let kept = Refused::Fields(wrong).onto(kept)?;
            return Ok(unprocessable(&drawn(
                &room,
                (frame, &zone(&signed)),
                known,
                kept,
                &[],
            )));
        }
    };
    let place = sealed_for(known.id, &draft.host, &draft.user);
    let sealed = draft.password.as_ref();
    let sealed = sealed.map(|password| room.sealed(&place, password.as_bytes()));
    let sealed = sealed.transpose().map_err(Failure::internal)?;
    let act = room.act(signed.person);
    let saved = room.store.write(move |tx| {
        let of = (known.id, &*known.address);
        save_own(tx, (&act, &scope), of, &draft, sealed.as_deref())
    });
    saved.await.map_err(|error| error.refused().failure())?;
    let flash = Flash::said("It is saved. Send a mail to itself to see whether it works.");
    Ok(see_other(&format!("{HERE}/{id}"))
        .with(flash)
        .into_response())
}

/// Whoever is let in by what was allowed has a name there, and it was allowed.
fn by_consent_alone(draft: Draft, is_allowed: bool) -> Result<Draft, Vec<FieldError>> {
    let mut wrong = Vec::new();
    if draft.by_consent && draft.user.is_empty() {
        wrong.push(("user", "Write who signs in.".to_owned()));
    }
    if draft.by_consent && !is_allowed {
        let words = "Allow it at its provider first: under Mailboxes, on the page of this one.";
        wrong.push(("sign_in", words.to_owned()));
    }
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(FieldError::all(wrong))
    }
}

/// Its letters leave through the house's server again.
pub(super) async fn remove(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let (known, act) = (known(&room, &id).await?, room.act(signed.person));
    let removed = room
        .store
        .write(move |tx| drop_own(tx, (&act, &scope), known.id));
    removed.await.map_err(|error| error.refused().failure())?;
    let flash = Flash::said("Its letters leave through the house's server.");
    Ok(see_other(&format!("{HERE}/{id}"))
        .with(flash)
        .into_response())
}

/// Goes all steps with what is saved, and sends nothing.
pub(super) async fn test(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    may(&signed)?;
    let known = known(&room, &id).await?;
    let Some(own) = known.own.clone() else {
        let form = filled(None).refused("There is no server of its own to be tested.");
        return Ok(unprocessable(&drawn(
            &room,
            (frame, &zone(&signed)),
            known,
            form,
            &[],
        )));
    };
    let asking = room.clone();
    let steps = tokio::task::spawn_blocking(move || probed(&asking, &own));
    let steps = steps.await.map_err(Failure::internal)?;
    let form = filled(known.own.as_ref());
    Ok(page(&drawn(
        &room,
        (frame, &zone(&signed)),
        known,
        form,
        &steps,
    )))
}

fn probed(room: &Room, own: &OwnServer) -> Vec<Step> {
    let server = match own.opened(room) {
        Ok(server) => server,
        Err(trouble) => {
            return vec![Step {
                stage: trouble.stage,
                trouble: Some(trouble),
            }];
        }
    };
    let steps = server.probe();
    let is_refused = |step: &Step| step.stage == Stage::SignIn && step.trouble.is_some();
    if own.server.by_consent && steps.iter().any(is_refused) {
        room.outside.token_refused(own.mailbox);
    }
    steps
}

/// Sends a mail to itself.
pub(super) async fn begin(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let known = known(&room, &id).await?;
    let (act, parcel) = (room.act(signed.person), room.world.id());
    let begun = room.store.write(move |tx| {
        let of = (known.id, &*known.address);
        begin_trial(tx, (&act, &scope), of, parcel)
    });
    begun.await.map_err(|error| error.refused().failure())?;
    let flash = Flash::said("A mail to itself waits to leave.");
    Ok(see_other(&format!("{HERE}/{id}"))
        .with(flash)
        .into_response())
}
