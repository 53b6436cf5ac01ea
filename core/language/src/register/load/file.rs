//! A vocabulary file as it is written, and where its entries stand.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) roles: BTreeMap<String, RoleEntry>,
    pub(super) nouns: BTreeMap<String, NounEntry>,
    pub(super) acts: BTreeMap<String, ActEntry>,
    pub(super) states: BTreeMap<String, StateEntry>,
    pub(super) facts: BTreeMap<String, FactEntry>,
    pub(super) proofs: BTreeMap<String, NamedEntry>,
    pub(super) measures: BTreeMap<String, MeasureEntry>,
    pub(super) rights: BTreeMap<String, NamedEntry>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct RoleEntry {
    pub(super) says: Option<String>,
    pub(super) plural: Option<String>,
    pub(super) also: Vec<String>,
    pub(super) party: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct NounEntry {
    pub(super) says: Option<String>,
    pub(super) plural: Option<String>,
    pub(super) also: Vec<String>,
    pub(super) reaches: Vec<String>,
    pub(super) has: Vec<String>,
    pub(super) parts: Vec<String>,
    pub(super) facts: Vec<String>,
    pub(super) begins: Vec<String>,
    pub(super) ends: Vec<String>,
    pub(super) voids: Vec<String>,
    pub(super) reopens: Vec<String>,
    pub(super) record: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct ActEntry {
    #[serde(rename = "do")]
    pub(super) phrase: Option<String>,
    pub(super) happens: Vec<String>,
    pub(super) perfect: Option<String>,
    pub(super) case: Option<String>,
    pub(super) noun: Option<String>,
    pub(super) counts_as: Vec<String>,
    pub(super) by: Vec<String>,
    pub(super) automatic: bool,
    pub(super) facts: Vec<String>,
    pub(super) proof: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct StateEntry {
    pub(super) says: String,
    pub(super) noun: Option<String>,
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct FactEntry {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) ordered: bool,
    pub(super) values: Vec<String>,
    pub(super) live: bool,
    pub(super) personal: bool,
    pub(super) says: Option<String>,
    pub(super) also: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct NamedEntry {
    pub(super) says: Option<String>,
    pub(super) also: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct MeasureEntry {
    pub(super) says: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) population: Option<String>,
    pub(super) statistic: Option<String>,
    pub(super) default_window: Option<String>,
}

pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

/// The line of each `[kind.id]` heading.
pub(super) fn entry_lines(text: &str) -> BTreeMap<(&'static str, String), usize> {
    let kinds = [
        "roles", "nouns", "acts", "states", "facts", "proofs", "measures", "rights",
    ];
    let mut lines = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let Some(inside) = line
            .trim()
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
        else {
            continue;
        };
        let Some((kind, id)) = inside.0.split_once('.') else {
            continue;
        };
        if let Some(kind) = kinds.into_iter().find(|known| *known == kind) {
            lines.insert((kind, id.trim_matches('"').to_owned()), index + 1);
        }
    }
    lines
}
