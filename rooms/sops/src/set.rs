//! Documents that are run together.

use kept_calendar::Calendar;
use kept_engine::{Calendars, People, Program, Version};
use kept_kernel::Instant;
use kept_language::{
    Context, Diagnostic, Document, Library, Register, RegisterFile, Severity, Source, not_later,
};

/// A text and the name that messages show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Where it came from.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// Why texts cannot be run: for people to read, with lines and advice.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SetProblem {
    /// The vocabulary has errors.
    #[error("The vocabulary cannot be used.\n{0}")]
    Vocabulary(String),
    /// The documents have errors, which are rendered with their lines.
    #[error("The SOPs have errors, so they cannot be run.\n\n{0}")]
    Errors(String),
    /// There is no rule in them.
    #[error("The SOPs have no rules: no block begins with ```sop.")]
    NoRules,
    /// Two versions that cannot follow one another.
    #[error("Two versions of {code} cannot be run one after the other.\n\n{said}")]
    NotLater {
        /// The document.
        code: String,
        /// What is wrong, rendered.
        said: String,
    },
    /// The calendar has errors.
    #[error("The calendar cannot be used.\n{0}")]
    Calendar(String),
    /// The documents contradict each other when they are made ready to run.
    #[error("The SOPs cannot be run.\n{0}")]
    Compile(String),
}

/// Reads vocabularies, the shipped ones first, as one register.
///
/// # Errors
///
/// [`SetProblem::Vocabulary`]
pub fn register(files: &[Text]) -> Result<Register, SetProblem> {
    let files: Vec<_> = files
        .iter()
        .map(|file| RegisterFile {
            path: &file.name,
            text: &file.text,
        })
        .collect();
    Register::load(&files).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        SetProblem::Vocabulary(lines.join("\n"))
    })
}

/// Reads documents as one set, whatever is wrong with them.
pub fn library(register: &Register, texts: &[Text]) -> Library {
    let sources: Vec<_> = texts
        .iter()
        .map(|file| Source {
            path: &file.name,
            text: &file.text,
        })
        .collect();
    kept_language::read(register, &sources)
}

/// The latest version of each document, in the order in which the documents came.
pub fn latest(register: &Register, texts: &[Text]) -> Vec<Text> {
    let mut latest: Vec<(String, Text)> = Vec::new();
    for text in texts {
        let alone = library(register, std::slice::from_ref(text));
        let code = alone
            .documents
            .first()
            .map(|document| &document.header.code);
        let code = code.cloned().unwrap_or_default();
        match latest.iter_mut().find(|(other, _)| *other == code) {
            Some((_, older)) => *older = text.clone(),
            None => latest.push((code, text.clone())),
        }
    }
    latest.into_iter().map(|(_, text)| text).collect()
}

/// All that is said about a set: reading and checks, in the order of the documents.
pub fn diagnostics(
    register: &Register,
    library: &Library,
    context: &Context<'_>,
) -> Vec<Diagnostic> {
    let mut all = library.diagnostics.clone();
    all.extend(kept_language::check(register, library, context));
    all.sort_by_key(|d| (d.document, d.range.start, d.code));
    all
}

/// Documents that are run together. Two versions of one document are read apart, each among the others.
pub struct Set {
    /// The documents, the first version of each.
    pub library: Library,
    later: Vec<Document>,
}

impl Set {
    /// Texts as SOPs that can be run: a set with errors is refused. A second document with a code is a later version.
    ///
    /// # Errors
    ///
    /// [`SetProblem`]; `render` makes the text of what was found.
    pub fn read(
        register: &Register,
        texts: Vec<Text>,
        render: impl Fn(&Library, &[Diagnostic]) -> String,
    ) -> Result<Self, SetProblem> {
        let mut first: Vec<Text> = Vec::new();
        let mut again: Vec<(usize, Text)> = Vec::new();
        let mut codes: Vec<String> = Vec::new();
        for text in texts {
            let alone = library(register, std::slice::from_ref(&text));
            let code = alone
                .documents
                .first()
                .map(|document| document.header.code.clone());
            let code = code.unwrap_or_default();
            match codes
                .iter()
                .position(|other| *other == code && !code.is_empty())
            {
                Some(place) => again.push((place, text)),
                None => {
                    codes.push(code);
                    first.push(text);
                }
            }
        }
        let library = without_errors(register, &first, &render)?;
        let mut later = Vec::new();
        for (place, text) in again {
            let document = Self::later(register, (&first, place, text), &later, &render)?;
            later.push(document);
        }
        if library
            .documents
            .iter()
            .all(|document| document.rules.is_empty())
        {
            return Err(SetProblem::NoRules);
        }
        Ok(Self { library, later })
    }

