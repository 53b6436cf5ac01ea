//! Calendar files, and what is said of those that are wrong.

use crate::weeks::{adds, calendar};
use kept_calendar::{Calendar, Problem};

const EXAMPLE: &str = r#"
name = "Berlin office"
zone = "Europe/Berlin"

[hours]
monday = ["09:00-12:30", "13:30-18:00"]
friday = ["09:00-15:00"]
saturday = ["22:00-06:00"]            # until Sunday 06:00

[[holidays]]
date = 2026-12-25
name = "Christmas Day"

[[holidays]]
yearly = "12-24"
open = ["09:00-13:00"]

[[holidays]]
easter = 1
name = "Easter Monday"

[[openings]]
date = 2026-12-20
open = ["10:00-16:00"]

[[feeds]]
ics = "holidays.ics"
skip = ["St Martin's Day"]
"#;

const FEED: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261111\r\nSUMMARY:St Martin’s Day\r\n\
                    END:VEVENT\r\nEND:VCALENDAR\r\n";

fn problems(text: &str) -> Vec<Problem> {
    match Calendar::parse(text, &mut |name| Err(format!("there is no file {name}"))) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.0,
    }
}

/// Checks that a file has one problem, at a place, with these words at fault and in its message.
#[track_caller]
fn refused(text: &str, (line, column): (usize, usize), words: &str, said: &[&str]) {
    let found = problems(text);
    assert_eq!(found.len(), 1, "{found:#?}");
    let problem = &found[0];
    assert_eq!((problem.line, problem.column), (line, column), "{problem}");
    assert_eq!(problem.words, words, "{problem}");
    for part in said {
        assert!(problem.to_string().contains(part), "{problem}");
    }
}

#[test]
fn the_example_of_the_format_is_read() {
    let calendar = Calendar::parse(EXAMPLE, &mut |name| {
        assert_eq!(name, "holidays.ics");
        Ok(FEED.to_owned())
    })
    .unwrap();
    assert_eq!(calendar.name(), Some("Berlin office"));
    assert_eq!(calendar.zone(), "Europe/Berlin");
    assert_eq!(calendar.remarks(), []);
    // Easter Monday is off; the night of Saturday runs on to Sunday.
    adds(
        &calendar,
        "2026-04-03 14:00",
        "2 business hours",
        "2026-04-04 23:00",
    );
    adds(
        &calendar,
        "2026-04-05 05:30",
        "1 business hour",
        "2026-04-10 09:30",
    );
    adds(
        &calendar,
        "2026-12-20 09:00",
        "1 business hour",
        "2026-12-20 11:00",
    );
    // Thursday is closed by its weekday; a yearly day with windows opens it.
    adds(
        &calendar,
        "2026-12-24 12:00",
        "90 business minutes",
        "2026-12-26 22:30",
    );
}

#[test]
fn a_night_that_began_the_day_before_a_holiday_runs_on_to_its_end() {
    let calendar = calendar(
        "zone = \"UTC\"\n[hours]\nthursday = [\"22:00-06:00\"]\nfriday = [\"22:00-06:00\"]\n\
         [[holidays]]\ndate = 2026-12-25\n",
    );
    adds(
        &calendar,
        "2026-12-25 05:00",
        "2 business hours",
        "2026-12-31 23:00",
    );
}

#[test]
fn the_feeds_of_a_file_are_listed() {
    assert_eq!(Calendar::feeds_of(EXAMPLE), ["holidays.ics"]);
    assert_eq!(Calendar::feeds_of("feeds = 3"), Vec::<String>::new());
    assert_eq!(Calendar::feeds_of("[["), Vec::<String>::new());
}

