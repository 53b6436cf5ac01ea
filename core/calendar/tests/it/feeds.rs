//! Feeds of holidays.

use crate::weeks::at;
use kept_calendar::{Calendar, Problems};

const FILE: &str = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-17:00\"]\ntuesday = [\"09:00-17:00\"]\n\
                    wednesday = [\"09:00-17:00\"]\nthursday = [\"09:00-17:00\"]\nfriday = [\"09:00-17:00\"]\n\
                    saturday = [\"09:00-17:00\"]\nsunday = [\"09:00-17:00\"]\n[[feeds]]\nics = \"feed.ics\"\n";

fn with(entries: &str, more: &str) -> Result<Calendar, Problems> {
    let feed = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{entries}END:VCALENDAR\r\n");
    Calendar::parse(&format!("{FILE}{more}"), &mut |_| Ok(feed.clone()))
}

fn entry(lines: &[&str]) -> String {
    format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", lines.join("\r\n"))
}

/// Which days from a date on are off, of so many.
fn off(calendar: &Calendar, from: &str, count: i64) -> Vec<String> {
    let first = at(calendar, from);
    (0..count)
        .map(|day| first.plus_micros(day * 86_400_000_000))
        .filter(|day| calendar.between(*day, day.plus_micros(86_400_000_000)) == 0)
        .map(|day| calendar.format_instant(day)[..10].to_owned())
        .collect()
}

#[test]
fn a_day_without_an_end_is_one_day_and_an_end_is_not_in() {
    let entries = entry(&["DTSTART;VALUE=DATE:20261225", "SUMMARY:Christmas Day"])
        + &entry(&[
            "DTSTART;VALUE=DATE:20260801",
            "DTEND;VALUE=DATE:20260804",
            "SUMMARY:Summer",
        ])
        + &entry(&[
            "DTSTART:20260901",
            "DTEND:20260901",
            "SUMMARY:Ends as it begins",
        ])
        + &entry(&[
            "DTSTART;VALUE=DATE:20261001",
            "DURATION:P2D",
            "SUMMARY:Two days",
        ]);
    let calendar = with(&entries, "").unwrap();
    assert_eq!(
        off(&calendar, "2026-01-01", 365),
        [
            "2026-08-01",
            "2026-08-02",
            "2026-08-03",
            "2026-09-01",
            "2026-10-01",
            "2026-10-02",
            "2026-12-25"
        ]
    );
}

#[test]
fn folded_lines_and_escaped_names_are_read_and_skipped_by_name() {
    let entries = entry(&[
        "DTSTART;VALUE=DATE:20261111",
        "SUMMARY;LANGUAGE=en:St M",
        " artin’s\\, the",
        "\t day",
    ]);
    assert_eq!(off(&with(&entries, "").unwrap(), "2026-11-11", 1).len(), 1);
    let skipped = with(&entries, "skip = [\"st martin's, the day\"]\n").unwrap();
    assert_eq!(off(&skipped, "2026-11-11", 1).len(), 0);
    assert_eq!(skipped.remarks(), []);
}

#[test]
fn a_name_to_skip_that_the_feed_lacks_is_remarked_on() {
    let entries = entry(&["DTSTART;VALUE=DATE:20261111", "SUMMARY:St Martin's Day"]);
    let calendar = with(&entries, "skip = [\"St Martins Day\"]\n").unwrap();
    let remark = calendar.remarks()[0].to_string();
    assert!(
        remark.contains("line 12, column 9")
            && remark.contains("Did you mean \"St Martin's Day\"?"),
        "{remark}"
    );
}

#[test]
fn yearly_entries_return_until_they_end() {
    let entries = entry(&[
        "DTSTART;VALUE=DATE:20200501",
        "RRULE:FREQ=YEARLY",
        "SUMMARY:May Day",
    ]) + &entry(&[
        "DTSTART;VALUE=DATE:20250610",
        "RRULE:FREQ=YEARLY;COUNT=2",
        "SUMMARY:Twice",
    ]) + &entry(&[
        "DTSTART;VALUE=DATE:20240701",
        "RRULE:FREQ=YEARLY;UNTIL=20260701T000000Z;INTERVAL=2",
        "SUMMARY:B",
    ]) + &entry(&[
        "DTSTART;VALUE=DATE:20201126",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        "SUMMARY:Thanks",
    ]) + &entry(&[
        "DTSTART;VALUE=DATE:20200525",
        "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO",
        "SUMMARY:Memorial",
    ]);
    let calendar = with(&entries, "").unwrap();
    assert_eq!(
        off(&calendar, "2026-01-01", 365),
        [
            "2026-05-01",
            "2026-05-25",
            "2026-06-10",
            "2026-07-01",
            "2026-11-26"
        ]
    );
    assert_eq!(
        off(&calendar, "2028-01-01", 366),
        ["2028-05-01", "2028-05-29", "2028-11-23"]
    );
    assert_eq!(off(&calendar, "2019-01-01", 365), Vec::<String>::new());
}

