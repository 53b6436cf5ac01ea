//! What people write in Markdown, as a piece of a page or as plain text.
//!
//! INVARIANT: nothing that a person wrote becomes HTML by itself. Tags are shown as they are written, pictures as their words,
//! and a link leads to the web, to a mail or within the site, never to a script.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::html::Html;

/// A text as a piece of a page. Its headings are of the third level and below, since the page has its own.
pub fn prose(text: &str) -> Html {
    prose_with(text, |_| None)
}

/// The same with the pictures that lie beside the text: `picture` says by the name that is written where one is shown from. Of all
/// others their words stay.
pub fn prose_with(text: &str, picture: impl Fn(&str) -> Option<String>) -> Html {
    let mut written = String::new();
    html::push_html(&mut written, safe(text, &picture).into_iter());
    Html::trusted(written)
}

/// A text without its marks: for the search, and where a line of it is shown.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for event in safe(text, &|_| None) {
        match event {
            Event::Text(words) | Event::Code(words) => plain.push_str(&words),
            Event::HardBreak => plain.push(' '),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::TableCell
                | TagEnd::CodeBlock,
            ) => {
                plain.push('\n');
            }
            _ => {}
        }
    }
    plain.trim_end().to_owned()
}

/// A text as a letter that has no other form than its words: paragraphs with a line between them, lists with their marks and numbers, and
/// where links lead.
pub fn letter(text: &str) -> String {
    let mut letter = Letter::default();
    for event in safe(text, &|_| None) {
        letter.take(event);
    }
    letter.out.trim_end().to_owned()
}

/// A letter that is being written.
#[derive(Default)]
struct Letter {
    out: String,
    /// The lists that are open: the number of the next entry, where they are numbered.
    lists: Vec<Option<u64>>,
    quotes: usize,
    /// Where the open links lead, and where their words begin.
    links: Vec<(String, usize)>,
    /// The mark of an entry was written, and what it says comes on the same line.
    marked: bool,
}

impl Letter {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(words) | Event::Code(words) => self.words(&words),
            Event::HardBreak => self.out.push('\n'),
            Event::Rule => {
                self.apart();
                self.words("-----");
                self.end_line();
            }
            Event::Start(tag) => self.begin(&tag),
            Event::End(tag) => self.end(tag),
            _ => {}
        }
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::Table(_) => {
                self.apart();
            }
            Tag::BlockQuote(_) => {
                self.apart();
                self.quotes += 1;
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.apart();
                } else {
                    self.end_line();
                }
                self.lists.push(*first);
            }
            Tag::Item => self.entry(),
            Tag::Link { dest_url, .. } => self.links.push((dest_url.to_string(), self.out.len())),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link => {
                let (place, from) = self.links.pop().unwrap_or_default();
                let shown = place.trim_start_matches("mailto:");
                if self
                    .out
                    .get(from..)
                    .is_none_or(|words| words.trim() != shown)
                {
                    self.words(&format!(" ({shown})"));
                }
            }
            TagEnd::TableCell => self.words("  "),
            TagEnd::BlockQuote(_) => {
                self.end_line();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.end_line();
            }
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::Item
            | TagEnd::TableHead
            | TagEnd::TableRow => self.end_line(),
            _ => {}
        }
    }

    fn entry(&mut self) {
        if !self.out.ends_with('\n') {
            self.end_line();
        }
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        };
        let depth = self.lists.len().saturating_sub(1);
        self.out.push_str(&"> ".repeat(self.quotes));
        self.out.push_str(&"   ".repeat(depth));
        self.out.push_str(&mark);
        self.marked = true;
    }

    /// Every line of a quotation and of a list stands in its place.
    fn words(&mut self, words: &str) {
        for (at, line) in words.split('\n').enumerate() {
            if at > 0 {
                self.out.push('\n');
            }
            let begins = self.out.is_empty() || self.out.ends_with('\n');
            if !line.is_empty() && begins {
                self.out.push_str(&"> ".repeat(self.quotes));
                self.out.push_str(&"   ".repeat(self.lists.len()));
            }
            self.out.push_str(line);
        }
        self.marked = false;
    }

    fn end_line(&mut self) {
        let words = self.out.trim_end_matches([' ', '\n']).len();
        if words > 0 && !self.marked {
            self.out.truncate(words);
            self.out.push('\n');
        }
    }

    /// A line is left free before what comes, unless it is what an entry of a list says.
    fn apart(&mut self) {
        if !self.marked && !self.out.is_empty() {
            self.end_line();
            self.out.push('\n');
        }
    }
}

