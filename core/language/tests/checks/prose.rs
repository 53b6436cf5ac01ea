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
        "Table 5: Tiers\n\n| tier | answer |\n|---|---|\n| Gold | 1 |\n\n## 4 Figures\n\nNumbers.\n\n## 5 Training of staff\n\nWe train.\n",
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
        &[("K302", "CM has only table 5.")],
    );
    with_prose(
        "See (section 3.1) for more.",
        &[("K302", "X has the sections 1, 2.1.")],
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
    let meant = "Did you mean section 5, “Training of staff”?";
    with_prose(
        "How staff are trained (section 4 of CM) is fixed.",
        &[("K303", meant)],
    );
    with_prose(
        "For the training of staff see section 4 of CM.",
        &[("K303", meant)],
    );
    with_prose("How staff are trained (section 5 of CM) is fixed.", &[]);
    with_prose(
        "For the figures of training staff see section 4 of CM.",
        &[],
    );
    with_prose(
        "Training of staff is below, and more in section 4 of CM, by the way.",
        &[],
    );
    with_prose("Training comes first (section 4 of CM).", &[]);
    with_prose("Training of staff: sections 4 and 5 of CM.", &[]);
}
