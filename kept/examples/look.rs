//! Serves SOPs and adherence over a house that is thrown away at the end, to look at the pages:
//! `cargo run -p kept --example look` with the made-up company, or `… -- LOG.csv.gz` with a ServiceNow log.

use std::error::Error;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use axum::extract::{Extension, Request};
use axum::middleware::{Next, from_fn};
use flate2::read::GzDecoder;
use jiff::civil::date;
use kept_adherence::Judging;
use kept_engine::People;
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_journal::imports::Import;
use kept_logs::{BadLine, Mapping, ReadOptions, Watch};
use kept_sample::SampleCompany;
use kept_sops::{MarginFigure, Shipped, Text};
use kept_store::{Dialect, Store};
use kept_testing::Home;
use kept_ui::{Binding, Icon, Live, LiveLimits, Menu, Place, Settings, Ui, Viewer};
use kept_world::World;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let home = Home::new(Dialect::Sqlite, "look").ok_or("no place for a database")?;
    let (store, world) = (home.open(), World::system());
    let schemas = [
        kept_journal::SCHEMA,
        kept_sops::SCHEMA,
        kept_adherence::SCHEMA,
    ];
    store.migrate(&schemas, world.now())?;
    let shipped = shipped()?;
    let rules = Rules::new(kept_sops::load(&store, &shipped, People::default())?);
    match std::env::args().nth(1) {
        Some(log) => history(&store, &world, &shipped, &rules, &log)?,
        None => company(&store, &world, &shipped, &rules)?,
    }
    let live = Live::new(LiveLimits::default(), 1);
    let told = live.clone();
    let adherence = kept_adherence::Room::new(
        (store.clone(), world.clone()),
        rules.clone(),
        Judging::default,
        move || {
            told.changed(["adherence"], None);
        },
    );
    adherence.begin_judging();
    let margins = adherence.clone();
    let sops = kept_sops::Room::new(
        (store, world),
        rules,
        shipped,
        Arc::new(move |code| {
            let figures = margins.margin(code).unwrap_or_default().into_iter();
            let figures = figures.map(|figure| {
                let shown = MarginFigure {
                    interval: figure.interval,
                    triggered: figure.triggered,
                    open: figure.open,
                    excused: figure.excused,
                };
                (figure.rule, shown)
            });
            figures.collect()
        }),
    );
    let routes = kept_adherence::routes(adherence).merge(kept_sops::routes(sops));
    let ui = Ui::new(
        Settings::default(),
        &[7; 32],
        |bytes| bytes.fill(9),
        live.clone(),
    );
    let routes = ui
        .dress(routes.layer(Extension(live)))
        .layer(from_fn(known));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 7409)).await?;
        println!("http://{}/adherence", listener.local_addr()?);
        axum::serve(listener, ui.protect(routes)).await
    })?;
    Ok(())
}

/// Somebody who has signed in.
async fn known(mut request: Request, next: Next) -> axum::response::Response {
    let place = |key, title: &str, icon| Place {
        key,
        title: title.to_owned(),
        href: format!("/{key}"),
        icon,
        keys: None,
        count: None,
    };
    let menu = Menu {
        groups: vec![vec![
            place("sops", "SOPs", Icon::SOPS),
            place("adherence", "Adherence", Icon::ADHERENCE),
        ]],
        search: None,
        me: None,
    };
    let viewer = Viewer {
        name: "Helen Strand".into(),
        role: "SOP supervisor".into(),
        email: "helen@desk.example".into(),
    };
    let extensions = request.extensions_mut();
    extensions.insert(Binding::session("look"));
    extensions.insert(viewer);
    extensions.insert(Arc::new(menu));
    next.run(request).await
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn text(path: &Path) -> Outcome<Text> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Text {
        name: name.into_owned(),
        text: fs::read_to_string(path)?,
    })
}

fn texts(folder: &Path, end: &str) -> Outcome<Vec<Text>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(end) {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| text(path)).collect()
}

fn shipped() -> Outcome<Shipped> {
    Ok(Shipped {
        documents: texts(&root().join("sops"), ".sop.md")?,
        vocabulary: texts(&root().join("sops/vocabulary"), ".toml")?,
        calendar: text(&root().join("examples/helpdesk/calendar.toml"))?,
    })
}

/// A year of the made-up company, and a second version of one of its SOPs.
fn company(store: &Store, world: &World, shipped: &Shipped, rules: &Rules) -> Outcome<()> {
    let register = rules.now().register.clone();
    let company = SampleCompany::generate(1, &register, date(2025, 1, 1), 12);
    let calendar = Text {
        name: "calendar.toml".into(),
        text: company.calendar.clone(),
    };
    kept_sops::put_calendar((store, world), calendar, &[], Who::Console)?;
    kept_sops::adopt(
        (store, world),
        shipped,
        shipped.documents.clone(),
        true,
        Who::Console,
    )?;
    rules.put(kept_sops::load(store, shipped, company.staff(&register))?);
    let codec = rules.now().codec.clone();
    let mut import = Import::begin(store, world, codec, "sample", Who::Console)?;
    for event in &company.events {
        event.lend(|event| import.push(event))?;
    }
    import.finish(0)?;
    Ok(())
}

struct Silent;

impl Watch for Silent {
    fn bad(&mut self, _: &BadLine) {}
    fn rows(&mut self, _: u64) {}
}

/// A real log under the rules of its example.
fn history(
    store: &Store,
    world: &World,
    shipped: &Shipped,
    rules: &Rules,
    log: &str,
) -> Outcome<()> {
    let folder = root().join("examples/servicenow");
    let calendar = text(&folder.join("calendar.toml"))?;
    kept_sops::put_calendar((store, world), calendar, &[], Who::Console)?;
    let sop = text(&folder.join("servicenow.sop.md"))?;
    kept_sops::adopt(
        (store, world),
        shipped,
        vec![sop.clone()],
        true,
        Who::Console,
    )?;
    let changed = Text {
        text: sop
            .text
            .replace("version = \"1.0\"", "version = \"1.1\"")
            .replace("within 24 hours", "within 48 hours")
            .replace(
                "[acknowledge: 1 business hour]",
                "[acknowledge: 2 business hours]",
            ),
        ..sop
    };
    if std::env::args().any(|argument| argument == "--two-versions") {
        kept_sops::adopt((store, world), shipped, vec![changed], false, Who::Console)?;
    }
    rules.put(kept_sops::load(store, shipped, People::default())?);
    let rules = rules.now();
    let mapping = fs::read_to_string(folder.join("mapping.toml"))?;
    let mapping =
        Mapping::parse(&mapping, &rules.register).map_err(|_| "the mapping has errors")?;
    let raw = Box::new(GzDecoder::new(fs::File::open(log)?));
    let options = ReadOptions::default();
    let events = kept_logs::read(raw, &mapping, &rules.register, &options, &mut Silent)
        .map_err(|error| error.to_string())?;
    let mut import = Import::begin(store, world, rules.codec.clone(), log, Who::Console)?;
    events.for_each(|event| {
        import
            .push(event)
            .map_err(|error| std::io::Error::other(error.to_string()))
    })?;
    import.finish(0)?;
    Ok(())
}
