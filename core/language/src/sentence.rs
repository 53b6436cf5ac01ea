//! Reading sentences: recursive descent over words, one function for each production of the grammar.
//!
//! Reading never fails. A slot that cannot be read is named by a diagnostic and left out; the words up to the next
//! slot are passed over, so that one fault gives one message.

mod act;
mod cells;
mod condition;
mod definition;
mod duty;
mod exception;
mod gate;
mod people;
mod phrase;
mod procedure;
mod slots;
mod value;

use std::collections::BTreeMap;

use crate::ast::{Condition, RuleKey, RuleRef, Sentence, TableKey, TableRef, TextRange};
use crate::diagnostic::Diagnostic;
use crate::document::{Slot, SlotText};
use crate::outline::{Outline, RawTable};
use crate::register::{NounId, Register, closest};
use crate::words::{Kind, Word};

pub(crate) use procedure::{item_cursor, item_ranges};
pub(crate) use value::kind_words;

/// What a sentence may refer to.
pub(crate) struct Scope<'s> {
    pub register: &'s Register,
    /// All documents of the set.
    pub outlines: &'s [Outline],
    /// The position of the document being read.
    pub document: usize,
    /// The cases of the rules read so far.
    pub cases: &'s BTreeMap<RuleKey, NounId>,
    /// The record on which the steps of each rule hang, from the procedures read so far.
    pub steps: &'s BTreeMap<RuleKey, NounId>,
    /// Whether to wait for the case of a rule that has not been read yet.
    pub may_wait: bool,
}

/// What reading one sentence gives.
pub(crate) struct Reading {
    pub sentence: Option<Sentence>,
    pub case: Option<NounId>,
    pub slots: Vec<SlotText>,
    pub says: Vec<Diagnostic>,
    /// The rule whose case must be known first; then all else here is void.
    pub waits_for: Option<RuleKey>,
}

/// A place in the words of a sentence, and what has been found so far.
pub(crate) struct Cursor<'s> {
    pub scope: &'s Scope<'s>,
    /// The words without articles.
    words: Vec<Word>,
    /// For each word, where it begins with the article before it.
    leads: Vec<usize>,
    /// The range of the whole sentence.
    whole: TextRange,
    at: usize,
    pub case: Option<NounId>,
    pub says: Vec<Diagnostic>,
    pub slots: Vec<SlotText>,
    pub waits_for: Option<RuleKey>,
    /// A condition that stands after the act instead of before the owner.
    late_condition: Option<Condition>,
}

impl<'s> Cursor<'s> {
    pub fn new(scope: &'s Scope<'s>, all: Vec<Word>, whole: TextRange) -> Self {
        let (mut words, mut leads) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
        let mut lead = None;
        for word in all {
            if word.is_article() {
                lead = lead.or(Some(word.range.start));
                continue;
            }
            leads.push(lead.take().unwrap_or(word.range.start));
            words.push(word);
        }
        Self {
            scope,
            words,
            leads,
            whole,
            at: 0,
            case: None,
            says: Vec::new(),
            slots: Vec::new(),
            waits_for: None,
            late_condition: None,
        }
    }

