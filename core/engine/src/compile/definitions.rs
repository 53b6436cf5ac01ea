//! Definitions and stages: what gives a fact or a state, in an order in which each reads only what is given before.

use kept_language::FactId;
use kept_language::ast::{CellKind, ColumnKind, Definition, Sentence, Stages, Value};

use super::builder::Builder;
use super::{Compiled, Source};
use crate::program::{Ask, Cond, DefinitionInfo, DefinitionIx, Gives, GroupIx, Shown};
use crate::reading::Reads;

impl<'a> Builder<'a> {
    pub(crate) fn definition(
        &mut self,
        source: &Source<'a>,
        _sources: &[Source<'a>],
    ) -> Compiled<()> {
        match &source.rule.sentence {
            Some(Sentence::Definition(definition)) => self.plain_definition(source, definition),
            Some(Sentence::Stages(stages)) => self.stages(source, stages),
            _ => Ok(()),
        }
    }

    fn plain_definition(&mut self, source: &Source<'a>, found: &Definition) -> Compiled<()> {
        let (group, gives) = match found {
            Definition::Table { noun, fact, table } => {
                let group = self.group(*noun)?;
                let column = self.answer_column(source, table, *fact);
                let table = self.table(group, source, table)?;
                let slot = self.defined_slot(*fact)?;
                let fact = *fact;
                let gives = Gives::Table {
                    slot,
                    fact,
                    table,
                    column,
                };
                (group, gives)
            }
            Definition::State {
                noun,
                state,
                condition,
            } => {
                let group = self.group(*noun)?;
                let bit = self.state_bit(*state)?;
                let condition = self.condition(group, condition, None)?;
                (group, Gives::State { bit, condition })
            }
            Definition::YesNo {
                noun,
                fact,
                condition,
            } => {
                let group = self.group(*noun)?;
                let slot = self.defined_slot(*fact)?;
                let condition = self.condition(group, condition, None)?;
                let fact = *fact;
                let gives = Gives::YesNo {
                    slot,
                    fact,
                    condition,
                };
                (group, gives)
            }
        };
        self.add_definition(source, group, gives);
        Ok(())
    }

    fn add_definition(
        &mut self,
        source: &Source<'a>,
        group: GroupIx,
        gives: Gives,
    ) -> DefinitionIx {
        self.groups[group].used = true;
        self.definitions.push(DefinitionInfo {
            group,
            from: source.from,
            until: source.until,
            reads: Reads::NOTHING,
            gives,
        })
    }

    fn defined_slot(&mut self, fact: FactId) -> Compiled<usize> {
        if let Some(info) = self.facts.get_mut(fact.index()) {
            info.defined = true;
        }
        self.slot(fact)
            .ok_or_else(|| "It names a fact that the register does not have.".to_owned())
    }

    /// The column that answers with this fact; else the last answer of the table.
    fn answer_column(
        &self,
        source: &Source<'a>,
        table: &kept_language::ast::TableRef,
        fact: FactId,
    ) -> usize {
        let documents = self.documents.iter().map(|(document, _)| *document);
        let found = std::iter::once(source.document)
            .chain(documents)
            .filter(|document| document.header.code == table.key.code)
            .find_map(|document| document.tables.iter().find(|t| t.key == table.key));
        let mut best = 0;
        for (index, column) in found.iter().flat_map(|t| t.columns.iter()).enumerate() {
            match column.kind {
                ColumnKind::Answer(Some(given)) if given == fact => return index,
                ColumnKind::Answer(_) => best = index,
                _ => {}
            }
        }
        best
    }

    fn stages(&mut self, source: &Source<'a>, stages: &Stages) -> Compiled<()> {
        let group = self.group(stages.noun)?;
        let fact = self
            .register
            .fact(stages.noun, "stage")
            .ok_or_else(|| "Its noun has no fact “stage”.".to_owned())?;
        let slot = self
            .slot(fact)
            .ok_or_else(|| "Its noun has no fact “stage”.".to_owned())?;
        let table = source.document.tables.iter();
        let table = table
            .chain(self.documents.iter().flat_map(|(d, _)| d.tables.iter()))
            .find(|table| table.key == stages.table.key)
            .ok_or_else(|| "Its table is missing.".to_owned())?;
        let mut rows = Vec::new();
        let mut entered = Vec::new();
        for row in &table.rows {
            let mut need: Box<[_]> = Box::default();
            let mut acts = Vec::new();
            let mut name = None;
            for cell in &row.cells {
                match &cell.kind {
                    CellKind::Events(events) => acts.clone_from(events),
                    CellKind::Needs(evidence) => need = self.evidence(evidence)?,
                    CellKind::Text(text) if name.is_none() => {
                        let mut stages = self.register[fact].values.iter();
                        name = stages.position(|stage| stage.eq_ignore_ascii_case(text.trim()));
                    }
                    CellKind::Answer(Value::Choice(at)) => name = Some(usize::from(*at)),
                    CellKind::OneOf(values) => {
                        if let Some(Value::Choice(at)) = values.first() {
                            name = Some(usize::from(*at));
                        }
                    }
                    _ => {}
                }
            }
            let stage = name.unwrap_or(rows.len());
            for shown in need.iter().flatten() {
                // What a stage needs may have been recorded long before it is left.
                if let Shown::Fact(fact, _) = shown {
                    self.slot(*fact);
                }
            }
            rows.push((stage as u16, need));
            entered.push(acts);
        }
        let gives = Gives::Stages {
            slot,
            fact,
            rows: rows.into(),
        };
        let made = self.add_definition(source, group, gives);
        self.groups[group].staged = true;
        for (row, acts) in entered.into_iter().enumerate() {
            for act in acts {
                let found = self.use_of(group, &act)?;
                self.uses[found].stages.push((made, row));
            }
        }
        Ok(())
    }

    /// Puts each definition after those whose results it reads, and hangs it on its kind of record.
    pub(crate) fn order_definitions(&mut self) {
        let all: Vec<DefinitionIx> = self.definitions.keys().collect();
        let mut placed: Vec<DefinitionIx> = Vec::new();
        while placed.len() < all.len() {
            let waiting = || all.iter().filter(|one| !placed.contains(one));
            let free = waiting().find(|one| {
                !waiting().any(|other| other != *one && self.reads_result(**one, *other))
            });
            // A circle is the checker's to report; here its members run in the order of the documents.
            match free.or_else(|| waiting().next()) {
                Some(next) => placed.push(*next),
                None => break,
            }
        }
        for definition in placed {
            let group = self.definitions[definition].group;
            self.groups[group].definitions.push(definition);
        }
    }

    fn reads_result(&self, reader: DefinitionIx, giver: DefinitionIx) -> bool {
        let own = self.definitions[reader].group == self.definitions[giver].group;
        match (
            &self.definitions[reader].gives,
            &self.definitions[giver].gives,
        ) {
            (Gives::Table { table, .. }, Gives::Table { slot, .. } | Gives::YesNo { slot, .. }) => {
                self.tables[*table].columns.iter().any(|column| {
                    let fact = column.fact.as_ref();
                    fact.is_some_and(|fact| own && fact.hops.is_empty() && fact.slot == *slot)
                })
            }
            (_, Gives::Stages { .. })
            | (Gives::Stages { .. }, _)
            | (Gives::Table { .. }, Gives::State { .. }) => false,
            (Gives::State { condition, .. } | Gives::YesNo { condition, .. }, given) => {
                reads(condition, given, own)
            }
        }
    }
}

fn reads(condition: &Cond, given: &Gives, own: bool) -> bool {
    let same = |fact: &crate::program::FactUse| match given {
        Gives::Table { slot, .. } | Gives::YesNo { slot, .. } => {
            own && fact.hops.is_empty() && fact.slot == *slot
        }
        _ => false,
    };
    condition.tests.iter().any(|test| match &test.kind {
        Ask::Is(fact, _) | Ask::Compare(fact, ..) | Ask::Between(fact, ..) => same(fact),
        Ask::Known(facts) => facts.iter().any(same),
        Ask::State(state) => match given {
            Gives::State { bit, .. } => own && state.hops.is_empty() && state.bit == *bit,
            _ => false,
        },
        Ask::Event(..) => false,
    })
}
