//! The living house: what happens is judged in the transaction that records it, and what time alone brings about in the
//! transaction that claims its timer.
//!
//! A judgement of everything ([`obligations::Rewriting`](crate::obligations::Rewriting)) and a judgement of one family
//! write the same rows; `over.rs` says how the one takes the place of the other.

mod ahead;
mod family;
mod gate;
mod over;
mod telling;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use kept_engine::{Engine, Obligation, Wake};
use kept_kernel::Instant;
use kept_language::ast::RuleKey;
use kept_store::{Lock, Read, StoreError, Write, params, statements};

use crate::codec::Codec;
use crate::events::{self, NewEvent};
use crate::numbers::Known;
use crate::obligations::{ADD, DROP, Kept, NewRow};
use crate::{InForce, timers};
use family::{Belongs, Family};

pub use ahead::{Ahead, look_ahead};
pub use gate::{Gates, may};
pub use over::{lived, served_until, set_wakes};

/// A family with more events is judged by a round of timers, not while somebody waits for an answer.
const MOST_AT_ONCE: u32 = 2_000;
/// For so many events of a family the round that judges it is a second later: a family of tens of thousands takes a good part of a second,
/// and whatever happens meanwhile is judged in one go. No later than ten seconds.
const EVENTS_OF_A_SECOND: u32 = 4_000;
const LATEST: u32 = 10;

/// Samples are drawn from this number, in every judgement alike.
pub const SEED: u64 = 1;

/// What live pages that show duties or alerts listen to. Whoever records what may open, move or end a duty tells it, after the
/// commit.
pub const TOPIC: &str = "owed";

/// The run that counts. Whoever judges into it shares it, and whoever puts another in its place holds it.
const RUN_IN_FORCE: Lock = Lock::new(4_740_372);

/// The kind of record that the company is: its own calendar is judged with everything, never case by case.
const COMPANY: &str = "company";

/// Has a family, and counts that it is judged.
macro_rules! hold {
    ($rest:literal) => {
        concat!(
            "INSERT INTO families (record, run, judged_at, revision) VALUES ($1, $2, $3, 1)
             ON CONFLICT (record) DO UPDATE
                 SET run = excluded.run, judged_at = excluded.judged_at, revision = families.revision + 1",
            $rest
        )
    };
}

statements! {
    RUN = "SELECT number, quiet_until FROM obligation_runs WHERE in_force_at IS NOT NULL AND replaced_at IS NULL
           ORDER BY number DESC LIMIT 1";
    FIRST_RUN = "INSERT INTO obligation_runs (number, begun_at, in_force_at, quiet_until) VALUES (0, $1, $1, 0)
           ON CONFLICT DO NOTHING";
    /// Held to the end of the transaction: two that judge one family do so one after the other.
    HOLD = hold!("");
    /// The same, and how often it was judged with this time, and by which import the journal has grown last.
    HOLD_COUNTED = hold!(" RETURNING revision, (SELECT coalesce(max(number), 0) FROM imports)");
    /// The plus keeps a planner that knows nothing yet from an index of the whole run.
    ROWS = "SELECT o.number, o.code, o.rule, r.noun, r.id, o.learner, o.cycle, o.level, o.version, o.opened_at, o.due_at,
                o.discharged_at, o.settled_at, o.verdict, o.owner_role, o.owner, o.tier, o.body
            FROM obligations o JOIN records r ON r.number = o.record
            WHERE o.run = $1 AND o.client = $2
            UNION ALL
            SELECT o.number, o.code, o.rule, r.noun, r.id, o.learner, o.cycle, o.level, o.version, o.opened_at, o.due_at,
                o.discharged_at, o.settled_at, o.verdict, o.owner_role, o.owner, o.tier, o.body
            FROM obligations o JOIN records r ON r.number = o.record
            WHERE +o.run = $1 AND o.record = $2 AND o.client IS NULL";
    LOOK_AGAIN = "INSERT INTO timers (record, wake_at)
                  SELECT DISTINCT coalesce(client, record), CAST($2 AS BIGINT) FROM obligations
                  WHERE run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL)
                    AND settled_at IS NULL AND owner IN LIST($1)
                  ON CONFLICT (record) DO UPDATE SET wake_at = excluded.wake_at";
    JUDGED = "SELECT r.noun, r.id, f.judged_at FROM families f JOIN records r ON r.number = f.record
           WHERE f.judged_at >= $1 ORDER BY f.judged_at, f.record LIMIT $2";
    QUIET = "UPDATE obligation_runs SET quiet_until = $1 WHERE in_force_at IS NOT NULL AND quiet_until < $1";
}

