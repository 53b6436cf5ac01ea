//! The whole way: rows, subjects, events, in time order.

use std::fmt;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{self, Read};
use std::path::PathBuf;

use kept_engine::{Event, Record, What};
use kept_kernel::Instant;
use kept_language::ast::Value;
use kept_language::{ActId, FactId, ProofId, Register, RoleId};
use rustc_hash::FxHashSet;

use crate::bad::{BadLine, BadReason};
use crate::codec::{Packer, Unpacker};
use crate::emit::{Emitter, code};
use crate::mapping::{Mapping, MappingProblem};
use crate::rows::{GoodRow, LogRows, NextRow};
use crate::sort::{Sorted, Sorter};
use crate::summary::Summary;

/// How a log is read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// How many bytes each of the two sorters may hold in memory.
    pub memory: usize,
    /// Where they put what does not fit.
    pub folder: PathBuf,
    /// So many rows at most; none: all of them.
    pub rows: Option<u64>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            memory: 48 << 20,
            folder: std::env::temp_dir(),
            rows: None,
        }
    }
}

/// Who is told what happens while a log is read.
pub trait Watch {
    /// A line could not be used.
    fn bad(&mut self, line: &BadLine);
    /// So many rows have been read; called every few thousand rows.
    fn rows(&mut self, rows: u64);
}

/// Why a log cannot be read at all.
#[derive(Debug)]
pub enum LogError {
    /// It could not be read, or a temporary file not written.
    Io(io::Error),
    /// There is nothing in it.
    Empty,
    /// Its first line is no header.
    Header(BadReason),
    /// It does not have the columns that the mapping names.
    Columns(Vec<MappingProblem>),
    /// The mapping says that the rows of a subject stand together, and in this line begins one that was over.
    Apart {
        /// Which line of the file.
        line: u64,
        /// Whose row it is.
        subject: String,
    },
}

impl From<io::Error> for LogError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "The log could not be read: {error}."),
            Self::Empty => write!(f, "The log is empty."),
            Self::Header(reason) => {
                write!(f, "The first line of the log is no header: it {reason}.")
            }
            Self::Columns(problems) => {
                let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
                write!(f, "{}", lines.join("\n"))
            }
            Self::Apart { line, subject } => write!(
                f,
                "The rows of {subject} do not stand together: line {line} has another one. Say `rows = \"in any order\"` in the \
                 mapping, under [log]."
            ),
        }
    }
}

impl std::error::Error for LogError {}

/// The events of a log, in order. They can be walked once.
pub struct SortedEvents {
    sorted: Sorted,
    summary: Summary,
}

/// Reads a log through a mapping. Memory stays within twice the limit of the options, whatever the log's length.
///
/// # Errors
/// [`LogError`]: the log cannot be read at all. A line that cannot be used is no error: the watch hears of it.
pub fn read(
    raw: Box<dyn Read>,
    mapping: &Mapping,
    register: &Register,
    options: &ReadOptions,
    watch: &mut dyn Watch,
) -> Result<SortedEvents, LogError> {
    let mut summary = Summary::default();
    let mut rows = LogRows::open(raw, mapping, register)?;
    rows.stop_after(options.rows);
    let sorter = Sorter::new(&options.folder, options.memory);
    let mut emitter = Emitter::new(mapping, register, sorter);
    if !mapping.looks_at_subjects() {
        one_by_one(&mut rows, &mut emitter, &mut summary, watch)?;
    } else if mapping.log.together {
        together(&mut rows, &mut emitter, &mut summary, watch)?;
    } else {
        let sorter = Sorter::new(&options.folder, options.memory);
        by_subject(&mut rows, &mut emitter, sorter, &mut summary, watch)?;
    }
    rows.close(&mut summary);
    summary.events = emitter.pushed;
    summary.doubtful_times += emitter.doubtful();
    summary.spilled_bytes += emitter.sorter.spilled();
    summary.close();
    Ok(SortedEvents {
        sorted: emitter.sorter.finish()?,
        summary,
    })
}

