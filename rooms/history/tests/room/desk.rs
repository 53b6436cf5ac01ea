//! A house without history, and the pages that bring one in.

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use kept_engine::OwnedEvent;
use kept_history::{Outside, Room, Shelf, routes};
use kept_journal::audit::{Author, Who};
use kept_journal::events;
use kept_journal::imports::Import;
use kept_journal::{InForce, Rules};
use kept_kernel::{Id, Instant};
use kept_logs::{BadLine, Mapping, ReadOptions, Watch};
use kept_store::{Store, StoreError, params, statements};
use kept_testing::{Home, Kept as _, text};
use kept_ui::{Binding, Live, LiveLimits, Menu, Settings, Ui, Viewer};
use kept_vault::{Purpose, Roots, Sealer, SystemRandom};
use kept_world::World;
use tower::ServiceExt as _;

const NOW: Instant = Instant::from_seconds(1_769_790_600);

statements! {
    LINK = "UPDATE history_logs SET import = $2, undo_begun_at = NULL WHERE id = $1";
}

pub struct Desk {
    pub store: Store,
    pub world: World,
    pub rules: Rules,
    room: Room,
    folder: PathBuf,
    judged: Arc<AtomicU64>,
    runtime: tokio::runtime::Runtime,
}

impl Desk {
    pub fn new(home: &Home) -> Self {
        let store = home.open();
        let schemas = [kept_journal::SCHEMA, kept_history::SCHEMA];
        store.migrate(&schemas, NOW).unwrap();
        let world = ticking();
        let rules = Rules::new(in_force());
        let roots = Roots::new(&mut SystemRandom).unwrap();
        let folder = home.folder().join("history");
        let shelf = Shelf::new(folder.clone(), Sealer::new(&roots, Purpose::Files));
        let judged = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&judged);
        let outside = Outside {
            changed: Box::new(|| {}),
            judge: Box::new(move || {
                counted.fetch_add(1, Ordering::Relaxed);
                true
            }),
            judging: Box::new(|| None),
        };
        let room = Room::new(
            (store.clone(), world.clone()),
            rules.clone(),
            shelf,
            Vec::new(),
            outside,
        );
        Self {
            store,
            world,
            rules,
            room: room.unwrap(),
            folder,
            judged,
            runtime: tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    /// How often the journal was judged.
    pub fn judged(&self) -> u64 {
        self.judged.load(Ordering::Relaxed)
    }

    /// Waits until no work runs: the pages say so.
    pub fn rest(&self) {
        let begun = std::time::Instant::now();
        while self.page("/history").contains(" now</td>") {
            assert!(begun.elapsed().as_secs() < 60, "the work does not end");
            std::thread::yield_now();
        }
    }

    /// Waits until the database has done what it was given.
    pub fn settle(&self) {
        self.store.write(|_| Ok::<_, StoreError>(())).kept();
    }

    pub fn link(&self, log: Id, import: Id) {
        self.store
            .write(move |tx| tx.execute(LINK, &params![log, import]))
            .kept();
    }

    /// Every event of the journal, without what tells when and where it was written.
    pub fn journal(&self) -> Vec<OwnedEvent> {
        let rules = self.rules.now();
        let mut all = Vec::new();
        events::for_each(
            &self.store,
            &rules.codec,
            |event| {
                all.push(event.clone());
                Ok::<_, StoreError>(())
            },
            |problem| panic!("{problem}"),
        )
        .unwrap();
        all
    }

    pub fn import_by_hand(&self, log: &str) {
        let rules = self.rules.now();
        let mapping = Mapping::parse(&mapping(), &rules.register).unwrap();
        let raw = Box::new(Cursor::new(log.to_owned()));
        let options = ReadOptions::default();
        let read = kept_logs::read(raw, &mapping, &rules.register, &options, &mut Silent).unwrap();
        let codec = Arc::clone(&rules.codec);
        let mut import =
            Import::begin(&self.store, &self.world, codec, "by hand", Who::Console).unwrap();
        read.for_each(|event| {
            import.push(event).unwrap();
            Ok::<_, std::io::Error>(())
        })
        .unwrap();
        import.finish(0).unwrap();
    }

    /// The form with a log and a mapping, as a browser sends it.
    pub fn form(&self, log: &str, mapping: &str) -> String {
        let page = self.page("/history/new");
        let token = between(&page, "name=\"csrf\" value=\"", "\"");
        let part = |head: &str, text: &str| {
            format!("--xX\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n")
        };
        [
            part("name=\"csrf\"", token),
            part("name=\"mapping\"", "own"),
            part("name=\"own\"; filename=\"desk.toml\"", mapping),
            part("name=\"log\"; filename=\"log.csv\"", log),
            "--xX--\r\n".to_owned(),
        ]
        .concat()
    }

    /// Sends a log; where its page is.
    pub fn send(&self, log: &str, mapping: &str) -> String {
        let form = self.form(log, mapping);
        let (status, location, text) = self.ask(sent(&form));
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        location
    }

    pub fn send_bytes(&self, form: &str) -> StatusCode {
        self.ask(sent(form)).0
    }

    /// How many files lie there.
    pub fn files(&self) -> usize {
        std::fs::read_dir(&self.folder).map_or(0, Iterator::count)
    }

    pub fn post(&self, path: &str) -> StatusCode {
        self.post_form(path, "")
    }

    pub fn post_form(&self, path: &str, form: &str) -> StatusCode {
        let page = self.page("/history/new");
        let token = between(&page, "name=\"csrf\" value=\"", "\"");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("csrf={token}&{form}")));
        self.ask(request.unwrap()).0
    }

    pub fn get(&self, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        let (status, _, text) = self.ask(request.body(Body::empty()).unwrap());
        (status, text)
    }

    /// A whole page, which must be there.
    pub fn page(&self, path: &str) -> String {
        let (status, page) = self.get(path);
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        assert_eq!(page.matches("<h1").count(), 1, "{path}");
        assert!(!page.contains(" style="), "{path}");
        page
    }

    fn ask(&self, request: Request) -> (StatusCode, String, String) {
        let live = Live::new(LiveLimits::default(), 1);
        let ui = Ui::new(Settings::default(), &[7; 32], |bytes| bytes.fill(9), live);
        let known = from_fn(|mut request: Request, next: Next| async move {
            let extensions = request.extensions_mut();
            extensions.insert(Binding::session("test"));
            extensions.insert(Arc::new(Menu::default()));
            extensions.insert(Author::from(Who::Kept));
            extensions.insert(Viewer {
                name: "Helen Strand".into(),
                role: "SOP supervisor".into(),
                email: "helen@desk.example".into(),
            });
            next.run(request).await
        });
        let app: Router = ui
            .protect(ui.dress(routes(self.room.clone())).layer(known))
            .app();
        self.runtime.block_on(async {
            let response = app.oneshot(request).await.unwrap();
            let status = response.status();
            let location = response.headers().get(header::LOCATION);
            let location = location
                .map_or("", |place| place.to_str().unwrap())
                .to_owned();
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            (status, location, String::from_utf8(bytes.to_vec()).unwrap())
        })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.room.stop();
    }
}

