//! Gates, and who may pass them all the same.

use std::sync::Arc;

use kept_language::ast::{Gate, Opens, Passage, Permission, Sentence};

use super::builder::Builder;
use super::{Compiled, Source, rule_info};
use crate::program::{
    GateInfo, GrantInfo, GroupIx, Kind, OpensInfo, Owner, PassageInfo, PermissionInfo, RuleIx,
    Variant, Wait,
};

impl<'a> Builder<'a> {
    pub(crate) fn gate(&mut self, source: &Source<'a>, gate: &'a Gate) -> Compiled<RuleIx> {
        let group = self.group(gate.case)?;
        let condition = gate
            .condition
            .as_ref()
            .map(|condition| self.condition(group, condition, None))
            .transpose()?;
        let act = self.use_of(group, &gate.act)?;
        let mut waits = Vec::new();
        let opens = match &gate.opens {
            Opens::Unless(condition) => OpensInfo::Unless(self.condition(group, condition, None)?),
            Opens::While(condition) => OpensInfo::While(self.condition(group, condition, None)?),
            Opens::Until(passages) => {
                let mut made = Vec::new();
                for (index, passage) in passages.iter().enumerate() {
                    made.push(self.passage(group, index, passage, &mut waits)?);
                }
                OpensInfo::Until(made.into())
            }
        };
        let kind = Kind::Gate(GateInfo {
            opens,
            permissions: Vec::new(),
        });
        let variant = Variant::of(Owner::System, "everyone".into());
        let mut info = rule_info(source, (group, gate.case), kind, vec![variant]);
        info.condition = condition;
        let rule = self.add_rule(info);
        self.uses[act].gates.push(rule);
        for (found, index, wait) in waits {
            self.uses[found].waits.push((rule, index, wait));
        }
        Ok(rule)
    }

    fn passage(
        &mut self,
        group: GroupIx,
        index: usize,
        passage: &Passage,
        waits: &mut Vec<(crate::program::UseIx, usize, Wait)>,
    ) -> Compiled<PassageInfo> {
        Ok(match passage {
            Passage::Event(act) => PassageInfo::Event(self.mark_use(group, act)?, act.act),
            Passage::State(state) => PassageInfo::State(
                self.state_use(group, &state.path, state.state)?,
                state.state,
            ),
            Passage::Silence {
                span,
                anchor,
                without,
            } => {
                waits.push((self.use_of(group, &anchor.event)?, index, Wait::Begins));
                if let Some(without) = without {
                    waits.push((self.use_of(group, without)?, index, Wait::Voids));
                }
                PassageInfo::Silence(*span, anchor.event.act)
            }
        })
    }

    /// A permission to pass a gate, or to grant exceptions.
    pub(crate) fn permission(
        &mut self,
        source: &Source<'a>,
        _sources: &[Source<'a>],
    ) -> Compiled<()> {
        let Some(Sentence::Permission(permission)) = &source.rule.sentence else {
            return Ok(());
        };
        match permission {
            Permission::Grant { who, rules, .. } => {
                self.grants.push(GrantInfo {
                    owner_words: self.owner_words(who),
                    rules: rules.iter().map(|rule| rule.key.clone()).collect(),
                    code: source.document.header.code.clone(),
                });
            }
            Permission::Despite {
                who,
                condition,
                evidence,
                gate,
                ..
            } => {
                let ident = self.known_ident(&gate.key)?;
                for rule in self.idents[ident].rules.clone() {
                    let group = self.rules[rule].group;
                    let condition = condition
                        .as_ref()
                        .map(|condition| self.condition(group, condition, None))
                        .transpose()?;
                    let made = PermissionInfo {
                        key: Arc::new(source.rule.key.clone()),
                        from: source.from,
                        until: source.until,
                        owner: self.owner(source, who),
                        owner_words: self.owner_words(who),
                        condition,
                        evidence: self.evidence(evidence)?,
                    };
                    if let Kind::Gate(gate) = &mut self.rules[rule].kind {
                        gate.permissions.push(made);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Variant {
    /// A task without deadline, proof or ladder.
    pub(crate) fn of(owner: Owner, owner_words: Arc<str>) -> Self {
        Self {
            exception: None,
            applies: true,
            owner,
            owner_words,
            personally: false,
            through: None,
            deadline: None,
            pausing: Box::default(),
            evidence: Box::default(),
            warnings: Box::default(),
            levels: Box::default(),
            in_working_hours: false,
        }
    }
}
