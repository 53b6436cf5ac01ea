//! What an inspection of the history finds: each entry that was tampered with, and no other.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test"
)]

use std::convert::Infallible;

use kept_kernel::Instant;
use kept_vault::audit::{CheckpointFault, Entry, Finding, Report, verify};
use kept_vault::checkpoint::{CheckpointProblem, SignedCheckpoint, Signer, Verifier};
use kept_vault::merkle::{Frontier, Hash, leaf_hash};
use kept_vault::{Purpose, Roots};
use proptest::prelude::*;

/// A history in its three places: database, file of leaves, checkpoints.
#[derive(Clone)]
struct History {
    entries: Vec<Entry<Vec<u8>>>,
    leaves: Vec<Hash>,
    checkpoints: Vec<Result<SignedCheckpoint, CheckpointProblem>>,
    keys: Vec<Verifier>,
}

fn signer(seed: u8) -> Signer {
    let roots = Roots::new(&mut |bytes: &mut [u8]| bytes.fill(seed)).unwrap();
    Signer::new("test/audit", &roots.derive(Purpose::Checkpoints)).unwrap()
}

fn bytes(place: u64) -> Vec<u8> {
    format!("what happened as number {place}").into_bytes()
}

fn entry(place: u64, bytes: Vec<u8>) -> Entry<Vec<u8>> {
    let leaf = leaf_hash(&bytes);
    Entry { place, bytes, leaf }
}

impl History {
    fn new(size: u64, every: u64) -> Self {
        let signer = signer(1);
        let mut frontier = Frontier::default();
        let mut history = Self {
            entries: (1..=size).map(|place| entry(place, bytes(place))).collect(),
            leaves: (1..=size).map(|place| leaf_hash(&bytes(place))).collect(),
            checkpoints: Vec::new(),
            keys: vec![signer.verifier()],
        };
        for leaf in &history.leaves {
            frontier.append(*leaf);
            if frontier.size() % every == 0 {
                let at = Instant::from_seconds(frontier.size() as i64);
                let signed = signer.sign(frontier.size(), frontier.root(), at);
                history.checkpoints.push(Ok(signed));
            }
        }
        history
    }

    fn index(&self, place: u64) -> usize {
        let found = self.entries.iter().position(|entry| entry.place == place);
        found.unwrap_or_else(|| panic!("no entry at {place}"))
    }

    fn at(&mut self, place: u64) -> &mut Entry<Vec<u8>> {
        let index = self.index(place);
        &mut self.entries[index]
    }

    /// Changes the bytes alone, as who does not know of the hash beside them.
    fn change(&mut self, place: u64) {
        self.at(place).bytes.push(b'!');
    }

    /// Changes bytes and hash, as who knows.
    fn change_knowingly(&mut self, place: u64) {
        let text = [b"forged ".as_slice(), &bytes(place)].concat();
        *self.at(place) = entry(place, text);
    }

    fn remove(&mut self, place: u64) {
        let index = self.index(place);
        self.entries.remove(index);
    }

    fn swap(&mut self, one: u64, two: u64) {
        let (first, second) = (self.index(one), self.index(two));
        self.entries.swap(first, second);
        self.entries[first].place = one;
        self.entries[second].place = two;
    }

    /// Adds an entry beside the one that stands there.
    fn add(&mut self, place: u64, bytes: Vec<u8>) {
        let index = self.entries.partition_point(|known| known.place <= place);
        self.entries.insert(index, entry(place, bytes));
    }

    /// Gives all entries new places, so that no gap and no double shows.
    fn renumber(&mut self) {
        for (place, entry) in (1..).zip(&mut self.entries) {
            entry.place = place;
        }
    }

    fn report(&self) -> Report {
        let entries = self.entries.iter().cloned().map(Ok::<_, Infallible>);
        let leaves = self.leaves.iter().copied().map(Ok);
        let Ok(report) = verify(entries, leaves, &self.checkpoints, &self.keys);
        report
    }

    fn findings(&self) -> Vec<Finding> {
        self.report().findings
    }
}

fn changed(place: u64) -> Finding {
    Finding::Changed { place, at: place }
}

fn removed(place: u64) -> Finding {
    Finding::Removed { place }
}

fn moved(place: u64, by: i64) -> Finding {
    let (first, last) = (place, place);
    Finding::Moved { first, last, by }
}

fn fault(number: usize, fault: CheckpointFault) -> Finding {
    Finding::Checkpoint { number, fault }
}

#[test]
fn an_untouched_history_is_sound_and_vouched_for_up_to_the_last_checkpoint() {
    for size in [0, 1, 99, 100, 2_345] {
        let report = History::new(size, 100).report();
        let expected = Report {
            entries: size,
            leaves: size,
            vouched: size / 100 * 100,
            findings: vec![],
        };
        assert_eq!(report, expected);
        assert!(report.is_sound());
    }
}

