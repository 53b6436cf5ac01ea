//! Gates: whether an act may be done, and who may do it all the same.

use kept_kernel::{Duration, Instant};
use kept_language::ActId;
use kept_language::ast::RuleKey;
use std::sync::Arc;

use crate::clock::NEVER;
use crate::event::{Actor, Event};
use crate::filled::Filled;
use crate::machine::Core;
use crate::obligation::{Entry, EntryChange, Verdict};
use crate::program::{
    Cond, ExceptionInfo, GateInfo, Kind, MarkUse, OpensInfo, Owner, PassageInfo, RuleIx, UseIx,
    Wait,
};
use crate::record::{RecordIx, Waiting};
use crate::truth::Truth;

/// Whether an act may be done now.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GateAnswer {
    /// The gates that are shut; none: the act may be done.
    pub shut: Vec<ShutGate>,
}

/// A gate that is shut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShutGate {
    /// Which rule.
    pub rule: RuleKey,
    /// Its clause, as shown: `SR 4.5`.
    pub clause: String,
    /// What is missing: any one of these would open it.
    pub missing: Vec<String>,
    /// Who may pass it all the same, in words, and by which rule.
    pub may_pass: Vec<(String, RuleKey)>,
}

impl GateAnswer {
    /// Whether no gate is shut.
    pub fn is_open(&self) -> bool {
        self.shut.is_empty()
    }
}

/// The first of several instants after one.
struct Until {
    at: Instant,
    first: Instant,
}

impl Until {
    fn not_beyond(&mut self, ends: impl IntoIterator<Item = Instant>) {
        for end in ends.into_iter().filter(|end| *end > self.at) {
            self.first = self.first.min(end);
        }
    }
}

