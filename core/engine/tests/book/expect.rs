//! What the examples of the book give, as the book shows it.

use kept_engine::scenario::{Detail, listing};
use kept_language::{Severity, explain, format, redline};

use crate::chapter::{Block, Chapter, Example, Kind};
use crate::desk::{self, Desk};
use crate::owed::Shower;
use crate::story;

/// What a block should say.
pub struct Found {
    /// The block.
    pub block: Block,
    /// What it should say, without the line break at its end.
    pub text: String,
}

/// Runs an example: what each of its expected blocks should say.
///
/// # Errors
/// Why the example cannot be run, or is wrong although it expects no messages.
pub fn run(example: &Example) -> Result<Vec<Found>, String> {
    let desk = match desk::open(example) {
        Ok(desk) => desk,
        Err(said) => return words_at_fault(example, said),
    };
    let mut found = Vec::new();
    if !example
        .checks
        .iter()
        .any(|block| block.kind == Kind::Messages)
    {
        silent(&desk)?;
    }
    let mut told = None;
    for block in &example.checks {
        let story = || {
            told.as_ref()
                .ok_or_else(|| format!("line {}: no events stand above", block.line))
        };
        let text = match block.kind {
            Kind::Messages => messages(&desk),
            Kind::Events => {
                told = Some(story::tell(&desk, &block.text)?);
                continue;
            }
            Kind::Obligations => shower(&desk).table(&story()?.duties),
            Kind::Entries => listing(
                &desk.register,
                &desk.calendar,
                &story()?.duties,
                Detail::Entries,
            ),
            Kind::Answers => story()?.answers.join("\n"),
            Kind::Formatted => formatted(&desk),
            Kind::Explained => explained(&desk, &block.rest)?,
            Kind::Redline => redlined(&desk)?,
            Kind::Rule
            | Kind::Part
            | Kind::Document
            | Kind::Vocabulary
            | Kind::Calendar
            | Kind::People => continue,
        };
        found.push(Found {
            block: block.clone(),
            text,
        });
    }
    Ok(found)
}

/// Words that do not load: their problems are the messages.
fn words_at_fault(example: &Example, said: String) -> Result<Vec<Found>, String> {
    let block = example
        .checks
        .iter()
        .find(|block| block.kind == Kind::Messages);
    let block = block.ok_or_else(|| said.clone())?.clone();
    Ok(vec![Found { block, text: said }])
}

/// An example that expects no messages has no errors and no warnings.
fn silent(desk: &Desk) -> Result<(), String> {
    let said: Vec<String> = desk
        .said()
        .into_iter()
        .filter(|(_, message)| message.severity > Severity::Note)
        .map(Desk::shown)
        .collect();
    if said.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "it should be without fault, but:\n\n{}",
            said.join("\n\n")
        ))
    }
}

/// The last version in its canonical form; of the standing document only what the example brings.
fn formatted(desk: &Desk) -> String {
    let Some(library) = desk.libraries.last() else {
        return String::new();
    };
    let texts = (0..library.documents.len()).map(|index| {
        let text = format(&desk.register, library, index);
        let standing = library.documents[index].path == desk::STANDING;
        let before = if standing { desk::PREAMBLE.len() } else { 0 };
        text[before..].trim_end().to_owned()
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

/// A rule in plain words, the first where none is named.
fn explained(desk: &Desk, id: &str) -> Result<String, String> {
    let library = desk.libraries.last().ok_or("nothing to explain")?;
    let mut rules = library
        .documents
        .iter()
        .flat_map(|document| &document.rules);
    let rule = rules
        .find(|rule| id.is_empty() || rule.key.id == id)
        .ok_or_else(|| format!("no rule is called “{id}”"))?;
    Ok(explain(&desk.register, library, rule).to_string())
}

/// What changed from the first version to the last.
fn redlined(desk: &Desk) -> Result<String, String> {
    let (Some(old), Some(new)) = (desk.libraries.first(), desk.libraries.last()) else {
        return Err("a redline compares two versions of a document".to_owned());
    };
    Ok(redline(&desk.register, old, new).to_string())
}

fn shower(desk: &Desk) -> Shower<'_> {
    Shower {
        register: &desk.register,
        zone: desk.calendar.time_zone(),
        code: desk.code(),
    }
}

fn messages(desk: &Desk) -> String {
    let said: Vec<String> = desk.said().into_iter().map(Desk::shown).collect();
    said.join("\n\n")
}

/// Compares an example with what the book says.
///
/// # Errors
/// What is different, with the place in the chapter.
pub fn check(example: &Example) -> Result<(), String> {
    let place = |line: usize| {
        format!(
            "docs/language/{}.md:{line}: {}",
            example.chapter, example.heading
        )
    };
    let found = run(example).map_err(|said| format!("{}\n{said}", place(example.line)))?;
    let wrong: Vec<String> = found
        .iter()
        .filter(|found| plain(&found.text) != plain(&found.block.text))
        .map(|found| {
            format!(
                "{}\n{}",
                place(found.block.line),
                difference(&found.block.text, &found.text)
            )
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{}\nIf what is found is right: KEPT_BOOK=bless cargo test -p kept-engine --test book",
            wrong.join("\n\n")
        ))
    }
}

/// Writes what is found into the expected blocks of a chapter; says which examples cannot be run.
pub fn bless(chapter: &Chapter) -> (String, Vec<String>) {
    let mut text = chapter.text.clone();
    let mut failed = Vec::new();
    for example in chapter.examples.iter().rev() {
        match run(example) {
            Ok(found) => {
                for found in found.iter().rev() {
                    let new = plain(&found.text);
                    let new = if new.is_empty() { new } else { new + "\n" };
                    text.replace_range(found.block.body.clone(), &new);
                }
            }
            Err(said) => failed.push(format!("{}\n{said}", example.name())),
        }
    }
    failed.reverse();
    (text, failed)
}

/// Without the white space at the ends of lines and of the text.
fn plain(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

fn difference(book: &str, found: &str) -> String {
    let (book, found) = (plain(book), plain(found));
    let (old, new): (Vec<&str>, Vec<&str>) = (book.lines().collect(), found.lines().collect());
    let same = old
        .iter()
        .zip(&new)
        .take_while(|(one, other)| one == other)
        .count();
    let mut lines: Vec<String> = old[..same].iter().map(|line| format!("  {line}")).collect();
    lines.extend(old[same..].iter().map(|line| format!("- {line}")));
    lines.extend(new[same..].iter().map(|line| format!("+ {line}")));
    lines.join("\n")
}
