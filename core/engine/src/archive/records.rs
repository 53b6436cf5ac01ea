//! Which records go into the archive, and how they come back.

use kept_kernel::Instant;
use kept_language::{ActId, RoleId};

use super::{Reader, Writer, duties};
use crate::clock::NEVER;
use crate::ids::hash_of;
use crate::machine::Core;
use crate::program::{Back, GroupIx};
use crate::record::{Duty, Known, Link, NameIx, Record, RecordIx};

impl Core<'_> {
    /// Puts a record that is over into the archive, where nothing looks for it from elsewhere. Time is lazy there too.
    pub(crate) fn archive(&mut self, record: RecordIx) {
        let found = &self.records[record];
        let fits = duties::fit(found, self.program);
        if !fits || !self.program.groups[found.group].archived {
            return;
        }
        let waits = found.wake != NEVER || found.duties.iter().any(Duty::is_owed);
        self.writing.begin();
        write(found, &mut self.writing);
        write_links(found, &mut self.writing);
        let shapes = self.archive.shapes_mut();
        duties::write(found, self.program, &mut self.writing, shapes);
        duties::write_entries(found, &mut self.writing);
        let hash = found.hash;
        let rare = self.records[record].rare.take();
        let rare = rare.filter(|rare| rare.matters());
        let Some(place) = self.archive.put(hash, (&mut self.writing, waits), rare) else {
            return;
        };
        if self.program.groups[self.records[record].group].sought {
            self.list_resting(record, place);
        }
        self.put_away(record);
    }

    /// Notes a place of the archive with what its record belongs to, where acts on that may be sought from here.
    fn list_resting(&mut self, record: RecordIx, place: RecordIx) {
        for slot in 0..self.records[record].links.len() {
            let Some(to) = self.records[record].link(slot) else {
                continue;
            };
            if !self.program.groups[self.records[to].group].enumerated {
                continue;
            }
            let resting = &mut self.records[to].rare_mut().resting;
            // A record that came back leaves its place here until there is no room: so each costs little.
            if resting.len() == resting.capacity() {
                resting.retain(|place| self.archive.holds(*place, false));
                resting.sort_unstable();
                resting.dedup();
            }
            resting.push(place);
        }
    }

    /// Brings back what lies in the archive at the end of a way back, before the way is gone; with `waiting` only
    /// where something is still owed.
    pub(crate) fn bring_back_members(&mut self, on: RecordIx, back: &[Back], waiting: bool) {
        let Some((first, rest)) = back.split_first() else {
            return;
        };
        match first {
            Back::Company => self.bring_back_members(self.company, rest, waiting),
            Back::Link(link) => {
                if let Some(to) = self.records[on].link(*link) {
                    self.bring_back_members(to, rest, waiting);
                }
            }
            Back::Members(_) => {
                self.bring_back_resting(on, waiting);
                for place in 0..self.records[on].members.len() {
                    if let Some(member) = self.records[on].members.get(place).copied()
                        && !rest.is_empty()
                    {
                        self.bring_back_members(member, rest, waiting);
                    }
                }
            }
        }
    }

    fn bring_back_resting(&mut self, on: RecordIx, waiting: bool) {
        let Some(rare) = &mut self.records[on].rare else {
            return;
        };
        let mut resting = std::mem::take(&mut rare.resting);
        resting.sort_unstable();
        resting.dedup();
        resting.retain(|place| {
            let wanted = self.archive.holds(*place, waiting);
            if wanted {
                self.restore_at(*place, false);
            }
            !wanted
        });
        self.records[on].rare_mut().resting = resting;
    }

    /// Gives the place of a record back; what it belongs to stays, for it may come again.
    pub(crate) fn put_away(&mut self, record: RecordIx) {
        for slot in 0..self.records[record].links.len() {
            self.leave_members(record, slot);
        }
        self.drop_record(record);
    }

    /// Makes a record of the archive whole again.
    pub(crate) fn bring_back(&mut self, group: GroupIx, id: &str, hash: u64) -> Option<RecordIx> {
        if self.archive.is_empty() {
            return None;
        }
        let place = self.archive.find(hash, group.0, id)?;
        Some(self.restore(place, hash, false))
    }

    /// Makes all whole for which something is owed, or time alone will change something.
    pub(crate) fn bring_back_waiting(&mut self) {
        let mut from = RecordIx(0);
        while self.bring_back_next(&mut from, false).is_some() {}
    }

    /// Makes the next such whole; at the end of a run only as far as what is owed needs it.
    pub(crate) fn bring_back_next(
        &mut self,
        from: &mut RecordIx,
        at_end: bool,
    ) -> Option<RecordIx> {
        let place = self.archive.next_waiting(*from)?;
        *from = place;
        Some(self.restore_at(place, at_end))
    }

    fn restore_at(&mut self, place: RecordIx, at_end: bool) -> RecordIx {
        let mut reading = self.archive.read(place);
        let group = reading.number() as u32;
        let id = std::str::from_utf8(reading.text()).unwrap_or_default();
        let hash = hash_of(group, id);
        self.restore(place, hash, at_end)
    }

    fn restore(&mut self, place: RecordIx, hash: u64, at_end: bool) -> RecordIx {
        let made = self.new_record();
        let record = &mut self.records[made];
        record.stale = true;
        record.quiet = !self.entries;
        record.hash = hash;
        let mut reading = self.archive.read(place);
        read(record, &mut reading);
        let links = reading.number();
        for _ in 0..links {
            // A record that links elsewhere keeps that one in memory.
            let to = RecordIx((reading.number() as u32).wrapping_sub(1));
            self.records[made].links.push(Link {
                to,
                ..Link::default()
            });
        }
        let record = &mut self.records[made];
        let shapes = (self.archive.shapes(), at_end);
        duties::read(record, self.program, &mut reading, shapes);
        duties::read_entries(record, &mut reading);
        record.rare = if at_end {
            self.archive.empty(place)
        } else {
            self.by_id.insert(hash, made);
            self.archive.remove(hash, place)
        };
        for slot in 0..self.records[made].links.len() {
            self.join_members(made, slot);
        }
        made
    }

    /// Stands again among the members of the record that a link leads to.
    fn join_members(&mut self, record: RecordIx, slot: usize) {
        let Some(to) = self.records[record].link(slot) else {
            return;
        };
        let found = &mut self.records[to];
        let (hash, place) = (found.hash, found.members.len() as u32);
        if self.program.groups[found.group].enumerated {
            found.members.push(record);
        }
        if let Some(link) = self.records[record].links.get_mut(slot) {
            *link = Link { to, place, hash };
        }
    }
}

