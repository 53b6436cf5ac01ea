//! Every part in every state it can have.

use jiff::SignedDuration;
use kept_charts::{Deadline, Interval, Scale, Stretch, deadline, interval};
use kept_ui::parts::{
    Avatar, Button, Check, ClauseCard, ClauseKind, ClauseMark, Clock, ClockState, Confirm, Crumb,
    Duty, Empty, Fact, Facts, Filter, Filters, Gate, More, Notice, Progress, Step, Tier, Verdict,
    View, Views,
};
use kept_ui::{Frame, Html, Icon};

/// Parts of one kind.
pub struct Sample {
    /// What they are.
    pub name: &'static str,
    /// Each of them, written.
    pub parts: Vec<Html>,
}

fn sample(name: &'static str, parts: impl IntoIterator<Item = impl ToString>) -> Sample {
    let parts = parts
        .into_iter()
        .map(|part| Html::trusted(part.to_string()))
        .collect();
    Sample { name, parts }
}

/// All parts, in groups.
pub fn samples(frame: &Frame) -> Vec<Sample> {
    vec![
        sample("Clause marks", marks()),
        sample("Clocks", clocks()),
        sample("Buttons", buttons(frame)),
        sample("Asking once more", [confirm(frame)]),
        sample("Notices", notices()),
        sample("A gate that holds", [gate()]),
        sample("Nothing there", [empty()]),
        sample("Long work", [progress()]),
        sample("Facts", [facts()]),
        sample("Verdicts", verdicts()),
        sample("Shares with their interval", shares()),
        sample(
            "People",
            [
                Avatar::of_us("Maya Okonkwo"),
                Avatar::of_client("Brennan Pumps"),
            ],
        ),
        sample(
            "Tiers",
            [
                Tier::new("Bronze", 1),
                Tier::new("Silver", 2),
                Tier::new("Gold", 3),
                Tier::new("Platinum", 4).bare(),
            ],
        ),
        sample(
            "Where this is",
            [Crumb::new([
                ("Clients", "/gallery"),
                ("Aalto Dairy", "/gallery/live"),
            ])],
        ),
        sample("Views", [views()]),
        sample("Filters", [filters()]),
        sample("The rest of a list", [more()]),
    ]
}

fn mark() -> ClauseMark {
    ClauseMark::new("SR 4.3", "/gallery#sr-4-3").card("/sops/clause/SR/4.3")
}

