//! Reading a set of documents.
//!
//! Outlines first, so that a sentence may refer to any table, rule or section of the set; then sentences, those whose
//! case another rule gives after that rule; then tables, with the case of the rules that read them.

mod times;

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{RuleKey, Sentence, Table, TableKey, TextRange};
use crate::diagnostic::Diagnostic;
use crate::document::{Document, Rule};
use crate::outline::{self, Block, Outline};
use crate::register::{NounId, Register};
use crate::sentence::{self, Reading, Scope};
use crate::tables;
use crate::words;
pub(crate) use times::tables_of;
use times::{no_times, times_of};

/// A document's text and the name that messages show.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's name.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// A set of documents that were read together.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// The documents, in the order of their sources.
    pub documents: Vec<Document>,
    /// What was found while reading, in the order of the texts.
    pub diagnostics: Vec<Diagnostic>,
    /// The noun that each rule is about.
    pub(crate) cases: BTreeMap<RuleKey, NounId>,
    /// The record on which the steps of each rule hang.
    steps: BTreeMap<RuleKey, NounId>,
}

impl Library {
    /// The rule of this name, with its document.
    pub fn rule(&self, key: &RuleKey) -> Option<(&Document, &Rule)> {
        let document = self
            .documents
            .iter()
            .find(|document| document.header.code == key.code)?;
        Some((document, document.rule(&key.id)?))
    }

    /// The table of this name.
    pub fn table(&self, key: &TableKey) -> Option<&Table> {
        let document = self
            .documents
            .iter()
            .find(|document| document.header.code == key.code)?;
        document.tables.iter().find(|table| table.key == *key)
    }
}

/// Reads documents as one set. Never fails: what cannot be read is named by a diagnostic and left out.
pub fn read(register: &Register, sources: &[Source<'_>]) -> Library {
    let mut diagnostics = Vec::new();
    let outlines: Vec<Outline> = sources
        .iter()
        .enumerate()
        .map(|(index, source)| outline::outline(register, index, source.text, &mut diagnostics))
        .collect();
    let mut reader = Reader::new(register, sources, &outlines, diagnostics);
    reader.identities();
    reader.procedures();
    reader.sentences();
    reader.finish()
}

/// Reads some blocks of a document again in a text that says the same otherwise; all else is known from the library.
/// Gives what each block says now, and whether reading it found nothing to complain of.
pub(crate) fn read_again(
    register: &Register,
    library: &Library,
    document: usize,
    text: &str,
    blocks: &[usize],
) -> Vec<(Option<Sentence>, bool)> {
    let sources: Vec<Source<'_>> = library
        .documents
        .iter()
        .enumerate()
        .map(|(index, other)| Source {
            path: &other.path,
            text: if index == document { text } else { &other.text },
        })
        .collect();
    let mut ignored = Vec::new();
    let outlines: Vec<Outline> = sources
        .iter()
        .enumerate()
        .map(|(index, source)| outline::outline(register, index, source.text, &mut ignored))
        .collect();
    let mut reader = Reader::new(register, &sources, &outlines, Vec::new());
    reader.cases.clone_from(&library.cases);
    reader.steps.clone_from(&library.steps);
    let mut found = Vec::new();
    for block in blocks {
        let before = reader.diagnostics.len();
        reader.sentence((document, *block), false);
        let rule = reader
            .rules
            .get_mut(document)
            .and_then(|rules| rules.get_mut(*block))
            .and_then(Option::take);
        let clean = reader.diagnostics.len() == before;
        found.push((rule.and_then(|rule| rule.sentence), clean));
    }
    found
}

struct Reader<'r> {
    register: &'r Register,
    sources: &'r [Source<'r>],
    outlines: &'r [Outline],
    cases: BTreeMap<RuleKey, NounId>,
    steps: BTreeMap<RuleKey, NounId>,
    /// What procedures list, also those whose head cannot be read.
    listed: BTreeSet<RuleKey>,
    /// Of each rule that has no case yet, the one that it waits for.
    waits: BTreeMap<RuleKey, RuleKey>,
    /// The rule of each block, once it is read.
    rules: Vec<Vec<Option<Rule>>>,
    /// Steps written in place, by document and block.
    in_place: Vec<(usize, usize, Rule)>,
    diagnostics: Vec<Diagnostic>,
}

