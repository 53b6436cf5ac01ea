//! Days off from an iCalendar feed (RFC 5545), as public holidays are published.
//!
//! Read here is what such feeds hold: entries of whole days, with a length, and yearly repetitions. A general
//! iCalendar library would bring a second time library with a zone database of its own, for eight properties.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use crate::days::{date_of, day_of};
use crate::feed_lines::{Line, lines};
use crate::feed_repeats::repetition;
use crate::file::Reader;
use crate::place::{Report, nearest, quoted};
use crate::rules::{LONGEST_STRETCH, Stretch};

const MOST_BYTES: usize = 16 << 20;
const MOST_ENTRIES: usize = 20_000;
const MOST_REPEATED: usize = 2_000;

/// One entry of a feed as it is written.
#[derive(Default)]
struct Entry {
    place: Range<usize>,
    name: String,
    uid: String,
    start: Option<Stamp>,
    end: Option<Stamp>,
    /// Its length in days, where it gives one instead of its end.
    length: Option<i32>,
    repeats: Option<(String, Range<usize>)>,
    more: Vec<i32>,
    left_out: Vec<i32>,
    /// The day of the repetition that it stands in for.
    instead_of: Option<i32>,
    is_cancelled: bool,
}

/// A day, or a time on a day.
#[derive(Clone, Copy)]
struct Stamp {
    day: i32,
    whole: bool,
    midnight: bool,
}

/// Adds the days off of a feed to the rules, but for the entries whose names are to be skipped.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    feed: &str,
    text: &str,
    skip: &[(String, Range<usize>)],
) {
    let mut report = Report::of(text, Some(feed));
    if text.len() > MOST_BYTES || !begins(text) {
        report.note(
            0..0,
            "This is no iCalendar file, or one of more than 16 MB.",
            "Give a file that begins with BEGIN:VCALENDAR.",
        );
        reader.in_feeds.append(&mut report.problems);
        return;
    }
    let mut entries = entries_of(text, &mut report);
    let folded: Vec<String> = skip.iter().map(|(name, _)| fold(name)).collect();
    remark_on_skips(reader, feed, &entries, skip);
    entries.retain(|entry| !folded.contains(&fold(&entry.name)));

    let mut instead: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for entry in &entries {
        if let Some(day) = entry.instead_of {
            instead.entry(entry.uid.clone()).or_default().push(day);
        }
    }
    let mut timed = 0;
    for mut entry in entries {
        if entry.instead_of.is_none()
            && let Some(days) = instead.get(&entry.uid).filter(|_| !entry.uid.is_empty())
        {
            entry.left_out.extend(days);
        }
        if !entry.is_cancelled {
            timed += u32::from(!add(reader, &mut report, entry));
        }
    }
    reader.rules.stretches.sort_by_key(|each| each.first);
    if timed > 0 {
        let remark = report.problem(
            0..0,
            if timed == 1 {
                "1 entry begins or ends within a day and is no day off.".to_owned()
            } else {
                format!("{timed} entries begin or end within a day and are no days off.")
            },
            "Write hours that differ as holidays with open windows in the calendar file."
                .to_owned(),
        );
        reader.remarks.push(remark);
    }
    reader.in_feeds.append(&mut report.problems);
}

/// Adds one entry; false where it is not of whole days.
fn add(reader: &mut Reader<'_>, report: &mut Report<'_>, entry: Entry) -> bool {
    let Some(start) = entry.start else {
        report.note(
            entry.place,
            format!(
                "The entry {} has no day that can be read.",
                quoted(&entry.name)
            ),
            format!("Mend its DTSTART, or skip = [{:?}].", entry.name),
        );
        return true;
    };
    let until_midnight = entry
        .end
        .is_some_and(|end| end.midnight && end.day > start.day);
    let of_whole_days = start.whole || (start.midnight && until_midnight);
    if !of_whole_days {
        return false;
    }
    let days = match (entry.end, entry.length) {
        (Some(end), _) if end.day == start.day => 1,
        (Some(end), _) => end.day - start.day,
        (None, length) => length.unwrap_or(1),
    };
    if !(1..=LONGEST_STRETCH).contains(&days) {
        report.note(
            entry.place,
            format!(
                "The entry {} ends before it begins, or lasts more than a year.",
                quoted(&entry.name)
            ),
            format!("Mend its DTEND, or skip = [{:?}].", entry.name),
        );
        return true;
    }
    if let Some((rule, place)) = &entry.repeats {
        match repetition(rule, start.day) {
            Some(mut repeated) if reader.rules.repeated.len() < MOST_REPEATED => {
                repeated.days = days;
                repeated.name.clone_from(&entry.name);
                repeated.left_out.clone_from(&entry.left_out);
                reader.rules.repeated.push(repeated);
            }
            _ => report.note(
                place.clone(),
                format!(
                    "The way in which {} repeats is not understood.",
                    quoted(&entry.name)
                ),
                format!(
                    "Write its days as holidays in the calendar file, and skip = [{:?}] here.",
                    entry.name
                ),
            ),
        }
    }
    for first in std::iter::once(start.day).chain(entry.more) {
        if !entry.left_out.contains(&first) {
            reader.rules.stretches.push(Stretch {
                first,
                last: first + days - 1,
                name: entry.name.clone(),
            });
        }
    }
    true
}

