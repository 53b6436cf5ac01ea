//! What a macro or a selection does to a request: small steps that can be taken back.

use kept_accounts::model::{PersonId, TeamId};
use kept_store::Write;
use serde::{Deserialize, Serialize};

use super::close::{Ended, end_request, ended, take_end_back};
use super::{
    By, End, Judged, RequestError, Rerouting, Step, add_tag, assign_request, drop_tag, end_waiting,
    held_to_give, merge_request, note_request, prioritise_request, reroute_request, snooze_request,
    wait_for,
};
use crate::model::{Fault, Request, RequestId, Waiting};
use crate::queries;

const DAY: i64 = 86_400_000_000;
/// Nothing is set aside for longer.
const MOST_DAYS: u32 = 366;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is given to `me`, to `nobody`, or to the person with this id.
    Assign(String),
    /// It is sent to the team with this id.
    Send(String),
    /// It is set aside for so many days.
    SetAside(u32),
    /// It gets a tag.
    Tag(String),
    /// It loses a tag.
    Untag(String),
    /// It waits for the `client` or a `third party`.
    Wait(String),
    /// It gets an internal note.
    Note(String),
    /// It is judged anew: of which category, none as it is; how urgent; how much depends on it.
    Judge(Option<String>, String, String),
    /// It ends as spam, for this reason.
    Spam(String),
    /// It becomes part of the request with this number.
    Merge(String),
}

/// How a request stood before a step.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Before {
    /// With whom it was.
    With(Option<String>),
    /// With which team and whom.
    At(Option<String>, Option<String>),
    /// Until when it was set aside.
    Aside(i64),
    /// It did not have this tag.
    Without(String),
    /// It had this tag.
    Tagged(String),
    /// For whom it waited.
    Waited(Option<String>),
    /// Its category, urgency and impact; none: nobody had judged it.
    Judged(Option<[String; 3]>),
    /// What its end took away.
    Ended(Ended),
    /// It was a request of its own.
    Apart,
    /// The step changed nothing, or nothing that is taken back.
    Same,
}

impl Change {
    /// In a word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Assign(_) => "assign",
            Self::Send(_) => "send",
            Self::SetAside(_) => "set aside",
            Self::Tag(_) => "tag",
            Self::Untag(_) => "untag",
            Self::Wait(_) => "wait",
            Self::Note(_) => "note",
            Self::Judge(..) => "set the priority",
            Self::Spam(_) => "end as spam",
            Self::Merge(_) => "merge",
        }
    }

    /// Whether it can be done at all: the words are known, nothing is empty.
    ///
    /// # Errors
    ///
    /// The fault of the field.
    pub fn checked(self) -> Result<Self, Fault> {
        let tag = |text: &str| {
            let tag = text.trim().to_lowercase();
            if tag.is_empty() {
                Err(Fault::NoText)
            } else {
                Ok(tag)
            }
        };
        match &self {
            Self::Assign(to) => match to.as_str() {
                "me" | "nobody" => Ok(self),
                id => id
                    .parse::<PersonId>()
                    .map(|_| self.clone())
                    .map_err(|_| Fault::UnknownPerson),
            },
            Self::Send(team) => match team.parse::<TeamId>() {
                Ok(_) => Ok(self),
                Err(_) => Err(Fault::UnknownTeam),
            },
            Self::SetAside(days) => Ok(Self::SetAside((*days).clamp(1, MOST_DAYS))),
            Self::Tag(text) => Ok(Self::Tag(tag(text)?)),
            Self::Untag(text) => Ok(Self::Untag(tag(text)?)),
            Self::Wait(whom) => waiting(whom).map(|_| self.clone()).ok_or(Fault::NoText),
            Self::Note(text) if text.trim().is_empty() => Err(Fault::NoText),
            Self::Judge(_, urgency, _) if urgency.is_empty() => Err(Fault::UnknownUrgency),
            Self::Judge(.., impact) if impact.is_empty() => Err(Fault::UnknownImpact),
            Self::Spam(reason) if reason.trim().is_empty() => Err(Fault::NoReason),
            Self::Merge(into) if into.trim().is_empty() => Err(Fault::UnknownRequest),
            Self::Note(_) | Self::Judge(..) | Self::Spam(_) | Self::Merge(_) => Ok(self),
        }
    }
}

fn waiting(whom: &str) -> Option<Waiting> {
    match whom {
        "client" => Some(Waiting::Client),
        "third party" => Some(Waiting::ThirdParty),
        _ => None,
    }
}

pub(super) const fn word(waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::Client => "client",
        Waiting::ThirdParty => "third party",
    }
}

