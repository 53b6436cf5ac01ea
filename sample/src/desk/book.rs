//! The clients as the house knows them: what is known for sure, who the people there are, what they bought.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kept_kernel::Instant;
use kept_language::Register;

use super::fold::Told;
use crate::clients::{Client, Tier};
use crate::company::SampleCompany;
use crate::names;
use crate::random::Random;

/// Somebody at a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id that events carry.
    pub id: String,
    /// The made-up name.
    pub name: String,
    /// What they do there.
    pub position: &'static str,
    /// Their address, at a domain that nobody has.
    pub email: String,
    /// Their number, one that is kept for made-up people.
    pub phone: String,
    /// Their preferred channel.
    pub channel: &'static str,
    /// How they want to be spoken to; may be empty.
    pub style: &'static str,
}

/// What a client bought, or gave back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The day.
    pub on: Date,
    /// In whole units of the company's currency; less than nothing is given back.
    pub amount: i64,
    /// What it was.
    pub what: &'static str,
}

/// A tier that somebody has set for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierByHand {
    /// The tier.
    pub tier: String,
    /// When it was set.
    pub at: Instant,
    /// By whom, by name.
    pub by: Option<String>,
    /// The last day.
    pub until: Date,
}

/// A note for the next person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When it was written.
    pub at: Instant,
    /// By whom, by name.
    pub by: String,
    /// What it says.
    pub text: &'static str,
    /// Whether it stands above everything else.
    pub pinned: bool,
}

/// A client with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The id that events carry.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether nobody has looked at it since it came in by itself.
    pub to_check: bool,
    /// The web site; may be empty.
    pub website: String,
    /// The number of the switchboard; may be empty.
    pub phone: String,
    /// The address; may be empty.
    pub address: String,
    /// The country.
    pub country: &'static str,
    /// What it does.
    pub industry: String,
    /// Its zone.
    pub zone: &'static str,
    /// Its language.
    pub language: &'static str,
    /// The preferred channel.
    pub channel: &'static str,
    /// How it wants to be spoken to; may be empty.
    pub style: &'static str,
    /// How often it wants to hear from us, where it has said so.
    pub rhythm_days: Option<u32>,
    /// What everybody should know before they write.
    pub alert: Option<&'static str>,
    /// The account manager's name; empty: nobody yet.
    pub manager: String,
    /// The others of the account team, by name, with their part.
    pub team: Vec<(String, &'static str)>,
    /// What it bought within a year, in whole units; none: nothing is known.
    pub revenue: Option<i64>,
    /// How much it deals with us.
    pub engagement: Option<String>,
    /// How recently, how often and in how many ways, each from 0 to 10.
    pub figures: [u32; 3],
    /// A tier that was set by hand and still holds.
    pub by_hand: Option<TierByHand>,
    /// The people there, the first of them the one who usually writes.
    pub people: Vec<Person>,
    /// What it bought, the oldest first.
    pub sales: Vec<Sale>,
    /// Notes, the oldest first.
    pub notes: Vec<Note>,
    /// When it became known.
    pub made_at: Instant,
    /// When its details were last verified, and by whom.
    pub verified: Option<(Instant, Option<String>)>,
    /// Whether it was put away.
    pub archived: bool,
}

/// What happened to a client, as far as its card says.
#[derive(Default)]
struct Known<'c> {
    added_at: Option<Instant>,
    revenue: Option<i64>,
    engagement: Option<String>,
    verified: Option<(Instant, Option<String>)>,
    by_hand: Option<TierByHand>,
    sales: Vec<(&'c str, Sale)>,
    more_people: Vec<&'c str>,
}

