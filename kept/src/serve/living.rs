//! The thread on which the house lives: it does what is due, notices when rules or people have changed, and has everything
//! judged anew now and then, so that the figures follow.

use std::collections::BTreeSet;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kept_accounts::StaffMember;
use kept_journal::{Rules, live, timers};
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

/// The running thread.
pub struct Running {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

struct Living {
    store: Store,
    world: World,
    rules: Rules,
    adherence: kept_adherence::Room,
    hub: Live,
    staff: Vec<StaffMember>,
    away: BTreeSet<String>,
    stamp: [i64; 4],
}

impl Running {
    /// Starts it.
    pub fn start(
        house: &House,
        rules: &Rules,
        adherence: &kept_adherence::Room,
        hub: &Live,
    ) -> Result<Self, Failure> {
        let told = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
        let mut living = Living {
            staff: staff::staff(&house.store, &house.world).map_err(|error| told(&error))?,
            away: BTreeSet::new(),
            stamp: house
                .store
                .read(kept_sops::stamp)
                .wait()
                .map_err(|error| told(&error))?,
            store: house.store.clone(),
            world: house.world.clone(),
            rules: rules.clone(),
            adherence: adherence.clone(),
            hub: hub.clone(),
        };
        living.away = living.away_now();
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new()
            .name("kept-live".into())
            .spawn(move || {
                let (mut noticed, mut freshened) = (Instant::now(), Instant::now());
                while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                    tell(living.due());
                    if noticed.elapsed() >= NOTICE {
                        tell(living.notice());
                        noticed = Instant::now();
                    }
                    if freshened.elapsed() >= FRESHEN {
                        tell(living.adherence.keep_fresh().map(|_| ()));
                        freshened = Instant::now();
                    }
                }
            })
            .map_err(|error| told(&error))?;
        Ok(Self { stop, thread })
    }

    /// Ends after what it is doing.
    pub fn stop(self) {
        drop(self.stop);
        // A panic there has been printed; timers are rows and wait for the next start.
        let _ = self.thread.join();
    }
}

fn tell(result: Result<(), StoreError>) {
    if let Err(problem) = result {
        remark(&format!(
            "what is due could not be done and is tried again: {problem}"
        ));
    }
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
            self.hub.changed(["owed"], None);
        }
        Ok(())
    }

    /// Takes over what has changed: the rules, who works here, who is away.
    fn notice(&mut self) -> Result<(), StoreError> {
        let stamp = self.store.read(kept_sops::stamp).wait()?;
        let staff = staff::staff(&self.store, &self.world)?;
        let away = self.away_now();
        if stamp != self.stamp || staff != self.staff {
            match house::rules(&self.store, &self.world) {
                Ok(rules) => self.rules.put(rules),
                Err(problem) => remark(&format!("the SOPs in force cannot be run: {problem}")),
            }
        }
        if stamp != self.stamp {
            // Another node may have done it; then this one's figures are old all the same.
            self.adherence.begin_judging();
        }
        let turned = turned(&self.staff, &staff);
        let turned: Vec<String> = turned
            .into_iter()
            .chain(away.symmetric_difference(&self.away).cloned())
            .collect();
        if !turned.is_empty() {
            let now = self.world.now();
            self.store
                .write(move |tx| live::look_again(tx, &turned, now))
                .wait()?;
        }
        (self.stamp, self.staff, self.away) = (stamp, staff, away);
        Ok(())
    }

    /// Who is away now.
    fn away_now(&self) -> BTreeSet<String> {
        let now = self.world.now();
        let rules = self.rules.now();
        let people = staff::people(&self.staff, &rules.register);
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
