//! A desk made of samples: every part in every state, for the gallery and for the tests. Shared by both, part of neither.

pub mod parts;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{Html as Bare, IntoResponse, Response};
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Crumb, Found, Group, Results};
use kept_ui::routes::{Routes, get, post};
use kept_ui::{
    Binding, Count, Failure, Filled, Flash, Form, Frame, Icon, Listening, Live, LiveLimits, Menu,
    Place, Settings, Ui, Viewer, page, see_other, unprocessable,
};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "gallery.html")]
struct GalleryPage {
    frame: Frame,
    samples: Vec<parts::Sample>,
    duties: Vec<kept_ui::parts::Duty>,
    ruler: kept_ui::Html,
}

#[derive(Template)]
#[template(path = "gallery_form.html")]
struct FormPage {
    frame: Frame,
    crumb: Crumb,
    form: Filled,
    channels: Vec<Choice>,
    tiers: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "gallery_live.html")]
struct LivePage {
    frame: Frame,
    count: u64,
    change: Button,
}

#[derive(Template)]
#[template(path = "gallery_plain.html")]
struct PlainPage {
    frame: Frame,
    form: Filled,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
enum Channel {
    Mail,
    Phone,
}

#[derive(Deserialize, Debug)]
struct Call {
    subject: String,
    client: String,
    channel: Channel,
    tiers: Vec<String>,
    minutes: u32,
    on: Option<String>,
    urgent: bool,
    text: String,
}

#[derive(Deserialize)]
struct Asked {
    q: String,
}

#[derive(Clone, Default)]
struct Counted(Arc<AtomicU64>);

/// The desk. `signed_in` is false for a visitor.
pub fn app(ui: &Ui, live: &Live, signed_in: bool) -> axum::Router {
    let rooms = Routes::new()
        .route("/", get(gallery))
        .route("/gallery", get(gallery))
        .route("/gallery/form", get(empty_form).post(send_form))
        .route("/gallery/live", get(live_page))
        .route("/gallery/live/change", post(change))
        .route("/gallery/plain", get(plain))
        .route("/gallery/failure/{kind}", get(failure))
        .route(
            "/gallery/undo",
            post(|| async { see_other("/gallery").with(Flash::said("It is as it was before.")) }),
        )
        .route("/gallery/busy", post(|| async { Failure::unavailable(5) }))
        .route("/search", get(search))
        .route("/palette", get(found))
        .route(
            "/sops/clause/SR/4.3",
            get(|| async { Bare(parts::card().to_string()) }),
        )
        .with_state(Counted::default())
        .layer(Extension(live.clone()))
        .merge(live.routes(|known, topics| async move {
            let person = known.get::<Viewer>()?.email.clone();
            Some(Listening {
                session: person.clone(),
                person,
                topics,
            })
        }));
    let dressed = ui.dress(rooms);
    let dressed = dressed.layer(from_fn(
        move |mut request: Request, next: Next| async move {
            if signed_in {
                request.extensions_mut().insert(viewer());
                request.extensions_mut().insert(Binding::session("gallery"));
                request.extensions_mut().insert(Arc::new(menu()));
            }
            next.run(request).await
        },
    ));
    ui.protect(dressed).app()
}

/// What the samples are served with. The bytes are counted up: unforeseeable enough for a gallery.
pub fn ui(live: &Live) -> Ui {
    let drawn = AtomicU64::new(1);
    let settings = Settings {
        company: "Lindqvist Instruments, Berlin".to_owned(),
        ..Settings::default()
    };
    let random = move |bytes: &mut [u8]| {
        let number = drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = number.get(at % 8).copied().unwrap_or_default();
        }
    };
    Ui::new(settings, &[7; 32], random, live.clone()).reporting(|_, _| {})
}

/// The hub of the samples.
pub fn live() -> Live {
    Live::new(LiveLimits::default(), 1)
}

fn viewer() -> Viewer {
    Viewer {
        name: "Maya Okonkwo".to_owned(),
        role: "Client service".to_owned(),
        email: "maya.okonkwo@lindqvist.example".to_owned(),
    }
}

fn menu() -> Menu {
    let place = |key, title: &str, icon, keys| Place {
        key,
        title: title.to_owned(),
        href: format!("/gallery?at={key}"),
        icon,
        keys,
        count: None,
    };
    let counted = |place: Place, number, word: &str, state| Place {
        count: Some(Count {
            number,
            word: word.to_owned(),
            state,
        }),
        ..place
    };
    Menu {
        sign_out: Some("/sign-out".to_owned()),
        groups: vec![
            vec![
                counted(
                    place("today", "Today", Icon::TODAY, Some("g t")),
                    2,
                    "overdue",
                    "overdue",
                ),
                counted(
                    place("requests", "Requests", Icon::REQUESTS, Some("g r")),
                    5,
                    "waiting",
                    "",
                ),
                place("clients", "Clients", Icon::CLIENTS, Some("g c")),
                counted(
                    place("followups", "Follow-ups", Icon::FOLLOWUPS, Some("g f")),
                    1,
                    "due today",
                    "today",
                ),
            ],
            vec![
                place("sops", "SOPs", Icon::SOPS, Some("g s")),
                place("adherence", "Adherence", Icon::ADHERENCE, Some("g a")),
            ],
            vec![place("settings", "Settings", Icon::SETTINGS, None)],
        ],
        search: Some("/search".to_owned()),
        me: Some("/gallery/form".to_owned()),
    }
}

