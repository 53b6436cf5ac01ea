//! What is long: the message, its paragraphs, its sentences.

use crate::about::Limits;
use crate::remark::{Kind, Remark};
use crate::text::{Part, Text};

/// The remarks on length. A sentence is remarked before its paragraph, and a paragraph of long sentences not again.
pub(crate) fn remarks(text: &Text<'_>, limits: &Limits) -> Vec<Remark> {
    let long = |part: &&Part, limit: usize| part.words.len() > limit;
    let sentences: Vec<&Part> = text
        .sentences
        .iter()
        .filter(|part| long(part, limits.sentence))
        .collect();
    let paragraphs = text.paragraphs.iter().filter(|part| {
        let covered = sentences.iter().any(|one| one.words == part.words);
        long(part, limits.paragraph) && !covered
    });
    let mut remarks: Vec<Remark> = sentences
        .iter()
        .map(|part| remark(part, "words in one sentence. Make two of it."))
        .collect();
    remarks.extend(paragraphs.map(|part| {
        remark(
            part,
            "words in one paragraph. Begin a new one where the matter changes.",
        )
    }));
    let (count, most) = (text.words.len(), limits.message);
    if count > most {
        let why = format!(
            "{count} words. Few read to the end of more than {most}: say first what matters, and leave out the rest or attach it."
        );
        remarks.push(Remark::new(Kind::Length, 0..text.whole.len(), why));
    }
    remarks
}

fn remark(part: &Part, words: &str) -> Remark {
    let why = format!("{} {words}", part.words.len());
    Remark::new(Kind::Length, part.range.clone(), why)
}
