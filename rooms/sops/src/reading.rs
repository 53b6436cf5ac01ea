//! A document as a page worth reading: its prose as HTML, its sentences with their marks, its tables with their captions.
//!
//! INVARIANT: nothing that stands in a document becomes HTML by itself: tags in it are shown as they are written, and a link
//! leads to the web, to a mail or within this site, never to a script.

use std::ops::Range;

use kept_language::ast::{RuleKey, Sentence};
use kept_language::{Document, Rule};
use kept_ui::Html;
use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeWithOffset,
    html,
};

use crate::sentence::{Piece, PieceKind, pieces, value_of};

/// A stretch of a document beside which a figure can stand: what leads up to a sentence, and the sentence.
#[derive(Debug, Default)]
pub struct Stretch {
    /// Heading and prose.
    pub prose: Html,
    /// The sentence at its end; none at the end of a clause without one.
    pub rule: Option<RuleText>,
}

/// A runnable sentence.
#[derive(Debug)]
pub struct RuleText {
    /// Its identity, which is also where a link finds it.
    pub id: String,
    /// `SR 4.3`.
    pub clause: String,
    /// Its words.
    pub pieces: Vec<Piece>,
    /// Whether it is a gate.
    pub gate: bool,
    /// Whether it opens duties, so that figures can be told.
    pub opens: bool,
    /// The steps that are written inside it.
    pub steps: Vec<RuleKey>,
}

/// A numbered heading, for the list of clauses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heading {
    /// Where it is: `4.3`.
    pub anchor: String,
    /// `4.3`.
    pub number: String,
    /// `Acknowledge and respond`.
    pub title: String,
}

/// The headings of a document.
pub fn headings(document: &Document) -> Vec<Heading> {
    let clauses = document.clauses.iter();
    clauses
        .map(|clause| Heading {
            anchor: anchor(&clause.number),
            number: clause.number.clone(),
            title: clause.title.clone(),
        })
        .collect()
}

fn anchor(number: &str) -> String {
    number.replace(' ', "-")
}

type Found<'d> = (Event<'d>, Range<usize>);

/// The stretches of a document.
pub fn stretches(document: &Document) -> Vec<Stretch> {
    let base = body_of(&document.text);
    let body = document.text.get(base..).unwrap_or_default();
    let parser = Parser::new_ext(body, Options::ENABLE_TABLES);
    let events: Vec<Found<'_>> = TextMergeWithOffset::new(parser.into_offset_iter()).collect();
    let mut writer = Writer {
        document,
        base,
        done: Vec::new(),
        prose: String::new(),
        caption: None,
    };
    let mut at = 0;
    while at < events.len() {
        let end = whole(&events, at);
        writer.block(events.get(at..end).unwrap_or_default(), events.get(end));
        at = end;
    }
    writer.close(None);
    writer.done
}

/// Where the text after the header begins.
fn body_of(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("+++") else {
        return 0;
    };
    rest.find("\n+++").map_or(0, |at| {
        let after = at + 3 + 4;
        let line = text.get(after..).and_then(|rest| rest.find('\n'));
        line.map_or(text.len(), |line| after + line + 1)
    })
}

/// The place after the block that begins at a place.
fn whole(events: &[Found<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (place, (event, _)) in events.iter().enumerate().skip(at) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return place + 1;
        }
    }
    events.len()
}

struct Writer<'d> {
    document: &'d Document,
    base: usize,
    done: Vec<Stretch>,
    prose: String,
    /// Of the table that comes next.
    caption: Option<String>,
}

