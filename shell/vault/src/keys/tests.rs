use std::cell::RefCell;
use std::path::Path;

use super::rotate::rotate;
use super::{KeysFile, KeysProblem, rotate_master_file};
use crate::derive::Purpose;
use crate::disk::Steps;
use crate::disk::scratch::Scratch;
use crate::master::MasterKey;
use crate::random::seeded;
use crate::sources::{FoundKey, KeyOrigin, KeySources};

fn master(seed: u64) -> MasterKey {
    MasterKey::new(&mut seeded(seed)).unwrap()
}

fn new_file(data: &Path, seed: u64) -> KeysFile {
    KeysFile::open_or_create(data, &master(seed), &mut seeded(seed + 100)).unwrap()
}

/// Where no other node is.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
fn nowhere(_: &str) -> Result<(), String> {
    Ok(())
}

/// All that must not get lost: the database's key and a derived one.
fn keys_of(file: &KeysFile) -> (String, [u8; 32]) {
    let derived = *file.roots().derive(Purpose::Totp).bytes();
    (file.database_key().hex().to_string(), derived)
}

#[test]
fn the_keys_are_made_once_and_found_again() {
    let data = Scratch::new();
    let made = keys_of(&new_file(data.path(), 1));
    assert_eq!(made.0.len(), 64);
    let again = KeysFile::open_or_create(data.path(), &master(1), &mut seeded(9)).unwrap();
    assert_eq!(keys_of(&again), made);
    assert_eq!(data.names(), ["kept.keys"]);
}

#[test]
fn a_database_without_its_keys_file_gets_no_new_keys() {
    let data = Scratch::new();
    std::fs::write(data.path().join("kept.db"), "data").unwrap();
    let refused = KeysFile::open_or_create(data.path(), &master(1), &mut seeded(9)).unwrap_err();
    assert!(matches!(refused, KeysProblem::Missing { .. }));
    assert!(
        refused
            .to_string()
            .contains("kept.keys, and that file is missing"),
        "{refused}"
    );
    assert_eq!(data.names(), ["kept.db"]);
}

#[test]
fn no_key_stands_readable_in_the_file_or_in_a_printout() {
    let data = Scratch::new();
    let file = new_file(data.path(), 1);
    let text = std::fs::read_to_string(data.path().join("kept.keys")).unwrap();
    let hex = file.database_key().hex();
    assert!(!text.contains(hex.as_str()));
    assert!(text.starts_with("kept keys 1\n#"));
    let printed = format!("{file:?} {:?} {:?}", file.database_key(), file.roots());
    assert!(
        printed.contains('…') && !printed.contains(hex.as_str()),
        "{printed}"
    );
}

#[test]
fn another_master_key_is_named_and_opens_nothing() {
    let data = Scratch::new();
    new_file(data.path(), 1);
    let problem = KeysFile::open(data.path(), &master(2)).unwrap_err();
    let (needed, given) = (master(1).id(), master(2).id());
    assert!(problem.to_string().contains(&format!(
        "needs the master key {needed}, and the one given is {given}"
    )));
    assert!(matches!(problem, KeysProblem::OtherMaster { .. }));
}

#[test]
fn a_damaged_file_is_refused_with_its_line() {
    let data = Scratch::new();
    new_file(data.path(), 1);
    let path = data.path().join("kept.keys");
    let text = std::fs::read_to_string(&path).unwrap();
    let roots = text.lines().filter(|line| !line.starts_with("root"));
    let without_root: String = roots.flat_map(|line| [line, "\n"]).collect();
    let mut flipped = text.clone().into_bytes();
    let last = flipped.len() - 5;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    for (wrong, why) in [
        (String::new(), "its first line is not"),
        (text.replace("keys 1", "keys 2"), "its first line is not"),
        (
            text.replace("root =", "wurzel ="),
            "line 5 is not a wrapped key",
        ),
        (
            text.replace("root =", "database ="),
            "line 5 is not a wrapped key",
        ),
        (
            text.replace("database =", "next ="),
            "the database's key is missing",
        ),
        (without_root, "the root secret is missing"),
        (flipped, "the text of a key was changed"),
    ] {
        std::fs::write(&path, wrong).unwrap();
        let problem = KeysFile::open_or_create(data.path(), &master(1), &mut seeded(9));
        let problem = problem.unwrap_err().to_string();
        assert!(problem.contains(why), "{problem} instead of {why}");
    }
}

