//! What is promised, and when it is due. It is Wednesday, 25 November 2026, ten in the morning, in Berlin.

use kept_wording::{About, Kind, check, promises};

use crate::{at, calendar, now};

/// The words of each promise, and its due time.
fn promised(text: &str, now: kept_kernel::Instant) -> Vec<(String, String)> {
    let calendar = calendar();
    let about = About::new(now, &calendar);
    promises(text, &about)
        .into_iter()
        .map(|one| {
            let due = one.due.timestamp().to_zoned(about.zone.clone());
            let words = text.get(one.range).unwrap().to_owned();
            (words, due.strftime("%a %-d %b %Y %H:%M").to_string())
        })
        .collect()
}

#[test]
fn a_promise_is_due_when_a_reader_would_say() {
    let lines = include_str!("promises.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let mut parts = line.split(" | ").map(str::to_owned);
        let text = parts.next().unwrap();
        let expected = vec![(parts.next().unwrap(), parts.next().unwrap())];
        assert_eq!(promised(&text, now()), expected, "{text}");
    }
}

#[test]
fn what_was_what_is_asked_and_what_may_be_is_no_promise() {
    for text in [
        "You wrote to us on Friday.",
        "Please send us the log by Friday.",
        "Could you send us the log by Friday?",
        "You need to sign it by Friday.",
        "You will have to sign it by 14 December.",
        "You have until Friday.",
        "If it fails tomorrow, call us.",
        "We are closed until 14 December.",
        "We will be closed on Friday.",
        "The offer is valid until 14 December.",
        "Since Monday the sensor reads high.",
        "The parcel arrived yesterday at noon.",
        "We received your mail within two hours.",
        "Have a good weekend and enjoy this Friday.",
        "Thank you for your call on Monday.",
        "Version 3.2 corrects it.",
        "It is in the next room.",
        "We sat down in the sun.",
        "You may 3 times try.",
        "Room 14 is free.",
        "We will choose between 2 and 4 colours.",
        "We may be able to send it on Monday.",
        "There might be a short break on Monday.",
        "Failure to do so within 14 days will end it.",
        "From 1 January we open at 8:00.",
        "She is back on Tuesday.",
    ] {
        assert_eq!(promised(text, now()), [], "{text}");
    }
}

#[test]
fn several_promises_keep_their_order() {
    let text = "The part will arrive tomorrow before noon; he will fit it in the afternoon.";
    let due: Vec<String> = promised(text, now())
        .into_iter()
        .map(|(_, due)| due)
        .collect();
    assert_eq!(due, ["Thu 26 Nov 2026 12:00", "Thu 26 Nov 2026 17:00"]);
    let text = "I will call you tomorrow at 9:00. The parcel will leave on Friday; you will have it by Tuesday.";
    let due: Vec<String> = promised(text, now())
        .into_iter()
        .map(|(_, due)| due)
        .collect();
    assert_eq!(
        due,
        [
            "Thu 26 Nov 2026 09:00",
            "Fri 27 Nov 2026 17:00",
            "Tue 1 Dec 2026 17:00"
        ]
    );
}

#[test]
fn today_and_its_weekday_turn_over_with_the_closing() {
    let friday_evening = at("2026-11-27T18:00");
    for (text, due) in [
        ("We will write by Friday.", "Fri 4 Dec 2026 17:00"),
        ("We will write today.", "Fri 27 Nov 2026 23:59"),
        ("We will write by 17:30.", "Sat 28 Nov 2026 17:30"),
        (
            "We will write by the end of the week.",
            "Sun 29 Nov 2026 23:59",
        ),
        (
            "We will write within 2 business hours.",
            "Mon 30 Nov 2026 11:00",
        ),
    ] {
        let promised = promised(text, friday_evening);
        assert_eq!(promised.first().unwrap().1, due, "{text}");
    }
}

#[test]
fn a_time_is_meant_in_the_zone_of_its_reader() {
    let calendar = calendar();
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let about = About {
        zone,
        ..About::new(now(), &calendar)
    };
    let found = promises("We will call you tomorrow at 9:00.", &about);
    assert_eq!(found.first().unwrap().due, at("2026-11-26T15:00"));
}

#[test]
fn a_date_that_cannot_be_meant_so_is_remarked() {
    let calendar = calendar();
    let about = About::new(now(), &calendar);
    for (text, why) in [
        (
            "Hello, we will call on Friday 28 November.",
            "This date is a Saturday.",
        ),
        (
            "Hello, we will write by 24 November.",
            "Tuesday 24 November 2026, 17:00, has passed.",
        ),
        (
            "Hello, we will write by 3 May 2026.",
            "Sunday 3 May 2026, 23:59, has passed.",
        ),
        (
            "Hello, we will write by Sunday.",
            "Sunday 29 November, 23:59, is outside of our working time. Can it be kept?",
        ),
        (
            "Hello, we will write on 25 December at noon.",
            "Friday 25 December, 12:00, is outside of our working time. Can it be kept?",
        ),
    ] {
        let remarks = check(text, &about);
        let dates: Vec<_> = remarks
            .iter()
            .filter(|one| one.kind == Kind::Date)
            .collect();
        assert_eq!(dates.len(), 1, "{text}: {remarks:?}");
        assert_eq!(dates.first().unwrap().why, why);
    }
    assert_eq!(promises("We will write by 24 November.", &about), []);
    let evening = About::new(at("2026-11-25T19:00"), &calendar);
    for text in ["in two days", "within a week", "by tomorrow"] {
        let text = format!("Hello, we will write {text}.");
        assert_eq!(check(&text, &evening), [], "{text}");
    }
    let text = "Hello, we will write in three days.";
    assert_eq!(check(text, &evening).len(), 1, "that is a Saturday");
}
