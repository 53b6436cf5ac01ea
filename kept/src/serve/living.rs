//! What keeps the house alive: what is due is done, changes of rules and people are noticed, and everything is judged anew now
//! and then, so that the figures follow.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kept_accounts::StaffMember;
use kept_journal::{Rules, live, timers};
use kept_rooms::Job;
use kept_store::{Store, StoreError};
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
/// So many records are judged in one transaction: others write in between.
const ROUND: u32 = 200;

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
    Ok(vec![
        Job::new("what is due", LOOK, move || living.due()),
        Job::new("changes of rules and people", NOTICE, move || {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            noticing.notice(&mut seen)
        }),
        Job::new("fresh figures", FRESHEN, move || {
            freshening.adherence.keep_fresh().map(drop)
        }),
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
        loop {
            let now = self.world.now();
            let next = self.store.read(timers::next).wait()?;
            if next.is_none_or(|next| next > now) {
                break;
            }
            let rules = self.rules.now();
            let (_, came) = self
                .store
                .write(move |tx| live::round(tx, &rules, now, ROUND))
                .wait()?;
            changed += came;
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
