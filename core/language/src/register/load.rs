//! Reading the register from TOML.
//!
//! Several files make one register: those of the rooms and those of a company. Ids may be used before the file that
//! defines them; all names are resolved once everything is read.

mod file;

use std::collections::BTreeMap;
use std::fmt;

use self::file::{File, NamedEntry, entry_lines, line_of};
use super::names::{Names, Ways};
use super::nearest::closest;
use super::phrases::PhraseIndex;
use super::shown::Shown;
use super::{
    Act, ActId, Doer, Fact, FactId, FactKind, Measure, Named, Noun, NounId, ProofId, Register,
    Role, State,
};

/// A vocabulary file: its name, as messages show it, and its text.
#[derive(Clone, Copy, Debug)]
pub struct RegisterFile<'a> {
    /// The file's name.
    pub path: &'a str,
    /// Its TOML text.
    pub text: &'a str,
}

/// What is wrong with a vocabulary file, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegisterProblem {
    /// The file's name.
    pub path: String,
    /// The line, counted from 1; 0 where the problem is between files.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for RegisterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// The acts that every noun has, as id prefix, phrase and event.
const EVERY_NOUN_HAS: [(&str, &str, &str); 3] = [
    ("erase", "erase {N}", "{N} is erased"),
    ("hold", "put {N} on legal hold", "{N} is put on legal hold"),
    (
        "note",
        "record the facts of {N}",
        "the facts of {N} are recorded",
    ),
];

impl Register {
    /// Reads the files into one register.
    ///
    /// # Errors
    /// Every problem found: TOML that cannot be read, unknown keys, ids that nothing defines, phrases without their
    /// noun, two entries with one id, and two phrases that collide (K207).
    pub fn load(files: &[RegisterFile<'_>]) -> Result<Self, Vec<RegisterProblem>> {
        let mut loader = Loader::default();
        for file in files {
            loader.read(*file);
        }
        loader.finish()
    }
}

#[derive(Default)]
struct Loader<'a> {
    problems: Vec<RegisterProblem>,
    all: File,
    /// Where each entry stands, by kind and id.
    places: BTreeMap<(&'static str, String), (&'a str, usize)>,
}

impl<'a> Loader<'a> {
    fn problem(&mut self, kind: &'static str, id: &str, message: String) {
        let (path, line) = self
            .places
            .get(&(kind, id.to_owned()))
            .copied()
            .unwrap_or(("vocabulary", 0));
        self.problems.push(RegisterProblem {
            path: path.to_owned(),
            line,
            message,
        });
    }

    fn read(&mut self, file: RegisterFile<'a>) {
        let parsed: File = match toml::from_str(file.text) {
            Ok(parsed) => parsed,
            Err(error) => {
                let line = error
                    .span()
                    .map_or(0, |span| line_of(file.text, span.start));
                let message = error.message().to_owned();
                self.problems.push(RegisterProblem {
                    path: file.path.to_owned(),
                    line,
                    message,
                });
                return;
            }
        };
        let lines = entry_lines(file.text);
        macro_rules! take {
            ($($list:ident),*) => {$(
                for (id, entry) in parsed.$list {
                    let line = lines.get(&(stringify!($list), id.clone())).copied().unwrap_or(0);
                    if let Some((path, first)) = self.places.insert((stringify!($list), id.clone()), (file.path, line)) {
                        self.problems.push(RegisterProblem {
                            path: file.path.to_owned(),
                            line,
                            message: format!("“{id}” stands twice among the {}: first at {path}:{first}.", stringify!($list)),
                        });
                    }
                    self.all.$list.insert(id, entry);
                }
            )*};
        }
        take!(roles, nouns, acts, states, facts, proofs, measures, rights);
    }

