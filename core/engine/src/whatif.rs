//! What-if: two runs over the same log, and what differs.
//!
//! People's behaviour is held fixed: what they did is taken from the log, whatever the other rules would have asked.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use kept_calendar::Period;
use kept_kernel::Instant;
use rustc_hash::{FxHashMap, FxHasher};
use serde::Serialize;

use crate::figures::Figure;
use crate::obligation::{Obligation, Verdict};
use crate::program::Program;

/// What is said with every difference.
pub const BEHAVIOUR_HELD_FIXED: &str = "Behaviour is held fixed: the events are those of the log. Under other rules \
    people may have acted otherwise.";

/// As many cases are shown for each rule and kind of difference.
const MOST_EXAMPLES: usize = 20;

/// Kinds of examples, the most telling first.
const KINDS: usize = 3;
const FLIPPED: usize = 0;
const NEW_OR_DROPPED: usize = 1;
const MOVED: usize = 2;

/// The difference between two runs.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Difference {
    /// What must be said with it.
    pub statement: &'static str,
    /// Whether nothing differs.
    pub empty: bool,
    /// Rule by rule, by name; all rules of both runs.
    pub rules: Vec<RuleDifference>,
    /// Duties that open per role and week, where they differ.
    pub work: Vec<Work>,
}

/// What differs under one rule.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct RuleDifference {
    /// Its full name: `SR/acknowledge`.
    pub rule: String,
    /// Its figures in the first run.
    pub before: Figure,
    /// Its figures in the second run.
    pub after: Figure,
    /// From which verdict to which, and how often.
    pub flips: Vec<Flip>,
    /// Duties of the second run alone.
    pub new: u64,
    /// Duties of the first run alone.
    pub dropped: u64,
    /// Duties with another deadline.
    pub deadlines: u64,
    /// Some of the cases: those whose verdict flips first, then new and dropped ones, then mere moves.
    pub examples: Vec<Example>,
}

/// A change of verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Flip {
    /// In the first run.
    pub from: Verdict,
    /// In the second run.
    pub to: Verdict,
    /// How often.
    pub count: u64,
}

/// One case that differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Example {
    /// Which case.
    pub subject: String,
    /// When its duty opened.
    pub opened_at: String,
    /// Verdict and deadline in the first run.
    pub before: Option<Side>,
    /// Verdict and deadline in the second run.
    pub after: Option<Side>,
}

/// An obligation as one run has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Side {
    /// Its verdict.
    pub verdict: Verdict,
    /// Its deadline.
    pub due_at: Option<String>,
}

/// Work that opens for a role in a week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Work {
    /// The role, in words.
    pub role: String,
    /// The Monday of the week, in the company's zone.
    pub week: String,
    /// Duties in the first run.
    pub before: u64,
    /// Duties in the second run.
    pub after: u64,
}

/// Takes the obligations of both runs, the first run's first, and tells what differs. Of the first run it keeps a few
/// words for each obligation, of the second nothing but what differs.
#[derive(Debug)]
pub struct WhatIf<'p> {
    company: &'p Program,
    renamed: BTreeMap<String, String>,
    first: FxHashMap<(u64, u64), Kept>,
    /// Of keys that several obligations share: how many the first run had, and how many have been matched.
    twins: FxHashMap<(u64, u64), (u64, u64)>,
    rules: BTreeMap<String, RuleDifference>,
    flips: BTreeMap<(String, Verdict, Verdict), u64>,
    examples: BTreeMap<String, [Vec<Example>; KINDS]>,
    work: BTreeMap<(String, Instant), (u64, u64)>,
    week: (Instant, Instant),
}

#[derive(Debug)]
struct Kept {
    subject: Box<str>,
    rule: Box<str>,
    opened_at: Instant,
    due_at: Option<Instant>,
    verdict: Verdict,
}

