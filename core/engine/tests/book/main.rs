//! The language book as a test suite: every example of `docs/language/*.md` is a test.
//!
//! How chapters are written is told in `docs/language/README.md`. `KEPT_BOOK=bless` writes what is found into the
//! chapters instead of comparing. The names and arguments are those of the ordinary test harness, so that
//! `cargo test` and cargo-nextest list and run each example on its own.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test reads the book from its files, prints, and fails by a panic"
)]

mod chapter;
mod coverage;
mod desk;
mod expect;
mod owed;
mod story;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::{env, fs};

use chapter::Chapter;

/// A test by name.
struct Test {
    name: String,
    run: Box<dyn Fn() -> Result<(), String>>,
}

fn main() -> ExitCode {
    let asked = Asked::from(env::args().skip(1));
    let chapters = book();
    if env::var_os("KEPT_BOOK").is_some_and(|value| value == "bless") && !asked.list {
        return bless(&chapters);
    }
    let tests: Vec<Test> = tests(chapters)
        .into_iter()
        .filter(|test| asked.wants(&test.name))
        .collect();
    if asked.list {
        for test in tests {
            println!("{}: test", test.name);
        }
        return ExitCode::SUCCESS;
    }
    let failed = tests.iter().filter(|test| !passes(test)).count();
    println!(
        "\ntest result: {} passed; {failed} failed",
        tests.len() - failed
    );
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What the command line asks for: the part of the ordinary harness that cargo-nextest uses.
#[derive(Default)]
struct Asked {
    list: bool,
    exact: bool,
    ignored: bool,
    names: Vec<String>,
}

impl Asked {
    fn from(arguments: impl Iterator<Item = String>) -> Self {
        let mut asked = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--list" => asked.list = true,
                "--exact" => asked.exact = true,
                "--ignored" => asked.ignored = true,
                "--format" | "--test-threads" | "--color" | "--logfile" => {
                    arguments.next();
                }
                option if option.starts_with('-') => {}
                name => asked.names.push(name.to_owned()),
            }
        }
        asked
    }

    fn wants(&self, name: &str) -> bool {
        let fits = |asked: &String| {
            if self.exact {
                name == asked
            } else {
                name.contains(asked.as_str())
            }
        };
        !self.ignored && (self.names.is_empty() || self.names.iter().any(fits))
    }
}

fn book() -> Vec<Chapter> {
    desk::texts(&desk::root().join("docs/language"), ".md")
        .into_iter()
        .filter(|(name, _)| name != "README.md")
        .map(|(name, text)| Chapter::new(name.trim_end_matches(".md"), text))
        .collect()
}

fn tests(chapters: Vec<Chapter>) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    tests.extend(chapter::TESTS.into_iter().map(|(name, run)| Test {
        name: name.to_owned(),
        run: Box::new(move || {
            run();
            Ok(())
        }),
    }));
    tests.extend(coverage::TESTS.into_iter().map(|(name, run)| Test {
        name: name.to_owned(),
        run: Box::new(move || run(&book())),
    }));
    for example in chapters.into_iter().flat_map(|chapter| chapter.examples) {
        tests.push(Test {
            name: example.name(),
            run: Box::new(move || expect::check(&example)),
        });
    }
    tests
}

fn passes(test: &Test) -> bool {
    let said = catch_unwind(AssertUnwindSafe(|| (test.run)()));
    match said {
        Ok(Ok(())) => {
            println!("test {} ... ok", test.name);
            true
        }
        Ok(Err(said)) => {
            println!("test {} ... FAILED\n{said}\n", test.name);
            false
        }
        Err(_) => {
            println!("test {} ... FAILED (it panicked)\n", test.name);
            false
        }
    }
}

/// Rewrites the expected blocks of all chapters.
fn bless(chapters: &[Chapter]) -> ExitCode {
    let mut failed = Vec::new();
    for chapter in chapters {
        let (text, more) = expect::bless(chapter);
        failed.extend(more);
        if text != chapter.text {
            let path = desk::root().join(format!("docs/language/{}.md", chapter.name));
            fs::write(path, text).unwrap();
            println!("rewritten: {}", chapter.name);
        }
    }
    for said in &failed {
        println!("cannot be run: {said}\n");
    }
    if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
