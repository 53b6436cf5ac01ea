//! HTML of a mail as words: what stands on lines of its own there does so here. The HTML itself is kept; this is what is searched,
//! answered and shown on a request.
//!
//! A walk of our own, once over the bytes: what the parser of mails offers ends lines at `<br>` and `</p>` alone and runs cells and
//! blocks into one another, and a parser of HTML as browsers have it takes time that grows with the square of what somebody nests.

use mail_parser::decoders::html::add_html_token;

use super::charset::meant_by;

/// The most bytes between `&` and `;`.
const LONGEST_ENTITY: usize = 33;

/// The words of some HTML.
pub(super) fn words(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = Source {
        html,
        at: 0,
        quotes: true,
        endless: Vec::new(),
    };
    while let Some(piece) = rest.piece() {
        match piece {
            Piece::Text(text) => page.text(text),
            Piece::Tag(Tag { name, closes }) => {
                let name = name.to_ascii_lowercase();
                if !closes && UNSEEN.contains(&name.as_str()) {
                    rest.skip_to_end_of(&name);
                } else if closes {
                    page.closes(&name);
                } else {
                    page.opens(&name);
                }
            }
        }
    }
    page.words
}

/// What stands in them is no part of the words.
const UNSEEN: &[&str] = &["script", "style", "title", "template", "noscript"];

/// Elements with an empty line around them.
const APART: &[&str] = &[
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "hr",
    "figure",
];

/// Elements that begin and end a line.
const LINES: &[&str] = &[
    "address",
    "article",
    "aside",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "footer",
    "form",
    "header",
    "html",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

/// The words so far, and what stands between them and the next.
#[derive(Default)]
struct Page {
    words: String,
    /// Line breaks before the next word; two leave a line empty.
    breaks: usize,
    /// Whether the next word is in another cell.
    cell: bool,
    space: bool,
    /// What stands before the next word: `- ` of a list.
    mark: Option<String>,
    /// The lists around, with the number of the last item where they are numbered.
    lists: Vec<Option<u32>>,
    /// How many elements are around that keep their spaces.
    kept: usize,
}

impl Page {
    fn opens(&mut self, name: &str) {
        self.breaks_at(name);
        match name {
            "br" => self.break_line(),
            "td" | "th" => self.cell = true,
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(0)),
            "li" => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number = number.saturating_add(1);
                        format!("{number}. ")
                    }
                    _ => "- ".to_owned(),
                };
                self.mark = Some(mark);
            }
            "pre" => self.kept += 1,
            _ => {}
        }
    }

    fn closes(&mut self, name: &str) {
        match name {
            "br" => self.break_line(),
            "ul" | "ol" => {
                self.lists.pop();
                self.mark = None;
            }
            "li" => self.mark = None,
            "pre" => self.kept = self.kept.saturating_sub(1),
            _ => {}
        }
        self.breaks_at(name);
    }

    fn breaks_at(&mut self, name: &str) {
        if APART.contains(&name) {
            self.breaks = 2;
        } else if LINES.contains(&name) {
            self.breaks = self.breaks.max(1);
        }
    }

    fn break_line(&mut self) {
        self.breaks = (self.breaks + 1).min(2);
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('&') {
            before.chars().for_each(|one| self.letter(one));
            rest = match entity(after) {
                Some((meant, after)) => {
                    meant.chars().for_each(|one| self.letter(one));
                    after
                }
                None => {
                    self.letter('&');
                    after
                }
            };
        }
        rest.chars().for_each(|one| self.letter(one));
    }

    fn letter(&mut self, one: char) {
        match one {
            '\n' if self.kept > 0 => self.break_line(),
            '\r' if self.kept > 0 => {}
            _ if one.is_whitespace() && self.kept == 0 => self.space = true,
            _ => {
                self.reach();
                self.words.push(one);
            }
        }
    }

    /// Writes what stands between the last word and the next.
    fn reach(&mut self) {
        if !self.words.is_empty() {
            if self.breaks > 0 {
                self.words.extend(std::iter::repeat_n('\n', self.breaks));
            } else if self.cell {
                self.words.push_str(" | ");
            } else if self.space {
                self.words.push(' ');
            }
        }
        (self.breaks, self.cell, self.space) = (0, false, false);
        if let Some(mark) = self.mark.take() {
            self.words.push_str(&mark);
        }
    }
}

/// What `amp;` stands for, and what follows it; none: it stands for itself.
fn entity(after: &str) -> Option<(String, &str)> {
    let end = after
        .bytes()
        .take(LONGEST_ENTITY)
        .position(|one| one == b';')?;
    let (name, rest) = (after.get(..end)?, after.get(end + 1..)?);
    let good = |one: u8| one.is_ascii_alphanumeric() || one == b'#';
    if name.is_empty() || !name.bytes().all(good) {
        return None;
    }
    let token = format!("&{name};");
    let mut meant = String::new();
    add_html_token(&mut meant, token.as_bytes(), false);
    // Numbers of windows-1252 are taken for what they were meant to be, as browsers do.
    let meant: String = meant.chars().map(meant_by).collect();
    (meant != token).then_some((meant, rest))
}

/// A piece of HTML.
enum Piece<'h> {
    Text(&'h str),
    Tag(Tag<'h>),
}

struct Tag<'h> {
    name: &'h str,
    closes: bool,
}

/// HTML from some byte on.
struct Source<'h> {
    html: &'h str,
    at: usize,
    /// Whether quotes within tags come to an end. Once one does not, none is asked for any longer: each would be looked for to the end.
    quotes: bool,
    /// Elements that have no end from here on.
    endless: Vec<String>,
}

