//! What pages are made of that is the same for all readers: made once, and anew where other rules are in force.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use kept_journal::InForce;
use kept_kernel::Instant;
use kept_ui::Html;

use crate::room::MarginFigure;

/// When the versions in force of the documents were put in force, by their codes. Shipped ones are not among them.
pub type Adopted = HashMap<String, Instant>;

/// The figures beside a document; none for who may not see them.
pub type Margin = Option<HashMap<String, MarginFigure>>;

/// What was made of the rules in force. Clones share it.
#[derive(Clone, Default)]
pub struct Made(Arc<Mutex<OfRules>>);

#[derive(Default)]
struct OfRules {
    rules: Weak<InForce>,
    adopted: Option<Arc<Adopted>>,
    /// Documents as they are read, by code and by whether figures stand beside them, with those that do.
    texts: HashMap<(String, bool), (Margin, Html)>,
}

impl Made {
    /// What belongs to these rules; what belonged to others is let go.
    fn of(&self, rules: &Arc<InForce>) -> MutexGuard<'_, OfRules> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::ptr::eq(made.rules.as_ptr(), Arc::as_ptr(rules)) {
            *made = OfRules {
                rules: Arc::downgrade(rules),
                ..OfRules::default()
            };
        }
        made
    }

    /// When documents were put in force, where it was read before.
    pub fn adopted(&self, rules: &Arc<InForce>) -> Option<Arc<Adopted>> {
        self.of(rules).adopted.clone()
    }

    /// Keeps when they were put in force.
    pub fn keep_adopted(&self, rules: &Arc<InForce>, adopted: &Arc<Adopted>) {
        self.of(rules).adopted = Some(Arc::clone(adopted));
    }

    /// A document as it is read with these figures beside it, where it was written before.
    pub fn text(&self, rules: &Arc<InForce>, code: &str, margin: &Margin) -> Option<Html> {
        let made = self.of(rules);
        let (beside, text) = made.texts.get(&(code.to_owned(), margin.is_some()))?;
        (beside == margin).then(|| text.clone())
    }

    /// Keeps a document as it is read.
    pub fn keep_text(&self, rules: &Arc<InForce>, code: &str, margin: Margin, text: Html) {
        let key = (code.to_owned(), margin.is_some());
        self.of(rules).texts.insert(key, (margin, text));
    }
}
