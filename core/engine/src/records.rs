//! Finding records by their ids, linking them, and forgetting them.

use std::hash::Hasher;

use kept_kernel::Instant;
use kept_language::NounId;
use rustc_hash::FxHasher;

use crate::event::{Event, Record as Named};
use crate::machine::{Core, Opening};
use crate::program::GroupIx;
use crate::record::{Link, NO_RECORD, RecordIx};

fn hash_of(group: GroupIx, id: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u32(group.0);
    hasher.write(id.as_bytes());
    hasher.finish()
}

impl Core<'_> {
    pub(crate) fn find(&self, group: GroupIx, id: &str) -> Option<RecordIx> {
        let mut at = self.by_id.get(&hash_of(group, id)).copied();
        while let Some(record) = at {
            let found = &self.records[record];
            if found.group == group && found.id == id {
                return Some(record);
            }
            at = found.twin;
        }
        None
    }

    pub(crate) fn make(&mut self, group: GroupIx, noun: NounId, id: &str, at: Instant) -> RecordIx {
        let hash = hash_of(group, id);
        let made = self.records.take();
        let twin = self.by_id.insert(hash, made);
        let record = &mut self.records[made];
        record.reset();
        record.group = group;
        record.noun = noun.0;
        record.id.push_str(id);
        record.hash = hash;
        record.twin = twin;
        record.began = at;
        made
    }

    /// The record of this id, made if it is new; a new one's rhythms begin.
    pub(crate) fn find_or_make(&mut self, named: Named<'_>, at: Instant, cause: u64) -> RecordIx {
        let program = self.program;
        let group = program.group(named.noun).unwrap_or(program.company);
        if group == program.company {
            return self.company;
        }
        if let Some(found) = self.find(group, named.id) {
            return found;
        }
        let made = self.make(group, named.noun, named.id, at);
        for rule in &program.groups[group].rhythms {
            self.queue.push(Opening::Rhythm(*rule, made, cause));
        }
        if !program.groups[group].definitions.is_empty() {
            self.changed.push(made);
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
            let known = self.records[record].link(slot);
            if known.is_some_and(|known| self.records[known].id == linked.id) {
                continue;
            }
            let target = self.find_or_make(*linked, event.at, event.place);
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
        self.unlink(record, slot);
        let place = self.records[target].members.len() as u32;
        self.records[target].members.push(record);
        let links = &mut self.records[record].links;
        if links.len() <= slot {
            links.resize(slot + 1, Link::default());
        }
        if let Some(link) = links.get_mut(slot) {
            *link = Link { to: target, place };
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
        let old = std::mem::take(link);
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
        if !found.alive || record == self.company || !found.members.is_empty() {
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
        if over && !busy && !runs && !needed {
            self.forget(record);
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
        let (hash, twin) = (self.records[record].hash, self.records[record].twin);
        if self.by_id.get(&hash) == Some(&record) {
            match twin {
                Some(twin) => self.by_id.insert(hash, twin),
                None => self.by_id.remove(&hash),
            };
        } else {
            let mut at = self.by_id.get(&hash).copied();
            while let Some(before) = at {
                at = self.records[before].twin;
                if at == Some(record) {
                    self.records[before].twin = twin;
                    break;
                }
            }
        }
        self.records[record].alive = false;
        self.records[record].wake = crate::clock::NEVER;
        self.records.free(record);
    }
}