impl SampleCompany {
    /// The clients as they are known when the sample ends, in the order of their numbers.
    pub fn cards(&self, register: &Register) -> Vec<Card> {
        let zone = TimeZone::get(self.zone).unwrap_or(TimeZone::UTC);
        let known = self.known(register, &zone);
        let nothing = Known::default();
        let there = self.clients.iter().enumerate().filter(|(_, client)| {
            let number = client.id.trim_start_matches("C-").parse::<usize>();
            let began_here = number.is_ok_and(|number| number > self.at_the_start);
            !began_here || known.contains_key(client.id.as_str())
        });
        there
            .map(|(place, client)| {
                let known = known.get(client.id.as_str()).unwrap_or(&nothing);
                self.card((place, client), known, &zone)
            })
            .collect()
    }

    fn known<'c>(
        &'c self,
        register: &'c Register,
        zone: &TimeZone,
    ) -> BTreeMap<&'c str, Known<'c>> {
        let mut all: BTreeMap<&str, Known<'_>> = BTreeMap::new();
        let today = day(self.until, zone);
        for event in &self.events {
            let told = Told::new(register, event);
            let (noun, id) = (told.noun(), event.case.1.as_str());
            let client = if noun == "client" {
                Some(id)
            } else {
                told.linked("client")
            };
            let of = client.map(|client| all.entry(client).or_default());
            match (of, noun, told.act()) {
                (Some(of), "client", act) => of.learn(act, &told, today),
                (Some(of), "contact", "add-contact") => of.more_people.push(id),
                (Some(of), "sale", "make-sale") => {
                    let on = day(event.at, zone);
                    let amount = told.number("sale.amount").unwrap_or_default();
                    let what = "Instruments and calibration";
                    of.sales.push((id, Sale { on, amount, what }));
                }
                (_, "sale", "void-sale" | "refund-sale") => {
                    for of in all.values_mut() {
                        of.sales.retain(|(sale, _)| *sale != id);
                    }
                }
                _ => {}
            }
        }
        all
    }

    fn card(&self, (place, client): (usize, &Client), known: &Known<'_>, zone: &TimeZone) -> Card {
        let mut random = Random::stream(self.seed(), "card", place as u64);
        let slug = slug(&client.name);
        let (country_zone, language) = place_of(client.country);
        let today = day(self.until, zone);
        let engagement = known.engagement.clone();
        let engagement = engagement.unwrap_or_else(|| client.engagement.to_owned());
        let made_at = known.added_at.unwrap_or_else(|| {
            self.from
                .plus_micros(-random.between(40, 2_900) * crate::time::DAY)
        });
        let people = people(&mut random, client, known, (&slug, place));
        Card {
            id: client.id.clone(),
            name: client.name.clone(),
            to_check: client.id.starts_with("C-D"),
            website: format!("https://{slug}.example"),
            phone: phone(9_000 + place),
            address: address(&mut random),
            country: client.country,
            industry: client
                .name
                .rsplit(' ')
                .next()
                .unwrap_or_default()
                .to_owned(),
            zone: country_zone,
            language,
            channel: client.channel,
            style: random
                .word("brief and to the point|formal, last names|likes figures first|||||"),
            rhythm_days: (client.follow_up_days != 90).then_some(client.follow_up_days as u32),
            alert: ALERTS
                .iter()
                .find(|(of, _)| *of == place)
                .map(|(_, alert)| *alert),
            manager: client.manager.clone(),
            team: if client.tier >= Tier::Silver {
                vec![(client.seller.clone(), "sales")]
            } else {
                Vec::new()
            },
            revenue: Some(known.revenue.unwrap_or(client.revenue)),
            figures: figures(&mut random, &engagement),
            engagement: Some(engagement),
            by_hand: known.by_hand.clone(),
            people,
            sales: sales(
                &mut random,
                known,
                known.revenue.unwrap_or(client.revenue),
                today,
            ),
            notes: self.notes(&mut random, client),
            made_at,
            verified: known.verified.clone(),
            archived: false,
        }
    }

    fn notes(&self, random: &mut Random, client: &Client) -> Vec<Note> {
        let count = match client.tier {
            Tier::Platinum => 3,
            Tier::Gold => 2,
            Tier::Silver => random.below(2),
            Tier::Bronze => usize::from(random.chance(8.0)),
        };
        let whole = self.until.micros_since(self.from).max(1);
        let mut notes: Vec<Note> = (0..count)
            .map(|_| Note {
                at: self
                    .until
                    .plus_micros(-((random.unit() * whole as f64 * 0.8) as i64)),
                by: if random.chance(70.0) {
                    client.manager.clone()
                } else {
                    client.seller.clone()
                },
                text: random.word(NOTES),
                pinned: false,
            })
            .collect();
        notes.sort_by_key(|note| note.at);
        notes.dedup_by_key(|note| note.text);
        if client.tier == Tier::Platinum
            && let Some(first) = notes.first_mut()
        {
            first.pinned = true;
        }
        notes
    }
}

