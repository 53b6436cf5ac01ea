//! A real log, lived: its incidents go through the API of the program as it is served, each act at its own time, and come to the
//! verdicts that `kept replay` gives on the log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::MultiGzDecoder;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use kept_kernel::Instant;
use kept_store::statements;
use kept_testing::{Home, Kept as _, on_both};

use crate::runs::root;
use crate::served::{Answer, Desk, Served, ask};

statements! {
    LINES = "SELECT r.id, o.rule, o.verdict, o.due_at, o.discharged_at FROM obligations o JOIN records r ON r.number = o.record
             WHERE o.code = 'SN' AND o.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL)";
}

/// So many incidents are lived: every so manieth of the first ones. With the variable, all of them.
const INCIDENTS: usize = 120;
const EVERY: usize = 5;
const WHOLE: &str = "KEPT_LIVE_WHOLE_LOG";
/// Before the first of them.
const BEFORE: Instant = Instant::from_seconds(1_456_000_000);

/// The columns that say what happened.
const NUMBER: usize = 0;
const STATE: usize = 1;
const OPENED: usize = 9;
const UPDATED: usize = 13;
const RESOLVED: usize = 34;
const CLOSED: usize = 35;

/// What happens to an incident: when, which one, the path of the act behind the request, its body.
type Act = (Instant, usize, &'static str, String);

/// By incident and rule: the verdict, until when it was due, when it was done.
type Lines = BTreeMap<(String, String), (String, Instant, Option<Instant>)>;

/// The log as it is, cut down to the incidents that are lived.
struct Log {
    text: String,
    incidents: Vec<Vec<Vec<String>>>,
}

fn log() -> Option<Log> {
    let shared =
        std::env::var_os("KEPT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = shared.join("data/requests/itsm_servicenow_events.csv.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: servicenow: no real logs here; KEPT_SHARED names their folder");
        return None;
    };
    let mut whole = String::new();
    // The beginning has more incidents than are wanted.
    let (incidents, every, bytes) = match std::env::var_os(WHOLE) {
        Some(_) => (usize::MAX, 1, u64::MAX),
        None => (INCIDENTS, EVERY, 4 << 20),
    };
    MultiGzDecoder::new(file)
        .take(bytes)
        .read_to_string(&mut whole)
        .unwrap();
    let mut lines = whole.lines();
    let mut log = Log {
        text: format!("{}\n", lines.next().unwrap()),
        incidents: Vec::new(),
    };
    let (mut last, mut seen) = (String::new(), 0);
    for line in lines {
        let row: Vec<String> = line.split(',').map(str::to_owned).collect();
        if row[NUMBER] != last {
            last.clone_from(&row[NUMBER]);
            seen += 1;
            if seen % every == 0 {
                log.incidents.push(Vec::new());
            }
        }
        if log.incidents.len() > incidents {
            log.incidents.pop();
            break;
        }
        if seen % every == 0 {
            writeln!(log.text, "{line}").unwrap();
            log.incidents.last_mut().unwrap().push(row);
        }
    }
    Some(log)
}

/// A time as the log writes it; none for a question mark.
fn at(text: &str) -> Option<Instant> {
    let zone = TimeZone::get("America/Sao_Paulo").unwrap();
    let time = DateTime::strptime("%d/%m/%Y %H:%M", text).ok()?;
    let zoned = time.to_zoned(zone).ok()?;
    Some(Instant::from_timestamp(zoned.timestamp()))
}

/// What happened to all of them, in order.
fn acts(log: &Log) -> Vec<Act> {
    let mut all = Vec::new();
    for (which, rows) in log.incidents.iter().enumerate() {
        let (first, last) = (&rows[0], rows.last().unwrap());
        let opened = at(&first[OPENED]).unwrap();
        let number = &first[NUMBER];
        let body = format!(
            r#"{{"name":"{number}","email":"{number}@caller.example","subject":"{number}"}}"#
        );
        all.push((opened, which, "", body));
        let taken = rows
            .iter()
            .find(|row| !matches!(row[STATE].as_str(), "New" | "-100"));
        if let Some(row) = taken {
            let taken = at(&row[UPDATED]).unwrap().max(opened);
            all.push((
                taken,
                which,
                "/acknowledgement",
                r#"{"reason":"We look at it"}"#.to_owned(),
            ));
        }
        let mut waits = "nobody";
        for row in rows {
            let now = match row[STATE].as_str() {
                "Awaiting User Info" => "client",
                "Awaiting Vendor" | "Awaiting Problem" | "Awaiting Evidence" => "third party",
                _ => "nobody",
            };
            if now != waits {
                all.push((
                    at(&row[UPDATED]).unwrap(),
                    which,
                    "/waiting",
                    format!(r#"{{"for":"{now}"}}"#),
                ));
                waits = now;
            }
        }
        if let Some(resolved) = at(&last[RESOLVED]) {
            all.push((
                resolved,
                which,
                "/resolution",
                r#"{"resolution":"Solved"}"#.to_owned(),
            ));
        }
        if let Some(closed) = at(&last[CLOSED]) {
            all.push((closed, which, "/closure", "{}".to_owned()));
        }
    }
    // Of what stands at one minute, in the order in which it was written here.
    all.sort_by_key(|act| act.0);
    all
}

fn example(name: &str) -> PathBuf {
    root().join("examples/servicenow").join(name)
}

/// A desk that works by the example's rules alone, served at the time that a file tells.
struct House {
    desk: Desk,
    clock: PathBuf,
}

impl House {
    fn new(home: &Home) -> Self {
        let clock = home.folder().join("clock");
        let house = Self {
            desk: Desk::new(home).by_clock(&clock),
            clock,
        };
        house.pass(BEFORE);
        let file = |name: &str| example(name).display().to_string();
        house
            .desk
            .well(&["import", "sop", "--alone", &file("servicenow.sop.md")]);
        house
            .desk
            .well(&["import", "calendar", &file("calendar.toml")]);
        house
    }

    /// Lets time pass until then. The clock is never half written.
    fn pass(&self, until: Instant) {
        let next = self.clock.with_extension("next");
        std::fs::write(&next, until.timestamp().to_string()).unwrap();
        std::fs::rename(&next, &self.clock).unwrap();
    }

    /// Lives through it all. The ids of the requests, by incident; and the incidents that cannot be done here as the log has them.
    fn live(&self, log: &Log, acts: &[Act]) -> (Vec<String>, BTreeSet<usize>) {
        // Each token has so many requests in a minute.
        let role = "client-service-representative";
        let tokens = self.desk.tokens_of("maya@desk.example", role, 8);
        let served = self.desk.serve();
        let mut ids = vec![String::new(); log.incidents.len()];
        let mut otherwise = BTreeSet::new();
        for (number, (at, which, act, body)) in acts.iter().enumerate() {
            self.pass(*at);
            let path = match *act {
                "" => "/api/v1/requests".to_owned(),
                act => format!("/api/v1/requests/{}{act}", ids[*which]),
            };
            let answer = posted(&served, &tokens[number % tokens.len()], &path, body);
            match answer.status {
                201 => ids[*which] = answer.between("\"id\":\"", "\""),
                200 => {}
                409 => _ = otherwise.insert(*which),
                status => panic!("{act}: {status} {}", answer.body),
            }
        }
        (ids, otherwise)
    }

    /// What the house has come to.
    fn lines(&self, log: &Log, ids: &[String]) -> Lines {
        type Row = (String, String, String, Instant, Option<Instant>);
        let rows: Vec<Row> = self.desk.store().read(|read| read.all(LINES, &[])).kept();
        let numbers = log.incidents.iter().map(|rows| rows[0][NUMBER].clone());
        let by_id: BTreeMap<_, _> = ids.iter().cloned().zip(numbers).collect();
        let mut lines = Lines::new();
        for (id, rule, verdict, due, done) in rows {
            let before = lines.insert((by_id[&id].clone(), rule), (verdict, due, done));
            assert_eq!(before, None, "{id} twice");
        }
        lines
    }
}

fn posted(served: &Served, token: &str, path: &str, body: &str) -> Answer {
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    ask(served.port, &format!("POST {path}"), &headers, body).unwrap()
}

/// What `kept replay` says of the same incidents.
fn replayed(folder: &Path, log: &Log) -> Lines {
    let events = folder.join("log.csv");
    std::fs::write(&events, &log.text).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_kept"))
        .arg("replay")
        .arg("--sop")
        .arg(example("servicenow.sop.md"))
        .arg("--calendar")
        .arg(example("calendar.toml"))
        .arg("--mapping")
        .arg(example("mapping.toml"))
        .arg("--events")
        .arg(&events)
        .arg("--out")
        .arg(folder.join("out"))
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let table = std::fs::read_to_string(folder.join("out/obligations.csv")).unwrap();
    let mut rows = table
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let names = rows.next().unwrap();
    let place = |name: &str| names.iter().position(|one| *one == name).unwrap();
    let [subject, rule, verdict, due, done] =
        ["subject", "rule", "verdict", "due_at", "discharged_at"].map(place);
    let instant = |text: &str| text.parse().ok().map(Instant::from_timestamp);
    rows.map(|row| {
        let rule = row[rule].split('/').nth(1).unwrap().to_owned();
        let said = (
            row[verdict].to_owned(),
            instant(row[due]).unwrap(),
            instant(row[done]),
        );
        ((row[subject].to_owned(), rule), said)
    })
    .collect()
}

on_both! {
    fn a_real_log_lived_through_the_api_comes_to_the_verdicts_of_its_replay(home) {
        let Some(log) = log() else { return };
        let acts = acts(&log);
        let house = House::new(home);
        let (ids, otherwise) = house.live(&log, &acts);
        let lived = house.lines(&log, &ids);
        let mut replayed = replayed(home.folder(), &log);
        let left_out: BTreeSet<_> = otherwise.iter().map(|which| log.incidents[*which][0][NUMBER].clone()).collect();
        replayed.retain(|(number, _), _| !left_out.contains(number));
        let mut differing = Vec::new();
        for (key, said) in &replayed {
            if lived.get(key) != Some(said) {
                differing.push(format!("{key:?}: {:?} instead of {said:?}", lived.get(key)));
            }
        }
        println!("{} incidents, {} acts, {} verdicts alike; {} done otherwise here", ids.len(), acts.len(), replayed.len(), left_out.len());
        assert!(differing.is_empty(), "{} of {}:\n{}", differing.len(), replayed.len(), differing.join("\n"));
        assert!(left_out.len() * 10 < ids.len(), "{left_out:?}");
    }
}