    fn finish(mut self) -> Result<Register, Vec<RegisterProblem>> {
        let mut register = Register::default();
        let all = std::mem::take(&mut self.all);
        if !all.nouns.contains_key("company") {
            register.nouns.push(company());
        }
        for (id, entry) in &all.nouns {
            register.nouns.push(Noun {
                says: entry.says.clone().unwrap_or_else(|| id.replace('-', " ")),
                plural: entry
                    .plural
                    .clone()
                    .unwrap_or_else(|| format!("{}s", id.replace('-', " "))),
                also: entry.also.clone(),
                parts: entry.parts.clone(),
                record: entry.record.clone().unwrap_or_else(|| id.clone()),
                ..company()
            });
            if let Some(noun) = register.nouns.last_mut() {
                noun.id.clone_from(id);
            }
        }
        self.words(&mut register, &all);
        self.facts(&mut register, &all);
        self.acts(&mut register, &all);
        self.noun_links(&mut register, &all);
        self.states(&mut register, &all);
        let (index, clashes) = PhraseIndex::build(&register);
        register.index = index;
        register.names = Names::of(&register);
        register.shown = Shown::build(&register);
        register.ways = Ways::of(&register);
        for clash in clashes {
            self.problem(clash.kind, &clash.id, clash.message);
        }
        if self.problems.is_empty() {
            Ok(register)
        } else {
            Err(self.problems)
        }
    }

    fn words(&mut self, register: &mut Register, all: &File) {
        for (id, entry) in &all.roles {
            let says = entry.says.clone().unwrap_or_else(|| id.replace('-', " "));
            register.roles.push(Role {
                id: id.clone(),
                plural: entry.plural.clone().unwrap_or_else(|| format!("{says}s")),
                says,
                also: entry.also.clone(),
                is_client: entry.party.as_deref() == Some("client"),
            });
            if !matches!(entry.party.as_deref(), None | Some("staff" | "client")) {
                self.problem(
                    "roles",
                    id,
                    "The party of a role is “staff” or “client”.".to_owned(),
                );
            }
        }
        let named = |(id, entry): (&String, &NamedEntry)| Named {
            id: id.clone(),
            says: entry.says.clone().unwrap_or_else(|| id.replace('-', " ")),
            also: entry.also.clone(),
        };
        register.proofs = all.proofs.iter().map(named).collect();
        register.rights = all.rights.iter().map(named).collect();
        for (id, entry) in &all.measures {
            let kind = entry
                .kind
                .as_deref()
                .map_or(Some(FactKind::Number), kind_of);
            if kind.is_none() {
                self.problem(
                    "measures",
                    id,
                    "The type of a measure is percent, number, duration or money.".to_owned(),
                );
            }
            register.measures.push(Measure {
                id: id.clone(),
                says: entry.says.clone().unwrap_or_else(|| id.replace('-', " ")),
                kind: kind.unwrap_or(FactKind::Number),
                population: entry.population.clone(),
                statistic: entry.statistic.clone(),
                window: entry.default_window.clone(),
            });
        }
    }

    fn facts(&mut self, register: &mut Register, all: &File) {
        for (key, entry) in &all.facts {
            let Some((noun, name)) = key.split_once('.') else {
                self.problem(
                    "facts",
                    key,
                    format!("Write the noun before the fact, as in \"request.{key}\"."),
                );
                continue;
            };
            let kind = kind_of(&entry.kind).unwrap_or_else(|| {
                let message = format!(
                    "“{}” is no type: write yes-no, choice, number, percent, money, duration, date, instant, text, person or list.",
                    entry.kind
                );
                self.problem("facts", key, message);
                FactKind::Text
            });
            if kind == FactKind::Choice && entry.values.is_empty() {
                self.problem("facts", key, "A choice needs its values.".to_owned());
            }
            let holders: Vec<NounId> = if noun == "common" {
                all.nouns
                    .iter()
                    .filter(|(_, entry)| entry.facts.iter().any(|fact| fact == name))
                    .filter_map(|(id, _)| register.noun(id))
                    .collect()
            } else {
                self.noun(register, noun, "facts", key)
                    .into_iter()
                    .collect()
            };
            for holder in holders {
                register.facts.push(Fact {
                    name: name.to_owned(),
                    noun: holder,
                    kind,
                    values: entry.values.clone(),
                    ordered: entry.ordered,
                    live: entry.live,
                    personal: entry.personal,
                    says: entry.says.clone(),
                    also: entry.also.clone(),
                });
            }
        }
    }

