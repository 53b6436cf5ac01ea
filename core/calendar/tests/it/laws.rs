//! Laws that hold for every calendar, instant and span.

use std::sync::LazyLock;

use crate::weeks::{ALL_DAYS, WEEKDAYS, calendar, week};
use kept_calendar::{Calendar, Period};
use kept_kernel::{Instant, Unit};
use proptest::prelude::*;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

static CALENDARS: LazyLock<Vec<Calendar>> = LazyLock::new(|| {
    let mut holidays = week(
        "America/New_York",
        &WEEKDAYS,
        "\"08:00-12:00\", \"13:30-18:00\"",
    );
    holidays.push_str(
        "[[holidays]]\neaster = 1\n[[holidays]]\nyearly = \"12-24\"\nopen = [\"09:00-13:00\"]\n",
    );
    holidays.push_str("[[openings]]\ndate = 2030-06-01\nopen = [\"22:00-03:00\"]\n");
    vec![
        Calendar::default(),
        calendar(&holidays),
        calendar(&week("Europe/Berlin", &ALL_DAYS, "\"00:00-24:00\"")),
        calendar(&week("Australia/Lord_Howe", &ALL_DAYS, "\"22:00-06:00\"")),
        calendar(&week(
            "Pacific/Apia",
            &["friday", "saturday"],
            "\"00:30-00:31\", \"05:00-20:00\"",
        )),
        calendar(&week("Africa/Casablanca", &["tuesday"], "\"01:15-02:45\"")),
        calendar(
            "zone = \"Asia/Kathmandu\"\n[[openings]]\ndate = 2050-06-01\nopen = [\"10:00-16:00\"]\n",
        ),
    ]
});

fn any_calendar() -> impl Strategy<Value = &'static Calendar> {
    (0..CALENDARS.len()).prop_map(|place| &CALENDARS[place])
}

/// In the years of living people, often at midnight.
fn any_instant() -> impl Strategy<Value = Instant> {
    prop_oneof![
        9 => 0..4_102_444_800 * SECOND,
        1 => (0..40_000_i64).prop_map(|day| day * DAY),
    ]
    .prop_map(Instant::from_micros)
}

/// Also at both ends of time.
fn far_instant() -> impl Strategy<Value = Instant> {
    let (first, last) = (Instant::MIN.micros(), Instant::MAX.micros());
    prop_oneof![
        first..first + 9_000 * DAY,
        last - 9_000 * DAY..=last,
        Just(first),
        Just(last),
    ]
    .prop_map(Instant::from_micros)
}

#[test]
fn around_the_clock_all_time_is_working_time() {
    let always = calendar(&week("Pacific/Apia", &ALL_DAYS, "\"00:00-24:00\""));
    let all = Instant::MAX.micros_since(Instant::MIN);
    assert_eq!(always.between(Instant::MIN, Instant::MAX), all);
    assert_eq!(always.add_working(Instant::MIN, all), Instant::MAX);
    assert_eq!(always.add_working(Instant::MAX, -all), Instant::MIN);
    assert_eq!(always.add_working(Instant::MIN, i64::MAX), Instant::MAX);
    assert_eq!(always.add_working(Instant::MAX, i64::MIN), Instant::MIN);
}

#[test]
fn the_order_and_the_thread_of_questions_change_no_answer() {
    let text = week("Europe/Berlin", &WEEKDAYS, "\"09:00-17:00\"");
    let (one, other) = (calendar(&text), calendar(&text));
    let ask = |calendar: &Calendar, step: i64| {
        let from = Instant::from_seconds(1_700_000_000 + step * 7_654_321);
        (
            calendar.add_working(from, 40 * DAY),
            calendar.add_working_days(from, step + 1),
        )
    };
    let forward: Vec<_> = (0..200).map(|step| ask(&one, step)).collect();
    let backward = std::thread::scope(|scope| {
        let halves = [0..100, 100..200].map(|steps| {
            let (other, ask) = (&other, &ask);
            scope.spawn(move || steps.rev().map(|step| ask(other, step)).collect::<Vec<_>>())
        });
        halves.map(|half| half.join().unwrap())
    });
    let mut again: Vec<_> = backward.into_iter().rev().flatten().collect();
    again.reverse();
    assert_eq!(forward, again);
}

