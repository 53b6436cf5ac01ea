//! `kept import`: documents, a calendar and foreign history into the company's own data.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use kept_journal::InForce;
use kept_journal::audit::Who;
use kept_journal::imports::{self, Import, Imported};
use kept_kernel::Id;
use kept_sops::AdoptError;

use crate::ask::{HistoryAsked, ListAsked, PutCalendarAsked, PutSopAsked, UndoAsked};
use crate::files;
use crate::house::{House, shipped};
use crate::keeping;
use crate::replay::{Folder, mapping, read_log};
use crate::tell::{Failure, Outcome, Progress, answer, count};

/// Puts a log into the journal.
pub fn history(asked: &HistoryAsked) -> Result<Outcome, Failure> {
    let house = House::begun(&asked.house)?;
    let rules = Arc::new(house.rules()?);
    let codec = &rules.codec;
    let mapping = mapping(&asked.log.mapping, codec.register())?;
    let out = asked.out.clone().unwrap_or_else(|| PathBuf::from("."));
    let folder = Folder::open(&out)?;
    let mut bad = folder.bad_lines();
    let events = read_log(&asked.log, &mapping, codec.register(), &mut bad)?;
    let bad_lines = bad.finish()?;
    let total = events.summary().events;
    if total == 0 {
        return Err(Failure::new(
            "The mapping finds no event in the log, so nothing was imported.",
        ));
    }
    let outcome = if bad_lines > 0 {
        Outcome::Findings
    } else {
        Outcome::Fine
    };
    if asked.dry_run {
        let (events, bad) = (count(total), count(bad_lines));
        answer(&format!(
            "{events} events would be imported; {bad} lines cannot be used. Nothing was written.\n"
        ))?;
        return Ok(outcome);
    }
    let name = asked.log.events.display().to_string();
    let mut import = begin(&house, &rules, &name)?;
    let mut progress = Progress::begin();
    events.for_each(|event| {
        import.push(event)?;
        progress.at(|| {
            format!(
                "importing: {} of {} events",
                count(import.events()),
                count(total)
            )
        });
        Ok::<_, Failure>(())
    })?;
    progress.end();
    let written = import.finish(bad_lines)?;
    house.store.analyze()?;
    judge(&house, &rules)?;
    keeping::seal(&house)?;
    answer(&format!(
        "{} events imported, {} lines could not be used.\n",
        count(written),
        count(bad_lines)
    ))?;
    Ok(outcome)
}

/// Judges the journal, so that the pages show it.
pub fn judge(house: &House, rules: &Arc<InForce>) -> Result<(), Failure> {
    let mut progress = Progress::begin();
    let judged = kept_adherence::judge(
        &house.store,
        &house.world,
        rules,
        kept_adherence::Judging::default(),
        |done| {
            progress.at(|| format!("judging: {} events", count(done)));
            ControlFlow::Continue(())
        },
    );
    progress.end();
    judged.map_err(|error| Failure::new(format!("{error}.")))?;
    Ok(())
}

fn begin(house: &House, rules: &InForce, name: &str) -> Result<Import, Failure> {
    let codec = Arc::clone(&rules.codec);
    let import = Import::begin(&house.store, &house.world, codec, name, Who::Console)?;
    Ok(import.knowing(rules.directory.clone()))
}

/// Puts documents in force.
pub fn sop(asked: &PutSopAsked) -> Result<Outcome, Failure> {
    let house = House::begun(&asked.house)?;
    let texts = files::texts(&asked.files)?;
    let adopted = kept_sops::adopt(
        (&house.store, &house.world),
        &shipped(),
        texts,
        asked.alone,
        Who::Console,
    )?;
    keeping::seal(&house)?;
    for document in adopted {
        answer(&format!(
            "{} {} is in force.\n",
            document.code, document.version
        ))?;
    }
    Ok(Outcome::Fine)
}

/// Puts a calendar in force.
pub fn calendar(asked: &PutCalendarAsked) -> Result<Outcome, Failure> {
    let house = House::begun(&asked.house)?;
    let mut feeds = files::texts(&asked.feeds)?;
    for feed in &mut feeds {
        // A calendar names its feeds by their files' names.
        let name = PathBuf::from(&feed.name);
        feed.name = name.file_name().unwrap_or_default().display().to_string();
    }
    let file = files::text(&asked.file)?;
    kept_sops::put_calendar((&house.store, &house.world), file, &feeds, Who::Console)?;
    keeping::seal(&house)?;
    answer("The calendar is in force.\n")?;
    Ok(Outcome::Fine)
}

/// Takes an import out again.
pub fn undo(asked: &UndoAsked) -> Result<Outcome, Failure> {
    let house = House::existing(&asked.house)?;
    let id: Id = asked
        .id
        .parse()
        .map_err(|error| Failure::new(format!("{error}.")))?;
    let import = imports::by_id(&house.store, id)?.ok_or_else(|| {
        Failure::new(format!(
            "There is no import {id}. `kept import list` shows them."
        ))
    })?;
    let mut progress = Progress::begin();
    let gone = imports::undo(&house.store, &house.world, &import, Who::Console, |gone| {
        progress.at(|| {
            format!(
                "taking out: {} of {} events",
                count(gone),
                count(import.events)
            )
        });
        ControlFlow::Continue(())
    })?;
    progress.end();
    judge(&house, &Arc::new(house.rules()?))?;
    keeping::seal(&house)?;
    answer(&format!(
        "{} events of {} were taken out.\n",
        count(gone),
        import.name
    ))?;
    Ok(Outcome::Fine)
}

/// Lists the imports.
pub fn list(asked: &ListAsked) -> Result<Outcome, Failure> {
    let house = House::existing(&asked.house)?;
    let imports = imports::list(&house.store)?;
    if imports.is_empty() {
        answer("Nothing was imported yet.\n")?;
    }
    for import in imports {
        answer(&line(&import))?;
    }
    Ok(Outcome::Fine)
}

fn line(import: &Imported) -> String {
    let state = match (import.undone_at, import.ended_at) {
        (Some(at), _) => format!("taken out {at}"),
        (None, Some(at)) => format!("whole {at}"),
        (None, None) => "broken off".to_owned(),
    };
    format!(
        "{}  {}  {} events  {state}\n",
        import.id,
        import.name,
        count(import.events)
    )
}

impl From<AdoptError> for Failure {
    fn from(error: AdoptError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<kept_store::StoreError> for Failure {
    fn from(error: kept_store::StoreError) -> Self {
        Self::new(format!("{error}."))
    }
}
