//! The standing desk: the words, and the document into which the rules of an example are put.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use kept_calendar::Calendar;
use kept_language::{
    Context, Diagnostic, Library, People, Person, Register, RegisterFile, Source, check, read,
};

use crate::chapter::{Example, Kind};

/// What stands before the rules of an example that brings no header of its own.
pub const PREAMBLE: &str = "\
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
    /// What the checks say about each library.
    checked: Vec<Vec<Diagnostic>>,
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
    let libraries: Vec<Library> = versions(documents(example))
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
    let calendar = calendar(own_calendar.as_deref())?;
    let people = match text_of(example, Kind::People) {
        Some(text) => Some(people(&register, &text)?),
        None => None,
    };
    let before = std::iter::once(None).chain(libraries.iter().map(Some));
    let checked = libraries
        .iter()
        .zip(before)
        .map(|(library, in_force)| {
            let context = Context {
                calendar: Some(&calendar),
                people: people.as_ref(),
                in_force,
            };
            check(&register, library, &context)
        })
        .collect();
    Ok(Desk {
        register,
        libraries,
        checked,
        calendar,
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
        let mut said: Vec<(&Library, &Diagnostic)> = Vec::new();
        for (library, checked) in self.libraries.iter().zip(&self.checked) {
            let mut all: Vec<&Diagnostic> = library.diagnostics.iter().chain(checked).collect();
            // The heading of the standing document is nobody's fault.
            all.retain(|message| {
                let path = &library.documents[message.document].path;
                path != STANDING || message.range.start >= PREAMBLE.len()
            });
            all.sort_by_key(|message| (message.document, message.range.start, message.code));
            said.extend(all.into_iter().map(|message| (library, message)));
        }
        said
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
    pub fn shown((library, message): (&Library, &Diagnostic)) -> String {
        let document = &library.documents[message.document];
        let shown = message.render(document);
        if document.path != STANDING {
            return shown;
        }
        let (line, _) = message.position(document);
        let place = format!("{STANDING}:{line}:");
        let shown = shown.replacen(&place, &format!("{STANDING}:{}:", own_line(line)), 1);
        // Other lines that the message names.
        let mut parts = shown.split("line ");
        let mut counted = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number = part[..digits]
                .parse()
                .map_or(String::new(), |line| own_line(line).to_string());
            let _ = write!(counted, "line {number}{}", &part[digits..]);
        }
        counted
    }
}

/// A line of the standing document, counted from the example's first.
fn own_line(line: usize) -> usize {
    let before = PREAMBLE.lines().count();
    if line > before { line - before } else { line }
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
                let _ = write!(standing, "```{}\n{}```\n\n", info.trim_end(), block.text);
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

/// The staff of a `people` block: `Maria: account manager, approver; away; deputy; wrote RQ`.
fn people(register: &Register, text: &str) -> Result<People, String> {
    let mut people = People::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut parts = line.split(';').map(str::trim);
        let (name, roles) = parts
            .next()
            .and_then(|first| first.split_once(':'))
            .ok_or_else(|| format!("people: “{line}” should be a name, a colon and roles"))?;
        let mut person = Person {
            name: name.to_owned(),
            present: true,
            deputy: false,
        };
        for part in parts {
            match part.split_once(' ') {
                Some(("wrote", code)) => people
                    .authors
                    .entry(code.to_owned())
                    .or_default()
                    .push(name.to_owned()),
                None if part == "away" => person.present = false,
                None if part == "deputy" => person.deputy = true,
                _ => return Err(format!("people: “{part}” is not understood")),
            }
        }
        for role in roles
            .split(',')
            .map(str::trim)
            .filter(|role| !role.is_empty())
        {
            let role = register
                .role(role)
                .ok_or_else(|| format!("people: no role is called “{role}”"))?;
            people.holders.entry(role).or_default().push(person.clone());
        }
    }
    Ok(people)
}
