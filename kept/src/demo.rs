//! `kept demo`: a real house in a throw-away folder, with a made-up company in it.
//!
//! The company, its people and what happened are told from a fixed seed, in the year up to today. The key lies beside the
//! data, which no other house may do: nothing in here is worth keeping, and all of it is removed at the end.

mod hurry;
mod people;
mod whatif;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use kept_journal::InForce;
use kept_journal::audit::Who;
use kept_journal::imports::Import;
use kept_kernel::Instant;
use kept_sample::SampleCompany;
use kept_vault::SystemRandom;

use self::hurry::Hurry;
use crate::ask::{DemoAsked, HouseAsked, ServeAsked};
use crate::files;
use crate::house::{self, House, Means, private_folder, shipped};
use crate::import;
use crate::keeping;
use crate::serve;
use crate::tell::{Failure, Outcome, Progress, answer, count, remark};

/// The seed of the company.
const SEED: u64 = 2_025;
/// So many ports are tried one after the other.
const MOST_PORTS: u16 = 20;

/// The folder, removed with everything in it at the end.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("kept-demo-{}", std::process::id()));
        private_folder(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            remark(&format!(
                "{} could not be removed: {error}",
                self.0.display()
            ));
        }
    }
}

/// Makes the house and serves it until it is told to stop.
pub fn demo(asked: &DemoAsked) -> Result<Outcome, Failure> {
    let (listener, at) = listen(asked.port)?;
    let folder = Folder::make()?;
    let house_asked = HouseAsked {
        data: folder.0.join("data"),
        database_url: None,
        key_file: Some(folder.0.join("kept.key")),
    };
    remark("a made-up company is moving in; this takes a few seconds");
    let hurry = Hurry::new(asked.speed);
    let house = open(&house_asked, &hurry)?;
    let register = files::register(&[])?;
    let now = house.world.now();
    let mut company = company(&register, now);
    let compared = whatif::Year::of(&register, &mut company, now)?;
    put_in_force(&house, &company)?;
    let signing_in = people::move_in(&house, &house.rules()?, &company)?;
    let rules = Arc::new(house.rules()?);
    let events = year(&house, &rules, &company)?;
    import::judge(&house, &rules)?;
    keeping::seal(&house)?;
    let whatif = compared.page(&company)?;
    let serve_asked = ServeAsked {
        house: house_asked,
        listen: at,
        base_url: None,
        allow_private_webhooks: true,
    };
    let name = company.name;
    drop(rules);
    let served = serve::run(&house, &serve_asked, listener, page(whatif), |origin| {
        answer(&format!(
            "\n{name} is made up, and so are its {} events.\n\nSign in as          e-mail                                    roles\n{signing_in}\nThe password of all is  {}\n\nThe desk                              {origin}/\nWhat a changed SOP would have changed {origin}/demo/whatif.html\n\nEnd it with Ctrl+C; everything is removed then.\n",
            count(events),
            people::PASSWORD,
        ))?;
        if !asked.no_open {
            browse(origin);
        }
        hurry.begin(house.world.now());
        if asked.speed > 1 {
            remark(&format!(
                "time runs {} times as fast from now on",
                asked.speed
            ));
        }
        Ok(())
    });
    // The database is closed before its folder goes.
    drop(house);
    drop(folder);
    served
}

/// Takes the port, or the next one that is free.
fn listen(port: u16) -> Result<(TcpListener, SocketAddr), Failure> {
    let last = port.saturating_add(MOST_PORTS - 1);
    for tried in port..=last {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, tried));
        match TcpListener::bind(at) {
            Ok(listener) => {
                let at = listener.local_addr().unwrap_or(at);
                return Ok((listener, at));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                remark(&format!("port {tried} is taken by another program"));
            }
            Err(error) => {
                return Err(Failure::new(format!(
                    "Port {tried} cannot be used: {error}."
                )));
            }
        }
    }
    Err(Failure::new(format!(
        "Ports {port} to {last} are all taken. Name another with --port."
    )))
}

/// Opens the house. Its key is made before, so that nobody is told to keep a copy of it.
fn open(asked: &HouseAsked, hurry: &Hurry) -> Result<House, Failure> {
    private_folder(&asked.data)?;
    house::sources(asked.key_file.as_deref())
        .find_or_create(&asked.data, &mut SystemRandom)
        .map_err(|error| Failure::new(error.to_string()))?;
    let means = Means::default();
    let world = hurry.world(means.world.clone());
    House::open_with(asked, Means { world, ..means })
}

/// The company and its year, up to now.
fn company(register: &kept_language::Register, now: Instant) -> SampleCompany {
    let today = now.timestamp().to_zoned(TimeZone::UTC).date();
    let first = today
        .first_of_month()
        .checked_sub(12.months())
        .unwrap_or(today);
    let mut company = SampleCompany::generate(SEED, register, first, 13);
    company.events.retain(|event| event.at <= now);
    company.until = now;
    company
}

fn put_in_force(house: &House, company: &SampleCompany) -> Result<(), Failure> {
    let calendar = files::Text {
        name: "calendar.toml".to_owned(),
        text: company.calendar.clone(),
    };
    kept_sops::put_calendar((&house.store, &house.world), calendar, &[], Who::Kept)?;
    let shipped = shipped();
    let documents = shipped.documents.clone();
    kept_sops::adopt(
        (&house.store, &house.world),
        &shipped,
        documents,
        true,
        Who::Kept,
    )?;
    Ok(())
}

/// Writes what happened in the company's year into the journal.
fn year(house: &House, rules: &InForce, company: &SampleCompany) -> Result<u64, Failure> {
    let codec = Arc::clone(&rules.codec);
    let name = format!("The year of {}", company.name);
    let import = Import::begin(&house.store, &house.world, codec, &name, Who::Kept)?;
    let mut import = import.knowing(rules.directory.clone());
    let mut progress = Progress::begin();
    for event in &company.events {
        event.lend(|event| import.push(event))?;
        progress.at(|| format!("writing the year: {} events", count(import.events())));
    }
    progress.end();
    let written = import.finish(0)?;
    house.store.analyze()?;
    Ok(written)
}

/// The finished page of the what-if, which needs no signing in: it is served to this machine alone.
fn page(text: String) -> Router {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let text: Arc<str> = text.into();
    Router::new().route(
        "/demo/whatif.html",
        get(move || async move { (headers, text.to_string()) }),
    )
}

/// Shows the address in the browser, where there is one; a failure is no matter, the address was printed.
fn browse(address: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let quiet = || Stdio::null();
    let _ = Command::new(program)
        .arg(address)
        .stdin(quiet())
        .stdout(quiet())
        .stderr(quiet())
        .spawn();
}
