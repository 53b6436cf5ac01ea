//! Promises: words that name a time and bind us to it, and when that is.
//!
//! A time is a promise where we say what will be (“I will write by Friday”, “you hear from us within two hours”), and not where we
//! ask for something (“please send it by Friday”), tell what was (“you wrote on Friday”) or set a condition (“if it fails
//! tomorrow”). The nearest of such words before the time decides, else the nearest after it. A time with a deadline's word alone
//! (“An update by noon.”) is one too.

mod clock;
mod cursor;
mod day;
mod due;
mod expression;
mod span;

use std::ops::Range;
use std::sync::LazyLock;

use kept_kernel::Instant;

use crate::about::About;
use crate::phrases::Phrases;
use crate::text::{Text, Word};
use cursor::Cursor;
pub(crate) use due::Wrong;
use expression::Expression;

/// Words of a message that name a time by which something is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Where they stand, in bytes of the text.
    pub range: Range<usize>,
    /// The instant by which it is due.
    pub due: Instant,
}

/// A promise, and what is wrong with its date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) promise: Promise,
    pub(crate) wrong: Option<Wrong>,
    /// It counts days: the hour at which they end means nothing.
    pub(crate) by_day: bool,
}

/// What words around a time make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// We say what will be.
    Binds,
    /// It is somebody else's turn, or a condition.
    Frees,
    /// It was: of a deadline's own word only where nothing binds.
    Was,
}

const BINDS: [&str; 24] = [
    "i|we|you|it|he|she|they|this|that? will|shall",
    "i'll|we'll|you'll|it'll|they'll|he'll|she'll|that'll",
    "i|we promise",
    "i|we commit to",
    "i|we aim|plan|intend|expect to",
    "i|we can",
    "should be|arrive|reach|work|get|have",
    "goes|go live",
    "i am",
    "we are",
    "i'm|we're",
    "is|are going to",
    "you hear|get|receive|have",
    "expect an|our|a|the",
    "i|we write|call|send|reply|answer|let|get|finish|deliver|ship|fix|come|tell|check|update|do",
    "comes|arrives|leaves|ships|calls|writes|sends",
    "due",
    "ready|done|finished|fixed|delivered",
    "latest",
    "is|are scheduled|planned|booked",
    "to follow|come",
    "let me",
    "won't",
    "promise",
];

const FREES: [&str; 30] = [
    "please",
    "could|can|would|will|did|do|have|are|were you",
    "you can|could|may|might",
    "you need|must|should|want|wish|ask|plan",
    "you will need|have to",
    "you'll need|have to",
    "you have to|until|till",
    "send|let us",
    "let me|us know",
    "if|unless|when|once|whether|should|provided|assuming",
    "in case",
    "as soon as",
    "we are closed|away|out|off|shut",
    "we're closed|away|out|off|shut",
    "i am away|out|off|back",
    "i'm away|out|off|back",
    "we|i will be closed|away|out|off|shut",
    "we'll|i'll be closed|away|out|off|shut",
    "will be closed|shut|away|out",
    "closed|shut|open|valid|away|available|reserved",
    "out of the? office",
    "on holiday|leave|vacation",
    "from|by you",
    "you are closed|away|out|off|travelling|traveling",
    "you're closed|away|out|off|travelling|traveling",
    "hope|enjoy|may|might",
    "failure to",
    "is|are back",
    "he's|she's back",
    "have a",
];

const WAS: [&str; 7] = [
    "was|were|had|has|did",
    "wrote|said|sent|received|arrived|came|called|started|stopped|happened|ordered|paid|spoke|met|reported|told|asked",
    "since|last|ago|yesterday|after",
    "we|i have",
    "we've|i've|you've",
    "thank you for",
    "thanks for",
];

static SIDES: LazyLock<Phrases<Side>> = LazyLock::new(|| {
    let mut phrases = Phrases::default();
    let tables = [
        (&BINDS[..], Side::Binds),
        (&FREES[..], Side::Frees),
        (&WAS[..], Side::Was),
    ];
    for (patterns, side) in tables {
        for pattern in patterns {
            phrases.add_pattern(pattern, &side);
        }
    }
    phrases
});

/// The promises of a message, in the order of the text.
pub(crate) fn found(text: &Text<'_>, about: &About<'_>) -> Vec<Dated> {
    let sentences = text.sentences.iter();
    sentences
        .flat_map(|sentence| of_sentence(text, text.words(sentence), about))
        .collect()
}

fn of_sentence(text: &Text<'_>, words: &[Word], about: &About<'_>) -> Vec<Dated> {
    let times = times(text, words);
    if times.is_empty() {
        return Vec::new();
    }
    let mut sides = sides(words);
    // The month of May is no permission.
    sides.retain(|(at, _)| !times.iter().any(|(place, _)| place.contains(at)));
    let binding = times
        .iter()
        .filter(|(place, expression)| binds(&sides, place, expression));
    binding
        .filter_map(|(place, expression)| dated(words, place, expression, about))
        .collect()
}

fn binds(sides: &[(usize, Side)], place: &Range<usize>, expression: &Expression) -> bool {
    let deadline = expression.is_deadline();
    let counts = |(_, side): &&(usize, Side)| !(deadline && *side == Side::Was);
    let before = || {
        sides
            .iter()
            .filter(counts)
            .rfind(|(at, _)| *at < place.start)
    };
    let after = || sides.iter().filter(counts).find(|(at, _)| *at >= place.end);
    match before().or_else(after) {
        Some((_, side)) => *side == Side::Binds,
        None => deadline && sides.is_empty(),
    }
}

/// The times of a sentence, each with the places of its words.
fn times(text: &Text<'_>, words: &[Word]) -> Vec<(Range<usize>, Expression)> {
    let (mut times, mut at) = (Vec::<(Range<usize>, Expression)>::new(), 0);
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        let mut cursor = Cursor::on(text, rest);
        match expression::read(&mut cursor) {
            Some(expression) => {
                let before = times.last().map(|(_, before)| before);
                let expression = expression.after(before);
                times.push((at..at + cursor.taken(), expression));
                at += cursor.taken().max(1);
            }
            None => at += 1,
        }
    }
    times
}

/// The words that bind or free, by their places.
fn sides(words: &[Word]) -> Vec<(usize, Side)> {
    let (mut sides, mut at) = (Vec::new(), 0);
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        match SIDES.begin(rest) {
            Some((count, side)) => {
                sides.push((at, *side));
                at += count;
            }
            None => at += 1,
        }
    }
    sides
}

fn dated(
    words: &[Word],
    place: &Range<usize>,
    expression: &Expression,
    about: &About<'_>,
) -> Option<Dated> {
    let first = words.get(place.start)?;
    let last = words.get(place.end.checked_sub(1)?)?;
    let (due, wrong) = due::of(expression, about)?;
    Some(Dated {
        promise: Promise {
            range: first.range.start..last.range.end,
            due,
        },
        wrong,
        by_day: expression.is_by_day(),
    })
}
