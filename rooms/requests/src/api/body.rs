//! A request as the API writes it.

use kept_kernel::{Id, Instant};
use kept_wording::{Looked, Remark};
use serde::Serialize;
use utoipa::ToSchema;

use crate::commands::Change;
use crate::model::{FileRow, Message, Request};
use crate::queries::{Linked, Macro, TaskRow, ViewRow};

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
    /// Until when it is set aside.
    #[schema(example = json!(null))]
    snoozed_until: Option<String>,
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
        snoozed_until: Some(of.snoozed_until)
            .filter(|until| until.micros() > 0)
            .map(instant),
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

/// Something to do for a request.
#[derive(Serialize, ToSchema)]
#[schema(as = Task)]
pub(super) struct TaskBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// What is to do.
    #[schema(example = "Ask the warehouse for the delivery note")]
    title: String,
    /// When it was done; null: it is to do.
    #[schema(example = json!(null))]
    done_at: Option<String>,
    /// Who did it.
    #[schema(example = json!(null))]
    done_by: Option<String>,
    /// Who is to do it.
    #[schema(example = "Maya Okonkwo")]
    assignee_name: Option<String>,
    /// Until the end of which day.
    #[schema(example = "2026-03-02")]
    due_on: Option<String>,
}

pub(super) fn task_body(
    (id, title, done_at, done_by, assignee_name, due_on): &TaskRow,
) -> TaskBody {
    TaskBody {
        id: id.to_string(),
        title: title.clone(),
        done_at: done_at.map(|at| at.timestamp().to_string()),
        done_by: done_by.clone(),
        assignee_name: assignee_name.clone(),
        due_on: due_on.clone(),
    }
}

/// A request that has to do with another.
#[derive(Serialize, ToSchema)]
#[schema(as = Link)]
pub(super) struct LinkBody {
    /// The other request.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    request: String,
    /// The number that people call it by.
    #[schema(example = "R-1042")]
    number: String,
    /// What it is about.
    #[schema(example = "Invoice 1182 is wrong")]
    subject: String,
    /// How it stands.
    #[schema(example = "closed")]
    state: String,
    /// duplicate, follow-up, related, split or merged.
    #[schema(example = "follow-up")]
    kind: String,
    /// What this request is of the other, in words.
    #[schema(example = "follow-up of")]
    words: &'static str,
}

pub(super) fn link_body(of: &Linked) -> LinkBody {
    LinkBody {
        request: of.id.to_string(),
        number: of.mark(),
        subject: of.subject.clone(),
        state: of.state.clone(),
        kind: of.kind.clone(),
        words: of.words(),
    }
}

/// A file of a request.
#[derive(Serialize, ToSchema)]
#[schema(as = File)]
pub(super) struct FileBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// What it is called.
    #[schema(example = "invoice.pdf")]
    name: String,
    /// How many bytes it has.
    #[schema(example = 48213)]
    size: u64,
    /// The place of the message that it came with; null: it lies ready for an answer.
    #[schema(example = 1)]
    message: Option<u32>,
}

pub(super) fn file_body(of: &FileRow) -> FileBody {
    FileBody {
        id: of.id.to_string(),
        name: of.name.clone(),
        size: of.size,
        message: Some(of.place).filter(|place| *place > 0),
    }
}

/// A step that a macro does.
#[derive(Serialize, ToSchema)]
#[schema(as = MacroStep)]
pub(super) struct StepBody {
    /// assign, send, set aside, tag, untag, wait or note.
    #[schema(example = "tag")]
    does: &'static str,
    /// With what: a person or a team by id, me, nobody, days, a tag, whom it waits for, the words of a note.
    #[schema(example = "invoice")]
    with: String,
}

/// Words to begin an answer with, and steps that are done at once.
#[derive(Serialize, ToSchema)]
#[schema(as = Macro)]
pub(super) struct MacroBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// What it is called.
    #[schema(example = "Invoice to be corrected")]
    name: String,
    /// Words to begin an answer with; may be empty.
    #[schema(example = "We look into your invoice and write again by noon.")]
    text: String,
    /// What it does, in order.
    steps: Vec<StepBody>,
}

pub(super) fn macro_body(of: &Macro) -> MacroBody {
    let step = |change: &Change| StepBody {
        does: change.name(),
        with: match change {
            Change::Assign(with)
            | Change::Send(with)
            | Change::Tag(with)
            | Change::Untag(with)
            | Change::Wait(with)
            | Change::Note(with)
            | Change::Spam(with)
            | Change::Merge(with) => with.clone(),
            Change::Judge(_, urgency, impact) => format!("{urgency} {impact}"),
            Change::SetAside(days) => days.to_string(),
        },
    };
    MacroBody {
        id: of.id.to_string(),
        name: of.name.clone(),
        text: of.text.clone(),
        steps: of.changes.iter().map(step).collect(),
    }
}

/// A view of the requests that somebody keeps.
#[derive(Serialize, ToSchema)]
#[schema(as = View)]
pub(super) struct ViewBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// What it is called.
    #[schema(example = "Urgent bills")]
    name: String,
    /// What to send after the question mark to list its requests.
    #[schema(example = "view=open&category=billing&priority=urgent")]
    query: String,
    /// Whether everybody has it.
    #[schema(example = true)]
    shared: bool,
    /// Whether the token's person keeps it.
    #[schema(example = false)]
    mine: bool,
}

pub(super) fn view_body(
    (id, name, query, shared_at, person): &ViewRow,
    me: Option<Id>,
) -> ViewBody {
    ViewBody {
        id: id.to_string(),
        name: name.clone(),
        query: asked_here(query),
        shared: shared_at.is_some(),
        mine: me == Some(*person),
    }
}

/// The queue's page calls the assignee its owner, begins with what is open, and can be a board.
fn asked_here(query: &str) -> String {
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let mut text = form_urlencoded::Serializer::new(String::new());
    if !pairs.iter().any(|(name, _)| name == "view") {
        text.append_pair("view", "open");
    }
    for (name, value) in pairs.iter().filter(|(name, _)| name != "board") {
        let name = if name == "owner" {
            "assignee"
        } else {
            name.as_ref()
        };
        text.append_pair(name, value);
    }
    text.finish()
}
