//! Whoever turns page after page of a list takes more than work asks for: that raises an alarm in the audit, once an hour for
//! each person and each token. First pages do not count, since a queue that stays open refreshes itself.
//!
//! Counted in memory: a restart begins anew, and a node knows its own pages alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::commands::Act;
use kept_accounts::{Accounts, Signed};
use kept_journal::audit::Who;
use kept_kernel::Instant;
use kept_store::{Store, StoreError};
use kept_ui::Failure;
use kept_ui::routes::Routes;

/// So many further pages in an hour: at 50 records a page, 5,000 records.
pub const MANY_PAGES: u32 = 100;
const HOUR: i64 = 3_600_000_000;
/// With more askers than this, the count begins anew.
const MOST_ASKERS: usize = 8_192;

/// Counts pages of lists. Clones count together.
#[derive(Clone)]
pub struct Harvest {
    accounts: Accounts,
    store: Store,
    seen: Arc<Mutex<HashMap<String, (Instant, u32)>>>,
}

impl Harvest {
    /// Counts for these people and their tokens.
    pub fn new(accounts: Accounts, store: Store) -> Self {
        let seen = Arc::default();
        Self {
            accounts,
            store,
            seen,
        }
    }

    /// These routes, with their further pages counted.
    pub fn watch(&self, routes: Routes) -> Routes {
        routes.layer(from_fn_with_state(self.clone(), watch))
    }

    /// Whether this page is the one that is too many.
    fn is_too_many(&self, who: Who, now: Instant) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_ASKERS {
            seen.clear();
        }
        let (since, count) = seen.entry(who.text()).or_insert((now, 0));
        if now.micros_since(*since) > HOUR {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count == MANY_PAGES
    }

    async fn alarm(&self, act: Act, path: String) -> Result<(), StoreError> {
        let alarm = self.store.write(move |tx| {
            let detail = serde_json::json!({ "pages": MANY_PAGES });
            act.write(tx, "AlarmManyPagesRead", ("list", &path), &detail)
        });
        alarm.await
    }
}

async fn watch(State(harvest): State<Harvest>, request: Request, next: Next) -> Response {
    if !goes_on(&request) {
        return next.run(request).await;
    }
    let path = request.uri().path().to_owned();
    let signed = request.extensions().get::<Signed>();
    let signed = signed.map(|signed| Who::Person(signed.person.0));
    let shown = shown(&request);
    let who = match signed {
        Some(who) => Some(who),
        None => token(&harvest.accounts, shown).await,
    };
    if let Some(who) = who {
        let act = harvest.accounts.act(who);
        let alarm = harvest.is_too_many(who, act.at);
        if alarm && let Err(error) = harvest.alarm(act, path).await {
            return Failure::internal(error).into_response();
        }
    }
    next.run(request).await
}

/// Whether it asks for a page behind the first one.
fn goes_on(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    request.method() == Method::GET
        && pairs.any(|(name, value)| matches!(name, "after" | "before") && !value.is_empty())
}

/// The token that is shown, good or not.
fn shown(request: &Request) -> Option<String> {
    let shown = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (_, text) = shown.split_once(' ')?;
    Some(text.trim().to_owned())
}

async fn token(accounts: &Accounts, shown: Option<String>) -> Option<Who> {
    let token = accounts.bearer(&shown?).await.ok()??;
    Some(token.who())
}
