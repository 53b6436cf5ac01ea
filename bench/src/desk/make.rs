//! Making the house: the SOPs in force, the people, the history into the journal, clients and requests by the bulk writers of
//! their rooms, everything judged, every document in the index.

use std::io::{IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use kept::House;
use kept_adherence::Judging;
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_journal::imports::Import;
use kept_journal::{InForce, live};
use kept_sops::{Shipped, Text};
use kept_store::{Settings, StoreError};

use super::Asked;
use super::history::{Words, moments};
use super::staff::Staff;
use super::tale::Tale;
use super::{floor, rows};
use crate::place;

/// So many rows go in at once.
const AT_ONCE: u64 = 1_000;
/// What the writer may keep of the file, in MiB: the rows go in at random places of their indexes.
const MEMORY: u32 = 4_096;
/// So many documents are brought into the index in one transaction.
const DOCUMENTS: u32 = 1_000;
/// So many duties go in at once.
const DUTIES: usize = 50_000;
/// Those that speak of requests and of clients.
const SOPS: [&str; 2] = ["cm.sop.md", "sr.sop.md"];

const CALENDAR: &str = "zone = \"UTC\"\n\n[hours]\nmonday = [\"09:00-17:00\"]\ntuesday = [\"09:00-17:00\"]\n\
    wednesday = [\"09:00-17:00\"]\nthursday = [\"09:00-17:00\"]\nfriday = [\"09:00-17:00\"]\n";

pub fn make(asked: &Asked, clients: u64) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let house = asked.open(Settings {
        writer_memory: MEMORY,
        ..Settings::default()
    })?;
    let tale = Tale::of(clients, asked.told, house.world.now());
    put_in_force(&house)?;
    let staff = Staff::move_in(&house)?;
    let rules = Arc::new(house.rules().map_err(|error| told(&error))?);
    println!("| what | rows | seconds | rows/s | on a processor, s | size, MB | memory, MB |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let whole = Part::begin(asked, "all together");
    let part = Part::begin(asked, "events of the journal");
    let events = history(&house, &rules, &tale, &staff)?;
    part.end(events);
    let part = Part::begin(asked, "clients");
    take_clients(&house, &rules, &tale, &staff).map_err(|error| told(&error))?;
    part.end(tale.clients);
    let part = Part::begin(asked, "requests");
    take_requests(&house, &tale, &staff).map_err(|error| told(&error))?;
    part.end(tale.requests);
    house.store.analyze().map_err(|error| told(&error))?;
    let part = Part::begin(asked, "documents into the index");
    let documents = index(&house).map_err(|error| told(&error))?;
    part.end(documents);
    let part = Part::begin(asked, "events judged");
    judge(&house, &rules, events)?;
    part.end(events);
    let part = Part::begin(asked, "deadlines of open requests");
    kept_requests::takeover::follow_deadlines(&house.store).map_err(|error| told(&error))?;
    part.end(tale.open);
    house.store.analyze().map_err(|error| told(&error))?;
    whole.end(tale.clients + tale.requests);
    Ok(())
}

/// A part of the work while it is measured.
struct Part<'a> {
    asked: &'a Asked,
    name: &'a str,
    watch: Stopwatch,
    processor: Option<f64>,
}

impl<'a> Part<'a> {
    fn begin(asked: &'a Asked, name: &'a str) -> Self {
        Self {
            asked,
            name,
            watch: Stopwatch::now(),
            processor: place::all_processor_seconds(),
        }
    }

    fn end(&self, rows: u64) {
        let seconds = self.watch.elapsed().as_secs_f64();
        let processor = place::all_processor_seconds().zip(self.processor);
        let processor = processor.map_or(0.0, |(after, before)| after - before);
        println!(
            "| {} | {rows} | {seconds:.1} | {:.0} | {processor:.1} | {:.0} | {:.0} |",
            self.name,
            rows as f64 / seconds.max(1e-9),
            floor::size(&self.asked.house.data) as f64 / 1e6,
            place::resident_megabytes()
        );
    }
}

/// A line that says how far it is, where somebody looks.
pub struct Progress {
    shown: Stopwatch,
    seen: bool,
}

impl Progress {
    pub fn begin() -> Self {
        Self {
            shown: Stopwatch::now(),
            seen: std::io::stderr().is_terminal(),
        }
    }

    pub fn at(&mut self, what: &str, done: u64, of: u64) {
        let often = if self.seen { 1 } else { 15 };
        if self.shown.elapsed() < Duration::from_secs(often) {
            return;
        }
        self.shown = Stopwatch::now();
        let (start, end) = if self.seen { ("\r", "   ") } else { ("", "\n") };
        eprint!("{start}{what}: {done} of {of}{end}");
        // Whoever does not see it misses nothing else.
        let _ = std::io::stderr().flush();
    }
}

