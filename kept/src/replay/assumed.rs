//! What the figures of a replay take for granted, in words.

use kept_logs::Mapping;

use super::run::Ran;
use crate::tell::count;

/// The assumptions of a run.
pub fn of(mapping: &Mapping, ran: &Ran) -> Vec<String> {
    let mut all = mapping.assumptions();
    if ran.log.doubtful_times > 0 {
        all.push(
            "A time in an hour that the clock skipped moves forward by the gap; in a repeated hour the first one counts."
                .to_owned(),
        );
    }
    all.push("A duty counts in the period in which it was opened.".to_owned());
    all.push(
        "Nobody is known to be absent or to hold a role: whoever did it is taken to be allowed to."
            .to_owned(),
    );
    if ran.after > 0 {
        all.push(format!(
            "{} events after the end were left out.",
            count(ran.after)
        ));
    }
    if ran.refused > 0 {
        all.push(format!(
            "{} events could not be taken and were left out.",
            count(ran.refused)
        ));
    }
    all
}
