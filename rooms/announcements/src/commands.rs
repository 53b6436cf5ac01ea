//! What can be done in the room. Each command runs in the caller's transaction: it looks whether it may, then writes the rows,
//! the document of the search, the event and the entry of the audit, all of which are kept together or not at all.
//!
//! Ids, instants and events come ready-made, since a transaction may run again.

mod change;
mod error;
mod post;
mod reading;
mod withdraw;

use std::fmt;
use std::sync::Arc;

use kept_accounts::access::{Denied, Scope};
use kept_accounts::commands::Act;
use kept_accounts::queries::{departments, teams};
use kept_journal::events::NewEvent;
use kept_journal::{InForce, live};
use kept_kernel::Instant;
use kept_store::{StoreError, Write, params};

pub use change::change_announcement;
pub use error::{
    ChangeAnnouncementError, ConfirmReadingError, PostAnnouncementError, WithdrawAnnouncementError,
};
pub use post::post_announcement;
pub use reading::confirm_reading;
pub use withdraw::{return_announcement, withdraw_announcement};

use crate::model::{Announcement, AnnouncementId, Audience, Draft, Fault};
use crate::queries;

/// An act with the event that tells of it; none where the vocabulary in force has no words for it. Made outside the
/// transaction, by [`Room::step`](crate::Room::step).
#[derive(Clone)]
pub struct Step {
    /// Who, when, and the entry of the audit.
    pub act: Act,
    /// The event.
    pub event: Option<NewEvent>,
    /// The rules by which it is judged.
    pub rules: Arc<InForce>,
}

impl fmt::Debug for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Step({:?}, {:?})", self.act, self.event)
    }
}

impl Step {
    /// Writes the event, with what it brings about under the SOPs in force, and the entry of the audit.
    pub(crate) fn record(
        &self,
        tx: &Write<'_>,
        act: &str,
        id: AnnouncementId,
        detail: &serde_json::Value,
    ) -> Result<(), StoreError> {
        if let Some(event) = &self.event {
            live::record(tx, &self.rules, std::slice::from_ref(event), self.act.at)?;
        }
        self.act
            .write(tx, act, ("announcement", &id.to_string()), detail)
    }
}

/// Whether the right to post still stands, and reaches this audience. That one is the author does not count here: who may
/// post to their own team only could otherwise post to all.
fn may_address(tx: &Write<'_>, scope: &Scope, audience: Audience) -> Result<(), Denied> {
    scope.confirm(tx)?;
    let subject = kept_accounts::access::Subject {
        id: kept_kernel::Id::default(),
        owner: None,
        team: audience.team(),
        assigned: &[],
    };
    if scope.allows(&subject) {
        Ok(())
    } else {
        Err(Denied::NotAllowed)
    }
}

/// Whether there is such a team or department.
fn is_known(tx: &Write<'_>, audience: Audience) -> Result<bool, StoreError> {
    Ok(match audience {
        Audience::Company => true,
        Audience::Team(id) => teams(tx)?.iter().any(|team| team.id == id.0),
        Audience::Department(id) => departments(tx)?.iter().any(|one| one.id == id.0),
    })
}

fn check_audience(tx: &Write<'_>, draft: &Draft) -> Result<Vec<Fault>, StoreError> {
    let known = is_known(tx, draft.audience)?;
    Ok((!known)
        .then_some(Fault::UnknownAudience)
        .into_iter()
        .collect())
}

fn add_version(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (id, version): (AnnouncementId, u32),
    draft: &Draft,
) -> Result<(), StoreError> {
    tx.execute(
        queries::ADD_VERSION,
        &params![
            id,
            version,
            &draft.title,
            &draft.text,
            &draft.clause,
            act.at,
            scope.person(),
        ],
    )?;
    Ok(())
}

/// When it began, as far as this is known at a time.
fn begun(draft: &Draft, now: Instant) -> Option<Instant> {
    (draft.from_at <= now).then_some(now)
}

/// The announcement as it stands, for whoever may change it; held until the transaction ends.
fn held(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    id: AnnouncementId,
) -> Result<Option<Announcement>, Denied> {
    scope.confirm(tx)?;
    tx.execute(queries::HOLD, &params![id])?;
    Ok(queries::one_to_change(tx, scope, id, act.at)?)
}
