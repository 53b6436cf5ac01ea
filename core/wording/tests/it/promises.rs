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
    for (text, words, due) in [
        (
            "I will write by Friday.",
            "by Friday",
            "Fri 27 Nov 2026 17:00",
        ),
        (
            "We'll call you tomorrow at noon.",
            "tomorrow at noon",
            "Thu 26 Nov 2026 12:00",
        ),
        (
            "You will hear from us within two hours.",
            "within two hours",
            "Wed 25 Nov 2026 12:00",
        ),
        (
            "We will let you know until 14 December.",
            "until 14 December",
            "Mon 14 Dec 2026 17:00",
        ),
        ("An update by noon.", "by noon", "Wed 25 Nov 2026 12:00"),
        (
            "You hear from him by 12:20.",
            "by 12:20",
            "Wed 25 Nov 2026 12:20",
        ),
        (
            "I will tell you by Thursday noon when we can update hall 3.",
            "by Thursday noon",
            "Thu 26 Nov 2026 12:00",
        ),
        (
            "We will reply within 2 business days.",
            "within 2 business days",
            "Fri 27 Nov 2026 10:00",
        ),
        (
            "We will reply within 3-5 working days.",
            "within 3-5 working days",
            "Wed 2 Dec 2026 10:00",
        ),
        (
            "We will reply in two to three days.",
            "in two to three days",
            "Sat 28 Nov 2026 10:00",
        ),
        (
            "It will be with you within twenty-four hours.",
            "within twenty-four hours",
            "Thu 26 Nov 2026 10:00",
        ),
        (
            "We will answer within half an hour.",
            "within half an hour",
            "Wed 25 Nov 2026 10:30",
        ),
        (
            "We will answer within the hour.",
            "within the hour",
            "Wed 25 Nov 2026 11:00",
        ),
        (
            "We will answer within 90 business minutes.",
            "within 90 business minutes",
            "Wed 25 Nov 2026 11:30",
        ),
        (
            "I will send it in the next 48h.",
            "in the next 48h",
            "Fri 27 Nov 2026 10:00",
        ),
        ("I will send it today.", "today", "Wed 25 Nov 2026 17:00"),
        (
            "I will send it this afternoon.",
            "this afternoon",
            "Wed 25 Nov 2026 17:00",
        ),
        (
            "I will send it tomorrow morning.",
            "tomorrow morning",
            "Thu 26 Nov 2026 12:00",
        ),
        (
            "I will send it by end of day.",
            "by end of day",
            "Wed 25 Nov 2026 17:00",
        ),
        (
            "I will send it by EOD tomorrow.",
            "by EOD tomorrow",
            "Thu 26 Nov 2026 17:00",
        ),
        (
            "I will send it by close of business on Friday.",
            "by close of business on Friday",
            "Fri 27 Nov 2026 17:00",
        ),
        (
            "We will have it done by the end of this week.",
            "by the end of this week",
            "Fri 27 Nov 2026 17:00",
        ),
        (
            "We will have it done by the end of next week.",
            "by the end of next week",
            "Fri 4 Dec 2026 17:00",
        ),
        (
            "We will have it done next week.",
            "next week",
            "Fri 4 Dec 2026 17:00",
        ),
        (
            "We will have it done by the end of the month.",
            "by the end of the month",
            "Mon 30 Nov 2026 17:00",
        ),
        (
            "We will finish before Monday.",
            "before Monday",
            "Fri 27 Nov 2026 17:00",
        ),
        (
            "We will finish no later than Monday.",
            "no later than Monday",
            "Mon 30 Nov 2026 17:00",
        ),
        (
            "We will finish next Friday.",
            "next Friday",
            "Fri 4 Dec 2026 17:00",
        ),
        (
            "We will finish this Friday at 3pm.",
            "this Friday at 3pm",
            "Fri 27 Nov 2026 15:00",
        ),
        (
            "The technician will come on Friday at 3.",
            "on Friday at 3",
            "Fri 27 Nov 2026 15:00",
        ),
        (
            "The technician comes tomorrow at 10.",
            "tomorrow at 10",
            "Thu 26 Nov 2026 10:00",
        ),
        (
            "We will write again by Friday 27 Nov, 16:00.",
            "by Friday 27 Nov, 16:00",
            "Fri 27 Nov 2026 16:00",
        ),
        (
            "We will deliver on 14 December 2026 at 3:30 p.m.",
            "on 14 December 2026 at 3:30 p.m",
            "Mon 14 Dec 2026 15:30",
        ),
        (
            "We will deliver on December 14th.",
            "on December 14th",
            "Mon 14 Dec 2026 17:00",
        ),
        (
            "We will deliver by the 14th.",
            "by the 14th",
            "Mon 14 Dec 2026 17:00",
        ),
        (
            "We will deliver by the 1st of December.",
            "by the 1st of December",
            "Tue 1 Dec 2026 17:00",
        ),
        (
            "We will deliver by 2026-12-14.",
            "by 2026-12-14",
            "Mon 14 Dec 2026 17:00",
        ),
        (
            "We will deliver by 14.12.2026.",
            "by 14.12.2026",
            "Mon 14 Dec 2026 17:00",
        ),
        (
            "We will deliver by 14/12/2026.",
            "by 14/12/2026",
            "Mon 14 Dec 2026 17:00",
        ),
        (
            "We will deliver by 12/14/2026.",
            "by 12/14/2026",
            "Mon 14 Dec 2026 17:00",
        ),
        (
            "We will have it done by the end of December.",
            "by the end of December",
            "Thu 31 Dec 2026 17:00",
        ),
        (
            "We will have it done by the end of January.",
            "by the end of January",
            "Fri 29 Jan 2027 17:00",
        ),
        (
            "We will call at 5 o’clock.",
            "at 5 o’clock",
            "Wed 25 Nov 2026 17:00",
        ),
        (
            "We will reply no later than 5 pm on Tuesday.",
            "no later than 5 pm on Tuesday",
            "Tue 1 Dec 2026 17:00",
        ),
        (
            "You will have it in the course of the day.",
            "in the course of the day",
            "Wed 25 Nov 2026 17:00",
        ),
        (
            "Someone will call you between 2 and 4 pm tomorrow.",
            "between 2 and 4 pm tomorrow",
            "Thu 26 Nov 2026 16:00",
        ),
        (
            "You will have it in 2–3 days.",
            "in 2–3 days",
            "Sat 28 Nov 2026 10:00",
        ),
        (
            "You’ll have it on Monday the 30th.",
            "on Monday the 30th",
            "Mon 30 Nov 2026 17:00",
        ),
        (
            "We’ll have an update for you EOD Friday.",
            "EOD Friday",
            "Fri 27 Nov 2026 17:00",
        ),
        (
            "He will come on Monday between 9 and 11.",
            "on Monday between 9 and 11",
            "Mon 30 Nov 2026 11:00",
        ),
        (
            "He will come on Monday, 30 November, between 10:00 and 12:00.",
            "on Monday, 30 November, between 10:00 and 12:00",
            "Mon 30 Nov 2026 12:00",
        ),
        (
            "We will deliver on 14 January.",
            "on 14 January",
            "Thu 14 Jan 2027 17:00",
        ),
        (
            "By 5 pm tomorrow we will know more.",
            "By 5 pm tomorrow",
            "Thu 26 Nov 2026 17:00",
        ),
        (
            "Expect an answer by noon tomorrow.",
            "by noon tomorrow",
            "Thu 26 Nov 2026 12:00",
        ),
        (
            "I will look at it on Saturday.",
            "on Saturday",
            "Sat 28 Nov 2026 23:59",
        ),
        (
            "We will write the day after tomorrow.",
            "the day after tomorrow",
            "Fri 27 Nov 2026 17:00",
        ),
        (
            "We will check what was wrong and write by Friday.",
            "by Friday",
            "Fri 27 Nov 2026 17:00",
        ),
        (
            "The refund should be on your account within five working days.",
            "within five working days",
            "Wed 2 Dec 2026 10:00",
        ),
        (
            "The new version goes live on Monday at 8:30.",
            "on Monday at 8:30",
            "Mon 30 Nov 2026 08:30",
        ),
        (
            "We will send it by 3 May.",
            "by 3 May",
            "Mon 3 May 2027 17:00",
        ),
        (
            "If you send it today, we will reply by Friday.",
            "by Friday",
            "Fri 27 Nov 2026 17:00",
        ),
        (
            "We received it on Monday and will answer by Friday.",
            "by Friday",
            "Fri 27 Nov 2026 17:00",
        ),
    ] {
        let expected = vec![(words.to_owned(), due.to_owned())];
        assert_eq!(promised(text, now()), expected, "{text}");
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
