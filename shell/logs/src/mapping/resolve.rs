//! From the file to the plan: every word is looked up, every mistake is kept with its place.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kept_language::{ActId, FactId, NounId, ProofId, Register};
use rustc_hash::FxHashMap;
use toml::{Spanned, Value};

use super::file::{
    ActivitySection, ActorSection, EventSection, FactSection, LogSection, MappingFile,
    StateSection, SubjectSection, TimeSection, Word,
};
use super::{
    ActivityPlan, ActorPlan, By, ColumnId, EventPlan, FactPlan, Kind, LogPlan, Mapping,
    MappingProblem, Only, Policy, StatePlan, SubjectPlan, Test, TestKind, Ties, TimePlan,
    WantedColumn,
};
use crate::input::Encoding;
use crate::phrase::{find_act, find_proof, find_state, nearest_word};
use crate::time::{TimeFormat, TimeReader};
use crate::value::value_of;

impl Mapping {
    /// Reads a mapping file against the register.
    ///
    /// # Errors
    /// Every mistake, with its line and column.
    pub fn parse(text: &str, register: &Register) -> Result<Self, Vec<MappingProblem>> {
        let file = toml::from_str::<MappingFile>(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let (what, help) = reworded(error.message());
            vec![MappingProblem::at(text, at, what, help)]
        })?;
        let mut resolver = Resolver {
            text,
            register,
            columns: Vec::new(),
            problems: Vec::new(),
        };
        let mapping = resolver.mapping(&file);
        if resolver.problems.is_empty() {
            mapping.ok_or_else(Vec::new)
        } else {
            resolver
                .problems
                .sort_by_key(|problem| (problem.line, problem.column));
            Err(resolver.problems)
        }
    }
}

/// The message of the TOML reader as ours: what is wrong, and the nearest key that is known.
fn reworded(message: &str) -> (String, Option<String>) {
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let mut names = rest.split('`').skip(1).step_by(2);
        let found = names.next().unwrap_or_default();
        let known: Vec<&str> = names.collect();
        let help = match nearest_word(found, known.iter().copied()) {
            Some(near) => format!("Did you mean “{near}”?"),
            None => format!("Known here: {}.", known.join(", ")),
        };
        return (format!("There is no key “{found}” here."), Some(help));
    }
    if let Some(rest) = message.strip_prefix("missing field ") {
        let name = rest.trim_matches('`');
        return (format!("The key “{name}” is missing."), None);
    }
    (message.trim().to_owned(), None)
}

struct Resolver<'a> {
    text: &'a str,
    register: &'a Register,
    columns: Vec<WantedColumn>,
    problems: Vec<MappingProblem>,
}

