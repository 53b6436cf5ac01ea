//! Requests as they stand after all that happened to them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kept_engine::{OwnedActor, OwnedEvent, OwnedWhat};
use kept_kernel::Instant;
use kept_language::Register;
use kept_language::ast::Value;

use super::letters::{Matter, again, thanks};
use super::{Request, Said, Voice, topics};
use crate::company::SampleCompany;
use crate::random::{Random, text_hash};
use crate::requests::{department_of, priority_of};

/// Acts of one command lie so close together.
const AT_ONCE: i64 = 120_000_000;
/// The first request has the number after this one.
const NUMBERS_FROM: u64 = 1_000;

/// The words of an event.
pub(super) struct Told<'c> {
    register: &'c Register,
    pub(super) event: &'c OwnedEvent,
}

impl<'c> Told<'c> {
    pub(super) fn new(register: &'c Register, event: &'c OwnedEvent) -> Self {
        Self { register, event }
    }

    pub(super) fn act(&self) -> &'c str {
        match &self.event.what {
            OwnedWhat::Act(act) => self.register[*act].id.as_str(),
            _ => "",
        }
    }

    pub(super) fn noun(&self) -> &'c str {
        self.register[self.event.case.0].id.as_str()
    }

    pub(super) fn linked(&self, noun: &str) -> Option<&'c str> {
        let noun = self.register.noun(noun)?;
        let mut links = self.event.links.iter();
        let (_, id) = links.find(|(other, _)| *other == noun)?;
        Some(id)
    }

    fn value(&self, name: &str) -> Option<&'c Value> {
        let (noun, name) = name.split_once('.')?;
        let fact = self.register.fact(self.register.noun(noun)?, name)?;
        let mut facts = self.event.facts.iter();
        facts.find(|(id, _)| *id == fact)?.1.as_ref()
    }

    pub(super) fn choice(&self, name: &str) -> Option<String> {
        let (noun, fact) = name.split_once('.')?;
        let fact = self.register.fact(self.register.noun(noun)?, fact)?;
        match self.value(name)? {
            Value::Choice(place) => {
                let values = &self.register[fact].values;
                values.get(usize::from(*place)).cloned()
            }
            _ => None,
        }
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            Value::Number(number) => number.to_string().split('.').next()?.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn date(&self, name: &str) -> Option<jiff::civil::Date> {
        match self.value(name)? {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    fn instant(&self, name: &str) -> Option<Instant> {
        match self.value(name)? {
            Value::Instant(at) => Some(*at),
            _ => None,
        }
    }

    pub(super) fn person(&self) -> Option<&'c str> {
        match &self.event.actor {
            OwnedActor::Person(name) => Some(name),
            _ => None,
        }
    }

    fn part(&self, name: &str) -> Option<&'c str> {
        let mut parts = self.event.parts.iter();
        let (_, person) = parts.find(|(part, _)| part == name)?;
        Some(person)
    }
}

impl SampleCompany {
    /// The requests as they stand, the oldest first. `contacts` are the names of the people at the clients, by their ids.
    pub fn requests(
        &self,
        register: &Register,
        contacts: &BTreeMap<String, String>,
    ) -> Vec<Request> {
        let zone = TimeZone::get(self.zone).unwrap_or(TimeZone::UTC);
        let mut stories: BTreeMap<&str, Vec<Told<'_>>> = BTreeMap::new();
        let mut order: Vec<&str> = Vec::new();
        for event in &self.events {
            let told = Told::new(register, event);
            let id = if told.noun() == "request" {
                event.case.1.as_str()
            } else if told.noun() == "client"
                && matches!(told.act(), "update-client" | "ask-client-for-feedback")
                && let Some(id) = told.linked("request")
            {
                id
            } else {
                continue;
            };
            let story = stories.entry(id).or_default();
            if story.is_empty() {
                order.push(id);
            }
            story.push(told);
        }
        let numbered = order.into_iter().zip(NUMBERS_FROM + 1..);
        let folded = numbered.filter_map(|(id, number)| {
            let story = stories.get(id)?;
            let fold = Fold::begin(self.seed(), (id, number), story, (contacts, &zone))?;
            Some(fold.folded(story))
        });
        folded.collect()
    }
}

