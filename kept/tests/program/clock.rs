//! `kept clock`.

use crate::runs::{kept, kept_with, scratch};

fn calendar(name: &str) -> String {
    let path = scratch(name).join("calendar.toml");
    let hours = "zone = \"Europe/Berlin\"\n[hours]\nmonday = [\"09:00-17:00\"]\nfriday = [\"09:00-17:00\"]\n";
    std::fs::write(&path, hours).unwrap();
    path.display().to_string()
}

#[test]
fn an_hour_from_friday_afternoon_is_up_on_monday() {
    let calendar = calendar("clock-add");
    let asked = [
        "clock",
        "add",
        "--calendar",
        &calendar,
        "--from",
        "2026-01-30 16:30",
        "--duration",
        "1 business hour",
    ];
    let ran = kept(&asked);
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (0, "2026-02-02T09:30:00+01:00\n")
    );
    let explained = kept(&[&asked[..], &["--explain"]].concat());
    assert!(
        explained.out.contains("30 min until closing at 17:00"),
        "{}",
        explained.out
    );
    let json = kept(&[&asked[..], &["--json"]].concat());
    assert!(
        json.out
            .contains("\"result\": \"2026-02-02T09:30:00+01:00\""),
        "{}",
        json.out
    );
}

#[test]
fn working_time_between_is_said_in_seconds() {
    let calendar = calendar("clock-between");
    let ran = kept(&[
        "clock",
        "between",
        "--calendar",
        &calendar,
        "--from",
        "2026-01-30T16:30:00+01:00",
        "--to",
        "2026-02-02T09:00:00.5+01:00",
    ]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "1800.5\n"));
}

#[test]
fn a_batch_answers_every_line_and_names_the_bad_ones() {
    let calendar = calendar("clock-batch");
    let questions = "add,2026-01-30 16:30,1 business hour\n\
                     add,2026-01-30 16:30,1 busines hour\n\
                     between,2026-01-30T15:30:00Z,2026-02-02T08:30:00Z\n\
                     between,yesterday,today\n\
                     \"add\",\"2026-01-30 16:30\",\"3 days\"\n";
    let ran = kept_with(questions, &["clock", "batch", "--calendar", &calendar]);
    let answers: Vec<_> = ran.out.lines().collect();
    assert_eq!(
        answers,
        [
            "add,2026-01-30 16:30,1 business hour,2026-02-02T09:30:00+01:00",
            "add,2026-01-30 16:30,1 busines hour,",
            "between,2026-01-30T15:30:00Z,2026-02-02T08:30:00Z,3600",
            "between,yesterday,today,",
            "\"add\",\"2026-01-30 16:30\",\"3 days\",2026-02-02T16:30:00+01:00",
        ]
    );
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("line 2") && ran.err.contains("line 4"),
        "{}",
        ran.err
    );
    assert_eq!(ran.err.lines().count(), 2);
}

#[test]
fn a_wrong_duration_or_instant_is_a_usage_error_with_advice() {
    let calendar = calendar("clock-wrong");
    for (from, duration) in [
        ("2026-01-30", "1"),
        ("2026-01-30", "half a day"),
        ("30.1.2026", "1 hour"),
    ] {
        let ran = kept(&[
            "clock",
            "add",
            "--calendar",
            &calendar,
            "--from",
            from,
            "--duration",
            duration,
        ]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{from} {duration}");
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
    }
}
