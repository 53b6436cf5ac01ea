//! Spelling by dictionary, for English of either side of the Atlantic: a word is a slip when neither knows it, nobody has used it in this
//! conversation, and something near it is meant. Names are never slips.
//!
//! The dictionaries are those of the English Speller Database (SCOWL), in the format of Hunspell, from npm by lock file.

use std::sync::{LazyLock, Mutex, PoisonError};

use kept_wording::{Said, Slip, Speller, Usual, words};
use rustc_hash::{FxHashMap, FxHashSet};
use spellbook::Dictionary;

/// Looking for what was meant takes longer than all else: so many words of one text are looked up, the others wait for the next look.
const LOOKED_UP: usize = 12;
/// So many words are remembered with what was meant.
const REMEMBERED: usize = 20_000;
/// So many ways out are offered.
const OFFERED: usize = 3;
/// The shortest word that is looked at: below, everything is near everything.
const SHORTEST: usize = 3;
/// From this length on a word with a capital at the beginning of a sentence may be a misspelt one, and not a name.
const LONG: usize = 6;

/// Words of offices and their programs that the dictionaries leave out.
const TRADE: &str = include_str!("trade.txt");

struct English {
    american: Dictionary,
    british: Dictionary,
    trade: FxHashSet<&'static str>,
    /// What was meant by words that were asked for before: text is looked at again with each pause in its typing.
    meant: Mutex<FxHashMap<String, Vec<String>>>,
}

/// Read when the first text is looked at.
static ENGLISH: LazyLock<Option<English>> = LazyLock::new(|| {
    let american = Dictionary::new(
        include_str!(concat!(env!("DICTIONARIES"), "/dictionary-en/index.aff")),
        include_str!(concat!(env!("DICTIONARIES"), "/dictionary-en/index.dic")),
    );
    let british = Dictionary::new(
        include_str!(concat!(env!("DICTIONARIES"), "/dictionary-en-gb/index.aff")),
        include_str!(concat!(env!("DICTIONARIES"), "/dictionary-en-gb/index.dic")),
    );
    // The tests read them, so that they can be read is known.
    Some(English {
        american: american.ok()?,
        british: british.ok()?,
        trade: TRADE
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
            .collect(),
        meant: Mutex::default(),
    })
});

/// Looks at the spelling by dictionary, and at what is known by heart ([`Usual`]).
#[derive(Clone, Debug, Default)]
pub struct Spelling {
    known: FxHashSet<String>,
    british: bool,
}

impl Spelling {
    /// For a reader of a language (a tag such as `en` or `en-GB`): what is offered is written as they write it. What both sides know is
    /// right for everybody.
    pub fn of(language: &str) -> Self {
        let american = ["en", "en-us", "en_us"];
        Self {
            known: FxHashSet::default(),
            british: !american.contains(&language.to_lowercase().as_str()),
        }
    }

    /// With the words of a text that are right because they were said: by the client, by the house, as a name.
    #[must_use]
    pub fn knowing(mut self, text: &str) -> Self {
        let said = text.split(|letter: char| !letter.is_alphanumeric() && !is_apostrophe(letter));
        self.known
            .extend(said.filter(|word| !word.is_empty()).map(plain));
        self
    }

    fn is_known(&self, english: &English, word: &str) -> bool {
        let folded = plain(word);
        let bare = folded.strip_suffix("'s").unwrap_or(&folded);
        let ours = |word: &str| self.known.contains(word) || english.trade.contains(word);
        let straight = word.replace('’', "'");
        ours(&folded)
            || ours(bare)
            || english.american.check(&straight)
            || english.british.check(&straight)
    }

    /// What is meant by a word, the nearest first; none: it is as good as a name.
    fn meant(&self, english: &English, word: &str) -> Vec<String> {
        let key = format!("{}{word}", if self.british { "b " } else { "a " });
        let lock = || english.meant.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(meant) = lock().get(&key) {
            return meant.clone();
        }
        let dictionary = if self.british {
            &english.british
        } else {
            &english.american
        };
        let mut meant = Vec::new();
        dictionary.suggest(word, &mut meant);
        let reach = if word.chars().count() < LONG { 1 } else { 2 };
        meant.retain(|one| strsim::osa_distance(&one.to_lowercase(), &plain(word)) <= reach);
        meant.truncate(OFFERED);
        let mut remembered = lock();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(key, meant.clone());
        meant
    }

