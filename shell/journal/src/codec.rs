//! An event in the journal's own form: names instead of numbers, so that it outlives every change of the vocabulary.
//!
//! The form is JSON. Text facts are kept as the fingerprint that rules compare, so that no personal data enters the
//! journal through them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Deref;

use jiff::civil::Date;
use kept_engine::{Actor, Event, Handling, OwnedActor, OwnedEvent, OwnedWhat, What};
use kept_kernel::{Duration, Instant, Number};
use kept_language::ast::{RuleKey, Value};
use kept_language::{ActId, Fact, FactId, FactKind, NounId, ProofId, Register, RoleId};
use serde::{Deserialize, Serialize};

/// What the column `what` says of events that are no acts.
mod word {
    pub(super) const FACTS: &str = "=facts";
    pub(super) const MERGED: &str = "=merged";
    pub(super) const SPLIT: &str = "=split";
    pub(super) const GRANTED: &str = "=granted";
    pub(super) const GIVEN_UP: &str = "=given-up";
    pub(super) const DEADLINE_SET: &str = "=deadline-set";
    pub(super) const UNDONE: &str = "=undone";
}

/// Writes and reads events in the words of a register.
pub struct Codec {
    register: Register,
    nouns: HashMap<String, NounId>,
    acts: HashMap<String, ActId>,
    facts: HashMap<String, FactId>,
    roles: HashMap<String, RoleId>,
    proofs: HashMap<String, ProofId>,
    /// The written names of facts, by their numbers.
    fact_names: HashMap<FactId, String>,
}

/// Why a row of the journal is no event for this register.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecProblem {
    /// The body is no JSON of this form.
    #[error("the event's body cannot be read: {0}")]
    Form(String),
    /// The vocabulary does not have this name any more.
    #[error("the vocabulary has no {kind} `{name}`")]
    Name {
        /// Noun, act, …
        kind: &'static str,
        /// The name.
        name: String,
    },
}

/// The parts of an event's row that hold its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The act's id, or a word with an equals sign before it.
    pub what: String,
    /// All else, as JSON.
    pub body: String,
}

/// A text of a row, borrowed from it where JSON has it as it is. A `Cow` inside of something else is never borrowed by serde.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a, T: Into<Cow<'a, str>>> From<T> for Word<'a> {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl Deref for Word<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

#[derive(Serialize, Deserialize, Default)]
struct Body<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    by: Option<Word<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<(Word<'a>, Word<'a>)>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    facts: Vec<(Word<'a>, Option<Word<'a>>)>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<(Word<'a>, Word<'a>)>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    holders: Vec<(Word<'a>, Word<'a>)>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    proofs: Vec<Word<'a>>,
    /// The other record of a merge or a split.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    other: Option<Word<'a>>,
    /// `SR/acknowledge`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    rule: Option<Word<'a>>,
    /// The span that an exception allows; none: waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    within: Option<String>,
    /// The instant that a deadline was set to, or an exception ends at, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instant: Option<i64>,
    /// The place of the event that was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<u64>,
}

impl Codec {
    /// For events in the words of this register.
    pub fn new(register: &Register) -> Self {
        let fact_name = |fact: &Fact| {
            let noun = register
                .nouns()
                .find(|(id, _)| *id == fact.noun)
                .map_or("", |(_, noun)| &noun.id);
            format!("{noun}.{}", fact.name)
        };
        let fact_names: HashMap<_, _> = register
            .facts()
            .map(|(id, fact)| (id, fact_name(fact)))
            .collect();
        Self {
            nouns: register
                .nouns()
                .map(|(id, noun)| (noun.id.clone(), id))
                .collect(),
            acts: register
                .acts()
                .map(|(id, act)| (act.id.clone(), id))
                .collect(),
            facts: fact_names
                .iter()
                .map(|(id, name)| (name.clone(), *id))
                .collect(),
            roles: register
                .roles()
                .map(|(id, role)| (role.id.clone(), id))
                .collect(),
            proofs: register
                .proofs()
                .map(|(id, proof)| (proof.id.clone(), id))
                .collect(),
            fact_names,
            register: register.clone(),
        }
    }

    /// The register.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// The word for a kind of record.
    pub fn noun(&self, noun: NounId) -> &str {
        &self.register[noun].id
    }