impl<'r> Reader<'r> {
    fn new(
        register: &'r Register,
        sources: &'r [Source<'r>],
        outlines: &'r [Outline],
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self {
            register,
            sources,
            outlines,
            cases: BTreeMap::new(),
            steps: BTreeMap::new(),
            listed: BTreeSet::new(),
            waits: BTreeMap::new(),
            rules: outlines
                .iter()
                .map(|outline| vec![None; outline.blocks.len()])
                .collect(),
            in_place: Vec::new(),
            diagnostics,
        }
    }

    /// Every block once, as (document, block).
    fn places(&self) -> Vec<(usize, usize)> {
        let blocks = |(document, outline): (usize, &Outline)| {
            (0..outline.blocks.len())
                .map(move |block| (document, block))
                .collect::<Vec<_>>()
        };
        self.outlines.iter().enumerate().flat_map(blocks).collect()
    }

    fn block(&self, place: (usize, usize)) -> Option<(&'r Outline, &'r Block, &'r str)> {
        let outline = self.outlines.get(place.0)?;
        Some((
            outline,
            outline.blocks.get(place.1)?,
            self.sources.get(place.0)?.text,
        ))
    }

    fn key(&self, place: (usize, usize)) -> RuleKey {
        self.block(place).map_or_else(
            || RuleKey {
                code: String::new(),
                id: String::new(),
            },
            |(outline, block, _)| RuleKey {
                code: outline.header.code.clone(),
                id: block.id.clone(),
            },
        )
    }

    fn words(&self, document: usize, range: TextRange) -> Vec<words::Word> {
        let (Some(outline), Some(source)) =
            (self.outlines.get(document), self.sources.get(document))
        else {
            return Vec::new();
        };
        let blank = |name: &str| {
            outline
                .blanks
                .get(name)
                .and_then(|blank| blank.value.clone())
        };
        words::split(source.text, range, &blank)
    }

    /// Says which identities and codes are used twice.
    fn identities(&mut self) {
        let mut first: BTreeMap<RuleKey, (usize, usize)> = BTreeMap::new();
        let mut codes: BTreeMap<String, usize> = BTreeMap::new();
        for (index, outline) in self.outlines.iter().enumerate() {
            if !outline.header.code.is_empty()
                && codes.insert(outline.header.code.clone(), index).is_some()
            {
                let what = format!("the code {} is used twice", outline.header.code);
                let message = Diagnostic::new("K301", index, TextRange { start: 0, end: 3 }, what);
                self.diagnostics.push(
                    message
                        .because("A code names one document of the set.")
                        .suggest("Give this document another code."),
                );
            }
        }
        for place in self.places() {
            let key = self.key(place);
            let Some((_, block, text)) = self.block(place) else {
                continue;
            };
            if key.id.is_empty() {
                continue;
            }
            if let Some(before) = first.get(&key) {
                let line = self.block(*before).map_or(0, |(_, block, _)| {
                    crate::diagnostic::position(text, block.info.start).0
                });
                let message = Diagnostic::new(
                    "K301",
                    place.0,
                    block.info,
                    format!("the identity “{}” is used twice", key.id),
                );
                self.diagnostics.push(
                    message
                        .because(format!("It stands first in line {line}; everything that is counted hangs on it."))
                        .suggest("Give this rule an identity of its own."),
                );
            } else {
                first.insert(key, place);
            }
        }
    }

    /// Finds the record on which the steps of each procedure hang, before any step is read.
    fn procedures(&mut self) {
        for place in self.places() {
            let key = self.key(place);
            let Some((_, block, text)) = self.block(place) else {
                continue;
            };
            let (head, items) = sentence::item_ranges(text, block.body);
            let words = self.words(place.0, head);
            if !words.first().is_some_and(|word| word.is("procedure")) || items.is_empty() {
                continue;
            }
            let scope = self.scope(place.0, false);
            let reading = sentence::read(&scope, words, head, "", &key);
            let record = match reading.sentence {
                Some(Sentence::Procedure(procedure)) => {
                    Some(procedure.record.last().copied().unwrap_or(procedure.case))
                }
                _ => None,
            };
            let mut steps = Vec::new();
            for item in items {
                let codes = self.words(place.0, item);
                // The step's own rule is the last one named before its condition or its sentence.
                let own = codes
                    .iter()
                    .take_while(|word| !word.is("if") && !word.is(":"))
                    .filter(|word| word.kind == words::Kind::Code)
                    .last();
                steps.extend(own.map(|word| RuleKey {
                    code: key.code.clone(),
                    id: word.text.clone(),
                }));
            }
            for step in steps {
                self.listed.insert(step.clone());
                if let Some(record) = record {
                    self.steps.entry(step).or_insert(record);
                }
            }
        }
    }

    fn scope(&self, document: usize, may_wait: bool) -> Scope<'_> {
        Scope {
            register: self.register,
            outlines: self.outlines,
            document,
            cases: &self.cases,
            steps: &self.steps,
            may_wait,
        }
    }

    /// Reads all sentences; those that wait for the case of another rule come in a later round.
    fn sentences(&mut self) {
        let mut waiting = self.places();
        let mut may_wait = true;
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut left = Vec::new();
            for place in waiting {
                if !self.sentence(place, may_wait) {
                    left.push(place);
                }
            }
            if left.len() == before {
                for place in &left {
                    self.circle(*place);
                }
                may_wait = false;
            }
            waiting = left;
        }
    }

    /// Says why a sentence can get no case: it waits for itself, or it is a step of no procedure. What only hangs on
    /// such a rule, or is listed by a procedure that cannot be read, is not at fault.
    fn circle(&mut self, place: (usize, usize)) {
        let key = self.key(place);
        let Some((_, block, _)) = self.block(place) else {
            return;
        };
        let words = self.words(place.0, block.body);
        if words.first().is_some_and(|word| word.is("as")) {
            if !self.listed.contains(&key) {
                self.diagnostics.push(
                    Diagnostic::new("K608", place.0, block.info, "a step of no procedure")
                        .because("No procedure lists this rule, so nothing opens it.")
                        .suggest(format!(
                            "Add `{}` to a procedure, or write “When …”.",
                            block.id
                        )),
                );
            }
            return;
        }
        let members = self.circle_of(&key);
        // It is said once, of its first member.
        if members.iter().min() != Some(&key) {
            return;
        }
        let names: Vec<String> = members.iter().map(|key| format!("`{}`", key.id)).collect();
        self.diagnostics.push(
            Diagnostic::new("K305", place.0, block.info, "rules in a circle")
                .because(format!(
                    "Each of these takes its case from the next, and the last from the first: {}.",
                    names.join(", ")
                ))
                .suggest("Let one of them begin with an event."),
        );
    }

    /// The rules that a rule waits for, one after the other, up to itself; empty where it does not come back.
    fn circle_of(&self, key: &RuleKey) -> Vec<RuleKey> {
        let mut members = vec![key.clone()];
        let mut at = key;
        while let Some(next) = self.waits.get(at) {
            if next == key {
                return members;
            }
            if members.contains(next) {
                break;
            }
            members.push(next.clone());
            at = next;
        }
        Vec::new()
    }

    /// Reads one sentence; false where it must wait.
    fn sentence(&mut self, place: (usize, usize), may_wait: bool) -> bool {
        let key = self.key(place);
        let Some((_, block, text)) = self.block(place) else {
            return true;
        };
        let (body, clause) = (block.body, block.clause);
        let (head, items) = sentence::item_ranges(text, body);
        let is_procedure = self
            .words(place.0, head)
            .first()
            .is_some_and(|word| word.is("procedure"));
        let range = if is_procedure { head } else { body };
        let raw = text.get(range.start..range.end).unwrap_or_default();
        let scope = self.scope(place.0, may_wait);
        let mut reading = sentence::read(&scope, self.words(place.0, range), range, raw, &key);
        if let Some(other) = reading.waits_for.take().filter(|_| may_wait) {
            self.waits.insert(key, other);
            return false;
        }
        let mut steps = Vec::new();
        if is_procedure {
            self.items(place, items, &mut reading, &mut steps);
        }
        let Reading {
            sentence,
            case,
            slots,
            says,
            ..
        } = reading;
        self.diagnostics.extend(says);
        if let Some(case) = case {
            self.cases.entry(key.clone()).or_insert(case);
        }
        let inside = text_range(text, body);
        let rule = Rule {
            key,
            clause,
            sentence,
            range: inside,
            slots,
        };
        for step in steps {
            if let Some(Sentence::Duty(duty)) = &step.sentence {
                self.cases.entry(step.key.clone()).or_insert(duty.case);
            }
            self.in_place.push((place.0, place.1, step));
        }
        if let Some(slot) = self
            .rules
            .get_mut(place.0)
            .and_then(|rules| rules.get_mut(place.1))
        {
            *slot = Some(rule);
        }
        true
    }

    fn items(
        &self,
        place: (usize, usize),
        items: Vec<TextRange>,
        reading: &mut Reading,
        steps: &mut Vec<Rule>,
    ) {
        let Some(Sentence::Procedure(procedure)) = &mut reading.sentence else {
            return;
        };
        let record = procedure.record.last().copied().unwrap_or(procedure.case);
        if items.is_empty() {
            let message = Diagnostic::new(
                "K104",
                place.0,
                self.block(place)
                    .map_or(TextRange::default(), |(_, block, _)| block.info),
                "slot missing: steps",
            );
            reading.says.push(
                message.because(
                    "A procedure lists its steps, each on a line that begins with a number.",
                ),
            );
        }
        let scope = self.scope(place.0, false);
        for range in items {
            let mut cursor = sentence::item_cursor(&scope, self.words(place.0, range), range);
            let item = cursor.item(record);
            reading.says.append(&mut cursor.says);
            let Some((item, in_place)) = item else {
                continue;
            };
            procedure.items.push(item);
            reading.slots.append(&mut cursor.slots);
            if let Some(step) = in_place {
                let clause = self.block(place).and_then(|(_, block, _)| block.clause);
                steps.push(Rule {
                    key: step.key,
                    clause,
                    sentence: Some(Sentence::Duty(step.duty)),
                    range: step.range,
                    slots: step.slots,
                });
            }
        }
    }

    /// Reads the tables with the case of the rules that read them, and puts the documents together.
    fn finish(mut self) -> Library {
        let uses = self.table_uses();
        let times = self.time_columns();
        let none = BTreeSet::new();
        let mut documents = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            let Some(outline) = self.outlines.get(index) else {
                continue;
            };
            let mut typed = Vec::new();
            let mut says = Vec::new();
            let scope = self.scope(index, false);
            for raw in &outline.tables {
                let key = TableKey {
                    code: outline.header.code.clone(),
                    number: raw.number.clone(),
                };
                let usage = uses.get(&key).copied().unwrap_or(tables::Use {
                    case: None,
                    stages: false,
                });
                let (table, more) =
                    tables::read(&scope, source.text, raw, &outline.header.code, usage);
                if uses.contains_key(&key) {
                    says.extend(more);
                }
                no_times(index, &table, times.get(&key).unwrap_or(&none), &mut says);
                typed.push(table);
            }
            self.diagnostics.extend(says);
            documents.push(self.document(index, source, outline, typed));
        }
        self.diagnostics.sort_by(|one, other| {
            (one.document, one.range.start, one.code).cmp(&(
                other.document,
                other.range.start,
                other.code,
            ))
        });
        self.diagnostics.dedup();
        Library {
            documents,
            diagnostics: self.diagnostics,
            cases: self.cases,
            steps: self.steps,
        }
    }

    fn document(
        &mut self,
        index: usize,
        source: &Source<'_>,
        outline: &Outline,
        tables: Vec<Table>,
    ) -> Document {
        let mut rules = Vec::new();
        let blocks = self
            .rules
            .get_mut(index)
            .map(std::mem::take)
            .unwrap_or_default();
        for (block, rule) in blocks.into_iter().enumerate() {
            rules.extend(rule);
            let steps = self
                .in_place
                .iter()
                .filter(|(document, at, _)| (*document, *at) == (index, block));
            rules.extend(steps.map(|(_, _, rule)| rule.clone()));
        }
        for (name, blank) in outline
            .blanks
            .iter()
            .filter(|(_, blank)| blank.value.is_none())
        {
            let range = blank.places.first().copied().unwrap_or_default();
            self.diagnostics.push(
                Diagnostic::new("K306", index, range, format!("the blank “{name}” is empty"))
                    .because("A document with an empty blank cannot be approved.")
                    .suggest(format!("Give its value once, as in “[{name}: …]”.")),
            );
        }
        Document {
            path: source.path.to_owned(),
            text: source.text.to_owned(),
            header: outline.header.clone(),
            clauses: outline.clauses.clone(),
            tables,
            rules,
            blanks: outline.blanks.clone(),
            brackets: Document::brackets_of(source.text),
        }
    }

    /// The columns from which rules take a time.
    fn time_columns(&self) -> BTreeMap<TableKey, BTreeSet<usize>> {
        let mut columns: BTreeMap<TableKey, BTreeSet<usize>> = BTreeMap::new();
        for rule in self.rules.iter().flatten().flatten() {
            for (key, column) in rule.sentence.as_ref().map(times_of).unwrap_or_default() {
                columns.entry(key).or_default().insert(column);
            }
        }
        columns
    }

    /// Which tables are read, and by rules on which case.
    fn table_uses(&self) -> BTreeMap<TableKey, tables::Use> {
        let mut uses: BTreeMap<TableKey, tables::Use> = BTreeMap::new();
        for rule in self
            .rules
            .iter()
            .flatten()
            .flatten()
            .chain(self.in_place.iter().map(|(_, _, rule)| rule))
        {
            let case = self.cases.get(&rule.key).copied();
            let stages = matches!(rule.sentence, Some(Sentence::Stages(_)));
            for key in rule.sentence.as_ref().map(tables_of).unwrap_or_default() {
                uses.entry(key).or_insert(tables::Use { case, stages });
            }
        }
        uses
    }
}

/// The range of a block's text without the white space around it.
fn text_range(text: &str, body: TextRange) -> TextRange {
    let inside = text.get(body.start..body.end).unwrap_or_default();
    let lead = inside.len() - inside.trim_start().len();
    TextRange {
        start: body.start + lead,
        end: (body.start + lead + inside.trim().len()).min(body.end),
    }
}
