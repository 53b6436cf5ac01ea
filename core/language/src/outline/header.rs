//! The header of a document: TOML between `+++` lines.

use jiff::civil::Date;
use kept_kernel::Duration;
use toml::{Table, Value};

use crate::ast::TextRange;
use crate::diagnostic::Diagnostic;
use crate::document::{Distribution, Header};
use crate::register::{Register, RoleId, closest};

use super::Line;

const KEYS: [&str; 11] = [
    "code",
    "title",
    "owner",
    "version",
    "effective",
    "review",
    "distribution",
    "approver",
    "confidentiality",
    "currency",
    "renamed",
];
const REQUIRED: [&str; 5] = ["code", "title", "owner", "review", "distribution"];

/// Reads the header into `header`; returns the position of the first line after it.
pub(super) fn read(
    register: &Register,
    document: usize,
    text: &str,
    lines: &[Line<'_>],
    header: &mut Header,
    says: &mut Vec<Diagnostic>,
) -> usize {
    "1.0".clone_into(&mut header.version);
    "internal".clone_into(&mut header.confidentiality);
    let first = lines
        .iter()
        .position(|line| !line.text.trim().is_empty())
        .unwrap_or(0);
    let opened = lines
        .get(first)
        .is_some_and(|line| line.text.trim_end().trim_start_matches('\u{feff}') == "+++");
    let last = opened
        .then(|| {
            lines
                .iter()
                .skip(first + 1)
                .position(|line| line.text.trim_end() == "+++")
        })
        .flatten()
        .map(|offset| first + 1 + offset);
    let Some(last) = last else {
        let range = lines.get(first).map_or(TextRange::default(), Line::range);
        let what = if opened {
            "the header is not ended"
        } else {
            "no header"
        };
        says.push(
            Diagnostic::new("K108", document, range, what)
                .because("A document begins with a line “+++”, its header and another line “+++”.")
                .suggest("The header needs code, title, owner, review and distribution."),
        );
        return if opened { first + 1 } else { 0 };
    };
    let start = lines.get(first + 1).map_or(0, |line| line.start);
    let end = lines.get(last).map_or(start, |line| line.start);
    let source = text.get(start..end).unwrap_or_default();
    let mut reader = Reader {
        register,
        document,
        source,
        start,
        says,
    };
    match source.parse::<Table>() {
        Ok(table) => reader.keys(&table, header),
        Err(error) => {
            let at = error.span().unwrap_or(0..source.len());
            let range = TextRange {
                start: start + at.start,
                end: start + at.end.max(at.start + 1),
            };
            reader.says.push(
                Diagnostic::new("K108", document, range, "the header cannot be read")
                    .because(plain_words(error.message()))
                    .suggest("Write each line as a key, an equals sign and a value, with texts in quotes."),
            );
        }
    }
    last + 1
}

struct Reader<'r, 's> {
    register: &'r Register,
    document: usize,
    source: &'s str,
    start: usize,
    says: &'r mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    /// The words of a key and its value, or the whole header.
    fn range_of(&self, key: &str) -> TextRange {
        let mut at = 0;
        for line in self.source.split_inclusive('\n') {
            let named = line
                .trim_start()
                .strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with('='));
            if named {
                return TextRange {
                    start: self.start + at,
                    end: self.start + at + line.trim_end().len(),
                };
            }
            at += line.len();
        }
        TextRange {
            start: self.start,
            end: self.start + self.source.lines().next().map_or(0, str::len),
        }
    }

    fn wrong(&mut self, key: &str, reason: &str, suggestion: &str) {
        let message = Diagnostic::new(
            "K108",
            self.document,
            self.range_of(key),
            format!("wrong header key “{key}”"),
        );
        self.says.push(message.because(reason).suggest(suggestion));
    }

    fn keys(&mut self, table: &Table, header: &mut Header) {
        let missing = |key: &&str| !table.contains_key(*key);
        let mut meant = Vec::new();
        for key in table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let near = closest(key, KEYS.into_iter());
            meant.extend(near);
            let suggestion = near.map_or_else(
                || format!("A header knows {}.", KEYS.join(", ")),
                |near| format!("Did you mean “{near}”?"),
            );
            let message = Diagnostic::new(
                "K108",
                self.document,
                self.range_of(key),
                format!("unknown header key “{key}”"),
            );
            self.says.push(message.suggest(suggestion));
        }
        // A key that was misspelled is not missing too.
        for key in REQUIRED
            .into_iter()
            .filter(missing)
            .filter(|key| !meant.contains(key))
        {
            let message = Diagnostic::new(
                "K108",
                self.document,
                self.range_of("+++"),
                format!("header key “{key}” is missing"),
            );
            self.says.push(
                message.because(
                    "Every document says its code, title, owner, review and distribution.",
                ),
            );
        }
        self.texts(table, header);
        header.owner = self.role(table, "owner");
        header.approver = self.role(table, "approver");
        self.distribution(table, header);
        if let Some(effective) = table.get("effective") {
            let date = effective
                .as_datetime()
                .map(ToString::to_string)
                .or_else(|| effective.as_str().map(str::to_owned));
            header.effective = date.and_then(|date| date.parse::<Date>().ok());
            if header.effective.is_none() {
                self.wrong("effective", "It is a date.", "Write it as 2027-01-01.");
            }
        }
        match table
            .get("review")
            .map(|review| review.as_str().and_then(review_interval))
        {
            Some(None) => self.wrong(
                "review",
                "It says how often the document is reviewed.",
                "Write it as \"every 12 months\".",
            ),
            Some(interval) => header.review = interval,
            None => {}
        }
        if let Some(renamed) = table.get("renamed") {
            let pairs = renamed.as_table().map(|table| {
                table
                    .iter()
                    .filter_map(|(old, new)| Some((old.clone(), new.as_str()?.to_owned())))
                    .collect()
            });
            match pairs {
                Some(pairs) => header.renamed = pairs,
                None => self.wrong(
                    "renamed",
                    "It pairs old identities with new ones.",
                    "Write it as { old-id = \"new-id\" }.",
                ),
            }
        }
    }

    fn texts(&mut self, table: &Table, header: &mut Header) {
        let mut text = |key: &str, into: &mut String| match table.get(key) {
            Some(Value::String(value)) => into.clone_from(value),
            Some(Value::Float(value)) if key == "version" => *into = value.to_string(),
            Some(_) => self.wrong(key, "It is a text.", "Put it in quotes."),
            None => {}
        };
        text("code", &mut header.code);
        text("title", &mut header.title);
        text("version", &mut header.version);
        text("confidentiality", &mut header.confidentiality);
        let mut currency = String::new();
        text("currency", &mut currency);
        if !currency.is_empty() {
            if currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()) {
                header.currency = Some(currency);
            } else {
                self.wrong(
                    "currency",
                    "It is a code of three capitals.",
                    "Write it as \"EUR\".",
                );
            }
        }
        let code = &header.code;
        let capitals = code.len() <= 8 && code.starts_with(|c: char| c.is_ascii_uppercase());
        if table.contains_key("code")
            && !(capitals
                && code
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
        {
            self.wrong(
                "code",
                "A code is short and in capitals, for it stands before every clause.",
                "Write it as \"SR\".",
            );
        }
    }

    fn role(&mut self, table: &Table, key: &str) -> Option<RoleId> {
        let Some(name) = table.get(key)?.as_str() else {
            self.wrong(key, "It is a role.", "Put its name in quotes.");
            return None;
        };
        self.role_named(key, name)
    }

    fn role_named(&mut self, key: &str, name: &str) -> Option<RoleId> {
        let found = self.register.role(name);
        if found.is_none() {
            let range = self.range_of(key);
            let near = closest(
                name,
                self.register.roles().map(|(_, role)| role.says.as_str()),
            )
            .map_or(String::new(), |near| format!("Did you mean “{near}”?"));
            let message = Diagnostic::new("K201", self.document, range, "unknown role");
            self.says.push(
                message
                    .because(format!("No role of the vocabulary is called “{name}”."))
                    .suggest(near),
            );
        }
        found
    }

    fn distribution(&mut self, table: &Table, header: &mut Header) {
        header.distribution = match table.get("distribution") {
            Some(Value::String(everyone)) if everyone == "everyone" => Distribution::Everyone,
            Some(Value::Array(names)) => {
                let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                Distribution::Roles(
                    names
                        .into_iter()
                        .filter_map(|name| self.role_named("distribution", name))
                        .collect(),
                )
            }
            Some(_) => {
                self.wrong(
                    "distribution",
                    "It lists the roles that must know the document.",
                    "Write \"everyone\", or roles in quotes between [ and ].",
                );
                Distribution::default()
            }
            None => Distribution::default(),
        };
    }
}

/// What the reader of TOML says, up to where it speaks of its own grammar, as a sentence.
fn plain_words(message: &str) -> String {
    let first = message.split([',', '\n']).next().unwrap_or_default().trim();
    let mut letters = first.chars();
    letters.next().map_or_else(String::new, |letter| {
        format!("{}{}.", letter.to_uppercase(), letters.as_str())
    })
}

/// `every 12 months`
fn review_interval(text: &str) -> Option<Duration> {
    let rest = text.trim().strip_prefix("every ")?.trim();
    match rest {
        "year" => "12 months".parse().ok(),
        "month" => "1 month".parse().ok(),
        "quarter" => "3 months".parse().ok(),
        _ => rest
            .parse::<Duration>()
            .ok()
            .filter(|duration| !duration.is_business()),
    }
}
