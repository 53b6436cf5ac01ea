//! What the company's calendar opens: samples, reports, courses; the reviews that headers ask for.

use std::sync::Arc;

use kept_kernel::Instant;
use kept_language::ast::{ActUse, Audience, Course, Party, Report, RuleKey, Sample, Who, WhoKind};
use kept_language::{ActId, Document};

use super::builder::Builder;
use super::{Compiled, Source, rule_info};
use crate::clock::start_of_date;
use crate::program::{
    CalendarIx, CourseInfo, DeadlineInfo, GroupIx, Kind, Owner, PartyInfo, ReviewInfo, RuleInfo,
    RuleIx, SampleInfo, Until, UseIx, Variant,
};
use crate::reading::Reads;

impl<'a> Builder<'a> {
    pub(crate) fn sample(&mut self, source: &Source<'a>, sample: &'a Sample) -> Compiled<RuleIx> {
        let group = self.group(sample.noun)?;
        let frame = self.use_of(group, &sample.act)?;
        let by = sample
            .by
            .as_ref()
            .map(|fact| self.fact_use(group, &fact.path, fact.fact))
            .transpose()?;
        let mut variant = Variant::of(
            self.owner(source, &sample.who),
            self.owner_words(&sample.who),
        );
        if let Some(span) = &sample.within {
            let kind = Until::Within(self.span(self.company, source, span)?);
            variant.deadline = Some(DeadlineInfo {
                kind,
                next_day: false,
            });
        }
        let kind = Kind::Sample(SampleInfo {
            every: sample.every,
            size: sample.size,
            at_least: sample.at_least,
            by,
        });
        let mut info = rule_info(source, (group, sample.noun), kind, vec![variant]);
        info.act = self.check_act(group);
        let rule = self.add_rule(info);
        self.uses[frame].samples.push(rule);
        self.calendar_rules.push(rule);
        Ok(rule)
    }

    /// The act by which a drawn case is checked: the first that scores a record which belongs to the case.
    fn check_act(&mut self, group: GroupIx) -> Option<UseIx> {
        let act = self.register.act("score-quality-check")?;
        let noun = self.register[act].case;
        if let Some(info) = self.acts.get_mut(act.index()) {
            info.checks = true;
        }
        self.discharging(group, act, vec![noun])
    }

    pub(crate) fn discharging(
        &mut self,
        group: GroupIx,
        act: ActId,
        path: Vec<kept_language::NounId>,
    ) -> Option<UseIx> {
        let found = self.seen(group, act, path)?;
        self.uses[found].discharges = true;
        Some(found)
    }

    /// An act of the register as it is seen from a kind of case; none where it cannot be.
    pub(crate) fn seen(
        &mut self,
        group: GroupIx,
        act: ActId,
        path: Vec<kept_language::NounId>,
    ) -> Option<UseIx> {
        let act = ActUse {
            act,
            path,
            fact: None,
            range: kept_language::ast::TextRange::default(),
        };
        self.use_of(group, &act).ok()
    }

    pub(crate) fn report(&mut self, source: &Source<'a>, report: &'a Report) -> Compiled<RuleIx> {
        let company = self.company;
        let sender = report
            .from
            .clone()
            .or_else(|| source.document.header.owner.map(Party::Role));
        let who = Who {
            kind: WhoKind::OneOf(sender.into_iter().collect()),
            range: kept_language::ast::TextRange::default(),
        };
        let mut variant = Variant::of(self.owner(source, &who), self.owner_words(&who));
        let kind = Until::Within(self.span(company, source, &report.within)?);
        variant.deadline = Some(DeadlineInfo {
            kind,
            next_day: false,
        });
        let noun = self.register.company();
        let kind = Kind::Report(report.every, report.name.as_str().into());
        let mut info = rule_info(source, (company, noun), kind, vec![variant]);
        info.act = self.register.act("deliver-report").and_then(|act| {
            let noun = self.register[act].case;
            self.discharging(company, act, vec![noun])
        });
        let rule = self.add_rule(info);
        self.calendar_rules.push(rule);
        Ok(rule)
    }

    /// A course opens one duty for each person of its audience; without a list of people there is none to open.
    pub(crate) fn course(&mut self, source: &Source<'a>, course: &'a Course) -> RuleIx {
        let company = self.company;
        let (owner, words) = match &course.audience {
            Audience::Roles(roles) => {
                let words: Vec<_> = roles.iter().map(|role| self.role_words(*role)).collect();
                (
                    Owner::Learners(roles.clone().into(), None),
                    words.join(", "),
                )
            }
            Audience::Everyone => (Owner::Learners(Box::default(), None), "everyone".to_owned()),
            Audience::Holders(right) => (
                Owner::Learners(Box::default(), Some(*right)),
                "everyone".to_owned(),
            ),
        };
        let mut variant = Variant::of(owner, words.into());
        variant.warnings = course
            .warnings
            .iter()
            .map(|before| crate::program::WarningInfo {
                before: *before,
                whom: vec![kept_language::ast::Whom::Owner],
            })
            .collect();
        let kind = Kind::Course(CourseInfo {
            name: course.name.as_str().into(),
            within: course.within,
            renewed_every: course.renewed_every,
            without_it: course.without_it,
        });
        let noun = self.register.company();
        let mut info = rule_info(source, (company, noun), kind, vec![variant]);
        let act = if course.with_test {
            "pass-course"
        } else {
            "attend-course"
        };
        info.act = self.register.act(act).and_then(|act| {
            let noun = self.register[act].case;
            self.discharging(company, act, vec![noun])
        });
        self.add_rule(info)
    }

    /// `CODE/review`: for the owner, so long after the last review or approval.
    pub(crate) fn review(
        &mut self,
        document: &'a Document,
        version: Arc<str>,
        (from, until): (Instant, Instant),
    ) {
        let header = &document.header;
        let written = document.rules.iter().any(|rule| rule.key.id == REVIEW);
        let (Some(every), Some(owner), false) = (header.review, header.owner, written) else {
            return;
        };
        let company = self.company;
        let key = RuleKey {
            code: header.code.clone(),
            id: REVIEW.to_owned(),
        };
        let calendar = &self.calendars[CalendarIx(0)].1;
        let effective = header.effective.map(|day| start_of_date(calendar, day));
        let owes = Owner::Parties([PartyInfo::Role(owner)].into());
        let mut info = RuleInfo {
            ident: self.ident(&key, None),
            key: Arc::new(key),
            version,
            clause: header.code.as_str().into(),
            from,
            until,
            group: company,
            noun: self.register.company(),
            kind: Kind::Review(ReviewInfo {
                code: header.code.as_str().into(),
                every,
                effective,
            }),
            act: None,
            condition: None,
            unless: None,
            variants: vec![Variant::of(owes, self.role_words(owner))],
            exceptions: Box::default(),
            fixed: 0,
            reopened: None,
            latent: false,
            reads: Reads::NOTHING,
            shown: Reads::NOTHING,
            pauses: false,
            steady: false,
            elsewhere: false,
            again: false,
        };
        let reviewed = self.register.act("review-this-sop");
        info.act = reviewed.and_then(|act| self.discharging(company, act, Vec::new()));
        let rule = self.add_rule(info);
        self.groups[company].rhythms.push(rule);
        if let Some(act) = self.register.act("approve-version") {
            let noun = self.register[act].case;
            if let Some(approved) = self.seen(company, act, vec![noun]) {
                self.uses[approved].rhythms.push(rule);
            }
        }
    }
}

/// The identity of a document's own review.
const REVIEW: &str = "review";
