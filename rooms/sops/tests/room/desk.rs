//! A house with a small SOP in two versions, and its pages.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use kept_charts::Interval;
use kept_engine::{Engine, Event, People, Record, What};
use kept_journal::audit::Who;
use kept_journal::obligations::Rewriting;
use kept_journal::{InForce, Rules};
use kept_kernel::Instant;
use kept_sops::{MarginFigure, Margins, Room, Shipped, Text, adopt, load, routes};
use kept_store::Store;
use kept_testing::{Home, Kept as _};
use kept_ui::{Binding, Live, LiveLimits, Menu, Settings, Ui, Viewer};
use kept_world::World;
use tower::ServiceExt as _;

pub const NOW: Instant = Instant::from_seconds(1_769_790_600);

/// A document with everything in its prose that a page must not become.
pub const SOP: &str = r#"+++
code = "TS"
title = "Trial <b>support</b>"
owner = "SOP supervisor"
version = "1.0"
review = "every 12 months"
distribution = "everyone"
+++

# Trial support

Said by [company: "Lindqvist & Sons"], see [the web](https://example.org), [this](javascript:alert(1)) and
![a picture](https://example.org/spy.png). <script>alert(1)</script>

<div onclick="alert(1)">A block</div>

## 1 Times

- first
- second

Table 1: Times

| priority | answer          |
| -------- | --------------- |
| urgent   | 1 business hour |
| any      | 4 business hours |

### 1.1 Acknowledge

We say *at once* that it is here.

```sop acknowledge
When a request is received, the client service representative must acknowledge it within [acknowledge: 1 business hour];
otherwise it escalates to the account manager.
```

## 2 Close

```sop closing
A request must not be closed unless its resolution is known.
```
"#;

pub struct Desk {
    pub store: Store,
    pub world: World,
    pub rules: Rules,
    room: Room,
}

impl Desk {
    /// With the shipped SOPs in force.
    pub fn shipped(home: &Home) -> Self {
        let store = home.open();
        let schemas = [kept_journal::SCHEMA, kept_sops::SCHEMA];
        store.migrate(&schemas, NOW).unwrap();
        let world = World::still(NOW, 4);
        let rules = Rules::new(load(&store, &shipped(), People::default()).unwrap());
        let parts = (store.clone(), world.clone());
        let room = Room::new(parts, rules.clone(), shipped(), margins());
        Self {
            store,
            world,
            rules,
            room,
        }
    }

    /// With a small document of its own.
    pub fn own(home: &Home) -> Self {
        let desk = Self::shipped(home);
        desk.adopt(SOP, true);
        desk
    }

    pub fn adopt(&self, sop: &str, alone: bool) {
        let text = Text {
            name: "ts.sop.md".into(),
            text: sop.into(),
        };
        adopt(
            (&self.store, &self.world),
            &shipped(),
            vec![text],
            alone,
            Who::Console,
        )
        .unwrap();
        self.rules
            .put(load(&self.store, &shipped(), People::default()).unwrap());
    }

    /// A request that came in at that time, as the journal would have judged it by now.
    pub fn receive(&self, id: &str, at: Instant) {
        let rules = self.rules.now();
        let mut rewriting = Rewriting::begin(&self.store, rules.codec.clone(), NOW).unwrap();
        let received = rules.register.acts().find(|(_, act)| {
            act.id == "request-received"
                || act
                    .happens
                    .iter()
                    .any(|phrase| phrase.ends_with("is received") && phrase.contains("{request}"))
        });
        let event = Event {
            place: 1,
            at,
            recorded_at: at,
            what: What::Act(received.unwrap().0),
            case: Record {
                noun: rules.register.noun("request").unwrap(),
                id,
            },
            links: &[],
            actor: kept_engine::Actor::Client,
            facts: &[],
            parts: &[],
            holders: &[],
            proofs: &[],
        };
        let mut engine = Engine::new(&rules.program, 1, |duty| rewriting.push(duty).unwrap());
        engine.push(&event).unwrap();
        engine.finish(NOW);
        let finished = rewriting.finish().unwrap();
        self.store
            .write(move |tx| finished.put_in_force(tx, &rules, NOW))
            .kept();
    }

    pub fn get(&self, path: &str) -> (StatusCode, String) {
        ask(&self.app(true), path)
    }

    pub fn get_as_visitor(&self, path: &str) -> StatusCode {
        ask(&self.app(false), path).0
    }

    /// A whole page, which must be there.
    pub fn page(&self, path: &str) -> String {
        let (status, page) = self.get(path);
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        assert_eq!(page.matches("<h1").count(), 1, "{path}");
        for never in [
            " style=",
            "<script>alert",
            "javascript:alert",
            "<div onclick",
            "<img",
            "href=\"\"",
        ] {
            assert!(!page.contains(never), "{path}: {never}");
        }
        for tag in [
            "table", "section", "aside", "article", "li", "a", "div", "p", "span",
        ] {
            let opened = page.matches(&format!("<{tag}>")).count()
                + page.matches(&format!("<{tag} ")).count();
            assert_eq!(
                opened,
                page.matches(&format!("</{tag}>")).count(),
                "{path}: {tag}"
            );
        }
        page
    }

    fn app(&self, signed_in: bool) -> Router {
        let live = Live::new(LiveLimits::default(), 1);
        let ui = Ui::new(Settings::default(), &[7; 32], |bytes| bytes.fill(9), live);
        let known = from_fn(move |mut request: Request, next: Next| async move {
            if signed_in {
                let extensions = request.extensions_mut();
                extensions.insert(Binding::session("test"));
                extensions.insert(Arc::new(Menu::default()));
                extensions.insert(kept_sops::SeesCases);
                extensions.insert(Viewer {
                    name: "Helen Strand".into(),
                    role: "SOP supervisor".into(),
                    email: "helen@desk.example".into(),
                });
            }
            next.run(request).await
        });
        ui.protect(ui.dress(routes(self.room.clone())).layer(known))
            .app()
    }
}

fn margins() -> Margins {
    Arc::new(|codes| {
        let share = Interval {
            share: 0.868,
            low: 0.846,
            high: 0.888,
            n: 1003,
            target: Some(0.95),
            state: "late",
        };
        let figure = MarginFigure {
            interval: Some(share),
            triggered: 1010,
            open: 7,
            excused: 61,
        };
        vec![HashMap::from([("acknowledge".to_owned(), figure)]); codes.len()]
    })
}

fn ask(app: &Router, path: &str) -> (StatusCode, String) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        let response = app
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    })
}

pub fn in_force(desk: &Desk) -> Arc<InForce> {
    desk.rules.now()
}

fn shipped() -> Shipped {
    Shipped {
        documents: texts("sops", ".sop.md"),
        vocabulary: texts("sops/vocabulary", ".toml"),
        calendar: texts("examples/helpdesk", "calendar.toml").remove(0),
    }
}

fn texts(folder: &str, end: &str) -> Vec<Text> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| Text {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(path).unwrap(),
        })
        .collect()
}
