//! Definitions, stages, terms and retention.

use crate::ast::{Definition, Retention, Sentence, Stages};
use crate::document::Slot;
use crate::register::{FactKind, PhraseForm, PhraseMeaning};

use super::Cursor;

impl Cursor<'_> {
    /// `A client's tier is given by table 5.`, `A client is active if ….`
    pub(super) fn definition(&mut self) -> Option<Definition> {
        if self.has_ahead(&["given", "by"]).is_some() {
            return self.by_table();
        }
        let from = self.at;
        let hit = self.phrase_where(PhraseForm::Holds, &|meaning| {
            !matches!(meaning, PhraseMeaning::Act(_))
        });
        let defined = match hit {
            Some(hit) if !hit.negated => {
                self.at = hit.end;
                Some((hit.noun, hit.meaning))
            }
            _ => self.yes_no_fact(),
        };
        let Some((noun, meaning)) = defined else {
            self.unknown_defined(from);
            return None;
        };
        self.case = Some(noun);
        self.slot(Slot::Head, from);
        let start = self.at;
        if !self.eat(&["if"]) {
            self.unexpected(&["if"]);
            return None;
        }
        let condition = self.condition();
        self.slot(Slot::Condition, start);
        self.ended();
        let condition = condition?;
        Some(match meaning {
            PhraseMeaning::State(state) => Definition::State {
                noun,
                state,
                condition,
            },
            PhraseMeaning::YesNo(fact) => Definition::YesNo {
                noun,
                fact,
                condition,
            },
            PhraseMeaning::Act(_) => return None,
        })
    }

    fn unknown_defined(&mut self, from: usize) {
        self.at = from;
        let known =
            self.any_noun(self.at, false).is_some() || self.any_noun(self.at, true).is_some();
        let end = from + self.extent(&["if"]).max(1);
        let said = self.said(from, end);
        let range = self.range(from, end.min(self.words.len()));
        if !known {
            let hint = self.first_word_hint();
            let reason = "A rule begins with When, Every, As a step, Exception to, Procedure, Target, Measure, Course, Keep, From \
                          version, a term in quotes, or with what must not be done, may be done or is defined.";
            self.say(
                "K101",
                self.here(),
                "no sentence kind begins like this",
                reason,
                &hint,
            );
            return;
        }
        let states: Vec<String> = self
            .register()
            .states()
            .map(|(_, state)| state.says.replace(['{', '}'], ""))
            .collect();
        let near =
            crate::register::closest(&said.to_lowercase(), states.iter().map(String::as_str))
                .map(str::to_owned);
        let near = near.map(|near| format!("Did you mean “a {near}”?"));
        let reason = "A definition says when a state or a yes-no fact of the vocabulary holds.";
        self.say(
            "K204",
            range,
            "unknown fact or state",
            reason,
            &near.unwrap_or_default(),
        );
    }

    /// `A client is new if …`, where `new` is a yes-no fact without a phrase of its own.
    fn yes_no_fact(&mut self) -> Option<(crate::register::NounId, PhraseMeaning)> {
        let from = self.at;
        let named = self.any_noun(self.at, false)?;
        self.at = named.end;
        let found = self
            .eat(&["is"])
            .then(|| self.fact_at(named.noun, self.at))
            .flatten();
        match found {
            Some((fact, end)) if self.register()[fact].kind == FactKind::YesNo => {
                self.at = end;
                Some((named.noun, PhraseMeaning::YesNo(fact)))
            }
            _ => {
                self.at = from;
                None
            }
        }
    }

    fn by_table(&mut self) -> Option<Definition> {
        let from = self.at;
        let owner = self.any_noun(self.at, true).map(|named| named.noun);
        let of = self
            .has_ahead(&["of"])
            .and_then(|ahead| self.any_noun(self.at + ahead + 1, false))
            .map(|named| named.noun);
        self.case = owner.or(of);
        let fact = if self.case.is_some() {
            self.fact_ref()
        } else {
            None
        };
        let Some(fact) = fact else {
            let end = from + self.extent(&["is"]).max(1);
            let said = self.said(from, end);
            let facts: Vec<String> = self
                .register()
                .facts()
                .map(|(_, fact)| format!("{}'s {}", self.register()[fact.noun].says, fact.name))
                .collect();
            let near =
                crate::register::closest(&said.to_lowercase(), facts.iter().map(String::as_str))
                    .map(str::to_owned);
            let near = near.map(|near| format!("Did you mean “a {near}”?"));
            let range = self.range(from, end.min(self.words.len()));
            self.say(
                "K204",
                range,
                "unknown fact",
                "No fact of the vocabulary is called this.",
                &near.unwrap_or_default(),
            );
            return None;
        };
        self.slot(Slot::Head, from);
        let start = self.at;
        if !self.eat(&["is", "given", "by"]) {
            self.unexpected(&["is given by"]);
            return None;
        }
        let table = self.table_ref();
        self.slot(Slot::Rest, start);
        self.ended();
        Some(Definition::Table {
            noun: self.case?,
            fact: fact.fact,
            table: table?,
        })
    }

    /// `A client goes through the stages in table 4 in order; going back needs a reason.`
    pub(super) fn stages(&mut self) -> Option<Stages> {
        let from = self.at;
        let Some(named) = self.any_noun(self.at, false) else {
            let end = from + self.extent(&["goes", "go"]).max(1);
            let nouns = self.register().nouns().map(|(_, noun)| noun.says.as_str());
            let near = crate::register::closest(&self.said(from, end).to_lowercase(), nouns)
                .map(|near| format!("Did you mean “a {near}”?"));
            let range = self.range(from, end.min(self.words.len()));
            self.say(
                "K209",
                range,
                "unknown noun",
                "Stages belong to a noun of the vocabulary.",
                &near.unwrap_or_default(),
            );
            return None;
        };
        self.at = named.end;
        self.case = Some(named.noun);
        self.at += 3;
        self.eat(&["in"]);
        let table = self.table_ref();
        self.eat(&["in", "order"]);
        self.slot(Slot::Head, from);
        self.eat(&[";"]);
        let start = self.at;
        let going_back_needs_reason = self.eat(&["going", "back", "needs", "reason"]);
        self.slot(Slot::Rest, start);
        self.ended();
        Some(Stages {
            noun: named.noun,
            table: table?,
            going_back_needs_reason,
        })
    }

    /// `"Engagement" means ….` The meaning is prose and is kept as it is.
    pub(super) fn term(&mut self, raw: &str) -> Option<Sentence> {
        let word = self.word(0).map(|word| word.text.clone())?;
        let meaning = raw
            .split_once("means")
            .map(|(_, meaning)| meaning.trim())
            .unwrap_or_default();
        self.at = self.words.len();
        self.slot(Slot::Rest, 0);
        if !meaning.ends_with('.') {
            self.say(
                "K102",
                self.here(),
                "the sentence is not ended",
                "A sentence ends with a full stop.",
                "Put a full stop at its end.",
            );
        }
        let meaning = meaning
            .trim_end_matches('.')
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        Some(Sentence::Term(word, meaning))
    }

    /// `Keep interactions for 7 years after the last one, then erase them, unless on legal hold.`
    pub(super) fn retention(&mut self) -> Option<Retention> {
        let from = self.at;
        self.at += 1;
        let mut nouns = Vec::new();
        loop {
            let Some(named) = self.any_noun(self.at, false) else {
                let end = (self.at + self.extent(&["for", "and"]).max(1)).min(self.words.len());
                let range = self.range(self.at, end);
                self.say(
                    "K204",
                    range,
                    "unknown records",
                    "No noun of the vocabulary is called this.",
                    "Name the records by a noun, as in “interactions”.",
                );
                self.at = end;
                break;
            };
            nouns.push(named.noun);
            self.at = named.end;
            let more = self.eat(&[",", "and"]) || self.eat(&["and"]) || self.eat(&[","]);
            if !more {
                break;
            }
        }
        self.case = nouns.first().copied();
        self.slot(Slot::Head, from);
        let start = self.at;
        if !self.eat(&["for"]) {
            self.unexpected(&["for"]);
            return None;
        }
        let span = self.span();
        self.eat(&["after"]);
        let after = if self.eat(&["last", "one"]) {
            None
        } else {
            Some(self.anchor()?.event)
        };
        self.slot(Slot::Deadline, start);
        self.eat(&[","]);
        let start = self.at;
        self.eat(&["then"]);
        let erase = self.eat(&["erase"]);
        if !erase && !self.eat(&["anonymise"]) {
            self.unexpected(&["erase", "anonymise"]);
            return None;
        }
        self.eat(&["them"]);
        self.eat(&[","]);
        self.eat(&["unless", "on", "legal", "hold"]);
        self.slot(Slot::Rest, start);
        self.ended();
        Some(Retention {
            nouns,
            span: span?,
            after,
            erase,
        })
    }
}
