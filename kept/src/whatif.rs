//! `kept whatif`: what a changed SOP, or a changed calendar, would have changed.
//!
//! The log is run twice, once under each, and the duties are compared. People's behaviour is held fixed. Writes
//! `whatif.json` and `whatif.html`.

mod page;

use std::cell::{Cell, RefCell};
use std::path::Path;

use kept_engine::{Difference, Engine, Program, WhatIf};
use kept_kernel::Instant;
use kept_language::Register;
use kept_logs::{Mapping, Summary};
use kept_sops::Set;
use serde::Serialize;

use crate::adherence::{RuleCard, SopLine, cards};
use crate::ask::WhatIfAsked;
use crate::files::{self, Text};
use crate::replay::{Folder, assumed, mapping, program, read_log, run, set_from, sop_lines};
use crate::sop;
use crate::tell::{Failure, Outcome, answer, count, json};

pub use page::page as comparison_page;

/// A comparison, as it is written.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The documents as they were.
    pub before: Vec<SopLine>,
    /// The documents as they would be.
    pub after: Vec<SopLine>,
    /// Whether another calendar applies.
    pub other_calendar: bool,
    /// The calendar's zone.
    pub zone: String,
    /// The first event.
    pub from: Option<String>,
    /// Up to when duties were judged.
    pub until: String,
    /// What differs.
    pub difference: Difference,
    /// What was read.
    pub log: Summary,
    /// What is taken for granted.
    pub assumptions: Vec<String>,
    /// The rules of both, those of the changed SOPs first.
    #[serde(skip)]
    pub cards: Vec<RuleCard>,
}

/// Compares.
pub fn whatif(asked: &WhatIfAsked) -> Result<Outcome, Failure> {
    if asked.run.log.events == Path::new("-") {
        return Err(Failure::new(
            "A what-if reads the log twice: name a file instead of standard input.",
        ));
    }
    if asked.with.is_empty() && asked.with_calendar.is_none() {
        return Err(Failure::new(
            "Nothing would change: name a changed SOP with --with, or a calendar with --with-calendar.",
        ));
    }
    let register = files::register(&asked.run.own.vocabularies)?;
    let old = files::texts(&asked.run.sops)?;
    let new = replaced(&register, &old, files::texts(&asked.with)?)?;
    let sets = (set_from(&register, old)?, set_from(&register, new)?);
    sop::tell_of_versions(&sets.0.library, &sets.1.library);
    let calendar = files::calendar(&asked.run.calendar.calendar)?;
    let other = match &asked.with_calendar {
        Some(path) => files::calendar(path)?,
        None => files::calendar(&asked.run.calendar.calendar)?,
    };
    let mapping = mapping(&asked.run.log.mapping, &register)?;
    let until = asked
        .run
        .until
        .as_deref()
        .map(|text| calendar.parse_instant(text));
    let until = until
        .transpose()
        .map_err(|error| Failure::new(error.to_string()))?;
    let folder = Folder::open(&asked.run.out)?;
    let programs = (
        program(&register, &sets.0.without_dates(), calendar)?,
        program(&register, &sets.1.without_dates(), other)?,
    );
    let compared = compare(
        asked,
        &register,
        &mapping,
        (&programs.0, &programs.1),
        until,
        &folder,
    )?;
    let comparison = described(compared, &register, &sets, &programs.0, asked);
    folder.write("whatif.json", &json(&comparison)?)?;
    folder.write("whatif.html", &page::page(&comparison)?)?;
    answer(&told(&comparison, &asked.run.out))?;
    Ok(if comparison.log.bad_rows > 0 {
        Outcome::Findings
    } else {
        Outcome::Fine
    })
}

/// The old documents with the new ones in the place of those with the same code; others are added.
fn replaced(register: &Register, old: &[Text], new: Vec<Text>) -> Result<Vec<Text>, Failure> {
    let code = |text: &Text| {
        let alone = files::library(register, std::slice::from_ref(text));
        let code = alone
            .documents
            .first()
            .map(|document| document.header.code.clone());
        code.filter(|code| !code.is_empty())
    };
    let mut all = old.to_vec();
    for text in new {
        let wanted = code(&text);
        if wanted.is_none() {
            return Err(Failure::new(format!(
                "{} has no code in its header.",
                text.name
            )));
        }
        match all.iter_mut().find(|other| code(other) == wanted) {
            Some(other) => *other = text,
            None => all.push(text),
        }
    }
    Ok(all)
}

struct Compared {
    difference: Difference,
    log: Summary,
    first: Option<Instant>,
    until: Instant,
    assumptions: Vec<String>,
}

/// Runs the log under both, one after the other.
fn compare(
    asked: &WhatIfAsked,
    register: &Register,
    mapping: &Mapping,
    programs: (&Program, &Program),
    until: Option<Instant>,
    folder: &Folder,
) -> Result<Compared, Failure> {
    let whatif = RefCell::new(WhatIf::new(programs.0, programs.1));
    let mut bad = folder.bad_lines();
    let events = read_log(&asked.run.log, mapping, register, &mut bad)?;
    bad.finish()?;
    let end = Cell::new(Instant::MAX);
    let engine = Engine::new(programs.0, asked.run.seed, |duty| {
        whatif.borrow_mut().first(duty);
    });
    let ran = run(vec![engine], events, until, &end)?;
    let mut quiet = folder.no_bad_lines();
    let events = read_log(&asked.run.log, mapping, register, &mut quiet)?;
    let engine = Engine::new(programs.1, asked.run.seed, |duty| {
        whatif.borrow_mut().second(duty);
    });
    run(vec![engine], events, Some(ran.until), &end)?;
    Ok(Compared {
        difference: whatif.into_inner().finish(),
        first: ran.first,
        until: ran.until,
        assumptions: assumed::of(mapping, &ran),
        log: ran.log,
    })
}

fn described(
    compared: Compared,
    register: &Register,
    sets: &(Set, Set),
    program: &Program,
    asked: &WhatIfAsked,
) -> Comparison {
    let calendar = program.company_calendar();
    Comparison {
        before: sop_lines(&sets.0),
        after: sop_lines(&sets.1),
        other_calendar: asked.with_calendar.is_some(),
        zone: calendar.zone().to_owned(),
        from: compared.first.map(|first| calendar.format_instant(first)),
        until: calendar.format_instant(compared.until),
        difference: compared.difference,
        log: compared.log,
        assumptions: compared.assumptions,
        cards: joined_cards(register, sets),
    }
}

/// The rules of both sets, those of the second first.
pub fn joined_cards(register: &Register, sets: &(Set, Set)) -> Vec<RuleCard> {
    let mut all = cards(register, &sets.1.library);
    for card in cards(register, &sets.0.library) {
        if all.iter().all(|other| other.key != card.key) {
            all.push(card);
        }
    }
    all
}

fn told(comparison: &Comparison, out: &Path) -> String {
    let rules = &comparison.difference.rules;
    let sum = |of: fn(&kept_engine::RuleDifference) -> u64| count(rules.iter().map(of).sum());
    if comparison.difference.empty {
        return format!("Nothing differs. Open {}/whatif.html.\n", out.display());
    }
    format!(
        "{} verdicts flip, {} deadlines move, {} duties are new, {} are dropped. Open {}/whatif.html.\n",
        sum(|rule| rule.flips.iter().map(|flip| flip.count).sum()),
        sum(|rule| rule.deadlines),
        sum(|rule| rule.new),
        sum(|rule| rule.dropped),
        out.display()
    )
}
