//! Scripts of what happens: one line for each event, in the words of the vocabulary.
//!
//! `Mon 12 Jan 10:00  request R1 is received; client C1; its channel is email; the assignee is Maria; by the client`

use jiff::tz::TimeZone;
use kept_kernel::{Instant, Number};
use kept_language::ast::{RuleKey, Value};
use kept_language::{ActId, FactId, FactKind, NounId, ProofId, Register, RoleId};

use crate::when;

/// A line of a script.
pub enum Line {
    /// Something happened.
    Happens(Box<Happening>),
    /// Whether an act may be done: `may request R1 be closed?`
    May(Instant, ActId, Named, String),
    /// Why nothing is owed: ``why is `resolve` not owed for request R1?``
    Why(Instant, RuleKey, Named, String),
    /// Up to here time runs.
    Now(Instant),
}

/// A record by noun and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub noun: NounId,
    pub id: String,
}

/// An event, owned.
pub struct Happening {
    pub at: Instant,
    pub recorded_at: Instant,
    pub what: Happened,
    pub case: Named,
    pub links: Vec<Named>,
    pub actor: Doing,
    pub facts: Vec<(FactId, Option<Value>)>,
    pub parts: Vec<(String, String)>,
    pub holders: Vec<(RoleId, String)>,
    pub proofs: Vec<ProofId>,
}

/// What happened.
pub enum Happened {
    Act(ActId),
    Facts,
    Merged(String),
    Split(String),
    Granted(RuleKey, Option<kept_kernel::Duration>, Option<Instant>),
    GivenUp(RuleKey),
    DeadlineSet(RuleKey, Instant),
    Undone(usize),
}

/// Who did it.
pub enum Doing {
    Unknown,
    Person(String),
    Client,
    System,
}

/// What a script is read with.
pub struct Reader<'r> {
    pub register: &'r Register,
    pub zone: &'r TimeZone,
    /// The code of the documents, for rules that are named without one.
    pub code: &'r str,
}

type Read<T> = Result<T, String>;