/// A request in the making.
struct Fold {
    request: Request,
    matter: Matter,
    random: Random,
}

impl Fold {
    fn begin(
        seed: u64,
        (id, number): (&str, u64),
        story: &[Told<'_>],
        (contacts, zone): (&BTreeMap<String, String>, &TimeZone),
    ) -> Option<Self> {
        let first = story.first()?;
        let mut random = Random::stream(seed, "matter", text_hash(id));
        let judged = story
            .iter()
            .find_map(|told| told.choice("request.category"));
        let category = judged.unwrap_or_else(|| {
            random
                .word("question|problem|problem|order|change|billing|access")
                .to_owned()
        });
        let contact = first.linked("contact").map(str::to_owned);
        let name = contact.as_ref().and_then(|id| contacts.get(id)).cloned();
        let who = (
            format!("R-{number}"),
            name.unwrap_or_else(|| "Somebody".to_owned()),
        );
        let matter = Matter::new(&mut random, topics::of(&category), who, zone)?;
        let request = Request {
            id: id.to_owned(),
            number,
            client: first.linked("client").map(str::to_owned),
            contact,
            channel: first.choice("request.channel").unwrap_or_default(),
            subject: matter.subject(),
            contacted_at: first.event.at,
            received_at: first.event.recorded_at,
            ..Request::default()
        };
        Some(Self {
            request,
            matter,
            random,
        })
    }

    fn folded(mut self, story: &[Told<'_>]) -> Request {
        let spam = story
            .iter()
            .any(|told| told.act() == "mark-request-as-spam");
        for (place, told) in story.iter().enumerate() {
            match told.act() {
                "receive-request" if spam => {
                    "Grow your visibility today".clone_into(&mut self.request.subject);
                    self.client(told, "Dear owner, our experts bring your site to the first page within a week. Reply for an offer you cannot refuse.");
                }
                "receive-request" => {
                    let text = self.matter.first(&self.request.channel);
                    self.client(told, &text);
                }
                "answer-request" => {
                    let rest = story.get(place + 1..).unwrap_or_default();
                    self.answered(told, rest);
                }
                "update-client" => {
                    let late = self
                        .request
                        .expected_at
                        .is_some_and(|at| at < told.event.at);
                    self.expect(told);
                    let text = self.matter.news(told.person(), None, late);
                    self.us(told, &text);
                }
                act => self.step(act, told),
            }
        }
        self.request
    }

    fn say(&mut self, told: &Told<'_>, (voice, text): (Voice, &str), rule: Option<&'static str>) {
        let channel = match voice {
            Voice::Client => self.request.channel.clone(),
            Voice::Us if told.person().is_none() => "email".to_owned(),
            Voice::Us => match self.request.channel.as_str() {
                way @ ("phone" | "portal" | "chat" | "in person") => way.to_owned(),
                _ => "email".to_owned(),
            },
            Voice::Note | Voice::Machine => String::new(),
        };
        self.request.said.push(Said {
            voice,
            by: match voice {
                Voice::Client => None,
                _ => told.person().map(str::to_owned),
            },
            channel,
            text: text.to_owned(),
            rule,
            at: told.event.at,
        });
    }

    fn client(&mut self, told: &Told<'_>, text: &str) {
        self.say(told, (Voice::Client, text), None);
    }

    fn us(&mut self, told: &Told<'_>, text: &str) {
        self.say(told, (Voice::Us, text), None);
    }

    fn machine(&mut self, told: &Told<'_>, text: &str, rule: &'static str) {
        self.say(told, (Voice::Machine, text), Some(rule));
    }

    fn expect(&mut self, told: &Told<'_>) -> (Option<Instant>, Option<Instant>) {
        let done = told.instant("request.estimated time to resolution");
        let news = told.instant("request.next update time");
        self.request.expected_at = done.or(self.request.expected_at);
        self.request.update_at = news.or(self.request.update_at);
        (done, news)
    }

    /// An answer asks something, settles it, or says how it stands: what follows at once tells which.
    fn answered(&mut self, told: &Told<'_>, rest: &[Told<'_>]) {
        let at = told.event.at;
        let soon = |act: &str| {
            let mut next = rest
                .iter()
                .filter(|next| next.event.at.micros_since(at) <= AT_ONCE);
            next.any(|next| next.act() == act)
        };
        let late = self
            .request
            .expected_at
            .is_some_and(|expected| expected < at);
        let (done, _) = self.expect(told);
        let who = told.person();
        let text = if soon("set-waiting-for-client") {
            self.matter.question(who)
        } else if soon("resolve-request") {
            self.matter.answer(who)
        } else {
            self.matter.news(who, done, late)
        };
        self.us(told, &text);
        self.request.acknowledged_at.get_or_insert(at);
        self.request.answered_at.get_or_insert(at);
    }

    fn step(&mut self, act: &str, told: &Told<'_>) {
        match act {
            "log-request" => {
                self.machine(told, "Written down while the client was speaking", "log");
            }
            "read-request-back" | "acknowledge-request" => self.acknowledged(act, told),
            "tell-client-open-channels" => {
                self.machine(
                    told,
                    "Tell the client the open channels",
                    "name-open-channels",
                );
            }
            "mark-request-as-complex" => {
                self.request.complex_at = Some(told.event.at);
                self.machine(told, "Mark it as complex", "look-over-complex");
            }
            "oversee-request" => self.machine(told, "Look it over", "look-over-high-value"),
            "prioritise-request" => self.prioritised(told),
            "assign-request" | "reroute-request" => self.given(act, told),
            "examine-request" => {
                let text = format!("Examine it, with its cause: {}", self.matter.cause());
                self.machine(told, &text, "problem-workflow");
            }
            "check-request-against-agreement" => {
                self.machine(told, "Check it against the agreement", "order-workflow");
            }
            "carry-out-request" => self.machine(told, "Carry it out", "carry-out"),
            "test-request" => self.machine(told, "Test its outcome", "problem-workflow"),
            "escalate-request" | "note-request" | "settle-escalation" => self.escalated(act, told),
            "set-waiting-for-client" => {
                self.request.waiting_since = Some(told.event.at);
                self.machine(told, "Waiting for the client", "resolve");
            }
            "client-writes-again" => self.written_again(told),
            "ask-client-for-feedback" => {
                self.machine(told, "The client was asked how it went", "ask-feedback");
            }
            _ => self.ending(act, told),
        }
    }

    fn acknowledged(&mut self, act: &str, told: &Told<'_>) {
        let (done, news) = self.expect(told);
        if act == "acknowledge-request" {
            let text = self.matter.receipt(told.person(), (done, news));
            self.us(told, &text);
        } else {
            self.machine(
                told,
                "Read back to the client, who confirmed it",
                "read-back",
            );
        }
        if act == "acknowledge-request" || done.or(news).is_some() {
            self.request.acknowledged_at.get_or_insert(told.event.at);
        }
    }

    fn prioritised(&mut self, told: &Told<'_>) {
        let [category, urgency, impact] = ["category", "urgency", "impact"]
            .map(|name| told.choice(&format!("request.{name}")).unwrap_or_default());
        let priority = priority_of(&urgency, &impact);
        let text =
            format!("Priority {priority}: urgency {urgency}, impact {impact}; category {category}");
        self.machine(told, &text, "prioritise");
        let one = &mut self.request;
        one.department = Some(department_of(&category).to_owned());
        one.priority = Some(priority.to_owned());
        (one.category, one.urgency, one.impact) = (Some(category), Some(urgency), Some(impact));
        one.prioritised_at.get_or_insert(told.event.at);
    }

    fn given(&mut self, act: &str, told: &Told<'_>) {
        let to = told.part("assignee").unwrap_or_default().to_owned();
        if act == "assign-request" {
            self.machine(told, &format!("Given to {to}"), "assign");
        } else {
            self.request.department = told.choice("request.department");
            let text =
                format!("Sent to customer service, with {to}: it was in the wrong department");
            self.machine(told, &text, "reroute-with-reason");
        }
        self.request.assignee = Some(to);
    }

    fn escalated(&mut self, act: &str, told: &Told<'_>) {
        let agreed = told.instant("request.agreed time");
        match act {
            "escalate-request" => {
                self.request.escalated_at = Some(told.event.at);
                self.request.agreed_at = agreed;
                self.machine(told, "Escalate it to a support team", "agree-time");
            }
            "note-request" => {
                self.request.agreed_at = agreed;
                let text = "Technical support has agreed on a time for its part.";
                self.say(told, (Voice::Note, text), None);
            }
            _ => {
                self.request.escalated_at = None;
                self.request.agreed_at = None;
                self.machine(told, "Settle the escalation", "support-in-time");
            }
        }
    }

    fn written_again(&mut self, told: &Told<'_>) {
        let text = if self.request.waiting_since.take().is_some() {
            self.matter.reply()
        } else {
            again(&mut self.random).to_owned()
        };
        self.client(told, &text);
    }

    fn ending(&mut self, act: &str, told: &Told<'_>) {
        let at = told.event.at;
        match act {
            "resolve-request" => {
                let resolution = self.matter.resolution();
                self.machine(told, &format!("Resolved: {resolution}"), "resolve");
                self.request.resolved_at = Some(at);
                self.request.confirmed_at = None;
                self.request.waiting_since = None;
                let written = told.value("request.resolution").is_some();
                self.request.resolution = written.then_some(resolution);
            }
            "send-closing-notice" => {
                let done = self.request.resolution.clone().unwrap_or_default();
                let text = self.matter.notice(&done);
                self.us(told, &text);
                self.request.notice_at = Some(at);
            }
            "confirm-resolution" => {
                self.request.confirmed_at = Some(at);
                let text = thanks(&mut self.random);
                self.client(told, text);
                let text = if told.person().is_some() {
                    "The client has confirmed the resolution, marked by one of us"
                } else {
                    "The client has confirmed the resolution"
                };
                self.machine(told, text, "close");
            }
            "close-request" => {
                self.request.closed_at = Some(at);
                self.request.ending = told.choice("request.ending");
                let ending = self.request.ending.clone().unwrap_or_default();
                self.machine(told, &format!("Closed: {ending}"), "close");
            }
            "reopen-request" => self.reopened(told),
            "mark-request-as-spam" => self.ended(told, ("spam", "spam-with-reason", "Advertising")),
            "mark-request-as-duplicate" => {
                let why = "The client had asked the same an hour before";
                self.ended(told, ("duplicate", "duplicate-with-reason", why));
            }
            "withdraw-request" => {
                let why = "The client has settled it without us";
                self.ended(told, ("withdrawn", "withdrawn-with-reason", why));
            }
            _ => {}
        }
    }

    fn reopened(&mut self, told: &Told<'_>) {
        let one = &mut self.request;
        (one.resolved_at, one.notice_at) = (None, None);
        (one.confirmed_at, one.closed_at) = (None, None);
        one.ending = None;
        one.reopened_at = Some(told.event.at);
        self.machine(
            told,
            "Opened again: the client is not content yet",
            "resolve",
        );
    }

    fn ended(&mut self, told: &Told<'_>, (ending, rule, why): (&str, &'static str, &str)) {
        self.request.closed_at = Some(told.event.at);
        self.request.ending = Some(ending.to_owned());
        self.request.reason = Some(why.to_owned());
        self.machine(told, &format!("Ended as {ending}: {why}"), rule);
    }
}
