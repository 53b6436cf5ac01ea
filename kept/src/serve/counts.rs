//! The numbers in the rail: what asks for action, of each room that has such a thing, in one read for each page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::{InForce, Rules};
use kept_kernel::Instant;
use kept_store::{Read, Store, StoreError};
use kept_ui::routes::Routes;
use kept_ui::{Count, Menu};
use kept_world::World;

use crate::house::House;

/// Counts for pages: outside of `Ui::dress`, inside of whoever knows who is asking.
pub fn counted(routes: Routes, house: &House, rules: &Rules) -> Routes {
    let known = (house.store.clone(), house.world.clone(), rules.clone());
    routes.layer(from_fn_with_state(known, count))
}

async fn count(
    State((store, world, rules)): State<(Store, World, Rules)>,
    mut request: Request,
    next: Next,
) -> Response {
    let known = request.extensions();
    let asker = known.get::<Signed>().zip(known.get::<Arc<Menu>>());
    if let Some((signed, menu)) = asker.filter(|_| is_page(&request)) {
        let (signed, now, mut menu) = (signed.clone(), world.now(), Menu::clone(menu));
        let rules = rules.now();
        // A page without numbers is better than none.
        if let Ok(counts) = store
            .read(move |read| counts(read, &rules, &signed, now))
            .await
        {
            for (key, count) in counts {
                let mut places = menu.groups.iter_mut().flatten();
                if let Some(place) = places.find(|place| place.key == key) {
                    place.count = Some(count);
                }
            }
            request.extensions_mut().insert(Arc::new(menu));
        }
    }
    next.run(request).await
}

fn is_page(request: &Request) -> bool {
    let accepts = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    request.method() == Method::GET && accepts.is_some_and(|accept| accept.contains("html"))
}

type Counts = Vec<(&'static str, Count)>;

/// By the keys of the menu; what asks for nothing has no number.
fn counts(
    read: &Read<'_>,
    rules: &InForce,
    signed: &Signed,
    now: Instant,
) -> Result<Counts, StoreError> {
    let mut counts = kept_today::counts(read, rules, signed, now)?;
    let scope = signed.scope(Action::ReadAnnouncements);
    if !scope.is_nothing() {
        let number = kept_announcements::count_waiting(read, &scope, now)?;
        let count = Count {
            number,
            word: "to confirm".to_owned(),
            state: "today",
        };
        counts.extend((number > 0).then_some(("announcements", count)));
    }
    let scope = signed.scope(Action::EditClients);
    // Who came in by themselves belongs to nobody yet: only those who reach everybody can look at them.
    if scope.is_everything() {
        let number = kept_clients::count_to_check(read)?;
        let count = Count {
            number,
            word: "to check".to_owned(),
            state: "today",
        };
        counts.extend((number > 0).then_some(("clients", count)));
    }
    if signed.may(Action::HandleRequests) {
        let number = kept_requests::count_overdue(read, signed.person, now)?;
        let count = Count {
            number,
            word: "overdue".to_owned(),
            state: "overdue",
        };
        counts.extend((number > 0).then_some(("requests", count)));
    }
    Ok(counts)
}
