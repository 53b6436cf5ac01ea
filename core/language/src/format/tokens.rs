//! The words of a sentence as they are written, with blanks, quotes and code in one piece.

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Letters, digits and the signs that stand against them.
    Plain,
    /// A comma or a semicolon.
    Mark,
    /// `` `…` ``
    Code,
    /// `"…"`
    Quoted,
    /// `[…]`
    Blank,
}

/// A piece of a sentence that is never broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    pub text: String,
    /// It stands against the token before it.
    pub tight: bool,
}

impl Token {
    /// A comma.
    pub fn comma() -> Self {
        Self {
            kind: Kind::Mark,
            text: ",".to_owned(),
            tight: true,
        }
    }

    pub fn is(&self, word: &str) -> bool {
        self.kind == Kind::Plain && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_comma(&self) -> bool {
        self.kind == Kind::Mark && self.text == ","
    }

    /// Whether it begins like a number, or stands for one.
    pub fn is_amount(&self) -> bool {
        let unsigned = self.text.trim_start_matches(['-', '−']);
        self.kind == Kind::Blank || unsigned.starts_with(|c: char| c.is_ascii_digit())
    }
}

/// Splits a text into tokens; white space is kept only as far as it separates.
pub(crate) fn split(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = text;
    let mut tight = true;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.trim_start();
            tight = false;
            continue;
        }
        let (kind, length) = piece(rest, first, tokens.last(), tight);
        let (piece, after) = rest.split_at(length);
        let against = matches!(kind, Kind::Mark) || piece.starts_with(':');
        let after_mark = tokens.last().is_some_and(|last| last.kind == Kind::Mark);
        tokens.push(Token {
            kind,
            text: if kind == Kind::Blank {
                blank(piece)
            } else {
                piece.to_owned()
            },
            tight: (tight || against) && !after_mark,
        });
        rest = after;
        tight = true;
    }
    tokens
}

/// The kind and length in bytes of the next token.
fn piece(rest: &str, first: char, last: Option<&Token>, tight: bool) -> (Kind, usize) {
    let inside = rest.get(first.len_utf8()..).unwrap_or_default();
    let closed = |closing: &[char]| {
        inside
            .char_indices()
            .find(|(_, letter)| closing.contains(letter))
            .map_or(rest.len(), |(at, letter)| {
                first.len_utf8() + at + letter.len_utf8()
            })
    };
    match first {
        ',' | ';' if !in_number(rest, last, tight) => (Kind::Mark, 1),
        '"' | '“' => (Kind::Quoted, closed(&['"', '”'])),
        '`' => (Kind::Code, closed(&['`'])),
        '[' if inside.contains(']') => (Kind::Blank, closed(&[']'])),
        _ => (Kind::Plain, plain(rest)),
    }
}

/// Whether a comma stands between two digits: `1,000`.
fn in_number(rest: &str, last: Option<&Token>, tight: bool) -> bool {
    let before = last.is_some_and(|last| {
        last.kind == Kind::Plain && last.text.ends_with(|c: char| c.is_ascii_digit())
    });
    let after = rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    tight && before && after && rest.starts_with(',')
}

fn plain(rest: &str) -> usize {
    let mut before = '\0';
    let mut letters = rest.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let number = letter == ','
            && before.is_ascii_digit()
            && next.is_some_and(|next| next.is_ascii_digit());
        let ends = letter.is_whitespace() || matches!(letter, ',' | ';' | '"' | '“' | '`' | '[');
        if at > 0 && ends && !number {
            return at;
        }
        before = letter;
    }
    rest.len()
}

/// A blank with one space after its colon and none around it.
fn blank(piece: &str) -> String {
    let inside = piece
        .strip_prefix('[')
        .and_then(|inside| inside.strip_suffix(']'))
        .unwrap_or(piece);
    let tidy = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    match inside.split_once(':') {
        Some((name, value)) => format!("[{}: {}]", tidy(name), tidy(value)),
        None => format!("[{}]", tidy(inside)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn blanks_quotes_and_code_stay_in_one_piece() {
        assert_eq!(
            texts("within  [ack :1  business hour] ,with `a b`:x \"c,  d\""),
            [
                "within",
                "[ack: 1 business hour]",
                ",",
                "with",
                "`a b`",
                ":x",
                "\"c,  d\""
            ]
        );
    }

    #[test]
    fn a_comma_inside_a_number_is_part_of_it() {
        assert_eq!(texts("1,000 days,5 %"), ["1,000", "days", ",", "5", "%"]);
    }
}
