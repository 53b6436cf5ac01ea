//! What is a slip, and what is not.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the failure")]

use kept_spelling::Spelling;
use kept_wording::Speller as _;

fn slips(text: &str) -> Vec<(&str, Vec<String>)> {
    slips_with(&Spelling::of("en"), text)
}

fn slips_with<'t>(spelling: &Spelling, text: &'t str) -> Vec<(&'t str, Vec<String>)> {
    let slips = spelling.slips(text).into_iter();
    slips
        .map(|slip| (text.get(slip.range).unwrap(), slip.instead))
        .collect()
}

#[test]
fn a_word_that_no_dictionary_knows_is_a_slip_with_what_is_meant() {
    let found = slips("The invioce was snet on Monday. Unfortunatly it bounced.");
    let words: Vec<&str> = found.iter().map(|(word, _)| *word).collect();
    assert_eq!(words, ["invioce", "snet", "Unfortunatly"]);
    for ((_, instead), meant) in found.iter().zip(["invoice", "sent", "Unfortunately"]) {
        assert!(
            instead.iter().any(|one| one == meant),
            "{meant}: {instead:?}"
        );
    }
}

#[test]
fn names_and_letters_that_stand_for_something_are_no_slips() {
    for text in [
        "Hello Berthold Zsigmond,",
        "Gaspard will call you on Friday.",
        "Fredrick will call you. Margarett is here. Jonathen wrote.",
        "Ana and Jonas are in the QBR with ACME; see R-1013 and INC0042.",
        "Look at /var/log/keptd.conf, at docs.harrowmere.example/abcd or at foo_bar.",
        "Write to rutth@brennan.example.",
        "`cargo buidl` is what you ran.",
        "> teh quoted wrods",
    ] {
        assert_eq!(slips(text), [], "{text}");
    }
}

#[test]
fn both_sides_of_the_atlantic_are_right() {
    let text = "We apologise, and we apologize: the colour of the color, a licence and a license, the centre and the center.";
    assert_eq!(slips(text), []);
    let british = slips_with(&Spelling::of("en-GB"), "What a nice colouur.");
    assert_eq!(british.first().unwrap().1.first().unwrap(), "colour");
    let american = slips_with(&Spelling::of("en-US"), "What a nice coloor.");
    assert_eq!(american.first().unwrap().1.first().unwrap(), "color");
}

#[test]
fn words_of_the_trade_of_the_house_and_of_the_conversation_are_right() {
    assert_eq!(
        slips(
            "The onboarding workflow has a follow-up; your login’s webhook timed out, we don’t know why."
        ),
        []
    );
    let text = "The frobnicator is here, and the client's frobnicators' parts.";
    assert_ne!(slips("The sprokket is here."), []);
    let knowing = Spelling::of("en").knowing("Our Sprokket and frobnicator (frobnicators) broke");
    assert_eq!(slips_with(&knowing, "The sprokket is here."), []);
    assert_eq!(slips_with(&knowing, text), []);
}

#[test]
fn each_slip_is_told_once() {
    let found = slips("I recieve teh teh mail.");
    let mut words: Vec<&str> = found.iter().map(|(word, _)| *word).collect();
    words.dedup();
    assert_eq!(words.len(), found.len());
}
