//! `kept demo`: a made-up company's year, replayed under the five SOPs and under a changed one.
//!
//! The year is the same in every run: it is told from a fixed seed. Nothing is written to disk; the pages are served
//! to this machine alone.

mod serve;

use std::cell::RefCell;
use std::process::{Command, Stdio};

use askama::Template;
use jiff::civil::date;
use kept_calendar::Calendar;
use kept_engine::{Calendars, Engine, Obligation, Program, Version, WhatIf};
use kept_kernel::Instant;
use kept_language::Register;
use kept_logs::Summary;
use kept_sample::{SampleCompany, changed_sr};
use kept_sops::Set;

use crate::adherence::{Adherence, Frame, Gather, cards};
use crate::ask::DemoAsked;
use crate::files::{self, Text};
use crate::replay::{set_from, sop_lines};
use crate::shipped;
use crate::tell::{Failure, Outcome, answer, count, json};
use crate::whatif::{Comparison, comparison_page, joined_cards};

use serve::Served;

/// The seed of the year.
const SEED: u64 = 2_025;
/// How many months of it.
const MONTHS: u32 = 12;

#[derive(Template)]
#[template(path = "demo.html")]
struct Front<'a> {
    css: &'a str,
    company: &'a str,
    clients: usize,
    events: String,
    duties: String,
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
    let mut company = SampleCompany::generate(SEED, &register, date(2025, 1, 1), MONTHS);
    let sops: Vec<Text> = shipped::SOPS.iter().map(shipped::Shipped::text).collect();
    let sets = (
        set_from(&register, sops.clone())?,
        set_from(&register, changed(sops))?,
    );
    let programs = (
        program(&register, &sets.0, &company)?,
        program(&register, &sets.1, &company)?,
    );
    let calendar = programs.0.company_calendar();
    let year = (
        instant(calendar, "2025-01-01")?,
        instant(calendar, "2026-01-01")?,
    );
    let drawn = RefCell::new(Vec::new());
    run(&programs.0, &company, year, |duty| {
        if duty.level == 0 {
            drawn.borrow_mut().push(duty.clone());
        }
    });
    company.answer_checks(&register, &drawn.into_inner());
    let figures = adherence(&register, &sets.0, &programs.0, &company, year);
    let comparison = compared(&register, &sets, (&programs.0, &programs.1), &company, year);
    let duties = figures.rules.iter().map(|rule| rule.counts.triggered).sum();
    let front = Front {
        css: crate::adherence::CSS,
        company: company.name,
        clients: company.clients.len(),
        events: count(company.events.len() as u64),
        duties: count(duties),
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

fn instant(calendar: &Calendar, text: &str) -> Result<Instant, Failure> {
    let parsed = calendar.parse_instant(text);
    parsed.map_err(|error| Failure::new(error.to_string()))
}

/// The SOPs with the changed one in its place.
fn changed(mut sops: Vec<Text>) -> Vec<Text> {
    for sop in sops.iter_mut().filter(|sop| sop.name == "sr.sop.md") {
        sop.text = changed_sr(&sop.text);
    }
    sops
}

fn program(register: &Register, set: &Set, company: &SampleCompany) -> Result<Program, Failure> {
    let calendar = Calendar::parse(&company.calendar, &mut |name| {
        Err(format!("no feed {name}"))
    });
    let calendar = calendar.map_err(|problems| Failure::new(problems.to_string()))?;
    let versions = [Version {
        documents: &set.library.documents,
        from: Instant::MIN,
    }];
    let calendars = Calendars::company(calendar);
    Program::compile(register, &versions, calendars, company.staff(register)).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        Failure::new(format!("The SOPs cannot be run.\n{}", lines.join("\n")))
    })
}

/// Runs the year; how many events were not taken.
fn run(
    program: &Program,
    company: &SampleCompany,
    year: (Instant, Instant),
    sink: impl FnMut(&Obligation),
) -> u64 {
    let mut refused = 0;
    let sink = RefCell::new(sink);
    let mut engine = Engine::new(program, SEED, |duty| (sink.borrow_mut())(duty));
    for event in &company.events {
        refused += u64::from(event.lend(|event| engine.push(event)).is_err());
    }
    engine.finish(year.1);
    refused
}

fn adherence(
    register: &Register,
    set: &Set,
    program: &Program,
    company: &SampleCompany,
    year: (Instant, Instant),
) -> Adherence {
    let calendar = program.company_calendar();
    let gather = RefCell::new(Gather::new(cards(register, &set.library), calendar));
    let refused = run(program, company, year, |duty| {
        gather.borrow_mut().add(duty, year.1, calendar);
    });
    let frame = Frame {
        sops: sop_lines(set),
        target: 0.95,
        first: Some(year.0),
        until: year.1,
        assumptions: assumed(refused),
    };
    gather
        .into_inner()
        .finish(frame, calendar, summary(company))
}

fn compared(
    register: &Register,
    sets: &(Set, Set),
    programs: (&Program, &Program),
    company: &SampleCompany,
    year: (Instant, Instant),
) -> Comparison {
    let whatif = RefCell::new(WhatIf::new(programs.0, programs.1));
    let refused = run(programs.0, company, year, |duty| {
        whatif.borrow_mut().first(duty);
    });
    run(programs.1, company, year, |duty| {
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
        log: summary(company),
        assumptions: assumed(refused),
        cards: joined_cards(register, sets),
    }
}

fn summary(company: &SampleCompany) -> Summary {
    let mut summary = Summary::default();
    summary.rows = company.events.len() as u64;
    summary.events = company.events.len() as u64;
    summary
}

fn assumed(refused: u64) -> Vec<String> {
    let lines = [
        "The company, its clients and its year are made up, by a program with a fixed seed.",
        "A duty counts in the period in which it was opened.",
    ];
    let mut all = lines.map(str::to_owned).to_vec();
    if refused > 0 {
        all.push(format!(
            "{} events could not be taken and were left out.",
            count(refused)
        ));
    }
    all
}
