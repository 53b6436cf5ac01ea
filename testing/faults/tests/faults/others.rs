//! Others at the same database.

use std::sync::mpsc;
use std::time::Duration;

use kept_faults::{append, open, signer};
use kept_journal::audit;
use kept_store::{Dialect, Settings, StoreError};
use kept_testing::{Home, Kept as _, on_both, settings};
use kept_world::World;

use crate::writer::{Task, examine};

on_both! {
    fn two_processes_write_at_once_and_lose_nothing(home) {
        examine(home.place(), home.folder(), &[]);
        let task = Task { place: home.place(), folder: Some(home.folder()), first: 0, count: 300, in_flight: 8, stop: None };
        let one = task.start();
        let two = Task { first: 1_000, folder: None, ..task }.start();
        let (one, two) = (one.end().0, two.end().0);
        assert!(one.kept.len() + two.kept.len() > 300, "{} {}", one.why, two.why);
        let held = examine(home.place(), home.folder(), &[&one, &two]);
        assert_eq!(held, one.kept.len() + two.kept.len());
    }

    fn an_audit_is_sound_while_others_write_and_seal_it(home) {
        examine(home.place(), home.folder(), &[]);
        let task = Task { place: home.place(), folder: Some(home.folder()), first: 0, count: 100_000, in_flight: 8, stop: None };
        let mut writer = task.start();
        let store = open(home.place(), settings()).unwrap();
        let verifier = signer().unwrap().verifier();
        for _ in 0..5 {
            writer.read(30);
            kept_journal::place(&store).unwrap();
            let report = audit::inspect(&store, home.folder(), std::slice::from_ref(&verifier)).unwrap();
            assert!(report.is_sound() && report.entries >= 30, "{report:?}");
        }
        drop(store);
        let said = writer.kill();
        examine(home.place(), home.folder(), &[&said]);
    }
}

#[test]
fn a_database_held_busy_is_waited_for_then_told() {
    let home = Home::new(Dialect::Sqlite, "busy").unwrap();
    let world = World::system();
    let holder = open(
        home.place(),
        Settings {
            write_time: Duration::from_mins(1),
            ..settings()
        },
    )
    .unwrap();
    let store = open(home.place(), settings()).unwrap();
    let hold = || {
        let (let_go, wait) = mpsc::channel::<()>();
        let (has, held) = mpsc::channel();
        let wait = std::sync::Mutex::new(wait);
        let answer = holder.write(move |_| {
            let _ = has.send(());
            // Ends when the test lets go.
            let _ = wait.lock().unwrap().recv();
            Ok::<_, StoreError>(())
        });
        held.recv().unwrap();
        (let_go, answer)
    };
    let (let_go, answer) = hold();
    let waiting = append(&store, &world, 1);
    drop(let_go);
    waiting.kept();
    answer.kept();
    let (let_go, answer) = hold();
    let refused = append(&store, &world, 2).wait();
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    drop(let_go);
    answer.kept();
    append(&store, &world, 3).kept();
    drop((store, holder));
    assert_eq!(examine(home.place(), home.folder(), &[]), 2);
}
