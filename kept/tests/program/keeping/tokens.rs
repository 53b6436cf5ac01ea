//! Tokens from the command line.

use super::house::Street;
use crate::runs::kept_with;

#[test]
fn a_token_is_printed_alone_and_needs_a_person_or_what_it_may_do() {
    let street = Street::new("tokens");
    street.house("one", 1);
    let (data, key) = (street.path("one"), street.key_file("one"));
    let run = |input: &str, command: &[&str]| {
        let place = ["--data", &data, "--key-file", &key];
        kept_with(input, &[command, &place].concat())
    };
    let maya = ["--email", "maya@desk.example", "--name", "Maya"];
    let add = [&["user", "add", "--role", "account-manager"], &maya[..]].concat();
    assert_eq!(run("copper kettle moss\n", &add).status, 0);
    let create = |more: &[&str]| run("", &[&["token", "create"], more].concat());
    let company = ["--name", "Web shop", "--scope", "read-requests"];
    for good in [&maya[..], &company] {
        let made = create(good);
        assert_eq!(made.status, 0, "{}", made.err);
        let line = made.out.strip_suffix('\n').unwrap();
        assert!(
            line.starts_with("kept_") && !line.contains(char::is_whitespace),
            "{line}"
        );
    }
    for (bad, words) in [
        (&["--name", "Nobody's"][..], "--scope"),
        (&["--name", "x", "--scope", "all"], "all"),
        (
            &["--name", "x", "--email", "ben@desk.example"],
            "Nobody who works here",
        ),
    ] {
        let refused = create(bad);
        assert_eq!(refused.status, 2, "{bad:?}");
        assert!(
            refused.out.is_empty() && refused.err.contains(words),
            "{}",
            refused.err
        );
    }
}
