//! The rows of the sample's desk, held against the events from which they follow.
#![expect(
    clippy::expect_used,
    reason = "a test stops where the sample lacks what it is about"
)]

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use kept_engine::OwnedWhat;
use kept_kernel::Instant;
use kept_language::Register;
use kept_sample::desk::{Card, Request, Voice};
use kept_sample::{SampleCompany, Tier};

#[expect(dead_code, reason = "these tests need the vocabulary alone")]
mod shipped;

use shipped::{FROM, register};

/// A Wednesday afternoon and a Sunday morning of the last week.
const ENDS: [&str; 2] = ["2026-10-28T14:20:00Z", "2026-10-25T08:00:00Z"];

struct Desk {
    company: SampleCompany,
    cards: Vec<Card>,
    requests: Vec<Request>,
}

fn desk(register: &Register, now: &str) -> Desk {
    let now: jiff::Timestamp = now.parse().expect("an instant");
    let mut company = SampleCompany::generate(5, register, FROM, 11);
    company.cut_off(register, Instant::from_timestamp(now));
    let cards = company.cards(register);
    let people = cards.iter().flat_map(|card| &card.people);
    let names: BTreeMap<String, String> = people
        .map(|person| (person.id.clone(), person.name.clone()))
        .collect();
    let requests = company.requests(register, &names);
    Desk {
        company,
        cards,
        requests,
    }
}

/// The acts on each request, in order.
fn acts<'r>(register: &'r Register, desk: &Desk) -> BTreeMap<String, Vec<&'r str>> {
    let noun = register.noun("request");
    let mut acts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for event in &desk.company.events {
        if Some(event.case.0) != noun {
            continue;
        }
        let of = acts.entry(event.case.1.clone()).or_default();
        if let OwnedWhat::Act(act) = event.what {
            of.push(register[act].id.as_str());
        }
    }
    acts
}

#[test]
fn every_request_of_the_journal_has_its_row_and_the_other_way_round() {
    let register = register();
    for now in ENDS {
        let desk = desk(&register, now);
        let told: BTreeSet<String> = acts(&register, &desk).into_keys().collect();
        let rows: BTreeSet<String> = desk.requests.iter().map(|one| one.id.clone()).collect();
        assert_eq!(rows.len(), desk.requests.len(), "an id twice");
        assert_eq!(told, rows);
        let numbers: BTreeSet<u64> = desk.requests.iter().map(|one| one.number).collect();
        assert_eq!(numbers.len(), rows.len(), "a number twice");
    }
}

#[test]
fn a_row_stands_where_its_last_acts_have_left_it() {
    let register = register();
    let desk = desk(&register, ENDS[0]);
    let acts = acts(&register, &desk);
    for one in &desk.requests {
        let of = acts.get(&one.id).expect("its acts");
        let last = |wanted: &[&str]| of.iter().rposition(|act| wanted.contains(act));
        let ends = [
            "close-request",
            "mark-request-as-spam",
            "mark-request-as-duplicate",
            "withdraw-request",
        ];
        let reopened = last(&["reopen-request"]);
        assert_eq!(one.closed_at.is_some(), last(&ends) > reopened, "{of:?}");
        let resolved = last(&["resolve-request"]);
        assert_eq!(one.resolved_at.is_some(), resolved > reopened, "{of:?}");
        let set = last(&["set-waiting-for-client"]);
        let waits = set > last(&["client-writes-again", "resolve-request"]);
        assert_eq!(one.waiting_since.is_some(), waits, "{of:?}");
        assert_eq!(
            one.prioritised_at.is_some(),
            last(&["prioritise-request"]).is_some()
        );
        let answered = ["acknowledge-request", "answer-request"];
        if last(&answered).is_some() {
            assert!(one.acknowledged_at.is_some(), "{of:?}");
        }
    }
}

#[test]
fn whoever_asks_is_known_and_what_was_said_is_in_order() {
    let register = register();
    let desk = desk(&register, ENDS[0]);
    let clients: BTreeSet<&str> = desk.cards.iter().map(|card| card.id.as_str()).collect();
    let people = desk.cards.iter().flat_map(|card| &card.people);
    let people: BTreeSet<&str> = people.map(|person| person.id.as_str()).collect();
    for one in &desk.requests {
        let first = one.said.first().expect("the first words");
        assert_eq!(first.voice, Voice::Client);
        assert!(
            !one.subject.contains('{') && !first.text.contains('{'),
            "{}",
            first.text
        );
        assert!(one.said.is_sorted_by_key(|said| said.at), "{}", one.id);
        assert!(one.said.iter().all(|said| said.at <= desk.company.until));
        match &one.client {
            Some(client) => assert!(clients.contains(client.as_str()), "{client}"),
            None => assert_eq!(one.ending.as_deref().unwrap_or("spam"), "spam"),
        }
        if let Some(contact) = &one.contact {
            assert!(people.contains(contact.as_str()), "{contact}");
        }
    }
}

#[test]
fn there_is_work_in_progress_at_any_hour() {
    let register = register();
    for now in ENDS {
        let desk = desk(&register, now);
        let open = || desk.requests.iter().filter(|one| one.closed_at.is_none());
        let count = |of: &dyn Fn(&Request) -> bool| open().filter(|one| of(one)).count();
        assert!(count(&|one| one.acknowledged_at.is_none()) >= 7);
        assert!(count(&|one| one.waiting_since.is_some()) >= 3);
        assert!(count(&|one| one.escalated_at.is_some()) >= 1);
        assert!(count(&|one| one.notice_at.is_some()) >= 3);
        assert!(count(&|one| one.confirmed_at.is_some()) >= 2);
        assert!(count(&|one| one.reopened_at.is_some()) >= 1);
        assert!((38..160).contains(&open().count()), "{}", open().count());
    }
}

#[test]
fn the_clients_are_of_all_tiers_and_what_they_bought_is_their_revenue() {
    let register = register();
    let desk = desk(&register, ENDS[0]);
    assert!(
        (400..480).contains(&desk.cards.len()),
        "{}",
        desk.cards.len()
    );
    for tier in [Tier::Bronze, Tier::Silver, Tier::Gold, Tier::Platinum] {
        assert!(
            desk.company
                .clients
                .iter()
                .any(|client| client.tier == tier)
        );
    }
    let today = desk
        .company
        .until
        .timestamp()
        .to_zoned(jiff::tz::TimeZone::UTC);
    let year_ago = today.date().saturating_sub(364.days());
    for card in &desk.cards {
        let sales = card.sales.iter().filter(|sale| sale.on > year_ago);
        let bought: i64 = sales.map(|sale| sale.amount).sum();
        assert_eq!(Some(bought), card.revenue, "{}", card.name);
    }
    let waiting: Vec<&Card> = desk.cards.iter().filter(|card| card.to_check).collect();
    assert_eq!(waiting.len(), 3, "strangers who may be known already");
    assert!(
        desk.cards
            .iter()
            .filter(|card| card.alert.is_some())
            .count()
            >= 4
    );
}
