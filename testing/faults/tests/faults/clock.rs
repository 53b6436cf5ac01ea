//! A clock that is set forward and back while the program works: by a person, by a time server, by a machine that slept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kept_faults::{append, inspect, open, sealing};
use kept_journal::timers::{claim, fire, set};
use kept_journal::{events, place};
use kept_kernel::Instant;
use kept_store::{Store, StoreError, statements};
use kept_testing::{Home, Kept as _, on_both, settings};
use kept_vault::SystemRandom;
use kept_world::World;

statements! {
    IN_PLACE = "SELECT what FROM events ORDER BY place";
    RECORDS = "SELECT number FROM records ORDER BY number";
    FIRED = "SELECT record, at, fired_at FROM firings ORDER BY record, at";
    ENTRY_IDS = "SELECT id FROM audit ORDER BY place";
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// The last hour before the clocks of Europe go forward in 2026.
const START: i64 = 1_774_744_200;

/// By how many seconds the clock is wrong after each of these steps.
const JUMPS: [i64; 14] = [
    1,
    -1,
    HOUR,
    -HOUR,
    DAY,
    -2 * DAY,
    365 * DAY,
    -400 * DAY,
    1,
    0,
    0,
    40 * 365 * DAY,
    -41 * 365 * DAY,
    366 * DAY,
];

struct Hand(Arc<AtomicI64>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    fn jump(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn now(&self) -> Instant {
        Instant::from_seconds(self.0.load(Ordering::SeqCst))
    }

    /// A program that has just been started under this clock.
    fn world(&self) -> World {
        let hand = Arc::clone(&self.0);
        World::new(
            move || Instant::from_seconds(hand.load(Ordering::SeqCst)),
            SystemRandom,
        )
    }
}

/// A house with the records of fifty requests.
fn begun(home: &Home, hand: &Hand) -> (Store, Vec<i64>) {
    let store = open(home.place(), settings()).unwrap();
    let world = hand.world();
    for number in 0..50 {
        append(&store, &world, number).wait().unwrap();
    }
    place(&store).unwrap();
    let numbers: Vec<(i64,)> = store.read(|read| read.all(RECORDS, &[])).kept();
    (store, numbers.into_iter().map(|(number,)| number).collect())
}

/// Fires what is due by this clock, each time setting the next one an hour later, up to `last`. Returns how often something
/// came that had been fired before.
fn round(store: &Store, now: Instant, last: Instant) -> usize {
    let fired = store.write(move |tx| {
        let mut again = 0;
        for due in claim(tx, now, 1_000)? {
            let mark = format!("due {}", due.wake_at.micros());
            if !fire(tx, due.record, &mark, due.wake_at, now)? {
                again += 1;
            }
            let next = due.wake_at.plus_micros(HOUR * 1_000_000);
            set(tx, due.record, (next <= last).then_some(next))?;
        }
        Ok::<_, StoreError>(again)
    });
    fired.kept()
}

/// Rounds until nothing is due any more.
fn caught_up(store: &Store, now: Instant, last: Instant) -> usize {
    let due = move || {
        let next = store.read(kept_journal::timers::next).kept();
        next.is_some_and(|next| next <= now)
    };
    let mut again = 0;
    while due() {
        again += round(store, now, last);
    }
    again
}

fn fired(store: &Store) -> Vec<(i64, Instant, Instant)> {
    store.read(|read| read.all(FIRED, &[])).kept()
}

on_both! {
    fn what_is_recorded_while_the_clock_jumps_is_all_there_in_the_order_of_its_recording(home) {
        let hand = Hand::new();
        let store = open(home.place(), settings()).unwrap();
        let mut world = hand.world();
        let mut number = 0;
        for (step, jump) in JUMPS.iter().cycle().take(3 * JUMPS.len()).enumerate() {
            hand.jump(*jump);
            if step % 5 == 4 {
                // The program starts anew under the wrong clock and knows nothing of the ids before.
                world = hand.world();
            }
            for _ in 0..5 {
                append(&store, &world, number).wait().unwrap();
                place(&store).unwrap();
                number += 1;
            }
            let mut sealing = sealing(&store, &world, home.folder()).unwrap();
            sealing.sign().unwrap();
        }
        let whats: Vec<(String,)> = store.read(|read| read.all(IN_PLACE, &[])).kept();
        let expected: Vec<_> = (0..number).map(|number| (number.to_string(),)).collect();
        assert_eq!(whats, expected);
        assert_eq!(events::span(&store).unwrap().unwrap().events, number);
        assert_eq!(inspect(&store, home.folder()).unwrap().events.len() as u64, number);
    }

    fn ids_of_one_program_stay_in_order_though_its_clock_is_set_back(home) {
        let hand = Hand::new();
        let store = open(home.place(), settings()).unwrap();
        let world = hand.world();
        for (number, jump) in JUMPS.iter().enumerate() {
            hand.jump(*jump);
            append(&store, &world, number as u64).wait().unwrap();
            place(&store).unwrap();
        }
        let ids: Vec<(kept_kernel::Id,)> = store.read(|read| read.all(ENTRY_IDS, &[])).kept();
        assert!(ids.iter().zip(ids.iter().skip(1)).all(|(one, next)| one < next));
    }

    fn every_timer_fires_once_whatever_the_clock_does_and_none_before_its_time(home) {
        let hand = Hand::new();
        let (store, records) = begun(home, &hand);
        let first = hand.now().plus_micros(HOUR * 1_000_000);
        let last = first.plus_micros(9 * HOUR * 1_000_000);
        let mine = records.clone();
        store
            .write(move |tx| mine.iter().try_for_each(|record| set(tx, *record, Some(first))))
            .kept();
        for jump in [10, -HOUR, HOUR + 10, HOUR, -DAY, 3 * HOUR, DAY, -2 * DAY, 3 * DAY] {
            hand.jump(jump);
            assert_eq!(caught_up(&store, hand.now(), last), 0);
            assert!(fired(&store).iter().all(|(_, at, fired_at)| at <= fired_at));
        }
        let before = fired(&store);
        // Set back, and the same deadlines are reckoned and set a second time.
        hand.jump(-30 * DAY);
        let mine = records.clone();
        store
            .write(move |tx| mine.iter().try_for_each(|record| set(tx, *record, Some(first))))
            .kept();
        hand.jump(60 * DAY);
        assert_eq!(caught_up(&store, hand.now(), last), 10 * records.len(), "all of them were done before");
        assert_eq!(fired(&store), before);
        let mut times: BTreeMap<i64, usize> = BTreeMap::new();
        for (record, ..) in before {
            *times.entry(record).or_default() += 1;
        }
        assert_eq!(times.len(), records.len());
        assert!(times.values().all(|times| *times == 10), "{times:?}");
    }

    fn of_two_nodes_whose_clocks_differ_by_a_day_one_fires_each_timer(home) {
        let (ahead, behind) = (Hand::new(), Hand::new());
        ahead.jump(DAY);
        let (store, records) = begun(home, &behind);
        let first = behind.now().plus_micros(2 * HOUR * 1_000_000);
        let last = first.plus_micros(19 * HOUR * 1_000_000);
        store
            .write(move |tx| records.iter().try_for_each(|record| set(tx, *record, Some(first))))
            .kept();
        std::thread::scope(|scope| {
            for hand in [&ahead, &behind] {
                let store = &store;
                scope.spawn(move || {
                    for _ in 0..26 {
                        assert_eq!(round(store, hand.now(), last), 0);
                        hand.jump(HOUR);
                    }
                });
            }
        });
        assert_eq!(caught_up(&store, ahead.now(), last), 0);
        let fired = fired(&store);
        assert_eq!(fired.len(), 50 * 20);
    }
}

#[test]
fn every_statement_is_understood() {
    let Some(home) = Home::new(kept_store::Dialect::Sqlite, "statements") else {
        return;
    };
    let store = open(home.place(), settings()).unwrap();
    kept_testing::prepare_all(&store, STATEMENTS);
}
