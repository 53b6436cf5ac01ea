//! Setting the company up: its working time, and the blanks of its SOPs inside their sentences.

mod blanks;
mod working_time;

use std::sync::Arc;

use axum::response::Redirect;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::Rules;
use kept_search::Searchable;
use kept_sops::{AdoptError, ClausesFound, Shipped};
use kept_store::Store;
use kept_ui::Failure;
use kept_ui::parts::{View, Views};
use kept_ui::routes::{Routes, get};
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
pub fn routes(setup: Setup) -> Routes {
    Routes::new()
        .route("/settings", get(first))
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
                Err(refused) => return Ok(Err(refused.to_string())),
                Ok(()) => {}
            }
            let loaded = house::rules(&setup.store, &setup.world);
            setup
                .rules
                .put(loaded.map_err(|failure| failure.to_string())?);
            // The clauses that are found are those in force.
            let clauses: Arc<dyn Searchable> = Arc::new(ClausesFound(setup.rules.clone()));
            kept_search::refresh(&setup.store, &clauses).map_err(|error| error.to_string())?;
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

/// The settings of the company: name, address, and the right that opens it.
const SETTINGS: [(&str, &str, Action); 9] = [
    ("Working time", "/settings/working-time", Action::Configure),
    ("Blanks of the SOPs", "/settings/blanks", Action::Configure),
    ("Mail", "/settings/mail", Action::Configure),
    ("Mailboxes", "/settings/mailboxes", Action::Configure),
    ("Webhooks", "/settings/webhooks", Action::Configure),
    ("Portal", "/settings/portal", Action::Configure),
    ("People", "/settings/people", Action::ManageAccounts),
    (
        "Opened in an emergency",
        "/settings/emergencies",
        Action::AuditRecords,
    ),
    ("Alarms", "/settings/alarms", Action::AuditRecords),
];

/// The settings that a person may open.
fn open_to(signed: &Signed) -> impl Iterator<Item = (&'static str, &'static str)> {
    let open = SETTINGS.iter().filter(|(.., action)| signed.may(*action));
    open.map(|(name, href, _)| (*name, *href))
}

/// Whether there is anything in the settings for a person.
pub fn is_open_to(signed: &Signed) -> bool {
    open_to(signed).next().is_some()
}

/// The settings begin with the first that the person may open.
async fn first(signed: Signed) -> Result<Redirect, Failure> {
    let first = open_to(&signed).next();
    let (_, href) = first.ok_or_else(|| Failure::not_found("There is no such page"))?;
    Ok(Redirect::to(href))
}

fn tabs(signed: &Signed, current: &str) -> Views {
    let views = open_to(signed).map(|(name, href)| View {
        name: name.to_owned(),
        href: href.to_owned(),
        count: None,
        state: None,
        current: href == current,
    });
    Views {
        of: "Settings".to_owned(),
        views: views.collect(),
    }
}
