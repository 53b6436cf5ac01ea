//! The texts that Kept ships, for every occasion. They are there, approved, from the first start on; whoever changes one makes a
//! version of their own, and what is taken out of use stays out.

use std::collections::BTreeSet;

use kept_kernel::{Id, Instant};
use kept_store::{Store, StoreError, Write, params};
use kept_world::World;
use serde::Deserialize;

use crate::model::{Draft, TemplateId, Typed};
use crate::queries;

/// The shipped texts by their language.
const TEXTS: [(&str, &str); 2] = [
    ("en", include_str!("../texts/en.toml")),
    ("de", include_str!("../texts/de.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    text: Vec<Shipped>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    /// Its name within the language; it never changes.
    key: String,
    name: String,
    occasion: String,
    channel: String,
    #[serde(default)]
    subject: String,
    body: String,
}

/// All of them: their names, and their texts. What cannot be read is left out; a test says that there is nothing such.
pub(crate) fn texts() -> Vec<(String, Draft)> {
    let mut texts = Vec::new();
    for (language, text) in TEXTS {
        let file: Result<File, _> = toml::from_str(text);
        for one in file.map(|file| file.text).unwrap_or_default() {
            let typed = Typed {
                name: one.name,
                occasion: one.occasion,
                channel: one.channel,
                language: language.to_owned(),
                subject: Some(one.subject),
                body: one.body,
            };
            let key = format!("{language}/{}", one.key);
            texts.extend(typed.understood().ok().map(|draft| (key, draft)));
        }
    }
    texts
}

/// Puts in what is not there yet. Blocks.
///
/// # Errors
///
/// As the database says.
pub fn install(store: &Store, world: &World) -> Result<(), StoreError> {
    let known = store.read(|read| read.all::<(String,)>(queries::SHIPPED, &[]));
    let known: BTreeSet<String> = known.wait()?.into_iter().map(|(key,)| key).collect();
    let texts = texts().into_iter().filter(|(key, _)| !known.contains(key));
    let new: Vec<(Id, String, Draft)> =
        texts.map(|(key, draft)| (world.id(), key, draft)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let now = world.now();
    let put = store.write(move |tx| {
        for (id, key, draft) in &new {
            add(tx, (TemplateId(*id), key), draft, now)?;
        }
        Ok::<_, StoreError>(())
    });
    put.wait()
}

fn add(
    tx: &Write<'_>,
    (id, key): (TemplateId, &str),
    draft: &Draft,
    now: Instant,
) -> Result<(), StoreError> {
    let row = params![
        id,
        &draft.name,
        &draft.occasion,
        &draft.channel,
        &draft.language,
        Some(key),
        Some(1_u32),
        now
    ];
    // Another program has put it in meanwhile.
    if tx.execute(queries::ADD, &row)? == 0 {
        return Ok(());
    }
    let row = params![
        id,
        1_u32,
        &draft.subject,
        &draft.body,
        now,
        None::<Id>,
        Some(now)
    ];
    tx.execute(queries::ADD_VERSION, &row).map(drop)
}

#[cfg(test)]
mod tests {
    use super::{File, TEXTS, texts};
    use crate::model::OCCASIONS;

    #[test]
    fn every_shipped_text_can_stand_and_english_has_every_occasion() {
        let mut whole = 0;
        for (language, text) in TEXTS {
            let file: File = toml::from_str(text).unwrap();
            whole += file.text.len();
            assert!(!file.text.is_empty(), "{language}");
        }
        let texts = texts();
        assert_eq!(texts.len(), whole, "a text has a fault");
        for occasion in OCCASIONS {
            let found = texts.iter().any(|(_, one)| {
                one.occasion == occasion && one.language == "en" && one.channel == "email"
            });
            assert!(found, "{occasion}");
        }
    }

    #[test]
    fn what_a_writer_is_told_is_a_field_and_never_part_of_the_letter() {
        for (key, text) in texts() {
            assert!(!text.body.contains('('), "{key}: {}", text.body);
        }
        let texts = texts();
        let delay = texts.iter().find(|(key, _)| key == "en/delay");
        let merged = kept_wording::merge::merge(&delay.unwrap().1.body, &[]);
        assert!(merged.gaps.iter().any(|gap| gap == "Why, in one sentence"));
    }

    #[test]
    fn what_leaves_by_itself_needs_nobody_to_fill_a_gap() {
        // What a request always knows, and what each notice is given.
        let known = [
            ("contact.first_name", "Ruth"),
            ("contact.name", "Ruth"),
            ("client.name", "Brennan"),
            ("request.number", "R-1"),
            ("request.subject", "Invoice"),
            ("resolution", "Done"),
            ("expectation", "We write on Monday."),
            ("silence", "Then we close it."),
            ("today", "Monday"),
        ];
        let automatic = ["acknowledgement", "resolution", "closing notice"];
        for (key, text) in texts() {
            if automatic.contains(&text.occasion.as_str()) && text.channel == "email" {
                let merged = kept_wording::merge::merge(&text.body, &known);
                assert!(merged.gaps.is_empty(), "{key}: {:?}", merged.gaps);
            }
        }
    }
}
