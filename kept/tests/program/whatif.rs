//! `kept whatif`.

use std::path::Path;

use crate::runs::{Ran, kept, root, scratch, shared};

fn whatif(out: &Path, events: &str, more: &[&str]) -> Ran {
    let arguments = [
        "whatif",
        "--sop",
        "examples/helpdesk/helpdesk.sop.md",
        "--calendar",
        "examples/helpdesk/calendar.toml",
        "--mapping",
        "examples/helpdesk/mapping.toml",
        "--events",
        events,
        "--out",
        out.to_str().unwrap(),
    ];
    kept(&[&arguments[..], more].concat())
}

/// The help desk's SOP with a change, as a file.
fn draft(out: &Path, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(root().join("examples/helpdesk/helpdesk.sop.md")).unwrap();
    assert!(text.contains(from), "{from}");
    let path = out.join("draft.sop.md");
    std::fs::write(&path, text.replace(from, to)).unwrap();
    path.display().to_string()
}

const TICKETS: &str = "kept/tests/program/tickets.csv";

#[test]
fn the_same_version_twice_is_empty() {
    let out = scratch("whatif-same");
    let ran = whatif(
        &out,
        TICKETS,
        &["--with", "examples/helpdesk/helpdesk.sop.md"],
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.starts_with("Nothing differs."), "{}", ran.out);
    let json = std::fs::read_to_string(out.join("whatif.json")).unwrap();
    let comparison: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(comparison["difference"]["empty"], true);
}

#[test]
fn a_longer_deadline_flips_a_verdict_and_moves_every_deadline() {
    let out = scratch("whatif-longer");
    let draft = draft(&out, "1 business hour", "2 business hours");
    let ran = whatif(&out, TICKETS, &["--with", &draft]);
    assert!(ran.err.contains("the version does not rise"), "{}", ran.err);
    assert!(
        ran.out
            .starts_with("1 verdicts flip, 2 deadlines move, 0 duties are new, 0 are dropped."),
        "{}",
        ran.out
    );
    let page = std::fs::read_to_string(out.join("whatif.html")).unwrap();
    assert!(page.contains("Behaviour is held fixed"));
    assert!(page.contains("met late → met"));
}

#[test]
fn a_rule_that_is_gone_drops_its_duties_and_a_new_one_adds_some() {
    let out = scratch("whatif-new");
    let draft = draft(&out, "```sop resolve-elapsed", "```sop resolve-soon");
    let ran = whatif(&out, TICKETS, &["--with", &draft]);
    assert!(
        ran.out.contains("2 duties are new, 2 are dropped"),
        "{}",
        ran.out
    );
}

#[test]
fn nothing_to_compare_is_a_usage_error() {
    let out = scratch("whatif-nothing");
    let ran = whatif(&out, TICKETS, &[]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("--with"), "{}", ran.err);
    let ran = whatif(&out, "-", &["--with", "examples/helpdesk/helpdesk.sop.md"]);
    assert!(ran.status == 2 && ran.err.contains("twice"), "{}", ran.err);
}

/// How many deadlines of the real log a changed calendar moves, and which rules it touches.
fn moved(out: &Path, calendar: &str) -> Vec<(String, u64)> {
    let events = shared()
        .unwrap()
        .join("data/requests/helpdesk_it_events.csv.gz");
    let path = out.join("calendar.toml");
    std::fs::write(&path, calendar).unwrap();
    let ran = whatif(
        out,
        events.to_str().unwrap(),
        &["--with-calendar", path.to_str().unwrap()],
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    let json = std::fs::read_to_string(out.join("whatif.json")).unwrap();
    let comparison: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rules = comparison["difference"]["rules"].as_array().unwrap();
    let one = |rule: &serde_json::Value| {
        let name = rule["rule"].as_str().unwrap().to_owned();
        (name, rule["deadlines"].as_u64().unwrap())
    };
    rules
        .iter()
        .map(one)
        .filter(|(_, moved)| *moved > 0)
        .collect()
}

#[test]
fn a_lunch_break_and_a_new_holiday_move_business_deadlines_alone() {
    if shared().is_none() {
        return;
    }
    let usual = std::fs::read_to_string(root().join("examples/helpdesk/calendar.toml")).unwrap();
    let lunch = usual.replace("\"09:00-17:00\"", "\"09:00-13:00\", \"14:00-17:00\"");
    let by_lunch = moved(&scratch("whatif-lunch"), &lunch);
    assert!(
        by_lunch
            .iter()
            .all(|(rule, _)| rule != "HD/resolve-elapsed"),
        "{by_lunch:?}"
    );
    assert!(
        by_lunch.len() == 3 && by_lunch.iter().all(|(_, moved)| *moved > 500),
        "{by_lunch:?}"
    );
    let holiday = format!("{usual}\n[[holidays]]\ndate = 2012-03-14\nname = \"A new one\"\n");
    let by_holiday = moved(&scratch("whatif-holiday"), &holiday);
    assert!(
        by_holiday.iter().all(|(_, moved)| (1..60).contains(moved)),
        "{by_holiday:?}"
    );
}
