//! What every database must do alike.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "in a test a panic is the failure"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kept_kernel::{Id, Instant};
use kept_store::{
    Answer, Migration, OpenError, Schema, Settings, Store, StoreError, Value, params, statements,
};
use kept_testing::{Home, Kept as _, on_both, settings};

statements! {
    ADD = "INSERT INTO notes (id, client, text, weight, done, extra, raw, written_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ADD_SHORT = "INSERT INTO notes (id, client, text, done, written_at) VALUES ($1, $2, $3, $4, $5)";
    ADD_UNLESS_THERE = "INSERT INTO notes (id, client, text, done, written_at) VALUES ($1, $2, $3, $4, $5)
                        ON CONFLICT DO NOTHING";
    ALL = "SELECT id, client, text, weight, done, extra, raw, written_at FROM notes ORDER BY client, id";
    TEXTS = "SELECT text FROM notes ORDER BY text, id";
    COUNT = "SELECT count(*) FROM notes";
    BY_CLIENT = "SELECT text FROM notes WHERE client = $2 AND text > $1 ORDER BY text";
    AMONG = "SELECT text FROM notes WHERE id IN LIST($1) ORDER BY text";
    AMONG_CLIENTS = "SELECT text FROM notes WHERE client IN LIST($1) ORDER BY text";
    AMONG_TEXTS = "SELECT text FROM notes WHERE text IN LIST($1) ORDER BY text";
    RAISE = "UPDATE notes SET client = client + 1 WHERE text = $1";
    CLIENT_OF = "SELECT client FROM notes WHERE text = $1";
    BROKEN = "SELECT nothing FROM nowhere";
    ENDLESS = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n WHERE x < 0";
    NEXT_NUMBER = "INSERT INTO numbers (given) VALUES (1) RETURNING number";
}

const SCHEMA: Schema = Schema {
    owner: "battery",
    migrations: &[
        Migration {
            number: 1,
            name: "notes",
            text: "CREATE TABLE notes (
                id $ID NOT NULL PRIMARY KEY, client $INT NOT NULL, text $TEXT NOT NULL, weight $REAL, done $BOOL NOT NULL,
                extra $JSON, raw $BYTES, written_at $INT NOT NULL) $STRICT;
                CREATE INDEX notes_by_client ON notes (client, text);",
        },
        Migration {
            number: 2,
            name: "numbers",
            text: "CREATE TABLE numbers (number $SERIAL, given $INT NOT NULL) $STRICT;",
        },
    ],
};

const OLDER: Schema = Schema {
    owner: "battery",
    migrations: &[],
};

const EDITED: Schema = Schema {
    owner: "battery",
    migrations: &[
        Migration {
            number: 1,
            name: "notes",
            text: "CREATE TABLE other (id $ID) $STRICT",
        },
        Migration {
            number: 2,
            name: "numbers",
            text: "",
        },
    ],
};

const FAULTY: Schema = Schema {
    owner: "battery",
    migrations: &[Migration {
        number: 1,
        name: "half",
        text: "CREATE TABLE half (id $ID) $STRICT; CREATE TABLE half (id $ID) $STRICT;",
    }],
};

const MENDED: Schema = Schema {
    owner: "battery",
    migrations: &[Migration {
        number: 1,
        name: "half",
        text: "CREATE TABLE half (id $ID) $STRICT;",
    }],
};

const NOW: Instant = Instant::from_seconds(1_769_790_600);

fn id(number: u64) -> Id {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    Id::from_parts(NOW, random)
}

fn with_notes(home: &Home) -> Store {
    with_settings(home, settings())
}

fn with_settings(home: &Home, settings: Settings) -> Store {
    let store = Store::open(home.place(), settings).unwrap();
    store.migrate(&[SCHEMA], NOW).unwrap();
    store
}

fn add(store: &Store, number: u64, text: &str) -> Result<u64, StoreError> {
    let text = text.to_owned();
    store
        .write(move |tx| tx.execute(ADD_SHORT, &params![id(number), 7_i64, &text, false, NOW]))
        .wait()
}

fn texts(store: &Store) -> Vec<String> {
    let rows: Vec<(String,)> = store.read(|r| r.all::<(String,)>(TEXTS, &[])).kept();
    rows.into_iter().map(|(text,)| text).collect()
}

