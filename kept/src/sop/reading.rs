//! Rules in plain words, versions compared, and the words that rules may use.

use kept_language::{Library, Register, not_later};
use std::path::{Path, PathBuf};

use crate::ask::{DiffAsked, ExplainAsked, VocabularyAsked};
use crate::files;
use crate::tell::{Failure, Outcome, answer, answer_json, remark};

/// Prints the vocabulary: the shipped one and the company's own.
pub fn vocabulary(asked: &VocabularyAsked) -> Result<Outcome, Failure> {
    let register = files::register(&asked.own.vocabularies)?;
    let words = kept_language::vocabulary(&register);
    if asked.json {
        answer_json(&words)?;
    } else {
        answer(&words.to_string())?;
    }
    Ok(Outcome::Fine)
}

/// Says what one rule means, or all rules of a document, a line each.
pub fn explain(asked: &ExplainAsked) -> Result<Outcome, Failure> {
    let register = files::register(&asked.own.vocabularies)?;
    let library = among(&register, &asked.file, &asked.among)?;
    let document = library.documents.first();
    let document = document.ok_or_else(|| Failure::new("There is no document."))?;
    let rules = document.rules.iter().filter(|rule| {
        let wanted = asked.rule.as_deref();
        wanted.is_none_or(|wanted| wanted.rsplit('/').next() == Some(rule.key.id.as_str()))
    });
    let told: Vec<_> = rules
        .map(|rule| kept_language::explain(&register, &library, rule))
        .collect();
    if told.is_empty() {
        return Err(none_found(
            asked,
            document.rules.iter().map(|rule| rule.key.id.as_str()),
        ));
    }
    if asked.json {
        answer_json(&told)?;
    } else if asked.rule.is_some() {
        let all: Vec<_> = told.iter().map(ToString::to_string).collect();
        answer(&all.join("\n"))?;
    } else {
        let lines = told.iter().map(|told| {
            format!(
                "{:<12} {}\n{:12} {}\n",
                told.clause, told.rule, "", told.short
            )
        });
        answer(&lines.collect::<String>())?;
    }
    Ok(Outcome::Fine)
}

fn none_found<'a>(asked: &ExplainAsked, rules: impl Iterator<Item = &'a str>) -> Failure {
    let name = asked.file.display();
    match &asked.rule {
        Some(rule) => {
            let known: Vec<_> = rules.take(30).collect();
            Failure::new(format!(
                "{name} has no rule “{rule}”. It has: {}.",
                known.join(", ")
            ))
        }
        None => Failure::new(format!("{name} has no rules.")),
    }
}

/// Says what differs between two versions of a document; differences are findings.
pub fn diff(asked: &DiffAsked) -> Result<Outcome, Failure> {
    let register = files::register(&asked.own.vocabularies)?;
    let old = among(&register, &asked.old, &asked.among)?;
    let new = among(&register, &asked.new, &asked.among)?;
    tell_of_versions(&old, &new);
    let redline = kept_language::redline(&register, &old, &new);
    if asked.json {
        answer_json(&redline)?;
    } else if redline.is_empty() {
        answer("Nothing differs.\n")?;
    } else {
        answer(&redline.to_string())?;
    }
    Ok(if redline.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Findings
    })
}

/// Says of which documents the version does not rise although they differ.
pub fn tell_of_versions(old: &Library, new: &Library) {
    for after in &new.documents {
        let before = old
            .documents
            .iter()
            .find(|before| before.header.code == after.header.code);
        if let Some(problem) = before.and_then(|before| not_later(0, after, before)) {
            let place = format!("{}: {}", after.path, problem.what);
            remark(&format!(
                "{place}. {} {}",
                problem.reason, problem.suggestion
            ));
        }
    }
}

/// A document with those that it refers to, itself first.
fn among(register: &Register, file: &Path, others: &[PathBuf]) -> Result<Library, Failure> {
    let mut texts = vec![files::text(file)?];
    texts.extend(files::texts(others)?);
    Ok(files::library(register, &texts))
}
