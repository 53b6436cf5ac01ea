//! Conditions: tests joined by `and` or by `or`.

use crate::ast::{Comparison, Condition, FactRef, StateRef, Test, TestKind, TextRange, Value};
use crate::register::{FactId, FactKind, NounId, PhraseForm, PhraseMeaning, closest};

use super::Cursor;

impl Cursor<'_> {
    /// A condition. `None` after a diagnostic.
    pub(super) fn condition(&mut self) -> Option<Condition> {
        let from = self.at;
        let mut tests = Vec::new();
        let mut joined: Option<&'static str> = None;
        let mut mixed = false;
        loop {
            match self.test() {
                Some(test) => tests.push(test),
                None => {
                    self.pass_test();
                    if tests.is_empty() && !self.is(&["and"]) && !self.is(&["or"]) {
                        return None;
                    }
                }
            }
            let back = self.at;
            let comma = self.eat(&[","]);
            let word = if self.eat(&["and"]) {
                "and"
            } else if self.eat(&["or"]) {
                "or"
            } else {
                self.at = back;
                break;
            };
            if comma && !self.at_test() {
                self.at = back;
                break;
            }
            mixed |= joined.is_some_and(|before| before != word);
            joined = Some(word);
        }
        if mixed {
            let range = self.range(from, self.at);
            self.say(
                "K604",
                range,
                "“and” together with “or”",
                "In one sentence it stays open which of the two binds first.",
                "Write two rules, or define a state by the part in “or” and name it here.",
            );
        }
        Some(if joined == Some("or") {
            Condition::Any(tests)
        } else {
            Condition::All(tests)
        })
    }

    /// Whether a test could begin here: used after a comma, which also ends a condition.
    fn at_test(&self) -> bool {
        !self.is(&["within"]) && !self.is(&["through"]) && !self.is(&["after"])
    }

    /// Passes the words of a test that could not be read.
    fn pass_test(&mut self) {
        self.at += self.extent(&["and", "or", "must"]);
    }

    fn test(&mut self) -> Option<Test> {
        let from = self.at;
        let phrase = self.phrase_test();
        let after_phrase = self.at;
        self.at = from;
        let count = self.says.len();
        let fact = self.fact_test(from);
        // The longer reading is meant: `its progress is known` against a state that is called `known`.
        if let Some(test) = phrase
            && (fact.is_none() || after_phrase >= self.at)
        {
            self.says.truncate(count);
            self.at = after_phrase;
            return Some(test);
        }
        if fact.is_some() || self.says.len() > count {
            return fact;
        }
        self.at = from;
        let end = self.at + self.extent(&["and", "or", "must"]);
        let said = self.said(from, end);
        let near = self.nearest_state(&said);
        let range = self.range(from, end.max(from + 1));
        self.say(
            "K204",
            range,
            "unknown fact or state",
            "A condition tests a fact, a state, or what has happened.",
            &near.map_or_else(String::new, |near| format!("Did you mean “{near}”?")),
        );
        None
    }

    /// What has happened, a state, or a yes-no fact with a phrase of its own.
    fn phrase_test(&mut self) -> Option<Test> {
        let from = self.at;
        let event = self.phrase(PhraseForm::Perfect);
        let state = self.phrase(PhraseForm::Holds);
        let event_wins = match (&event, &state) {
            (Some(event), Some(state)) => event.end >= state.end,
            (event, _) => event.is_some(),
        };
        let hit = if event_wins { event } else { state }?;
        let was = self
            .words
            .get(from..hit.end)
            .unwrap_or_default()
            .iter()
            .any(|word| word.is("was") || word.is("were"));
        self.at = hit.end;
        let path = self.reached(&hit, from);
        let kind = match hit.meaning {
            PhraseMeaning::Act(act) => {
                let range = self.range(from, self.at);
                let within = if self.eat(&["in", "last"]) {
                    Some(self.duration()?)
                } else {
                    None
                };
                TestKind::Event(
                    crate::ast::ActUse {
                        act,
                        path,
                        fact: None,
                        range,
                    },
                    within,
                )
            }
            PhraseMeaning::State(state) => TestKind::State(StateRef {
                path,
                state,
                range: self.range(from, self.at),
            }),
            PhraseMeaning::YesNo(fact) => {
                let fact = FactRef {
                    path,
                    fact,
                    was,
                    range: self.range(from, self.at),
                };
                TestKind::Is(fact, vec![Value::YesNo(true)])
            }
        };
        Some(Test {
            negated: hit.negated,
            kind,
            range: self.range(from, self.at),
        })
    }

    /// `its urgency is high`, `its notes are known`, `the client is Platinum`.
    fn fact_test(&mut self, from: usize) -> Option<Test> {
        if let Some(fact) = self.fact_ref() {
            let mut facts = vec![fact];
            while self.is(&["and"]) || self.is(&["or"]) || self.is(&[","]) {
                let back = self.at;
                self.at += 1;
                self.eat(&["and"]);
                match self.fact_ref() {
                    Some(next) => facts.push(next),
                    None => {
                        self.at = back;
                        break;
                    }
                }
            }
            return self.verb(from, facts);
        }
        let named = self.any_noun(self.at, false)?;
        self.at = named.end;
        if !self.at_verb() {
            self.at = from;
            return None;
        }
        let (was, negated) = self.is_or_was();
        self.noun_is(from, named.noun, named.pronoun, was, negated)
    }

    fn at_verb(&self) -> bool {
        ["is", "are", "was", "were"]
            .iter()
            .any(|verb| self.is(&[verb]))
    }

    /// Passes the verb: whether it is in the past, and whether `not` follows.
    fn is_or_was(&mut self) -> (bool, bool) {
        let was = self.is(&["was"]) || self.is(&["were"]);
        self.at += 1;
        (was, self.eat(&["not"]))
    }

    fn verb(&mut self, from: usize, mut facts: Vec<FactRef>) -> Option<Test> {
        if !self.at_verb() {
            let range = self.range(from, self.at);
            self.say(
                "K103",
                range,
                "a test without “is”",
                "A fact is compared with a value.",
                "Write “is”, “is at least”, “is known” after it.",
            );
            return None;
        }
        let (was, negated) = self.is_or_was();
        for fact in &mut facts {
            fact.was = was;
        }
        if self.eat(&["known"]) {
            return Some(Test {
                negated,
                kind: TestKind::Known(facts),
                range: self.range(from, self.at),
            });
        }
        let fact = facts.pop().filter(|_| facts.is_empty())?;
        let kind = self.compared(fact)?;
        Some(Test {
            negated,
            kind,
            range: self.range(from, self.at),
        })
    }

    fn compared(&mut self, fact: FactRef) -> Option<TestKind> {
        let comparison = self.comparison();
        if let Some(comparison) = comparison {
            let value = self.value_or_say(fact.fact)?;
            self.ordered(&fact);
            return Some(TestKind::Compare(fact, comparison, value));
        }
        if self.eat(&["between"]) {
            let low = self.value_or_say(fact.fact)?;
            if !self.eat(&["and"]) {
                self.say(
                    "K104",
                    self.here(),
                    "slot missing",
                    "“between” stands with two values.",
                    "Write “is between 1 and 5”.",
                );
                return None;
            }
            let high = self.value_or_say(fact.fact)?;
            self.ordered(&fact);
            return Some(TestKind::Between(fact, low, high));
        }
        let values = self.values_or_say(fact.fact)?;
        Some(TestKind::Is(fact, values))
    }

    pub(super) fn comparison(&mut self) -> Option<Comparison> {
        let all: [(&[&str], Comparison); 4] = [
            (&["at", "least"], Comparison::AtLeast),
            (&["at", "most"], Comparison::AtMost),
            (&["above"], Comparison::Above),
            (&["below"], Comparison::Below),
        ];
        all.into_iter()
            .find(|(words, _)| self.eat(words))
            .map(|(_, comparison)| comparison)
    }

    /// Says that a fact without order cannot be compared.
    fn ordered(&mut self, fact: &FactRef) {
        let entry = &self.register()[fact.fact];
        let orderless = matches!(
            entry.kind,
            FactKind::YesNo | FactKind::Text | FactKind::Person | FactKind::List
        ) || entry.kind == FactKind::Choice && !entry.ordered;
        if orderless {
            let reason = format!("The values of {} have no order.", entry.name);
            self.say(
                "K205",
                fact.range,
                "this fact cannot be compared",
                &reason,
                "Name the values: “is phone or chat”.",
            );
        }
    }

    pub(super) fn value_or_say(&mut self, fact: FactId) -> Option<Value> {
        let from = self.at;
        let count = self.says.len();
        let value = self.value_of(fact);
        if value.is_none() && self.says.len() == count {
            let end = from + self.extent(&["or", "and", "must"]).clamp(1, 6);
            let range = self.value_range(from, end);
            self.no_value(fact, range);
            self.at = end.min(self.words.len());
        }
        value
    }

    fn value_range(&self, from: usize, end: usize) -> TextRange {
        if from >= self.words.len() {
            self.here()
        } else {
            self.range(from, end.min(self.words.len()))
        }
    }

    /// Values joined by `or`.
    fn values_or_say(&mut self, fact: FactId) -> Option<Vec<Value>> {
        let mut values = vec![self.value_or_say(fact)?];
        loop {
            let back = self.at;
            self.eat(&[","]);
            if !self.eat(&["or"]) {
                self.at = back;
                break;
            }
            match self.value_of(fact) {
                Some(value) => values.push(value),
                None => {
                    self.at = back;
                    break;
                }
            }
        }
        Some(values)
    }

    /// `the client is Platinum`, `it is new`: a state, a yes-no fact, or a value that belongs to one fact of the noun.
    fn noun_is(
        &mut self,
        from: usize,
        noun: NounId,
        pronoun: bool,
        was: bool,
        negated: bool,
    ) -> Option<Test> {
        let path = match self.reach(noun) {
            _ if pronoun => Vec::new(),
            Some(path) => path,
            None => {
                self.unreached(noun, from, self.at);
                Vec::new()
            }
        };
        let start = self.at;
        let register = self.register();
        let mut found: Vec<(FactId, Option<Value>, usize)> = Vec::new();
        for (id, fact) in register
            .facts()
            .filter(|(_, fact)| register.same_record(fact.noun, noun))
        {
            match fact.kind {
                FactKind::YesNo => {
                    if let Some((named, end)) = self
                        .fact_at(fact.noun, start)
                        .filter(|(named, _)| *named == id)
                    {
                        found.push((named, Some(Value::YesNo(true)), end));
                    }
                }
                FactKind::Choice => {
                    if let Some((value, words)) = self.choice(id) {
                        found.push((id, Some(value), start + words));
                    }
                }
                _ => {}
            }
        }
        let longest = found.iter().map(|(_, _, end)| *end).max()?;
        found.retain(|(_, _, end)| *end == longest);
        // Kinds of one record share their facts by name: those of the noun itself are meant.
        if found
            .iter()
            .any(|(fact, _, _)| register[*fact].noun == noun)
        {
            found.retain(|(fact, _, _)| register[*fact].noun == noun);
        }
        let (fact, value, end) = found.first().copied()?;
        if found.len() > 1 {
            let names: Vec<&str> = found
                .iter()
                .map(|(fact, _, _)| register[*fact].name.as_str())
                .collect();
            let said = self.said(start, end);
            let reason = format!("“{said}” is a value of {}.", names.join(" and of "));
            let suggestion = format!(
                "Say which one: “its {} is {said}”.",
                names.first().unwrap_or(&"fact")
            );
            let range = self.range(start, end);
            self.say(
                "K206",
                range,
                "value belongs to several facts",
                &reason,
                &suggestion,
            );
        }
        self.at = end;
        let range = self.range(from, end);
        let fact = FactRef {
            path,
            fact,
            was,
            range,
        };
        let values = match value {
            Some(Value::YesNo(yes)) => vec![Value::YesNo(yes)],
            Some(first) => {
                let mut values = vec![first];
                while self.is(&["or"]) {
                    self.at += 1;
                    match self.value_of(fact.fact) {
                        Some(value) => values.push(value),
                        None => {
                            self.at -= 1;
                            break;
                        }
                    }
                }
                values
            }
            None => return None,
        };
        Some(Test {
            negated,
            kind: TestKind::Is(fact, values),
            range: self.range(from, self.at),
        })
    }

    /// The nearest state, yes-no fact or fact to the words said.
    fn nearest_state(&self, said: &str) -> Option<String> {
        let register = self.register();
        let fill = |says: &str| {
            let (before, rest) = says.split_once('{').unwrap_or((says, ""));
            let (name, after) = rest.split_once('}').unwrap_or(("", ""));
            let own = register
                .noun(name)
                .is_some_and(|noun| self.case == Some(noun));
            if name.is_empty() {
                says.to_owned()
            } else if own {
                format!("{before}it{after}")
            } else {
                format!("{before}the {name}{after}")
            }
        };
        let states = register.states().map(|(_, state)| fill(&state.says));
        let yes_no = register
            .facts()
            .filter_map(|(_, fact)| fact.says.as_deref().map(fill));
        let owners: Vec<NounId> = self
            .case
            .into_iter()
            .chain(register.noun("client"))
            .collect();
        let facts = register
            .facts()
            .filter(|(_, fact)| owners.contains(&fact.noun))
            .map(|(_, fact)| fact.name.clone());
        let all: Vec<String> = states.chain(yes_no).chain(facts).collect();
        let first_words = said.split(" is ").next().unwrap_or(said);
        // `its urgency`, `the client's tier`: the owner before the fact is no part of its name.
        let bare = first_words
            .split_once(' ')
            .filter(|(owner, _)| *owner == "its" || owner.contains(['\'', '’']))
            .map_or(first_words, |(_, name)| name);
        closest(said, all.iter().map(String::as_str))
            .or_else(|| closest(first_words, all.iter().map(String::as_str)))
            .or_else(|| closest(bare, all.iter().map(String::as_str)))
            .map(str::to_owned)
    }
}
