//! What the company's calendar opens: duties of periods, reports, samples, courses.

use kept_kernel::Instant;
use kept_language::RightId;
use kept_language::ast::{Period, RuleKey, SampleSize};

use crate::clock::{NEVER, stretch};
use crate::event::Event;
use crate::machine::{Core, Drawn, Join};
use crate::obligation::{CancelReason, Verdict};
use crate::people::Span;
use crate::program::{Kind, Owner, RuleIx, SampleInfo};
use crate::record::{NO_EVENT, NOBODY, Note, RecordIx};

/// A right that is at rest until its course is passed again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndedRight {
    /// Whose.
    pub person: String,
    /// Which.
    pub right: RightId,
    /// Since when.
    pub since: Instant,
    /// By which rule.
    pub rule: RuleKey,
}

impl Core<'_> {
    /// The log begins: periods and audiences are counted from here.
    pub(crate) fn start_at(&mut self, at: Instant) {
        self.first_at = at;
        if self.records[self.company].now != Instant::MIN {
            return;
        }
        let program = self.program;
        self.rounds.clear();
        for rule in &program.calendar_rules {
            if let Some(period) = period_of(&program.rules[*rule].kind) {
                let from = at.max(program.rules[*rule].from);
                self.rounds.push((*rule, self.first_period(period, from)));
            }
        }
        self.list_joins(at);
        self.begin_reviews(at);
        self.set_wake(self.company, at.plus_micros(-1));
    }

    /// Documents owe their first review so long after they took effect; where that is not said, after the log begins.
    fn begin_reviews(&mut self, at: Instant) {
        let program = self.program;
        for rule in &program.groups[program.company].rhythms {
            let info = &program.rules[*rule];
            if let Kind::Review(review) = &info.kind
                && info.is_in_force(at)
            {
                let since = review.effective.filter(|since| *since <= at);
                let cause = (since.unwrap_or(at), NO_EVENT);
                self.begin_review(*rule, cause);
            }
        }
    }

    /// The first instant of the first whole period.
    fn first_period(&self, period: Period, from: Instant) -> Instant {
        let calendar = self.program.company_calendar();
        if calendar.start_of(stretch(period), from) == from {
            from
        } else {
            calendar.end_of(stretch(period), from)
        }
    }

    pub(crate) fn next_period(&self, after: Instant) -> Instant {
        let rounds = self.rounds.iter().map(|(_, at)| *at);
        let joins = self.joins.iter().map(|join| join.at);
        rounds
            .chain(joins)
            .filter(|at| *at > after)
            .min()
            .unwrap_or(NEVER)
    }

    pub(crate) fn periods(&mut self, at: Instant) {
        let program = self.program;
        for place in 0..self.rounds.len() {
            let Some((rule, due)) = self.rounds.get(place).copied() else {
                continue;
            };
            let info = &program.rules[rule];
            let Some(period) = period_of(&info.kind) else {
                continue;
            };
            if due > at {
                continue;
            }
            let next = program.company_calendar().end_of(stretch(period), at);
            if let Some(round) = self.rounds.get_mut(place) {
                round.1 = if next > at { next } else { NEVER };
            }
            if info.is_in_force(at) {
                match &info.kind {
                    Kind::Sample(sample) => self.draw(rule, sample, at),
                    _ => self.open_rule(rule, self.company, at, NO_EVENT),
                }
            }
        }
        let joins: Vec<Join> = self
            .joins
            .iter()
            .filter(|join| join.at == at)
            .copied()
            .collect();
        for join in joins {
            self.join(join);
        }
    }

    fn list_joins(&mut self, at: Instant) {
        let program = self.program;
        self.joins.clear();
        for (rule, info) in program.rules.iter() {
            let Kind::Course(_) = &info.kind else {
                continue;
            };
            let Some(Owner::Learners(roles, right)) = info.variants.first().map(|v| &v.owner)
            else {
                continue;
            };
            for person in program.people.iter() {
                let mut spans: Vec<Span> = Vec::new();
                let held = person.roles.iter().filter(|(role, _)| roles.contains(role));
                spans.extend(held.map(|(_, span)| *span));
                if let Some(right) = right {
                    let held = person.rights.iter().filter(|(held, _)| held == right);
                    spans.extend(held.map(|(_, span)| *span));
                }
                if roles.is_empty() && right.is_none() {
                    spans.push(person.employed);
                }
                let name = self.names.of(&person.id);
                for span in spans {
                    let from = [span.from, person.employed.from, Some(info.from), Some(at)];
                    let from = from.into_iter().flatten().max().unwrap_or(at);
                    let until = [span.until, person.employed.until];
                    let until = until.into_iter().flatten().min();
                    if until.is_none_or(|until| from < until) && from < info.until {
                        self.add_join(rule, name, (from, true));
                        if let Some(until) = until {
                            self.add_join(rule, name, (until, false));
                        }
                    }
                }
            }
        }
        self.joins.sort_unstable();
    }

    fn add_join(
        &mut self,
        rule: RuleIx,
        person: crate::record::NameIx,
        (at, joins): (Instant, bool),
    ) {
        self.joins.push(Join {
            at,
            rule,
            person,
            joins,
        });
    }

    fn join(&mut self, join: Join) {
        let ident = self.program.rules[join.rule].ident;
        let company = self.company;
        let known = self.find_duty(company, ident, join.person);
        let alive = known
            .and_then(|place| self.duty(company, place).map(|duty| (place, duty)))
            .filter(|(_, duty)| duty.is_alive());
        match (join.joins, alive) {
            (true, None) => self.open_for(join.rule, company, join.person, (join.at, NO_EVENT)),
            (false, Some((place, duty))) => {
                let (verdict, note) = if duty.breached {
                    (Verdict::Missed, Note::Missed)
                } else {
                    let note = Note::Cancelled(CancelReason::Condition);
                    (Verdict::Cancelled, note)
                };
                self.close(company, place, (join.at, NO_EVENT), verdict, note);
            }
            _ => {}
        }
    }

    /// The rights that are at rest because a course has lapsed: whose, which, and since when.
    pub(crate) fn ended_rights(&mut self, at: Instant) -> Vec<EndedRight> {
        self.fire_before(self.company, at);
        let mut ended = Vec::new();
        for duty in &self.records[self.company].duties {
            let rule = &self.program.rules[duty.rule];
            let Kind::Course(course) = &rule.kind else {
                continue;
            };
            let (Some((right, grace)), Some(person)) =
                (course.without_it, self.names.text(duty.person))
            else {
                continue;
            };
            let since = self.calendar_of(duty).add(duty.due, grace);
            if duty.is_owed() && duty.due != NEVER && since <= at {
                ended.push(EndedRight {
                    person: person.to_owned(),
                    right,
                    since,
                    rule: (*rule.key).clone(),
                });
            }
        }
        ended
    }

    /// A case joins the frame of a sample.
    pub(crate) fn frame(&mut self, rule: RuleIx, case: RecordIx, event: &Event<'_>) {
        let info = &self.program.rules[rule];
        let Kind::Sample(sample) = &info.kind else {
            return;
        };
        if !info.is_in_force(event.at) {
            return;
        }
        let client = self.client_of(case);
        let drawn = Drawn {
            at: event.at,
            id: self.records[case].id.as_str().to_owned(),
            client: client.map(|client| self.records[client].id.as_str().to_owned()),
            stratum: sample.by.as_ref().and_then(|by| self.value(case, by)),
            parts: self.records[case].parts.clone(),
        };
        match self.frames.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, frame)) => frame.push(drawn),
            None => self.frames.push((rule, vec![drawn])),
        }
    }

    /// The period is over: the frame is fixed and the sample drawn, the same for the same seed.
    fn draw(&mut self, rule: RuleIx, sample: &SampleInfo, at: Instant) {
        let Some((_, frame)) = self.frames.iter_mut().find(|(known, _)| *known == rule) else {
            return;
        };
        let (mut items, later): (Vec<Drawn>, Vec<Drawn>) = std::mem::take(frame)
            .into_iter()
            .partition(|item| item.at < at);
        *frame = later;
        items.sort_by(|one, other| one.id.cmp(&other.id));
        items.dedup_by(|one, other| one.id == other.id);
        let mut random = Random::new(self.seed ^ (at.micros() as u64) ^ u64::from(rule.0));
        for item in choose(items, sample, &mut random) {
            self.open_check(rule, &item, at);
        }
    }

    fn open_check(&mut self, rule: RuleIx, item: &Drawn, at: Instant) {
        let program = self.program;
        let info = &program.rules[rule];
        let record = match self.find(info.group, &item.id) {
            Some(known) => known,
            None => {
                // The case is over and forgotten: it comes back for its check alone.
                let hash = crate::ids::hash_of(info.group.0, &item.id);
                let made = self.make(info.group, info.noun, &item.id, hash);
                self.records[made].ended = item.at;
                if let (Some(client), Some(id)) = (program.client, &item.client) {
                    let links = &program.groups[info.group].links;
                    let slot = links.iter().position(|group| *group == client);
                    let target = self.find(client, id);
                    if let (Some(slot), Some(target)) = (slot, target) {
                        self.link(made, slot, target);
                    }
                }
                made
            }
        };
        if self.records[record].parts.is_empty() {
            self.records[record].parts.clone_from(&item.parts);
        }
        self.touch(record, at);
        self.open_for(rule, record, NOBODY, (at, NO_EVENT));
        self.set_wake(record, at.plus_micros(-1));
    }
}

