//! Webhooks: which systems are told what, and what became of each delivery.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_journal::outbox::{self, Waiting};
use kept_kernel::{Id, Instant};
use kept_outbound::SigningSecret;
use kept_rooms::{Refusal, Refused};
use kept_store::StoreError;
use kept_ui::parts::{Button, Confirm, Crumb, Empty, Fact, Facts, More, Notice, Views};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::mail::exactly;
use super::{got, may, tabs, zone};
use crate::hooks::{
    self, Endpoint, EndpointId, TOPIC, Told, TypedEndpoint, add_endpoint, endpoint, endpoints,
    pause_endpoint, remove_endpoint, sealed_for, send_again, send_test,
};
use crate::room::Room;

const HERE: &str = "/settings/webhooks";
/// So many deliveries are looked through for a page of one endpoint.
const LOOKED_THROUGH: u32 = 100;

#[derive(Template)]
#[template(path = "post/webhooks.html")]
struct WebhooksPage {
    frame: Frame,
    tabs: Views,
    endpoints: Vec<Line>,
    none: Option<Empty>,
    form: Filled,
}

struct Line {
    href: String,
    url: String,
    kinds: String,
    state: &'static str,
    words: String,
}

/// The endpoints, and a form for another one.
pub(super) async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    may(&signed)?;
    Ok(page(&drawn(&room, frame, Filled::empty()).await?))
}

async fn drawn(room: &Room, frame: Frame, form: Filled) -> Result<WebhooksPage, Failure> {
    let all = got(room.store.read(endpoints)).await?;
    let line = |one: &Endpoint| {
        let (state, words) = stands(one);
        Line {
            href: format!("{HERE}/{}", one.id),
            url: one.url.clone(),
            kinds: kinds(one),
            state,
            words,
        }
    };
    Ok(WebhooksPage {
        tabs: tabs(HERE),
        none: all.is_empty().then(|| {
            Empty::new(
                "No other system is told anything",
                "Add an address below: it is told what happens from then on, signed, and each delivery stands in a log.",
            )
        }),
        endpoints: all.iter().map(line).collect(),
        form,
        frame: frame.titled("Webhooks").at("settings"),
    })
}

fn kinds(one: &Endpoint) -> String {
    if one.kinds.is_empty() {
        "everything".to_owned()
    } else {
        one.kinds.join(", ")
    }
}

fn stands(one: &Endpoint) -> (&'static str, String) {
    match &one.paused {
        None => ("met", "is told".to_owned()),
        Some((_, because)) => ("paused", format!("paused: {because}")),
    }
}

#[derive(Template)]
#[template(path = "post/secret.html")]
struct SecretPage {
    frame: Frame,
    crumb: Crumb,
    url: String,
    secret: String,
    on: Button,
}

/// Adds an endpoint and shows its secret, once.
pub(super) async fn add(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<TypedEndpoint>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&drawn(&room, frame, filled).await?)),
    };
    let (url, kinds) = match typed.understood(room.guard) {
        Ok(understood) => understood,
        Err(wrong) => {
            let filled = Refused::Fields(wrong).onto(filled)?;
            return Ok(unprocessable(&drawn(&room, frame, filled).await?));
        }
    };
    let random = room.world.random::<32>().map_err(Failure::internal)?;
    let secret = SigningSecret::new(random).text();
    let id = EndpointId(room.world.id());
    let sealed = room.sealed(&sealed_for(id), secret.as_bytes());
    let sealed = sealed.map_err(Failure::internal)?;
    let (act, shown) = (room.act(signed.person), url.clone());
    let added = room
        .store
        .write(move |tx| add_endpoint(tx, &act, &scope, (id, &sealed), (&url, &kinds)));
    added.await.map_err(|error| error.refused().failure())?;
    Ok(page(&SecretPage {
        crumb: Crumb::new([("Webhooks", HERE)]),
        url: shown,
        secret,
        on: Button::link("I have copied it", format!("{HERE}/{id}")).primary(),
        frame: frame.titled("The secret of a webhook").at("settings"),
    }))
}

/// Where the log goes on.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    before: Option<i64>,
    id: Option<String>,
}

#[derive(Template)]
#[template(path = "post/webhook.html")]
struct WebhookPage {
    frame: Frame,
    crumb: Crumb,
    url: String,
    notice: Option<Notice>,
    facts: Facts,
    test: Button,
    pause: Button,
    remove: Confirm,
    deliveries: Vec<Delivery>,
    more: Option<More>,
}

/// What became of one delivery.
struct Delivery {
    kind: String,
    id: String,
    when: String,
    state: &'static str,
    words: String,
    again: Button,
}

