//! Whether a domain that signed or sent speaks for the domain that readers see, and what that domain asks for (DMARC).
//!
//! The organisation of a domain is the highest one above it that has a record: the tree is walked upwards, as the successor of
//! RFC 7489 does it. Where there is no record at all, a domain speaks for itself and for those below it: whoever owns it makes them.

use std::collections::HashMap;

use super::bounded::Asked;
use super::tags::Tags;

/// From so many labels on a name is asked for at once and then from its last seven labels upwards.
const LABELS: usize = 8;

/// What a domain asks for, where nothing speaks for a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// Nothing.
    Nothing,
    /// To set it aside.
    Quarantine,
    /// To refuse it.
    Reject,
}

/// What is asked for a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) asks: Asks,
    /// Whether a signature must be of the very domain.
    pub(super) strict_dkim: bool,
    /// The same for who sent it.
    pub(super) strict_spf: bool,
}

/// Walks up the tree, and remembers what it found.
pub(super) struct Organisations<'r> {
    asked: &'r dyn Asked,
    records: HashMap<String, Option<Tags>>,
}

impl<'r> Organisations<'r> {
    pub(super) fn new(asked: &'r dyn Asked) -> Self {
        Self {
            asked,
            records: HashMap::new(),
        }
    }

    /// What is asked for mails of a domain.
    pub(super) fn policy(&mut self, domain: &str) -> Policy {
        let own = self.record(domain);
        let above = own.is_none();
        let record = own.or_else(|| {
            let organisation = self.organisation(domain)?;
            self.record(&organisation)
        });
        let Some(record) = record else {
            return Policy {
                asks: Asks::Nothing,
                strict_dkim: false,
                strict_spf: false,
            };
        };
        let below = record.get("sp").filter(|_| above);
        let word = below.unwrap_or_else(|| record.get("p").unwrap_or_default());
        let asks = match word.to_ascii_lowercase().as_str() {
            "reject" => Asks::Reject,
            "quarantine" => Asks::Quarantine,
            _ => Asks::Nothing,
        };
        // Who is only trying it out asks for nothing yet.
        let trying = record.word("t") == "y" || record.word("pct") == "0";
        Policy {
            asks: if trying { Asks::Nothing } else { asks },
            strict_dkim: record.word("adkim") == "s",
            strict_spf: record.word("aspf") == "s",
        }
    }

    /// Whether one domain speaks for another, which readers see.
    pub(super) fn align(&mut self, seen: &str, speaks: &str, strict: bool) -> bool {
        if seen == speaks {
            return true;
        }
        if strict || last_two(seen) != last_two(speaks) {
            return false;
        }
        match (self.organisation(seen), self.organisation(speaks)) {
            (Some(one), Some(other)) => one == other,
            (None, None) => is_below(seen, speaks),
            _ => false,
        }
    }

    /// The organisation of a domain; none where nobody above it says anything.
    fn organisation(&mut self, domain: &str) -> Option<String> {
        let mut highest = None;
        for name in upwards(domain) {
            let Some(record) = self.record(&name) else {
                continue;
            };
            match record.word("psd").as_str() {
                "n" => return Some(name),
                // Many belong below it: the organisation is the one right below.
                "y" if name != domain => return Some(one_below(domain, &name)),
                // A name of one label is nobody's own.
                _ if name.contains('.') => highest = Some(name),
                _ => {}
            }
        }
        highest
    }

    fn record(&mut self, domain: &str) -> Option<Tags> {
        if let Some(known) = self.records.get(domain) {
            return known.clone();
        }
        let texts = self.asked.texts(&format!("_dmarc.{domain}"));
        let mut records: Vec<Tags> = texts
            .unwrap_or_default()
            .iter()
            .filter_map(|text| Tags::read(text))
            .filter(|tags| tags.begins("DMARC1"))
            .collect();
        // Of several none counts.
        let record = records.pop().filter(|_| records.is_empty());
        self.records.insert(domain.to_owned(), record.clone());
        record
    }
}

/// A name, and those above it.
fn upwards(domain: &str) -> Vec<String> {
    let labels: Vec<&str> = domain.split('.').collect();
    let mut names = vec![domain.to_owned()];
    let from = if labels.len() >= LABELS {
        labels.len() - (LABELS - 1)
    } else {
        1
    };
    names.extend((from..labels.len()).filter_map(|at| Some(labels.get(at..)?.join("."))));
    names
}

/// The name right below another that leads to a domain.
fn one_below(domain: &str, above: &str) -> String {
    let labels = above.split('.').count() + 1;
    let all: Vec<&str> = domain.split('.').collect();
    let from = all.len().saturating_sub(labels);
    all.get(from..).unwrap_or_default().join(".")
}

fn is_below(domain: &str, above: &str) -> bool {
    let rest = domain.strip_suffix(above);
    above.contains('.') && rest.is_some_and(|rest| rest.ends_with('.'))
}

fn last_two(domain: &str) -> &str {
    let dots = domain.rmatch_indices('.').nth(1);
    dots.map_or(domain, |(at, _)| domain.get(at + 1..).unwrap_or(domain))
}