/// Writes what lies on a record itself.
fn write(record: &Record, writing: &mut Writer) {
    let now = record.now;
    writing.number(u64::from(record.group.0));
    writing.text(record.id.as_str());
    writing.number(u64::from(record.noun));
    writing.instant(now, Instant::from_micros(0));
    writing.instant(record.ended, now);
    writing.instant(record.reopened, now);
    writing.instant(record.wake, now);
    writing.instant(record.recheck, now);
    writing.number(record.states);
    writing.number(record.doubtful_states);
    writing.number(u64::from(record.serial));
    writing.number(u64::from(record.served));
    writing.number(record.begun_by.map_or(0, |act| u64::from(act.0) + 1));
    let known = |place: &usize| {
        let known = record.facts.get(*place).copied().unwrap_or_default();
        known.value.is_some() || known.by_hand
    };
    let facts = (0..record.facts.len()).filter(known);
    writing.number(facts.clone().count() as u64);
    for place in facts {
        let fact = record.facts.get(place).copied().unwrap_or_default();
        writing.number((place as u64) << 1 | u64::from(fact.by_hand));
        writing.value(fact.value, now);
    }
    let marks = (0..record.marks.len()).filter(|place| record.mark(*place).first != NEVER);
    writing.number(marks.clone().count() as u64);
    for place in marks {
        let mark = record.mark(place);
        writing.number(place as u64);
        writing.instant(mark.first, now);
        writing.instant(mark.last, mark.first);
    }
    writing.number(record.parts.len() as u64);
    for (part, person) in &record.parts {
        writing.number(u64::from(part.0));
        writing.number(u64::from(person.0.wrapping_add(1)));
    }
    writing.number(record.holders.len() as u64);
    for (role, person) in &record.holders {
        writing.number(u64::from(role.0));
        writing.number(u64::from(person.0.wrapping_add(1)));
    }
}

fn read(record: &mut Record, reading: &mut Reader<'_>) {
    record.group = GroupIx(reading.number() as u32);
    record
        .id
        .set(std::str::from_utf8(reading.text()).unwrap_or_default());
    record.noun = reading.number() as u16;
    let now = reading.instant(Instant::from_micros(0));
    record.now = now;
    record.ended = reading.instant(now);
    record.reopened = reading.instant(now);
    record.wake = reading.instant(now);
    record.recheck = reading.instant(now);
    record.states = reading.number();
    record.doubtful_states = reading.number();
    record.serial = reading.number() as u32;
    record.served = reading.number() != 0;
    let begun_by = reading.number().checked_sub(1);
    record.begun_by = begun_by.map(|act| ActId(act as u16));
    for _ in 0..reading.number() {
        let place = reading.number();
        let slot = (place >> 1) as usize;
        if record.facts.len() <= slot {
            record.facts.resize(slot + 1, Known::default());
        }
        let value = reading.value(now);
        if let Some(known) = record.facts.get_mut(slot) {
            known.value = value;
            known.by_hand = place & 1 != 0;
        }
    }
    for _ in 0..reading.number() {
        let place = reading.number() as usize;
        let first = reading.instant(now);
        record.set_mark(place, first);
        record.set_mark(place, reading.instant(first));
    }
    let name = |reading: &mut Reader<'_>| NameIx((reading.number() as u32).wrapping_sub(1));
    for _ in 0..reading.number() {
        let part = NameIx(reading.number() as u32);
        record.parts.push((part, name(reading)));
    }
    for _ in 0..reading.number() {
        let role = RoleId(reading.number() as u16);
        record.holders.push((role, name(reading)));
    }
}

fn write_links(record: &Record, writing: &mut Writer) {
    writing.number(record.links.len() as u64);
    for link in &record.links {
        writing.number(u64::from(link.to.0.wrapping_add(1)));
    }
}