    fn acts(&mut self, register: &mut Register, all: &File) {
        for (id, entry) in &all.acts {
            let case = entry.case.as_deref().map_or_else(
                || hole_noun(register, entry.phrase.iter().chain(&entry.happens)),
                |case| self.noun(register, case, "acts", id),
            );
            let case = case.unwrap_or_else(|| register.company());
            if entry.phrase.is_none() && entry.happens.is_empty() {
                self.problem(
                    "acts",
                    id,
                    "An act needs “do”, “happens”, or both.".to_owned(),
                );
            }
            register.acts.push(Act {
                id: id.clone(),
                phrase: entry.phrase.clone().unwrap_or_default(),
                happens: entry.happens.clone(),
                perfect: entry.perfect.clone(),
                case,
                noun: entry.noun.clone(),
                counts_as: Vec::new(),
                by: Vec::new(),
                automatic: entry.automatic,
                facts: Vec::new(),
                proof: None,
                built_in: false,
            });
        }
        Self::built_in_acts(register);
        for (index, (id, entry)) in all.acts.iter().enumerate() {
            let counts_as = entry
                .counts_as
                .iter()
                .filter_map(|other| self.act(register, other, "acts", id))
                .collect();
            let by = entry
                .by
                .iter()
                .filter_map(|doer| self.doer(register, doer, id))
                .collect();
            let facts = entry
                .facts
                .iter()
                .filter_map(|fact| self.fact(register, fact, id))
                .collect();
            let proof = entry
                .proof
                .as_deref()
                .and_then(|proof| self.proof(register, proof, id));
            if let Some(act) = register.acts.get_mut(index) {
                (act.counts_as, act.by, act.facts, act.proof) = (counts_as, by, facts, proof);
            }
        }
    }

    fn built_in_acts(register: &mut Register) {
        let nouns: Vec<NounId> = register
            .nouns()
            .map(|(id, _)| id)
            .filter(|id| *id != register.company())
            .collect();
        for noun in nouns {
            for (prefix, phrase, event) in EVERY_NOUN_HAS {
                let id = format!("{prefix}-{}", register[noun].id);
                if register.act(&id).is_some() {
                    continue;
                }
                let named = |text: &str| text.replace("{N}", &format!("{{{}}}", register[noun].id));
                register.acts.push(Act {
                    id,
                    phrase: named(phrase),
                    happens: vec![named(event)],
                    perfect: None,
                    case: noun,
                    noun: None,
                    counts_as: Vec::new(),
                    by: Vec::new(),
                    automatic: prefix == "erase",
                    facts: Vec::new(),
                    proof: None,
                    built_in: true,
                });
            }
        }
    }

    fn noun_links(&mut self, register: &mut Register, all: &File) {
        for (id, entry) in &all.nouns {
            let mut nouns = |list: &[String]| -> Vec<NounId> {
                list.iter()
                    .filter_map(|other| self.noun(register, other, "nouns", id))
                    .collect()
            };
            let (reaches, has) = (nouns(&entry.reaches), nouns(&entry.has));
            let mut acts = |list: &[String]| -> Vec<ActId> {
                list.iter()
                    .filter_map(|act| self.act(register, act, "nouns", id))
                    .collect()
            };
            let (begins, ends) = (acts(&entry.begins), acts(&entry.ends));
            let (voids, reopens) = (acts(&entry.voids), acts(&entry.reopens));
            for fact in &entry.facts {
                if !all.facts.contains_key(&format!("common.{fact}")) {
                    self.problem(
                        "nouns",
                        id,
                        format!(
                            "No common fact is called “{fact}”: add [facts.\"common.{fact}\"]."
                        ),
                    );
                }
            }
            let Some(noun) = register.noun(id) else {
                continue;
            };
            if let Some(noun) = register.nouns.get_mut(noun.index()) {
                (noun.reaches, noun.has) = (reaches, has);
                (noun.begins, noun.ends, noun.voids, noun.reopens) = (begins, ends, voids, reopens);
            }
        }
    }

    fn states(&mut self, register: &mut Register, all: &File) {
        for (id, entry) in &all.states {
            let noun = match &entry.noun {
                Some(noun) => self.noun(register, noun, "states", id),
                None => hole_noun(register, std::iter::once(&entry.says)),
            };
            let Some(noun) = noun else {
                self.problem(
                    "states",
                    id,
                    format!(
                        "“{}” needs its noun in braces, as in “{{request}} is open”.",
                        entry.says
                    ),
                );
                continue;
            };
            let from = entry
                .from
                .iter()
                .filter_map(|act| self.act(register, act, "states", id))
                .collect();
            let to = entry
                .to
                .iter()
                .filter_map(|act| self.act(register, act, "states", id))
                .collect();
            register.states.push(State {
                id: id.clone(),
                says: entry.says.clone(),
                noun,
                from,
                to,
            });
        }
    }

