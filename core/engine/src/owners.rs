//! Who owes a duty, who may do it, who hears of it.

use kept_kernel::Instant;
use kept_language::{Doer, RoleId};

use crate::event::{Actor, Event};
use crate::machine::Core;
use crate::program::{Kind, LevelInfo, Owner, PartyInfo, RuleInfo, Variant};
use crate::record::{Duty, NOBODY, NameIx, Note, RecordIx};

impl<'p> Core<'p> {
    /// The person who owes a duty, where the case names one: its own holder of the role, else its client's.
    pub(crate) fn owner_of(&self, record: RecordIx, duty: &Duty) -> NameIx {
        if duty.person != NOBODY {
            return duty.person;
        }
        let rule = &self.program.rules[duty.rule];
        match rule
            .variants
            .get(usize::from(duty.variant))
            .map(|v| &v.owner)
        {
            Some(Owner::Parties(parties)) => parties
                .first()
                .map_or(NOBODY, |party| self.party_person(record, *party)),
            _ => NOBODY,
        }
    }

    /// Who stands in for a person who is away then: the deputy, if there is one who is not away too.
    pub(crate) fn stand_in(&self, person: NameIx, at: Instant) -> Option<&'p str> {
        let people = &self.program.people;
        if people.is_empty() {
            return None;
        }
        let person = people.get(self.names.text(person)?)?;
        let deputy = person.deputy.as_deref();
        deputy.filter(|deputy| !person.is_present(at) && people.may_be_present(deputy, at))
    }

    fn party_person(&self, record: RecordIx, party: PartyInfo) -> NameIx {
        match party {
            PartyInfo::Role(role) => self.holder(record, role),
            PartyInfo::Part(part) => self.part(record, part),
        }
    }

    /// Whom a case names as a part.
    fn part(&self, record: RecordIx, part: NameIx) -> NameIx {
        let mut parts = self.records[record].parts.iter();
        parts
            .find(|(key, _)| *key == part)
            .map_or(NOBODY, |(_, person)| *person)
    }

    fn part_called(&self, record: RecordIx, part: &str) -> NameIx {
        // A record names few: to compare their texts is quicker than to look the name up.
        let mut parts = self.records[record].parts.iter();
        parts
            .find(|(key, _)| self.names.text(*key) == Some(part))
            .map_or(NOBODY, |(_, person)| *person)
    }

    /// Who holds a role for this case. A sale names its salesperson, which is also a role: that person holds it.
    pub(crate) fn holder(&self, record: RecordIx, role: RoleId) -> NameIx {
        let of = |record: RecordIx| {
            let holders = &self.records[record].holders;
            let found = holders.iter().find(|(held, _)| *held == role);
            found.map(|(_, person)| *person)
        };
        let named = || {
            let person = self.part(record, self.program.role_name(role));
            (person != NOBODY).then_some(person)
        };
        if !self.held {
            return named().unwrap_or(NOBODY);
        }
        of(record)
            .or_else(named)
            .or_else(|| self.client_of(record).and_then(of))
            .unwrap_or(NOBODY)
    }

    /// Whether a rung of the ladder can hear: it is not an owner of the duty, and not absent or gone.
    pub(crate) fn may_hear(
        &self,
        (record, duty): (RecordIx, &Duty),
        variant: &Variant,
        level: &LevelInfo,
        at: Instant,
    ) -> bool {
        let Some(party) = level.party else {
            return true;
        };
        if matches!(&variant.owner, Owner::Parties(parties) if parties.contains(&party)) {
            return false;
        }
        let person = self.party_person(record, party);
        match self.names.text(person) {
            Some(name) => {
                let owes = person == self.owner_of(record, duty);
                !owes && self.program.people.may_be_present(name, at)
            }
            None => match party {
                PartyInfo::Role(role) => self.somebody_present(role, at),
                PartyInfo::Part(_) => true,
            },
        }
    }

    /// Whether somebody who holds the role is there; yes where nothing is known of who holds it.
    fn somebody_present(&self, role: RoleId, at: Instant) -> bool {
        let mut holders = self.program.people.holders(role, at).peekable();
        holders.peek().is_none() || holders.any(|person| person.is_present(at))
    }

    /// Whether the register and the rule let this actor discharge the duty.
    pub(crate) fn may_do(
        &self,
        record: RecordIx,
        duty: &Duty,
        rule: &RuleInfo,
        event: &Event<'_>,
    ) -> bool {
        let Some(used) = rule.act else {
            return false;
        };
        let act = &self.program.register[self.program.uses[used].act];
        let variant = rule.variants.get(usize::from(duty.variant));
        let personally = variant.is_some_and(|variant| variant.personally);
        let own = match &rule.kind {
            Kind::Course(course) => return self.is_learner(duty, &course.name, event),
            Kind::Report(_, name) => event.case.id.eq_ignore_ascii_case(name),
            Kind::Review(review) => self.is_about(&review.code, event),
            Kind::Sample(_) => !self.is_performer(record, event),
            _ => true,
        };
        if !own {
            return false;
        }
        match event.actor {
            Actor::Unknown => true,
            Actor::System => !personally && (act.automatic || act.by.contains(&Doer::System)),
            Actor::Client => {
                let owes = variant.is_some_and(|variant| matches!(variant.owner, Owner::Client));
                owes || act.by.contains(&Doer::Client) || act.by.contains(&Doer::Anyone)
            }
            Actor::Person(person) => {
                let own = duty.person == NOBODY || self.names.text(duty.person) == Some(person);
                let allowed = act.by.is_empty()
                    || act
                        .by
                        .iter()
                        .any(|doer| self.is_doer(record, doer, person, event.at));
                let holds = !personally
                    || variant.is_none_or(|v| self.holds(record, &v.owner, person, event.at));
                own && allowed && holds
            }
        }
    }

    /// Whether an event is about this document: it names it, or none.
    pub(crate) fn is_about(&self, code: &str, event: &Event<'_>) -> bool {
        let document = self.program.register.noun("sop");
        let mut named = event
            .links
            .iter()
            .filter(|link| Some(link.noun) == document);
        let first = named.next();
        first.is_none_or(|first| {
            let mut all = std::iter::once(first).chain(named);
            all.any(|link| link.id.eq_ignore_ascii_case(code))
        })
    }

    /// Whether the case names who did it: nobody checks their own work.
    fn is_performer(&self, record: RecordIx, event: &Event<'_>) -> bool {
        let Actor::Person(person) = event.actor else {
            return false;
        };
        let mut parts = self.records[record].parts.iter();
        parts.any(|(_, named)| self.names.text(*named) == Some(person))
    }

    /// A session counts for the person whom it names, else for who recorded it.
    fn is_learner(&self, duty: &Duty, course: &str, event: &Event<'_>) -> bool {
        let person = self.names.text(duty.person);
        let mut named = event.parts.iter().map(|(_, person)| *person).peekable();
        let own = match (named.peek(), event.actor) {
            (Some(_), _) => named.any(|named| Some(named) == person),
            (None, Actor::Person(actor)) => Some(actor) == person,
            _ => false,
        };
        own && event.case.id.eq_ignore_ascii_case(course)
    }

    fn is_doer(&self, record: RecordIx, doer: &Doer, person: &str, at: Instant) -> bool {
        match doer {
            Doer::Anyone => true,
            Doer::Client | Doer::System => false,
            Doer::Role(role) => self.program.people.may_hold(person, *role, at),
            Doer::Part(part) => {
                let named = self.names.text(self.part_called(record, part));
                named.is_none_or(|name| name == person)
            }
        }
    }

    /// Whether a person is of those who owe.
    pub(crate) fn holds(&self, record: RecordIx, owner: &Owner, person: &str, at: Instant) -> bool {
        let people = &self.program.people;
        match owner {
            Owner::Parties(parties) => parties.iter().any(|party| match party {
                PartyInfo::Role(role) => people.may_hold(person, *role, at),
                PartyInfo::Part(part) => self
                    .names
                    .text(self.part(record, *part))
                    .is_none_or(|name| name == person),
            }),
            Owner::Each(role) => people.may_hold(person, *role, at),
            Owner::Everyone(_) | Owner::Learners(..) => true,
            Owner::Client | Owner::System => false,
        }
    }

    /// Takes over who is named by an event; duties that so change hands say it.
    pub(crate) fn take_people(&mut self, record: RecordIx, event: &Event<'_>) {
        if event.parts.is_empty() && event.holders.is_empty() {
            return;
        }
        if self.names_the_same(record, event) {
            return;
        }
        // Who owed what is asked only where it goes on record.
        let noted = !self.records[record].quiet;
        let before = if noted {
            self.owners(record)
        } else {
            Vec::new()
        };
        for (part, person) in event.parts {
            let (part, person) = (self.names.of(part), self.names.of(person));
            set(&mut self.records[record].parts, part, person);
        }
        self.held |= !event.holders.is_empty();
        for (role, person) in event.holders {
            let person = self.names.of(person);
            set(&mut self.records[record].holders, *role, person);
        }
        if before.is_empty() {
            return;
        }
        let after = self.owners(record);
        for (place, (old, new)) in before.into_iter().zip(after).enumerate() {
            let Some(duty) = self.duty(record, place) else {
                continue;
            };
            if old != new && old != NOBODY && duty.is_owed() {
                let note = Note::Reassigned(new);
                self.records[record].note(duty.serial, event.at, event.place, note);
            }
        }
    }

    /// Whether an event names only whom the case names already, as most do.
    fn names_the_same(&self, record: RecordIx, event: &Event<'_>) -> bool {
        let parts = &self.records[record].parts;
        let named = |part: &str, person: &str| {
            parts.iter().any(|(key, known)| {
                self.names.text(*key) == Some(part) && self.names.text(*known) == Some(person)
            })
        };
        event.holders.is_empty() && event.parts.iter().all(|(part, person)| named(part, person))
    }

    fn owners(&self, record: RecordIx) -> Vec<NameIx> {
        let duties = &self.records[record].duties;
        duties
            .iter()
            .map(|duty| self.owner_of(record, duty))
            .collect()
    }
}

fn set<K: PartialEq>(list: &mut Vec<(K, NameIx)>, key: K, person: NameIx) {
    match list.iter_mut().find(|(known, _)| *known == key) {
        Some((_, kept)) => *kept = person,
        None => list.push((key, person)),
    }
}
