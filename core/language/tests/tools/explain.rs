//! Rules in plain words.

use kept_language::{Explanation, Library, explain, explain_short};

use super::shipped::{document, library, one, register};

/// A rule of a small document, explained.
fn told(library: &Library, id: &str) -> Explanation {
    explain(register(), library, library.documents[0].rule(id).unwrap())
}

/// One sentence, explained.
fn of(sentence: &str) -> String {
    let library = one(&document(&[sentence]));
    assert!(
        library.documents[0].rules[0].sentence.is_some(),
        "{:?}",
        library.diagnostics
    );
    told(&library, "rule-1").to_string()
}

fn says(told: &str, lines: &[&str]) {
    for line in lines {
        assert!(told.contains(line), "{line}\nis not in\n{told}");
    }
}

#[test]
fn every_shipped_rule_is_explained_in_whole_sentences() {
    for document in &library().documents {
        for rule in &document.rules {
            let told = explain(register(), library(), rule);
            assert!(!told.sections.is_empty(), "{}", told.rule);
            for sentence in told.sections.iter().flat_map(|section| &section.sentences) {
                let odd = sentence.contains(['[', ']', '{', '}', '`', '\n'])
                    || [" a a", "  ", " it it ", "..", ",,", " an a "]
                        .iter()
                        .any(|odd| sentence.contains(odd));
                assert!(!odd, "{}: {sentence}", told.rule);
                assert!(sentence.ends_with('.'), "{}: {sentence}", told.rule);
            }
            let short = explain_short(register(), library(), rule);
            assert!(
                !short.contains('\n') && short.ends_with('.'),
                "{}: {short}",
                told.rule
            );
        }
    }
}

#[test]
fn a_duty_is_told_from_its_start_to_its_end() {
    let library = one(&document(&[
        "When a request is received,\nthe client service representative must acknowledge it within [time: 1 business hour],\n\
         with an estimated time to resolution or a reason;\n15 business minutes before, it warns the owner;\n\
         otherwise it escalates to the account manager, and after 1 business hour to management in working hours.",
    ]));
    assert_eq!(
        told(&library, "rule-1").to_string(),
        "\
T 1 All · rule-1

The client service representative acknowledges a request within 1 business hour.

What starts it
- It starts when a request is received.
- The time counts from the moment at which this happened, not from when somebody typed it in.
- While it is open for a request, the same thing happening again starts no second one.

Who owes it
- The client service representative owes it: the one named for the request, else one of the client's account team. Where nobody is named, it waits in the queue of all who hold the role.
- If the owner is away, the deputy does it. Passing it on to somebody else moves no deadline.

What must be done
- The client service representative must acknowledge the request.

Until when
- Within 1 business hour of that moment.
- Business time: only working time counts; closed hours and holidays do not.
- Nothing stops this clock.

What counts as done
- It is done when the request is acknowledged.
- It counts as well when the request is answered or read back to the client.
- It may be done by the client service representative, the account manager or technical support.
- An automatic message or step counts too, and the record says that it was automatic.
- It must be shown by a message to the client. With it must come an estimated time to resolution or a reason.
- The parts may come one after another; it is done when the last one is there.

If time runs out
- 15 business minutes before the deadline, the owner is warned.
- At the deadline, the account manager is asked to see that it is done.
- 1 business hour after the deadline, management is asked too.
- Outside working hours this waits for the next opening.
- Anyone who owes it themselves, is away or has left is passed over for the next in line.
- It is still owed after the deadline. Done then, it counts as met late; never done, as missed. That it was late stays on record.

What ends it
- If the request is reopened, it does not start again.
- If the request is closed before it is done, the duty is missed.
- It falls away, and is not counted, when the request is merged, marked as duplicate, marked as spam or withdrawn.
"
    );
}