#[test]
fn a_date_wins_over_easter_and_easter_over_the_year_and_the_year_over_a_feed() {
    let base = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-17:00\"]\n[[feeds]]\nics = \"a\"\n";
    let feed =
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260406\nSUMMARY:X\nEND:VEVENT\nEND:VCALENDAR\n";
    let yearly = "[[holidays]]\nyearly = \"04-06\"\nopen = [\"10:00-11:00\"]\n";
    let easter = "[[holidays]]\neaster = 1\nopen = [\"10:00-12:00\"]\n";
    let dated = "[[holidays]]\ndate = 2026-04-06\nopen = [\"10:00-13:00\"]\n";
    let opening = "[[openings]]\ndate = 2026-04-06\nopen = [\"10:00-14:00\"]\n";
    let mut text = base.to_owned();
    for (more, hours) in [("", 0), (yearly, 1), (easter, 2), (dated, 3), (opening, 4)] {
        text.push_str(more);
        let calendar = Calendar::parse(&text, &mut |_| Ok(feed.to_owned())).unwrap();
        let day = crate::weeks::at(&calendar, "2026-04-06");
        let worked = calendar.between(day, day.plus_micros(86_400_000_000));
        assert_eq!(worked, hours * 3_600_000_000, "{text}");
    }
}

#[test]
fn a_calendar_without_working_time_is_refused() {
    for text in [
        "zone = \"UTC\"\n",
        "zone = \"UTC\"\n[hours]\nmonday = []\n",
        "zone = \"UTC\"\n[hours]\n[[holidays]]\ndate = 2026-01-01\nopen = []\n",
    ] {
        refused(text, (1, 1), "", &["no working time", "[hours]"]);
    }
}

#[test]
fn a_calendar_without_a_zone_is_refused() {
    let text = "[hours]\nmonday = [\"09:00-17:00\"]\n";
    refused(text, (1, 1), "", &["no zone", "Europe/Berlin"]);
}

