//! What a replay writes.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use kept_engine::{Obligation, Verdict};
use kept_kernel::Instant;
use kept_logs::{BadLine, CsvText};

use crate::tell::{Failure, RED, count};

/// So many bad lines are reported on standard error; all of them stand in the file.
const MOST_REPORTS: u64 = 5;

/// The folder that a replay writes into.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder where it is not there yet.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| unwritten(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.path.join(name);
        fs::write(&path, text).map_err(|error| unwritten(&path, &error))
    }

    /// The file of lines that could not be used.
    pub fn bad_lines(&self) -> BadLines {
        BadLines {
            path: self.path.join("bad-lines.csv"),
            text: CsvText::new(),
            file: None,
            count: 0,
            failure: None,
            silent: false,
        }
    }

    /// Nowhere: for a log that is read a second time.
    pub fn no_bad_lines(&self) -> BadLines {
        BadLines {
            silent: true,
            ..self.bad_lines()
        }
    }

    /// The file of duties.
    pub fn obligations(&self) -> Result<Obligations, Failure> {
        Obligations::open(self.path.join("obligations.csv"))
    }
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} could not be written: {error}.", path.display()))
}

/// Writes bad lines as they come. Without any, an older file of that name is taken away.
pub struct BadLines {
    path: PathBuf,
    text: CsvText,
    file: Option<BufWriter<File>>,
    count: u64,
    failure: Option<Failure>,
    silent: bool,
}

impl BadLines {
    /// Adds one; the first few are also reported.
    pub fn add(&mut self, line: &BadLine) {
        if self.silent {
            return;
        }
        self.count += 1;
        if self.count <= MOST_REPORTS {
            let mut out = anstream::stderr().lock();
            let _ = writeln!(out, "{RED}line {}{RED:#}: {}", line.line, line.reason);
        }
        if self.count == 1 {
            self.text
                .field("line")
                .field("reason")
                .field("text")
                .end_row();
        }
        let reason = line.reason.to_string();
        self.text
            .plain(line.line)
            .field(&reason)
            .field(&line.text)
            .end_row();
        if self.text.len() > 1 << 16 {
            self.flush();
        }
    }

    /// Writes what is waiting and says how many there were.
    pub fn finish(mut self) -> Result<u64, Failure> {
        if self.count == 0 {
            let _ = fs::remove_file(&self.path);
            return Ok(0);
        }
        self.flush();
        if let Some(file) = &mut self.file {
            file.flush()
                .map_err(|error| unwritten(&self.path, &error))?;
        }
        if self.count > MOST_REPORTS {
            let mut out = anstream::stderr().lock();
            let more = count(self.count - MOST_REPORTS);
            let _ = writeln!(
                out,
                "and {more} more lines that could not be used, all in {}",
                self.path.display()
            );
        }
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.count),
        }
    }

    fn flush(&mut self) {
        let text = self.text.take();
        if self.failure.is_some() {
            return;
        }
        let written = match &mut self.file {
            Some(file) => file.write_all(text.as_bytes()),
            None => File::create(&self.path).and_then(|file| {
                let file = self.file.insert(BufWriter::new(file));
                file.write_all(text.as_bytes())
            }),
        };
        self.failure = written.err().map(|error| unwritten(&self.path, &error));
    }
}

/// Writes duties as they come: a line each, instants in UTC, spans in seconds.
pub struct Obligations {
    path: PathBuf,
    file: BufWriter<File>,
    text: CsvText,
    count: u64,
    failure: Option<Failure>,
}

const COLUMNS: [&str; 22] = [
    "subject",
    "rule",
    "version",
    "client",
    "opened_at",
    "due_at",
    "discharged_at",
    "verdict",
    "used_business_s",
    "used_elapsed_s",
    "paused_business_s",
    "owner_role",
    "level",
    "owner",
    "cycle",
    "ended_at",
    "paused_elapsed_s",
    "exception",
    "unknown",
    "tier",
    "calendar",
    "marks",
];

impl Obligations {
    fn open(path: PathBuf) -> Result<Self, Failure> {
        let file = File::create(&path).map_err(|error| unwritten(&path, &error))?;
        let mut text = CsvText::new();
        for column in COLUMNS {
            text.field(column);
        }
        text.end_row();
        Ok(Self {
            path,
            file: BufWriter::with_capacity(1 << 16, file),
            text,
            count: 0,
            failure: None,
        })
    }

    /// Writes one. A failure to write is kept until [`Obligations::finish`].
    pub fn write(&mut self, duty: &Obligation) {
        self.count += 1;
        let rule = format!("{}/{}", duty.rule.code, duty.rule.id);
        let text = &mut self.text;
        text.field(&duty.subject).field(&rule).field(&duty.version);
        text.field(duty.client.as_deref().unwrap_or_default());
        text.plain(duty.opened_at);
        for instant in [duty.due_at, duty.discharged_at] {
            optional(text, instant);
        }
        text.plain(verdict(duty.verdict));
        for micros in [duty.used_business, duty.used_elapsed, duty.paused_business] {
            seconds(text, micros);
        }
        text.field(&duty.owner_role).plain(duty.level);
        text.field(duty.owner.as_deref().unwrap_or_default())
            .plain(duty.cycle);
        optional(text, duty.ended_at);
        seconds(text, duty.paused_elapsed);
        let exception = duty
            .exception
            .as_ref()
            .map(|key| format!("{}/{}", key.code, key.id));
        text.field(exception.as_deref().unwrap_or_default());
        text.field(duty.unknown.as_deref().unwrap_or_default());
        text.field(duty.tier.as_deref().unwrap_or_default())
            .field(&duty.calendar);
        text.field(&marks(duty)).end_row();
        if text.len() > 1 << 15 {
            self.flush();
        }
    }

    /// Writes what is waiting and says how many there were.
    pub fn finish(mut self) -> Result<u64, Failure> {
        self.flush();
        let flushed = self.file.flush();
        flushed.map_err(|error| unwritten(&self.path, &error))?;
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.count),
        }
    }

    fn flush(&mut self) {
        let text = self.text.take();
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            self.failure.get_or_insert(unwritten(&self.path, &error));
        }
    }
}

fn optional(text: &mut CsvText, instant: Option<Instant>) {
    match instant {
        Some(instant) => text.plain(instant),
        None => text.plain(""),
    };
}

/// Whole seconds; the fraction only where there is one.
fn seconds(text: &mut CsvText, micros: i64) {
    if micros % 1_000_000 == 0 {
        text.plain(micros / 1_000_000);
    } else {
        text.plain(micros as f64 / 1e6);
    }
}

/// The word for a verdict, as it stands in the JSON too.
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pending => "pending",
        Verdict::Paused => "paused",
        Verdict::Overdue => "overdue",
        Verdict::Met => "met",
        Verdict::MetLate => "met-late",
        Verdict::Missed => "missed",
        Verdict::Excused => "excused",
        Verdict::Cancelled => "cancelled",
        Verdict::CannotBeJudged => "cannot-be-judged",
    }
}

fn marks(duty: &Obligation) -> String {
    let marks = duty.marks;
    let all = [
        (marks.rebased, "re-based"),
        (marks.corrected, "corrected"),
        (marks.recorded_late, "recorded late"),
        (marks.automatic, "automatic"),
        (marks.other_channel, "other channel"),
        (marks.exception_unknown, "exception unknown"),
    ];
    let set = all.into_iter().filter(|(is_set, _)| *is_set);
    set.map(|(_, word)| word).collect::<Vec<_>>().join(" ")
}
