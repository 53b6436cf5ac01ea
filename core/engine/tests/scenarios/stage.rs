//! What the scenario tests share: the shipped vocabulary, a document around a few rules, and the comparison.

use std::sync::OnceLock;

use kept_engine::scenario::{Detail, Scenario, listing};
use kept_language::{Register, RegisterFile, Source};

const VOCABULARY: &[(&str, &str)] = &[
    (
        "agreements.toml",
        include_str!("../../../../sops/vocabulary/agreements.toml"),
    ),
    (
        "cases.toml",
        include_str!("../../../../sops/vocabulary/cases.toml"),
    ),
    (
        "clients.toml",
        include_str!("../../../../sops/vocabulary/clients.toml"),
    ),
    (
        "common.toml",
        include_str!("../../../../sops/vocabulary/everywhere.toml"),
    ),
    (
        "conduct.toml",
        include_str!("../../../../sops/vocabulary/conduct.toml"),
    ),
    (
        "feedback.toml",
        include_str!("../../../../sops/vocabulary/feedback.toml"),
    ),
    (
        "figures.toml",
        include_str!("../../../../sops/vocabulary/figures.toml"),
    ),
    (
        "journey.toml",
        include_str!("../../../../sops/vocabulary/journey.toml"),
    ),
    (
        "meetings.toml",
        include_str!("../../../../sops/vocabulary/meetings.toml"),
    ),
    (
        "messages.toml",
        include_str!("../../../../sops/vocabulary/messages.toml"),
    ),
    (
        "more.toml",
        include_str!("../../../../sops/vocabulary/more.toml"),
    ),
    (
        "privacy.toml",
        include_str!("../../../../sops/vocabulary/privacy.toml"),
    ),
    (
        "projects.toml",
        include_str!("../../../../sops/vocabulary/projects.toml"),
    ),
    (
        "promises.toml",
        include_str!("../../../../sops/vocabulary/promises.toml"),
    ),
    (
        "quality.toml",
        include_str!("../../../../sops/vocabulary/quality.toml"),
    ),
    (
        "requests.toml",
        include_str!("../../../../sops/vocabulary/requests.toml"),
    ),
    (
        "sales.toml",
        include_str!("../../../../sops/vocabulary/sales.toml"),
    ),
    (
        "sops.toml",
        include_str!("../../../../sops/vocabulary/sops.toml"),
    ),
    (
        "training.toml",
        include_str!("../../../../sops/vocabulary/training.toml"),
    ),
];

static REGISTER: OnceLock<Register> = OnceLock::new();

pub fn register() -> &'static Register {
    REGISTER.get_or_init(load)
}

fn load() -> Register {
    let files: Vec<RegisterFile<'_>> = VOCABULARY
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    match Register::load(&files) {
        Ok(register) => register,
        Err(problems) => panic!("{problems:?}"),
    }
}

/// A document around rules. Paragraphs that begin with `id:` are rules, others stand as they are.
pub fn document(version: &str, rules: &str) -> String {
    let mut text = format!(
        "+++\ncode = \"T\"\ntitle = \"Test\"\nowner = \"SOP supervisor\"\nversion = \"{version}\"\n\
         review = \"every 12 months\"\ndistribution = \"everyone\"\n+++\n# Test\n\n## 1 Rules\n\n"
    );
    for paragraph in rules.split("\n\n") {
        let paragraph = paragraph.trim();
        match paragraph.split_once(':') {
            Some((id, sentence)) if !id.contains(char::is_whitespace) && !id.starts_with('|') => {
                for part in ["```sop ", id, "\n", sentence.trim(), "\n```\n\n"] {
                    text.push_str(part);
                }
            }
            _ => {
                text.push_str(paragraph);
                text.push_str("\n\n");
            }
        }
    }
    text
}

pub struct Case<'a> {
    pub rules: &'a str,
    pub later: &'a [(&'a str, &'a str, &'a str)],
    pub calendar: Option<&'a str>,
    pub detail: Detail,
}

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            rules: "",
            later: &[],
            calendar: None,
            detail: Detail::Verdicts,
        }
    }
}

/// Runs a script over rules and returns the listing.
pub fn run(case: &Case<'_>, script: &str) -> String {
    let register = register();
    let first = document("1.0", case.rules);
    let later: Vec<(&str, String)> = case
        .later
        .iter()
        .map(|(from, version, rules)| (*from, document(version, rules)))
        .collect();
    let sources: Vec<(&str, [Source<'_>; 1])> = later
        .iter()
        .map(|(from, text)| {
            (
                *from,
                [Source {
                    path: "t.sop.md",
                    text,
                }],
            )
        })
        .collect();
    let later: Vec<(&str, &[Source<'_>])> = sources
        .iter()
        .map(|(from, sources)| (*from, sources.as_slice()))
        .collect();
    let sops = [Source {
        path: "t.sop.md",
        text: &first,
    }];
    let scenario = Scenario {
        register,
        sops: &sops,
        later: &later,
        calendar: case.calendar,
        script,
    };
    match scenario.run() {
        Ok(outcome) => listing(
            register,
            &outcome.calendar,
            &outcome.obligations,
            case.detail,
        ),
        Err(problem) => panic!("{problem}"),
    }
}

/// Runs a script over rules and compares the verdicts.
pub fn verdicts(rules: &str, script: &str, expected: &str) {
    let case = Case {
        rules,
        ..Case::default()
    };
    same(&run(&case, script), expected);
}

/// Runs a script over rules and compares verdicts and entries.
pub fn entries(rules: &str, script: &str, expected: &str) {
    let case = Case {
        rules,
        detail: Detail::Entries,
        ..Case::default()
    };
    same(&run(&case, script), expected);
}

pub fn same(found: &str, expected: &str) {
    let trimmed = |text: &str| {
        let lines: Vec<String> = text
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        lines.join("\n")
    };
    let (found, expected) = (trimmed(found), trimmed(expected));
    assert_eq!(
        found, expected,
        "\n--- found\n{found}\n--- expected\n{expected}"
    );
}