/// Does a step, and says how the request stood before.
pub(super) fn change(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    change: &Change,
) -> Result<Before, RequestError> {
    let at = (id, None);
    let stood = held_to_give(tx, by, at)?;
    match change {
        Change::Assign(to) => {
            let to = match to.as_str() {
                "me" => by.person(),
                "nobody" => None,
                id => Some(id.parse().map_err(|_| Fault::UnknownPerson)?),
            };
            assign_request(tx, step, by, at, to)?;
            Ok(Before::With(stood.assignee.map(|one| one.to_string())))
        }
        Change::Send(team) => {
            let to = Some(team.parse().map_err(|_| Fault::UnknownTeam)?);
            if stood.team == to {
                return Ok(Before::Same);
            }
            send(tx, step, by, id, to)?;
            let with = stood.assignee.map(|one| one.to_string());
            Ok(Before::At(stood.team.map(|team| team.to_string()), with))
        }
        Change::SetAside(days) => {
            let until = step.act.at.plus_micros(i64::from(*days) * DAY);
            snooze_request(tx, step, by, at, until)?;
            Ok(Before::Aside(stood.snoozed_until.micros()))
        }
        Change::Tag(tag) | Change::Untag(tag) => {
            let has = queries::tags(tx, id)?.contains(tag);
            let wanted = matches!(change, Change::Tag(_));
            if has == wanted {
                return Ok(Before::Same);
            }
            if wanted {
                add_tag(tx, step, by, id, tag)?;
                Ok(Before::Without(tag.clone()))
            } else {
                drop_tag(tx, step, by, id, tag)?;
                Ok(Before::Tagged(tag.clone()))
            }
        }
        Change::Wait(whom) => {
            let whom = waiting(whom).ok_or(Fault::NoText)?;
            if stood.waiting == Some(whom) {
                return Ok(Before::Same);
            }
            wait_for(tx, step, by, at, whom)?;
            Ok(Before::Waited(
                stood.waiting.map(|one| word(one).to_owned()),
            ))
        }
        Change::Note(text) => {
            note_request(tx, step, by, id, text)?;
            Ok(Before::Same)
        }
        Change::Judge(category, urgency, impact) => {
            judge(tx, step, by, &stood, (category.as_deref(), urgency, impact))
        }
        Change::Spam(reason) => {
            let before = ended(tx, &stood)?;
            end_request(tx, step, by, at, (End::Spam, reason))?;
            Ok(Before::Ended(before))
        }
        Change::Merge(into) => match merge_request(tx, step, by, at, into) {
            Ok(_) => Ok(Before::Apart),
            Err(RequestError::Faults(_)) => Err(RequestError::State(
                "The request that it was to become part of is gone, or out of your reach.",
            )),
            Err(other) => Err(other),
        },
    }
}

/// Judges a request that may have its category already, and says how it was judged before.
fn judge(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    stood: &Request,
    (category, urgency, impact): (Option<&str>, &str, &str),
) -> Result<Before, RequestError> {
    let category = category.or(stood.category.as_deref());
    let judged = Judged {
        category: category.unwrap_or_default().to_owned(),
        urgency: urgency.to_owned(),
        impact: impact.to_owned(),
    };
    // What is over says that first, and what is out of reach that it is not there.
    super::not_over(stood)?;
    if category.is_none() {
        return Err(RequestError::State(
            "It has no category yet. Choose one for it.",
        ));
    }
    let known = (&stood.category, &stood.urgency, &stood.impact);
    let before = match known {
        (Some(category), Some(urgency), Some(impact)) if stood.prioritised_at.is_some() => {
            Some([category.clone(), urgency.clone(), impact.clone()])
        }
        _ => None,
    };
    prioritise_request(tx, step, by, (stood.id, None), &judged)?;
    Ok(Before::Judged(before))
}

/// Takes a step back.
pub(super) fn change_back(
    tx: &Write<'_>,
    [step, second]: &[Step; 2],
    by: &By,
    id: RequestId,
    before: Before,
) -> Result<(), RequestError> {
    let at = (id, None);
    match before {
        Before::With(to) => assign_request(tx, step, by, at, person(to)).map(drop),
        Before::At(team, with) => {
            if let Some(team) = team.and_then(|team| team.parse().ok()) {
                send(tx, step, by, id, Some(team))?;
            }
            assign_request(tx, second, by, at, person(with)).map(drop)
        }
        Before::Aside(until) => {
            snooze_request(tx, step, by, at, kept_kernel::Instant::from_micros(until)).map(drop)
        }
        Before::Without(tag) => drop_tag(tx, step, by, id, &tag).map(drop),
        Before::Tagged(tag) => add_tag(tx, step, by, id, &tag).map(drop),
        Before::Waited(None) => end_waiting(tx, step, by, at).map(drop),
        Before::Waited(Some(whom)) => {
            let whom = waiting(&whom).ok_or(Fault::NoText)?;
            wait_for(tx, step, by, at, whom).map(drop)
        }
        Before::Judged(Some([category, urgency, impact])) => {
            let judged = Judged {
                category,
                urgency,
                impact,
            };
            prioritise_request(tx, step, by, at, &judged).map(drop)
        }
        Before::Judged(None) => Err(RequestError::State(
            "Nobody had judged it before. It keeps the priority: set another one where it is wrong.",
        )),
        Before::Ended(before) => {
            take_end_back(tx, step, by, id, &before)?;
            match before.waiting.as_deref().and_then(waiting) {
                Some(whom) => wait_for(tx, second, by, at, whom).map(drop),
                None => Ok(()),
            }
        }
        Before::Apart => Err(RequestError::State(
            "It has become part of another one, and is not taken apart again. Split off what does not belong there.",
        )),
        Before::Same => Ok(()),
    }
}

fn person(id: Option<String>) -> Option<PersonId> {
    id.and_then(|id| id.parse().ok())
}

fn send(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    team: Option<TeamId>,
) -> Result<Request, RequestError> {
    let to = Rerouting {
        department: None,
        team,
        reason: "one of several that were sent on together".to_owned(),
    };
    reroute_request(tx, step, by, (id, None), &to)
}
