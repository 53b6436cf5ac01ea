//! The demands of the five SOPs against the SOPs that ship: every clause is there, every value that a company may
//! choose is a blank of its clause, and what is demanded of people is a rule.
//!
//! The demands lie outside the repository, in `requirements.md`: see `KEPT_SHARED` in CONTRIBUTING.md. Where a demand
//! is met in another way than by a blank or a rule, the lists below say so, with the reason.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test reads files, says what it leaves out, and fails by a panic"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::{env, fs};

use kept_language::{Document, Library, Source, read};

/// Values that are not a blank of their clause: the row, the value, and why.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "CE 9.1 – 9.5 KPIs",
        "mean",
        "the target says it: “on average”",
    ),
    (
        "CE 9.1 – 9.5 KPIs",
        "surveys answered of those invited",
        "the measure's population in the vocabulary says it",
    ),
    (
        "CE 10 training",
        "half a day",
        "the privacy course stands in 8.7, to which 10 points",
    ),
    (
        "CE 11 improvement",
        "quarter",
        "the sentence says it: “Every quarter”",
    ),
    (
        "FU 2 targets",
        "quarter",
        "the sentence says it: “measured every quarter”",
    ),
    (
        "ON 0 roles",
        "company's choice",
        "the text names who books the call, and how a company changes it",
    ),
    (
        "ON 0 clocks",
        "before the kick-off",
        "the blank “channels ahead” says how long before",
    ),
    (
        "CM 5 segments",
        "trailing 12 months",
        "the blank “revenue window” is 12 months",
    ),
    (
        "CM 8 reporting",
        "management",
        "the sentence says it: “management receives”",
    ),
    (
        "CM 9.1 quality",
        "week",
        "the sentence says it: “Every week”",
    ),
    (
        "CM 9.1 quality",
        "closed requests",
        "a sample has a rule of its own for each of the four",
    ),
    (
        "CM 9.1 quality",
        "follow-ups",
        "a sample has a rule of its own for each of the four",
    ),
    (
        "CM 9.1 quality",
        "emails",
        "a sample has a rule of its own for each of the four",
    ),
    (
        "CM 9.1 quality",
        "conflicts",
        "a sample has a rule of its own for each of the four",
    ),
    (
        "CM 10 enforcement",
        "web site",
        "the blank “compliance site” holds the address",
    ),
    (
        "SR 3 roles",
        "Platinum",
        "the rule begins at the blank “attention tier”, and takes in the tiers above",
    ),
    (
        "SR 4.4 prioritise",
        "3 × 3",
        "table 4.4.1 has three times three rows",
    ),
    (
        "SR 4.4 prioritise",
        "four priorities",
        "table 4.4.1 answers with four",
    ),
    (
        "SR 4.5 handle",
        "half of what is left",
        "the blank “support share” is half; the text says of what",
    ),
];

/// Clauses whose demands no rule keeps: the clause, and why.
const PROSE_ONLY: &[(&str, &str)] = &[
    ("CE 0", "the purpose; the figures of 9 show it"),
    (
        "CE 3",
        "principles; each names the clauses and figures that show it",
    ),
    ("CE 6.2", "the writing check of 6.1 covers it"),
    ("CE 6.3", "the writing check of 6.1 covers it"),
    (
        "CE 8.2",
        "the program encrypts by itself; the audit rule of 8.5 looks after it",
    ),
    (
        "CM 1",
        "aims; the clauses and figures that show them are named there",
    ),
    (
        "CM 9.2",
        "the form is a page of the product; what it brings opens the rules of CE 7",
    ),
    (
        "FU 0",
        "document control is done by the product from the header",
    ),
    ("FU 1", "an aim"),
    (
        "FU 3",
        "says whom it binds; exceptions have their rules in Appendix D",
    ),
    ("FU 8", "the approval is a record of the product"),
    ("FU Appendix A", "wording"),
    ("FU Appendix B", "forms"),
    (
        "FU Appendix C",
        "material for trainers; the course has its rule in 4.2",
    ),
    (
        "FU Appendix E",
        "comments are answered by CE `answer-suggestion`",
    ),
    ("ON 6", "tools that may be connected; nobody owes it"),
    (
        "SR 0",
        "document control is done by the product from the header",
    ),
    ("SR 1", "an aim; the figures of 6 show it"),
];

/// A row of the demands.
struct Demand {
    /// The first cell: `CE 5.1 – 5.4 techniques`.
    row: String,
    code: String,
    /// The clauses that it names: `5.1`, `Appendix A`.
    clauses: Vec<String>,
    /// The values between angle marks.
    values: Vec<String>,
}

