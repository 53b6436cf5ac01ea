//! What a rule is, for a page: its clause, a short name, its sentence, its span.

use std::borrow::Cow;

use kept_kernel::Duration;
use kept_language::ast::{
    DeadlineKind, Opening, RuleKey, Sample, SampleSize, Sentence, SpanKind, Task,
};
use kept_language::{Document, Library, Register, Rule};
use serde::{Deserialize, Serialize};

/// A rule as a page names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RuleCard {
    /// `SR/acknowledge`.
    pub rule: String,
    /// `SR 4.3`.
    pub clause: String,
    /// What is to be done, in short: `Acknowledge the request within 1 business hour`.
    pub name: String,
    /// The sentence, on one line.
    pub sentence: String,
    /// `duty`, `step`, `rhythm`, `gate` …
    pub kind: Cow<'static, str>,
    /// The span, where it is always the same.
    pub span: Option<String>,
    /// Its key; not in the JSON, where `rule` says it.
    #[serde(skip, default = "no_key")]
    pub key: RuleKey,
    /// The span as it is reckoned with.
    #[serde(skip)]
    pub duration: Option<Duration>,
}

const fn no_key() -> RuleKey {
    RuleKey {
        code: String::new(),
        id: String::new(),
    }
}

/// The rules of a set that open duties, in the order of the documents.
pub fn cards(register: &Register, library: &Library) -> Vec<RuleCard> {
    let documents = library.documents.iter();
    documents
        .flat_map(|document| {
            let rules = document.rules.iter();
            rules.filter_map(move |rule| card(register, document, rule))
        })
        .collect()
}

fn card(register: &Register, document: &Document, rule: &Rule) -> Option<RuleCard> {
    let sentence = rule.sentence.as_ref()?;
    let (kind, name, duration) = match sentence {
        Sentence::Duty(duty) => {
            let kind = match duty.opening {
                Opening::Step => "step",
                Opening::When { .. } => "duty",
            };
            (
                kind,
                task_name(register, document, &duty.task),
                span(&duty.task),
            )
        }
        Sentence::Rhythm(rhythm) => (
            "rhythm",
            task_name(register, document, &rhythm.task),
            span(&rhythm.task),
        ),
        Sentence::Gate(gate) => {
            let act = phrase(register, &register[gate.act.act].phrase);
            ("gate", format!("Before we {act}"), None)
        }
        Sentence::Course(course) => ("course", format!("Course “{}”", course.name), None),
        Sentence::Report(report) => ("report", format!("Send “{}”", report.name), None),
        Sentence::Sample(sample) => ("sample", sample_name(register, sample), None),
        _ => return None,
    };
    Some(RuleCard {
        rule: format!("{}/{}", rule.key.code, rule.key.id),
        clause: document.clause_of(rule),
        name,
        sentence: plain(document, rule),
        kind: kind.into(),
        span: duration.map(|duration| duration.to_string()),
        key: rule.key.clone(),
        duration,
    })
}

fn span(task: &Task) -> Option<Duration> {
    match &task.deadline.as_ref()?.kind {
        DeadlineKind::Within(span, None) => match &span.kind {
            SpanKind::Fixed(duration) => Some(*duration),
            _ => None,
        },
        _ => None,
    }
}

fn task_name(register: &Register, document: &Document, task: &Task) -> String {
    let mut name = match task.act.fact {
        Some(fact) => format!("record {}", register[fact].name),
        None => phrase(register, &register[task.act.act].phrase),
    };
    if let Some(deadline) = &task.deadline {
        name.push(' ');
        name.push_str(&filled(document, document.words(deadline.range)));
    }
    capital(&name)
}

/// A phrase of the register with its nouns: `acknowledge the request`.
fn phrase(register: &Register, phrase: &str) -> String {
    let mut text = String::new();
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        let (noun, after) = after.split_once('}').unwrap_or((after, ""));
        let says = register.noun(noun).map_or(noun, |id| &register[id].says);
        text.push_str(before);
        if !before.ends_with("the ") {
            text.push_str("the ");
        }
        text.push_str(says);
        rest = after;
    }
    text + rest
}

fn plain(document: &Document, rule: &Rule) -> String {
    filled(document, document.words(rule.range))
}

/// What a sample checks: `Check 5 % of the closed requests`.
fn sample_name(register: &Register, sample: &Sample) -> String {
    let size = match sample.size {
        SampleSize::Percent(share) => format!("{share} % of"),
        SampleSize::Count(count) => count.to_string(),
    };
    let happens = register[sample.act.act]
        .happens
        .first()
        .map_or("", String::as_str);
    let participle = happens.rsplit(' ').next().unwrap_or_default();
    format!(
        "Check {size} the {participle} {}",
        register[sample.noun].plural
    )
}

/// A text on one line, its blanks replaced by their values.
fn filled(document: &Document, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let (blank, after) = after.split_once(']').unwrap_or((after, ""));
        out.push_str(before);
        let known = document.blanks.get(blank.trim());
        let known = known.and_then(|blank| blank.value.as_deref());
        let value = blank.split_once(':').map(|(_, value)| value.trim());
        out.push_str(value.or(known).unwrap_or(blank));
        rest = after;
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}
