//! What the program says: answers on standard output, all else on standard error; colours only on a terminal.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};

/// How a command ended that could do its work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// All is well.
    Fine,
    /// Something was found that needs a look.
    Findings,
    /// Nothing was done, and whoever asked is to ask again: what mail servers understand.
    TryAgain,
    /// Nothing was done, and asking again changes nothing: what mail servers understand.
    Never,
}

/// Why a command could not do its work. Its text says what happened and how to go on.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Writes it to standard error.
    pub fn tell(&self) {
        let mut out = anstream::stderr().lock();
        // A standard error that is closed cannot be told so.
        let _ = writeln!(out, "{RED}error{RED:#}: {}", self.0);
    }
}

impl From<kept_sops::SetProblem> for Failure {
    fn from(problem: kept_sops::SetProblem) -> Self {
        Self(problem.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(format!("The answer could not be written: {error}."))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub const RED: Style = AnsiColor::Red.on_default().bold();
pub const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub const CYAN: Style = AnsiColor::Cyan.on_default().bold();

/// Writes an answer to standard output. A reader that has seen enough is no failure.
pub fn answer(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Writes an answer to standard output as JSON.
pub fn answer_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    answer(&json(value)?)
}

/// A value as JSON text, ended by a line break.
pub fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|error| Failure::new(format!("The answer is no JSON: {error}.")))?;
    Ok(text + "\n")
}

/// Writes a remark to standard error.
pub fn remark(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = writeln!(out, "{YELLOW}note{YELLOW:#}: {text}");
}

/// Says how far a long work has come: on a terminal on one line several times a second, otherwise a line every few
/// seconds.
pub struct Progress {
    begun: Instant,
    last: Instant,
    every: Duration,
    on_terminal: bool,
    shown: bool,
}

impl Progress {
    /// Begins now. Work that is done in a second stays silent.
    pub fn begin() -> Self {
        let on_terminal = io::stderr().is_terminal();
        let now = Instant::now();
        Self {
            begun: now,
            last: now,
            every: if on_terminal {
                Duration::from_millis(200)
            } else {
                Duration::from_secs(5)
            },
            on_terminal,
            shown: false,
        }
    }

    /// Says so much, when it is time to say something.
    pub fn at(&mut self, text: impl FnOnce() -> String) {
        let now = Instant::now();
        if now.duration_since(self.last) < self.every
            || now.duration_since(self.begun).as_secs() < 1
        {
            return;
        }
        self.last = now;
        self.shown = true;
        let mut out = anstream::stderr().lock();
        let _ = if self.on_terminal {
            write!(out, "\r\x1b[2K{}", text()).and_then(|()| out.flush())
        } else {
            writeln!(out, "{}", text())
        };
    }

    /// Takes the line away.
    pub fn end(&mut self) {
        if self.shown && self.on_terminal {
            let mut out = anstream::stderr().lock();
            let _ = write!(out, "\r\x1b[2K").and_then(|()| out.flush());
        }
        self.shown = false;
    }
}

/// A whole number with commas, for people.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
