use crate::set::{rules_are_silent, rules_give};

const PARENT: (&str, &str) = (
    "p",
    "When a sale is made, the salesperson must follow up with the client within 3 days; otherwise it escalates to management.",
);

#[test]
fn exceptions_that_can_both_apply_need_an_order() {
    let platinum = (
        "platinum",
        "Exception to `p`: if the client is Platinum, within 1 day.",
    );
    let sensitive = "Exception to `p`: if the sale is sensitive, within 2 days.";
    rules_give(
        &[PARENT, platinum, ("sensitive", sensitive)],
        &[("K601", "Write “, over `platinum`”")],
    );
    let ordered = "Exception to `p`, over `platinum`: if the sale is sensitive, within 2 days.";
    rules_are_silent(&[PARENT, platinum, ("sensitive", ordered)]);
    let gold = "Exception to `p`: if the client is Gold or Silver, within 2 days.";
    rules_are_silent(&[PARENT, platinum, ("gold", gold)]);
    let below = "Exception to `p`: if the client's tier is below Platinum and the sale is sensitive, within 2 days.";
    rules_are_silent(&[PARENT, platinum, ("below", below)]);
}

#[test]
fn an_order_reaches_through_a_third_exception() {
    rules_are_silent(&[
        PARENT,
        (
            "a",
            "Exception to `p`: if the client is Platinum, within 1 day.",
        ),
        (
            "b",
            "Exception to `p`, over `a`: if the sale is sensitive, within 2 days.",
        ),
        (
            "c",
            "Exception to `p`, over `b`: if the client is new, within 2 days.",
        ),
    ]);
}

#[test]
fn exceptions_are_apart_where_their_parent_keeps_them_apart() {
    let parent = "When a request is received, if its urgency is low, the assignee must resolve it within 9 hours.";
    let a = "Exception to `p`: if its impact is high or its urgency is high, within 1 hour.";
    let b = "Exception to `p`: if its impact is low, within 2 hours.";
    rules_are_silent(&[("p", parent), ("a", a), ("b", b)]);
}

#[test]
fn an_exception_on_an_exception_is_no_rival_of_it() {
    rules_are_silent(&[
        PARENT,
        (
            "a",
            "Exception to `p`: if the client is Platinum, within 1 day.",
        ),
        (
            "b",
            "Exception to `a`: if the sale is sensitive, within 2 days.",
        ),
    ]);
}

#[test]
fn an_exception_hangs_on_a_rule_that_can_have_one() {
    let active = ("active", "A client is active if an agreement is in force.");
    rules_give(
        &[active, ("a", "Exception to `active`: it does not apply.")],
        &[("K302", "no rule that has exceptions")],
    );
    let gate = (
        "gate",
        "A request must not be closed until the client confirms the resolution.",
    );
    rules_give(
        &[
            gate,
            (
                "a",
                "Exception to `gate`: if its urgency is low, within 2 hours.",
            ),
        ],
        &[("K105", "it has no owner, deadline or evidence")],
    );
    rules_are_silent(&[
        gate,
        (
            "a",
            "Exception to `gate`: if its urgency is low, it does not apply.",
        ),
    ]);
    rules_give(
        &[
            PARENT,
            (
                "a",
                "Management may follow up with the client, with a reason, despite `p`.",
            ),
        ],
        &[("K302", "no such gate")],
    );
}

#[test]
fn a_condition_that_contradicts_itself_never_holds() {
    let duty = |condition: &str| {
        format!(
            "When a request is received, if {condition}, the assignee must answer it within 2 hours."
        )
    };
    for never in [
        "its urgency is high and its urgency is low",
        "its urgency is at least medium and its urgency is not high or medium",
        "the client's annual revenue is above 500,000 and the client's annual revenue is at most 500,000",
        "its urgency is known and its urgency is not known",
        "its urgency is high and its urgency is not known",
        "it is unresolved and it is not unresolved",
        "its channel is phone or the client's annual revenue is between 5 and 1",
        "the client has been contacted in the last 7 days and the client has not been contacted in the last 30 days",
    ] {
        rules_give(
            &[("a", &duty(never))],
            &[("K607", "a condition that can never hold")],
        );
    }
    for sometimes in [
        "its urgency is high and its impact is low",
        "its urgency is at least medium and its urgency is at most medium",
        "the client's annual revenue is above 500,000 and the client's annual revenue is below 500,001",
        "the client has been contacted in the last 30 days and the client has not been contacted in the last 7 days",
        "the client is Gold or the client is not Gold",
        "it waits for the client and it is unresolved",
    ] {
        rules_are_silent(&[("a", &duty(sometimes))]);
    }
}

#[test]
fn a_duty_that_its_own_unless_takes_away_never_holds() {
    let duty = |unless: &str| {
        format!(
            "When a request is received, if its urgency is high, the assignee must answer it within 2 hours, unless {unless}."
        )
    };
    rules_give(
        &[("a", &duty("its urgency is known"))],
        &[("K607", "there is never a duty")],
    );
    rules_are_silent(&[("a", &duty("its impact is known"))]);
}

#[test]
fn an_exception_that_contradicts_its_parent_never_applies() {
    let parent = (
        "p",
        "When a request is received, if its urgency is low, the assignee must resolve it within 9 hours.",
    );
    rules_give(
        &[
            parent,
            (
                "a",
                "Exception to `p`: if its urgency is high, within 1 hour.",
            ),
        ],
        &[("K607", "Where `p` applies, this condition cannot hold")],
    );
    rules_are_silent(&[
        parent,
        (
            "a",
            "Exception to `p`: if its impact is high, within 1 hour.",
        ),
    ]);
}

fn procedure(name: &str, condition: &str, step: &str) -> String {
    format!(
        "Procedure \"{name}\" starts when a request is received{condition}:\n1. `{step}`: the assignee must examine it within 2 hours"
    )
}

#[test]
fn two_variants_that_one_event_starts_are_said() {
    let one = procedure("One", "", "one");
    let two = procedure("Two", ", if its urgency is high", "two");
    rules_give(
        &[("a", &one), ("b", &two)],
        &[("K603", "This event can start “One” too")],
    );
    let one = procedure("One", ", if its urgency is low or medium", "one");
    rules_are_silent(&[("a", &one), ("b", &two)]);
}

#[test]
fn an_escalation_leads_to_someone_else() {
    let duty = |ladder: &str| {
        format!(
            "When a sale is made, the salesperson or the account manager must follow up with the client within 3 days; otherwise it escalates to {ladder}."
        )
    };
    rules_give(
        &[("a", &duty("the account manager"))],
        &[("K602", "escalation to the owner")],
    );
    rules_give(
        &[("a", &duty("the owner"))],
        &[("K602", "escalation to the owner")],
    );
    rules_give(
        &[(
            "a",
            &duty("management, and after 1 day to the approver, and after 2 days to management"),
        )],
        &[("K602", "escalation in a circle")],
    );
    rules_are_silent(&[("a", &duty("management, and after 1 day to the approver"))]);
}

#[test]
fn an_exception_that_gives_a_duty_to_its_level_is_said() {
    let exception =
        |changes: &str| format!("Exception to `p`: if the client is Platinum, {changes}.");
    rules_give(
        &[PARENT, ("a", &exception("management must do it"))],
        &[("K602", "escalation to the owner")],
    );
    rules_are_silent(&[
        PARENT,
        (
            "a",
            &exception("management must do it; otherwise it escalates to the approver"),
        ),
    ]);
}
