//! `kept key change`: another master key, where the present one lies in a place that Kept may not write, or on several nodes.
//!
//! 1. The keys are wrapped for both, in the database and in the folder; the person is told what to put where.
//! 2. The person puts the new key in its place on every node, and starts Kept there again.
//! 3. `--finish`: the keys are wrapped for the new one alone.

use kept_vault::{KeyOrigin, KeySources, MasterKey, SystemRandom};

use super::rotation::{elsewhere, record};
use crate::ask::ChangeAsked;
use crate::house::Ground;
use crate::tell::{Failure, Outcome, answer};

/// `kept key change`.
pub fn change(asked: &ChangeAsked) -> Result<Outcome, Failure> {
    let ground = Ground::existing(&asked.house, true, &super::means())?;
    if asked.finish {
        return finish(asked, ground);
    }
    let (new, place) = new_key(asked)?;
    begin(asked, ground, &new, &place)
}

fn begin(
    asked: &ChangeAsked,
    mut ground: Ground,
    new: &MasterKey,
    place: &str,
) -> Result<Outcome, Failure> {
    let old = &ground.master.key;
    if new.id() == old.id() {
        return Err(Failure::new(format!(
            "{place} holds the master key that is in use, {}. Name another one; where it was put in its place already, \
             run kept key change --finish. Nothing was changed.",
            old.id()
        )));
    }
    let mut elsewhere = elsewhere(&ground);
    ground
        .keys
        .begin_master_change((old, new), &mut elsewhere, &mut SystemRandom)
        .map_err(|error| Failure::new(error.to_string()))?;
    drop(elsewhere);
    let text = told(&ground, new, place);
    drop(ground);
    record(&asked.house, "MasterKeyChangeBegun")?;
    answer(&text)?;
    Ok(Outcome::Fine)
}

/// What the person does next.
fn told(ground: &Ground, new: &MasterKey, place: &str) -> String {
    let put = match &ground.master.origin {
        KeyOrigin::Environment => "Set KEPT_KEY to the new key".to_owned(),
        KeyOrigin::Credential(path) => format!(
            "Let the credential kept.key of the service hold the new key (it is read from {})",
            path.display()
        ),
        KeyOrigin::File(path) => format!("Put the new key into {}", path.display()),
    };
    let nodes = match ground.shared() {
        Some(_) => " on every node that works with this database, and start Kept again there",
        None => ", and start Kept again",
    };
    format!(
        "Two master keys open the data now: {} as before, and {} from {place}.\n\
         1. {put}{nodes}.\n\
         2. Run: kept key change --finish, with the new key in its place.\n\
         Keep a copy of the new key. Backups made before need the old one.\n",
        ground.master.key.id(),
        new.id()
    )
}

fn finish(asked: &ChangeAsked, mut ground: Ground) -> Result<Outcome, Failure> {
    let (id, origin) = (ground.master.key.id(), ground.master.origin.clone());
    if ground.keys.masters().eq([id]) {
        answer(&format!(
            "Nothing was to do: {id} from {origin} is the only master key that opens the data.\n"
        ))?;
        return Ok(Outcome::Fine);
    }
    let mut elsewhere = elsewhere(&ground);
    ground
        .keys
        .finish_master_change(&ground.master.key, &mut elsewhere, &mut SystemRandom)
        .map_err(|error| Failure::new(error.to_string()))?;
    drop(elsewhere);
    drop(ground);
    record(&asked.house, "MasterKeyChanged")?;
    answer(&format!(
        "The master key was changed: {id} from {origin} alone opens the data now. Backups made before need the old one.\n"
    ))?;
    Ok(Outcome::Fine)
}

/// The new key, and where it is.
fn new_key(asked: &ChangeAsked) -> Result<(MasterKey, String), Failure> {
    if let Some(file) = &asked.new_key_file {
        let sources = KeySources {
            key_file: Some(file.clone()),
            ..KeySources::default()
        };
        let data = &asked.house.data;
        let found = match sources.find(data) {
            Ok(None) => sources.create(data, &mut SystemRandom),
            Ok(Some(found)) => Ok(found),
            Err(problem) => Err(problem),
        };
        let found = found.map_err(|problem| Failure::new(problem.to_string()))?;
        return Ok((found.key, found.origin.to_string()));
    }
    let Some(text) = std::env::var_os("KEPT_NEW_KEY") else {
        return Err(Failure::new(
            "Say which master key shall be the new one: --new-key-file FILE, which is made when it is not there, or the \
             key itself as KEPT_NEW_KEY. When it is in its place already: kept key change --finish.",
        ));
    };
    let key = text.to_str().and_then(MasterKey::from_hex);
    let key = key.ok_or_else(|| {
        Failure::new(
            "KEPT_NEW_KEY does not hold a key. A key is 64 hexadecimal digits. Nothing was changed.",
        )
    })?;
    Ok((key, "KEPT_NEW_KEY".to_owned()))
}
