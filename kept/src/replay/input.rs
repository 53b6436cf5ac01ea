//! What a replay reads: the SOPs, the mapping, the log.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kept_language::Register;
use kept_logs::{BadLine, LogError, Mapping, ReadOptions, SortedEvents, Watch};
use kept_sops::Set;

use super::output::BadLines;
use crate::ask::LogFiles;
use crate::files::{self, Text, plain};
use crate::sop;
use crate::tell::{Failure, Progress, count, remark};

/// Reads SOPs that can be run.
pub fn set_of(register: &Register, paths: &[PathBuf]) -> Result<Set, Failure> {
    set_from(register, files::texts(paths)?)
}

/// Texts as SOPs that can be run.
pub fn set_from(register: &Register, texts: Vec<Text>) -> Result<Set, Failure> {
    Ok(Set::read(register, texts, sop::rendered)?)
}

/// Reads a mapping.
pub fn mapping(path: &Path, register: &Register) -> Result<Mapping, Failure> {
    let file = files::text(path)?;
    Mapping::parse(&file.text, register).map_err(|problems| {
        let lines: Vec<_> = problems
            .iter()
            .map(|p| format!("{}:{p}", file.name))
            .collect();
        Failure::new(format!("The mapping cannot be used.\n{}", lines.join("\n")))
    })
}

/// Reads a log through a mapping, saying how far it is.
pub fn read_log(
    asked: &LogFiles,
    mapping: &Mapping,
    register: &Register,
    bad: &mut BadLines,
) -> Result<SortedEvents, Failure> {
    let (raw, size) = open(&asked.events)?;
    let done = Arc::new(AtomicU64::new(0));
    let counted = Counted {
        raw,
        done: Arc::clone(&done),
    };
    let mut watcher = Watcher {
        bad,
        progress: Progress::begin(),
        size,
        done,
    };
    let options = ReadOptions::default();
    let read = kept_logs::read(Box::new(counted), mapping, register, &options, &mut watcher);
    watcher.progress.end();
    let events = read.map_err(|error| log_failure(&error, asked))?;
    for column in &events.summary().absent_columns {
        remark(&format!(
            "no line of the log has the column “{column}” that the mapping names"
        ));
    }
    Ok(events)
}

fn open(path: &Path) -> Result<(Box<dyn Read>, Option<u64>), Failure> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let file = File::open(path).map_err(|error| {
        Failure::new(format!(
            "{} could not be read: {}.",
            path.display(),
            plain(&error)
        ))
    })?;
    let metadata = file.metadata();
    if metadata.as_ref().is_ok_and(std::fs::Metadata::is_dir) {
        return Err(Failure::new(format!(
            "{} could not be read: it is a folder.",
            path.display()
        )));
    }
    let size = metadata
        .ok()
        .map(|data| data.len())
        .filter(|size| *size > 0);
    Ok((Box::new(file), size))
}

fn log_failure(error: &LogError, asked: &LogFiles) -> Failure {
    let (log, mapping) = (&asked.events, &asked.mapping);
    match error {
        LogError::Columns(problems) => {
            let lines: Vec<_> = problems
                .iter()
                .map(|p| format!("{}:{p}", mapping.display()))
                .collect();
            Failure::new(format!(
                "{} does not fit the mapping.\n{}",
                log.display(),
                lines.join("\n")
            ))
        }
        other => Failure::new(format!("{}: {other}", log.display())),
    }
}

/// Counts the bytes that were read.
struct Counted {
    raw: Box<dyn Read>,
    done: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.raw.read(into)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Keeps bad lines and says how far the reading is.
struct Watcher<'b> {
    bad: &'b mut BadLines,
    progress: Progress,
    size: Option<u64>,
    done: Arc<AtomicU64>,
}

impl Watch for Watcher<'_> {
    fn bad(&mut self, line: &BadLine) {
        self.bad.add(line);
    }

    fn rows(&mut self, rows: u64) {
        let done = self.done.load(Ordering::Relaxed);
        let size = self.size;
        self.progress.at(|| match size {
            Some(size) => format!(
                "reading the log: {} %, {} lines",
                done * 100 / size,
                count(rows)
            ),
            None => format!("reading the log: {} lines", count(rows)),
        });
    }
}
