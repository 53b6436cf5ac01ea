//! The same answers on both databases, at any moment of the index.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the failure")]

use kept_kernel::{Id, Instant};
use kept_search::{
    Document, Hits, Query, Reach, find, index_some, is_lost, put, rebuild, remove, set_circle,
    statements, statements_of,
};
use kept_store::{Store, StoreError, params};
use kept_testing::{Home, Kept as _, on_both, prepare_all};
use kept_world::World;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

kept_store::statements! {
    FAR_APART = "UPDATE documents SET number = number * 7001";
}

const NOW: Instant = Instant::from_seconds(1_769_790_600);

fn opened(home: &Home) -> Store {
    let store = home.open();
    store.migrate(&[kept_search::SCHEMA], NOW).unwrap();
    store
}

fn note(record: Id, title: &str, text: &str) -> Document {
    Document {
        kind: "note".into(),
        record,
        name: None,
        title: title.into(),
        text: text.into(),
        language: "en".into(),
        href: format!("/notes/{record}"),
        owner: None,
        team: None,
        circle: None,
        anyone: true,
        updated_at: NOW,
    }
}

fn write(store: &Store, documents: Vec<Document>) {
    store
        .write(move |tx| documents.iter().try_for_each(|document| put(tx, document)))
        .kept();
}

fn index(store: &Store) {
    while store.write(|tx| index_some(tx, 64)).kept() > 0 {}
}

fn found_by(store: &Store, typed: &str, reach: &Reach, after: Option<i64>) -> Hits {
    let (query, reach) = (Query::parse(typed), reach.clone());
    store
        .read(move |read| find(read, &query, ("note", &reach), after, 50))
        .kept()
}

fn titles(store: &Store, typed: &str) -> Vec<String> {
    let hits = found_by(store, typed, &Reach::everything(), None).hits;
    hits.into_iter().map(|hit| hit.title.text).collect()
}

/// What is asked, and what of the corpus answers, the newest first.
const BATTERY: &[(&str, &[&str])] = &[
    ("kettle", &["Copper kettle"]),
    ("KETTLE ", &["Copper kettle"]),
    ("ket", &["Copper kettle"]),
    ("ket ", &[]),
    ("überfallig", &["Überfällige Rechnung"]),
    ("uberfall", &["Überfällige Rechnung"]),
    ("strasse", &["Lodz"]),
    ("łódź", &["Lodz"]),
    ("is wrong", &["Wrong is it", "Invoice 1182"]),
    ("\"is wrong\"", &["Invoice 1182"]),
    ("\"wrong is\"", &["Wrong is it"]),
    ("\"kettle moss\"", &[]),
    ("1182", &["Invoice 1182"]),
    ("maya@desk.example", &["Lodz"]),
    ("AND", &["Copper kettle"]),
    ("NEAR", &[]),
    ("don't", &["Wrong is it"]),
    ("it \"", &["Wrong is it"]),
    ("copper invoice", &[]),
    ("Москва", &["Письмо"]),
    ("моск", &["Письмо"]),
    ("", &[]),
    ("'; --", &[]),
    ("note", &[]),
];

fn corpus(world: &World) -> Vec<Document> {
    let texts = [
        ("Copper kettle", "moss and stone"),
        ("Invoice 1182", "The invoice is wrong by 3.50 EUR."),
        ("Überfällige Rechnung", "Bitte zahlen"),
        ("Lodz", "Große Straße 4; ask maya@desk.example"),
        ("Wrong is it", "We don't know. Is it wrong?"),
        ("Письмо", "Из Москвы, в город Москва"),
    ];
    let notes = texts
        .iter()
        .map(|(title, text)| note(world.id(), title, text));
    notes.collect()
}