#[test]
fn while_the_master_key_is_changed_both_open_the_keys_and_then_the_new_one_alone() {
    let data = Scratch::new();
    let mut file = new_file(data.path(), 1);
    let keys = keys_of(&file);
    let (old, new) = (master(1), master(2));
    let mut random = seeded(5);
    let early = file.finish_master_change(&new, &mut nowhere, &mut random);
    assert!(matches!(early, Err(KeysProblem::MasterChangeNotBegun)));
    file.begin_master_change((&old, &new), &mut nowhere, &mut random)
        .unwrap();
    for either in [&old, &new] {
        let open = KeysFile::open(data.path(), either).unwrap();
        assert_eq!(keys_of(&open), keys);
        assert_eq!(open.masters().count(), 2);
    }
    let hasty = file.finish_master_change(&old, &mut nowhere, &mut random);
    assert!(matches!(hasty, Err(KeysProblem::OldMasterInPlace { .. })));
    file.finish_master_change(&new, &mut nowhere, &mut random)
        .unwrap();
    assert_eq!(keys_of(&KeysFile::open(data.path(), &new).unwrap()), keys);
    assert!(KeysFile::open(data.path(), &old).is_err());
}

#[test]
fn nothing_else_is_changed_while_the_master_key_is() {
    let data = Scratch::new();
    let mut file = new_file(data.path(), 1);
    let mut random = seeded(5);
    file.begin_master_change((&master(1), &master(2)), &mut nowhere, &mut random)
        .unwrap();
    let refused = file
        .add_next_database_key(&master(1), &mut random)
        .unwrap_err();
    assert!(matches!(refused, KeysProblem::MasterChangeUnfinished));
    assert!(file.next_database_key().is_none());
    let refused = file.add_root(&master(1), &mut random).unwrap_err();
    assert!(matches!(refused, KeysProblem::MasterChangeUnfinished));
}

#[test]
fn a_crash_at_any_point_of_a_master_change_leaves_a_key_that_opens_the_data_and_the_database() {
    let mut cuts = 0;
    loop {
        let scratch = Scratch::new();
        let data = scratch.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let sources = KeySources {
            config_home: Some(scratch.path().join("config")),
            ..KeySources::default()
        };
        let mut random = seeded(7);
        let found = sources.find_or_create(&data, &mut random).unwrap();
        let mut file = KeysFile::open_or_create(&data, &found.key, &mut random).unwrap();
        let keys = keys_of(&file);
        let row = RefCell::new(file.text().to_owned());
        let steps = Steps::cut_after(cuts);
        let mut elsewhere = |text: &str| {
            // Cut before it is there, and when it is there and nobody was told.
            steps.next().map_err(|cut| cut.to_string())?;
            text.clone_into(&mut row.borrow_mut());
            steps.next().map_err(|cut| cut.to_string())
        };
        let done = rotate(&mut file, &found, &mut elsewhere, &mut random, &steps);
        let now = sources.find_or_create(&data, &mut random).unwrap();
        let open = KeysFile::open(&data, &now.key).unwrap_or_else(|e| panic!("after {cuts}: {e}"));
        assert_eq!(keys_of(&open), keys, "after {cuts}");
        // This node starts again, and one that was never there before.
        let fresh = scratch.path().join("fresh");
        std::fs::create_dir(&fresh).unwrap();
        for folder in [&data, &fresh] {
            let open = KeysFile::open_shared(folder, &row.borrow(), &now.key)
                .unwrap_or_else(|e| panic!("after {cuts}: {e}"));
            assert_eq!(keys_of(&open), keys, "after {cuts}");
        }
        // And it can be run again to the end.
        let mut file = KeysFile::open(&data, &now.key).unwrap();
        let mut elsewhere = |text: &str| {
            text.clone_into(&mut row.borrow_mut());
            Ok(())
        };
        let new = rotate(
            &mut file,
            &now,
            &mut elsewhere,
            &mut random,
            &Steps::default(),
        )
        .unwrap();
        let last = sources.find(&data).unwrap().unwrap();
        assert_eq!(last.key.id(), new.id());
        let open = KeysFile::open(&data, &last.key).unwrap();
        assert_eq!(keys_of(&open), keys);
        assert_eq!(open.text(), row.borrow().as_str());
        assert_eq!(open.masters().collect::<Vec<_>>(), [new.id()]);
        if done.is_ok() {
            break;
        }
        cuts += 1;
    }
    assert!(
        cuts >= 19,
        "three files in five steps each and two rows in two, {cuts}"
    );
}

