//! The rooms joined to one site.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use axum::{Extension, Router};
use kept_journal::Rules;
use kept_store::{Store, StoreError};
use kept_ui::{Icon, Listening, Live, LiveLimits, Menu, Place, Settings, Ui, Viewer};
use kept_vault::{Purpose, Random as _, SystemRandom};
use tower_http::timeout::TimeoutLayer;

use crate::ask::ServeAsked;
use crate::house::{House, shipped};
use crate::serve::setup::{self, Setup};
use crate::tell::Failure;

/// The whole site, and the hub of its live pages.
pub fn site(house: &House, asked: &ServeAsked) -> Result<(Router, Live), Failure> {
    let rules = Rules::new(house.rules()?);
    let live = Live::new(LiveLimits::default(), house.world.now().micros() as u64);
    let settings = Settings {
        origin: asked.base_url.clone(),
        https: asked
            .base_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://")),
        ..Settings::default()
    };
    let secret = house.keys.roots().derive(Purpose::Csrf);
    let random = |bytes: &mut [u8]| {
        // Without randomness a token could be foreseen: such a machine must not serve.
        if SystemRandom.fill(bytes).is_err() {
            std::process::abort();
        }
    };
    let ui = Ui::new(settings, secret.bytes(), random, live.clone());
    let rooms = rooms(house, &rules).merge(live.routes(|known, topics| async move {
        let viewer = known.get::<Viewer>()?;
        Some(Listening {
            person: viewer.email.clone(),
            topics,
        })
    }));
    let dressed = ui.dress(rooms.layer(Extension(live.clone())));
    let signed = dressed.layer(from_fn(everyone));
    let store = house.store.clone();
    let app = ui
        .protect(signed)
        .route("/healthz", get(move || healthy(store.clone())))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            std::time::Duration::from_mins(1),
        ));
    Ok((app, live))
}

fn rooms(house: &House, rules: &Rules) -> Router {
    let setup = Setup {
        store: house.store.clone(),
        world: house.world.clone(),
        rules: rules.clone(),
        shipped: Arc::new(shipped()),
    };
    Router::new()
        .route("/", get(|| async { Redirect::to("/adherence") }))
        .merge(setup::routes(setup))
}

async fn everyone(mut request: Request, next: Next) -> impl IntoResponse {
    request.extensions_mut().insert(Arc::new(menu()));
    next.run(request).await
}

/// The rail.
fn menu() -> Menu {
    let place = |key: &'static str, title: &str, icon, keys| Place {
        key,
        title: title.to_owned(),
        href: format!("/{key}"),
        icon,
        keys: Some(keys),
        count: None,
    };
    Menu {
        groups: vec![vec![
            place("sops", "SOPs", Icon::SOPS, "g s"),
            place("adherence", "Adherence", Icon::ADHERENCE, "g a"),
            place("settings", "Settings", Icon::SETTINGS, "g ,"),
        ]],
        ..Menu::default()
    }
}

/// Whether the server can do its work: for whoever watches it.
async fn healthy(store: Store) -> impl IntoResponse {
    match store.read(|_| Ok::<_, StoreError>(())).await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        ),
    }
}
