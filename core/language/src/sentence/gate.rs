//! Gates and permissions.

use crate::ast::{Gate, Opens, Passage, Permission, Who, WhoKind};
use crate::document::Slot;
use crate::register::{NounId, PhraseForm, PhraseMeaning};

use super::Cursor;

impl Cursor<'_> {
    /// `A request must not be closed until …`
    pub(super) fn gate(&mut self) -> Option<Gate> {
        let from = self.at;
        let act = self.barred()?;
        self.slot(Slot::Task, from);
        let condition = self.if_condition();
        self.eat(&[","]);
        let start = self.at;
        let opens = if self.eat(&["until"]) {
            Opens::Until(self.passages())
        } else if self.eat(&["unless"]) {
            Opens::Unless(self.condition()?)
        } else if self.eat(&["while"]) {
            Opens::While(self.condition()?)
        } else {
            self.say(
                "K104",
                self.here(),
                "slot missing: until when",
                "A gate says what opens it.",
                "Write “until …”, “unless …” or “while …”.",
            );
            return None;
        };
        self.slot(Slot::Rest, start);
        self.ended();
        Some(Gate {
            case: self.case?,
            act,
            condition,
            opens,
        })
    }

    /// The act that is barred. A gate that names a role is K107.
    fn barred(&mut self) -> Option<crate::ast::ActUse> {
        let from = self.at;
        let hit = self.phrase_where(PhraseForm::Barred, &|meaning| {
            matches!(meaning, PhraseMeaning::Act(_))
        });
        if let Some(hit) = hit {
            let act = self.act_use(PhraseForm::Barred)?;
            self.case = Some(hit.noun);
            return Some(act);
        }
        let not = self.has_ahead(&["must", "not"])?;
        let addressed = self.role_here().is_some()
            || self.is(&["everyone"])
            || !self
                .words
                .get(from + not + 2)
                .is_some_and(|word| word.is("be"));
        let end = from + not + 2 + {
            self.at = from + not + 2;
            self.extent(&["until", "unless", "while", "if"])
        };
        let range = self.range(from, end.min(self.words.len()));
        if addressed && self.gate_on_role(from, not) {
            return None;
        }
        self.at = from;
        let said = self.said(from, end).replace("must not be", "is");
        let near = self
            .nearest_phrase(PhraseForm::Happens, &format!("a {said}"))
            .map(|near| {
                format!(
                    "Did you mean “{}”?",
                    near.replacen(" is ", " must not be ", 1)
                )
            });
        self.say(
            "K202",
            range,
            "unknown event",
            "No event of the vocabulary can be barred by these words.",
            &near.unwrap_or_default(),
        );
        None
    }

    fn gate_on_role(&mut self, from: usize, not: usize) -> bool {
        self.at = from;
        let role = self.party().is_some();
        self.at = from + not + 2;
        let act = self.phrase_where(PhraseForm::Do, &|meaning| {
            matches!(meaning, PhraseMeaning::Act(_))
        });
        let phrase = act.and_then(|hit| match hit.meaning {
            PhraseMeaning::Act(act) => self.register()[act].happens.first().cloned(),
            _ => None,
        });
        if !role && phrase.is_none() {
            return false;
        }
        let shown = phrase.map(|phrase| {
            crate::register::shown_phrase(self.register(), &phrase, PhraseForm::Happens)
        });
        let written = shown.map_or_else(
            || "A request must not be closed until …".to_owned(),
            |shown| {
                let mut barred = shown.replacen(" is ", " must not be ", 1);
                if let Some(first) = barred.get_mut(0..1) {
                    first.make_ascii_uppercase();
                }
                format!("{barred} until …")
            },
        );
        let range = self.range(from, from + not + 2);
        self.say(
            "K107",
            range,
            "a gate binds everyone",
            "It bars an act, whoever would do it.",
            &format!("Write “{written}”."),
        );
        true
    }

    fn passages(&mut self) -> Vec<Passage> {
        let mut passages = Vec::new();
        loop {
            let from = self.at;
            match self.passage() {
                Some(passage) => passages.push(passage),
                None => self.at = self.at.max(from + self.extent(&["or"])),
            }
            let back = self.at;
            self.eat(&[","]);
            if !self.eat(&["or"]) {
                self.at = back;
                break;
            }
        }
        passages
    }

    fn passage(&mut self) -> Option<Passage> {
        let from = self.at;
        if self.at_duration() {
            let span = self.duration()?;
            if !self.eat(&["pass"]) && !self.eat(&["passes"]) {
                self.unexpected(&["pass"]);
                return None;
            }
            if !self.eat(&["after"]) {
                self.unexpected(&["after"]);
                return None;
            }
            let anchor = self.anchor()?;
            let without = if self.eat(&["without"]) {
                let found = self.act_use(PhraseForm::EventNoun);
                if found.is_none() {
                    let start = self.at;
                    self.unknown_event(start);
                }
                found
            } else {
                None
            };
            return Some(Passage::Silence {
                span,
                anchor,
                without,
            });
        }
        let event = self.phrase_where(PhraseForm::Happens, &|meaning| {
            matches!(meaning, PhraseMeaning::Act(_))
        });
        let state = self.phrase_where(PhraseForm::Holds, &|meaning| {
            matches!(meaning, PhraseMeaning::State(_))
        });
        let prefer_state = match (&event, &state) {
            (Some(event), Some(state)) => state.end > event.end,
            (None, Some(_)) => true,
            _ => false,
        };
        if prefer_state {
            return self.state_phrase().map(Passage::State);
        }
        if event.is_some() {
            return self.act_use(PhraseForm::Happens).map(Passage::Event);
        }
        self.unknown_event(from);
        None
    }

    /// ``Management may close a request, with a reason, despite `close`.``, `… may grant exceptions to …`
    pub(super) fn permission(&mut self) -> Option<Permission> {
        let from = self.at;
        let who = self.who();
        if !self.eat(&["may"]) {
            self.unexpected(&["may"]);
            return None;
        }
        if self.eat(&["grant", "exceptions", "to"]) {
            return self.grant(who?, from);
        }
        self.case = self.case_of_despite();
        if self.waits_for.is_some() {
            return None;
        }
        let act = self.act(
            who.as_ref()
                .filter(|who| !matches!(who.kind, WhoKind::Everyone { .. })),
        );
        self.slot(Slot::Task, from);
        let condition = self.if_condition();
        self.eat(&[","]);
        let start = self.at;
        let evidence = if self.eat(&["with"]) {
            self.evidence()
        } else {
            Vec::new()
        };
        self.slot(Slot::Evidence, start);
        self.eat(&[","]);
        let start = self.at;
        if !self.eat(&["despite"]) {
            self.say(
                "K104",
                self.here(),
                "slot missing: despite which gate",
                "A permission names the gate that it passes.",
                "Write “despite `close`”.",
            );
            return None;
        }
        let gate = self.rule_ref();
        self.slot(Slot::Rest, start);
        self.ended();
        Some(Permission::Despite {
            who: who?,
            act: act?,
            condition,
            evidence,
            gate: gate?,
        })
    }

    /// The case of the gate that is named at the end of the sentence.
    fn case_of_despite(&mut self) -> Option<NounId> {
        let back = self.at;
        let ahead = self.has_ahead(&["despite"])?;
        self.at += ahead + 1;
        let said = self.says.len();
        let rule = self.rule_ref();
        self.says.truncate(said);
        self.at = back;
        rule.and_then(|rule| self.case_of(&rule))
    }

    fn grant(&mut self, who: Who, from: usize) -> Option<Permission> {
        let rules = if self.eat(&["this", "document"]) {
            Vec::new()
        } else {
            self.rule_refs()
        };
        self.slot(Slot::Task, from);
        let start = self.at;
        if !self.eat(&["for", "at", "most"]) {
            self.say(
                "K104",
                self.here(),
                "slot missing: for how long",
                "A granted exception expires.",
                "Write “for at most 30 days”.",
            );
            return None;
        }
        let at_most = self.duration();
        self.slot(Slot::Deadline, start);
        self.ended();
        Some(Permission::Grant {
            who,
            rules,
            at_most: at_most?,
        })
    }
}
