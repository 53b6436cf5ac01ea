//! Mapping files, and logs read through mappings.

use std::io::Cursor;
use std::sync::LazyLock;

use kept_logs::{BadLine, Mapping, ReadOptions, SortedEvents, Watch, read};

use crate::text;
use crate::vocabulary::REGISTER;

/// Parts a mapping from the log that is read through it.
const LOG: &str = "\n=== log\n";

/// The mapping through which a log that is the whole input is read.
const MAPPING: &str = include_str!("../../examples/helpdesk/mapping.toml");

#[expect(
    clippy::panic,
    reason = "without the example's mapping the target cannot run"
)]
static HELPDESK: LazyLock<Mapping> = LazyLock::new(|| {
    Mapping::parse(MAPPING, &REGISTER).unwrap_or_else(|problems| panic!("{problems:?}"))
});

/// A mapping file, and after a line `=== log` a log for it.
pub fn mapping(bytes: &[u8]) {
    let Some(input) = text(bytes) else { return };
    let (file, log) = input.split_once(LOG).unwrap_or((input, ""));
    match Mapping::parse(file, &REGISTER) {
        Ok(mapping) => laws(&mapping, log.as_bytes()),
        Err(problems) => assert!(!problems.is_empty(), "a refusal says why"),
    }
}

/// A log of any bytes, through the mapping of the help-desk example.
pub fn log(bytes: &[u8]) {
    laws(&HELPDESK, bytes);
}

#[derive(Default)]
struct Counted {
    bad: u64,
}

impl Watch for Counted {
    fn bad(&mut self, line: &BadLine) {
        assert!(
            !line.reason.to_string().is_empty(),
            "a bad line has a reason"
        );
        self.bad += 1;
    }

    fn rows(&mut self, _: u64) {}
}

fn laws(mapping: &Mapping, log: &[u8]) {
    let mut watch = Counted::default();
    let options = ReadOptions {
        memory: 1 << 20,
        ..ReadOptions::default()
    };
    let raw = Box::new(Cursor::new(log.to_vec()));
    match read(raw, mapping, &REGISTER, &options, &mut watch) {
        Ok(events) => in_order(events, &watch),
        Err(error) => assert!(!error.to_string().is_empty(), "a refusal says why"),
    }
}

fn in_order(events: SortedEvents, watch: &Counted) {
    let told = events.summary().events;
    assert_eq!(
        events.summary().bad_rows,
        watch.bad,
        "every bad row is told"
    );
    let (mut count, mut last) = (0, None);
    let walked = events.for_each(|event| {
        assert!(
            last.is_none_or(|last| last <= event.at),
            "events come in the order of time"
        );
        last = Some(event.at);
        count += 1;
        Ok::<(), std::io::Error>(())
    });
    assert!(walked.is_ok(), "what was sorted can be read");
    assert_eq!(count, told, "every event is handed out");
}