/// The statements that both databases understand.
pub(crate) fn statements() -> Vec<kept_store::Sql> {
    [
        STATEMENTS,
        ahead::STATEMENTS,
        family::STATEMENTS,
        gate::STATEMENTS,
        over::STATEMENTS,
    ]
    .concat()
}

/// A judgement of everything that is in force, or about to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) number: i64,
    /// What time brought about up to here is told to nobody.
    pub(crate) quiet_until: Instant,
}

/// What judging a family brought about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Changed {
    /// Obligations that opened, moved, ended or went.
    pub obligations: u64,
    /// People who were told of something.
    pub alerts: u64,
    /// The family is large: it is judged within some seconds.
    pub later: bool,
}

impl std::ops::AddAssign for Changed {
    fn add_assign(&mut self, other: Self) {
        self.obligations += other.obligations;
        self.alerts += other.alerts;
        self.later |= other.later;
    }
}

/// Records events of one command in the caller's transaction and judges what they concern: afterwards the obligations,
/// alerts and timers are those of a journal that has them.
///
/// # Errors
///
/// As the database says.
pub fn record(
    tx: &Write<'_>,
    rules: &InForce,
    happened: &[NewEvent],
    now: Instant,
) -> Result<Changed, StoreError> {
    record_after(tx, rules, happened, now, None)
}

/// [`record`], by somebody who has looked at the family before.
///
/// # Errors
///
/// As the database says.
pub fn record_after(
    tx: &Write<'_>,
    rules: &InForce,
    happened: &[NewEvent],
    now: Instant,
    ahead: Option<Ahead>,
) -> Result<Changed, StoreError> {
    let mut known = Known::default();
    let needed = known.needed(happened.iter().map(NewEvent::records));
    let numbers = needed.number(tx)?;
    let mut touched: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for (place, event) in happened.iter().enumerate() {
        if let (Some(record), client) = numbers.of(place)
            && event.noun != COMPANY
        {
            touched.entry(record).or_default().extend(client);
        }
    }
    let before: Vec<Belongs> = touched
        .keys()
        .map(|record| family::belongs(tx, *record))
        .collect::<Result<_, _>>()?;
    events::add(tx, happened, None, &numbers)?;
    known.learn(numbers.fresh());
    // A record that goes over to another client concerns both.
    let mut leads = BTreeSet::new();
    let mut ahead = ahead.filter(|ahead| {
        let mut all = touched.keys().zip(&before);
        all.all(|(record, before)| ahead.is_of(*record, *before))
    });
    for ((record, named), before) in touched.iter().zip(before) {
        leads.extend(before.lead(*record));
        leads.extend(now_of(tx, *record, named, before)?.lead(*record));
    }
    // Two families are read as they are: what happens to one of them is nothing to the other.
    ahead = ahead.filter(|_| leads.len() == 1);
    let run = run_in_force(tx, now)?;
    let mut changed = Changed::default();
    for lead in leads {
        let ahead = ahead.take().map(|ahead| (ahead, happened));
        changed += family_or_timer(tx, (rules, &mut known), (run, lead), (now, ahead))?;
    }
    Ok(changed)
}

/// Where a record stands after events that name these clients; the database is asked only where it takes more than them
/// to know.
fn now_of(
    read: &Read<'_>,
    record: i64,
    named: &BTreeSet<i64>,
    before: Belongs,
) -> Result<Belongs, StoreError> {
    let mut named = named.iter().copied();
    Ok(match (before, named.next(), named.next()) {
        (Belongs::Nowhere | Belongs::Alone, None, _) => Belongs::Alone,
        (Belongs::To(client), None, _)
        | (Belongs::Nowhere | Belongs::Alone, Some(client), None) => Belongs::To(client),
        (Belongs::To(old), Some(client), None) if old == client => before,
        _ => family::belongs(read, record)?,
    })
}