    /// An event as it is kept.
    pub fn write(&self, event: &Event<'_>) -> Written {
        let mut body = Body {
            by: match event.actor {
                Actor::Unknown => None,
                Actor::Person(name) => Some(format!("person {name}").into()),
                Actor::Client => Some("client".into()),
                Actor::System => Some("system".into()),
            },
            links: event
                .links
                .iter()
                .map(|link| (self.noun(link.noun).into(), link.id.into()))
                .collect(),
            facts: event
                .facts
                .iter()
                .map(|(fact, value)| self.write_fact(*fact, *value))
                .collect(),
            parts: event
                .parts
                .iter()
                .map(|(part, person)| ((*part).into(), (*person).into()))
                .collect(),
            holders: event
                .holders
                .iter()
                .map(|(role, person)| (self.register[*role].id.as_str().into(), (*person).into()))
                .collect(),
            proofs: event
                .proofs
                .iter()
                .map(|proof| self.register[*proof].id.as_str().into())
                .collect(),
            ..Body::default()
        };
        let what = self.write_what(&event.what, &mut body);
        Written {
            what,
            body: serde_json::to_string(&body).unwrap_or_default(),
        }
    }

    fn write_fact(&self, fact: FactId, value: Option<Value>) -> (Word<'_>, Option<Word<'_>>) {
        let name = self.fact_names.get(&fact).map_or("", String::as_str);
        (
            name.into(),
            value.map(|value| write_value(&self.register[fact], value).into()),
        )
    }

    fn write_what<'a>(&self, what: &What<'a>, body: &mut Body<'a>) -> String {
        match *what {
            What::Act(act) => return self.register[act].id.clone(),
            What::Facts => word::FACTS,
            What::Merged { into } => {
                body.other = Some(into.into());
                word::MERGED
            }
            What::Split { from } => {
                body.other = Some(from.into());
                word::SPLIT
            }
            What::Granted {
                rule,
                handling,
                expires,
            } => {
                body.rule = Some(written_rule(rule).into());
                body.instant = expires.map(Instant::micros);
                body.within = match handling {
                    Handling::Waived => None,
                    Handling::Within(span) => Some(span.to_string()),
                };
                word::GRANTED
            }
            What::GivenUp { rule } => {
                body.rule = Some(written_rule(rule).into());
                word::GIVEN_UP
            }
            What::DeadlineSet { rule, due_at } => {
                body.rule = Some(written_rule(rule).into());
                body.instant = Some(due_at.micros());
                word::DEADLINE_SET
            }
            What::Undone { place } => {
                body.place = Some(place);
                word::UNDONE
            }
        }
        .to_owned()
    }

    /// An event from its row.
    ///
    /// # Errors
    ///
    /// [`CodecProblem`] where the row is not of this form or speaks of what the register does not have. A fact whose value
    /// the vocabulary no longer knows becomes unknown.
    pub fn read(&self, row: &EventRow<'_>) -> Result<OwnedEvent, CodecProblem> {
        let body: Body<'_> = serde_json::from_str(row.body)
            .map_err(|error| CodecProblem::Form(error.to_string()))?;
        let record = |(noun, id): (Word<'_>, Word<'_>)| {
            let noun = find(&self.nouns, "kind of record", &noun)?;
            Ok::<_, CodecProblem>((noun, id.0.into_owned()))
        };
        let person =
            |(part, person): (Word<'_>, Word<'_>)| (part.0.into_owned(), person.0.into_owned());
        Ok(OwnedEvent {
            place: row.place,
            at: row.at,
            recorded_at: row.recorded_at,
            what: self.read_what(row.what, &body)?,
            case: (
                find(&self.nouns, "kind of record", row.noun)?,
                row.id.to_owned(),
            ),
            links: body
                .links
                .into_iter()
                .map(record)
                .collect::<Result<_, _>>()?,
            actor: match body.by.as_deref() {
                None => OwnedActor::Unknown,
                Some("client") => OwnedActor::Client,
                Some("system") => OwnedActor::System,
                Some(text) => {
                    OwnedActor::Person(text.strip_prefix("person ").unwrap_or(text).to_owned())
                }
            },
            facts: body
                .facts
                .iter()
                .map(|fact| self.read_fact(fact))
                .collect::<Result<_, _>>()?,
            parts: body.parts.into_iter().map(person).collect(),
            holders: body
                .holders
                .into_iter()
                .map(|(role, person)| {
                    let role = find(&self.roles, "role", &role)?;
                    Ok::<_, CodecProblem>((role, person.0.into_owned()))
                })
                .collect::<Result<_, _>>()?,
            proofs: body
                .proofs
                .iter()
                .map(|proof| find(&self.proofs, "proof", proof))
                .collect::<Result<_, _>>()?,
        })
    }

    fn read_fact(
        &self,
        (name, text): &(Word<'_>, Option<Word<'_>>),
    ) -> Result<(FactId, Option<Value>), CodecProblem> {
        let fact = find(&self.facts, "fact", name)?;
        Ok((
            fact,
            text.as_deref()
                .and_then(|text| read_value(&self.register[fact], text)),
        ))
    }

    fn read_what(&self, what: &str, body: &Body<'_>) -> Result<OwnedWhat, CodecProblem> {
        let lacks = |part: &str| CodecProblem::Form(format!("`{what}` without its {part}"));
        let other = || {
            body.other
                .as_deref()
                .map(str::to_owned)
                .ok_or_else(|| lacks("other record"))
        };
        let rule = || {
            let (code, id) = body
                .rule
                .as_deref()
                .and_then(|rule| rule.split_once('/'))
                .ok_or_else(|| lacks("rule"))?;
            Ok::<_, CodecProblem>(RuleKey {
                code: code.to_owned(),
                id: id.to_owned(),
            })
        };
        let instant = body.instant.map(Instant::from_micros);
        Ok(match what {
            word::FACTS => OwnedWhat::Facts,
            word::MERGED => OwnedWhat::Merged(other()?),
            word::SPLIT => OwnedWhat::Split(other()?),
            word::GRANTED => {
                let handling = match &body.within {
                    None => Handling::Waived,
                    Some(span) => {
                        Handling::Within(span.parse::<Duration>().map_err(|_| lacks("span"))?)
                    }
                };
                OwnedWhat::Granted(rule()?, handling, instant)
            }
            word::GIVEN_UP => OwnedWhat::GivenUp(rule()?),
            word::DEADLINE_SET => {
                OwnedWhat::DeadlineSet(rule()?, instant.ok_or_else(|| lacks("instant"))?)
            }
            word::UNDONE => OwnedWhat::Undone(body.place.ok_or_else(|| lacks("place"))?),
            act => OwnedWhat::Act(find(&self.acts, "act", act)?),
        })
    }
}

