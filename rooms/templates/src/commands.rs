//! What can be done in the room. Each command runs in the caller's transaction: it looks whether it may, then writes the rows and the
//! entry of the audit, which are kept together or not at all. Ids and instants come ready-made, since a transaction may run again.

use kept_accounts::access::{Denied, Scope};
use kept_accounts::commands::Act;
use kept_kernel::{Id, Instant};
use kept_rooms::{FieldError, Refusal, Refused};
use kept_store::{AsStore, StoreError, Write, params};

use crate::model::{Draft, Fault, Template, TemplateId};
use crate::queries;

/// The most letters of a word why.
const LONGEST_WHY: usize = 300;

/// Why nothing was done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TemplateError {
    /// What was typed cannot stand.
    #[error("What was written needs another look.")]
    Faults(Vec<Fault>),
    /// There is none.
    #[error("There is no such template")]
    Missing,
    /// Somebody else has changed it.
    #[error(
        "Somebody has changed this template since you opened it. Look at it in another window, then send yours again or leave it."
    )]
    Changed,
    /// It stands in a state in which this cannot be done.
    #[error("{0}")]
    State(&'static str),
    /// Whoever asks may not do this, or may not any longer.
    #[error("You may not do this, or may not any longer. Nothing was done.")]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStore for TemplateError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Denied> for TemplateError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotAllowed => Self::NotAllowed,
            Denied::Store(error) => Self::Store(error),
        }
    }
}

impl Refusal for TemplateError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Faults(faults) => {
                Refused::Fields(faults.into_iter().map(FieldError::from).collect())
            }
            Self::Missing => Refused::Missing(words),
            Self::Changed => Refused::Changed(words),
            Self::State(_) => Refused::Conflict(words),
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}

/// Adds a template: its first text, not offered before somebody has approved it. `scope` is that of writing templates.
///
/// # Errors
///
/// [`TemplateError`]
pub fn add_template(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    id: TemplateId,
    draft: &Draft,
) -> Result<(), TemplateError> {
    may(tx, scope)?;
    let none: Option<&str> = None;
    let row = params![
        id,
        &draft.name,
        &draft.occasion,
        &draft.channel,
        &draft.language,
        none,
        None::<u32>,
        act.at
    ];
    tx.execute(queries::ADD, &row)?;
    add_version(tx, act, scope, (id, 1), draft)?;
    Ok(audit(tx, act, ("TemplateAdded", id), 1)?)
}

/// Changes a template that has this revision. Another subject or text is another version, which is to be approved; the one before
/// goes on until then. Returns the new revision.
///
/// # Errors
///
/// [`TemplateError`]
pub fn change_template(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (id, revision): (TemplateId, u32),
    draft: &Draft,
) -> Result<u32, TemplateError> {
    let before = held(tx, scope, id)?;
    if before.revision != revision {
        return Err(TemplateError::Changed);
    }
    if before.retired_at.is_some() {
        return Err(TemplateError::State(
            "It is out of use. Bring it back first.",
        ));
    }
    let is_other = (&before.subject, &before.body) != (&draft.subject, &draft.body);
    let version = before.version + u32::from(is_other);
    let row = params![
        id,
        revision,
        &draft.name,
        &draft.occasion,
        &draft.channel,
        &draft.language,
        version
    ];
    tx.execute(queries::CHANGE, &row)?;
    if is_other {
        add_version(tx, act, scope, (id, version), draft)?;
    }
    audit(tx, act, ("TemplateChanged", id), version)?;
    Ok(revision + 1)
}

/// Asks others to approve the latest text.
///
/// # Errors
///
/// [`TemplateError`]
pub fn ask_approval(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (id, version): (TemplateId, u32),
) -> Result<(), TemplateError> {
    let template = latest(held(tx, scope, id)?, version)?;
    let row = params![id, template.version, act.at, scope.person()];
    if tx.execute(queries::ASK, &row)? == 0 {
        return Err(TemplateError::State("It is asked for or approved already."));
    }
    tx.execute(queries::TOUCH, &params![id])?;
    Ok(audit(tx, act, ("TemplateApprovalAsked", id), version)?)
}

/// Who had to do with a text: its writer, its asker, when it was asked for and approved.
type Hands = (Option<Id>, Option<Id>, Option<Instant>, Option<Instant>);