    fn slip(&self, english: &English, text: &str, said: &Said) -> Option<Slip> {
        let word = text.get(said.range.clone())?;
        let meant = self.meant(english, word);
        let nearest = meant.first()?;
        // “Willem will call”: what is near it is a name too, or not near at all. With a capital all that is offered has one, so that
        // only a word that stands in small letters as well is none.
        let named = word.starts_with(char::is_uppercase);
        let small = plain(nearest);
        let apart = strsim::osa_distance(&small, &plain(word));
        if named && (apart > 1 || !self.is_known(english, &small)) {
            return None;
        }
        Some(Slip {
            range: said.range.clone(),
            grammar: false,
            why: "No dictionary knows it so.".to_owned(),
            instead: meant,
        })
    }
}

impl Speller for Spelling {
    fn slips(&self, text: &str) -> Vec<Slip> {
        let mut slips = Usual.slips(text);
        let Some(english) = ENGLISH.as_ref() else {
            return slips;
        };
        slips.sort_by_key(|slip| slip.range.start);
        let covered: Vec<_> = slips.iter().map(|slip| slip.range.clone()).collect();
        let mut covered = covered.iter().peekable();
        let mut looked_up = 0;
        for said in words(text).iter().flat_map(|said| parts(text, said)) {
            while covered
                .next_if(|range| range.end <= said.range.start)
                .is_some()
            {}
            let is_told = covered
                .peek()
                .is_some_and(|range| range.start < said.range.end);
            let word = text.get(said.range.clone()).unwrap_or_default();
            if is_told || !is_word(text, &said, word) || self.is_known(english, word) {
                continue;
            }
            looked_up += 1;
            if looked_up > LOOKED_UP {
                break;
            }
            slips.extend(self.slip(english, text, &said));
        }
        slips.sort_by_key(|slip| slip.range.start);
        slips
    }
}

/// The words of a word: `follow-up` is two.
fn parts(text: &str, said: &Said) -> Vec<Said> {
    let word = text.get(said.range.clone()).unwrap_or_default();
    let mut from = said.range.start;
    let mut parts = Vec::new();
    for part in word.split(['-', '‑', '–']) {
        parts.push(Said {
            range: from..from + part.len(),
            begins: said.begins && from == said.range.start,
        });
        from += part.len();
        let mark = text.get(from..).and_then(|rest| rest.chars().next());
        from += mark.map_or(0, char::len_utf8);
    }
    parts
}

/// Whether a dictionary has a say: neither a name, nor letters that stand for something, nor a piece of a path.
fn is_word(text: &str, said: &Said, word: &str) -> bool {
    let letters = word.chars().count();
    let plain = word.chars().all(|c| c.is_alphabetic() || is_apostrophe(c));
    let mut rest = word.chars();
    let first = rest.next().is_some_and(char::is_uppercase);
    let large = rest.any(char::is_uppercase);
    let beside = |c: char| !"/\\_@#$=+~.".contains(c) && !c.is_alphanumeric();
    let before = text.get(..said.range.start).and_then(|t| t.chars().last());
    let mut after = text.get(said.range.end..).unwrap_or_default().chars();
    let (next, further) = (after.next(), after.next());
    let joined = match next {
        Some('.') => further.is_some_and(char::is_alphanumeric),
        Some(next) => !beside(next),
        None => false,
    };
    let is_long = letters >= if first { LONG } else { SHORTEST };
    let is_name = first && !said.begins;
    plain && is_long && !large && !is_name && !joined && before.is_none_or(beside)
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’')
}

/// In small letters, with straight apostrophes.
fn plain(word: &str) -> String {
    word.replace('’', "'").to_lowercase()
}
