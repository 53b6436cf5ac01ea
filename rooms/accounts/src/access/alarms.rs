//! What has raised an alarm in the audit, for those who watch over access.

use kept_journal::audit::{self, Written};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params};

use super::{Action, Denied, Scope};
use crate::queries;

/// Something that raised an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its place in the audit.
    pub place: u64,
    /// When.
    pub at: Instant,
    /// Who: a name, or what the audit calls them.
    pub who: String,
    /// What they did.
    pub words: String,
    /// On what: a kind of record, and which one or which list.
    pub on: String,
}

/// The latest alarms, before a place of the audit.
///
/// # Errors
///
/// [`Denied`]
pub fn alarms(
    read: &Read<'_>,
    scope: &Scope,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Alarm>, Denied> {
    if scope.action != Action::AuditRecords || scope.is_nothing() {
        return Err(Denied::NotAllowed);
    }
    let entries = audit::alarms(read, before, limit)?;
    let alarms = entries.iter().map(|entry| alarm(read, entry));
    Ok(alarms.collect::<Result<_, StoreError>>()?)
}

fn alarm(read: &Read<'_>, entry: &Written) -> Result<Alarm, StoreError> {
    Ok(Alarm {
        place: entry.place,
        at: entry.at,
        who: who(read, &entry.who)?,
        words: words(&entry.act),
        on: format!("{} {}", entry.object, entry.object_id)
            .trim()
            .to_owned(),
    })
}

fn who(read: &Read<'_>, who: &str) -> Result<String, StoreError> {
    let named = |sql, id: &str| match id.parse::<Id>() {
        Ok(id) => read.maybe::<(String,)>(sql, &params![id]),
        Err(_) => Ok(None),
    };
    let name = match who.split_once(' ') {
        Some(("person", id)) => named(queries::NAME_OF_PERSON, id)?.map(|(name,)| name),
        Some(("token", id)) => {
            named(queries::NAME_OF_TOKEN, id)?.map(|(name,)| format!("token {name}"))
        }
        _ => None,
    };
    Ok(name.unwrap_or_else(|| who.to_owned()))
}

/// What an entry of the audit says that somebody did.
fn words(act: &str) -> String {
    match act {
        "AlarmManyPagesRead" => "Turned a hundred pages of a list within an hour".to_owned(),
        "AlarmManyRecordsRead" => "Opened many records within an hour".to_owned(),
        "AlarmClientsExportRefused" => {
            "Took the clients out again and again, and was refused".to_owned()
        }
        "AlarmEmergencyAccessOpened" => "Opened a record in an emergency".to_owned(),
        other => other.trim_start_matches("Alarm").to_owned(),
    }
}
