//! `kept demo`: a made-up company's year, replayed under the five SOPs and under a changed one.
//!
//! The year is the same in every run: it is told from a fixed seed. Nothing is written to disk; the pages are served
//! to this machine alone.

mod cases;
mod company;
mod contacts;
mod house;
mod random;
mod reactions;
mod requests;
mod serve;
mod story;

use std::cell::RefCell;
use std::process::{Command, Stdio};

use askama::Template;
use kept_calendar::Calendar;
use kept_engine::{Calendars, Engine, Obligation, OwnedEvent, Program, Version, WhatIf};
use kept_kernel::Instant;
use kept_language::Register;
use kept_logs::Summary;

use crate::adherence::{Frame, Gather, cards};
use crate::ask::DemoAsked;
use crate::files::{self, Text};
use crate::replay::{Set, set_from, sop_lines};
use crate::shipped;
use crate::tell::{Failure, Outcome, answer, count, json};
use crate::whatif::{Comparison, comparison_page, joined_cards};

use serve::Served;
use story::Story;

/// The seed of the year.
const SEED: u64 = 2_025;
/// What the changed SOP changes, as in its text.
const CHANGES: [(&str, &str); 3] = [
    ("version = \"1.0\"", "version = \"1.1\""),
    (
        "[acknowledge: 1 business hour]",
        "[acknowledge: 2 business hours]",
    ),
    ("[silence: 2 business days]", "[silence: 1 business day]"),
];

#[derive(Template)]
#[template(path = "demo.html")]
struct Front<'a> {
    css: &'a str,
    events: String,
    duties: String,
    from: String,
    to: String,
}

/// The finished pages of the demonstration.
struct Pages {
    adherence: String,
    adherence_json: String,
    whatif: String,
    whatif_json: String,
    front: String,
}

/// Replays the year and serves its pages.
pub fn demo(asked: &DemoAsked) -> Result<Outcome, Failure> {
    let pages = pages()?;
    let (listener, port) = serve::listen(asked.port)?;
    let address = format!("http://127.0.0.1:{port}/");
    answer(&format!("{address}\nEnd it with Ctrl+C.\n"))?;
    if !asked.no_open {
        open(&address);
    }
    let html = "text/html; charset=utf-8";
    let data = "application/json";
    let page = |path, kind, text| Served { path, kind, text };
    serve::serve(
        &listener,
        vec![
            page("/", html, pages.front),
            page("/adherence.html", html, pages.adherence),
            page("/adherence.json", data, pages.adherence_json),
            page("/whatif.html", html, pages.whatif),
            page("/whatif.json", data, pages.whatif_json),
        ],
    );
    Ok(Outcome::Fine)
}

/// Shows the address in the browser, where there is one; a failure is no matter, the address was printed.
fn open(address: &str) {
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

fn pages() -> Result<Pages, Failure> {
    let register = files::register(&[])?;
    let calendar = calendar()?;
    let sops: Vec<Text> = shipped::SOPS
        .iter()
        .map(|sop| Text {
            name: sop.name.to_owned(),
            text: sop.text.to_owned(),
        })
        .collect();
    let sets = (
        set_from(&register, sops.clone())?,
        set_from(&register, changed(sops)?)?,
    );
    let programs = (
        program(&register, &sets.0, calendar)?,
        program(&register, &sets.1, self::calendar()?)?,
    );
    let calendar = programs.0.company_calendar();
    let year = (
        instant(calendar, "2025-01-01")?,
        instant(calendar, "2026-01-01")?,
    );
    let events = told(&register, calendar, year)?;
    let events = reactions::added(events, &programs.0, &register, year)?;
    let figures = adherence(&register, &sets.0, &programs.0, &events, year)?;
    let comparison = compared(&register, &sets, (&programs.0, &programs.1), &events, year);
    let duties = figures.rules.iter().map(|rule| rule.counts.triggered).sum();
    let front = Front {
        css: crate::adherence::CSS,
        events: count(events.len() as u64),
        duties: count(duties),
        from: "[acknowledge: 1 business hour]".to_owned(),
        to: "[acknowledge: 2 business hours]".to_owned(),
    };
    let front = front.render();
    Ok(Pages {
        adherence: crate::adherence::page(&figures)?,
        adherence_json: json(&figures)?,
        whatif: comparison_page(&comparison)?,
        whatif_json: json(&comparison)?,
        front: front
            .map_err(|error| Failure::new(format!("The page could not be written: {error}.")))?,
    })
}

fn calendar() -> Result<Calendar, Failure> {
    let parsed = Calendar::parse(company::CALENDAR, &mut |name| {
        Err(format!("no feed {name}"))
    });
    parsed.map_err(|problems| Failure::new(problems.to_string()))
}

fn instant(calendar: &Calendar, text: &str) -> Result<Instant, Failure> {
    calendar
        .parse_instant(text)
        .map_err(|error| Failure::new(error.to_string()))
}

/// The SOPs with the changed one in its place.
fn changed(mut sops: Vec<Text>) -> Result<Vec<Text>, Failure> {
    let requests = sops.iter_mut().find(|sop| sop.name == "sr.sop.md");
    let requests = requests.ok_or_else(|| Failure::new("The SOP on requests does not ship."))?;
    for (from, to) in CHANGES {
        if !requests.text.contains(from) {
            return Err(Failure::new(format!(
                "The SOP on requests does not say {from}."
            )));
        }
        requests.text = requests.text.replacen(from, to, 1);
    }
    Ok(sops)
}

fn program(register: &Register, set: &Set, calendar: Calendar) -> Result<Program, Failure> {
    let versions = [Version {
        documents: &set.library.documents,
        from: Instant::MIN,
    }];
    let calendars = Calendars::company(calendar);
    Program::compile(register, &versions, calendars, company::people(register)).map_err(
        |problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            Failure::new(format!("The SOPs cannot be run.\n{}", lines.join("\n")))
        },
    )
}

