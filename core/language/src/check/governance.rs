//! Clauses without a rule (K703): counted, not blamed.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;

use super::set::Set;

/// A clause has a rule where one stands in it or in a clause below it.
pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    for (index, document) in set.library.documents.iter().enumerate() {
        let mut with_rule: BTreeSet<&str> = BTreeSet::new();
        for clause in document.rules.iter().filter_map(|rule| rule.clause) {
            let mut number = document
                .clauses
                .get(clause)
                .map_or("", |clause| clause.number.as_str());
            // What is above is in the set already where this one is.
            while with_rule.insert(number) {
                match number.rsplit_once('.') {
                    Some((above, _)) => number = above,
                    None => break,
                }
            }
        }
        for clause in document
            .clauses
            .iter()
            .filter(|clause| !with_rule.contains(clause.number.as_str()))
        {
            says.push(
                Diagnostic::new("K703", index, clause.range, "a clause without a rule")
                    .because("Nothing in it is followed up by the product.")
                    .suggest("Leave it as text for people, or write what must happen as a rule."),
            );
        }
    }
}
