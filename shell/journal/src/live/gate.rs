//! Gates, asked before an act is done: the same judgement that the act itself would meet.

use kept_engine::{Engine, GateAnswer, Record};
use kept_kernel::Instant;
use kept_store::{Read, StoreError, params, statements};

use super::SEED;
use super::family::{self, Family};
use crate::{InForce, events};

/// A family with more events is not read for a gate; then its record and its client are looked at alone.
const MOST: u32 = 500;

statements! {
    NUMBER = "SELECT number FROM records WHERE noun = $1 AND id = $2";
}

/// Whether an act may be done on a record now, and if not what is missing and who may pass. What the vocabulary has no words
/// for, and what has no events, no gate bars.
///
/// # Errors
///
/// As the database says.
pub fn may(
    read: &Read<'_>,
    rules: &InForce,
    (noun, id): (&str, &str),
    act: &str,
    at: Instant,
) -> Result<GateAnswer, StoreError> {
    let words = rules.register.noun(noun).zip(rules.register.act(act));
    let number: Option<(i64,)> = read.maybe(NUMBER, &params![noun, id])?;
    let (Some((noun_id, act)), Some((number,))) = (words, number) else {
        return Ok(GateAnswer::default());
    };
    let Some(lead) = family::belongs(read, number)?.lead(number) else {
        return Ok(GateAnswer::default());
    };
    let family = Family::read(read, &rules.codec, lead, MOST)?;
    let happened = match family {
        Some(family) => family.events,
        None => events::of_record(read, &rules.codec, (noun, id), MOST * 4)?,
    };
    let mut engine = Engine::new(&rules.program, SEED, |_| {});
    engine.with_cases_only();
    for event in &happened {
        // What the engine does not take is left out in a judgement too.
        let _ = event.lend(|event| engine.push(event));
    }
    Ok(engine.may(act, Record { noun: noun_id, id }, at))
}