/// The next good row; the bad ones before it are told to the watch.
fn next_good(
    rows: &mut LogRows<'_>,
    into: &mut GoodRow,
    summary: &mut Summary,
    watch: &mut dyn Watch,
) -> io::Result<bool> {
    loop {
        let next = rows.next(into, summary)?;
        if summary.rows.is_multiple_of(4096) {
            watch.rows(summary.rows);
        }
        match next {
            NextRow::Good => return Ok(true),
            NextRow::Bad(line) => watch.bad(&line),
            NextRow::End => return Ok(false),
        }
    }
}

fn one_by_one(
    rows: &mut LogRows<'_>,
    emitter: &mut Emitter<'_>,
    summary: &mut Summary,
    watch: &mut dyn Watch,
) -> io::Result<()> {
    let mut row = GoodRow::default();
    while next_good(rows, &mut row, summary, watch)? {
        emitter.group(std::slice::from_ref(&row), summary, watch)?;
    }
    Ok(())
}

/// So many subjects are remembered, to tell when one begins anew: 9 bytes each.
const MOST_SEEN: usize = 4 << 20;

/// The rows of a subject stand together in the log. Where they do not, each run of them would pass for a subject of its own.
fn together(
    rows: &mut LogRows<'_>,
    emitter: &mut Emitter<'_>,
    summary: &mut Summary,
    watch: &mut dyn Watch,
) -> Result<(), LogError> {
    let mut group = Group::default();
    let mut row = GoodRow::default();
    let mut seen: FxHashSet<u64> = FxHashSet::default();
    while next_good(rows, &mut row, summary, watch)? {
        let subject = row.cell(emitter.subject_column()).to_owned();
        let begins = group.rows.is_empty() || group.subject != subject;
        if begins && seen.len() < MOST_SEEN && !seen.insert(hash_of(&subject)) {
            let line = row.line;
            return Err(LogError::Apart { line, subject });
        }
        group.add(&subject, std::mem::take(&mut row), emitter, summary, watch)?;
    }
    Ok(group.flush(emitter, summary, watch)?)
}

/// Two of millions that are alike would refuse a good log, so this hash is a good one.
fn hash_of(subject: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(subject)
}

/// The rows of a subject stand anywhere: they are brought together first.
fn by_subject(
    rows: &mut LogRows<'_>,
    emitter: &mut Emitter<'_>,
    mut sorter: Sorter,
    summary: &mut Summary,
    watch: &mut dyn Watch,
) -> io::Result<()> {
    let mut row = GoodRow::default();
    let mut packer = Packer::default();
    while next_good(rows, &mut row, summary, watch)? {
        packer.clear();
        packer.large(row.line as i64);
        packer.large(row.at.micros());
        packer.large(row.recorded.map_or(i64::MIN, Instant::micros));
        packer.large(row.tie);
        packer.small(row.cells.len() as u16);
        row.cells.fields().for_each(|cell| packer.text(cell));
        let subject = row.cell(emitter.subject_column());
        sorter.push(subject.as_bytes(), packer.bytes())?;
    }
    summary.spilled_bytes += sorter.spilled();
    let mut sorted = sorter.finish()?;
    let mut group = Group::default();
    while let Some((subject, payload)) = sorted.next()? {
        let mut unpacker = Unpacker::new(payload);
        let mut row = GoodRow {
            line: unpacker.large() as u64,
            at: Instant::from_micros(unpacker.large()),
            ..GoodRow::default()
        };
        let recorded = unpacker.large();
        row.recorded = (recorded != i64::MIN).then(|| Instant::from_micros(recorded));
        row.tie = unpacker.large();
        for _ in 0..unpacker.small() {
            row.cells.push(unpacker.text());
        }
        let subject = String::from_utf8_lossy(subject).into_owned();
        group.add(&subject, row, emitter, summary, watch)?;
    }
    group.flush(emitter, summary, watch)
}

/// The rows of one subject.
#[derive(Default)]
struct Group {
    subject: String,
    rows: Vec<GoodRow>,
}

