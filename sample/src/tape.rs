//! The tape on which the stories write what happens, in the register's words.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kept_engine::{Handling, OwnedActor, OwnedEvent, OwnedWhat};
use kept_kernel::{Duration, Instant, Number};
use kept_language::ast::{RuleKey, Value};

use crate::clients::Client;
use crate::people::Member;
use crate::random::text_hash;
use crate::words::Words;

/// All that was written so far, in no order.
pub(crate) struct Tape<'w> {
    words: &'w Words,
    pub(crate) events: Vec<OwnedEvent>,
    /// Words that the register does not have; what uses them is left out.
    pub(crate) missing: BTreeSet<String>,
}

/// An event that is being written; it is on the tape when this is dropped.
pub(crate) struct Entry<'t, 'w> {
    tape: &'t mut Tape<'w>,
    event: Option<OwnedEvent>,
}

impl<'w> Tape<'w> {
    pub(crate) fn new(words: &'w Words) -> Self {
        Self {
            words,
            events: Vec::new(),
            missing: BTreeSet::new(),
        }
    }

    /// An act, by the program until something else is said.
    pub(crate) fn act(&mut self, at: Instant, act: &str, id: &str) -> Entry<'_, 'w> {
        let event = match self.words.acts.get(act) {
            Some((act, noun)) => {
                let mut event = blank(at, id);
                event.what = OwnedWhat::Act(*act);
                event.case.0 = *noun;
                Some(event)
            }
            None => {
                self.missing.insert(format!("act {act}"));
                None
            }
        };
        Entry { tape: self, event }
    }

    /// Like [`Tape::act`], but an act that the register may not have yet.
    pub(crate) fn act_if_known(&mut self, at: Instant, act: &str, id: &str) -> Entry<'_, 'w> {
        if self.words.acts.contains_key(act) {
            return self.act(at, act, id);
        }
        Entry {
            tape: self,
            event: None,
        }
    }

    /// Facts that become known, or another thing than an act.
    pub(crate) fn note(&mut self, at: Instant, noun: &str, id: &str) -> Entry<'_, 'w> {
        let event = match self.words.nouns.get(noun) {
            Some(noun) => {
                let mut event = blank(at, id);
                event.case.0 = *noun;
                Some(event)
            }
            None => {
                self.missing.insert(format!("noun {noun}"));
                None
            }
        };
        Entry { tape: self, event }
    }
}

impl Tape<'_> {
    /// To which records an act happened in a span, by whom, in the order of time.
    pub(crate) fn between(
        &self,
        act: &str,
        from: Instant,
        until: Instant,
    ) -> Vec<(String, Option<String>)> {
        let Some((act, _)) = self.words.acts.get(act) else {
            return Vec::new();
        };
        let in_span = |event: &&OwnedEvent| {
            event.what == OwnedWhat::Act(*act) && from <= event.at && event.at < until
        };
        let mut found: Vec<&OwnedEvent> = self.events.iter().filter(in_span).collect();
        found.sort_by_key(|event| event.at);
        let both = |event: &OwnedEvent| {
            let by = match &event.actor {
                OwnedActor::Person(name) => Some(name.clone()),
                _ => None,
            };
            (event.case.1.clone(), by)
        };
        found.into_iter().map(both).collect()
    }
}

impl Tape<'_> {
    /// To which records an act happened with a proof, and when, in the order of time.
    pub(crate) fn times(&self, act: &str, proof: &str) -> Vec<(String, Instant)> {
        let words = (self.words.acts.get(act), self.words.proofs.get(proof));
        let (Some((act, _)), Some(proof)) = words else {
            return Vec::new();
        };
        let mut found: Vec<(String, Instant)> = self
            .events
            .iter()
            .filter(|event| event.what == OwnedWhat::Act(*act) && event.proofs.contains(proof))
            .map(|event| (event.case.1.clone(), event.at))
            .collect();
        found.sort_by_key(|(_, at)| *at);
        found
    }
}

fn blank(at: Instant, id: &str) -> OwnedEvent {
    OwnedEvent {
        place: 0,
        at,
        recorded_at: at,
        what: OwnedWhat::Facts,
        case: (kept_language::NounId(0), id.to_owned()),
        links: Vec::new(),
        actor: OwnedActor::System,
        facts: Vec::new(),
        parts: Vec::new(),
        holders: Vec::new(),
        proofs: Vec::new(),
    }
}

impl Entry<'_, '_> {
    fn change(mut self, change: impl FnOnce(&mut OwnedEvent)) -> Self {
        if let Some(event) = &mut self.event {
            change(event);
        }
        self
    }

    pub(crate) fn by(self, who: &Member) -> Self {
        self.change(|event| event.actor = OwnedActor::Person(who.name.clone()))
    }