#[test]
fn every_clause_with_a_demand_is_a_heading() {
    let Some(demands) = demands("every_clause_with_a_demand_is_a_heading") else {
        return;
    };
    let library = shipped();
    let missing: Vec<String> = demands
        .iter()
        .flat_map(|demand| demand.clauses.iter().map(move |clause| (demand, clause)))
        .filter(|(demand, clause)| {
            let document = document(&library, &demand.code);
            !document
                .clauses
                .iter()
                .any(|known| known.number == **clause)
        })
        .map(|(demand, clause)| format!("{} {clause} ({}) is no heading", demand.code, demand.row))
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(demands.len() > 80, "only {} rows were read", demands.len());
}

#[test]
fn every_value_that_a_company_chooses_is_a_blank_of_its_clause() {
    let name = "every_value_that_a_company_chooses_is_a_blank_of_its_clause";
    let Some(demands) = demands(name) else {
        return;
    };
    let library = shipped();
    let mut reviewed: BTreeSet<(&str, &str)> = ELSEWHERE
        .iter()
        .map(|(row, value, _)| (*row, *value))
        .collect();
    let mut missing = Vec::new();
    for demand in &demands {
        let document = document(&library, &demand.code);
        // The clocks of a document stand in one row, and in the clause of each step.
        let blanks = if demand.row.ends_with("clocks") {
            blanks_of(document, |_| true)
        } else {
            blanks_of(document, |number| {
                demand.clauses.iter().any(|named| belongs(number, named))
            })
        };
        for value in &demand.values {
            if blanks.iter().any(|blank| is_default(blank, value)) {
                continue;
            }
            if !reviewed.remove(&(demand.row.as_str(), value.as_str())) {
                missing.push(format!("(\"{}\", \"{value}\", \"\"),", demand.row));
            }
        }
    }
    let idle: Vec<String> = reviewed
        .iter()
        .map(|(row, value)| format!("{row}: ‹{value}›"))
        .collect();
    assert!(
        missing.is_empty(),
        "no blank of the clause has these values:\n{}",
        missing.join("\n")
    );
    assert!(
        idle.is_empty(),
        "these are blanks now, and need no reason:\n{}",
        idle.join("\n")
    );
}

#[test]
fn every_clause_with_a_demand_has_a_rule_or_a_reason() {
    let Some(demands) = demands("every_clause_with_a_demand_has_a_rule_or_a_reason") else {
        return;
    };
    let library = shipped();
    let mut reviewed: BTreeMap<String, &str> = PROSE_ONLY
        .iter()
        .map(|(clause, why)| ((*clause).to_owned(), *why))
        .collect();
    let mut missing = BTreeSet::new();
    for demand in &demands {
        let document = document(&library, &demand.code);
        for clause in &demand.clauses {
            let name = format!("{} {clause}", demand.code);
            if has_rule(document, clause) {
                continue;
            }
            missing.insert((name, demand.row.clone()));
        }
    }
    missing.retain(|(name, _)| !reviewed.contains_key(name));
    for demand in &demands {
        let document = document(&library, &demand.code);
        for clause in demand
            .clauses
            .iter()
            .filter(|clause| !has_rule(document, clause))
        {
            reviewed.remove(&format!("{} {clause}", demand.code));
        }
    }
    let missing: Vec<String> = missing
        .iter()
        .map(|(name, row)| format!("(\"{name}\", \"\"), // {row}"))
        .collect();
    assert!(
        missing.is_empty(),
        "no rule keeps these:\n{}",
        missing.join("\n")
    );
    assert!(
        reviewed.is_empty(),
        "these have a rule now, and need no reason: {:?}",
        reviewed.keys()
    );
}

/// The rows of the demands; none, with a line that says so, where they are not at hand.
fn demands(test: &str) -> Option<Vec<Demand>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = env::var_os("KEPT_SHARED").map_or(beside, PathBuf::from);
    let path = folder.join("requirements.md");
    let Ok(text) = fs::read_to_string(&path) else {
        println!(
            "skipped: {test}: no requirements.md at {}; set KEPT_SHARED",
            folder.display()
        );
        return None;
    };
    Some(text.lines().filter_map(demand).collect())
}

/// `| CE 4.4 feedback | … ‹3 business days› … |`
fn demand(line: &str) -> Option<Demand> {
    let mut cells = line.trim().trim_matches('|').split('|').map(str::trim);
    let (row, text) = (cells.next()?, cells.next()?);
    let (code, rest) = row.split_once(' ')?;
    if !["CE", "FU", "ON", "CM", "SR"].contains(&code) {
        return None;
    }
    let mut values = Vec::new();
    for part in text.split('‹').skip(1) {
        let (value, _) = part.split_once('›')?;
        values.extend(expanded(value));
    }
    Some(Demand {
        row: row.to_owned(),
        code: code.to_owned(),
        clauses: clauses(rest),
        values,
    })
}

