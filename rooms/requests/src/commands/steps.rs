//! Steps of the procedure that leave nothing on the request but that they were done.

use kept_kernel::Instant;
use kept_store::Write;

use super::{By, RequestError, Step, Work, held_to_give, not_over};
use crate::model::{Fault, Request, RequestId};

/// A step as somebody does it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepDone {
    /// The act of the vocabulary; one of [`STEPS`].
    pub act: String,
    /// What was found, or why.
    pub words: String,
    /// Until when a support team agrees to be done.
    pub agreed_at: Option<Instant>,
}

/// The acts that can be done so, what they are called, and the rule that asks for each.
pub const STEPS: [(&str, &str, &str); 10] = [
    (
        "mark-request-as-complex",
        "Mark it as complex",
        "look-over-complex",
    ),
    ("oversee-request", "Look it over", "look-over-high-value"),
    (
        "tell-client-open-channels",
        "Tell the client the open channels",
        "name-open-channels",
    ),
    (
        "read-request-back",
        "Read it back to the client",
        "read-back",
    ),
    (
        "examine-request",
        "Examine it, with its cause",
        "problem-workflow",
    ),
    (
        "check-request-against-agreement",
        "Check it against the agreement",
        "order-workflow",
    ),
    ("carry-out-request", "Carry it out", "carry-out"),
    ("test-request", "Test its outcome", "problem-workflow"),
    (
        "escalate-request",
        "Escalate it to a support team",
        "agree-time",
    ),
    (
        "settle-escalation",
        "Settle the escalation",
        "support-in-time",
    ),
];

/// Does a step.
///
/// # Errors
///
/// [`RequestError`]
pub fn do_step(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    done: &StepDone,
) -> Result<Request, RequestError> {
    let known = STEPS.iter().find(|(act, ..)| *act == done.act);
    let (act, name, rule) = known.ok_or(Fault::UnknownStep)?;
    let request = held_to_give(tx, by, at)?;
    not_over(&request)?;
    let mut work = Work::on(tx, step, request);
    let now = work.at();
    let words = Some(done.words.trim()).filter(|words| !words.is_empty());
    let mut said = work.said();
    match *act {
        "mark-request-as-complex" => work.request.complex_at = Some(now),
        "examine-request" => said = said.text("cause", words),
        "escalate-request" => {
            work.request.escalated_at = Some(now);
            work.request.agreed_at = done.agreed_at;
            said = said.instant("agreed time", done.agreed_at);
        }
        "settle-escalation" => {
            work.request.escalated_at = None;
            work.request.agreed_at = None;
        }
        "tell-client-open-channels" => said = said.proof("message-to-client"),
        _ => {}
    }
    if words.is_some() {
        said = said.proof("reason");
    }
    work.tell(act, &said)?;
    let told = match words {
        Some(words) => format!("{name}: {words}"),
        None => (*name).to_owned(),
    };
    work.machine(&told, rule)?;
    work.finish("RequestStepDone", &serde_json::json!({ "act": act }))
}
