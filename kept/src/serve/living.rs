//! What keeps the house alive: what is due is done, changes of rules and people are noticed, and everything is judged anew now
//! and then, so that the figures follow.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use kept_accounts::StaffMember;
use kept_journal::{Rules, live, timers};
use kept_rooms::Job;
use kept_store::{Dialect, Store, StoreError};
use kept_ui::Live;
use kept_world::World;

use crate::house::{self, House};
use crate::staff;
use crate::tell::{Failure, remark};

/// How often timers are looked at: a read of one index entry.
const LOOK: Duration = Duration::from_millis(250);
/// How often it is seen whether people or rules have changed, here or on another node.
const NOTICE: Duration = Duration::from_secs(5);
/// How often it is seen whether the figures are old.
const FRESHEN: Duration = Duration::from_secs(30);
/// How often it is seen which tables have grown.
const SIZES: Duration = Duration::from_hours(1);
/// So long is judged in one transaction: others write in between. In a large house, whose families lie on the disk, that is a few of
/// them.
const TURN: Duration = Duration::from_millis(20);
/// So many records at most, and so many at first.
const MOST: u32 = 200;
const FEW: u32 = 10;

/// The jobs. They wait for the database: not to be made inside an async runtime.
pub fn jobs(
    house: &House,
    rules: &Rules,
    adherence: &kept_adherence::Room,
    hub: &Live,
) -> Result<Vec<Job>, Failure> {
    let living = Living {
        store: house.store.clone(),
        world: house.world.clone(),
        rules: rules.clone(),
        adherence: adherence.clone(),
        hub: hub.clone(),
    };
    let staff = staff::staff(&house.store, &house.world)?;
    let seen = Seen {
        away: living.away_now(&staff),
        staff,
        stamp: house.store.read(kept_sops::stamp).wait()?,
    };
    let (living, seen) = (Arc::new(living), Mutex::new(seen));
    let (noticing, freshening) = (Arc::clone(&living), Arc::clone(&living));
    let store = house.store.clone();
    Ok(vec![
        Job::new("what is due", LOOK, move || living.due()),
        Job::new("changes of rules and people", NOTICE, move || {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            noticing.notice(&mut seen)
        }),
        Job::new("fresh figures", FRESHEN, move || {
            freshening.adherence.keep_fresh().map(drop)
        }),
        Job::new("sizes of tables", SIZES, move || keep_sizes(&store)),
    ])
}

struct Living {
    store: Store,
    world: World,
    rules: Rules,
    adherence: kept_adherence::Room,
    hub: Live,
}

/// What was seen the last time.
struct Seen {
    staff: Vec<StaffMember>,
    away: BTreeSet<String>,
    stamp: [i64; 4],
}

impl Living {
    /// Does what is due, round by round.
    fn due(&self) -> Result<(), StoreError> {
        let mut changed = live::Changed::default();
        let mut many = FEW;
        loop {
            let now = self.world.now();
            let next = self.store.read(timers::next).wait()?;
            if next.is_none_or(|next| next > now) {
                break;
            }
            let rules = self.rules.now();
            let (came, took) = self
                .store
                .write(move |tx| {
                    let begun = Stopwatch::now();
                    let (_, came) = live::round(tx, &rules, now, many)?;
                    Ok::<_, StoreError>((came, begun.elapsed()))
                })
                .wait()?;
            changed += came;
            many = next_many(many, took);
        }
        if changed.obligations + changed.alerts > 0 {
            self.hub.changed([live::TOPIC], None);
        }
        Ok(())
    }

    /// Takes over what has changed: the rules, who works here, who is away.
    fn notice(&self, seen: &mut Seen) -> Result<(), StoreError> {
        let stamp = self.store.read(kept_sops::stamp).wait()?;
        let staff = staff::staff(&self.store, &self.world)?;
        let away = self.away_now(&staff);
        if stamp != seen.stamp || staff != seen.staff {
            match house::rules(&self.store, &self.world) {
                Ok(rules) => self.rules.put(rules),
                Err(problem) => remark(&format!("the SOPs in force cannot be run: {problem}")),
            }
        }
        if stamp != seen.stamp {
            // Another node may have done it; then this one's figures are old all the same.
            self.adherence.begin_judging();
        }
        let turned: Vec<String> = turned(&seen.staff, &staff)
            .into_iter()
            .chain(away.symmetric_difference(&seen.away).cloned())
            .collect();
        if !turned.is_empty() {
            let now = self.world.now();
            self.store
                .write(move |tx| live::look_again(tx, &turned, now))
                .wait()?;
        }
        *seen = Seen { staff, away, stamp };
        Ok(())
    }

    /// Who is away now.
    fn away_now(&self, staff: &[StaffMember]) -> BTreeSet<String> {
        let now = self.world.now();
        let people = staff::people(staff, &self.rules.now().register);
        let away = people.iter().filter(|person| !person.is_present(now));
        away.map(|person| person.id.clone()).collect()
    }
}

/// How many records the next round takes, when so many took so long: as many as fit in a turn, and no more than twice as many.
fn next_many(many: u32, took: Duration) -> u32 {
    let fits = f64::from(many) * TURN.as_secs_f64() / took.as_secs_f64().max(1e-6);
    (fits as u32).clamp(1, MOST).min(many.saturating_mul(2))
}

/// A table that was small when SQLite looked at it last is walked through for as long as it believes so. PostgreSQL looks by itself.
fn keep_sizes(store: &Store) -> Result<(), StoreError> {
    match store.dialect() {
        Dialect::Sqlite => store.analyze(),
        Dialect::Postgres => Ok(()),
    }
}

/// The people of whom something is different, by their ids.
fn turned(before: &[StaffMember], after: &[StaffMember]) -> BTreeSet<String> {
    let other = |member: &&StaffMember, others: &[StaffMember]| !others.contains(member);
    before
        .iter()
        .filter(|member| other(member, after))
        .chain(after.iter().filter(|member| other(member, before)))
        .map(|member| member.id.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_takes_as_many_as_fit_in_a_turn() {
        assert_eq!(next_many(10, Duration::from_millis(20)), 10);
        assert_eq!(next_many(10, Duration::from_secs(2)), 1, "never none");
        assert_eq!(
            next_many(10, Duration::from_micros(1)),
            20,
            "it grows step by step"
        );
        assert_eq!(next_many(150, Duration::ZERO), MOST);
    }
}
