//! Duties and rhythms: what starts them, who owes what, what counts as done.

use crate::ast::{Beat, Duty, Opening, Party, Period, Rhythm, Task, Trigger, Who, WhoKind};
use crate::document::{Rule, Slot};
use crate::register::{ActId, Doer};

use super::change::Reads;
use super::clock::Life;
use super::say::{Say, or, or_events};
use super::{Told, Topic};

impl Told {
    pub(super) fn duty(&mut self, say: &Say<'_>, rule: &Rule, duty: &Duty) {
        let mut reads = Reads::default();
        match &duty.opening {
            Opening::When {
                triggers,
                condition,
            } => {
                self.starts(say, rule, triggers);
                if let Some(condition) = condition {
                    reads.condition(say, condition);
                }
            }
            Opening::Step => self.starts_as_step(say, rule),
        }
        self.who(say, &duty.task.who, duty.task.personally);
        self.what(say, &duty.task);
        self.until(say, &duty.task, &mut reads);
        self.done(say, &duty.task);
        self.pauses(say, &duty.task);
        self.late(say, &duty.task);
        self.ends(say, &duty.task, &mut reads, life_of(say, duty));
        self.facts(say, &reads);
    }

    fn starts(&mut self, say: &Say<'_>, rule: &Rule, triggers: &[Trigger]) {
        let head = say.slot(rule, Slot::Head).unwrap_or_default();
        let condition = say
            .slot(rule, Slot::Condition)
            .map_or_else(String::new, |condition| format!(", {condition}"));
        let when = head
            .strip_prefix("When ")
            .or_else(|| head.strip_prefix("when "))
            .unwrap_or(&head);
        self.add(Topic::Starts, format!("It starts when {when}{condition}."));
        for trigger in triggers {
            match trigger {
                Trigger::Act(_) => {}
                Trigger::Overdue(_) => self.add(
                    Topic::Starts,
                    "It starts at the moment at which that deadline passes.",
                ),
                Trigger::Done(_) => self.add(Topic::Starts, "It makes no difference whether that was in time or late."),
                Trigger::Progress(..) => self.add(
                    Topic::Starts,
                    "This happens once: falling back and crossing the line again starts nothing.",
                ),
                Trigger::Becomes(..) => self.add(
                    Topic::Starts,
                    "It starts when the value turns so, also when it is recorded for the first time.",
                ),
                Trigger::Changes(_) => {
                    self.add(Topic::Starts, "It starts at each new value, the first one included.");
                }
            }
        }
        self.add(
            Topic::Starts,
            "The time counts from the moment at which this happened, not from when somebody typed it in.",
        );
        let again = if say.is_company() {
            "While it is open, the same thing happening again starts no second one.".to_owned()
        } else {
            format!(
                "While it is open for {}, the same thing happening again starts no second one.",
                super::say::with_article(say.noun())
            )
        };
        self.add(Topic::Starts, again);
    }

    fn starts_as_step(&mut self, say: &Say<'_>, rule: &Rule) {
        for (name, clause, item) in super::procedure::listed_in(say, &rule.key) {
            let mut said = format!("It is a step of “{name}” ({clause})");
            if let Some(condition) = item {
                said = format!("{said}, needed only if {condition}");
            }
            self.add(Topic::Starts, format!("{said}."));
        }
        self.add(
            Topic::Starts,
            "It starts, and its time begins to run, when the steps that it follows are done or not needed. Done \
             before its turn, but after the procedure started, it counts as done.",
        );
    }

    fn who(&mut self, say: &Say<'_>, who: &Who, personally: bool) {
        match &who.kind {
            WhoKind::OneOf(parties) => self.one_of(say, parties),
            WhoKind::Each(role) => self.add(
                Topic::Who,
                format!(
                    "Each {} owes it: one duty for every person who holds the role when it starts.",
                    say.register[*role].says
                ),
            ),
            WhoKind::Everyone { on_distribution } => {
                let whom = if *on_distribution {
                    "everyone on the document's distribution list"
                } else {
                    "every employee"
                };
                self.add(Topic::Who, format!("{whom} owes it: one duty for each person."));
            }
            WhoKind::Client => self.add(
                Topic::Who,
                "The client owes it. It is shown in the client's portal, counted apart, and never a fault of ours.",
            ),
        }
        if personally {
            self.add(
                Topic::Who,
                "It must be done in person: nobody else and no automatic step can do it instead.",
            );
        } else if !matches!(who.kind, WhoKind::Client) {
            self.add(
                Topic::Who,
                "If the owner is away, the deputy does it. Passing it on to somebody else moves no deadline.",
            );
        }
    }

