//! The register's phrases, ready for matching against the words of a sentence.
//!
//! A phrase is words with one hole for the noun it is about. From each the forms are made that language gives it
//! without guessing: the tail that names the case may be left out, `the plan of it` and `its plan` are one, and from
//! `is closed` come `has been closed`, `must not be closed` and `closed requests`. Articles choose nothing and are
//! not kept.

use rustc_hash::FxHashMap;

use crate::words::is_article;

use super::{ActId, FactId, NounId, Register, StateId};

/// Which form of a phrase.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PhraseForm {
    /// What an owner must do: `acknowledge {request}`.
    Do,
    /// What happened: `{request} is acknowledged`.
    Happens,
    /// `{request} has been acknowledged`.
    Perfect,
    /// `{request} must not be acknowledged`.
    Barred,
    /// `acknowledged requests`.
    Participle,
    /// `acknowledgement`.
    EventNoun,
    /// A state, or a fact that is yes or no: `{request} waits for the client`.
    Holds,
}

/// What a phrase means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PhraseMeaning {
    /// An act or its event.
    Act(ActId),
    /// A state.
    State(StateId),
    /// A yes-no fact.
    YesNo(FactId),
}

/// A piece of a pattern.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Piece {
    /// This word; `is` also stands for `are`, `has` for `have`.
    Word(String),
    /// The noun: `the request`, `it`.
    Hole(NounId),
    /// The noun's own: `the request's`, `its`.
    Own(NounId),
    /// The noun in its plural.
    Plural(NounId),
}

/// A form of a phrase.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub form: PhraseForm,
    pub meaning: PhraseMeaning,
    pub pieces: Vec<Piece>,
    /// The noun it is about, where the phrase itself does not show it: the tail was left out.
    pub implied: Option<NounId>,
    /// Of two that fit equally well the lesser is meant: those that begin with a word, then by noun as in the register.
    pub order: (Option<NounId>, usize),
}

/// All patterns of one form, by what they begin with.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormIndex {
    by_word: FxHashMap<String, Vec<Pattern>>,
    by_noun: FxHashMap<NounId, Vec<Pattern>>,
    /// Of the patterns that begin with a noun, those that go on with this word, as their places in `by_noun`.
    then_word: FxHashMap<String, Vec<(NounId, usize)>>,
    /// Those that go on otherwise.
    then_other: Vec<(NounId, usize)>,
}

impl FormIndex {
    /// The patterns that begin with this word.
    pub fn beginning_with(&self, word: &str) -> &[Pattern] {
        self.by_word.get(word).map_or(&[], Vec::as_slice)
    }

    /// The patterns that begin with this noun, as `the request`, `it`, `the request's` or `requests`.
    pub fn beginning_with_noun(&self, noun: NounId) -> &[Pattern] {
        self.by_noun.get(&noun).map_or(&[], Vec::as_slice)
    }

    /// The patterns that begin with any noun and may go on with this word.
    pub fn beginning_with_any_noun(&self, next: &str) -> impl Iterator<Item = &Pattern> {
        let of = |word: &str| self.then_word.get(word).map_or(&[][..], Vec::as_slice);
        let other = number_of(next).map_or(&[][..], of);
        of(next)
            .iter()
            .chain(other)
            .chain(&self.then_other)
            .filter_map(|(noun, index)| self.by_noun.get(noun)?.get(*index))
    }

    fn add(&mut self, pattern: Pattern) {
        let noun = match pattern.pieces.first() {
            Some(Piece::Word(word)) => {
                self.by_word.entry(word.clone()).or_default().push(pattern);
                return;
            }
            Some(Piece::Hole(noun) | Piece::Own(noun) | Piece::Plural(noun)) => *noun,
            None => return,
        };
        let list = self.by_noun.entry(noun).or_default();
        let place = (noun, list.len());
        match pattern.pieces.get(1) {
            Some(Piece::Word(next)) => {
                let same = self.then_word.entry(next.clone()).or_default();
                same.push(place);
            }
            _ => self.then_other.push(place),
        }
        list.push(Pattern {
            order: (Some(noun), place.1),
            ..pattern
        });
    }
}

/// The word of a pattern that another number or tense of it stands for: `is` of `are`.
pub(crate) fn number_of(said: &str) -> Option<&'static str> {
    match said {
        "are" | "was" | "were" => Some("is"),
        "have" | "had" => Some("has"),
        _ => None,
    }
}

/// All patterns, those of one form together.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhraseIndex {
    forms: FxHashMap<PhraseForm, FormIndex>,
}

/// Two entries whose phrases cannot be told apart.
pub(crate) struct Clash {
    pub kind: &'static str,
    pub id: String,
    pub message: String,
}

/// Words with which a tail that names the case may begin.
const TAIL_WORDS: [&str; 8] = ["of", "to", "on", "with", "for", "about", "from", "at"];