    pub(crate) fn by_client(self) -> Self {
        self.change(|event| event.actor = OwnedActor::Client)
    }

    /// Written down only later.
    pub(crate) fn recorded(self, at: Instant) -> Self {
        self.change(|event| event.recorded_at = at.max(event.at))
    }

    pub(crate) fn link(mut self, noun: &str, id: &str) -> Self {
        let Some(noun) = self.tape.words.nouns.get(noun).copied() else {
            self.tape.missing.insert(format!("noun {noun}"));
            return self;
        };
        if let Some(event) = &mut self.event {
            event.links.push((noun, id.to_owned()));
        }
        self
    }

    /// The client and the person there.
    pub(crate) fn of(self, client: &Client) -> Self {
        self.link("client", &client.id)
            .link("contact", &client.contact)
    }

    pub(crate) fn client(self, client: &Client) -> Self {
        self.link("client", &client.id)
    }

    fn value(mut self, fact: &str, make: impl FnOnce(&[String]) -> Option<Value>) -> Self {
        let found = self.tape.words.facts.get(fact);
        let made = found.map(|(id, values)| (*id, make(values)));
        match (made, &mut self.event) {
            (Some((id, Some(value))), Some(event)) => event.facts.push((id, Some(value))),
            (_, None) => {}
            _ => {
                self.tape.missing.insert(format!("fact {fact}"));
            }
        }
        self
    }

    /// One of a fact's values.
    pub(crate) fn choice(self, fact: &str, value: &str) -> Self {
        let name = format!("{fact}: {value}");
        let known = self.tape.words.facts.get(fact);
        if known.is_some_and(|(_, values)| !values.iter().any(|known| known == value)) {
            self.tape.missing.insert(format!("value {name}"));
            return self;
        }
        self.value(fact, |values| {
            let place = values.iter().position(|known| known == value)?;
            Some(Value::Choice(place as u16))
        })
    }

    /// A text, of which only a hash is kept.
    pub(crate) fn text(self, fact: &str, text: &str) -> Self {
        self.value(fact, |_| Some(Value::Text(text_hash(text))))
    }

    pub(crate) fn yes(self, fact: &str, yes: bool) -> Self {
        self.value(fact, |_| Some(Value::YesNo(yes)))
    }

    /// A number, a percentage, an amount.
    pub(crate) fn number(self, fact: &str, number: i64) -> Self {
        self.value(fact, |_| Some(Value::Number(Number::whole(number))))
    }

    pub(crate) fn instant(self, fact: &str, instant: Instant) -> Self {
        self.value(fact, |_| Some(Value::Instant(instant)))
    }

    pub(crate) fn date(self, fact: &str, date: Date) -> Self {
        self.value(fact, |_| Some(Value::Date(date)))
    }

    pub(crate) fn duration(self, fact: &str, duration: &str) -> Self {
        self.value(fact, |_| {
            duration.parse::<Duration>().ok().map(Value::Duration)
        })
    }

    pub(crate) fn part(self, part: &str, who: &Member) -> Self {
        self.change(|event| event.parts.push((part.to_owned(), who.name.clone())))
    }

    /// Who holds a role for this case.
    pub(crate) fn holder(mut self, role: &str, who: &Member) -> Self {
        let Some(role) = self.tape.words.roles.get(role).copied() else {
            self.tape.missing.insert(format!("role {role}"));
            return self;
        };
        if let Some(event) = &mut self.event {
            event.holders.push((role, who.name.clone()));
        }
        self
    }

    pub(crate) fn proof(mut self, proof: &str) -> Self {
        let Some(proof) = self.tape.words.proofs.get(proof).copied() else {
            self.tape.missing.insert(format!("proof {proof}"));
            return self;
        };
        if let Some(event) = &mut self.event {
            event.proofs.push(proof);
        }
        self
    }

    /// Only if it is so: `entry.only_if(known, |entry| entry.text(…))`.
    pub(crate) fn only_if(self, so: bool, change: impl FnOnce(Self) -> Self) -> Self {
        if so { change(self) } else { self }
    }

    /// An exception was granted for this case.
    pub(crate) fn granted(
        self,
        code: &str,
        id: &str,
        handling: Handling,
        expires: Instant,
    ) -> Self {
        let rule = rule(code, id);
        self.change(|event| event.what = OwnedWhat::Granted(rule, handling, Some(expires)))
    }
}

fn rule(code: &str, id: &str) -> RuleKey {
    RuleKey {
        code: code.to_owned(),
        id: id.to_owned(),
    }
}

impl Drop for Entry<'_, '_> {
    fn drop(&mut self) {
        if let Some(event) = self.event.take() {
            self.tape.events.push(event);
        }
    }
}
