//! The clients and requests of the made-up company as rows of the rooms.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kept_clients::model::{ClientKind, ContactDraft, Draft};
use kept_clients::takeover::{OldClient, OldFigures, OldNote, OldRevenue};
use kept_clients::{ClientId, ContactId};
use kept_journal::InForce;
use kept_journal::audit::Who;
use kept_kernel::Instant;
use kept_language::Register;
use kept_language::ast::RuleKey;
use kept_requests::model::{Message, Request, RequestId, Voice, Waiting};
use kept_requests::takeover::OldRequest;
use kept_sample::desk::{Card, Person, Said, Voice as Speaks};
use kept_sample::{SampleCompany, desk};

use super::ids::{Ids, made};
use super::people::Household;
use crate::house::House;
use crate::tell::{Failure, Progress, count};

/// So many rows go in at once.
const AT_ONCE: usize = 200;
/// Who sends what nobody asked for.
const NOBODYS: &str = "C-X";

/// What the rooms will hold, under the names of the sample, with the ids that take their place.
pub struct Book {
    cards: Vec<Card>,
    told: Vec<desk::Request>,
    ids: Ids,
}

impl Book {
    /// Reads the company's book, and puts the ids of what stands in it into its history.
    pub fn open(company: &mut SampleCompany, register: &Register) -> Self {
        let mut ids = Ids::default();
        let cards = company.cards(register);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for card in &cards {
            ids.client(&card.id, card.made_at);
            for person in &card.people {
                ids.contact(&person.id, card.made_at);
                names.insert(person.id.clone(), person.name.clone());
            }
        }
        ids.client(NOBODYS, company.from);
        let told = company.requests(register, &names);
        for one in &told {
            ids.request(&one.id, one.received_at);
        }
        ids.put_into(&mut company.events, register);
        Self { cards, told, ids }
    }
}

/// Everything that the rooms hold.
pub struct Desk {
    clients: Vec<OldClient>,
    requests: Vec<OldRequest>,
}

impl Desk {
    /// The desk of a company whose people have moved in.
    pub fn of(company: &SampleCompany, book: &Book, rules: &InForce, people: &Household) -> Self {
        let zone = TimeZone::get(company.zone).unwrap_or(TimeZone::UTC);
        let cards = book.cards.iter();
        let clients = cards.filter_map(|card| client(card, &book.ids, (people, &zone)));
        let nobodys = nobodys(&book.ids, company.from);
        let told = book.told.iter();
        let requests = told.filter_map(|told| {
            Some(OldRequest {
                request: request(told, people, &book.ids)?,
                messages: messages(told, rules, people),
                read_by: readers(told, people),
            })
        });
        Self {
            clients: clients.chain(nobodys).collect(),
            requests: requests.collect(),
        }
    }

    /// The contact with the most that is open between us: there is most to see in the portal.
    pub fn guest(&self) -> Option<ContactId> {
        let mut open: BTreeMap<ContactId, (usize, usize)> = BTreeMap::new();
        for one in &self.requests {
            let Some(contact) = one.request.contact else {
                continue;
            };
            let (running, all) = open.entry(contact).or_default();
            *running += usize::from(one.request.closed_at.is_none());
            *all += 1;
        }
        let most = open.into_iter().max_by_key(|(_, count)| *count);
        most.map(|(contact, _)| contact)
    }

    /// Writes all of it.
    pub fn write(self, house: &House, rules: &Arc<InForce>) -> Result<(), Failure> {
        let mut progress = Progress::begin();
        for clients in slices(self.clients) {
            let act = (house.world.id(), Who::Kept, house.world.now());
            let rules = Arc::clone(rules);
            let written = house
                .store
                .write(move |tx| kept_clients::takeover::take_over(tx, &rules, &clients, act));
            written.wait()?;
        }
        let of = self.requests.len() as u64;
        let mut done = 0;
        for requests in slices(self.requests) {
            done += requests.len() as u64;
            let act = (house.world.id(), Who::Kept, house.world.now());
            let written = house
                .store
                .write(move |tx| kept_requests::takeover::take_over(tx, &requests, act));
            written.wait()?;
            progress.at(|| format!("writing requests: {} of {}", count(done), count(of)));
        }
        progress.end();
        Ok(())
    }
}

