//! Requests of another house, taken over with what was said on them.

use axum::http::StatusCode;
use kept_accounts::model::PersonId;
use kept_clients::ClientId;
use kept_clients::model::Draft;
use kept_clients::takeover::OldClient;
use kept_engine::{Actor, Event, Record, What};
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_journal::live;
use kept_kernel::{Id, Instant};
use kept_requests::model::{Message, Request, RequestId, Voice};
use kept_requests::takeover::{OldRequest, follow_deadlines, take_over};
use kept_search::index_some;
use kept_store::{Answer, StoreError};
use kept_testing::{Kept as _, on_both};

use crate::desk::{DAY, Desk, START};

const CLIENT: u8 = 1;

fn days_ago(days: i64) -> Instant {
    START.plus_micros(-days * DAY * 1_000_000)
}

fn id(number: u8) -> Id {
    Id::from_parts(days_ago(400), [number; 10])
}

/// A client that nobody looks after, for whose requests Dora works too.
fn with_client(desk: &Desk) {
    with_clients(desk, vec![client(desk, id(CLIENT), "Brennan Pumps")]);
}

fn client(desk: &Desk, id: Id, name: &str) -> OldClient {
    OldClient {
        id: ClientId(id),
        draft: Draft::named(name),
        made_at: days_ago(400),
        to_check: false,
        archived: false,
        verified: (days_ago(400), None),
        figures: None,
        contacts: Vec::new(),
        team: vec![(desk.id("dora"), "Technical".to_owned())],
        revenues: Vec::new(),
        notes: Vec::new(),
    }
}

fn with_clients(desk: &Desk, clients: Vec<OldClient>) {
    let (rules, act) = (desk.rules.now(), (desk.world.id(), Who::Console, START));
    let taken = desk
        .store
        .write(move |tx| kept_clients::takeover::take_over(tx, &rules, &clients, act));
    taken.kept();
}

fn request(number: u8, assignee: Option<PersonId>) -> OldRequest {
    let at = days_ago(3);
    let said = |place: u32, voice, text: &str| Message {
        place,
        id: Id::from_parts(at, [number * 10 + place as u8; 10]),
        voice,
        channel: "email".to_owned(),
        author: assignee.filter(|_| voice == Voice::Us),
        name: None,
        text: text.to_owned(),
        clause: None,
        at: at.plus_micros(i64::from(place) * 60_000_000),
    };
    OldRequest {
        messages: vec![
            said(1, Voice::Client, "The gasket leaks again."),
            said(2, Voice::Us, "We send another."),
        ],
        read_by: assignee.into_iter().collect(),
        request: Request {
            id: RequestId(id(number)),
            number: 4_000 + u64::from(number),
            client: ClientId(id(CLIENT)),
            client_name: String::new(),
            tier: None,
            contact: None,
            contact_name: None,
            email: None,
            channel: "email".to_owned(),
            subject: format!("Gasket {number}"),
            category: None,
            urgency: None,
            impact: None,
            priority: None,
            department: None,
            waiting: None,
            ending: None,
            resolution: None,
            reason: None,
            assignee,
            assignee_name: None,
            team: None,
            team_name: None,
            expected_at: None,
            update_at: None,
            contacted_at: at,
            received_at: at,
            acknowledged_at: None,
            answered_at: None,
            prioritised_at: None,
            escalated_at: None,
            agreed_at: None,
            waiting_since: None,
            resolved_at: None,
            notice_at: None,
            confirmed_at: None,
            closed_at: None,
            reopened_at: None,
            complex_at: None,
            snoozed_until: Instant::from_micros(0),
            due_at: Instant::from_micros(i64::MAX),
            due_opened_at: None,
            due_rule: None,
            messages: 0,
            last_at: at,
            last_voice: Voice::Client,
            merged_into: None,
            revision: 1,
        },
    }
}

fn taken(desk: &Desk, requests: Vec<OldRequest>) -> Answer<(), StoreError> {
    let act = (desk.world.id(), Who::Console, START);
    desk.store.write(move |tx| take_over(tx, &requests, act))
}

/// What the journal knows of a request: that it came in.
fn received(desk: &Desk, number: u8) {
    let (rules, new) = (desk.rules.now(), desk.world.id());
    let register = &rules.register;
    let (noun, client) = (
        register.noun("request").unwrap(),
        register.noun("client").unwrap(),
    );
    let (of, whose) = (id(number).to_string(), id(CLIENT).to_string());
    let event = Event {
        place: 0,
        at: days_ago(3),
        recorded_at: days_ago(3),
        what: What::Act(register.act("receive-request").unwrap()),
        case: Record { noun, id: &of },
        links: &[Record {
            noun: client,
            id: &whose,
        }],
        actor: Actor::Client,
        facts: &[],
        parts: &[],
        holders: &[],
        proofs: &[],
    };
    let event = [NewEvent::of(&rules.codec, &event, new)];
    let judged = std::sync::Arc::clone(&rules);
    let recorded = desk
        .store
        .write(move |tx| live::record(tx, &judged, &event, START));
    recorded.kept();
}

