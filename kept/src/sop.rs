//! `kept sop`: what is wrong with SOP documents, what their rules mean, what differs, and the words they may use.

mod format;
mod reading;

use std::fmt::Write as _;

use kept_language::{Context, Diagnostic, Library, Severity};
use serde::Serialize;

use kept_sops::set::diagnostics;

use crate::ask::CheckAsked;
use crate::files;
use crate::tell::{CYAN, Failure, Outcome, RED, YELLOW, answer, answer_json, count};

pub use format::fmt;
pub use reading::{diff, explain, tell_of_versions, vocabulary};

/// A finding as a machine reads it.
#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    words: &'a str,
    what: &'a str,
    reason: &'a str,
    suggestion: &'a str,
}

/// Says what is wrong with documents; errors are findings.
pub fn check(asked: &CheckAsked) -> Result<Outcome, Failure> {
    let register = files::register(&asked.own.vocabularies)?;
    let texts = files::texts(&asked.files)?;
    let library = files::library(&register, &texts);
    let calendar = asked.calendar.as_deref().map(files::calendar).transpose()?;
    let in_force = files::texts(&asked.in_force)?;
    let in_force = files::library(&register, &in_force);
    let context = Context {
        calendar: calendar.as_ref(),
        people: None,
        in_force: (!asked.in_force.is_empty()).then_some(&in_force),
    };
    let found = diagnostics(&register, &library, &context);
    if asked.json {
        let all = found.iter().filter_map(|d| finding(&library, d));
        answer_json(&all.collect::<Vec<_>>())?;
    } else {
        answer(&rendered(&library, &found))?;
    }
    let errors = found.iter().any(|d| d.severity == Severity::Error);
    Ok(if errors {
        Outcome::Findings
    } else {
        Outcome::Fine
    })
}

fn finding<'a>(library: &'a Library, diagnostic: &'a Diagnostic) -> Option<Finding<'a>> {
    let document = library.documents.get(diagnostic.document)?;
    let (line, column) = diagnostic.position(document);
    Some(Finding {
        code: diagnostic.code,
        severity: diagnostic.severity.word(),
        file: &document.path,
        line,
        column,
        words: document.words(diagnostic.range),
        what: &diagnostic.what,
        reason: &diagnostic.reason,
        suggestion: &diagnostic.suggestion,
    })
}

/// The messages with their lines, and a last line that counts them. Notes are only counted.
pub fn rendered(library: &Library, found: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in found {
        let Some(document) = library.documents.get(diagnostic.document) else {
            continue;
        };
        let style = match diagnostic.severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Note => continue,
        };
        let message = diagnostic.render(document);
        let head = message.find(']').map_or(0, |end| end + 1);
        let (head, rest) = message.split_at(head);
        let _ = writeln!(text, "{style}{head}{style:#}{rest}\n");
    }
    let of = |severity| found.iter().filter(|d| d.severity == severity).count();
    let rules: usize = library
        .documents
        .iter()
        .map(|document| document.rules.len())
        .sum();
    let _ = writeln!(
        text,
        "{CYAN}{}{CYAN:#}: {}, {}, {}.",
        counted(rules, "rule"),
        counted(of(Severity::Error), "error"),
        counted(of(Severity::Warning), "warning"),
        counted(of(Severity::Note), "note"),
    );
    text
}

fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number as u64))
}
