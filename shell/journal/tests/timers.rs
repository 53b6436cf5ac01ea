//! Timers fire once, and parcels leave at least once, whoever races.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the failure")]

use kept_journal::{outbox, timers};
use kept_kernel::Instant;
use kept_store::{Store, StoreError, params, statements};
use kept_testing::{Home, Kept as _, on_both, prepare_all};
use kept_world::World;

const NOW: Instant = Instant::from_seconds(1_769_790_600);

statements! {
    ADD_RECORD = "INSERT INTO records (noun, id) VALUES ('request', $1) RETURNING number";
    ADD_RECORDS = "INSERT INTO records (noun, id) VALUES ('request', $1)";
    ADD_TIMERS = "INSERT INTO timers (record, wake_at) SELECT number, $1 FROM records";
    COUNT_FIRED = "SELECT count(*) FROM firings";
    COUNT_TIMERS = "SELECT count(*) FROM timers";
}

fn opened(home: &Home) -> Store {
    let store = home.open();
    store.migrate(&[kept_journal::SCHEMA], NOW).unwrap();
    store
}

fn record(store: &Store, id: &'static str) -> i64 {
    let (number,): (i64,) = store
        .write(move |tx| tx.one(ADD_RECORD, &params![id]))
        .kept();
    number
}

fn later(seconds: i64) -> Instant {
    NOW.plus_micros(seconds * 1_000_000)
}

/// Claims until nothing is due, as a node does; returns how many it fired.
fn node(store: &Store, now: Instant) -> u64 {
    let mut fired = 0;
    loop {
        let round = store
            .write(move |tx| {
                let due = timers::claim(tx, now, 100)?;
                let mut first = 0_u64;
                for due in &due {
                    first += u64::from(timers::fire(tx, due.record, "breach", due.wake_at, now)?);
                }
                Ok::<_, StoreError>((due.len(), first))
            })
            .kept();
        fired += round.1;
        if round.0 == 0 {
            return fired;
        }
    }
}

on_both! {
    fn every_statement_is_understood(home) {
        prepare_all(&opened(home), &kept_journal::statements());
    }

    fn a_timer_is_due_at_its_time_and_the_latest_word_counts(home) {
        let store = opened(home);
        let request = record(&store, "1");
        store.write(move |tx| timers::set(tx, request, Some(later(60)))).kept();
        store.write(move |tx| timers::set(tx, request, Some(later(30)))).kept();
        assert_eq!(store.read(timers::next).kept(), Some(later(30)));
        assert_eq!(store.write(|tx| timers::claim(tx, later(29), 10)).kept(), []);
        let due = store.write(|tx| timers::claim(tx, later(30), 10)).kept();
        assert_eq!(due, [timers::Due { record: request, wake_at: later(30) }]);
        assert_eq!(store.read(timers::next).kept(), None);
    }

    fn a_claim_that_is_undone_leaves_the_timer(home) {
        let store = opened(home);
        let request = record(&store, "1");
        store.write(move |tx| timers::set(tx, request, Some(NOW))).kept();
        let died = store.write(|tx| {
            timers::claim(tx, NOW, 10)?;
            Err::<(), _>(StoreError::Missing("on purpose"))
        }).wait();
        assert!(died.is_err());
        assert_eq!(store.read(timers::next).kept(), Some(NOW));
    }

    fn nothing_fires_twice(home) {
        let store = opened(home);
        let request = record(&store, "1");
        let fire = move |tx: &kept_store::Write<'_>| timers::fire(tx, request, "breach acknowledge 1", NOW, NOW);
        assert!(store.write(fire).kept());
        assert!(!store.write(fire).kept());
    }

    fn two_nodes_racing_for_ten_thousand_timers_fire_each_once(home) {
        let store = opened(home);
        store.write(|tx| {
            let ids: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
            let rows: Vec<_> = ids.iter().map(|id| params![id]).collect();
            tx.execute_each(ADD_RECORDS, &rows)?;
            tx.execute(ADD_TIMERS, &params![NOW])
        }).kept();
        let other = home.open();
        let (one, two) = std::thread::scope(|scope| {
            let one = scope.spawn(|| node(&store, NOW));
            let two = scope.spawn(|| node(&other, NOW));
            (one.join().unwrap(), two.join().unwrap())
        });
        assert_eq!(one + two, 10_000);
        let fired: (i64,) = store.read(|read| read.one(COUNT_FIRED, &[])).kept();
        let left: (i64,) = store.read(|read| read.one(COUNT_TIMERS, &[])).kept();
        assert_eq!((fired.0, left.0), (10_000, 0));
    }

    fn a_parcel_is_leased_to_one_sender_and_comes_back_when_it_is_silent(home) {
        let store = opened(home);
        let world = World::still(NOW, 1);
        let (parcel, one, two) = (world.id(), world.id(), world.id());
        store.write(move |tx| outbox::put(tx, parcel, ("mail", "{\"to\":\"x\"}"), (NOW, NOW))).kept();
        let first = store.write(move |tx| outbox::lease(tx, ("mail", one), (NOW, later(60)), 10)).kept();
        assert_eq!((first.len(), first.first().map(|parcel| parcel.tries)), (1, Some(1)));
        assert_eq!(store.write(move |tx| outbox::lease(tx, ("mail", two), (later(59), later(120)), 10)).kept(), []);
        let second = store.write(move |tx| outbox::lease(tx, ("mail", two), (later(60), later(120)), 10)).kept();
        assert_eq!(second.first().map(|parcel| (parcel.id, parcel.tries)), Some((parcel, 2)));
        assert!(!store.write(move |tx| outbox::sent(tx, parcel, one, later(61))).kept(), "its lease has passed");
        assert!(store.write(move |tx| outbox::sent(tx, parcel, two, later(61))).kept());
        assert_eq!(store.write(move |tx| outbox::lease(tx, ("mail", one), (later(9999), later(99999)), 10)).kept(), []);
    }

    fn a_parcel_that_fails_waits_longer_each_time_and_is_given_up_at_last(home) {
        let store = opened(home);
        let world = World::still(NOW, 1);
        let (parcel, sender) = (world.id(), world.id());
        store.write(move |tx| outbox::put(tx, parcel, ("mail", "{}"), (NOW, NOW))).kept();
        let mut now = NOW;
        let mut tries = 0;
        for _ in 0..40 {
            let until = now.plus_micros(1_000_000);
            let leased = store.write(move |tx| outbox::lease(tx, ("mail", sender), (now, until), 10)).kept();
            for parcel in leased {
                tries += 1;
                store.write(move |tx| outbox::failed(tx, &parcel, sender, now, "no answer")).kept();
            }
            now = now.plus_micros(6 * 3600 * 1_000_000);
        }
        assert_eq!(tries, 16);
    }
}
