//! Exceptions: what a rule becomes under each, and which of them is the strongest.

use std::sync::Arc;

use jiff::civil::Date;
use kept_kernel::Instant;
use kept_language::ast::{Change, Exception, RuleKey, Sentence};

use super::builder::Builder;
use super::{Compiled, Source};
use crate::clock::{NEVER, end_of_date};
use crate::program::{CalendarIx, ExceptionInfo, IdentIx, RuleIx, Variant};
use crate::reading::Reads;

impl<'a> Builder<'a> {
    /// Hangs all exceptions on a rule, those on its exceptions too.
    pub(crate) fn exceptions(&mut self, rule: RuleIx, sources: &[Source<'a>]) -> Compiled<()> {
        let ident = self.rules[rule].ident;
        let Some(plain) = self.rules[rule].variants.first().cloned() else {
            return Ok(());
        };
        let made = self.level(rule, ident, &plain, sources, 0)?;
        let reads = !made.is_empty();
        let info = &mut self.rules[rule];
        info.exceptions = made;
        let by_fact = info.variants.iter().any(reads_facts);
        if reads || by_fact || info.condition.is_some() || info.unless.is_some() {
            // Which facts and states is said at the end, when all tables are known.
            info.reads = Reads::ANYTHING;
        }
        Ok(())
    }

    fn level(
        &mut self,
        rule: RuleIx,
        parent: IdentIx,
        base: &Variant,
        sources: &[Source<'a>],
        depth: usize,
    ) -> Compiled<Box<[ExceptionInfo]>> {
        if depth > 8 {
            return Err("Its exceptions go round in a circle.".to_owned());
        }
        let (from, until) = (self.rules[rule].from, self.rules[rule].until);
        let mut found: Vec<(&Source<'a>, &Exception)> = Vec::new();
        for source in sources {
            let Some(Sentence::Exception(exception)) = &source.rule.sentence else {
                continue;
            };
            let same = self.known_ident(&exception.parent.key) == Ok(parent);
            if same && source.from < until && from < source.until {
                found.push((source, exception));
            }
        }
        let mut made = Vec::new();
        for (source, exception) in strongest_first(found) {
            made.push(self.one(rule, base, (source, exception), sources, depth)?);
        }
        Ok(made.into())
    }

    fn one(
        &mut self,
        rule: RuleIx,
        base: &Variant,
        (source, exception): (&Source<'a>, &Exception),
        sources: &[Source<'a>],
        depth: usize,
    ) -> Compiled<ExceptionInfo> {
        let group = self.rules[rule].group;
        let mut variant = base.clone();
        variant.exception = Some(Arc::new(source.rule.key.clone()));
        for change in &exception.changes {
            match change {
                Change::Deadline(deadline) => {
                    variant.deadline = Some(self.deadline(group, source, deadline)?);
                }
                Change::Who(who) => {
                    variant.owner = self.owner(source, who);
                    variant.owner_words = self.owner_words(who);
                }
                Change::Pausing(states) => variant.pausing = self.pausing(group, states)?,
                Change::Evidence(evidence) => variant.evidence = self.evidence(evidence)?,
                Change::Escalation(escalation) => {
                    variant.levels = self.levels(Some(escalation), &variant.owner_words);
                    variant.in_working_hours = escalation.in_working_hours;
                }
                Change::DoesNotApply => variant.applies = false,
            }
        }
        let mut fixed = self.rules[rule].fixed;
        let condition = exception
            .condition
            .as_ref()
            .map(|condition| self.condition(group, condition, Some(&mut fixed)))
            .transpose()?;
        self.rules[rule].fixed = fixed;
        let index = self.rules[rule].variants.len();
        self.rules[rule].variants.push(variant.clone());
        let inner = self.level(rule, source.ident, &variant, sources, depth + 1)?;
        let last = exception.until.map_or(NEVER, |day| self.end_of(day));
        Ok(ExceptionInfo {
            variant: index,
            condition,
            from: source.from,
            until: source.until.min(last),
            inner,
        })
    }

    fn end_of(&self, day: Date) -> Instant {
        end_of_date(&self.calendars[CalendarIx(0)].1, day)
    }
}

fn reads_facts(variant: &Variant) -> bool {
    use crate::program::{SpanInfo, Until};
    let span = |span: &SpanInfo| !matches!(span, SpanInfo::Fixed(_));
    variant
        .deadline
        .as_ref()
        .is_some_and(|deadline| match &deadline.kind {
            Until::Within(found) => span(found),
            Until::After(..) | Until::Fact(_) | Until::Before(..) => true,
            Until::EndOf(_) => false,
        })
}

/// Those that beat others before those; otherwise in the order of the documents.
fn strongest_first<'s, 'a>(
    mut found: Vec<(&'s Source<'a>, &'s Exception)>,
) -> Vec<(&'s Source<'a>, &'s Exception)> {
    let mut ordered: Vec<(&Source<'a>, &Exception)> = Vec::new();
    while !found.is_empty() {
        let beaten = |key: &RuleKey| {
            found
                .iter()
                .any(|(_, other)| other.over.iter().any(|rule| &rule.key == key))
        };
        let next = found
            .iter()
            .position(|(source, _)| !beaten(&source.rule.key))
            .unwrap_or(0);
        ordered.push(found.remove(next));
    }
    ordered
}