impl PhraseIndex {
    /// Makes every form of every phrase, and names the phrases that collide.
    pub fn build(register: &Register) -> (Self, Vec<Clash>) {
        let mut builder = Builder {
            register,
            index: Self::default(),
            seen: FxHashMap::default(),
            clashes: Vec::new(),
        };
        for (id, act) in register.acts() {
            let meaning = PhraseMeaning::Act(id);
            if !act.phrase.is_empty() {
                builder.phrase("acts", &act.id, PhraseForm::Do, meaning, &act.phrase);
            }
            for happens in &act.happens {
                builder.phrase("acts", &act.id, PhraseForm::Happens, meaning, happens);
            }
            if let Some(perfect) = &act.perfect {
                builder.phrase("acts", &act.id, PhraseForm::Perfect, meaning, perfect);
            }
            if let Some(noun) = &act.noun {
                builder.event_noun(meaning, noun, act.case);
            }
        }
        for (id, state) in register.states() {
            builder.phrase(
                "states",
                &state.id,
                PhraseForm::Holds,
                PhraseMeaning::State(id),
                &state.says,
            );
        }
        for (id, fact) in register.facts() {
            if let Some(says) = &fact.says {
                builder.phrase(
                    "facts",
                    &fact.name,
                    PhraseForm::Holds,
                    PhraseMeaning::YesNo(id),
                    says,
                );
            }
        }
        (builder.index, builder.clashes)
    }

    /// All patterns of a form.
    pub fn of(&self, form: PhraseForm) -> Option<&FormIndex> {
        self.forms.get(&form)
    }
}

struct Builder<'r> {
    register: &'r Register,
    index: PhraseIndex,
    seen: FxHashMap<(PhraseForm, Vec<Piece>), PhraseMeaning>,
    clashes: Vec<Clash>,
}

/// A piece with whether an article stood before it.
type Marked = (Piece, bool);

