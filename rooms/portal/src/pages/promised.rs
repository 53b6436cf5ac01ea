//! What we promised a client: on each open request what it may expect next, with our own clock on it.

use jiff::tz::TimeZone;
use kept_charts::{Deadline, Stretch, deadline};
use kept_journal::obligations::{self, Owed};
use kept_kernel::Instant;
use kept_requests::read::{Promise, Request};
use kept_store::{Read, StoreError};
use kept_ui::parts::ClockState;
use kept_ui::{Html, Words};

use super::local;

/// What a client waits for, by the rules of the SOPs that are about them. Others are our own affair.
const TOLD: [(&str, &str); 5] = [
    ("acknowledge", "receipt"),
    ("updates", "news"),
    ("promised-update", "news"),
    ("promised-resolution", "solution"),
    ("tell-late", "solution"),
];

/// So many promises are shown.
const MOST: usize = 6;
/// And the duties of so many requests are looked at.
const MOST_REQUESTS: usize = 12;

/// Something that we promised.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// `news`: which words it has.
    pub(crate) kind: &'static str,
    /// The request's subject.
    pub(crate) subject: String,
    /// Where the request is.
    pub(crate) href: String,
    /// What was said, where it was a promise in words.
    pub(crate) said: Option<(String, String)>,
    /// When it began to count.
    pub(crate) from: Instant,
    /// Until when.
    pub(crate) due: Instant,
    /// Who works on it.
    pub(crate) specialist: Option<String>,
}

/// An item as it is shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) title: &'static str,
    /// The same where the request is plain.
    pub(crate) short: &'static str,
    pub(crate) subject: String,
    pub(crate) href: String,
    pub(crate) state: &'static str,
    pub(crate) clock: String,
    pub(crate) exact: String,
    pub(crate) line: Html,
    pub(crate) sentence: String,
    pub(crate) specialist: Option<String>,
}

/// What was promised on these requests, by its time.
pub(crate) fn items(
    read: &Read<'_>,
    requests: &[Request],
    promises: &[Promise],
) -> Result<Vec<Item>, StoreError> {
    let mut all = Vec::new();
    let open = |of: &&Request| of.closed_at.is_none() && of.resolved_at.is_none();
    for of in requests.iter().filter(open).take(MOST_REQUESTS) {
        let owed = obligations::of_record(read, ("request", &of.id.to_string()))?;
        all.extend(of_request(of, &owed));
    }
    for promise in promises {
        let Some(of) = requests.iter().find(|of| of.id == promise.request) else {
            continue;
        };
        let by = promise.name.clone().unwrap_or_default();
        all.push(Item {
            said: Some((promise.words.clone(), by)),
            ..item(of, "promise", (promise.made_at, promise.due_at))
        });
    }
    all.sort_by_key(|item: &Item| item.due);
    all.truncate(MOST);
    Ok(all)
}

fn item(of: &Request, kind: &'static str, (from, due): (Instant, Instant)) -> Item {
    Item {
        kind,
        subject: of.subject.clone(),
        href: format!("/portal/requests/{}", of.id),
        said: None,
        from,
        due,
        specialist: of.assignee_name.clone(),
    }
}

/// Of each kind what comes first: the duty that runs, else what was said.
fn of_request(of: &Request, owed: &[Owed]) -> Vec<Item> {
    let mut found: Vec<Item> = Vec::new();
    let running = owed.iter().filter(|duty| {
        duty.level == 0
            && duty.settled_at.is_none()
            && matches!(duty.verdict.as_str(), "pending" | "overdue")
    });
    let told = running.filter_map(|duty| {
        let (_, kind) = TOLD.iter().find(|(rule, _)| *rule == duty.rule)?;
        Some(item(of, kind, (duty.opened_at, duty.due_at?)))
    });
    let said = [("solution", of.expected_at), ("news", of.update_at)];
    let said = said
        .into_iter()
        .filter_map(|(kind, at)| Some(item(of, kind, (of.received_at, at?))));
    for one in told.chain(said) {
        match found.iter_mut().find(|other| other.kind == one.kind) {
            Some(other) if one.due < other.due => *other = one,
            Some(_) => {}
            None => found.push(one),
        }
    }
    found
}

impl Item {
    /// As a client reads it.
    pub(crate) fn shown(&self, words: Words, (now, zone): (Instant, &TimeZone)) -> Shown {
        let tongue = words.tongue();
        let (due, today) = (local(self.due, zone), local(now, zone).date());
        let is_today = due.date() == today;
        let when = if is_today {
            tongue.time(&due)
        } else {
            tongue.moment(&due)
        };
        let (state, key) = if self.due < now {
            (ClockState::Overdue, "clock.late")
        } else if is_today {
            (ClockState::Today, "clock.today")
        } else {
            (ClockState::OnTime, "clock.by")
        };
        let clock = words.with(key, &[("when", &when)]);
        let exact = format!("{}, {}", tongue.moment(&due), due.strftime("%Q"));
        let title = match self.kind {
            "receipt" => words.say("promised.receipt"),
            "news" => words.say("promised.news"),
            "solution" => words.say("promised.solution"),
            _ => words.say("promised.promise"),
        };
        let short = match self.kind {
            "receipt" => words.say("promised.receipt_short"),
            "news" => words.say("promised.news_short"),
            "solution" => words.say("promised.solution_short"),
            _ => words.say("promised.promise_short"),
        };
        let sentence = match (&self.said, self.kind) {
            (Some((said, by)), _) => words.with("promised.said", &[("words", said), ("name", by)]),
            (None, "receipt") => words.say("promised.receipt_why").to_owned(),
            (None, "news") => words.say("promised.news_why").to_owned(),
            (None, _) => words.say("promised.solution_why").to_owned(),
        };
        let story = format!(
            "{}. {clock}",
            words.with(
                "clock.since",
                &[("when", &tongue.moment(&local(self.from, zone)))]
            )
        );
        Shown {
            title,
            short,
            subject: self.subject.clone(),
            href: self.href.clone(),
            state: state.name(),
            line: self.line(now, state, story),
            clock,
            exact,
            sentence,
            specialist: self.specialist.clone(),
        }
    }

    fn line(&self, now: Instant, state: ClockState, story: String) -> Html {
        let end = self.due.max(now);
        let whole = end.micros_since(self.from).max(1) as f64 * 1.04;
        let at = |at: Instant| (at.micros_since(self.from) as f64 / whole + 0.02).min(0.98);
        let mut stretches = vec![(Stretch::Run, at(self.from), at(now.min(self.due)))];
        if now > self.due {
            stretches.push((Stretch::Over, at(self.due), at(now)));
        } else {
            stretches.push((Stretch::Left, at(now), at(self.due)));
        }
        Html::trusted(deadline(&Deadline {
            opened: Some(at(self.from)),
            stretches,
            due: Some(at(self.due)),
            now: Some(at(now)),
            state: state.name(),
            story,
            ..Deadline::default()
        }))
    }
}