#[test]
fn twenty_tamperings_of_different_kinds_in_10000_entries_are_named_and_nothing_else_is() {
    let mut history = History::new(10_000, 1_000);
    history.remove(1);
    history.change(17);
    history.change_knowingly(230);
    history.at(444).leaf = leaf_hash(b"another");
    history.remove(700);
    history.remove(1_000);
    history.swap(1_200, 1_900);
    history.swap(2_500, 2_501);
    history.add(3_000, b"forged".to_vec());
    history.add(3_300, bytes(5));
    for place in 4_000..4_003 {
        history.remove(place);
    }
    history.leaves[5_099] = leaf_hash(b"another");
    history.swap(6_100, 6_101);
    history.swap(6_101, 6_102);
    *history.at(7_000) = entry(7_000, bytes(6_999));
    history.at(8_000).bytes.clear();
    history.at(8_500).bytes[0] ^= 1;
    history.change_knowingly(9_999);
    history.add(10_001, b"appended".to_vec());
    let broken = history.checkpoints[1].clone().unwrap().to_string();
    history.checkpoints[1] = broken.replacen("\n2000\n", "\n2001\n", 1).parse();
    let foreign = signer(2).sign(3_000, leaf_hash(b"root"), Instant::from_seconds(0));
    history.checkpoints[2] = Ok(foreign);
    history.checkpoints[3] = broken.replacen("\n2000\n", "\nmany\n", 1).parse();
    let expected = [
        removed(1),
        changed(17),
        changed(230),
        Finding::HashChanged { place: 444 },
        removed(700),
        removed(1_000),
        moved(1_200, 700),
        moved(1_900, -700),
        moved(2_500, 1),
        moved(2_501, -1),
        Finding::Inserted { at: 3_000 },
        Finding::Inserted { at: 3_300 },
        removed(4_000),
        removed(4_001),
        removed(4_002),
        Finding::LeafChanged { place: 5_100 },
        moved(6_100, 2),
        Finding::Moved {
            first: 6_101,
            last: 6_102,
            by: -1,
        },
        changed(7_000),
        changed(8_000),
        changed(8_500),
        changed(9_999),
        Finding::Unwitnessed {
            first: 10_001,
            last: 10_001,
        },
        fault(2, CheckpointFault::Changed),
        fault(3, CheckpointFault::NotSigned),
        fault(4, CheckpointFault::Unreadable),
    ];
    let report = history.report();
    assert_eq!(report.findings, expected);
    assert_eq!(report.vouched, 10_000);
}

#[test]
fn an_entry_removed_without_a_gap_is_named_and_those_behind_it_as_moved() {
    let mut history = History::new(1_000, 100);
    history.remove(50);
    history.renumber();
    let rest = Finding::Moved {
        first: 51,
        last: 1_000,
        by: -1,
    };
    assert_eq!(history.findings(), [removed(50), rest]);
}

#[test]
fn an_entry_inserted_without_a_double_is_named_and_those_behind_it_as_moved() {
    let mut history = History::new(1_000, 100);
    history.add(50, b"forged".to_vec());
    history.renumber();
    let rest = Finding::Moved {
        first: 51,
        last: 1_000,
        by: 1,
    };
    assert_eq!(history.findings(), [Finding::Inserted { at: 51 }, rest]);
}

#[test]
fn an_entry_changed_among_moved_ones_is_named_by_the_place_where_it_was_written() {
    for knowingly in [true, false] {
        let mut history = History::new(200, 100);
        if knowingly {
            history.change_knowingly(70);
        } else {
            history.change(70);
        }
        history.remove(50);
        history.renumber();
        let parts = [
            removed(50),
            Finding::Moved {
                first: 51,
                last: 69,
                by: -1,
            },
            Finding::Changed { place: 70, at: 69 },
            Finding::Moved {
                first: 71,
                last: 200,
                by: -1,
            },
        ];
        assert_eq!(history.findings(), parts, "knowingly: {knowingly}");
    }
}

#[test]
fn a_history_changed_in_database_and_leaves_alike_is_betrayed_by_its_checkpoints() {
    let mut history = History::new(500, 100);
    history.change_knowingly(250);
    history.leaves[249] = history.at(250).leaf;
    let sizes = [(3, 300), (4, 400), (5, 500)];
    let faults = sizes.map(|(number, size)| fault(number, CheckpointFault::DoesNotFit { size }));
    let report = history.report();
    assert_eq!(report.findings, faults);
    assert_eq!(report.vouched, 200, "only what comes later is in doubt");
}

#[test]
fn a_history_cut_short_in_database_and_leaves_alike_is_betrayed_by_its_checkpoints() {
    let mut history = History::new(500, 100);
    history.entries.truncate(350);
    history.leaves.truncate(350);
    let beyond = [(4, 400), (5, 500)];
    let faults = beyond.map(|(number, size)| fault(number, CheckpointFault::Beyond { size }));
    assert_eq!(history.findings(), faults);
}

