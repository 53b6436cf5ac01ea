//! What a sentence says, apart from where its words stand.

use crate::ast::Sentence;

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