#[test]
fn exceptions_of_a_repetition_are_left_out() {
    let entries = entry(&[
        "UID:a",
        "DTSTART;VALUE=DATE:20200501",
        "RRULE:FREQ=YEARLY",
        "EXDATE;VALUE=DATE:20260501,20270501",
        "SUMMARY:May Day",
    ]) + &entry(&[
        "UID:a",
        "RECURRENCE-ID;VALUE=DATE:20280501",
        "DTSTART;VALUE=DATE:20280502",
        "SUMMARY:May Day",
    ]);
    let calendar = with(&entries, "").unwrap();
    for (year, days) in [
        ("2026", vec![]),
        ("2027", vec![]),
        ("2028", vec!["2028-05-02"]),
        ("2029", vec!["2029-05-01"]),
    ] {
        assert_eq!(off(&calendar, &format!("{year}-04-01"), 60), days);
    }
}

#[test]
fn entries_with_times_are_no_days_off_unless_they_run_from_midnight_to_midnight() {
    let entries = entry(&[
        "DTSTART:20261111T100000",
        "DTEND:20261111T120000",
        "SUMMARY:Meeting",
    ]) + &entry(&[
        "DTSTART;TZID=X:20261112T000000",
        "DTEND;TZID=X:20261113T000000",
        "SUMMARY:All day",
    ]) + &entry(&[
        "DTSTART;VALUE=DATE:20261114",
        "STATUS:CANCELLED",
        "SUMMARY:Off",
    ]);
    let calendar = with(&entries, "").unwrap();
    assert_eq!(off(&calendar, "2026-11-01", 30), ["2026-11-12"]);
    let remark = calendar.remarks()[0].to_string();
    assert!(remark.contains("1 entry begins"), "{remark}");
}

#[test]
fn what_is_not_understood_is_told_with_its_line_and_can_be_skipped() {
    for (line, said) in [
        ("RRULE:FREQ=DAILY", "repeats is not understood"),
        (
            "RRULE:FREQ=YEARLY;BYSETPOS=1;BYDAY=MO",
            "repeats is not understood",
        ),
        ("DTEND;VALUE=DATE:20261109", "ends before it begins"),
        ("DTEND;VALUE=DATE:20281109", "more than a year"),
        ("DTSTART:tomorrow", "no day that can be read"),
    ] {
        let entries = entry(&["DTSTART;VALUE=DATE:20261111", line, "SUMMARY:Odd"]);
        let problem = with(&entries, "").unwrap_err().0[0].clone();
        assert_eq!(problem.feed.as_deref(), Some("feed.ics"));
        assert!(problem.to_string().contains(said), "{problem}");
        assert!((3..=5).contains(&problem.line), "{problem}");
        with(&entries, "skip = [\"odd\"]\n").unwrap();
    }
}

#[test]
fn what_is_no_feed_is_refused_and_nothing_panics() {
    for text in [
        "",
        "<html>",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\n",
        "BEGIN:VCALENDA🦀",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\n",
    ] {
        let refused = Calendar::parse(FILE, &mut |_| Ok(text.to_owned()));
        assert!(refused.is_err(), "{text}");
    }
    for text in [
        "BEGIN:VCALENDAR",
        "BEGIN:VCALENDAR\n \n:\n;:\nEND:VEVENT\nRRULE:\n🦀\n",
        "\u{feff}begin:vcalendar\r\n",
    ] {
        Calendar::parse(FILE, &mut |_| Ok(text.to_owned())).unwrap();
    }
    let line = "BEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=YEARLY;INTERVAL=32767;COUNT=4294967295;UNTIL=99991231\n\
                EXDATE:,,\nSUMMARY:X\nEND:VEVENT\n";
    with(line, "").unwrap();
    for rule in [
        "COUNT=0",
        "COUNT=x",
        "INTERVAL=0",
        "UNTIL=é",
        "BYDAY=9MO",
        "BYDAY=é",
        "BYMONTH=13",
        "BYMONTHDAY=-1",
    ] {
        let _ = with(&line.replace("INTERVAL=32767", rule), "");
    }
}

#[test]
fn a_large_feed_is_read_in_good_time() {
    let mut entries = String::new();
    for number in 0..19_000 {
        let year = 1990 + number % 60;
        entries.push_str(&entry(&[
            &format!("DTSTART;VALUE=DATE:{year}0301"),
            "DURATION:P300D",
            "SUMMARY:X",
        ]));
    }
    let calendar = with(&entries, "").unwrap();
    assert_eq!(off(&calendar, "2026-01-01", 3).len(), 0);
    assert_eq!(off(&calendar, "2026-03-01", 3).len(), 3);
    entries.push_str(&entries.clone());
    assert!(
        with(&entries, "").unwrap_err().0[0]
            .wrong
            .contains("more than 20,000")
    );
}
