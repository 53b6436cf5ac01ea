//! The calendar against a count of minutes.
use crate::oracle;

#[test]
fn a_hundred_thousand_random_cases_agree_with_a_count_of_minutes() {
    let outcome = oracle::compare(20_261_121, 100_000, &mut |_| {});
    assert!(
        outcome.differences.is_empty(),
        "{}",
        outcome.differences.join("\n")
    );
    assert_eq!(outcome.cases, 100_000);
}
