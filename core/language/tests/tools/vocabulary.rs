//! The list of words.

use kept_language::vocabulary;

use super::shipped::register;

#[test]
fn the_vocabulary_is_listed_by_noun() {
    let words = vocabulary(register());
    let request = words
        .nouns
        .iter()
        .find(|noun| noun.says == "request")
        .unwrap();
    let shown = request.to_string();
    for line in [
        "## request, requests\n",
        "- must acknowledge the request; when a request is acknowledged; the last acknowledgement",
        "- if a request waits for the client\n",
        "- its urgency (also: urgency level): low < medium < high; live",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(words.every_noun.contains(&"erase …".to_owned()));
    assert!(words.roles.is_sorted());
}
