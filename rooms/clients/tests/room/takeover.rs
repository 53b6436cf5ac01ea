//! Clients of another house, taken over with what hangs on them.

use axum::http::StatusCode;
use kept_clients::model::{ContactDraft, Draft};
use kept_clients::takeover::{OldClient, OldFigures, OldNote, OldRevenue, take_over};
use kept_clients::{ClientId, ContactId};
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_search::index_some;
use kept_store::{Answer, StoreError};
use kept_testing::{Kept as _, on_both};

use crate::desk::{DAY, Desk, START};

fn days_ago(days: i64) -> Instant {
    START.plus_micros(-days * DAY * 1_000_000)
}

fn id(number: u8) -> Id {
    Id::from_parts(days_ago(400), [number; 10])
}

/// A client of Jonas, for whom Theo works too.
fn aalto(desk: &Desk) -> OldClient {
    let (jonas, theo) = (desk.id("jonas"), desk.id("theo"));
    let sanna = ContactDraft {
        name: "Sanna Virta".to_owned(),
        email: "sanna@aalto.example".to_owned(),
        language: "en".to_owned(),
        ..ContactDraft::default()
    };
    OldClient {
        id: ClientId(id(1)),
        draft: Draft {
            website: "https://aalto.example".to_owned(),
            owner: Some(jonas),
            team: Some(desk.north),
            ..Draft::named("Aalto Dairy")
        },
        made_at: days_ago(400),
        to_check: false,
        archived: false,
        verified: (days_ago(30), Some(jonas)),
        figures: Some(OldFigures {
            revenue: 70_000_000,
            engagement: None,
            scores: [7, 5, 3],
            by_hand: None,
        }),
        contacts: vec![(ContactId(id(2)), sanna, days_ago(390))],
        team: vec![(theo, "Technical".to_owned())],
        revenues: vec![OldRevenue {
            id: id(3),
            on_day: "2026-01-10".to_owned(),
            amount: 70_000_000,
            note: "Two lines".to_owned(),
            at: days_ago(20),
        }],
        notes: vec![OldNote {
            id: id(4),
            text: "Sanna decides.".to_owned(),
            at: days_ago(10),
            by: Some(jonas),
            pinned: true,
        }],
    }
}

fn other(number: u8, name: &str) -> OldClient {
    OldClient {
        id: ClientId(id(number)),
        draft: Draft::named(name),
        made_at: days_ago(300),
        to_check: false,
        archived: false,
        verified: (days_ago(300), None),
        figures: None,
        contacts: Vec::new(),
        team: Vec::new(),
        revenues: Vec::new(),
        notes: Vec::new(),
    }
}

fn taken(desk: &Desk, clients: Vec<OldClient>) -> Answer<(), StoreError> {
    let rules = desk.room_rules();
    let act = (desk.world.id(), Who::Console, START);
    desk.store
        .write(move |tx| take_over(tx, &rules, &clients, act))
}

on_both! {
    fn a_client_taken_over_stands_with_all_that_hangs_on_it(home) {
        let desk = Desk::new(home);
        taken(&desk, vec![aalto(&desk)]).kept();
        let page = desk.browser("rita").get(&format!("/clients/{}", id(1)));
        for words in ["Aalto Dairy", "Sanna Virta", "sanna@aalto.example", "Sanna decides.", "C-1", "Gold", "Technical"] {
            assert!(page.has(words), "{words}: {}", page.text);
        }
        assert!(desk.audited().contains(&"ClientsTakenOver".to_owned()));
    }

    fn whoever_looked_after_it_before_reaches_it_and_finds_it(home) {
        let desk = Desk::new(home);
        taken(&desk, vec![aalto(&desk), other(5, "Brennan Pumps")]).kept();
        desk.store.write(|tx| index_some(tx, 64)).kept();
        let path = format!("/clients/{}", id(1));
        for (name, sees) in [("jonas", true), ("theo", true), ("maya", true), ("max", false)] {
            let browser = desk.browser(name);
            assert_eq!(browser.get(&path).status == StatusCode::OK, sees, "{name} opens it");
            assert_eq!(browser.get("/clients").has(&path), sees, "{name} lists it");
            assert_eq!(browser.get("/clients?q=sanna").has(&path), sees, "{name} finds it");
        }
        assert!(!desk.browser("jonas").sees("Brennan Pumps"));
    }

    fn those_put_away_and_those_to_be_checked_stand_where_they_stood(home) {
        let desk = Desk::new(home);
        let away = OldClient { archived: true, ..other(5, "Put Away") };
        let strange = OldClient { to_check: true, ..other(6, "Came By Itself") };
        taken(&desk, vec![away, strange]).kept();
        let rita = desk.browser("rita");
        assert!(!rita.sees("Put Away"));
        assert!(rita.get("/clients?view=to-check").has("Came By Itself"));
    }

    fn two_that_share_an_address_are_a_pair_to_look_at(home) {
        let desk = Desk::new(home);
        let mut twin = other(5, "Aalto Dairies");
        "https://aalto.example".clone_into(&mut twin.draft.website);
        taken(&desk, vec![aalto(&desk), twin]).kept();
        assert!(desk.browser("rita").get("/clients/duplicates").has("Aalto Dairies"));
    }

    fn one_that_is_there_already_leaves_nothing_of_its_slice(home) {
        let desk = Desk::new(home);
        taken(&desk, vec![other(5, "Brennan Pumps")]).kept();
        assert!(taken(&desk, vec![other(6, "Kettle Works"), other(5, "Brennan Again")]).wait().is_err());
        let rita = desk.browser("rita");
        assert!(rita.sees("Brennan Pumps") && !rita.sees("Kettle Works"));
    }
}