    pub fn register(&self) -> &'s Register {
        self.scope.register
    }

    fn word(&self, ahead: usize) -> Option<&Word> {
        self.words.get(self.at + ahead)
    }

    fn kind(&self, ahead: usize) -> Option<Kind> {
        self.word(ahead).map(|word| word.kind)
    }

    /// Whether these words come next.
    fn is(&self, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(ahead, text)| self.word(ahead).is_some_and(|word| word.is(text)))
    }

    /// Passes these words if they come next.
    fn eat(&mut self, words: &[&str]) -> bool {
        let found = self.is(words);
        if found {
            self.at += words.len();
        }
        found
    }

    /// Whether these words come anywhere from here on.
    fn has_ahead(&self, words: &[&str]) -> Option<usize> {
        let rest = self.words.get(self.at..).unwrap_or_default();
        rest.windows(words.len().max(1))
            .position(|window| window.iter().zip(words).all(|(word, text)| word.is(text)))
    }

    fn at_end(&self) -> bool {
        self.at >= self.words.len()
    }

    /// The document's range from one word to another, the second excluded.
    fn range(&self, from: usize, to: usize) -> TextRange {
        let start = self
            .leads
            .get(from)
            .copied()
            .unwrap_or(self.whole.end.saturating_sub(1).max(self.whole.start));
        let end = to
            .checked_sub(1)
            .and_then(|last| self.words.get(last))
            .map_or(start + 1, |word| word.range.end);
        TextRange {
            start,
            end: end.max(start),
        }
    }

    /// The range of the next word, or the end of the sentence.
    fn here(&self) -> TextRange {
        if self.at_end() {
            let end = self
                .words
                .last()
                .map_or(self.whole.end, |word| word.range.end);
            return TextRange {
                start: end.saturating_sub(1).max(self.whole.start),
                end,
            };
        }
        self.range(self.at, self.at + 1)
    }

    /// The words of a range of positions, as written.
    fn said(&self, from: usize, to: usize) -> String {
        let words: Vec<&str> = self
            .words
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|word| word.written.as_str())
            .collect();
        words.join(" ").replace(" ,", ",")
    }

    pub fn say(
        &mut self,
        code: &'static str,
        range: TextRange,
        what: &str,
        reason: &str,
        suggestion: &str,
    ) {
        let message = Diagnostic::new(code, self.scope.document, range, what);
        self.says.push(message.because(reason).suggest(suggestion));
    }

    fn slot(&mut self, slot: Slot, from: usize) {
        if self.at > from {
            let range = self.range(from, self.at);
            self.slots.push(SlotText { slot, range });
        }
    }

    /// The number of words up to the next comma, semicolon, full stop or one of these words.
    fn extent(&self, stops: &[&str]) -> usize {
        let rest = self.words.get(self.at..).unwrap_or_default();
        let stop = |word: &Word| {
            word.kind == Kind::Sign && matches!(word.text.as_str(), "," | ";" | "." | ":")
                || stops.iter().any(|s| word.is(s))
        };
        rest.iter().position(stop).unwrap_or(rest.len())
    }

    /// A rule in backticks, with the code of another document before it where named.
    fn rule_ref(&mut self) -> Option<RuleRef> {
        let from = self.at;
        let code = match (self.kind(0), self.kind(1)) {
            (Some(Kind::Word), Some(Kind::Code)) => {
                let written = self
                    .word(0)
                    .map(|word| word.written.clone())
                    .unwrap_or_default();
                if !written
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                {
                    return None;
                }
                self.at += 1;
                written
            }
            (Some(Kind::Code), _) => self.own_code(),
            _ => return None,
        };
        let id = self
            .word(0)
            .map(|word| word.text.clone())
            .unwrap_or_default();
        self.at += 1;
        let range = self.range(from, self.at);
        let key = RuleKey { code, id };
        if !self.rule_exists(&key) {
            let ids = self
                .scope
                .outlines
                .iter()
                .filter(|o| o.header.code == key.code)
                .flat_map(|o| o.blocks.iter());
            let near = closest(&key.id, ids.map(|block| block.id.as_str()))
                .map(|near| format!("Did you mean `{near}`?"));
            let what = if self.outline_of(&key.code).is_some() {
                "no such rule"
            } else {
                "no such document"
            };
            let reason = format!("Nothing is called {} `{}` here.", key.code, key.id);
            self.say("K302", range, what, &reason, &near.unwrap_or_default());
        }
        Some(RuleRef { key, range })
    }

    /// Rules separated by commas, `and` or `or`.
    fn rule_refs(&mut self) -> Vec<RuleRef> {
        let mut refs = Vec::new();
        loop {
            let from = self.at;
            if !refs.is_empty() && !self.eat_joint() {
                break;
            }
            match self.rule_ref() {
                Some(rule) => refs.push(rule),
                None => {
                    self.at = from;
                    break;
                }
            }
        }
        refs
    }

    /// Passes what joins the parts of a list.
    fn eat_joint(&mut self) -> bool {
        self.eat(&[",", "and"]) || self.eat(&["and"]) || self.eat(&["or"]) || self.eat(&[","])
    }

    fn own_code(&self) -> String {
        self.outline().header.code.clone()
    }

    fn outline(&self) -> &'s Outline {
        // INVARIANT: the scope is made for a document of its set.
        static NONE: std::sync::LazyLock<Outline> = std::sync::LazyLock::new(Outline::default);
        self.scope
            .outlines
            .get(self.scope.document)
            .unwrap_or(&NONE)
    }

    fn outline_of(&self, code: &str) -> Option<&'s Outline> {
        let own = self.outline();
        if own.header.code == code {
            return Some(own);
        }
        self.scope
            .outlines
            .iter()
            .find(|outline| outline.header.code == code)
    }

    fn rule_exists(&self, key: &RuleKey) -> bool {
        let built_in = key.id == "review";
        self.scope.steps.contains_key(key)
            || self
                .outline_of(&key.code)
                .is_some_and(|o| built_in || o.ids.contains(&key.id))
    }

    /// The case of another rule. Where it is not known yet, this sentence waits for it.
    fn case_of(&mut self, rule: &RuleRef) -> Option<NounId> {
        let known = self.scope.cases.get(&rule.key).copied();
        if known.is_none() && self.scope.may_wait && self.rule_exists(&rule.key) {
            self.waits_for = Some(rule.key.clone());
        }
        known
    }

    /// `table 6.1`, `table 6.1 of CM`.
    fn table_ref(&mut self) -> Option<TableRef> {
        let from = self.at;
        if !self.eat(&["table"]) {
            return None;
        }
        let number = match self.kind(0) {
            Some(Kind::Number | Kind::Word) => self
                .word(0)
                .map(|word| word.written.clone())
                .unwrap_or_default(),
            _ => {
                self.say(
                    "K103",
                    self.here(),
                    "which table?",
                    "A table is named by the number in its caption.",
                    "Write “table 6.1”.",
                );
                return None;
            }
        };
        self.at += 1;
        let mut code = self.own_code();
        let other = self
            .word(1)
            .map(|word| word.written.clone())
            .unwrap_or_default();
        if self.is(&["of"])
            && self.kind(1) == Some(Kind::Word)
            && other
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        {
            self.at += 2;
            code = other;
        }
        let range = self.range(from, self.at);
        let key = TableKey { code, number };
        if self.raw_table(&key).is_none() {
            let numbers = self.outline_of(&key.code).map(|o| {
                o.tables
                    .iter()
                    .map(|t| t.number.as_str())
                    .collect::<Vec<_>>()
            });
            let reason = match numbers {
                None => format!("No document of the set has the code {}.", key.code),
                Some(numbers) if numbers.is_empty() => {
                    "The document has no captioned table.".to_owned()
                }
                Some(numbers) => format!("The tables are {}.", numbers.join(", ")),
            };
            self.say(
                "K302",
                range,
                "no such table",
                &reason,
                "A table is found by its caption, as in “Table 5: Tiers”.",
            );
        }
        Some(TableRef { key, range })
    }

    fn raw_table(&self, key: &TableKey) -> Option<&'s RawTable> {
        self.outline_of(&key.code)?
            .tables
            .iter()
            .find(|table| table.number == key.number)
    }

    /// The full stop, and nothing after it.
    fn ended(&mut self) {
        if self.eat(&["."]) {
            if !self.at_end() {
                let range = self.range(self.at, self.words.len());
                self.say(
                    "K106",
                    range,
                    "a second sentence in one block",
                    "One block holds one rule, so that each has its own identity.",
                    "Give the second sentence a block of its own.",
                );
            }
        } else if self.at_end() {
            let range = self.here();
            self.say(
                "K102",
                range,
                "the sentence is not ended",
                "A sentence ends with a full stop.",
                "Put a full stop at its end.",
            );
        } else {
            self.unexpected(&[]);
        }
    }

    /// Says that the next word is not understood here, and passes over the rest.
    fn unexpected(&mut self, expected: &[&str]) {
        let word = self
            .word(0)
            .map(|word| word.text.clone())
            .unwrap_or_default();
        let near =
            closest(&word, expected.iter().copied()).map(|near| format!("Did you mean “{near}”?"));
        let reason = if expected.is_empty() {
            "The sentence could end here.".to_owned()
        } else {
            format!("Here may stand: {}.", expected.join(", "))
        };
        self.say(
            "K103",
            self.here(),
            "word not understood here",
            &reason,
            &near.unwrap_or_default(),
        );
    }

    pub fn finish(self, sentence: Option<Sentence>) -> Reading {
        Reading {
            sentence,
            case: self.case,
            slots: self.slots,
            says: self.says,
            waits_for: self.waits_for,
        }
    }
}

