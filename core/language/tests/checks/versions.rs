use kept_language::{Context, Library};

use crate::set::{document, document_with, gives, library, rules};

const RULE: &str =
    "When a request is received, the assignee must resolve it within [time: 4 hours].";

/// Compares with the version in force. Where the text says no version, it is the next one.
fn against(before: &str, expected: &[(&str, &str)], now: &str) {
    let now = if now.contains("\nversion = ") {
        now.to_owned()
    } else {
        now.replacen("\nowner", "\nversion = \"1.1\"\nowner", 1)
    };
    let before: Library = library(&[before.to_owned()]);
    let context = Context {
        in_force: Some(&before),
        ..Context::default()
    };
    gives(&[now], &context, expected);
}

#[test]
fn a_blank_has_one_value() {
    let body = |second: &str| {
        format!(
            "{}We take [time: {second}] for it.\n",
            rules(&[("a", RULE)])
        )
    };
    gives(
        &[document("X", &body("5 hours"))],
        &Context::default(),
        &[("K307", "“4 hours” and as “5 hours”")],
    );
    gives(&[document("X", &body("4 hours"))], &Context::default(), &[]);
}

#[test]
fn a_blank_keeps_its_type_from_version_to_version() {
    let with = |value: &str| document("X", &rules(&[("a", &RULE.replace("4 hours", value))]));
    against(
        &with("4 hours"),
        &[("K307", "of another type")],
        &with("4 business hours"),
    );
    against(&with("4 hours"), &[], &with("1 day"));
    against(&with("4 hours"), &[], &with("30 minutes"));
}

#[test]
fn a_rule_does_not_vanish_without_a_word() {
    let before = document("X", &rules(&[("old", RULE), ("b", "\"B\" means b.")]));
    let renamed = rules(&[("new", RULE), ("b", "\"B\" means b.")]);
    against(
        &before,
        &[("K308", "the rule “old” has vanished")],
        &document("X", &renamed),
    );
    against(
        &before,
        &[],
        &document_with("X", "renamed = { old = \"new\" }", &renamed),
    );
    let ended = rules(&[
        ("b", "\"B\" means b."),
        ("end", "From version 1.1, running duties under `old` end."),
    ]);
    against(
        &before,
        &[],
        &document_with("X", "version = \"1.1\"", &ended),
    );
}

#[test]
fn a_transition_brings_its_own_version_and_names_a_rule_that_was() {
    let with = |version: &str, rule: &str| {
        let transition = format!("From version {version}, running duties under `{rule}` end.");
        [document_with(
            "X",
            "version = \"1.1\"",
            &rules(&[("a", RULE), ("t", &transition)]),
        )]
    };
    gives(
        &with("1.2", "a"),
        &Context::default(),
        &[("K302", "no such version")],
    );
    gives(
        &with("1.1", "gone"),
        &Context::default(),
        &[("K302", "no such rule")],
    );
    gives(&with("1.1", "a"), &Context::default(), &[]);
}

#[test]
fn a_version_that_follows_is_greater() {
    let with = |version: &str, value: &str| {
        let version = format!("version = \"{version}\"");
        document_with(
            "X",
            &version,
            &rules(&[("a", &RULE.replace("4 hours", value))]),
        )
    };
    let falls = [("K108", "the version does not rise")];
    against(&with("1.9", "4 hours"), &[], &with("1.10", "5 hours"));
    against(&with("1.9", "4 hours"), &[], &with("2", "5 hours"));
    against(&with("1", "4 hours"), &[], &with("1.1", "5 hours"));
    against(&with("1.10", "4 hours"), &falls, &with("1.9", "5 hours"));
    against(&with("1.9", "4 hours"), &falls, &with("1.9", "5 hours"));
    against(&with("2.0", "4 hours"), &falls, &with("2", "5 hours"));
    // The same document is no new version.
    against(&with("1.9", "4 hours"), &[], &with("1.9", "4 hours"));
}
