use crate::set::{rules_are_silent, rules_give};

#[test]
fn a_gate_that_waits_for_its_own_act_can_never_open() {
    rules_give(
        &[("a", "A request must not be closed until it is closed.")],
        &[("K609", "a gate that can never open")],
    );
    rules_give(
        &[
            ("a", "A request must not be closed until it is examined."),
            ("b", "A request must not be examined until it is closed."),
        ],
        &[
            ("K609", "must not be closed"),
            ("K609", "must not be examined"),
        ],
    );
    rules_give(
        &[("a", "A request must not be closed until it is shelved.")],
        &[("K609", "a gate that can never open")],
    );
    rules_give(
        &[(
            "a",
            "A request must not be closed while its urgency is known or its urgency is not known.",
        )],
        &[("K609", "a gate that can never open")],
    );
    rules_are_silent(&[
        ("a", "A request must not be closed until it is examined."),
        ("b", "A request must not be examined until it is logged."),
        (
            "c",
            "A request must not be logged while it waits for the client.",
        ),
    ]);
}

const RESOLVE: (&str, &str) = (
    "resolve",
    "When a request is received, the assignee must resolve it within 4 business days.",
);

#[test]
fn what_a_gate_forbids_for_longer_than_a_duty_runs_is_not_demanded() {
    let gate = (
        "gate",
        "A request must not be closed until the outcome of it is tested.",
    );
    let close = (
        "close",
        "When a request is resolved, the account manager must close it within 1 business day.",
    );
    rules_give(&[gate, close], &[("K606", "`gate` bars this act")]);
    let test = |within: &str| {
        format!(
            "When a request is resolved, the assignee must test the outcome of it within {within}."
        )
    };
    rules_give(
        &[gate, close, ("test", &test("2 business days"))],
        &[("K606", "`gate` bars this act")],
    );
    rules_are_silent(&[gate, close, ("test", &test("1 business day"))]);
    rules_are_silent(&[
        gate,
        (
            "close",
            "When the outcome of a request is tested, the account manager must close it within 1 business day.",
        ),
    ]);
    rules_are_silent(&[
        gate,
        close,
        (
            "pass",
            "The account manager may close a request, with a reason, despite `gate`.",
        ),
    ]);
    let low = (
        "gate",
        "A request must not be closed if its urgency is low until the outcome of it is tested.",
    );
    rules_are_silent(&[
        low,
        (
            "close",
            "When a request is resolved, if its urgency is high, the account manager must close it within 1 business day.",
        ),
    ]);
}

#[test]
fn a_wait_that_is_longer_than_the_duty_does_not_open_its_gate() {
    let close = |within: &str| {
        format!("When a request is resolved, the account manager must close it within {within}.")
    };
    let gate = (
        "gate",
        "A request must not be closed until the client confirms the resolution, or 5 business days pass after it is resolved.",
    );
    rules_give(
        &[gate, RESOLVE, ("close", &close("2 business days"))],
        &[("K606", "`gate` bars this act")],
    );
    rules_are_silent(&[gate, RESOLVE, ("close", &close("10 business days"))]);
}

#[test]
fn what_is_demanded_under_a_condition_that_shuts_the_gate_is_said() {
    let gate = (
        "gate",
        "A request must not be closed while its urgency is high.",
    );
    let close = |urgency: &str| {
        format!(
            "When a request is resolved, if its urgency is {urgency}, the account manager must close it within 1 business day."
        )
    };
    rules_give(
        &[gate, ("close", &close("high"))],
        &[("K606", "`gate` bars this act")],
    );
    rules_are_silent(&[gate, ("close", &close("high or low"))]);
    let gate = (
        "gate",
        "A request must not be closed unless its urgency is low.",
    );
    rules_give(
        &[gate, ("close", &close("high"))],
        &[("K606", "`gate` bars this act")],
    );
    rules_are_silent(&[gate, ("close", &close("low"))]);
}

#[test]
fn a_duty_can_be_discharged() {
    rules_give(
        &[(
            "a",
            "When a request is received, the client must examine it within 2 hours.",
        )],
        &[("K608", "done by staff, not by the client")],
    );
    rules_give(
        &[(
            "a",
            "When a sale is made, the salesperson must make the sale within 2 hours.",
        )],
        &[("K608", "comes only once")],
    );
    rules_give(
        &[(
            "a",
            "Every month, the SOP supervisor must check adherence, with its odd remark.",
        )],
        &[("K608", "No event of the vocabulary carries this")],
    );
    rules_are_silent(&[
        (
            "a",
            "When an agreement is signed, the client must return the intake form of the project within 10 days.",
        ),
        (
            "b",
            "When a request is received, the assignee must examine it within 2 hours, with its cause or a reason.",
        ),
        (
            "c",
            "Every month, the SOP supervisor must check adherence, with its odd remark or a reason.",
        ),
    ]);
}
