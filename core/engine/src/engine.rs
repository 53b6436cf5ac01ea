//! The engine as its callers see it.

use std::fmt;

use kept_kernel::Instant;
use kept_language::ast::RuleKey;
use kept_language::{ActId, NounId};

use crate::clock::NEVER;
use crate::event::{Event, Record};
use crate::filled::Filled;
use crate::gates::GateAnswer;
use crate::history::History;
use crate::machine::{Core, Scope, Sink};
use crate::obligation::Obligation;
use crate::periods::EndedRight;
use crate::program::Program;
use crate::record::RecordIx;

/// Runs a program over events: obligations leave through a sink as soon as nothing can change them.
///
/// With [`Engine::with_history`] late news and undo are judged as section 7 of the language says; obligations then
/// leave at the end of the run.
pub struct Engine<'p> {
    run: Run<'p>,
}

enum Run<'p> {
    Plain(Box<Core<'p>>),
    Kept(Box<History<'p>>),
}

/// A record that time alone will change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wake {
    /// What it is.
    pub noun: NounId,
    /// Which one.
    pub id: String,
    /// The client that it belongs to, or is.
    pub client: Option<String>,
    /// When.
    pub at: Instant,
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
            run: Run::Plain(Box::new(Core::new(program, seed, Box::new(sink)))),
        }
    }

    /// Keeps the history of cases, so that late news and undo can be judged. To be asked for before the first event.
    pub fn with_history(&mut self, kept: bool) {
        if let (true, Run::Plain(core)) = (kept, &mut self.run) {
            let sink: Sink<'p> = std::mem::replace(&mut core.sink, Box::new(|_| {}));
            self.run = Run::Kept(Box::new(History::new(core.program, core.seed, sink)));
        }
    }

    /// Whether obligations come with every entry of their lives, as they do unless told otherwise. Where only figures
    /// are counted, to leave them out saves a tenth of the time. With history they always come.
    pub fn with_entries(&mut self, wanted: bool) {
        if let Run::Plain(core) = &mut self.run {
            core.entries = wanted;
            let company = core.company;
            core.records[company].quiet = !wanted;
        }
    }

    /// Leaves out what the company's own calendar opens (reports, samples, courses, reviews), so that the cases of one
    /// client can be judged by themselves. To be asked for before the first event.
    pub fn with_cases_only(&mut self) {
        if let Run::Plain(core) = &mut self.run {
            core.scope = Scope::Cases;
        }
    }

    /// Takes the next event. The events of one case come in the order in which they happened; where rules read
    /// across records (a request's client), all events do. With history they come as they were recorded.
    ///
    /// # Errors
    /// [`EventProblem`]; the event is then left out and nothing has changed.
    pub fn push(&mut self, event: &Event<'_>) -> Result<(), EventProblem> {
        match &mut self.run {
            Run::Plain(core) => core.apply(event),
            Run::Kept(history) => history.push(event),
        }
    }

    /// Ends the run: everything that time alone brings up to this instant happens, and what is still owed then is
    /// handed out as it stands.
    pub fn finish(self, until: Instant) {
        match self.run {
            Run::Plain(mut core) => core.finish(until),
            Run::Kept(history) => history.finish(until),
        }
    }

    /// What is owed at an instant: time moves there, nothing leaves.
    pub fn owed(&mut self, at: Instant) -> Vec<Obligation> {
        match &mut self.run {
            Run::Plain(core) => core.owed(at),
            Run::Kept(history) => history.owed(at),
        }
    }

    /// When time alone changes something next, record by record. Everything up to and with this instant happens first.
    /// With history nothing is told.
    pub fn wakes(&mut self, at: Instant) -> Vec<Wake> {
        match &mut self.run {
            Run::Plain(core) => core.wakes(at),
            Run::Kept(_) => Vec::new(),
        }
    }

    fn core_of(&mut self, case: Record<'_>) -> Option<&mut Core<'p>> {
        match &mut self.run {
            Run::Plain(core) => Some(core),
            Run::Kept(history) => history.core_of(case.noun, case.id),
        }
    }

    /// Whether an act may be done on a case at an instant, and if not what is missing and who may pass.
    pub fn may(&mut self, act: ActId, case: Record<'_>, at: Instant) -> GateAnswer {
        self.core_of(case)
            .and_then(|core| core.known(case).map(|record| core.may(act, record, at)))
            .unwrap_or_default()
    }

    /// Until when what [`Engine::may`] says at an instant stands, as long as nothing happens: time alone may change it then.
    pub fn may_until(&mut self, act: ActId, case: Record<'_>, at: Instant) -> Instant {
        let core = self.core_of(case);
        let found =
            core.and_then(|core| core.known(case).map(|case| core.may_until(act, case, at)));
        found.unwrap_or(at)
    }

    /// Why a rule's latest duty on a case is due when it is, in words, a line for each thought: what opened it, its span
    /// and how the calendar reckons it, pauses, what moved it since, how it stands. Time moves to the instant. Where the
    /// rule has opened nothing, why not.
    pub fn why(&mut self, rule: &RuleKey, case: Record<'_>, at: Instant) -> Vec<String> {
        match self.core_of(case) {
            Some(core) => core.why(rule, case, at),
            None => vec![NEVER_SEEN.to_owned()],
        }
    }

    /// Why a rule has opened nothing for a case, in words.
    pub fn why_not(&mut self, rule: &RuleKey, case: Record<'_>, at: Instant) -> String {
        match self.core_of(case) {
            Some(core) => core.why_not(rule, case, at),
            None => NEVER_SEEN.to_owned(),
        }
    }

    /// The rights that are at rest at an instant because a course has lapsed; they are back when it is passed.
    pub fn ended_rights(&mut self, at: Instant) -> Vec<EndedRight> {
        match &mut self.run {
            Run::Plain(core) => core.ended_rights(at),
            Run::Kept(history) => history
                .company_core()
                .map_or_else(Vec::new, |core| core.ended_rights(at)),
        }
    }

    /// How many records have been held in memory at once.
    pub fn records_in_memory(&self) -> usize {
        match &self.run {
            Run::Plain(core) => core.records.places(),
            Run::Kept(_) => 0,
        }
    }
}