impl<'p> WhatIf<'p> {
    /// Nothing compared yet. Rules that the second program renames are compared under their old names.
    pub fn new(first: &'p Program, second: &Program) -> Self {
        let renamed = second
            .renamed
            .iter()
            .map(|(new, old)| (full(&new.code, &new.id), full(&old.code, &old.id)))
            .collect();
        let mut whatif = Self {
            company: first,
            renamed,
            first: FxHashMap::default(),
            twins: FxHashMap::default(),
            rules: BTreeMap::new(),
            flips: BTreeMap::new(),
            examples: BTreeMap::new(),
            work: BTreeMap::new(),
            week: (Instant::MAX, Instant::MIN),
        };
        let all = first.rules.iter().chain(second.rules.iter());
        for (_, rule) in all.filter(|(_, rule)| !rule.is_implicit()) {
            let name = whatif.name(&full(&rule.key.code, &rule.key.id));
            whatif.rule(&name);
        }
        whatif
    }

    fn name(&self, name: &str) -> String {
        let old = self.renamed.get(name);
        old.map_or(name, String::as_str).to_owned()
    }

    fn rule(&mut self, name: &str) -> &mut RuleDifference {
        self.rules
            .entry(name.to_owned())
            .or_insert_with(|| RuleDifference {
                rule: name.to_owned(),
                ..RuleDifference::default()
            })
    }

    /// Takes an obligation of the first run.
    pub fn first(&mut self, obligation: &Obligation) {
        let name = full(&obligation.rule.code, &obligation.rule.id);
        self.count_work(obligation, |(before, _)| *before += 1);
        let kept = Kept {
            subject: obligation.subject.as_str().into(),
            rule: name.as_str().into(),
            opened_at: obligation.opened_at,
            due_at: obligation.due_at,
            verdict: obligation.verdict,
        };
        if !obligation.is_level() {
            let counts = &mut self.rule(&name).before.counts;
            counts.add(obligation.verdict);
        }
        let mut key = key(&name, obligation);
        if self.first.contains_key(&key) {
            // A ladder may begin again on one case: its levels are told apart by their order.
            let (had, _) = self.twins.entry(key).or_insert((1, 0));
            key.1 = key.1.wrapping_add(*had);
            *had += 1;
        }
        self.first.insert(key, kept);
    }

    /// Takes an obligation of the second run.
    pub fn second(&mut self, obligation: &Obligation) {
        let name = self.name(&full(&obligation.rule.code, &obligation.rule.id));
        self.count_work(obligation, |(_, after)| *after += 1);
        if !obligation.is_level() {
            let counts = &mut self.rule(&name).after.counts;
            counts.add(obligation.verdict);
        }
        let mut key = key(&name, obligation);
        if let Some((_, matched)) = self.twins.get_mut(&key) {
            key.1 = key.1.wrapping_add(*matched);
            *matched += 1;
        }
        let before = self.first.remove(&key);
        let flipped = before
            .as_ref()
            .is_some_and(|b| b.verdict != obligation.verdict);
        let moved = before
            .as_ref()
            .is_some_and(|b| b.due_at != obligation.due_at);
        if flipped && let Some(before) = &before {
            let flip = (name.clone(), before.verdict, obligation.verdict);
            *self.flips.entry(flip).or_default() += 1;
        }
        let rule = self.rule(&name);
        rule.deadlines += u64::from(moved);
        rule.new += u64::from(before.is_none());
        let kind = match before {
            None => NEW_OR_DROPPED,
            Some(_) if flipped => FLIPPED,
            Some(_) if moved => MOVED,
            Some(_) => return,
        };
        self.show(&name, kind, || Example {
            subject: obligation.subject.clone(),
            opened_at: obligation.opened_at.to_string(),
            before: before.map(|before| side(before.verdict, before.due_at)),
            after: Some(side(obligation.verdict, obligation.due_at)),
        });
    }

