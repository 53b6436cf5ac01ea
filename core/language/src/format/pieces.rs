//! Which pieces a sentence has, what stands between them, and where a comma belongs inside one.

use crate::ast::{Sentence, TextRange};
use crate::document::{Document, Rule, Slot, SlotText};
use crate::sentence::item_ranges;

use super::layout::{Before, Piece, Place, comma_before, lines, no_comma_before};
use super::tokens::{Kind, Token, split};

/// The lines of a rule; none where its slots do not hold all of its words.
pub(super) fn rule(document: &Document, rule: &Rule) -> Option<Vec<String>> {
    match rule.sentence.as_ref()? {
        Sentence::Procedure(_) => procedure(document, rule),
        Sentence::Term(..) => {
            let words = document.words(rule.range).trim().trim_end_matches('.');
            let piece = Piece {
                tokens: split(words),
                before: Before::Space,
                place: Place::New,
            };
            Some(lines(&[piece], ".", 0))
        }
        sentence => {
            let pieces = pieces(document, sentence, &rule.slots, rule.range)?;
            Some(lines(&pieces, ".", 0))
        }
    }
}

/// The slots of a sentence as pieces, those of a duty in their fixed order.
fn pieces(
    document: &Document,
    sentence: &Sentence,
    slots: &[SlotText],
    whole: TextRange,
) -> Option<Vec<Piece>> {
    let whole_blanks = |slot: &SlotText| SlotText {
        slot: slot.slot,
        range: document.with_whole_blanks(slot.range),
    };
    let slots: Vec<SlotText> = slots.iter().map(whole_blanks).collect();
    let mut slots: Vec<&SlotText> = slots.iter().collect();
    slots.sort_by_key(|slot| slot.range.start);
    only_marks_between(document, &slots, whole)?;
    if matches!(sentence, Sentence::Duty(_) | Sentence::Rhythm(_)) {
        // A second deadline or condition would be lost in the order.
        let twice = |slot| slots.iter().filter(|other| other.slot == slot).count() > 1;
        if twice(Slot::Deadline) || twice(Slot::Condition) || twice(Slot::Task) {
            return None;
        }
        slots.sort_by_key(|slot| slot.slot);
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        let mut tokens = split(document.words(slot.range));
        while tokens.last().is_some_and(|last| last.kind == Kind::Mark) {
            tokens.pop();
        }
        let before = index.checked_sub(1).and_then(|index| slots.get(index));
        let before = before.map(|slot| (slot.slot, document.words(slot.range)));
        let (mark, place) = joined(sentence, &slots, slot, &tokens, before);
        commas(sentence, slot.slot, &mut tokens);
        let mut ways = if matches!(sentence, Sentence::Gate(_)) {
            ways(tokens)
        } else {
            vec![tokens]
        }
        .into_iter();
        pieces.extend(ways.next().map(|tokens| Piece {
            tokens,
            before: mark,
            place,
        }));
        pieces.extend(ways.map(|tokens| Piece {
            tokens,
            before: Before::Comma,
            place: Place::New,
        }));
    }
    (!pieces.is_empty()).then_some(pieces)
}

/// That all words stand in a slot: between two there are only marks.
fn only_marks_between(document: &Document, slots: &[&SlotText], whole: TextRange) -> Option<()> {
    let mut at = whole.start;
    for slot in slots {
        if slot.range.start < at {
            return None;
        }
        only_marks(document, at, slot.range.start)?;
        at = slot.range.end;
    }
    only_marks(document, at, whole.end)
}

fn only_marks(document: &Document, start: usize, end: usize) -> Option<()> {
    let gap = document.text.get(start..end)?;
    gap.chars()
        .all(|c| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '.'))
        .then_some(())
}