/// One endpoint, with the log of what it was told.
pub(super) async fn one(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    may(&signed)?;
    let id = id_of(&id)?;
    let last = asked.id.as_deref().and_then(|id| id.parse::<Id>().ok());
    let start = match (asked.before, last) {
        (Some(at), Some(last)) => Some((Instant::from_micros(at), last)),
        _ => None,
    };
    let from = start.unwrap_or((Instant::MAX, Id::from_bytes([0xff; 16])));
    let read = room.store.read(move |read| {
        let found = endpoint(read, id)?;
        let log = outbox::lately(read, TOPIC, from, LOOKED_THROUGH)?;
        Ok::<_, StoreError>(found.map(|found| (found, log)))
    });
    let (found, log) = got(read).await?.ok_or_else(missing)?;
    let own = |waiting: &&Waiting| {
        Told::read(&waiting.body).is_some_and(|told| told.endpoint == id.to_string())
    };
    let here = format!("{HERE}/{id}");
    let next = log.last().filter(|_| log.len() >= LOOKED_THROUGH as usize);
    let next = next.map(|last| format!("{here}?before={}&id={}", last.made_at.micros(), last.id));
    let paused = found.paused.is_some();
    let zone = &zone(&signed);
    let csrf = &frame.csrf;
    Ok(page(&WebhookPage {
        crumb: Crumb::new([("Webhooks", HERE)]),
        notice: found.paused.as_ref().map(|(at, because)| {
            let words = format!(
                "Since {}: {because}. What happens meanwhile is told when it goes on.",
                exactly(*at, zone)
            );
            Notice::caution("It is told nothing", words)
        }),
        facts: Facts(vec![
            Fact::new("Told of", kinds(&found)),
            Fact::new("Added", exactly(found.made_at, zone)),
        ]),
        test: Button::act("Send a test", format!("{here}/test"), csrf),
        pause: Button::act(
            if paused { "Go on" } else { "Pause" },
            format!("{here}/pause"),
            csrf,
        )
        .carrying("paused", if paused { "" } else { "on" }),
        remove: Confirm {
            words: "Remove".to_owned(),
            question: "It is told nothing any more, and its secret is gone. That cannot be undone."
                .to_owned(),
            act: Button::act("Remove it", format!("{here}/removal"), csrf).danger(),
        },
        deliveries: log
            .iter()
            .filter(own)
            .map(|waiting| delivery(waiting, &here, (&frame, zone)))
            .collect(),
        more: (start.is_some() || next.is_some()).then(|| More {
            words: "The newest first".to_owned(),
            first: start.map(|_| here.clone()),
            next,
        }),
        url: found.url,
        frame: frame.titled("A webhook").at("settings"),
    }))
}

fn delivery(waiting: &Waiting, here: &str, (frame, zone): (&Frame, &TimeZone)) -> Delivery {
    let told = Told::read(&waiting.body);
    let error = waiting.last_error.clone().unwrap_or_default();
    let (state, words) = match (waiting.sent_at, waiting.given_up_at) {
        (Some(at), _) => ("met", format!("taken {}", exactly(at, zone))),
        (None, Some(_)) => ("overdue", format!("given up: {error}")),
        (None, None) if waiting.tries == 0 => ("ontime", "on its way".to_owned()),
        (None, None) => {
            let next = exactly(waiting.next_try_at, zone);
            (
                "today",
                format!("{error}; tried {} times, next {next}", waiting.tries),
            )
        }
    };
    Delivery {
        kind: told.map(|told| told.kind).unwrap_or_default(),
        id: format!("msg_{}", waiting.id),
        when: exactly(waiting.made_at, zone),
        state,
        words,
        again: Button::act(
            "Send again",
            format!("{here}/deliveries/{}/again", waiting.id),
            &frame.csrf,
        )
        .quiet(),
    }
}

/// Whether it is to be paused or to go on.
#[derive(Deserialize)]
pub(super) struct Pausing {
    paused: bool,
}

/// Pauses it, or lets it go on.
pub(super) async fn pause(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Pausing>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let id = id_of(&id)?;
    let (pausing, _) = form.read().map_err(|_| missing())?;
    let act = room.act(signed.person);
    let done = room
        .store
        .write(move |tx| pause_endpoint(tx, &act, &scope, id, pausing.paused));
    done.await.map_err(refused)?;
    let said = if pausing.paused {
        "It is paused."
    } else {
        "It goes on where it was paused."
    };
    Ok(back(&format!("{HERE}/{id}"), said))
}

/// Takes it out.
pub(super) async fn remove(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let id = id_of(&id)?;
    let act = room.act(signed.person);
    let done = room
        .store
        .write(move |tx| remove_endpoint(tx, &act, &scope, id));
    done.await.map_err(refused)?;
    Ok(back(HERE, "The endpoint is removed."))
}

/// Has it told that this is a test.
pub(super) async fn test(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let id = id_of(&id)?;
    let (act, parcel) = (room.act(signed.person), room.world.id());
    let done = room
        .store
        .write(move |tx| send_test(tx, &act, &scope, id, parcel));
    done.await.map_err(refused)?;
    let said = "A test is on its way: what becomes of it stands in the log.";
    Ok(back(&format!("{HERE}/{id}"), said))
}

/// Has a delivery sent once more.
pub(super) async fn again(
    State(room): State<Room>,
    signed: Signed,
    Path((id, parcel)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let scope = may(&signed)?;
    let id = id_of(&id)?;
    let parcel: Id = parcel.parse().map_err(|_| missing())?;
    let act = room.act(signed.person);
    let done = room
        .store
        .write(move |tx| send_again(tx, &act, &scope, id, parcel));
    done.await.map_err(refused)?;
    Ok(back(
        &format!("{HERE}/{id}"),
        "It is sent again in a moment.",
    ))
}

fn id_of(text: &str) -> Result<EndpointId, Failure> {
    text.parse().map(EndpointId).map_err(|_| missing())
}

fn back(path: &str, said: &str) -> Response {
    see_other(path).with(Flash::said(said)).into_response()
}

fn refused(error: hooks::ChangeEndpointError) -> Failure {
    match error.refused() {
        Refused::Missing(_) => missing(),
        other => other.failure(),
    }
}

fn missing() -> Failure {
    Failure::not_found("There is no such endpoint").way_on(HERE, "Webhooks")
}