#[test]
fn a_condition_a_pause_and_a_reopening_are_told() {
    says(
        &of(
            "When a request is received, if its urgency is high and it is unresolved, the assignee must resolve it within \
             2 days, pausing while it waits for the client, unless its resolution is known; if reopened, it goes on.",
        ),
        &[
            "- It starts when a request is received, if the request's urgency is high and the request is unresolved.\n",
            "- The assignee owes it: the person whom the request names as its assignee.\n",
            "- These are days of the calendar: weekends and holidays count, and it is due at the same time of day.\n",
            "- The clock stands still while the request waits for the client.\n",
            "- Nothing is owed if the request's resolution is known.",
            "- If the request is reopened, it goes on with the time that was left",
            "- When the request's urgency changes or it changes whether the request is unresolved while it is open, it is judged again",
            "- As long as it is not known what the request's urgency is, no clock runs and it shows as “cannot be judged”.",
            "nobody else is told.\n",
        ],
    );
}

#[test]
fn a_deadline_by_table_names_its_rows_and_facts() {
    let text = document(&[
        "```sop rule-1\nWhen a request is received, the assignee must resolve it within the time in table 2.\n```\n\n\
         Table 2: Time to resolve\n\n| priority | **resolution time** |\n| --- | --- |\n| urgent | [u: 4 hours] |\n| low, medium \
         | 3 days |\n| otherwise | 1 day |",
    ]);
    says(
        &told(&one(&text), "rule-1").to_string(),
        &[
            "- Within the time in table 2 from that moment.\n",
            "- The resolution time stands in table 2 of T, “Time to resolve”.\n",
            "- The row follows the facts: when they change, so does the deadline.\n",
            "The rows of the table\n- Priority urgent: 4 hours.\n- Priority low or medium: 3 days.\n- All other cases: 1 day.\n",
            "- When the request's priority changes while it is open, the deadline is reckoned again",
        ],
    );
}

#[test]
fn exceptions_and_what_hangs_on_a_rule_are_found_in_all_documents() {
    let first = document(&[
        "When a sale is made, the salesperson must follow up with the client within 3 business days.",
        "The sales manager may grant exceptions to this document for at most 3 months.",
    ]);
    let second = document(&[
        "Exception to T `rule-1`: if the client is Platinum, within 1 business day; the sales manager must do it.",
        "Exception to `rule-1`: if the sale is sensitive, it does not apply.",
        "When T `rule-1` is overdue, the sales manager must contact the client within 1 day.",
    ])
    .replace("code = \"T\"", "code = \"U\"");
    let library = super::shipped::of(&[("one".to_owned(), first), ("other".to_owned(), second)]);
    says(
        &told(&library, "rule-1").to_string(),
        &[
            "- “rule-1” (U 1): if the client is Platinum, the deadline is “within 1 business day”; the sales manager must do it.\n",
            "- Where that applies, “rule-2” (U 1): if the sale is sensitive, it does not apply.\n",
            "- The sales manager may allow a single exception for at most 3 months (T 1).",
            "- When it is overdue, “rule-3” (U 1) starts.\n",
        ],
    );
    let exception = explain(register(), &library, &library.documents[1].rules[1]).to_string();
    says(
        &exception,
        &[
            "It is an exception to “rule-1” (U 1)",
            "As long as it is not known whether the sale is sensitive",
        ],
    );
}

#[test]
fn rhythms_say_when_they_come_round() {
    says(
        &of(
            "Every 90 days, or the client's preferred rhythm, since the last follow-up, for each client, while the client is active, \
             the salesperson must follow up with the client through the client's preferred channel.",
        ),
        &[
            "Every 90 days, or the client's preferred rhythm, since the last follow-up, for each client, while the client is active, the \
             salesperson follows up with the client through the client's preferred channel.\n",
            "- Doing it starts the next round.\n",
            "- Where the client's preferred rhythm is known, that is the time; otherwise it is 90 days.\n",
        ],
    );
    says(
        &of("Every quarter, the SOP supervisor must review the figures within 10 business days."),
        &[
            "- It starts at the beginning of every quarter and looks back at the quarter before.",
            "- The SOP supervisor owes it.\n",
        ],
    );
}

#[test]
fn gates_and_permissions_say_who_may_pass() {
    let library = one(&document(&[
        "A request must not be closed until the client confirms the resolution, or 5 business days pass after the closing notice \
         without an answer from the client.",
        "Management may close a request, with a reason, despite `rule-1`.",
    ]));
    says(
        &told(&library, "rule-1").to_string(),
        &[
            "- A request must not be closed until one of these is so: (a) the client confirms the resolution; (b) 5 business days pass \
             after the closing notice without an answer from the client.\n",
            "- An answer from the client ends the wait without result; it begins again with the next closing notice.\n",
            "- Management may do it all the same, with a reason (T 1).\n",
        ],
    );
    says(
        &told(&library, "rule-2").to_string(),
        &[
            "- Management may close a request even where “rule-1” (T 1) bars it.\n- With it must come a reason.\n",
        ],
    );
}

