//! Targets, courses, retention, samples and reports.

use kept_kernel::Number;

use crate::ast::{
    Audience, Comparison, Course, CourseLength, Goal, Report, Retention, Sample, SampleSize,
    Statistic, Target, Value,
};
use crate::document::Rule;
use crate::register::FactKind;

use super::duty::{period_word, span_words};
use super::say::{Say, and};
use super::{Told, Topic};

impl Told {
    pub(super) fn target(&mut self, say: &Say<'_>, _rule: &Rule, target: &Target) {
        let measure = &say.register[target.measure];
        let name = measure.says.as_str();
        match &target.goal {
            Some(goal) => self.add(
                Topic::Says,
                format!("{name} is to {}.", goal_words(goal, measure.kind)),
            ),
            None => self.add(
                Topic::Says,
                format!("{name} is watched; no value is to be reached."),
            ),
        }
        self.add(
            Topic::Says,
            format!("It is measured every {}.", period_word(target.every)),
        );
        if let Some((noun, condition)) = &target.population {
            let plural = &say.register[*noun].plural;
            let held = say.condition(condition);
            let held = held.strip_prefix("that ").unwrap_or(&held);
            self.add(Topic::Counted, format!("Only {plural} count that {held}."));
        }
        if let Some(population) = &measure.population {
            self.add(Topic::Counted, format!("It is taken over {population}."));
        }
        if let Some(Goal::Level {
            statistic: Some(statistic),
            ..
        }) = &target.goal
        {
            self.add(Topic::Counted, statistic_words(*statistic));
        }
        if let Some(Goal::Change { points, .. }) = &target.goal {
            self.add(Topic::Counted, "The value to start from is the one found when the rule took effect; it stays fixed.");
            if *points {
                self.add(
                    Topic::Counted,
                    "Points are added to that value, not a share of it.",
                );
            } else {
                self.add(
                    Topic::Counted,
                    "The percentage is a share of that value, not points added to it.",
                );
            }
        }
        self.add(
            Topic::Counted,
            "The figure comes with the number of cases and how far chance may have moved it. Without cases there is no figure.",
        );
    }

    pub(super) fn course(&mut self, say: &Say<'_>, course: &Course) {
        let takes = match course.takes {
            CourseLength::HalfDay => "half a day".to_owned(),
            CourseLength::Duration(duration) => duration.to_string(),
        };
        self.add(
            Topic::Says,
            format!("“{}” is a course of {takes}.", course.name),
        );
        let whom = match &course.audience {
            Audience::Roles(roles) => {
                let names: Vec<String> = roles.iter().map(|role| say.role(*role)).collect();
                format!("everyone who holds one of these roles: {}", and(&names))
            }
            Audience::Everyone => "every employee".to_owned(),
            Audience::Holders(right) => format!("everyone who has {}", say.register[*right].says),
        };
        self.add(
            Topic::Who,
            format!("It is owed by {whom}; one duty for each person."),
        );
        self.add(
            Topic::Until,
            format!("The first time within {} of joining them, then again every {}, before the last one lapses.", course.within, course.renewed_every),
        );
        self.add(Topic::Until, super::clock::reckoning(course.within));
        let done = if course.with_test {
            "It is done when the test is passed; attending is not enough."
        } else {
            "It is done when a session was attended."
        };
        self.add(Topic::Done, done);
        if !course.warnings.is_empty() {
            let warnings: Vec<String> = course.warnings.iter().map(ToString::to_string).collect();
            self.add(
                Topic::Late,
                format!(
                    "{} before it is due, the learner is warned.",
                    and(&warnings)
                ),
            );
        }
        if let Some((right, grace)) = &course.without_it {
            self.add(
                Topic::Late,
                format!(
                    "{grace} after a lapse, {} ends. It is back as soon as the course is passed.",
                    say.register[*right].says
                ),
            );
        }
    }

    pub(super) fn retention(&mut self, say: &Say<'_>, retention: &Retention) {
        let nouns: Vec<String> = retention
            .nouns
            .iter()
            .map(|noun| say.register[*noun].plural.clone())
            .collect();
        let after = retention.after.as_ref().map_or_else(
            || "after the client's last one".to_owned(),
            |event| format!("after {}", say.words(event.range)),
        );
        let then = if retention.erase {
            "erased"
        } else {
            "made anonymous"
        };
        self.add(
            Topic::Says,
            format!(
                "{} are kept for {} {after}, then {then}.",
                and(&nouns),
                span_words(say, &retention.span)
            ),
        );
        if retention.after.is_none() {
            self.add(
                Topic::Says,
                "They are kept or erased together for each client: one new one keeps them all.",
            );
        } else {
            self.add(Topic::Says, "This is reckoned for each record on its own.");
        }
        self.add(
            Topic::Says,
            "Whatever is on legal hold stays, whether the rule says so or not.",
        );
        self.add(
            Topic::Counted,
            "What was found about duties stays, without names.",
        );
    }