#[test]
fn leaves_that_were_changed_are_told_from_entries_that_were_by_the_checkpoints() {
    let mut history = History::new(1_000, 100);
    history.leaves[41] = leaf_hash(b"another");
    history.change(43);
    history.change_knowingly(555);
    history.leaves[998] = leaf_hash(b"another");
    assert_eq!(
        history.findings(),
        [
            Finding::LeafChanged { place: 42 },
            changed(43),
            changed(555),
            Finding::LeafChanged { place: 999 },
        ]
    );
}

#[test]
fn leaves_cut_off_at_the_end_are_told_from_entries_that_nobody_vouches_for() {
    let mut history = History::new(250, 100);
    history.leaves.truncate(150);
    assert_eq!(
        history.findings(),
        [
            Finding::LeavesMissing {
                first: 151,
                last: 200
            },
            Finding::Unwitnessed {
                first: 201,
                last: 250
            },
        ]
    );
}

#[test]
fn without_checkpoints_the_leaves_are_believed() {
    let mut history = History::new(100, 1_000);
    history.leaves[41] = leaf_hash(b"another");
    assert_eq!(history.findings(), [changed(42)]);
    assert_eq!(history.report().vouched, 0);
}

#[test]
fn a_forged_entry_before_the_true_one_at_its_place_is_the_one_that_is_named() {
    let mut history = History::new(100, 10);
    let index = history.index(30);
    history.entries.insert(index, entry(30, b"forged".to_vec()));
    assert_eq!(history.findings(), [Finding::Inserted { at: 30 }]);
}

#[test]
fn an_entry_far_behind_the_end_does_not_keep_the_inspection_busy() {
    let mut history = History::new(100, 10);
    history.add(u64::MAX, b"forged".to_vec());
    let last = Finding::Unwitnessed {
        first: u64::MAX,
        last: u64::MAX,
    };
    assert_eq!(history.findings(), [last]);
}

#[test]
fn an_emptied_database_gives_every_entry_as_removed() {
    let mut history = History::new(30, 10);
    history.entries.clear();
    assert_eq!(
        history.findings(),
        (1..=30).map(removed).collect::<Vec<_>>()
    );
}

#[test]
fn checkpoints_of_a_former_key_are_believed_when_that_key_is_given() {
    let mut history = History::new(100, 10);
    history.keys.insert(0, signer(2).verifier());
    assert!(history.report().is_sound());
    history.keys.pop();
    let unsigned = (1..=10).map(|number| fault(number, CheckpointFault::NotSigned));
    assert_eq!(history.findings(), unsigned.collect::<Vec<_>>());
}

#[test]
fn an_error_while_reading_is_handed_out() {
    let history = History::new(3, 1);
    let entries = history
        .entries
        .iter()
        .cloned()
        .map(Ok)
        .chain([Err("entries")]);
    let leaves = history.leaves.iter().copied().map(Ok);
    assert_eq!(verify(entries, leaves, &[], &[]), Err("entries"));
    let entries = history.entries.iter().cloned().map(Ok);
    let leaves = history
        .leaves
        .iter()
        .copied()
        .map(Ok)
        .take(2)
        .chain([Err("leaves")]);
    assert_eq!(verify(entries, leaves, &[], &[]), Err("leaves"));
}

#[test]
fn findings_are_told_in_plain_words() {
    for (finding, text) in [
        (changed(3), "Entry 3 was changed."),
        (moved(3, 1), "Entry 3 was moved 1 place later."),
        (
            Finding::Moved {
                first: 3,
                last: 9,
                by: -2,
            },
            "Entries 3 to 9 were moved 2 places earlier.",
        ),
        (
            fault(2, CheckpointFault::Changed),
            "Checkpoint 2 was changed after it was signed.",
        ),
    ] {
        assert_eq!(finding.to_string(), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any tamperings that keep their distance from each other are named, and nothing else is.
    #[test]
    fn tamperings_at_any_places_are_named_exactly(
        kinds in proptest::collection::vec(0_u8..7, 60),
        every in 1_u64..200,
    ) {
        let mut history = History::new(300, every);
        let last_checkpoint = 300 / every * every;
        let mut expected = Vec::new();
        for (kind, place) in kinds.into_iter().zip((1..).step_by(5)) {
            match kind {
                0 => {
                    history.change(place);
                    expected.push(changed(place));
                }
                1 => {
                    history.change_knowingly(place);
                    expected.push(changed(place));
                }
                2 => {
                    history.remove(place);
                    expected.push(removed(place));
                }
                3 => {
                    history.swap(place, place + 1);
                    expected.extend([moved(place, 1), moved(place + 1, -1)]);
                }
                4 => {
                    history.add(place, b"forged".to_vec());
                    expected.push(Finding::Inserted { at: place });
                }
                5 => {
                    history.at(place).leaf = leaf_hash(b"another");
                    expected.push(Finding::HashChanged { place });
                }
                _ => {}
            }
        }
        let report = history.report();
        prop_assert_eq!(report.findings, expected);
        prop_assert_eq!(report.vouched, last_checkpoint);
    }
}