fn count(store: &Store) -> i64 {
    let (count,): (i64,) = store.read(|r| r.one::<(i64,)>(COUNT, &[])).kept();
    count
}

type Note = (
    Id,
    i64,
    String,
    Option<f64>,
    bool,
    Option<String>,
    Option<Vec<u8>>,
    Instant,
);

on_both! {
    fn every_kind_of_value_comes_back_as_it_went(home) {
        let store = with_notes(home);
        store.write(|tx| {
            let bytes: &[u8] = &[0, 255, 1];
            tx.execute(ADD, &params![id(1), i64::MIN, "Łódź 'quoted' \u{1F600}", 0.1, true, Value::Json("{\"a\": [1]}"), bytes, NOW])?;
            tx.execute(ADD, &params![id(2), i64::MAX, "", None::<f64>, false, None::<&str>, None::<&[u8]>, Instant::MIN])
        }).kept();
        let rows: Vec<Note> = store.read(|r| r.all::<Note>(ALL, &[])).kept();
        assert_eq!(rows[0], (id(1), i64::MIN, "Łódź 'quoted' \u{1F600}".into(), Some(0.1), true, Some("{\"a\": [1]}".into()), Some(vec![0, 255, 1]), NOW));
        assert_eq!(rows[1], (id(2), i64::MAX, String::new(), None, false, None, None, Instant::MIN));
    }

    fn what_a_closure_holds_has_gone_before_its_answer_comes(home) {
        struct Slow(Arc<AtomicU64>);
        impl Drop for Slow {
            fn drop(&mut self) {
                std::thread::sleep(Duration::from_millis(50));
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let store = with_notes(home);
        let gone = Arc::new(AtomicU64::new(0));
        let (read, written) = (Slow(Arc::clone(&gone)), Slow(Arc::clone(&gone)));
        store.read(move |_| { let _held = &read; Ok::<_, StoreError>(()) }).kept();
        assert_eq!(gone.load(Ordering::SeqCst), 1);
        store.write(move |_| { let _held = &written; Ok::<_, StoreError>(()) }).kept();
        assert_eq!(gone.load(Ordering::SeqCst), 2);
    }

    fn parameters_may_stand_in_any_order_in_the_text(home) {
        let store = with_notes(home);
        for (number, text) in [(1, "apple"), (2, "pear"), (3, "plum")] {
            add(&store, number, text).unwrap();
        }
        let found: Vec<(String,)> = store.read(|r| r.all::<(String,)>(BY_CLIENT, &params!["b", 7_i64])).kept();
        assert_eq!(found, [("pear".into(),), ("plum".into(),)]);
    }

    fn lists_of_ids_numbers_and_texts_are_one_parameter(home) {
        let store = with_notes(home);
        for number in 0..5 {
            add(&store, number, &format!("note {number}")).unwrap();
        }
        let found = store.read(|r| {
            let ids = [id(1), id(3), id(99)];
            let by_id: Vec<(String,)> = r.all(AMONG, &params![&ids[..]])?;
            let by_client: Vec<(String,)> = r.all(AMONG_CLIENTS, &params![&[6_i64, 8][..]])?;
            let by_text: Vec<(String,)> = r.all(AMONG_TEXTS, &params![&["note 4", "note 0"][..]])?;
            let none: Vec<(String,)> = r.all(AMONG, &params![&[] as &[Id]])?;
            Ok::<_, StoreError>((by_id, by_client.len(), by_text, none.len()))
        }).wait().unwrap();
        assert_eq!(found, (vec![("note 1".into(),), ("note 3".into(),)], 0, vec![("note 0".into(),), ("note 4".into(),)], 0));
    }

    fn text_sorts_by_its_bytes(home) {
        let store = with_notes(home);
        for (number, text) in ["b", "Z", "ä", "a", "B"].into_iter().enumerate() {
            add(&store, number as u64, text).unwrap();
        }
        assert_eq!(texts(&store), ["B", "Z", "a", "b", "ä"]);
    }

    fn a_refused_closure_leaves_nothing(home) {
        let store = with_notes(home);
        let refused = store.write(|tx| {
            tx.execute(ADD_SHORT, &params![id(1), 1_i64, "gone", false, NOW])?;
            Err::<(), _>(StoreError::Missing("on purpose"))
        }).wait();
        assert!(matches!(refused, Err(StoreError::Missing("on purpose"))));
        assert_eq!(count(&store), 0);
    }

    fn a_closure_that_goes_on_after_a_failed_statement_is_not_kept(home) {
        let store = with_notes(home);
        let believed = store.write(|tx| {
            tx.execute(ADD_SHORT, &params![id(1), 1_i64, "before", false, NOW])?;
            let _ = tx.execute(ADD_SHORT, &params![id(1), 1_i64, "twice", false, NOW]);
            Ok::<_, StoreError>(())
        }).wait();
        assert!(matches!(believed, Err(StoreError::Conflict { statement: "ADD_SHORT", .. })), "{believed:?}");
        assert_eq!(count(&store), 0);
    }

    fn what_is_put_is_done_in_order_and_seen_by_what_comes_next(home) {
        let store = with_notes(home);
        let seen = store.write(|tx| {
            tx.put(ADD_SHORT, &params![id(1), 7_i64, "counter", false, NOW])?;
            for _ in 0..200 {
                tx.put(RAISE, &params!["counter"])?;
            }
            let (seen,): (i64,) = tx.one(CLIENT_OF, &params!["counter"])?;
            tx.put(RAISE, &params!["counter"])?;
            tx.put_each(ADD_SHORT, &[params![id(2), 7_i64, "one", false, NOW], params![id(3), 7_i64, "two", false, NOW]])?;
            Ok::<_, StoreError>(seen)
        }).kept();
        assert_eq!(seen, 207);
        let (client,): (i64,) = store.read(|r| r.one::<(i64,)>(CLIENT_OF, &params!["counter"])).kept();
        assert_eq!((client, count(&store)), (208, 3));
    }

    fn what_is_put_and_cannot_stand_leaves_nothing_of_its_closure(home) {
        let store = with_notes(home);
        for asks in [false, true] {
            let refused = store.write(move |tx| {
                tx.put(ADD_SHORT, &params![id(1), 1_i64, "before", false, NOW])?;
                // On a server it is told by what comes next, or by the commit.
                let _ = tx.put(ADD_SHORT, &params![id(1), 1_i64, "twice", false, NOW]);
                if asks {
                    let _ = tx.one::<(i64,)>(COUNT, &[]);
                }
                let _ = tx.put(ADD_SHORT, &params![id(2), 1_i64, "after", false, NOW]);
                Ok::<_, StoreError>(())
            }).wait();
            assert!(matches!(refused, Err(StoreError::Conflict { statement: "ADD_SHORT", .. })), "{refused:?}");
            assert_eq!(count(&store), 0);
        }
        add(&store, 1, "and the next one is kept").unwrap();
        assert_eq!(count(&store), 1);
    }

    fn several_are_asked_for_at_once_and_answered_in_their_order(home) {
        let store = with_notes(home);
        add(&store, 1, "first").unwrap();
        add(&store, 2, "second").unwrap();
        let found: Vec<Option<(i64,)>> = store.read(|read| {
            let asked = ["second", "nobody", "first"].map(|text| params![text]);
            let asked: Vec<&[Value<'_>]> = asked.iter().map(|one| &one[..]).collect();
            read.maybe_each(CLIENT_OF, &asked)
        }).kept();
        assert_eq!(found, [Some((7,)), None, Some((7,))]);
    }

    fn a_key_that_exists_can_be_passed_over_in_words(home) {
        let store = with_notes(home);
        add(&store, 1, "first").unwrap();
        let changed = store.write(|tx| {
            let again = tx.execute(ADD_UNLESS_THERE, &params![id(1), 7_i64, "second", false, NOW])?;
            let fresh = tx.execute(ADD_UNLESS_THERE, &params![id(2), 7_i64, "third", false, NOW])?;
            Ok::<_, StoreError>((again, fresh))
        }).wait().unwrap();
        assert_eq!(changed, (0, 1));
        assert_eq!(texts(&store), ["first", "third"]);
    }

    fn good_failing_and_panicking_neighbours_do_not_touch_each_other(home) {
        let store = with_notes(home);
        let answers: Vec<_> = (0..30_u64).map(|number| store.write(move |tx| {
            tx.execute(ADD_SHORT, &params![id(number), 7_i64, "note", false, NOW])?;
            match number % 3 {
                0 => Ok(()),
                1 => Err(StoreError::Missing("on purpose")),
                _ => panic!("on purpose"),
            }
        })).collect();
        let ends: Vec<_> = answers.into_iter().map(Answer::wait).collect();
        assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 10);
        assert_eq!(ends.iter().filter(|end| matches!(end, Err(StoreError::Panicked))).count(), 10);
        assert_eq!(count(&store), 10);
    }

    fn two_writers_of_one_row_lose_no_change(home) {
        let store = with_notes(home);
        add(&store, 1, "counter").unwrap();
        let answers: Vec<_> = (0..50).map(|_| store.write(|tx| tx.execute(RAISE, &params!["counter"]))).collect();
        for answer in answers {
            assert_eq!(answer.kept(), 1);
        }
        let (client,): (i64,) = store.read(|r| r.one::<(i64,)>(CLIENT_OF, &params!["counter"])).kept();
        assert_eq!(client, 57);
    }

    fn a_read_sees_one_moment(home) {
        let store = with_notes(home);
        let writer = store.clone();
        let seen = store.read(move |r| {
            let (before,): (i64,) = r.one(COUNT, &[])?;
            // Another thread writes, durably, while this read goes on.
            add(&writer, 1, "meanwhile")?;
            let (after,): (i64,) = r.one(COUNT, &[])?;
            Ok::<_, StoreError>((before, after))
        }).wait().unwrap();
        assert_eq!(seen, (0, 0));
        assert_eq!(count(&store), 1);
    }

    fn what_was_answered_is_there_after_opening_anew(home) {
        let store = with_notes(home);
        for number in 0..20 {
            add(&store, number, "kept").unwrap();
        }
        drop(store);
        assert_eq!(count(&with_notes(home)), 20);
    }

    fn a_wrong_statement_is_named(home) {
        let store = with_notes(home);
        let error = store.read(|r| r.all::<(i64,)>(BROKEN, &[])).wait().unwrap_err();
        assert!(matches!(&error, StoreError::Database { statement: "BROKEN", .. }), "{error:?}");
        let error = store.read(|r| r.one::<(i64,)>(CLIENT_OF, &params!["nobody"])).wait().unwrap_err();
        assert!(matches!(error, StoreError::Missing("CLIENT_OF")), "{error:?}");
    }

    fn a_column_read_as_something_else_is_told(home) {
        let store = with_notes(home);
        add(&store, 1, "text").unwrap();
        let error = store.read(|r| r.all::<(i64,)>(TEXTS, &[])).wait().unwrap_err();
        assert_eq!(error.to_string(), "column 0: expected a whole number, found text");
    }

    fn an_endless_read_is_stopped_and_others_go_on(home) {
        let store = with_settings(home, Settings { read_time: Duration::from_millis(300), readers: 1, ..settings() });
        let error = store.read(|r| r.all::<(i64,)>(ENDLESS, &[])).wait().unwrap_err();
        assert!(matches!(error, StoreError::Timeout), "{error:?}");
        assert_eq!(count(&store), 0);
    }

    fn an_endless_write_is_stopped_and_its_neighbours_are_kept(home) {
        let store = with_settings(home, Settings { write_time: Duration::from_millis(500), ..settings() });
        let before = store.write(|tx| tx.execute(ADD_SHORT, &params![id(1), 7_i64, "before", false, NOW]));
        let endless = store.write(|tx| tx.all::<(i64,)>(ENDLESS, &[]));
        assert!(matches!(endless.wait().unwrap_err(), StoreError::Timeout));
        assert_eq!(before.kept(), 1);
        add(&store, 2, "after").unwrap();
        assert_eq!(texts(&store), ["after", "before"]);
    }

    fn more_work_than_the_queue_holds_is_refused_at_once(home) {
        let store = with_settings(home, Settings { queue: 4, writers: 1, ..settings() });
        let busy = AtomicU64::new(0);
        let answers: Vec<_> = (0..40).map(|number| store.write(move |tx| {
            std::thread::sleep(Duration::from_millis(5));
            tx.execute(ADD_SHORT, &params![id(number), 7_i64, "note", false, NOW])
        })).collect();
        let mut kept = 0;
        for answer in answers {
            match answer.wait() {
                Ok(_) => kept += 1,
                Err(StoreError::Busy) => { busy.fetch_add(1, Ordering::Relaxed); }
                Err(error) => panic!("{error}"),
            }
        }
        assert!(busy.into_inner() > 0);
        assert_eq!(count(&store), kept);
    }

    fn work_whose_caller_has_gone_is_not_begun(home) {
        let store = with_settings(home, Settings { writers: 1, ..settings() });
        let ran = Arc::new(AtomicU64::new(0));
        let first = store.write(|_| { std::thread::sleep(Duration::from_millis(200)); Ok::<_, StoreError>(()) });
        for _ in 0..10 {
            let ran = ran.clone();
            drop(store.write(move |_| { ran.fetch_add(1, Ordering::Relaxed); Ok::<_, StoreError>(()) }));
        }
        first.wait().unwrap();
        add(&store, 1, "after").unwrap();
        assert_eq!(ran.load(Ordering::Relaxed), 0);
    }

    fn many_rows_go_in_with_one_call(home) {
        let store = with_notes(home);
        store.write(|tx| {
            let rows: Vec<_> = (0..523_u64).map(|number| params![id(number), 7_i64, "many", false, NOW]).collect();
            tx.execute_each(ADD_SHORT, &rows)
        }).kept();
        assert_eq!(count(&store), 523);
        let again = store.write(|tx| {
            let rows: Vec<_> = (400..600_u64).map(|number| params![id(number), 7_i64, "more", false, NOW]).collect();
            tx.execute_each(ADD_UNLESS_THERE, &rows)
        }).kept();
        assert_eq!(again, 77);
    }

    fn numbers_are_given_out_once_each(home) {
        let store = with_notes(home);
        let answers: Vec<_> = (0..100).map(|_| store.write(|tx| tx.one::<(i64,)>(NEXT_NUMBER, &[]))).collect();
        let mut numbers: Vec<i64> = answers.into_iter().map(|answer| answer.kept().0).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 100);
    }

    fn a_text_with_a_zero_character_is_refused(home) {
        let store = with_notes(home);
        let error = add(&store, 1, "a\0b").unwrap_err();
        assert!(error.to_string().contains("U+0000"), "{error}");
    }

    fn a_statement_inside_each_is_refused(home) {
        let store = with_notes(home);
        add(&store, 1, "one").unwrap();
        let error = store.read(|r| r.each(TEXTS, &[], |_| r.each(TEXTS, &[], |_| Ok::<_, StoreError>(())))).wait().unwrap_err();
        assert!(error.to_string().contains("inside `each`"), "{error}");
    }

    fn migrations_run_once_and_an_edited_or_unknown_one_is_refused(home) {
        let store = home.open();
        assert_eq!(store.migrate(&[SCHEMA], NOW).unwrap().len(), 2);
        assert_eq!(store.migrate(&[SCHEMA], NOW).unwrap(), []);
        assert!(matches!(store.migrate(&[EDITED], NOW), Err(OpenError::Edited { number: 1, .. })));
        assert!(matches!(store.migrate(&[OLDER], NOW), Err(OpenError::TooNew { number: 1, .. })));
    }

    fn nodes_that_are_started_at_once_migrate_one_after_the_other(home) {
        let stores: Vec<_> = (0..4).map(|_| home.open()).collect();
        let run: Vec<usize> = std::thread::scope(|scope| {
            let started: Vec<_> = stores.iter().map(|store| scope.spawn(|| store.migrate(&[SCHEMA], NOW).unwrap().len())).collect();
            started.into_iter().map(|node| node.join().unwrap()).collect()
        });
        assert_eq!(run.iter().sum::<usize>(), 2, "each migration ran once: {run:?}");
    }

    fn a_migration_that_fails_leaves_the_schema_as_it_was(home) {
        let store = home.open();
        assert!(matches!(store.migrate(&[FAULTY], NOW), Err(OpenError::Migration { number: 1, .. })));
        assert_eq!(store.migrate(&[MENDED], NOW).unwrap().len(), 1);
    }

    fn an_answer_can_be_awaited(home) {
        let store = with_notes(home);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let written = runtime.block_on(async {
            store.write(|tx| tx.execute(ADD_SHORT, &params![id(1), 7_i64, "awaited", false, NOW])).await
        });
        assert_eq!(written.unwrap_or_else(|error: StoreError| panic!("{error}")), 1);
    }
}