#[test]
fn an_unknown_zone_gets_the_nearest_known_one() {
    for (zone, near) in [
        ("Europe/Berln", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("Asia/Katmandou", "Asia/Kat"),
    ] {
        let text = format!("zone = \"{zone}\"\n[hours]\nmonday = [\"09:00-17:00\"]\n");
        let words = format!("\"{zone}\"");
        refused(
            &text,
            (1, 8),
            &words,
            &["no zone called", "Did you mean", near],
        );
    }
}

#[test]
fn an_unknown_key_gets_the_nearest_known_one() {
    let text = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-17:00\"]\nthuesday = []\n";
    refused(text, (4, 1), "thuesday", &["means nothing", "tuesday"]);
    let text = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-17:00\"]\n[[holidays]]\ndate = 2026-01-01\nnmae = \"X\"\n";
    refused(text, (6, 1), "nmae", &["Did you mean name?"]);
}

#[test]
fn what_is_no_window_is_refused_where_it_stands() {
    for (window, said) in [
        ("9-17", "is no window"),
        ("09:00-25:00", "no clock shows"),
        ("24:00-25:00", "no clock shows"),
        ("24:00-06:00", "belongs to the next day"),
    ] {
        let text = format!(
            "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-10:00\"]\nfriday = [\"{window}\"]\n"
        );
        refused(&text, (4, 11), &format!("\"{window}\""), &[said]);
    }
}

#[test]
fn overlapping_windows_are_refused_at_the_later_one() {
    let text = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-12:30\", \"12:00-17:00\"]\n";
    refused(
        text,
        (3, 26),
        "\"12:00-17:00\"",
        &["12:00-17:00 overlaps 09:00-12:30 of the same day"],
    );
    let text = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-17:00\", \"09:00-17:00\"]\n";
    refused(text, (3, 26), "\"09:00-17:00\"", &["overlaps"]);
}

#[test]
fn an_end_before_its_start_that_runs_into_the_next_day_is_refused() {
    let text = "zone = \"UTC\"\n[hours]\nmonday = [\"17:00-09:30\"]\ntuesday = [\"09:00-17:00\"]\n";
    refused(
        text,
        (3, 11),
        "\"17:00-09:30\"",
        &[
            "of monday overlaps 09:00-17:00 of tuesday",
            "the wrong way round",
        ],
    );
    let text = "zone = \"UTC\"\n[hours]\nsunday = [\"22:00-06:00\"]\nmonday = [\"05:00-12:00\"]\n";
    refused(text, (3, 11), "\"22:00-06:00\"", &["of sunday overlaps"]);
}

#[test]
fn nights_that_touch_the_next_day_are_no_overlap() {
    calendar("zone = \"UTC\"\n[hours]\nmonday = [\"22:00-06:00\"]\ntuesday = [\"06:00-22:00\"]\n");
    calendar("zone = \"UTC\"\n[hours]\nmonday = [\"06:00-06:00\"]\n");
}

#[test]
fn a_special_day_is_compared_with_the_nights_around_it() {
    let base = "zone = \"UTC\"\n[hours]\nfriday = [\"22:00-06:00\"]\nmonday = [\"08:00-17:00\"]\n";
    let early = format!("{base}[[openings]]\ndate = 2026-01-31\nopen = [\"05:00-12:00\"]\n");
    refused(
        &early,
        (7, 9),
        "\"05:00-12:00\"",
        &["22:00-06:00 of the day before overlaps 05:00-12:00 of this day"],
    );
    let late = format!("{base}[[openings]]\ndate = 2026-02-01\nopen = [\"20:00-09:00\"]\n");
    refused(
        &late,
        (7, 9),
        "\"20:00-09:00\"",
        &["of this day overlaps 08:00-17:00 of the day after"],
    );
    let yearly = format!("{base}[[holidays]]\nyearly = \"12-24\"\nopen = [\"05:00-12:00\"]\n");
    refused(
        &yearly,
        (7, 9),
        "\"05:00-12:00\"",
        &["of the day before overlaps"],
    );
    calendar(&format!(
        "{base}[[holidays]]\neaster = 1\nopen = [\"05:00-12:00\"]\n"
    ));
    let easter = format!("{base}[[holidays]]\neaster = -1\nopen = [\"05:00-12:00\"]\n");
    refused(
        &easter,
        (7, 9),
        "\"05:00-12:00\"",
        &["of the day before overlaps"],
    );
}

#[test]
fn a_day_that_stands_there_twice_is_refused_with_the_first_line() {
    let base = "zone = \"UTC\"\n[hours]\nmonday = [\"08:00-17:00\"]\n";
    for (key, words) in [
        ("date = 2026-12-25", "2026-12-25"),
        ("yearly = \"12-25\"", "\"12-25\""),
        ("easter = 1", "1"),
    ] {
        let text = format!("{base}[[holidays]]\n{key}\n[[holidays]]\n{key}\n");
        let column = key.find('=').unwrap() + 3;
        refused(&text, (7, column), words, &["a holiday already, on line 5"]);
    }
    let opening = "[[openings]]\ndate = 2026-12-25\nopen = [\"09:00-10:00\"]\n";
    let text = format!("{base}{opening}{opening}");
    refused(
        &text,
        (8, 8),
        "2026-12-25",
        &["an opening already, on line 5"],
    );
    calendar(&format!("{base}[[holidays]]\ndate = 2026-12-25\n{opening}"));
}

#[test]
fn bad_days_are_refused() {
    let base = "zone = \"UTC\"\n[hours]\nmonday = [\"08:00-17:00\"]\n[[holidays]]\n";
    for (key, said) in [
        ("date = \"2026-12-25\"", "without quotes"),
        ("date = 2026-12-25T10:00:00", "no day"),
        ("date = 0000-12-25", "no day"),
        ("yearly = \"12-32\"", "no day of the year"),
        ("yearly = \"2-29\"", "no day of the year"),
        ("easter = 181", "from -180 to 180"),
        ("easter = \"1\"", "no number of days"),
        ("easter = 99999999999999999999", "no number of days"),
        ("name = \"X\"", "has no day"),
        ("easter = 1\ndate = 2026-12-25", "more than one day"),
        ("open = [\"09:00-10:00\"]", "has no day"),
    ] {
        let found = problems(&format!("{base}{key}\n"));
        assert_eq!(found.len(), 1, "{key}: {found:#?}");
        assert!(found[0].to_string().contains(said), "{key}: {}", found[0]);
        assert!(found[0].line >= 4, "{}", found[0]);
    }
    calendar(&format!("{base}yearly = \"02-29\"\n"));
}

#[test]
fn an_opening_needs_a_day_and_windows() {
    let base = "zone = \"UTC\"\n[hours]\nmonday = [\"08:00-17:00\"]\n[[openings]]\n";
    for (keys, said) in [
        ("date = 2026-12-20\n", "has no windows"),
        ("date = 2026-12-20\nopen = []\n", "has no windows"),
        ("open = [\"09:00-10:00\"]\n", "has no day"),
    ] {
        let found = problems(&format!("{base}{keys}"));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].to_string().contains(said), "{}", found[0]);
    }
}

