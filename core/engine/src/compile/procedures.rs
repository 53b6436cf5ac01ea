//! Procedures: steps, their order, and what each waits for.

use std::sync::Arc;

use kept_language::ast::{Procedure, Sentence, Turn};

use super::builder::Builder;
use super::{Compiled, Source};
use crate::program::{GroupIx, Hop, ItemInfo, ProcedureInfo};

impl<'a> Builder<'a> {
    pub(crate) fn procedure(
        &mut self,
        source: &Source<'a>,
        _sources: &[Source<'a>],
    ) -> Compiled<()> {
        let Some(Sentence::Procedure(procedure)) = &source.rule.sentence else {
            return Ok(());
        };
        let group = self.group(procedure.case)?;
        let record = self.hops(group, &procedure.record)?;
        let on = self.end_of_hops(group, &record);
        let condition = procedure
            .condition
            .as_ref()
            .map(|condition| self.condition(group, condition, None))
            .transpose()?;
        let items = self.items(procedure, on)?;
        let steps: Vec<_> = items.iter().map(|item| item.step).collect();
        let made = self.procedures.push(ProcedureInfo {
            key: Arc::new(source.rule.key.clone()),
            from: source.from,
            until: source.until,
            condition,
            record,
            items,
        });
        for step in steps {
            let procedures = &mut self.idents[step].procedures;
            if !procedures.contains(&made) {
                procedures.push(made);
            }
        }
        for start in &procedure.starts {
            let found = self.use_of(group, start)?;
            self.uses[found].starts.push(made);
        }
        Ok(())
    }

    fn end_of_hops(&self, group: GroupIx, hops: &[Hop]) -> GroupIx {
        let mut at = group;
        for hop in hops {
            at = match hop {
                Hop::Link(link) => self.groups[at].links.get(*link).copied().unwrap_or(at),
                Hop::Many(group, _) => *group,
            };
        }
        at
    }

    fn items(&mut self, procedure: &'a Procedure, record: GroupIx) -> Compiled<Box<[ItemInfo]>> {
        let mut made: Vec<ItemInfo> = Vec::new();
        let mut before: Vec<usize> = Vec::new();
        let mut current: Vec<usize> = Vec::new();
        for (index, item) in procedure.items.iter().enumerate() {
            let step = self.known_ident(&item.rule.key)?;
            let after = match &item.turn {
                Turn::Next => {
                    if !current.is_empty() {
                        before = std::mem::take(&mut current);
                    }
                    before.clone()
                }
                Turn::SameTime => before.clone(),
                Turn::After(others) => {
                    if !current.is_empty() {
                        before = std::mem::take(&mut current);
                    }
                    let named = others.iter().filter_map(|other| {
                        let other = self.known_ident(&other.key).ok()?;
                        made.iter().position(|item| item.step == other)
                    });
                    named.collect()
                }
            };
            current.push(index);
            let condition = item
                .condition
                .as_ref()
                .map(|condition| self.condition(record, condition, None))
                .transpose()?;
            made.push(ItemInfo {
                step,
                after: after.into(),
                condition,
            });
        }
        Ok(made.into())
    }
}