    fn noun(
        &mut self,
        register: &Register,
        name: &str,
        kind: &'static str,
        id: &str,
    ) -> Option<NounId> {
        let found = register
            .noun(name)
            .or_else(|| register.noun(&name.replace(' ', "-")));
        if found.is_none() {
            let near = nearest(name, register.nouns().map(|(_, noun)| noun.id.as_str()));
            self.problem(kind, id, format!("No noun is called “{name}”.{near}"));
        }
        found
    }

    fn act(
        &mut self,
        register: &Register,
        name: &str,
        kind: &'static str,
        id: &str,
    ) -> Option<ActId> {
        let found = register.act(name);
        if found.is_none() {
            let near = nearest(name, register.acts().map(|(_, act)| act.id.as_str()));
            self.problem(kind, id, format!("No act has the id “{name}”.{near}"));
        }
        found
    }

    fn fact(&mut self, register: &Register, name: &str, id: &str) -> Option<FactId> {
        let found = name
            .split_once('.')
            .and_then(|(noun, fact)| register.fact(register.noun(noun)?, fact));
        if found.is_none() {
            self.problem(
                "acts",
                id,
                format!("No fact is called “{name}”: write it as \"noun.fact\"."),
            );
        }
        found
    }

    fn proof(&mut self, register: &Register, name: &str, id: &str) -> Option<ProofId> {
        let found = register
            .proofs()
            .find(|(_, proof)| proof.id == name || proof.says == name)
            .map(|(id, _)| id);
        if found.is_none() {
            let near = nearest(name, register.proofs().map(|(_, proof)| proof.id.as_str()));
            self.problem("acts", id, format!("No proof has the id “{name}”.{near}"));
        }
        found
    }

    fn doer(&mut self, register: &Register, name: &str, id: &str) -> Option<Doer> {
        let bare = name.strip_prefix("the ").unwrap_or(name);
        match bare {
            "system" => return Some(Doer::System),
            "client" => return Some(Doer::Client),
            "anyone" => return Some(Doer::Anyone),
            _ => {}
        }
        let by_id = register
            .roles()
            .find(|(_, role)| role.id == bare)
            .map(|(id, _)| id);
        if let Some(role) = by_id.or_else(|| register.role(bare)) {
            return Some(Doer::Role(role));
        }
        if register
            .nouns()
            .any(|(_, noun)| noun.parts.iter().any(|part| part == bare))
            || part_in(&self.all, bare)
        {
            return Some(Doer::Part(bare.to_owned()));
        }
        self.problem(
            "acts",
            id,
            format!("“{name}” is neither a role nor a person that a noun names."),
        );
        None
    }
}

fn part_in(all: &File, part: &str) -> bool {
    all.nouns
        .values()
        .any(|noun| noun.parts.iter().any(|other| other == part))
}

fn company() -> Noun {
    Noun {
        id: "company".to_owned(),
        says: "company".to_owned(),
        plural: "companies".to_owned(),
        also: Vec::new(),
        reaches: Vec::new(),
        has: Vec::new(),
        parts: Vec::new(),
        begins: Vec::new(),
        ends: Vec::new(),
        voids: Vec::new(),
        reopens: Vec::new(),
        record: "company".to_owned(),
    }
}

fn kind_of(text: &str) -> Option<FactKind> {
    Some(match text {
        "yes-no" => FactKind::YesNo,
        "choice" => FactKind::Choice,
        "number" => FactKind::Number,
        "percent" => FactKind::Percent,
        "money" => FactKind::Money,
        "duration" => FactKind::Duration,
        "date" => FactKind::Date,
        "instant" => FactKind::Instant,
        "text" => FactKind::Text,
        "person" => FactKind::Person,
        "list" => FactKind::List,
        _ => return None,
    })
}

/// The noun in the braces of the first of these phrases that has any.
fn hole_noun<'a>(register: &Register, phrases: impl Iterator<Item = &'a String>) -> Option<NounId> {
    for phrase in phrases {
        let inside = phrase
            .split_once('{')
            .and_then(|(_, rest)| rest.split_once('}'))
            .map(|(inside, _)| inside);
        if let Some(noun) = inside.and_then(|name| {
            register
                .noun(name)
                .or_else(|| register.noun(&name.replace(' ', "-")))
        }) {
            return Some(noun);
        }
    }
    None
}

/// “Did you mean …?” with the nearest of the candidates, or nothing.
fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    closest(name, candidates).map_or_else(String::new, |best| format!(" Did you mean “{best}”?"))
}
