//! What reads other records: a record that is over may lie in the archive only where nothing reads it from outside, nor
//! has to be told when something else changes.

use crate::compile::builder::Builder;
use crate::program::{
    Ask, Cond, DefinitionIx, ExceptionInfo, FactUse, Gives, Kind, RuleInfo, SpanInfo, TableIx,
    Until, Variant,
};

impl Builder<'_> {
    /// Says of each rule whether it reads other records, and of each kind of record whether it may be archived.
    pub(crate) fn choose_archived(&mut self) {
        for rule in self.rules.keys() {
            self.rules[rule].elsewhere = self.rule_reads(&self.rules[rule]);
        }
        for group in self.groups.keys() {
            let found = &self.groups[group];
            let mut definitions = found.definitions.iter();
            let reads = definitions.any(|definition| self.definition_reads(*definition));
            self.groups[group].archived = !found.read_above && !reads;
        }
    }

    fn definition_reads(&self, definition: DefinitionIx) -> bool {
        match &self.definitions[definition].gives {
            Gives::Table { table, .. } => self.table_reads(*table),
            Gives::State { condition, .. } | Gives::YesNo { condition, .. } => {
                condition_reads(condition)
            }
            Gives::Stages { .. } => false,
        }
    }

    fn table_reads(&self, table: TableIx) -> bool {
        let columns = self.tables[table].columns.iter();
        columns
            .filter_map(|column| column.fact.as_ref())
            .any(fact_reads)
    }

    fn rule_reads(&self, rule: &RuleInfo) -> bool {
        let mut conditions = rule.condition.iter().chain(&rule.unless);
        conditions.any(condition_reads)
            || exceptions_read(&rule.exceptions)
            || rule
                .variants
                .iter()
                .any(|variant| self.variant_reads(variant))
            || matches!(&rule.kind, Kind::Since(span, _) if self.span_reads(span))
    }

    fn variant_reads(&self, variant: &Variant) -> bool {
        let deadline = variant.deadline.as_ref();
        variant.pausing.iter().any(|state| !state.hops.is_empty())
            || deadline.is_some_and(|deadline| match &deadline.kind {
                Until::Within(span) => self.span_reads(span),
                Until::After(span, mark, _) => self.span_reads(span) || !mark.hops.is_empty(),
                Until::Fact(fact) | Until::Before(_, fact) => fact_reads(fact),
                Until::EndOf(_) => false,
            })
    }

    fn span_reads(&self, span: &SpanInfo) -> bool {
        match span {
            SpanInfo::Fixed(_) => false,
            SpanInfo::FixedOr(_, fact) => fact_reads(fact),
            SpanInfo::Table { table, .. } => self.table_reads(*table),
        }
    }
}

fn fact_reads(fact: &FactUse) -> bool {
    !fact.hops.is_empty()
}

fn condition_reads(condition: &Cond) -> bool {
    condition.tests.iter().any(|test| match &test.kind {
        Ask::Is(fact, _) | Ask::Compare(fact, ..) | Ask::Between(fact, ..) => fact_reads(fact),
        Ask::Known(facts) => facts.iter().any(fact_reads),
        Ask::State(state) => !state.hops.is_empty(),
        Ask::Event(mark, _) => !mark.hops.is_empty(),
    })
}

fn exceptions_read(exceptions: &[ExceptionInfo]) -> bool {
    exceptions.iter().any(|exception| {
        exception.condition.as_ref().is_some_and(condition_reads)
            || exceptions_read(&exception.inner)
    })
}
