//! Who must do what, through which channel.

use crate::ast::{ActUse, Party, Through, Who, WhoKind};
use crate::register::{Doer, FactKind, NounId, PhraseForm, RoleId, closest};

use crate::words::{Kind, is_article};

use super::Cursor;

impl Cursor<'_> {
    /// A role, or a person that the case names; the position stays where none is.
    pub(super) fn party(&mut self) -> Option<Party> {
        let role = self.role_here();
        let part = self.part_here();
        match (role, part) {
            (Some((_, words)), Some((part, more))) if more > words => {
                self.at += more;
                Some(Party::Part(part))
            }
            (Some((role, words)), _) => {
                self.at += words;
                Some(Party::Role(role))
            }
            (None, Some((part, more))) => {
                self.at += more;
                Some(Party::Part(part))
            }
            (None, None) => None,
        }
    }

    pub(super) fn role_here(&self) -> Option<(RoleId, usize)> {
        let mut best: Option<(RoleId, usize)> = None;
        for (id, role) in self.register().roles() {
            for name in [&role.says, &role.plural].into_iter().chain(&role.also) {
                if let Some(words) = self.literal(self.at, name)
                    && best.is_none_or(|(_, most)| words > most)
                {
                    best = Some((id, words));
                }
            }
        }
        best
    }

    /// The part of the case, or of a record that it reaches, whose name comes next.
    fn part_here(&self) -> Option<(String, usize)> {
        let register = self.register();
        let skip = usize::from(self.is(&["its"]));
        let own = self.case.into_iter().chain(
            self.case
                .map_or(Vec::new(), |case| register[case].reaches.clone()),
        );
        let nouns: Vec<NounId> = if self.case.is_some() {
            own.collect()
        } else {
            register.nouns().map(|(id, _)| id).collect()
        };
        let parts = nouns.iter().flat_map(|noun| register[*noun].parts.iter());
        let found = parts.filter_map(|part| {
            self.literal(self.at + skip, part)
                .map(|words| (part.clone(), words + skip))
        });
        found.max_by_key(|(_, words)| *words)
    }

    /// How many words this text takes at a position, if it stands there.
    pub(super) fn literal(&self, at: usize, text: &str) -> Option<usize> {
        let mut count = 0;
        for part in text.split_whitespace().filter(|part| !is_article(part)) {
            let word = self.words.get(at + count)?;
            let same = word.text.eq_ignore_ascii_case(part)
                || !(word.text.is_ascii() && part.is_ascii())
                    && word.text.to_lowercase() == part.to_lowercase();
            if !same {
                return None;
            }
            count += 1;
        }
        (count > 0).then_some(count)
    }

    /// Who owes it. `None` after a diagnostic.
    pub(super) fn who(&mut self) -> Option<Who> {
        let from = self.at;
        let kind = if self.eat(&["each"]) {
            let (role, words) = self.role_or_say()?;
            self.at += words;
            WhoKind::Each(role)
        } else if self.eat(&["everyone"]) {
            WhoKind::Everyone {
                on_distribution: self.eat(&["on", "distribution", "list"]),
            }
        } else {
            self.one_of()?
        };
        Some(Who {
            kind,
            range: self.range(from, self.at),
        })
    }

    fn one_of(&mut self) -> Option<WhoKind> {
        let from = self.at;
        let mut parties = Vec::new();
        let mut client = false;
        let mut both = false;
        loop {
            let start = self.at;
            match self.party() {
                Some(_) if self.role_goes_on() => {
                    self.at = start;
                    self.unknown_role();
                    return None;
                }
                Some(Party::Role(role)) if self.register()[role].is_client => client = true,
                Some(party) => parties.push(party),
                None => {
                    self.role_or_say()?;
                }
            }
            both |= self.is(&["and"]);
            if !self.eat(&["or"]) && !self.eat(&["and"]) {
                break;
            }
        }
        if both {
            let range = self.range(from, self.at);
            self.say(
                "K604",
                range,
                "two owners",
                "A duty has one owner, so that it is clear who is asked.",
                "Write “or” where either may do it, or two rules where both must.",
            );
        }
        if client && parties.is_empty() {
            Some(WhoKind::Client)
        } else {
            Some(WhoKind::OneOf(parties))
        }
    }

    pub(super) fn role_or_say(&mut self) -> Option<(RoleId, usize)> {
        let found = self.role_here();
        if found.is_none() {
            self.unknown_role();
        }
        found
    }

    /// Says that the words up to the verb name no role, or that none stands there.
    fn unknown_role(&mut self) {
        let count = self
            .extent(&[
                "must", "may", "and", "or", "receives", "checks", "within", "before",
            ])
            .max(1);
        let said = self.said(self.at, self.at + count);
        if said.is_empty() || self.is(&["must"]) {
            self.say(
                "K104",
                self.here(),
                "slot missing: who",
                "A duty says who must do it.",
                "Put a role before “must”.",
            );
            return;
        }
        let roles = self.register().roles().map(|(_, role)| role.says.as_str());
        let near =
            closest(&said.to_lowercase(), roles).map(|near| format!("Did you mean “the {near}”?"));
        let end = (self.at + count).min(self.words.len());
        let range = self.range(self.at, end);
        self.say(
            "K201",
            range,
            "unknown role",
            "No role of the vocabulary, and no person that the case names, is called this.",
            &near.unwrap_or_default(),
        );
        self.at = end;
    }

    /// Whether the words after a role go on with it: then the role is only the beginning of an unknown one.
    fn role_goes_on(&self) -> bool {
        let ends = [
            "must", "may", "or", "and", "check", "checks", "receive", "receives",
        ];
        let next = self.word(0).filter(|word| word.kind == Kind::Word);
        next.is_some_and(|word| !ends.iter().any(|end| word.is(end)))
            && self
                .word(self.extent(&["must"]))
                .is_some_and(|word| word.is("must"))
    }

    /// What must be done. `None` after a diagnostic.
    pub(super) fn act(&mut self, who: Option<&Who>) -> Option<ActUse> {
        let from = self.at;
        if let Some(used) = self.record_fact() {
            return Some(used);
        }
        let Some(used) = self.act_use(PhraseForm::Do) else {
            self.unknown_act(from);
            return None;
        };
        // A longer name that the register does not know must not be taken for a shorter one that it does.
        if let Some(who) = who {
            self.may_do(who, &used);
        }
        Some(used)
    }

    /// `record its lesson`, `record the facts … of`: any event that carries the fact.
    fn record_fact(&mut self) -> Option<ActUse> {
        let from = self.at;
        if !self.eat(&["record"]) {
            return None;
        }
        let said = self.says.len();
        let fact = self.fact_ref();
        let after = self.at;
        self.at = from;
        let phrase = self.phrase(PhraseForm::Do);
        let Some(fact) = fact.filter(|_| phrase.as_ref().is_none_or(|hit| hit.end < after)) else {
            self.says.truncate(said);
            return None;
        };
        let noun = self.register()[fact.fact].noun;
        let note = format!("note-{}", self.register()[noun].id);
        let act = self.register().act(&note)?;
        self.at = after;
        Some(ActUse {
            act,
            path: fact.path,
            fact: Some(fact.fact),
            range: self.range(from, after),
        })
    }

    fn unknown_act(&mut self, from: usize) {
        let count = self.extent(&[
            "within",
            "by",
            "through",
            "pausing",
            "unless",
            "with",
            "otherwise",
        ]);
        let end = (from + count).min(self.words.len());
        let said = self.said(from, end);
        if said.is_empty() {
            self.say(
                "K104",
                self.here(),
                "slot missing: what",
                "A duty says what must be done.",
                "Put the act after “must”.",
            );
            return;
        }
        let near = self
            .nearest_phrase(PhraseForm::Do, &said)
            .map(|near| format!("Did you mean “{near}”?"));
        let range = self.range(from, end);
        self.say(
            "K203",
            range,
            "unknown act",
            "No act of the vocabulary is called this.",
            &near.unwrap_or_default(),
        );
        self.at = end;
    }

    /// Says that a role may not do an act (K208).
    fn may_do(&mut self, who: &Who, used: &ActUse) {
        let register = self.register();
        let by = &register[used.act].by;
        if by.is_empty() || by.contains(&Doer::Anyone) {
            return;
        }
        let allowed = match &who.kind {
            WhoKind::Client => by.contains(&Doer::Client),
            WhoKind::Each(role) => by.contains(&Doer::Role(*role)),
            WhoKind::Everyone { .. } => by
                .iter()
                .any(|doer| matches!(doer, Doer::Role(_) | Doer::Part(_))),
            WhoKind::OneOf(parties) => parties.iter().all(|party| match party {
                Party::Role(role) => by.contains(&Doer::Role(*role)),
                // A part is whoever the case names: which role that person holds is open until then.
                Party::Part(_) => by
                    .iter()
                    .any(|doer| matches!(doer, Doer::Role(_) | Doer::Part(_))),
            }),
        };
        if allowed {
            return;
        }
        let names: Vec<&str> = by
            .iter()
            .map(|doer| match doer {
                Doer::Role(role) => register[*role].says.as_str(),
                Doer::Part(part) => part.as_str(),
                Doer::System => "the system",
                Doer::Client => "the client",
                Doer::Anyone => "anyone",
            })
            .collect();
        let reason = format!("By the vocabulary this is done by: {}.", names.join(", "));
        self.say(
            "K208",
            who.range,
            "this role may not do this act",
            &reason,
            "Name one of these, or widen the act in the vocabulary.",
        );
    }

    /// `through the client's preferred channel`, `through email`.
    pub(super) fn through(&mut self) -> Option<Through> {
        if !self.eat(&["through"]) {
            return None;
        }
        let register = self.register();
        let channels = register
            .facts()
            .filter(|(_, fact)| fact.name == "channel" && fact.kind == FactKind::Choice);
        let found = channels
            .filter_map(|(id, _)| self.choice(id).map(|(value, words)| (id, value, words)))
            .max_by_key(|found| found.2);
        if let Some((fact, value, words)) = found {
            self.at += words;
            return Some(Through::Channel(fact, value));
        }
        if let Some(fact) = self.fact_ref() {
            return Some(Through::Fact(fact));
        }
        let end = self.at + self.extent(&["within", "with", "unless"]).max(1);
        let range = self.range(self.at, end.min(self.words.len()));
        self.say(
            "K204",
            range,
            "unknown channel",
            "A channel or a fact that holds one should stand here.",
            "Write “through the client's preferred channel”.",
        );
        self.at = end.min(self.words.len());
        None
    }
}
