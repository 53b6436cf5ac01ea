use kept_calendar::Calendar;
use kept_language::{Context, People, check};
use proptest::prelude::*;

use crate::set::{REGISTER, WEEK, library};
use crate::support;

/// Checks documents with all that a check may know, and shows every message.
fn show_all(texts: &[String], calendar: &Calendar, people: &People) {
    let library = library(texts);
    let before = crate::set::library(&texts[..1]);
    let context = Context {
        calendar: Some(calendar),
        people: Some(people),
        in_force: Some(&before),
    };
    for message in check(&REGISTER, &library, &context) {
        let shown = message.render(&library.documents[message.document]);
        assert!(shown.contains(message.code), "{shown}");
    }
}

#[test]
fn shipped_sops_with_words_swapped_and_lines_lost_are_checked_without_a_fall() {
    let calendar = Calendar::parse(WEEK, &mut |_| Err(String::new())).unwrap();
    let people = People::default();
    let documents = support::texts("", ".sop.md");
    let blocks: Vec<String> = documents
        .iter()
        .flat_map(|(_, text)| text.split("\n\n").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let header = documents[0].1.split("\n\n").next().unwrap().to_owned();
    let picks = prop::collection::vec(
        (0..blocks.len(), 0..4_usize, any::<prop::sample::Index>()),
        1..25,
    );
    proptest!(ProptestConfig::with_cases(100), |(picks in picks)| {
        let mut text = header.clone();
        for (pick, how, at) in picks {
            let mut words: Vec<&str> = blocks[pick].split(' ').collect();
            let index = at.index(words.len());
            match how {
                0 => { words.remove(index); }
                1 => { let word = words[index]; words.insert(0, word); }
                _ => {}
            }
            text.push_str("\n\n");
            text.push_str(&words.join(" "));
        }
        show_all(&[text.clone(), text], &calendar, &people);
    });
}

#[test]
fn any_text_is_checked_without_a_fall() {
    let calendar = Calendar::default();
    let people = People::default();
    proptest!(ProptestConfig::with_cases(100), |(text in "\\PC{0,200}", tail in "(section|table|tables|`|[0-9]|[.]|,| |of|and|SR|\n|#|\\|){0,40}")| {
        let table = format!("Table 2: t\n\n| {text} | **a** |\n|---|---|\n| {text} | {text} |\n");
        let rule = "```sop a\nA client's tier is given by table 2.\n```\n";
        show_all(&[text.clone(), format!("+++\n{text}\n+++\n{table}{rule}{tail}\n")], &calendar, &people);
        show_all(&[format!("## 1 A\n{tail}"), tail], &calendar, &people);
    });
}
