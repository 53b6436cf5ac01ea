//! What is to be done next for a client or on a record, as the palette offers it before all else.

use kept_journal::obligations::{self, Whose};
use kept_kernel::Instant;
use kept_store::{Read, StoreError};

use crate::room::Room;
use crate::say::{self, Here};

/// So many duties are looked at: rungs of ladders and what nobody can do from a page are passed over.
const LOOKED_AT: u32 = 10;
/// So many are offered.
const OFFERED: usize = 2;

/// A step of the procedure that somebody can do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// `Acknowledge R-1042 Invoice 1182 is wrong, today 16:00`
    pub words: String,
    /// `SR 4.3`
    pub mark: String,
    /// Where it is done.
    pub href: String,
}

/// The next steps of these duties by their deadline. Whoever asks reaches the client or the record.
///
/// # Errors
///
/// As the database says.
pub fn next_steps(
    room: &Room,
    read: &Read<'_>,
    whose: Whose,
    now: Instant,
) -> Result<Vec<NextStep>, StoreError> {
    let rules = room.rules.now();
    let keys = obligations::keys_of(read, &[whose], (obligations::FIRST, None), LOOKED_AT)?;
    let numbers: Vec<i64> = keys.into_iter().map(|(_, number)| number).collect();
    let owed = obligations::these(read, &numbers)?;
    let of = owed.iter().map(|owed| (&*owed.noun, &*owed.subject));
    let names = room.pages.names(read, of)?;
    let here = Here::at(&rules, now);
    let step = |owed: &obligations::Owed| {
        if owed.level > 0 {
            return None;
        }
        let asks = say::asks(&rules, owed);
        let page = room.page_of(&owed.noun)?;
        let (_, href) = page.act(&owed.subject, asks.act.as_deref()?)?;
        let name = names.get(&owed.noun, &owed.subject)?;
        let until = match owed.due_at {
            Some(due) if due < now => format!(", overdue since {}", here.short(due)),
            Some(due) => format!(", {}", here.short(due)),
            None => String::new(),
        };
        Some(NextStep {
            words: format!("{} {name}{until}", asks.verb),
            mark: say::mark(&rules, &owed.code, &owed.rule),
            href,
        })
    };
    Ok(owed.iter().filter_map(step).take(OFFERED).collect())
}