async fn gallery(frame: Frame) -> Response {
    let samples = parts::samples(&frame);
    page(&GalleryPage {
        duties: parts::duties(&frame),
        frame: frame.titled("Gallery").at("today"),
        samples,
        ruler: parts::ruler(),
    })
}

fn form_page(frame: Frame, form: Filled) -> FormPage {
    FormPage {
        frame: frame.titled("Log a call").at("requests"),
        crumb: Crumb::new([("Requests", "/gallery"), ("2417", "/gallery/live")]),
        form,
        channels: vec![
            Choice::new("mail", "By mail").hint("They get a copy of what you write."),
            Choice::new("phone", "By phone"),
        ],
        tiers: ["Bronze", "Silver", "Gold"]
            .map(|tier| Choice::new(tier, tier))
            .to_vec(),
    }
}

async fn empty_form(frame: Frame) -> Response {
    page(&form_page(
        frame,
        Filled::with([("channel", "phone".to_owned())]),
    ))
}

async fn send_form(frame: Frame, form: Form<Call>) -> Response {
    let (call, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return unprocessable(&form_page(frame, filled)),
    };
    if call.subject.trim().is_empty() {
        return unprocessable(&form_page(
            frame,
            filled.wrong("subject", "Write what the call was about."),
        ));
    }
    let said = format!(
        "The call with {} is logged: {}, {} m{}.",
        call.client,
        call.subject,
        call.minutes,
        if call.urgent { ", urgent" } else { "" }
    );
    // What else was read is not shown again.
    let _ = (call.channel, call.tiers, call.on, call.text);
    see_other("/gallery")
        .with(Flash::said(said).undo("/gallery/undo"))
        .into_response()
}

async fn live_page(State(counted): State<Counted>, frame: Frame) -> Response {
    page(&LivePage {
        change: Button::act("Change it", "/gallery/live/change", &frame.csrf),
        frame: frame.titled("Live").at("clients").showing("count"),
        count: counted.0.load(Ordering::SeqCst),
    })
}

async fn change(State(counted): State<Counted>, live: Extension<Live>) -> Response {
    counted.0.fetch_add(1, Ordering::SeqCst);
    live.changed(["count"], None);
    see_other("/gallery/live").into_response()
}

async fn plain(frame: Frame) -> Response {
    page(&PlainPage {
        frame: frame.titled("Sign in"),
        form: Filled::with([("email", "maya.okonkwo@lindqvist.example".to_owned())]).wrong(
            "password",
            "That password does not fit this address. Try again, or get a link by mail.",
        ),
    })
}

async fn failure(Path(kind): Path<String>) -> Response {
    match kind.as_str() {
        "missing" => Failure::not_found("There is no request 24170")
            .because("It may have been merged, or the number has a digit too many.")
            .way_on("/gallery", "2417 Sensor reads high at night")
            .into_response(),
        "forbidden" => Failure::forbidden(
            "This client’s records are for its account team",
            "Your request to see them is logged. Jonas Weber can let you in for a case.",
        )
        .into_response(),
        "conflict" => Failure::conflict(
            "Jonas changed the priority while you wrote",
            "His is saved. Nothing of yours was saved; go back, and it is still there.",
        )
        .into_response(),
        "large" => Failure::too_large("1 MB").into_response(),
        "many" => Failure::too_many(30).into_response(),
        "busy" => Failure::unavailable(5).into_response(),
        "panic" => std::panic::panic_any("the sample panics"),
        _ => Failure::internal("the sample fails: secret details").into_response(),
    }
}

async fn search(frame: Frame) -> Response {
    page(&form_page(frame, Filled::empty()))
}

async fn found(Query(asked): Query<Asked>) -> Bare<String> {
    Bare(results(&asked.q).to_string())
}

/// Results of which those are shown that have the words in them.
pub fn results(words: &str) -> Results {
    let one = |icon, said: &str, kind: &str, mark: Option<&str>, keys| Found {
        icon,
        words: said.to_owned(),
        kind: kind.to_owned(),
        mark: mark.map(str::to_owned),
        keys,
        href: "/gallery/live".to_owned(),
    };
    let groups = [
        (
            "What the procedure asks next",
            vec![one(
                Icon::SEND,
                "Update Aalto Dairy on Sensor reads high at night",
                "",
                Some("SR 5"),
                None,
            )],
        ),
        (
            "Go to",
            vec![
                one(
                    Icon::CLIENTS,
                    "Aalto Dairy, Platinum, Tampere",
                    "client",
                    None,
                    Some("g c"),
                ),
                one(
                    Icon::REQUESTS,
                    "2426 Yearly calibration for eleven scales",
                    "request",
                    None,
                    None,
                ),
            ],
        ),
    ];
    let has = |found: &Found| found.words.to_lowercase().contains(&words.to_lowercase());
    Results {
        groups: groups
            .into_iter()
            .map(|(name, found)| Group {
                name: name.to_owned(),
                found: found.into_iter().filter(has).collect(),
            })
            .collect(),
        asked: words.to_owned(),
    }
}
