//! From documents to a [`Program`]: names become positions, sentences become plain data.
//!
//! The checker has been over the documents before; what cannot be compiled all the same is a problem, never a panic.

mod builder;
mod conditions;
mod definitions;
mod elsewhere;
mod exceptions;
mod gates;
mod periodic;
mod procedures;
mod reading;
mod retention;
mod tables;
mod tasks;

use std::sync::Arc;

use kept_kernel::Instant;
use kept_language::ast::{Beat, Duty, Opening, Rhythm, RuleKey, Sentence, Transition, Trigger};
use kept_language::{Document, Register, Rule};

use crate::clock::NEVER;
use crate::list::List;
use crate::people::People;
use crate::program::{
    CalendarIx, Calendars, CompileProblem, FactTrigger, FactTurn, IdentIx, Kind, Program, RuleInfo,
    RuleIx, TransitionInfo, Version, briefs,
};
use crate::reading::Reads;

use builder::Builder;

/// A rule and where it comes from.
#[derive(Clone)]
pub(crate) struct Source<'a> {
    pub(crate) document: &'a Document,
    pub(crate) rule: &'a Rule,
    pub(crate) ident: IdentIx,
    pub(crate) version: Arc<str>,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

/// What is the matter with one rule, said without its name.
pub(crate) type Compiled<T> = Result<T, String>;

impl Program {
    /// Makes documents ready to run: each version from its instant, the transitions between them, under these
    /// calendars and with this staff.
    ///
    /// # Errors
    /// All rules that cannot be run, each with the reason.
    pub fn compile(
        register: &Register,
        versions: &[Version<'_>],
        calendars: Calendars,
        people: People,
    ) -> Result<Self, Vec<CompileProblem>> {
        let mut compiler = Compiler {
            builder: Builder::new(register, calendars, people),
            problems: Vec::new(),
            sources: Vec::new(),
        };
        compiler.collect(versions);
        compiler.all();
        let Compiler {
            builder, problems, ..
        } = compiler;
        if problems.is_empty() {
            Ok(builder.finish())
        } else {
            Err(problems)
        }
    }
}

struct Compiler<'a> {
    builder: Builder<'a>,
    problems: Vec<CompileProblem>,
    sources: Vec<Source<'a>>,
}

impl<'a> Compiler<'a> {
    /// Lists all rules of all versions with the span in which they are in force.
    fn collect(&mut self, versions: &[Version<'a>]) {
        let mut order: Vec<&Version<'a>> = versions.iter().collect();
        order.sort_by_key(|version| version.from);
        for (index, version) in order.iter().enumerate() {
            for document in version.documents {
                let code = &document.header.code;
                self.builder.documents.push((document, version.from));
                let later = order.iter().skip(index + 1).find(|later| {
                    later.from > version.from
                        && later.documents.iter().any(|d| &d.header.code == code)
                });
                let until = later.map_or(NEVER, |later| later.from);
                for (old, new) in &document.header.renamed {
                    let key = |id: &String| RuleKey {
                        code: code.clone(),
                        id: id.clone(),
                    };
                    let (new, old) = (key(new), key(old));
                    self.builder.renamed.insert(new, old);
                }
                if version.from > Instant::MIN {
                    self.builder.boundary(version.from);
                }
                let text: Arc<str> = document.header.version.as_str().into();
                let span = (version.from, until);
                self.builder.review(document, Arc::clone(&text), span);
                for rule in &document.rules {
                    let before = self.builder.renamed.get(&rule.key).cloned();
                    let ident = self.builder.ident(&rule.key, before.as_ref());
                    self.sources.push(Source {
                        document,
                        rule,
                        ident,
                        version: Arc::clone(&text),
                        from: version.from,
                        until,
                    });
                }
            }
        }
    }

    fn all(&mut self) {
        let sources = std::mem::take(&mut self.sources);
        for source in &sources {
            self.try_one(source, |builder| builder.definition(source, &sources));
        }
        self.builder.order_definitions();
        let mut made: Vec<(RuleIx, usize)> = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            if let Some(Some(rule)) =
                self.try_one(source, |builder| rule(builder, source, &sources))
            {
                made.push((rule, index));
            }
        }
        for source in &sources {
            self.try_one(source, |builder| builder.procedure(source, &sources));
        }
        for (rule, index) in made {
            if let Some(source) = sources.get(index) {
                self.try_one(source, |builder| builder.exceptions(rule, &sources));
                self.try_one(source, |builder| triggers(builder, rule, source));
            }
        }
        for source in &sources {
            self.try_one(source, |builder| builder.permission(source, &sources));
            self.try_one(source, |builder| transition(builder, source));
        }
        self.sources = sources;
    }

