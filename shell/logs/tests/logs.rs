//! Logs through mappings, against the vocabulary that ships.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests throughout: what is missing fails the test"
)]

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use kept_engine::{Actor, Event, What};
use kept_language::{Register, RegisterFile};
use kept_logs::{BadLine, LogError, Mapping, ReadOptions, Summary, Watch, read};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn register() -> Register {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root().join("sops/vocabulary")).unwrap() {
        let path = entry.unwrap().path();
        files.push((
            path.display().to_string(),
            std::fs::read_to_string(path).unwrap(),
        ));
    }
    files.sort();
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    Register::load(&files).unwrap()
}

#[derive(Default)]
struct Bad(Vec<String>);

impl Watch for Bad {
    fn bad(&mut self, line: &BadLine) {
        self.0.push(format!("{} {}", line.line, line.reason));
    }

    fn rows(&mut self, _: u64) {}
}

struct Ran {
    events: Vec<String>,
    bad: Vec<String>,
    summary: Summary,
}

fn shown(register: &Register, event: &Event<'_>) -> String {
    let what = match event.what {
        What::Act(act) => register[act].id.clone(),
        What::Facts => "facts".to_owned(),
        What::Merged { into } => format!("merged into {into}"),
        other => format!("{other:?}"),
    };
    let actor = match event.actor {
        Actor::Unknown => String::new(),
        Actor::Person(name) => format!(" by {name}"),
        other => format!(" by {other:?}"),
    };
    let links: Vec<_> = event
        .links
        .iter()
        .map(|link| format!(" {}", link.id))
        .collect();
    let facts: Vec<_> = event
        .facts
        .iter()
        .map(|(fact, value)| format!(" {}={value:?}", register[*fact].name))
        .collect();
    let parts: Vec<_> = event
        .parts
        .iter()
        .map(|(part, name)| format!(" {part}:{name}"))
        .collect();
    let rest = [links.concat(), facts.concat(), parts.concat()].concat();
    format!("{} {} {what}{actor}{rest}", event.at, event.case.id)
}

fn run(mapping: &str, log: &str, memory: usize) -> Result<Ran, LogError> {
    let register = register();
    let mapping =
        Mapping::parse(mapping, &register).unwrap_or_else(|problems| panic!("{problems:?}"));
    let options = ReadOptions {
        memory,
        ..ReadOptions::default()
    };
    let mut bad = Bad::default();
    let input = Box::new(Cursor::new(log.as_bytes().to_vec()));
    let sorted = read(input, &mapping, &register, &options, &mut bad)?;
    let mut events = Vec::new();
    let summary = sorted.for_each(|event| {
        assert_eq!(event.place, events.len() as u64 + 1);
        events.push(shown(&register, event));
        Ok::<_, std::io::Error>(())
    })?;
    Ok(Ran {
        events,
        bad: bad.0,
        summary,
    })
}

const DESK: &str = r#"
[log]
missing = ["?", "n/a"]
[time]
column = "when"
format = ["%d/%m/%Y %H:%M", "iso"]
zone = "Europe/Rome"
[subject]
noun = "request"
id = "ticket"
[links]
client = "customer"
[actor]
column = "who"
system = ["robot"]
[parts]
assignee = "owner"
[activity]
column = "what"
nothing = ["comment"]
[activity.means]
"answer" = "a request is answered"
[[events]]
event = "a request is received"
only = "first"
by = "client"
[[events]]
event = "a request is resolved"
if = { what = "solve" }
only = "last"
[[states]]
state = "it waits for the client"
while = { what = "wait" }
[[facts]]
fact = "priority"
column = "prio"
values = { 1 = "urgent", 2 = "high" }
"#;

const LOG: &str = "ticket,when,what,who,customer,owner,prio
T1,30/1/2026 16:30,open,robot,Ada,?,2
T2,30/1/2026 16:40,open,Eve,Bob,Eve,9
T1,2026-02-02T09:00:00Z,wait,Eve,Ada,Eve,1
T1,2/2/2026 11:00,comment,Eve,Ada,Eve,n/a
T1,2/2/2026 12:00,solve,Eve,Ada,Eve,1
T2,32/1/2026 10:00,solve,Eve,Bob,Eve,1
T1,2/2/2026 13:00,solve,Eve,Ada,Eve,1
T2,1/2/2026 10:00,answer,robot,Bob,Eve,?
,1/2/2026 10:00,answer,robot,Bob,Eve,1
T2,1/2/2026 10:00
T2,1/2/2026 10:01,chat,Eve,Bob,Eve,?
";

