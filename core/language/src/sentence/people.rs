//! Targets, measures and courses.

use crate::ast::{Audience, Comparison, Course, CourseLength, Goal, Statistic, Target, Value};
use crate::document::Slot;
use crate::register::{FactKind, MeasureId, RightId, closest};
use crate::words::Kind;

use super::Cursor;

impl Cursor<'_> {
    /// `Target: client satisfaction is at least 90 %, measured every quarter.`, `Measure: … every ….`
    pub(super) fn target(&mut self) -> Option<Target> {
        let from = self.at;
        let only_watched = self.is(&["measure"]);
        self.at += 2;
        let measure = self.measure()?;
        self.slot(Slot::Head, from);
        let start = self.at;
        let goal = if only_watched {
            None
        } else {
            Some(self.goal(measure)?)
        };
        self.slot(Slot::Rest, start);
        let start = self.at;
        let population = self.population()?;
        self.slot(Slot::Each, start);
        self.eat(&[","]);
        let start = self.at;
        self.eat(&["measured"]);
        if !self.eat(&["every"]) {
            self.say(
                "K605",
                self.here(),
                "target without window",
                "A figure is taken over a stretch of time.",
                "Write “, measured every quarter”.",
            );
            return None;
        }
        let Some(every) = self.period() else {
            self.unexpected(&["day", "week", "month", "quarter", "year"]);
            return None;
        };
        self.slot(Slot::Deadline, start);
        self.ended();
        Some(Target {
            measure,
            goal,
            population,
            every,
        })
    }

    fn measure(&mut self) -> Option<MeasureId> {
        let found = self
            .register()
            .measures()
            .filter_map(|(id, m)| self.literal(self.at, &m.says).map(|words| (id, words)));
        if let Some((id, words)) = found.max_by_key(|(_, words)| *words) {
            self.at += words;
            return Some(id);
        }
        let end = (self.at
            + self
                .extent(&["is", "rises", "falls", "every", "for"])
                .max(1))
        .min(self.words.len());
        let said = self.said(self.at, end);
        let names: Vec<&str> = self
            .register()
            .measures()
            .map(|(_, measure)| measure.says.as_str())
            .collect();
        let near = closest(&said.to_lowercase(), names.into_iter())
            .map(|near| format!("Did you mean “{near}”?"));
        let range = if self.at_end() {
            self.here()
        } else {
            self.range(self.at, end)
        };
        self.say(
            "K204",
            range,
            "unknown measure",
            "No figure of the vocabulary is called this.",
            &near.unwrap_or_default(),
        );
        None
    }

    fn goal(&mut self, measure: MeasureId) -> Option<Goal> {
        let rises = self.is(&["rises"]);
        if rises || self.is(&["falls"]) {
            self.at += 1;
            if !self.eat(&["by"]) {
                self.unexpected(&["by"]);
                return None;
            }
            let points = self
                .word(1)
                .is_some_and(|word| word.is("points") || word.is("point"));
            let by = if points {
                self.number()
            } else {
                self.percent()
            }?;
            if points {
                self.at += 1;
            }
            if !self.eat(&["within"]) {
                self.say(
                    "K605",
                    self.here(),
                    "target without window",
                    "A change is reached within some time.",
                    "Write “within 12 months”.",
                );
                return None;
            }
            let within = self.duration()?;
            return Some(Goal::Change {
                rises,
                by,
                points,
                within,
            });
        }
        if !self.eat(&["is"]) {
            self.unexpected(&["is", "rises", "falls"]);
            return None;
        }
        let comparison = if self.eat(&["at", "least"]) {
            Comparison::AtLeast
        } else if self.eat(&["at", "most"]) {
            Comparison::AtMost
        } else {
            self.unexpected(&["at least", "at most"]);
            return None;
        };
        let value = self.goal_value(measure)?;
        let statistic = self.statistic();
        Some(Goal::Level {
            comparison,
            value,
            statistic,
        })
    }

    fn goal_value(&mut self, measure: MeasureId) -> Option<Value> {
        match self.register()[measure].kind {
            FactKind::Percent => self.percent().map(Value::Number),
            FactKind::Duration => self.duration().map(Value::Duration),
            _ => {
                let number = self.number()?;
                let from = self.at;
                let currency = self
                    .word(0)
                    .filter(|word| word.kind == Kind::Word && word.written.len() == 3);
                if currency.is_some_and(|word| word.written.bytes().all(|b| b.is_ascii_uppercase()))
                {
                    self.at = from + 1;
                }
                Some(Value::Number(number))
            }
        }
    }

    fn statistic(&mut self) -> Option<Statistic> {
        if self.eat(&["on", "average"]) {
            return Some(Statistic::Mean);
        }
        if self.eat(&["at", "median"]) {
            return Some(Statistic::Median);
        }
        if self.eat(&["in"]) {
            let share = self.percent()?;
            self.eat(&["of", "cases"]);
            return Some(Statistic::Share(share));
        }
        None
    }

    /// `for requests that are urgent`. The outer `None` stands for a diagnostic.
    #[expect(
        clippy::option_option,
        reason = "a population that is not said is not one that could not be read"
    )]
    fn population(&mut self) -> Option<Option<(crate::register::NounId, crate::ast::Condition)>> {
        if !self.eat(&["for"]) {
            return Some(None);
        }
        let Some(named) = self.any_noun(self.at, false) else {
            self.unexpected(&[]);
            return None;
        };
        self.at = named.end;
        self.case = Some(named.noun);
        if !self.is(&["that"]) {
            self.unexpected(&["that"]);
            return None;
        }
        // `that are urgent` is said of the noun: it reads as `it is urgent`.
        if let Some(word) = self.words.get_mut(self.at) {
            "it".clone_into(&mut word.text);
        }
        let condition = self.condition()?;
        Some(Some((named.noun, condition)))
    }

    /// `Course "…" takes 1 day for …, within …, renewed every ….`
    pub(super) fn course(&mut self) -> Option<Course> {
        let from = self.at;
        self.at += 1;
        if self.kind(0) != Some(Kind::Quoted) {
            self.say(
                "K104",
                self.here(),
                "slot missing: name",
                "A course has a name in quotes.",
                "Write “Course \"Data privacy\" takes …”.",
            );
            return None;
        }
        let name = self
            .word(0)
            .map(|word| word.text.clone())
            .unwrap_or_default();
        self.at += 1;
        if !self.eat(&["takes"]) {
            self.unexpected(&["takes"]);
            return None;
        }
        let takes = self.course_length()?;
        self.slot(Slot::Head, from);
        let start = self.at;
        if !self.eat(&["for"]) {
            self.unexpected(&["for"]);
            return None;
        }
        let audience = self.audience()?;
        self.slot(Slot::Each, start);
        self.eat(&[","]);
        let start = self.at;
        if !self.eat(&["within"]) {
            self.unexpected(&["within"]);
            return None;
        }
        let within = self.duration()?;
        self.slot(Slot::Deadline, start);
        self.eat(&[","]);
        let start = self.at;
        if !self.eat(&["renewed", "every"]) {
            self.unexpected(&["renewed every"]);
            return None;
        }
        let renewed_every = self.duration()?;
        self.eat(&[","]);
        let with_test = self.eat(&["with", "test"]);
        self.slot(Slot::Rest, start);
        let warnings = self.course_warnings();
        let without_it = self.without_it();
        self.ended();
        Some(Course {
            name,
            takes,
            audience,
            within,
            renewed_every,
            with_test,
            warnings,
            without_it,
        })
    }

    fn course_length(&mut self) -> Option<CourseLength> {
        if self.eat(&["half", "day"]) || self.eat(&["half", "of", "day"]) {
            return Some(CourseLength::HalfDay);
        }
        self.duration().map(CourseLength::Duration)
    }

    fn audience(&mut self) -> Option<Audience> {
        if self.eat(&["everyone", "who", "sees", "client", "data"]) {
            let right = self
                .register()
                .rights()
                .find(|(_, right)| right.says.contains("client data"))
                .map(|(id, _)| id);
            return Some(right.map_or(Audience::Everyone, Audience::Holders));
        }
        if self.eat(&["everyone"]) {
            return Some(Audience::Everyone);
        }
        let mut roles = Vec::new();
        loop {
            let (role, words) = self.role_or_say()?;
            roles.push(role);
            self.at += words;
            let back = self.at;
            let comma = self.eat(&[","]);
            let and = self.eat(&["and"]) || self.eat(&["or"]);
            if !(comma || and) || self.role_here().is_none() {
                self.at = back;
                break;
            }
        }
        Some(Audience::Roles(roles))
    }

    fn course_warnings(&mut self) -> Vec<kept_kernel::Duration> {
        let mut warnings = Vec::new();
        while self.is(&[";"]) && self.has_ahead(&["it", "warns"]).is_some() {
            let from = self.at + 1;
            self.at += 1;
            loop {
                match self.duration() {
                    Some(duration) => warnings.push(duration),
                    None => return warnings,
                }
                if !self.eat(&["and"]) {
                    break;
                }
            }
            self.eat(&["before"]);
            self.eat(&[","]);
            self.eat(&["it", "warns", "learner"]);
            self.slot(Slot::Warning, from);
        }
        warnings
    }

    fn without_it(&mut self) -> Option<(RightId, kept_kernel::Duration)> {
        let back = self.at;
        self.eat(&[";"]);
        let from = self.at;
        if !self.eat(&["without", "it"]) {
            self.at = back;
            return None;
        }
        self.eat(&[","]);
        let rights = self
            .register()
            .rights()
            .filter_map(|(id, right)| self.literal(self.at, &right.says).map(|words| (id, words)));
        let Some((right, words)) = rights.max_by_key(|(_, words)| *words) else {
            let end = (self.at + self.extent(&["ends"]).max(1)).min(self.words.len());
            let names: Vec<&str> = self
                .register()
                .rights()
                .map(|(_, right)| right.says.as_str())
                .collect();
            let reason = format!("The vocabulary knows: {}.", names.join(", "));
            let near = closest(&self.said(self.at, end), names.into_iter())
                .map(|near| format!("Did you mean “{near}”?"));
            let range = self.range(self.at, end);
            self.say(
                "K204",
                range,
                "unknown right",
                &reason,
                &near.unwrap_or_default(),
            );
            self.at = end;
            self.at += self.extent(&[]);
            return None;
        };
        self.at += words;
        if !self.eat(&["ends", "after"]) {
            self.unexpected(&["ends after"]);
            return None;
        }
        let grace = self.duration()?;
        self.slot(Slot::Escalation, from);
        Some((right, grace))
    }
}