fn put_in_force(house: &House) -> Result<(), String> {
    let texts = |path, ending| {
        let files = place::with_ending(path, ending)?;
        let text = |(name, text)| Text { name, text };
        Ok::<_, String>(files.into_iter().map(text).collect::<Vec<_>>())
    };
    let documents: Vec<Text> = texts("sops", ".sop.md")?;
    let chosen = |text: &Text| SOPS.iter().any(|name| text.name.ends_with(name));
    let chosen = documents.iter().filter(|text| chosen(text)).map(alone);
    let chosen: Vec<Text> = chosen.collect();
    let shipped = Shipped {
        documents,
        vocabulary: texts("sops/vocabulary", ".toml")?,
        calendar: Text {
            name: "calendar.toml".to_owned(),
            text: CALENDAR.to_owned(),
        },
    };
    let place = (&house.store, &house.world);
    kept_sops::put_calendar(place, shipped.calendar.clone(), &[], Who::Console)
        .map_err(|error| error.to_string())?;
    kept_sops::adopt(place, &shipped, chosen, true, Who::Console)
        .map_err(|error| error.to_string())?;
    Ok(())
}

/// The document without what it says of one that is not in force here.
fn alone(document: &Text) -> Text {
    let mut parts = document.text.split("of CE");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let before = text.rfind("section").unwrap_or(text.len());
        text.truncate(before);
        text.push_str("another document");
        text.push_str(part);
    }
    Text {
        name: document.name.clone(),
        text,
    }
}

/// All but the last moment as an import; the last one happens in the house, so that its clocks run from now on.
fn history(house: &House, rules: &Arc<InForce>, tale: &Tale, staff: &Staff) -> Result<u64, String> {
    let told = |error: StoreError| error.to_string();
    let words = Words::of(&rules.register).ok_or("the vocabulary has no clients")?;
    let mut moments = moments(tale);
    let last = moments.pop();
    let of = moments.len() as u64;
    let codec = Arc::clone(&rules.codec);
    let mut import = Import::begin(&house.store, &house.world, codec, "the story", Who::Console)
        .map_err(told)?;
    let mut progress = Progress::begin();
    for moment in moments {
        if let Some(event) = words.event(tale, staff, moment) {
            event.lend(|event| import.push(event)).map_err(told)?;
        }
        progress.at("events", import.events(), of);
    }
    let written = import.finish(0).map_err(told)?;
    let last = last.and_then(|moment| words.event(tale, staff, moment));
    if let Some(event) = last {
        let id = house.world.id();
        let events = [event.lend(|event| NewEvent::of(&rules.codec, event, id))];
        let (rules, now) = (Arc::clone(rules), house.world.now());
        house
            .store
            .write(move |tx| live::record(tx, &rules, &events, now))
            .wait()
            .map_err(told)?;
    }
    Ok(written + 1)
}

fn take_clients(
    house: &House,
    rules: &Arc<InForce>,
    tale: &Tale,
    staff: &Staff,
) -> Result<(), StoreError> {
    let mut progress = Progress::begin();
    let mut going = None;
    for first in (0..tale.clients).step_by(AT_ONCE as usize) {
        let last = tale.clients.min(first + AT_ONCE);
        let clients: Vec<_> = (first..last)
            .map(|client| rows::client(tale, staff, client))
            .collect();
        let act = (house.world.id(), Who::Console, house.world.now());
        let rules = Arc::clone(rules);
        settle(going.take())?;
        // The next ones are made while the database writes these.
        going = Some(
            house
                .store
                .write(move |tx| kept_clients::takeover::take_over(tx, &rules, &clients, act)),
        );
        progress.at("clients", last, tale.clients);
    }
    settle(going)
}

fn take_requests(house: &House, tale: &Tale, staff: &Staff) -> Result<(), StoreError> {
    let mut progress = Progress::begin();
    let mut going = None;
    for first in (0..tale.requests).step_by(AT_ONCE as usize) {
        let last = tale.requests.min(first + AT_ONCE);
        let requests: Vec<_> = (first..last)
            .map(|request| rows::request(tale, staff, request))
            .collect();
        let act = (house.world.id(), Who::Console, house.world.now());
        settle(going.take())?;
        going = Some(
            house
                .store
                .write(move |tx| kept_requests::takeover::take_over(tx, &requests, act)),
        );
        progress.at("requests", last, tale.requests);
    }
    settle(going)
}

fn settle(going: Option<kept_store::Answer<(), StoreError>>) -> Result<(), StoreError> {
    going.map_or(Ok(()), kept_store::Answer::wait)
}

fn index(house: &House) -> Result<u64, StoreError> {
    let mut progress = Progress::begin();
    let mut all = 0;
    loop {
        let some = house
            .store
            .write(|tx| kept_search::index_some(tx, DOCUMENTS))
            .wait()?;
        all += some as u64;
        progress.at("documents", all, all);
        if some == 0 {
            return Ok(all);
        }
    }
}

fn judge(house: &House, rules: &Arc<InForce>, events: u64) -> Result<(), String> {
    let mut progress = Progress::begin();
    let place = (&house.store, &house.world);
    let asked = Judging {
        slice: DUTIES,
        ..Judging::default()
    };
    kept_adherence::judge(place.0, place.1, rules, asked, |done| {
        progress.at("judging", done, events);
        ControlFlow::Continue(())
    })
    .map(drop)
    .map_err(|error| error.to_string())
}