impl Known<'_> {
    fn learn(&mut self, act: &str, told: &Told<'_>, today: Date) {
        self.revenue = told.number("client.annual revenue").or(self.revenue);
        self.engagement = told.choice("client.engagement").or(self.engagement.take());
        let by = told.person().map(str::to_owned);
        match act {
            "add-client" => self.added_at = Some(told.event.at),
            "verify-client-details" => self.verified = Some((told.event.at, by)),
            "override-client-tier" => {
                let until = told.date("client.override end").filter(|end| *end > today);
                let tier = told.choice("client.tier");
                self.by_hand = until.zip(tier).map(|(until, tier)| TierByHand {
                    tier,
                    at: told.event.at,
                    by,
                    until,
                });
            }
            _ => {}
        }
    }
}

/// What everybody should know of these clients, by their places.
const ALERTS: [(usize, &str); 6] = [
    (
        2,
        "Calls to the night shift only in an emergency: production runs around the clock",
    ),
    (
        7,
        "In a conflict over the March delivery: only the account manager answers",
    ),
    (19, "Invoices go to the parent company since July"),
    (44, "No visits on site before the end of the renovation"),
    (
        88,
        "Pays by order number only: ask for it before anything is sent",
    ),
    (
        140,
        "Prefers to be called by first names; do not write to the old address",
    ),
];

const NOTES: &str = "Plans a second line next spring; wants to hear of the new gateway before the budget is made in October.|The new head of quality comes from a company that worked with our competitor. Bring figures.|Likes to get the calibration dates for the whole year in January.|Was very content with how the outage in the cold store was handled. May be asked for a testimonial.|The purchasing department has moved; parcels to the side entrance.|Asked twice about a loan device for the time of the calibration.|Two contacts, one decision: the plant manager wants it, finance has to sign.|Thinks about putting all sites under one agreement.|Sends long mails, but a short call on Friday morning settles most of it.";

const STREETS: &str = "Harbour Road|Mill Lane|Station Square|Foundry Street|Weaver's Row|Canal Street|Orchard Way|Market Street|Quarry Road|Linden Avenue";
const TOWNS: &str =
    "Osterwick|Valbrona|Merehaven|Torvale|Quillmont|Karholt|Fenbrook|Granvale|Wendane|Ravmont";

fn address(random: &mut Random) -> String {
    let (number, street, town) = (
        random.between(1, 140),
        random.word(STREETS),
        random.word(TOWNS),
    );
    format!("{number} {street}, {town}")
}

fn people(
    random: &mut Random,
    client: &Client,
    known: &Known<'_>,
    (slug, place): (&str, usize),
) -> Vec<Person> {
    let more = match client.tier {
        Tier::Platinum => 2,
        Tier::Gold => 1,
        _ => 0,
    };
    let others = (1..=more).map(|number| format!("{}-{number}", client.contact));
    let added = known.more_people.iter().map(|id| (*id).to_owned());
    let mut ids = vec![client.contact.clone()];
    ids.extend(others.chain(added.filter(|id| *id != client.contact)));
    let mut all: Vec<Person> = Vec::new();
    for (number, id) in ids.into_iter().enumerate() {
        let name = names::anybody(random);
        let mail = slug_of_person(&name);
        let taken = all.iter().any(|other| other.name == name);
        let mail = if taken {
            format!("{mail}{number}")
        } else {
            mail
        };
        all.push(Person {
            id,
            position: random.word("Plant manager|Head of quality|Purchasing|Operations|Laboratory|IT|Finance|Managing director"),
            email: format!("{mail}@{slug}.example"),
            phone: phone(place * 9 + number.min(8)),
            channel: if number == 0 { client.channel } else { random.word("email|email|phone|portal") },
            style: random.word("||||brief and to the point|formal|at ease with technical terms"),
            name,
        });
    }
    all
}

