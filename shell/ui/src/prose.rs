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

/// A text without its marks: for the search and for mails.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for event in safe(text, &|_| None) {
        match event {
            Event::Text(words) | Event::Code(words) => plain.push_str(&words),
            Event::SoftBreak | Event::HardBreak => plain.push(' '),
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
    use super::{plain, prose, prose_with};

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
}