fn family_or_timer(
    tx: &Write<'_>,
    (rules, known): (&InForce, &mut Known),
    (run, lead): (Run, i64),
    (now, ahead): (Instant, Option<(Ahead, &[NewEvent])>),
) -> Result<Changed, StoreError> {
    let found = find(tx, rules, (run, lead), (now, MOST_AT_ONCE, ahead))?;
    if let Some(found) = found {
        return brought_in_line(tx, (rules, known), (run, lead), (now, found));
    }
    let events = family::many(tx, lead, EVENTS_OF_A_SECOND * LATEST)?;
    let later = i64::from(events / EVENTS_OF_A_SECOND);
    timers::set_before(tx, lead, now.plus_micros(later * 1_000_000))?;
    Ok(Changed {
        later: true,
        ..Changed::default()
    })
}

/// Does what is due: claims timers, at most `limit`, and judges their families. Returns how many there were, and what came of them.
///
/// # Errors
///
/// As the database says.
pub fn round(
    tx: &Write<'_>,
    rules: &InForce,
    now: Instant,
    limit: u32,
) -> Result<(usize, Changed), StoreError> {
    // Before the timers: whoever replaces the run sets them, and would be waited for while he waits.
    tx.share(RUN_IN_FORCE)?;
    let due = timers::claim(tx, now, limit)?;
    let mut changed = Changed::default();
    if due.is_empty() {
        return Ok((0, changed));
    }
    let run = run_in_force(tx, now)?;
    let mut known = Known::default();
    for timer in &due {
        let family = (run, timer.record);
        let judged = judge(tx, (rules, &mut known), family, (now, u32::MAX))?;
        changed += judged.unwrap_or_default();
    }
    Ok((due.len(), changed))
}

/// What time brought about up to now is told to nobody: after a change of the rules, under which the past looks different.
///
/// # Errors
///
/// As the database says.
pub fn quiet(tx: &Write<'_>, now: Instant) -> Result<(), StoreError> {
    tx.hold(RUN_IN_FORCE)?;
    tx.execute(QUIET, &params![now])?;
    Ok(())
}

/// Has the cases looked at in the next round on which one of these people owes something: somebody is away, is back, has
/// left, holds another role.
///
/// # Errors
///
/// As the database says.
pub fn look_again(tx: &Write<'_>, people: &[String], now: Instant) -> Result<u64, StoreError> {
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    tx.execute(LOOK_AGAIN, &params![&people[..], now])
}

/// Whose obligations may have changed at an instant or after it, in order: the kind and id of the client, or of the record that
/// stands alone, and when it was judged last.
///
/// # Errors
///
/// As the database says.
pub fn judged_since(
    read: &Read<'_>,
    since: Instant,
    limit: u32,
) -> Result<Vec<(String, String, Instant)>, StoreError> {
    read.all(JUDGED, &params![since, limit])
}

/// The run that counts, which cannot be replaced before this transaction ends. The first is made where nothing has been judged
/// yet.
fn run_in_force(tx: &Write<'_>, now: Instant) -> Result<Run, StoreError> {
    tx.share(RUN_IN_FORCE)?;
    // Two may make the first at once.
    for _ in 0..2 {
        if let Some((number, quiet_until)) = tx.maybe(RUN, &[])? {
            return Ok(Run {
                number,
                quiet_until,
            });
        }
        tx.execute(FIRST_RUN, &params![now])?;
    }
    Err(StoreError::Retry)
}

/// Judges a family up to now and brings its rows, alerts and timer in line. None, and nothing done: it has more than
/// `most` events.
pub(crate) fn judge(
    tx: &Write<'_>,
    (rules, known): (&InForce, &mut Known),
    (run, lead): (Run, i64),
    (now, most): (Instant, u32),
) -> Result<Option<Changed>, StoreError> {
    let found = find(tx, rules, (run, lead), (now, most, None))?;
    found
        .map(|found| brought_in_line(tx, (rules, known), (run, lead), (now, found)))
        .transpose()
}

