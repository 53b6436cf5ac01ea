//! The canonical form.

use kept_language::{Library, format};
use proptest::prelude::*;

use super::shipped::{document, library, of, one, register, sops};

/// Every sentence with its rule, without the places of its words.
fn meanings(library: &Library) -> Vec<String> {
    let rules = library
        .documents
        .iter()
        .flat_map(|document| &document.rules);
    rules
        .map(|rule| {
            let whole = format!("{:?} {:?}", rule.key, rule.sentence);
            let mut parts = whole.split("TextRange {");
            let first = parts.next().unwrap().to_owned();
            let rest = parts.map(|part| part.split_once('}').map_or("", |(_, rest)| rest));
            std::iter::once(first.as_str())
                .chain(rest)
                .collect::<String>()
        })
        .collect()
}

/// The sentences of a document in canonical form, without the rest.
fn sentences(text: &str) -> Vec<String> {
    let blocks = text.split("```sop").skip(1);
    blocks
        .map(|block| {
            let body = block.split_once('\n').unwrap().1;
            body.split("\n```").next().unwrap().to_owned()
        })
        .collect()
}

/// One sentence in canonical form.
fn canonical(sentence: &str) -> String {
    let library = one(&document(&[sentence]));
    sentences(&format(register(), &library, 0)).remove(0)
}

#[test]
fn the_shipped_sops_keep_their_meaning_and_are_formatted_once() {
    let formatted: Vec<(String, String)> = sops()
        .iter()
        .enumerate()
        .map(|(index, (path, _))| (path.clone(), format(register(), library(), index)))
        .collect();
    let again = of(&formatted);
    for (before, after) in meanings(library()).iter().zip(meanings(&again)) {
        assert_eq!(*before, after);
    }
    for (index, (path, text)) in formatted.iter().enumerate() {
        assert_eq!(format(register(), &again, index), *text, "{path}");
    }
}

#[test]
fn a_duty_has_one_thought_on_a_line() {
    assert_eq!(
        canonical(
            "when a request is received if its channel is phone or in person , the client service representative \
             must acknowledge it, within 1 business hour with an estimated time to resolution or a reason, \
             15 business minutes before it warns the owner; otherwise it escalates to the account manager and after \
             1 business hour to management, in working hours ."
        ),
        "when a request is received, if its channel is phone or in person,\n\
         the client service representative must acknowledge it within 1 business hour,\n\
         with an estimated time to resolution or a reason;\n\
         15 business minutes before, it warns the owner;\n\
         otherwise it escalates to the account manager, and after 1 business hour to management in working hours."
    );
}

#[test]
fn slots_out_of_place_are_put_in_order() {
    assert_eq!(
        canonical(
            "When a request is received, the client service representative must acknowledge it; otherwise it \
             escalates to the account manager, with a reason, within 1 business hour, if its channel is phone."
        ),
        "When a request is received, if its channel is phone,\n\
         the client service representative must acknowledge it within 1 business hour,\n\
         with a reason;\n\
         otherwise it escalates to the account manager."
    );
}

#[test]
fn short_openings_share_the_line_of_the_owner() {
    assert_eq!(
        canonical(
            "Every month the SOP supervisor must check adherence within 10 business days, with findings."
        ),
        "Every month, the SOP supervisor must check adherence within 10 business days,\nwith findings."
    );
}

#[test]
fn a_rhythm_too_long_for_a_line_is_broken_between_its_slots() {
    assert_eq!(
        canonical(
            "Every [rhythm: 90 days] or the client's preferred rhythm since the last follow-up for each client while \
             the client is active the salesperson must follow up with the client through the client's preferred \
             channel with an offer of value; 7 days before it warns the owner."
        ),
        "Every [rhythm: 90 days], or the client's preferred rhythm, since the last follow-up, for each client,\n\
         while the client is active,\n\
         the salesperson must follow up with the client through the client's preferred channel,\n\
         with an offer of value;\n\
         7 days before, it warns the owner."
    );
}

#[test]
fn each_further_way_through_a_gate_has_a_line() {
    assert_eq!(
        canonical(
            "A request must not be closed until the client confirms the resolution or [closing: 5 business days] pass \
             after the closing notice without an answer from the client."
        ),
        "A request must not be closed until the client confirms the resolution,\n\
         or [closing: 5 business days] pass after the closing notice without an answer from the client."
    );
}

#[test]
fn the_steps_of_a_procedure_are_numbered_and_broken_at_their_slots() {
    let text = document(&[
        "```sop onboarding\nProcedure \"Onboarding\" starts when an agreement is signed if its kind is service for its \
         project:\n3.  `welcome`\n1. At the same time `form`: the onboarding specialist must send the intake form of the \
         project within [form: 1 business day]; 2 business hours before it warns the owner.\n\n7. After `welcome`, \
         `call` if the client is new : the account manager must hold the kick-off meeting of the project\n```",
        "```sop welcome\nAs a step the client relations manager must send the welcome email of the project within 1 \
         business day.\n```",
    ]);
    let formatted = sentences(&format(register(), &one(&text), 0));
    assert_eq!(
        formatted[0],
        "Procedure \"Onboarding\" starts when an agreement is signed, if its kind is service, for its project:\n\
         1. `welcome`\n\
         2. At the same time, `form`:\n   \
            the onboarding specialist must send the intake form of the project within [form: 1 business day];\n   \
            2 business hours before, it warns the owner\n\
         3. After `welcome`, `call`, if the client is new:\n   \
            the account manager must hold the kick-off meeting of the project"
    );
    assert_eq!(
        formatted[1],
        "As a step, the client relations manager must send the welcome email of the project within 1 business day."
    );
}

