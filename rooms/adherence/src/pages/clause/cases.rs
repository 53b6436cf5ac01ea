//! The cases under the figures.

use jiff::tz::TimeZone;
use kept_journal::InForce;
use kept_journal::obligations::Owed;
use kept_kernel::Instant;
use kept_rooms::{RecordNames, RecordPages};
use kept_ui::parts::Clock;

use crate::pages::overview::CLIENT;
use crate::pages::said::{Time, clock, verdict_words};
use crate::pages::view::segment;

/// A case in the list.
pub struct CaseRow {
    /// Where all duties of the case are.
    pub href: String,
    /// What it is called, else its id.
    pub subject: String,
    /// Its client, and where that is shown.
    pub client: Option<(String, Option<String>)>,
    /// Who owes it: the person, or else the role.
    pub owner: String,
    /// When it opened.
    pub opened: Time,
    /// When it was due.
    pub due: Option<Time>,
    /// How it stands, as a clock or in words.
    pub clock: Option<Clock>,
    pub words: &'static str,
}

/// What the rows are written from.
pub struct Listing<'a> {
    pub rules: &'a InForce,
    pub pages: &'a RecordPages,
    pub names: &'a RecordNames,
    pub zone: &'a TimeZone,
    pub until: Instant,
}

impl Listing<'_> {
    /// A case as it stands in the list.
    pub fn row(&self, duty: &Owed) -> CaseRow {
        let due = duty.due_at.map(|due| Time::at(due, self.zone));
        let clock = clock(duty, self.until, due.as_ref());
        CaseRow {
            href: format!(
                "/adherence/cases/{}/{}",
                segment(&duty.noun),
                segment(&duty.subject)
            ),
            subject: self
                .names
                .get(&duty.noun, &duty.subject)
                .unwrap_or(&duty.subject)
                .to_owned(),
            client: duty
                .client
                .as_deref()
                .map(|id| match self.names.get(CLIENT, id) {
                    Some(name) => (name.to_owned(), self.pages.href(CLIENT, id)),
                    None => (id.to_owned(), None),
                }),
            owner: match &duty.owner {
                Some(owner) => self.rules.directory.name(owner).to_owned(),
                None => duty.owner_role.clone(),
            },
            opened: Time::at(duty.opened_at, self.zone),
            due,
            words: match clock {
                Some(_) => "",
                None => verdict_words(&duty.verdict),
            },
            clock,
        }
    }
}