    /// A later version of the document at a place, read among the others.
    fn later(
        register: &Register,
        (first, place, text): (&[Text], usize, Text),
        later: &[Document],
        render: &impl Fn(&Library, &[Diagnostic]) -> String,
    ) -> Result<Document, SetProblem> {
        let mut others = first.to_vec();
        if let Some(other) = others.get_mut(place) {
            *other = text;
        }
        let mut library = without_errors(register, &others, render)?;
        let document = library.documents.swap_remove(place);
        let before = later
            .iter()
            .rfind(|before| before.header.code == document.header.code)
            .or_else(|| library.documents.get(place));
        match before.and_then(|before| not_later(0, &document, before)) {
            Some(problem) => Err(SetProblem::NotLater {
                code: document.header.code.clone(),
                said: problem.render(&document),
            }),
            None => Ok(document),
        }
    }

    /// All documents, later versions after the first ones.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.library.documents.iter().chain(&self.later)
    }

    /// The same set with every document in force from the beginning, whatever its header says.
    #[must_use]
    pub fn without_dates(&self) -> Self {
        let mut library = self.library.clone();
        for document in &mut library.documents {
            document.header.effective = None;
        }
        Self {
            library,
            later: Vec::new(),
        }
    }

    /// Makes the set ready to run: each document from the day that its header names, else from the beginning.
    ///
    /// # Errors
    ///
    /// [`SetProblem::Compile`]
    pub fn compile(
        &self,
        register: &Register,
        calendars: Calendars,
        people: People,
    ) -> Result<Program, SetProblem> {
        let mut starts = Vec::new();
        for document in self.documents() {
            let from = match document.header.effective {
                Some(day) => calendars.company.parse_instant(&day.to_string()),
                None => Ok(Instant::MIN),
            };
            starts.push((
                from.map_err(|error| SetProblem::Compile(error.to_string()))?,
                document,
            ));
        }
        starts.sort_by_key(|(from, _)| *from);
        let mut versions: Vec<(Instant, Vec<Document>)> = Vec::new();
        for (from, document) in starts {
            match versions.last_mut() {
                Some((last, documents)) if *last == from => documents.push(document.clone()),
                _ => versions.push((from, vec![document.clone()])),
            }
        }
        let versions: Vec<_> = versions
            .iter()
            .map(|(from, documents)| Version {
                documents,
                from: *from,
            })
            .collect();
        Program::compile(register, &versions, calendars, people).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            SetProblem::Compile(lines.join("\n"))
        })
    }
}

fn without_errors(
    register: &Register,
    texts: &[Text],
    render: &impl Fn(&Library, &[Diagnostic]) -> String,
) -> Result<Library, SetProblem> {
    let library = library(register, texts);
    let mut found = diagnostics(register, &library, &Context::default());
    found.retain(|diagnostic| diagnostic.severity == Severity::Error);
    if found.is_empty() {
        Ok(library)
    } else {
        Err(SetProblem::Errors(render(&library, &found)))
    }
}

/// What was found, plainly: for where there are no colours.
pub fn plain(library: &Library, found: &[Diagnostic]) -> String {
    let said = found.iter().filter_map(|diagnostic| {
        Some(diagnostic.render(library.documents.get(diagnostic.document)?))
    });
    said.collect::<Vec<_>>().join("\n\n")
}

/// Reads a calendar; its feeds are given by name.
///
/// # Errors
///
/// [`SetProblem::Calendar`]
pub fn calendar(file: &Text, feeds: &[Text]) -> Result<Calendar, SetProblem> {
    let mut feed = |name: &str| match feeds.iter().find(|feed| feed.name == name) {
        Some(feed) => Ok(feed.text.clone()),
        None => Err(format!("no feed {name} was given")),
    };
    Calendar::parse(&file.text, &mut feed).map_err(|problems| {
        let lines: Vec<_> = problems
            .0
            .iter()
            .map(|problem| {
                let place = problem.feed.as_deref().unwrap_or(&file.name);
                let (wrong, advice) = (&problem.wrong, &problem.advice);
                format!(
                    "{place}:{}:{}  {wrong} {advice}",
                    problem.line, problem.column
                )
            })
            .collect();
        SetProblem::Calendar(lines.join("\n"))
    })
}
