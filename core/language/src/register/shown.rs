//! Phrases as a person would write them: offered where no phrase was understood, and shown in the vocabulary.

use rustc_hash::FxHashMap;

use super::nearest::{Letters, Search};
use super::{ActId, PhraseForm, Register};

/// The phrases of acts as a person would write them, to be offered where none was understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    phrases: FxHashMap<PhraseForm, Vec<ShownPhrase>>,
}

#[derive(Clone, Debug)]
struct ShownPhrase {
    act: ActId,
    /// `acknowledge it`, for what is done to the case itself.
    of_it: Option<Text>,
    /// `acknowledge the request`.
    plain: Text,
}

#[derive(Clone, Debug)]
struct Text {
    words: String,
    letters: Letters,
}

impl Text {
    fn of(words: String) -> Self {
        Self {
            letters: Letters::of(&words),
            words,
        }
    }
}

impl Shown {
    pub fn build(register: &Register) -> Self {
        let mut shown = Self::default();
        for form in [PhraseForm::Do, PhraseForm::Happens] {
            let phrases = register
                .acts()
                .flat_map(|(act, entry)| {
                    let said: &[String] = if form == PhraseForm::Do {
                        std::slice::from_ref(&entry.phrase)
                    } else {
                        &entry.happens
                    };
                    said.iter().map(move |phrase| (act, phrase))
                })
                .filter(|(_, phrase)| !phrase.is_empty())
                .map(|(act, phrase)| ShownPhrase {
                    act,
                    of_it: (form == PhraseForm::Do).then(|| Text::of(of_it(phrase))),
                    plain: Text::of(shown_phrase(register, phrase, form)),
                })
                .collect();
            shown.phrases.insert(form, phrases);
        }
        shown
    }

    /// The phrase nearest to the words said, and its act. What is done to the case, which `to_case` tells, is most often
    /// said of `it`.
    pub fn nearest(
        &self,
        form: PhraseForm,
        said: &str,
        to_case: &dyn Fn(ActId) -> bool,
    ) -> Option<(&str, ActId)> {
        let form = if form == PhraseForm::Do {
            PhraseForm::Do
        } else {
            PhraseForm::Happens
        };
        let said = said.to_lowercase();
        let mut search = Search::of(&said)?;
        for phrase in self.phrases.get(&form)? {
            if let Some(text) = phrase.of_it.as_ref().filter(|_| to_case(phrase.act)) {
                search.compare(&text.words, &text.letters, phrase.act);
            }
            search.compare(&phrase.plain.words, &phrase.plain.letters, phrase.act);
        }
        search.found()
    }
}

/// A phrase with its hole filled by an article and the noun: `a request is received`, `acknowledge the request`.
pub(crate) fn shown_phrase(register: &Register, phrase: &str, form: PhraseForm) -> String {
    let Some((before, rest)) = phrase.split_once('{') else {
        return phrase.to_owned();
    };
    let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
    let says = register
        .noun(name)
        .map_or(name, |noun| register[noun].says.as_str());
    let article = match form {
        PhraseForm::Do => "the",
        _ if says.starts_with(['a', 'e', 'i', 'o', 'u']) => "an",
        _ => "a",
    };
    format!("{before}{article} {says}{after}")
}

/// A phrase with `it` in its hole.
pub(crate) fn of_it(says: &str) -> String {
    match (says.find('{'), says.find('}')) {
        (Some(open), Some(close)) if open < close => {
            format!(
                "{}it{}",
                says.get(..open).unwrap_or_default(),
                says.get(close + 1..).unwrap_or_default()
            )
        }
        _ => says.to_owned(),
    }
}
