//! Rules in plain words, for a supervisor who has to judge whether a sentence says what was meant.
//!
//! The words come from the sentence as written, with `it` and `its` replaced by what they mean and blanks by their
//! values; what the sentence leaves to the language (how time is reckoned, what happens when a fact is not known) is
//! said in full.

mod change;
mod clock;
mod duty;
mod figures;
mod gate;
mod given;
mod procedure;
mod say;
mod short;

use std::fmt;

use serde::Serialize;

use crate::ast::{RuleKey, Sentence};
use crate::document::Rule;
use crate::read::Library;
use crate::register::Register;

pub(crate) use change::effect;
pub(crate) use say::Say;

/// A rule in plain words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Explanation {
    /// The rule's full name: `SR/acknowledge`.
    pub rule: String,
    /// Its clause as it is shown: `SR 4.3`.
    pub clause: String,
    /// The clause's heading.
    pub heading: String,
    /// What kind of rule it is: `duty`, `gate`, ….
    pub kind: &'static str,
    /// The rule in one line.
    pub short: String,
    /// The whole of it, by topic; a topic that the rule does not touch is left out.
    pub sections: Vec<Section>,
}

/// One topic of an explanation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Section {
    /// What it is about.
    pub topic: Topic,
    /// Whole sentences, or the lines of a list.
    pub sentences: Vec<String>,
}

/// What a section is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// What the rule says at all, where it is no duty.
    Says,
    /// What opens a gate, and who may pass it.
    Passes,
    /// What starts it.
    Starts,
    /// The steps of a procedure.
    Steps,
    /// Who owes it.
    Who,
    /// What is owed.
    What,
    /// Until when.
    Until,
    /// The rows of the table that is read.
    Table,
    /// What counts as done.
    Done,
    /// What stops the clock.
    Pauses,
    /// What happens before and after the deadline.
    Late,
    /// What ends it, or brings it back.
    Ends,
    /// What happens when facts change or are missing.
    Facts,
    /// Which exceptions change it.
    Exceptions,
    /// How it is counted.
    Counted,
    /// Which other rules hang on it.
    Links,
}

impl Topic {
    /// The heading under which it is shown.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Says => "What it says",
            Self::Starts => "What starts it",
            Self::Who => "Who owes it",
            Self::What => "What must be done",
            Self::Until => "Until when",
            Self::Table => "The rows of the table",
            Self::Done => "What counts as done",
            Self::Pauses => "What stops the clock",
            Self::Late => "If time runs out",
            Self::Ends => "What ends it",
            Self::Facts => "If facts change or are missing",
            Self::Steps => "The steps",
            Self::Passes => "What opens the way",
            Self::Exceptions => "Exceptions",
            Self::Counted => "How it is counted",
            Self::Links => "What else hangs on it",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.heading())
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self
            .rule
            .split_once('/')
            .map_or(self.rule.as_str(), |(_, id)| id);
        write!(f, "{} {}", self.clause, self.heading)?;
        writeln!(f, " · {name}\n\n{}", self.short)?;
        for section in &self.sections {
            writeln!(f, "\n{}", section.topic)?;
            for sentence in &section.sentences {
                // The steps of a procedure bring their own numbers.
                let mark = if section.topic == Topic::Steps
                    && sentence.starts_with(|c: char| c.is_ascii_digit())
                {
                    ""
                } else {
                    "- "
                };
                writeln!(f, "{mark}{sentence}")?;
            }
        }
        Ok(())
    }
}

/// A rule of the library in plain words. A rule that could not be read says so.
pub fn explain(register: &Register, library: &Library, rule: &Rule) -> Explanation {
    let say = Say::of(register, library, rule);
    let mut told = Told::default();
    match &rule.sentence {
        Some(sentence) => told.sentence(&say, rule, sentence),
        None => told.add(
            Topic::Says,
            "This rule cannot be read yet, so nothing follows from it. The messages of the check say why.",
        ),
    }
    let clause = rule
        .clause
        .and_then(|index| say.document.clauses.get(index));
    Explanation {
        rule: name(&rule.key),
        clause: say.document.clause_of(rule),
        heading: clause.map_or_else(
            || say.document.header.title.clone(),
            |clause| clause.title.clone(),
        ),
        kind: rule.sentence.as_ref().map_or("unread", kind),
        short: short::short(&say, rule),
        sections: told.sections,
    }
}

/// A rule in one line, for lists and hover cards: *The client service representative acknowledges a request within
/// 1 business hour.*
pub fn explain_short(register: &Register, library: &Library, rule: &Rule) -> String {
    short::short(&Say::of(register, library, rule), rule)
}

/// `SR/acknowledge`
pub(crate) fn name(key: &RuleKey) -> String {
    format!("{}/{}", key.code, key.id)
}

/// The name of a sentence kind.
pub(crate) const fn kind(sentence: &Sentence) -> &'static str {
    match sentence {
        Sentence::Duty(_) => "duty",
        Sentence::Rhythm(_) => "rhythm",
        Sentence::Gate(_) => "gate",
        Sentence::Permission(_) => "permission",
        Sentence::Exception(_) => "exception",
        Sentence::Definition(_) => "definition",
        Sentence::Stages(_) => "stages",
        Sentence::Term(..) => "term",
        Sentence::Procedure(_) => "procedure",
        Sentence::Target(_) => "target",
        Sentence::Course(_) => "course",
        Sentence::Retention(_) => "retention",
        Sentence::Sample(_) => "sample",
        Sentence::Report(_) => "report",
        Sentence::Transition(_) => "transition",
    }
}

/// The sections, while they are told.
#[derive(Default)]
struct Told {
    sections: Vec<Section>,
}

impl Told {
    fn add(&mut self, topic: Topic, sentence: impl Into<String>) {
        let sentence = capital(&sentence.into());
        match self
            .sections
            .iter_mut()
            .find(|section| section.topic == topic)
        {
            Some(section) => section.sentences.push(sentence),
            None => self.sections.push(Section {
                topic,
                sentences: vec![sentence],
            }),
        }
    }

    fn all(&mut self, topic: Topic, sentences: impl IntoIterator<Item = String>) {
        for sentence in sentences {
            self.add(topic, sentence);
        }
    }

    fn sentence(&mut self, say: &Say<'_>, rule: &Rule, sentence: &Sentence) {
        match sentence {
            Sentence::Duty(duty) => self.duty(say, rule, duty),
            Sentence::Rhythm(rhythm) => self.rhythm(say, rule, rhythm),
            Sentence::Gate(gate) => self.gate(say, rule, gate),
            Sentence::Permission(permission) => self.permission(say, rule, permission),
            Sentence::Exception(exception) => self.exception(say, rule, exception),
            Sentence::Definition(definition) => self.definition(say, rule, definition),
            Sentence::Stages(stages) => self.stages(say, stages),
            Sentence::Term(word, meaning) => self.term(word, meaning),
            Sentence::Procedure(procedure) => self.procedure(say, rule, procedure),
            Sentence::Target(target) => self.target(say, rule, target),
            Sentence::Course(course) => self.course(say, course),
            Sentence::Retention(retention) => self.retention(say, retention),
            Sentence::Sample(sample) => self.sample(say, sample),
            Sentence::Report(report) => self.report(say, report),
            Sentence::Transition(transition) => self.transition(say, transition),
        }
        self.exceptions(say, rule);
        self.links(say, rule);
        self.sections.sort_by_key(|section| section.topic);
    }
}

/// With a capital first letter.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