    fn try_one<T>(
        &mut self,
        source: &Source<'a>,
        work: impl FnOnce(&mut Builder<'a>) -> Compiled<T>,
    ) -> Option<T> {
        match work(&mut self.builder) {
            Ok(made) => Some(made),
            Err(what) => {
                let rule = Some(source.rule.key.clone());
                let problem = CompileProblem { rule, what };
                if !self.problems.contains(&problem) {
                    self.problems.push(problem);
                }
                None
            }
        }
    }
}

/// A rule that opens duties or bars an act; none for the other kinds of sentence.
fn rule<'a>(
    builder: &mut Builder<'a>,
    source: &Source<'a>,
    sources: &[Source<'a>],
) -> Compiled<Option<RuleIx>> {
    let made = match &source.rule.sentence {
        Some(Sentence::Duty(duty)) => Some(self::duty(builder, source, duty)?),
        Some(Sentence::Rhythm(rhythm)) => Some(self::rhythm(builder, source, rhythm)?),
        Some(Sentence::Gate(gate)) => Some(builder.gate(source, gate)?),
        Some(Sentence::Sample(sample)) => Some(builder.sample(source, sample)?),
        Some(Sentence::Report(report)) => Some(builder.report(source, report)?),
        Some(Sentence::Course(course)) => Some(builder.course(source, course)),
        Some(Sentence::Retention(retention)) => builder.retention(source, retention)?,
        Some(Sentence::Procedure(procedure)) => {
            for item in &procedure.items {
                // A step written in place is a rule of its own; the reader may list it as one already.
                let listed = sources
                    .iter()
                    .any(|other| other.rule.key == item.rule.key && other.from == source.from);
                if let (Some(duty), false) = (&item.in_place, listed) {
                    step_in_place(builder, source, &item.rule.key, duty)?;
                }
            }
            None
        }
        _ => None,
    };
    Ok(made)
}

/// A duty as it was read, before its exceptions.
pub(crate) fn duty<'a>(
    builder: &mut Builder<'a>,
    source: &Source<'a>,
    duty: &'a Duty,
) -> Compiled<RuleIx> {
    let group = builder.group(duty.case)?;
    let mut fixed = 0;
    let (kind, condition) = match &duty.opening {
        Opening::When { condition, .. } => (Kind::When, condition.as_ref()),
        Opening::Step => (Kind::Step, None),
    };
    let condition = condition
        .map(|condition| builder.condition(group, condition, Some(&mut fixed)))
        .transpose()?;
    let unless = duty
        .task
        .unless
        .as_ref()
        .map(|condition| builder.condition(group, condition, Some(&mut fixed)))
        .transpose()?;
    let variant = builder.variant(group, source, &duty.task)?;
    let act = builder.use_of(group, &duty.task.act)?;
    builder.uses[act].discharges = true;
    let latent = !builder.groups[group].moment && (condition.is_some() || unless.is_some());
    let mut info = rule_info(source, (group, duty.case), kind, vec![variant]);
    info.act = Some(act);
    info.condition = condition;
    info.unless = unless;
    info.fixed = fixed;
    info.reopened = duty.task.reopened;
    info.latent = latent;
    Ok(builder.add_rule(info))
}

fn step_in_place<'a>(
    builder: &mut Builder<'a>,
    source: &Source<'a>,
    key: &RuleKey,
    duty: &'a Duty,
) -> Compiled<RuleIx> {
    let mut own = source.clone();
    own.ident = builder.ident(key, None);
    let rule = self::duty(builder, &own, duty)?;
    builder.rules[rule].key = Arc::new(key.clone());
    Ok(rule)
}

fn rhythm<'a>(
    builder: &mut Builder<'a>,
    source: &Source<'a>,
    rhythm: &'a Rhythm,
) -> Compiled<RuleIx> {
    let group = builder.group(rhythm.case)?;
    let (kind, condition) = match &rhythm.beat {
        Beat::Since {
            span,
            anchor,
            condition,
        } => {
            let span = builder.span(group, source, span)?;
            let anchor = builder.use_of(group, anchor)?;
            (Kind::Since(span, anchor), condition.as_ref())
        }
        Beat::Calendar(period) => (Kind::Calendar(*period), None),
    };
    let condition = condition
        .map(|condition| builder.condition(group, condition, None))
        .transpose()?;
    let unless = rhythm
        .task
        .unless
        .as_ref()
        .map(|condition| builder.condition(group, condition, None))
        .transpose()?;
    let variant = builder.variant(group, source, &rhythm.task)?;
    let act = builder.use_of(group, &rhythm.task.act)?;
    builder.uses[act].discharges = true;
    let mut info = rule_info(source, (group, rhythm.case), kind, vec![variant]);
    info.act = Some(act);
    info.condition = condition;
    info.unless = unless;
    info.latent = true;
    info.reads = Reads::ANYTHING;
    let anchor = match &info.kind {
        Kind::Since(_, anchor) => Some(*anchor),
        _ => None,
    };
    let rule = builder.add_rule(info);
    match anchor {
        Some(anchor) => {
            builder.uses[anchor].rhythms.push(rule);
            builder.groups[group].rhythms.push(rule);
            builder.groups[group].used = true;
        }
        None => builder.calendar_rules.push(rule),
    }
    Ok(rule)
}

