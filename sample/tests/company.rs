//! The sample company, held against the vocabulary and the five SOPs that ship.

use std::collections::BTreeSet;

use kept_engine::{OwnedEvent, OwnedWhat};
use kept_language::ast::{Opening, Opens, Passage, RuleKey, Sentence, Trigger};
use kept_language::{ActId, Register, Severity};
use kept_sample::{SampleCompany, changed_sr, requests_log};

mod shipped;

use shipped::{FROM, documents, register};

fn company(seed: u64, register: &Register) -> SampleCompany {
    SampleCompany::generate(seed, register, FROM, 12)
}

#[test]
fn every_word_that_the_stories_use_is_in_the_vocabulary() {
    let company = company(1, &register());
    assert!(
        company.missing_words.is_empty(),
        "{:#?}",
        company.missing_words
    );
}

#[test]
fn events_are_in_order_and_numbered_without_gaps() {
    let company = company(2, &register());
    for (place, pair) in company.events.windows(2).enumerate() {
        assert!(pair[0].at <= pair[1].at);
        assert_eq!(pair[0].place, place as u64 + 1);
        assert!(pair[0].at <= pair[0].recorded_at);
    }
    assert!(
        company
            .events
            .iter()
            .all(|event| company.from <= event.at && event.at < company.until)
    );
}

#[test]
fn the_same_seed_gives_the_same_company_and_another_seed_another() {
    let register = register();
    let one = company(3, &register);
    let again = company(3, &register);
    let other = company(4, &register);
    assert!(
        one.events == again.events && one.people == again.people && one.clients == again.clients
    );
    assert!(one.events != other.events && one.people != other.people);
}

#[test]
fn an_event_is_lent_with_all_that_it_has() {
    let company = company(5, &register());
    for event in &company.events {
        event.lend(|lent| {
            assert_eq!(lent.case.id, event.case.1);
            assert_eq!(lent.links.len(), event.links.len());
            assert_eq!(lent.parts.len(), event.parts.len());
            assert_eq!(lent.holders.len(), event.holders.len());
        });
    }
}

#[test]
fn a_year_has_a_believable_number_of_events_of_each_kind() {
    let register = register();
    let company = company(6, &register);
    let count = |wanted: &str| {
        let act = register.act(wanted).map(OwnedWhat::Act);
        let events = company.events.iter();
        events
            .filter(|event| Some(&event.what) == act.as_ref())
            .count()
    };
    for (act, least, most) in [
        ("receive-request", 550, 1_100),
        ("close-request", 500, 1_000),
        ("reopen-request", 20, 120),
        ("receive-email", 500, 1_300),
        ("make-sale", 180, 400),
        ("sign-agreement", 10, 45),
        ("receive-complaint", 20, 90),
        ("report-conflict", 5, 40),
        ("check-in-with-client", 800, 1_800),
        ("receive-survey-answer", 300, 800),
    ] {
        let found = count(act);
        assert!((least..=most).contains(&found), "{act}: {found}");
    }
    assert!(
        (15_000..30_000).contains(&company.events.len()),
        "{}",
        company.events.len()
    );
    assert!((400..500).contains(&company.clients.len()));
    assert_eq!(
        company
            .people
            .iter()
            .filter(|p| p.joined_at.is_some())
            .count(),
        1
    );
    assert_eq!(
        company
            .people
            .iter()
            .filter(|p| p.left_at.is_some())
            .count(),
        1
    );
}

/// The rules of the five SOPs whose triggering act happens in no year.
#[test]
fn almost_every_rule_is_set_off_by_something() {
    let register = register();
    let company = company(7, &register);
    let mut acts: BTreeSet<ActId> = BTreeSet::new();
    let mut facts = BTreeSet::new();
    for event in &company.events {
        if let OwnedWhat::Act(act) = event.what {
            acts.insert(act);
            acts.extend(&register[act].counts_as);
        }
        facts.extend(event.facts.iter().map(|(fact, _)| *fact));
    }
    let library = documents(&register, |_, text| text.to_owned());
    let mut never: Vec<String> = Vec::new();
    for document in &library.documents {
        for rule in &document.rules {
            let happens = match &rule.sentence {
                Some(Sentence::Duty(duty)) => match &duty.opening {
                    Opening::When { triggers, .. } => {
                        triggers.iter().any(|trigger| match trigger {
                            Trigger::Act(used) => acts.contains(&used.act),
                            Trigger::Progress(fact, _) => facts.contains(&fact.fact),
                            _ => true,
                        })
                    }
                    Opening::Step => acts.contains(&duty.task.act.act),
                },
                Some(Sentence::Gate(gate)) => acts.contains(&gate.act.act) && passable(gate, &acts),
                Some(Sentence::Rhythm(rhythm)) => {
                    let act = rhythm.task.act.act;
                    acts.contains(&act) || rhythm.task.act.fact.is_some()
                }
                Some(Sentence::Procedure(procedure)) => {
                    procedure.starts.iter().any(|used| acts.contains(&used.act))
                }
                Some(Sentence::Sample(sample)) => acts.contains(&sample.act.act),
                _ => true,
            };
            if !happens {
                never.push(name(&rule.key));
            }
        }
    }
    // These are about what no event can show yet: whether a contact consents to a purpose, and who may see a record.
    assert_eq!(
        never,
        ["CE/consent", "CE/need-to-know", "ON/consent-to-publish"]
    );
}

fn passable(gate: &kept_language::ast::Gate, acts: &BTreeSet<ActId>) -> bool {
    match &gate.opens {
        Opens::Until(passages) => passages.iter().any(|passage| match passage {
            Passage::Event(used) => acts.contains(&used.act),
            _ => true,
        }),
        _ => true,
    }
}

fn name(key: &RuleKey) -> String {
    format!("{}/{}", key.code, key.id)
}

#[test]
fn the_changed_procedure_reads_without_errors() {
    let register = register();
    let library = documents(&register, |path, text| match path {
        "sr.sop.md" => changed_sr(text),
        _ => text.to_owned(),
    });
    let errors: Vec<_> = library
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let changed = library
        .documents
        .iter()
        .find(|document| document.header.code == "SR")
        .expect("SR");
    assert_eq!(changed.header.version, "1.1");
    let blank = |name: &str| {
        changed
            .blanks
            .get(name)
            .and_then(|blank| blank.value.clone())
    };
    assert_eq!(blank("acknowledge").as_deref(), Some("2 business hours"));
    assert_eq!(blank("urgent time").as_deref(), Some("3 hours"));
    assert_eq!(blank("closing").as_deref(), Some("3 business days"));
}

#[test]
fn a_log_of_requests_is_as_long_as_asked_and_in_order() {
    let register = register();
    let events: Vec<OwnedEvent> = requests_log(8, &register, FROM, 500).collect();
    assert!(
        events
            .windows(2)
            .all(|pair| pair[0].at <= pair[1].at && pair[0].place + 1 == pair[1].place)
    );
    let cases: BTreeSet<&str> = events
        .iter()
        .filter(|e| e.case.1.starts_with("R-"))
        .map(|e| e.case.1.as_str())
        .collect();
    assert_eq!(cases.len(), 500);
    assert!(events.len() > 4_000, "{}", events.len());
}
