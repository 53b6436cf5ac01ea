//! The clients and requests of the story as rows that the rooms take over.

use kept_clients::model::{ClientKind, ContactDraft, Draft};
use kept_clients::takeover::{OldClient, OldFigures, OldNote, OldRevenue};
use kept_kernel::Instant;
use kept_requests::model::{Message, Request, Voice, Waiting};
use kept_requests::takeover::OldRequest;

use super::staff::Staff;
use super::tale::{self, Draw, INDUSTRIES, MINUTE, Stage, Tale, chance, judged, made, one_of};

/// A client with its people.
pub fn client(tale: &Tale, staff: &Staff, client: u64) -> OldClient {
    let (id, made_at) = (tale.client_id(client), tale.made_at(client));
    let drawn = chance(Draw::Choice, !client);
    let manager = staff.manager(client);
    let contacts = (0..Tale::contacts(client)).map(|place| {
        let (name, email) = tale::person(client, place);
        let draft = ContactDraft {
            name,
            position: "Purchasing".to_owned(),
            email,
            phone: format!("+44 20 {:08}", client * 4 + place),
            language: "en".to_owned(),
            ..ContactDraft::default()
        };
        (tale.contact_id(client, place), draft, made_at)
    });
    let few = tale.is_of_few(client);
    let revenue = 100_000 + (drawn % 5_000) as i64 * 1_000;
    OldClient {
        id,
        draft: Draft {
            kind: ClientKind::Company,
            name: tale::name(client),
            website: format!("https://{}.example", tale::own_word(client)),
            phone: format!("+44 21 {client:08}"),
            country: "United Kingdom".to_owned(),
            industry: one_of(&INDUSTRIES, drawn >> 8).to_owned(),
            language: "en".to_owned(),
            owner: manager.map(|(person, _)| person),
            team: manager.map(|(_, team)| team),
            ..Draft::default()
        },
        made_at,
        to_check: false,
        archived: false,
        verified: (made_at, manager.map(|(person, _)| person)),
        figures: Some(OldFigures {
            revenue,
            engagement: None,
            scores: [5, 5, 5],
            by_hand: None,
        }),
        contacts: contacts.collect(),
        team: few
            .then(|| (staff.specialist.0, "specialist".to_owned()))
            .into_iter()
            .collect(),
        revenues: vec![OldRevenue {
            id: made(Draw::Words, client, made_at),
            on_day: "2026-01-15".to_owned(),
            amount: revenue,
            note: String::new(),
            at: made_at,
        }],
        notes: drawn
            .is_multiple_of(4)
            .then(|| OldNote {
                id: made(Draw::Messages, client, made_at),
                text: tale::words(client, 9),
                at: made_at,
                by: manager.map(|(person, _)| person),
                pinned: false,
            })
            .into_iter()
            .collect(),
    }
}

/// When the steps of a request were taken, in the order in which they are.
pub struct Steps {
    /// When it came in.
    pub received: Instant,
    /// When it was confirmed, prioritised, given to somebody and answered.
    pub begun: [Instant; 4],
    /// Since when it waits.
    pub waits: Instant,
    /// When it was done, noticed, confirmed, closed, and when the client was asked for feedback.
    pub ended: [Instant; 5],
}

impl Steps {
    /// Of a request. An open one is a day old at least, so none of these lies ahead.
    pub fn of(tale: &Tale, request: u64) -> Self {
        let received = tale.received_at(request);
        let drawn = chance(Draw::Time, request) as i64;
        let after = |minutes: i64| received.plus_micros(minutes * MINUTE);
        let (quick, slow) = ((drawn & 31) + 10, ((drawn >> 8) & 255) + 180);
        Self {
            received,
            begun: [
                after(quick),
                after(quick + 3),
                after(quick + 6),
                after(quick + 60),
            ],
            waits: after(quick + 61),
            ended: [
                after(slow),
                after(slow + 30),
                after(slow + 120),
                after(slow + 150),
                after(slow + 200),
            ],
        }
    }
}

