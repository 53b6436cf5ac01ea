//! Who owes what until when, shown by what: the part that duties, steps and rhythms share.

use std::sync::Arc;

use kept_language::ast::{
    By, Deadline, DeadlineKind, Escalation, Evidence, Party, Proof, Span, SpanKind, StateRef, Task,
    Through, Who, WhoKind, Whom,
};
use kept_language::{ActId, Distribution, FactId, RoleId};

use super::builder::Builder;
use super::{Compiled, Source};
use crate::program::{
    DeadlineInfo, GroupIx, LevelInfo, Owner, PartyInfo, Shown, SpanInfo, StateUse, ThroughInfo,
    Until, Variant, WarningInfo,
};

impl<'a> Builder<'a> {
    pub(crate) fn variant(
        &mut self,
        group: GroupIx,
        source: &Source<'a>,
        task: &Task,
    ) -> Compiled<Variant> {
        let owner = self.owner(source, &task.who);
        let owner_words = self.owner_words(&task.who);
        let through = match &task.through {
            Some(through) => self.through(group, task.act.act, through)?,
            None => None,
        };
        let deadline = task
            .deadline
            .as_ref()
            .map(|deadline| self.deadline(group, source, deadline))
            .transpose()?;
        let warnings = task.warnings.iter().map(|warning| WarningInfo {
            before: warning.before,
            whom: warning.whom.clone(),
        });
        let warnings = warnings.collect();
        let levels = self.levels(task.escalation.as_ref(), &owner_words);
        Ok(Variant {
            exception: None,
            applies: true,
            owner,
            personally: task.personally,
            through,
            deadline,
            pausing: self.pausing(group, &task.pausing)?,
            evidence: self.evidence(&task.evidence)?,
            warnings,
            in_working_hours: task.escalation.as_ref().is_some_and(|e| e.in_working_hours),
            levels,
            owner_words,
        })
    }

    pub(crate) fn owner_words(&self, who: &Who) -> Arc<str> {
        match &who.kind {
            WhoKind::OneOf(parties) => {
                let words: Vec<&str> = parties.iter().map(|p| self.party_words(p)).collect();
                words.join(" or ").into()
            }
            WhoKind::Each(role) => self.register[*role].says.as_str().into(),
            WhoKind::Everyone { .. } => "everyone".into(),
            WhoKind::Client => "the client".into(),
        }
    }

    pub(crate) fn party_words<'p>(&'p self, party: &'p Party) -> &'p str {
        match party {
            Party::Role(role) => &self.register[*role].says,
            Party::Part(part) => part,
        }
    }

    pub(crate) fn role_words(&self, role: RoleId) -> Arc<str> {
        self.register[role].says.as_str().into()
    }

    pub(crate) fn span(
        &mut self,
        group: GroupIx,
        source: &Source<'a>,
        span: &Span,
    ) -> Compiled<SpanInfo> {
        Ok(match &span.kind {
            SpanKind::Fixed(duration) => SpanInfo::Fixed(*duration),
            SpanKind::FixedOr(duration, fact) => {
                SpanInfo::FixedOr(*duration, self.fact_use(group, &fact.path, fact.fact)?)
            }
            SpanKind::Table {
                table,
                column,
                frozen,
            } => SpanInfo::Table {
                table: self.table(group, source, table)?,
                column: *column,
                frozen: *frozen,
            },
        })
    }

    pub(crate) fn deadline(
        &mut self,
        group: GroupIx,
        source: &Source<'a>,
        deadline: &Deadline,
    ) -> Compiled<DeadlineInfo> {
        let kind = match &deadline.kind {
            DeadlineKind::Within(span, None) => Until::Within(self.span(group, source, span)?),
            DeadlineKind::Within(span, Some(anchor)) => {
                let span = self.span(group, source, span)?;
                let found = self.use_of(group, &anchor.event)?;
                self.uses[found].anchors = true;
                Until::After(span, self.mark_use(group, &anchor.event)?, anchor.first)
            }
            DeadlineKind::By(By::Fact(fact)) => {
                Until::Fact(self.fact_use(group, &fact.path, fact.fact)?)
            }
            DeadlineKind::By(By::Before(before, fact)) => {
                Until::Before(*before, self.fact_use(group, &fact.path, fact.fact)?)
            }
            DeadlineKind::By(By::EndOf(period)) => Until::EndOf(*period),
        };
        Ok(DeadlineInfo {
            kind,
            next_day: deadline.or_next_working_day,
        })
    }