const EVENTS: [&str; 6] = [
    "2026-01-30T15:30:00Z T1 receive-request by Client Ada priority=Some(Choice(2))",
    "2026-01-30T15:40:00Z T2 receive-request by Client Bob assignee:Eve",
    "2026-02-01T09:00:00Z T2 answer-request by System Bob assignee:Eve",
    "2026-02-02T09:00:00Z T1 set-waiting-for-client by Eve Ada priority=Some(Choice(3)) assignee:Eve",
    "2026-02-02T10:00:00Z T1 end-waiting by Eve Ada assignee:Eve",
    "2026-02-02T12:00:00Z T1 resolve-request by Eve Ada priority=Some(Choice(3)) assignee:Eve",
];

#[test]
fn rows_become_events_in_time_order() {
    let ran = run(DESK, LOG, 1 << 20).unwrap();
    assert_eq!(ran.events, EVENTS);
}

#[test]
fn what_does_not_fit_into_memory_gives_the_same_events() {
    let ran = run(DESK, LOG, 200).unwrap();
    assert_eq!(ran.events, EVENTS);
    assert!(ran.summary.spilled_bytes > 0);
}

#[test]
fn bad_lines_are_named_and_counted_and_stop_nothing() {
    let ran = run(DESK, LOG, 1 << 20).unwrap();
    assert_eq!(
        ran.bad,
        [
            "7 when holds “32/1/2026 10:00”, which is no time in the formats given",
            "10 ticket is empty",
            "11 has 2 fields where the header names 7 columns"
        ]
    );
    assert_eq!((ran.summary.rows, ran.summary.bad_rows), (11, 3));
    assert_eq!(ran.summary.rows_without_event, 2);
}

#[test]
fn values_without_a_meaning_are_listed_with_their_count() {
    let ran = run(DESK, LOG, 1 << 20).unwrap();
    let unnamed: Vec<_> = ran
        .summary
        .unnamed
        .iter()
        .map(|note| format!("{} {} {}", note.column, note.value, note.rows))
        .collect();
    assert_eq!(unnamed, ["prio 9 1", "what chat 1", "what open 2"]);
}

#[test]
fn json_lines_and_csv_give_the_same_events() {
    let mut lines = LOG.lines();
    let names: Vec<_> = lines.next().unwrap().split(',').collect();
    let mut json = String::new();
    for line in lines {
        let cells: Vec<_> = names
            .iter()
            .zip(line.split(','))
            .map(|(name, cell)| format!("{name:?}: {cell:?}"))
            .collect();
        writeln!(json, "{{{}}}", cells.join(", ")).unwrap();
    }
    let ran = run(DESK, &json, 1 << 20).unwrap();
    assert_eq!(ran.events, EVENTS);
}

#[test]
fn rows_that_do_not_stand_together_as_the_mapping_says_are_refused() {
    let mapping = DESK.replacen("[log]", "[log]\nrows = \"together\"", 1);
    let refused = run(&mapping, LOG, 1 << 20)
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        refused.unwrap(),
        "The rows of T1 do not stand together: line 4 has another one. Say `rows = \"in any order\"` in the mapping, under [log]."
    );
    let mut rows: Vec<&str> = LOG.lines().skip(1).collect();
    rows.sort_by_key(|row| row.split(',').next());
    let sorted = format!("{}\n{}\n", LOG.lines().next().unwrap(), rows.join("\n"));
    assert_eq!(run(&mapping, &sorted, 1 << 20).unwrap().events, EVENTS);
}

#[test]
fn a_column_that_the_log_does_not_have_is_named_with_the_nearest_one() {
    let log = LOG.replacen("customer", "costumer", 1);
    let Err(LogError::Columns(problems)) = run(DESK, &log, 1 << 20) else {
        panic!("the log was read");
    };
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["12:10  The log has no column “customer”. Did you mean “costumer”?"]
    );
}

#[test]
fn an_empty_log_and_a_log_of_noise_are_refused() {
    assert!(matches!(run(DESK, "", 1 << 20), Err(LogError::Empty)));
    assert!(matches!(
        run(DESK, "\u{1}\u{2}\n\n", 1 << 20),
        Err(LogError::Columns(_))
    ));
}

