//! `kept audit`: the record of who did what, sealed outside the database and held against it.

use kept_journal::audit::{self, Entry, Sealing, SealingProblem, Who, inspect};
use kept_store::Store;
use kept_vault::audit::Report;
use kept_vault::checkpoint::{Signer, Verifier};
use kept_vault::{KeysFile, LeavesProblem, Purpose};
use kept_world::World;
use serde::Serialize;
use std::path::Path;

use crate::ask::{HouseAsked, VerifyAsked};
use crate::house::{Ground, House};
use crate::tell::{Failure, Outcome, answer, answer_json, count};

/// The name of the history in its checkpoints. Never changed: old checkpoints would not be believed.
const ORIGIN: &str = "kept-audit";

#[derive(Serialize)]
struct Said {
    entries: u64,
    leaves: u64,
    vouched: u64,
    findings: Vec<String>,
}

/// `kept audit verify`.
pub fn verify(asked: &VerifyAsked) -> Result<Outcome, Failure> {
    let ground = Ground::existing(&asked.house, false, &super::means())?;
    let store = ground.store(super::settings())?;
    let report = report(&store, &ground.data.join("audit"), &ground.keys)?;
    tell(&report, asked.json)?;
    Ok(if report.is_sound() {
        Outcome::Fine
    } else {
        Outcome::Findings
    })
}

/// Compares the entries of a database with the files outside it.
pub fn report(store: &Store, folder: &Path, keys: &KeysFile) -> Result<Report, Failure> {
    // What was committed gets its place; nothing else is written.
    kept_journal::place(store)?;
    Ok(inspect(store, folder, &verifiers(keys)?)?)
}

fn tell(report: &Report, json: bool) -> Result<(), Failure> {
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    let (entries, leaves, vouched) = (report.entries, report.leaves, report.vouched);
    if json {
        return answer_json(&Said {
            entries,
            leaves,
            vouched,
            findings,
        });
    }
    for finding in &findings {
        answer(&format!("{finding}\n"))?;
    }
    let (all, signed) = (count(entries), count(vouched));
    let end = if findings.is_empty() {
        "All are as they were written."
    } else {
        "The lines above say what is not as it was written."
    };
    answer(&format!(
        "{all} entries, {signed} of them vouched for by a signed checkpoint. {end}\n"
    ))
}

/// `kept audit seal`.
pub fn seal_now(asked: &HouseAsked) -> Result<Outcome, Failure> {
    let house = House::existing(asked)?;
    let sealed = sealing(&house)?.sign()?;
    let text = match sealed {
        Some(entries) => format!("{} entries are sealed and signed.\n", count(entries)),
        None => "Nothing was to do: every entry is sealed.\n".to_owned(),
    };
    answer(&text)?;
    Ok(Outcome::Fine)
}

/// What seals the audit of a house; one process has it at a time.
pub fn sealing(house: &House) -> Result<Sealing, SealingProblem> {
    let (store, world) = (&house.store, &house.world);
    sealing_into(store, world, &house.audit_folder(), &house.keys)
}

/// Seals what a command has recorded. Where another process does the sealing, it does this too.
pub fn seal(house: &House) -> Result<(), Failure> {
    seal_into(
        &house.store,
        &house.world,
        &house.audit_folder(),
        &house.keys,
    )
}

/// The same for a house that is being made.
pub fn seal_into(
    store: &Store,
    world: &World,
    folder: &Path,
    keys: &KeysFile,
) -> Result<(), Failure> {
    match sealing_into(store, world, folder, keys) {
        Ok(mut sealing) => {
            sealing.sign()?;
            Ok(())
        }
        Err(SealingProblem::Leaves(LeavesProblem::InUse { .. })) => Ok(()),
        Err(problem) => Err(problem.into()),
    }
}

/// Writes down an act on the house itself.
pub fn record(store: &Store, world: &World, act: &'static str) -> Result<(), Failure> {
    let (id, at) = (world.id(), world.now());
    let written = store.write(move |tx| {
        let entry = Entry {
            id,
            at,
            who: Who::Console,
            act,
            object: "house",
            object_id: "",
            detail: "{}",
        };
        audit::write(tx, &entry)
    });
    Ok(written.wait()?)
}

fn sealing_into(
    store: &Store,
    world: &World,
    folder: &Path,
    keys: &KeysFile,
) -> Result<Sealing, SealingProblem> {
    crate::house::private_folder(folder).map_err(|failure| SealingProblem::File {
        path: folder.into(),
        source: std::io::Error::other(failure.to_string()),
    })?;
    let signer =
        Signer::new(ORIGIN, &keys.roots().derive(Purpose::Checkpoints)).map_err(|problem| {
            SealingProblem::File {
                path: folder.into(),
                source: std::io::Error::other(problem),
            }
        })?;
    Sealing::open(store.clone(), world.clone(), signer, folder)
}

/// The keys that checkpoints of this house may be signed with: of the root secret in use and of those before it.
fn verifiers(keys: &KeysFile) -> Result<Vec<Verifier>, Failure> {
    keys.roots()
        .all()
        .map(|root| {
            Signer::new(ORIGIN, &root.derive(Purpose::Checkpoints))
                .map(|signer| signer.verifier())
                .map_err(|problem| Failure::new(problem.to_string()))
        })
        .collect()
}

impl From<SealingProblem> for Failure {
    fn from(problem: SealingProblem) -> Self {
        Self::new(problem.to_string())
    }
}
