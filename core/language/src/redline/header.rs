//! What changed in a header.

use crate::document::{Distribution, Document, Header};
use crate::register::Register;

use super::ValueChange;

/// The keys whose values differ.
pub(super) fn changes(register: &Register, old: &Document, new: &Document) -> Vec<ValueChange> {
    let (before, after) = (values(register, &old.header), values(register, &new.header));
    before
        .into_iter()
        .zip(after)
        .filter(|((_, old), (_, new))| old != new)
        .map(|((name, old), (_, new))| ValueChange {
            name: name.to_owned(),
            old,
            new,
        })
        .collect()
}

fn values(register: &Register, header: &Header) -> [(&'static str, Option<String>); 9] {
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    let role = |role: Option<crate::register::RoleId>| role.map(|role| register[role].says.clone());
    let distribution = match &header.distribution {
        Distribution::Everyone => "everyone".to_owned(),
        Distribution::Roles(roles) => {
            let names: Vec<&str> = roles
                .iter()
                .map(|role| register[*role].says.as_str())
                .collect();
            names.join(", ")
        }
    };
    [
        ("title", text(&header.title)),
        ("owner", role(header.owner)),
        ("version", text(&header.version)),
        ("effective", header.effective.map(|date| date.to_string())),
        (
            "review",
            header.review.map(|review| format!("every {review}")),
        ),
        ("distribution", text(&distribution)),
        ("approver", role(header.approver)),
        ("confidentiality", text(&header.confidentiality)),
        ("currency", header.currency.clone()),
    ]
}
