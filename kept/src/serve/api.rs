//! The API of all rooms: their routes, the limit, the description and its page.

use std::time::Duration;

use axum::Extension;
use kept_accounts::Accounts;
use kept_api::{Description, RateLimit, document, forget_answers, guarded, limited};
use kept_rooms::Job;
use kept_store::Store;
use kept_ui::routes::Routes;
use kept_world::World;

/// What the API is, joined of the rooms.
pub fn description() -> Description {
    let rooms = [
        kept_announcements::api_description(),
        kept_clients::api_description(),
        kept_today::api_description(),
        kept_requests::api_description(),
        kept_templates::api_description(),
        kept_messages::api_description(),
        kept_forms::api_description(),
    ];
    document(rooms, env!("CARGO_PKG_VERSION"))
}

/// The routes, beside the pages: no cookie lets anybody in here.
pub fn routes(rooms: Routes, accounts: Accounts, description: &Description) -> Routes {
    let rooms = rooms.layer(Extension(accounts));
    guarded(limited(rooms, RateLimit::default()).merge(description.routes()))
}

/// What the API does by itself.
pub fn job(store: Store, world: World) -> Job {
    Job::new(
        "API: forget answers of yesterday",
        Duration::from_hours(1),
        move || forget_answers(&store, world.now()),
    )
}