on_both! {
    fn a_request_taken_over_stands_with_what_was_said_on_it(home) {
        let desk = Desk::new(home);
        with_client(&desk);
        taken(&desk, vec![request(2, Some(desk.id("ben")))]).kept();
        let page = desk.browser("helen").get(&format!("/requests/{}", id(2)));
        for words in ["R-4002", "Gasket 2", "The gasket leaks again.", "We send another.", "Brennan Pumps", "ben"] {
            assert!(page.has(words), "{words}: {}", page.text);
        }
        assert!(desk.audited().contains(&"RequestsTakenOver".to_owned()));
    }

    fn the_next_new_one_has_the_number_after_the_last_of_them(home) {
        let desk = Desk::new(home);
        with_client(&desk);
        taken(&desk, vec![request(9, None), request(2, None)]).kept();
        taken(&desk, vec![request(3, None)]).kept();
        let maya = desk.browser("maya");
        let new = maya.note("Invoice 1182 is wrong");
        assert!(maya.get(&format!("/requests/{new}")).has("R-4010"));
    }

    fn it_is_in_reach_of_those_whom_it_is_with_and_of_the_account_team_of_its_client(home) {
        let desk = Desk::new(home);
        with_client(&desk);
        taken(&desk, vec![request(2, Some(desk.id("ben"))), request(3, None)]).kept();
        desk.store.write(|tx| index_some(tx, 64)).kept();
        for (name, reaches) in [("helen", [true, true]), ("maya", [true, true]), ("ben", [true, false]), ("dora", [true, true]), ("cleo", [false, false])] {
            let browser = desk.browser(name);
            for (number, reaches) in [2, 3].into_iter().zip(reaches) {
                let path = format!("/requests/{}", id(number));
                assert_eq!(browser.get(&path).status == StatusCode::OK, reaches, "{name} opens {number}");
                let of_client = format!("/requests?view=all&client={}", id(CLIENT));
                for list in ["/requests", "/requests?view=all", "/requests?channel=email", &of_client] {
                    assert_eq!(browser.get(list).has(&path), reaches, "{name} lists {number} in {list}");
                }
                for list in ["/requests?channel=phone", "/requests?view=closed", "/requests?view=waiting", "/requests?tag=red"] {
                    assert!(!browser.get(list).has(&path), "{name} lists {number} in {list}");
                }
            }
        }
    }

    fn who_works_for_very_many_clients_sees_the_same(home) {
        let desk = Desk::new(home);
        let others = (0..1_001_u32).map(|number| {
            let mut random = [0xee; 10];
            random.iter_mut().zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
            client(&desk, Id::from_parts(days_ago(399), random), &format!("Kettle {number}"))
        });
        with_clients(&desk, others.collect());
        with_client(&desk);
        taken(&desk, vec![request(2, Some(desk.id("ben"))), request(3, None)]).kept();
        let dora = desk.browser("dora");
        for list in ["/requests", "/requests?view=unassigned", "/requests?view=all"] {
            let page = dora.get(list);
            assert_eq!(page.has("Gasket 2"), !list.ends_with("unassigned"), "{list}: {}", page.text);
            assert!(page.has("Gasket 3"), "{list}: {}", page.text);
        }
        assert!(!desk.browser("cleo").get("/requests?view=all").has("Gasket"));
    }

    fn its_deadline_is_that_of_the_judgement_in_force(home) {
        let desk = Desk::new(home);
        with_client(&desk);
        taken(&desk, vec![request(2, None), request(3, None)]).kept();
        received(&desk, 2);
        let helen = desk.browser("helen");
        assert!(!helen.get("/requests?view=overdue").has("Gasket 2"));
        follow_deadlines(&desk.store).unwrap();
        let late = helen.get("/requests?view=overdue");
        assert!(late.has("Gasket 2") && !late.has("Gasket 3"), "{}", late.text);
        // Looking a second time changes nothing.
        let revision = helen.revision(&id(2).to_string());
        follow_deadlines(&desk.store).unwrap();
        assert_eq!(helen.revision(&id(2).to_string()), revision);
    }

    fn one_that_is_there_already_leaves_nothing_of_its_slice(home) {
        let desk = Desk::new(home);
        with_client(&desk);
        taken(&desk, vec![request(2, None)]).kept();
        assert!(taken(&desk, vec![request(3, None), request(2, None)]).wait().is_err());
        let list = desk.browser("helen").get("/requests");
        assert!(list.has("Gasket 2") && !list.has("Gasket 3"), "{}", list.text);
    }
}
