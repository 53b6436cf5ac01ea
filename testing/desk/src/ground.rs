//! The house itself: the database, the clock, what is served.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::{Extension, Router};
use kept_accounts::Accounts;
use kept_api::Description;
use kept_kernel::Instant;
use kept_store::{Schema, Store, StoreError, params, statements};
use kept_testing::{Home, Kept as _};
use kept_ui::routes::Routes;
use kept_ui::{Live, LiveLimits, Ui};
use kept_vault::{PasswordCost, Passwords, Purpose, Roots, Sealer};
use kept_world::World;

use crate::browser::Answer;

statements! {
    OUTBOX = "SELECT CAST(body AS TEXT) FROM outbox ORDER BY id";
    EVENTS = "SELECT what FROM events ORDER BY id";
}

/// What a room serves.
pub struct Site {
    /// Pages of people who are signed in.
    pub pages: Routes,
    /// Pages of people without an account.
    pub open: Routes,
    /// Routes of programs.
    pub api: Routes,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            pages: Routes::new(),
            open: Routes::new(),
            api: Routes::new(),
        }
    }
}

/// Makes what is served.
type Serve = dyn Fn() -> Site;
/// Finds out who else is asking, around the pages.
type Around = dyn Fn(Routes) -> Routes;

/// A house on a fresh database.
pub struct Ground {
    /// The database.
    pub store: Store,
    /// Who works here.
    pub accounts: Accounts,
    /// Time, ids and chance.
    pub world: World,
    /// Keys from fixed bytes.
    pub roots: Roots,
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) description: Option<Description>,
    clock: Arc<AtomicI64>,
    serve: Option<Box<Serve>>,
    around: Option<Box<Around>>,
}

impl Ground {
    /// A house with the tables of journal, search, API and accounts, and these beside them. It is this time until [`Ground::pass`].
    pub fn new(home: &Home, start: Instant, schemas: &[Schema]) -> Self {
        let store = home.open();
        let common = [
            kept_journal::SCHEMA,
            kept_search::SCHEMA,
            kept_api::SCHEMA,
            kept_accounts::SCHEMA,
        ];
        store.migrate(&[&common, schemas].concat(), start).unwrap();
        let clock = Arc::new(AtomicI64::new(start.micros()));
        let (hand, chance) = (Arc::clone(&clock), World::still(start, 7));
        let world = World::new(
            move || Instant::from_micros(hand.load(Ordering::SeqCst)),
            move |bytes: &mut [u8]| {
                bytes.fill_with(|| chance.random::<1>().unwrap().first().copied().unwrap());
            },
        );
        let roots = Roots::new(&mut |bytes: &mut [u8]| bytes.fill(5)).unwrap();
        let mut salt = |bytes: &mut [u8]| bytes.fill(9);
        // Days pass here in no time, and nobody is to be signed out by that.
        let settings = kept_accounts::Settings {
            idle_minutes: 400 * 24 * 60,
            longest_days: 400,
            ..kept_accounts::Settings::default()
        };
        let accounts = Accounts::new(
            store.clone(),
            world.clone(),
            Sealer::new(&roots, Purpose::Totp),
            Passwords::new(PasswordCost::FOR_TESTS, &mut salt).unwrap(),
            settings,
        );
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        Self {
            store,
            accounts,
            world,
            roots,
            runtime: runtime.unwrap(),
            description: None,
            clock,
            serve: None,
            around: None,
        }
    }

    /// Says what is served, and what the description of its API is: each answer to a program is held against that.
    pub fn open(&mut self, serve: impl Fn() -> Site + 'static, api: Description) {
        self.serve = Some(Box::new(serve));
        self.description = Some(api);
    }

    /// Puts a layer directly around the dressed pages: of a room that finds out by itself who is asking.
    pub fn around(&mut self, layer: impl Fn(Routes) -> Routes + 'static) {
        self.around = Some(Box::new(layer));
    }

    /// Now.
    pub fn now(&self) -> Instant {
        self.world.now()
    }

    /// So many seconds pass.
    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Waits for it.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// What waits to be sent, as JSON.
    pub fn outbox(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self.store.read(|read| read.all(OUTBOX, &params![])).kept();
        rows.into_iter().map(|(body,)| body).collect()
    }

    /// The acts of the journal, in order.
    pub fn events(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self.store.read(|read| read.all(EVENTS, &params![])).kept();
        rows.into_iter().map(|(what,)| what).collect()
    }

    /// What was done as the audit has it, in order.
    pub fn audited(&self) -> Vec<String> {
        kept_journal::place(&self.store).unwrap();
        let read = |read: &kept_store::Read<'_>| kept_journal::audit::latest(read, None, 1000);
        let entries: Result<_, StoreError> = self.store.read(read).wait();
        let entries = entries.unwrap().into_iter().rev();
        entries.map(|entry| entry.act).collect()
    }

    /// The routes of programs.
    pub fn api(&self) -> Routes {
        self.site().api
    }

    fn site(&self) -> Site {
        self.serve.as_ref().map(|serve| serve()).unwrap_or_default()
    }

    fn app(&self) -> Router {
        let live = Live::new(LiveLimits::default(), 1);
        let settings = kept_ui::Settings::default();
        let ui = Ui::new(settings, &[3; 32], |bytes| bytes.fill(4), live);
        let site = self.site();
        let dressed = ui.dress(site.pages);
        let dressed = match &self.around {
            Some(around) => around(dressed),
            None => dressed,
        };
        let pages = self.accounts.session_layer(dressed);
        let api = site.api.layer(Extension(self.accounts.clone()));
        ui.protect(pages.merge(site.open).merge(kept_api::guarded(api)))
            .app()
    }

    /// Asks what is served.
    pub fn ask(&self, request: Builder, body: Body) -> Answer {
        let request = request.body(body).unwrap();
        self.runtime.block_on(async {
            let response = tower::ServiceExt::oneshot(self.app(), request)
                .await
                .unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.unwrap();
            Answer {
                status: parts.status,
                headers: parts.headers,
                text: String::from_utf8(bytes.to_vec()).unwrap(),
            }
        })
    }
}
