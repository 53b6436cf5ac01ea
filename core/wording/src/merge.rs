//! Texts with fields: `Dear {{contact.first_name}}`. The fields are those of one list; what is put in their place is data, and is never
//! read again: a client that is called `{{my.name}}` is called so. Where nothing is known a gap is left, `[[first name]]`, which is to be
//! filled by whoever writes. What only the writer can say is asked for: `{{ask: why, in one sentence}}` leaves
//! `[[fill in: why, in one sentence]]`.

use std::ops::Range;

/// A field of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// As it is written between the braces.
    pub name: &'static str,
    /// What it is, in words; the gap says it.
    pub says: &'static str,
}

const fn field(name: &'static str, says: &'static str) -> Field {
    Field { name, says }
}

/// All fields that there are.
pub const FIELDS: [Field; 15] = [
    field("contact.first_name", "first name"),
    field("contact.name", "name of the contact"),
    field("client.name", "name of the client"),
    field("request.number", "number of the request"),
    field("request.subject", "subject of the request"),
    field("resolution", "what was done"),
    field("due", "when you hear from us"),
    field("expectation", "what to expect, as a sentence"),
    field("until", "until when we wait"),
    field("silence", "what happens without an answer, as a sentence"),
    field("my.name", "your name"),
    field("my.first_name", "your first name"),
    field("account_manager", "name of the account manager"),
    field("company", "name of the company"),
    field("today", "date of today"),
];

/// How a field that asks the writer begins: `{{ask: why, in one sentence}}`.
const ASK: &str = "ask:";
/// How the gap begins that it leaves. Plain double brackets would not do: clients are sent commands that have them.
const ASKED: &str = "[[fill in: ";
/// The most letters of what is asked.
const LONGEST_ASKED: usize = 120;
/// What [`gaps`] says of whatever a text asks for, since it knows its words by heart.
const SOMETHING_ASKED: &str = "what the template asks for";

/// Something in braces that is no field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Where it stands, with its braces, in bytes of the text.
    pub range: Range<usize>,
    /// What stands between them.
    pub name: String,
    /// The field that is written most alike.
    pub nearest: Option<&'static str>,
}

/// A text whose fields have their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The text.
    pub text: String,
    /// The gaps that were left, in words and in order, each once.
    pub gaps: Vec<String>,
}

/// A piece of a text.
enum Piece<'a> {
    Words(&'a str),
    /// What stands between braces, and where with them.
    Braces(&'a str, Range<usize>),
}

/// What stands in braces and is no field, in the order of the text.
pub fn unknown(text: &str) -> Vec<Unknown> {
    let strange = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Braces(name, range)
            if named(name).is_none() && asked(text.get(range.clone())).is_none() =>
        {
            Some(Unknown {
                range,
                name: name.trim().chars().take(40).collect(),
                nearest: nearest(name),
            })
        }
        _ => None,
    });
    strange.collect()
}

/// The text with the values of its fields, by their names. A value that is empty is none; what is no field stays as it is written.
pub fn merge(text: &str, values: &[(&str, &str)]) -> Merged {
    let mut merged = Merged::default();
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => merged.text.push_str(words),
            Piece::Braces(name, range) => merged.put(named(name), values, text.get(range)),
        }
    }
    merged
}

impl Merged {
    fn put(&mut self, field: Option<Field>, values: &[(&str, &str)], written: Option<&str>) {
        let Some(field) = field else {
            match asked(written) {
                Some(words) => self.leave(&format!("{ASKED}{words}]]"), words),
                None => self.text.push_str(written.unwrap_or_default()),
            }
            return;
        };
        let value = values.iter().find(|(name, _)| *name == field.name);
        match value
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
        {
            Some(value) => self.text.push_str(value),
            None => self.leave(&gap(field), field.says),
        }
    }

    fn leave(&mut self, gap: &str, says: &str) {
        self.text.push_str(gap);
        if !self.gaps.iter().any(|one| one == says) {
            self.gaps.push(says.to_owned());
        }
    }
}

/// The gaps that a text still has, in words, each once: whoever sends it fills them first. What the text itself asks for is one of them;
/// [`unfilled`] has its words.
pub fn gaps(text: &str) -> Vec<&'static str> {
    let something = text.contains(ASKED).then_some(SOMETHING_ASKED);
    fields_left(text).chain(something).collect()
}

/// The gaps that a text still has, with the words of what it asks for: `Fill in: {}`. First what nobody knew, then what is asked in the
/// order of the text, each once.
pub fn unfilled(text: &str) -> Vec<String> {
    let mut left: Vec<String> = fields_left(text).map(str::to_owned).collect();
    for after in text.split(ASKED).skip(1) {
        // Whoever took the brackets at the end away has not filled it either.
        let line = after.lines().next().unwrap_or_default();
        let words = line.split("]]").next().unwrap_or_default().trim();
        if !left.iter().any(|one| one == words) {
            left.push(words.to_owned());
        }
    }
    left
}

fn fields_left(text: &str) -> impl Iterator<Item = &'static str> {
    let left = FIELDS.iter().filter(|field| text.contains(&gap(**field)));
    left.map(|field| field.says)
}

fn gap(field: Field) -> String {
    format!("[[{}]]", field.says)
}

fn named(name: &str) -> Option<Field> {
    FIELDS.into_iter().find(|field| field.name == name.trim())
}

/// What whoever writes is asked, from a field with its braces.
fn asked(written: Option<&str>) -> Option<&str> {
    let inner = written?.strip_prefix("{{")?.strip_suffix("}}")?;
    let words = inner.trim().strip_prefix(ASK)?.trim();
    let fits = !words.is_empty() && words.chars().count() <= LONGEST_ASKED;
    (fits && !words.contains(['[', ']', '{'])).then_some(words)
}

/// Braces that nobody closes on their line reach to its end.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = 0;
    while let Some((before, after)) = text.get(rest..).and_then(|left| left.split_once("{{")) {
        pieces.push(Piece::Words(before));
        let start = rest + before.len();
        let line = after.split('\n').next().unwrap_or_default();
        let (name, closing) = match line.split_once("}}") {
            Some((name, _)) => (name, 2),
            None => (line, 0),
        };
        let end = start + 2 + name.len() + closing;
        pieces.push(Piece::Braces(name, start..end));
        rest = end;
    }
    pieces.push(Piece::Words(text.get(rest..).unwrap_or_default()));
    pieces
}

/// The field whose name is written most alike, where one is alike enough.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    let far = |field: &Field| {
        let last = field.name.rsplit('.').next().unwrap_or(field.name);
        distance(&name, field.name).min(distance(&name, last) + 1)
    };
    let best = FIELDS.iter().min_by_key(|field| far(field))?;
    (far(best) <= 1 + name.chars().count() / 3).then_some(best.name)
}

/// How many letters must be put in, taken out or changed to make the one word from the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(40).collect();
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.chars().take(40).enumerate() {
        let mut diagonal = row;
        let mut left = row + 1;
        for (cost, there) in costs.iter_mut().skip(1).zip(&other) {
            let changed = diagonal + usize::from(letter != *there);
            diagonal = *cost;
            left = changed.min(*cost + 1).min(left + 1);
            *cost = left;
        }
        if let Some(first) = costs.first_mut() {
            *first = row + 1;
        }
    }
    costs.last().copied().unwrap_or_default()
}
