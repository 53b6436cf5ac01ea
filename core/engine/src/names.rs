//! Names of persons and parts, each kept once: records hold their numbers.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::list::List;
use crate::record::{NOBODY, NameIx};

/// Names, numbered as they come. Those that rules ask for come first, so that a program knows their numbers beforehand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    list: List<NameIx, Arc<str>>,
    places: FxHashMap<Arc<str>, NameIx>,
}

impl Names {
    pub(crate) fn of(&mut self, name: &str) -> NameIx {
        if name.is_empty() {
            return NOBODY;
        }
        if let Some(found) = self.places.get(name) {
            return *found;
        }
        let text: Arc<str> = name.into();
        let made = self.list.push(Arc::clone(&text));
        self.places.insert(text, made);
        made
    }

    pub(crate) fn text(&self, name: NameIx) -> Option<&str> {
        (name != NOBODY).then(|| self.list[name].as_ref())
    }
}