impl<'d> Writer<'d> {
    fn block(&mut self, block: &[Found<'d>], next: Option<&Found<'d>>) {
        let Some((first, range)) = block.first() else {
            return;
        };
        match first {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))
                if info.split_whitespace().next() == Some("sop") =>
            {
                let range = range.start + self.base..range.end + self.base;
                let rule = self.rule(&range);
                self.close(rule);
            }
            Event::Start(Tag::Heading { level, .. }) => self.heading(*level, block),
            Event::Start(Tag::Table(_)) => self.table(block),
            Event::Start(Tag::Paragraph) if is_caption(block, next) => {
                self.caption = Some(text_of(block));
            }
            _ => {
                let safe = self.safe(block);
                html::push_html(&mut self.prose, safe.into_iter());
            }
        }
    }

    /// Ends a stretch, with the sentence at its end.
    fn close(&mut self, rule: Option<RuleText>) {
        if rule.is_some() || !self.prose.is_empty() {
            self.done.push(Stretch {
                prose: Html::trusted(std::mem::take(&mut self.prose)),
                rule,
            });
        }
    }

    fn rule(&self, range: &Range<usize>) -> Option<RuleText> {
        let inside = |rule: &&Rule| range.contains(&rule.range.start);
        let mut rules = self.document.rules.iter().filter(inside);
        let rule = rules.next()?;
        Some(RuleText {
            id: rule.key.id.clone(),
            clause: self.document.clause_of(rule),
            pieces: pieces(self.document, rule),
            gate: matches!(rule.sentence, Some(Sentence::Gate(_))),
            opens: opens(rule),
            steps: rules.map(|step| step.key.clone()).collect(),
        })
    }

    /// A numbered heading begins a clause; the document's own title stands at the head of the page already.
    fn heading(&mut self, level: HeadingLevel, block: &[Found<'d>]) {
        let text = text_of(block);
        let start = block.first().map_or(0, |(_, range)| range.start) + self.base;
        let clause = self
            .document
            .clauses
            .iter()
            .find(|clause| clause.range.start == start);
        let Some(clause) = clause else {
            if level != HeadingLevel::H1 {
                let title = escaped(&text);
                self.prose += "<h3>";
                self.prose += &title;
                self.prose += "</h3>
";
            }
            return;
        };
        self.close(None);
        let (id, number) = (escaped(&anchor(&clause.number)), escaped(&clause.number));
        let title = escaped(&clause.title);
        let written = if clause.number.contains('.') {
            format!("<h3 id=\"{id}\"><span class=\"sop-no\">{number}</span> {title}</h3>\n")
        } else {
            format!("<h2 id=\"{id}\">{number} <span>{title}</span></h2>\n")
        };
        self.prose.push_str(&written);
    }

    fn table(&mut self, block: &[Found<'d>]) {
        let mut table = String::new();
        html::push_html(&mut table, self.safe(block).into_iter());
        let caption = self.caption.take();
        let caption = caption.map(|text| format!("<caption>{}</caption>", escaped(&text)));
        let caption = caption.unwrap_or_default();
        let table = table.replacen(
            "<table>",
            &format!("<table class=\"sop-table\">{caption}"),
            1,
        );
        self.prose.push_str(
            "<div class=\"scroll-x\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">",
        );
        self.prose.push_str(table.trim_end());
        self.prose.push_str("</div>\n");
    }

    /// The events of a block with nothing in them that a page must not have, and with blanks as their values.
    fn safe(&self, block: &[Found<'d>]) -> Vec<Event<'d>> {
        let mut out = Vec::with_capacity(block.len());
        let mut links = Vec::new();
        for (event, _) in block {
            match event {
                Event::Html(text) | Event::InlineHtml(text) => {
                    out.push(Event::Text(text.clone()));
                }
                Event::Start(Tag::HtmlBlock) => out.push(Event::Start(Tag::Paragraph)),
                Event::End(TagEnd::HtmlBlock) => out.push(Event::End(TagEnd::Paragraph)),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    let kept = leads_somewhere_safe(dest_url);
                    links.push(kept);
                    if kept {
                        out.push(event.clone());
                    }
                }
                Event::End(TagEnd::Link) => {
                    if links.pop() == Some(true) {
                        out.push(event.clone());
                    }
                }
                // A picture would be fetched from elsewhere; its words stay.
                Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
                Event::Text(text) => self.blanks(text, &mut out),
                other => out.push(other.clone()),
            }
        }
        out
    }

    fn blanks(&self, text: &CowStr<'d>, out: &mut Vec<Event<'d>>) {
        let mut rest: &str = text;
        while let Some((before, after)) = rest.split_once('[') {
            let Some((blank, after)) = after.split_once(']') else {
                break;
            };
            let piece = value_of(self.document, blank);
            let class = match piece.kind {
                PieceKind::Empty => "slot is-empty",
                _ => "slot",
            };
            out.push(Event::Text(before.to_owned().into()));
            let written = format!("<span class=\"{class}\">{}</span>", escaped(&piece.text));
            out.push(Event::InlineHtml(written.into()));
            rest = after;
        }
        out.push(Event::Text(rest.to_owned().into()));
    }
}

/// Whether a rule opens duties, so that figures can be told of it.
pub fn opens(rule: &Rule) -> bool {
    matches!(
        rule.sentence,
        Some(
            Sentence::Duty(_)
                | Sentence::Rhythm(_)
                | Sentence::Gate(_)
                | Sentence::Course(_)
                | Sentence::Report(_)
                | Sentence::Sample(_)
        )
    )
}

/// A paragraph such as `Table 4: Stages` right before a table.
fn is_caption(block: &[Found<'_>], next: Option<&Found<'_>>) -> bool {
    matches!(next, Some((Event::Start(Tag::Table(_)), _))) && text_of(block).starts_with("Table ")
}

fn text_of(block: &[Found<'_>]) -> String {
    let texts = block.iter().filter_map(|(event, _)| match event {
        Event::Text(text) | Event::Code(text) => Some(text.to_string()),
        Event::SoftBreak | Event::HardBreak => Some(" ".to_owned()),
        _ => None,
    });
    texts.collect()
}

fn leads_somewhere_safe(address: &str) -> bool {
    let web = ["https://", "http://", "mailto:", "#"];
    let within = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
    within || web.iter().any(|begin| address.starts_with(begin))
}

fn escaped(text: &str) -> String {
    kept_charts::escape(text)
}
