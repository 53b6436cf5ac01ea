//! What is not the writer's own wording: quoted lines, code, addresses, and all that follows a signature's line.

/// The text with spaces in place of what is not looked at: as long as the text, byte for byte.
pub(crate) fn masked(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    let (mut fenced, mut signed) = (false, false);
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let fence = bare.starts_with("```") || bare.starts_with("~~~");
        signed |= bare == "--";
        if fenced || fence || signed || bare.starts_with('>') {
            blank(&mut seen, line);
        } else {
            inline(&mut seen, line);
        }
        fenced ^= fence;
    }
    seen
}

fn blank(seen: &mut String, hidden: &str) {
    for letter in hidden.chars() {
        if letter == '\n' {
            seen.push('\n');
        } else {
            seen.extend(std::iter::repeat_n(' ', letter.len_utf8()));
        }
    }
}

fn inline(seen: &mut String, line: &str) {
    let mut rest = line;
    while let Some((before, code, after)) = code_span(rest) {
        addresses(seen, before);
        blank(seen, code);
        rest = after;
    }
    addresses(seen, rest);
}

/// What stands before the first span between two backticks, the span, and what follows.
fn code_span(line: &str) -> Option<(&str, &str, &str)> {
    let (before, tail) = line.split_once('`')?;
    let (inner, _) = tail.split_once('`')?;
    let (head, after) = line.split_at_checked(before.len() + inner.len() + 2)?;
    let (before, code) = head.split_at_checked(before.len())?;
    Some((before, code, after))
}

fn addresses(seen: &mut String, line: &str) {
    for piece in line.split_inclusive(char::is_whitespace) {
        if let Some((words, target, after)) = link(piece) {
            seen.push_str(words);
            blank(seen, target);
            seen.push_str(after);
            continue;
        }
        let bare = piece.trim_end_matches(|letter: char| {
            letter.is_whitespace() || ".,;:!?)>\"”’".contains(letter)
        });
        let end = piece.get(bare.len()..).unwrap_or_default();
        if is_address(bare) {
            blank(seen, bare);
        } else {
            seen.push_str(bare);
        }
        seen.push_str(end);
    }
}

/// The words of a link, its target, and what follows.
fn link(piece: &str) -> Option<(&str, &str, &str)> {
    let (words, tail) = piece.split_once("](")?;
    let (inner, _) = tail.split_once(')')?;
    let (head, after) = piece.split_at_checked(words.len() + inner.len() + 3)?;
    let (words, target) = head.split_at_checked(words.len())?;
    Some((words, target, after))
}

fn is_address(piece: &str) -> bool {
    let mail = || {
        piece
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
    };
    piece.contains("://") || piece.starts_with("www.") || mail()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn what_is_not_the_writers_own_is_passed_over_and_the_rest_stays_in_its_place() {
        for (text, seen) in [
            ("> quoted\nOwn", "        \nOwn"),
            (
                "See https://a.example/b. Then",
                "See                    . Then",
            ),
            (
                "[our page](https://a.example) now",
                "[our page                     now",
            ),
            (
                "Write to a@b.example, please",
                "Write to            , please",
            ),
            ("Set `ä = 1` first", "Set          first"),
            ("```\nfn\n```\nOwn", "   \n  \n   \nOwn"),
            ("Bye\n-- \nMaya", "Bye\n   \n    "),
        ] {
            assert_eq!(masked(text), seen, "{text}");
            assert_eq!(masked(text).len(), text.len());
        }
    }
}
