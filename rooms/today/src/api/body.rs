//! Obligations and events as the API writes them.

use kept_journal::InForce;
use kept_journal::alerts::Alert;
use kept_journal::events::Listed;
use kept_journal::obligations::Owed;
use kept_kernel::Instant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::say;

/// A record that something is about.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordBody {
    /// Its kind.
    #[schema(example = "request")]
    noun: String,
    /// Which one.
    #[schema(example = "1182")]
    id: String,
}

/// An obligation: what a rule asks of somebody for one case, and how that stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Obligation)]
pub(super) struct ObligationBody {
    /// Its number. It stays the same while the obligation moves through its verdicts; when everything is judged anew, as after a change of
    /// the SOPs, each obligation gets another. What names it for good is the rule, the record, the cycle and the level.
    #[schema(example = "184467")]
    id: String,
    /// The rule: the code of the SOP and the rule in it.
    #[schema(example = "SR/acknowledge")]
    rule: String,
    /// The clause that people see.
    #[schema(example = "SR 4.3")]
    clause: String,
    /// The version of the SOP.
    #[schema(example = "1.0")]
    version: String,
    /// What it is about.
    record: RecordBody,
    /// The client.
    #[schema(example = "204")]
    client: Option<String>,
    /// The client's tier when it opened.
    #[schema(example = "gold")]
    tier: Option<String>,
    /// How it stands: pending, paused, overdue, met, met-late, missed, excused, cancelled or cannot-be-judged.
    #[schema(example = "met")]
    verdict: String,
    /// When it began to count.
    #[schema(example = "2026-01-20T08:00:00Z")]
    opened_at: String,
    /// Until when; null: without a date.
    #[schema(example = "2026-01-20T09:00:00Z")]
    due_at: Option<String>,
    /// When it was done.
    #[schema(example = "2026-01-20T08:20:00Z")]
    discharged_at: Option<String>,
    /// When its verdict was decided.
    #[schema(example = "2026-01-20T08:20:00Z")]
    settled_at: Option<String>,
    /// The role or part that owes it, in the words of the SOP.
    #[schema(example = "client service representative")]
    owner_role: String,
    /// The person who owes it.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    owner: Option<String>,
    /// Their name.
    #[schema(example = "Maya Okonkwo")]
    owner_name: Option<String>,
    /// The how-manieth of this rule on this record: one more for each reopening.
    #[schema(example = 1)]
    cycle: u32,
    /// 0; for the rung of an escalation its number.
    #[schema(example = 0)]
    level: u32,
    /// The fact without which it cannot be judged.
    #[schema(example = json!(null))]
    unknown: Option<String>,
    /// The exception that applied.
    #[schema(example = json!(null))]
    exception: Option<String>,
}

fn text(at: Instant) -> String {
    at.timestamp().to_string()
}

pub(super) fn obligation(rules: &InForce, owed: &Owed) -> ObligationBody {
    let name = |id: &String| rules.directory.name(id).to_owned();
    ObligationBody {
        id: owed.number.to_string(),
        rule: format!("{}/{}", owed.code, owed.rule),
        clause: say::mark(rules, &owed.code, &owed.rule),
        version: owed.version.clone(),
        record: RecordBody {
            noun: owed.noun.clone(),
            id: owed.subject.clone(),
        },
        client: owed.client.clone(),
        tier: owed.tier.clone(),
        verdict: owed.verdict.clone(),
        opened_at: text(owed.opened_at),
        due_at: owed.due_at.map(text),
        discharged_at: owed.discharged_at.map(text),
        settled_at: owed.settled_at.map(text),
        owner_role: owed.owner_role.clone(),
        owner_name: owed.owner.as_ref().map(name),
        owner: owed.owner.clone(),
        cycle: owed.cycle,
        level: owed.level,
        unknown: owed.more.unknown.clone(),
        exception: owed.more.exception.clone(),
    }
}