fn period_of(kind: &Kind) -> Option<Period> {
    match kind {
        Kind::Calendar(period) | Kind::Report(period, _) => Some(*period),
        Kind::Sample(sample) => Some(sample.every),
        _ => None,
    }
}

/// Draws by strata in proportion, rounded up, at least one of each.
fn choose(items: Vec<Drawn>, sample: &SampleInfo, random: &mut Random) -> Vec<Drawn> {
    let total = items.len();
    let mut strata: Vec<(String, Vec<Drawn>)> = Vec::new();
    for item in items {
        let name = item
            .stratum
            .map_or_else(|| "unknown".to_owned(), |value| format!("{value:?}"));
        match strata.iter_mut().find(|(known, _)| *known == name) {
            Some((_, stratum)) => stratum.push(item),
            None => strata.push((name, vec![item])),
        }
    }
    strata.sort_by(|one, other| one.0.cmp(&other.0));
    let wanted = match sample.size {
        SampleSize::Percent(percent) => {
            let parts = percent.millionths().max(0) as u128 * total as u128;
            usize::try_from(parts.div_ceil(100_000_000)).unwrap_or(total)
        }
        SampleSize::Count(count) => count as usize,
    };
    let wanted = wanted.max(sample.at_least as usize).min(total);
    let mut drawn = Vec::new();
    for (_, mut stratum) in strata {
        let share = (wanted * stratum.len()).div_ceil(total.max(1));
        let share = share.clamp(1, stratum.len());
        for _ in 0..share {
            let place = random.below(stratum.len());
            drawn.push(stratum.swap_remove(place));
        }
    }
    drawn
}

/// The `SplitMix64` generator: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed % limit.max(1) as u64) as usize
    }
}