/// A row of the journal, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct EventRow<'a> {
    /// Its place among the events that are judged together.
    pub place: u64,
    /// When it happened.
    pub at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The kind of record.
    pub noun: &'a str,
    /// Which record.
    pub id: &'a str,
    /// See [`Written::what`].
    pub what: &'a str,
    /// See [`Written::body`].
    pub body: &'a str,
}

fn written_rule(rule: &RuleKey) -> String {
    format!("{}/{}", rule.code, rule.id)
}

fn find<T: Copy>(
    names: &HashMap<String, T>,
    kind: &'static str,
    name: &str,
) -> Result<T, CodecProblem> {
    names.get(name).copied().ok_or_else(|| CodecProblem::Name {
        kind,
        name: name.to_owned(),
    })
}

fn write_value(fact: &Fact, value: Value) -> Cow<'_, str> {
    match value {
        Value::YesNo(true) => "yes".into(),
        Value::YesNo(false) => "no".into(),
        Value::Choice(at) => fact
            .values
            .get(usize::from(at))
            .map_or("", String::as_str)
            .into(),
        Value::Number(number) => number.to_string().into(),
        Value::Duration(span) => span.to_string().into(),
        Value::Date(day) => day.to_string().into(),
        Value::Instant(at) => at.to_string().into(),
        Value::Text(fingerprint) => format!("{fingerprint:016x}").into(),
    }
}

fn read_value(fact: &Fact, text: &str) -> Option<Value> {
    Some(match fact.kind {
        FactKind::YesNo => Value::YesNo(text == "yes"),
        FactKind::Choice => {
            Value::Choice(fact.values.iter().position(|value| value == text)? as u16)
        }
        FactKind::Number | FactKind::Percent | FactKind::Money => {
            Value::Number(text.parse::<Number>().ok()?)
        }
        FactKind::Duration => Value::Duration(text.parse::<Duration>().ok()?),
        FactKind::Date => Value::Date(text.parse::<Date>().ok()?),
        FactKind::Instant => Value::Instant(text.parse::<Instant>().ok()?),
        FactKind::Text | FactKind::Person | FactKind::List => {
            Value::Text(u64::from_str_radix(text, 16).ok()?)
        }
    })
}
