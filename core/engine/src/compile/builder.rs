//! The lists that grow while documents are compiled, and how names become positions in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use kept_kernel::Instant;
use kept_language::ast::{ActUse, RuleKey};
use kept_language::{ActId, Document, FactId, NounId, Register, StateId};

use super::{CalendarList, Compiled};
use crate::list::List;
use crate::names::Names;
use crate::people::People;
use crate::program::{
    ActInfo, Back, CalendarIx, Calendars, DefinitionInfo, DefinitionIx, FactInfo, FactUse,
    GrantInfo, Group, GroupIx, Hop, Hops, Ident, IdentIx, MarkUse, ProcedureInfo, ProcedureIx,
    RuleInfo, RuleIx, StateUse, TableInfo, TableIx, TransitionInfo, Use, UseIx,
};
use crate::reading::Reads;

pub(crate) struct Builder<'a> {
    pub(crate) register: &'a Register,
    pub(crate) people: People,
    pub(crate) names: Names,
    /// All documents in the order in which they take effect.
    pub(crate) documents: Vec<(&'a Document, Instant)>,
    pub(crate) calendars: CalendarList,
    pub(crate) team_calendars: BTreeMap<String, CalendarIx>,
    pub(crate) client_calendars: BTreeMap<String, CalendarIx>,
    pub(crate) groups: List<GroupIx, Group>,
    pub(crate) group_of: Vec<GroupIx>,
    pub(crate) client: Option<GroupIx>,
    pub(crate) tier: Option<(FactId, usize)>,
    pub(crate) company: GroupIx,
    pub(crate) acts: Vec<ActInfo>,
    pub(crate) facts: Vec<FactInfo>,
    /// How many facts something reads.
    read_facts: u32,
    pub(crate) uses: List<UseIx, Use>,
    pub(crate) rules: List<RuleIx, RuleInfo>,
    pub(crate) idents: List<IdentIx, Ident>,
    by_key: BTreeMap<RuleKey, IdentIx>,
    pub(crate) tables: List<TableIx, TableInfo>,
    pub(crate) table_keys: Vec<(String, String, Instant, GroupIx, TableIx)>,
    pub(crate) definitions: List<DefinitionIx, DefinitionInfo>,
    pub(crate) procedures: List<ProcedureIx, ProcedureInfo>,
    pub(crate) asks_events: bool,
    pub(crate) boundaries: Vec<Instant>,
    pub(crate) transitions: Vec<TransitionInfo>,
    pub(crate) calendar_rules: Vec<RuleIx>,
    pub(crate) grants: Vec<GrantInfo>,
    pub(crate) renamed: BTreeMap<RuleKey, RuleKey>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(register: &'a Register, calendars: Calendars, people: People) -> Self {
        let mut list = CalendarList::default();
        list.push(("the company's calendar".into(), calendars.company));
        let mut named = |what: &str, all: BTreeMap<String, Arc<kept_calendar::Calendar>>| {
            all.into_iter()
                .map(|(name, calendar)| {
                    let words = format!("the calendar of {what} {name}");
                    (name, list.push((words.into(), calendar)))
                })
                .collect::<BTreeMap<_, _>>()
        };
        let team_calendars = named("team", calendars.teams);
        let client_calendars = named("client", calendars.clients);
        let mut builder = Self {
            register,
            people,
            names: Names::default(),
            documents: Vec::new(),
            calendars: list,
            team_calendars,
            client_calendars,
            groups: List::default(),
            group_of: Vec::new(),
            client: None,
            tier: None,
            company: GroupIx(0),
            acts: Vec::new(),
            facts: Vec::new(),
            read_facts: 0,
            uses: List::default(),
            rules: List::default(),
            idents: List::default(),
            by_key: BTreeMap::new(),
            tables: List::default(),
            table_keys: Vec::new(),
            definitions: List::default(),
            procedures: List::default(),
            asks_events: false,
            boundaries: Vec::new(),
            transitions: Vec::new(),
            calendar_rules: Vec::new(),
            grants: Vec::new(),
            renamed: BTreeMap::new(),
        };
        builder.make_groups();
        builder.make_acts();
        builder
    }

    fn make_groups(&mut self) {
        let mut by_record: BTreeMap<&str, GroupIx> = BTreeMap::new();
        for (_, noun) in self.register.nouns() {
            let group = match by_record.get(noun.record.as_str()) {
                Some(group) => *group,
                None => {
                    let group = self.groups.push(Group {
                        moment: true,
                        ..Group::default()
                    });
                    by_record.insert(&noun.record, group);
                    group
                }
            };
            self.group_of.push(group);
        }
        if self.groups.len() == 0 {
            self.groups.push(Group::default());
        }
        let group_of = self.group_of.clone();
        let of = |noun: NounId| group_of.get(noun.index()).copied();
        for (id, noun) in self.register.nouns() {
            let Some(own) = of(id) else { continue };
            if !noun.ends.is_empty() {
                self.groups[own].moment = false;
            }
            for reached in noun.reaches.iter().filter_map(|noun| of(*noun)) {
                let links = &mut self.groups[own].links;
                if reached != own && !links.contains(&reached) {
                    links.push(reached);
                }
            }
        }
        self.client = self.register.noun("client").and_then(of);
        self.company = of(self.register.company()).unwrap_or(GroupIx(0));
    }

    fn make_acts(&mut self) {
        self.acts = vec![ActInfo::default(); self.register.acts().count()];
        self.facts = vec![FactInfo::default(); self.register.facts().count()];
        for (id, fact) in self.register.facts() {
            let group = self.group_of.get(fact.noun.index()).copied();
            if let Some(info) = self.facts.get_mut(id.index()) {
                info.group = group;
            }
        }
        for (id, act) in self.register.acts() {
            let group = self.group_of.get(act.case.index()).copied();
            let counts = closure(self.register, id);
            if let Some(info) = self.acts.get_mut(id.index()) {
                info.group = group;
                info.counts = counts;
            }
        }
        for (_, noun) in self.register.nouns() {
            let mut mark = |acts: &[ActId], set: fn(&mut ActInfo)| {
                for act in acts {
                    if let Some(info) = self.acts.get_mut(act.index()) {
                        set(info);
                    }
                }
            };
            mark(&noun.begins, |act| act.begins = true);
            mark(&noun.ends, |act| act.ends = true);
            mark(&noun.voids, |act| act.voids = true);
            mark(&noun.reopens, |act| act.reopens = true);
        }
        if let Some(client) = self.register.noun("client")
            && let Some(tier) = self.register.fact(client, "tier")
        {
            self.tier = self.slot(tier).map(|slot| (tier, slot));
        }
    }

    pub(crate) fn boundary(&mut self, at: Instant) {
        self.boundaries.push(at);
    }

    /// The identity of a rule, which a renaming carries on.
    pub(crate) fn ident(&mut self, key: &RuleKey, before: Option<&RuleKey>) -> IdentIx {
        if let Some(ident) = self.by_key.get(key) {
            return *ident;
        }
        let known = before.and_then(|key| self.by_key.get(key)).copied();
        let ident = known.unwrap_or_else(|| self.idents.push(Ident::default()));
        self.idents[ident].key = Some(Arc::new(key.clone()));
        self.by_key.insert(key.clone(), ident);
        ident
    }

    pub(crate) fn known_ident(&self, key: &RuleKey) -> Compiled<IdentIx> {
        self.by_key
            .get(key)
            .copied()
            .ok_or_else(|| format!("There is no rule {}/{}.", key.code, key.id))
    }

    pub(crate) fn group(&self, noun: NounId) -> Compiled<GroupIx> {
        self.group_of
            .get(noun.index())
            .copied()
            .ok_or_else(|| "It names a noun that the register does not have.".to_owned())
    }

    /// The way from one record to another, one step; none where both are one record.
    fn hop(&self, from: GroupIx, to: NounId) -> Compiled<Option<Hop>> {
        let target = self.group(to)?;
        if target == from {
            return Ok(None);
        }
        if let Some(link) = self.groups[from].links.iter().position(|g| *g == target) {
            return Ok(Some(Hop::Link(link)));
        }
        if from == self.company || self.groups[target].links.contains(&from) {
            return Ok(Some(Hop::Many(target, to)));
        }
        Err(format!(
            "“{}” cannot be reached from the case.",
            self.register[to].says
        ))
    }

    pub(crate) fn hops(&self, from: GroupIx, path: &[NounId]) -> Compiled<Hops> {
        let mut at = from;
        let mut hops = Vec::new();
        for noun in path {
            hops.extend(self.hop(at, *noun)?);
            at = self.group(*noun)?;
        }
        Ok(hops.into())
    }

    /// The way back from the record at the end of a path to the case.
    pub(crate) fn back(&mut self, from: GroupIx, path: &[NounId]) -> Compiled<Box<[Back]>> {
        let mut at = from;
        let mut back = Vec::new();
        for noun in path {
            let target = self.group(*noun)?;
            match self.hop(at, *noun)? {
                Some(Hop::Link(_)) => {
                    self.groups[target].enumerated = true;
                    self.groups[at].sought = true;
                    back.push(Back::Members(at));
                }
                Some(Hop::Many(..)) => {
                    let link = self.groups[target].links.iter().position(|g| *g == at);
                    back.push(link.map_or(Back::Company, Back::Link));
                }
                None => {}
            }
            at = target;
        }
        back.reverse();
        Ok(back.into())
    }

    /// Notes that what lies at the end of the way is read from where it starts.
    fn note_read(&mut self, from: GroupIx, hops: &[Hop]) {
        let mut at = from;
        for hop in hops {
            match hop {
                Hop::Link(link) => {
                    let next = self.groups[at].links.get(*link).copied().unwrap_or(at);
                    self.groups[next].read_below = true;
                    self.groups[next].enumerated = true;
                    at = next;
                }
                Hop::Many(group, _) => {
                    self.groups[at].enumerated = true;
                    self.groups[*group].read_above = true;
                    at = *group;
                }
            }
        }
        self.groups[at].used = true;
    }

    /// The place of a fact's value on its record.
    pub(crate) fn slot(&mut self, fact: FactId) -> Option<usize> {
        self.read_fact(fact);
        let info = self.facts.get_mut(fact.index())?;
        if info.slot.is_none() {
            let facts = &mut self.groups[info.group?].facts;
            info.slot = Some(facts.len());
            facts.push(fact);
        }
        info.slot
    }

    /// Notes that something reads a fact; what a change of it touches from then on.
    pub(crate) fn read_fact(&mut self, fact: FactId) -> Reads {
        let Some(info) = self.facts.get_mut(fact.index()) else {
            return Reads::NOTHING;
        };
        if info.reads.is_nothing() {
            info.reads = Reads::fact(self.read_facts);
            self.read_facts += 1;
        }
        info.reads
    }

    pub(crate) fn fact_use(
        &mut self,
        from: GroupIx,
        path: &[NounId],
        fact: FactId,
    ) -> Compiled<FactUse> {
        let hops = self.hops(from, path)?;
        self.note_read(from, &hops);
        let slot = self
            .slot(fact)
            .ok_or_else(|| "It names a fact that the register does not have.".to_owned())?;
        let reads = self.read_fact(fact);
        Ok(FactUse {
            hops,
            slot,
            fact,
            reads,
        })
    }

    pub(crate) fn state_use(
        &mut self,
        from: GroupIx,
        path: &[NounId],
        state: StateId,
    ) -> Compiled<StateUse> {
        let hops = self.hops(from, path)?;
        self.note_read(from, &hops);
        let bit = self.state_bit(state)?;
        Ok(StateUse { hops, bit })
    }

    pub(crate) fn state_bit(&mut self, state: StateId) -> Compiled<usize> {
        let entry = &self.register[state];
        let group = self.group(entry.noun)?;
        let states = &mut self.groups[group].states;
        if let Some(bit) = states.iter().position(|other| *other == state) {
            return Ok(bit);
        }
        let bit = states.len();
        if bit >= 64 {
            return Err(
                "Its noun has more than 64 states in use; that is out of reach.".to_owned(),
            );
        }
        states.push(state);
        self.groups[group].used = true;
        for (acts, on) in [(&entry.from, true), (&entry.to, false)] {
            for act in acts {
                if let Some(info) = self.acts.get_mut(act.index()) {
                    let list = if on {
                        &mut info.states_on
                    } else {
                        &mut info.states_off
                    };
                    list.push(bit);
                }
            }
        }
        Ok(bit)
    }

    /// The use of an act from this kind of case.
    pub(crate) fn use_of(&mut self, group: GroupIx, act: &ActUse) -> Compiled<UseIx> {
        let back = self.back(group, &act.path)?;
        let found = self.uses.iter().find(|(_, other)| {
            other.act == act.act
                && other.fact == act.fact
                && other.group == group
                && other.back == back
        });
        if let Some((found, _)) = found {
            return Ok(found);
        }
        let hops = self.hops(group, &act.path)?;
        let mut at = group;
        for hop in &hops {
            at = match hop {
                Hop::Link(link) => self.groups[at].links.get(*link).copied().unwrap_or(at),
                Hop::Many(group, _) => *group,
            };
        }
        self.groups[at].used = true;
        self.groups[group].used = true;
        let made = self.uses.push(Use {
            act: act.act,
            fact: act.fact,
            group,
            back,
            triggers: Vec::new(),
            starts: Vec::new(),
            anchors: false,
            rhythms: Vec::new(),
            discharges: false,
            gates: Vec::new(),
            waits: Vec::new(),
            mark: None,
            samples: Vec::new(),
            stages: Vec::new(),
        });
        match act.fact {
            Some(fact) => {
                if let Some(info) = self.facts.get_mut(fact.index()) {
                    info.uses.push(made);
                }
            }
            None => {
                let info = self
                    .acts
                    .get_mut(act.act.index())
                    .ok_or_else(|| "It names an act that the register does not have.".to_owned())?;
                info.uses.push(made);
            }
        }
        Ok(made)
    }

    /// Where the times of an act are kept, seen from this kind of case.
    pub(crate) fn mark_use(&mut self, group: GroupIx, act: &ActUse) -> Compiled<MarkUse> {
        let hops = self.hops(group, &act.path)?;
        let found = self.use_of(group, act)?;
        let linked = hops.iter().all(|hop| matches!(hop, Hop::Link(_)));
        if linked && act.fact.is_none() {
            self.note_read(group, &hops);
            let info = self
                .acts
                .get_mut(act.act.index())
                .ok_or_else(|| "It names an act that the register does not have.".to_owned())?;
            let slot = match (info.mark, info.group) {
                (Some(slot), _) => slot,
                (None, Some(own)) => {
                    let slot = self.groups[own].marks;
                    self.groups[own].marks += 1;
                    self.groups[own].used = true;
                    info.mark = Some(slot);
                    slot
                }
                (None, None) => return Err("Its act belongs to no noun.".to_owned()),
            };
            return Ok(MarkUse { hops, slot });
        }
        let slot = match self.uses[found].mark {
            Some(slot) => slot,
            None => {
                let slot = self.groups[group].marks;
                self.groups[group].marks += 1;
                self.uses[found].mark = Some(slot);
                slot
            }
        };
        Ok(MarkUse {
            hops: Hops::default(),
            slot,
        })
    }
}

/// An act and all that it counts as, each once.
fn closure(register: &Register, act: ActId) -> Vec<ActId> {
    let mut all = vec![act];
    let mut next = 0;
    while let Some(act) = all.get(next).copied() {
        next += 1;
        for other in &register[act].counts_as {
            if !all.contains(other) {
                all.push(*other);
            }
        }
    }
    all
}
