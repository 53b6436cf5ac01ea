//! The standing desk: the words, and the document into which the rules of an example are put.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use kept_calendar::Calendar;
use kept_language::{Diagnostic, Library, Register, RegisterFile, Source, read};

use crate::chapter::{Example, Kind};

/// What stands before the rules of an example that brings no header of its own.
const PREAMBLE: &str = "\
+++
code = \"RQ\"
title = \"Request desk\"
owner = \"SOP supervisor\"
review = \"every 12 months\"
distribution = [\"client service representative\", \"account manager\"]
+++

## 1 Example

";

/// How messages name the standing document.
pub const STANDING: &str = "example";

/// The sources of an example, read together.
pub struct Desk {
    /// The words.
    pub register: Register,
    /// The documents and what was said while reading them. A document that stands twice is two versions, each in a
    /// library of its own.
    pub libraries: Vec<Library>,
    /// Working time.
    pub calendar: Calendar,
    /// The text of the calendar, where it is not the standing one.
    own_calendar: Option<String>,
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names and texts of the files of a folder with this ending, by name.
pub fn texts(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
            )
        })
        .filter(|(name, _)| name.ends_with(ending))
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect();
    found.sort();
    found
}

/// Reads the sources of an example.
///
/// # Errors
/// What is wrong with its words, where they do not load.
pub fn open(example: &Example) -> Result<Desk, String> {
    let register = words(example)?;
    let libraries = versions(documents(example))
        .iter()
        .map(|documents| {
            let sources: Vec<Source<'_>> = documents
                .iter()
                .map(|(path, text)| Source { path, text })
                .collect();
            read(&register, &sources)
        })
        .collect();
    let own_calendar = text_of(example, Kind::Calendar);
    Ok(Desk {
        calendar: calendar(own_calendar.as_deref())?,
        register,
        libraries,
        own_calendar,
    })
}

fn text_of(example: &Example, kind: Kind) -> Option<String> {
    let block = example.sources.iter().find(|block| block.kind == kind)?;
    Some(block.text.clone())
}

fn calendar(own: Option<&str>) -> Result<Calendar, String> {
    let Some(text) = own else {
        return Ok(Calendar::default());
    };
    Calendar::parse(text, &mut |name| Err(format!("there is no file {name}")))
        .map_err(|problems| format!("calendar: {problems}"))
}

impl Desk {
    /// Everything that is said about the documents, with its library, in the order of the texts.
    pub fn said(&self) -> Vec<(&Library, &Diagnostic)> {
        self.libraries
            .iter()
            .flat_map(|library| {
                library
                    .diagnostics
                    .iter()
                    .map(move |message| (library, message))
            })
            .collect()
    }

    /// The code of its first document.
    pub fn code(&self) -> &str {
        let first = self
            .libraries
            .first()
            .and_then(|library| library.documents.first());
        first.map_or("", |document| document.header.code.as_str())
    }

    /// Its calendar once more, for an owner of its own.
    pub fn calendar_again(&self) -> Result<Calendar, String> {
        calendar(self.own_calendar.as_deref())
    }

    /// A message as the book shows it: lines of the standing document count from the example's first.
    pub fn shown(&self, (library, message): (&Library, &Diagnostic)) -> String {
        let document = &library.documents[message.document];
        let shown = message.render(document);
        let (line, _) = message.position(document);
        let before = PREAMBLE.lines().count();
        if document.path == STANDING && line > before {
            shown.replacen(
                &format!("{STANDING}:{line}:"),
                &format!("{STANDING}:{}:", line - before),
                1,
            )
        } else {
            shown
        }
    }
}

/// The words that ship, and those that the example adds.
fn words(example: &Example) -> Result<Register, String> {
    static SHIPPED: OnceLock<(Vec<(String, String)>, Register)> = OnceLock::new();
    let (files, shipped) = SHIPPED.get_or_init(|| {
        let files = texts(&root().join("sops/vocabulary"), ".toml");
        let register = load(&files).unwrap_or_else(|said| panic!("the words that ship: {said}"));
        (files, register)
    });
    let mut more = example
        .sources
        .iter()
        .filter(|block| block.kind == Kind::Vocabulary)
        .peekable();
    if more.peek().is_none() {
        return Ok(shipped.clone());
    }
    let own = more.map(|block| ("words.toml".to_owned(), block.text.clone()));
    load(&files.iter().cloned().chain(own).collect::<Vec<_>>())
}

fn load(files: &[(String, String)]) -> Result<Register, String> {
    let files: Vec<RegisterFile<'_>> = files
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    Register::load(&files).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

/// The documents of an example: its own, or the standing one with its rules.
fn documents(example: &Example) -> Vec<(String, String)> {
    let mut standing = String::new();
    let mut documents = Vec::new();
    for block in &example.sources {
        match block.kind {
            Kind::Rule => {
                let info = format!("sop {}", block.rest);
                standing.push_str(&format!("```{}\n{}```\n\n", info.trim_end(), block.text));
            }
            Kind::Part => {
                standing.push_str(&block.text);
                standing.push('\n');
            }
            Kind::Document => {
                let name = if block.rest.is_empty() {
                    "document.sop.md"
                } else {
                    &block.rest
                };
                documents.push((name.to_owned(), block.text.clone()));
            }
            _ => {}
        }
    }
    if !standing.is_empty() {
        documents.insert(0, (STANDING.to_owned(), format!("{PREAMBLE}{standing}")));
    }
    documents
}

/// The sets of documents: a document whose name was there before begins the next version.
fn versions(documents: Vec<(String, String)>) -> Vec<Vec<(String, String)>> {
    let mut sets: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for document in documents {
        let last = sets.last_mut().unwrap();
        if last.iter().any(|(name, _)| *name == document.0) {
            sets.push(vec![document]);
        } else {
            last.push(document);
        }
    }
    sets
}
