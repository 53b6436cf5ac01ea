//! Clients of another house, taken over as they stand: rows alone, with what they are recognised and found by. What happened
//! to them comes with an import of their history, under the same ids; so nothing is told to the journal here.

use std::collections::{BTreeSet, HashMap};

use kept_accounts::model::PersonId;
use kept_journal::InForce;
use kept_journal::audit::{self, Entry, Who};
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Value, Write, params};

use crate::commands::{MANAGER, pair, put_contact};
use crate::model::{
    ClientId, ContactDraft, ContactId, Draft, KNOWN, Keys, TO_CHECK, by_revenue, folded,
};
use crate::{queries, search};

/// A client as it stands in the other house.
#[derive(Clone, Debug)]
pub struct OldClient {
    /// Its identity, which its history names it by.
    pub id: ClientId,
    /// What is known of it.
    pub draft: Draft,
    /// When it was added.
    pub made_at: Instant,
    /// Whether nobody has looked at it since it came in by itself.
    pub to_check: bool,
    /// Whether it was put away.
    pub archived: bool,
    /// When its facts were last verified, and by whom.
    pub verified: (Instant, Option<PersonId>),
    /// Its figures, where it has any.
    pub figures: Option<OldFigures>,
    /// The people there, each with when they were added.
    pub contacts: Vec<(ContactId, ContactDraft, Instant)>,
    /// Its account team, each with their part.
    pub team: Vec<(PersonId, String)>,
    /// What it bought and gave back.
    pub revenues: Vec<OldRevenue>,
    /// Notes about it.
    pub notes: Vec<OldNote>,
}

/// What was worked out of a client. Its tier follows from the revenue by the table in force, unless somebody has set it.
#[derive(Clone, Debug)]
pub struct OldFigures {
    /// What it bought in the window of the SOP, in hundredths of the company's currency.
    pub revenue: i64,
    /// How much it does with us, in the words of the vocabulary.
    pub engagement: Option<String>,
    /// How recently, how often and in how many ways, each from 0 to 10.
    pub scores: [u32; 3],
    /// A tier that somebody has set: which, when, until when, why, and who.
    pub by_hand: Option<(String, Instant, Instant, String, Option<PersonId>)>,
}

/// What a client bought, or gave back, on a day: in hundredths of the company's currency.
#[derive(Clone, Debug)]
pub struct OldRevenue {
    /// Its identity.
    pub id: Id,
    /// `2026-03-02`.
    pub on_day: String,
    /// The amount; less than nothing was given back.
    pub amount: i64,
    /// What it was.
    pub note: String,
    /// When it was entered.
    pub at: Instant,
}

/// A note about a client.
#[derive(Clone, Debug)]
pub struct OldNote {
    /// Its identity.
    pub id: Id,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub at: Instant,
    /// By whom.
    pub by: Option<PersonId>,
    /// Whether it stands above the timeline.
    pub pinned: bool,
}

/// Writes clients with all that hangs on them, and one entry of the audit. Their numbers follow the order in which they come.
/// The caller makes transactions of a size that others can wait for; each kind of row is written for all clients at once.
///
/// # Errors
///
/// As the database says: also where one of the ids is there already.
pub fn take_over(
    tx: &Write<'_>,
    rules: &InForce,
    clients: &[OldClient],
    (entry, who, now): (Id, Who, Instant),
) -> Result<(), StoreError> {
    let figured: Vec<Figured<'_>> = clients
        .iter()
        .map(|client| Figured::of(rules, client))
        .collect();
    let rows: Vec<_> = figured.iter().map(|client| client.row(now)).collect();
    tx.put_each(queries::TAKE_OVER, &rows)?;
    team(tx, clients)?;
    sources(tx, clients)?;
    contacts(tx, clients)?;
    revenues(tx, clients)?;
    notes(tx, clients)?;
    let changes: Vec<_> = figured.iter().filter_map(Figured::change).collect();
    tx.put_each(queries::ADD_TIER, &changes)?;
    recognised(tx, clients, now)?;
    found(tx, clients)?;
    let detail = serde_json::json!({ "clients": clients.len() }).to_string();
    let entry = Entry {
        id: entry,
        at: now,
        who,
        act: "ClientsTakenOver",
        object: "client",
        object_id: "",
        detail: &detail,
    };
    audit::write(tx, &entry)
}

