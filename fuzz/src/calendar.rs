//! Calendar files and feeds of holidays, and the arithmetic on whatever calendar comes out.

use kept_calendar::Calendar;
use kept_kernel::Instant;

use crate::{number, text};

/// Parts the text of a calendar file from that of its feed.
const FEED: &str = "\n=== feed\n";

/// A calendar around a feed that is the whole input.
const AROUND: &str = "zone = \"Europe/Berlin\"\n[hours]\nmonday = [\"09:00-17:00\"]\nsaturday = [\"22:00-06:00\"]\n\
                      [[feeds]]\nics = \"holidays.ics\"\n";

/// The instants that laws are tried at lie between 1900 and 2200.
const FIRST_SECOND: i64 = -2_208_988_800;
const SECONDS: u64 = 300 * 366 * 86_400;

/// A calendar file; what follows a line `=== feed` is the text of each feed that it names.
pub fn calendar_file(bytes: &[u8]) {
    let Some(input) = text(bytes) else { return };
    let (file, feed) = input.split_once(FEED).unwrap_or((input, ""));
    Calendar::feeds_of(file);
    try_out(bytes, Calendar::parse(file, &mut |_| Ok(feed.to_owned())));
}

/// A feed of holidays. An accepted calendar is laid out at once, which costs twenty times as much as reading its
/// feed: so all but one input of a hundred stand in a calendar that is refused for another reason, and only read.
pub fn calendar_feed(bytes: &[u8]) {
    let Some(feed) = text(bytes) else { return };
    let refused = format!("{AROUND}[odd]\n");
    let around = if number(bytes, 3).is_multiple_of(100) {
        AROUND
    } else {
        &refused
    };
    let mut asked = false;
    let read = Calendar::parse(around, &mut |_| {
        asked = true;
        Ok(feed.to_owned())
    });
    assert!(asked, "the feed was read");
    try_out(bytes, read);
}

fn try_out(bytes: &[u8], read: Result<Calendar, kept_calendar::Problems>) {
    match read {
        Ok(calendar) => laws(bytes, &calendar),
        Err(problems) => assert!(!problems.to_string().is_empty(), "a refusal says why"),
    }
}

fn laws(bytes: &[u8], calendar: &Calendar) {
    let second = FIRST_SECOND + (number(bytes, 1) % SECONDS) as i64;
    let from = Instant::from_seconds(second);
    let work = (number(bytes, 2) % 360_000_000_000) as i64 + 1;

    let due = calendar.add_working(from, work);
    assert!(due >= from, "adding working time never leads back");
    if due < Instant::MAX {
        assert_eq!(
            calendar.between(from, due),
            work,
            "what was added lies between"
        );
        let back = calendar.add_working(due, -work);
        assert!(back >= from, "going back leads to the latest start");
        assert_eq!(
            calendar.between(back, due),
            work,
            "what was taken back lies between"
        );
    }
    let opening = calendar.next_opening(from);
    assert!(opening >= from && (opening == Instant::MAX || calendar.is_open(opening)));
    assert_eq!(
        calendar.between(from, opening),
        0,
        "nothing is worked before the next opening"
    );

    let written = calendar.format_instant(from);
    assert_eq!(
        calendar.parse_instant(&written).ok(),
        Some(from),
        "`{written}` reads back"
    );
}
