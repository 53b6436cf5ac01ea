use kept_language::{Context, People, Person, Severity, check};

use crate::set::{
    REGISTER, document, document_with, gives, library, rules, rules_are_silent, rules_give,
};

const RULE: (&str, &str) = (
    "a",
    "When a sale is made, the salesperson must follow up with the client within 3 days; otherwise it escalates to the sales manager.",
);

fn person(name: &str, present: bool, deputy: bool) -> Person {
    Person {
        name: name.to_owned(),
        present,
        deputy,
    }
}

fn people(holders: &[(&str, Vec<Person>)]) -> People {
    People {
        holders: holders
            .iter()
            .map(|(role, holders)| (REGISTER.role(role).unwrap(), holders.clone()))
            .collect(),
        ..People::default()
    }
}

#[test]
fn a_role_is_held_by_someone_who_is_there_or_has_a_deputy() {
    let text = [document("X", &rules(&[RULE]))];
    let supervisor = ("SOP supervisor", vec![person("S", true, false)]);
    let manager = ("sales manager", vec![person("M", false, true)]);
    let with = |seller: Vec<Person>| {
        people(&[supervisor.clone(), manager.clone(), ("salesperson", seller)])
    };
    for (seller, expected) in [
        (
            vec![],
            &[("K701", "Nobody holds the role “salesperson”")][..],
        ),
        (
            vec![person("A", false, false)],
            &[("K701", "a role with nobody present")],
        ),
        (
            vec![person("A", false, false), person("B", true, false)],
            &[],
        ),
        (vec![person("A", false, true)], &[]),
    ] {
        let people = with(seller);
        let context = Context {
            people: Some(&people),
            ..Context::default()
        };
        gives(&text, &context, expected);
    }
    gives(&text, &Context::default(), &[]);
}

#[test]
fn the_approver_can_be_someone_else_than_the_author() {
    let text = |approver: &str| {
        [document_with(
            "X",
            &format!("approver = \"{approver}\""),
            "",
        )]
    };
    gives(
        &text("SOP supervisor"),
        &Context::default(),
        &[("K702", "The role that owns this document")],
    );
    gives(&text("approver"), &Context::default(), &[]);
    let mut staff = people(&[
        ("SOP supervisor", vec![person("S", true, false)]),
        ("approver", vec![person("A", true, false)]),
    ]);
    staff.authors.insert("X".to_owned(), vec!["A".to_owned()]);
    gives(
        &text("approver"),
        &Context {
            people: Some(&staff),
            ..Context::default()
        },
        &[("K702", "Only the author of this document")],
    );
    staff
        .authors
        .insert("X".to_owned(), vec!["A".to_owned(), "S".to_owned()]);
    gives(
        &text("approver"),
        &Context {
            people: Some(&staff),
            ..Context::default()
        },
        &[],
    );
}

#[test]
fn a_clause_without_a_rule_is_counted() {
    let body = format!("### 1.1 Below\n{}## 2 Words\n\nText.\n", rules(&[RULE]));
    let library = library(&[document("X", &body)]);
    let messages = check(&REGISTER, &library, &Context::default());
    let notes: Vec<&str> = messages
        .iter()
        .filter(|message| message.severity == Severity::Note)
        .map(|message| library.documents[0].words(message.range))
        .collect();
    assert_eq!(notes, ["## 2 Words"]);
}

#[test]
fn a_rule_that_another_document_repeats_is_said_once() {
    let one = "When a sale is made, if the client is new, the salesperson must follow up with the client within 3 days, with a reason.";
    let two = "When a sale is made, if the client is new, the account manager must follow up with the client within 1 day, with a reason.";
    let other = "When a sale is made, if the client is new, the account manager must follow up with the client within 1 day.";
    let texts = |second: &str| {
        [
            document("A", &rules(&[("a", one)])),
            document("B", &rules(&[("b", second)])),
        ]
    };
    gives(
        &texts(two),
        &Context::default(),
        &[("K704", "A `a` (0.sop.md, line 11)")],
    );
    gives(&texts(other), &Context::default(), &[]);
    rules_give(
        &[
            (
                "a",
                "A request must not be closed unless its resolution is known.",
            ),
            (
                "b",
                "A request must not be closed unless its resolution is known.",
            ),
        ],
        &[("K704", "a rule that repeats another")],
    );
}

#[test]
fn a_target_says_what_it_takes() {
    rules_give(
        &[(
            "a",
            "Target: resolution time is at most 24 hours, measured every quarter.",
        )],
        &[("K605", "target without statistic")],
    );
    rules_give(
        &[(
            "a",
            "Target: oddness is at least 3, measured every quarter.",
        )],
        &[("K605", "target without statistic")],
    );
    rules_give(
        &[(
            "a",
            "Target: share of prepared follow-ups is at least 80 %, measured every quarter.",
        )],
        &[("K605", "target without population")],
    );
    rules_are_silent(&[
        (
            "a",
            "Target: resolution time is at most 24 hours on average, measured every quarter.",
        ),
        (
            "b",
            "Target: oddness is at least 3 at the median, measured every quarter.",
        ),
        (
            "c",
            "Target: client satisfaction is at least 90 %, measured every quarter.",
        ),
        ("d", "Measure: share of prepared follow-ups every month."),
    ]);
}
