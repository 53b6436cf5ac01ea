//! What we owe a client, and what it owes us: from the obligations of the journal.

use jiff::tz::TimeZone;
use kept_journal::InForce;
use kept_journal::obligations::Owed;
use kept_kernel::Instant;
use kept_language::ast::{RuleKey, Sentence};
use kept_language::{Rule, explain_short};
use kept_ui::parts::{ClauseMark, Clock};

use super::said::clock;

/// So much is looked at: whoever owes more should look at the queue.
pub(super) const MOST_OWED: u32 = 60;
/// So much is shown on each side.
const SHOWN: usize = 12;

/// A duty as a row.
pub(super) struct OweRow {
    pub(super) state: &'static str,
    pub(super) mark: ClauseMark,
    pub(super) words: String,
    pub(super) href: Option<String>,
    pub(super) who: String,
    pub(super) clock: Option<Clock>,
}

/// One side: its rows, and how many there are.
pub(super) struct Side {
    pub(super) rows: Vec<OweRow>,
    pub(super) count: String,
}

/// Both sides: ours, and the client's.
pub(super) fn sides(rules: &InForce, owed: &[Owed], now: Instant, zone: &TimeZone) -> (Side, Side) {
    let client = rules.register.roles().find(|(_, role)| role.is_client);
    let client = client.map_or("client", |(_, role)| role.says.as_str());
    let (theirs, ours): (Vec<&Owed>, Vec<&Owed>) = owed
        .iter()
        .partition(|duty| duty.owner_role == client || duty.owner_role == "client");
    let side = |duties: Vec<&Owed>| Side {
        count: match duties.len() {
            count if count >= MOST_OWED as usize => format!("{count} or more"),
            count => count.to_string(),
        },
        rows: duties
            .into_iter()
            .take(SHOWN)
            .map(|duty| row(rules, duty, now, zone))
            .collect(),
    };
    (side(ours), side(theirs))
}

fn row(rules: &InForce, duty: &Owed, now: Instant, zone: &TimeZone) -> OweRow {
    let key = RuleKey {
        code: duty.code.clone(),
        id: duty.rule.clone(),
    };
    let found = rules.library.rule(&key);
    let mark = found.map_or_else(
        || duty.code.clone(),
        |(document, rule)| document.clause_of(rule),
    );
    let words = found.map_or_else(
        || duty.rule.replace('-', " "),
        |(_, rule)| verb(rules, rule),
    );
    let clock = clock(duty, now, zone);
    OweRow {
        state: clock
            .as_ref()
            .map_or("ontime", |clock| clock.state().name()),
        mark: ClauseMark::new(mark, format!("/sops/{}#{}", duty.code, duty.rule))
            .card(format!("/sops/clause/{}/{}", duty.code, duty.rule)),
        words,
        href: (duty.noun == "request").then(|| format!("/requests/{}", duty.subject)),
        who: duty.owner.as_deref().map_or_else(
            || duty.owner_role.clone(),
            |owner| rules.directory.name(owner).to_owned(),
        ),
        clock,
    }
}

/// What is to be done, as a verb: `Record the first contact of the client`.
fn verb(rules: &InForce, rule: &Rule) -> String {
    let act = match &rule.sentence {
        Some(Sentence::Duty(duty)) => duty.task.act.act,
        Some(Sentence::Rhythm(rhythm)) => rhythm.task.act.act,
        Some(Sentence::Sample(_)) => return "Check how it was done".to_owned(),
        _ => return explain_short(&rules.register, &rules.library, rule),
    };
    let phrase = rules.register.with_the_noun(&rules.register[act].phrase);
    let mut letters = phrase.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