    pub(crate) fn pausing(
        &mut self,
        group: GroupIx,
        states: &[StateRef],
    ) -> Compiled<Box<[StateUse]>> {
        states
            .iter()
            .map(|state| self.state_use(group, &state.path, state.state))
            .collect()
    }

    pub(crate) fn evidence(&mut self, evidence: &[Evidence]) -> Compiled<Box<[Box<[Shown]>]>> {
        if evidence.len() > 32 {
            return Err("It asks for more than 32 proofs; split it.".to_owned());
        }
        evidence
            .iter()
            .map(|item| {
                item.any
                    .iter()
                    .map(|proof| self.shown(proof))
                    .collect::<Compiled<Box<[Shown]>>>()
            })
            .collect()
    }

    fn shown(&mut self, proof: &Proof) -> Compiled<Shown> {
        Ok(match proof {
            Proof::Fact(fact) => Shown::Fact(fact.fact, self.read_fact(fact.fact)),
            Proof::Kind(kind) => Shown::Kind(*kind),
            Proof::Records(count, noun) => {
                let group = self.group(*noun)?;
                let above = self.groups[group].links.clone();
                for link in above {
                    let counted = &mut self.groups[link].counted;
                    if !counted.contains(&group) {
                        counted.push(group);
                    }
                }
                self.groups[group].used = true;
                Shown::Records(*count, group)
            }
        })
    }

    /// The ladder. Whoever owns the duty already is passed over when a level fires, not here.
    pub(crate) fn levels(
        &mut self,
        escalation: Option<&Escalation>,
        owner: &Arc<str>,
    ) -> Box<[LevelInfo]> {
        let levels = escalation.map(|e| e.levels.as_slice()).unwrap_or_default();
        levels
            .iter()
            .map(|level| LevelInfo {
                after: level.after,
                role: match &level.to {
                    Whom::Owner => Arc::clone(owner),
                    Whom::Party(party) => self.party_words(party).into(),
                },
                party: match &level.to {
                    Whom::Party(party) => Some(self.party(party)),
                    Whom::Owner => None,
                },
                to: level.to.clone(),
            })
            .collect()
    }

    fn through(
        &mut self,
        group: GroupIx,
        act: ActId,
        through: &Through,
    ) -> Compiled<Option<ThroughInfo>> {
        match through {
            Through::Channel(fact, value) => {
                let mut facts = vec![*fact];
                let others = self.channels_of(act);
                facts.extend(others.filter(|other| {
                    other != fact && self.register[*other].values == self.register[*fact].values
                }));
                Ok(Some(ThroughInfo::Channel(facts.into(), *value)))
            }
            Through::Fact(wish) => {
                let used = self.fact_use(group, &wish.path, wish.fact)?;
                let wishes = &self.register[wish.fact].values;
                let channels = self.channels_of(act).map(|fact| {
                    let values = self.register[fact].values.iter();
                    let same = values.map(|channel| {
                        let position = wishes.iter().position(|wish| wish == channel);
                        position.map(|at| kept_language::ast::Value::Choice(at as u16))
                    });
                    (fact, same.collect())
                });
                Ok(Some(ThroughInfo::Wish(used, channels.collect())))
            }
        }
    }

    /// The facts by which an event may say through which channel it went: the act's own first, then those of the
    /// records that it may carry along, such as the call in which a client was contacted.
    fn channels_of(&self, act: ActId) -> impl Iterator<Item = FactId> {
        let own = self.register[act].facts.iter().copied();
        let all = self.register.facts().map(|(fact, _)| fact);
        let mut seen = Vec::new();
        own.chain(all).filter(move |fact| {
            let new = self.register[*fact].name == "channel" && !seen.contains(fact);
            seen.extend(new.then_some(*fact));
            new
        })
    }

    fn party(&mut self, party: &Party) -> PartyInfo {
        match party {
            Party::Role(role) => PartyInfo::Role(*role),
            Party::Part(part) => PartyInfo::Part(self.names.of(part)),
        }
    }

    /// Who owes.
    pub(crate) fn owner(&mut self, source: &Source<'_>, who: &Who) -> Owner {
        match &who.kind {
            WhoKind::OneOf(parties) => {
                Owner::Parties(parties.iter().map(|party| self.party(party)).collect())
            }
            WhoKind::Each(role) => Owner::Each(*role),
            WhoKind::Everyone { on_distribution } => {
                Owner::Everyone(match &source.document.header.distribution {
                    Distribution::Roles(roles) if *on_distribution => Some(roles.clone().into()),
                    _ => None,
                })
            }
            WhoKind::Client => Owner::Client,
        }
    }
}
