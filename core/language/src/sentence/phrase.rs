//! Nouns, facts and the register's phrases in a sentence.
//!
//! `it`, `its` and `them` always mean the case. Any other noun must be reached from the case by the register.

use std::cmp::Reverse;

use crate::ast::{ActUse, FactRef, Path, StateRef};
use crate::register::{ActId, FactId, NounId, PhraseForm, PhraseMeaning};
use crate::register::{Pattern, Piece, number_of};
use crate::words::{Kind, Word};

use super::Cursor;

/// A phrase that was found.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    /// The position after its last word.
    pub end: usize,
    pub meaning: PhraseMeaning,
    /// The record it is about.
    pub noun: NounId,
    /// From the case to that record; none where it cannot be reached.
    pub path: Option<Path>,
    /// `has not been …`, `is not …`.
    pub negated: bool,
    rank: u8,
}

/// A noun that was found.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub end: usize,
    pub noun: NounId,
    /// `it`, `them`, `its`.
    pub pronoun: bool,
}

impl Cursor<'_> {
    /// From the case to a noun. A sentence whose case is not known yet is about the noun itself.
    pub(super) fn reach(&self, noun: NounId) -> Option<Path> {
        match self.case {
            Some(case) => self.register().way(case, noun),
            None => Some(Vec::new()),
        }
    }

    /// The words of a noun at a position: how many, singular or plural, possessive or not.
    fn noun_words(&self, at: usize, noun: NounId, own: bool) -> Option<usize> {
        self.register()
            .names_of_noun(noun)
            .iter()
            .filter_map(|name| self.name_words(at, name, own))
            .max()
    }

    /// How many words of the sentence this name takes; with `own`, its last word must be possessive.
    fn name_words(&self, at: usize, name: &[String], own: bool) -> Option<usize> {
        let (last, first) = name.split_last()?;
        let words = self.words.get(at..at + name.len())?;
        let (end, start) = words.split_last()?;
        let said = if own {
            without_possessive(&end.text)?
        } else {
            end.text.as_str()
        };
        let same = said == last
            && words.iter().all(|word| word.kind == Kind::Word)
            && start
                .iter()
                .zip(first)
                .all(|(word, part)| word.text == *part);
        same.then_some(name.len())
    }

    /// The nouns of which a name stands at a position, with the number of its words.
    fn nouns_named(&self, at: usize, own: bool) -> impl Iterator<Item = (NounId, usize)> {
        let first = self.words.get(at).map_or("", |word| word.text.as_str());
        // Of a name of one word, the first is the one that is possessive.
        let bare = own.then(|| without_possessive(first)).flatten();
        let register = self.register();
        let called = register.nouns_called(first).iter();
        called
            .chain(bare.map_or(&[][..], |bare| register.nouns_called(bare)))
            .filter_map(move |called| {
                self.name_words(at, &called.name, own)
                    .map(|count| (called.id, count))
            })
    }

    /// Any noun at a position, the longest name first; those near the case win where names are the same.
    pub(super) fn any_noun(&self, at: usize, own: bool) -> Option<Named> {
        let pronoun = self.words.get(at).is_some_and(|word| {
            if own {
                word.is("its") || word.is("their")
            } else {
                word.is("it") || word.is("them") || word.is("they")
            }
        });
        if pronoun {
            return self.case.map(|noun| Named {
                end: at + 1,
                noun,
                pronoun: true,
            });
        }
        // `its client`, `the request's client`: the owner before the noun is the case, or leads to it.
        if !own && let Some(owner) = self.any_noun(at, true) {
            return self.any_noun(owner.end, false).map(|named| Named {
                pronoun: false,
                ..named
            });
        }
        let mut best: Option<(usize, bool, NounId)> = None;
        for (id, count) in self.nouns_named(at, own) {
            let near = self.case == Some(id) || self.case.is_some() && self.reach(id).is_some();
            let better = best.is_none_or(|(most, was_near, noun)| {
                (count, near, Reverse(id)) > (most, was_near, Reverse(noun))
            });
            if better {
                best = Some((count, near, id));
            }
        }
        best.map(|(count, _, noun)| Named {
            end: at + count,
            noun,
            pronoun: false,
        })
    }

    /// The best phrase of a form that begins here.
    pub(super) fn phrase(&self, form: PhraseForm) -> Option<Hit> {
        self.phrase_where(form, &|_| true)
    }

    /// The best phrase of a form that begins here, of those whose meaning is allowed: the longest; then one whose
    /// noun can be reached, is the case itself, and was said rather than left out.
    pub(super) fn phrase_where(
        &self,
        form: PhraseForm,
        allowed: &dyn Fn(PhraseMeaning) -> bool,
    ) -> Option<Hit> {
        let mut best: Option<(Hit, (Option<NounId>, usize))> = None;
        let index = self.register().patterns(form)?;
        let first = self.word(0)?;
        let mut consider = |pattern: &Pattern| {
            if !allowed(pattern.meaning) {
                return;
            }
            let Some(hit) = self.matched(pattern) else {
                return;
            };
            let better = best.as_ref().is_none_or(|(other, order)| {
                let fit = |hit: &Hit| (hit.path.is_some(), hit.end, hit.rank);
                (fit(&hit), Reverse(pattern.order)) > (fit(other), Reverse(*order))
            });
            if better {
                best = Some((hit, pattern.order));
            }
        };
        for pattern in index.beginning_with(&first.text) {
            consider(pattern);
        }
        if is_pronoun(first) {
            // A pronoun may stand for any noun, and is one word.
            let next = self.word(1).map_or("", |word| word.text.as_str());
            for pattern in index.beginning_with_any_noun(next) {
                consider(pattern);
            }
        } else {
            for noun in self.nouns_beginning(self.at) {
                for pattern in index.beginning_with_noun(noun) {
                    consider(pattern);
                }
            }
        }
        best.map(|(hit, _)| hit)
    }

    /// The nouns with which a phrase at this position may begin.
    fn nouns_beginning(&self, at: usize) -> Vec<NounId> {
        let register = self.register();
        // After another owner any noun may follow: `the request's client is reviewed`.
        if self.any_noun(at, true).is_some() {
            return register.nouns().map(|(id, _)| id).collect();
        }
        let start = at + usize::from(self.words.get(at).is_some_and(|word| word.is("each")));
        let mut named: Vec<NounId> = self.nouns_named(start, false).map(|(id, _)| id).collect();
        if let Some(case) = self.case.filter(|case| named.contains(case)) {
            let kin = register.nouns().map(|(id, _)| id);
            named.extend(kin.filter(|id| register.same_record(case, *id)));
        }
        named.sort_unstable();
        named.dedup();
        named
    }

    fn matched(&self, pattern: &Pattern) -> Option<Hit> {
        let mut at = self.at;
        let mut negated = false;
        let mut named: Option<Named> = None;
        for piece in &pattern.pieces {
            match piece {
                Piece::Word(text) => {
                    let word = self
                        .words
                        .get(at)
                        .filter(|word| same_word(&word.text, text))?;
                    at += 1;
                    let verb = matches!(
                        word.text.as_str(),
                        "is" | "are" | "has" | "have" | "was" | "were"
                    );
                    if verb
                        && self.words.get(at).is_some_and(|next| next.is("not"))
                        && pattern.form != PhraseForm::Barred
                    {
                        negated = true;
                        at += 1;
                    }
                }
                Piece::Hole(noun) | Piece::Own(noun) => {
                    let own = matches!(piece, Piece::Own(_));
                    let found = self.fills(at, *noun, own, pattern.meaning)?;
                    at = found.end;
                    named = Some(found);
                }
                Piece::Plural(noun) => {
                    at += self.noun_words(at, *noun, false)?;
                    named = Some(Named {
                        end: at,
                        noun: *noun,
                        pronoun: false,
                    });
                }
            }
        }
        let subject = self.subject_of(pattern.meaning);
        let about = named
            .as_ref()
            .map_or(pattern.implied.unwrap_or(subject), |named| named.noun);
        let record = self.record_acted_on(pattern.meaning, about);
        let path = self.path_of(named.as_ref(), pattern, record);
        // Of the kinds of one record each may have a phrase of its own: feedback is acknowledged by its own act, not
        // by that of a complaint.
        let rank = u8::from(about == subject)
            + 2 * u8::from(named.is_some())
            + 4 * u8::from(path.as_ref().is_some_and(Vec::is_empty))
            + 8 * u8::from(self.case == Some(record));
        // A verb must not stop in the middle of a longer word group that a noun would complete: the longest wins above.
        Some(Hit {
            end: at,
            meaning: pattern.meaning,
            noun: record,
            path,
            negated,
            rank,
        })
    }

    fn path_of(&self, named: Option<&Named>, pattern: &Pattern, record: NounId) -> Option<Path> {
        let Some(case) = self.case else {
            return Some(Vec::new());
        };
        if named.is_some_and(|named| named.pronoun) {
            return Some(Vec::new());
        }
        let path = self.register().way(case, record);
        // A tail may be left out only where it names the case.
        if named.is_none() && pattern.implied.is_some() && pattern.form != PhraseForm::EventNoun {
            return path.filter(Vec::is_empty);
        }
        path
    }

    /// The noun that an entry is about.
    fn subject_of(&self, meaning: PhraseMeaning) -> NounId {
        let register = self.register();
        match meaning {
            PhraseMeaning::Act(id) => register[id].case,
            PhraseMeaning::State(id) => register[id].noun,
            PhraseMeaning::YesNo(id) => register[id].noun,
        }
    }

    /// The record whose event it is: an act on an email may be an event of its conversation.
    fn record_acted_on(&self, meaning: PhraseMeaning, about: NounId) -> NounId {
        let subject = self.subject_of(meaning);
        if self.register().same_record(subject, about) {
            about
        } else {
            subject
        }
    }

    /// A noun that fills the hole of a phrase.
    fn fills(&self, at: usize, hole: NounId, own: bool, meaning: PhraseMeaning) -> Option<Named> {
        let register = self.register();
        let subject = self.subject_of(meaning);
        let pronoun = if own {
            ["its", "their"]
        } else {
            ["it", "them"]
        };
        if self
            .words
            .get(at)
            .is_some_and(|word| pronoun.iter().any(|text| word.is(text)))
        {
            let case = self.case?;
            let fits = case == hole || case == subject || register.same_record(case, hole);
            return fits.then_some(Named {
                end: at + 1,
                noun: case,
                pronoun: true,
            });
        }
        let skip = usize::from(self.words.get(at).is_some_and(|word| word.is("each")));
        let start = at + skip;
        let direct = self.noun_words(start, hole, own).map(|count| Named {
            end: start + count,
            noun: hole,
            pronoun: false,
        });
        let owned = || {
            let owner = self.any_noun(start, true)?;
            let count = self.noun_words(owner.end, hole, own)?;
            Some(Named {
                end: owner.end + count,
                noun: hole,
                pronoun: false,
            })
        };
        let kin = || {
            let case = self.case?;
            let count = register
                .same_record(case, hole)
                .then(|| self.noun_words(start, case, own))
                .flatten()?;
            Some(Named {
                end: start + count,
                noun: case,
                pronoun: false,
            })
        };
        direct.or_else(owned).or_else(kin)
    }

    /// An act or its event in one of these forms.
    pub(super) fn act_use(&mut self, form: PhraseForm) -> Option<ActUse> {
        let from = self.at;
        let hit = self.phrase_where(form, &|meaning| matches!(meaning, PhraseMeaning::Act(_)))?;
        self.at = hit.end;
        self.checked(&hit, from).map(|(act, path)| ActUse {
            act,
            path,
            fact: None,
            range: self.range(from, self.at),
        })
    }

    /// The act and path of a hit; says K209 where the noun cannot be reached.
    fn checked(&mut self, hit: &Hit, from: usize) -> Option<(ActId, Path)> {
        let PhraseMeaning::Act(act) = hit.meaning else {
            return None;
        };
        let path = self.reached(hit, from);
        Some((act, path))
    }

    /// The path of a hit; says K209 where the noun cannot be reached.
    pub(super) fn reached(&mut self, hit: &Hit, from: usize) -> Path {
        hit.path.clone().unwrap_or_else(|| {
            self.unreached(hit.noun, from, hit.end);
            Vec::new()
        })
    }

    pub(super) fn unreached(&mut self, noun: NounId, from: usize, end: usize) {
        let register = self.register();
        let case = self
            .case
            .map_or("case", |case| register[case].says.as_str());
        let near: Vec<&str> = self.case.map_or(Vec::new(), |case| {
            register[case]
                .reaches
                .iter()
                .map(|id| register[*id].says.as_str())
                .collect()
        });
        let reason = format!(
            "The case is the {case}; the vocabulary knows no way from it to a {}.",
            register[noun].says
        );
        let suggestion = if near.is_empty() {
            String::new()
        } else {
            format!("From it are reached: {}.", near.join(", "))
        };
        let range = self.range(from, end);
        self.say(
            "K209",
            range,
            "cannot be reached from the case",
            &reason,
            &suggestion,
        );
    }

    /// A state or yes-no fact that is said by a phrase: `it waits for the client`.
    pub(super) fn state_phrase(&mut self) -> Option<StateRef> {
        let from = self.at;
        let hit = self.phrase_where(PhraseForm::Holds, &|meaning| {
            matches!(meaning, PhraseMeaning::State(_))
        })?;
        let PhraseMeaning::State(state) = hit.meaning else {
            return None;
        };
        if hit.negated {
            return None;
        }
        self.at = hit.end;
        let path = self.reached(&hit, from);
        Some(StateRef {
            path,
            state,
            range: self.range(from, self.at),
        })
    }

    /// A fact: `its tier`, `the client's tier`, `the tier of the client`, `tier`. The position stays where none is.
    pub(super) fn fact_ref(&mut self) -> Option<FactRef> {
        let from = self.at;
        let owner = self.any_noun(self.at, true);
        let (facts_of, start) = match &owner {
            Some(named) => (vec![named.noun], named.end),
            None => (self.bare_owners(), self.at),
        };
        let (noun, fact, mut end) = self
            .fact_named(&facts_of, start)
            .or_else(|| self.fact_of_noun(start))?;
        let path = self.reach(noun).unwrap_or_else(|| {
            self.unreached(noun, from, end);
            Vec::new()
        });
        if owner.is_none() && self.words.get(end).is_some_and(|word| word.is("of")) {
            // `the tier of the client`, `the tier of it`
            if let Some(named) = self.any_noun(end + 1, false)
                && let Some((other, at)) = self.fact_at(named.noun, start)
                && at == end
            {
                let path = if named.pronoun {
                    Vec::new()
                } else {
                    self.reach(named.noun).unwrap_or_default()
                };
                self.at = named.end;
                end = named.end;
                return Some(FactRef {
                    path,
                    fact: other,
                    was: false,
                    range: self.range(from, end),
                });
            }
        }
        self.at = end;
        Some(FactRef {
            path,
            fact,
            was: false,
            range: self.range(from, end),
        })
    }

    /// Whose fact a bare name is: the case's own, else its client's.
    fn bare_owners(&self) -> Vec<NounId> {
        let Some(case) = self.case else {
            return Vec::new();
        };
        let register = self.register();
        let kin = register
            .nouns()
            .filter(|(id, _)| *id != case && register.same_record(*id, case))
            .map(|(id, _)| id);
        let client = register
            .noun("client")
            .filter(|client| self.reach(*client).is_some());
        std::iter::once(case).chain(kin).chain(client).collect()
    }

    fn fact_named(&self, owners: &[NounId], at: usize) -> Option<(NounId, FactId, usize)> {
        let mut best: Option<(NounId, FactId, usize)> = None;
        for owner in owners {
            if let Some((fact, end)) = self.fact_at(*owner, at)
                && best.is_none_or(|(_, _, longest)| end > longest)
            {
                best = Some((*owner, fact, end));
            }
        }
        best
    }

    /// `the tier of the client`, where the bare name is no fact of the case.
    fn fact_of_noun(&self, at: usize) -> Option<(NounId, FactId, usize)> {
        let first = self.words.get(at)?;
        for called in self.register().facts_called(&first.text) {
            let noun = self.register()[called.id].noun;
            let Some(count) = self.name_words(at, &called.name, false) else {
                continue;
            };
            let of = self.words.get(at + count).is_some_and(|word| word.is("of"));
            let named = of.then(|| self.any_noun(at + count + 1, false)).flatten();
            if named.is_some_and(|named| named.noun == noun) {
                return Some((noun, called.id, at + count));
            }
        }
        None
    }

    /// The fact of this noun whose name stands at a position, the longest.
    pub(super) fn fact_at(&self, noun: NounId, at: usize) -> Option<(FactId, usize)> {
        let mut best: Option<(FactId, usize)> = None;
        for id in self.register().facts_of(noun).iter().copied() {
            for name in self.register().names_of_fact(id) {
                if let Some(count) = self.name_words(at, name, false)
                    && best.is_none_or(|(_, end)| at + count > end)
                {
                    best = Some((id, at + count));
                }
            }
        }
        best
    }

    /// The nearest phrase of a form to the words said, as a person would write it.
    pub(super) fn nearest_phrase(&self, form: PhraseForm, said: &str) -> Option<String> {
        self.nearest_act(form, said).map(|(shown, _)| shown)
    }

    /// The nearest phrase and its act.
    pub(super) fn nearest_act(&self, form: PhraseForm, said: &str) -> Option<(String, ActId)> {
        let register = self.register();
        let to_case = |act: ActId| {
            self.case
                .is_some_and(|case| register.same_record(case, register[act].case))
        };
        register
            .nearest_act(form, said, &to_case)
            .map(|(shown, act)| (shown.to_owned(), act))
    }
}

/// `client` of `client's`.
fn without_possessive(word: &str) -> Option<&str> {
    word.strip_suffix("'s").or_else(|| word.strip_suffix('\''))
}

/// `is` and `are`, `has` and `have` are the same word in another number.
fn same_word(said: &str, pattern: &str) -> bool {
    said == pattern || number_of(said) == Some(pattern) || said.eq_ignore_ascii_case(pattern)
}

fn is_pronoun(word: &Word) -> bool {
    word.is("it") || word.is("them")
}
