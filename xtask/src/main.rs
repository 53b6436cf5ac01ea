//! Checks of the repository itself, and work that is more than one command.
//!
//! `cargo xtask NAME`. A check prints each finding with its place and how to mend it; the exit status is 0 when
//! there is none, 1 when there are some, 2 when the check could not be run. Nothing here is part of the product,
//! and no crate of the product depends on it.

mod compare;
mod finding;
mod fuzz;
mod layers;
mod links;
mod material;
mod proofs;
mod repository;
mod rings;
mod slug;
mod words;

use std::process::ExitCode;

use finding::Finding;
use repository::Repository;

const USAGE: &str = "\
usage: cargo xtask NAME

checks of the repository:
  layers    no crate depends on what its ring must not know
  words     no forbidden words, vague file names or large files
  links     every relative link and anchor in Markdown leads somewhere
  proofs    every claim of asvs.toml names tests that are there and run
  checks    the four above

measurements and campaigns:
  fuzz TARGET RUNS   feeds a target of fuzz/ with that many inputs, guided by coverage
  compare [EVENTS]   what a user would otherwise take, on the ServiceNow log repeated to that many events
                     (10,000,000 unless given)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let repository = Repository::here()?;
    match arguments {
        ["layers"] => Ok(report("layers", &layers::check(&repository)?)),
        ["words"] => Ok(report("words", &words::check(&repository)?)),
        ["links"] => Ok(report("links", &links::check(&repository)?)),
        ["proofs"] => Ok(report("proofs", &proofs::check(&repository)?)),
        ["checks"] => {
            let mut findings = layers::check(&repository)?;
            findings.extend(words::check(&repository)?);
            findings.extend(links::check(&repository)?);
            findings.extend(proofs::check(&repository)?);
            Ok(report("checks", &findings))
        }
        ["compare"] => compare::run(&repository, 10_000_000).map(|()| ExitCode::SUCCESS),
        ["compare", events] => {
            let events = number("EVENTS", events)?;
            compare::run(&repository, events).map(|()| ExitCode::SUCCESS)
        }
        ["fuzz", target, runs] => fuzz::run(&repository, target, number("RUNS", runs)?),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        [] => Err(format!("say what to do\n\n{USAGE}")),
        [name, ..] => Err(format!(
            "`{name}` is not known, or its arguments do not fit\n\n{USAGE}"
        )),
    }
}

fn number(name: &str, text: &str) -> Result<u64, String> {
    text.replace('_', "")
        .parse()
        .map_err(|_| format!("{name} must be a whole number, not `{text}`"))
}

fn report(name: &str, findings: &[Finding]) -> ExitCode {
    for finding in findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("{name}: no findings");
        ExitCode::SUCCESS
    } else {
        println!("{name}: {} findings", findings.len());
        ExitCode::from(1)
    }
}