impl Core<'_> {
    /// Counts each act that a gate bars: met, missed because it happened all the same, or excused.
    pub(crate) fn judge_gates(&mut self, hits: &[(UseIx, RecordIx)], event: &Event<'_>) {
        let program = self.program;
        for (used, case) in hits {
            for rule in &program.uses[*used].gates {
                if program.rules[*rule].is_in_force(event.at) {
                    self.judge_gate(*rule, *case, event);
                }
            }
        }
    }

    fn judge_gate(&mut self, rule: RuleIx, case: RecordIx, event: &Event<'_>) {
        let info = &self.program.rules[rule];
        let Kind::Gate(gate) = &info.kind else {
            return;
        };
        if !self.runs(rule) || !self.bars(rule, case, event.at) {
            return;
        }
        let open = self.is_open(case, rule, gate, event.at);
        let waived = self.is_waived(case, info.ident, event.at);
        let (verdict, change) = if open {
            (Verdict::Met, EntryChange::Met)
        } else if waived || self.may_pass(case, gate, event) {
            (Verdict::Excused, EntryChange::Excused)
        } else {
            (Verdict::Missed, EntryChange::Missed)
        };
        let mut filled = self.take_scratch();
        self.fill_gate(&mut filled, rule, case, event);
        let out = &mut filled.out;
        out.verdict = verdict;
        if self.entries {
            out.entries.push(Entry {
                at: event.at,
                change,
                cause: Some(event.place),
            });
        }
        (self.sink)(out);
        self.scratch = Some(filled);
    }

    fn fill_gate(&self, filled: &mut Filled, rule: RuleIx, case: RecordIx, event: &Event<'_>) {
        let info = &self.program.rules[rule];
        let duty = crate::record::Duty::new(rule, info.ident, event.at, event.place);
        self.fill(filled, case, &duty, event.at);
        filled.set_owner_called(match event.actor {
            Actor::Person(person) => Some(person),
            _ => None,
        });
        let out = &mut filled.out;
        out.ended_at = Some(event.at);
        out.discharged_at = None;
        out.entries.clear();
    }

    /// Whether a gate is about this case: its condition, where unknown, counts as true.
    fn bars(&self, rule: RuleIx, case: RecordIx, at: Instant) -> bool {
        let info = &self.program.rules[rule];
        let condition = info.condition.as_ref();
        let holds = condition.map(|condition| self.judge(case, condition, at, None));
        holds != Some(Truth::False) && !self.is_lifted(case, &info.exceptions, at)
    }

    /// An exception to a gate can only say that it does not apply.
    fn is_lifted(&self, case: RecordIx, exceptions: &[ExceptionInfo], at: Instant) -> bool {
        exceptions.iter().any(|exception| {
            let condition = exception.condition.as_ref();
            let in_force = exception.from <= at && at < exception.until;
            in_force
                && condition
                    .is_none_or(|condition| self.judge(case, condition, at, None) == Truth::True)
        })
    }

    /// Whether a gate is open; what is missing is put into words only for those who ask.
    fn is_open(&self, case: RecordIx, rule: RuleIx, gate: &GateInfo, at: Instant) -> bool {
        match &gate.opens {
            OpensInfo::Unless(condition) => self.judge(case, condition, at, None) == Truth::True,
            OpensInfo::While(condition) => self.judge(case, condition, at, None) == Truth::False,
            OpensInfo::Until(passages) => {
                passages
                    .iter()
                    .enumerate()
                    .any(|(index, passage)| match passage {
                        PassageInfo::Event(mark, _) => self.has_happened(case, mark, at),
                        PassageInfo::State(state, _) => self.state(case, state) == Truth::True,
                        PassageInfo::Silence(span, _) => {
                            let wait = self.wait_of(case, rule, index);
                            wait.is_some_and(|wait| self.has_passed(case, wait, *span, at))
                        }
                    })
            }
        }
    }

    fn has_happened(&self, case: RecordIx, mark: &MarkUse, at: Instant) -> bool {
        let last = self.marks(case, mark).last;
        last != NEVER && last >= self.records[case].reopened && last <= at
    }

    fn wait_of(&self, case: RecordIx, rule: RuleIx, index: usize) -> Option<&Waiting> {
        let mut waits = self.records[case].rare.as_ref()?.waits.iter();
        waits.find(|wait| wait.gate == rule && wait.passage == index)
    }

    fn has_passed(&self, case: RecordIx, wait: &Waiting, span: Duration, at: Instant) -> bool {
        let over = self.program.company_calendar().add(wait.since, span);
        let current = wait.since >= self.records[case].reopened;
        current && over <= at && wait.voided >= over
    }

    /// What is missing for a gate to be open; none: it is open.
    fn missing_at(
        &self,
        case: RecordIx,
        rule: RuleIx,
        gate: &GateInfo,
        at: Instant,
    ) -> Option<Vec<String>> {
        let words = |truth: Truth, what: &str| match truth {
            Truth::Unknown(missing) => format!("{} is unknown", self.missing_words(missing)),
            _ => what.to_owned(),
        };
        match &gate.opens {
            OpensInfo::Unless(condition) => match self.judge(case, condition, at, None) {
                Truth::True => None,
                truth => Some(vec![words(truth, "its condition does not hold")]),
            },
            OpensInfo::While(condition) => match self.judge(case, condition, at, None) {
                Truth::False => None,
                truth => Some(vec![words(truth, "what bars it still holds")]),
            },
            OpensInfo::Until(passages) => {
                let mut missing = Vec::new();
                for (index, passage) in passages.iter().enumerate() {
                    missing.push(self.passage_missing(case, (rule, index), passage, at)?);
                }
                Some(missing)
            }
        }
    }

    fn passage_missing(
        &self,
        case: RecordIx,
        (rule, index): (RuleIx, usize),
        passage: &PassageInfo,
        at: Instant,
    ) -> Option<String> {
        let register = &self.program.register;
        let happens = |act: ActId| {
            let phrase = register[act].happens.first();
            phrase.map_or_else(String::new, |phrase| register.with_the_noun(phrase))
        };
        match passage {
            PassageInfo::Event(mark, act) => {
                (!self.has_happened(case, mark, at)).then(|| happens(*act))
            }
            PassageInfo::State(state, id) => {
                let holds = self.state(case, state) == Truth::True;
                (!holds).then(|| register.with_the_noun(&register[*id].says))
            }
            PassageInfo::Silence(span, act) => {
                let Some(wait) = self.wait_of(case, rule, index) else {
                    return Some(format!("{} and {span} pass", happens(*act)));
                };
                (!self.has_passed(case, wait, *span, at))
                    .then(|| format!("{span} pass after {}", happens(*act)))
            }
        }
    }

    /// A wait begins with its anchor and is void from the other event on, unless it is over by then.
    pub(crate) fn wait(
        &mut self,
        case: RecordIx,
        (gate, passage): (RuleIx, usize),
        wait: Wait,
        at: Instant,
    ) {
        let waits = &mut self.records[case].rare_mut().waits;
        let known = waits
            .iter_mut()
            .find(|wait| wait.gate == gate && wait.passage == passage);
        match (wait, known) {
            (Wait::Begins, Some(known)) => {
                known.since = at;
                known.voided = NEVER;
            }
            (Wait::Begins, None) => waits.push(Waiting {
                gate,
                passage,
                since: at,
                voided: NEVER,
            }),
            (Wait::Voids, Some(known)) => known.voided = known.voided.min(at),
            (Wait::Voids, None) => {}
        }
    }

    fn may_pass(&self, case: RecordIx, gate: &GateInfo, event: &Event<'_>) -> bool {
        gate.permissions.iter().any(|permission| {
            let holds = permission
                .condition
                .as_ref()
                .is_none_or(|condition| self.judge(case, condition, event.at, None) == Truth::True);
            let who = match (event.actor, &permission.owner) {
                (Actor::Person(person), owner) => self.holds(case, owner, person, event.at),
                (Actor::Client, Owner::Client) => true,
                _ => false,
            };
            let shown = permission
                .evidence
                .iter()
                .all(|any| any.iter().any(|shown| self.is_shown(case, shown, event)));
            let in_force = permission.from <= event.at && event.at < permission.until;
            in_force && holds && who && shown
        })
    }

    /// Whether an act may be done on a case now.
    pub(crate) fn may(&self, act: ActId, case: RecordIx, at: Instant) -> GateAnswer {
        let mut answer = GateAnswer::default();
        let Some(info) = self.program.act(act) else {
            return answer;
        };
        for used in &info.uses {
            let group = self.program.uses[*used].group;
            let Some(case) = self.reach(case, group) else {
                continue;
            };
            for rule in &self.program.uses[*used].gates {
                answer.shut.extend(self.shut(*rule, case, at));
            }
        }
        answer
    }

    /// Until when that answer stands, where nothing happens: the first instant at which time alone may change it.
    pub(crate) fn may_until(&self, act: ActId, case: RecordIx, at: Instant) -> Instant {
        let mut until = Until { at, first: NEVER };
        let uses = self.program.act(act).map_or(&[][..], |info| &info.uses);
        for used in uses {
            let Some(case) = self.reach(case, self.program.uses[*used].group) else {
                continue;
            };
            for rule in &self.program.uses[*used].gates {
                self.gate_until(*rule, case, &mut until);
            }
        }
        until.first
    }

    fn gate_until(&self, rule: RuleIx, case: RecordIx, until: &mut Until) {
        let info = &self.program.rules[rule];
        let Kind::Gate(gate) = &info.kind else {
            return;
        };
        until.not_beyond([info.from, info.until]);
        if let Some(grant) = self.grant(case, info.ident, until.at) {
            until.not_beyond([grant.expires]);
        }
        let mut conditions: Vec<&Cond> = info.condition.iter().collect();
        for exception in &info.exceptions {
            until.not_beyond([exception.from, exception.until]);
            conditions.extend(&exception.condition);
        }
        match &gate.opens {
            OpensInfo::Unless(condition) | OpensInfo::While(condition) => {
                conditions.push(condition);
            }
            OpensInfo::Until(passages) => {
                let calendar = self.program.company_calendar();
                for (index, passage) in passages.iter().enumerate() {
                    match passage {
                        PassageInfo::Event(mark, _) => {
                            until.not_beyond([self.marks(case, mark).last]);
                        }
                        PassageInfo::State(..) => {}
                        PassageInfo::Silence(span, _) => {
                            let wait = self.wait_of(case, rule, index);
                            until.not_beyond(wait.map(|wait| calendar.add(wait.since, *span)));
                        }
                    }
                }
            }
        }
        for condition in conditions {
            until.not_beyond([self.horizon(case, condition, until.at)]);
            until.not_beyond(self.latest(case, condition));
        }
    }

    fn shut(&self, rule: RuleIx, case: RecordIx, at: Instant) -> Option<ShutGate> {
        let info = &self.program.rules[rule];
        let Kind::Gate(gate) = &info.kind else {
            return None;
        };
        let free = !info.is_in_force(at)
            || !self.bars(rule, case, at)
            || self.is_waived(case, info.ident, at);
        if free {
            return None;
        }
        let missing = self.missing_at(case, rule, gate, at)?;
        let passes = gate.permissions.iter().map(|permission| {
            let key = Arc::clone(&permission.key);
            (permission.owner_words.to_string(), (*key).clone())
        });
        Some(ShutGate {
            rule: (*info.key).clone(),
            clause: info.clause.to_string(),
            missing,
            may_pass: passes.collect(),
        })
    }
}