/// Holds a family, and finds what happened to it and what is owed by it; none: it has more than `most` events. What somebody has
/// found before is taken where nobody has judged the family since.
fn find(
    tx: &Write<'_>,
    rules: &InForce,
    (run, lead): (Run, i64),
    (now, most, ahead): (Instant, u32, Option<(Ahead, &[NewEvent])>),
) -> Result<Option<(Family, Vec<Kept>)>, StoreError> {
    let held = params![lead, run.number, now];
    if let Some((ahead, happened)) = ahead {
        let (revision, import): (i64, i64) = tx.one(HOLD_COUNTED, &held)?;
        if let Some(found) = ahead.taken((lead, run.number), (revision, import), rules) {
            let (family, kept) = found;
            return Ok(Some((family.with(&rules.codec, happened), kept)));
        }
    } else {
        tx.put(HOLD, &held)?;
    }
    let Some(family) = Family::read(tx, &rules.codec, lead, most)? else {
        return Ok(None);
    };
    Ok(Some((family, tx.all(ROWS, &params![run.number, lead])?)))
}

/// Judges what was found, and brings rows, alerts and timer in line with it.
fn brought_in_line(
    tx: &Write<'_>,
    (rules, known): (&InForce, &mut Known),
    (run, lead): (Run, i64),
    (now, (family, kept)): (Instant, (Family, Vec<Kept>)),
) -> Result<Changed, StoreError> {
    let Judged { obligations, wake } = judged(rules, &family, now);
    timers::set(tx, lead, wake)?;
    let written = write(tx, (rules, known), (run.number, &obligations), kept)?;
    let quiet_until = family
        .imported_at
        .map_or(run.quiet_until, |imported| imported.max(run.quiet_until));
    let alerts = telling::tell(tx, (rules, known), &obligations, (quiet_until, now))?;
    Ok(Changed {
        obligations: written,
        alerts,
        later: false,
    })
}

struct Judged {
    obligations: Vec<(NewRow, Obligation)>,
    wake: Option<Instant>,
}

/// Runs the engine over a family.
fn judged(rules: &InForce, family: &Family, now: Instant) -> Judged {
    let given = RefCell::new(Vec::new());
    let mut engine = Engine::new(&rules.program, SEED, |duty| {
        let client = duty.client.as_deref();
        let noun = rules.codec.noun(duty.noun);
        if family.holds((noun, &duty.subject), client) {
            given
                .borrow_mut()
                .push((NewRow::of(&rules.codec, duty), duty.clone()));
        }
    });
    engine.with_cases_only();
    for event in &family.events {
        // An event that the engine does not take is left out in a judgement of everything too.
        let _ = event.lend(|event| engine.push(event));
    }
    let wakes = engine.wakes(now);
    let wake = earliest(&rules.codec, family, &wakes);
    engine.finish(now);
    Judged {
        obligations: given.into_inner(),
        wake,
    }
}

fn earliest(codec: &Codec, family: &Family, wakes: &[Wake]) -> Option<Instant> {
    let own = wakes
        .iter()
        .filter(|wake| family.holds((codec.noun(wake.noun), &wake.id), wake.client.as_deref()));
    own.map(|wake| wake.at).min()
}

/// Brings the rows of a family in line with what was judged; returns how many were touched.
fn write(
    tx: &Write<'_>,
    (rules, numbered): (&InForce, &mut Known),
    (run, judged): (i64, &[(NewRow, Obligation)]),
    kept: Vec<Kept>,
) -> Result<u64, StoreError> {
    let mut known: HashMap<_, Vec<Kept>> = HashMap::new();
    for row in kept {
        known.entry(row.name.clone()).or_default().push(row);
    }
    let (mut fresh, mut touched) = (Vec::new(), 0);
    for (row, _) in judged {
        match known.get_mut(&row.name()).and_then(Vec::pop) {
            Some(kept) if row.differs(&kept) => {
                row.change(tx, kept.number)?;
                touched += 1;
            }
            Some(_) => {}
            None => fresh.push(row),
        }
    }
    for gone in known.into_values().flatten() {
        let (code, id) = (gone.name.0, gone.name.1);
        // What the company's calendar opens on a case, such as a sample, is not judged here.
        if !rules.program.is_of_company(&RuleKey { code, id }) {
            touched += tx.execute(DROP, &params![gone.number])?;
        }
    }
    if !fresh.is_empty() {
        let needed = numbered.needed(fresh.iter().map(|row| row.records()));
        let numbers = needed.number(tx)?;
        let rows: Vec<_> = fresh
            .iter()
            .enumerate()
            .map(|(place, row)| row.values(run, numbers.of(place)))
            .collect();
        tx.put_each(ADD, &rows)?;
        touched += rows.len() as u64;
        drop(rows);
        numbered.learn(numbers.fresh());
    }
    Ok(touched)
}