#[test]
fn a_master_key_that_is_no_file_is_not_changed_behind_ones_back() {
    let data = Scratch::new();
    let mut file = new_file(data.path(), 1);
    let found = FoundKey {
        key: master(1),
        origin: KeyOrigin::Environment,
        created: false,
    };
    let refused = rotate_master_file(&mut file, &found, &mut nowhere, &mut seeded(3)).unwrap_err();
    assert!(
        refused.to_string().contains("comes from KEPT_KEY"),
        "{refused}"
    );
}

#[test]
fn what_cannot_be_written_elsewhere_changes_nothing_here() {
    let data = Scratch::new();
    let mut file = new_file(data.path(), 1);
    let before = file.text().to_owned();
    let mut gone = |_: &str| Err("the server is gone".to_owned());
    let refused = file
        .begin_master_change((&master(1), &master(2)), &mut gone, &mut seeded(5))
        .unwrap_err();
    assert!(
        refused.to_string().contains("the server is gone"),
        "{refused}"
    );
    let again = KeysFile::open(data.path(), &master(1)).unwrap();
    assert_eq!((again.text(), again.masters().count()), (&*before, 1));
}

#[test]
fn a_node_with_an_empty_folder_takes_the_keys_of_the_database() {
    let (first, second) = (Scratch::new(), Scratch::new());
    let file = new_file(first.path(), 1);
    let other = KeysFile::open_shared(second.path(), file.text(), &master(2)).unwrap_err();
    assert!(
        other
            .to_string()
            .contains(&format!("need the master key {}", master(1).id())),
        "{other}"
    );
    assert_eq!(second.names(), [""; 0], "nothing was written");
    let taken = KeysFile::open_shared(second.path(), file.text(), &master(1)).unwrap();
    assert_eq!(keys_of(&taken), keys_of(&file));
    let again = KeysFile::open(second.path(), &master(1)).unwrap();
    assert_eq!(again.text(), file.text());
}