#[test]
fn all_problems_of_a_file_are_told_in_its_order() {
    let text = "zone = \"Mars\"\nhuors = 1\n[hours]\nfriday = [\"9\"]\nmonday = \"09:00-17:00\"\n[[holidays]]\n\
                [[openings]]\n[[feeds]]\nskip = 3\n[[feeds]]\nics = \"x.ics\"\n";
    let lines: Vec<usize> = problems(text).iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 2, 4, 5, 6, 7, 7, 8, 11]);
}

#[test]
fn what_cannot_be_read_is_told_with_its_place_and_in_plain_words() {
    let found = problems("zone = \"UTC\"\n[hours\nmonday = [\"09:00-17:00\"]\n");
    assert_eq!(found[0].line, 2, "{found:#?}");
    assert!(found[0].to_string().contains("brackets"), "{}", found[0]);
    let text = "zone = \"UTC\"\nzone = \"UTC\"\n";
    refused(text, (2, 1), "zone", &["for the second time"]);
    refused("zone = UTC\n", (1, 8), "UTC", &["not in quotes"]);
    let hours = "zone = \"UTC\"\n[hours]\nmonday = [09:00-17:00]\n";
    refused(hours, (3, 11), "09:00-17:00", &["Put windows in quotes"]);
    let day = "zone = \"UTC\"\n[[holidays]]\ndate = 2026-02-30\n";
    refused(day, (3, 8), "2026-02-30", &["There is no day"]);
}

#[test]
fn values_of_the_wrong_kind_are_refused_and_nothing_panics() {
    for text in [
        "zone = 1",
        "zone = []",
        "hours = []",
        "hours = 1",
        "holidays = 1",
        "holidays = [1]",
        "holidays = {}",
        "openings = \"x\"",
        "feeds = [[]]",
        "feeds = [{ics = 1}]",
        "feeds = [{ics = \"\"}]",
        "name = 1",
        "name = \"\"",
        "hours.monday = 1",
        "hours.monday = [1]",
        "hours.monday = [[]]",
        "hours.monday = {}",
        "a.b.c = 1",
        "\"\" = 1",
        "holidays = [{date = 1, easter = 2, yearly = 3}]",
        "zone = \"\\u0000\"",
        "zone = \"🦀\"",
        "\u{feff}zone = 1",
        "🦀 = 1",
        "",
        "\0",
        "=",
        "[",
        "[[holidays]]\n[holidays]",
        "zone = \"../../etc/passwd\"",
    ] {
        let found = problems(text);
        assert!(!found.is_empty(), "{text}");
        for problem in found {
            assert!(problem.line >= 1 && problem.column >= 1);
        }
    }
}

#[test]
fn a_huge_file_is_refused_or_read_in_good_time() {
    let days = |count: i32| {
        let mut text =
            String::from("zone = \"Europe/Berlin\"\n[hours]\nmonday = [\"09:00-17:00\"]\n");
        for day in 0..count {
            let (year, month, day) = (1_900 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
            text = format!(
                "{text}[[holidays]]\ndate = {year}-{month:02}-{day:02}\nopen = [\"09:00-10:00\"]\n"
            );
        }
        text
    };
    assert_eq!(problems(&days(9_000)), []);
    assert!(
        problems(&days(10_001))[0]
            .wrong
            .contains("more than 10,000")
    );
    let windows = vec!["\"09:00-10:00\""; 100_000].join(", ");
    let text = format!("zone = \"UTC\"\n[hours]\nmonday = [{windows}]\n");
    assert!(problems(&text)[0].wrong.contains("at most 24 windows"));
    assert!(
        problems(&"# long\n".repeat(1_000_000))[0]
            .wrong
            .contains("longer than 4 MB")
    );
    let deep = format!("zone = {}", "[".repeat(100_000));
    assert!(!problems(&deep).is_empty());
}

#[test]
fn a_feed_that_cannot_be_had_is_told_where_it_is_named() {
    let text = "zone = \"UTC\"\n[hours]\nmonday = [\"08:00-17:00\"]\n[[feeds]]\nics = \"x.ics\"\n";
    refused(
        text,
        (5, 7),
        "\"x.ics\"",
        &[
            "cannot be read: there is no file x.ics.",
            "beside this file",
        ],
    );
}