fn marks() -> Vec<ClauseMark> {
    let of = |kind| ClauseMark::new("SR 4.6", "/gallery#sr-4-6").kind(kind);
    vec![
        mark(),
        of(ClauseKind::Gate),
        of(ClauseKind::Draft),
        of(ClauseKind::Exception),
    ]
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn clocks() -> Vec<Clock> {
    vec![
        Clock::on_time(minutes(200), 0.6).exactly("due Wednesday 21 January 11:00, Europe/Berlin"),
        Clock::on_time(minutes(535), 0.7).of_working_time(),
        Clock::on_time_until("Thu 14:00", 0.9),
        Clock::soon(minutes(50), 0.1),
        Clock::due_today("16:00", 0.6),
        Clock::due_today("10:20", 0.1),
        Clock::overdue(minutes(25)),
        Clock::paused(minutes(120)),
        Clock::met(),
        Clock::met_late(minutes(10)),
        Clock::missed(),
        Clock::excused(),
    ]
}

fn buttons(frame: &Frame) -> Vec<Button> {
    vec![
        Button::link("Log a call", "/gallery/form")
            .primary()
            .icon(Icon::PLUS)
            .key("c"),
        Button::link("Prepare", "/gallery/form"),
        Button::link("All my roles", "/gallery/form")
            .quiet()
            .icon(Icon::FILTER),
        Button::act("End it", "/gallery/undo", &frame.csrf)
            .danger()
            .carrying("reason", "sample"),
    ]
}

fn confirm(frame: &Frame) -> Confirm {
    Confirm {
        words: "End all sessions".to_owned(),
        question: "Everyone who is signed in as you has to sign in again, you too.".to_owned(),
        act: Button::act("End them all", "/gallery/undo", &frame.csrf).danger(),
    }
}

fn notices() -> Vec<Notice> {
    vec![
        Notice::alert(
            "The sale is not recorded yet.",
            "One value needs another look; all the others are kept.",
        ),
        Notice::caution(
            "Jonas changed the priority to urgent while you wrote “high”.",
            "His is saved, yours is kept here.",
        )
        .act(Button::link("Use mine", "/gallery")),
        Notice::done("18,204 clients are imported.", "42 rows need a look."),
        Notice::info(
            "No connection since 10:04.",
            "Your draft is safe on this device. Clocks run on.",
        ),
    ]
}

fn gate() -> Gate {
    Gate {
        mark: ClauseMark::new("SR 4.6", "/gallery#sr-4-6").kind(ClauseKind::Gate),
        heading: "2417 cannot be closed yet".to_owned(),
        checks: vec![
            Check::missing("The client confirms the resolution")
                .way_out("Ask Sanna", "/gallery/form")
                .hint("or 5 business days pass: Tuesday 27 January, 14:35"),
            Check::missing("The cause is written down").way_out("Write", "/gallery/form"),
            Check::done("Someone owns it"),
        ],
    }
}

fn empty() -> Empty {
    Empty::new(
        "No requests yet",
        "They come in by mail to help@lindqvist.example, by the portal and by the web form.",
    )
    .act(Button::link("Log a call", "/gallery/form"))
}

fn progress() -> Progress {
    Progress {
        heading: "Importing 18,204 clients".to_owned(),
        words: "11,930 done, about 2 m left. You can leave this page.".to_owned(),
        done: 11_930,
        of: 18_204,
    }
}

fn facts() -> Facts {
    Facts(vec![
        Fact::new("Contact", "Sanna Aalto")
            .href("/gallery")
            .source("Sanna, 3 months"),
        Fact::new("Preferred", "mail, mornings")
            .source("survey, 14 months")
            .old(),
        Fact::new("Zone", "Helsinki"),
    ])
}

fn verdicts() -> Vec<Verdict> {
    let of = |state, words: &str| Verdict {
        state,
        words: words.to_owned(),
    };
    vec![
        of(ClockState::Met, "met"),
        of(ClockState::Late, "not met"),
        of(ClockState::Paused, "not enough data"),
    ]
}

fn shares() -> Vec<String> {
    let of = |share, low, high, state| {
        let value = Interval {
            share,
            low,
            high,
            n: 1003,
            target: Some(0.95),
            state,
        };
        interval(&value, Scale { from: 0.6, to: 1.0 })
    };
    vec![
        of(0.97, 0.96, 0.98, "met"),
        of(0.868, 0.846, 0.888, "late"),
        of(0.94, 0.88, 0.97, "paused"),
    ]
}

fn views() -> Views {
    let view = |name: &str, count: Option<&str>, state, current| View {
        name: name.to_owned(),
        href: "/gallery".to_owned(),
        count: count.map(str::to_owned),
        state,
        current,
    };
    Views {
        of: "Requests".to_owned(),
        views: vec![
            view("Mine", Some("12"), None, true),
            view("At risk", Some("3"), Some(ClockState::Soon), false),
            view("All", Some("1000+"), None, false),
            view("Closed", None, None, false),
        ],
    }
}

fn filters() -> Filters {
    let filter = |name: &str, value: Option<&str>| Filter {
        name: name.to_owned(),
        value: value.map(str::to_owned),
        href: "/gallery".to_owned(),
    };
    Filters(vec![filter("Tier", Some("Gold")), filter("Owner", None)])
}

fn more() -> More {
    More {
        words: "50 shown, by deadline".to_owned(),
        first: Some("/gallery".to_owned()),
        next: Some("/gallery?after=50".to_owned()),
    }
}

/// The card of a clause.
pub fn card() -> ClauseCard {
    let step = |name: &str, words: &str, result: &str, state| Step {
        name: name.to_owned(),
        words: words.to_owned(),
        result: result.to_owned(),
        state,
    };
    ClauseCard {
        mark: "SR 4.3".to_owned(),
        href: "/gallery#sr-4-3".to_owned(),
        name: "Acknowledge and respond".to_owned(),
        version: "version 7".to_owned(),
        sentence: (
            "When a request is received, the client service representative must acknowledge it "
                .to_owned(),
            "within 1 business hour".to_owned(),
            ", with an estimated time to resolution.".to_owned(),
        ),
        steps: vec![
            step("Opened", "Friday 16:40, by email", "20 m used", None),
            step("Shut", "weekend, and Monday is a holiday", "", None),
            step(
                "Due",
                "40 m into Tuesday, Berlin calendar",
                "Tue 09:40",
                None,
            ),
            step(
                "Escalated",
                "to Jonas Weber",
                "25 m over",
                Some(ClockState::Overdue),
            ),
        ],
        figure: Some("kept 93.9 %, n 1,204".to_owned()),
    }
}

/// Duties on one scale, the first one current.
pub fn duties(frame: &Frame) -> Vec<Duty> {
    let now = Some(0.2456);
    let overdue = Deadline {
        opened: Some(0.06),
        stretches: vec![
            (Stretch::Fold, 0.06, 0.14),
            (Stretch::Run, 0.14, 0.205),
            (Stretch::Over, 0.205, 0.2456),
        ],
        due: Some(0.205),
        now,
        state: "overdue",
        story: "Opened Friday 16:40, due today 09:40, overdue by 25 minutes".to_owned(),
        ..Deadline::default()
    };
    let today = Deadline {
        opened: Some(0.028),
        stretches: vec![
            (Stretch::Fold, 0.028, 0.14),
            (Stretch::Run, 0.14, 0.2456),
            (Stretch::Left, 0.2456, 0.43),
        ],
        reminders: vec![0.335],
        due: Some(0.43),
        now,
        state: "today",
        story: "Promised Friday, due 12:00".to_owned(),
        ..Deadline::default()
    };
    let paused = Deadline {
        stretches: vec![(Stretch::Paused, 0.2456, 0.6)],
        due: Some(0.6),
        now,
        state: "paused",
        story: "Paused since Friday, 2 hours left".to_owned(),
        ..Deadline::default()
    };
    let duty =
        |verb: &str, subject: &str, client: &str, tier, line: &Deadline, clock, act: &str| Duty {
            mark: mark(),
            verb: verb.to_owned(),
            subject: subject.to_owned(),
            href: "/gallery/live".to_owned(),
            client: Some((client.to_owned(), "/gallery".to_owned())),
            tier: Some(tier),
            with: None,
            line: Some(Html::trusted(deadline(line))),
            clock,
            act: Some(Button::act(act, "/gallery/undo", &frame.csrf)),
            current: verb == "Acknowledge",
        };
    vec![
        duty(
            "Acknowledge",
            "Invoice 1182 is wrong",
            "Brennan Pumps",
            Tier::new("Gold", 3),
            &overdue,
            Clock::overdue(minutes(25)),
            "Acknowledge",
        ),
        duty(
            "Send",
            "the quote for two flow cells",
            "Northgate Brewing",
            Tier::new("Silver", 2),
            &today,
            Clock::due_today("12:00", 0.5),
            "Send quote",
        ),
        duty(
            "Resolve",
            "Firmware 3.2 fails on two units",
            "Halden Print",
            Tier::new("Gold", 3),
            &paused,
            Clock::paused(minutes(120)),
            "Remind client",
        ),
    ]
}

/// The ruler over them.
pub fn ruler() -> Html {
    let words = [(0.06, "before"), (0.43, "12"), (0.63, "14"), (0.82, "16")];
    Html::trusted(kept_charts::ruler(
        &words,
        Some((0.2456, "10:05")),
        "Scale: today from 9 to 17",
    ))
}
