//! How often a client looks through its details again: as the SOP in force has them verified.

use kept_journal::InForce;
use kept_kernel::{Duration, Instant};
use kept_language::ast::{Beat, Sentence, SpanKind};

/// Where no SOP in force says it.
const USUAL: &str = "12 months";

/// How long details hold that a client has looked through: the rhythm of the rule by which they are verified (CE 8.6), the shortest
/// where there are several.
fn holds(rules: &InForce) -> Option<Duration> {
    let verify = rules.register.act("verify-client-details");
    let written = rules.library.documents.iter().flat_map(|one| &one.rules);
    let spans = written.filter_map(|rule| match rule.sentence.as_ref()? {
        Sentence::Rhythm(rhythm) if Some(rhythm.task.act.act) == verify => match &rhythm.beat {
            Beat::Since { span, .. } => match &span.kind {
                SpanKind::Fixed(duration) | SpanKind::FixedOr(duration, _) => Some(*duration),
                SpanKind::Table { .. } => None,
            },
            Beat::Calendar(_) => None,
        },
        _ => None,
    });
    let shortest = spans.min_by_key(|span| span.rough_micros());
    shortest.or_else(|| USUAL.parse().ok())
}

/// Whether details that were verified then are to be looked through again.
pub(crate) fn is_due(rules: &InForce, verified_at: Option<Instant>, now: Instant) -> bool {
    let calendar = rules.program.company_calendar();
    verified_at
        .zip(holds(rules))
        .is_none_or(|(at, span)| calendar.add(at, span) < now)
}

#[cfg(test)]
mod tests {
    use kept_journal::InForce;
    use kept_kernel::Instant;
    use kept_language::{Source, read};
    use kept_testing::{shipped_sops, text};

    use super::is_due;

    /// CE with other words in one place, in force.
    fn in_force((from, to): (&str, &str)) -> InForce {
        let calendar = text("examples/helpdesk/calendar.toml");
        let shipped = shipped_sops(&["SR", "CM", "CE", "FU", "ON"], &calendar);
        let words = text("sops/ce.sop.md");
        assert!(words.contains(from), "{from}");
        let words = words.replace(from, to);
        let source = Source {
            path: "ce.sop.md",
            text: &words,
        };
        let library = read(&shipped.register, &[source]);
        InForce::of(shipped.register, library, shipped.program)
    }

    #[test]
    fn details_are_asked_for_again_when_the_sop_says_so() {
        let day = |days: i64| Instant::from_seconds(1_769_790_600 + days * 86_400);
        let blank = "[verification interval: 12 months]";
        for (written, before, after) in [
            (blank, 364, 366),
            ("[verification interval: 6 months]", 180, 182),
            ("30 days", 29, 31),
        ] {
            let rules = in_force((blank, written));
            assert!(is_due(&rules, None, day(0)), "never");
            assert!(!is_due(&rules, Some(day(0)), day(before)), "{written}");
            assert!(is_due(&rules, Some(day(0)), day(after)), "{written}");
        }
        let without = in_force(("must verify the client's details", "must call the client"));
        assert!(
            !is_due(&without, Some(day(0)), day(364)),
            "twelve months, where no SOP says it"
        );
        assert!(is_due(&without, Some(day(0)), day(366)));
    }
}