/// What stands before a slot, and on which line the slot stands.
fn joined(
    sentence: &Sentence,
    slots: &[&SlotText],
    slot: &SlotText,
    tokens: &[Token],
    before: Option<(Slot, &str)>,
) -> (Before, Place) {
    use Before::{Colon, Comma, Semicolon, Space};
    use Place::{New, Same};
    let starts = |word: &str| tokens.first().is_some_and(|first| first.is(word));
    let has = |slot| slots.iter().any(|other| other.slot == slot);
    match (sentence, slot.slot) {
        (Sentence::Duty(_) | Sentence::Rhythm(_), slot) => {
            let short = before.is_some_and(|(_, words)| shares_its_line(words));
            match slot {
                Slot::Task if short => (Comma, Same),
                Slot::Task | Slot::Pausing | Slot::Unless | Slot::Evidence => (Comma, New),
                Slot::Deadline => (Space, Same),
                Slot::Reopened | Slot::Warning | Slot::Escalation => (Semicolon, New),
                _ => (Comma, Same),
            }
        }
        (Sentence::Gate(_), Slot::Rest) if has(Slot::Condition) => (Space, New),
        (Sentence::Permission(_), Slot::Rest) if has(Slot::Condition) || has(Slot::Evidence) => {
            (Comma, Same)
        }
        (Sentence::Exception(exception), _) => match before.map(|(slot, _)| slot) {
            None | Some(Slot::Head) => (Colon, Same),
            _ if starts("until") => (Comma, Same),
            Some(Slot::Condition) if exception.changes.len() > 1 => (Comma, New),
            Some(Slot::Condition) => (Comma, Same),
            Some(_) => (Semicolon, New),
        },
        (Sentence::Stages(_), _) => (Semicolon, Same),
        (Sentence::Target(_), Slot::Deadline) if starts("measured") => (Comma, Same),
        (Sentence::Course(_), Slot::Deadline) => (Comma, New),
        (Sentence::Course(_), Slot::Warning | Slot::Escalation) => (Semicolon, New),
        (Sentence::Course(_) | Sentence::Retention(_) | Sentence::Sample(_), Slot::Rest)
        | (Sentence::Sample(_) | Sentence::Report(_), Slot::Task)
        | (Sentence::Permission(_), Slot::Condition | Slot::Evidence)
        | (Sentence::Procedure(_), _) => (Comma, Same),
        _ => (Space, Same),
    }
}

/// `As a step` and `Every month` are too short for a line of their own.
fn shares_its_line(words: &str) -> bool {
    let words: Vec<&str> = words.split_whitespace().collect();
    words.len() <= 3
        && words
            .first()
            .is_some_and(|word| !word.eq_ignore_ascii_case("when"))
}

/// Puts the commas that belong inside a slot, and takes away those that do not.
fn commas(sentence: &Sentence, slot: Slot, tokens: &mut Vec<Token>) {
    match (sentence, slot) {
        (Sentence::Rhythm(_), Slot::Head) => {
            let or = position(tokens, 0, &["or"]);
            with_comma(tokens, 0, &["or"], true);
            with_comma(tokens, 0, &["since"], or.is_some());
        }
        (Sentence::Exception(_), Slot::Head) => with_comma(tokens, 0, &["over"], true),
        (Sentence::Transition(_), Slot::Head) => with_comma(tokens, 0, &["running"], true),
        (Sentence::Gate(_), Slot::Rest) => commas_between_ways(tokens),
        (Sentence::Course(_), Slot::Rest) => with_comma(tokens, 0, &["with"], true),
        (Sentence::Course(_), Slot::Escalation) => {
            let after = usize::from(tokens.get(2).is_some_and(Token::is_comma));
            if tokens.get(1).is_some_and(|token| token.is("it")) && after == 0 {
                comma_before(tokens, 2);
            }
        }
        (Sentence::Retention(_), Slot::Rest) => with_comma(tokens, 0, &["unless"], true),
        (Sentence::Report(_), Slot::Task) => {
            with_comma(tokens, 0, &["with", "charts"], false);
            with_comma(tokens, 0, &["from"], false);
        }
        (_, Slot::Reopened | Slot::Warning) => with_comma(tokens, 1, &["it"], true),
        (_, Slot::Escalation) => {
            let mut at = 0;
            while let Some(found) = position(tokens, at, &["and", "after"]) {
                let before = tokens.len();
                comma_before(tokens, found);
                at = found + 1 + tokens.len() - before;
            }
            with_comma(tokens, 0, &["in", "working", "hours"], false);
        }
        (_, Slot::Deadline) => {
            with_comma(tokens, 0, &["or", "the", "next", "working"], false);
            with_comma(tokens, 0, &["or", "next", "working"], false);
        }
        _ => {}
    }
}

/// Each further way through a gate that is a length of time begins with a comma: `…, or 5 business days pass …`.
fn commas_between_ways(tokens: &mut Vec<Token>) {
    let mut at = 1;
    while at < tokens.len() {
        let or = tokens.get(at).is_some_and(|token| token.is("or"));
        let amount = tokens.get(at + 1).is_some_and(Token::is_amount);
        if or && amount {
            let before = tokens.len();
            comma_before(tokens, at);
            at += tokens.len() - before;
        }
        at += 1;
    }
}

/// The ways through a gate, each from its `or` on.
fn ways(tokens: Vec<Token>) -> Vec<Vec<Token>> {
    let mut ways = vec![Vec::new()];
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if token.is_comma() && tokens.peek().is_some_and(|next| next.is("or")) {
            ways.push(Vec::new());
        } else if let Some(way) = ways.last_mut() {
            way.push(token);
        }
    }
    ways.retain(|way| !way.is_empty());
    ways
}