#[test]
fn instants_out_of_reach_are_held_at_the_ends() {
    let calendar = &CALENDARS[1];
    for micros in [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX] {
        let at = Instant::from_micros(micros);
        for unit in Unit::ALL {
            let span = kept_kernel::Duration::new(kept_kernel::Number::whole(9_000), unit).unwrap();
            for found in [calendar.add(at, span), calendar.subtract(at, span)] {
                assert!((Instant::MIN..=Instant::MAX).contains(&found), "{unit}");
            }
            let _ = calendar.explain_add(at, span).to_string();
        }
        let _ = (
            calendar.next_opening(at),
            calendar.last_closing(at),
            calendar.is_open(at),
        );
        let _ = (
            calendar.closing_of_day(at),
            calendar.next_working_day_closing(at),
        );
        let _ = (
            calendar.format_instant(at),
            calendar.end_of(Period::Quarter, at),
        );
        let _ = calendar.explain_between(Instant::MIN, at).to_string();
    }
}

fn any_span() -> impl Strategy<Value = i64> {
    prop_oneof![1..20 * DAY, 1..SECOND, 1..20_000 * DAY]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_added_lies_in_between(calendar in any_calendar(), from in any_instant(), span in any_span()) {
        let due = calendar.add_working(from, span);
        prop_assert!(due > from);
        if due < Instant::MAX {
            prop_assert_eq!(calendar.between(from, due), span);
            // The first such instant: a moment before, one microsecond is left.
            prop_assert_eq!(calendar.between(from, due.plus_micros(-1)), span - 1);
        }
    }

    #[test]
    fn what_is_subtracted_lies_in_between(calendar in any_calendar(), to in any_instant(), span in any_span()) {
        let start = calendar.add_working(to, -span);
        prop_assert!(start < to);
        if start > Instant::MIN {
            prop_assert_eq!(calendar.between(start, to), span);
            prop_assert_eq!(calendar.between(start.plus_micros(1), to), span - 1);
        }
    }

    #[test]
    fn subtracting_undoes_adding(calendar in any_calendar(), from in any_instant(), span in any_span()) {
        let from = calendar.next_opening(from);
        let due = calendar.add_working(from, span);
        if due < Instant::MAX {
            prop_assert_eq!(calendar.add_working(due, -span), from);
        }
    }

    #[test]
    fn adding_in_two_parts_is_adding_at_once(
        calendar in any_calendar(), from in any_instant(), first in any_span(), second in any_span()
    ) {
        let parts = calendar.add_working(calendar.add_working(from, first), second);
        prop_assert_eq!(parts, calendar.add_working(from, first + second));
    }

    #[test]
    fn a_later_start_is_never_due_earlier(
        calendar in any_calendar(), from in any_instant(), gap in any_span(), span in any_span()
    ) {
        let later = from.plus_micros(gap);
        prop_assert!(calendar.add_working(from, span) <= calendar.add_working(later, span));
        prop_assert!(calendar.add_working(from, span) < calendar.add_working(from, span + gap)
            || calendar.add_working(from, span) == Instant::MAX);
    }

    #[test]
    fn spans_add_up(calendar in any_calendar(), mut at in prop::array::uniform3(any_instant())) {
        at.sort();
        let [a, b, c] = at;
        prop_assert_eq!(calendar.between(a, b) + calendar.between(b, c), calendar.between(a, c));
        prop_assert_eq!(calendar.between(c, a), 0);
        prop_assert!(calendar.between(a, c) <= c.micros_since(a));
    }

    #[test]
    fn the_next_opening_is_open_and_nothing_is_before_it(calendar in any_calendar(), at in any_instant()) {
        let opening = calendar.next_opening(at);
        prop_assert_eq!(calendar.between(at, opening), 0);
        if opening < Instant::MAX {
            prop_assert!(calendar.is_open(opening));
        }
        prop_assert_eq!(calendar.is_open(at), opening == at);
        let closing = calendar.last_closing(at);
        prop_assert!(closing <= at);
        prop_assert_eq!(calendar.between(closing, at), 0);
    }

    #[test]
    fn more_working_days_are_due_later(calendar in any_calendar(), from in any_instant(), days in 1_i64..3_000) {
        let due = calendar.add_working_days(from, days);
        let next = calendar.add_working_days(from, days + 1);
        prop_assert!(due > from && (due < next || due == Instant::MAX));
    }

    #[test]
    fn where_all_days_are_alike_subtracting_working_days_undoes_adding_them(
        from in 0..4_102_444_800 * SECOND, days in 1_i64..3_000
    ) {
        let calendar = &CALENDARS[0];
        let from = calendar.next_opening(Instant::from_micros(from));
        let due = calendar.add_working_days(from, days);
        prop_assert_eq!(calendar.subtract_working_days(due, days), from);
        prop_assert_eq!(calendar.between(from, due), days * DAY / 3);
    }

    #[test]
    fn an_instant_lies_in_its_periods(calendar in any_calendar(), at in any_instant()) {
        for period in [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year] {
            prop_assert!(calendar.start_of(period, at) <= at);
            // In the repeated hour before midnight the day is over twice.
            let slack = if period == Period::Day { DAY } else { 0 };
            prop_assert!(at.micros() <= calendar.end_of(period, at).micros() + slack);
        }
    }

    #[test]
    fn an_instant_is_read_as_it_is_written(
        calendar in any_calendar(), at in prop_oneof![any_instant(), far_instant()]
    ) {
        prop_assert_eq!(calendar.parse_instant(&calendar.format_instant(at)), Ok(at));
    }

    #[test]
    fn any_unit_leads_forward_and_its_account_ends_there(
        calendar in any_calendar(), from in any_instant(), unit in prop::sample::select(Unit::ALL.to_vec()),
        count in 1_i64..200
    ) {
        let span = kept_kernel::Duration::new(kept_kernel::Number::whole(count), unit).unwrap();
        let due = calendar.add(from, span);
        prop_assert!(due > from || from >= Instant::MAX);
        prop_assert!(calendar.subtract(from, span) < from || from <= Instant::MIN);
        let account = calendar.explain_add(from, span);
        prop_assert_eq!(account.to, due);
        prop_assert!(account.steps.len() < 80 && !account.to_string().is_empty());
    }

    #[test]
    fn no_text_stops_the_reader(text in ".{0,200}") {
        let _ = Calendar::parse(&text, &mut |_| Ok(text.clone()));
        let _ = Calendar::default().parse_instant(&text);
    }

    #[test]
    fn no_mixture_of_known_words_stops_the_reader(
        words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..40)
    ) {
        let text = words.concat();
        if let Ok(calendar) = Calendar::parse(&text, &mut |_| Ok(text.clone())) {
            let _ = calendar.explain_add(Instant::default(), "3 business days".parse().unwrap());
        }
        let feed = format!("BEGIN:VCALENDAR\n{text}");
        let file = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-17:00\"]\n[[feeds]]\nics = \"a\"\n";
        let _ = Calendar::parse(file, &mut |_| Ok(feed.clone()));
    }
}