/// Hangs a rule on what opens it.
fn triggers<'a>(builder: &mut Builder<'a>, rule: RuleIx, source: &Source<'a>) -> Compiled<()> {
    let Some(Sentence::Duty(duty)) = &source.rule.sentence else {
        return Ok(());
    };
    let Opening::When { triggers, .. } = &duty.opening else {
        return Ok(());
    };
    let group = builder.rules[rule].group;
    for trigger in triggers {
        let (fact, when) = match trigger {
            Trigger::Act(act) => {
                let found = builder.use_of(group, act)?;
                builder.uses[found].triggers.push(rule);
                builder.rules[rule].again |= !builder.begins_once(found);
                continue;
            }
            Trigger::Done(other) => {
                let ident = builder.known_ident(&other.key)?;
                builder.idents[ident].when_done.push(rule);
                continue;
            }
            Trigger::Overdue(other) => {
                let ident = builder.known_ident(&other.key)?;
                builder.idents[ident].when_overdue.push(rule);
                continue;
            }
            Trigger::Progress(fact, percent) => (fact, FactTurn::Reaches(*percent)),
            Trigger::Becomes(fact, how, value) => (fact, FactTurn::Becomes(*how, *value)),
            Trigger::Changes(fact) => (fact, FactTurn::Changes),
        };
        let used = builder.fact_use(group, &fact.path, fact.fact)?;
        let back = builder.back(group, &fact.path)?;
        builder.rules[rule].again = true;
        if let Some(info) = builder.facts.get_mut(used.fact.index()) {
            info.triggers.push(FactTrigger {
                rule,
                back,
                group,
                when,
            });
        }
    }
    Ok(())
}

fn transition<'a>(builder: &mut Builder<'a>, source: &Source<'a>) -> Compiled<()> {
    let Some(Sentence::Transition(Transition { rule, effect, .. })) = &source.rule.sentence else {
        return Ok(());
    };
    let ident = builder.known_ident(&rule.key)?;
    builder.transitions.push(TransitionInfo {
        at: source.from,
        ident,
        effect: *effect,
    });
    Ok(())
}

impl Builder<'_> {
    fn finish(mut self) -> Program {
        let roles = self.register.roles();
        let role_names = roles.map(|(_, role)| self.names.of(&role.says)).collect();
        self.boundaries.sort_unstable();
        self.boundaries.dedup();
        self.choose_archived();
        self.choose_reads();
        let defining = self.choose_defining();
        self.choose_again();
        self.choose_sought();
        let briefs = briefs(&self.rules, &self.idents);
        Program {
            register: self.register.clone(),
            people: self.people,
            names: self.names,
            role_names,
            calendars: self.calendars,
            team_calendars: self.team_calendars,
            client_calendars: self.client_calendars,
            groups: self.groups,
            group_of: self.group_of,
            client: self.client,
            tier: self.tier,
            company: self.company,
            acts: self.acts,
            facts: self.facts,
            purposes: self.uses.iter().map(|(_, used)| used.purposes()).collect(),
            uses: self.uses,
            rules: self.rules,
            briefs,
            idents: self.idents,
            tables: self.tables,
            definitions: self.definitions,
            procedures: self.procedures,
            defining,
            asks_events: self.asks_events,
            boundaries: self.boundaries,
            transitions: self.transitions,
            calendar_rules: self.calendar_rules,
            grants: self.grants,
            reviews: false,
            broad: false,
            renamed: self.renamed,
        }
    }

    /// Whether a record of this kind can come back after its end.
    fn reopens(&self, group: crate::program::GroupIx) -> bool {
        let mut nouns = self.register.nouns();
        nouns.any(|(id, noun)| {
            self.group_of.get(id.index()) == Some(&group) && !noun.reopens.is_empty()
        })
    }

    pub(crate) fn add_rule(&mut self, info: RuleInfo) -> RuleIx {
        let ident = info.ident;
        self.groups[info.group].used = true;
        self.groups[info.group].rules += usize::from(!matches!(info.kind, Kind::Gate(_)));
        let again = info.reopened.is_some() || matches!(info.kind, Kind::Gate(_));
        if again && self.reopens(info.group) {
            self.groups[info.group].returns = true;
        }
        let rule = self.rules.push(info);
        self.idents[ident].rules.push(rule);
        rule
    }
}

/// All calendars in one list, the company's first.
pub(crate) type CalendarList = List<CalendarIx, (Arc<str>, Arc<kept_calendar::Calendar>)>;

/// A rule as its source has it, with nothing yet that only some kinds have.
pub(crate) fn rule_info(
    source: &Source<'_>,
    (group, noun): (crate::program::GroupIx, kept_language::NounId),
    kind: Kind,
    variants: Vec<crate::program::Variant>,
) -> RuleInfo {
    RuleInfo {
        key: Arc::new(source.rule.key.clone()),
        ident: source.ident,
        version: Arc::clone(&source.version),
        clause: source.document.clause_of(source.rule).into(),
        from: source.from,
        until: source.until,
        group,
        noun,
        kind,
        act: None,
        condition: None,
        unless: None,
        variants,
        exceptions: Box::default(),
        fixed: 0,
        reopened: None,
        latent: false,
        elsewhere: false,
        again: false,
        reads: Reads::NOTHING,
        shown: Reads::NOTHING,
        pauses: false,
        steady: false,
    }
}
