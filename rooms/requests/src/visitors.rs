//! What the pages for people without an account say, in the languages that they are read in: the words stand in `texts/`.

use std::convert::Infallible;
use std::sync::LazyLock;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use kept_ui::{Texts, Tongue, Words};

use crate::model::Fault;
use crate::model::draft::{LONGEST_SUBJECT, LONGEST_TEXT};

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::read(
        include_str!("../texts/en.toml"),
        include_str!("../texts/de.toml"),
    )
});

/// The words for whoever asks: in the language that the address names by `?lang=`, else in the first of ours that the browser asks
/// for, else in English.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoken(pub(crate) Words);

impl<S: Sync> FromRequestParts<S> for Spoken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let mut asked = form_urlencoded::parse(query.as_bytes());
        let named = asked.find(|(name, _)| name == "lang");
        let named = named.and_then(|(_, code)| Tongue::of(&code));
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|asked| asked.to_str().ok());
        let tongue = named.or_else(|| accepted.and_then(Tongue::accepted));
        Ok(Self(words(tongue.unwrap_or_default())))
    }
}

fn words(tongue: Tongue) -> Words {
    LazyLock::force(&TEXTS).words(tongue)
}

/// What a kind of request is called; one that only a company has is called as it is.
pub(crate) fn category(words: Words, name: &str) -> String {
    let own = words.say(&format!("category.{}", name.replace(' ', "_")));
    if own.is_empty() { name } else { own }.to_owned()
}

/// What is wrong, to whoever wrote it.
pub(crate) fn fault(words: Words, fault: Fault) -> String {
    let long = |key: &str, most: usize| words.with(key, &[("most", &most.to_string())]);
    match fault {
        Fault::NoAddress => words.say("wrong.email").to_owned(),
        Fault::UnknownCategory => words.say("wrong.category").to_owned(),
        Fault::NoSubject => words.say("wrong.no_subject").to_owned(),
        Fault::LongSubject => long("wrong.long_subject", LONGEST_SUBJECT),
        Fault::NoBody => words.say("wrong.no_body").to_owned(),
        Fault::LongBody => long("wrong.long_body", LONGEST_TEXT),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::TEXTS;

    #[test]
    fn both_languages_say_the_same_and_every_word_that_is_asked_for_is_there() {
        assert_eq!(TEXTS.differing(), Vec::<&str>::new());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = [
            "src/visitors.rs",
            "src/pages/public.rs",
            "src/pages/public/confirm.rs",
            "templates/requests/ask.html",
            "templates/requests/confirm.html",
        ];
        let mut keys = Vec::new();
        for file in files {
            let text = fs::read_to_string(root.join(file)).unwrap();
            for begin in ["words.say(\"", "self.which(\"", " long(\""] {
                let rest = text.split(begin).skip(1);
                keys.extend(rest.map(|rest| rest.split('"').next().unwrap().to_owned()));
            }
        }
        assert!(keys.len() > 30, "{keys:?}");
        keys.retain(|key| !TEXTS.has(key));
        assert!(keys.is_empty(), "{keys:?}");
    }
}
