//! How a mapping understands each column, in words.

use kept_language::{NounId, Register};

use super::{By, ColumnId, Kind, Mapping, Only, SubjectPlan, Test, TestKind, Ties};

/// A column of the log and what the mapping takes it for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ColumnUse {
    /// Its name.
    pub column: String,
    /// What it is taken for: `the time`, `the id of the request`.
    pub uses: Vec<String>,
}

impl Mapping {
    /// What each column that is read is taken for, in the order in which the mapping names them.
    pub fn uses(&self, register: &Register) -> Vec<ColumnUse> {
        let mut uses = Uses {
            register,
            all: self
                .columns
                .iter()
                .map(|column| ColumnUse {
                    column: column.name.clone(),
                    uses: Vec::new(),
                })
                .collect(),
        };
        uses.add(self.time.column, "the time");
        if let Some(column) = self.time.recorded {
            uses.add(column, "when it was recorded");
        }
        if let Ties::Column(column) = self.time.ties {
            uses.add(column, "the order at one instant");
        }
        uses.record(self.subject);
        for (noun, column) in &self.links {
            uses.add(*column, format!("the {}", uses.noun(*noun)));
        }
        if let Some(actor) = &self.actor {
            uses.add(actor.column, "who did it");
        }
        if let Some(activity) = &self.activity {
            uses.add(activity.column, "what happened");
        }
        self.use_events(&mut uses);
        for fact in &self.facts {
            let name = &register[fact.fact].name;
            uses.add(fact.column, format!("the fact {name}"));
        }
        for (part, column) in &self.parts {
            uses.add(*column, format!("the {part}"));
        }
        for (role, column) in &self.holders {
            uses.add(*column, format!("who is {}", register[*role].says));
        }
        uses.all
    }

    fn use_events(&self, uses: &mut Uses<'_>) {
        for event in &self.events {
            let name = uses.event(event.what);
            if event.subject.id != self.subject.id || event.subject.noun != self.subject.noun {
                uses.record(event.subject);
            }
            let which = match event.only {
                Only::Every => "",
                Only::First => ", at the first such line",
                Only::Last => ", at the last such line",
            };
            if let Some(column) = event.at {
                uses.add(column, format!("when {name}{which}"));
            }
            if let Some(column) = event.not_before {
                uses.add(column, format!("the earliest time for: {name}"));
            }
            if let By::Person(column) = event.by {
                uses.add(column, format!("who did it when {name}"));
            }
            if let Kind::Merged(column) | Kind::Split(column) = event.what {
                uses.add(column, "the other record");
            }
            uses.tests(&event.tests, &format!("whether {name}"));
        }
        for state in &self.states {
            let name = uses.event(Kind::Act(state.starts));
            uses.tests(&state.tests, &format!("how long it lasts: {name}"));
        }
    }
}

struct Uses<'r> {
    register: &'r Register,
    all: Vec<ColumnUse>,
}

impl Uses<'_> {
    fn add(&mut self, column: ColumnId, words: impl Into<String>) {
        let words = words.into();
        if let Some(column) = self.all.get_mut(column)
            && !column.uses.contains(&words)
        {
            column.uses.push(words);
        }
    }

    fn record(&mut self, record: SubjectPlan) {
        self.add(
            record.id,
            format!("the id of the {}", self.noun(record.noun)),
        );
    }

    fn tests(&mut self, tests: &[Test], words: &str) {
        for test in tests {
            let words = match &test.kind {
                TestKind::Changes => format!("{words}, by its changes"),
                TestKind::Filled(_) => format!("{words}, by being filled or empty"),
                TestKind::Is(_) | TestKind::IsNot(_) => words.to_owned(),
            };
            self.add(test.column, words);
        }
    }

    fn noun(&self, noun: NounId) -> String {
        self.register[noun].id.replace('-', " ")
    }

    fn event(&self, what: Kind) -> String {
        match what {
            Kind::Act(act) => act_words(self.register, act),
            Kind::Facts => "facts become known".to_owned(),
            Kind::Merged(_) => "it is merged into another".to_owned(),
            Kind::Split(_) => "it is split from another".to_owned(),
        }
    }
}

/// What is said when an act happened: `a request is acknowledged`.
pub fn act_words(register: &Register, act: kept_language::ActId) -> String {
    let entry = &register[act];
    let id = &register[entry.case].id;
    let noun = id.replace('-', " ");
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    match entry.happens.first() {
        Some(words) => words
            .replace(&format!("{{{id}}}"), &format!("{article} {noun}"))
            .replace(['{', '}'], ""),
        None => entry.id.replace('-', " "),
    }
}