/// Numbers that are kept for made-up people: a thousand in each of these areas.
fn phone(number: usize) -> String {
    const AREAS: [&str; 11] = [
        "113", "114", "115", "116", "117", "118", "121", "131", "141", "151", "161",
    ];
    let area = AREAS.get(number / 1_000 % AREAS.len()).unwrap_or(&"113");
    format!("+44 {area} 496 0{:03}", number % 1_000)
}

fn slug(name: &str) -> String {
    name.to_lowercase().replace([' ', '.'], "-")
}

fn slug_of_person(name: &str) -> String {
    name.to_lowercase().replace('-', "").replace(' ', ".")
}

fn place_of(country: &str) -> (&'static str, &'static str) {
    match country {
        "Germany" => ("Europe/Berlin", "de"),
        "Austria" => ("Europe/Vienna", "de"),
        "France" => ("Europe/Paris", "fr"),
        "Italy" => ("Europe/Rome", "it"),
        "Netherlands" => ("Europe/Amsterdam", "nl"),
        "Ireland" => ("Europe/Dublin", "en"),
        "Denmark" => ("Europe/Copenhagen", "da"),
        "Sweden" => ("Europe/Stockholm", "sv"),
        "Poland" => ("Europe/Warsaw", "pl"),
        "Spain" => ("Europe/Madrid", "es"),
        "Portugal" => ("Europe/Lisbon", "pt"),
        "Kenya" => ("Africa/Nairobi", "en"),
        "Canada" => ("America/Toronto", "en"),
        "Japan" => ("Asia/Tokyo", "ja"),
        "India" => ("Asia/Kolkata", "en"),
        "Brazil" => ("America/Sao_Paulo", "pt"),
        "United Arab Emirates" => ("Asia/Dubai", "en"),
        _ => ("Europe/Zurich", "de"),
    }
}

/// Three figures whose mean is within the level.
fn figures(random: &mut Random, level: &str) -> [u32; 3] {
    let (low, high) = match level {
        "high" => (8, 10),
        "medium" => (5, 7),
        "low" => (3, 4),
        _ => (0, 2),
    };
    std::array::from_fn(|_| random.between(low, high) as u32)
}

/// What it bought in the year, with the fees of its agreement: together its revenue.
fn sales(random: &mut Random, known: &Known<'_>, revenue: i64, today: Date) -> Vec<Sale> {
    let year_ago = today.saturating_sub(364.days());
    let mut sales: Vec<Sale> = known.sales.iter().map(|(_, sale)| sale.clone()).collect();
    let of_the_year = sales.iter().filter(|sale| sale.on > year_ago);
    let rest = revenue - of_the_year.map(|sale| sale.amount).sum::<i64>();
    let quarter = rest / 4;
    let first = random.between(5, 80);
    for (number, what) in [
        "Service fee, last quarter",
        "Service fee, third quarter",
        "Service fee, second quarter",
        "Service fee, first quarter",
    ]
    .into_iter()
    .enumerate()
    {
        let on = today.saturating_sub((first + 90 * number as i64).days());
        let amount = if number == 0 {
            rest - 3 * quarter
        } else {
            quarter
        };
        let what = if amount < 0 { "Volume bonus" } else { what };
        if amount != 0 {
            sales.push(Sale { on, amount, what });
        }
    }
    sales.sort_by_key(|sale| sale.on);
    sales
}

fn day(at: Instant, zone: &TimeZone) -> Date {
    at.timestamp().to_zoned(zone.clone()).date()
}