/// Reads the sentence of a block. `raw` is the block's text, for those kinds that keep prose.
pub(crate) fn read(
    scope: &Scope<'_>,
    words: Vec<Word>,
    whole: TextRange,
    raw: &str,
    rule: &RuleKey,
) -> Reading {
    let mut cursor = Cursor::new(scope, words, whole);
    let sentence = cursor.sentence(raw, rule);
    cursor.finish(sentence)
}

impl Cursor<'_> {
    fn sentence(&mut self, raw: &str, rule: &RuleKey) -> Option<Sentence> {
        if self.at_end() {
            self.say(
                "K106",
                self.whole,
                "an empty block",
                "A block holds one sentence.",
                "Write the sentence, or take the block out.",
            );
            return None;
        }
        if self.is(&["when"]) || self.is(&["as", "step"]) {
            return self.duty(rule).map(Sentence::Duty);
        }
        if self.is(&["every"]) {
            return self.every();
        }
        if self.is(&["exception", "to"]) {
            return self.exception().map(Sentence::Exception);
        }
        if self.is(&["procedure"]) {
            return self.procedure().map(Sentence::Procedure);
        }
        if self.is(&["target", ":"]) || self.is(&["measure", ":"]) {
            return self.target().map(Sentence::Target);
        }
        if self.is(&["course"]) {
            return self.course().map(Sentence::Course);
        }
        if self.is(&["keep"]) {
            return self.retention().map(Sentence::Retention);
        }
        if self.is(&["from", "version"]) {
            return self.transition().map(Sentence::Transition);
        }
        if self.kind(0) == Some(Kind::Quoted) && self.word(1).is_some_and(|word| word.is("means")) {
            return self.term(raw);
        }
        if self.has_ahead(&["must", "not"]).is_some() {
            return self.gate().map(Sentence::Gate);
        }
        if self.has_ahead(&["goes", "through", "stages"]).is_some()
            || self.has_ahead(&["go", "through", "stages"]).is_some()
        {
            return self.stages().map(Sentence::Stages);
        }
        if self.has_ahead(&["may"]).is_some() {
            return self.permission().map(Sentence::Permission);
        }
        if self.has_ahead(&["is", "given", "by"]).is_some() || self.has_ahead(&["if"]).is_some() {
            return self.definition().map(Sentence::Definition);
        }
        self.say(
            "K101",
            self.here(),
            "no sentence kind begins like this",
            "A rule begins with When, Every, As a step, Exception to, Procedure, Target, Measure, Course, Keep, From version, \
             a term in quotes, or with what must not be done, may be done or is defined.",
            &self.first_word_hint(),
        );
        None
    }

    fn first_word_hint(&self) -> String {
        let starts = [
            "when",
            "every",
            "as",
            "exception",
            "procedure",
            "target",
            "measure",
            "course",
            "keep",
            "from",
        ];
        let first = self
            .word(0)
            .map(|word| word.text.as_str())
            .unwrap_or_default();
        closest(first, starts.into_iter())
            .map_or_else(String::new, |near| format!("Did you mean “{near}”?"))
    }
}