#[test]
fn what_cannot_be_read_is_left_as_it_is() {
    for sentence in [
        "When  a request is recieved , the client service representative must acknowledge it.",
        "When  a request is received, the assignee must resolve it wthin 2 hours .",
        "The  assignee  must not close a request until the client confirms the resolution.",
        "Something   else entirely",
    ] {
        assert_eq!(canonical(sentence), sentence);
    }
}

#[test]
fn header_prose_and_other_blocks_stay_byte_for_byte() {
    let text = document(&["When a request is received, the assignee must resolve it."]);
    let text = text.replace("title = \"Test\"", "title   =  'Test'  # note")
        + "\nProse   with  [x](y) and | pipes |\n\n| a | b |\n|---|---|\n| not | captioned |\n\n```text\nWhen  a\n```\n   ";
    let formatted = format(register(), &one(&text), 0);
    let broken = text.replace("received, the", "received,\nthe");
    assert_eq!(formatted, broken);
}

#[test]
fn line_ends_of_another_system_are_kept() {
    let text = document(&["When a request is received, the assignee must resolve it."])
        .replace('\n', "\r\n");
    let formatted = format(register(), &one(&text), 0);
    assert!(
        formatted
            .contains("When a request is received,\r\nthe assignee must resolve it.\r\n```\r\n")
    );
}

/// Sentences of many kinds, by the words between which white space may be anything and by the commas of the grammar,
/// written as `~`, that may be left out.
const SENTENCES: [&str; 10] = [
    "When a request is received~ if its channel is phone or in person~ the client service representative must log it \
     within [logging: 5 minutes]~ with a contact, its nature and its time of contact; otherwise it escalates to the \
     account manager in working hours.",
    "When a request is received~ the assignee must resolve it within 2 hours~ pausing while it waits for the client~ \
     unless its category is question~ with its resolution; if reopened~ it starts again; [w: 1 hour] before~ it warns \
     the owner; otherwise it escalates to the account manager~ and after 24 hours to management.",
    "Every 90 days~ or the client's preferred rhythm~ since the last follow-up~ for each client~ while the client is \
     active~ the salesperson must follow up with the client~ with an offer of value; 7 days before~ it warns the owner.",
    "Every quarter~ the SOP supervisor must review the figures within 10 business days~ with the trends, the causes and \
     the actions.",
    "A request must not be closed until the client confirms the resolution~ or 5 business days pass after the closing \
     notice without an answer from the client.",
    "An interaction must not be recorded~ if its channel is phone or in person~ unless its follow-up date is known.",
    "Keep interactions for [retention: 7 years] after the last one~ then erase them~ unless on legal hold.",
    "Course \"Follow-up\" takes [length: half a day] for the salesperson, the sales manager and the account manager~ \
     within 2 months~ renewed every 12 months~ with a test; 30 days before~ it warns the learner.",
    "Every week~ quality control checks 5 % of the closed requests~ at least 3~ by tier~ with the card \"Request\"~ within \
     5 business days.",
    "Target: client satisfaction is at least 90 %~ measured every quarter.",
];

/// The sentence with other white space and some commas, by these choices.
fn mangled(sentence: &str, choices: &[u8]) -> String {
    let mut choices = choices.iter().copied().cycle();
    let mut text = String::new();
    for letter in sentence.chars() {
        match letter {
            '~' => text.push_str([",", "", " ,"][usize::from(choices.next().unwrap() % 3)]),
            ' ' => {
                text.push_str([" ", "  ", "\n", " \t"][usize::from(choices.next().unwrap() % 4)]);
            }
            ';' => text.push_str([";", " ;"][usize::from(choices.next().unwrap() % 2)]),
            other => text.push(other),
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_a_sentence_is_written_its_canonical_form_is_the_same(
        index in 0..SENTENCES.len(),
        choices in proptest::collection::vec(any::<u8>(), 1..80),
    ) {
        let sentence = SENTENCES[index];
        let plain = one(&document(&[&sentence.replace('~', ",")]));
        let written = mangled(sentence, &choices);
        let other = one(&document(&[&written]));
        let canonical = format(register(), &plain, 0);
        prop_assert_eq!(meanings(&plain), meanings(&other), "{}", written);
        prop_assert_eq!(&canonical, &format(register(), &other, 0));
        let again = one(&canonical);
        prop_assert_eq!(meanings(&plain), meanings(&again));
        prop_assert_eq!(&canonical, &format(register(), &again, 0));
    }
}
