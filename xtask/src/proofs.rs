//! The claims of `asvs.toml`: each names tests that are there and run.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::repository::{Repository, Source};

const CLAIMS: &str = "asvs.toml";

/// Findings of the claims.
///
/// # Errors
/// When the repository cannot be read, or the claims are no TOML.
pub fn check(repository: &Repository) -> Result<Vec<Finding>, String> {
    let sources = repository.sources()?;
    let claims = sources.iter().find(|source| source.path == CLAIMS);
    let claims = claims.ok_or_else(|| format!("there is no {CLAIMS}"))?;
    let standard = repository.shared().join("security/asvs-5.0.0.csv");
    let standard = std::fs::read_to_string(standard).ok();
    judge(claims, &sources, standard.as_deref())
}

/// Holds the claims against the sources, and against the standard where it is at hand.
fn judge(
    claims: &Source,
    sources: &[Source],
    standard: Option<&str>,
) -> Result<Vec<Finding>, String> {
    let table: toml::Table = claims
        .text
        .parse()
        .map_err(|error| format!("{CLAIMS}: {error}"))?;
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    let requirements = table.get("requirement").and_then(toml::Value::as_array);
    for requirement in requirements.into_iter().flatten() {
        let text = |name: &str| requirement.get(name).and_then(toml::Value::as_str);
        let id = text("id").unwrap_or_default();
        let line = line_of(&claims.text, &format!("\"{id}\""));
        let mut find = |what: String, mend: &str| {
            findings.push(Finding {
                file: CLAIMS.to_owned(),
                line,
                what,
                mend: mend.to_owned(),
            });
        };
        if !seen.insert(id) {
            find(format!("{id} is claimed twice"), "join the two");
        }
        let known = standard.is_none_or(|text| text.contains(&format!(",{id},")));
        if id.is_empty() || !known {
            find(
                format!("`{id}` is no requirement of the standard"),
                "look it up",
            );
        }
        if text("claim").is_none_or(str::is_empty) {
            find(
                format!("{id} claims nothing"),
                "say in a sentence what holds",
            );
        }
        let tests = requirement.get("tests").and_then(toml::Value::as_array);
        let tests: Vec<_> = tests
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_str)
            .collect();
        if tests.is_empty() {
            find(
                format!("{id} names no test"),
                "name the tests that prove it",
            );
        }
        for test in tests {
            if let Err(what) = runs(test, sources) {
                find(what, "name a test that runs, or take the claim back");
            }
        }
    }
    Ok(findings)
}

/// Whether the test is there and not left out.
fn runs(test: &str, sources: &[Source]) -> Result<(), String> {
    let (path, name) = test
        .split_once('#')
        .ok_or_else(|| format!("`{test}` is not FILE#NAME"))?;
    let source = sources
        .iter()
        .find(|source| source.path == path)
        .ok_or_else(|| format!("there is no file {path}"))?;
    let missing = || format!("there is no test `{name}` in {path}");
    let left_out = || format!("the test `{name}` in {path} is left out");
    if !path.ends_with(".rs") {
        let begins = [format!("test('{name}'"), format!("test(`{name}`")];
        let found = begins.iter().any(|begin| source.text.contains(begin));
        return found.then_some(()).ok_or_else(missing);
    }
    let lines: Vec<_> = source.text.lines().map(str::trim).collect();
    let begin = format!("fn {name}(");
    let at = lines.iter().position(|line| line.starts_with(&begin));
    let at = at.ok_or_else(missing)?;
    let mut notes = lines
        .iter()
        .take(at)
        .rev()
        .take_while(|line| line.starts_with("#["));
    if notes.any(|note| note.starts_with("#[ignore")) {
        return Err(left_out());
    }
    let of_macro = source.text.contains("on_both! {")
        && lines.get(at).is_some_and(|line| line.contains("(home)"));
    let marked = lines
        .iter()
        .take(at)
        .rev()
        .take_while(|line| line.starts_with("#["))
        .any(|note| *note == "#[test]");
    (of_macro || marked).then_some(()).ok_or_else(missing)
}

fn line_of(text: &str, words: &str) -> usize {
    let found = text.lines().position(|line| line.contains(words));
    found.map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::{Source, judge, runs};

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.into(),
            text: text.into(),
            bytes: text.len() as u64,
        }
    }

    fn sources() -> [Source; 2] {
        let rust = "#[test]\nfn one_holds() {}\n#[test]\n#[ignore = \"slow\"]\nfn two_holds() {}\nfn no_test() {}\n\
                    on_both! {\n    fn three_holds(home) {\n    }\n}\n";
        let script = "test('four holds', () => {});\ntest.skip('five holds', () => {});\n";
        [source("a.rs", rust), source("b.test.js", script)]
    }

    #[test]
    fn a_test_is_live_where_it_is_there_and_not_left_out() {
        let live = |test| runs(test, &sources()).is_ok();
        assert!(live("a.rs#one_holds") && live("a.rs#three_holds") && live("b.test.js#four holds"));
        for dead in [
            "a.rs#two_holds",
            "a.rs#no_test",
            "a.rs#other",
            "b.test.js#five holds",
            "c.rs#one_holds",
            "one",
        ] {
            assert!(!live(dead), "{dead}");
        }
    }

    #[test]
    fn a_claim_without_a_live_test_or_of_no_requirement_is_found() {
        let claims = "[[requirement]]\nid = \"V1.1\"\nclaim = \"x\"\ntests = [\"a.rs#one_holds\"]\n\
                      [[requirement]]\nid = \"V9.9\"\nclaim = \"x\"\ntests = [\"a.rs#two_holds\"]\n\
                      [[requirement]]\nid = \"V1.1\"\nclaim = \"\"\ntests = []\n";
        let found = judge(
            &source("asvs.toml", claims),
            &sources(),
            Some("a,b,c,V1.1,text,1"),
        )
        .unwrap();
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(found[0].starts_with("asvs.toml:6:"), "{found:?}");
    }
}
