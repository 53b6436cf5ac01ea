use kept_language::Context;

use crate::set::{document, gives, rules};

const RULE: (&str, &str) = (
    "resolve",
    "When a request is received, the assignee must resolve it within 4 hours.",
);

fn with_prose(prose: &str, expected: &[(&str, &str)]) {
    let body = format!(
        "{}\n{prose}\n\n## 2.1 Training\n\nWe train.\n",
        rules(&[RULE])
    );
    let other = document(
        "CM",
        "Table 5: Tiers\n\n| tier | answer |\n|---|---|\n| Gold | 1 |\n\n## 4 Figures\n\nNumbers.\n",
    );
    gives(
        &[document("X", &body), other],
        &Context::default(),
        expected,
    );
}

#[test]
fn a_rule_in_backticks_that_does_not_exist_is_named_with_the_nearest() {
    with_prose(
        "We follow `resolv` here.",
        &[("K302", "Did you mean `resolve`?")],
    );
    with_prose(
        "We follow CM `resolve` here.",
        &[("K302", "Did you mean X `resolve`?")],
    );
    with_prose(
        "We follow ZZ `close-it` here.",
        &[("K302", "No document of the set has the code ZZ")],
    );
    with_prose(
        "We follow `resolve` and CM `review`, and run `kept sop fmt` or ``odd`` or `Odd`.",
        &[],
    );
}

#[test]
fn a_table_or_section_in_prose_that_does_not_exist_is_named() {
    with_prose("See table 5.", &[("K302", "no such table")]);
    with_prose(
        "See table 6 of CM, and table 5 of CM.",
        &[("K302", "The tables of CM are 5.")],
    );
    with_prose(
        "See (section 3.1) for more.",
        &[("K302", "The sections of X are 1, 2.1.")],
    );
    with_prose(
        "See sections 2, 2.1, and 7 of this document.",
        &[("K302", "no such section")],
    );
    with_prose("See section 4 of ZZ.", &[("K302", "no such document")]);
    with_prose(
        "See section 4 of the contract, section 2, section 2.1 and section 4 of\nCM. The table 4 legs.",
        &[("K302", "no such table")],
    );
    with_prose(
        "A section 4-fold, a table of contents, section IV, `section 9`.",
        &[],
    );
}

#[test]
fn a_section_on_another_subject_is_doubted_where_the_right_one_is_at_hand() {
    with_prose(
        "The rules on training (section 1) hold.",
        &[("K303", "Did you mean section 2.1, “Training”?")],
    );
    with_prose("What training takes is in section 4 of CM.", &[]);
    with_prose("For the rules, training included, see section 1.", &[]);
    with_prose("The rules on training (section 2.1) hold.", &[]);
    with_prose("The order of things (section 1) holds, training too.", &[]);
}