impl Resolver<'_> {
    fn mapping(&mut self, file: &MappingFile) -> Option<Mapping> {
        let log = self.log(&file.log);
        let time = self.time(&file.time);
        let subject = self.subject(&file.subject);
        let links = self.links(&file.links);
        let actor = file.actor.as_ref().map(|section| self.actor(section));
        let mut events = Vec::new();
        let activity = file
            .activity
            .as_ref()
            .map(|section| self.activity(section, subject, &mut events));
        for section in &file.events {
            events.extend(self.event(section, subject));
        }
        let states = file.states.iter();
        let states: Vec<_> = states
            .filter_map(|section| self.state(section, subject?.noun))
            .collect();
        if events.is_empty() && states.is_empty() && self.problems.is_empty() {
            let what = "The mapping names no events.".to_owned();
            let help = "Add [[events]], or [activity] with its means.".to_owned();
            self.problems
                .push(MappingProblem::at(self.text, 0, what, Some(help)));
        }
        let mut times = time
            .as_ref()
            .map(|plan| TimeReader::new(plan.formats.clone(), plan.zone.clone()))?;
        let facts = file
            .facts
            .iter()
            .filter_map(|s| self.fact(s, subject?.noun, &mut times));
        let facts = facts.collect();
        let parts = self.parts(&file.parts, subject);
        let holders = self.holders(&file.holders);
        let mut mapping = Mapping {
            log,
            columns: std::mem::take(&mut self.columns),
            time: time?,
            subject: subject?,
            links,
            actor,
            activity,
            events,
            states,
            facts,
            parts,
            holders,
        };
        name_tested_values(&mut mapping);
        Some(mapping)
    }

    fn problem<T>(&mut self, at: &Spanned<T>, what: String, help: Option<String>) {
        let problem = MappingProblem::at(self.text, at.span().start, what, help);
        self.problems.push(problem);
    }

    fn column(&mut self, word: &Word) -> ColumnId {
        let name = word.get_ref();
        if let Some(known) = self.columns.iter().position(|c| c.name == *name) {
            return known;
        }
        let place = MappingProblem::at(self.text, word.span().start, String::new(), None);
        self.columns.push(WantedColumn {
            name: name.clone(),
            line: place.line,
            column: place.column,
        });
        self.columns.len() - 1
    }

    /// One of a few words; anything else is a problem that lists them.
    fn choice<T: Copy + Default>(&mut self, word: Option<&Word>, known: &[(&str, T)]) -> T {
        let Some(word) = word else {
            return T::default();
        };
        if let Some((_, value)) = known.iter().find(|(name, _)| name == word.get_ref()) {
            return *value;
        }
        let names: Vec<_> = known.iter().map(|(name, _)| format!("“{name}”")).collect();
        let what = format!("“{}” is not known here.", word.get_ref());
        self.problem(word, what, Some(format!("Write {}.", names.join(" or "))));
        T::default()
    }

    fn log(&mut self, section: &LogSection) -> LogPlan {
        let json = self.choice(
            section.format.as_ref(),
            &[("csv", Some(false)), ("json-lines", Some(true))],
        );
        let encoding = self.choice(
            section.encoding.as_ref(),
            &[
                ("utf-8", Encoding::Utf8),
                ("windows-1252", Encoding::Windows1252),
                ("utf-16", Encoding::Utf16),
            ],
        );
        let together = self.choice(
            section.rows.as_ref(),
            &[("together", true), ("in any order", false)],
        );
        let delimiter = match section.delimiter.as_ref() {
            None => b',',
            Some(word) => match word.get_ref().as_bytes() {
                b"tab" => b'\t',
                [one] if one.is_ascii() && *one != b'"' => *one,
                _ => {
                    let what = "A delimiter is one letter, or “tab”.".to_owned();
                    self.problem(word, what, None);
                    b','
                }
            },
        };
        LogPlan {
            json,
            encoding,
            delimiter,
            header: section.columns.clone(),
            missing: section.missing.clone().unwrap_or_default(),
            together,
        }
    }

    fn time(&mut self, section: &TimeSection) -> Option<TimePlan> {
        let column = self.column(&section.column);
        let recorded = section.recorded.as_ref().map(|word| self.column(word));
        let formats = match &section.format {
            None => vec![TimeFormat::Iso],
            Some(value) => self.formats(value)?,
        };
        let zone = match &section.zone {
            None => TimeZone::UTC,
            Some(word) => self.zone(word)?,
        };
        let by_events = self.choice(section.ties.as_ref(), &[("lines", false), ("events", true)]);
        let ties = match (&section.ties_column, by_events) {
            (Some(word), _) => Ties::Column(self.column(word)),
            (None, true) => Ties::Events,
            (None, false) => Ties::Lines,
        };
        Some(TimePlan {
            column,
            formats,
            zone,
            recorded,
            ties,
        })
    }

    fn formats(&mut self, value: &Spanned<Value>) -> Option<Vec<TimeFormat>> {
        let Some(texts) = texts_of(value.get_ref()) else {
            let what = "A time format is a text, or a list of texts.".to_owned();
            self.problem(value, what, None);
            return None;
        };
        let mut formats = Vec::new();
        for text in texts {
            match text.parse() {
                Ok(format) => formats.push(format),
                Err(what) => self.problem(value, format!("{what}."), None),
            }
        }
        Some(formats)
    }

    fn zone(&mut self, word: &Word) -> Option<TimeZone> {
        let found = TimeZone::get(word.get_ref()).ok();
        if found.is_none() {
            let names: Vec<_> = jiff::tz::db().available().map(|n| n.to_string()).collect();
            let near = nearest_word(word.get_ref(), names.iter().map(String::as_str));
            let what = format!("There is no time zone “{}”.", word.get_ref());
            let help = near.unwrap_or_else(|| "Europe/Berlin".to_owned());
            self.problem(word, what, Some(format!("Did you mean “{help}”?")));
        }
        found
    }

    fn noun(&mut self, word: &Word) -> Option<NounId> {
        let name = word.get_ref();
        let found = self
            .register
            .nouns()
            .find(|(_, noun)| noun.id == *name || noun.says == *name || noun.also.contains(name));
        if let Some((id, _)) = found {
            return Some(id);
        }
        let near = nearest_word(
            name,
            self.register.nouns().map(|(_, noun)| noun.says.as_str()),
        );
        let what = format!("No noun of the vocabulary is called “{name}”.");
        self.problem(
            word,
            what,
            near.map(|near| format!("Did you mean “{near}”?")),
        );
        None
    }

    fn subject(&mut self, section: &SubjectSection) -> Option<SubjectPlan> {
        let id = self.column(&section.id);
        let noun = self.noun(&section.noun)?;
        Some(SubjectPlan { noun, id })
    }

    fn links(&mut self, section: &BTreeMap<Word, Word>) -> Vec<(NounId, ColumnId)> {
        let pairs = section.iter();
        pairs
            .filter_map(|(noun, column)| {
                let column = self.column(column);
                Some((self.noun(noun)?, column))
            })
            .collect()
    }

    fn actor(&mut self, section: &ActorSection) -> ActorPlan {
        ActorPlan {
            column: self.column(&section.column),
            system: section.system.clone(),
            client: section.client.clone(),
        }
    }

    fn policy(&mut self, word: Option<&Word>) -> Policy {
        self.choice(
            word,
            &[
                ("count", Policy::Count),
                ("ignore", Policy::Ignore),
                ("error", Policy::Error),
            ],
        )
    }

    fn activity(
        &mut self,
        section: &ActivitySection,
        subject: Option<SubjectPlan>,
        events: &mut Vec<EventPlan>,
    ) -> ActivityPlan {
        let column = self.column(&section.column);
        for (value, word) in &section.means {
            let Some((act, subject)) = self.act(word).zip(subject) else {
                continue;
            };
            events.push(EventPlan {
                what: Kind::Act(act),
                subject,
                tests: vec![Test {
                    column,
                    kind: TestKind::Is(vec![value.clone()]),
                }],
                only: Only::Every,
                at: None,
                not_before: None,
                by: By::Row,
                proofs: self.register[act].proof.into_iter().collect(),
            });
        }
        let nothing = section.nothing.iter().cloned();
        ActivityPlan {
            column,
            named: nothing.collect(),
            otherwise: self.policy(section.otherwise.as_ref()),
        }
    }

    fn act(&mut self, word: &Word) -> Option<ActId> {
        match find_act(self.register, word.get_ref()) {
            Ok(act) => Some(act),
            Err(near) => {
                let what = format!("No event of the vocabulary is called “{}”.", word.get_ref());
                let help = near.map(|near| format!("Did you mean “{near}”?"));
                self.problem(word, what, help);
                None
            }
        }
    }

    fn event(&mut self, section: &EventSection, subject: Option<SubjectPlan>) -> Option<EventPlan> {
        let tests = self.tests(&section.tests);
        let only = self.choice(
            section.only.as_ref(),
            &[
                ("every", Only::Every),
                ("first", Only::First),
                ("last", Only::Last),
            ],
        );
        let at = section.at.as_ref().map(|word| self.column(word));
        let not_before = section.not_before.as_ref().map(|word| self.column(word));
        let by = match &section.by_column {
            Some(word) => By::Person(self.column(word)),
            None => self.choice(
                section.by.as_ref(),
                &[
                    ("client", By::Client),
                    ("system", By::System),
                    ("unknown", By::Unknown),
                ],
            ),
        };
        let subject = match &section.subject {
            Some(section) => self.subject(section),
            None => subject,
        };
        let what = self.kind(section)?;
        let proofs = self.proofs(section, what);
        Some(EventPlan {
            what,
            subject: subject?,
            tests,
            only,
            at,
            not_before,
            by,
            proofs,
        })
    }

    fn kind(&mut self, section: &EventSection) -> Option<Kind> {
        let need = |resolver: &mut Self, word: &Option<Word>, key: &str| {
            if word.is_none() {
                let what = format!("This event needs the key “{key}”: a column.");
                resolver.problem(&section.event, what, None);
            }
            word.as_ref().map(|word| resolver.column(word))
        };
        match section.event.get_ref().as_str() {
            "facts" => Some(Kind::Facts),
            "merged" => need(self, &section.into, "into").map(Kind::Merged),
            "split" => need(self, &section.from, "from").map(Kind::Split),
            _ => self.act(&section.event).map(Kind::Act),
        }
    }

    /// The proofs named, else the act's own: a log that says that it was done is taken at its word.
    fn proofs(&mut self, section: &EventSection, what: Kind) -> Vec<ProofId> {
        let Some(words) = &section.proof else {
            return match what {
                Kind::Act(act) => self.register[act].proof.into_iter().collect(),
                _ => Vec::new(),
            };
        };
        let mut proofs = Vec::new();
        for word in words {
            match find_proof(self.register, word.get_ref()) {
                Ok(proof) => proofs.push(proof),
                Err(near) => {
                    let what =
                        format!("No proof of the vocabulary is called “{}”.", word.get_ref());
                    self.problem(
                        word,
                        what,
                        near.map(|near| format!("Did you mean “{near}”?")),
                    );
                }
            }
        }
        proofs
    }

    fn tests(&mut self, section: &BTreeMap<Word, Spanned<Value>>) -> Vec<Test> {
        let mut tests = Vec::new();
        for (word, value) in section {
            let column = self.column(word);
            let kinds = test_kinds(value.get_ref());
            if kinds.is_empty() {
                let what = format!("A test of “{}” cannot be read.", word.get_ref());
                let help = "Write a text, a list of texts, { not = … }, { filled = true } or { changes = true }.";
                self.problem(value, what, Some(help.to_owned()));
            }
            tests.extend(kinds.into_iter().map(|kind| Test { column, kind }));
        }
        tests
    }

    fn state(&mut self, section: &StateSection, noun: NounId) -> Option<StatePlan> {
        let tests = self.tests(&section.tests);
        let state = match find_state(self.register, noun, section.state.get_ref()) {
            Ok(state) => state,
            Err(near) => {
                let name = section.state.get_ref();
                let what = format!("No state of the vocabulary is called “{name}”.");
                let help = near.map(|near| format!("Did you mean “{near}”?"));
                self.problem(&section.state, what, help);
                return None;
            }
        };
        let register = self.register;
        let starts = match &section.starts {
            Some(word) => self.act(word),
            None => register[state].from.first().copied(),
        };
        let ends = match &section.ends {
            Some(word) => self.act(word),
            None => pure_end(register, state),
        };
        let plan = starts.zip(ends).map(|(starts, ends)| StatePlan {
            starts,
            ends,
            tests,
        });
        if plan.is_none() && section.starts.is_none() {
            let what = "The vocabulary does not say what starts and ends this state.".to_owned();
            self.problem(
                &section.state,
                what,
                Some("Add starts and ends.".to_owned()),
            );
        }
        plan
    }

    fn fact(
        &mut self,
        section: &FactSection,
        noun: NounId,
        times: &mut TimeReader,
    ) -> Option<FactPlan> {
        let column = self.column(&section.column);
        let otherwise = self.policy(section.otherwise.as_ref());
        let fact = self.fact_id(&section.fact, noun)?;
        let entry = &self.register[fact];
        let mut values = FxHashMap::default();
        for (text, value) in &section.values {
            let plain = texts_of(value.get_ref()).and_then(|mut texts| texts.pop());
            let plain = plain.unwrap_or_default();
            match value_of(entry, &plain, times) {
                Some(value) => {
                    values.insert(text.clone(), value);
                }
                None => {
                    let near = nearest_word(&plain, entry.values.iter().map(String::as_str));
                    let what = format!("“{plain}” is no value of “{}”.", entry.name);
                    let help = near.map(|near| format!("Did you mean “{near}”?"));
                    self.problem(value, what, help);
                }
            }
        }
        Some(FactPlan {
            fact,
            column,
            listed: !values.is_empty(),
            values,
            otherwise,
        })
    }

    /// `priority`, of the subject's own noun, or `client.tier`.
    fn fact_id(&mut self, word: &Word, noun: NounId) -> Option<FactId> {
        let register = self.register;
        let name = word.get_ref().as_str();
        let found = match name.split_once('.') {
            Some((noun, fact)) => register
                .noun(noun)
                .and_then(|noun| register.fact(noun, fact)),
            None => register.fact(noun, name),
        };
        if found.is_none() {
            let full =
                |fact: &kept_language::Fact| format!("{}.{}", register[fact.noun].id, fact.name);
            let names: Vec<_> = register.facts().map(|(_, fact)| full(fact)).collect();
            let wanted = if name.contains('.') {
                name.to_owned()
            } else {
                format!("{}.{name}", register[noun].id)
            };
            let near = nearest_word(&wanted, names.iter().map(String::as_str));
            let what = format!("No fact of the vocabulary is called “{name}”.");
            self.problem(
                word,
                what,
                near.map(|near| format!("Did you mean “{near}”?")),
            );
        }
        found
    }

    fn parts(
        &mut self,
        section: &BTreeMap<Word, Word>,
        subject: Option<SubjectPlan>,
    ) -> Vec<(String, ColumnId)> {
        let mut parts = Vec::new();
        for (word, column) in section {
            let name = word.get_ref();
            let known = subject.is_none_or(|s| self.register[s.noun].parts.contains(name));
            if !known {
                let what = format!("The vocabulary has no part “{name}” of this noun.");
                self.problem(word, what, None);
            }
            parts.push((name.clone(), self.column(column)));
        }
        parts
    }

    fn holders(
        &mut self,
        section: &BTreeMap<Word, Word>,
    ) -> Vec<(kept_language::RoleId, ColumnId)> {
        let mut holders = Vec::new();
        for (word, column) in section {
            let column = self.column(column);
            match self.register.role(word.get_ref()) {
                Some(role) => holders.push((role, column)),
                None => {
                    let names = self.register.roles().map(|(_, role)| role.says.as_str());
                    let near = nearest_word(word.get_ref(), names);
                    let what = format!("No role of the vocabulary is called “{}”.", word.get_ref());
                    self.problem(
                        word,
                        what,
                        near.map(|near| format!("Did you mean “{near}”?")),
                    );
                }
            }
        }
        holders
    }
}

