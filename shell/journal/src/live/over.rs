//! From one judgement of everything to the next, while the house lives.
//!
//! A judgement reads the journal for seconds or minutes. What happens meanwhile is judged into the rows that still count,
//! and would be lost with them. So every family that was judged since is judged again into the new rows: most of them while
//! the old ones still count, the last few in the transaction in which the new ones take their place. That one has the old
//! run to itself: whoever records something holds it until the end of his transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use kept_engine::Wake;
use kept_kernel::{Id, Instant};
use kept_store::{Store, StoreError, Write, params, statements};
use kept_world::World;

use super::{RUN_IN_FORCE, Run, judge};
use crate::InForce;
use crate::codec::Codec;
use crate::events::CLIENT;
use crate::numbers::Known;
use crate::obligations::Finished;

/// So many families are judged in one transaction.
const SLICE: u32 = 200;
/// So far before the judgement began a family counts as judged meanwhile: longer than a transaction may take, and more than
/// the clocks of nodes differ.
const MARGIN_MICROS: i64 = 300_000_000;

statements! {
    BEHIND = "SELECT record FROM families WHERE judged_at >= $1 AND run < $2 ORDER BY judged_at, record LIMIT $3";
    LIVED = "SELECT f.record, f.run FROM families f JOIN records r ON r.number = f.record WHERE r.noun IN LIST($1) LIMIT 1";
    SERVED = "SELECT e.at, e.id FROM events e JOIN records r ON r.number = e.record WHERE r.noun IN LIST($1)
              ORDER BY e.at DESC, e.id DESC LIMIT 1";
    REPLACE = "UPDATE obligation_runs SET replaced_at = $2 WHERE number < $1 AND in_force_at IS NOT NULL AND replaced_at IS NULL";
    CARRY_QUIET = "UPDATE obligation_runs
                   SET quiet_until = coalesce((SELECT max(quiet_until) FROM obligation_runs WHERE in_force_at IS NOT NULL), 0)
                   WHERE number = $1";
    FORGET_TIMERS = "DELETE FROM timers WHERE record IN LIST($1)";
    SET_TIMER = "INSERT INTO timers (record, wake_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
}

/// Whether clients are served in this house itself, and not only in imported history: something was recorded of a client,
/// or of a kind of record that belongs to clients. What a company only tells its people leaves its history where it ended.
///
/// # Errors
///
/// As the database says.
pub fn lived(store: &Store, rules: &InForce) -> Result<bool, StoreError> {
    let served = rules.nouns_of_clients();
    let found = store.read(move |read| {
        let served: Vec<&str> = served.iter().map(String::as_str).collect();
        read.maybe::<(i64, i64)>(LIVED, &params![&served[..]])
    });
    Ok(found.wait()?.is_some())
}

/// When a client was last served, here or in imported history: what is no longer lived in is judged up to then.
///
/// # Errors
///
/// As the database says.
pub fn served_until(store: &Store, rules: &InForce) -> Result<Option<Instant>, StoreError> {
    let served = rules.nouns_of_clients();
    let found = store.read(move |read| {
        let served: Vec<&str> = served.iter().map(String::as_str).collect();
        read.maybe::<(Instant, Id)>(SERVED, &params![&served[..]])
    });
    Ok(found.wait()?.map(|(at, _)| at))
}

/// Sets the timers of all that a judgement of everything has found waiting.
///
/// # Errors
///
/// As the database says.
pub fn set_wakes(store: &Store, codec: &Codec, wakes: &[Wake]) -> Result<(), StoreError> {
    let mut first: BTreeMap<(String, String), Instant> = BTreeMap::new();
    for wake in wakes {
        let lead = match &wake.client {
            Some(client) => (CLIENT.to_owned(), client.clone()),
            None => (codec.noun(wake.noun).to_owned(), wake.id.clone()),
        };
        let at = first.entry(lead).or_insert(wake.at);
        *at = wake.at.min(*at);
    }
    let mut known = Known::default();
    let leads: Vec<((String, String), Instant)> = first.into_iter().collect();
    for slice in leads.chunks(2_000) {
        let needed = known.needed(
            slice
                .iter()
                .map(|((noun, id), _)| (Some((&**noun, &**id)), None)),
        );
        let slice = slice.to_vec();
        let fresh = store
            .write(move |tx| {
                let numbers = needed.number(tx)?;
                let due = slice.iter().enumerate();
                let due: Vec<(i64, Instant)> = due
                    .filter_map(|(place, (_, at))| Some((numbers.of(place).0?, *at)))
                    .collect();
                let rows: Vec<_> = due
                    .iter()
                    .map(|(record, at)| params![*record, *at])
                    .collect();
                let records: Vec<i64> = due.iter().map(|(record, _)| *record).collect();
                tx.execute(FORGET_TIMERS, &params![&records[..]])?;
                tx.execute_each(SET_TIMER, &rows)?;
                Ok::<_, StoreError>(numbers.fresh())
            })
            .wait()?;
        known.learn(fresh);
    }
    Ok(())
}

impl Finished {
    /// Judges into this run what has happened since it began, until little is left.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn catch_up(
        self,
        store: &Store,
        world: &World,
        rules: &Arc<InForce>,
    ) -> Result<(), StoreError> {
        loop {
            let (rules, now) = (Arc::clone(rules), world.now());
            let judged = store
                .write(move |tx| self.judge_behind(tx, &rules, (now, SLICE)))
                .wait()?;
            if judged < SLICE as usize {
                return Ok(());
            }
        }
    }

    /// From the end of this transaction on, the obligations of this run are the ones that count. False: a later run is
    /// in force already, and nothing was done.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn put_in_force(
        self,
        tx: &Write<'_>,
        rules: &InForce,
        now: Instant,
    ) -> Result<bool, StoreError> {
        tx.hold(RUN_IN_FORCE)?;
        tx.execute(REPLACE, &params![self.run, now])?;
        self.judge_behind(tx, rules, (now, u32::MAX))?;
        tx.execute(CARRY_QUIET, &params![self.run])?;
        self.count(tx, now)
    }

    fn judge_behind(
        self,
        tx: &Write<'_>,
        rules: &InForce,
        (now, most): (Instant, u32),
    ) -> Result<usize, StoreError> {
        let since = self.begun_at.plus_micros(-MARGIN_MICROS);
        let behind: Vec<(i64,)> = tx.all(BEHIND, &params![since, self.run, most])?;
        let run = Run {
            number: self.run,
            // Who had to be told has been told, when it was judged the first time.
            quiet_until: now,
        };
        let mut known = Known::default();
        for (lead,) in &behind {
            judge(tx, (rules, &mut known), (run, *lead), (now, u32::MAX))?;
        }
        Ok(behind.len())
    }
}
