//! Gates, asked before an act is done: the same judgement that the act itself would meet.

use std::sync::{Arc, Mutex, PoisonError};

use hashlink::LruCache;
use kept_engine::{Engine, GateAnswer, Record};
use kept_kernel::Instant;
use kept_store::{FromRow, Read, Row, StoreError, params, statements};

use super::SEED;
use super::family::{self, Family};
use crate::codec::Codec;
use crate::{InForce, events};

/// A family with more events is not read for a gate; then its record and its client are looked at alone.
const MOST: u32 = 500;
/// So many answers are kept.
const KEPT: usize = 4_096;

statements! {
    NUMBER = "SELECT number FROM records WHERE noun = $1 AND id = $2";
    /// The family that a record belongs to, as in BELONGS, and how it stands: none while an import is on the way, and where nothing has
    /// happened. What is recorded counts its revision up, in the same transaction.
    STANDS = "SELECT own.lead, coalesce((SELECT revision FROM families WHERE record = own.lead), 0),
                  (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL AND replaced_at IS NULL),
                  (SELECT coalesce(max(number), 0) FROM imports), (SELECT count(*) FROM imports WHERE undone_at IS NOT NULL)
              FROM (SELECT coalesce((SELECT e.client FROM events e WHERE e.record = r.number AND e.client IS NOT NULL
                                     ORDER BY e.at DESC, e.id DESC LIMIT 1),
                                    (SELECT e.record FROM events e WHERE e.record = r.number LIMIT 1)) AS lead
                    FROM records r WHERE r.noun = $1 AND r.id = $2) own
              WHERE own.lead IS NOT NULL AND NOT EXISTS (SELECT 1 FROM imports WHERE ended_at IS NULL AND undone_at IS NULL)";
}

/// Answers of gates that were found before, each as long as it stands: nothing has happened to the family since, the rules are the same,
/// and time alone has changed nothing. Clones share them.
#[derive(Clone)]
pub struct Gates(Arc<Mutex<LruCache<Box<str>, Answered>>>);

struct Answered {
    stands: Stands,
    /// By whose rules.
    codec: Arc<Codec>,
    from: Instant,
    until: Instant,
    answer: GateAnswer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Stands {
    lead: i64,
    revision: i64,
    run: Option<i64>,
    import: i64,
    undone: i64,
}

impl FromRow for Stands {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            lead: row.get(0)?,
            revision: row.get(1)?,
            run: row.get(2)?,
            import: row.get(3)?,
            undone: row.get(4)?,
        })
    }
}

impl Default for Gates {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(LruCache::new(KEPT))))
    }
}

impl Gates {
    /// [`may`], for those who look at a record without doing the act.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn may(
        &self,
        read: &Read<'_>,
        rules: &InForce,
        (noun, id): (&str, &str),
        act: &str,
        at: Instant,
    ) -> Result<GateAnswer, StoreError> {
        let stands: Option<Stands> = read.maybe(STANDS, &params![noun, id])?;
        let name = format!("{noun} {id} {act}");
        if let Some(stands) = stands
            && let Some(known) = self.known(&name, stands, rules, at)
        {
            return Ok(known);
        }
        let (answer, until) = asked(read, rules, (noun, id), act, at)?;
        if let (Some(stands), Some(until)) = (stands, until) {
            let answered = Answered {
                stands,
                codec: Arc::clone(&rules.codec),
                from: at,
                until,
                answer: answer.clone(),
            };
            self.kept().insert(name.into(), answered);
        }
        Ok(answer)
    }

    fn known(
        &self,
        name: &str,
        stands: Stands,
        rules: &InForce,
        at: Instant,
    ) -> Option<GateAnswer> {
        let mut kept = self.kept();
        let found = kept.get(name)?;
        let holds = found.stands == stands
            && Arc::ptr_eq(&found.codec, &rules.codec)
            && (found.from..found.until).contains(&at);
        holds.then(|| found.answer.clone())
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, LruCache<Box<str>, Answered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
    case: (&str, &str),
    act: &str,
    at: Instant,
) -> Result<GateAnswer, StoreError> {
    Ok(asked(read, rules, case, act, at)?.0)
}

/// With until when the answer stands as long as nothing happens; none: nobody can say.
fn asked(
    read: &Read<'_>,
    rules: &InForce,
    (noun, id): (&str, &str),
    act: &str,
    at: Instant,
) -> Result<(GateAnswer, Option<Instant>), StoreError> {
    let words = rules.register.noun(noun).zip(rules.register.act(act));
    let number: Option<(i64,)> = read.maybe(NUMBER, &params![noun, id])?;
    let (Some((noun_id, act)), Some((number,))) = (words, number) else {
        return Ok((GateAnswer::default(), None));
    };
    let Some(lead) = family::belongs(read, number)?.lead(number) else {
        return Ok((GateAnswer::default(), None));
    };
    let family = Family::read(read, &rules.codec, lead, MOST)?;
    // A large family is judged after what happened was recorded, so that its revision says nothing of it.
    let is_counted = family.is_some();
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
    let case = Record { noun: noun_id, id };
    let until = is_counted.then(|| engine.may_until(act, case, at));
    Ok((engine.may(act, case, at), until))
}