/// A request with what was said on it.
pub fn request(tale: &Tale, staff: &Staff, request: u64) -> OldRequest {
    let stage = tale.stage(request);
    let steps = Steps::of(tale, request);
    let at_least = |least: Stage| stage as u8 >= least as u8;
    let agent = staff.agent(request);
    let assigned = at_least(Stage::Assigned);
    let closed = stage == Stage::Closed;
    let [acknowledged, prioritised, _, answered] = steps.begun;
    let [resolved, notice, confirmed, closing, _] = steps.ended;
    let [category, urgency, impact, priority] = judged(request);
    let word = |word: &str| assigned.then(|| word.to_owned());
    let client = tale.client_of(request);
    let row = Request {
        id: tale.request_id(request),
        number: 1_001 + request,
        client: tale.client_id(client),
        client_name: String::new(),
        tier: None,
        contact: Some(tale.contact_id(client, 0)),
        contact_name: None,
        email: None,
        channel: "email".to_owned(),
        subject: tale::subject(request),
        category: word(category),
        urgency: word(urgency),
        impact: word(impact),
        priority: word(priority),
        department: None,
        waiting: (stage == Stage::Waiting).then_some(Waiting::Client),
        ending: closed.then(|| "confirmed by the client".to_owned()),
        resolution: at_least(Stage::Resolved).then(|| tale::words(request, 500)),
        reason: None,
        assignee: agent.filter(|_| assigned).map(|(person, _)| person),
        assignee_name: None,
        team: agent.map(|(_, team)| team),
        team_name: None,
        expected_at: None,
        update_at: None,
        contacted_at: steps.received,
        received_at: steps.received,
        acknowledged_at: at_least(Stage::Acknowledged).then_some(acknowledged),
        answered_at: at_least(Stage::Answered).then_some(answered),
        prioritised_at: assigned.then_some(prioritised),
        escalated_at: None,
        agreed_at: None,
        waiting_since: (stage == Stage::Waiting).then_some(steps.waits),
        resolved_at: at_least(Stage::Resolved).then_some(resolved),
        notice_at: at_least(Stage::Resolved).then_some(notice),
        confirmed_at: closed.then_some(confirmed),
        closed_at: closed.then_some(closing),
        reopened_at: None,
        complex_at: None,
        snoozed_until: Instant::from_micros(0),
        due_at: Instant::from_micros(i64::MAX),
        due_opened_at: None,
        due_rule: None,
        messages: 0,
        last_at: steps.received,
        last_voice: Voice::Client,
        merged_into: None,
        revision: 1,
    };
    OldRequest {
        messages: messages(tale, request, &row),
        read_by: row.assignee.filter(|_| closed).into_iter().collect(),
        request: row,
    }
}

/// What was said: the client and we in turn, and the procedure once.
fn messages(tale: &Tale, request: u64, row: &Request) -> Vec<Message> {
    let said = (0..tale.messages(request)).map(|place| {
        let ours = place % 2 == 1;
        let at = row.received_at.plus_micros(place as i64 * MINUTE / 4);
        (
            if ours { Voice::Us } else { Voice::Client },
            tale::words(request, place),
            None,
            at,
        )
    });
    let machine = row.acknowledged_at.map(|at| {
        let words = "Confirmed to the client".to_owned();
        (Voice::Machine, words, Some("4.3".to_owned()), at)
    });
    let all = said.chain(machine).zip(1_u32..);
    all.map(|((voice, text, clause, at), place)| Message {
        place,
        id: made(Draw::Words, request * 1_009 + u64::from(place), at),
        voice,
        channel: row.channel.clone(),
        author: row.assignee.filter(|_| voice == Voice::Us),
        name: None,
        text,
        clause,
        at,
    })
    .collect()
}
