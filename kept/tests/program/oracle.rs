//! Two real logs, replayed, against what independent programs computed on them, row by row.
//!
//! The oracle was made with two working-time libraries that know nothing of this one. What it says is in the shared
//! folder's own notes; where our meaning differs on purpose, `docs/oracle-differences.md` lists the cases, and these
//! tests hold the list.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::runs::{kept, root, scratch, shared, table, unpacked};
use kept_calendar::Calendar;
use kept_kernel::Instant;

type Row = BTreeMap<String, String>;

/// A log, replayed: the oracle's rows and our duties by case and rule.
struct Replayed {
    oracle: Vec<Row>,
    duties: BTreeMap<(String, String), Row>,
}

fn replayed(example: &str, log: &str) -> Option<Replayed> {
    let data = shared()?.join("data");
    let out = scratch(example);
    let at = |name: &str| format!("examples/{example}/{name}");
    let events = data.join(format!("requests/{log}_events.csv.gz"));
    let ran = kept(&[
        "replay",
        "--sop",
        &at(&format!("{example}.sop.md")),
        "--calendar",
        &at("calendar.toml"),
        "--mapping",
        &at("mapping.toml"),
        "--events",
        events.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let duties = std::fs::read_to_string(out.join("obligations.csv")).unwrap();
    let key = |row: &Row| {
        let rule = row["rule"].split('/').nth(1).unwrap().to_owned();
        (row["subject"].clone(), rule)
    };
    Some(Replayed {
        oracle: table(&unpacked(&data.join(format!("oracle/{log}_oracle.csv.gz")))),
        duties: table(&duties)
            .into_iter()
            .map(|row| (key(&row), row))
            .collect(),
    })
}

/// The oracle's columns for a rule: due, used, met, done.
const RULES: [(&str, [&str; 4]); 3] = [
    (
        "acknowledge",
        [
            "ack_due_utc",
            "first_response_business_s",
            "ack_met_by_due",
            "first_response_utc",
        ],
    ),
    (
        "resolve-elapsed",
        [
            "resolution_24h_due_utc",
            "resolution_elapsed_s",
            "resolution_24h_met",
            "resolved_utc",
        ],
    ),
    (
        "resolve-business",
        [
            "resolution_24bh_due_utc",
            "resolution_business_s",
            "resolution_24bh_met_by_due",
            "resolved_utc",
        ],
    ),
];

/// Compares every case under every rule and returns how often each verdict came up.
fn compare(replayed: &Replayed) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for case in &replayed.oracle {
        for (rule, [due, used, met, done]) in RULES {
            let id = (case["case_id"].clone(), rule.to_owned());
            let duty = &replayed.duties[&id];
            let verdict = match duty["verdict"].as_str() {
                "met" => "1",
                "met-late" => "0",
                _ => "",
            };
            let ours_used = match (verdict, rule) {
                ("", _) => "",
                (_, "resolve-elapsed") => duty["used_elapsed_s"].as_str(),
                _ => duty["used_business_s"].as_str(),
            };
            let ours = [
                &duty["opened_at"],
                &duty["due_at"],
                ours_used,
                verdict,
                &duty["discharged_at"],
            ];
            let theirs = [
                &case["opened_utc"],
                &case[due],
                &case[used],
                &case[met],
                &case[done],
            ];
            assert_eq!(ours, theirs.map(String::as_str), "{id:?}");
            let count = counts.entry(rule.to_owned()).or_default();
            *count.entry(duty["verdict"].clone()).or_default() += 1;
        }
    }
    counts
}

fn counted(counts: &BTreeMap<String, BTreeMap<String, usize>>, rule: &str) -> [usize; 3] {
    let of = |verdict: &str| counts[rule].get(verdict).copied().unwrap_or_default();
    [
        of("met"),
        of("met-late"),
        of("missed") + of("overdue") + of("pending"),
    ]
}

#[test]
fn the_help_desk_equals_the_oracle_case_by_case() {
    let Some(replayed) = replayed("helpdesk", "helpdesk_it") else {
        return;
    };
    assert_eq!(replayed.oracle.len(), 4_580);
    let counts = compare(&replayed);
    assert_eq!(counted(&counts, "acknowledge"), [1_759, 2_526, 295]);
    assert_eq!(counted(&counts, "resolve-elapsed"), [1_345, 3_224, 11]);
    assert_eq!(counted(&counts, "resolve-business"), [2_104, 2_465, 11]);
    waiting(&replayed);
}

#[test]
fn the_service_desk_equals_the_oracle_case_by_case() {
    let Some(replayed) = replayed("servicenow", "itsm_servicenow") else {
        return;
    };
    assert_eq!(replayed.oracle.len(), 24_918);
    let counts = compare(&replayed);
    assert_eq!(counted(&counts, "acknowledge"), [15_965, 8_953, 0]);
    assert_eq!(counted(&counts, "resolve-elapsed"), [12_072, 11_290, 1_556]);
    assert_eq!(counted(&counts, "resolve-business"), [16_253, 7_109, 1_556]);
    let by_seconds = |case: &&Row| case["ack_met_by_due"] != case["ack_met_by_seconds"];
    let differ: BTreeSet<_> = replayed
        .oracle
        .iter()
        .filter(by_seconds)
        .map(|case| case["case_id"].clone())
        .collect();
    assert_eq!(differ, listed("Counted to the due time, not in seconds"));
}

/// Waits, as the oracle has them: the same where every wait began before the deadline; where one began after it, it
/// counts nothing for us, and the case is listed.
fn waiting(replayed: &Replayed) {
    let text = std::fs::read_to_string(root().join("examples/helpdesk/calendar.toml")).unwrap();
    let calendar = Calendar::parse(&text, &mut |name| Err(name.to_owned())).unwrap();
    let waits = waits();
    let mut late_waits = BTreeSet::new();
    for case in replayed
        .oracle
        .iter()
        .filter(|case| !case["resolved_utc"].is_empty())
    {
        let id = case["case_id"].clone();
        let duty = &replayed.duties[&(id.clone(), "resolve-less-waiting".to_owned())];
        let (expected, due) =
            counting_waits(&calendar, case, waits.get(&id).map_or(&[], Vec::as_slice));
        let resolved: Instant = case["resolved_utc"].parse().unwrap();
        let met = if resolved <= due { "met" } else { "met-late" };
        assert_eq!(
            (duty["due_at"].as_str(), duty["verdict"].as_str()),
            (due.to_string().as_str(), met),
            "{id}"
        );
        let less: i64 = case["resolution_business_s_less_waiting"].parse().unwrap();
        assert!(
            met == "met" || less >= 24 * 3600,
            "{id}: a wait after the deadline changed a verdict"
        );
        assert_eq!(duty["paused_business_s"], expected.to_string(), "{id}");
        let used: i64 = case["resolution_business_s"].parse::<i64>().unwrap() - expected;
        assert_eq!(duty["used_business_s"], used.to_string(), "{id}");
        if expected.to_string() != case["waiting_business_s_before_resolution"] {
            late_waits.insert(id);
        }
    }
    assert_eq!(late_waits, listed("Waits that begin after the deadline"));
}

/// The working seconds of the waits that do not begin after the deadline, which each of them moves, and where it ends up.
fn counting_waits(calendar: &Calendar, case: &Row, waits: &[(Instant, Instant)]) -> (i64, Instant) {
    let opened: Instant = case["opened_utc"].parse().unwrap();
    let resolved: Instant = case["resolved_utc"].parse().unwrap();
    let day = 24 * 3600 * 1_000_000;
    let mut paused = 0;
    for (from, to) in waits {
        let due = calendar.add_working(opened, day + paused);
        if *from <= due && *from < resolved {
            paused += calendar.between(*from, (*to).min(resolved));
        }
    }
    (
        paused / 1_000_000,
        calendar.add_working(opened, day + paused),
    )
}

/// The waits of every case, read from the log without the program's help.
fn waits() -> BTreeMap<String, Vec<(Instant, Instant)>> {
    let log = shared()
        .unwrap()
        .join("data/requests/helpdesk_it_events.csv.gz");
    let rows = table(&unpacked(&log));
    let mut waits: BTreeMap<String, Vec<(Instant, Instant)>> = BTreeMap::new();
    for pair in rows.windows(2) {
        let [row, next] = pair else { continue };
        if row["activity"] == "Wait" && row["case_id"] == next["case_id"] {
            let at = |row: &Row| row["timestamp"].parse().unwrap();
            waits
                .entry(row["case_id"].clone())
                .or_default()
                .push((at(row), at(next)));
        }
    }
    waits
}

/// The cases that the page lists under a heading, between backticks.
fn listed(heading: &str) -> BTreeSet<String> {
    let page =
        std::fs::read_to_string(Path::new(&root()).join("docs/oracle-differences.md")).unwrap();
    let part = page
        .split("\n## ")
        .find(|part| part.starts_with(heading))
        .unwrap();
    let block = part.split("```").nth(1).unwrap();
    let ids = block
        .trim_start_matches("text")
        .split([',', '\n'])
        .map(str::trim);
    ids.filter(|id| !id.is_empty())
        .map(|id| {
            if id.starts_with("INC") {
                id.to_owned()
            } else {
                format!("Case {id}")
            }
        })
        .collect()
}