/// Where these words stand, from a position on.
fn position(tokens: &[Token], from: usize, words: &[&str]) -> Option<usize> {
    let rest = tokens.get(from..)?;
    let found = rest
        .windows(words.len())
        .position(|window| window.iter().zip(words).all(|(token, word)| token.is(word)))?;
    Some(from + found)
}

/// A comma before the first of these words, or none there.
fn with_comma(tokens: &mut Vec<Token>, from: usize, words: &[&str], wanted: bool) {
    let Some(at) = position(tokens, from, words).filter(|at| *at > 0) else {
        return;
    };
    if wanted {
        comma_before(tokens, at);
    } else {
        no_comma_before(tokens, at);
    }
}

/// The head of a procedure, and its steps numbered from 1.
fn procedure(document: &Document, rule: &Rule) -> Option<Vec<String>> {
    let sentence = rule.sentence.as_ref()?;
    let Sentence::Procedure(said) = sentence else {
        return None;
    };
    let (head, items) = item_ranges(&document.text, rule.range);
    if items.is_empty() || items.len() != said.items.len() {
        return None;
    }
    let heading: Vec<SlotText> = slots_in(rule, head).collect();
    let mut all = lines(&pieces(document, sentence, &heading, head)?, ":", 0);
    for (index, (range, item)) in items.into_iter().zip(&said.items).enumerate() {
        let number = format!("{}.", index + 1);
        let indent = number.len() + 1;
        let mut parts = vec![step(document, rule, range, &number)?];
        let steps: Vec<SlotText> = slots_in(rule, range).collect();
        let mut at = steps.first()?.range.end;
        if let Some(duty) = &item.in_place {
            let place = |other: &&Rule| {
                other.key == item.rule.key
                    && range.start <= other.range.start
                    && other.range.end <= range.end
            };
            let own = document.rules.iter().find(place)?;
            let duty = Sentence::Duty((**duty).clone());
            let mut more = pieces(document, &duty, &own.slots, own.range)?;
            if let Some(first) = more.first_mut() {
                (first.before, first.place) = (Before::Colon, Place::Same);
            }
            only_marks(document, at, own.range.start)?;
            at = own.range.end;
            parts.append(&mut more);
        }
        only_marks(document, at, range.end)?;
        all.extend(item_lines(parts, indent));
    }
    Some(all)
}

/// A step on one line where it fits, else on several.
fn item_lines(mut parts: Vec<Piece>, indent: usize) -> Vec<String> {
    let places: Vec<Place> = parts.iter().map(|part| part.place).collect();
    for part in &mut parts {
        part.place = Place::Same;
    }
    let one = lines(&parts, "", indent);
    if one.len() == 1 {
        return one;
    }
    for (part, place) in parts.iter_mut().zip(places) {
        part.place = place;
    }
    // Where the owner, the act and the deadline do not fit beside the step, they get a line of their own.
    let opening = parts
        .iter()
        .skip(2)
        .position(|part| part.place == Place::New)
        .map_or(parts.len(), |at| at + 2);
    let beside = parts.get(..opening).unwrap_or_default();
    if lines(beside, ";", indent).len() > 1
        && let Some(task) = parts.get_mut(1)
    {
        task.place = Place::New;
    }
    lines(&parts, "", indent)
}

/// The slots of a procedure that stand in a range.
fn slots_in(rule: &Rule, range: TextRange) -> impl Iterator<Item = SlotText> {
    rule.slots
        .iter()
        .filter(move |slot| range.start <= slot.range.start && slot.range.end <= range.end)
        .cloned()
}

/// A listed step with its number, and with commas after its turn and before its condition.
fn step(document: &Document, rule: &Rule, range: TextRange, number: &str) -> Option<Piece> {
    let slot = slots_in(rule, range).next()?;
    only_marks(document, range.start, slot.range.start)?;
    let mut tokens = split(document.words(slot.range));
    let condition = tokens.iter().position(|token| token.is("if"));
    if let Some(at) = condition {
        comma_before(&mut tokens, at);
    }
    let names = tokens.get(..condition.unwrap_or(tokens.len()))?;
    let own = names.iter().rposition(|token| token.kind == Kind::Code)?;
    let coded = own
        .checked_sub(1)
        .filter(|before| tokens.get(*before).is_some_and(is_code));
    let own = coded.unwrap_or(own);
    if own > 0 {
        comma_before(&mut tokens, own);
    }
    let mut numbered = split(number);
    if let Some(first) = tokens.first_mut() {
        first.tight = false;
    }
    numbered.append(&mut tokens);
    Some(Piece {
        tokens: numbered,
        before: Before::Space,
        place: Place::New,
    })
}

/// The code of a document before a rule in backticks.
fn is_code(token: &Token) -> bool {
    token.kind == Kind::Plain
        && token
            .text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
