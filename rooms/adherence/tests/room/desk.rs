//! A house with a small help desk's history in its journal, and its pages.

use std::fmt::Write as _;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use kept_adherence::{Exporter, Judged, Judging, Reach, Reader, Room, judge, routes};
use kept_engine::{People, Person};
use kept_journal::audit::Who;
use kept_journal::imports::Import;
use kept_journal::{Colleague, Directory, Happened, InForce, Rules, happened, live};
use kept_kernel::Instant;
use kept_logs::{BadLine, Mapping, ReadOptions, Watch};
use kept_store::{Store, StoreError};
use kept_testing::{Helpdesk, Home, Kept as _, text};
use kept_ui::{Binding, Live, LiveLimits, Menu, Settings, Ui, Viewer};
use kept_world::World;
use tower::ServiceExt as _;

pub const NOW: Instant = Instant::from_seconds(1_769_790_600);

/// A client whom nobody should be called; a page that ran it would be broken.
pub const NASTY: &str = "=<script>alert(1)</script>";

pub struct Desk {
    pub store: Store,
    pub world: World,
    pub rules: Rules,
    pub room: Room,
    /// The cases that somebody looked at.
    pub noted: Arc<Mutex<Vec<String>>>,
    /// The record that is open to whoever asks, whatever they owe.
    pub open: String,
}

impl Desk {
    /// A desk whose log is in the journal, and not judged yet.
    pub fn new(home: &Home) -> Self {
        let desk = Self::empty(home);
        desk.import(&log(60));
        desk
    }

    /// A desk where nothing has happened.
    pub fn empty(home: &Home) -> Self {
        let store = home.open();
        let schemas = [kept_journal::SCHEMA, kept_adherence::SCHEMA];
        store.migrate(&schemas, NOW).unwrap();
        let world = ticking();
        let rules = Rules::new(in_force());
        let room = Room::new(
            (store.clone(), world.clone()),
            rules.clone(),
            Judging::default,
            || {},
        );
        Self {
            store,
            world,
            rules,
            room,
            noted: Arc::default(),
            open: String::new(),
        }
    }

    /// A desk that is judged.
    pub fn judged(home: &Home) -> Self {
        let desk = Self::new(home);
        desk.judge();
        desk
    }

    pub fn judge(&self) -> Judged {
        let asked = Judging::default();
        let rules = self.rules.now();
        judge(&self.store, &self.world, &rules, asked, |_| {
            ControlFlow::Continue(())
        })
        .unwrap()
    }

    /// Something happens in this house, now.
    pub fn happens(&self, (noun, record): (&str, &str), act: &str) {
        let (rules, at, id) = (self.rules.now(), self.world.now(), self.world.id());
        let told = Happened {
            noun,
            record,
            act,
            by: Who::Console,
        };
        let event = happened(&rules, told, id, at).unwrap();
        let recorded = self
            .store
            .write(move |tx| live::record(tx, &rules, std::slice::from_ref(&event), at));
        recorded.kept();
    }

    pub fn import(&self, log: &str) {
        let rules = self.rules.now();
        let mapping = text("examples/helpdesk/mapping.toml").replace("rows = \"together\"", "");
        let mapping = Mapping::parse(&mapping, &rules.register).unwrap();
        let raw = Box::new(Cursor::new(log.to_owned()));
        let options = ReadOptions::default();
        let events =
            kept_logs::read(raw, &mapping, &rules.register, &options, &mut Silent).unwrap();
        let codec = Arc::clone(&rules.codec);
        let mut import =
            Import::begin(&self.store, &self.world, codec, "log", Who::Console).unwrap();
        events
            .for_each(|event| {
                import.push(event).unwrap();
                Ok::<_, std::io::Error>(())
            })
            .unwrap();
        import.finish(0).unwrap();
    }

    /// What a page answers to somebody who has signed in.
    pub fn get(&self, path: &str) -> (StatusCode, String) {
        ask(&self.app(true), Request::get(path))
    }

    /// What a page answers to a visitor.
    pub fn get_as_visitor(&self, path: &str) -> StatusCode {
        ask(&self.app(false), Request::get(path)).0
    }

    /// The same for somebody who sees only so much.
    pub fn get_as(&self, reach: Reach, path: &str) -> (StatusCode, String) {
        ask(&self.app_as(Some(reach)), Request::get(path))
    }

    fn app(&self, signed_in: bool) -> Router {
        self.app_as(signed_in.then_some(Reach::Whole))
    }

