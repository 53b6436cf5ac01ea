//! Saying what kind of request it is, how urgent, and how much depends on it.

use kept_store::Write;

use super::{By, RequestError, Step, Work, held, not_over};
use crate::model::{Fault, Request, RequestId, is_choice};
use crate::tables;
use crate::telling::Said;

/// What somebody has judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// What kind it is.
    pub category: String,
    /// How soon the client needs it.
    pub urgency: String,
    /// How much depends on it.
    pub impact: String,
}

/// Sets category, urgency and impact; the priority follows from the table in force, and so does the department.
///
/// # Errors
///
/// [`RequestError`]
pub fn prioritise_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    judged: &Judged,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    not_over(&request)?;
    let register = &step.rules.register;
    let faults: Vec<Fault> = [
        ("category", &judged.category, Fault::UnknownCategory),
        ("urgency", &judged.urgency, Fault::UnknownUrgency),
        ("impact", &judged.impact, Fault::UnknownImpact),
    ]
    .into_iter()
    .filter(|(name, word, _)| !is_choice(register, name, word))
    .map(|(_, _, fault)| fault)
    .collect();
    if !faults.is_empty() {
        return Err(RequestError::Faults(faults));
    }
    let mut work = Work::on(tx, step, request);
    work.request.category = Some(judged.category.clone());
    work.request.urgency = Some(judged.urgency.clone());
    work.request.impact = Some(judged.impact.clone());
    let known = [
        ("urgency", Some(judged.urgency.as_str())),
        ("impact", Some(judged.impact.as_str())),
    ];
    work.request.priority = tables::answer(&step.rules, "priority", &known);
    let first = work.request.prioritised_at.is_none();
    if first {
        let category = [("category", Some(judged.category.as_str()))];
        let department = tables::answer(&step.rules, "department", &category);
        work.request.department = department.or(work.request.department.take());
    }
    work.request.prioritised_at = Some(work.at());
    let said = facts(&work);
    work.tell("prioritise-request", &said)?;
    let words = words(&work.request);
    work.machine(&words, "prioritise")?;
    let detail = serde_json::json!({ "priority": work.request.priority });
    work.finish("RequestPrioritised", &detail)
}

/// What is known of it, as facts.
pub(super) fn facts<'a>(work: &Work<'a, '_>) -> Said<'a> {
    let of = &work.request;
    work.said()
        .choice("category", of.category.as_deref())
        .choice("urgency", of.urgency.as_deref())
        .choice("impact", of.impact.as_deref())
}

/// `Priority high: urgency high, impact medium; a billing request`
pub(super) fn words(of: &Request) -> String {
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "unknown".to_owned());
    format!(
        "Priority {}: urgency {}, impact {}; category {}",
        word(&of.priority),
        word(&of.urgency),
        word(&of.impact),
        word(&of.category)
    )
}
