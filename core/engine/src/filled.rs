//! One obligation, filled anew for each that is handed out, with what its texts were written from.
//!
//! Most duties that end together share their case, their client and their owner: a text is written only where it is
//! another than before.

use std::borrow::Cow;

use crate::obligation::Obligation;
use crate::record::{Missing, NO_TIER, NOBODY, NameIx, Record};

#[derive(Debug)]
pub(crate) struct Filled {
    pub(crate) out: Obligation,
    /// The record that it is about, and its client, by their births; nought: none.
    subject: u64,
    client: u64,
    learner: NameIx,
    tier: u16,
    /// None: its name was written as a text.
    owner: Option<NameIx>,
    unknown: Option<Missing>,
    /// A text that is not needed now.
    spare: String,
}

impl Default for Filled {
    fn default() -> Self {
        Self {
            out: Obligation::empty(),
            subject: 0,
            client: 0,
            learner: NOBODY,
            tier: NO_TIER,
            owner: Some(NOBODY),
            unknown: None,
            spare: String::new(),
        }
    }
}

impl Filled {
    pub(crate) fn set_subject(&mut self, record: &Record) {
        if self.subject != record.born {
            self.subject = record.born;
            self.out.subject.clear();
            self.out.subject.push_str(record.id.as_str());
        }
    }

    pub(crate) fn set_client(&mut self, client: Option<&Record>) {
        let born = client.map_or(0, |client| client.born);
        if self.client != born {
            self.client = born;
            let id = client.map(|client| client.id.as_str());
            set(&mut self.out.client, id, &mut self.spare);
        }
    }

    pub(crate) fn set_learner<'t>(
        &mut self,
        learner: NameIx,
        text: impl FnOnce(NameIx) -> Option<&'t str>,
    ) {
        if self.learner != learner {
            self.learner = learner;
            set(&mut self.out.learner, text(learner), &mut self.spare);
        }
    }

    pub(crate) fn set_tier<'t>(&mut self, tier: u16, text: impl FnOnce(u16) -> Option<&'t str>) {
        if self.tier != tier {
            self.tier = tier;
            set(&mut self.out.tier, text(tier), &mut self.spare);
        }
    }

    pub(crate) fn set_owner<'t>(
        &mut self,
        owner: NameIx,
        text: impl FnOnce(NameIx) -> Option<&'t str>,
    ) {
        if self.owner != Some(owner) {
            self.owner = Some(owner);
            set(&mut self.out.owner, text(owner), &mut self.spare);
        }
    }

    /// An owner whose name is told as a text.
    pub(crate) fn set_owner_called(&mut self, owner: Option<&str>) {
        self.owner = None;
        set(&mut self.out.owner, owner, &mut self.spare);
    }

    pub(crate) fn set_unknown<'t>(
        &mut self,
        missing: Option<Missing>,
        words: impl FnOnce(Missing) -> Cow<'t, str>,
    ) {
        if self.unknown != missing {
            self.unknown = missing;
            let words = missing.map(words);
            set(&mut self.out.unknown, words.as_deref(), &mut self.spare);
        }
    }
}

/// Writes a text over the one before, in the memory that is there.
fn set(text: &mut Option<String>, value: Option<&str>, spare: &mut String) {
    match value {
        Some(value) => {
            let text = text.get_or_insert_with(|| std::mem::take(spare));
            text.clear();
            text.push_str(value);
        }
        None => {
            if let Some(text) = text.take() {
                *spare = text;
            }
        }
    }
}
