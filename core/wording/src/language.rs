//! In which language a message is written, as far as it matters: English or another one. The language of whoever reads it says
//! nothing of the words themselves.

use crate::about::About;
use crate::remark::{Kind, Remark};
use crate::text::Text;

/// Words that carry English sentences, and are rare in others.
const ENGLISH: [&str; 38] = [
    "and", "are", "be", "been", "but", "by", "can", "cannot", "could", "from", "has", "have", "if",
    "is", "its", "not", "of", "our", "please", "should", "that", "the", "their", "there", "they",
    "this", "to", "us", "we", "were", "what", "when", "which", "will", "with", "would", "you",
    "your",
];

/// From this share on it is English, where it has so many words.
const IS: (usize, usize) = (28, 5);
/// Below this share it is not, where it has so many words.
const IS_NOT: (usize, usize) = (10, 12);

/// Languages that readers know by a name, by their tags.
const NAMES: [(&str, &str); 16] = [
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("hu", "Hungarian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("sv", "Swedish"),
    ("zh", "Chinese"),
];

/// Whether a message is English: by its words where they tell, else by the language of whoever reads it.
pub(crate) fn is_english(text: &Text<'_>, about: &About<'_>) -> bool {
    told(text).unwrap_or_else(|| about.is_english())
}

/// What its words tell.
fn told(text: &Text<'_>) -> Option<bool> {
    let all = text.words.len();
    let english = text.words.iter();
    let english = english
        .filter(|word| ENGLISH.contains(&word.folded.as_str()))
        .count();
    let at_least = |(share, least)| all >= least && english * 100 >= share * all;
    if at_least(IS) {
        return Some(true);
    }
    (all >= IS_NOT.1 && english * 100 < IS_NOT.0 * all).then_some(false)
}

/// The remark where somebody is written to in another language than they read.
pub(crate) fn remark(text: &Text<'_>, about: &About<'_>) -> Option<Remark> {
    let contact = about.contact?.trim();
    let is_english = told(text)?;
    if contact.is_empty() || about.language.is_empty() || is_english == about.is_english() {
        return None;
    }
    let tag = about.language;
    let main = tag.split(['-', '_']).next().unwrap_or_default();
    let known = NAMES
        .iter()
        .find(|(short, _)| main.eq_ignore_ascii_case(short));
    let reads = known.map_or(tag, |(_, name)| name);
    let why = if is_english {
        format!("{contact} reads {reads}, and this is English.")
    } else {
        format!("{contact} reads {reads}, and this is another language.")
    };
    Some(Remark::new(Kind::Language, 0..0, why))
}