const NEVER_SEEN: &str = "No event of this case has been taken, or it is over.";

impl Core<'_> {
    /// Brings all records up to an instant; what falls on it waits for its events.
    pub(crate) fn advance(&mut self, at: Instant) {
        self.bring_back_waiting();
        let all: Vec<_> = self.records.keys().collect();
        for record in all {
            if self.records[record].alive {
                self.fire_before(record, at);
            }
        }
    }

    fn wakes(&mut self, at: Instant) -> Vec<Wake> {
        self.advance(at.plus_micros(1));
        let mut wakes = Vec::new();
        for record in self.records.keys() {
            let found = &self.records[record];
            let idle = !found.alive || found.wake == NEVER || record == self.company;
            if !idle {
                let client = self.client_of(record);
                wakes.push(Wake {
                    noun: NounId(found.noun),
                    id: found.id.as_str().to_owned(),
                    client: client.map(|client| self.records[client].id.as_str().to_owned()),
                    at: found.wake,
                });
            }
        }
        wakes
    }

    pub(crate) fn finish(&mut self, until: Instant) {
        self.finished = Some(until);
        let all: Vec<_> = self.records.keys().collect();
        for record in &all {
            if self.records[*record].alive {
                self.fire_before(*record, until.plus_micros(1));
            }
        }
        // One at a time, so that the end needs no more memory than the run.
        let mut from = RecordIx(0);
        while let Some(record) = self.bring_back_next(&mut from, true) {
            self.fire_before(record, until.plus_micros(1));
            self.hand_out_owed(record, until);
            self.put_away(record);
        }
        let all: Vec<_> = self.records.keys().collect();
        for record in all {
            if self.records[record].alive {
                self.fire_before(record, until.plus_micros(1));
                self.hand_out_owed(record, until);
            }
        }
    }

    pub(crate) fn owed(&mut self, at: Instant) -> Vec<Obligation> {
        self.bring_back_waiting();
        let mut owed = Vec::new();
        let all: Vec<_> = self.records.keys().collect();
        for record in all {
            if !self.records[record].alive {
                continue;
            }
            self.fire_before(record, at);
            for duty in &self.records[record].duties {
                if duty.is_owed() {
                    let mut filled = Filled::default();
                    self.fill(&mut filled, record, duty, at);
                    owed.push(filled.out);
                }
            }
        }
        owed
    }

    pub(crate) fn known(&mut self, case: Record<'_>) -> Option<RecordIx> {
        let group = self.program.group(case.noun)?;
        self.find(group, case.id)
    }

    pub(crate) fn why_not(&mut self, rule: &RuleKey, case: Record<'_>, at: Instant) -> String {
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
            return NEVER_SEEN.to_owned();
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