    /// Keeps a case to be shown, while there are few of its kind.
    fn show(&mut self, rule: &str, kind: usize, example: impl FnOnce() -> Example) {
        if !self.examples.contains_key(rule) {
            self.examples.insert(rule.to_owned(), Default::default());
        }
        let kinds = self.examples.get_mut(rule);
        if let Some(shown) = kinds.and_then(|kinds| kinds.get_mut(kind))
            && shown.len() < MOST_EXAMPLES
        {
            shown.push(example());
        }
    }

    /// The difference, once both runs are through.
    pub fn finish(mut self) -> Difference {
        let mut dropped: Vec<Kept> = std::mem::take(&mut self.first).into_values().collect();
        dropped.sort_by(|one, other| {
            let order = |kept: &Kept| (kept.opened_at, kept.subject.clone(), kept.due_at);
            order(one).cmp(&order(other))
        });
        for kept in dropped {
            self.rule(&kept.rule).dropped += 1;
            self.show(&kept.rule, NEW_OR_DROPPED, || Example {
                subject: kept.subject.as_ref().to_owned(),
                opened_at: kept.opened_at.to_string(),
                before: Some(side(kept.verdict, kept.due_at)),
                after: None,
            });
        }
        for (name, kinds) in std::mem::take(&mut self.examples) {
            let all = kinds.into_iter().flatten().take(MOST_EXAMPLES);
            self.rule(&name).examples = all.collect();
        }
        for ((name, from, to), count) in std::mem::take(&mut self.flips) {
            self.rule(&name).flips.push(Flip { from, to, count });
        }
        let mut rules: Vec<RuleDifference> = self.rules.into_values().collect();
        for rule in &mut rules {
            rule.before.rate = rule.before.counts.rate();
            rule.after.rate = rule.after.counts.rate();
        }
        let zone = self.company.company_calendar().time_zone().clone();
        let work = self.work.into_iter().filter_map(|((role, week), (b, a))| {
            let monday = week.timestamp().to_zoned(zone.clone());
            (b != a).then(|| Work {
                role,
                week: monday.strftime("%Y-%m-%d").to_string(),
                before: b,
                after: a,
            })
        });
        Difference {
            statement: BEHAVIOUR_HELD_FIXED,
            empty: rules.iter().all(RuleDifference::is_empty),
            rules,
            work: work.collect(),
        }
    }

    fn count_work(&mut self, obligation: &Obligation, count: fn(&mut (u64, u64))) {
        let at = obligation.opened_at;
        if at < self.week.0 || at >= self.week.1 {
            let calendar = self.company.company_calendar();
            self.week = (
                calendar.start_of(Period::Week, at),
                calendar.end_of(Period::Week, at),
            );
        }
        let key = (obligation.owner_role.to_string(), self.week.0);
        count(self.work.entry(key).or_default());
    }
}

impl RuleDifference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.flips.is_empty() && self.new == 0 && self.dropped == 0 && self.deadlines == 0
    }
}

fn full(code: &str, id: &str) -> String {
    format!("{code}/{id}")
}

fn side(verdict: Verdict, due_at: Option<Instant>) -> Side {
    Side {
        verdict,
        due_at: due_at.map(|due| due.to_string()),
    }
}

/// What an obligation is in both runs: rule, subject, opening, cycle, person, level; as two hashes, so that two
/// obligations of a very long log are not taken for one.
fn key(rule: &str, obligation: &Obligation) -> (u64, u64) {
    let hash = |seed: u64| {
        let mut hasher = FxHasher::default();
        seed.hash(&mut hasher);
        rule.hash(&mut hasher);
        obligation.noun.hash(&mut hasher);
        obligation.subject.hash(&mut hasher);
        obligation.learner.hash(&mut hasher);
        obligation.cycle.hash(&mut hasher);
        obligation.level.hash(&mut hasher);
        // A level opens with the breach, which another deadline moves: it is the same level all the same.
        if obligation.level == 0 {
            obligation.opened_at.hash(&mut hasher);
        }
        hasher.finish()
    };
    (hash(1), hash(0x5bd1_e995))
}
