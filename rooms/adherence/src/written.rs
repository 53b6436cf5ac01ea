//! What pages have read and written of a judgement already. A judgement never changes, so what is made of it alone is made once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, MutexGuard, PoisonError, Weak};

use kept_journal::InForce;
use kept_language::ast::RuleKey;
use kept_store::{Read, StoreError};
use kept_ui::Html;

use crate::pages::{By, HeadKey};
use crate::queries::{self, CountRow, Within};
use crate::room::Shown;
use crate::tally::Dimension;

/// Those with most cases under a rule, in each dimension.
pub type Parts = Vec<(Dimension, Vec<CountRow>)>;

/// The parts that were read, by the rule and the months.
pub(crate) type KeptParts = Few<(String, Option<Within>), Arc<Parts>>;

/// So many people, clients or tiers stand in a table of parts.
const MOST_PARTS: u32 = 12;

/// The table of the overview by how it is split, and the heads of clauses, with the rules whose names of people stand in them.
#[derive(Debug, Default)]
pub(crate) struct Written {
    rules: Weak<InForce>,
    tables: Few<Option<By>, Html>,
    heads: Few<HeadKey, Arc<Html>>,
    spoken: HashMap<(String, String), Spoken>,
}

/// How a rule is spoken of.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// Its clause: `SR 4.3`.
    pub mark: String,
    /// What it asks, in short.
    pub name: String,
}

impl Spoken {
    /// As the document says it; where there is no such rule any more, by its id.
    fn of(rules: &InForce, (code, rule): &(String, String)) -> Self {
        let key = RuleKey {
            code: code.clone(),
            id: rule.clone(),
        };
        match rules.library.rule(&key) {
            Some((document, rule)) => Self {
                mark: document.clause_of(rule),
                name: kept_language::explain_short(&rules.register, &rules.library, rule),
            },
            None => Self {
                mark: code.clone(),
                name: rule.replace('-', " "),
            },
        }
    }
}

/// The last few of what was made, by what they were made from.
#[derive(Debug)]
pub(crate) struct Few<K, V>(VecDeque<(K, V)>);

/// So many are kept: a few megabytes of what is written.
const FEW: usize = 64;

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K: PartialEq, V: Clone> Few<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        let (_, value) = self.0.iter().find(|(other, _)| other == key)?;
        Some(value.clone())
    }

    fn keep(&mut self, key: K, value: V) {
        self.0.retain(|(other, _)| *other != key);
        self.0.truncate(FEW - 1);
        self.0.push_front((key, value));
    }
}

impl Shown {
    /// The table of the overview, where it was written before.
    pub(crate) fn table(&self, rules: &Arc<InForce>, by: Option<By>) -> Option<Html> {
        self.written(rules).tables.get(&by)
    }

    /// Keeps the table of the overview.
    pub(crate) fn keep_table(&self, rules: &Arc<InForce>, by: Option<By>, table: Html) {
        self.written(rules).tables.keep(by, table);
    }

    /// What stands above the cases of a clause, where it was written before.
    pub(crate) fn head(&self, rules: &Arc<InForce>, key: &HeadKey) -> Option<Arc<Html>> {
        self.written(rules).heads.get(key)
    }

    /// Keeps what stands above the cases of a clause.
    pub(crate) fn keep_head(&self, rules: &Arc<InForce>, key: HeadKey, head: Arc<Html>) {
        self.written(rules).heads.keep(key, head);
    }

    /// How a rule is spoken of.
    pub(crate) fn spoken(&self, rules: &Arc<InForce>, (code, rule): (&str, &str)) -> Spoken {
        let key = (code.to_owned(), rule.to_owned());
        let mut written = self.written(rules);
        let spoken = written.spoken.entry(key);
        let spoken = spoken.or_insert_with_key(|key| Spoken::of(rules, key));
        spoken.clone()
    }

    /// Those with most cases under a rule, in each dimension; within some months, or in all of them.
    pub(crate) fn parts_of(
        &self,
        read: &Read<'_>,
        (code, rule): (&str, &str),
        within: Option<Within>,
    ) -> Result<Arc<Parts>, StoreError> {
        let kept = || self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (format!("{code}/{rule}"), within);
        if let Some(parts) = kept().get(&key) {
            return Ok(parts);
        }
        let number = self.judgement.number;
        let parts = Dimension::SPLITS.into_iter().map(|dimension| {
            let most = queries::most(read, number, (code, rule), dimension, within, MOST_PARTS);
            Ok((dimension, most?))
        });
        let parts: Arc<Parts> = Arc::new(parts.collect::<Result<_, StoreError>>()?);
        kept().keep(key, Arc::clone(&parts));
        Ok(parts)
    }

    fn written(&self, rules: &Arc<InForce>) -> MutexGuard<'_, Written> {
        let written = self.written.lock();
        let mut written = written.unwrap_or_else(PoisonError::into_inner);
        if !std::ptr::eq(written.rules.as_ptr(), Arc::as_ptr(rules)) {
            *written = Written {
                rules: Arc::downgrade(rules),
                ..Written::default()
            };
        }
        written
    }

    /// How the duties of a rule stand, month by month.
    pub(crate) fn counts_of(&self, rule: &str, within: Option<Within>) -> Vec<CountRow> {
        let rows = self.counts.get(rule).into_iter().flatten();
        let wanted = |row: &&CountRow| {
            within.is_none_or(|within| within.from <= row.month && row.month <= within.to)
        };
        rows.filter(wanted).cloned().collect()
    }
}
