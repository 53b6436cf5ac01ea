//! What each rule reads: which changes make it worth judging again.

use kept_language::{ActId, FactId};

use crate::compile::builder::Builder;
use crate::program::{
    Ask, Cond, ExceptionInfo, Gives, Kind, RuleInfo, RuleIx, Shown, SpanInfo, StateUse, TableIx,
    Until, UseIx, Variant,
};
use crate::reading::Reads;

impl Builder<'_> {
    /// Says of each rule what it reads, and of each kind of record where its client stands.
    pub(crate) fn choose_reads(&mut self) {
        for rule in self.rules.keys() {
            let info = &self.rules[rule];
            let (mut reads, mut steady) = (Reads::NOTHING, false);
            if !info.reads.is_nothing() {
                reads = self.reads_of(info);
                steady = reads.is_nothing() && info.exceptions.is_empty();
            }
            // What reads nothing is judged again all the same where more than facts and states may have changed.
            if !info.reads.is_nothing() && reads.is_nothing() {
                reads = Reads::ANYTHING;
            }
            let shown = shown_by(&info.variants);
            self.rules[rule].shown = shown;
            self.rules[rule].reads = reads;
            self.rules[rule].steady = steady;
            self.rules[rule].pauses = self.rules[rule]
                .variants
                .iter()
                .any(|variant| !variant.pausing.is_empty());
        }
        for group in self.groups.keys() {
            let client = self.client;
            let mut links = self.groups[group].links.iter();
            self.groups[group].client = links.position(|link| Some(*link) == client);
        }
    }

    /// Says of each act and fact whether what lies elsewhere is to be looked for when it comes.
    pub(crate) fn choose_sought(&mut self) {
        let sought = |uses: &[UseIx]| uses.iter().any(|used| !self.uses[*used].back.is_empty());
        let seeks: Vec<bool> = self.acts.iter().map(|act| sought(&act.uses)).collect();
        for fact in &mut self.facts {
            fact.seeks = sought(&fact.uses);
        }
        for act in &mut self.acts {
            let mut counts = act.counts.iter();
            act.seeks = counts.any(|act| seeks.get(act.index()) == Some(&true));
        }
    }

    /// Says of each definition what it reads; what all of them read together.
    pub(crate) fn choose_defining(&mut self) -> Reads {
        let mut all = Reads::NOTHING;
        for definition in self.definitions.keys() {
            let reads = self.in_definition(&self.definitions[definition].gives);
            self.definitions[definition].reads = reads;
            all = all.and(reads);
        }
        all
    }

    fn in_definition(&self, gives: &Gives) -> Reads {
        match gives {
            Gives::Table { fact, table, .. } => self.of_fact(*fact).and(self.in_table(*table)),
            Gives::State { condition, .. } => in_condition(condition),
            Gives::YesNo {
                fact, condition, ..
            } => self.of_fact(*fact).and(in_condition(condition)),
            Gives::Stages { fact, .. } => self.of_fact(*fact),
        }
    }

    /// Whether an act is what begins its case, once. A record that nothing ends and that begins in several ways, as a
    /// conversation does with each message, begins again and again.
    pub(crate) fn begins_once(&self, used: UseIx) -> bool {
        let used = &self.uses[used];
        let mut begins: Vec<ActId> = Vec::new();
        for (id, noun) in self.register.nouns() {
            if self.group_of.get(id.index()) == Some(&used.group) {
                begins.extend(&noun.begins);
            }
        }
        begins.sort_unstable();
        begins.dedup();
        let own = used.back.is_empty() && used.fact.is_none();
        let recurs = self.groups[used.group].moment && begins.len() > 1;
        own && !recurs && begins.contains(&used.act)
    }

    /// What follows a rule that can be triggered again can be too.
    pub(crate) fn choose_again(&mut self) {
        let mut more = true;
        while std::mem::take(&mut more) {
            for ident in self.idents.keys() {
                let found = &self.idents[ident];
                if !found.rules.iter().any(|rule| self.rules[*rule].again) {
                    continue;
                }
                let follow = found.when_done.iter().chain(&found.when_overdue);
                let follow: Vec<RuleIx> = follow.copied().collect();
                for rule in follow {
                    more |= !self.rules[rule].again;
                    self.rules[rule].again = true;
                }
            }
        }
    }

    fn reads_of(&self, rule: &RuleInfo) -> Reads {
        let mut reads = Reads::NOTHING;
        for condition in rule.condition.iter().chain(&rule.unless) {
            reads = reads.and(in_condition(condition));
        }
        reads = reads.and(in_exceptions(&rule.exceptions));
        for variant in &rule.variants {
            reads = reads.and(self.in_variant(variant));
        }
        if let Kind::Since(span, _) = &rule.kind {
            reads = reads.and(self.in_span(span));
        }
        reads
    }

    fn in_variant(&self, variant: &Variant) -> Reads {
        let Some(deadline) = &variant.deadline else {
            return Reads::NOTHING;
        };
        match &deadline.kind {
            Until::Within(span) => self.in_span(span),
            // Its anchor is an event, and those are not told apart.
            Until::After(..) => Reads::ANYTHING,
            Until::Fact(fact) | Until::Before(_, fact) => fact.reads,
            Until::EndOf(_) => Reads::NOTHING,
        }
    }

    fn in_span(&self, span: &SpanInfo) -> Reads {
        match span {
            SpanInfo::Fixed(_) => Reads::NOTHING,
            SpanInfo::FixedOr(_, fact) => fact.reads,
            SpanInfo::Table { table, .. } => self.in_table(*table),
        }
    }

    fn in_table(&self, table: TableIx) -> Reads {
        let columns = self.tables[table].columns.iter();
        let facts = columns.filter_map(|column| column.fact.as_ref());
        facts.fold(Reads::NOTHING, |reads, fact| reads.and(fact.reads))
    }

    fn of_fact(&self, fact: FactId) -> Reads {
        let info = self.facts.get(fact.index());
        info.map_or(Reads::NOTHING, |info| info.reads)
    }
}

fn shown_by(variants: &[Variant]) -> Reads {
    let items = variants.iter().flat_map(|variant| &variant.evidence);
    items.flatten().fold(Reads::NOTHING, |reads, shown| {
        reads.and(match shown {
            Shown::Fact(_, reads) => *reads,
            Shown::Records(..) => Reads::ANYTHING,
            // A kind of proof comes with its own list.
            Shown::Kind(_) => Reads::NOTHING,
        })
    })
}

fn of_state(state: &StateUse) -> Reads {
    1_u64
        .checked_shl(state.bit as u32)
        .map_or(Reads::ANYTHING, Reads::states)
}

fn in_condition(condition: &Cond) -> Reads {
    let tests = condition.tests.iter();
    tests.fold(Reads::NOTHING, |reads, test| {
        reads.and(match &test.kind {
            Ask::Is(fact, _) | Ask::Compare(fact, ..) | Ask::Between(fact, ..) => fact.reads,
            Ask::Known(facts) => facts
                .iter()
                .fold(Reads::NOTHING, |reads, fact| reads.and(fact.reads)),
            Ask::State(state) => of_state(state),
            // Time alone can change its answer.
            Ask::Event(..) => Reads::ANYTHING,
        })
    })
}

fn in_exceptions(exceptions: &[ExceptionInfo]) -> Reads {
    exceptions.iter().fold(Reads::NOTHING, |reads, exception| {
        let own = exception
            .condition
            .as_ref()
            .map_or(Reads::NOTHING, in_condition);
        reads.and(own).and(in_exceptions(&exception.inner))
    })
}
