//! Material for fuzzing that the repository has already: every sentence and every section of its SOP documents and
//! of the language book.

use crate::repository::{Repository, Source};

/// What a target can start from beside its seeds; nothing for most.
///
/// # Errors
/// When the repository's files cannot be read.
pub fn of(repository: &Repository, target: &str) -> Result<Vec<String>, String> {
    let cut: fn(&str) -> Vec<String> = match target {
        "sop_sentence" => sentences,
        "sop_document" => sections,
        _ => return Ok(Vec::new()),
    };
    let sources = repository.sources()?;
    Ok(sources
        .iter()
        .filter(|source| is_written_in_the_language(source))
        .flat_map(|source| cut(&source.text))
        .collect())
}

fn is_written_in_the_language(source: &Source) -> bool {
    source.path.ends_with(".sop.md") || source.path.starts_with("docs/language/")
}

/// The insides of the fenced `sop` blocks.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match &mut open {
            None if line.starts_with("```sop") => open = Some(String::new()),
            None => {}
            Some(_) if line.starts_with("```") => sentences.extend(open.take()),
            Some(sentence) => {
                sentence.push_str(line);
                sentence.push('\n');
            }
        }
    }
    sentences
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
    use super::{sections, sentences};

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
}