#[test]
fn mistakes_in_a_mapping_are_said_with_their_place_and_what_was_meant() {
    let register = register();
    for (from, to, said) in [
        (
            "zone =",
            "zona =",
            "6:1  There is no key “zona” here. Did you mean “zone”?",
        ),
        (
            "Europe/Rome",
            "Europe/Roma",
            "6:8  There is no time zone “Europe/Roma”. Did you mean “Europe/Rome”?",
        ),
        (
            "noun = \"request\"",
            "noun = \"requst\"",
            "8:8  No noun of the vocabulary is called “requst”. Did you mean “request”?",
        ),
        (
            "is received",
            "is recieved",
            "23:9  No event of the vocabulary is called “a request is recieved”. Did you mean “a request is received”?",
        ),
        (
            "fact = \"priority\"",
            "fact = \"prority\"",
            "34:8  No fact of the vocabulary is called “prority”. Did you mean “request.priority”?",
        ),
        (
            "\"urgent\"",
            "\"urgnt\"",
            "36:16  “urgnt” is no value of “priority”. Did you mean “urgent”?",
        ),
        (
            "only = \"last\"",
            "only = \"final\"",
            "29:8  “final” is not known here. Write “every” or “first” or “last”.",
        ),
        (
            "%d/%m/%Y %H:%M",
            "%H:%M",
            "5:10  “%H:%M” names no day, month and year: write “iso”, “epoch”, or a pattern such as %d/%m/%Y %H:%M.",
        ),
    ] {
        let text = DESK.trim_start().replacen(from, to, 1);
        let problems = Mapping::parse(&text, &register).unwrap_err();
        let all: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(all, [said], "{to}");
    }
}

#[test]
fn a_wait_that_lasts_over_several_lines_starts_once() {
    let log = "ticket,when,what,who,customer,owner,prio
T1,2026-01-01T10:00,wait,Eve,Ada,Eve,1
T1,2026-01-01T11:00,wait,Eve,Ada,Eve,1
T1,2026-01-01T12:00,comment,Eve,Ada,Eve,1
";
    let ran = run(DESK, log, 1 << 20).unwrap();
    let waits: Vec<_> = ran
        .events
        .iter()
        .filter(|event| event.contains("wait"))
        .collect();
    assert_eq!(waits.len(), 2);
    assert!(waits[0].starts_with("2026-01-01T09:00:00Z T1 set-waiting-for-client"));
    assert!(waits[1].starts_with("2026-01-01T11:00:00Z T1 end-waiting"));
}

#[test]
fn a_wait_for_another_begins_after_the_one_before_has_ended_whichever_the_mapping_names_first() {
    let other = "[[states]]
state = \"it waits for a third party\"
while = { what = \"wait for parts\" }
[[facts]]";
    let mapping = DESK.replacen("[[facts]]", other, 1);
    for (first, second) in [("wait", "wait for parts"), ("wait for parts", "wait")] {
        let log = format!(
            "ticket,when,what,who,customer,owner,prio
T1,2026-01-01T10:00,{first},Eve,Ada,Eve,1
T1,2026-01-01T11:00,{second},Eve,Ada,Eve,1
"
        );
        let ran = run(&mapping, &log, 1 << 20).unwrap();
        let acts: Vec<_> = ran
            .events
            .iter()
            .filter_map(|event| event.split(' ').nth(2))
            .filter(|act| act.contains("wait"))
            .collect();
        let waits = |what| match what {
            "wait" => "set-waiting-for-client",
            _ => "set-waiting-for-third-party",
        };
        assert_eq!(acts, [waits(first), "end-waiting", waits(second)]);
    }
}

/// The fenced blocks of a page: their language and what they hold.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some((language.to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some((_, inside))) => {
                inside.push_str(line);
                inside.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// An event with the values of choices as they are called.
fn in_words(register: &Register, event: &str) -> String {
    let mut said = event.to_owned();
    for (_, fact) in register.facts() {
        if !said.contains(&format!(" {}=Some(", fact.name)) || register[fact.noun].id != "request" {
            continue;
        }
        for (index, value) in fact.values.iter().enumerate() {
            let shown = format!("{}=Some(Choice({index}))", fact.name);
            said = said.replace(&shown, &format!("{}={value}", fact.name));
        }
    }
    said
}

#[test]
fn each_example_of_the_page_on_mappings_gives_the_events_that_stand_below_it() {
    let page = std::fs::read_to_string(root().join("docs/mapping.md")).unwrap();
    let blocks = blocks(&page);
    let register = register();
    let mut examples = 0;
    let mut log = "";
    for (place, (language, inside)) in blocks.iter().enumerate() {
        match language.as_str() {
            "csv" => log = inside,
            "toml" => {
                let expected = blocks.get(place + 1);
                let expected = expected.filter(|(language, _)| language == "text");
                let ran = run(inside, log, 1 << 20).unwrap();
                assert_eq!(ran.bad, Vec::<String>::new(), "example {examples}");
                let events: Vec<String> = ran
                    .events
                    .iter()
                    .map(|event| in_words(&register, event))
                    .collect();
                let events = events.join("\n") + "\n";
                let said = expected.map_or("", |(_, said)| said);
                assert_eq!(events, said, "example {examples} gives:\n{events}");
                examples += 1;
            }
            _ => {}
        }
    }
    let written = page
        .lines()
        .filter(|line| line.starts_with("```toml"))
        .count();
    assert_eq!(examples, written);
    assert!(examples >= 2);
}
