//! What a sentence says, apart from where its words stand.

use std::collections::BTreeSet;

use crate::ast::Sentence;
use crate::register::{FactId, StateId};

/// A text that two sentences share exactly when they say the same under one register, however they are written.
pub(crate) fn meaning(sentence: &Sentence) -> String {
    // The tree prints itself completely; only the places of the words are taken out.
    let whole = format!("{sentence:?}");
    let mut said = String::with_capacity(whole.len());
    let mut rest = whole.as_str();
    while let Some((before, after)) = rest.split_once("TextRange {") {
        said.push_str(before);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    said.push_str(rest);
    said
}

/// The facts and states that a sentence names, whatever for.
pub(crate) fn named(sentence: &Sentence) -> (BTreeSet<FactId>, BTreeSet<StateId>) {
    // What the tree prints is complete, also when a kind of sentence gets a new part.
    let whole = format!("{sentence:?}");
    let ids = |kind: &str| -> Vec<u16> {
        let after = whole.split(kind).skip(1);
        after
            .filter_map(|rest| rest.split_once(')')?.0.parse().ok())
            .collect()
    };
    (
        ids("FactId(").into_iter().map(FactId).collect(),
        ids("StateId(").into_iter().map(StateId).collect(),
    )
}
