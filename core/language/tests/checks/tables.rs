use kept_language::{Context, Severity};

use crate::set::{document, gives, rules, said};

/// A document whose definition or duty reads this table.
fn with(sentence: &str, headings: &str, rows: &[&str]) -> Vec<String> {
    let columns = headings.matches('|').count() - 1;
    let table = format!(
        "Table 1: T\n\n{headings}\n|{}\n{}\n\n",
        "---|".repeat(columns),
        rows.join("\n")
    );
    vec![document(
        "X",
        &format!("{table}{}", rules(&[("a", sentence)])),
    )]
}

fn tiers(rows: &[&str]) -> Vec<String> {
    with(
        "A client's tier is given by table 1.",
        "| annual revenue | **tier** |",
        rows,
    )
}

fn priorities(rows: &[&str]) -> Vec<String> {
    with(
        "A request's priority is given by table 1.",
        "| urgency | impact | **priority** |",
        rows,
    )
}

#[track_caller]
fn table_gives(texts: &[String], expected: &[(&str, &str)]) {
    gives(texts, &Context::default(), expected);
}

#[test]
fn a_number_between_two_bands_has_no_row() {
    table_gives(
        &tiers(&[
            "| at least 500,000 | Gold |",
            "| at most 499,999 | Silver |",
        ]),
        &[("K501", "499,999.50 has no tier")],
    );
    table_gives(
        &tiers(&["| above 500,000 | Gold |", "| below 500,000 | Silver |"]),
        &[("K501", "500,000 has no tier")],
    );
    table_gives(
        &tiers(&[
            "| at least 500,000 | Gold |",
            "| 0 up to 500,000 | Silver |",
        ]),
        &[("K501", "-1 has no tier")],
    );
    table_gives(
        &tiers(&[
            "| above 1,000,000 | Platinum |",
            "| 500,000 to 1,000,000 | Gold |",
            "| below 500,000 | Silver |",
        ]),
        &[],
    );
    table_gives(
        &tiers(&["| at least 500,000 | Gold |", "| otherwise | Silver |"]),
        &[],
    );
    table_gives(&tiers(&["| any | Gold |", "| unknown | Silver |"]), &[]);
}

#[test]
fn a_value_in_two_rows_is_said_of_the_second() {
    table_gives(
        &tiers(&[
            "| at least 500,000 | Gold |",
            "| at most 500,000 | Silver |",
        ]),
        &[("K502", "500,000 fits this row and the one in line")],
    );
    table_gives(
        &tiers(&[
            "| any | Gold |",
            "| unknown | Silver |",
            "| unknown | Bronze |",
        ]),
        &[("K502", "unknown fits this row")],
    );
    table_gives(
        &tiers(&[
            "| at least 5 | Gold |",
            "| otherwise | Silver |",
            "| otherwise | Bronze |",
        ]),
        &[("K502", "a second row “otherwise”")],
    );
}

#[test]
fn a_choice_without_a_row_is_named() {
    let answer =
        "When an email is received, the account manager must answer it within the time in table 1.";
    let heading = "| tier | **time** |";
    table_gives(
        &with(
            answer,
            heading,
            &["| Gold, Silver | 2 hours |", "| Bronze | 4 hours |"],
        ),
        &[("K501", "Platinum has no time")],
    );
    table_gives(
        &with(
            answer,
            heading,
            &["| at least Silver | 2 hours |", "| Bronze | 4 hours |"],
        ),
        &[],
    );
    table_gives(
        &with(
            answer,
            heading,
            &["| below Gold | 2 hours |", "| otherwise | 4 hours |"],
        ),
        &[],
    );
}

#[test]
fn a_combination_without_a_row_is_named_by_its_columns() {
    let rows = [
        "| high | any | urgent |",
        "| medium, low | high | high |",
        "| medium | medium, low | low |",
        "| low | medium | low |",
    ];
    table_gives(
        &priorities(&rows),
        &[("K503", "urgency low with impact low has no row")],
    );
    let mut whole = rows.to_vec();
    whole.push("| low | low | low |");
    table_gives(&priorities(&whole), &[]);
    whole.push("| low | any | low |");
    table_gives(
        &priorities(&whole),
        &[("K502", "urgency low with impact low fits this row")],
    );
    table_gives(
        &priorities(&["| high | high | urgent |", "| otherwise | | low |"]),
        &[],
    );
}

#[test]
fn a_cell_that_ends_before_it_begins_is_said_instead_of_the_gap() {
    table_gives(
        &tiers(&["| 1,000 to 500 | Gold |", "| below 500 | Silver |"]),
        &[("K607", "a cell that no value fits")],
    );
}

#[test]
fn a_table_that_no_rule_reads_is_not_judged() {
    let text = "Table 1: T\n\n| tier | **time** |\n|---|---|\n| Gold | 2 hours |\n";
    table_gives(&[document("X", text)], &[]);
}

#[test]
fn a_long_table_is_checked_and_an_absurd_one_is_left_with_a_warning() {
    let bands: Vec<String> = (0..20_000)
        .map(|band| format!("| {band} up to {} | Gold |", band + 1))
        .collect();
    let mut rows: Vec<&str> = bands.iter().map(String::as_str).collect();
    rows.extend(["| at least 20,000 | Silver |", "| below 0 | Bronze |"]);
    table_gives(&tiers(&rows), &[]);
    rows.remove(10_000);
    table_gives(&tiers(&rows), &[("K501", "has no tier")]);
    let nested: Vec<String> = (0..4_000)
        .map(|band| format!("| {} to {} | Gold |", 5_000 - band, 5_001 + band))
        .collect();
    let rows: Vec<&str> = nested.iter().map(String::as_str).collect();
    let said = said(&tiers(&rows), &Context::default());
    assert!(said.iter().any(
        |(message, _)| message.what == "a table too large to be checked"
            && message.severity == Severity::Warning
    ));
}

#[test]
fn a_cell_may_lie_below_zero() {
    table_gives(
        &tiers(&["| at least 0 | Gold |", "| -500 up to 0 | Silver |"]),
        &[("K501", "-501 has no tier")],
    );
    table_gives(
        &tiers(&[
            "| at least -1.5 | Gold |",
            "| −500 up to -1.5 | Silver |",
            "| below -500 EUR | Bronze |",
        ]),
        &[],
    );
}

#[test]
fn nothing_stands_below_the_row_otherwise() {
    table_gives(
        &tiers(&[
            "| at least 500 | Gold |",
            "| otherwise | Silver |",
            "| below 100 | Bronze |",
        ]),
        &[("K502", "“otherwise” is not the last row")],
    );
}
