//! The sample year, judged by the engine under the five SOPs.

use std::collections::BTreeMap;

use kept_calendar::Calendar;
use kept_engine::{Calendars, Engine, Obligation, Program, Verdict, Version};
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
        let taken = event.with(|event| engine.push(event));
        taken.expect("an event that the engine takes");
    }
    engine.finish(company.until);
    obligations
}

#[test]
fn the_year_is_kept_as_a_believable_company_keeps_it() {
    let (_, obligations) = judge(1);
    let mut rules: BTreeMap<String, Counts> = BTreeMap::new();
    for obligation in &obligations {
        let key = format!("{}/{}", obligation.rule.code, obligation.rule.id);
        *rules
            .entry(key)
            .or_default()
            .0
            .entry(obligation.verdict)
            .or_default() += 1;
    }
    for (key, counts) in &rules {
        println!(
            "{:5.1} % of {:4}  {key}  {:?}",
            counts.share(),
            counts.decided(),
            counts.0
        );
    }
    assert!(rules.len() > 120, "{} rules", rules.len());
}

#[test]
#[ignore = "for looking"]
fn look() {
    let (company, obligations) = judge(1);
    let register = shipped::register();
    let wanted = std::env::var("LOOK").unwrap_or_default();
    for o in obligations
        .iter()
        .filter(|o| o.subject == wanted || format!("{}/{}", o.rule.code, o.rule.id) == wanted)
    {
        println!(
            "{}/{} {} {:?} cycle {} opened {} due {:?} owner {:?} {:?}",
            o.rule.code,
            o.rule.id,
            o.subject,
            o.verdict,
            o.cycle,
            o.opened_at,
            o.due_at,
            o.owner,
            o.unknown
        );
        for e in &o.entries {
            println!("      {} {:?}", e.at, e.change);
        }
    }
    for e in company
        .events
        .iter()
        .filter(|e| e.id == wanted || e.links.iter().any(|l| l.1 == wanted))
    {
        let what = match e.what {
            kept_sample::SampleWhat::Act(a) => register[a].id.clone(),
            _ => "facts".into(),
        };
        println!(
            "{} {what} {} {:?} {:?}",
            e.at,
            e.id,
            e.actor,
            e.facts
                .iter()
                .map(|(f, v)| format!("{}={v:?}", register[*f].name))
                .collect::<Vec<_>>()
        );
    }
}