    fn one_of(&mut self, say: &Say<'_>, parties: &[Party]) {
        let Some((first, others)) = parties.split_first() else {
            return;
        };
        let name = say.party(first);
        let owner = match first {
            Party::Part(part) => format!(
                "{name} owes it: the person whom the {} names as its {part}.",
                part_of(say, part)
            ),
            Party::Role(_) if say.is_company() => format!("{name} owes it."),
            Party::Role(_) => format!(
                "{name} owes it: the one named for the {}, else one of the client's account team. Where nobody is \
                 named, it waits in the queue of all who hold the role.",
                say.noun()
            ),
        };
        self.add(Topic::Who, owner);
        if !others.is_empty() {
            let names: Vec<String> = others.iter().map(|party| say.party(party)).collect();
            self.add(
                Topic::Who,
                format!("{} may do it too; it is one duty.", or(&names)),
            );
        }
    }

    pub(super) fn what(&mut self, say: &Say<'_>, task: &Task) {
        let through = say
            .through(task)
            .map_or_else(String::new, |through| format!(" {through}"));
        self.add(
            Topic::What,
            format!(
                "{} must {}{through}.",
                say.who(&task.who),
                say.words(task.act.range)
            ),
        );
        if task.through.is_some() {
            self.add(
                Topic::What,
                "Another way counts too, but the reason is asked for and it is counted beside the figure. Where no \
                 way is known, none is asked for.",
            );
        }
    }

    pub(super) fn done(&mut self, say: &Say<'_>, task: &Task) {
        let act = &say.register[task.act.act];
        self.add(
            Topic::Done,
            format!("It is done when {}.", say.event(&task.act)),
        );
        // An event on a record of another kind counts only where it is about this case: it has to name it.
        let about = |other: &ActId| {
            let noun = say.register[*other].case;
            let same = |wanted| say.register.same_record(noun, wanted);
            task.act.path.is_empty() || same(act.case) || say.case.is_some_and(same)
        };
        let mut others: Vec<String> = counting_as(say, task.act.act)
            .into_iter()
            .filter(about)
            .map(|other| say.act_event(other, &task.act.path))
            .collect();
        others.sort();
        others.dedup();
        if !others.is_empty() && task.act.fact.is_none() {
            self.add(
                Topic::Done,
                format!("It counts as well when {}.", or_events(&others)),
            );
        }
        let people: Vec<String> = act
            .by
            .iter()
            .filter(|doer| **doer != Doer::System)
            .map(|doer| say.doer(doer))
            .collect();
        if people.is_empty() || act.by.contains(&Doer::Anyone) {
            self.add(Topic::Done, "Any of our staff may do it.");
        } else {
            self.add(Topic::Done, format!("It may be done by {}.", or(&people)));
        }
        let automatic = if act.automatic && !task.personally {
            "An automatic message or step counts too, and the record says that it was automatic."
        } else {
            "Automatic messages and steps do not count."
        };
        self.add(Topic::Done, automatic);
        self.proof(say, task);
    }

    fn proof(&mut self, say: &Say<'_>, task: &Task) {
        let act = &say.register[task.act.act];
        let usual = act.proof.map(|proof| say.register[proof].says.clone());
        let asked = say.evidence(&task.evidence);
        let said = match (usual, asked.is_empty()) {
            (None, true) => return,
            (Some(usual), true) => format!("It must be shown by {usual}."),
            (None, false) => format!("With it must come {asked}."),
            (Some(usual), false) => {
                format!("It must be shown by {usual}. With it must come {asked}.")
            }
        };
        self.add(Topic::Done, said);
        if task.evidence.len() + usize::from(act.proof.is_some()) > 1 {
            self.add(
                Topic::Done,
                "The parts may come one after another; it is done when the last one is there.",
            );
        }
    }

