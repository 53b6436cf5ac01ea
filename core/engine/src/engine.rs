//! The engine as its callers see it.

use std::fmt;

use kept_kernel::Instant;
use kept_language::ast::RuleKey;
use kept_language::{ActId, NounId};

use crate::event::{Event, Record};
use crate::gates::GateAnswer;
use crate::machine::Core;
use crate::obligation::Obligation;
use crate::program::Program;

/// Runs a program over events: obligations leave through a sink as soon as nothing can change them.
pub struct Engine<'p> {
    core: Core<'p>,
}

/// Why an event was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventProblem {
    /// Its noun is not in the register that the program was compiled with.
    UnknownNoun,
    /// Its act is not in the register that the program was compiled with.
    UnknownAct,
    /// It happened before another event of its case that was already taken. Sort the log by time, or keep history.
    OutOfOrder {
        /// When it happened.
        at: Instant,
        /// Up to when the case has been judged.
        seen: Instant,
    },
}

impl fmt::Display for EventProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownNoun => write!(f, "Its noun is not in the vocabulary."),
            Self::UnknownAct => write!(f, "Its act is not in the vocabulary."),
            Self::OutOfOrder { at, seen } => write!(
                f,
                "It happened at {at}, but the case has been judged up to {seen}: sort the events of a case by time."
            ),
        }
    }
}

impl std::error::Error for EventProblem {}

impl<'p> Engine<'p> {
    /// An engine at the beginning of a log. Samples are drawn by the seed.
    pub fn new(program: &'p Program, seed: u64, sink: impl FnMut(&Obligation) + 'p) -> Self {
        Self {
            core: Core::new(program, seed, Box::new(sink)),
        }
    }

    /// Takes the next event. The events of one case come in the order in which they happened; where rules read
    /// across records (a request's client), all events do.
    ///
    /// # Errors
    /// [`EventProblem`]; the event is then left out and nothing has changed.
    pub fn push(&mut self, event: &Event<'_>) -> Result<(), EventProblem> {
        self.core.apply(event)
    }

    /// Ends the run: everything that time alone brings up to this instant happens, and what is still owed then is
    /// handed out as it stands.
    pub fn finish(mut self, until: Instant) {
        self.core.finish(until);
    }

    /// What is owed at an instant: time moves there, nothing leaves.
    pub fn owed(&mut self, at: Instant) -> Vec<Obligation> {
        self.core.owed(at)
    }

    /// Whether an act may be done on a case at an instant, and if not what is missing and who may pass.
    pub fn may(&mut self, act: ActId, case: Record<'_>, at: Instant) -> GateAnswer {
        match self.core.known(case) {
            Some(record) => self.core.may(act, record, at),
            None => GateAnswer::default(),
        }
    }

    /// Why a rule has opened nothing for a case, in words.
    pub fn why_not(&mut self, rule: &RuleKey, case: Record<'_>, at: Instant) -> String {
        self.core.why_not(rule, case, at)
    }

    /// How many records are held in memory.
    pub fn records_in_memory(&self) -> usize {
        self.core.records.places()
    }

    /// The noun of a record as the program knows it.
    pub fn noun_of(&self, id: &str) -> Option<NounId> {
        self.core.program.register.noun(id)
    }
}

impl Core<'_> {
    fn finish(&mut self, until: Instant) {
        self.finished = Some(until);
        let all: Vec<_> = self.records.keys().collect();
        for record in &all {
            if self.records[*record].alive {
                self.fire_before(*record, until.plus_micros(1));
            }
        }
        let all: Vec<_> = self.records.keys().collect();
        for record in all {
            if self.records[record].alive {
                self.fire_before(record, until.plus_micros(1));
                self.hand_out_owed(record, until);
            }
        }
    }

    fn owed(&mut self, at: Instant) -> Vec<Obligation> {
        let mut owed = Vec::new();
        let all: Vec<_> = self.records.keys().collect();
        for record in all {
            if !self.records[record].alive {
                continue;
            }
            self.fire_before(record, at);
            for duty in &self.records[record].duties {
                if duty.is_owed() {
                    let mut out = Obligation::empty();
                    self.fill(&mut out, record, duty, at);
                    owed.push(out);
                }
            }
        }
        owed
    }

    fn known(&self, case: Record<'_>) -> Option<crate::record::RecordIx> {
        let group = self.program.group(case.noun)?;
        self.find(group, case.id)
    }

    fn why_not(&mut self, rule: &RuleKey, case: Record<'_>, at: Instant) -> String {
        use crate::truth::Truth;
        let program = self.program;
        let found = program
            .rules
            .iter()
            .find(|(_, info)| *info.key == *rule && info.is_in_force(at));
        let Some((found, info)) = found else {
            return format!("{}/{} is not in force then.", rule.code, rule.id);
        };
        let Some(record) = self.known(case) else {
            return "No event of this case has been taken, or it is over.".to_owned();
        };
        let duty = self.records[record]
            .duties
            .iter()
            .rfind(|duty| duty.ident == info.ident)
            .copied();
        match duty {
            Some(duty) if duty.is_owed() => "It has opened, and is owed.".to_owned(),
            Some(duty) if duty.phase == crate::record::Phase::Closed => {
                "It has opened, and has its verdict.".to_owned()
            }
            Some(duty) => match self.applies(record, found, at, duty.fixed).applies {
                Truth::Unknown(missing) => format!("“{}” is unknown.", self.missing_words(missing)),
                _ => "It was triggered, but its condition does not hold.".to_owned(),
            },
            None => match self.applies(record, found, at, u64::MAX).applies {
                Truth::True => "Nothing has triggered it on this case.".to_owned(),
                Truth::False => "Its condition does not hold for this case.".to_owned(),
                Truth::Unknown(missing) => format!("“{}” is unknown.", self.missing_words(missing)),
            },
        }
    }
}
