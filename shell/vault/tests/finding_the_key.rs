//! Where the master key is looked for, when one is made, and which are refused.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use kept_vault::{KeyOrigin, KeyProblem, KeySources, MasterKey};
use zeroize::Zeroizing;

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("kept-vault-key-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("data")).unwrap();
        Self(path.canonicalize().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn data(&self) -> PathBuf {
        self.at("data")
    }

    /// Sources as of a person at home, with nothing set.
    fn sources(&self) -> KeySources {
        KeySources {
            home: Some(self.at("home")),
            ..KeySources::default()
        }
    }

    fn key_file(&self, name: &str, mode: u32) -> (PathBuf, MasterKey) {
        let key = key(name.len() as u8);
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, key.hex().as_bytes()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (path, key)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn key(byte: u8) -> MasterKey {
    MasterKey::new(&mut |bytes: &mut [u8]| bytes.fill(byte)).unwrap()
}

fn zeros(bytes: &mut [u8]) {
    bytes.fill(0);
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_start_makes_a_key_outside_the_data_folder_for_its_owner_alone() {
    let place = Place::new("first");
    let found = place
        .sources()
        .find_or_create(&place.data(), &mut zeros)
        .unwrap();
    assert!(found.created);
    let KeyOrigin::File(path) = &found.origin else {
        panic!("{:?}", found.origin)
    };
    assert!(path.starts_with(place.at("home/.config/kept")), "{path:?}");
    assert!(
        path.file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("data-")
    );
    assert_eq!((mode(path), mode(path.parent().unwrap())), (0o600, 0o700));
    let text = fs::read_to_string(path).unwrap();
    assert!(
        text.contains(place.data().to_str().unwrap()),
        "it says which data it is for"
    );
}

#[test]
fn the_next_start_finds_the_same_key_again_by_any_path_to_the_data() {
    let place = Place::new("again");
    let first = place
        .sources()
        .find_or_create(&place.data(), &mut zeros)
        .unwrap();
    fs::write(place.at("data/kept.db"), "data").unwrap();
    std::os::unix::fs::symlink(place.data(), place.at("link")).unwrap();
    for path in [place.data(), place.at("link"), place.at("data/../data/.")] {
        let again = place.sources().find_or_create(&path, &mut zeros).unwrap();
        assert!(!again.created);
        assert_eq!(*again.key.hex(), *first.key.hex());
    }
}

#[test]
fn two_data_folders_have_two_keys() {
    let place = Place::new("two");
    fs::create_dir_all(place.at("other/data")).unwrap();
    let one = place
        .sources()
        .find_or_create(&place.data(), &mut zeros)
        .unwrap();
    let two = place
        .sources()
        .find_or_create(&place.at("other/data"), &mut zeros)
        .unwrap();
    assert!(one.created && two.created);
    assert_ne!(one.origin, two.origin);
}

#[test]
fn data_without_its_key_is_refused_and_no_new_key_is_made() {
    for name in ["kept.db", "kept.keys"] {
        let place = Place::new(&format!("lost-{name}"));
        fs::write(place.at("data").join(name), "data").unwrap();
        let mut sources = place.sources();
        sources.credentials = Some(place.at("credentials"));
        let problem = sources
            .find_or_create(&place.data(), &mut zeros)
            .unwrap_err();
        let text = problem.to_string();
        for part in [
            "cannot be opened without its key",
            "KEPT_KEY (not set)",
            place.at("credentials/kept.key").to_str().unwrap(),
            place.at("home/.config/kept/data-").to_str().unwrap(),
            "No new key was made",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!place.at("home").exists());
    }
}

#[test]
fn a_given_key_goes_before_a_named_file_and_that_before_a_credential_and_that_before_the_default() {
    let place = Place::new("order");
    let usual = place
        .sources()
        .find_or_create(&place.data(), &mut zeros)
        .unwrap();
    let mut sources = place.sources();
    let next = |sources: &KeySources| sources.find(&place.data()).unwrap().unwrap();
    assert_eq!(*next(&sources).key.hex(), *usual.key.hex());

    let (credential, of_credential) = place.key_file("credentials/kept.key", 0o440);
    sources.credentials = Some(place.at("credentials"));
    let found = next(&sources);
    assert_eq!(*found.key.hex(), *of_credential.hex());
    assert_eq!(found.origin, KeyOrigin::Credential(credential));

    let (path, of_file) = place.key_file("named.key", 0o400);
    sources.key_file = Some(path.clone());
    let found = next(&sources);
    assert_eq!(*found.key.hex(), *of_file.hex());
    assert_eq!(found.origin, KeyOrigin::File(path));

    sources.key = Some(key(9).hex());
    let found = next(&sources);
    assert_eq!(*found.key.hex(), *key(9).hex());
    assert_eq!(found.origin, KeyOrigin::Environment);
}

#[test]
fn a_named_file_that_is_missing_is_made_at_first_start_and_never_later() {
    let place = Place::new("named");
    let mut sources = place.sources();
    sources.key_file = Some(place.at("keys/mine.key"));
    assert!(
        sources
            .find_or_create(&place.data(), &mut zeros)
            .unwrap()
            .created
    );
    assert!(!place.at("home").exists(), "the default place stays empty");
    fs::write(place.at("data/kept.db"), "data").unwrap();
    sources.key_file = Some(place.at("keys/mistyped.key"));
    let problem = sources
        .find_or_create(&place.data(), &mut zeros)
        .unwrap_err();
    assert!(
        problem.to_string().contains("keys/mistyped.key"),
        "{problem}"
    );
    assert!(!place.at("keys/mistyped.key").exists());
}

#[test]
fn of_many_that_make_the_first_key_at_once_all_get_the_same_one() {
    let place = Place::new("race");
    let (place, start) = (&place, &Barrier::new(8));
    let found: Vec<_> = thread::scope(|scope| {
        let racers: Vec<_> = (0..8)
            .map(|byte| {
                scope.spawn(move || {
                    let mut random = |bytes: &mut [u8]| bytes.fill(byte);
                    start.wait();
                    place.sources().create(&place.data(), &mut random).unwrap()
                })
            })
            .collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .collect()
    });
    assert_eq!(found.iter().filter(|found| found.created).count(), 1);
    let keys: BTreeSet<_> = found
        .iter()
        .map(|found| found.key.hex().to_string())
        .collect();
    assert_eq!(keys.len(), 1);
}

#[test]
fn no_key_is_made_where_the_data_folder_cannot_be_looked_into() {
    let place = Place::new("blind");
    let file = place.at("file");
    fs::write(&file, "no folder").unwrap();
    let problem = place
        .sources()
        .find_or_create(&file, &mut zeros)
        .unwrap_err();
    assert!(matches!(problem, KeyProblem::Disk(_)), "{problem}");
    assert!(!place.at("home").exists());
}

#[test]
fn a_key_inside_the_data_folder_is_refused_also_through_a_link() {
    let place = Place::new("inside");
    let (inside, _) = place.key_file("data/my.key", 0o600);
    std::os::unix::fs::symlink(&inside, place.at("link.key")).unwrap();
    for path in [inside, place.at("link.key"), place.at("data/sub/new.key")] {
        let mut sources = place.sources();
        sources.key_file = Some(path);
        let problem = sources
            .find_or_create(&place.data(), &mut zeros)
            .unwrap_err();
        assert!(
            matches!(problem, KeyProblem::InsideData { .. }),
            "{problem}"
        );
    }
    let mut at_home = place.sources();
    at_home.home = Some(place.data());
    let problem = at_home
        .find_or_create(&place.data(), &mut zeros)
        .unwrap_err();
    assert!(
        matches!(problem, KeyProblem::InsideData { .. }),
        "{problem}"
    );
    assert!(!place.at("data/.config").exists());
}

#[test]
fn a_key_that_others_may_read_is_refused_with_the_command_that_mends_it() {
    let place = Place::new("readable");
    for bits in [0o640, 0o604, 0o660, 0o620] {
        let (path, _) = place.key_file("named file.key", bits);
        let mut sources = place.sources();
        sources.key_file = Some(path.clone());
        let problem = sources.find(&place.data()).unwrap_err().to_string();
        let command = format!("chmod 600 '{}'", path.display());
        assert!(problem.ends_with(&command), "{problem}");
        assert!(problem.contains(&format!("mode {bits:03o}")), "{problem}");
    }
}

#[test]
fn a_malformed_key_is_refused_wherever_it_stands() {
    let place = Place::new("malformed");
    let short = "0".repeat(63);
    for text in ["", "hello", short.as_str()] {
        let mut given = place.sources();
        given.key = Some(Zeroizing::new(text.into()));
        let problem = given.find_or_create(&place.data(), &mut zeros).unwrap_err();
        assert!(
            problem
                .to_string()
                .starts_with("KEPT_KEY does not hold a key"),
            "{problem}"
        );
        let (path, _) = place.key_file("named.key", 0o600);
        fs::write(&path, text).unwrap();
        let mut named = place.sources();
        named.key_file = Some(path);
        let problem = named.find_or_create(&place.data(), &mut zeros).unwrap_err();
        assert!(matches!(problem, KeyProblem::Malformed { .. }), "{problem}");
    }
}

#[test]
fn the_default_place_follows_the_environment() {
    let place = Place::new("environment");
    let from = |pairs: Vec<(&'static str, PathBuf)>| {
        let look = move |name: &str| {
            let pair = pairs.iter().find(|(known, _)| *known == name)?;
            Some(pair.1.clone().into_os_string())
        };
        KeySources::from_environment(look, None)
            .missing(&place.data())
            .to_string()
    };
    let config = ("XDG_CONFIG_HOME", place.at("config"));
    let home = ("HOME", place.at("home"));
    assert!(
        from(vec![config, home.clone()]).contains(place.at("config/kept/data-").to_str().unwrap())
    );
    let relative = ("XDG_CONFIG_HOME", PathBuf::from("config"));
    assert!(
        from(vec![relative, home]).contains(place.at("home/.config/kept/data-").to_str().unwrap())
    );
    assert!(from(vec![]).contains("/etc/kept/data-"));
}

#[test]
fn a_key_is_not_printed_with_its_sources() {
    let place = Place::new("printed");
    let mut sources = place.sources();
    sources.key = Some(key(9).hex());
    let found = sources.find(&place.data()).unwrap().unwrap();
    let printed = format!("{sources:?} {found:?}");
    assert!(!printed.contains(key(9).hex().as_str()), "{printed}");
}