on_both! {
    fn every_statement_is_understood(home) {
        let store = opened(home);
        prepare_all(&store, &statements());
        prepare_all(&store, &statements_of(store.dialect()));
    }

    fn the_battery_gives_the_same_before_the_index_and_after_it(home) {
        let store = opened(home);
        write(&store, corpus(&World::still(NOW, 1)));
        for indexed in [false, true] {
            if indexed {
                index(&store);
            }
            for (typed, expected) in BATTERY {
                assert_eq!(titles(&store, typed), *expected, "{typed:?}, indexed: {indexed}");
            }
        }
    }

    fn what_changes_is_found_as_it_is_now_and_what_is_gone_is_not(home) {
        let store = opened(home);
        let record = World::still(NOW, 2).id();
        write(&store, vec![note(record, "Copper", "kettle")]);
        index(&store);
        write(&store, vec![note(record, "Tin", "pan")]);
        assert_eq!((titles(&store, "kettle").len(), titles(&store, "pan").len()), (0, 1));
        index(&store);
        assert_eq!((titles(&store, "kettle").len(), titles(&store, "pan").len()), (0, 1));
        store.write(move |tx| remove(tx, "note", record)).kept();
        assert_eq!(titles(&store, "pan").len(), 0);
        index(&store);
        assert_eq!(titles(&store, "pan").len(), 0);
    }

    fn a_name_typed_whole_stands_first_whatever_is_newer(home) {
        let store = opened(home);
        let world = World::still(NOW, 3);
        let named = Document { name: Some("SR 4.3".into()), ..note(world.id(), "Acknowledge", "") };
        let others = (0..3).map(|_| note(world.id(), "About SR 4.3", "SR 4.3 again"));
        let id = named.record;
        write(&store, std::iter::once(named).chain(others).collect());
        for _ in 0..2 {
            assert_eq!(titles(&store, "sr 4.3").first().map(String::as_str), Some("Acknowledge"));
            assert_eq!(titles(&store, "sr 4.3").len(), 4);
            assert_eq!(titles(&store, &id.to_string()), ["Acknowledge"]);
            index(&store);
        }
    }

    fn pages_follow_each_other_without_gaps_or_repetitions(home) {
        let store = opened(home);
        let world = World::still(NOW, 4);
        let notes = (0..130).map(|place| note(world.id(), &format!("Kettle {place}"), ""));
        write(&store, notes.collect());
        store.write(|tx| index_some(tx, 64)).kept();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let hits = found_by(&store, "kettle", &Reach::everything(), after);
            seen.extend(hits.hits.into_iter().map(|hit| hit.title.text));
            after = hits.next;
            if after.is_none() {
                break;
            }
        }
        let expected: Vec<_> = (0..130).rev().map(|place| format!("Kettle {place}")).collect();
        assert_eq!(seen, expected);
    }

    fn however_far_apart_documents_stand_none_is_passed_over(home) {
        let store = opened(home);
        let world = World::still(NOW, 8);
        let notes = (0..60).map(|place| note(world.id(), &format!("Kettle {place}"), if place % 20 == 7 { "moss" } else { "" }));
        write(&store, notes.collect());
        store.write(|tx| tx.execute(FAR_APART, &[])).kept();
        index(&store);
        let expected = |step: usize, from: usize| (0..60).rev().filter(|place| place % step == from).map(|place| format!("Kettle {place}")).collect::<Vec<_>>();
        assert_eq!(titles(&store, "moss"), expected(20, 7));
        let first = found_by(&store, "kettl", &Reach::everything(), None);
        let second = found_by(&store, "kettl", &Reach::everything(), first.next);
        let both = first.hits.into_iter().chain(second.hits).map(|hit| hit.title.text);
        assert_eq!(both.collect::<Vec<_>>(), expected(1, 0));
    }

    fn what_is_out_of_reach_never_appears(home) {
        let store = opened(home);
        let world = World::still(NOW, 5);
        let (me, other, team, circle, client) = (world.id(), world.id(), world.id(), world.id(), world.id());
        let base = || Document { anyone: false, ..note(world.id(), "Kettle", "") };
        let notes = vec![
            Document { title: "Kettle mine".into(), owner: Some(me), ..base() },
            Document { title: "Kettle of another".into(), owner: Some(other), ..base() },
            Document { title: "Kettle of the team".into(), team: Some(team), ..base() },
            Document { title: "Kettle of the circle".into(), circle: Some(circle), ..base() },
            Document { title: "Kettle of the client".into(), circle: Some(client), ..base() },
            Document { title: "Kettle for all".into(), anyone: true, ..base() },
        ];
        let opened_one = notes.get(1).map(|note| note.record).unwrap();
        write(&store, notes);
        store.write(move |tx| set_circle(tx, client, &[me])).kept();
        let with = |all: bool, owner: Option<Id>, of_team: Option<Id>, assigned: Option<Id>, opened: &[Id]| {
            let reach = Reach::of(&params![all, owner, of_team, assigned, opened]);
            let hits = found_by(&store, "kettle", &reach.in_circle(Some(circle)), None).hits;
            let mut titles: Vec<_> = hits.into_iter().map(|hit| hit.title.text.replace("Kettle ", "")).collect();
            titles.sort();
            titles.join(", ")
        };
        for _ in 0..2 {
            assert_eq!(with(false, None, None, None, &[]), "");
            assert_eq!(with(false, Some(me), None, None, &[]), "mine");
            assert_eq!(with(false, None, Some(team), None, &[]), "of the team");
            assert_eq!(with(false, None, None, Some(me), &[]), "for all, of the circle, of the client");
            assert_eq!(with(false, None, None, Some(other), &[]), "for all, of the circle");
            assert_eq!(with(false, None, None, None, &[opened_one]), "of another");
            assert_eq!(with(true, None, None, None, &[]).split(", ").count(), 6);
            index(&store);
        }
    }

    fn a_lost_index_is_noticed_and_made_anew(home) {
        let store = opened(home);
        write(&store, corpus(&World::still(NOW, 6)));
        assert!(!store.read(is_lost).kept());
        index(&store);
        assert!(!store.read(is_lost).kept());
        assert_eq!(rebuild(&store).unwrap(), 6);
        assert_eq!(titles(&store, "kettle").len(), 1);
        index(&store);
        assert_eq!(titles(&store, "kettle").len(), 1);
    }

    fn the_index_says_what_a_comparison_word_by_word_says(home) {
        let store = opened(home);
        let world = World::still(NOW, 7);
        let word = prop::sample::select(vec!["ab", "abc", "Äb", "b", "ß", "ss", "7", "é", "e", "'", "\"", "-", "日本", "ab:*"]);
        let text = prop::collection::vec(word.clone(), 0..6).prop_map(|words| words.join(" "));
        let asked = prop::collection::vec(word, 1..4).prop_map(|words| words.join(" "));
        let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
        let cases = (prop::collection::vec((text.clone(), text), 1..8), asked, any::<bool>());
        runner.run(&cases, |(texts, asked, phrase)| {
            let notes: Vec<_> = texts.iter().map(|(title, text)| note(world.id(), title, text)).collect();
            let asked = if phrase { format!("\"{asked}\"") } else { asked };
            let query = Query::parse(&asked);
            let mut expected: Vec<_> = notes.iter().filter(|note| query.matches(note)).map(|note| note.record).collect();
            expected.reverse();
            let all: Vec<_> = notes.iter().map(|note| note.record).collect();
            write(&store, notes);
            index(&store);
            let found: Vec<_> = found_by(&store, &asked, &Reach::everything(), None).hits.into_iter().map(|hit| hit.record).collect();
            store.write(move |tx| {
                all.iter().try_for_each(|record| remove(tx, "note", *record))?;
                while index_some(tx, 64)? > 0 {}
                Ok::<_, StoreError>(())
            }).kept();
            prop_assert_eq!(found, expected, "{:?}", asked);
            Ok(())
        }).unwrap();
    }
}
