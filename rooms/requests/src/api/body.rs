//! A request as the API writes it.

use kept_kernel::Instant;
use kept_wording::{Looked, Remark};
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Message, Request};

/// Something that could be said better in a message.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Remark)]
pub(super) struct RemarkBody {
    /// Of which kind: greeting, length, negative, jargon, stiff, house, shouting, vague, date, spelling, grammar, next step.
    #[schema(example = "stiff")]
    kind: &'static str,
    /// The words; empty where something is missing.
    #[schema(example = "prior to")]
    words: String,
    /// Why.
    #[schema(example = "Plain words are read faster.")]
    why: String,
    /// Other ways to say it.
    #[schema(example = json!(["before"]))]
    instead: Vec<String>,
}

/// What there is to remark on a text.
pub(super) fn remarks(text: &str, looked: &Looked) -> Vec<RemarkBody> {
    let remark = |one: &Remark| RemarkBody {
        kind: one.kind.name(),
        words: text.get(one.range.clone()).unwrap_or_default().to_owned(),
        why: one.why.clone(),
        instead: one.instead.clone(),
    };
    looked.remarks.iter().map(remark).collect()
}

/// A request.
#[derive(Serialize, ToSchema)]
#[schema(as = Request)]
pub(super) struct RequestBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// What could be said better in the message that was just sent; it was sent all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(super) remarks: Vec<RemarkBody>,
    /// The number that people call it by.
    #[schema(example = "R-1042")]
    number: String,
    /// How it stands: new, acknowledged, in progress, waiting for the client, waiting for a third party, resolved, closed.
    #[schema(example = "acknowledged")]
    state: &'static str,
    /// What it is about.
    #[schema(example = "Invoice 1182 is wrong")]
    subject: String,
    /// By which way it came.
    #[schema(example = "email")]
    channel: String,
    /// The client.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    client: String,
    /// The client's name.
    #[schema(example = "Brennan Pumps")]
    client_name: String,
    /// The client's tier.
    #[schema(example = "Gold")]
    tier: Option<String>,
    /// Who of the client asked.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff1")]
    contact: Option<String>,
    /// Their name.
    #[schema(example = "Ruth Brennan")]
    contact_name: Option<String>,
    /// What kind of request it is.
    #[schema(example = "billing")]
    category: Option<String>,
    /// How soon the client needs it.
    #[schema(example = "high")]
    urgency: Option<String>,
    /// How much depends on it.
    #[schema(example = "medium")]
    impact: Option<String>,
    /// What follows of both by the table of the SOPs in force.
    #[schema(example = "high")]
    priority: Option<String>,
    /// The department that works on it.
    #[schema(example = "accounts")]
    department: Option<String>,
    /// The team that it belongs to.
    #[schema(example = json!(null))]
    team: Option<String>,
    /// Who works on it.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff2")]
    assignee: Option<String>,
    /// Their name.
    #[schema(example = "Maya Okonkwo")]
    assignee_name: Option<String>,
    /// Its tags.
    #[schema(example = json!(["invoice"]))]
    tags: Vec<String>,
    /// How many messages it has.
    #[schema(example = 3)]
    messages: u32,
    /// What was done.
    #[schema(example = json!(null))]
    resolution: Option<String>,
    /// How it ended.
    #[schema(example = json!(null))]
    ending: Option<String>,
    /// When the client spoke or wrote.
    #[schema(example = "2026-02-27T08:12:45Z")]
    contacted_at: String,
    /// When it was entered.
    #[schema(example = "2026-02-27T08:12:45Z")]
    received_at: String,
    /// When the client was told that we have it.
    #[schema(example = "2026-02-27T08:40:00Z")]
    acknowledged_at: Option<String>,
    /// When we said to be done.
    #[schema(example = json!(null))]
    expected_at: Option<String>,
    /// When we said to write again.
    #[schema(example = json!(null))]
    update_at: Option<String>,
    /// Since when it waits.
    #[schema(example = json!(null))]
    waiting_since: Option<String>,
    /// When it was done.
    #[schema(example = json!(null))]
    resolved_at: Option<String>,
    /// When the client confirmed.
    #[schema(example = json!(null))]
    confirmed_at: Option<String>,
    /// When it was closed.
    #[schema(example = json!(null))]
    closed_at: Option<String>,
    /// Its next deadline.
    #[schema(example = "2026-02-27T16:12:45Z")]
    due_at: Option<String>,
    /// The rule that asks for it, as document and rule.
    #[schema(example = "SR/resolve")]
    due_rule: Option<String>,
    /// The request that it has become part of.
    #[schema(example = json!(null))]
    merged_into: Option<String>,
}

pub(super) fn body(of: &Request, tags: &[String]) -> RequestBody {
    let instant = |at: Instant| at.timestamp().to_string();
    RequestBody {
        id: of.id.to_string(),
        remarks: Vec::new(),
        number: of.mark(),
        state: of.state().name(),
        subject: of.subject.clone(),
        channel: of.channel.clone(),
        client: of.client.to_string(),
        client_name: of.client_name.clone(),
        tier: of.tier.clone(),
        contact: of.contact.map(|contact| contact.to_string()),
        contact_name: of.contact_name.clone(),
        category: of.category.clone(),
        urgency: of.urgency.clone(),
        impact: of.impact.clone(),
        priority: of.priority.clone(),
        department: of.department.clone(),
        team: of.team.map(|team| team.to_string()),
        assignee: of.assignee.map(|person| person.to_string()),
        assignee_name: of.assignee_name.clone(),
        tags: tags.to_vec(),
        messages: of.messages,
        resolution: of.resolution.clone(),
        ending: of.ending.clone(),
        contacted_at: instant(of.contacted_at),
        received_at: instant(of.received_at),
        acknowledged_at: of.acknowledged_at.map(instant),
        expected_at: of.expected_at.map(instant),
        update_at: of.update_at.map(instant),
        waiting_since: of.waiting_since.map(instant),
        resolved_at: of.resolved_at.map(instant),
        confirmed_at: of.confirmed_at.map(instant),
        closed_at: of.closed_at.map(instant),
        due_at: of.due().map(instant),
        due_rule: of.due_rule.clone(),
        merged_into: of.merged_into.map(|into| into.to_string()),
    }
}

/// Something that was said.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub(super) struct MessageBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// Its place on the request, from 1.
    #[schema(example = 2)]
    place: u32,
    /// Whose words they are: client, us, note or machine.
    #[schema(example = "us")]
    voice: &'static str,
    /// By which way.
    #[schema(example = "email")]
    channel: String,
    /// Who said it.
    #[schema(example = "Maya Okonkwo")]
    name: Option<String>,
    /// The words, in Markdown.
    #[schema(example = "Thank you, we have it.")]
    text: String,
    /// The clause that the procedure followed.
    #[schema(example = json!(null))]
    clause: Option<String>,
    /// When.
    #[schema(example = "2026-02-27T08:40:00Z")]
    at: String,
}

pub(super) fn message_body(of: &Message) -> MessageBody {
    MessageBody {
        id: of.id.to_string(),
        place: of.place,
        voice: of.voice.name(),
        channel: of.channel.clone(),
        name: of.name.clone(),
        text: of.text.clone(),
        clause: of.clause.clone(),
        at: of.at.timestamp().to_string(),
    }
}
