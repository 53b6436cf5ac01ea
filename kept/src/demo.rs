//! `kept demo`: a made-up company's year, replayed under the five SOPs and under a changed one.
//!
//! The year is the same in every run: it is told from a fixed seed. Nothing is written to disk; the pages are served
//! to this machine alone.

mod serve;

use std::cell::RefCell;
use std::process::{Command, Stdio};

use askama::Template;
use jiff::civil::Date;
use kept_calendar::Calendar;
use kept_engine::{Calendars, Engine, Obligation, Program, Version, WhatIf};
use kept_kernel::Instant;
use kept_language::Register;
use kept_logs::Summary;
use kept_sample::{SampleCompany, changed_sr};

use crate::adherence::{Frame, Gather, cards};
use crate::ask::DemoAsked;
use crate::files::{self, Text};
use crate::replay::{Set, set_from, sop_lines};
use crate::shipped;
use crate::tell::{Failure, Outcome, answer, count, json};
use crate::whatif::{Comparison, comparison_page, joined_cards};

use serve::Served;

/// The seed of the year.
const SEED: u64 = 2_025;
/// The first day of the year.
const FIRST: Date = Date::constant(2025, 1, 1);

#[derive(Template)]
#[template(path = "demo.html")]
struct Front<'a> {
    css: &'a str,
    company: &'a str,
    people: usize,
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
    let sops: Vec<Text> = shipped::SOPS
        .iter()
        .map(|sop| Text {
            name: sop.name.to_owned(),
            text: sop.text.to_owned(),
        })
        .collect();
    let sets = (
        set_from(&register, sops.clone())?,
        set_from(&register, changed(sops))?,
    );
    let mut company = SampleCompany::generate(SEED, &register, FIRST, 12);
    let programs = (
        program(&register, &sets.0, &company)?,
        program(&register, &sets.1, &company)?,
    );
    checked(&mut company, &programs.0, &register);
    let figures = adherence(&register, &sets.0, &programs.0, &company)?;
    let comparison = compared(&register, &sets, (&programs.0, &programs.1), &company);
    let duties = figures.rules.iter().map(|rule| rule.counts.triggered).sum();
    let front = Front {
        css: crate::adherence::CSS,
        company: company.name,
        people: company.people.len(),
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

/// The SOPs with the changed one in its place.
fn changed(mut sops: Vec<Text>) -> Vec<Text> {
    for sop in sops.iter_mut().filter(|sop| sop.name == "sr.sop.md") {
        sop.text = changed_sr(&sop.text);
    }
    sops
}

fn program(register: &Register, set: &Set, company: &SampleCompany) -> Result<Program, Failure> {
    let versions = [Version {
        documents: &set.library.documents,
        from: Instant::MIN,
    }];
    let calendar = Calendar::parse(&company.calendar, &mut |name| {
        Err(format!("no feed {name}"))
    })
    .map_err(|problems| Failure::new(problems.to_string()))?;
    let calendars = Calendars::company(calendar);
    Program::compile(register, &versions, calendars, company.staff(register)).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        Failure::new(format!("The SOPs cannot be run.\n{}", lines.join("\n")))
    })
}

/// Lets quality control answer what was drawn, which only a run can tell.
fn checked(company: &mut SampleCompany, program: &Program, register: &Register) {
    let drawn = RefCell::new(Vec::new());
    run(program, company, |duty| {
        if duty.level == 0 && duty.rule.id.starts_with("check-") {
            drawn.borrow_mut().push(duty.clone());
        }
    });
    company.answer_checks(register, &drawn.into_inner());
}

fn run(program: &Program, company: &SampleCompany, mut sink: impl FnMut(&Obligation)) -> u64 {
    let mut refused = 0;
    let sink = RefCell::new(&mut sink);
    let mut engine = Engine::new(program, SEED, |duty| (sink.borrow_mut())(duty));
    for event in &company.events {
        refused += u64::from(event.with(|event| engine.push(event)).is_err());
    }
    engine.finish(company.until);
    refused
}

fn adherence(
    register: &Register,
    set: &Set,
    program: &Program,
    company: &SampleCompany,
) -> Result<crate::adherence::Adherence, Failure> {
    let calendar = program.company_calendar();
    let gather = RefCell::new(Gather::new(cards(register, &set.library), calendar));
    let refused = run(program, company, |duty| {
        gather.borrow_mut().add(duty, company.until, calendar);
    });
    if refused > 0 {
        return Err(Failure::new(format!(
            "{refused} events of the made-up year were not taken."
        )));
    }
    let frame = Frame {
        sops: sop_lines(set),
        target: 0.95,
        first: Some(company.from),
        until: company.until,
        assumptions: assumed(),
    };
    Ok(gather
        .into_inner()
        .finish(frame, calendar, summary(company)))
}

fn compared(
    register: &Register,
    sets: &(Set, Set),
    programs: (&Program, &Program),
    company: &SampleCompany,
) -> Comparison {
    let whatif = RefCell::new(WhatIf::new(programs.0, programs.1));
    run(programs.0, company, |duty| whatif.borrow_mut().first(duty));
    run(programs.1, company, |duty| whatif.borrow_mut().second(duty));
    let calendar = programs.0.company_calendar();
    Comparison {
        before: sop_lines(&sets.0),
        after: sop_lines(&sets.1),
        other_calendar: false,
        zone: calendar.zone().to_owned(),
        from: Some(calendar.format_instant(company.from)),
        until: calendar.format_instant(company.until),
        difference: whatif.into_inner().finish(),
        log: summary(company),
        assumptions: assumed(),
        cards: joined_cards(register, sets),
    }
}

fn summary(company: &SampleCompany) -> Summary {
    let mut summary = Summary::default();
    summary.rows = company.events.len() as u64;
    summary.events = company.events.len() as u64;
    summary
}

fn assumed() -> Vec<String> {
    let lines = [
        "The company, its clients and its year are made up, by a program with a fixed seed.",
        "A duty counts in the period in which it was opened.",
    ];
    lines.map(str::to_owned).to_vec()
}
