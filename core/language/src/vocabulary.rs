//! The words that a writer of rules may use, as a list to read.

use std::fmt;

use serde::Serialize;

use crate::register::{
    Act, Doer, Fact, FactKind, Named, NounId, PhraseForm, Register, shown_phrase,
};
use crate::sentence::kind_words;

/// Every word that a rule may use, sorted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Vocabulary {
    /// The roles.
    pub roles: Vec<Word>,
    /// The nouns with all that can be said of them.
    pub nouns: Vec<NounWords>,
    /// Acts that every noun has, as `erase …`.
    pub every_noun: Vec<String>,
    /// Kinds of proof, for *with …*.
    pub proofs: Vec<Word>,
    /// Figures, for targets and measures.
    pub measures: Vec<MeasureWords>,
    /// Rights that can end.
    pub rights: Vec<Word>,
}

/// A word with its other names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Word {
    /// How it is shown.
    pub says: String,
    /// Other names that are understood.
    pub also: Vec<String>,
}

/// A noun and what can be said of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NounWords {
    /// One.
    pub says: String,
    /// Many.
    pub plural: String,
    /// Other names.
    pub also: Vec<String>,
    /// What can be named from it: `the client` of a request.
    pub reaches: Vec<String>,
    /// What it has many of.
    pub has: Vec<String>,
    /// The persons whom it names.
    pub parts: Vec<String>,
    /// What can be done with it and what can happen to it.
    pub acts: Vec<ActWords>,
    /// States and facts that are yes or no, as they are said.
    pub states: Vec<String>,
    /// Its facts.
    pub facts: Vec<FactWords>,
}

/// An act and its event.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct ActWords {
    /// After *must*; none where nobody can be asked to do it.
    pub must: Option<String>,
    /// After *when*; the first is the usual one.
    pub when: Vec<String>,
    /// After *since the last* and *of the*.
    pub noun: Option<String>,
    /// Who may do it; empty: any member of staff.
    pub by: Vec<String>,
    /// Whether an automatic event counts.
    pub automatic: bool,
    /// What it counts as too.
    pub counts_as: Vec<String>,
}

/// A fact and what it may be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct FactWords {
    /// Its name.
    pub name: String,
    /// Other names.
    pub also: Vec<String>,
    /// What it holds, in words: `a date`, `low < medium < high`.
    pub holds: String,
    /// Whether a later value is judged again.
    pub live: bool,
}

/// A figure.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct MeasureWords {
    /// Its name.
    pub says: String,
    /// What it is: `a percentage`.
    pub holds: String,
    /// Over what it is taken.
    pub population: Option<String>,
}

/// The vocabulary of a register, as phrases that a writer can use.
pub fn vocabulary(register: &Register) -> Vocabulary {
    let mut roles: Vec<Word> = register
        .roles()
        .map(|(_, role)| word(&role.says, &role.also))
        .collect();
    roles.sort();
    let mut nouns: Vec<NounWords> = register.nouns().map(|(id, _)| noun(register, id)).collect();
    nouns.sort_by(|one, other| one.says.cmp(&other.says));
    let mut measures: Vec<MeasureWords> = register
        .measures()
        .map(|(_, measure)| MeasureWords {
            says: measure.says.clone(),
            holds: kind_words(measure.kind).to_owned(),
            population: measure.population.clone(),
        })
        .collect();
    measures.sort();
    let mut every_noun: Vec<String> = register
        .acts()
        .filter(|(_, act)| act.built_in)
        .map(|(_, act)| with_gap(&act.phrase))
        .collect();
    every_noun.sort();
    every_noun.dedup();
    Vocabulary {
        roles,
        nouns,
        every_noun,
        proofs: words(register.proofs().map(|(_, proof)| proof)),
        measures,
        rights: words(register.rights().map(|(_, right)| right)),
    }
}

fn word(says: &str, also: &[String]) -> Word {
    Word {
        says: says.to_owned(),
        also: also.to_vec(),
    }
}

fn words<'r>(named: impl Iterator<Item = &'r Named>) -> Vec<Word> {
    let mut words: Vec<Word> = named.map(|named| word(&named.says, &named.also)).collect();
    words.sort();
    words
}

/// `erase …`: a phrase without its noun.
fn with_gap(phrase: &str) -> String {
    match (phrase.find('{'), phrase.find('}')) {
        (Some(open), Some(close)) if open < close => format!(
            "{}…{}",
            phrase.get(..open).unwrap_or_default(),
            phrase.get(close + 1..).unwrap_or_default()
        ),
        _ => phrase.to_owned(),
    }
}

