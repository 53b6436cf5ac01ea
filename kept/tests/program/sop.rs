//! `kept sop`.

use crate::runs::{kept, scratch};

const DESK: &str = "+++
code = \"RQ\"
title = \"Desk\"
owner = \"SOP supervisor\"
review = \"every 12 months\"
distribution = [\"account manager\"]
+++

# Desk

## 1 Receive

```sop acknowledge
When a request is received, the client service representative must acknowledge it within 1 business hour.
```
";

fn file(test: &str, name: &str, text: &str) -> String {
    let path = scratch(test).join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_document_without_faults_passes_and_says_how_many_rules_it_has() {
    let desk = file("sop-fine", "desk.sop.md", DESK);
    let ran = kept(&["sop", "check", &desk]);
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (0, "1 rule: 0 errors, 0 warnings, 0 notes.\n")
    );
}

#[test]
fn a_fault_is_said_with_file_line_and_column() {
    let desk = file(
        "sop-fault",
        "desk.sop.md",
        &DESK.replace("is received", "is recieved"),
    );
    let ran = kept(&["sop", "check", &desk]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.contains(&format!("error[K202] {desk}:14:6")),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("^^^^"), "{}", ran.out);
    let json = kept(&["sop", "check", "--json", &desk]);
    assert!(
        json.out.contains("\"code\": \"K202\"") && json.out.contains("\"line\": 14"),
        "{}",
        json.out
    );
    assert_eq!(json.status, 1);
}

#[test]
fn the_five_sops_pass_together() {
    let names = ["ce", "cm", "fu", "on", "sr"].map(|name| format!("sops/{name}.sop.md"));
    let files: Vec<_> = names.iter().map(String::as_str).collect();
    let ran = kept(&[&["sop", "check"], &files[..]].concat());
    assert_eq!(ran.status, 0, "{}", ran.out);
}

#[test]
fn the_examples_pass() {
    for name in ["helpdesk", "servicenow"] {
        let ran = kept(&["sop", "check", &format!("examples/{name}/{name}.sop.md")]);
        assert_eq!(ran.status, 0, "{}", ran.out);
    }
}

#[test]
fn the_vocabulary_is_printed_and_a_company_adds_its_own() {
    let ran = kept(&["sop", "vocabulary"]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.out.contains("must acknowledge the request"),
        "{}",
        ran.out
    );
    let own = file(
        "sop-vocabulary",
        "ours.toml",
        "[acts.greet-client]\ndo = \"greet {client}\"\nhappens = [\"{client} is greeted\"]\ncase = \"client\"\n",
    );
    let ran = kept(&["vocabulary", "--vocabulary", &own]);
    assert!(ran.out.contains("greet the client"), "{}", ran.out);
    let json = kept(&["vocabulary", "--json"]);
    assert!(json.out.contains("acknowledge the request"));
}

#[test]
fn a_document_is_written_in_its_canonical_form_and_stays_so() {
    let desk = file(
        "sop-format",
        "desk.sop.md",
        &DESK.replace("request is received,", "request  is received"),
    );
    let asked = ["sop", "fmt", &desk];
    assert_eq!(kept(&[&asked[..], &["--check"]].concat()).status, 1);
    assert_eq!(kept(&asked).status, 0);
    let again = kept(&[&asked[..], &["--check"]].concat());
    assert_eq!((again.status, again.out.as_str()), (0, ""));
    let written = std::fs::read_to_string(&desk).unwrap();
    assert!(
        written.contains("When a request is received,\n"),
        "{written}"
    );
}

#[test]
fn a_rule_is_explained_in_plain_words() {
    let desk = file("sop-explain", "desk.sop.md", DESK);
    let ran = kept(&["sop", "explain", &desk, "acknowledge"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(
        ran.out.contains("Who owes it") && ran.out.contains("only working time counts"),
        "{}",
        ran.out
    );
    let all = kept(&["sop", "explain", &desk]);
    assert!(all.out.contains("RQ/acknowledge"), "{}", all.out);
    let wrong = kept(&["sop", "explain", &desk, "acknowlege"]);
    assert!(
        wrong.status == 2 && wrong.err.contains("It has: acknowledge."),
        "{}",
        wrong.err
    );
}

#[test]
fn two_versions_are_compared_by_rule() {
    let old = file("sop-diff-old", "desk.sop.md", DESK);
    let new = file(
        "sop-diff-new",
        "desk.sop.md",
        &DESK.replace("1 business hour", "2 business hours"),
    );
    let same = kept(&["sop", "diff", &old, &old]);
    assert_eq!((same.status, same.out.as_str()), (0, "Nothing differs.\n"));
    let ran = kept(&["sop", "diff", &old, &new]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out
            .contains("deadline 1 business hour → 2 business hours"),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("the version does not rise"), "{}", ran.err);
    assert!(same.err.is_empty(), "{}", same.err);
    assert!(
        kept(&["sop", "diff", "--json", &old, &new])
            .out
            .contains("\"kind\": \"changed\"")
    );
}

#[test]
fn every_command_has_a_help_with_an_example() {
    for command in [
        &["sop", "check"][..],
        &["sop", "vocabulary"],
        &["sop", "fmt"],
        &["sop", "explain"],
        &["sop", "diff"],
        &["whatif"],
        &["demo"],
        &["clock", "add"],
        &["clock", "between"],
        &["clock", "batch"],
        &["replay"],
    ] {
        let ran = kept(&[command, &["--help"]].concat());
        assert_eq!(ran.status, 0);
        assert!(
            ran.out.contains("Example: kept"),
            "{command:?}\n{}",
            ran.out
        );
    }
    assert_eq!(kept(&[]).status, 2);
    assert_eq!(kept(&["relpay"]).status, 2);
}