fn remark_on_skips(
    reader: &mut Reader<'_>,
    feed: &str,
    entries: &[Entry],
    skip: &[(String, Range<usize>)],
) {
    for (name, place) in skip {
        if entries.iter().any(|entry| fold(&entry.name) == fold(name)) {
            continue;
        }
        let advice = nearest(name, entries.iter().map(|entry| entry.name.as_str())).map_or(
            "Look whether it is spelt as in the feed.".to_owned(),
            |near| format!("Did you mean {near:?}?"),
        );
        let remark = reader.report.problem(
            place.clone(),
            format!("{feed} has no entry called {}.", quoted(name)),
            advice,
        );
        reader.remarks.push(remark);
    }
}

fn entries_of(text: &str, report: &mut Report<'_>) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut open: Option<Entry> = None;
    // Parts inside an entry, such as its alarms, have properties of their own.
    let mut inside = 0_u32;
    for line in lines(text) {
        let value = line.value.trim();
        match (line.name.as_str(), &mut open) {
            ("BEGIN", None) if value.eq_ignore_ascii_case("VEVENT") => {
                open = Some(Entry {
                    place: line.place,
                    ..Entry::default()
                });
            }
            ("BEGIN", Some(_)) => inside += 1,
            ("END", Some(_)) if inside > 0 => inside -= 1,
            ("END", Some(_)) => found.extend(open.take()),
            (_, Some(entry)) if inside == 0 => note_property(entry, &line),
            _ => {}
        }
        if found.len() > MOST_ENTRIES {
            report.note(
                0..0,
                "The feed has more than 20,000 entries.",
                "Take a feed of public holidays.",
            );
            return Vec::new();
        }
    }
    if let Some(entry) = open {
        report.note(
            entry.place,
            "The feed ends within this entry.",
            "Fetch the whole feed again.",
        );
    }
    found
}

fn note_property(entry: &mut Entry, line: &Line) {
    let value = line.value.trim();
    let days = || value.split(',').filter_map(stamp).map(|stamp| stamp.day);
    match line.name.as_str() {
        "SUMMARY" => entry.name = unescaped(value),
        "UID" => value.clone_into(&mut entry.uid),
        "DTSTART" => entry.start = stamp(value),
        "DTEND" => entry.end = stamp(value),
        "DURATION" => entry.length = length(value),
        "RRULE" => entry.repeats = Some((value.to_owned(), line.place.clone())),
        "RDATE" => entry.more.extend(days()),
        "EXDATE" => entry.left_out.extend(days()),
        "RECURRENCE-ID" => entry.instead_of = stamp(value).map(|stamp| stamp.day),
        "STATUS" => entry.is_cancelled = value.eq_ignore_ascii_case("CANCELLED"),
        _ => {}
    }
}

/// Reads `20261225`, or a time such as `20261225T000000`.
fn stamp(text: &str) -> Option<Stamp> {
    let (date, time) = match text.trim().split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text.trim(), None),
    };
    Some(Stamp {
        day: day(date)?,
        whole: time.is_none(),
        midnight: time.is_some_and(|time| time == "000000"),
    })
}

/// Reads the day of `20261225`.
pub(crate) fn day(text: &str) -> Option<i32> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: Range<usize>| {
        text.get(range)
            .and_then(|digits| digits.parse::<i16>().ok())
    };
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let date = Date::new(year, month as i8, day as i8).ok()?;
    (year > 0)
        .then(|| day_of(date))
        .filter(|day| date_of(*day).is_some())
}

/// Reads the days of `P1D` or `P2W`.
fn length(text: &str) -> Option<i32> {
    let (number, days) = match text.strip_prefix('P')? {
        text if text.ends_with('D') => (text.trim_end_matches('D'), 1),
        text => (text.strip_suffix('W')?, 7),
    };
    number.parse::<i32>().ok()?.checked_mul(days)
}

fn begins(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    start
        .get(..15)
        .is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCALENDAR"))
}

/// A name as it is compared: without case, and with one kind of apostrophe.
fn fold(name: &str) -> String {
    name.trim().to_lowercase().replace(['’', '‘'], "'")
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some('n' | 'N') => plain.push(' '),
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain.trim().to_owned()
}
