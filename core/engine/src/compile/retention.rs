//! How long records are kept: a duty of the system to erase them.

use kept_language::ast::Retention;
use kept_language::{ActId, NounId, StateId};

use super::builder::Builder;
use super::{Compiled, Source, rule_info};
use crate::program::{DeadlineInfo, GroupIx, Kind, Owner, RuleIx, StateUse, Until, Variant};

impl<'a> Builder<'a> {
    /// `after the last one`: a duty on the client, counted from its last such record. After an event: on the record.
    pub(crate) fn retention(
        &mut self,
        source: &Source<'a>,
        retention: &'a Retention,
    ) -> Compiled<Option<RuleIx>> {
        let Some(first) = retention.nouns.first().copied() else {
            return Ok(None);
        };
        let client = self.register.noun("client");
        let case = match (&retention.after, client) {
            (None, Some(client)) => client,
            _ => first,
        };
        let group = self.group(case)?;
        let mut variant = Variant::of(Owner::System, "the system".into());
        variant.deadline = Some(DeadlineInfo {
            kind: Until::Within(self.span(group, source, &retention.span)?),
            next_day: false,
        });
        variant.pausing = self.legal_holds(group, case)?;
        let mut info = rule_info(source, (group, case), Kind::Retention, vec![variant]);
        let erasing = self.erasing(first, retention);
        info.act = erasing.and_then(|act| self.discharging(group, act, Vec::new()));
        let rule = self.add_rule(info);
        let openings: Vec<(ActId, Vec<NounId>)> = match &retention.after {
            Some(after) => vec![(after.act, after.path.clone())],
            None => self.last_ones(group, retention)?,
        };
        for (act, path) in openings {
            if let Some(found) = self.seen(group, act, path) {
                self.uses[found].triggers.push(rule);
            }
        }
        Ok(Some(rule))
    }

    /// The acts that make a record of these nouns, as the client sees them.
    fn last_ones(
        &self,
        group: GroupIx,
        retention: &Retention,
    ) -> Compiled<Vec<(ActId, Vec<NounId>)>> {
        let mut acts = Vec::new();
        for noun in &retention.nouns {
            let entry = &self.register[*noun];
            let path = if self.group(*noun)? == group {
                Vec::new()
            } else {
                vec![*noun]
            };
            let recorded = self.register.act(&format!("record-{}", entry.id));
            for act in entry.begins.iter().copied().chain(recorded) {
                if !acts.iter().any(|(known, _)| *known == act) {
                    acts.push((act, path.clone()));
                }
            }
        }
        Ok(acts)
    }

    /// The act by which records are erased: those of a client together (`erase-requests`), else one (`erase-request`).
    /// Erasing makes anonymous too.
    fn erasing(&self, noun: NounId, retention: &Retention) -> Option<ActId> {
        let entry = &self.register[noun];
        let what = match retention.after {
            None => entry.plural.to_lowercase().replace(' ', "-"),
            Some(_) => entry.id.clone(),
        };
        let wished = if retention.erase {
            "erase"
        } else {
            "anonymise"
        };
        let mut acts = [wished, "erase"].into_iter();
        acts.find_map(|act| self.register.act(&format!("{act}-{what}")))
    }

    /// A legal hold always stops it, said or not: the record's own, and its client's.
    fn legal_holds(&mut self, group: GroupIx, case: NounId) -> Compiled<Box<[StateUse]>> {
        let mut holds: Vec<(StateId, Vec<NounId>)> = Vec::new();
        for (id, state) in self.register.states() {
            if !state.says.ends_with("} is on legal hold") {
                continue;
            }
            if state.noun == case {
                holds.push((id, Vec::new()));
            } else if Some(state.noun) == self.register.noun("client") {
                holds.push((id, vec![state.noun]));
            }
        }
        holds
            .into_iter()
            .map(|(state, path)| self.state_use(group, &path, state))
            .collect()
    }
}
