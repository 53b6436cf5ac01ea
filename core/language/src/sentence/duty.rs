//! Duties, rhythms, samples and reports.

use crate::ast::{
    Beat, Becomes, Duty, Opening, Period, Report, Rhythm, RuleKey, Sample, SampleSize, Sentence,
    Task, Trigger, Who,
};
use crate::document::Slot;
use crate::register::{NounId, PhraseForm};
use kept_kernel::Number;

use super::Cursor;

impl Cursor<'_> {
    /// `When …, if …, … must …` or `As a step, … must …`.
    pub(super) fn duty(&mut self, rule: &RuleKey) -> Option<Duty> {
        if self.is(&["as", "step"]) {
            let from = self.at;
            self.at += 2;
            self.slot(Slot::Head, from);
            self.eat(&[","]);
            self.case = self.scope.steps.get(rule).copied();
            if self.case.is_none() && self.scope.may_wait {
                self.waits_for = Some(rule.clone());
                return None;
            }
            let task = self.task();
            self.ended();
            return Some(Duty {
                case: self.case.unwrap_or(NounId(0)),
                opening: Opening::Step,
                task: task?,
            });
        }
        let from = self.at;
        self.eat(&["when"]);
        let triggers = self.triggers();
        if self.waits_for.is_some() {
            return None;
        }
        self.slot(Slot::Head, from);
        if self.at_end() {
            self.ended();
            return None;
        }
        let known = self.says.len();
        let condition = self.if_condition();
        self.eat(&[","]);
        let task = self.task();
        let condition = condition.or(self.late_condition.take());
        self.ended();
        if self.case.is_none() {
            // What “it” would be is open: only what does not hang on the case is worth saying.
            let mut position = 0;
            self.says.retain(|message| {
                position += 1;
                position <= known
                    || !matches!(
                        message.code,
                        "K203" | "K204" | "K205" | "K206" | "K209" | "K201"
                    )
            });
        }
        let case = self.case?;
        // Where the trigger could not be read, its diagnostic stands; the rest was read to find further ones.
        if triggers.is_empty() {
            return None;
        }
        Some(Duty {
            case,
            opening: Opening::When {
                triggers,
                condition,
            },
            task: task?,
        })
    }

    /// `, if …`
    pub(super) fn if_condition(&mut self) -> Option<crate::ast::Condition> {
        let back = self.at;
        self.eat(&[","]);
        let from = self.at;
        if !self.eat(&["if"]) {
            self.at = back;
            return None;
        }
        let condition = self.condition();
        self.slot(Slot::Condition, from);
        condition
    }

    fn triggers(&mut self) -> Vec<Trigger> {
        let mut triggers = Vec::new();
        loop {
            let from = self.at;
            match self.trigger() {
                Some(trigger) => triggers.push(trigger),
                None if self.waits_for.is_some() => return Vec::new(),
                None => self.pass_trigger(from),
            }
            let back = self.at;
            self.eat(&[","]);
            if !self.eat(&["or"]) {
                self.at = back;
                break;
            }
        }
        triggers
    }

    fn pass_trigger(&mut self, from: usize) {
        if self.at == from {
            self.at += self.extent(&["if", "or"]);
        }
    }

    fn trigger(&mut self) -> Option<Trigger> {
        let from = self.at;
        if matches!(self.kind(0), Some(crate::words::Kind::Code))
            || matches!(self.kind(1), Some(crate::words::Kind::Code))
        {
            return self.rule_trigger();
        }
        // The first trigger makes the case; later ones must speak of the same.
        let first = self.case.is_none();
        let act = self.phrase_where(PhraseForm::Happens, &|meaning| {
            matches!(meaning, crate::register::PhraseMeaning::Act(_))
        });
        if let Some(hit) = act {
            let act = self.act_use(PhraseForm::Happens)?;
            if first {
                self.case = Some(hit.noun);
            }
            return Some(Trigger::Act(act));
        }
        let said = self.says.len();
        if let Some(trigger) = self.progress_trigger(first).or_else(|| {
            self.at = from;
            self.fact_trigger(first)
        }) {
            return Some(trigger);
        }
        if self.says.len() == said {
            self.at = from;
            let words = self.said(from, from + self.extent(&["if", "or"]));
            self.unknown_event(from);
            // The rest is read as if the nearest event had been written, so that one fault gives one message.
            let near = self.nearest_act(PhraseForm::Happens, &format!("a {words}"));
            if first {
                self.case = near.map(|(_, act)| self.register()[act].case);
            }
        }
        None
    }

    fn rule_trigger(&mut self) -> Option<Trigger> {
        let rule = self.rule_ref()?;
        // A trigger before this one has given the case: there is no need to wait for that of the rule.
        if self.case.is_none() {
            self.case = self.case_of(&rule);
            if self.waits_for.is_some() {
                return None;
            }
        }
        if self.eat(&["is", "done"]) {
            return Some(Trigger::Done(rule));
        }
        if self.eat(&["is", "overdue"]) {
            return Some(Trigger::Overdue(rule));
        }
        self.unexpected(&["is done", "is overdue"]);
        None
    }

    /// `a project is half done`
    fn progress_trigger(&mut self, first: bool) -> Option<Trigger> {
        let from = self.at;
        let named = self.any_noun(self.at, false)?;
        let done = self
            .words
            .get(named.end..named.end + 5)
            .or_else(|| self.words.get(named.end..))?
            .iter()
            .any(|word| word.is("done"));
        if !done || !(self.words.get(named.end)?.is("is")) {
            return None;
        }
        self.at = named.end + 1;
        let share = if self.eat(&["fully"]) {
            Number::whole(100)
        } else if self.at_percent() {
            self.percent()?
        } else {
            return None;
        };
        if !self.eat(&["done"]) {
            return None;
        }
        if first {
            self.case = Some(named.noun);
        }
        let path = self.reach(named.noun).unwrap_or_default();
        let Some(fact) = self.register().fact(named.noun, "progress") else {
            let range = self.range(from, self.at);
            let reason = format!(
                "A {} has no fact “progress”.",
                self.register()[named.noun].says
            );
            self.say(
                "K204",
                range,
                "unknown fact",
                &reason,
                "Only what has a progress can be half done.",
            );
            return None;
        };
        let range = self.range(from, self.at);
        Some(Trigger::Progress(
            crate::ast::FactRef {
                path,
                fact,
                was: false,
                range,
            },
            share,
        ))
    }

    /// `the client's tier becomes Platinum`, `its priority changes`
    fn fact_trigger(&mut self, first: bool) -> Option<Trigger> {
        let from = self.at;
        if first {
            // The noun that owns the fact is the case.
            let owner = self
                .any_noun(self.at, true)
                .map(|named| named.noun)
                .or_else(|| self.noun_after_of());
            self.case = owner;
        }
        let Some(fact) = self.fact_ref() else {
            if first {
                self.case = None;
            }
            return None;
        };
        if self.eat(&["changes"]) {
            return Some(Trigger::Changes(fact));
        }
        if self.eat(&["becomes"]) {
            let kind = if self.eat(&["at", "least"]) {
                Becomes::AtLeast
            } else if self.eat(&["at", "most"]) {
                Becomes::AtMost
            } else {
                Becomes::Equal
            };
            let value = self.value_or_say(fact.fact)?;
            return Some(Trigger::Becomes(fact, kind, value));
        }
        self.at = from;
        if first {
            self.case = None;
        }
        None
    }

    /// The noun in `the tier of a client …`.
    fn noun_after_of(&self) -> Option<NounId> {
        let of = self.has_ahead(&["of"]).filter(|ahead| *ahead <= 5)?;
        self.any_noun(self.at + of + 1, false)
            .map(|named| named.noun)
    }

    /// `Every …`: a rhythm, a sample or a report.
    pub(super) fn every(&mut self) -> Option<Sentence> {
        let from = self.at;
        self.eat(&["every"]);
        if self.period_ahead().is_some() && !self.word(1).is_some_and(|word| word.is("since")) {
            let period = self.period()?;
            self.slot(Slot::Head, from);
            self.eat(&[","]);
            return self.calendar(period);
        }
        self.since(from).map(Sentence::Rhythm)
    }

    fn since(&mut self, from: usize) -> Option<Rhythm> {
        self.case = Some(self.noun_of_each().unwrap_or(self.register().company()));
        let span = self.span();
        self.eat(&[","]);
        if !self.eat(&["since"]) {
            let range = self.range(from, self.at);
            let rest = self.said(from + 1, self.at);
            self.say(
                "K406",
                range,
                "rhythm without anchor",
                "Since when?",
                &format!("Write “Every {rest} since the last contact” or “Every quarter”."),
            );
            return None;
        }
        let anchor = self.anchor();
        self.slot(Slot::Head, from);
        self.eat(&[","]);
        let each = self.at;
        if self.eat(&["for", "each"]) {
            if let Some(named) = self.any_noun(self.at, false) {
                self.at = named.end;
            } else {
                self.unexpected(&[]);
                self.at += self.extent(&["while"]);
            }
            self.slot(Slot::Each, each);
            self.eat(&[","]);
        }
        let start = self.at;
        let condition = if self.eat(&["while"]) {
            let condition = self.condition();
            self.slot(Slot::While, start);
            self.eat(&[","]);
            condition
        } else {
            None
        };
        let task = self.task();
        self.ended();
        let task = task?;
        if let Some(deadline) = &task.deadline {
            let range = deadline.range;
            self.say(
                "K105",
                range,
                "slot out of place",
                "A rhythm is due when its time has passed since the anchor.",
                "Take “within …” out.",
            );
        }
        let beat = Beat::Since {
            span: span?,
            anchor: anchor?.event,
            condition,
        };
        Some(Rhythm {
            case: self.case?,
            beat,
            task,
        })
    }

    fn noun_of_each(&self) -> Option<NounId> {
        let ahead = self.has_ahead(&["for", "each"])?;
        self.any_noun(self.at + ahead + 2, false)
            .map(|named| named.noun)
    }

    fn calendar(&mut self, period: Period) -> Option<Sentence> {
        self.case = Some(self.register().company());
        let from = self.at;
        if self
            .has_ahead(&["receives"])
            .or_else(|| self.has_ahead(&["receive"]))
            .is_some_and(|ahead| ahead < 12)
        {
            return self.report(period).map(Sentence::Report);
        }
        let who = self.who();
        if self.is(&["checks"]) || self.is(&["check"]) {
            return self.sample(from, period, who).map(Sentence::Sample);
        }
        let task: Option<Task> = self.task_of(from, who);
        self.ended();
        let case = self.register().company();
        Some(Sentence::Rhythm(Rhythm {
            case,
            beat: Beat::Calendar(period),
            task: task?,
        }))
    }

    fn sample(&mut self, from: usize, every: Period, who: Option<Who>) -> Option<Sample> {
        self.at += 1;
        let size = if self.at_percent() {
            SampleSize::Percent(self.percent()?)
        } else {
            SampleSize::Count(self.count()?)
        };
        self.eat(&["of"]);
        // The cases drawn from are the case from here on, not the company.
        self.case = None;
        let Some(act) = self.act_use(PhraseForm::Participle) else {
            let start = self.at;
            self.unknown_event(start);
            return None;
        };
        let noun = self.register()[act.act].case;
        self.case = Some(noun);
        self.slot(Slot::Task, from);
        let mut sample = Sample {
            every,
            who: who?,
            size,
            act,
            noun,
            at_least: 1,
            by: None,
            card: None,
            within: None,
        };
        sample.act.path.clear();
        self.sample_slots(&mut sample);
        self.ended();
        Some(sample)
    }

    fn sample_slots(&mut self, sample: &mut Sample) {
        while !self.at_end() && !self.is(&["."]) {
            self.eat(&[","]);
            let from = self.at;
            if self.eat(&["at", "least"]) {
                sample.at_least = self.count().unwrap_or(1);
            } else if self.eat(&["by"]) {
                sample.by = self.fact_or_say();
            } else if self.eat(&["with", "card"]) && self.is_quoted() {
                sample.card = self.word(0).map(|word| word.text.clone());
                self.at += 1;
            } else if self.eat(&["within"]) {
                sample.within = self.span();
            } else {
                self.unexpected(&["at least", "by", "with the card", "within"]);
                self.at += 1;
                self.at += self.extent(&[]);
            }
            self.slot(Slot::Rest, from);
        }
    }

    fn report(&mut self, every: Period) -> Option<Report> {
        let from = self.at;
        let mut receivers = Vec::new();
        loop {
            match self.party() {
                Some(party) => receivers.push(party),
                None => {
                    self.role_or_say();
                }
            }
            if !self.eat(&["and"]) {
                break;
            }
        }
        if !self.eat(&["receives"]) && !self.eat(&["receive"]) {
            self.unexpected(&["receives"]);
            return None;
        }
        if !self.is_quoted() {
            self.say(
                "K104",
                self.here(),
                "slot missing: which report",
                "A report has a name in quotes.",
                "Write “receives \"Interactions\"”.",
            );
            return None;
        }
        let name = self
            .word(0)
            .map(|word| word.text.clone())
            .unwrap_or_default();
        self.at += 1;
        let with_charts = self.eat(&["with", "charts"]) || self.eat(&[",", "with", "charts"]);
        self.eat(&[","]);
        let sender = if self.eat(&["from"]) {
            self.party()
        } else {
            None
        };
        self.slot(Slot::Task, from);
        self.eat(&[","]);
        let start = self.at;
        if !self.eat(&["within"]) {
            self.say(
                "K104",
                self.here(),
                "slot missing: until when",
                "A report says how soon after the period it is due.",
                "Write “within 5 business days”.",
            );
            return None;
        }
        let within = self.span();
        self.slot(Slot::Deadline, start);
        self.ended();
        Some(Report {
            every,
            receivers,
            name,
            with_charts,
            from: sender,
            within: within?,
        })
    }
}
