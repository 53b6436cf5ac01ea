//! Finding the register's phrases in a sentence.

/// All phrases, ready for matching.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhraseIndex {}
