//! `kept replay`: a log of what really happened, run under the SOPs.
//!
//! Writes into a folder: `obligations.csv` (a line for every duty), `adherence.json` and `adherence.html` (the
//! figures), `bad-lines.csv` (the lines that could not be used). The same input gives the same bytes.

pub mod assumed;
mod input;
mod output;
mod run;

use std::cell::{Cell, RefCell};

use kept_engine::Engine;
use kept_kernel::Instant;
use kept_sops::Set;

use crate::adherence::{Frame, Gather, SopLine, cards, page};
use crate::ask::ReplayAsked;
use crate::files;
use crate::tell::{Failure, Outcome, answer, count, json};

pub use input::{mapping, read_log, set_from, set_of};
pub use output::Folder;
pub use run::{program, run};

/// Runs a log under SOPs.
pub fn replay(asked: &ReplayAsked) -> Result<Outcome, Failure> {
    let register = files::register(&asked.run.own.vocabularies)?;
    let set = set_of(&register, &asked.run.sops)?;
    let calendar = files::calendar(&asked.run.calendar.calendar)?;
    let mapping = mapping(&asked.run.log.mapping, &register)?;
    let until = asked
        .run
        .until
        .as_deref()
        .map(|text| calendar.parse_instant(text));
    let until = until
        .transpose()
        .map_err(|error| Failure::new(error.to_string()))?;
    let program = program(&register, &set, calendar)?;
    let folder = Folder::open(&asked.run.out)?;
    let mut bad = folder.bad_lines();
    let events = read_log(&asked.run.log, &mapping, &register, &mut bad)?;
    let bad_lines = bad.finish()?;
    if events.summary().events == 0 {
        return Err(Failure::new(nothing_found(events.summary())));
    }
    let calendar = program.company_calendar();
    let end = Cell::new(Instant::MAX);
    let gather = RefCell::new(Gather::new(cards(&register, &set.library), calendar));
    let duties = RefCell::new(folder.obligations()?);
    let engine = Engine::new(&program, asked.run.seed, |duty| {
        gather.borrow_mut().add(duty, end.get(), calendar);
        duties.borrow_mut().write(duty);
    });
    let ran = run(vec![engine], events, until, &end)?;
    let written = duties.into_inner().finish()?;
    let frame = Frame {
        sops: sop_lines(&set),
        target: f64::from(asked.target) / 100.0,
        first: ran.first,
        until: ran.until,
        assumptions: assumed::of(&mapping, &ran),
    };
    let figures = gather.into_inner().finish(frame, calendar, ran.log);
    folder.write("adherence.json", &json(&figures)?)?;
    folder.write("adherence.html", &page(&figures)?)?;
    let out = asked.run.out.display();
    answer(&format!(
        "{} duties from {} events, judged up to {}. Open {out}/adherence.html.\n",
        count(written),
        count(figures.log.events),
        figures.until
    ))?;
    Ok(if bad_lines > 0 {
        Outcome::Findings
    } else {
        Outcome::Fine
    })
}

/// The documents of a set, for a page.
pub fn sop_lines(set: &Set) -> Vec<SopLine> {
    set.documents()
        .map(|document| SopLine {
            code: document.header.code.clone(),
            title: document.header.title.clone(),
            version: document.header.version.clone(),
        })
        .collect()
}

/// Why a log without a single event cannot be run.
fn nothing_found(log: &kept_logs::Summary) -> String {
    let lines = count(log.rows);
    let mut parts = vec![format!(
        "The mapping finds no event in the {lines} lines of the log."
    )];
    let reasons = log.bad_reasons.iter();
    parts.extend(reasons.map(|(reason, number)| format!("{}: {reason}", count(*number))));
    let unnamed = log.unnamed.iter().take(10);
    parts.extend(unnamed.map(|note| {
        let rows = count(note.rows);
        format!("{rows}: {} “{}” has no meaning", note.column, note.value)
    }));
    parts.join("\n")
}
