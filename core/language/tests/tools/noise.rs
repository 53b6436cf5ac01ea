//! No tool fails on noise: whatever a document holds, each gives an answer.

use kept_language::{explain, format, redline};
use proptest::prelude::*;

use super::shipped::{document, one, register};

const RULES: [&str; 8] = [
    "When a request is received, the assignee must resolve it within the time in table 2, with its [x: resolution].",
    "```sop rule-2\nProcedure \"P\" starts when an agreement is signed, for its project:\n1. `a`: the client must return \
     the intake form within 1 day\n2. After `a`, `b`\n```\n\nTable 2: T\n\n| priority | **time** |\n| - | - |\n| low | 1 day |",
    "Exception to `rule-1`, over `rule-3`: if the client is Platinum, within 1 hour; it does not apply.",
    "Every [r: 3 days] since the last update, for each request, while it is unresolved, the assignee must update the client.",
    "A request must not be closed until the client confirms the resolution, or 5 days pass after the closing notice.",
    "Course \"C\" takes half a day for everyone, within 1 day, renewed every 1 month.",
    "Management may close a request, with a reason, despite `rule-5`.",
    "\"Word\" means [something: else].",
];

/// Words that stand in odd places.
const ODD: [&str; 12] = [
    "[", "]", "`", "\"", "“", ":", ";", ",", "\n1. ", "é", "must", "\n```\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_tools_answer_on_any_text(
        chosen in proptest::collection::vec(0..RULES.len(), 1..3),
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), 0..30_usize, 0..ODD.len()), 0..6),
    ) {
        let rules: Vec<&str> = chosen.iter().map(|index| RULES[*index]).collect();
        let before = document(&rules);
        let mut letters: Vec<char> = before.chars().collect();
        for (at, length, odd) in cuts {
            let start = at.index(letters.len().max(1)).min(letters.len());
            let end = (start + length).min(letters.len());
            letters.splice(start..end, ODD[odd].chars());
        }
        let text: String = letters.into_iter().collect();
        let (old, new) = (one(&before), one(&text));
        for library in [&old, &new] {
            let formatted = format(register(), library, 0);
            prop_assert_eq!(&formatted, &format(register(), &one(&formatted), 0));
            for rule in &library.documents[0].rules {
                prop_assert!(!explain(register(), library, rule).to_string().is_empty());
            }
        }
        prop_assert!(redline(register(), &new, &new).is_empty());
        let _ = redline(register(), &old, &new).to_string();
    }
}
