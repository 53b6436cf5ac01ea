//! The record pages of all rooms together, and the names that they give.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use kept_store::{Read, StoreError};

use crate::RecordPage;

/// The record pages of all rooms, by their nouns. Clones share them.
#[derive(Clone, Default)]
pub struct RecordPages(Arc<HashMap<&'static str, Arc<dyn RecordPage>>>);

impl RecordPages {
    /// The page of a record's kind; none: no room shows such records.
    pub fn of(&self, noun: &str) -> Option<&dyn RecordPage> {
        self.0.get(noun).map(AsRef::as_ref)
    }

    /// Where a record is shown.
    pub fn href(&self, noun: &str, id: &str) -> Option<String> {
        self.of(noun)?.href(id)
    }

    /// What records are called, one statement a kind. What no room knows is left out.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn names<'a>(
        &self,
        read: &Read<'_>,
        records: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<RecordNames, StoreError> {
        let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (noun, id) in records {
            kinds.entry(noun).or_default().insert(id);
        }
        let mut names = HashMap::new();
        for (noun, ids) in kinds {
            let Some(page) = self.of(noun) else {
                continue;
            };
            let ids: Vec<&str> = ids.into_iter().collect();
            for (id, name) in page.named(read, &ids)? {
                names.insert((noun.to_owned(), id), name);
            }
        }
        Ok(RecordNames(names))
    }
}

impl From<Vec<Arc<dyn RecordPage>>> for RecordPages {
    fn from(pages: Vec<Arc<dyn RecordPage>>) -> Self {
        let pages = pages.into_iter().map(|page| (page.noun(), page));
        Self(Arc::new(pages.collect()))
    }
}

impl fmt::Debug for RecordPages {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}

/// The names of records, by kind and id.
#[derive(Clone, Debug, Default)]
pub struct RecordNames(HashMap<(String, String), String>);

impl RecordNames {
    /// What a record is called; none where its room does not say.
    pub fn get(&self, noun: &str, id: &str) -> Option<&str> {
        let name = self.0.get(&(noun.to_owned(), id.to_owned()));
        name.map(String::as_str)
    }
}
