//! Running the writer, and what it said.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use kept_faults::{inspect, open, text};
use kept_store::Place;
use kept_testing::settings;

/// A running writer.
pub struct Writer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub said: Said,
}

/// What a writer said became of its events.
#[derive(Default, Debug)]
pub struct Said {
    pub kept: BTreeSet<u64>,
    pub unknown: BTreeSet<u64>,
    pub refused: BTreeSet<u64>,
    /// The last reason.
    pub why: String,
}

pub struct Task<'a> {
    pub place: &'a Place,
    pub folder: Option<&'a Path>,
    pub first: u64,
    pub count: u64,
    pub in_flight: u64,
    pub stop: Option<(&'a str, u64)>,
}

impl Task<'_> {
    fn arguments(&self) -> Vec<String> {
        let folder = self.folder.map_or("-".into(), |f| f.display().to_string());
        let mut all = vec![
            text(self.place),
            folder,
            self.first.to_string(),
            self.count.to_string(),
            self.in_flight.to_string(),
        ];
        if let Some((word, after)) = self.stop {
            all.extend([word.to_owned(), after.to_string()]);
        }
        all
    }

    pub fn start(&self) -> Writer {
        self.start_under::<&str>(&[])
    }

    /// Starts it as the last arguments of another program.
    pub fn start_under<S: AsRef<OsStr>>(&self, before: &[S]) -> Writer {
        let writer = env!("CARGO_BIN_EXE_writer");
        let mut command = match before {
            [] => Command::new(writer),
            [program, rest @ ..] => {
                let mut command = Command::new(program);
                command.args(rest).arg(writer);
                command
            }
        };
        let mut child = command
            .args(self.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Writer {
            child,
            lines,
            said: Said::default(),
        }
    }
}

impl Writer {
    /// Reads until it has said what became of so many more events, or has ended.
    pub fn read(&mut self, count: u64) -> &mut Self {
        for _ in 0..count {
            if !self.line() {
                break;
            }
        }
        self
    }

    /// Reads until it has refused one.
    pub fn read_to_refusal(&mut self) -> bool {
        while self.said.refused.is_empty() {
            if !self.line() {
                return false;
            }
        }
        true
    }

    fn line(&mut self) -> bool {
        let Some(Ok(line)) = self.lines.next() else {
            return false;
        };
        let (word, rest) = line.split_once(' ').unwrap();
        let (number, why) = rest.split_once(": ").unwrap_or((rest, ""));
        let number = number.parse().unwrap();
        let first = match word {
            "kept" => self.said.kept.insert(number),
            "unknown" => self.said.unknown.insert(number),
            _ => {
                why.clone_into(&mut self.said.why);
                self.said.refused.insert(number)
            }
        };
        assert!(first, "{line}: answered twice");
        true
    }

    /// Lets it go on after a full disk.
    pub fn go_on(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// kill -9, then all that it had said by then.
    pub fn kill(mut self) -> Said {
        self.child.kill().unwrap();
        self.end().0
    }

    /// kill -9, and only what was read from it before: nobody hears what is said after the power went.
    pub fn silence(mut self) -> Said {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said
    }

    /// All that it says to its end.
    pub fn end(mut self) -> (Said, ExitStatus) {
        // It may be waiting for room on the disk.
        drop(self.child.stdin.take());
        while self.line() {}
        let status = self.child.wait().unwrap();
        (self.said, status)
    }
}

/// Opens the database, holds it against all that must be true, and against what was said. Returns how many events it has.
pub fn examine(place: &Place, folder: &Path, said: &[&Said]) -> usize {
    let store = open(place, settings()).unwrap();
    let held = inspect(&store, folder).unwrap();
    for said in said {
        let lost: Vec<_> = said.kept.difference(&held.events).collect();
        assert!(
            lost.is_empty(),
            "{} said to be kept, and lost, from {:?}",
            lost.len(),
            lost.first()
        );
        let ghosts: Vec<_> = said.refused.intersection(&held.events).collect();
        assert!(ghosts.is_empty(), "refused, and there: {ghosts:?}");
    }
    held.events.len()
}
