//! Setting the company up: its working time, and the blanks of its SOPs inside their sentences.

mod blanks;
mod working_time;

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use kept_journal::Rules;
use kept_sops::{AdoptError, Shipped};
use kept_store::Store;
use kept_ui::Failure;
use kept_ui::parts::{View, Views};
use kept_world::World;

use crate::house;

/// What the pages of setting up need.
#[derive(Clone)]
pub struct Setup {
    pub adherence: kept_adherence::Room,
    pub store: Store,
    pub world: World,
    pub rules: Rules,
    pub shipped: Arc<Shipped>,
}

/// The pages.
pub fn routes(setup: Setup) -> Router {
    Router::new()
        .route(
            "/settings",
            get(|| async { Redirect::to("/settings/working-time") }),
        )
        .route(
            "/settings/working-time",
            get(working_time::show).post(working_time::save),
        )
        .route("/settings/blanks", get(blanks::first))
        .route(
            "/settings/blanks/{code}",
            get(blanks::show).post(blanks::save),
        )
        .with_state(setup)
}

impl Setup {
    /// Does work that waits for the database and then puts what is in force anew.
    async fn change(
        &self,
        work: impl FnOnce(&Self) -> Result<(), AdoptError> + Send + 'static,
    ) -> Result<Result<(), String>, Failure> {
        let setup = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            match work(&setup) {
                Err(AdoptError::Store(error)) => return Err(error.to_string()),
                Err(AdoptError::Set(problem)) => return Ok(Err(problem.to_string())),
                Ok(()) => {}
            }
            let loaded = house::rules(&setup.store, &setup.world);
            setup
                .rules
                .put(loaded.map_err(|failure| failure.to_string())?);
            // What the pages show was judged by the texts before.
            setup.adherence.begin_judging();
            Ok(Ok(()))
        });
        match done.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(cause)) => Err(Failure::internal(cause)),
            Err(cause) => Err(Failure::internal(cause)),
        }
    }
}

fn tabs(current: &str) -> Views {
    let view = |name: &str, href: &str| View {
        name: name.to_owned(),
        href: href.to_owned(),
        count: None,
        state: None,
        current: href == current,
    };
    Views {
        of: "Settings".to_owned(),
        views: vec![
            view("Working time", "/settings/working-time"),
            view("Blanks of the SOPs", "/settings/blanks"),
        ],
    }
}
