//! Whether somebody is greeted, and whether it is the right one.

use crate::about::About;
use crate::remark::{Kind, Remark};
use crate::text::{Text, Word, words_of};

/// Words that greet, with those of two words by their first.
const GREETS: [&str; 8] = [
    "hello",
    "hi",
    "hey",
    "dear",
    "good",
    "greetings",
    "welcome",
    "thanks",
];

/// What follows a greeting and is no name.
const NO_NAMES: [&str; 24] = [
    "again",
    "afternoon",
    "all",
    "both",
    "colleague",
    "colleagues",
    "customer",
    "client",
    "day",
    "evening",
    "everybody",
    "everyone",
    "folks",
    "friends",
    "from",
    "ladies",
    "madam",
    "morning",
    "sir",
    "sirs",
    "team",
    "there",
    "to",
    "you",
];

const TITLES: [&str; 8] = ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor"];

/// The remark where nobody is greeted, or somebody whose name the contact does not have.
pub(crate) fn remark(text: &Text<'_>, about: &About<'_>) -> Option<Remark> {
    let first = text.sentences.first()?;
    let words = text.words(first);
    let mut names = Vec::new();
    words_of(about.contact.unwrap_or_default(), 0, &mut names);
    let is_named = |word: &Word| names.iter().any(|name| name.folded == word.folded);
    let greets = words
        .first()
        .is_some_and(|word| GREETS.contains(&word.folded.as_str()))
        || words
            .iter()
            .take(2)
            .map(|word| word.folded.as_str())
            .eq(["thank", "you"]);
    if !greets {
        let named = words.iter().take(8).any(is_named);
        return (!about.greeted && !named).then(|| missing(about));
    }
    if names.is_empty() || words.iter().take(8).any(is_named) {
        return None;
    }
    let greeted = name_greeted(text, words)?;
    let contact = about.contact.unwrap_or_default().trim();
    let written = text.at(&greeted.range);
    let why = format!("You greet {written}, and write to {contact}.");
    let instead = contact.split_whitespace().next().map(str::to_owned);
    Some(Remark::new(Kind::Greeting, greeted.range.clone(), why).instead(instead))
}

fn missing(about: &About<'_>) -> Remark {
    let given = about
        .contact
        .and_then(|name| name.split_whitespace().next());
    let greeting = given.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},"));
    Remark::new(Kind::Greeting, 0..0, "Nobody is greeted.").instead([greeting])
}

/// The name behind the greeting, where it is one: `Hello Mikko`, `Dear Dr Laine`.
fn name_greeted<'w>(text: &Text<'_>, words: &'w [Word]) -> Option<&'w Word> {
    let begins = words.first()?.folded.as_str();
    if matches!(begins, "good" | "thanks" | "thank" | "welcome") {
        return None;
    }
    let next = words
        .iter()
        .skip(1)
        .find(|word| !TITLES.contains(&word.folded.as_str()))?;
    let is_name = text.at(&next.range).chars().next()?.is_uppercase();
    let known = NO_NAMES.contains(&next.folded.as_str());
    (is_name && !known).then_some(next)
}