#[test]
fn the_steps_of_a_procedure_stand_in_their_order() {
    let library = one(&document(&[
        "```sop onboarding\nProcedure \"Onboarding\" starts when an agreement is signed, for its project:\n1. `welcome`\n\
         2. At the same time, `form`: the client must return the intake form of the project within 5 days\n\
         3. After `welcome`, `call`, if the client is active: the account manager must hold the kick-off meeting of the project\n```",
        "```sop welcome\nAs a step, the client relations manager must send the welcome email of the project within 1 business day.\n```",
    ]));
    says(
        &told(&library, "onboarding").to_string(),
        &[
            "“Onboarding”: 3 steps, starting when an agreement is signed.\n",
            "\n1. First, the client relations manager sends the welcome email of the project within 1 business day (“welcome”).\n\
             2. At the same time, the client returns the intake form of the project within 5 days (“form”).\n\
             3. Once “welcome” is done, if the client is active, the account manager holds the kick-off meeting of the project (“call”).\n",
        ],
    );
    says(
        &told(&library, "call").to_string(),
        &["- It is a step of “Onboarding” (T 1), needed only if the client is active.\n"],
    );
    says(
        &told(&library, "form").to_string(),
        &["- The client owes it."],
    );
}

#[test]
fn all_other_kinds_are_told_in_plain_words() {
    says(
        &of(
            "A client is active if an agreement is in force or a sale has been made in the last 12 months.",
        ),
        &[
            "- A client is active if one of these holds: (a) an agreement is in force; (b) a sale has been made in the last 12 months.\n",
        ],
    );
    says(
        &of("Target: client satisfaction is at least 90 %, measured every quarter."),
        &["- Client satisfaction is to be at least 90 %.\n- It is measured every quarter.\n"],
    );
    says(
        &of(
            "Course \"Care\" takes half a day for the salesperson, within 2 months, renewed every 12 months, with a test; 30 days \
             before, it warns the learner.",
        ),
        &[
            "- “Care” is a course of half a day.\n",
            "- It is done when the test is passed; attending is not enough.\n",
            "- 30 days before it is due, the learner is warned.\n",
        ],
    );
    says(
        &of(
            "Keep interactions for 7 years after the last one, then erase them, unless on legal hold.",
        ),
        &["- Interactions are kept for 7 years after the client's last one, then erased.\n"],
    );
    says(
        &of(
            "Every week, quality control checks 5 % of the closed requests, at least 3, by tier, within 5 business days.",
        ),
        &["- Quality control checks 5 % of them, at least 3.\n"],
    );
    says(
        &of("Every month, management receives \"Sales\" with charts within 5 business days."),
        &[
            "- Management receives the report “Sales”, with charts, about the month that has just ended.\n",
            "- The SOP supervisor owes it, as owner of this document.\n",
        ],
    );
    says(
        &of("\"Update\" means news from a person."),
        &["- “Update” means news from a person.\n"],
    );
    let library = one(&document(&[
        "When a request is received, the assignee must resolve it within 1 day.",
        "From version 1.1, running duties under `rule-1` take the later one.",
    ]));
    says(
        &told(&library, "rule-2").to_string(),
        &[
            "- When version 1.1 takes effect, duties that already run under “rule-1” (T 1) take the later of the old and the new deadline.\n",
        ],
    );
    says(
        &told(&library, "rule-1").to_string(),
        &["- From version 1.1, running duties take the later of the old and the new deadline.\n"],
    );
}

#[test]
fn a_rule_that_cannot_be_read_says_so() {
    let library = one(&document(&["Something else entirely."]));
    let told = told(&library, "rule-1");
    assert_eq!(told.kind, "unread");
    says(
        &told.to_string(),
        &["- This rule cannot be read yet, so nothing follows from it."],
    );
}