/// Approves the latest text, which is offered from then on. `scope` is that of approving; whoever wrote it or asked for it cannot.
///
/// # Errors
///
/// [`TemplateError`]
pub fn approve(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (id, version): (TemplateId, u32),
) -> Result<(), TemplateError> {
    let template = latest(held(tx, scope, id)?, version)?;
    let me = scope.person().ok_or(TemplateError::NotAllowed)?;
    let hands: Hands = tx.one(queries::HANDS, &params![id, version])?;
    let (writer, asker, asked_at, approved_at) = hands;
    if approved_at.is_some() {
        return Err(TemplateError::State("It is approved already."));
    }
    if asked_at.is_none() {
        return Err(TemplateError::State(
            "Nobody has asked for its approval yet.",
        ));
    }
    if [writer, asker].contains(&Some(me.0)) {
        return Err(TemplateError::State(
            "Somebody else approves it than whoever wrote it or asked for it.",
        ));
    }
    let row = params![id, template.version, act.at, me];
    tx.execute(queries::APPROVE, &row)?;
    tx.execute(queries::OFFER, &params![id, version])?;
    Ok(audit(tx, act, ("TemplateApproved", id), version)?)
}

/// Returns the latest text to its writer, with a word why. `scope` is that of approving.
///
/// # Errors
///
/// [`TemplateError`]
pub fn return_version(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (id, version): (TemplateId, u32),
    why: &str,
) -> Result<(), TemplateError> {
    let template = latest(held(tx, scope, id)?, version)?;
    let why: String = why.trim().chars().take(LONGEST_WHY).collect();
    if why.is_empty() {
        return Err(TemplateError::State(
            "Say why, so that its writer can go on.",
        ));
    }
    let row = params![id, template.version, act.at, scope.person(), &why];
    if tx.execute(queries::RETURN, &row)? == 0 {
        return Err(TemplateError::State(
            "Nobody asks for its approval any longer.",
        ));
    }
    tx.execute(queries::TOUCH, &params![id])?;
    Ok(audit(tx, act, ("TemplateReturned", id), version)?)
}

/// Takes a template out of use, or brings it back.
///
/// # Errors
///
/// [`TemplateError`]
pub fn retire(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (id, back): (TemplateId, bool),
) -> Result<(), TemplateError> {
    let template = held(tx, scope, id)?;
    let (done, name) = if back {
        (
            tx.execute(queries::BRING_BACK, &params![id])?,
            "TemplateBroughtBack",
        )
    } else {
        (
            tx.execute(queries::RETIRE, &params![id, act.at])?,
            "TemplateRetired",
        )
    };
    if done == 0 {
        return Err(TemplateError::State("Somebody has done that already."));
    }
    Ok(audit(tx, act, (name, id), template.version)?)
}

/// The right still stands, over all templates: they belong to nobody.
fn may(tx: &Write<'_>, scope: &Scope) -> Result<(), TemplateError> {
    scope.confirm(tx)?;
    if scope.is_everything() {
        Ok(())
    } else {
        Err(TemplateError::NotAllowed)
    }
}

fn held(tx: &Write<'_>, scope: &Scope, id: TemplateId) -> Result<Template, TemplateError> {
    may(tx, scope)?;
    tx.execute(queries::HOLD, &params![id])?;
    queries::one(tx, id)?.ok_or(TemplateError::Missing)
}

fn latest(template: Template, version: u32) -> Result<Template, TemplateError> {
    if template.version == version {
        Ok(template)
    } else {
        Err(TemplateError::Changed)
    }
}

fn add_version(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (id, version): (TemplateId, u32),
    draft: &Draft,
) -> Result<(), StoreError> {
    let row = params![
        id,
        version,
        &draft.subject,
        &draft.body,
        act.at,
        scope.person(),
        None::<Instant>
    ];
    tx.execute(queries::ADD_VERSION, &row).map(drop)
}

fn audit(
    tx: &Write<'_>,
    act: &Act,
    (name, id): (&str, TemplateId),
    version: u32,
) -> Result<(), StoreError> {
    let detail = serde_json::json!({ "version": version });
    act.write(tx, name, ("template", &id.to_string()), &detail)
}
