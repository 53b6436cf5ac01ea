//! Finding records by their ids, linking them, and forgetting them.

use kept_language::NounId;

use crate::event::{Event, Record as Named};
use crate::ids::hash_of;
use crate::machine::{Core, Opening};
use crate::program::{GroupIx, IdentIx};
use crate::reading::Reads;
use crate::record::{Link, NO_RECORD, NameIx, RecordIx};

impl Core<'_> {
    pub(crate) fn find(&mut self, group: GroupIx, id: &str) -> Option<RecordIx> {
        let hash = hash_of(group.0, id);
        let found = self.find_hashed(group, id, hash);
        found.or_else(|| self.bring_back(group, id, hash))
    }

    fn find_hashed(&self, group: GroupIx, id: &str, hash: u64) -> Option<RecordIx> {
        self.by_id.find(hash, |record| {
            let found = &self.records[record];
            found.id.is(id) && found.group == group
        })
    }

    /// A place for a record, as new.
    pub(crate) fn new_record(&mut self) -> RecordIx {
        let made = self.records.take();
        self.births += 1;
        let record = &mut self.records[made];
        record.reset();
        record.born = self.births;
        made
    }

    pub(crate) fn make(&mut self, group: GroupIx, noun: NounId, id: &str, hash: u64) -> RecordIx {
        let made = self.new_record();
        self.by_id.insert(hash, made);
        let record = &mut self.records[made];
        record.quiet = !self.entries;
        record.group = group;
        record.noun = noun.0;
        record.id.set(id);
        record.hash = hash;
        made
    }

    /// The record of this id, made if it is new; a new one's rhythms begin.
    pub(crate) fn find_or_make(&mut self, named: Named<'_>, cause: u64) -> RecordIx {
        let program = self.program;
        let group = program.group(named.noun).unwrap_or(program.company);
        if group == program.company {
            return self.company;
        }
        let hash = hash_of(group.0, named.id);
        if let Some(found) = self.find_hashed(group, named.id, hash) {
            return found;
        }
        if let Some(found) = self.bring_back(group, named.id, hash) {
            return found;
        }
        let made = self.make(group, named.noun, named.id, hash);
        for rule in &program.groups[group].rhythms {
            self.queue.push(Opening::Rhythm(*rule, made, cause));
        }
        if !program.groups[group].definitions.is_empty() {
            self.changed.push(made);
            self.changes = Reads::ANYTHING;
        }
        made
    }

    /// Takes over the records that an event says the case belongs to. Tells whether one is new to it.
    pub(crate) fn take_links(&mut self, record: RecordIx, event: &Event<'_>) -> bool {
        let program = self.program;
        let mut new = false;
        for linked in event.links {
            let Some(group) = program.group(linked.noun) else {
                continue;
            };
            let own = self.records[record].group;
            let links = &program.groups[own].links;
            let Some(slot) = links.iter().position(|other| *other == group) else {
                continue;
            };
            let hash = hash_of(group.0, linked.id);
            let known = self.records[record].links.get(slot);
            if known.is_some_and(|known| known.to != NO_RECORD && known.hash == hash) {
                continue;
            }
            let target = self.find_or_make(*linked, event.place);
            self.touch(target, event.at);
            self.link(record, slot, target);
            new = true;
        }
        if new && event.links.len() > 1 {
            self.link_among(record);
        }
        new
    }

    /// Records that one event names belong together: a project that comes with an agreement has its client.
    fn link_among(&mut self, record: RecordIx) {
        let program = self.program;
        let all: Vec<RecordIx> = self.records[record].links.iter().map(|l| l.to).collect();
        for from in all.iter().copied().filter(|from| *from != NO_RECORD) {
            let groups = &program.groups[self.records[from].group].links;
            for (slot, group) in groups.iter().enumerate() {
                let named = all
                    .iter()
                    .copied()
                    .find(|to| *to != NO_RECORD && self.records[*to].group == *group);
                if let (Some(to), None) = (named, self.records[from].link(slot)) {
                    self.link(from, slot, to);
                    self.changed.push(from);
                }
            }
        }
    }

    pub(crate) fn link(&mut self, record: RecordIx, slot: usize, target: RecordIx) {
        if let Some(old) = self.records[record].link(slot) {
            // What read this record through the old one is not told: it is to judge all again.
            let mut readers = Vec::new();
            self.search += 1;
            self.readers(old, &mut readers);
            for reader in readers {
                self.records[reader].stale = true;
            }
        }
        self.unlink(record, slot);
        let found = &mut self.records[target];
        let hash = found.hash;
        let place = found.members.len() as u32;
        found.held += 1;
        if self.program.groups[found.group].enumerated {
            found.members.push(record);
        }
        let links = &mut self.records[record].links;
        if links.len() <= slot {
            links.resize(slot + 1, Link::default());
        }
        if let Some(link) = links.get_mut(slot) {
            *link = Link {
                to: target,
                place,
                hash,
            };
        }
        self.count(record, target);
    }

    fn count(&mut self, record: RecordIx, target: RecordIx) {
        let group = self.records[record].group;
        let own = self.records[target].group;
        if !self.program.groups[own].counted.contains(&group) {
            return;
        }
        let counts = &mut self.records[target].rare_mut().counts;
        match counts.iter_mut().find(|(known, _)| *known == group) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => counts.push((group, 1)),
        }
    }

    fn unlink(&mut self, record: RecordIx, slot: usize) {
        let Some(link) = self.records[record].links.get_mut(slot) else {
            return;
        };
        let to = link.to;
        if to == NO_RECORD {
            return;
        }
        let found = &mut self.records[to];
        found.held = found.held.saturating_sub(1);
        self.leave_members(record, slot);
        if let Some(link) = self.records[record].links.get_mut(slot) {
            *link = Link::default();
        }
    }

    /// Stands no longer among the members of the record that a link leads to.
    pub(crate) fn leave_members(&mut self, record: RecordIx, slot: usize) {
        let Some(old) = self.records[record].links.get(slot).copied() else {
            return;
        };
        if old.to == NO_RECORD {
            return;
        }
        let members = &mut self.records[old.to].members;
        let place = old.place as usize;
        if place >= members.len() {
            return;
        }
        members.swap_remove(place);
        let Some(moved) = members.get(place).copied() else {
            return;
        };
        let last = members.len() as u32;
        // The member that took the freed place may be linked here by another of its links: the one at the end moved.
        let links = &mut self.records[moved].links;
        let found = links
            .iter_mut()
            .find(|link| link.to == old.to && link.place == last);
        if let Some(link) = found {
            link.place = old.place;
        }
    }

    /// Forgets a record that nothing can come back to.
    pub(crate) fn forget_if_over(&mut self, record: RecordIx) {
        let program = self.program;
        let found = &self.records[record];
        let group = &program.groups[found.group];
        if !found.alive || record == self.company || found.held > 0 {
            return;
        }
        let busy = found
            .duties
            .iter()
            .any(|duty| duty.is_owed() || (!found.is_over() && duty.is_alive()));
        let runs = found
            .rare
            .as_ref()
            .is_some_and(|rare| rare.runs.iter().any(|run| !run.over));
        let over = found.is_over() || (group.moment && found.served);
        let needed = group.returns || group.read_above || !group.rhythms.is_empty();
        if !over || runs {
            return;
        }
        if !busy && !needed {
            self.forget(record);
        } else if found.is_over() {
            self.archive(record);
        }
    }

    fn forget(&mut self, record: RecordIx) {
        for slot in 0..self.records[record].links.len() {
            let to = self.records[record].link(slot);
            self.unlink(record, slot);
            if let Some(to) = to
                && self.records[to].is_over()
            {
                self.forget_if_over(to);
            }
        }
        self.remember_cycles(record);
        self.drop_record(record);
    }

    /// A rule that can be triggered again on a case counts on, though the case is forgotten: that takes a number for
    /// each such rule, and nothing for those that only the beginning of a case triggers.
    fn remember_cycles(&mut self, record: RecordIx) {
        let found = &self.records[record];
        for duty in &found.duties {
            if self.program.rules[duty.rule].again && duty.cycle > 0 {
                let key = cycles_of(found.hash, duty.ident, duty.person);
                self.cycles.insert(key, duty.cycle);
            }
        }
    }

    /// How many cycles a duty had before its case was forgotten.
    pub(crate) fn cycles_before(
        &mut self,
        record: RecordIx,
        ident: IdentIx,
        person: NameIx,
    ) -> u32 {
        if self.cycles.is_empty() {
            return 0;
        }
        let key = cycles_of(self.records[record].hash, ident, person);
        self.cycles.remove(&key).unwrap_or(0)
    }

    /// Gives the place of a record back.
    pub(crate) fn drop_record(&mut self, record: RecordIx) {
        let hash = self.records[record].hash;
        self.by_id.remove(hash, record);
        self.records[record].alive = false;
        self.records[record].wake = crate::clock::NEVER;
        self.records.free(record);
    }
}

/// What stands for a duty of a case that is forgotten.
fn cycles_of(case: u64, ident: IdentIx, person: NameIx) -> u64 {
    let own = u64::from(ident.0) << 32 | u64::from(person.0);
    (case ^ own.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .rotate_left(29)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9)
}
