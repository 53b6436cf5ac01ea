//! What must not stand in the repository: places of one machine, hosts of registries, markers of unfinished work,
//! file names that say nothing, large files.

use crate::finding::Finding;
use crate::repository::{Repository, Source};

/// The largest file that may be committed, in bytes.
const LARGEST: u64 = 400_000;

/// Names of files and folders that say nothing about what is inside.
const VAGUE: [&str; 9] = [
    "util", "utils", "helper", "helpers", "common", "manager", "service", "data", "misc",
];

/// Files whose text is not ours: the standard licence, and what package tools write.
const WRITTEN_ELSEWHERE: [&str; 3] = ["LICENSE", "Cargo.lock", "package-lock.json"];

struct Forbidden {
    text: &'static str,
    /// Only between characters that are no letters, digits or underscores, and with these very capitals.
    whole: bool,
    why: &'static str,
    mend: &'static str,
}

const MACHINE: &str = "it names a place of one machine";
const HOST: &str = "it names the host of a package registry";
const UNFINISHED: &str = "it marks unfinished work";
const RELATIVE: &str = "write a path from the root of the repository, or take it as a parameter";
const BY_NAME: &str = "name the package and let its client find it";
const FINISH: &str = "finish it, or write the gap into the documentation";

/// The words. They are broken in two here, so that this file does not contain them.
const FORBIDDEN: [Forbidden; 14] = [
    part(concat!("/wo", "rk/"), MACHINE, RELATIVE),
    part(concat!("/fa", "rm/"), MACHINE, RELATIVE),
    part(concat!("/ro", "ot/"), MACHINE, RELATIVE),
    part(concat!("bash_", "jobs"), MACHINE, RELATIVE),
    part(concat!("registry.", "npmjs"), HOST, BY_NAME),
    part(concat!("py", "pi.org"), HOST, BY_NAME),
    part(concat!("python", "hosted.org"), HOST, BY_NAME),
    part(concat!("static.", "crates.io"), HOST, BY_NAME),
    part(concat!("index.", "crates.io"), HOST, BY_NAME),
    part(concat!("deb.", "debian.org"), HOST, BY_NAME),
    whole(concat!("TO", "DO"), UNFINISHED, FINISH),
    whole(concat!("FIX", "ME"), UNFINISHED, FINISH),
    whole(concat!("X", "XX"), UNFINISHED, FINISH),
    whole(concat!("HA", "CK"), UNFINISHED, FINISH),
];

const fn part(text: &'static str, why: &'static str, mend: &'static str) -> Forbidden {
    Forbidden {
        text,
        whole: false,
        why,
        mend,
    }
}

const fn whole(text: &'static str, why: &'static str, mend: &'static str) -> Forbidden {
    Forbidden {
        text,
        whole: true,
        why,
        mend,
    }
}

/// Findings of all files that git sees.
///
/// # Errors
/// When the files cannot be listed or read.
pub fn check(repository: &Repository) -> Result<Vec<Finding>, String> {
    Ok(findings(&repository.sources()?))
}

fn findings(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        found.extend(vague_name(&source.path));
        found.extend(too_large(source));
        if !WRITTEN_ELSEWHERE.contains(&name(&source.path)) {
            found.extend(forbidden_words(source));
        }
    }
    found
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn vague_name(path: &str) -> Option<Finding> {
    let vague = path.split('/').find(|part| {
        let stem = part
            .trim_start_matches('.')
            .split('.')
            .next()
            .unwrap_or(part)
            .to_lowercase();
        let last = stem.rsplit(['_', '-']).next().unwrap_or(&stem);
        VAGUE.contains(&stem.as_str())
            || matches!(last, "util" | "utils" | "helper" | "helpers" | "misc")
    })?;
    Some(Finding {
        file: path.into(),
        line: 0,
        what: format!("the name `{vague}` does not say what is inside"),
        mend: "name it after the thing it holds".into(),
    })
}

fn too_large(source: &Source) -> Option<Finding> {
    (source.bytes > LARGEST).then(|| Finding {
        file: source.path.clone(),
        line: 0,
        what: format!("it has {} bytes, and {LARGEST} is the most", source.bytes),
        mend: "generate it in the build or in a test".into(),
    })
}

fn forbidden_words(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let lower = line.to_ascii_lowercase();
        for word in FORBIDDEN.iter().filter(|word| word.stands_in(line, &lower)) {
            found.push(Finding {
                file: source.path.clone(),
                line: index + 1,
                what: format!("`{}` must not stand here: {}", word.text, word.why),
                mend: word.mend.into(),
            });
        }
    }
    found
}

impl Forbidden {
    fn stands_in(&self, line: &str, lower: &str) -> bool {
        if !self.whole {
            return lower.contains(&self.text.to_ascii_lowercase());
        }
        line.match_indices(self.text).any(|(start, word)| {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let before = line.get(..start).and_then(|rest| rest.chars().next_back());
            let after = line
                .get(start + word.len()..)
                .and_then(|rest| rest.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, findings};
    use crate::repository::Source;

    fn found(path: &str, text: &str) -> Vec<String> {
        let bytes = text.len() as u64;
        let source = Source {
            path: path.into(),
            text: text.into(),
            bytes,
        };
        findings(&[source])
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_path_of_one_machine_is_found_with_its_line() {
        let found = found("README.md", concat!("one\ncd /wo", "rk/main\n"));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("README.md:2: "));
    }

    #[test]
    fn a_registry_host_is_found_whatever_its_capitals() {
        assert_eq!(found("notes.md", concat!("from PyP", "I.org")).len(), 1);
    }

    #[test]
    fn a_short_word_counts_only_when_it_stands_alone() {
        assert_eq!(found("a.md", concat!("one TO", "DO more")).len(), 1);
        assert!(found("a.md", "TODOS MASTODON").is_empty());
    }

    #[test]
    fn words_of_the_product_are_let_through() {
        assert!(
            found(
                "a.md",
                "An issue is settled; the account manager plans a training session."
            )
            .is_empty()
        );
    }

    #[test]
    fn a_vague_file_or_folder_name_is_found() {
        for path in [
            "core/kernel/src/utils.rs",
            "shell/common/lib.rs",
            "a/string_helpers.rs",
            "data/x.csv",
        ] {
            assert_eq!(found(path, "").len(), 1, "{path}");
        }
        for path in [
            "rooms/accounts/src/account_manager.rs",
            "examples/servicenow/x.toml",
            "src/database.rs",
        ] {
            assert!(found(path, "").is_empty(), "{path}");
        }
    }

    #[test]
    fn a_file_over_the_limit_is_found() {
        let text = String::new();
        let source = |bytes| Source {
            path: "log.csv".into(),
            text: text.clone(),
            bytes,
        };
        assert_eq!(findings(&[source(LARGEST + 1)]).len(), 1);
        assert!(findings(&[source(LARGEST)]).is_empty());
    }

    #[test]
    fn the_licence_and_lock_files_are_not_read() {
        let text = concat!("TO", "DO");
        assert!(found("LICENSE", text).is_empty() && found("Cargo.lock", text).is_empty());
        assert_eq!(found("CONTRIBUTING.md", text).len(), 1);
    }
}