const WORDS: [&str; 44] = [
    "zone = \"UTC\"\n",
    "zone = \"Europe/Berlin\"\n",
    "[hours]\n",
    "monday = ",
    "tuesday = ",
    "[\"09:00-17:00\"]\n",
    "[\"22:00-06:00\"]\n",
    "[\"00:00-24:00\", \"12:00-12:00\"]\n",
    "[]\n",
    "[[holidays]]\n",
    "[[openings]]\n",
    "[[feeds]]\n",
    "date = ",
    "2026-12-25\n",
    "9999-12-31\n",
    "0001-01-01\n",
    "yearly = \"02-29\"\n",
    "easter = 1\n",
    "easter = -180\n",
    "open = ",
    "name = \"x\"\n",
    "ics = \"a\"\n",
    "skip = [\"x\"]\n",
    "\"",
    "[",
    "]",
    "=",
    "\n",
    "é",
    "BEGIN:VEVENT\n",
    "END:VEVENT\n",
    "DTSTART:20260101\n",
    "DTSTART:00010101\n",
    "DTEND:99991231\n",
    "SUMMARY:x\n",
    "RRULE:FREQ=YEARLY\n",
    "RRULE:FREQ=YEARLY;COUNT=9\n",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=2\n",
    "EXDATE:20270101\n",
    "DURATION:P3W\n",
    "RDATE:99991231,20260101\n",
    "UID:a\n",
    "RECURRENCE-ID:20270101\n",
    "BEGIN:VALARM\n",
];
