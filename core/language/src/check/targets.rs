//! Targets whose figure is not yet said in full (K605).

use crate::ast::{Goal, Sentence};
use crate::diagnostic::Diagnostic;
use crate::register::FactKind;

use super::set::Set;

/// The window is asked for by the reader. A figure that is only watched may still be without a population.
pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    for place in &set.rules {
        let Sentence::Target(target) = place.sentence else {
            continue;
        };
        let measure = &set.register[target.measure];
        let unsaid = match &target.goal {
            None => continue,
            Some(Goal::Level {
                statistic: Some(_), ..
            }) => false,
            // The mean of times and their median differ much: the sentence says which one is judged.
            Some(Goal::Level { .. }) => {
                measure.kind == FactKind::Duration || measure.statistic.is_none()
            }
            Some(Goal::Change { .. }) => measure.statistic.is_none(),
        };
        let message = if unsaid {
            Diagnostic::new("K605", place.document, place.rule.range, "target without statistic")
                .because(format!("It stays open what of the {} is compared: its mean, its median, or a share of cases.", measure.says))
                .suggest("Write “on average”, “at the median” or “in 90 % of cases” after the value.")
        } else if measure.population.is_none() && target.population.is_none() {
            Diagnostic::new(
                "K605",
                place.document,
                place.rule.range,
                "target without population",
            )
            .because(format!(
                "The vocabulary does not say over which records the {} is taken.",
                measure.says
            ))
            .suggest(
                "Write “for … that …” before “measured every”, or only watch it: “Measure: …”.",
            )
        } else {
            continue;
        };
        says.push(message);
    }
}