impl Group {
    fn add(
        &mut self,
        subject: &str,
        row: GoodRow,
        emitter: &mut Emitter<'_>,
        summary: &mut Summary,
        watch: &mut dyn Watch,
    ) -> io::Result<()> {
        if self.subject != subject {
            self.flush(emitter, summary, watch)?;
            subject.clone_into(&mut self.subject);
        }
        self.rows.push(row);
        Ok(())
    }

    fn flush(
        &mut self,
        emitter: &mut Emitter<'_>,
        summary: &mut Summary,
        watch: &mut dyn Watch,
    ) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.rows.sort_by_key(|row| (row.at, row.tie, row.line));
        *summary.subjects.get_or_insert_default() += 1;
        emitter.group(&self.rows, summary, watch)?;
        self.rows.clear();
        Ok(())
    }
}

impl SortedEvents {
    /// What the run over the log says about it.
    pub const fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Hands out every event in the order in which they happened.
    ///
    /// # Errors
    /// When a temporary file cannot be read, or what `each` returns.
    pub fn for_each<E: From<io::Error>>(
        mut self,
        mut each: impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<Summary, E> {
        let mut place = 0;
        let mut lists = Lists::default();
        while let Some((_, payload)) = self.sorted.next()? {
            place += 1;
            lists = unpack(place, payload, lists, &mut each)?;
        }
        Ok(self.summary)
    }
}

/// The lists of an event, kept from one event to the next for their memory.
#[derive(Default)]
struct Lists<'a> {
    links: Vec<Record<'a>>,
    facts: Vec<(FactId, Option<Value>)>,
    parts: Vec<(&'a str, &'a str)>,
    holders: Vec<(RoleId, &'a str)>,
    proofs: Vec<ProofId>,
}

impl Lists<'_> {
    /// The same memory, empty, for another life.
    fn emptied<'b>(mut self) -> Lists<'b> {
        self.facts.clear();
        self.proofs.clear();
        Lists {
            links: recycled(self.links),
            facts: self.facts,
            parts: recycled(self.parts),
            holders: recycled(self.holders),
            proofs: self.proofs,
        }
    }
}

/// The memory of a list as an empty list of the same shape; the standard library collects in place.
fn recycled<A, B>(mut list: Vec<A>) -> Vec<B> {
    list.clear();
    list.into_iter().filter_map(|_| None).collect()
}

fn unpack<E>(
    place: u64,
    payload: &[u8],
    lists: Lists<'static>,
    each: &mut impl FnMut(&Event<'_>) -> Result<(), E>,
) -> Result<Lists<'static>, E> {
    let mut unpacker = Unpacker::new(payload);
    let mut lists = lists.emptied();
    let at = Instant::from_micros(unpacker.large());
    let recorded_at = Instant::from_micros(unpacker.large());
    let case = unpacker.record();
    let (kind, act, other) = (unpacker.small(), unpacker.small(), unpacker.text());
    let what = match kind {
        code::ACT => What::Act(ActId(act)),
        code::MERGED => What::Merged { into: other },
        code::SPLIT => What::Split { from: other },
        _ => What::Facts,
    };
    let actor = unpacker.actor();
    for _ in 0..unpacker.small() {
        lists.links.push(unpacker.record());
    }
    for _ in 0..unpacker.small() {
        lists.facts.push(unpacker.fact());
    }
    for _ in 0..unpacker.small() {
        lists.parts.push((unpacker.text(), unpacker.text()));
    }
    for _ in 0..unpacker.small() {
        lists.holders.push(unpacker.holder());
    }
    for _ in 0..unpacker.small() {
        lists.proofs.push(ProofId(unpacker.small()));
    }
    each(&Event {
        place,
        at,
        recorded_at,
        what,
        case,
        links: &lists.links,
        actor,
        facts: &lists.facts,
        parts: &lists.parts,
        holders: &lists.holders,
        proofs: &lists.proofs,
    })?;
    Ok(lists.emptied())
}
