//! Every message of the archives, field by field, against what two other parsers agree on.

use std::collections::{BTreeMap, BTreeSet};

use kept_kernel::Instant;
use kept_mail::Address;
use kept_mail::reading::{Automatic, Incoming};
use serde_json::Value;

use crate::archive::{folder, messages, unpacked};

/// How many differences there are on purpose, field by field; `docs/oracle-differences.md` lists each.
const ON_PURPOSE: &[(&str, usize)] = &[
    ("date", 13),
    ("from", 4),
    ("message_id", 2),
    ("subject", 16),
    ("to", 2),
];

#[test]
fn every_message_is_read_as_two_other_parsers_agree() {
    let test = "every_message_is_read_as_two_other_parsers_agree";
    let (Some(mail), Some(oracle)) = (folder(test, "mail"), folder(test, "oracle")) else {
        return;
    };
    let messages = messages(&mail);
    let oracle = String::from_utf8(unpacked(&oracle.join("mail_fields.jsonl.gz"))).unwrap();
    let (mut read, mut differ) = (0, BTreeMap::<&str, Vec<String>>::new());
    for line in oracle.lines() {
        let row: Value = serde_json::from_str(&without_halves(line)).unwrap();
        let hash = row["sha256"].as_str().unwrap();
        let raw = messages
            .get(hash)
            .unwrap_or_else(|| panic!("no message {}", row["src"]));
        let ours = Incoming::read(raw);
        read += 1;
        for (field, ours, theirs) in compared(&ours, &row["py"]) {
            if row["agree"][field] == true && ours != theirs {
                let told = format!("{} {field}: {ours:?}, theirs {theirs:?}", row["src"]);
                differ.entry(field).or_default().push(told);
            }
        }
    }
    assert_eq!(read, 1_701);
    let known: BTreeMap<&str, usize> = ON_PURPOSE.iter().copied().collect();
    let found: BTreeMap<&str, usize> = differ
        .iter()
        .map(|(field, all)| (*field, all.len()))
        .collect();
    let all: Vec<String> = differ.into_values().flatten().collect();
    assert_eq!(found, known, "{}", all.join("\n"));
}

/// JSON without halves of letters, which Python writes for bytes that are none.
fn without_halves(line: &str) -> String {
    let mut whole = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\\ud") {
        whole.push_str(before);
        let (digits, after) = after.split_at(3);
        let is_first = matches!(digits.as_bytes()[0], b'8' | b'9' | b'a' | b'b');
        match after.strip_prefix("\\ud").filter(|_| is_first) {
            Some(second) => {
                let (second, after) = second.split_at(3);
                whole.extend(["\\ud", digits, "\\ud", second]);
                rest = after;
            }
            None => {
                whole.push('\u{fffd}');
                rest = after;
            }
        }
    }
    whole.push_str(rest);
    whole
}

fn compared(ours: &Incoming, theirs: &Value) -> Vec<(&'static str, String, String)> {
    let text = |name: &str| theirs[name].as_str().unwrap_or_default().to_owned();
    let bare = |name: &str| text(name).trim().trim_matches(['<', '>']).to_owned();
    let many = |name: &str| {
        let all = theirs[name].as_array().into_iter().flatten();
        all.filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
    };
    let date = ours.date.map(|at: Instant| at.timestamp().to_string());
    vec![
        ("subject", ours.subject.clone(), text("subject")),
        ("from", addresses(&ours.from), many("from")),
        ("to", addresses(&ours.to), many("to")),
        (
            "message_id",
            ours.message_id.clone().unwrap_or_default(),
            bare("message_id"),
        ),
        (
            "in_reply_to",
            ours.in_reply_to.first().cloned().unwrap_or_default(),
            bare("in_reply_to"),
        ),
        ("date", date.unwrap_or_default(), text("date")),
    ]
}

fn addresses(all: &[Address]) -> String {
    let set: BTreeSet<String> = all.iter().map(|one| one.email.to_lowercase()).collect();
    set.into_iter().collect::<Vec<_>>().join(" ")
}

#[test]
fn bounces_and_automatic_mail_of_many_servers_are_recognised() {
    let test = "bounces_and_automatic_mail_of_many_servers_are_recognised";
    let (Some(mail), Some(oracle)) = (folder(test, "mail"), folder(test, "oracle")) else {
        return;
    };
    let messages = messages(&mail);
    let oracle = String::from_utf8(unpacked(&oracle.join("mail_fields.jsonl.gz"))).unwrap();
    let (mut bounces, mut automatic, mut reported, mut replies, mut missed) =
        (0, 0, 0, 0, Vec::new());
    let mut human = (0, Vec::new());
    for line in oracle.lines() {
        let row: Value = serde_json::from_str(&without_halves(line)).unwrap();
        let src = row["src"].as_str().unwrap();
        let ours = Incoming::read(&messages[row["sha256"].as_str().unwrap()]);
        if src.starts_with("sisimai") {
            bounces += 1;
            automatic += usize::from(ours.automatic.is_some());
            reported += usize::from(ours.report.is_some());
            replies += usize::from(ours.automatic == Some(Automatic::Reply));
            if ours.automatic.is_none() {
                missed.push(format!(
                    "{src} {:?} {}",
                    ours.author().map(|one| &one.email),
                    ours.subject
                ));
            }
        } else if src.starts_with("reply_parsing") {
            human.0 += 1;
            if ours.automatic.is_some() {
                human.1.push(src.to_owned());
            }
        }
    }
    println!(
        "{bounces} bounces: {automatic} automatic, {reported} reports, {replies} replies; missed:\n{}",
        missed.join("\n")
    );
    println!(
        "{} replies of people, taken for automatic: {:?}",
        human.0, human.1
    );
    assert!(automatic * 100 >= bounces * 95, "{automatic} of {bounces}");
    assert!(reported * 100 >= bounces * 90, "{reported} of {bounces}");
}
