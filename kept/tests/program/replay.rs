//! `kept replay`.

use std::path::Path;

use crate::runs::{Ran, kept, scratch, table};

const LOG: &str = "case_id,activity,timestamp,resource,customer
T1,open,2026-01-30T16:30:00+01:00,Eve,Ada
T2,open,2026-01-30T10:00:00+01:00,Bob,Bea
T1,Take in charge ticket,2026-02-02T09:29:59+01:00,Eve,Ada
T2,Take in charge ticket,2026-01-30T11:00:01+01:00,Bob,Bea
T2,Resolve ticket,2026-01-30T12:00:00+01:00,Bob,Bea
T3,open,2026-02-02T09:00:00+01:00,Bob,Bea
";

fn replay(out: &Path, log: &str, more: &[&str]) -> Ran {
    let events = out.join("log.csv");
    std::fs::write(&events, log).unwrap();
    let mapping =
        std::fs::read_to_string(crate::runs::root().join("examples/helpdesk/mapping.toml"))
            .unwrap();
    let loose = out.join("mapping.toml");
    std::fs::write(&loose, mapping.replace("rows = \"together\"", "")).unwrap();
    let arguments = [
        "replay",
        "--sop",
        "examples/helpdesk/helpdesk.sop.md",
        "--calendar",
        "examples/helpdesk/calendar.toml",
        "--mapping",
        loose.to_str().unwrap(),
        "--events",
        events.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    kept(&[&arguments[..], more].concat())
}

fn verdicts(out: &Path) -> Vec<String> {
    let duties = std::fs::read_to_string(out.join("obligations.csv")).unwrap();
    let mut all: Vec<_> = table(&duties)
        .iter()
        .map(|row| format!("{} {} {}", row["subject"], row["rule"], row["verdict"]))
        .collect();
    all.sort();
    all
}

#[test]
fn a_log_out_of_time_order_is_sorted_and_judged_to_the_second() {
    let out = scratch("replay-order");
    let ran = replay(&out, LOG, &["--until", "2026-02-03T08:59:59+01:00"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let all = verdicts(&out);
    assert!(
        all.contains(&"T1 HD/acknowledge met".to_owned()),
        "{all:#?}"
    );
    assert!(
        all.contains(&"T2 HD/acknowledge met-late".to_owned()),
        "{all:#?}"
    );
    assert!(
        all.contains(&"T2 HD/resolve-elapsed met".to_owned()),
        "{all:#?}"
    );
    assert!(
        all.contains(&"T3 HD/acknowledge overdue".to_owned()),
        "{all:#?}"
    );
    assert!(
        all.contains(&"T3 HD/resolve-elapsed pending".to_owned()),
        "{all:#?}"
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (one, other) = (scratch("replay-one"), scratch("replay-other"));
    replay(&one, LOG, &[]);
    replay(&other, LOG, &[]);
    for name in ["obligations.csv", "adherence.json", "adherence.html"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(read(&one), read(&other), "{name}");
    }
}

#[test]
fn bad_lines_are_reported_listed_and_counted_and_the_rest_is_judged() {
    let out = scratch("replay-bad-lines");
    let log = format!("{LOG}T4,open,yesterday,Bob,Bea\nT5,open\n");
    let ran = replay(&out, &log, &[]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("line 8") && ran.err.contains("line 9"),
        "{}",
        ran.err
    );
    let listed = std::fs::read_to_string(out.join("bad-lines.csv")).unwrap();
    assert!(
        listed.contains("8,\"timestamp holds “yesterday”, which is no time in the formats given\""),
        "{listed}"
    );
    assert!(listed.lines().count() == 3 && verdicts(&out).len() == 12);
    let page = std::fs::read_to_string(out.join("adherence.html")).unwrap();
    assert!(page.contains("Lines that could not be used"));
    replay(&out, LOG, &[]);
    assert!(!out.join("bad-lines.csv").exists());
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let out = scratch("replay-page");
    let nasty = LOG.replace("Ada", "<script>alert(1)</script>");
    replay(&out, &nasty, &[]);
    let page = std::fs::read_to_string(out.join("adherence.html")).unwrap();
    for outside in [
        "<script", "http://", "https://", "<link", "@import", " style=", "src=",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("Acknowledge the request within 1 business hour"));
}

#[test]
fn figures_are_the_counts_of_the_duties() {
    let out = scratch("replay-figures");
    replay(&out, LOG, &["--until", "2026-02-03T08:59:59+01:00"]);
    let json = std::fs::read_to_string(out.join("adherence.json")).unwrap();
    let figures: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rule = &figures["rules"][0];
    assert_eq!(rule["rule"], "HD/acknowledge");
    assert_eq!(
        (
            &rule["counts"]["met"],
            &rule["counts"]["met_late"],
            &rule["counts"]["overdue"]
        ),
        (&1.into(), &1.into(), &1.into())
    );
    assert_eq!(
        (&rule["share"]["n"], &rule["share"]["share"]),
        (&2.into(), &0.5.into())
    );
    assert_eq!(figures["log"]["rows"], 6);
}
