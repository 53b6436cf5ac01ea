//! Finding the register's entries by the words a mapping uses for them.

use kept_language::{ActId, NounId, ProofId, Register, StateId};

/// The act that these words name: its id (`acknowledge-request`), what is said when it happened (`a request is
/// acknowledged`), what is asked for (`acknowledge the request`), or its event noun (`acknowledgement`).
///
/// # Errors
/// The nearest phrase that is known, where one is near.
pub fn find_act(register: &Register, words: &str) -> Result<ActId, Option<String>> {
    let mut names = Vec::new();
    for (id, act) in register.acts() {
        if act.id == words {
            return Ok(id);
        }
        let happens = act
            .happens
            .iter()
            .map(|phrase| filled(register, phrase, None));
        let others = [act.phrase.as_str(), act.noun.as_deref().unwrap_or_default()];
        let others = others.into_iter().filter(|phrase| !phrase.is_empty());
        let others = others.map(|phrase| filled(register, phrase, None));
        names.extend(happens.chain(others).map(|name| (name, id)));
    }
    nearest(words, &names)
}

/// The state of this noun that these words name: its id, or how it is said, with the noun or `it`.
///
/// # Errors
/// The nearest phrase that is known, where one is near.
pub fn find_state(
    register: &Register,
    noun: NounId,
    words: &str,
) -> Result<StateId, Option<String>> {
    let mut names = Vec::new();
    for (id, state) in register.states().filter(|(_, state)| state.noun == noun) {
        if state.id == words {
            return Ok(id);
        }
        names.push((filled(register, &state.says, None), id));
        names.push((filled(register, &state.says, Some("it")), id));
    }
    nearest(words, &names)
}

/// The kind of proof that these words name.
///
/// # Errors
/// The nearest phrase that is known, where one is near.
pub fn find_proof(register: &Register, words: &str) -> Result<ProofId, Option<String>> {
    let mut names = Vec::new();
    for (id, proof) in register.proofs() {
        let all = [&proof.id, &proof.says].into_iter().chain(&proof.also);
        names.extend(all.map(|name| (name.clone(), id)));
    }
    nearest(words, &names)
}

/// The known word nearest to this one, if any is near.
pub(crate) fn nearest_word<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    known
        .into_iter()
        .map(|other| (strsim::jaro_winkler(&plain(word), &plain(other)), other))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other.to_owned())
}

fn nearest<T: Copy>(words: &str, names: &[(String, T)]) -> Result<T, Option<String>> {
    let wanted = plain(words);
    match names.iter().find(|(name, _)| plain(name) == wanted) {
        Some((_, id)) => Ok(*id),
        None => Err(nearest_word(
            words,
            names.iter().map(|(name, _)| name.as_str()),
        )),
    }
}

/// A phrase with its braces filled: `{request} is acknowledged` becomes `a request is acknowledged`.
fn filled(register: &Register, phrase: &str, word: Option<&str>) -> String {
    let mut text = String::new();
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        let (noun, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        let says = register.noun(noun).map_or(noun, |id| &register[id].says);
        match word {
            Some(word) => text.push_str(word),
            None => {
                let vowel = says.starts_with(['a', 'e', 'i', 'o', 'u']);
                text.push_str(if vowel { "an " } else { "a " });
                text.push_str(says);
            }
        }
        rest = after;
    }
    text + rest
}

/// Words without articles, hyphens and case.
fn plain(words: &str) -> String {
    words
        .to_lowercase()
        .replace('-', " ")
        .split_whitespace()
        .filter(|word| !matches!(*word, "a" | "an" | "the"))
        .collect::<Vec<_>>()
        .join(" ")
}