fn safe<'t>(text: &'t str, picture: &dyn Fn(&str) -> Option<String>) -> Vec<Event<'t>> {
    let (mut out, mut links, mut pictures) = (Vec::new(), Vec::new(), Vec::new());
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => out.push(Event::Text(text)),
            Event::Start(Tag::HtmlBlock) => out.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => out.push(Event::End(TagEnd::Paragraph)),
            Event::Start(Tag::Heading { level, .. }) => out.push(Event::Start(Tag::Heading {
                level: lower(level),
                id: None,
                classes: Vec::new(),
                attrs: Vec::new(),
            })),
            Event::End(TagEnd::Heading(level)) => {
                out.push(Event::End(TagEnd::Heading(lower(level))));
            }
            Event::Start(Tag::Link { ref dest_url, .. }) => {
                let kept = leads_somewhere_safe(dest_url);
                links.push(kept);
                out.extend(kept.then_some(event));
            }
            Event::End(TagEnd::Link) => out.extend((links.pop() == Some(true)).then_some(event)),
            // From elsewhere a picture would be fetched; its words stay.
            Event::Start(Tag::Image {
                ref dest_url,
                link_type,
                ..
            }) => {
                let shown = picture(dest_url).map(|from| Tag::Image {
                    link_type,
                    dest_url: from.into(),
                    title: "".into(),
                    id: "".into(),
                });
                pictures.push(shown.is_some());
                out.extend(shown.map(Event::Start));
            }
            Event::End(TagEnd::Image) => {
                out.extend((pictures.pop() == Some(true)).then_some(event));
            }
            // Whoever ends a line means it: an address, a greeting.
            Event::SoftBreak => out.push(Event::HardBreak),
            other => out.push(other),
        }
    }
    out
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

fn leads_somewhere_safe(address: &str) -> bool {
    let within = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
    within
        || ["https://", "http://", "mailto:"]
            .iter()
            .any(|begin| address.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::{letter, plain, prose, prose_with};

    #[test]
    fn nothing_that_was_written_becomes_a_tag() {
        let text = "# Hi\n\n<script>alert(1)</script>\n\nA **bold** <b>word</b> [x](javascript:alert(1)) [web](https://example.org)\n\n\
                    ![spy](https://example.org/spy.png)\n\n<div onclick=\"a\">b</div>";
        let html = prose(text).to_string();
        for never in ["<script", "<img", "<div", "<b>", "href=\"javascript", "<h1"] {
            assert!(!html.contains(never), "{html}");
        }
        assert!(
            html.contains("<strong>bold</strong>") && html.contains("href=\"https://example.org\"")
        );
    }

    #[test]
    fn a_picture_is_shown_where_it_lies_beside_the_text() {
        let text = "![the \"pump\"](<my pump.png>) and ![spy](https://example.org/spy.png) and ![x](other.png)";
        let beside = |name: &str| (name == "my pump.png").then(|| "cid:1\"2".to_owned());
        let html = prose_with(text, beside).to_string();
        assert_eq!(html.matches("<img").count(), 1, "{html}");
        assert!(
            html.contains("src=\"cid:1%222\" alt=\"the &quot;pump&quot;\""),
            "{html}"
        );
        assert!(html.contains(" and spy and x"), "{html}");
        assert_eq!(plain(text), "the \"pump\" and spy and x");
    }

    #[test]
    fn the_plain_text_has_the_words_alone() {
        assert_eq!(
            plain("# Hours\n\nWe *close* at `5`.\n\n- one\n- two"),
            "Hours\nWe close at 5.\none\ntwo"
        );
    }

    #[test]
    fn a_line_that_was_ended_is_ended() {
        let text = "Send it to:\nHarrowmere Instruments\n12 Dock Road\n\nKind regards\nMaya";
        assert_eq!(
            prose(text).to_string(),
            "<p>Send it to:<br />\nHarrowmere Instruments<br />\n12 Dock Road</p>\n<p>Kind regards<br />\nMaya</p>\n"
        );
        assert_eq!(letter(text), text);
    }

    #[test]
    fn a_letter_in_words_alone_keeps_its_shape() {
        let text = "## What happens\n\nHello **Ruth**,\n\n1. first\n2. second\n   - a [guide](https://kept.example/guide)\n   - <https://kept.example>\n\n\
                    > as you said\n> on Monday\n\n```\nlet it\n  be\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nwrite to [us](mailto:us@kept.example)\n\n---\nBye";
        let expected = "What happens\n\nHello Ruth,\n\n1. first\n2. second\n   - a guide (https://kept.example/guide)\n   - https://kept.example\n\n\
                        > as you said\n> on Monday\n\nlet it\n  be\n\na  b\n1  2\n\nwrite to us (us@kept.example)\n\n-----\n\nBye";
        assert_eq!(letter(text), expected);
    }
}