/// `5.1 – 5.4 techniques` names four clauses, `0, 8 control` two, `A – E` five appendices.
fn clauses(text: &str) -> Vec<String> {
    let is_letter =
        |word: &str| word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let mut found: Vec<String> = Vec::new();
    let mut range = false;
    for word in text.split_whitespace() {
        let word = word.trim_end_matches(',');
        if word == "–" {
            range = true;
        } else if is_letter(word) || is_number(word) {
            if let Some(first) = found.last().filter(|_| range).cloned() {
                found.extend(between(&first, word));
            }
            found.push(if is_letter(word) {
                format!("Appendix {word}")
            } else {
                word.to_owned()
            });
            range = false;
        } else {
            break;
        }
    }
    found
}

/// The clauses after the first and before the last: `5.1` and `5.4` have `5.2` and `5.3` between them.
fn between(first: &str, last: &str) -> Vec<String> {
    let cut = first.len() - 1;
    let (stem, low) = first.split_at(cut);
    let high = &last[last.len() - 1..];
    let (low, high) = (low.as_bytes()[0], high.as_bytes()[0]);
    (low + 1..high)
        .map(|byte| format!("{stem}{}", char::from(byte)))
        .collect()
}

/// `30, 60, 90, 90 days` are four values in days; `5 %, at least 3` are two.
fn expanded(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let plain = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let unit = parts
        .last()
        .and_then(|last| last.split_once(' '))
        .map_or("", |(_, unit)| unit);
    let all_but_last = parts.len() > 1 && parts.iter().take(parts.len() - 1).all(plain);
    parts
        .iter()
        .map(|part| {
            let part = part.trim_start_matches("at least ");
            if all_but_last && plain(&part) {
                format!("{part} {unit}")
            } else {
                part.to_owned()
            }
        })
        .collect()
}

/// Whether a blank's default is this value; a number alone stands for one with its unit.
fn is_default(blank: &str, value: &str) -> bool {
    let blank = blank.trim_matches('"');
    let alone = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = blank.split_whitespace().next().unwrap_or_default();
    blank.eq_ignore_ascii_case(value) || alone && number == value
}

fn shipped() -> Library {
    let documents = support::texts("", ".sop.md");
    let sources: Vec<Source<'_>> = documents
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    read(&support::register(), &sources)
}

fn document<'l>(library: &'l Library, code: &str) -> &'l Document {
    library
        .documents
        .iter()
        .find(|document| document.header.code == code)
        .unwrap_or_else(|| panic!("no SOP has the code {code}"))
}

/// The names and defaults of the blanks that stand in these clauses.
fn blanks_of(document: &Document, is_asked: impl Fn(&str) -> bool) -> Vec<&str> {
    let inside = |at: usize| {
        let clause = document
            .clauses
            .iter()
            .rfind(|clause| clause.range.start <= at);
        clause.is_some_and(|clause| is_asked(&clause.number))
    };
    document
        .blanks
        .iter()
        .filter(|(_, blank)| blank.places.iter().any(|place| inside(place.start)))
        .flat_map(|(name, blank)| [Some(name.as_str()), blank.value.as_deref()])
        .flatten()
        .collect()
}

/// Whether a clause is the one named, or lies below it.
fn belongs(number: &str, named: &str) -> bool {
    number == named
        || number
            .strip_prefix(named)
            .is_some_and(|rest| rest.starts_with('.'))
}

fn has_rule(document: &Document, named: &str) -> bool {
    document
        .rules
        .iter()
        .filter_map(|rule| rule.clause)
        .any(|clause| {
            document
                .clauses
                .get(clause)
                .is_some_and(|clause| belongs(&clause.number, named))
        })
}

#[test]
fn a_row_names_its_clauses() {
    assert_eq!(
        clauses("5.1 – 5.4 techniques"),
        ["5.1", "5.2", "5.3", "5.4"]
    );
    assert_eq!(clauses("0, 8 control"), ["0", "8"]);
    assert_eq!(clauses("1, 2 aim and scope"), ["1", "2"]);
    assert_eq!(
        clauses("A – E"),
        [
            "Appendix A",
            "Appendix B",
            "Appendix C",
            "Appendix D",
            "Appendix E"
        ]
    );
    assert_eq!(clauses("0 roles"), ["0"]);
    assert!(clauses("defects").is_empty());
}

#[test]
fn a_list_of_values_shares_its_unit() {
    assert_eq!(
        expanded("30, 60, 90, 90 days"),
        ["30 days", "60 days", "90 days", "90 days"]
    );
    assert_eq!(expanded("5 %, at least 3"), ["5 %", "3"]);
    assert_eq!(expanded("the invoice"), ["the invoice"]);
}
