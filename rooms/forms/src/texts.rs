//! The words around a form, in the languages of those who fill it in: they stand in `texts/`.

use std::sync::LazyLock;

use kept_ui::{Texts, Tongue, Words};

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

/// The words in the language of a form.
pub(crate) fn of(language: &str) -> Words {
    words(Tongue::of(language).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::TEXTS;

    #[test]
    fn both_languages_say_the_same() {
        assert_eq!(TEXTS.differing(), Vec::<&str>::new());
        for key in [
            "form.send",
            "wrong.required",
            "mail.subject",
            "intake.title",
            "rating.worst",
        ] {
            assert!(TEXTS.has(key), "{key}");
        }
    }
}
