//! An obligation as a row: written whole when everything is judged, changed one by one while the house lives.

use std::sync::Arc;

use kept_engine::{Obligation, Verdict};
use kept_kernel::Instant;
use kept_language::ast::RuleKey;
use kept_store::{FromRow, Row, StoreError, Value, Write, params, statements};

use super::{More, verdict_word};
use crate::codec::Codec;
use crate::events::CLIENT;
use crate::numbers::{self, Pair};

statements! {
    ADD = "INSERT INTO obligations (run, record, client, code, rule, version, cycle, level, learner, opened_at, due_at,
               discharged_at, settled_at, verdict, owner_role, owner, tier, body)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    CHANGE = "UPDATE obligations SET version = $2, opened_at = $3, due_at = $4, discharged_at = $5, settled_at = $6,
               verdict = $7, owner_role = $8, owner = $9, tier = $10, body = $11
           WHERE number = $1";
    DROP = "DELETE FROM obligations WHERE number = $1";
}

/// An obligation ready to be written.
pub(crate) struct NewRow {
    pub(crate) noun: String,
    pub(crate) subject: String,
    pub(crate) client: Option<String>,
    pub(crate) rule: Arc<RuleKey>,
    version: Arc<str>,
    pub(crate) cycle: u32,
    pub(crate) level: u8,
    pub(crate) learner: Option<String>,
    opened_at: Instant,
    pub(crate) due_at: Option<Instant>,
    discharged_at: Option<Instant>,
    settled_at: Option<Instant>,
    verdict: Verdict,
    pub(crate) owner_role: Arc<str>,
    pub(crate) owner: Option<String>,
    tier: Option<String>,
    more: More,
    body: String,
}

/// An obligation as it lies in its row, as far as it can change.
pub(crate) struct Kept {
    pub(crate) number: i64,
    pub(crate) name: Name,
    version: String,
    opened_at: Instant,
    due_at: Instant,
    discharged_at: Option<Instant>,
    settled_at: Option<Instant>,
    verdict: String,
    owner_role: String,
    owner: Option<String>,
    tier: Option<String>,
    more: More,
}

/// What names an obligation in every judgement of its case: document, rule, kind of record, record, learner, cycle, level.
pub(crate) type Name = (String, String, String, String, String, u32, u32);

impl NewRow {
    pub(crate) fn of(codec: &Codec, obligation: &Obligation) -> Self {
        let more = More {
            used_business: obligation.used_business,
            used_elapsed: obligation.used_elapsed,
            paused_business: obligation.paused_business,
            exception: obligation
                .exception
                .as_ref()
                .map(|rule| format!("{}/{}", rule.code, rule.id)),
            unknown: obligation.unknown.clone(),
            calendar: obligation.calendar.to_string(),
        };
        Self {
            noun: codec.noun(obligation.noun).to_owned(),
            subject: obligation.subject.clone(),
            client: obligation.client.clone(),
            rule: obligation.rule.clone(),
            version: obligation.version.clone(),
            cycle: obligation.cycle,
            level: obligation.level,
            learner: obligation.learner.clone(),
            opened_at: obligation.opened_at,
            due_at: obligation.due_at,
            discharged_at: obligation.discharged_at,
            settled_at: obligation.ended_at,
            verdict: obligation.verdict,
            owner_role: obligation.owner_role.clone(),
            owner: obligation.owner.clone(),
            tier: obligation.tier.clone(),
            body: serde_json::to_string(&more).unwrap_or_default(),
            more,
        }
    }

    /// The records that it names.
    pub(crate) fn records(&self) -> Pair<numbers::Name<'_>> {
        let client = self.client.as_deref().map(|client| (CLIENT, client));
        (Some((&self.noun, &self.subject)), client)
    }

    pub(crate) fn name(&self) -> Name {
        (
            self.rule.code.clone(),
            self.rule.id.clone(),
            self.noun.clone(),
            self.subject.clone(),
            self.learner.clone().unwrap_or_default(),
            self.cycle,
            u32::from(self.level),
        )
    }

    /// `record` and `client` are their numbers.
    pub(crate) fn values(&self, run: i64, (record, client): Pair<i64>) -> [Value<'_>; 18] {
        params![
            run,
            record,
            client,
            &self.rule.code,
            &self.rule.id,
            &*self.version,
            self.cycle,
            self.level,
            self.learner.as_deref().unwrap_or_default(),
            self.opened_at,
            self.due_at.unwrap_or(Instant::MAX),
            self.discharged_at,
            self.settled_at,
            verdict_word(self.verdict),
            &*self.owner_role,
            self.owner.as_deref(),
            self.tier.as_deref(),
            Value::Json(&self.body),
        ]
    }

    /// Whether the row must be written anew. The time that an open duty has used grows by itself and is not looked at.
    pub(crate) fn differs(&self, kept: &Kept) -> bool {
        let open = self.settled_at.is_none();
        let more = self.more != kept.more
            && !(open
                && self.more.exception == kept.more.exception
                && self.more.unknown == kept.more.unknown
                && self.more.calendar == kept.more.calendar);
        more || self.opened_at != kept.opened_at
            || self.due_at.unwrap_or(Instant::MAX) != kept.due_at
            || self.discharged_at != kept.discharged_at
            || self.settled_at != kept.settled_at
            || verdict_word(self.verdict) != kept.verdict
            || *self.version != *kept.version
            || *self.owner_role != *kept.owner_role
            || self.owner != kept.owner
            || self.tier != kept.tier
    }

    pub(crate) fn change(&self, tx: &Write<'_>, number: i64) -> Result<(), StoreError> {
        let row = params![
            number,
            &*self.version,
            self.opened_at,
            self.due_at.unwrap_or(Instant::MAX),
            self.discharged_at,
            self.settled_at,
            verdict_word(self.verdict),
            &*self.owner_role,
            self.owner.as_deref(),
            self.tier.as_deref(),
            Value::Json(&self.body)
        ];
        tx.put(CHANGE, &row)
    }
}

impl FromRow for Kept {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let body: &str = row.get(17)?;
        Ok(Self {
            number: row.get(0)?,
            name: (
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
            ),
            version: row.get(8)?,
            opened_at: row.get(9)?,
            due_at: row.get(10)?,
            discharged_at: row.get(11)?,
            settled_at: row.get(12)?,
            verdict: row.get(13)?,
            owner_role: row.get(14)?,
            owner: row.get(15)?,
            tier: row.get(16)?,
            more: serde_json::from_str(body).unwrap_or_default(),
        })
    }
}
