//! What changed between two versions.

use kept_language::{ChangeKind, Library, Redline, redline};

use super::shipped::{document, library, one, register};

fn between(old: &str, new: &str) -> Redline {
    redline(register(), &one(old), &one(new))
}

const ACKNOWLEDGE: &str = "When a request is received,\nthe client service representative must acknowledge it \
     within [time: 4 hours];\notherwise it escalates to the account manager.";

const TABLE: &str = "```sop rule-1\nWhen a request is received, the assignee must resolve it within the time in \
     table 2.\n```\n\nTable 2: Time to resolve\n\n| priority | **resolution time** |\n| --- | --- |\n| urgent | 4 hours |\n\
     | otherwise | 3 days |\n\n```sop x\n\"X\" means y.\n```";

#[test]
fn the_same_version_twice_gives_no_difference() {
    let difference = redline(register(), library(), library());
    assert!(difference.is_empty(), "{difference}");
    assert_eq!(difference.to_string(), "Nothing differs.\n");
}

#[test]
fn a_changed_deadline_is_told_by_its_slot() {
    let old = document(&[ACKNOWLEDGE]);
    let difference = between(&old, &old.replace("4 hours", "2 hours"));
    assert_eq!(
        difference.to_string(),
        "T Test: version 1.0\n  \
           blank “time” 4 hours → 2 hours\n  \
           T 1 rule-1: changed\n    \
             deadline 4 hours → 2 hours\n    \
             running duties keep the deadline they have, for no transition says otherwise\n"
    );
    let slot = &difference.documents[0].rules[0].slots[0];
    assert_eq!(
        slot.words
            .iter()
            .map(|piece| piece.text.as_str())
            .collect::<Vec<_>>(),
        ["within", "4", "2", "hours"]
    );
    assert_eq!(difference.changed_rules().count(), 1);
}

#[test]
fn running_duties_are_shown_once_somebody_counts_them() {
    let old = document(&[ACKNOWLEDGE]);
    let mut difference = between(&old, &old.replace("4 hours", "2 hours"));
    difference.documents[0].rules[0].running = Some(37);
    assert!(
        difference
            .to_string()
            .contains("    touches 37 running duties\n")
    );
}

#[test]
fn a_rule_that_only_moves_or_is_written_anew_does_not_change() {
    let old = document(&[ACKNOWLEDGE]);
    let moved = between(&old, &old.replace("## 1 All", "## 2.1 All"));
    assert_eq!(moved.documents[0].rules[0].kind, ChangeKind::Moved);
    assert!(
        moved
            .to_string()
            .contains("T 2.1 rule-1: only moved, from T 1 to T 2.1\n")
    );
    let reworded = between(
        &old,
        &old.replace("must acknowledge it", "must acknowledge the request"),
    );
    assert_eq!(reworded.documents[0].rules[0].kind, ChangeKind::Reworded);
    assert_eq!(reworded.changed_rules().count(), 0);
    assert!(between(&old, &old.replace(",\nthe client", ", the  client")).is_empty());
}

#[test]
fn a_renamed_rule_is_followed_and_so_are_the_references_to_it() {
    let late =
        "When `rule-1` is overdue, the account manager must update the client within 1 hour.";
    let old = document(&[ACKNOWLEDGE, late]);
    let new = old
        .replace("sop rule-1", "sop acknowledge")
        .replace("`rule-1`", "`acknowledge`")
        .replace(
            "distribution =",
            "renamed = { rule-1 = \"acknowledge\" }\ndistribution =",
        );
    let rules = between(&old, &new).documents.remove(0).rules;
    assert_eq!(rules[0].kind, ChangeKind::Renamed);
    assert_eq!(rules[0].was_called.as_deref(), Some("rule-1"));
    assert_eq!(rules[1].kind, ChangeKind::Reworded);
}

#[test]
fn a_table_row_changes_the_rules_that_read_it() {
    let old = document(&[TABLE]);
    let difference = between(
        &old,
        &old.replace("| urgent | 4 hours", "| urgent | 2 hours"),
    );
    assert_eq!(
        difference.to_string(),
        "T Test: version 1.0\n  \
           T 1 rule-1: changed by its table\n    \
             table 2 of T, row “urgent”: 4 hours → 2 hours\n    \
             running duties keep the deadline they have, for no transition says otherwise\n  \
           table 2 (read by T/rule-1)\n    \
             row “urgent”: 4 hours → 2 hours\n"
    );
}

#[test]
fn rules_come_and_go_and_a_transition_is_named() {
    let old = document(&[ACKNOWLEDGE]);
    let with = document(&[
        &ACKNOWLEDGE.replace("4 hours", "1 day"),
        "From version 1.1, running duties under `rule-1` take the later one.",
    ])
    .replace("title =", "version = \"1.1\"\ntitle =");
    let shown = between(&old, &with).to_string();
    assert!(shown.starts_with("T Test: version 1.0 → 1.1\n"), "{shown}");
    assert!(
        shown.contains(
            "    running duties take the later of the old and the new deadline (T/rule-2)\n"
        ),
        "{shown}"
    );
    assert!(
        shown.contains("  T 1 rule-2: added\n    rule added: From version 1.1"),
        "{shown}"
    );
    let gone = between(&with, &old).to_string();
    assert!(gone.contains("  T 1 rule-2: taken out\n"), "{gone}");
}

#[test]
fn header_blanks_and_prose_are_told_apart_from_rules() {
    let old = document(&[
        "```sop rule-1\nWhen a request is received, the assignee must resolve it within [time].\n```\nSome prose.",
    ]);
    let new = old
        .replace(
            "owner = \"SOP supervisor\"",
            "owner = \"management\"\napprover = \"approver\"",
        )
        .replace(
            "Some prose.",
            "Some more prose, and [time: 2 days].\nA line.",
        );
    let shown = between(&old, &new).to_string();
    for line in [
        "  header: owner SOP supervisor → management\n",
        "  header: approver added: approver\n",
        "  blank “time” filled: 2 days\n",
        "    deadline [time] → 2 days\n",
        "  prose: 2 lines added, 1 line taken out\n",
    ] {
        assert!(shown.contains(line), "{line}{shown}");
    }
}

#[test]
fn a_new_document_and_one_taken_out_are_said_so() {
    let one_more = Library::default();
    let old = one(&document(&[ACKNOWLEDGE]));
    let added = redline(register(), &one_more, &old).to_string();
    assert!(
        added.starts_with("T Test: new document, version 1.0\n"),
        "{added}"
    );
    let gone = redline(register(), &old, &one_more).to_string();
    assert!(
        gone.starts_with("T Test: taken out, was version 1.0\n"),
        "{gone}"
    );
    assert!(
        gone.contains("running duties run out under the old text"),
        "{gone}"
    );
}