/// A client with the tier that its figures give.
struct Figured<'a> {
    client: &'a OldClient,
    tier: Option<String>,
    because: Option<&'static str>,
    since: Instant,
    until: Option<Instant>,
    folded: String,
}

impl<'a> Figured<'a> {
    fn of(rules: &InForce, client: &'a OldClient) -> Self {
        let figures = client.figures.as_ref();
        let by_hand = figures.and_then(|figures| figures.by_hand.as_ref());
        let tier = match by_hand {
            Some((tier, ..)) => Some(tier.clone()),
            None => figures.and_then(|figures| by_revenue(rules, "tier", figures.revenue)),
        };
        let because = match (by_hand, &tier) {
            (Some(_), _) => Some("by hand"),
            (None, Some(_)) => Some("revenue"),
            (None, None) => None,
        };
        Self {
            since: by_hand.map_or(client.made_at, |(_, at, ..)| *at),
            until: by_hand.map(|(_, _, until, ..)| *until),
            folded: folded(&client.draft.name),
            client,
            tier,
            because,
        }
    }

    fn revenue(&self) -> Option<i64> {
        let figures = self.client.figures.as_ref();
        figures.map(|figures| figures.revenue)
    }

    /// Its row. The figures count as worked out now: they are worked out anew after a day, as all are.
    fn row(&self, now: Instant) -> [Value<'_>; 32] {
        let (client, draft) = (self.client, &self.client.draft);
        let figures = client.figures.as_ref();
        let score = |place: usize| figures.and_then(|figures| figures.scores.get(place).copied());
        params![
            client.id,
            draft.kind.name(),
            &draft.name,
            &self.folded,
            if client.to_check { TO_CHECK } else { KNOWN },
            &draft.website,
            &draft.phone,
            &draft.address,
            &draft.country,
            &draft.industry,
            &draft.zone,
            draft.language(),
            &draft.channel,
            &draft.style,
            draft.rhythm_days,
            &draft.alert,
            draft.owner,
            draft.team,
            now,
            self.revenue(),
            &self.tier,
            self.because,
            self.tier.as_ref().map(|_| self.since),
            self.until,
            figures.and_then(|figures| figures.engagement.as_deref()),
            score(0),
            score(1),
            score(2),
            client.archived.then_some(now),
            1_u32,
            client.made_at,
            client.made_at,
        ]
    }

    /// How it came to its tier; none: it has none.
    fn change(&self) -> Option<[Value<'_>; 9]> {
        let because = self.because.filter(|_| self.tier.is_some())?;
        let figures = self.client.figures.as_ref();
        let by_hand = figures.and_then(|figures| figures.by_hand.as_ref());
        let reason = by_hand.map_or("", |(.., reason, _)| reason.as_str());
        let person = by_hand.and_then(|(.., person)| *person);
        let id = self.client.id;
        let change = Id::from_parts(self.since, tail(id));
        Some(params![
            change,
            id,
            self.since,
            &self.tier,
            because,
            self.revenue(),
            reason,
            self.until,
            person
        ])
    }
}

/// The account team: whoever has a part in it of their own, and the account manager where that is nobody of them.
fn team(tx: &Write<'_>, clients: &[OldClient]) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for client in clients {
        let (id, since) = (client.id, client.made_at);
        let members = client.team.iter();
        rows.extend(members.map(|(person, part)| params![id, *person, part, since]));
        rows.extend(
            client
                .draft
                .owner
                .map(|owner| params![id, owner, MANAGER, since]),
        );
    }
    tx.put_each(queries::KEEP_IN_TEAM, &rows)
}

fn sources(tx: &Write<'_>, clients: &[OldClient]) -> Result<(), StoreError> {
    let facts: Vec<_> = clients
        .iter()
        .flat_map(|client| {
            let known = client.draft.facts().into_iter();
            let said = known.filter(|(_, value)| !value.is_empty());
            said.map(move |(name, _)| (client, name))
        })
        .collect();
    let rows: Vec<_> = facts
        .iter()
        .map(|(client, name)| {
            let (at, by) = client.verified;
            params![client.id, *name, "taken over", at, by]
        })
        .collect();
    tx.put_each(queries::ADD_SOURCE, &rows)
}

fn contacts(tx: &Write<'_>, clients: &[OldClient]) -> Result<(), StoreError> {
    for client in clients {
        for (contact, draft, at) in &client.contacts {
            put_contact(tx, *at, (*contact, client.id), draft)?;
        }
    }
    Ok(())
}