fn noun(register: &Register, id: NounId) -> NounWords {
    let entry = &register[id];
    let names = |nouns: &[NounId]| {
        let mut names: Vec<String> = nouns
            .iter()
            .map(|noun| register[*noun].says.clone())
            .collect();
        names.sort();
        names
    };
    let mut acts: Vec<ActWords> = register
        .acts()
        .filter(|(_, act)| act.case == id && !act.built_in)
        .map(|(_, found)| act(register, found))
        .collect();
    acts.sort();
    let states = register
        .states()
        .filter(|(_, state)| state.noun == id)
        .map(|(_, state)| &state.says);
    let own = || {
        register
            .facts()
            .filter(|(_, fact)| fact.noun == id)
            .map(|(_, fact)| fact)
    };
    let yes_no = own().filter_map(|fact| fact.says.as_ref());
    let mut states: Vec<String> = states
        .chain(yes_no)
        .map(|says| shown_phrase(register, says, PhraseForm::Holds))
        .collect();
    states.sort();
    let mut facts: Vec<FactWords> = own().filter(|fact| fact.says.is_none()).map(fact).collect();
    facts.sort();
    NounWords {
        says: entry.says.clone(),
        plural: entry.plural.clone(),
        also: entry.also.clone(),
        reaches: names(&entry.reaches),
        has: names(&entry.has),
        parts: entry.parts.clone(),
        acts,
        states,
        facts,
    }
}

fn act(register: &Register, act: &Act) -> ActWords {
    let doer = |doer: &Doer| match doer {
        Doer::Role(role) => register[*role].says.clone(),
        Doer::Part(part) => part.clone(),
        Doer::System => "the system".to_owned(),
        Doer::Client => "the client".to_owned(),
        Doer::Anyone => "anyone".to_owned(),
    };
    let shown = |phrase: &String, form| shown_phrase(register, phrase, form);
    let counts_as = act.counts_as.iter().filter_map(|other| {
        let happens = register[*other].happens.first()?;
        Some(shown(happens, PhraseForm::Happens))
    });
    ActWords {
        must: (!act.phrase.is_empty()).then(|| shown(&act.phrase, PhraseForm::Do)),
        when: act
            .happens
            .iter()
            .map(|happens| shown(happens, PhraseForm::Happens))
            .collect(),
        noun: act.noun.clone(),
        by: act.by.iter().map(doer).collect(),
        automatic: act.automatic,
        counts_as: counts_as.collect(),
    }
}

fn fact(fact: &Fact) -> FactWords {
    let between = if fact.ordered { " < " } else { ", " };
    let holds = if fact.kind == FactKind::Choice {
        fact.values.join(between)
    } else {
        kind_words(fact.kind).to_owned()
    };
    FactWords {
        name: fact.name.clone(),
        also: fact.also.clone(),
        holds,
        live: fact.live,
    }
}

impl fmt::Display for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Vocabulary\n\n## Roles\n")?;
        list(f, &self.roles)?;
        for noun in &self.nouns {
            write!(f, "\n{noun}")?;
        }
        writeln!(f, "\n## Every noun\n")?;
        for act in &self.every_noun {
            writeln!(f, "- must {act}")?;
        }
        writeln!(f, "\n## Proofs\n")?;
        list(f, &self.proofs)?;
        writeln!(f, "\n## Figures\n")?;
        for measure in &self.measures {
            let over = measure
                .population
                .as_ref()
                .map_or_else(String::new, |over| format!(", over {over}"));
            writeln!(f, "- {}: {}{over}", measure.says, measure.holds)?;
        }
        writeln!(f, "\n## Rights that can end\n")?;
        list(f, &self.rights)
    }
}

fn list(f: &mut fmt::Formatter<'_>, words: &[Word]) -> fmt::Result {
    for word in words {
        writeln!(f, "- {}{}", word.says, others(&word.also))?;
    }
    Ok(())
}

fn others(also: &[String]) -> String {
    if also.is_empty() {
        String::new()
    } else {
        format!(" (also: {})", also.join(", "))
    }
}

impl fmt::Display for NounWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "## {}, {}{}\n",
            self.says,
            self.plural,
            others(&self.also)
        )?;
        let links = [
            ("From it are reached", &self.reaches),
            ("It has many", &self.has),
            ("It names", &self.parts),
        ];
        let links: Vec<String> = links
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(lead, names)| format!("{lead}: {}.", names.join(", ")))
            .collect();
        if !links.is_empty() {
            writeln!(f, "{}\n", links.join(" "))?;
        }
        for act in &self.acts {
            writeln!(f, "- {act}")?;
        }
        for state in &self.states {
            writeln!(f, "- if {state}")?;
        }
        for fact in &self.facts {
            let live = if fact.live { "; live" } else { "" };
            writeln!(
                f,
                "- its {}{}: {}{live}",
                fact.name,
                others(&fact.also),
                fact.holds
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for ActWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let must = self.must.iter().map(|must| format!("must {must}"));
        let when = self.when.iter().map(|when| format!("when {when}"));
        let noun = self.noun.iter().map(|noun| format!("the last {noun}"));
        let ways: Vec<String> = must.chain(when).chain(noun).collect();
        write!(f, "{}", ways.join("; "))?;
        let mut notes = Vec::new();
        if !self.by.is_empty() {
            notes.push(format!("by {}", self.by.join(", ")));
        }
        if self.automatic {
            notes.push("automatic counts".to_owned());
        }
        if !self.counts_as.is_empty() {
            notes.push(format!("counts as: {}", self.counts_as.join(", ")));
        }
        if notes.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", notes.join("; "))
        }
    }
}