fn slices<T>(rows: Vec<T>) -> Vec<Vec<T>> {
    let mut slices = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        slices.push(rows.by_ref().take(AT_ONCE).collect());
    }
    slices
}

fn client(card: &Card, ids: &Ids, (people, zone): (&Household, &TimeZone)) -> Option<OldClient> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let verified = card.verified.clone();
    let (verified_at, verified_by) = verified.unwrap_or((card.made_at, None));
    let by_hand = card.by_hand.as_ref().map(|by_hand| {
        let until = by_hand.until.tomorrow().unwrap_or(by_hand.until);
        let until = until.to_zoned(zone.clone());
        let until = until.map_or(Instant::MAX, |at| Instant::from_timestamp(at.timestamp()));
        let by = by_hand.by.as_deref().and_then(|name| people.person(name));
        let why = "Growing fast: two sites more are signed".to_owned();
        (by_hand.tier.clone(), by_hand.at, until, why, by)
    });
    let contact = |person: &Person| {
        let id = ids.of_contact(&person.id)?;
        let draft = ContactDraft {
            name: person.name.clone(),
            position: person.position.to_owned(),
            email: person.email.clone(),
            phone: person.phone.clone(),
            channel: some(person.channel),
            style: person.style.to_owned(),
            language: card.language.to_owned(),
            ..ContactDraft::default()
        };
        Some((ContactId(id), draft, card.made_at))
    };
    let contacts = card.people.iter().filter_map(contact).collect();
    let manager = people.person(&card.manager);
    let team = card.team.iter();
    let team = team.filter_map(|(name, part)| Some((people.person(name)?, (*part).to_owned())));
    Some(OldClient {
        id: ClientId(ids.of_client(&card.id)?),
        draft: Draft {
            kind: ClientKind::Company,
            name: card.name.clone(),
            website: card.website.clone(),
            phone: card.phone.clone(),
            address: card.address.clone(),
            country: card.country.to_owned(),
            industry: card.industry.clone(),
            zone: card.zone.to_owned(),
            language: card.language.to_owned(),
            channel: some(card.channel),
            style: card.style.to_owned(),
            rhythm_days: card.rhythm_days,
            alert: card.alert.map(str::to_owned),
            owner: manager,
            team: manager.and_then(|_| people.team_of(&card.manager)),
        },
        made_at: card.made_at,
        to_check: card.to_check,
        archived: card.archived,
        verified: (
            verified_at,
            verified_by.and_then(|name| people.person(&name)),
        ),
        figures: card.revenue.map(|revenue| OldFigures {
            revenue: revenue * 100,
            engagement: card.engagement.clone(),
            scores: card.figures,
            by_hand,
        }),
        contacts,
        team: team.collect(),
        revenues: revenues(card),
        notes: notes(card, people),
    })
}

fn revenues(card: &Card) -> Vec<OldRevenue> {
    let sold = card.sales.iter().enumerate();
    sold.map(|(place, sale)| OldRevenue {
        id: made("revenue", &format!("{} {place}", card.id), card.made_at),
        on_day: sale.on.to_string(),
        amount: sale.amount * 100,
        note: sale.what.to_owned(),
        at: card.made_at,
    })
    .collect()
}

fn notes(card: &Card, people: &Household) -> Vec<OldNote> {
    let notes = card.notes.iter().enumerate();
    notes
        .map(|(place, note)| OldNote {
            id: made("note", &format!("{} {place}", card.id), note.at),
            text: note.text.to_owned(),
            at: note.at,
            by: people.person(&note.by),
            pinned: note.pinned,
        })
        .collect()
}

