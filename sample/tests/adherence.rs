//! The sample year, judged by the engine under the five SOPs.
#![expect(
    clippy::expect_used,
    reason = "a test stops where the sample cannot be run"
)]

use std::collections::BTreeMap;

use kept_calendar::Calendar;
use kept_engine::{Calendars, Engine, Obligation, Program, Verdict, Version, WhatIf};
use kept_kernel::Instant;
use kept_sample::SampleCompany;

mod shipped;

/// How often each verdict was given under one rule.
#[derive(Default, Clone)]
struct Counts(BTreeMap<Verdict, usize>);

impl Counts {
    fn of(&self, verdict: Verdict) -> usize {
        self.0.get(&verdict).copied().unwrap_or_default()
    }

    fn decided(&self) -> usize {
        self.of(Verdict::Met)
            + self.of(Verdict::MetLate)
            + self.of(Verdict::Missed)
            + self.of(Verdict::Overdue)
    }

    fn share(&self) -> f64 {
        100.0 * self.of(Verdict::Met) as f64 / self.decided().max(1) as f64
    }
}

fn judge(seed: u64) -> (SampleCompany, Vec<Obligation>) {
    let register = shipped::register();
    let mut company = SampleCompany::generate(seed, &register, shipped::FROM, 12);
    let library = shipped::documents(&register, |_, text| text.to_owned());
    let versions = [Version {
        documents: &library.documents,
        from: Instant::MIN,
    }];
    let calendar = Calendar::parse(&company.calendar, &mut |name| Err(name.to_owned()));
    let calendars = Calendars::company(calendar.expect("a calendar"));
    let program = Program::compile(&register, &versions, calendars, company.staff(&register))
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    let first = replay(&program, &company, seed);
    company.answer_checks(&register, &first);
    let second = replay(&program, &company, seed);
    (company, second)
}

fn replay(program: &Program, company: &SampleCompany, seed: u64) -> Vec<Obligation> {
    let mut obligations = Vec::new();
    let mut engine = Engine::new(program, seed, |obligation| {
        if obligation.level == 0 {
            obligations.push(obligation.clone());
        }
    });
    for event in &company.events {
        let taken = event.lend(|event| engine.push(event));
        taken.expect("an event that the engine takes");
    }
    engine.finish(company.until);
    obligations
}

fn by<K: Ord>(
    obligations: &[Obligation],
    key: impl Fn(&Obligation) -> Option<K>,
) -> BTreeMap<K, Counts> {
    let mut found: BTreeMap<K, Counts> = BTreeMap::new();
    for obligation in obligations {
        if let Some(key) = key(obligation) {
            let counts = found.entry(key).or_default();
            *counts.0.entry(obligation.verdict).or_default() += 1;
        }
    }
    found
}

#[test]
fn a_year_beside_itself_shows_no_difference() {
    let register = shipped::register();
    let company = SampleCompany::generate(7, &register, shipped::FROM, 12);
    let library = shipped::documents(&register, |_, text| text.to_owned());
    let versions = [Version {
        documents: &library.documents,
        from: Instant::MIN,
    }];
    let calendar = Calendar::parse(&company.calendar, &mut |name| Err(name.to_owned()));
    let calendars = Calendars::company(calendar.expect("a calendar"));
    let program = Program::compile(&register, &versions, calendars, company.staff(&register))
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    let mut obligations = Vec::new();
    let mut engine = Engine::new(&program, 7, |obligation| {
        obligations.push(obligation.clone());
    });
    for event in &company.events {
        event.lend(|event| engine.push(event)).expect("taken");
    }
    engine.finish(company.until);
    let mut whatif = WhatIf::new(&program, &program);
    for obligation in &obligations {
        whatif.first(obligation);
    }
    for obligation in &obligations {
        whatif.second(obligation);
    }
    let difference = whatif.finish();
    assert!(difference.empty, "{difference:?}");
}

#[test]
fn the_year_is_kept_as_a_believable_company_keeps_it() {
    let (_, obligations) = judge(2);
    let rules = by(&obligations, |o| {
        Some(format!("{}/{}", o.rule.code, o.rule.id))
    });
    assert!(rules.len() > 150, "{} rules", rules.len());
    let often = rules.iter().filter(|(_, counts)| counts.decided() >= 40);
    let odd: Vec<_> = often
        .filter(|(_, counts)| counts.share() < 50.0)
        .map(|(key, counts)| format!("{key}: {:.1} %", counts.share()))
        .collect();
    assert_eq!(odd, Vec::<String>::new());
    let all = by(&obligations, |_| Some(()));
    let share = all.get(&()).map_or(0.0, Counts::share);
    assert!((90.0..97.5).contains(&share), "{share:.1} % of all");
    // A proud company keeps nearly every clause, and has a handful that are worth looking at.
    let judged: Vec<&Counts> = rules
        .values()
        .filter(|counts| counts.decided() > 0)
        .collect();
    let kept = judged
        .iter()
        .filter(|counts| counts.share() >= 95.0)
        .count();
    assert!(
        kept * 100 >= judged.len() * 78,
        "{kept} of {} kept",
        judged.len()
    );
    let weak = judged
        .iter()
        .filter(|counts| counts.decided() >= 40 && counts.share() < 90.0)
        .count();
    assert!((3..=15).contains(&weak), "{weak} weak clauses");
    // What the engine drew in the first run is scored in the second.
    for rule in ["CM/check-requests", "CM/check-emails"] {
        let share = rules.get(rule).map_or(0.0, Counts::share);
        assert!(share > 70.0, "{rule}: {share:.1} %");
    }
}

#[test]
fn punctuality_differs_by_person_and_over_the_year() {
    let (company, obligations) = judge(1);
    let service = by(&obligations, |o| {
        let owner = company
            .people
            .iter()
            .find(|person| Some(&person.name) == o.owner.as_ref())?;
        (owner.team == "service")
            .then(|| o.opened_at.to_string().get(..7).map(str::to_owned))
            .flatten()
    });
    let people = by(&obligations, |o| o.owner.clone());
    let shares = |counts: &BTreeMap<String, Counts>| {
        let often = counts.iter().filter(|(_, counts)| counts.decided() >= 60);
        let shares: Vec<f64> = often.map(|(_, counts)| counts.share()).collect();
        let low = shares.iter().copied().fold(100.0, f64::min);
        let high = shares.iter().copied().fold(0.0, f64::max);
        high - low
    };
    assert!(
        shares(&service) > 7.0,
        "the months of the service team are all alike"
    );
    assert!(shares(&people) > 7.0, "the people are all alike");
}
