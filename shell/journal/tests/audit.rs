//! The audit: no act without an entry, and nobody changes one unseen.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the failure")]

use kept_journal::audit::{self, Entry, Sealing, Who, inspect};
use kept_kernel::Instant;
use kept_store::{Store, StoreError, params, statements};
use kept_testing::{Home, Kept as _, on_both, prepare_all};
use kept_vault::checkpoint::Signer;
use kept_vault::{Purpose, Roots};
use kept_world::World;

const NOW: Instant = Instant::from_seconds(1_769_790_600);

statements! {
    CHANGE_DETAIL = "UPDATE audit SET detail = $2 WHERE place = $1";
    CHANGE_WHO = "UPDATE audit SET who = $2 WHERE place = $1";
    CHANGE_AT = "UPDATE audit SET at = at + 1 WHERE place = $1";
    CHANGE_LEAF = "UPDATE audit SET leaf = $2 WHERE place = $1";
    TAKE_AWAY = "DELETE FROM audit WHERE place = $1";
    COUNT = "SELECT count(*), max(place) FROM audit";
}

fn opened(home: &Home) -> (Store, World) {
    let store = home.open();
    store.migrate(&[kept_journal::SCHEMA], NOW).unwrap();
    (store, World::still(NOW, 1))
}

fn write(store: &Store, world: &World, number: u64) {
    let id = world.id();
    store
        .write(move |tx| {
            let object_id = number.to_string();
            audit::write(
                tx,
                &Entry {
                    id,
                    at: NOW,
                    who: Who::Kept,
                    act: "RequestRead",
                    object: "request",
                    object_id: &object_id,
                    detail: "{}",
                },
            )
        })
        .kept();
}

fn signer() -> Signer {
    let roots = Roots::new(&mut |bytes: &mut [u8]| bytes.fill(5)).unwrap();
    Signer::new("kept", &roots.derive(Purpose::Checkpoints)).unwrap()
}

on_both! {
    fn every_statement_is_understood(home) {
        let (store, _) = opened(home);
        prepare_all(&store, &kept_journal::statements());
    }

    fn an_untouched_history_has_no_findings(home) {
        let (store, world) = opened(home);
        let mut sealing = Sealing::open(store.clone(), world.clone(), signer(), home.folder()).unwrap();
        (0..30).for_each(|number| write(&store, &world, number));
        assert_eq!(sealing.sign().unwrap(), Some(30));
        assert_eq!(sealing.sign().unwrap(), None);
        (30..40).for_each(|number| write(&store, &world, number));
        assert_eq!(sealing.follow().unwrap(), 10);
        let report = inspect(&store, home.folder(), &[signer().verifier()]).unwrap();
        assert_eq!((report.entries, report.leaves, report.vouched), (40, 40, 30));
        assert!(report.is_sound(), "{report:?}");
    }

    fn each_of_twenty_tampered_entries_is_named_and_no_other(home) {
        let (store, world) = opened(home);
        let mut sealing = Sealing::open(store.clone(), world.clone(), signer(), home.folder()).unwrap();
        (0..300).for_each(|number| write(&store, &world, number));
        sealing.sign().unwrap();
        let places: Vec<i64> = (0..20).map(|number| 7 + number * 14).collect();
        let tampered = places.clone();
        store.write(move |tx| {
            for (number, place) in tampered.iter().enumerate() {
                match number % 5 {
                    0 => tx.execute(CHANGE_DETAIL, &params![*place, "{\"x\":1}"])?,
                    1 => tx.execute(CHANGE_WHO, &params![*place, "console"])?,
                    2 => tx.execute(CHANGE_AT, &params![*place])?,
                    3 => tx.execute(CHANGE_LEAF, &params![*place, &[9; 32]])?,
                    _ => tx.execute(TAKE_AWAY, &params![*place])?,
                };
            }
            Ok::<_, StoreError>(())
        }).kept();
        let report = inspect(&store, home.folder(), &[signer().verifier()]).unwrap();
        let named: Vec<i64> = report.findings.iter().map(|finding| finding.place() as i64).collect();
        assert_eq!(named, places, "{:?}", report.findings);
    }

    fn an_entry_is_undone_with_its_act(home) {
        let (store, world) = opened(home);
        let id = world.id();
        let refused = store.write(move |tx| {
            audit::write(tx, &Entry { id, at: NOW, who: Who::Unknown, act: "RequestRead", object: "request", object_id: "1", detail: "{}" })?;
            Err::<(), _>(StoreError::Missing("on purpose"))
        }).wait();
        assert!(refused.is_err());
        write(&store, &world, 2);
        kept_journal::place(&store).unwrap();
        let counts: (i64, i64) = store.read(|read| read.one::<(i64, i64)>(COUNT, &[])).kept();
        assert_eq!(counts, (1, 1), "places have no gaps");
    }

    fn writers_at_once_get_places_without_gaps(home) {
        let (store, world) = opened(home);
        let answers: Vec<_> = (0..100).map(|number: u64| {
            let id = world.id();
            store.write(move |tx| {
                let object_id = number.to_string();
                audit::write(tx, &Entry { id, at: NOW, who: Who::Kept, act: "RequestRead", object: "request", object_id: &object_id, detail: "{}" })
            })
        }).collect();
        for answer in answers {
            kept_journal::place(&store).unwrap();
            answer.kept();
        }
        kept_journal::place(&store).unwrap();
        let counts: (i64, i64) = store.read(|read| read.one::<(i64, i64)>(COUNT, &[])).kept();
        assert_eq!(counts, (100, 100));
    }
}
