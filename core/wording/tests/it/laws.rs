//! What holds for every text.

use kept_wording::{About, HouseWord, Limits, Slip, Speller, look};
use proptest::prelude::*;

use crate::{calendar, now};

/// A speller that points anywhere.
struct Astray(Vec<(usize, usize)>);

impl Speller for Astray {
    fn slips(&self, _: &str) -> Vec<Slip> {
        let slip = |(from, to): &(usize, usize)| Slip {
            range: *from..*to,
            grammar: true,
            why: "Astray.".into(),
            instead: Vec::new(),
        };
        self.0.iter().map(slip).collect()
    }
}

/// Words that mean something here, marks, and letters of all kinds.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-zA-Z]{1,8}",
        "[0-9]{1,4}([:./-][0-9]{1,4}){0,2}",
        r"\PC{0,6}",
        prop::sample::select(vec![
            "by",
            "until",
            "within",
            "in",
            "the",
            "next",
            "Friday",
            "14",
            "31",
            "February",
            "end of",
            "at",
            "5",
            "pm",
            "noon",
            "soon",
            "we will",
            "we cannot",
            "unfortunately",
            "please",
            "NOW",
            "`",
            "```",
            "](",
            ")",
            "> ",
            "\n",
            "\n\n",
            "- ",
            "!!",
            "?",
            "…",
            "İ",
            "ß",
            "’",
            "e.g.",
            "a@b.example",
            "https://a.example",
            "business days",
            "an hour",
            "asap",
            "\u{301}",
            "\0",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_text_is_looked_at_and_every_range_lies_between_letters(
        text in prop_oneof![texts(), r"(\PC|\n){0,200}"],
        house in prop::collection::vec((r"\PC{0,8}", r"\PC{0,8}"), 0..3),
        astray in prop::collection::vec((0usize..300, 0usize..300), 0..3),
        language in prop::sample::select(vec!["en", "en-GB", "de", ""]),
        contact in prop::option::of(r"\PC{0,12}"),
        sentence in 0usize..40,
    ) {
        let calendar = calendar();
        let house: Vec<HouseWord> = house
            .into_iter()
            .map(|(avoid, say)| HouseWord { avoid, say, why: String::new() })
            .collect();
        let speller = Astray(astray);
        let mut about = About::new(now(), &calendar);
        for usual in [true, false] {
            about.language = language;
            about.contact = contact.as_deref();
            about.house = &house;
            about.limits = Limits { sentence, ..Limits::default() };
            if !usual {
                about.speller = Some(&speller);
            }
            let looked = look(&text, &about);
            let again = look(&text, &about);
            prop_assert_eq!(&looked, &again);
            for remark in &looked.remarks {
                prop_assert!(text.get(remark.range.clone()).is_some(), "{:?}", remark);
                prop_assert!(!remark.why.is_empty(), "{:?}", remark);
            }
            for promise in &looked.promises {
                prop_assert!(text.get(promise.range.clone()).is_some_and(|words| !words.is_empty()));
                prop_assert!(promise.due > about.now);
            }
            let order = looked.remarks.windows(2).all(|pair| match pair {
                [one, two] => one.range.start <= two.range.start,
                _ => true,
            });
            prop_assert!(order);
        }
    }
}
