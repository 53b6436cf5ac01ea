use kept_language::Context;

use crate::set::{document, gives, rules, rules_are_silent, rules_give};

#[test]
fn a_fact_that_two_documents_define_is_said_of_the_second() {
    let table =
        "Table 5: Tiers\n\n| new | **tier** |\n|---|---|\n| yes | Bronze |\n| no | Gold |\n\n";
    let one = document(
        "A",
        &format!(
            "{table}{}",
            rules(&[("tier", "A client's tier is given by table 5.")])
        ),
    );
    let two = document(
        "B",
        &format!(
            "{table}{}",
            rules(&[("tier", "A client's tier is given by table 5.")])
        ),
    );
    gives(
        &[one.clone(), two],
        &Context::default(),
        &[("K304", "The other rule is A `tier`")],
    );
    gives(&[one], &Context::default(), &[]);
}

#[test]
fn a_state_a_term_or_a_retention_stands_once() {
    let active = "A client is active if an agreement is in force.";
    let also = "A client is active if a sale has been made in the last 12 months.";
    rules_give(
        &[("a", active), ("b", also)],
        &[("K304", "“client is active” is defined twice")],
    );
    rules_give(
        &[
            ("a", "\"Update\" means news."),
            ("b", "\"update\" means more news."),
        ],
        &[("K304", "“update” is explained twice")],
    );
    rules_give(
        &[
            (
                "a",
                "Keep interactions and requests for 7 years after the last one, then erase them.",
            ),
            (
                "b",
                "Keep requests for 5 years after the last one, then erase them.",
            ),
        ],
        &[("K304", "requests are kept by two rules")],
    );
    rules_are_silent(&[
        ("a", active),
        ("b", "\"Update\" means news."),
        (
            "c",
            "Keep interactions for 7 years after the last one, then erase them.",
        ),
        (
            "d",
            "Keep requests for 5 years after the last one, then erase them.",
        ),
    ]);
}

#[test]
fn definitions_that_rest_on_each_other_are_a_circle() {
    rules_give(
        &[
            ("active", "A client is active if it is satisfied."),
            (
                "satisfied",
                "A client is satisfied if it is not discontented.",
            ),
            (
                "discontented",
                "A client is discontented if it is not active.",
            ),
        ],
        &[("K305", "`active`, `satisfied`, `discontented`")],
    );
    rules_are_silent(&[
        ("active", "A client is active if it is satisfied."),
        (
            "satisfied",
            "A client is satisfied if it is not discontented.",
        ),
        (
            "discontented",
            "A client is discontented if a complaint is unresolved.",
        ),
    ]);
}

#[test]
fn tables_that_give_what_the_other_reads_are_a_circle() {
    let tables = |second: &str| {
        let one = "Table 1: A\n\n| engagement | **tier** |\n|---|---|\n| high | Gold |\n| otherwise | Bronze |\n\n";
        let two = format!(
            "Table 2: B\n\n| {second} | **engagement** |\n|---|---|\n| Gold | high |\n| otherwise | low |\n\n"
        );
        let both = rules(&[
            ("tier", "A client's tier is given by table 1."),
            ("engagement", "A client's engagement is given by table 2."),
        ]);
        [document("X", &format!("{one}{two}{both}"))]
    };
    gives(
        &tables("tier"),
        &Context::default(),
        &[("K305", "definitions in a circle")],
    );
    let expected =
        tables("expected engagement").map(|text| text.replace("| Gold | high", "| high | high"));
    gives(&expected, &Context::default(), &[]);
}

#[test]
fn a_fact_is_given_by_a_table_or_by_a_condition() {
    let table =
        "Table 1: A\n\n| tier | **new** |\n|---|---|\n| Gold | no |\n| otherwise | yes |\n\n";
    let by_table = ("a", "A client's new is given by table 1.");
    let by_condition = (
        "b",
        "A client is new if a sale has been made in the last 12 months.",
    );
    let text = |given: &[(&str, &str)]| [document("X", &format!("{table}{}", rules(given)))];
    gives(
        &text(&[by_table, by_condition]),
        &Context::default(),
        &[("K304", "the new of a client is given twice")],
    );
    gives(&text(&[by_table]), &Context::default(), &[]);
}

#[test]
fn duties_that_open_each_other_without_end_are_a_circle() {
    let first =
        "When a request is received or `b` is done, the assignee must answer it within 2 hours.";
    let second = "When `a` is done, the assignee must examine it within 2 hours.";
    rules_give(
        &[("a", first), ("b", second)],
        &[("K305", "rules in a circle")],
    );
    rules_are_silent(&[
        (
            "a",
            "When a request is received, the assignee must answer it within 2 hours.",
        ),
        ("b", second),
    ]);
}

#[test]
fn exceptions_over_each_other_are_a_circle() {
    let parent = (
        "p",
        "When a request is received, the assignee must resolve it within 4 hours.",
    );
    let high = "Exception to `p`, over `b`: if its urgency is high, within 1 hour.";
    rules_give(
        &[
            parent,
            ("a", high),
            (
                "b",
                "Exception to `p`, over `a`: if its impact is high, within 2 hours.",
            ),
        ],
        &[("K305", "exceptions in a circle")],
    );
    rules_are_silent(&[
        parent,
        ("a", high),
        (
            "b",
            "Exception to `p`: if its impact is high, within 2 hours.",
        ),
    ]);
}

fn procedure(items: &str) -> String {
    format!("Procedure \"P\" starts when a request is received:\n{items}")
}

const STEPS: [(&str, &str); 2] = [
    (
        "one",
        "As a step, the assignee must examine it within 2 hours.",
    ),
    (
        "two",
        "As a step, the assignee must carry it out within 2 hours.",
    ),
];

#[test]
fn steps_that_wait_for_each_other_are_a_circle() {
    let circle = procedure(
        "1. `zero`: the assignee must log it within 1 hour\n2. After `two`, `one`\n3. `two`",
    );
    rules_give(
        &[("p", &circle), STEPS[0], STEPS[1]],
        &[("K305", "steps in a circle")],
    );
    let fine = procedure(
        "1. `zero`: the assignee must log it within 1 hour\n2. `one`\n3. After `zero`, `two`",
    );
    rules_are_silent(&[("p", &fine), STEPS[0], STEPS[1]]);
}

#[test]
fn a_procedure_lists_steps_and_waits_for_its_own() {
    let duty = (
        "late",
        "When a request is received, the assignee must answer it within 2 hours.",
    );
    let p = procedure("1. `one`\n2. After `late`, `two`");
    rules_give(
        &[("p", &p), STEPS[0], STEPS[1], duty],
        &[("K302", "`late` is no step of this procedure")],
    );
    let p = procedure("1. `one`\n2. `two`\n3. `late`");
    rules_give(
        &[("p", &p), STEPS[0], STEPS[1], duty],
        &[("K302", "has a beginning of its own")],
    );
    let p = procedure("1. `one`\n2. `two`\n3. `one`");
    rules_give(
        &[("p", &p), STEPS[0], STEPS[1]],
        &[("K301", "a step is listed twice")],
    );
}
