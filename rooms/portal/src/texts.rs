//! The words of the portal, in the languages of its clients: they stand in `texts/`.

use std::sync::LazyLock;

use kept_ui::{Texts, Tongue, Words};

use crate::model::ForWhat;

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::read(
        include_str!("../texts/en.toml"),
        include_str!("../texts/de.toml"),
    )
});

/// The words in a language.
pub(crate) fn words(tongue: Tongue) -> Words {
    LazyLock::force(&TEXTS).words(tongue)
}

/// What a client reads before it allows a purpose, and what is kept beside its consent.
pub(crate) fn wording(tongue: Tongue, what: ForWhat, company: &str) -> String {
    let key = format!("consent.{}.wording", what.name());
    words(tongue).with(&key, &[("company", company)])
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::TEXTS;

    /// The keys that a file of ours asks for, as far as they stand there whole.
    fn asked(text: &str) -> Vec<String> {
        [".say(\"", ".with(\"", ".counted(\""]
            .iter()
            .flat_map(|begin| {
                let counted = begin.starts_with(".counted");
                text.split(begin).skip(1).map(move |rest| {
                    let key = rest.split('"').next().unwrap();
                    let many = if counted { ".many" } else { "" };
                    format!("{key}{many}")
                })
            })
            .collect()
    }

    fn all_under(folder: &Path, ending: &str, into: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                all_under(&path, ending, into);
            } else if path.extension().is_some_and(|one| one == ending) {
                into.push(fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn both_languages_say_the_same_and_every_word_that_is_asked_for_is_there() {
        assert_eq!(TEXTS.differing(), Vec::<&str>::new());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        all_under(&root.join("src"), "rs", &mut files);
        all_under(&root.join("templates"), "html", &mut files);
        let keys: Vec<String> = files.iter().flat_map(|file| asked(file)).collect();
        assert!(keys.len() > 40, "{keys:?}");
        let missing: Vec<_> = keys
            .iter()
            .filter(|key| !key.contains(['{', '(', ' ']) && !TEXTS.has(key))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
