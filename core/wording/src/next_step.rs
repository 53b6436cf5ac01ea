//! Whether the reader learns what comes next, and when.

use std::sync::LazyLock;

use crate::about::About;
use crate::dates::day_and_time;
use crate::next_word;
use crate::phrases::Phrases;
use crate::promise::Dated;
use crate::remark::{Kind, Remark};
use crate::text::{Part, Text};

/// Something is asked of the reader, or nothing is left to do: then it is theirs, or it is over.
const THEIRS: [&str; 23] = [
    "please confirm|send|tell|let|write|call|check|try|reply|answer|choose|give|look|sign|pay|visit|see|restart|open|use|find|keep",
    "could|can|would|will you",
    "let us|me know",
    "send|tell|give|write us|me",
    "we|i need",
    "we still need",
    "your turn",
    "nothing more|else|left|to",
    "no further|action|need",
    "is|are|has|have been? solved|settled|resolved|fixed|repaired|closed|done|finished|paid|delivered|refunded|corrected|sorted",
    "works|working again",
    "you can now",
    "tell us whether",
    "if you need|have|want|like|prefer|would",
    "if that|this|it works|suits|helps|fits",
    "reply|write|call|answer|ring by|to|us|me|before",
    "does that|this",
    "is|was there",
    "which|what|when|where|who|how do|does|did|is|are|would",
    "would it",
    "next step|steps",
    "enclosed|attached",
    "here is|are",
];

/// Something is promised.
const OURS: [&str; 4] = [
    "i'll|we'll",
    "i|we will|shall",
    "you will hear|get|receive",
    "you'll hear|get|receive",
];

fn phrases(patterns: &[&str]) -> Phrases<()> {
    let mut phrases = Phrases::default();
    for pattern in patterns {
        phrases.add_pattern(pattern, &());
    }
    phrases
}

static IS_THEIRS: LazyLock<Phrases<()>> = LazyLock::new(|| phrases(&THEIRS));
static IS_OURS: LazyLock<Phrases<()>> = LazyLock::new(|| phrases(&OURS));

/// The remark where nothing says what comes next, or something is promised and no day is named.
pub(crate) fn remark(text: &Text<'_>, about: &About<'_>, promises: &[Dated]) -> Option<Remark> {
    if !promises.is_empty() || about.next_at.is_some() || text.words.is_empty() {
        return None;
    }
    let day = day_and_time(next_word(about), about);
    let ours = IS_OURS.find(text);
    let ours = ours
        .iter()
        .filter_map(|found| text.sentences.get(found.sentence));
    if let Some(sentence) = ours
        .into_iter()
        .find(|sentence| !is_conditional(text, sentence))
    {
        let why = "It says what comes, and no day. Name one.";
        let remark = Remark::new(Kind::NextStep, sentence.range.clone(), why);
        return Some(remark.instead([format!("… by {day}")]));
    }
    let asks = text.seen.contains('?') || !IS_THEIRS.find(text).is_empty();
    if asks {
        return None;
    }
    let end = text.whole.len();
    let why = "The reader does not learn what happens next, and when.";
    let instead = format!("We write to you again by {day}.");
    Some(Remark::new(Kind::NextStep, end..end, why).instead([instead]))
}

/// Whether a sentence tells what happens in some case: there is no day to name.
fn is_conditional(text: &Text<'_>, sentence: &Part) -> bool {
    let words = text.words(sentence).iter();
    let mut words = words.map(|word| word.folded.as_str());
    words.any(|word| {
        matches!(
            word,
            "if" | "when" | "once" | "unless" | "whenever" | "case"
        )
    })
}
