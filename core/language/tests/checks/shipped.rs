use kept_calendar::Calendar;
use kept_language::{Context, Diagnostic, Library, Register, Severity, Source, check, read};

use crate::support;

fn warnings(context: &Context<'_>) -> (Vec<Diagnostic>, String) {
    let register: Register = support::register();
    let documents = support::texts("", ".sop.md");
    let sources: Vec<Source<'_>> = documents
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library: Library = read(&register, &sources);
    let mut messages = check(&register, &library, context);
    messages.retain(|message| message.severity > Severity::Note);
    let shown: Vec<String> = messages
        .iter()
        .map(|message| message.render(&library.documents[message.document]))
        .collect();
    (messages, shown.join("\n"))
}

#[test]
fn the_shipped_sops_give_one_warning_each_that_they_count_hours_of_two_kinds() {
    let (messages, shown) = warnings(&Context::default());
    let codes: Vec<(usize, &str)> = messages
        .iter()
        .map(|message| (message.document, message.code))
        .collect();
    let expected: Vec<(usize, &str)> = (0..5).map(|document| (document, "K402")).collect();
    assert_eq!(codes, expected, "\n{shown}");
}

#[test]
fn with_an_ordinary_week_the_shipped_sops_warn_of_deadlines_around_the_clock() {
    let calendar = Calendar::parse(crate::set::WEEK, &mut |_| Err("none".to_owned())).unwrap();
    let context = Context {
        calendar: Some(&calendar),
        ..Context::default()
    };
    let (messages, shown) = warnings(&context);
    let clocks: Vec<&str> = messages
        .iter()
        .map(|message| message.code)
        .filter(|code| *code != "K402")
        .collect();
    assert_eq!(clocks, ["K403"; 11], "\n{shown}");
}
