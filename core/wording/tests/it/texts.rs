//! Texts with fields, and what was changed in them.

use kept_wording::merge::{FIELDS, gaps, merge, unfilled, unknown};
use kept_wording::{Change, redline};
use proptest::prelude::*;

#[test]
fn fields_get_their_values_and_what_is_not_known_leaves_a_gap() {
    let values = [("contact.first_name", "Ruth"), ("client.name", " ")];
    let merged = merge(
        "Dear {{contact.first_name}}, {{ client.name }} ({{due}}, {{due}}).",
        &values,
    );
    let gap = "[[when you hear from us]]";
    assert_eq!(
        merged.text,
        format!("Dear Ruth, [[name of the client]] ({gap}, {gap}).")
    );
    assert_eq!(merged.gaps, ["name of the client", "when you hear from us"]);
    assert_eq!(gaps(&merged.text), merged.gaps);
    assert_eq!(gaps("A list [[of anything]]"), Vec::<&str>::new());
}

#[test]
fn a_value_is_never_read_as_a_field() {
    let values = [("client.name", "{{my.name}} & {{"), ("my.name", "Maya")];
    let merged = merge("{{client.name}}, {{my.name}}", &values);
    assert_eq!(merged.text, "{{my.name}} & {{, Maya");
}

#[test]
fn what_only_the_writer_knows_is_asked_for_until_it_is_filled() {
    let text = "{{contact.name}}: {{ask: Why, in one sentence}}. Until then you can {{ ask: what helps }}. {{ask: what helps}}";
    assert_eq!(unknown(text), []);
    let merged = merge(text, &[("contact.name", "Ruth")]);
    assert_eq!(
        merged.text,
        "Ruth: [[fill in: Why, in one sentence]]. Until then you can [[fill in: what helps]]. [[fill in: what helps]]"
    );
    let asked = ["Why, in one sentence", "what helps"];
    assert_eq!(merged.gaps, asked);
    assert_eq!(unfilled(&merged.text), asked);
    assert_eq!(gaps(&merged.text), ["what the template asks for"]);
    let both = merge("{{due}} {{ask: Why}}", &[]).text;
    assert_eq!(unfilled(&both), ["when you hear from us", "Why"]);
    assert_eq!(unfilled("A pump [[fill in: Why\nmore"), ["Why"]);
    for right in [
        "The pump broke.",
        "if [[ -f file ]]; then",
        "fill in: the form",
    ] {
        assert_eq!(unfilled(right), Vec::<String>::new(), "{right}");
        assert_eq!(gaps(right), Vec::<&str>::new(), "{right}");
    }
}

#[test]
fn what_asks_for_nothing_or_is_not_closed_is_no_field() {
    let long = format!("{{{{ask: {}}}}}", "a".repeat(121));
    for text in [
        "{{ask:}}",
        "{{ask: }}",
        "{{ask}}",
        "{{ask: why\nnext",
        "{{ask: a [link]}}",
        &long,
    ] {
        assert_eq!(unknown(text).len(), 1, "{text}");
        assert_eq!(merge(text, &[]).text, text);
    }
    let named = merge("{{client.name}}", &[("client.name", "{{ask: why}}")]);
    assert_eq!((named.text.as_str(), named.gaps.len()), ("{{ask: why}}", 0));
}

#[test]
fn what_is_no_field_is_named_with_its_place_and_the_nearest() {
    let text = "Dear {{contact.firstname}},\n{{clint.name}} {{weather}} {{open\nnext";
    let found = unknown(text);
    let named: Vec<_> = found
        .iter()
        .map(|one| (one.name.as_str(), one.nearest))
        .collect();
    let expected = [
        ("contact.firstname", Some("contact.first_name")),
        ("clint.name", Some("client.name")),
        ("weather", None),
        ("open", None),
    ];
    assert_eq!(named, expected);
    let places: Vec<_> = found
        .iter()
        .filter_map(|one| text.get(one.range.clone()))
        .collect();
    assert_eq!(
        places,
        [
            "{{contact.firstname}}",
            "{{clint.name}}",
            "{{weather}}",
            "{{open"
        ]
    );
    assert_eq!(
        merge(text, &[]).text,
        text,
        "what is no field stays as it is written"
    );
}

#[test]
fn a_redline_says_what_was_taken_out_and_put_in() {
    let changes = redline(
        "We send it on Monday by post.",
        "We send it today by post, promised.",
    );
    let expected = [
        Change::Same("We send it ".into()),
        Change::Gone("on Monday ".into()),
        Change::New("today ".into()),
        Change::Same("by ".into()),
        Change::Gone("post.".into()),
        Change::New("post, promised.".into()),
    ];
    assert_eq!(changes, expected);
    assert_eq!(
        redline("As it is.", "As it is."),
        [Change::Same("As it is.".into())]
    );
    assert_eq!(redline("", ""), []);
}

proptest! {
    #[test]
    fn both_texts_stand_in_their_redline(before in "[ab \n]{0,40}", after in "[ab \n]{0,40}") {
        let (mut one, mut two) = (String::new(), String::new());
        for change in redline(&before, &after) {
            match change {
                Change::Same(text) => { one.push_str(&text); two.push_str(&text); }
                Change::Gone(text) => one.push_str(&text),
                Change::New(text) => two.push_str(&text),
            }
        }
        prop_assert_eq!((one, two), (before, after));
    }

    #[test]
    fn any_text_is_read_and_places_lie_in_it(text in "([a-z{}\n é]|\\{\\{|\\}\\}|due){0,30}") {
        for one in unknown(&text) {
            prop_assert!(text.get(one.range).is_some());
        }
        let known: Vec<_> = FIELDS.iter().map(|field| (field.name, "x")).collect();
        prop_assert!(merge(&text, &known).gaps.is_empty());
    }
}