/// The year, as events.
fn told(
    register: &Register,
    calendar: &Calendar,
    year: (Instant, Instant),
) -> Result<Vec<OwnedEvent>, Failure> {
    let mut story = Story::new(register, calendar, SEED, year);
    let clients = company::clients(&mut story);
    requests::tell(&mut story, &clients);
    contacts::tell(&mut story, &clients);
    cases::tell(&mut story, &clients);
    house::tell(&mut story);
    story.unknown.sort();
    story.unknown.dedup();
    if story.unknown.is_empty() {
        Ok(story.told())
    } else {
        Err(Failure::new(format!(
            "The vocabulary lacks: {}.",
            story.unknown.join("; ")
        )))
    }
}

/// Runs the year; how many events were not taken.
fn run(
    program: &Program,
    events: &[OwnedEvent],
    year: (Instant, Instant),
    mut sink: impl FnMut(&Obligation),
) -> u64 {
    let mut refused = 0;
    let sink = RefCell::new(&mut sink);
    let mut engine = Engine::new(program, SEED, |duty| (sink.borrow_mut())(duty));
    for event in events {
        refused += u64::from(event.lend(|event| engine.push(event)).is_err());
    }
    engine.finish(year.1);
    refused
}

fn adherence(
    register: &Register,
    set: &Set,
    program: &Program,
    events: &[OwnedEvent],
    year: (Instant, Instant),
) -> Result<crate::adherence::Adherence, Failure> {
    let calendar = program.company_calendar();
    let gather = RefCell::new(Gather::new(cards(register, &set.library), calendar));
    let refused = run(program, events, year, |duty| {
        gather.borrow_mut().add(duty, year.1, calendar);
    });
    if refused > 0 {
        return Err(Failure::new(format!(
            "{refused} events of the made-up year were not taken."
        )));
    }
    let frame = Frame {
        sops: sop_lines(set),
        target: 0.95,
        first: Some(year.0),
        until: year.1,
        assumptions: assumed(),
    };
    Ok(gather.into_inner().finish(frame, calendar, summary(events)))
}

fn compared(
    register: &Register,
    sets: &(Set, Set),
    programs: (&Program, &Program),
    events: &[OwnedEvent],
    year: (Instant, Instant),
) -> Comparison {
    let whatif = RefCell::new(WhatIf::new(programs.0, programs.1));
    run(programs.0, events, year, |duty| {
        whatif.borrow_mut().first(duty);
    });
    run(programs.1, events, year, |duty| {
        whatif.borrow_mut().second(duty);
    });
    let calendar = programs.0.company_calendar();
    Comparison {
        before: sop_lines(&sets.0),
        after: sop_lines(&sets.1),
        other_calendar: false,
        zone: calendar.zone().to_owned(),
        from: Some(calendar.format_instant(year.0)),
        until: calendar.format_instant(year.1),
        difference: whatif.into_inner().finish(),
        log: summary(events),
        assumptions: assumed(),
        cards: joined_cards(register, sets),
    }
}

fn summary(events: &[OwnedEvent]) -> Summary {
    let mut summary = Summary::default();
    summary.rows = events.len() as u64;
    summary.events = events.len() as u64;
    summary
}

fn assumed() -> Vec<String> {
    let lines = [
        "The company, its clients and its year are made up, by a program with a fixed seed.",
        "A duty counts in the period in which it was opened.",
    ];
    lines.map(str::to_owned).to_vec()
}