    pub(super) fn rhythm(&mut self, say: &Say<'_>, rule: &Rule, rhythm: &Rhythm) {
        let mut reads = Reads::default();
        match &rhythm.beat {
            Beat::Since {
                span,
                anchor,
                condition,
            } => {
                reads.span(say, span);
                self.since(say, rule, rhythm);
                let what = say.words(anchor.range);
                self.add(
                    Topic::Until,
                    format!("It is due {} after the last {what}.", span_words(say, span)),
                );
                self.reckoning_of(say, span);
                if let Some(condition) = condition {
                    reads.condition(say, condition);
                }
            }
            Beat::Calendar(period) => {
                self.calendar(*period);
                if rhythm.task.deadline.is_some() {
                    self.until(say, &rhythm.task, &mut reads);
                } else {
                    self.add(
                        Topic::Until,
                        format!("It is due at the end of the {}.", period_word(*period)),
                    );
                }
            }
        }
        self.who(say, &rhythm.task.who, rhythm.task.personally);
        self.what(say, &rhythm.task);
        self.done(say, &rhythm.task);
        self.pauses(say, &rhythm.task);
        self.late(say, &rhythm.task);
        self.ends(say, &rhythm.task, &mut reads, Life::Returns);
        self.facts(say, &reads);
    }

    fn since(&mut self, say: &Say<'_>, rule: &Rule, rhythm: &Rhythm) {
        let Beat::Since {
            anchor, condition, ..
        } = &rhythm.beat
        else {
            return;
        };
        let head = say.slot(rule, Slot::Head).unwrap_or_default();
        let each = if say.is_company() {
            ", once for the whole company".to_owned()
        } else {
            format!(", for each {}", say.noun())
        };
        let held = condition.as_ref().map_or_else(String::new, |condition| {
            format!(", while {}", say.condition(condition))
        });
        self.add(
            Topic::Starts,
            format!("It comes round {}{each}{held}.", lower(&head)),
        );
        let first = if say.is_company() {
            "the rule takes effect"
        } else {
            "the record begins, the condition turns true or the rule takes effect, whichever is latest"
        };
        self.add(
            Topic::Starts,
            format!("The first round starts when {first}."),
        );
        if anchor.act == rhythm.task.act.act {
            self.add(Topic::Starts, "Doing it starts the next round.");
        } else {
            self.add(
                Topic::Starts,
                format!("Doing it starts the next round. So does the {} when it comes from elsewhere: the round that was running is then over without having been met.", say.words(anchor.range).trim_start_matches("last ")),
            );
        }
        if condition.is_some() {
            self.add(
                Topic::Starts,
                "When the condition no longer holds, the round ends; when it holds again, a whole new one starts. No round is made up for.",
            );
        }
    }

    fn calendar(&mut self, period: Period) {
        let word = period_word(period);
        self.add(
            Topic::Starts,
            format!("It starts at the beginning of every {word} and looks back at the {word} before. The next one starts even while this one is late."),
        );
    }
}

/// The words of a length of time.
pub(super) fn span_words(say: &Say<'_>, span: &crate::ast::Span) -> String {
    say.words(span.range)
        .trim_end_matches(',')
        .replace(", or ", " or ")
}

pub(super) const fn period_word(period: Period) -> &'static str {
    match period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::Year => "year",
    }
}

pub(super) fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

/// The noun that names this person: the case, or a record that it reaches.
fn part_of<'a>(say: &Say<'a>, part: &str) -> &'a str {
    let Some(case) = say.case else {
        return say.noun();
    };
    let names = |noun: crate::register::NounId| {
        let parts: &[String] = &say.register[noun].parts;
        parts.iter().any(|other| other == part)
    };
    let reached = say.register[case]
        .reaches
        .iter()
        .copied()
        .find(|noun| names(*noun));
    let noun = if names(case) {
        case
    } else {
        reached.unwrap_or(case)
    };
    &say.register[noun].says
}

/// The acts that count as this one, directly or through another.
fn counting_as(say: &Say<'_>, act: ActId) -> Vec<ActId> {
    let mut found = vec![act];
    let mut at = 0;
    while let Some(wanted) = found.get(at).copied() {
        at += 1;
        let more = say
            .register
            .acts()
            .filter(|(_, other)| other.counts_as.contains(&wanted));
        for (id, _) in more {
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found.remove(0);
    found
}

/// Whether the duty is opened by what ends its case.
fn life_of(say: &Say<'_>, duty: &Duty) -> Life {
    let ends = &say.register[duty.case].ends;
    match &duty.opening {
        Opening::When { triggers, .. }
            if triggers
                .iter()
                .any(|trigger| matches!(trigger, Trigger::Act(act) if ends.contains(&act.act))) =>
        {
            Life::AfterTheEnd
        }
        _ => Life::Ordinary,
    }
}