impl Builder<'_> {
    fn phrase(
        &mut self,
        kind: &'static str,
        id: &str,
        form: PhraseForm,
        meaning: PhraseMeaning,
        text: &str,
    ) {
        let Some(pieces) = self.pieces(kind, id, text) else {
            return;
        };
        let plain: Vec<Piece> = pieces.iter().map(|(piece, _)| piece.clone()).collect();
        if let Some(other) = self.seen.insert((form, plain), meaning)
            && other != meaning
        {
            let message = format!(
                "K207: “{text}” is also the phrase of {}: two phrases must not be the same.",
                self.name(other)
            );
            self.clashes.push(Clash {
                kind,
                id: id.to_owned(),
                message,
            });
        }
        self.forms(form, meaning, &pieces);
    }

    fn name(&self, meaning: PhraseMeaning) -> String {
        match meaning {
            PhraseMeaning::Act(id) => format!("the act “{}”", self.register[id].id),
            PhraseMeaning::State(id) => format!("the state “{}”", self.register[id].id),
            PhraseMeaning::YesNo(id) => format!("the fact “{}”", self.register[id].name),
        }
    }

    /// Splits a phrase into pieces: words in lower case without articles, and its hole.
    fn pieces(&mut self, kind: &'static str, id: &str, text: &str) -> Option<Vec<Marked>> {
        let mut pieces = Vec::new();
        let mut article = false;
        let spaced = text
            .replace('{', " {")
            .replace('}', "} ")
            .replace("} 's", "}'s ");
        let mut words = spaced.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let mut whole = word.to_owned();
            while whole.starts_with('{') && !whole.contains('}') {
                let Some(more) = words.next() else { break };
                whole = format!("{whole} {more}");
            }
            let piece = if let Some(inside) = whole.strip_prefix('{') {
                let (name, rest) = inside.split_once('}').unwrap_or((inside, ""));
                let Some(noun) = self
                    .register
                    .noun(name)
                    .or_else(|| self.register.noun(&name.replace(' ', "-")))
                else {
                    let message =
                        format!("No noun is called “{name}”, which stands in braces in “{text}”.");
                    self.clashes.push(Clash {
                        kind,
                        id: id.to_owned(),
                        message,
                    });
                    return None;
                };
                if rest.starts_with("'s") {
                    Piece::Own(noun)
                } else {
                    Piece::Hole(noun)
                }
            } else if is_article(&whole.to_lowercase()) {
                article = true;
                continue;
            } else {
                Piece::Word(whole.to_lowercase())
            };
            pieces.push((piece, article));
            article = false;
        }
        Some(pieces)
    }

    /// Adds a phrase and the forms made from it.
    fn forms(&mut self, form: PhraseForm, meaning: PhraseMeaning, pieces: &[Marked]) {
        self.variants(form, meaning, pieces);
        let is = pieces
            .iter()
            .position(|(piece, _)| *piece == Piece::Word("is".to_owned()));
        let Some(is) = is else { return };
        let (before, after) = (
            pieces.get(..is).unwrap_or_default(),
            pieces.get(is + 1..).unwrap_or_default(),
        );
        let with = |words: &[&str]| -> Vec<Marked> {
            let middle = words
                .iter()
                .map(|word| (Piece::Word((*word).to_owned()), false));
            before
                .iter()
                .cloned()
                .chain(middle)
                .chain(after.iter().cloned())
                .collect()
        };
        if form == PhraseForm::Happens {
            self.variants(PhraseForm::Perfect, meaning, &with(&["has", "been"]));
            self.variants(PhraseForm::Barred, meaning, &with(&["must", "not", "be"]));
            if let [(Piece::Hole(noun), _)] = before
                && after
                    .iter()
                    .all(|(piece, _)| matches!(piece, Piece::Word(_)))
            {
                let words = after.iter().map(|(piece, _)| piece.clone());
                self.add(
                    PhraseForm::Participle,
                    meaning,
                    words.chain([Piece::Plural(*noun)]).collect(),
                    None,
                );
            }
        }
    }

    /// Adds the phrase as written, with `its …` for `the … of`, and without the tail that names the case.
    fn variants(&mut self, form: PhraseForm, meaning: PhraseMeaning, pieces: &[Marked]) {
        let plain = |marked: &[Marked]| -> Vec<Piece> {
            marked.iter().map(|(piece, _)| piece.clone()).collect()
        };
        self.add(form, meaning, plain(pieces), None);
        let hole = pieces
            .iter()
            .position(|(piece, _)| matches!(piece, Piece::Hole(_) | Piece::Own(_)));
        let Some(hole) = hole else { return };
        match pieces.get(hole) {
            Some((Piece::Hole(noun), _)) if hole > 0 => {
                let Some((Piece::Word(lead), _)) = pieces.get(hole - 1) else {
                    return;
                };
                if !TAIL_WORDS.contains(&lead.as_str()) {
                    return;
                }
                let head = pieces.get(..hole - 1).unwrap_or_default();
                let rest = pieces.get(hole + 1..).unwrap_or_default();
                self.add(
                    form,
                    meaning,
                    [plain(head), plain(rest)].concat(),
                    Some(*noun),
                );
                if lead == "of" {
                    let start = owned_words_start(form, head);
                    let (verb, thing) = head.split_at(start);
                    self.add(
                        form,
                        meaning,
                        [
                            plain(verb),
                            vec![Piece::Own(*noun)],
                            plain(thing),
                            plain(rest),
                        ]
                        .concat(),
                        None,
                    );
                }
            }
            Some((Piece::Own(noun), _)) => {
                let head = pieces.get(..hole).unwrap_or_default();
                let rest = pieces.get(hole + 1..).unwrap_or_default();
                let ends = rest.iter().position(
                    |(piece, _)| matches!(piece, Piece::Word(word) if ends_the_thing(word)),
                );
                let (thing, tail) = rest.split_at(ends.unwrap_or(rest.len()));
                let of = vec![Piece::Word("of".to_owned()), Piece::Hole(*noun)];
                self.add(
                    form,
                    meaning,
                    [plain(head), plain(thing), of, plain(tail)].concat(),
                    None,
                );
                self.add(
                    form,
                    meaning,
                    [plain(head), plain(thing), plain(tail)].concat(),
                    Some(*noun),
                );
            }
            _ => {}
        }
    }

    fn event_noun(&mut self, meaning: PhraseMeaning, noun: &str, case: NounId) {
        let words: Vec<Piece> = noun
            .split_whitespace()
            .filter(|word| !is_article(word))
            .map(|word| Piece::Word(word.to_lowercase()))
            .collect();
        self.add(PhraseForm::EventNoun, meaning, words.clone(), Some(case));
        for lead in ["of", "with"] {
            let tail = vec![Piece::Word(lead.to_owned()), Piece::Hole(case)];
            self.add(
                PhraseForm::EventNoun,
                meaning,
                [words.clone(), tail].concat(),
                None,
            );
        }
        self.add(
            PhraseForm::EventNoun,
            meaning,
            [vec![Piece::Own(case)], words].concat(),
            None,
        );
    }

    fn add(
        &mut self,
        form: PhraseForm,
        meaning: PhraseMeaning,
        pieces: Vec<Piece>,
        implied: Option<NounId>,
    ) {
        let index = self.index.forms.entry(form).or_default();
        index.add(Pattern {
            form,
            meaning,
            pieces,
            implied,
            order: (None, 0),
        });
    }
}

/// Where the words that are owned begin in `send the closing notice | of`: at the last article, else after the verb.
fn owned_words_start(form: PhraseForm, head: &[Marked]) -> usize {
    let article = head.iter().rposition(|(_, article)| *article);
    article
        .unwrap_or(usize::from(form == PhraseForm::Do))
        .min(head.len())
}

/// Whether this word ends the thing that is owned: `{client}'s details | are verified`.
fn ends_the_thing(word: &str) -> bool {
    matches!(
        word,
        "is" | "are"
            | "has"
            | "have"
            | "must"
            | "with"
            | "for"
            | "to"
            | "on"
            | "in"
            | "by"
            | "through"
    )
}
