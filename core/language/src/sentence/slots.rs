//! The slots after the act: deadline, pauses, unless, evidence, reopening, warnings, escalation.

use crate::ast::{
    ActUse, Anchor, By, DayOrPeriod, Deadline, DeadlineKind, Escalation, Evidence, Level, Proof,
    Reopened, Span, SpanKind, StateRef, Task, Through, Warning, Who, Whom,
};
use crate::document::Slot;
use crate::register::{PhraseForm, closest, of_it};
use crate::words::Kind;

use super::Cursor;

/// What may stand after the act.
const SLOT_WORDS: [&str; 8] = [
    "within",
    "by",
    "pausing",
    "unless",
    "with",
    "if",
    "otherwise",
    "through",
];

/// The slots of a task, while they are read.
#[derive(Default)]
pub(super) struct Slots {
    pub deadline: Option<Deadline>,
    pub pausing: Vec<StateRef>,
    pub unless: Option<crate::ast::Condition>,
    pub evidence: Vec<Evidence>,
    pub reopened: Option<Reopened>,
    pub warnings: Vec<Warning>,
    pub escalation: Option<Escalation>,
    last: Option<Slot>,
}

impl Cursor<'_> {
    /// Who must do what, within, and the slots. `None` after a diagnostic.
    pub(super) fn task(&mut self) -> Option<Task> {
        let from = self.at;
        let who = self.who();
        self.task_of(from, who)
    }

    pub(super) fn task_of(&mut self, from: usize, who: Option<Who>) -> Option<Task> {
        if !self.eat(&["must"]) {
            let must = self.has_ahead(&["must"]);
            // Without an owner the missing owner has been said, or the sentence breaks off before it.
            if who.is_some() {
                let (code, what) = match must {
                    Some(_) => ("K103", "word not understood here"),
                    None => ("K104", "slot missing: must"),
                };
                self.say(
                    code,
                    self.here(),
                    what,
                    "A duty says who must do what.",
                    "Write a role, then “must”, then the act.",
                );
            }
            self.at += must? + 1;
        }
        let personally = self.eat(&["personally"]);
        let act = self.act(who.as_ref());
        let through = self.through();
        self.slot(Slot::Task, from);
        let slots = self.slots_after(&["."]);
        Some(assemble(who?, personally, act?, through, slots))
    }

    /// The slots in whatever order they stand; says K105 where the order is not the fixed one.
    pub(super) fn slots_after(&mut self, ends: &[&str]) -> Slots {
        let mut slots = Slots::default();
        while !self.at_end() && !ends.iter().any(|end| self.is(&[end])) {
            let before = self.at;
            self.one_slot(&mut slots);
            if self.at == before {
                self.unexpected(&SLOT_WORDS);
                self.at += 1;
                self.pass_to_slot();
            }
        }
        slots
    }

    /// Passes over words up to the next slot, the end, or a semicolon.
    fn pass_to_slot(&mut self) {
        let at_slot = |here: &Self| {
            here.is(&["."]) || here.is(&[";"]) || here.is(&[","]) && here.slot_follows()
        };
        while !self.at_end() && !at_slot(self) {
            self.at += 1;
        }
    }

    fn slot_follows(&self) -> bool {
        self.word(1)
            .is_some_and(|word| SLOT_WORDS.iter().any(|slot| word.is(slot)))
    }

    fn one_slot(&mut self, slots: &mut Slots) {
        let comma = self.at;
        if !self.eat(&[","]) {
            self.eat(&[";"]);
        }
        let from = self.at;
        let slot = if self.is(&["within"]) || self.is(&["by"]) {
            let deadline = self.deadline();
            self.keep(&mut slots.deadline, deadline, from);
            Slot::Deadline
        } else if self.is(&["pausing"]) {
            slots.pausing = self.pausing();
            Slot::Pausing
        } else if self.eat(&["unless"]) {
            slots.unless = self.condition();
            Slot::Unless
        } else if self.eat(&["with"]) {
            slots.evidence = self.evidence();
            Slot::Evidence
        } else if self.eat(&["if", "reopened"]) {
            slots.reopened = self.reopened();
            Slot::Reopened
        } else if self.at_duration() && self.warning_follows() {
            if let Some(warning) = self.warning() {
                slots.warnings.push(warning);
            }
            Slot::Warning
        } else if self.is(&["otherwise"]) {
            slots.escalation = self.escalation();
            Slot::Escalation
        } else if self.eat(&["if"]) {
            let range = self.range(from, from + 1);
            self.late_condition = self.condition();
            self.say(
                "K105",
                range,
                "slot out of place",
                "A condition stands before the owner.",
                "Move it: “When …, if …, the … must …”.",
            );
            Slot::Condition
        } else {
            self.at = if self.is(&["."]) || self.at_end() {
                self.at
            } else {
                comma
            };
            return;
        };
        self.slot(slot, from);
        self.in_order(slots, slot, from);
    }

    fn keep<T>(&mut self, into: &mut Option<T>, found: Option<T>, from: usize) {
        if into.is_some() && found.is_some() {
            let range = self.range(from, self.at);
            self.say(
                "K105",
                range,
                "a second deadline",
                "A duty has one deadline.",
                "Take one of them out.",
            );
        } else if found.is_some() {
            *into = found;
        }
    }

    fn in_order(&mut self, slots: &mut Slots, slot: Slot, from: usize) {
        if slot == Slot::Condition {
            return;
        }
        if slots.last.is_some_and(|last| last > slot) {
            let range = self.range(from, self.at);
            let suggestion = "`kept sop fmt` moves it. The order is: within, pausing while, unless, with, if reopened, it warns, otherwise.";
            self.say(
                "K105",
                range,
                "slot out of place",
                "The slots of a sentence have a fixed order.",
                suggestion,
            );
        }
        slots.last = slots.last.max(Some(slot));
    }

    /// `within 1 business hour of …`, `by …`
    pub(super) fn deadline(&mut self) -> Option<Deadline> {
        let from = self.at;
        let kind = if self.eat(&["within"]) {
            let span = self.span()?;
            let anchor = if self.is(&["of"]) || self.is(&["after"]) {
                self.at += 1;
                Some(self.anchor()?)
            } else {
                None
            };
            DeadlineKind::Within(span, anchor)
        } else {
            self.eat(&["by"]);
            DeadlineKind::By(self.by()?)
        };
        let or_next_working_day = self.eat(&["or", "next", "working", "day"])
            || self.eat(&[",", "or", "next", "working", "day"]);
        Some(Deadline {
            kind,
            or_next_working_day,
            range: self.range(from, self.at),
        })
    }

    /// A duration, a duration or a fact, or the answer of a table.
    pub(super) fn span(&mut self) -> Option<Span> {
        let from = self.at;
        if self.at_duration() {
            let duration = self.duration()?;
            let back = self.at;
            self.eat(&[","]);
            if self.eat(&["or"])
                && !self.is(&["next", "working"])
                && let Some(fact) = self.fact_ref()
            {
                self.eat(&[","]);
                return Some(Span {
                    kind: SpanKind::FixedOr(duration, fact),
                    range: self.range(from, self.at),
                });
            }
            self.at = back;
            return Some(Span {
                kind: SpanKind::Fixed(duration),
                range: self.range(from, back),
            });
        }
        let Some(ahead) = self.has_ahead(&["in", "table"]).filter(|ahead| *ahead <= 8) else {
            self.say(
                "K104",
                self.here(),
                "slot missing: until when",
                "After “within” stands a duration or the time in a table.",
                "Write “within 2 hours” or “within the time in table 6.1”.",
            );
            return None;
        };
        let name = self.said(self.at, self.at + ahead).to_lowercase();
        self.at += ahead + 1;
        let table = self.table_ref()?;
        let range = self.range(from, self.at);
        let column = self.answer_column(&table.key, &name, range)?;
        let frozen = self.eat(&["as", "of", "start"]);
        Some(Span {
            kind: SpanKind::Table {
                table,
                column,
                frozen,
            },
            range: self.range(from, self.at),
        })
    }

    /// The answer column of a table with this name; `time` and nothing take the only one.
    fn answer_column(
        &mut self,
        table: &crate::ast::TableKey,
        name: &str,
        range: crate::ast::TextRange,
    ) -> Option<usize> {
        let raw = self.raw_table(table)?;
        let answers = crate::tables::answer_columns(raw);
        let heading = |index: &usize| {
            raw.headings
                .get(*index)
                .map_or("", |heading| heading.name.as_str())
        };
        if let Some(index) = answers
            .iter()
            .find(|index| heading(index) == name || heading(index) == format!("{name} time"))
        {
            return Some(*index);
        }
        if matches!(name, "time" | "" | "answer") && answers.len() == 1 {
            return answers.first().copied();
        }
        let names: Vec<&str> = answers.iter().map(heading).collect();
        let near = closest(name, names.iter().copied())
            .map(|near| format!("Did you mean “the {near} in table {}”?", table.number));
        let reason = format!("Table {} answers: {}.", table.number, names.join(", "));
        self.say(
            "K504",
            range,
            "no such answer in the table",
            &reason,
            &near.unwrap_or_default(),
        );
        None
    }

    /// An event, or the last or first one of an event noun.
    pub(super) fn anchor(&mut self) -> Option<Anchor> {
        let from = self.at;
        let first = self.eat(&["first"]);
        if !first {
            self.eat(&["last"]);
        }
        let event = self.phrase(PhraseForm::Happens);
        let noun = self.phrase(PhraseForm::EventNoun);
        let use_noun = match (&event, &noun) {
            (Some(event), Some(noun)) => noun.end > event.end,
            (event, _) => event.is_none(),
        };
        let form = if use_noun {
            PhraseForm::EventNoun
        } else {
            PhraseForm::Happens
        };
        if let Some(event) = self.act_use(form) {
            return Some(Anchor { event, first });
        }
        self.unknown_event(from);
        None
    }

    /// Says that the words up to the next comma name no event.
    pub(super) fn unknown_event(&mut self, from: usize) {
        let count = self.extent(&["if", "or", "while", "for", "without"]).max(1);
        let end = (self.at + count).min(self.words.len());
        let said = self.said(self.at, end);
        let near = self
            .nearest_event(&said)
            .map(|near| format!("Did you mean “{near}”?"));
        let range = if from >= self.words.len() {
            self.here()
        } else {
            self.range(from, end.max(from + 1))
        };
        self.say(
            "K202",
            range,
            "unknown event",
            "No event of the vocabulary is called this.",
            &near.unwrap_or_default(),
        );
        self.at = end;
    }

    fn nearest_event(&self, said: &str) -> Option<String> {
        let nouns: Vec<&str> = self
            .register()
            .acts()
            .filter_map(|(_, act)| act.noun.as_deref())
            .collect();
        // The words are shown without their articles: the phrase is compared with one put back.
        self.nearest_phrase(PhraseForm::Happens, &format!("a {said}"))
            .or_else(|| self.nearest_phrase(PhraseForm::Happens, said))
            .or_else(|| closest(said, nouns.into_iter()).map(|noun| format!("the {noun}")))
    }

    fn by(&mut self) -> Option<By> {
        if self.eat(&["end", "of"]) {
            if self.eat(&["working", "day"]) {
                return Some(By::EndOf(DayOrPeriod::WorkingDay));
            }
            if self.is(&["day"]) {
                self.at += 1;
                return Some(By::EndOf(DayOrPeriod::Day));
            }
            if let Some(period) = self.period() {
                return Some(By::EndOf(DayOrPeriod::Period(period)));
            }
            self.unexpected(&["day", "working", "week", "month", "quarter", "year"]);
            return None;
        }
        if self.at_duration() {
            let before = self.duration()?;
            if !self.eat(&["before"]) {
                self.unexpected(&["before"]);
                return None;
            }
            return self.fact_or_say().map(|fact| By::Before(before, fact));
        }
        self.fact_or_say().map(By::Fact)
    }

    pub(super) fn fact_or_say(&mut self) -> Option<crate::ast::FactRef> {
        let fact = self.fact_ref();
        if fact.is_none() {
            let count = self
                .extent(&["within", "with", "unless", "is", "are"])
                .max(1);
            let end = (self.at + count).min(self.words.len());
            let said = self.said(self.at, end);
            let names: Vec<&str> = self
                .register()
                .facts()
                .map(|(_, fact)| fact.name.as_str())
                .collect();
            let near =
                closest(&said, names.into_iter()).map(|near| format!("Did you mean “{near}”?"));
            let range = if self.at_end() {
                self.here()
            } else {
                self.range(self.at, end)
            };
            self.say(
                "K204",
                range,
                "unknown fact",
                "No fact of the case or of its client is called this.",
                &near.unwrap_or_default(),
            );
            self.at = end;
        }
        fact
    }

    pub(super) fn pausing(&mut self) -> Vec<StateRef> {
        self.eat(&["pausing"]);
        self.eat(&["while"]);
        let mut states = Vec::new();
        loop {
            let from = self.at;
            match self.state_phrase() {
                Some(state) => states.push(state),
                None => {
                    let end = (from + self.extent(&["or"]).max(1)).min(self.words.len());
                    let said = self.said(from, end);
                    let says: Vec<String> = self
                        .register()
                        .states()
                        .map(|(_, state)| of_it(&state.says))
                        .collect();
                    let near = closest(&said, says.iter().map(String::as_str))
                        .map(|near| format!("Did you mean “{near}”?"));
                    let range = if self.at_end() {
                        self.here()
                    } else {
                        self.range(from, end)
                    };
                    self.say(
                        "K204",
                        range,
                        "unknown state",
                        "A clock pauses in a state of the vocabulary.",
                        &near.unwrap_or_default(),
                    );
                    self.at = end;
                }
            }
            let back = self.at;
            if !self.eat(&["or"]) {
                self.at = back;
                break;
            }
        }
        states
    }

    /// Proofs separated by commas or `and`, each with alternatives in `or`.
    pub(super) fn evidence(&mut self) -> Vec<Evidence> {
        let mut items = Vec::new();
        loop {
            let from = self.at;
            let mut any = Vec::new();
            loop {
                match self.proof() {
                    Some(proof) => any.push(proof),
                    None => self.unknown_proof(),
                }
                if !self.eat(&["or"]) {
                    break;
                }
            }
            if !any.is_empty() {
                items.push(Evidence {
                    any,
                    range: self.range(from, self.at),
                });
            }
            let back = self.at;
            let comma = self.eat(&[","]);
            let and = self.eat(&["and"]);
            if !(comma || and) || self.no_item_follows() {
                self.at = back;
                break;
            }
        }
        items
    }

    /// After a comma another slot may begin instead of another proof.
    fn no_item_follows(&self) -> bool {
        SLOT_WORDS.iter().any(|slot| self.is(&[slot]))
            || self.is(&["despite"])
            || self.at_duration()
            || self.at_end()
    }

    fn proof(&mut self) -> Option<Proof> {
        if self.eat(&["at", "least"]) {
            let least = self.count()?;
            let named = self.any_noun(self.at, false)?;
            self.at = named.end;
            return Some(Proof::Records(least, named.noun));
        }
        let kind = self
            .register()
            .proofs()
            .flat_map(|(id, proof)| {
                std::iter::once(&proof.says)
                    .chain(&proof.also)
                    .map(move |says| (id, says))
                    .collect::<Vec<_>>()
            })
            .filter_map(|(id, says)| self.literal(self.at, says).map(|words| (id, words)))
            .max_by_key(|(_, words)| *words);
        let from = self.at;
        let said = self.says.len();
        let fact = self.fact_ref();
        let after = self.at;
        if let Some((proof, words)) = kind
            && (fact.is_none() || from + words >= after)
        {
            self.says.truncate(said);
            self.at = from + words;
            return Some(Proof::Kind(proof));
        }
        if let Some(fact) = fact {
            return Some(Proof::Fact(fact));
        }
        self.at = from;
        let named = self.any_noun(self.at, false)?;
        self.at = named.end;
        Some(Proof::Records(1, named.noun))
    }

    fn unknown_proof(&mut self) {
        let count = self.extent(&["or", "and"]).max(1);
        let end = (self.at + count).min(self.words.len());
        let said = self.said(self.at, end);
        let register = self.register();
        let proofs = register.proofs().map(|(_, proof)| proof.says.as_str());
        let facts = register.facts().map(|(_, fact)| fact.name.as_str());
        let near =
            closest(&said, proofs.chain(facts)).map(|near| format!("Did you mean “{near}”?"));
        let range = if self.at_end() {
            self.here()
        } else {
            self.range(self.at, end)
        };
        self.say(
            "K204",
            range,
            "unknown proof",
            "No proof and no fact of the vocabulary is called this.",
            &near.unwrap_or_default(),
        );
        self.at = end;
    }

    fn reopened(&mut self) -> Option<Reopened> {
        self.eat(&[","]);
        if self.eat(&["it", "starts", "again"]) {
            return Some(Reopened::StartsAgain);
        }
        if self.eat(&["it", "goes", "on"]) {
            return Some(Reopened::GoesOn);
        }
        self.say(
            "K103",
            self.here(),
            "word not understood here",
            "After “if reopened” stands “it starts again” or “it goes on”.",
            "",
        );
        self.at += self.extent(&[]);
        None
    }

    fn warning_follows(&self) -> bool {
        self.has_ahead(&["it", "warns"])
            .is_some_and(|ahead| ahead <= 5)
    }

    pub(super) fn warning(&mut self) -> Option<Warning> {
        let from = self.at;
        let before = self.duration()?;
        if !self.eat(&["before"]) {
            self.unexpected(&["before"]);
        }
        self.eat(&[","]);
        self.eat(&["it", "warns"]);
        let mut whom = vec![self.whom()?];
        while self.is(&["and"]) {
            self.at += 1;
            whom.push(self.whom()?);
        }
        Some(Warning {
            before,
            whom,
            range: self.range(from, self.at),
        })
    }

    fn whom(&mut self) -> Option<Whom> {
        if self.eat(&["owner"]) {
            return Some(Whom::Owner);
        }
        if let Some(party) = self.party() {
            return Some(Whom::Party(party));
        }
        self.role_or_say()?;
        None
    }

    pub(super) fn escalation(&mut self) -> Option<Escalation> {
        let from = self.at;
        self.eat(&["otherwise"]);
        if !self.eat(&["it", "escalates", "to"]) {
            self.unexpected(&["it escalates to"]);
            self.at += self.extent(&[]);
            return None;
        }
        let mut levels = Vec::new();
        let start = self.at;
        let to = self.whom();
        levels.extend(to.map(|to| Level {
            after: None,
            to,
            range: self.range(start, self.at),
        }));
        loop {
            let back = self.at;
            self.eat(&[","]);
            let start = self.at + 1;
            if !self.eat(&["and", "after"]) {
                self.at = back;
                break;
            }
            let Some(after) = self.duration() else { break };
            if !self.eat(&["to"]) {
                self.unexpected(&["to"]);
                break;
            }
            let Some(to) = self.whom() else { break };
            levels.push(Level {
                after: Some(after),
                to,
                range: self.range(start, self.at),
            });
        }
        let in_working_hours =
            self.eat(&["in", "working", "hours"]) || self.eat(&[",", "in", "working", "hours"]);
        Some(Escalation {
            levels,
            in_working_hours,
            range: self.range(from, self.at),
        })
    }

    pub(super) fn is_quoted(&self) -> bool {
        self.kind(0) == Some(Kind::Quoted)
    }
}

fn assemble(
    who: Who,
    personally: bool,
    act: ActUse,
    through: Option<Through>,
    slots: Slots,
) -> Task {
    Task {
        who,
        personally,
        act,
        through,
        deadline: slots.deadline,
        pausing: slots.pausing,
        unless: slots.unless,
        evidence: slots.evidence,
        reopened: slots.reopened,
        warnings: slots.warnings,
        escalation: slots.escalation,
    }
}
