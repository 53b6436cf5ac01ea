//! What programs send with an act.

use jiff::tz::TimeZone;
use kept_api::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::model::{Expected, instant_of};

/// A body without fields.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Whose words they are.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// Ours, to the client.
    #[default]
    Us,
    /// Ours, among us.
    Note,
    /// The client's.
    Client,
}

/// Something to be said.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// us, note or client; us when left out.
    #[serde(default)]
    pub voice: Said,
    /// The words, in Markdown.
    #[schema(example = "We found the mistake and send a new invoice today.")]
    pub text: String,
    /// By which way; by email when left out.
    #[serde(default)]
    #[schema(example = "email")]
    pub channel: String,
    /// When we expect to be done.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub expected_at: Option<String>,
    /// When we will write again.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub update_at: Option<String>,
}

impl Words {
    /// What the client is told to expect.
    pub(super) fn expected(&self, zone: &TimeZone) -> Result<Expected, Problem> {
        expected(zone, [&self.expected_at, &self.update_at], None)
    }
}

/// An acknowledgement.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// The words to the client; words of our own when left out.
    #[serde(default)]
    #[schema(example = "Thank you, we have it.")]
    pub text: String,
    /// By which way; by email when left out.
    #[serde(default)]
    #[schema(example = "email")]
    pub channel: String,
    /// When we expect to be done.
    #[serde(default)]
    #[schema(example = "2026-03-02T16:00:00Z")]
    pub expected_at: Option<String>,
    /// When we will write again.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub update_at: Option<String>,
    /// Why neither is known yet.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub reason: Option<String>,
    /// No person did it.
    #[serde(default)]
    #[schema(example = false)]
    pub automatic: bool,
}

/// What somebody has judged.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// What kind of request it is.
    #[schema(example = "billing")]
    pub category: String,
    /// How soon the client needs it.
    #[schema(example = "high")]
    pub urgency: String,
    /// How much depends on it.
    #[schema(example = "medium")]
    pub impact: String,
}

/// To whom it is given.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The id of somebody who works here; null: nobody.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub assignee: Option<String>,
}

/// For whom it waits.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Whom {
    /// The client.
    Client,
    /// Somebody else outside.
    #[serde(rename = "third party")]
    ThirdParty,
    /// It goes on.
    Nobody,
}

/// For whom it waits.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Waits {
    /// client, third party or nobody.
    #[schema(example = "client")]
    pub r#for: Whom,
}

/// A step that was done.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoneStep {
    /// The act of the vocabulary.
    #[schema(example = "examine-request")]
    pub act: String,
    /// What was found, or why.
    #[serde(default)]
    #[schema(example = "A cell of the battery is dead.")]
    pub words: String,
    /// Until when a support team agrees to be done.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub agreed_at: Option<String>,
}

/// What was done.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// So that the next colleague finds it.
    #[schema(example = "The invoice was corrected and sent again.")]
    pub resolution: String,
    /// The client is told at once.
    #[serde(default)]
    #[schema(example = true)]
    pub notice: bool,
}

/// How it is closed.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    /// Why it is closed although a gate is shut.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub despite: Option<String>,
    /// Why the client is not asked for feedback.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub unasked: Option<String>,
    /// duplicate, spam or withdrawn: an ending that nobody confirms.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub ending: Option<String>,
    /// Why it ends so.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub reason: Option<String>,
}

/// Why it is opened again.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopening {
    /// Why.
    #[serde(default)]
    #[schema(example = "The new invoice is wrong too.")]
    pub reason: Option<String>,
}

/// A tag.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestTag)]
pub struct Tagged {
    /// The tag.
    #[schema(example = "invoice")]
    pub tag: String,
}

/// Something to do.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTask)]
pub struct Titled {
    /// What is to do.
    #[schema(example = "Ask the warehouse for the delivery note")]
    pub title: String,
    /// Who is to do it, by id.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub assignee: Option<String>,
    /// Until the end of which day.
    #[serde(default)]
    #[schema(example = "2026-03-02")]
    pub due_on: Option<String>,
}

/// How a task stands.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskCompletion)]
pub struct Completed {
    /// Whether it is done.
    #[schema(example = true)]
    pub done: bool,
}

/// What one request is of another.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = LinkKind)]
pub enum Kind {
    /// The same matter.
    Duplicate,
    /// It came of the other.
    FollowUp,
    /// They have to do with each other.
    Related,
}

impl Kind {
    /// As the command knows it.
    pub(in crate::api) const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::FollowUp => "follow-up",
            Self::Related => "related",
        }
    }
}

/// A link.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLink)]
pub struct Linking {
    /// duplicate, follow-up or related.
    #[schema(example = "follow-up")]
    pub kind: Kind,
    /// The other request, by its number or its id.
    #[schema(example = "R-1042")]
    pub other: String,
}

/// The other request.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OtherRequest)]
pub struct Joined {
    /// The one that lives on, by its number or its id.
    #[schema(example = "R-1042")]
    pub other: String,
}

/// A second request out of one.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SplitOff)]
pub struct SplitOff {
    /// What it is about.
    #[schema(example = "The old scales are to be collected")]
    pub subject: String,
    /// The client's messages that stand in it too, by their places; at most 50. None: nothing was said about it yet.
    #[serde(default)]
    #[schema(example = json!([3]))]
    pub messages: Vec<u32>,
}

/// As it should have been filed. What is left out stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestCorrection)]
pub struct Corrected {
    /// What it is about.
    #[serde(default)]
    #[schema(example = "Invoice 1182 is wrong", max_length = 200)]
    pub subject: Option<String>,
    /// Who asks: the address or the name of a contact, or the whole name of a client of whom nobody is named.
    #[serde(default)]
    #[schema(example = "ruth@brennan.example")]
    pub asked_by: Option<String>,
    /// It may go over to another client, with all that is owed on it.
    #[serde(default)]
    #[schema(example = false)]
    pub moves: bool,
}

/// Until when it is set aside.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Snooze)]
pub struct Aside {
    /// A time to come; null: it comes back now.
    #[serde(default)]
    #[schema(example = "2026-03-02T09:00:00Z")]
    pub until: Option<String>,
}

/// Where it is sent.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Rerouting)]
pub struct Rerouted {
    /// The department, in the words of the vocabulary; as it is when left out.
    #[serde(default)]
    #[schema(example = "accounts")]
    pub department: Option<String>,
    /// The team, by id; as it is when left out.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub team: Option<String>,
    /// Who works on it there, by id; nobody when left out.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub assignee: Option<String>,
    /// Why.
    #[schema(example = "It is about the invoice alone")]
    pub reason: String,
}

/// What the client is told to expect.
pub(super) fn expected(
    zone: &TimeZone,
    [done_at, update_at]: [&Option<String>; 2],
    reason: Option<&String>,
) -> Result<Expected, Problem> {
    let read = |field: &str, text: &Option<String>| match text.as_deref() {
        None => Ok(None),
        Some(text) => {
            let at = instant_of(text, zone);
            let wrong = || Problem::wrong(field, "Send a time like 2026-03-02T16:00:00Z.");
            at.map(Some).ok_or_else(wrong)
        }
    };
    let reason = reason.map(|reason| reason.trim().to_owned());
    Ok(Expected {
        done_at: read("expected_at", done_at)?,
        update_at: read("update_at", update_at)?,
        reason: reason.filter(|reason| !reason.is_empty()),
    })
}