/// Something that somebody was told: a duty draws near, is overdue, or needs somebody to step in.
#[derive(Serialize, ToSchema)]
#[schema(as = Alert)]
pub(super) struct AlertBody {
    /// Its number; later ones have higher ones.
    #[schema(example = 4711)]
    number: i64,
    /// warning, breach or escalation.
    #[schema(example = "breach")]
    kind: String,
    /// The rule: the code of the SOP and the rule in it.
    #[schema(example = "SR/acknowledge")]
    rule: String,
    /// The clause that people see.
    #[schema(example = "SR 4.3")]
    clause: String,
    /// What it is about.
    record: RecordBody,
    /// The client.
    #[schema(example = "204")]
    client: Option<String>,
    /// The how-manieth of this rule on this record: one more for each reopening.
    #[schema(example = 1)]
    cycle: u32,
    /// The rung of the escalation; 0 for the duty itself.
    #[schema(example = 0)]
    level: u32,
    /// The role that is told, in the words of the SOP.
    #[schema(example = "client service representative")]
    role: String,
    /// The person who is told; null: everybody of the role.
    #[schema(example = json!(null))]
    person: Option<String>,
    /// Until when the duty was or is to be done.
    #[schema(example = "2026-01-20T09:00:00Z")]
    due_at: Option<String>,
    /// When it came about.
    #[schema(example = "2026-01-20T09:00:00Z")]
    at: String,
    /// When it was seen; null: nobody has seen it yet.
    #[schema(example = json!(null))]
    seen_at: Option<String>,
}

pub(super) fn alert(rules: &InForce, of: &Alert) -> AlertBody {
    AlertBody {
        number: of.number,
        kind: of.kind.clone(),
        rule: format!("{}/{}", of.code, of.rule),
        clause: say::mark(rules, &of.code, &of.rule),
        record: RecordBody {
            noun: of.noun.clone(),
            id: of.subject.clone(),
        },
        client: of.client.clone(),
        cycle: of.cycle,
        level: of.level,
        role: of.role.clone(),
        person: of.person.clone(),
        due_at: of.due_at.map(text),
        at: text(of.at),
        seen_at: of.seen_at.map(text),
    }
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(super) struct EventBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// When it happened.
    #[schema(example = "2026-01-20T08:00:00Z")]
    at: String,
    /// When it was recorded.
    #[schema(example = "2026-01-20T08:00:00Z")]
    recorded_at: String,
    /// What it is about.
    record: RecordBody,
    /// The client that it names.
    #[schema(example = "204")]
    client: Option<String>,
    /// The act; of what is no act, such as a merger, a word with an equals sign before it.
    #[schema(example = "acknowledge-request")]
    act: String,
    /// Who did it: the id of a person, client, system; null where that is not known.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    by: Option<String>,
    /// Facts as they were known then: pairs of a name and a value. Texts are fingerprints.
    #[schema(value_type = Vec<Vec<String>>, example = json!([["request.urgency", "high"]]))]
    facts: serde_json::Value,
    /// Records that it is linked with: pairs of a kind and an id.
    #[schema(value_type = Vec<Vec<String>>, example = json!([["client", "204"]]))]
    links: serde_json::Value,
}

pub(super) fn event(listed: &Listed) -> EventBody {
    let body: serde_json::Value = serde_json::from_str(&listed.body).unwrap_or_default();
    let list = |name: &str| {
        let found = body.get(name).cloned();
        found.unwrap_or_else(|| serde_json::Value::Array(Vec::new()))
    };
    EventBody {
        id: listed.id.to_string(),
        at: text(listed.at),
        recorded_at: text(listed.recorded_at),
        record: RecordBody {
            noun: listed.noun.clone(),
            id: listed.subject.clone(),
        },
        client: listed.client.clone(),
        act: listed.what.clone(),
        by: body.get("by").and_then(|by| by.as_str()).map(str::to_owned),
        facts: list("facts"),
        links: list("links"),
    }
}
