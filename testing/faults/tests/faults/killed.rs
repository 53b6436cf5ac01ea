//! kill -9, at any moment and at the named points of a commit.

use kept_testing::{Home, on_both};

use crate::writer::{Said, Task, examine};

fn task(home: &Home) -> Task<'_> {
    Task {
        place: home.place(),
        folder: Some(home.folder()),
        first: 0,
        count: 1_000_000,
        in_flight: 16,
        stop: None,
    }
}

on_both! {
    fn killed_at_any_moment_it_has_kept_all_that_it_said(home) {
        let mut said: Vec<Said> = Vec::new();
        for (round, acknowledged) in [1_u64, 37, 200, 5, 411, 90].into_iter().enumerate() {
            let mut writer = Task { first: round as u64 * 1_000_000, ..task(home) }.start();
            writer.read(acknowledged);
            said.push(writer.kill());
            examine(home.place(), home.folder(), &said.iter().collect::<Vec<_>>());
        }
        assert!(said.iter().map(|said| said.kept.len()).sum::<usize>() >= 700);
    }

    fn killed_before_a_commit_nothing_of_it_is_there(home) {
        // The commits before are those of the tables and of the last events.
        for after in [3, 4, 9] {
            let before = examine(home.place(), home.folder(), &[]);
            let stop = Some(("before", after));
            let first = after * 1_000;
            let (said, status) = Task { first, stop, in_flight: 1, folder: None, ..task(home) }.start().end();
            assert!(!status.success());
            assert_eq!(examine(home.place(), home.folder(), &[&said]), before + said.kept.len());
        }
    }

    fn killed_after_a_commit_all_of_it_is_there_once_though_nobody_was_told(home) {
        examine(home.place(), home.folder(), &[]);
        for after in [3, 4, 9] {
            let before = examine(home.place(), home.folder(), &[]);
            let stop = Some(("after", after));
            let first = after * 1_000;
            let (said, status) = Task { first, stop, in_flight: 1, folder: None, ..task(home) }.start().end();
            assert!(!status.success());
            assert_eq!(examine(home.place(), home.folder(), &[&said]), before + said.kept.len() + 1);
        }
    }
}
