//! Alerts as letters: one for each, or one for many. They name the clause, the record's number and the deadline, and nothing that
//! a client has said: a mailbox is no safe place.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use kept_accounts::model::PersonId;
use kept_accounts::queries::people_with_role;
use kept_journal::InForce;
use kept_journal::alerts::{Alert, take_unmailed};
use kept_kernel::Instant;
use kept_language::ast::RuleKey;
use kept_language::explain_short;
use kept_mail::{Letter, put};
use kept_store::{Read, StoreError, Write};

use super::queries;
use crate::room::Room;

/// So many alerts become letters in one transaction.
const AT_ONCE: u32 = 100;
/// Somebody with more than so many gets one letter about all.
const SINGLY: usize = 3;
/// An alert that could not be mailed for a day is seen in the product, or was.
const STALE: i64 = 86_400 * 1_000_000;

/// A round: all alerts that no letter was written for.
pub(crate) fn round(room: &Room) -> Result<(), StoreError> {
    while slice(room)? > 0 {}
    Ok(())
}

fn slice(room: &Room) -> Result<usize, StoreError> {
    let unmailed = room
        .store
        .read(|read| read.maybe::<(i64,)>(queries::UNMAILED, &[]));
    if unmailed.wait()?.is_none() {
        return Ok(0);
    }
    let (now, rules) = (room.world.now(), room.rules.now());
    // How many letters there will be is known only inside. Should the transaction run again, its first ids were kept nowhere.
    let (world, outside) = (room.world.clone(), Arc::clone(&room.outside));
    let written = room.store.write(move |tx| {
        let mut taken = take_unmailed(tx, now, AT_ONCE)?;
        for alert in &mut taken {
            if let Some(number) = outside.called(tx, &alert.noun, &alert.subject)? {
                alert.subject = number;
            }
        }
        for (person, alerts) in told(tx, &rules, &taken)? {
            for letter in letters(&rules, person, &alerts, now) {
                put(tx, world.id(), &letter, now)?;
            }
        }
        Ok::<_, StoreError>(taken.len())
    });
    written.wait()
}

type ToPeople<'a> = BTreeMap<PersonId, Vec<&'a Alert>>;

/// Who is told of what: the person it names, else everybody of the role.
fn told<'a>(
    tx: &Write<'_>,
    rules: &InForce,
    alerts: &'a [Alert],
) -> Result<ToPeople<'a>, StoreError> {
    let mut to: ToPeople<'a> = BTreeMap::new();
    let mut roles: BTreeMap<&str, Vec<PersonId>> = BTreeMap::new();
    for alert in alerts.iter().filter(|alert| alert.seen_at.is_none()) {
        if let Some(person) = &alert.person {
            // A person of a foreign log has no address here.
            if let Ok(person) = person.parse::<PersonId>() {
                to.entry(person).or_default().push(alert);
            }
            continue;
        }
        if !roles.contains_key(alert.role.as_str()) {
            roles.insert(&alert.role, holders(tx, rules, &alert.role)?);
        }
        for person in roles.get(alert.role.as_str()).into_iter().flatten() {
            to.entry(*person).or_default().push(alert);
        }
    }
    Ok(to)
}

/// Those who hold a role, or one of several: `client service representative or account manager`.
fn holders(read: &Read<'_>, rules: &InForce, words: &str) -> Result<Vec<PersonId>, StoreError> {
    let mut holders = Vec::new();
    for says in words.split(" or ") {
        let Some(role) = rules.register.role(says) else {
            continue;
        };
        let people = people_with_role(read, &rules.register[role].id)?;
        holders.extend(people.into_iter().map(|one| one.id));
    }
    holders.sort_unstable();
    holders.dedup();
    Ok(holders)
}

fn letters(rules: &InForce, person: PersonId, alerts: &[&Alert], now: Instant) -> Vec<Letter> {
    let until = now.plus_micros(STALE);
    let letter = |subject: String, text: String| {
        Letter::to_person(person.0, subject, text)
            .link("See your alerts", "/alerts")
            .until(until)
    };
    if alerts.len() <= SINGLY {
        let one = |alert: &&Alert| letter(subject(rules, alert), text(rules, alert));
        return alerts.iter().map(one).collect();
    }
    let mut all = String::new();
    for alert in alerts {
        let _ = writeln!(all, "- {}", subject(rules, alert));
    }
    vec![letter(format!("{} alerts", alerts.len()), all)]
}

/// `Overdue: SR 4.3, request R-1182`.
fn subject(rules: &InForce, alert: &Alert) -> String {
    let kind = match alert.kind.as_str() {
        "warning" => "Due soon",
        "breach" => "Overdue",
        _ => "Please see to it",
    };
    let found = rules.library.rule(&key(alert));
    let clause = found.map_or_else(
        || alert.code.clone(),
        |(document, rule)| document.clause_of(rule),
    );
    format!("{kind}: {clause}, {} {}", alert.noun, alert.subject)
}

fn text(rules: &InForce, alert: &Alert) -> String {
    let found = rules.library.rule(&key(alert));
    let sentence = found.map_or_else(String::new, |(_, rule)| {
        explain_short(&rules.register, &rules.library, rule)
    });
    let zone = rules.program.company_calendar().time_zone().clone();
    let due = alert.due_at.map_or_else(String::new, |due| {
        let zoned = due.timestamp().to_zoned(zone);
        format!("\n\nDue: {}.", zoned.strftime("%A %-d %B %Y, %H:%M %Q"))
    });
    let why = match &alert.person {
        Some(_) => format!("You are told as the {}.", alert.role),
        None => format!("Every {} is told.", alert.role),
    };
    format!("{}.\n\n{sentence}{due}\n\n{why}", subject(rules, alert))
}

fn key(alert: &Alert) -> RuleKey {
    RuleKey {
        code: alert.code.clone(),
        id: alert.rule.clone(),
    }
}