    fn app_as(&self, reach: Option<Reach>) -> Router {
        let live = Live::new(LiveLimits::default(), 1);
        let ui = Ui::new(Settings::default(), &[7; 32], |bytes| bytes.fill(9), live);
        let noted = Arc::clone(&self.noted);
        let open = self.open.clone();
        let reader = Reader {
            author: Who::Console.into(),
            noted: Arc::new(move |noun, id, client| {
                let line = format!("{noun} {id} of {}", client.unwrap_or_default());
                noted.lock().unwrap().push(line);
            }),
            open: Arc::new(move |_, noun, id| Ok(open == format!("{noun} {id}"))),
        };
        let known = from_fn(move |mut request: Request, next: Next| {
            let (reach, reader) = (reach.clone(), reader.clone());
            async move {
                if let Some(reach) = reach.clone() {
                    let extensions = request.extensions_mut();
                    extensions.insert(Binding::session("test"));
                    extensions.insert(Arc::new(Menu::default()));
                    extensions.insert(reach.clone());
                    extensions.insert(reader);
                    extensions.insert(Exporter {
                        figures: Who::Console.into(),
                        cases: Some(Who::Console.into()),
                    });
                    extensions.insert(Viewer {
                        name: "Helen Strand".into(),
                        role: "SOP supervisor".into(),
                        email: "helen@desk.example".into(),
                    });
                }
                next.run(request).await
            }
        });
        ui.protect(ui.dress(routes(self.room.clone())).layer(known))
            .app()
    }

    /// A whole page, which must be there.
    pub fn page(&self, path: &str) -> String {
        let (status, page) = self.get(path);
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        whole(path, &page);
        page
    }
}

/// A world in which each look at the clock is a second later.
fn ticking() -> World {
    let (seconds, bytes) = (AtomicI64::new(0), AtomicI64::new(0));
    World::new(
        move || NOW.plus_micros(seconds.fetch_add(1, Ordering::Relaxed) * 1_000_000),
        move |random: &mut [u8]| random.fill(bytes.fetch_add(1, Ordering::Relaxed) as u8),
    )
}

fn ask(app: &Router, request: axum::http::request::Builder) -> (StatusCode, String) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let request = request
            .header(header::ACCEPT, "text/html")
            .body(Body::empty())
            .unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    })
}

/// What holds of every page: it has one heading, no style attribute, and nothing of a stranger's runs on it.
fn whole(path: &str, page: &str) {
    assert_eq!(page.matches("<h1").count(), 1, "{path}");
    assert_eq!(page.matches("<main").count(), 1, "{path}");
    for never in [
        " style=",
        "<script>alert",
        "javascript:",
        "NaN",
        "href=\"\"",
    ] {
        assert!(!page.contains(never), "{path}: {never}");
    }
    for tag in ["table", "section", "form", "li", "a", "svg", "details"] {
        let opened =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(
            opened,
            page.matches(&format!("</{tag}>")).count(),
            "{path}: {tag}"
        );
    }
}

/// Eve is of a team, Bob of none.
fn directory() -> Directory {
    let eve = Colleague {
        name: "Eve Adler".into(),
        email: "eve@desk.example".into(),
        team: Some("Support".into()),
    };
    Directory::new([("Eve".to_owned(), eve)])
}

pub fn in_force() -> InForce {
    ready(kept_testing::helpdesk())
}

/// A course that everybody must take, and two people who work here.
pub fn with_a_course() -> InForce {
    let clause = "\n## 9 Learning\n\n```sop service-course\nCourse \"Service\" takes 1 day for everyone, within 1 month, renewed every \
                  12 months.\n```\n";
    let person = |id: &str| Person {
        id: id.into(),
        ..Person::default()
    };
    ready(kept_testing::helpdesk_with(clause, |_| {
        People::new(vec![person("Eve"), person("Bob")])
    }))
}

fn ready(desk: Helpdesk) -> InForce {
    InForce {
        directory: directory(),
        ..InForce::of(desk.register, desk.library, desk.program)
    }
}

/// So many tickets: most taken in charge in time, some late, some never.
pub fn log(tickets: u32) -> String {
    let mut log = String::from("case_id,activity,timestamp,resource,customer\n");
    for ticket in 0..tickets {
        let (day, month) = (1 + ticket % 28, 1 + ticket / 20 % 12);
        let customer = if ticket % 10 == 3 {
            NASTY.to_owned()
        } else {
            format!("Client {}", ticket % 4)
        };
        let mut line = |activity: &str, at: &str| {
            let person = if ticket % 2 == 0 { "Eve" } else { "Bob" };
            writeln!(
                log,
                "T{ticket:03},{activity},2026-{month:02}-{day:02}T{at}+01:00,{person},{customer}"
            )
            .unwrap();
        };
        line("open", "09:00:00");
        match ticket % 5 {
            0..=2 => line("Take in charge ticket", "09:20:00"),
            3 => line("Take in charge ticket", "15:00:00"),
            _ => {}
        }
        if ticket % 3 == 0 {
            line("Resolve ticket", "16:00:00");
        }
    }
    log
}

struct Silent;

impl Watch for Silent {
    fn bad(&mut self, _: &BadLine) {}
    fn rows(&mut self, _: u64) {}
}

/// The number of the judgement in force.
pub fn number(store: &Store) -> Option<i64> {
    let current = store.read(kept_adherence::queries::current).wait();
    let current: Result<_, StoreError> = current;
    current.unwrap().map(|judgement| judgement.number)
}
