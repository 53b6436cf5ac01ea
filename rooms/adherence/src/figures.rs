//! The figures of a run under SOPs, rule by rule.

use kept_logs::Summary;
use serde::{Deserialize, Serialize};

use crate::card::RuleCard;
use crate::share::{Share, Standing};
use crate::times::Times;

/// All figures of one replay.
#[derive(Clone, Debug, Serialize)]
pub struct Adherence {
    /// The documents.
    pub sops: Vec<SopLine>,
    /// The calendar's name, where it has one.
    pub calendar: Option<String>,
    /// The calendar's zone.
    pub zone: String,
    /// The first event, in the calendar's zone.
    pub from: Option<String>,
    /// Up to when duties were judged, in the calendar's zone.
    pub until: String,
    /// The share that was aimed at.
    pub target: f64,
    /// What one point of a trend stands for.
    pub period: Period,
    /// The rules that open duties, in the order of the documents.
    pub rules: Vec<RuleFigures>,
    /// What was read, and what could not be used.
    pub log: Summary,
    /// What the figures take for granted.
    pub assumptions: Vec<String>,
}

/// A document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SopLine {
    /// `SR`.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
}

/// What one point of a trend stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// A week from Monday.
    Week,
    /// A month.
    Month,
}

/// The figures of one rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RuleFigures {
    /// The rule.
    #[serde(flatten)]
    pub card: RuleCard,
    /// How many duties stand how.
    pub counts: Counts,
    /// Met in time, of all that are decided: met, met late, missed. What is overdue stands beside it.
    pub share: Option<Share>,
    /// How that compares with the target.
    pub standing: Standing,
    /// By the period in which the duty opened.
    pub trend: Vec<TrendPeriod>,
    /// How long it took.
    pub times: Option<Times>,
    /// By the person who owed it, those with most cases first.
    pub people: Vec<Part>,
    /// By client, those with most cases first.
    pub clients: Vec<Part>,
    /// The cases that were late by most.
    pub worst: Vec<Case>,
}

/// How many duties stand how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Duties that were opened.
    pub triggered: u64,
    /// Done in time.
    pub met: u64,
    /// Done late.
    pub met_late: u64,
    /// Never done.
    pub missed: u64,
    /// Still owed, past the deadline.
    pub overdue: u64,
    /// Still owed, not yet due, or paused.
    pub pending: u64,
    /// Waived by an exception.
    pub excused: u64,
    /// No longer owed.
    pub cancelled: u64,
    /// A fact was never known.
    pub cannot_be_judged: u64,
    /// Escalations that were raised.
    pub escalations: u64,
    /// Deadlines that moved because a fact, an exception or a version changed.
    pub rebased: u64,
    /// Verdicts that late news or an undo changed.
    pub corrected: u64,
    /// Acts that were written down over a business day after they happened.
    pub recorded_late: u64,
    /// Done by an automatic event.
    pub automatic: u64,
    /// Done through another channel than the one asked for.
    pub other_channel: u64,
}

impl Counts {
    /// How many have a verdict: met, met late, missed. Overdue, excused and unknown ones stand beside the share.
    pub const fn judged(&self) -> u64 {
        self.met + self.met_late + self.missed
    }
}

/// A period of a trend.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrendPeriod {
    /// Its first day.
    pub from: String,
    /// Its share; none without a verdict.
    pub share: Option<Share>,
}

/// The share of one person or client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    /// Whose.
    pub name: String,
    /// The share.
    pub share: Share,
}

/// One case that was late.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Case {
    /// By how many seconds, around the clock.
    pub late_s: i64,
    /// Which case.
    pub subject: String,
    /// Whose client.
    pub client: Option<String>,
    /// Who owed it.
    pub owner: Option<String>,
    /// When it was due, in the calendar's zone.
    pub due_at: String,
    /// When it was done; none: it was not.
    pub discharged_at: Option<String>,
}