fn revenues(tx: &Write<'_>, clients: &[OldClient]) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for client in clients {
        rows.extend(client.revenues.iter().map(|sold| {
            let kind = if sold.amount < 0 { "credit" } else { "sale" };
            params![
                sold.id,
                client.id,
                kind,
                &sold.on_day,
                sold.amount,
                &sold.note,
                sold.at,
                None::<Id>
            ]
        }));
    }
    tx.put_each(queries::ADD_REVENUE, &rows)
}

fn notes(tx: &Write<'_>, clients: &[OldClient]) -> Result<(), StoreError> {
    for client in clients {
        for note in &client.notes {
            let row = params![note.id, client.id, &note.text, note.at, note.by];
            tx.put(queries::ADD_NOTE, &row)?;
            if note.pinned {
                tx.put(queries::PIN_NOTE, &params![note.id, client.id, note.at])?;
            }
        }
    }
    Ok(())
}

/// They are new, so there is nothing to forget of what they were recognised by. Most words are nobody else's: those are asked for in
/// one go.
fn recognised(tx: &Write<'_>, clients: &[OldClient], now: Instant) -> Result<(), StoreError> {
    let keys: Vec<_> = clients
        .iter()
        .flat_map(|client| {
            let keys = keys(client).0.into_iter();
            keys.map(move |(kind, word)| (client.id, kind, word))
        })
        .collect();
    let rows: Vec<_> = keys
        .iter()
        .map(|(id, kind, word)| params![*id, *kind, word])
        .collect();
    tx.put_each(queries::ADD_KEY, &rows)?;
    let asked: Vec<_> = keys
        .iter()
        .map(|(id, kind, word)| params![*kind, word, *id])
        .collect();
    let asked: Vec<&[Value<'_>]> = asked.iter().map(|asked| &asked[..]).collect();
    let others: Vec<Option<(Id,)>> = tx.maybe_each(queries::OTHER_KEY, &asked)?;
    let shared = keys.iter().zip(others).filter(|(_, other)| other.is_some());
    for ((id, kind, word), _) in shared {
        pair(tx, *id, (kind, word), now)?;
    }
    Ok(())
}

/// What the search finds of them, without reading back what was just written but their numbers.
fn found(tx: &Write<'_>, clients: &[OldClient]) -> Result<(), StoreError> {
    let ids: Vec<Id> = clients.iter().map(|client| client.id.0).collect();
    let numbers: Vec<(Id, u64)> = tx.all(queries::NUMBERS, &params![&ids[..]])?;
    let numbers: HashMap<Id, u64> = numbers.into_iter().collect();
    for client in clients {
        let draft = &client.draft;
        let mut people: Vec<_> = client.contacts.iter().collect();
        people.sort_by_cached_key(|(id, draft, _)| (folded(&draft.name), id.0));
        let people = people.into_iter().map(|(_, draft, _)| search::Person {
            name: &draft.name,
            position: &draft.position,
            email: &draft.email,
            phone: &draft.phone,
            phones: &draft.phones,
        });
        let said = search::Said {
            id: client.id,
            number: numbers.get(&client.id.0).copied().unwrap_or_default(),
            name: &draft.name,
            language: draft.language(),
            owner: draft.owner,
            team: draft.team,
            changed_at: client.made_at,
        };
        kept_search::put(tx, &search::written(&said, people))?;
        let team = client.team.iter().map(|(person, _)| person.0);
        let team: BTreeSet<Id> = team.chain(draft.owner.map(|owner| owner.0)).collect();
        let team: Vec<Id> = team.into_iter().collect();
        kept_search::begin_circle(tx, client.id.0, &team)?;
    }
    Ok(())
}

/// What it is recognised by.
fn keys(client: &OldClient) -> Keys {
    let mut keys = Keys::default();
    keys.name(&client.draft.name);
    keys.website(&client.draft.website);
    keys.phone(&client.draft.phone);
    for (_, contact, _) in &client.contacts {
        keys.email(&contact.email);
        keys.phone(&contact.phone);
        for other in &contact.phones {
            keys.phone(&other.phone);
        }
    }
    keys
}

/// The change of tier has an identity that follows from its client's.
fn tail(id: ClientId) -> [u8; 10] {
    let bytes = id.0.bytes();
    std::array::from_fn(|place| bytes.get(place + 6).copied().unwrap_or_default() ^ 0x5a)
}
