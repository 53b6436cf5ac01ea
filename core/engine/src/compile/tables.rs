//! Decision tables as seen from one kind of case.

use kept_language::FactId;
use kept_language::ast::{Cell, CellKind, ColumnKind, Table, TableRef};

use super::builder::Builder;
use super::{Compiled, Source};
use crate::program::{CellInfo, FactUse, GroupIx, RowInfo, TableColumn, TableInfo, TableIx};

impl<'a> Builder<'a> {
    /// The table that a rule names, as it stands in the version of that rule.
    pub(crate) fn table(
        &mut self,
        group: GroupIx,
        source: &Source<'a>,
        table: &TableRef,
    ) -> Compiled<TableIx> {
        let key = &table.key;
        let missing = || format!("There is no table {} of {}.", key.number, key.code);
        let document = if source.document.header.code == key.code {
            source.document
        } else {
            let mut named = self
                .documents
                .iter()
                .filter(|(other, _)| other.header.code == key.code);
            let first = named.clone().next();
            let in_force = named
                .by_ref()
                .filter(|(_, from)| *from <= source.from)
                .last();
            in_force
                .or(first)
                .map(|(document, _)| *document)
                .ok_or_else(missing)?
        };
        let found = document
            .tables
            .iter()
            .find(|other| &other.key == key)
            .ok_or_else(missing)?;
        let from = source.from;
        let known = self.table_keys.iter().find(|(code, number, at, seen, _)| {
            (code, number, *at, *seen) == (&key.code, &key.number, from, group)
        });
        if let Some((.., known)) = known {
            return Ok(*known);
        }
        let info = self.table_info(group, found)?;
        let made = self.tables.push(info);
        self.table_keys
            .push((key.code.clone(), key.number.clone(), from, group, made));
        Ok(made)
    }

    fn table_info(&mut self, group: GroupIx, table: &Table) -> Compiled<TableInfo> {
        let mut columns = Vec::new();
        for (index, column) in table.columns.iter().enumerate() {
            let fact = match column.kind {
                ColumnKind::Condition(fact) => Some(self.fact_from(group, fact)?),
                _ => None,
            };
            let says_unknown = table.rows.iter().any(|row| {
                let cell = row.cells.get(index);
                matches!(cell.map(|cell| &cell.kind), Some(CellKind::Unknown))
            });
            columns.push(TableColumn { fact, says_unknown });
        }
        let rows = table.rows.iter().map(|row| RowInfo {
            cells: row.cells.iter().map(cell).collect(),
            otherwise: row
                .cells
                .iter()
                .any(|cell| matches!(cell.kind, CellKind::Otherwise)),
        });
        let mut table = TableInfo {
            rows: rows.collect(),
            columns: columns.into(),
            blank: Box::default(),
        };
        table.blank = crate::rows::blank(&table);
        Ok(table)
    }

    /// A fact found as in a sentence: the case's own, else that of the nearest record that it belongs to.
    fn fact_from(&mut self, group: GroupIx, fact: FactId) -> Compiled<FactUse> {
        let noun = self.register[fact].noun;
        let target = self.group(noun)?;
        if target == group {
            return self.fact_use(group, &[], fact);
        }
        if self.groups[group].links.contains(&target) {
            return self.fact_use(group, &[noun], fact);
        }
        let between = self.groups[group]
            .links
            .iter()
            .copied()
            .find(|link| self.groups[*link].links.contains(&target))
            .and_then(|link| {
                let nouns = self.register.nouns();
                let mut nouns =
                    nouns.filter(|(id, _)| self.group_of.get(id.index()) == Some(&link));
                nouns.next().map(|(id, _)| id)
            });
        match between {
            Some(between) => self.fact_use(group, &[between, noun], fact),
            None => self.fact_use(group, &[noun], fact),
        }
    }
}

fn cell(cell: &Cell) -> CellInfo {
    match &cell.kind {
        CellKind::Any => CellInfo::Any,
        CellKind::Unknown => CellInfo::Unknown,
        CellKind::OneOf(values) => CellInfo::OneOf(values.clone().into()),
        CellKind::Range(from, to) => CellInfo::Range(
            from.map(|bound| (bound.value, bound.included)),
            to.map(|bound| (bound.value, bound.included)),
        ),
        CellKind::Answer(value) => CellInfo::Answer(*value),
        CellKind::Otherwise | CellKind::Text(_) | CellKind::Events(_) | CellKind::Needs(_) => {
            CellInfo::Nothing
        }
    }
}
