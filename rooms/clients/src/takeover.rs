//! Clients of another house, taken over as they stand: rows alone, with what they are recognised and found by. What happened
//! to them comes with an import of their history, under the same ids; so nothing is told to the journal here.

use kept_accounts::model::PersonId;
use kept_journal::InForce;
use kept_journal::audit::{self, Entry, Who};
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write, params};

use crate::commands::{put, put_contact, recognise};
use crate::model::{ClientId, ContactDraft, ContactId, Draft, KNOWN, Keys, TO_CHECK, by_revenue};
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
/// The caller makes transactions of a size that others can wait for.
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
    for client in clients {
        one(tx, rules, client, now)?;
    }
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

fn one(
    tx: &Write<'_>,
    rules: &InForce,
    client: &OldClient,
    now: Instant,
) -> Result<(), StoreError> {
    let (id, made_at) = (client.id, client.made_at);
    let state = if client.to_check { TO_CHECK } else { KNOWN };
    put(tx, made_at, (id, state), &client.draft)?;
    let (at, by) = client.verified;
    let known = client.draft.facts();
    let said = known.iter().filter(|(_, value)| !value.is_empty());
    let sources: Vec<_> = said
        .map(|(name, _)| params![id, *name, "taken over", at, by])
        .collect();
    tx.execute_each(queries::SET_SOURCE, &sources)?;
    for (contact, draft, at) in &client.contacts {
        put_contact(tx, *at, (*contact, id), draft)?;
    }
    for (person, part) in &client.team {
        let member = params![id, *person, part, made_at];
        tx.execute(queries::JOIN_TEAM, &member)?;
    }
    let revenues: Vec<_> = client
        .revenues
        .iter()
        .map(|sold| {
            let kind = if sold.amount < 0 { "credit" } else { "sale" };
            params![
                sold.id,
                id,
                kind,
                &sold.on_day,
                sold.amount,
                &sold.note,
                sold.at,
                None::<Id>
            ]
        })
        .collect();
    tx.execute_each(queries::ADD_REVENUE, &revenues)?;
    notes(tx, client)?;
    figures(tx, rules, client, now)?;
    // It is new, so there is nothing to forget of what it was recognised by.
    recognise(tx, id, &keys(client), now)?;
    if client.archived {
        tx.execute(queries::ARCHIVE, &params![id, now])?;
    }
    search::follow(tx, id)
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
    }
    keys
}

fn notes(tx: &Write<'_>, client: &OldClient) -> Result<(), StoreError> {
    for note in &client.notes {
        let row = params![note.id, client.id, &note.text, note.at, note.by];
        tx.execute(queries::ADD_NOTE, &row)?;
        if note.pinned {
            tx.execute(queries::PIN_NOTE, &params![note.id, client.id, note.at])?;
        }
    }
    Ok(())
}

/// The figures count as worked out now: they are worked out anew after a day, as all are.
fn figures(
    tx: &Write<'_>,
    rules: &InForce,
    client: &OldClient,
    now: Instant,
) -> Result<(), StoreError> {
    let id = client.id;
    let figures = client.figures.as_ref();
    let revenue = figures.map(|figures| figures.revenue);
    let by_hand = figures.and_then(|figures| figures.by_hand.as_ref());
    let tier = match by_hand {
        Some((tier, ..)) => Some(tier.clone()),
        None => revenue.and_then(|revenue| by_revenue(rules, "tier", revenue)),
    };
    let because = match (by_hand, &tier) {
        (Some(_), _) => Some("by hand"),
        (None, Some(_)) => Some("revenue"),
        (None, None) => None,
    };
    let since = by_hand.map_or(client.made_at, |(_, at, ..)| *at);
    let until = by_hand.map(|(_, _, until, ..)| *until);
    let score = |place: usize| figures.and_then(|figures| figures.scores.get(place).copied());
    let engagement = figures.and_then(|figures| figures.engagement.clone());
    let row = params![
        id,
        revenue,
        &tier,
        because,
        tier.as_ref().map(|_| since),
        until,
        &engagement,
        score(0),
        score(1),
        score(2),
        now,
    ];
    tx.execute(queries::SET_FIGURES, &row)?;
    let Some((tier, because)) = tier.zip(because) else {
        return Ok(());
    };
    let reason = by_hand.map_or("", |(.., reason, _)| reason.as_str());
    let person = by_hand.and_then(|(.., person)| *person);
    let change = Id::from_parts(since, tail(id));
    let row = params![
        change, id, since, &tier, because, revenue, reason, until, person
    ];
    tx.execute(queries::ADD_TIER, &row)?;
    Ok(())
}

/// The change of tier has an identity that follows from its client's.
fn tail(id: ClientId) -> [u8; 10] {
    let bytes = id.0.bytes();
    std::array::from_fn(|place| bytes.get(place + 6).copied().unwrap_or_default() ^ 0x5a)
}
