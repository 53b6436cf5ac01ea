//! Roles that nobody holds, or nobody who is there (K701), and who approves (K702).

use std::collections::BTreeSet;

use crate::ast::{Change, Party, Permission, Sentence, TextRange, Who, WhoKind, Whom};
use crate::check::{People, Person};
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::register::RoleId;

use super::set::{Set, task_of};
use super::time::escalations;

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    for (index, document) in set.library.documents.iter().enumerate() {
        approver(set, index, document, says);
    }
    let Some(people) = set.context.people else {
        return;
    };
    let mut said: BTreeSet<(usize, RoleId)> = BTreeSet::new();
    let headers = set
        .library
        .documents
        .iter()
        .enumerate()
        .flat_map(|(index, document)| {
            let roles = [
                (document.header.owner, "owner"),
                (document.header.approver, "approver"),
            ];
            roles
                .into_iter()
                .filter_map(move |(role, key)| Some((index, role?, header_line(document, key))))
        });
    let rules = set.rules.iter().flat_map(|place| {
        let roles = roles_of(place.sentence, place.rule.range);
        roles
            .into_iter()
            .map(|(role, range)| (place.document, role, range))
    });
    for (document, role, range) in headers.chain(rules) {
        if !set.register[role].is_client && said.insert((document, role)) {
            says.extend(nobody(set, people, document, role, range));
        }
    }
}

fn nobody(
    set: &Set<'_>,
    people: &People,
    document: usize,
    role: RoleId,
    range: TextRange,
) -> Option<Diagnostic> {
    let holders: &[Person] = people.holders.get(&role).map_or(&[], Vec::as_slice);
    if holders.iter().any(|person| person.present || person.deputy) {
        return None;
    }
    let name = &set.register[role].says;
    let message = if holders.is_empty() {
        Diagnostic::new("K701", document, range, "a role with nobody in it")
            .because(format!(
                "Nobody holds the role “{name}”, so that its duties reach nobody."
            ))
            .suggest("Give the role to someone, or name another.")
    } else {
        Diagnostic::new("K701", document, range, "a role with nobody present")
            .because(format!(
                "All who hold the role “{name}” are away, and nobody stands in for them."
            ))
            .suggest("Name a deputy.")
    };
    Some(message)
}

/// The roles that a rule needs, with the words that name them.
fn roles_of(sentence: &Sentence, whole: TextRange) -> Vec<(RoleId, TextRange)> {
    let mut roles = Vec::new();
    let mut party = |party: &Party, range: TextRange| {
        if let Party::Role(role) = party {
            roles.push((*role, range));
        }
    };
    let mut who = |who: &Who| match &who.kind {
        WhoKind::OneOf(parties) => parties.iter().for_each(|one| party(one, who.range)),
        WhoKind::Each(role) => party(&Party::Role(*role), who.range),
        WhoKind::Everyone { .. } | WhoKind::Client => {}
    };
    if let Some(task) = task_of(sentence) {
        who(&task.who);
    }
    match sentence {
        Sentence::Permission(
            Permission::Despite { who: may, .. } | Permission::Grant { who: may, .. },
        ) => who(may),
        Sentence::Exception(exception) => {
            for change in &exception.changes {
                if let Change::Who(new) = change {
                    who(new);
                }
            }
        }
        Sentence::Sample(sample) => who(&sample.who),
        Sentence::Report(report) => {
            report
                .receivers
                .iter()
                .chain(&report.from)
                .for_each(|one| party(one, whole));
        }
        _ => {}
    }
    let warnings = task_of(sentence).map_or(&[][..], |task| &task.warnings);
    let warned = warnings
        .iter()
        .flat_map(|warning| warning.whom.iter().map(|whom| (whom, warning.range)));
    let ladders = escalations(sentence)
        .into_iter()
        .flat_map(|escalation| &escalation.levels);
    for (whom, range) in warned.chain(ladders.map(|level| (&level.to, level.range))) {
        if let Whom::Party(Party::Role(role)) = whom {
            roles.push((*role, range));
        }
    }
    roles
}

/// The words of a header key and its value.
fn header_line(document: &Document, key: &str) -> TextRange {
    let mut start = 0;
    for line in document.text.split_inclusive('\n').take(200) {
        let rest = line.trim_start().strip_prefix(key);
        if rest.is_some_and(|rest| rest.trim_start().starts_with('=')) {
            return TextRange {
                start,
                end: start + line.trim_end().len(),
            };
        }
        start += line.len();
    }
    TextRange {
        start: 0,
        end: 3.min(document.text.len()),
    }
}

/// The approver must be able to be someone else than the author. Where nobody says who wrote a document, its owner is
/// taken for the author.
fn approver(set: &Set<'_>, index: usize, document: &Document, says: &mut Vec<Diagnostic>) {
    let header = &document.header;
    let Some(approver) = header.approver else {
        return;
    };
    let authors = set
        .context
        .people
        .and_then(|people| people.authors.get(&header.code))
        .filter(|authors| !authors.is_empty());
    let reason = match (authors, set.context.people) {
        (Some(authors), Some(people)) => {
            let holders = people.holders.get(&approver).map_or(&[][..], Vec::as_slice);
            let only = authors.iter().all(|author| Some(author) == authors.first());
            let others = holders
                .iter()
                .any(|person| Some(&person.name) != authors.first());
            if !only || others || holders.is_empty() {
                return;
            }
            "Only the author of this document holds the role that approves it."
        }
        _ if header.owner == Some(approver) => "The role that owns this document approves it, too.",
        _ => return,
    };
    says.push(
        Diagnostic::new(
            "K702",
            index,
            header_line(document, "approver"),
            "the approver is the only author",
        )
        .because(reason)
        .suggest("Let another role approve it, or give the role to a second person."),
    );
}
