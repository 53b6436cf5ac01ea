//! The story of a house of any size: who its clients are, what they asked, and when. All of it follows from a number, so that
//! nothing has to be kept, and the same size gives the same house but for the time of its making.

use std::fmt::Write as _;

use kept_clients::{ClientId, ContactId};
use kept_kernel::{Id, Instant};
use kept_requests::model::RequestId;

const SEED: u64 = 2_026;
/// A minute, in microseconds.
pub const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// So far the story goes back.
const PAST: i64 = 3 * 365 * DAY;
/// Somebody reaches so many clients alone.
pub const FEW: u64 = 40;
/// The request with so many messages.
pub const LONGEST: u64 = 200;

/// How large the house is, and up to when the story goes.
#[derive(Clone, Copy, Debug)]
pub struct Tale {
    /// So many clients.
    pub clients: u64,
    /// And requests.
    pub requests: u64,
    /// Of them the newest are open.
    pub open: u64,
    /// And of so many, the open ones among them, the journal tells what happened.
    pub told: u64,
    /// Now.
    pub now: Instant,
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    New,
    Acknowledged,
    Assigned,
    Answered,
    Waiting,
    Resolved,
    Closed,
}

impl Tale {
    /// As many requests as clients, a twenty-fifth of them open.
    pub fn of(clients: u64, told: Option<u64>, now: Instant) -> Self {
        let open = (clients / 25).max(50);
        Self {
            clients,
            requests: clients,
            open,
            told: told.unwrap_or(clients).clamp(open, clients),
            now,
        }
    }

    /// When a client was added.
    pub fn made_at(&self, client: u64) -> Instant {
        let step = (PAST - 10 * DAY) / self.clients.max(1) as i64;
        self.now.plus_micros(client as i64 * step - PAST)
    }

    /// Which requests are open: from this one on.
    pub fn first_open(&self) -> u64 {
        self.requests - self.open
    }

    /// Of which requests the journal tells: from this one on.
    pub fn first_told(&self) -> u64 {
        self.requests - self.told
    }

    /// When a request came in. The closed ones lie evenly over the years; the open ones are from the last day and a half.
    pub fn received_at(&self, request: u64) -> Instant {
        let first_open = self.first_open();
        if request < first_open {
            let step = (PAST - 3 * DAY) / first_open.max(1) as i64;
            return self.now.plus_micros(request as i64 * step - PAST + HOUR);
        }
        let place = (request - first_open) as i64;
        let step = 24 * HOUR / self.open.max(1) as i64;
        self.now.plus_micros(place * step - 36 * HOUR)
    }

    /// How a request stands.
    pub fn stage(&self, request: u64) -> Stage {
        if request < self.first_open() {
            return Stage::Closed;
        }
        match chance(Draw::Stage, request) % 6 {
            0 => Stage::New,
            1 => Stage::Acknowledged,
            2 => Stage::Assigned,
            3 => Stage::Answered,
            4 => Stage::Waiting,
            _ => Stage::Resolved,
        }
    }

    /// Whose a request is: of five in six anybody's, of the sixth one of the hundredth of clients that ask most. One client
    /// has every five hundredth of all.
    pub fn client_of(&self, request: u64) -> u64 {
        let drawn = chance(Draw::Client, request);
        if request.is_multiple_of(500) {
            return 1;
        }
        // Whoever reaches few clients has open requests too.
        if request >= self.first_open() && (request - self.first_open()) < FEW {
            return self.few(request - self.first_open());
        }
        if drawn.is_multiple_of(6) {
            (drawn >> 8) % (self.clients / 100).max(1)
        } else {
            (drawn >> 8) % self.clients
        }
    }

    /// One of the clients that somebody reaches who reaches few.
    pub fn few(&self, place: u64) -> u64 {
        place % FEW * (self.clients / FEW)
    }

    /// Whether it is one of them.
    pub fn is_of_few(&self, client: u64) -> bool {
        let step = self.clients / FEW;
        client.is_multiple_of(step) && client / step < FEW
    }

    /// How many messages a request has beside those of the procedure.
    pub fn messages(&self, request: u64) -> u64 {
        match request {
            request if request == self.first_open() => LONGEST,
            request => 2 + chance(Draw::Messages, request) % 3,
        }
    }

    /// The identity of a client.
    pub fn client_id(&self, client: u64) -> ClientId {
        ClientId(made(Draw::Client, client, self.made_at(client)))
    }

    /// Of one of its contacts.
    pub fn contact_id(&self, client: u64, place: u64) -> ContactId {
        let number = client * 4 + place;
        ContactId(made(Draw::Contact, number, self.made_at(client)))
    }

    /// How many contacts a client has.
    pub fn contacts(client: u64) -> u64 {
        1 + chance(Draw::Contact, client) % 3
    }

    /// The identity of a request.
    pub fn request_id(&self, request: u64) -> RequestId {
        RequestId(made(Draw::Stage, request, self.received_at(request)))
    }
}

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub enum Draw {
    Client,
    Contact,
    Stage,
    Messages,
    Words,
    Person,
    Choice,
    Time,
    Word,
}

/// A number for a thing, which follows from the seed.
pub fn chance(draw: Draw, number: u64) -> u64 {
    let mut mixed = SEED ^ (draw as u64) << 56 ^ number.wrapping_mul(0xd134_2543_de82_ef95);
    mixed = mixed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The id of something that began at an instant.
pub fn made(draw: Draw, number: u64, at: Instant) -> Id {
    let first = chance(draw, number).to_be_bytes();
    let second = chance(draw, !number).to_be_bytes();
    let random = std::array::from_fn(|place| {
        let byte = first.get(place).or_else(|| second.get(place % 8));
        byte.copied().unwrap_or_default()
    });
    Id::from_parts(at, random)
}

/// One of a list.
pub fn one_of<'w>(words: &[&'w str], drawn: u64) -> &'w str {
    let place = drawn as usize % words.len().max(1);
    words.get(place).copied().unwrap_or_default()
}

