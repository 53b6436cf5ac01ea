//! `kept demo`: a real house in a throw-away folder, with a made-up company in it.
//!
//! The company, its people and what happened are told from a fixed seed, in the two years up to today. The key lies beside the
//! data, which no other house may do: nothing in here is worth keeping, and all of it is removed at the end.

mod desk;
mod hurry;
mod ids;
mod people;
mod portal;
mod routing;
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
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kept_clients::ContactId;
use kept_engine::OwnedEvent;
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_journal::imports::Import;
use kept_journal::{InForce, live};
use kept_kernel::Instant;
use kept_language::Register;
use kept_sample::SampleCompany;
use kept_vault::SystemRandom;
use kept_world::World;

use self::desk::{Book, Desk};
use self::hurry::Hurry;
use self::people::Household;
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

/// What time brought about in so many working days was told to people: they find it among their alerts.
const TOLD_DAYS: i64 = 1;

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
        clock: None,
        data: folder.0.join("data"),
        database_url: None,
        key_file: Some(folder.0.join("kept.key")),
    };
    remark("a made-up company is moving in; this takes some ten seconds");
    let hurry = Hurry::new(asked.speed);
    let house = open(&house_asked, &hurry)?;
    let register = files::register(&[])?;
    let now = house.world.now();
    let mut company = company(&register, now, asked.months);
    let book = Book::open(&mut company, &register);
    let compared = whatif::Year::of(&register, &mut company, now)?;
    put_in_force(&house, &company, beginning(now, asked.months))?;
    // Comparing two years takes a second, and the other core is idle.
    let (filled, whatif) = std::thread::scope(|scope| {
        let page = scope.spawn(|| compared.page(&company));
        let filled = fill(&house, &company, &book);
        let broken = |_| Failure::new("The what-if page could not be made.");
        (filled, page.join().map_err(broken).flatten())
    });
    let ((household, guest), whatif) = (filled?, whatif?);
    let guest = match guest {
        Some(contact) => portal::open(&house, contact)?,
        None => None,
    };
    if let Some(team) = household.desk() {
        routing::set_up(&house, team)?;
    }
    let guest = guest.map_or_else(String::new, |guest| {
        format!(
            "\nThe portal, once, as {}\n                                      ORIGIN{}",
            guest.name, guest.path
        )
    });
    let (signing_in, events) = (household.lines, company.events.len() as u64);
    let serve_asked = ServeAsked {
        house: house_asked,
        listen: at,
        base_url: None,
        allow_private_webhooks: true,
        lmtp: None,
        mail_peer: Vec::new(),
    };
    let name = company.name;
    let served = serve::run(&house, &serve_asked, listener, page(whatif), |origin| {
        answer(&format!(
            "\n{name} is made up, and so are its {} events.\n\nSign in as          e-mail                                    roles\n{signing_in}\nThe password of all is  {}\n\nThe desk                              {origin}/\nWhat a changed SOP would have changed {origin}/demo/whatif.html{}\n\nEnd it with Ctrl+C; everything is removed then.\n",
            count(events),
            people::PASSWORD,
            guest.replace("ORIGIN", origin),
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

/// Puts the company into the house: its people, its history, its clients and requests; and judges what was kept. Returns who is to be
/// let into the portal.
fn fill(
    house: &House,
    company: &SampleCompany,
    book: &Book,
) -> Result<(Household, Option<ContactId>), Failure> {
    let household = people::move_in(house, &house.rules()?, company)?;
    let rules = Arc::new(house.rules()?);
    let desk = Desk::of(company, book, &rules, &household);
    let guest = desk.guest();
    history(house, &rules, company, &household)?;
    desk.write(house, &rules)?;
    house.store.analyze()?;
    import::judge(house, &rules)?;
    kept_requests::takeover::follow_deadlines(&house.store)?;
    let (people, now) = (household.ids(), house.world.now());
    house
        .store
        .write(move |tx| live::look_again(tx, &people, now))
        .wait()?;
    keeping::seal(house)?;
    Ok((household, guest))
}

/// The first day of the history.
fn beginning(now: Instant, months: u32) -> Date {
    let today = now.timestamp().to_zoned(TimeZone::UTC).date();
    let first = today
        .first_of_month()
        .checked_sub(i64::from(months).months());
    first.unwrap_or(today)
}

/// The company and its history, up to now, in the middle of a day's work.
fn company(register: &Register, now: Instant, months: u32) -> SampleCompany {
    let first = beginning(now, months);
    let mut company = SampleCompany::generate(SEED, register, first, months + 1);
    company.cut_off(register, now);
    company
}

/// The SOPs and the calendar, as of the first day.
fn put_in_force(house: &House, company: &SampleCompany, first: Date) -> Result<(), Failure> {
    let at = first.to_zoned(TimeZone::UTC).map_or_else(
        |_| house.world.now(),
        |first| Instant::from_timestamp(first.timestamp()),
    );
    let (store, world) = (&house.store, World::new(move || at, SystemRandom));
    let calendar = files::Text {
        name: "calendar.toml".to_owned(),
        text: company.calendar.clone(),
    };
    kept_sops::put_calendar((store, &world), calendar, &[], Who::Kept)?;
    let shipped = shipped();
    let documents = shipped.documents.clone();
    kept_sops::adopt((store, &world), &shipped, documents, true, Who::Kept)?;
    Ok(())
}

/// Writes what happened into the journal: all but the last word on a request as imported history, and that one as something
/// that happens in the house, so that its clocks run from now on.
fn history(
    house: &House,
    rules: &Arc<InForce>,
    company: &SampleCompany,
    people: &Household,
) -> Result<(), Failure> {
    let request = rules.register.noun("request");
    let events = || company.events.iter().enumerate();
    let of_request =
        |(place, event): (usize, &OwnedEvent)| (Some(event.case.0) == request).then_some(place);
    let last = events().filter_map(of_request).next_back();
    let codec = Arc::clone(&rules.codec);
    let name = format!("The history of {}", company.name);
    let mut import = Import::begin(&house.store, &house.world, codec, &name, Who::Kept)?;
    let mut progress = Progress::begin();
    for (_, event) in events().filter(|(place, _)| Some(*place) != last) {
        people.known_in(event).lend(|event| import.push(event))?;
        progress.at(|| format!("writing the history: {} events", count(import.events())));
    }
    progress.end();
    let calendar = rules.program.company_calendar();
    import.finish_as_of(
        0,
        calendar.subtract_working_days(house.world.now(), TOLD_DAYS),
    )?;
    if let Some(last) = last.and_then(|place| company.events.get(place)) {
        let (rules, id, now) = (Arc::clone(rules), house.world.id(), house.world.now());
        let last = people.known_in(last);
        let event = last.lend(|event| NewEvent::of(&rules.codec, event, id));
        let events = [event];
        house
            .store
            .write(move |tx| live::record(tx, &rules, &events, now))
            .wait()?;
    }
    Ok(())
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