#[test]
fn a_folder_of_another_house_or_of_another_master_key_is_refused_and_left_alone() {
    let (first, second) = (Scratch::new(), Scratch::new());
    let mut file = new_file(first.path(), 1);
    for (seed, why) in [
        (1, "holds other keys than the database"),
        (2, "move this file away"),
    ] {
        let path = KeysFile::path_in(second.path());
        let _ = std::fs::remove_file(&path);
        let own = KeysFile::open_or_create(second.path(), &master(seed), &mut seeded(900)).unwrap();
        let refused = KeysFile::open_shared(second.path(), file.text(), &master(1)).unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), own.text());
    }
    // The same keys in another wrapping follow the database.
    let third = Scratch::new();
    KeysFile::open_shared(third.path(), file.text(), &master(1)).unwrap();
    file.begin_master_change((&master(1), &master(2)), &mut nowhere, &mut seeded(5))
        .unwrap();
    let fourth = Scratch::new();
    let before = KeysFile::open(third.path(), &master(1)).unwrap();
    KeysFile::open_shared(fourth.path(), before.text(), &master(1)).unwrap();
    KeysFile::open_shared(third.path(), file.text(), &master(1)).unwrap();
    // This node gets the new master key before it has seen the change.
    let taken = KeysFile::open_shared(fourth.path(), file.text(), &master(2)).unwrap();
    assert_eq!(taken.masters().count(), 2);
    file.finish_master_change(&master(2), &mut nowhere, &mut seeded(6))
        .unwrap();
    let last = KeysFile::open_shared(third.path(), file.text(), &master(2)).unwrap();
    assert_eq!(keys_of(&last), keys_of(&file));
    assert_eq!(last.masters().collect::<Vec<_>>(), [master(2).id()]);
    assert!(KeysFile::open(third.path(), &master(1)).is_err());
}

#[test]
fn keys_that_were_damaged_in_the_database_are_not_written_into_a_folder() {
    let (first, second) = (Scratch::new(), Scratch::new());
    let text = new_file(first.path(), 1)
        .text()
        .replace("root =", "wurzel =");
    let refused = KeysFile::open_shared(second.path(), &text, &master(1)).unwrap_err();
    assert!(matches!(refused, KeysProblem::DamagedShared { .. }));
    assert_eq!(second.names(), [""; 0]);
}

#[test]
fn the_database_gets_a_next_key_which_then_takes_the_place_of_the_old_one() {
    let data = Scratch::new();
    let mut file = new_file(data.path(), 1);
    let mut random = seeded(5);
    let old = file.database_key().hex();
    let none = file
        .take_next_database_key(&master(1), &mut random)
        .unwrap_err();
    assert!(matches!(none, KeysProblem::NoNextKey));
    let next = file
        .add_next_database_key(&master(1), &mut random)
        .unwrap()
        .hex();
    assert_ne!(*old, *next);
    let twice = file
        .add_next_database_key(&master(1), &mut random)
        .unwrap_err();
    assert!(matches!(twice, KeysProblem::DatabaseChangeUnfinished));
    let mut again = KeysFile::open(data.path(), &master(1)).unwrap();
    assert_eq!(*again.database_key().hex(), *old);
    assert_eq!(*again.next_database_key().unwrap().hex(), *next);
    again
        .take_next_database_key(&master(1), &mut random)
        .unwrap();
    let last = KeysFile::open(data.path(), &master(1)).unwrap();
    assert_eq!(
        (&*last.database_key().hex(), last.database_key().number()),
        (&*next, 2)
    );
    assert!(last.next_database_key().is_none());
}

#[test]
fn a_change_of_the_databases_key_can_be_given_up() {
    let data = Scratch::new();
    let mut file = new_file(data.path(), 1);
    let keys = keys_of(&file);
    file.add_next_database_key(&master(1), &mut seeded(5))
        .unwrap();
    file.drop_next_database_key(&master(1), &mut seeded(6))
        .unwrap();
    let again = KeysFile::open(data.path(), &master(1)).unwrap();
    assert!(again.next_database_key().is_none());
    assert_eq!(keys_of(&again), keys);
}

#[test]
fn an_added_root_secret_is_kept_beside_the_old_one_through_a_master_change() {
    let data = Scratch::new();
    let mut file = new_file(data.path(), 1);
    let mut random = seeded(5);
    file.add_root(&master(1), &mut random).unwrap();
    file.begin_master_change((&master(1), &master(2)), &mut nowhere, &mut random)
        .unwrap();
    file.finish_master_change(&master(2), &mut nowhere, &mut random)
        .unwrap();
    let again = KeysFile::open(data.path(), &master(2)).unwrap();
    let numbers: Vec<_> = again.roots().all().map(crate::RootSecret::number).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(keys_of(&again), keys_of(&file));
}