impl Reader<'_> {
    /// Reads a script.
    ///
    /// # Errors
    /// What is not understood, with the line.
    pub fn script(&self, text: &str) -> Read<Vec<Line>> {
        let mut lines: Vec<Line> = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let read = self
                .line(line, &lines)
                .map_err(|said| format!("events: {said}: “{}”", line.trim()))?;
            lines.push(read);
        }
        Ok(lines)
    }

    fn line(&self, line: &str, before: &[Line]) -> Read<Line> {
        let (at, rest) = when::leading(line, self.zone)?;
        let text = rest.trim().to_owned();
        if text == "now" {
            return Ok(Line::Now(at));
        }
        if let Some(asked) = text
            .strip_prefix("may ")
            .and_then(|rest| rest.strip_suffix('?'))
        {
            let (act, case) = self.act(&asked.replacen(" be ", " is ", 1))?;
            return Ok(Line::May(at, act, case, text.clone()));
        }
        if let Some(asked) = text
            .strip_prefix("why is ")
            .and_then(|rest| rest.strip_suffix('?'))
        {
            let (rule, case) = asked
                .split_once(" not owed for ")
                .ok_or("write “why is `rule` not owed for …?”")?;
            return Ok(Line::Why(
                at,
                self.rule(rule)?,
                self.record(case)?,
                text.clone(),
            ));
        }
        let mut parts = text.split(';').map(str::trim);
        let (what, case) = self.what(parts.next().unwrap_or_default(), before)?;
        let mut event = Happening {
            at,
            recorded_at: at,
            what,
            case,
            links: Vec::new(),
            actor: Doing::Unknown,
            facts: Vec::new(),
            parts: Vec::new(),
            holders: Vec::new(),
            proofs: Vec::new(),
        };
        for detail in parts {
            self.detail(detail, &mut event)?;
        }
        Ok(Line::Happens(Box::new(event)))
    }

    fn what(&self, text: &str, before: &[Line]) -> Read<(Happened, Named)> {
        if let Some(number) = text
            .strip_prefix("line ")
            .and_then(|rest| rest.strip_suffix(" is undone"))
        {
            let number: usize = number.parse().map_err(|_| "which line is undone?")?;
            let Some(Line::Happens(event)) =
                number.checked_sub(1).and_then(|index| before.get(index))
            else {
                return Err("no event stands in that line".to_owned());
            };
            return Ok((Happened::Undone(number), event.case.clone()));
        }
        if let Some(case) = text.strip_suffix(" changes") {
            return Ok((Happened::Facts, self.record(case)?));
        }
        if let Some((case, into)) = text.split_once(" is merged into ") {
            return Ok((Happened::Merged(into.to_owned()), self.record(case)?));
        }
        if let Some((case, from)) = text.split_once(" is split off ") {
            return Ok((Happened::Split(from.to_owned()), self.record(case)?));
        }
        if let Some(rest) = text.strip_prefix("an exception to ") {
            let (rule, case) = rest
                .split_once(" is granted for ")
                .ok_or("granted for what?")?;
            return Ok((
                Happened::Granted(self.rule(rule)?, None, None),
                self.record(case)?,
            ));
        }
        if let Some((rule, case)) = text.split_once(" is given up for ") {
            return Ok((Happened::GivenUp(self.rule(rule)?), self.record(case)?));
        }
        if let Some(rest) = text.strip_prefix("the deadline of ") {
            let (rule, rest) = rest.split_once(" for ").ok_or("for which case?")?;
            let (case, due) = rest.split_once(" is set to ").ok_or("set to when?")?;
            let (due_at, _) = when::leading(due, self.zone)?;
            return Ok((
                Happened::DeadlineSet(self.rule(rule)?, due_at),
                self.record(case)?,
            ));
        }
        let (act, case) = self.act(text)?;
        Ok((Happened::Act(act), case))
    }

    fn rule(&self, text: &str) -> Read<RuleKey> {
        let (code, id) = text.split_once('`').ok_or("a rule stands in backticks")?;
        let code = if code.trim().is_empty() {
            self.code
        } else {
            code.trim()
        };
        Ok(RuleKey {
            code: code.to_owned(),
            id: id.trim_end_matches('`').to_owned(),
        })
    }

    /// `request R1`
    fn record(&self, text: &str) -> Read<Named> {
        let text = bare(text);
        self.record_in(&text).ok_or_else(|| {
            format!("“{text}” names no record: write a noun and an id, as in request R1")
        })
    }

    fn record_in(&self, text: &str) -> Option<Named> {
        let (noun, id) = text.rsplit_once(' ')?;
        let found = self
            .register
            .nouns()
            .find(|(_, entry)| entry.says.eq_ignore_ascii_case(noun))?;
        is_id(id).then(|| Named {
            noun: found.0,
            id: id.to_owned(),
        })
    }

    /// The act whose event is said so, and its record.
    fn act(&self, text: &str) -> Read<(ActId, Named)> {
        let text = bare(text);
        for (id, act) in self.register.acts() {
            for phrase in &act.happens {
                if let Some(case) = self.fits(phrase, &text, act.case) {
                    return Ok((id, case));
                }
            }
        }
        Err("no event of the vocabulary is said like this".to_owned())
    }

    fn fits(&self, phrase: &str, text: &str, case: NounId) -> Option<Named> {
        let Some((before, rest)) = phrase.split_once('{') else {
            return (bare(phrase) == text).then(|| Named {
                noun: case,
                id: "company".to_owned(),
            });
        };
        let (hole, after) = rest.split_once('}')?;
        let inside = text.strip_prefix(&spaced(&bare(before), true))?;
        let inside = inside.strip_suffix(&spaced(&bare(after), false))?;
        let named = self.record_in(inside)?;
        let hole = self.register.noun(hole)?;
        self.register.same_record(hole, named.noun).then_some(named)
    }

    fn detail(&self, text: &str, event: &mut Happening) -> Read<()> {
        if let Some(who) = text.strip_prefix("by ") {
            event.actor = match who {
                "the client" => Doing::Client,
                "the system" => Doing::System,
                name => Doing::Person(name.to_owned()),
            };
        } else if let Some(proofs) = text.strip_prefix("with ") {
            for proof in proofs.split(" and ") {
                event.proofs.push(self.proof(proof)?);
            }
        } else if let Some(time) = text.strip_prefix("recorded ") {
            event.recorded_at = when::leading(time, self.zone)?.0;
        } else if let Some(span) = text.strip_prefix("within ") {
            let Happened::Granted(_, within, _) = &mut event.what else {
                return Err("only an exception has a time".to_owned());
            };
            *within = Some(span.parse().map_err(|error| format!("{error}"))?);
        } else if let Some(time) = text.strip_prefix("until ") {
            let Happened::Granted(_, _, until) = &mut event.what else {
                return Err("only an exception expires".to_owned());
            };
            *until = Some(when::leading(time, self.zone)?.0);
        } else if let Some(named) = self.record_in(&bare(text)) {
            event.links.push(named);
        } else {
            self.said(text, event)?;
        }
        Ok(())
    }

    fn proof(&self, text: &str) -> Read<ProofId> {
        self.register
            .proofs()
            .find(|(_, proof)| bare(&proof.says) == bare(text))
            .map(|(id, _)| id)
            .ok_or_else(|| format!("no proof is called “{text}”"))
    }

    /// `the assignee is Maria`, `its urgency is high`, `it is the initial meeting`
    fn said(&self, text: &str, event: &mut Happening) -> Read<()> {
        if let Some(fact) = self.phrase(text, event.case.noun) {
            event.facts.push(fact);
            return Ok(());
        }
        let (subject, value) = text.split_once(" is ").ok_or("not understood")?;
        let plain = bare(subject);
        if self.register[event.case.noun].parts.contains(&plain) {
            event.parts.push((
                plain,
                if value == "nobody" {
                    String::new()
                } else {
                    value.to_owned()
                },
            ));
            return Ok(());
        }
        if let Some(role) = self.register.role(&plain) {
            event.holders.push((role, value.to_owned()));
            return Ok(());
        }
        let (owner, name) = match plain.split_once("'s ") {
            Some((owner, name)) => (self.noun(owner)?, name.to_owned()),
            None => (
                event.case.noun,
                plain.strip_prefix("its ").unwrap_or(&plain).to_owned(),
            ),
        };
        let fact = self.fact(owner, &name)?;
        event.facts.push((fact, self.value(fact, value)?));
        Ok(())
    }

    /// A yes-no fact by its phrase.
    fn phrase(&self, text: &str, case: NounId) -> Option<(FactId, Option<Value>)> {
        self.register
            .facts()
            .filter(|(_, fact)| fact.noun == case)
            .find_map(|(id, fact)| {
                let says = fact.says.as_ref()?;
                let (before, rest) = says.split_once('{')?;
                let (_, after) = rest.split_once('}')?;
                let yes = bare(&format!("{before}it{after}"));
                let no = yes.replacen(" is ", " is not ", 1);
                let said = bare(text);
                (said == yes || said == no).then_some((id, Some(Value::YesNo(said == yes))))
            })
    }

    fn noun(&self, says: &str) -> Read<NounId> {
        self.register
            .nouns()
            .find(|(_, noun)| noun.says == says)
            .map(|(id, _)| id)
            .ok_or_else(|| format!("no noun is called “{says}”"))
    }

    fn fact(&self, noun: NounId, name: &str) -> Read<FactId> {
        let own = self.register.fact(noun, name);
        let client = || {
            self.register
                .noun("client")
                .and_then(|client| self.register.fact(client, name))
        };
        own.or_else(client)
            .ok_or_else(|| format!("no fact is called “{name}”"))
    }

    fn value(&self, fact: FactId, text: &str) -> Read<Option<Value>> {
        if text == "unknown" {
            return Ok(None);
        }
        let entry = &self.register[fact];
        let wrong = || format!("“{text}” is no value of {}", entry.name);
        let number = || -> Read<Value> {
            let digits = text.trim_end_matches('%').trim();
            Ok(Value::Number(
                digits.parse::<Number>().map_err(|_| wrong())?,
            ))
        };
        Ok(Some(match entry.kind {
            FactKind::YesNo => Value::YesNo(text == "yes"),
            FactKind::Choice => {
                let place = entry.values.iter().position(|value| value == text);
                Value::Choice(place.ok_or_else(wrong)? as u16)
            }
            FactKind::Number | FactKind::Percent | FactKind::Money => number()?,
            FactKind::Duration => Value::Duration(text.parse().map_err(|_| wrong())?),
            FactKind::Date => Value::Date(text.parse().map_err(|_| wrong())?),
            FactKind::Instant => Value::Instant(when::leading(text, self.zone)?.0),
            FactKind::Text | FactKind::Person | FactKind::List => Value::Text(hash(text)),
        }))
    }
}

/// Without articles and double spaces.
fn bare(text: &str) -> String {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "a" | "an" | "the"))
        .collect();
    words.join(" ")
}

fn spaced(text: &str, after: bool) -> String {
    match (text.is_empty(), after) {
        (true, _) => String::new(),
        (false, true) => format!("{text} "),
        (false, false) => format!(" {text}"),
    }
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.chars().any(|c| c.is_ascii_digit())
}

/// Equal texts have equal numbers; FNV, so that no run differs from another.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
