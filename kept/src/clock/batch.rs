//! Many questions: CSV lines in, the same lines with their result out, as they come.

use std::io::{self, BufRead, Write};

use kept_calendar::Calendar;
use kept_kernel::Duration;

use super::seconds;
use crate::ask::BatchAsked;
use crate::files;
use crate::tell::{Failure, Outcome, RED, count};

/// So many bad lines are reported one by one; more are only counted.
const MOST_REPORTS: u64 = 20;

/// Answers standard input on standard output.
pub fn batch(asked: &BatchAsked) -> Result<Outcome, Failure> {
    let calendar = files::calendar(&asked.calendar.calendar)?;
    let mut input = io::stdin().lock();
    let mut output = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut answers = Answers {
        calendar: &calendar,
        last: None,
    };
    let mut line = Vec::new();
    let (mut number, mut bad) = (0_u64, 0_u64);
    while input
        .read_until(b'\n', &mut line)
        .map_err(|error| unreadable(&error))?
        > 0
    {
        number += 1;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        let written = match answers.answer(text) {
            _ if text.trim().is_empty() => writeln!(output),
            Ok(result) => writeln!(output, "{text},{result}"),
            Err(reason) => {
                bad += 1;
                if bad <= MOST_REPORTS {
                    report(number, &reason);
                }
                writeln!(output, "{text},")
            }
        };
        if written.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return Ok(Outcome::Fine);
        }
        line.clear();
    }
    output.flush()?;
    if bad > MOST_REPORTS {
        let more = count(bad - MOST_REPORTS);
        let _ = writeln!(
            anstream::stderr(),
            "and {more} more lines that could not be read"
        );
    }
    Ok(if bad > 0 {
        Outcome::Findings
    } else {
        Outcome::Fine
    })
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::new(format!("Standard input could not be read: {error}."))
}

fn report(number: u64, reason: &str) {
    let mut out = anstream::stderr().lock();
    let _ = writeln!(out, "{RED}line {number}{RED:#}: {reason}");
}

/// Answers lines. The duration read last is kept: in a long list it is nearly always the same.
struct Answers<'c> {
    calendar: &'c Calendar,
    last: Option<(String, Duration)>,
}

impl Answers<'_> {
    fn answer(&mut self, line: &str) -> Result<String, String> {
        let mut fields = line
            .split(',')
            .map(|field| field.trim().trim_matches('"').trim());
        let question = fields.next().unwrap_or_default();
        let rest = (fields.next(), fields.next(), fields.next());
        let (Some(first), Some(second), None) = rest else {
            return Err("write add,FROM,DURATION or between,FROM,TO".to_owned());
        };
        let from = self
            .calendar
            .parse_instant(first)
            .map_err(|error| error.to_string())?;
        match question {
            "add" => {
                let result = self.calendar.add(from, self.duration(second)?);
                Ok(self.calendar.format_instant(result))
            }
            "between" => {
                let to = self.calendar.parse_instant(second);
                let to = to.map_err(|error| error.to_string())?;
                Ok(seconds(self.calendar.between(from, to)))
            }
            other => Err(format!("“{other}” is no question: write add or between")),
        }
    }

    fn duration(&mut self, text: &str) -> Result<Duration, String> {
        if let Some((last, duration)) = &self.last
            && last == text
        {
            return Ok(*duration);
        }
        let duration: Duration = text.parse().map_err(|error| format!("{error}"))?;
        self.last = Some((text.to_owned(), duration));
        Ok(duration)
    }
}