    pub(super) fn sample(&mut self, say: &Say<'_>, sample: &Sample) {
        let period = period_word(sample.every);
        let plural = &say.register[sample.noun].plural;
        let what = say.event(&sample.act);
        let share = match sample.size {
            SampleSize::Percent(percent) => format!("{percent} % of them"),
            SampleSize::Count(1) => "1 of them".to_owned(),
            SampleSize::Count(count) => format!("{count} of them"),
        };
        self.add(
            Topic::Starts,
            format!("At the end of every {period} all {plural} are gathered of which this happened in it: {what}."),
        );
        self.add(
            Topic::What,
            format!(
                "{} checks {share}, at least {}.",
                say.who(&sample.who),
                sample.at_least
            ),
        );
        if let Some(card) = &sample.card {
            self.add(Topic::What, format!("The score card “{card}” is used."));
        }
        self.add(
            Topic::Who,
            "One duty for each that is drawn; nobody checks their own work.",
        );
        self.add(
            Topic::Counted,
            "They are drawn by chance. What decides the draw is fixed before, so that everyone can check it afterwards.",
        );
        if let Some(by) = &sample.by {
            self.add(
                Topic::Counted,
                format!("Each group by {} gets its share, rounded up, and at least one. Where it is not known, that is a group of its own.", say.fact(by)),
            );
        }
        self.add(
            Topic::Counted,
            "Where nothing was gathered there are no cases.",
        );
        match &sample.within {
            Some(within) => {
                self.add(
                    Topic::Until,
                    format!(
                        "Within {} of the end of the {period}.",
                        span_words(say, within)
                    ),
                );
                self.reckoning_of(say, within);
            }
            None => self.add(Topic::Until, format!("By the end of the next {period}.")),
        }
    }

    pub(super) fn report(&mut self, say: &Say<'_>, report: &Report) {
        let period = period_word(report.every);
        let receivers: Vec<String> = report
            .receivers
            .iter()
            .map(|party| say.party(party))
            .collect();
        let charts = if report.with_charts {
            ", with charts"
        } else {
            ""
        };
        self.add(
            Topic::What,
            format!(
                "{} receives the report “{}”{charts}, about the {period} that has just ended.",
                and(&receivers),
                report.name
            ),
        );
        let sender = match (&report.from, say.document.header.owner) {
            (Some(party), _) => format!("{} owes it.", say.party(party)),
            (None, Some(owner)) => {
                format!("{} owes it, as owner of this document.", say.role(owner))
            }
            (None, None) => "The owner of this document owes it.".to_owned(),
        };
        self.add(Topic::Who, sender);
        self.add(
            Topic::Until,
            format!(
                "Within {} of the end of the {period}.",
                span_words(say, &report.within)
            ),
        );
        self.reckoning_of(say, &report.within);
        self.add(
            Topic::Done,
            "It is done when the report is delivered, also automatically.",
        );
    }
}

fn goal_words(goal: &Goal, kind: FactKind) -> String {
    match goal {
        Goal::Level {
            comparison,
            value,
            statistic,
        } => {
            let comparison = match comparison {
                Comparison::AtLeast => "at least",
                Comparison::AtMost => "at most",
                Comparison::Above => "above",
                Comparison::Below => "below",
            };
            let value = match value {
                Value::Number(number) => figure(*number, kind),
                Value::Duration(duration) => duration.to_string(),
                _ => String::new(),
            };
            let statistic = match statistic {
                Some(Statistic::Mean) => " on average".to_owned(),
                Some(Statistic::Median) => " at the median".to_owned(),
                Some(Statistic::Share(share)) => format!(" in {share} % of cases"),
                None => String::new(),
            };
            format!("be {comparison} {value}{statistic}")
        }
        Goal::Change {
            rises,
            by,
            points,
            within,
        } => {
            let way = if *rises { "rise" } else { "fall" };
            let by = if *points {
                format!("{by} points")
            } else {
                format!("{by} %")
            };
            format!("{way} by {by} within {within}")
        }
    }
}

fn figure(number: Number, kind: FactKind) -> String {
    if kind == FactKind::Percent {
        format!("{number} %")
    } else {
        number.to_string()
    }
}

fn statistic_words(statistic: Statistic) -> String {
    match statistic {
        Statistic::Mean => "The mean over all cases is compared with it.".to_owned(),
        Statistic::Median => "Half of the cases must be at or within it.".to_owned(),
        Statistic::Share(share) => format!("{share} % of the cases must keep to it."),
    }
}
