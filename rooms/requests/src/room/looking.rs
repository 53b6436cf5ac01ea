//! Who looks at a request, and who writes on it: in memory, for a minute, so that two do not answer at once unawares.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kept_accounts::model::PersonId;
use kept_kernel::Instant;

use crate::model::RequestId;

/// So long a sign of somebody counts.
const FRESH: i64 = 60_000_000;
/// With more requests looked at than this, old signs are forgotten.
const MOST: usize = 4_096;

/// What somebody does there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Has the page open.
    Looks,
    /// Writes an answer or a note.
    Writes,
}

/// Somebody at a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Looker {
    pub(crate) person: PersonId,
    pub(crate) name: String,
    pub(crate) doing: Doing,
    at: Instant,
}

/// Who is where. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looking(Arc<Mutex<HashMap<RequestId, Vec<Looker>>>>);

impl Looking {
    /// Somebody gave a sign. Whether others should be told: they are new there, or do something else.
    pub(crate) fn seen(
        &self,
        id: RequestId,
        (person, name, doing): (PersonId, &str, Doing),
        now: Instant,
    ) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > MOST {
            all.retain(|_, there| there.iter().any(|one| is_fresh(one, now)));
        }
        let there = all.entry(id).or_default();
        there.retain(|one| is_fresh(one, now));
        match there.iter_mut().find(|one| one.person == person) {
            Some(one) => {
                one.at = now;
                std::mem::replace(&mut one.doing, doing) != doing
            }
            None => {
                there.push(Looker {
                    person,
                    name: name.to_owned(),
                    doing,
                    at: now,
                });
                true
            }
        }
    }

    /// Who else is there.
    pub(crate) fn others(&self, id: RequestId, me: PersonId, now: Instant) -> Vec<Looker> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let there = all.get(&id).into_iter().flatten();
        there
            .filter(|one| one.person != me && is_fresh(one, now))
            .cloned()
            .collect()
    }
}

fn is_fresh(one: &Looker, now: Instant) -> bool {
    now.micros_since(one.at) < FRESH
}
