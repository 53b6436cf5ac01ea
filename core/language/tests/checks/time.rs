use kept_calendar::Calendar;
use kept_language::Context;

use crate::set::{document, gives, rules, rules_are_silent, rules_give};

#[test]
fn hours_of_two_kinds_in_one_document_are_said_once() {
    let both = [
        (
            "a",
            "When a request is received, the assignee must answer it within 2 hours.",
        ),
        (
            "b",
            "When a request is received, the assignee must log it within 3 hours.",
        ),
        (
            "c",
            "When a request is received, the assignee must examine it within 2 business hours.",
        ),
        (
            "d",
            "When a request is prioritised, the assignee must examine it within 2 days.",
        ),
    ];
    rules_give(&both, &[("K402", "“2 business hours” and “2 hours”")]);
    rules_are_silent(&both[..2]);
    rules_are_silent(&both[2..]);
}

#[test]
fn a_pause_ends() {
    let duty = |state: &str| {
        format!(
            "When a request is received, the assignee must resolve it within 4 hours, pausing while it {state}."
        )
    };
    rules_give(
        &[("a", &duty("is parked"))],
        &[("K404", "a pause that nothing ends")],
    );
    rules_give(
        &[("a", &duty("is shelved"))],
        &[("K404", "a pause that never begins")],
    );
    rules_are_silent(&[(
        "a",
        &duty("waits for the client or it waits for a third party"),
    )]);
}

#[test]
fn a_duty_without_deadline_is_never_late() {
    let head = "When a request is received, the assignee must answer it";
    rules_give(
        &[("a", &format!("{head}."))],
        &[("K405", "a duty without deadline")],
    );
    rules_are_silent(&[
        ("a", &format!("{head} within 2 hours.")),
        ("b", "Every month, the SOP supervisor must check adherence."),
        (
            "c",
            "Every 90 days since the last follow-up, for each client, the salesperson must follow up with the client.",
        ),
    ]);
}

#[test]
fn an_anchor_is_brought_about_by_someone() {
    let duty = (
        "a",
        "When a request is received, the assignee must answer it within 2 hours after it is examined.",
    );
    rules_give(&[duty], &[("K407", "an anchor that nothing brings about")]);
    let asked = (
        "b",
        "When a request is received, the assignee must examine it within 2 hours.",
    );
    rules_are_silent(&[duty, asked]);
    rules_are_silent(&[
        (
            "a",
            "When a request is received, the assignee must answer it within 2 hours after the client confirms the resolution.",
        ),
        (
            "b",
            "When a request is received, the assignee must log it within 2 hours after it is received.",
        ),
        (
            "c",
            "When a request is examined, the assignee must answer it within 2 hours after it is examined.",
        ),
    ]);
    rules_give(
        &[(
            "a",
            "Keep meetings for 7 years after a request is examined, then erase them.",
        )],
        &[("K407", "a request is examined")],
    );
    let gate = "A request must not be closed until the client confirms the resolution, or 5 days pass after it is examined.";
    rules_give(&[("a", gate)], &[("K407", "it is examined")]);
}

#[test]
fn levels_come_one_after_the_other() {
    let duty = |ladder: &str| {
        format!(
            "When a request is received, the assignee must resolve it within 4 hours; otherwise it escalates to the account manager{ladder}."
        )
    };
    rules_give(
        &[(
            "a",
            &duty(", and after 4 hours to management, and after 60 minutes to the approver"),
        )],
        &[("K408", "60 minutes is not after 4 hours")],
    );
    rules_are_silent(&[(
        "a",
        &duty(", and after 4 hours to management, and after 1 day to the approver"),
    )]);
}

#[test]
fn a_warning_comes_inside_the_time_of_the_duty() {
    let duty = |before: &str| {
        format!(
            "When a request is received, the assignee must resolve it within 4 hours; {before} before, it warns the owner."
        )
    };
    rules_give(
        &[("a", &duty("4 hours"))],
        &[("K408", "a warning before the duty begins")],
    );
    rules_are_silent(&[("a", &duty("30 minutes"))]);
    let rhythm = |before: &str| {
        format!(
            "Every 90 days since the last follow-up, for each client, the salesperson must follow up with the client; {before} before, it warns the owner."
        )
    };
    rules_give(
        &[("a", &rhythm("100 days"))],
        &[("K408", "100 days before the deadline")],
    );
    rules_are_silent(&[("a", &rhythm("3 months"))]);
    rules_give(
        &[(
            "a",
            "Every month, the SOP supervisor must check adherence; 40 days before, it warns the owner.",
        )],
        &[("K408", "the 1 month that the duty has")],
    );
    let course = |before: &str| {
        format!(
            "Course \"C\" takes 1 day for everyone, within 1 month, renewed every 12 months; {before} before, it warns the learner."
        )
    };
    rules_give(&[("a", &course("13 months"))], &[("K408", "13 months")]);
    rules_are_silent(&[("a", &course("30 days"))]);
}

#[test]
fn a_warning_fits_where_one_row_of_the_table_leaves_room() {
    let body = |least: &str| {
        let table = format!(
            "Table 1: T\n\n| priority | **time** |\n|---|---|\n| urgent | 1 hour |\n| otherwise | {least} |\n\n"
        );
        let rule = "When a request is received, the assignee must resolve it within the time in table 1; 2 hours before, it warns the owner.";
        document("X", &format!("{table}{}", rules(&[("a", rule)])))
    };
    gives(
        &[body("2 hours")],
        &Context::default(),
        &[("K408", "2 hours before")],
    );
    gives(&[body("4 hours")], &Context::default(), &[]);
}

#[test]
fn a_deadline_around_the_clock_can_pass_over_the_weekend() {
    let calendar = Calendar::parse(crate::set::WEEK, &mut |_| Err(String::new())).unwrap();
    let context = Context {
        calendar: Some(&calendar),
        ..Context::default()
    };
    let duty = |deadline: &str| {
        [document(
            "X",
            &rules(&[(
                "a",
                &format!("When a request is received, the assignee must resolve it {deadline}."),
            )]),
        )]
    };
    gives(
        &duty("within 63 hours"),
        &context,
        &[("K403", "nobody works for 64 hours")],
    );
    gives(&duty("within 64 hours"), &context, &[]);
    gives(&duty("within 4 business hours"), &context, &[]);
    gives(
        &duty("within 4 hours or the next working day"),
        &context,
        &[],
    );
    gives(&duty("within 4 hours"), &Context::default(), &[]);
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let hours = days
        .map(|day| format!("{day} = [\"00:00-24:00\"]\n"))
        .concat();
    let text = format!("zone = \"Europe/Berlin\"\n[hours]\n{hours}");
    let always = Calendar::parse(&text, &mut |_| Err(String::new())).unwrap();
    let context = Context {
        calendar: Some(&always),
        ..Context::default()
    };
    gives(&duty("within 1 hour"), &context, &[]);
}
