//! Relative links in Markdown files: the file and the anchor they name must be there.
//!
//! Read are inline links and images, and definitions of reference links; code is left out. Links with a scheme
//! are not followed: the check needs no network.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::repository::{Repository, Source};
use crate::slug::Slugs;

/// Findings of all Markdown files that git sees.
///
/// # Errors
/// When the files cannot be listed or read.
pub fn check(repository: &Repository) -> Result<Vec<Finding>, String> {
    Ok(findings(&repository.sources()?))
}

fn findings(sources: &[Source]) -> Vec<Finding> {
    let markdown = || sources.iter().filter(|source| is_markdown(&source.path));
    let anchors: BTreeMap<&str, BTreeSet<String>> = markdown()
        .map(|source| (source.path.as_str(), anchors(&source.text)))
        .collect();
    let places = places(sources);
    let mut found = Vec::new();
    for source in markdown() {
        for (line, target) in links(&source.text) {
            let Some((what, mend)) = fault(&source.path, &target, &places, &anchors) else {
                continue;
            };
            found.push(Finding {
                file: source.path.clone(),
                line,
                what,
                mend,
            });
        }
    }
    found
}

fn fault(
    from: &str,
    target: &str,
    places: &BTreeSet<&str>,
    anchors: &BTreeMap<&str, BTreeSet<String>>,
) -> Option<(String, String)> {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let place = if path.is_empty() {
        Some(from.to_string())
    } else {
        join(from, path)
    };
    let Some(place) = place else {
        let what = format!("the link `{target}` leaves the repository");
        return Some((what, "link only to what lies in the repository".into()));
    };
    if !places.contains(place.as_str()) {
        let what = format!("the link `{target}` leads to `{place}`, which is not there");
        return Some((what, "mend the path, or take the link out".into()));
    }
    if anchor.is_empty()
        || anchors
            .get(place.as_str())
            .is_none_or(|known| known.contains(anchor))
    {
        return None;
    }
    let known = anchors.get(place.as_str()).into_iter().flatten();
    let near = known
        .min_by_key(|known| strsim::levenshtein(known, anchor))
        .map_or(String::new(), |near| format!(": the nearest is `#{near}`"));
    Some((
        format!("`{place}` has no heading for `#{anchor}`"),
        format!("use one that it has{near}"),
    ))
}

/// All files, and all folders above them.
fn places(sources: &[Source]) -> BTreeSet<&str> {
    let mut places = BTreeSet::from([""]);
    for source in sources {
        let mut path = source.path.as_str();
        while places.insert(path) {
            let Some((folder, _)) = path.rsplit_once('/') else {
                break;
            };
            path = folder;
        }
    }
    places
}

/// The place that `path` names when it stands in the file `from`; `None` when it leaves the repository.
fn join(from: &str, path: &str) -> Option<String> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn is_markdown(path: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}

/// Lines outside fenced code, counted from 1, with code spans blanked out.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<(char, usize)> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let start = line.trim_start();
        let mark = start.chars().next().filter(|c| matches!(c, '`' | '~'));
        let length = mark.map_or(0, |mark| start.chars().take_while(|c| *c == mark).count());
        match (fence, mark) {
            (None, Some(mark)) if length >= 3 => fence = Some((mark, length)),
            (None, _) => return Some((index + 1, line)),
            (Some((open, least)), Some(mark)) if mark == open && length >= least => fence = None,
            (Some(_), _) => {}
        }
        None
    })
}

fn without_code_spans(line: &str) -> String {
    line.split('`')
        .enumerate()
        .map(|(index, part)| if index % 2 == 0 { part } else { "" })
        .collect()
}

/// Targets of the relative links of a file, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in prose(text) {
        let line = without_code_spans(line);
        for after in line.split("](").skip(1) {
            let target = after.split([')', ' ']).next().unwrap_or_default();
            links.push((number, target.trim_matches(['<', '>']).to_string()));
        }
        if let Some((_, target)) = line.split_once("]: ").filter(|_| line.starts_with('[')) {
            let target = target.split_whitespace().next().unwrap_or_default();
            links.push((number, target.to_string()));
        }
    }
    links.retain(|(_, target)| !target.is_empty() && !has_scheme(target));
    links
}

fn has_scheme(target: &str) -> bool {
    target.starts_with("//")
        || target.split_once(':').is_some_and(|(scheme, _)| {
            !scheme.is_empty()
                && scheme
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        })
}

/// Anchors that a Markdown file offers: its headings, and `id` or `name` given in HTML.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut slugs = Slugs::default();
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        let marks = line.chars().take_while(|c| *c == '#').count();
        if let Some(heading) = line
            .get(marks..)
            .filter(|rest| (1..=6).contains(&marks) && rest.starts_with(' '))
        {
            anchors.insert(slugs.next(heading.trim_end_matches('#')));
        }
        for mark in ["id=\"", "name=\""] {
            let given = line
                .split(mark)
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            anchors.extend(given.map(String::from));
        }
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::findings;
    use crate::repository::Source;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, text): &(&str, &str)| Source {
            path: (*path).into(),
            text: (*text).into(),
            bytes: text.len() as u64,
        };
        let sources: Vec<Source> = files.iter().map(source).collect();
        findings(&sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_link_to_a_missing_file_is_found_with_its_line() {
        let found = found(&[
            ("docs/a.md", "one\n\nsee [b](b.md) and ![c](../c.png)\n"),
            ("c.png", ""),
        ]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("docs/a.md:3: the link `b.md` leads to `docs/b.md`"));
    }

    #[test]
    fn a_link_to_a_file_a_folder_or_a_heading_is_let_through() {
        let files = [
            (
                "README.md",
                "[a](docs/a.md#the-second-part) [d](docs/) [me](#top)\n# Top\n[ref]: docs/a.md\n",
            ),
            ("docs/a.md", "# One\n## The second part\n"),
        ];
        assert!(found(&files).is_empty());
    }

    #[test]
    fn a_missing_anchor_names_the_nearest_one() {
        let found = found(&[("a.md", "# The second part\n# Other\n[x](#the-secnd-part)\n")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("`#the-second-part`"));
    }

    #[test]
    fn links_in_code_and_links_with_a_scheme_are_left_out() {
        let text = "```\n[x](gone.md)\n```\n`[x](gone.md)` [x](https://example.com) [m](mailto:a@example.com)\n";
        assert!(found(&[("a.md", text)]).is_empty());
    }

    #[test]
    fn a_link_out_of_the_repository_is_found() {
        assert_eq!(found(&[("a.md", "[x](../other/b.md)\n")]).len(), 1);
    }

    #[test]
    fn a_reference_definition_is_read() {
        assert_eq!(found(&[("a.md", "[x]: gone.md\n")]).len(), 1);
    }

    #[test]
    fn an_anchor_given_in_html_counts() {
        assert!(found(&[("a.md", "<a id=\"k101\"></a>\n[x](#k101)\n")]).is_empty());
    }
}
