//! Who is told what time brought about. Each is told once, however often a family is judged.

use kept_engine::{EntryChange, Obligation};
use kept_kernel::Instant;
use kept_language::ast::{Party, Whom};
use kept_store::{StoreError, Write};

use crate::alerts::{self, AlertKind, NewAlert};
use crate::numbers::Known;
use crate::obligations::NewRow;
use crate::{InForce, timers};

/// Something that time brought about on a duty.
struct Fired<'a> {
    row: &'a NewRow,
    kind: AlertKind,
    /// Which of its kind on this duty.
    turn: usize,
    at: Instant,
    told: Vec<(String, Option<String>)>,
}

/// Makes the alerts for what came about after `quiet_until`, up to now; returns how many.
pub(super) fn tell(
    tx: &Write<'_>,
    (rules, known): (&InForce, &mut Known),
    judged: &[(NewRow, Obligation)],
    (quiet_until, now): (Instant, Instant),
) -> Result<u64, StoreError> {
    let fired: Vec<Fired<'_>> = judged
        .iter()
        .flat_map(|(row, duty)| fired(rules, row, duty))
        .filter(|fired| quiet_until < fired.at && fired.at <= now)
        .collect();
    if fired.is_empty() {
        return Ok(0);
    }
    let needed = known.needed(fired.iter().map(|fired| fired.row.records()));
    let numbers = needed.number(tx)?;
    let mut made = 0;
    for (place, fired) in fired.iter().enumerate() {
        let row = fired.row;
        let (Some(record), client) = numbers.of(place) else {
            continue;
        };
        if !timers::fire(tx, record, &mark(fired), fired.at, now)? {
            continue;
        }
        for (role, person) in &fired.told {
            let alert = NewAlert {
                record,
                client,
                rule: (&row.rule.code, &row.rule.id),
                cycle: row.cycle,
                level: row.level,
                kind: fired.kind,
                role,
                person: person.as_deref(),
                due_at: row.due_at,
                at: fired.at,
            };
            alerts::make(tx, &alert, now)?;
            made += 1;
        }
    }
    Ok(made)
}

/// `SR/acknowledge#1:0:warning1`, with the learner where there is one.
fn mark(fired: &Fired<'_>) -> String {
    let (row, kind) = (fired.row, fired.kind.word());
    let learner = row.learner.as_deref().unwrap_or_default();
    let (code, rule) = (&row.rule.code, &row.rule.id);
    format!(
        "{code}/{rule}#{}:{}:{kind}{}:{learner}",
        row.cycle, row.level, fired.turn
    )
}

fn fired<'a>(rules: &InForce, row: &'a NewRow, duty: &Obligation) -> Vec<Fired<'a>> {
    let owner = || (row.owner_role.to_string(), row.owner.clone());
    if row.level > 0 {
        return vec![Fired {
            row,
            kind: AlertKind::Escalation,
            turn: 1,
            at: duty.opened_at,
            told: vec![owner()],
        }];
    }
    let mut all: Vec<Fired<'a>> = Vec::new();
    for entry in &duty.entries {
        let (kind, told) = match &entry.change {
            EntryChange::Warned { whom } => {
                let told = whom.iter().map(|whom| match whom {
                    Whom::Owner => owner(),
                    Whom::Party(Party::Role(role)) => (rules.register[*role].says.clone(), None),
                    Whom::Party(Party::Part(part)) => (part.clone(), None),
                });
                (AlertKind::Warning, told.collect())
            }
            EntryChange::Breached => (AlertKind::Breach, vec![owner()]),
            _ => continue,
        };
        let turn = 1 + all.iter().filter(|one| one.kind == kind).count();
        all.push(Fired {
            row,
            kind,
            turn,
            at: entry.at,
            told,
        });
    }
    all
}
