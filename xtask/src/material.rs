//! Material for fuzzing that the repository has already: every sentence and every section of its SOP documents and
//! of the language book, its calendars, mappings and vocabulary; and the words in them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::repository::{Repository, Source};

/// What a target can start from beside its seeds; nothing for some.
///
/// # Errors
/// When the repository's files cannot be read.
pub fn of(repository: &Repository, target: &str) -> Result<Vec<String>, String> {
    let (is_material, cut): (fn(&str) -> bool, Cut) = match target {
        "sop_sentence" => (in_the_language, sentences),
        "sop_document" => (in_the_language, sections),
        "calendar_file" => (|path| path.ends_with("calendar.toml"), whole),
        "mapping" => (
            |path| path.ends_with("mapping.toml") || path == "docs/mapping.md",
            settings,
        ),
        "vocabulary" => (|path| path.starts_with("sops/vocabulary/"), entries),
        _ => return Ok(Vec::new()),
    };
    let sources = repository.sources()?;
    Ok(sources
        .iter()
        .filter(|Source { path, .. }| is_material(path))
        .flat_map(|source| cut(&source.text))
        .collect())
}

/// The words of these texts, one in each line of a libFuzzer dictionary: noise that is made of them gets past the
/// first word of a sentence.
pub fn dictionary(texts: &[String]) -> String {
    let words: BTreeSet<&str> = texts
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && !"-_`'".contains(c)))
        .filter(|word| (2..=24).contains(&word.len()) && word.is_ascii())
        .collect();
    let mut lines = String::new();
    for word in words {
        let _ = writeln!(lines, "\"{word}\"\n\" {word} \"");
    }
    lines
}

/// Cuts a file into inputs.
type Cut = fn(&str) -> Vec<String>;

fn in_the_language(path: &str) -> bool {
    path.ends_with(".sop.md") || path.starts_with("docs/language/")
}

fn whole(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

/// A mapping file whole; of a page that explains mappings, each example.
fn settings(text: &str) -> Vec<String> {
    let examples = fenced(text, "```toml");
    if examples.is_empty() {
        whole(text)
    } else {
        examples
    }
}

/// A vocabulary file in pieces that an input has room for.
fn entries(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for entry in text.split_inclusive("\n\n") {
        if pieces.last().is_some_and(|piece| piece.len() > 1_500) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push_str(entry);
        }
    }
    pieces
}

/// The insides of the fenced `sop` blocks.
fn sentences(text: &str) -> Vec<String> {
    fenced(text, "```sop")
}

/// The insides of the blocks that begin with this fence.
fn fenced(text: &str, fence: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match &mut open {
            None if line.starts_with(fence) => open = Some(String::new()),
            None => {}
            Some(_) if line.starts_with("```") => blocks.extend(open.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}

/// Each section of second level as a document with the header of the whole.
fn sections(text: &str) -> Vec<String> {
    let header = header(text);
    let sections = text.split("\n## ").skip(1);
    sections
        .map(|section| format!("{header}\n## {section}"))
        .collect()
}

fn header(text: &str) -> &str {
    let inside = text
        .strip_prefix("+++\n")
        .and_then(|rest| rest.find("\n+++\n"));
    inside
        .and_then(|end| text.get(..end + "+++\n\n+++\n".len()))
        .unwrap_or("+++\ncode = \"X\"\n+++\n")
}

#[cfg(test)]
mod tests {
    use super::{dictionary, entries, sections, sentences};

    const TEXT: &str = "+++\ncode = \"A\"\n+++\nProse.\n\n## 1 One\n\n```sop first\nWhen x,\nit must y.\n```\n\n## 2 Two\nEnd.\n";

    #[test]
    fn a_sentence_is_the_inside_of_its_block() {
        assert_eq!(sentences(TEXT), ["When x,\nit must y.\n"]);
    }

    #[test]
    fn a_section_stands_under_the_header_of_its_document() {
        let sections = sections(TEXT);
        assert_eq!(sections.len(), 2);
        assert_eq!(sections[1], "+++\ncode = \"A\"\n+++\n\n## 2 Two\nEnd.\n");
    }

    #[test]
    fn the_words_of_the_material_stand_alone_and_spaced() {
        let texts = ["When it, it is `x`.".to_owned()];
        assert_eq!(
            dictionary(&texts),
            "\"When\"\n\" When \"\n\"`x`\"\n\" `x` \"\n\"is\"\n\" is \"\n\"it\"\n\" it \"\n"
        );
    }

    #[test]
    fn a_long_file_is_cut_between_its_entries() {
        let entry = format!("[acts.a]\ndo = \"{}\"\n\n", "x".repeat(1_000));
        let pieces = entries(&entry.repeat(3));
        assert_eq!(pieces, [entry.repeat(2), entry]);
    }
}
