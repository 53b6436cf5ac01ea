//! What a changed SOP would have changed in the made-up year, as a page that is finished when the house opens.

use std::cell::RefCell;

use kept_calendar::Calendar;
use kept_engine::{Calendars, Engine, Obligation, Program, Version, WhatIf};
use kept_journal::live;
use kept_kernel::Instant;
use kept_language::Register;
use kept_logs::Summary;
use kept_sample::{SampleCompany, changed_sr};
use kept_sops::Set;

use crate::files::Text;
use crate::replay::{set_from, sop_lines};
use crate::shipped;
use crate::tell::{Failure, count};
use crate::whatif::{Comparison, comparison_page, joined_cards};

/// The year, ready to be run under the five SOPs and under a changed one.
pub struct Year {
    sets: (Set, Set),
    programs: (Program, Program),
    until: Instant,
    cards: Vec<crate::adherence::RuleCard>,
}

impl Year {
    /// Makes both ready, and lets quality control score what the engine draws from this year.
    pub fn of(
        register: &Register,
        company: &mut SampleCompany,
        until: Instant,
    ) -> Result<Self, Failure> {
        let sops: Vec<Text> = shipped::SOPS.iter().map(shipped::Shipped::text).collect();
        let sets = (
            set_from(register, sops.clone())?,
            set_from(register, changed(sops))?,
        );
        let programs = (
            program(register, &sets.0, company)?,
            program(register, &sets.1, company)?,
        );
        let mut drawn = Vec::new();
        run(&programs.0, company, until, |duty| {
            if duty.level == 0 {
                drawn.push(duty.clone());
            }
        });
        company.answer_checks(register, &drawn);
        company.give_up_the_undone(&drawn);
        Ok(Self {
            cards: joined_cards(register, &sets),
            sets,
            programs,
            until,
        })
    }

    /// The page.
    pub fn page(&self, company: &SampleCompany) -> Result<String, Failure> {
        let whatif = RefCell::new(WhatIf::new(&self.programs.0, &self.programs.1));
        let refused = run(&self.programs.0, company, self.until, |duty| {
            whatif.borrow_mut().first(duty);
        });
        run(&self.programs.1, company, self.until, |duty| {
            whatif.borrow_mut().second(duty);
        });
        let calendar = self.programs.0.company_calendar();
        comparison_page(&Comparison {
            before: sop_lines(&self.sets.0),
            after: sop_lines(&self.sets.1),
            other_calendar: false,
            zone: calendar.zone().to_owned(),
            from: Some(calendar.format_instant(company.from)),
            until: calendar.format_instant(self.until),
            difference: whatif.into_inner().finish(),
            log: summary(company),
            assumptions: assumed(refused),
            cards: self.cards.clone(),
        })
    }
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
    until: Instant,
    sink: impl FnMut(&Obligation),
) -> u64 {
    let mut refused = 0;
    let sink = RefCell::new(sink);
    let mut engine = Engine::new(program, live::SEED, |duty| (sink.borrow_mut())(duty));
    engine.with_entries(false);
    for event in &company.events {
        refused += u64::from(event.lend(|event| engine.push(event)).is_err());
    }
    engine.finish(until);
    refused
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