/// The act that ends a state and does nothing else: one of its ends that ends, voids and reopens no noun.
fn pure_end(register: &Register, state: kept_language::StateId) -> Option<ActId> {
    let noun = &register[register[state].noun];
    let ends = &register[state].to;
    let other = |act: &ActId| {
        [&noun.ends, &noun.voids, &noun.reopens]
            .iter()
            .any(|l| l.contains(act))
    };
    let named = ends
        .iter()
        .find(|act| register[**act].id.starts_with("end-"));
    named
        .or_else(|| ends.iter().find(|act| !other(act)))
        .copied()
}

fn texts_of(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Boolean(yes) => Some(vec![yes.to_string()]),
        Value::Array(list) => {
            let texts = list.iter().map(|item| texts_of(item)?.pop());
            texts.collect()
        }
        _ => None,
    }
}

/// The tests that a value of `if` stands for; none: it cannot be read.
fn test_kinds(value: &Value) -> Vec<TestKind> {
    let Value::Table(table) = value else {
        return texts_of(value).map(TestKind::Is).into_iter().collect();
    };
    let mut kinds = Vec::new();
    for (key, value) in table {
        let kind = match (key.as_str(), value) {
            ("is", value) => texts_of(value).map(TestKind::Is),
            ("not", value) => texts_of(value).map(TestKind::IsNot),
            ("filled", Value::Boolean(yes)) => Some(TestKind::Filled(*yes)),
            ("changes", Value::Boolean(true)) => Some(TestKind::Changes),
            _ => None,
        };
        match kind {
            Some(kind) => kinds.push(kind),
            None => return Vec::new(),
        }
    }
    kinds
}

/// The activity column's values that some test names are named.
fn name_tested_values(mapping: &mut Mapping) {
    let Some(activity) = &mut mapping.activity else {
        return;
    };
    let events = mapping.events.iter().flat_map(|event| &event.tests);
    let states = mapping.states.iter().flat_map(|state| &state.tests);
    for test in events
        .chain(states)
        .filter(|test| test.column == activity.column)
    {
        if let TestKind::Is(values) | TestKind::IsNot(values) = &test.kind {
            activity.named.extend(values.iter().cloned());
        }
    }
}
