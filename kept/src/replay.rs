//! `kept replay`: a log of what really happened, run under the SOPs.
//!
//! Writes into a folder: `obligations.csv` (a line for every duty), `adherence.json` and `adherence.html` (the
//! figures), `bad-lines.csv` (the lines that could not be used). The same input gives the same bytes.

mod input;
mod output;
mod standin;

use std::path::Path;

use crate::adherence::{Adherence, Frame, Gather, SopLine, cards, page};
use crate::ask::ReplayAsked;
use crate::files;
use crate::tell::{Failure, Outcome, answer, count, json};

pub use input::{Set, read_log, set_of};
pub use output::{BadLines, Folder, Obligations};

/// Runs a log under SOPs.
pub fn replay(asked: &ReplayAsked) -> Result<Outcome, Failure> {
    let register = files::register(&asked.own.vocabularies)?;
    let set = set_of(&register, &asked.sops)?;
    let calendar = files::calendar(&asked.calendar.calendar)?;
    let mapping = input::mapping(&asked.log.mapping, &register)?;
    let until = asked
        .until
        .as_deref()
        .map(|text| calendar.parse_instant(text));
    let until = until
        .transpose()
        .map_err(|error| Failure::new(error.to_string()))?;
    let folder = Folder::open(&asked.out)?;
    let mut bad = folder.bad_lines();
    let events = read_log(
        &asked.log.events,
        &asked.log.mapping,
        &mapping,
        &register,
        &mut bad,
    )?;
    let bad_count = bad.finish()?;
    let frame = Frame {
        sops: sop_lines(&set),
        target: f64::from(asked.target) / 100.0,
        until,
    };
    let mut gather = Gather::new(frame, cards(&register, &set.library), &calendar);
    let mut obligations = folder.obligations()?;
    let log = standin::run(&set, &register, &calendar, events, |obligation| {
        gather.event(obligation.opened_at);
        obligation
            .discharged_at
            .into_iter()
            .for_each(|at| gather.event(at));
        gather.add(obligation, &calendar);
        obligations.write(obligation)
    })?;
    let written = obligations.finish()?;
    let figures = gather.finish(&calendar, log, vec![]);
    folder.write("adherence.json", &json(&figures)?)?;
    folder.write("adherence.html", &page(&figures)?)?;
    answer(&told(&figures, &asked.out, written))?;
    Ok(if bad_count > 0 {
        Outcome::Findings
    } else {
        Outcome::Fine
    })
}

fn sop_lines(set: &Set) -> Vec<SopLine> {
    let documents = set.library.documents.iter();
    documents
        .map(|document| SopLine {
            code: document.header.code.clone(),
            title: document.header.title.clone(),
            version: document.header.version.clone(),
        })
        .collect()
}

fn told(figures: &Adherence, out: &Path, written: u64) -> String {
    format!(
        "{} duties from {} events, written to {}\n",
        count(written),
        count(figures.log.events),
        out.display()
    )
}