fn sent(form: &str) -> Request {
    Request::post("/history/logs")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xX")
        .header(header::ACCEPT, "text/html")
        .body(Body::from(form.to_owned()))
        .unwrap()
}

/// A world in which each look at the clock is a second later.
fn ticking() -> World {
    let (seconds, bytes) = (AtomicI64::new(0), AtomicI64::new(0));
    World::new(
        move || NOW.plus_micros(seconds.fetch_add(1, Ordering::Relaxed) * 1_000_000),
        move |random: &mut [u8]| random.fill(bytes.fetch_add(1, Ordering::Relaxed) as u8),
    )
}

pub fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(after).map_or(rest, |(found, _)| found)
}

/// As a form writes it.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "%{byte:02x}");
        all
    })
}

pub fn mapping() -> String {
    text("examples/helpdesk/mapping.toml").replace("rows = \"together\"", "")
}

/// So many tickets, and a line that cannot be used.
pub fn log(tickets: u32) -> String {
    let mut log = String::from("case_id,activity,timestamp,resource,customer\n=1+1\n");
    for ticket in 0..tickets {
        let (day, month) = (1 + ticket % 28, 1 + ticket / 20 % 12);
        let mut line = |activity: &str, at: &str| {
            writeln!(
                log,
                "T{ticket:03},{activity},2026-{month:02}-{day:02}T{at}+01:00,Eve,Client {}",
                ticket % 5
            )
            .unwrap();
        };
        line("open", "09:00:00");
        if ticket % 4 > 0 {
            line("Take in charge ticket", "09:20:00");
        }
        if ticket % 6 > 0 {
            line("Resolve ticket", "16:00:00");
        }
    }
    log
}

fn in_force() -> InForce {
    let desk = kept_testing::helpdesk();
    InForce::of(desk.register, desk.library, desk.program)
}

pub struct Silent;

impl Watch for Silent {
    fn bad(&mut self, _: &BadLine) {}
    fn rows(&mut self, _: u64) {}
}
