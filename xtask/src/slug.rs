//! Anchors of Markdown headings, as forges and Markdown viewers make them.

use std::collections::BTreeMap;

/// Gives the anchors of one file's headings in order; equal headings get `-1`, `-2` and so on.
#[derive(Default)]
pub struct Slugs {
    seen: BTreeMap<String, usize>,
}

impl Slugs {
    /// The anchor of the next heading.
    pub fn next(&mut self, heading: &str) -> String {
        let plain = slug(heading);
        let count = self.seen.entry(plain.clone()).or_insert(0);
        let anchor = if *count == 0 {
            plain
        } else {
            format!("{plain}-{count}")
        };
        *count += 1;
        anchor
    }
}

/// Lower case, spaces as hyphens, without marks and without the targets of links.
fn slug(heading: &str) -> String {
    let mut text = String::new();
    let mut rest = heading;
    while let Some((before, after)) = rest.split_once("](") {
        text.push_str(before);
        rest = after.split_once(')').map_or("", |(_, tail)| tail);
    }
    text.push_str(rest);
    text.trim()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            c if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Slugs, slug};

    #[test]
    fn a_heading_becomes_lower_case_with_hyphens() {
        assert_eq!(
            slug("4.3 Acknowledge and respond"),
            "43-acknowledge-and-respond"
        );
        assert_eq!(
            slug("`kept replay`: what it does"),
            "kept-replay-what-it-does"
        );
        assert_eq!(
            slug("Élan – und [Links](a.md#b) too"),
            "élan--und-links-too"
        );
    }

    #[test]
    fn the_second_equal_heading_gets_a_number() {
        let mut slugs = Slugs::default();
        let anchors = [
            slugs.next("Notes"),
            slugs.next("notes"),
            slugs.next("Notes"),
        ];
        assert_eq!(anchors, ["notes", "notes-1", "notes-2"]);
    }
}