impl<'h> Source<'h> {
    fn piece(&mut self) -> Option<Piece<'h>> {
        loop {
            let rest = self.html.get(self.at..)?;
            if rest.is_empty() {
                return None;
            }
            let Some(marked) = rest.strip_prefix('<') else {
                let end = rest.find('<').unwrap_or(rest.len());
                self.at += end;
                return rest.get(..end).map(Piece::Text);
            };
            let closes = marked.starts_with('/');
            let named = marked.strip_prefix('/').unwrap_or(marked);
            if named.starts_with(|one: char| one.is_ascii_alphabetic()) {
                let end = named.find(|one: char| one.is_whitespace() || "/><".contains(one));
                let name = named.get(..end.unwrap_or(named.len()))?;
                self.at += self.tag_length(rest);
                return Some(Piece::Tag(Tag { name, closes }));
            }
            match unseen_length(marked) {
                Some(length) => self.at += 1 + length,
                None => {
                    // It begins nothing: it is a letter like others.
                    self.at += 1;
                    return rest.get(..1).map(Piece::Text);
                }
            }
        }
    }

    /// How many bytes the tag has with which a text begins: to the first `>` that is not quoted.
    fn tag_length(&mut self, rest: &str) -> usize {
        let mut quote = None;
        if self.quotes {
            for (at, one) in rest.bytes().enumerate() {
                match (quote, one) {
                    (None, b'>') => return at + 1,
                    (None, b'"' | b'\'') => quote = Some(one),
                    (Some(open), _) if open == one => quote = None,
                    _ => {}
                }
            }
            self.quotes = false;
        }
        rest.find('>').map_or(rest.len(), |at| at + 1)
    }

    /// Passes over all up to the end of an element; one without an end hides nothing.
    fn skip_to_end_of(&mut self, name: &str) {
        if self.endless.iter().any(|known| known == name) {
            return;
        }
        let rest = self.html.as_bytes().get(self.at..).unwrap_or_default();
        let mut from = 0;
        while let Some(found) = rest
            .get(from..)
            .and_then(|rest| memchr::memmem::find(rest, b"</"))
        {
            let at = from + found;
            let begins = rest.get(at + 2..at + 2 + name.len());
            if begins.is_some_and(|begins| begins.eq_ignore_ascii_case(name.as_bytes())) {
                self.at += at;
                return;
            }
            from = at + 2;
        }
        self.endless.push(name.to_owned());
    }
}

/// How many bytes behind a `<` are a comment or a declaration; none: it begins neither.
fn unseen_length(marked: &str) -> Option<usize> {
    if marked.starts_with("!-->") || marked.starts_with("!--->") {
        return marked.find('>').map(|at| at + 1);
    }
    if let Some(comment) = marked.strip_prefix("!--") {
        return Some(comment.find("-->").map_or(marked.len(), |at| at + 6));
    }
    let declares = marked.starts_with(['!', '?', '/']);
    declares.then(|| marked.find('>').map_or(marked.len(), |at| at + 1))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_stands_on_lines_of_its_own_does_so_as_words() {
        for (html, is) in [
            (
                "<p>Hello,</p><p>the scale\n drifts by 3&nbsp;g.</p><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table><p>Kind regards<br>Astrid",
                "Hello,\n\nthe scale drifts by 3 g.\n\na | b\nc\n\nKind regards\nAstrid",
            ),
            (
                "<div>One</div><div><br></div><div>Two<br></div>Three",
                "One\n\nTwo\nThree",
            ),
            (
                "<h1>Order</h1>Two parts<ul><li>A <b>pump</b></li><li><p>A seal</p></li></ul>Soon",
                "Order\n\nTwo parts\n- A pump\n\n- A seal\n\nSoon",
            ),
            (
                "<ol><li>Open<li>Look<ul><li>Inside</ul><li>Close</ol>",
                "1. Open\n2. Look\n- Inside\n3. Close",
            ),
            (
                "See <a href=\"https://a.example/?x=1>2\">the page</a>, please",
                "See the page, please",
            ),
            (
                "<tr><td><img src=x></td><td>Words</td><td></td></tr><tr><td>More",
                "Words\nMore",
            ),
            ("<pre>a  b\n  c\n\nd</pre>e", "a  b\n  c\n\nd\n\ne"),
            (
                "3 < 4 &amp; 5 &gt; 4, A&B &nosuch; &#8364;&#x41;",
                "3 < 4 & 5 > 4, A&B &nosuch; €A",
            ),
            (
                "<span>No</span><span>thing</span> between",
                "Nothing between",
            ),
        ] {
            assert_eq!(words(html), is, "{html}");
        }
    }

    #[test]
    fn what_nobody_sees_is_no_word() {
        for html in [
            "<!DOCTYPE html><html><head><title>T</title><style>p > a { }</style></head><body>Hi</body></html>",
            "<!--[if mso]><p>secret</p><![endif]-->Hi",
            "<![if !mso]>Hi<![endif]>",
            "<?xml version=\"1.0\"?><SCRIPT>if (a < b) x('</p>')</SCRIPT>Hi",
            "<!-->Hi<!-- <p>never ended",
            "Hi<p title=\"never ended",
        ] {
            assert_eq!(words(html), "Hi", "{html}");
        }
        // What has no end hides nothing.
        assert_eq!(words("<style>Hi"), "Hi");
        assert_eq!(words(""), "");
    }

    #[test]
    fn whatever_is_nested_or_left_open_takes_one_walk() {
        // With a walk for each of them this would not come to an end.
        for piece in [
            "<div>",
            "<a \">\" ",
            "<",
            "&",
            "<!--",
            "</",
            "<b><i>",
            "<td>",
            "<ul>",
            "<style>",
            "&#x;",
        ] {
            let html = format!("{}'{piece}", piece.repeat(200_000));
            assert!(words(&html).len() <= html.len() * 2, "{piece}");
        }
    }
}
