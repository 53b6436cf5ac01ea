//! The calendar against what independent programs computed on the same calendars and on real histories.
//!
//! The files lie beside the repository and are not part of it; where they are missing the tests say so and pass.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use crate::weeks::{WEEKDAYS, at, calendar, week};
use kept_calendar::Calendar;
use kept_kernel::Instant;

const SECOND: i64 = 1_000_000;

/// A file of the shared folder, unpacked; nothing where it is missing.
fn shared(path: &str) -> Option<String> {
    let folder = std::env::var_os("KEPT_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let file = folder.join("data").join(path);
    let Ok(packed) = std::fs::read(&file) else {
        println!("skipped: there is no {}", file.display());
        return None;
    };
    let mut text = String::new();
    if packed.starts_with(&[0x1f, 0x8b]) {
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_to_string(&mut text)
            .unwrap();
    } else {
        text = String::from_utf8(packed).unwrap();
    }
    Some(text)
}

fn with_holidays(zone: &str, windows: &str, days: impl Iterator<Item = String>) -> Calendar {
    let mut text = week(zone, &WEEKDAYS, windows);
    for day in days {
        text = format!("{text}[[holidays]]\ndate = {day}\n");
    }
    calendar(&text)
}

/// Monday to Friday 09:00–17:00 less the public holidays of a country from 2009 on. The cross-check of London took
/// the holidays of the whole kingdom, which lack two that England has.
fn of_country(zone: &str, country: &str) -> Option<Calendar> {
    let list = shared("calendars/public_holidays_2009_2030.csv.gz")?;
    let only_in_england = ["Easter Monday", "Late Summer Bank Holiday"];
    let mut days: Vec<String> = list
        .lines()
        .filter(|line| line.starts_with(&format!("{country},")))
        .filter(|line| country != "GB" || !only_in_england.iter().any(|name| line.contains(name)))
        .map(|line| line.split(',').nth(2).unwrap().to_owned())
        .collect();
    days.dedup();
    Some(with_holidays(zone, "\"09:00-17:00\"", days.into_iter()))
}

#[test]
fn working_time_agrees_with_four_independent_programs() {
    for (zone, country) in [
        ("Europe/Rome", "IT"),
        ("America/Sao_Paulo", "BR"),
        ("Europe/London", "GB"),
    ] {
        let name = format!("oracle/crosscheck_{}.csv.gz", zone.replace('/', "_"));
        let (Some(rows), Some(calendar)) = (shared(&name), of_country(zone, country)) else {
            return;
        };
        let (mut compared, mut before_the_list) = (0, 0);
        for row in rows.lines().skip(1) {
            // From the right, since the first column may hold commas.
            let cells: Vec<&str> = row.rsplit(',').collect();
            let (start, end): (Instant, Instant) =
                (cells[9].parse().unwrap(), cells[8].parse().unwrap());
            if start < at(&calendar, "2009-01-01") {
                before_the_list += 1;
                continue;
            }
            let expected: i64 = cells[1].parse().unwrap();
            assert_eq!(
                calendar.between(start, end) / SECOND,
                expected,
                "{zone} {row}"
            );
            compared += 1;
        }
        assert_eq!((compared, before_the_list), (1_030, 1), "{zone}");
    }
}

#[test]
fn due_times_agree_with_the_earliest_instant_by_which_the_time_is_used_up() {
    let Some(rows) = shared("oracle/crosscheck_due_Europe_Rome.csv.gz") else {
        return;
    };
    let Some(calendar) = of_country("Europe/Rome", "IT") else {
        return;
    };
    let mut compared = 0;
    for row in rows.lines().skip(1) {
        let cells: Vec<&str> = row.rsplit(',').collect();
        let start: Instant = cells[6].parse().unwrap();
        let amount: i64 = cells[5].parse::<i64>().unwrap() * SECOND;
        let due = calendar.add_working(start, amount);
        assert_eq!(due, at(&calendar, cells[0]), "{row}");
        compared += 1;
    }
    assert_eq!(compared, 1_014);
}

#[test]
fn two_real_help_desks_get_the_due_times_and_spans_that_others_computed() {
    for (log, zone) in [
        ("helpdesk_it", "Europe/Rome"),
        ("itsm_servicenow", "America/Sao_Paulo"),
    ] {
        let about = shared(&format!("oracle/{log}_oracle.json"));
        let rows = shared(&format!("oracle/{log}_oracle.csv.gz"));
        let (Some(about), Some(rows)) = (about, rows) else {
            return;
        };
        let about: serde_json::Value = serde_json::from_str(&about).unwrap();
        let holidays = about["calendar"]["public_holidays_used"]
            .as_object()
            .unwrap();
        let whole = with_holidays(zone, "\"09:00-17:00\"", holidays.keys().cloned());
        let split = "\"09:00-13:00\", \"14:00-18:00\"";
        let split = with_holidays(zone, split, holidays.keys().cloned());
        let mut lines = rows.lines();
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        let mut compared = 0;
        for line in lines {
            let row: BTreeMap<&str, &str> = names.iter().copied().zip(line.split(',')).collect();
            compared += case(&row, &whole, &split);
        }
        println!("{log}: {compared} values agree");
        assert!(compared > 30_000, "{log}: {compared}");
    }
}

/// Compares one case, and says how many values it had.
fn case(row: &BTreeMap<&str, &str>, whole: &Calendar, split: &Calendar) -> usize {
    let instant = |name: &str| row.get(name).and_then(|text| text.parse::<Instant>().ok());
    let opened = instant("opened_utc").unwrap();
    let mut compared = 0;
    for (calendar, event, span) in [
        (whole, "first_change_utc", "first_change_business_s"),
        (whole, "first_response_utc", "first_response_business_s"),
        (whole, "resolved_utc", "resolution_business_s"),
        (whole, "last_resolved_utc", "last_resolution_business_s"),
        (
            split,
            "first_response_utc",
            "split_first_response_business_s",
        ),
        (split, "resolved_utc", "split_resolution_business_s"),
    ] {
        let expected = row.get(span).and_then(|text| text.parse::<i64>().ok());
        if let (Some(event), Some(expected)) = (instant(event), expected) {
            let found = calendar.between(opened, event) / SECOND;
            assert_eq!(found, expected, "{span} {row:?}");
            compared += 1;
        }
    }
    for (calendar, span, due) in [
        (whole, "1 business hour", "ack_due_utc"),
        (whole, "24 hours", "resolution_24h_due_utc"),
        (whole, "24 business hours", "resolution_24bh_due_utc"),
        (split, "1 business hour", "split_ack_due_utc"),
    ] {
        if let Some(expected) = instant(due) {
            let found = calendar.add(opened, crate::weeks::duration(span));
            assert_eq!(found, expected, "{due} {row:?}");
            compared += 1;
        }
    }
    compared
}
