//! The choices that the vocabulary in force has for a fact of a request.

use kept_language::Register;

/// The words of a choice, in their order; none where the vocabulary has no such fact.
pub(crate) fn choices<'r>(register: &'r Register, name: &str) -> &'r [String] {
    let fact = register
        .noun("request")
        .and_then(|noun| register.fact(noun, name));
    fact.map_or(&[], |fact| register[fact].values.as_slice())
}

/// Whether that is one of the words of a choice.
pub(crate) fn is_choice(register: &Register, name: &str, word: &str) -> bool {
    choices(register, name).iter().any(|known| known == word)
}