const SYLLABLES: [&str; 20] = [
    "ba", "den", "cor", "fal", "gri", "hol", "jen", "kar", "lin", "mos", "nor", "pel", "quin",
    "rud", "sel", "tam", "ul", "ven", "wex", "yor",
];
/// 20 to the fifth.
const NAMES: u64 = 3_200_000;
const TRADES: [&str; 12] = [
    "Pumps",
    "Marine",
    "Print",
    "Foods",
    "Textiles",
    "Logistics",
    "Optics",
    "Timber",
    "Software",
    "Clinics",
    "Hotels",
    "Tools",
];
/// What clients do, beside their names.
pub const INDUSTRIES: [&str; 6] = [
    "manufacturing",
    "trade",
    "transport",
    "health",
    "software",
    "hospitality",
];
const FIRST: [&str; 20] = [
    "Ada", "Bruno", "Carla", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kaya",
    "Lena", "Milan", "Nora", "Omar", "Paula", "Rosa", "Samir", "Tilda", "Victor",
];
const LAST: [&str; 20] = [
    "Abel", "Brandt", "Costa", "Dietz", "Ekman", "Faye", "Garcia", "Hale", "Ibsen", "Jansen",
    "Keller", "Lindt", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Rossi", "Silva", "Tanaka",
];

/// A word that no other client has in its name; numbers that follow each other give words that do not.
pub fn own_word(client: u64) -> String {
    let mut number = client % NAMES * 1_234_567 % NAMES;
    let mut word = String::new();
    for _ in 0..5 {
        word.push_str(one_of(&SYLLABLES, number % 20));
        number /= 20;
    }
    word
}

/// What a client is called.
pub fn name(client: u64) -> String {
    let word = own_word(client);
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let trade = one_of(&TRADES, chance(Draw::Word, client));
    let begun: String = first.into_iter().chain(letters).collect();
    format!("{begun} {trade}")
}

/// What a contact is called, and where they are written to.
pub fn person(client: u64, place: u64) -> (String, String) {
    let drawn = chance(Draw::Person, client * 4 + place);
    let (first, last) = (one_of(&FIRST, drawn), one_of(&LAST, drawn >> 16));
    let email = format!(
        "{}.{}{place}@{}.example",
        first.to_lowercase(),
        last.to_lowercase(),
        own_word(client)
    );
    (format!("{first} {last}"), email)
}

const WORDS: [&str; 64] = [
    "invoice",
    "order",
    "delivery",
    "scale",
    "account",
    "password",
    "report",
    "machine",
    "part",
    "date",
    "price",
    "contract",
    "number",
    "address",
    "portal",
    "answer",
    "team",
    "week",
    "month",
    "meeting",
    "repair",
    "return",
    "credit",
    "payment",
    "change",
    "update",
    "manual",
    "training",
    "visit",
    "sensor",
    "belt",
    "filter",
    "valve",
    "engine",
    "screen",
    "label",
    "pallet",
    "customs",
    "driver",
    "shipment",
    "warranty",
    "licence",
    "server",
    "backup",
    "printer",
    "cable",
    "module",
    "quote",
    "discount",
    "renewal",
    "audit",
    "certificate",
    "sample",
    "colour",
    "batch",
    "recipe",
    "menu",
    "booking",
    "room",
    "guest",
    "patient",
    "form",
    "signature",
    "question",
];
const JOINTS: [&str; 8] = [
    "is missing from",
    "does not fit",
    "was late with",
    "needs",
    "came without",
    "should replace",
    "is the same as",
    "must follow",
];

/// What a request is about.
pub fn subject(request: u64) -> String {
    let drawn = chance(Draw::Words, request);
    format!(
        "The {} {} the {}, {}",
        one_of(&WORDS, drawn),
        one_of(&JOINTS, drawn >> 8),
        one_of(&WORDS, drawn >> 16),
        10_000 + (drawn >> 32) % 900_000
    )
}

/// Something that was said: a few sentences.
pub fn words(request: u64, place: u64) -> String {
    let mut text = String::new();
    for sentence in 0..3 {
        let drawn = chance(Draw::Words, request * 1_009 + place * 7 + sentence + 1);
        let _ = write!(
            text,
            "The {} {} the {} and the {}. ",
            one_of(&WORDS, drawn),
            one_of(&JOINTS, drawn >> 8),
            one_of(&WORDS, drawn >> 16),
            one_of(&WORDS, drawn >> 24)
        );
    }
    text.push_str("Please look at it, thank you.");
    text
}

/// The category, urgency, impact and priority of a request, as table 4.4.1 has it.
pub fn judged(request: u64) -> [&'static str; 4] {
    const LEVELS: [&str; 3] = ["low", "medium", "high"];
    const PRIORITIES: [&str; 5] = ["low", "low", "medium", "high", "urgent"];
    let drawn = chance(Draw::Choice, request);
    let category = one_of(
        &[
            "question", "problem", "order", "change", "billing", "access",
        ],
        drawn,
    );
    let (urgency, impact) = ((drawn >> 8) % 3, (drawn >> 16) % 3);
    [
        category,
        one_of(&LEVELS, urgency),
        one_of(&LEVELS, impact),
        one_of(&PRIORITIES, urgency + impact),
    ]
}
