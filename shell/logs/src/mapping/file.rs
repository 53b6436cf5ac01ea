//! The mapping as it stands in its file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Value};

/// A word with its place.
pub(super) type Word = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MappingFile {
    #[serde(default)]
    pub log: LogSection,
    pub time: TimeSection,
    pub subject: SubjectSection,
    #[serde(default)]
    pub links: BTreeMap<Word, Word>,
    pub actor: Option<ActorSection>,
    pub activity: Option<ActivitySection>,
    #[serde(default)]
    pub events: Vec<EventSection>,
    #[serde(default)]
    pub states: Vec<StateSection>,
    #[serde(default)]
    pub facts: Vec<FactSection>,
    #[serde(default)]
    pub parts: BTreeMap<Word, Word>,
    #[serde(default)]
    pub holders: BTreeMap<Word, Word>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LogSection {
    pub format: Option<Word>,
    pub encoding: Option<Word>,
    pub delimiter: Option<Word>,
    pub columns: Option<Vec<String>>,
    pub missing: Option<Vec<String>>,
    pub rows: Option<Word>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TimeSection {
    pub column: Word,
    pub format: Option<Spanned<Value>>,
    pub zone: Option<Word>,
    pub recorded: Option<Word>,
    pub ties: Option<Word>,
    pub ties_column: Option<Word>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SubjectSection {
    pub noun: Word,
    pub id: Word,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ActorSection {
    pub column: Word,
    #[serde(default)]
    pub system: Vec<String>,
    #[serde(default)]
    pub client: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ActivitySection {
    pub column: Word,
    #[serde(default)]
    pub means: BTreeMap<String, Word>,
    #[serde(default)]
    pub nothing: Vec<String>,
    pub otherwise: Option<Word>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EventSection {
    pub event: Word,
    pub subject: Option<SubjectSection>,
    #[serde(default, rename = "if")]
    pub tests: BTreeMap<Word, Spanned<Value>>,
    pub only: Option<Word>,
    pub at: Option<Word>,
    pub not_before: Option<Word>,
    pub by: Option<Word>,
    pub by_column: Option<Word>,
    pub into: Option<Word>,
    pub from: Option<Word>,
    pub proof: Option<Vec<Word>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct StateSection {
    pub state: Word,
    #[serde(rename = "while")]
    pub tests: BTreeMap<Word, Spanned<Value>>,
    pub starts: Option<Word>,
    pub ends: Option<Word>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FactSection {
    pub fact: Word,
    pub column: Word,
    #[serde(default)]
    pub values: BTreeMap<String, Spanned<Value>>,
    pub otherwise: Option<Word>,
}