/// Whoever sends advertising: in the archive, where it is in nobody's way.
fn nobodys(ids: &Ids, at: Instant) -> Option<OldClient> {
    Some(OldClient {
        id: ClientId(ids.of_client(NOBODYS)?),
        draft: Draft::named("Reach More Media"),
        made_at: at,
        to_check: false,
        archived: true,
        verified: (at, None),
        figures: None,
        contacts: Vec::new(),
        team: Vec::new(),
        revenues: Vec::new(),
        notes: Vec::new(),
    })
}

fn request(told: &desk::Request, people: &Household, ids: &Ids) -> Option<Request> {
    let client = told.client.as_deref().unwrap_or(NOBODYS);
    let contact = told
        .contact
        .as_deref()
        .and_then(|name| ids.of_contact(name));
    let assignee = told.assignee.as_deref();
    Some(Request {
        id: RequestId(ids.of_request(&told.id)?),
        number: told.number,
        client: ClientId(ids.of_client(client)?),
        client_name: String::new(),
        tier: None,
        contact: contact.map(ContactId),
        contact_name: None,
        email: None,
        channel: told.channel.clone(),
        subject: told.subject.clone(),
        category: told.category.clone(),
        urgency: told.urgency.clone(),
        impact: told.impact.clone(),
        priority: told.priority.clone(),
        department: told.department.clone(),
        waiting: told.waiting_since.map(|_| Waiting::Client),
        ending: told.ending.clone(),
        resolution: told.resolution.clone(),
        reason: told.reason.clone(),
        assignee: assignee.and_then(|name| people.person(name)),
        assignee_name: None,
        team: assignee
            .and_then(|name| people.team_of(name))
            .or(people.desk()),
        team_name: None,
        expected_at: told.expected_at,
        update_at: told.update_at,
        contacted_at: told.contacted_at,
        received_at: told.received_at,
        acknowledged_at: told.acknowledged_at,
        answered_at: told.answered_at,
        prioritised_at: told.prioritised_at,
        escalated_at: told.escalated_at,
        agreed_at: told.agreed_at,
        waiting_since: told.waiting_since,
        resolved_at: told.resolved_at,
        notice_at: told.notice_at,
        confirmed_at: told.confirmed_at,
        closed_at: told.closed_at,
        reopened_at: told.reopened_at,
        complex_at: told.complex_at,
        snoozed_until: Instant::from_micros(0),
        due_at: Instant::from_micros(i64::MAX),
        due_opened_at: None,
        due_rule: None,
        messages: 0,
        last_at: told.received_at,
        last_voice: Voice::Client,
        merged_into: None,
        revision: 1,
    })
}

fn messages(told: &desk::Request, rules: &InForce, people: &Household) -> Vec<Message> {
    let said = told.said.iter().zip(1_u32..);
    said.map(|(said, place)| Message {
        place,
        id: made("message", &format!("{} {place}", told.id), said.at),
        voice: match said.voice {
            Speaks::Client => Voice::Client,
            Speaks::Us => Voice::Us,
            Speaks::Note => Voice::Note,
            Speaks::Machine => Voice::Machine,
        },
        channel: said.channel.clone(),
        author: said.by.as_deref().and_then(|name| people.person(name)),
        name: None,
        text: said.text.clone(),
        clause: clause(rules, said),
        at: said.at,
    })
    .collect()
}

fn clause(rules: &InForce, said: &Said) -> Option<String> {
    let key = RuleKey {
        code: "SR".to_owned(),
        id: said.rule?.to_owned(),
    };
    let (document, rule) = rules.library.rule(&key)?;
    Some(document.clause_of(rule))
}

/// Whoever worked on it has read it, unless the client wrote last.
fn readers(told: &desk::Request, people: &Household) -> Vec<kept_accounts::model::PersonId> {
    let spoken = told.said.iter().rfind(|said| said.voice != Speaks::Machine);
    let open = told.closed_at.is_none();
    if open && spoken.is_some_and(|said| said.voice == Speaks::Client) {
        return Vec::new();
    }
    let names = told.said.iter().filter_map(|said| said.by.as_deref());
    let mut readers: Vec<_> = names
        .chain(told.assignee.as_deref())
        .filter_map(|name| people.person(name))
        .collect();
    readers.sort_unstable();
    readers.dedup();
    readers
}
