//! The canonical form.

use kept_language::{Library, format};

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
    if let Ok(folder) = std::env::var("KEPT_SHOW_FORMATTED") {
        for (path, text) in &formatted {
            std::fs::write(format!("{folder}/{path}"), text).unwrap();
        }
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
