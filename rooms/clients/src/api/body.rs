//! Clients and contacts as the API writes them.

use kept_kernel::Instant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Client, Contact, ContactCard, OtherPhone};

/// A client.
#[derive(Serialize, ToSchema)]
#[schema(as = Client)]
pub(super) struct ClientBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// The mark by which people call it.
    #[schema(example = "C-1042")]
    mark: String,
    /// Its name.
    #[schema(example = "Aalto Dairy")]
    name: String,
    /// company or person.
    #[schema(example = "company")]
    kind: &'static str,
    /// to-check: it came in by itself and nobody has looked at it; known; archived.
    #[schema(example = "known")]
    state: &'static str,
    /// Its tier, in the words of the SOPs.
    #[schema(example = "Gold")]
    tier: Option<String>,
    /// Why it has it: revenue, first year, by hand.
    #[schema(example = "revenue")]
    tier_because: Option<String>,
    /// Until before when it is set by hand.
    #[schema(example = json!(null))]
    tier_until: Option<String>,
    /// What it bought in the window of the SOP, in the company's currency.
    #[schema(example = "620000.00")]
    revenue: Option<String>,
    /// How much it does with us.
    #[schema(example = "medium")]
    engagement: Option<String>,
    /// What everybody should know before they write or call.
    #[schema(example = "Never call before 13:00 their time")]
    alert: Option<String>,
    /// The account manager.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    owner: Option<String>,
    /// Their name.
    #[schema(example = "Jonas Weber")]
    owner_name: Option<String>,
    /// The team that it belongs to.
    #[schema(example = json!(null))]
    team: Option<String>,
    /// Its web site.
    #[schema(example = "https://aalto.example")]
    website: String,
    /// The number of its switchboard.
    #[schema(example = "+358 3 123 4567")]
    phone: String,
    /// Where it sits.
    #[schema(example = "Satamakatu 1, Tampere")]
    address: String,
    /// Its country.
    #[schema(example = "Finland")]
    country: String,
    /// What it does.
    #[schema(example = "Food")]
    industry: String,
    /// Its zone; empty: the company's.
    #[schema(example = "Europe/Helsinki")]
    zone: String,
    /// Its language.
    #[schema(example = "en")]
    language: String,
    /// How it wants to be reached.
    #[schema(example = "email")]
    channel: Option<String>,
    /// How it wants to be spoken to.
    #[schema(example = "Short, figures first")]
    style: String,
    /// How many days may pass between two contacts.
    #[schema(example = 30)]
    rhythm_days: Option<u32>,
    /// When it was added.
    #[schema(example = "2026-02-27T08:12:45Z")]
    made_at: String,
    /// When it was last changed.
    #[schema(example = "2026-02-27T08:12:45Z")]
    changed_at: String,
}

pub(super) fn body(client: &Client) -> ClientBody {
    let card = &client.card;
    let instant = |at: Instant| at.timestamp().to_string();
    ClientBody {
        id: card.id.to_string(),
        mark: card.mark(),
        name: card.name.clone(),
        kind: client.kind.name(),
        state: match (client.archived_at, client.to_check) {
            (Some(_), _) => "archived",
            (None, true) => "to-check",
            (None, false) => "known",
        },
        tier: card.tier.clone(),
        tier_because: client.tier_because.clone(),
        tier_until: client.tier_until.map(instant),
        revenue: card.revenue.map(hundredths),
        engagement: card.engagement.clone(),
        alert: card.alert.clone(),
        owner: card.owner.as_ref().map(|(owner, _)| owner.to_string()),
        owner_name: card.owner.as_ref().map(|(_, name)| name.clone()),
        team: card.team.map(|team| team.to_string()),
        website: client.website.clone(),
        phone: client.phone.clone(),
        address: client.address.clone(),
        country: client.country.clone(),
        industry: client.industry.clone(),
        zone: card.zone.clone(),
        language: card.language.clone(),
        channel: card.channel.clone(),
        style: client.style.clone(),
        rhythm_days: card.rhythm_days,
        made_at: instant(client.made_at),
        changed_at: instant(card.changed_at),
    }
}

/// An amount as programs read it: `1200.50`.
pub(super) fn hundredths(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let amount = amount.unsigned_abs();
    format!("{sign}{}.{:02}", amount / 100, amount % 100)
}

/// A contact of a client.
#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
pub(super) struct ContactBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff1")]
    id: String,
    /// The client that it belongs to.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    client: String,
    /// Its name.
    #[schema(example = "Sanna Aalto")]
    name: String,
    /// What it does there.
    #[schema(example = "Quality manager")]
    position: String,
    /// Its address.
    #[schema(example = "sanna@aalto.example")]
    email: Option<String>,
    /// The number that is called first.
    #[schema(example = "+358 3 123 4567")]
    phone: Option<String>,
    /// Its further numbers.
    phones: Vec<OtherPhone>,
    /// How it wants to be reached.
    #[schema(example = "phone")]
    channel: Option<String>,
    /// How it wants to be spoken to.
    #[schema(example = "The number first, then the reason")]
    style: Option<String>,
    /// Its language.
    #[schema(example = "fi")]
    language: String,
    /// What else is good to know.
    #[schema(example = "Runs the night crew")]
    note: String,
    /// Its revision, for changing it.
    #[schema(example = 1)]
    revision: u32,
}

pub(super) fn contact_body(contact: &Contact) -> ContactBody {
    let ContactCard {
        id,
        client,
        name,
        position,
        email,
        phone,
        phones,
        channel,
        style,
        language,
        removed_at: _,
    } = contact.card.clone();
    ContactBody {
        id: id.to_string(),
        client: client.to_string(),
        name,
        position,
        email,
        phone,
        phones,
        channel,
        style,
        language,
        note: contact.note.clone(),
        revision: contact.revision,
    }
}
