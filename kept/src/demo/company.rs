//! The company: its staff, its clients, its hours.

use kept_engine::{People, Person, Span};
use kept_kernel::Instant;
use kept_language::Register;

use super::story::{Case, Story, after};

/// Its hours and days off.
pub const CALENDAR: &str = include_str!("calendar.toml");

/// Who does what: a role and those who hold it.
pub const STAFF: [(&str, &[&str]); 15] = [
    (
        "client service representative",
        &["Nadia Petrov", "Tom Becker", "Ines Duarte", "Paul Osei"],
    ),
    (
        "account manager",
        &["Helen Strand", "Marc Vidal", "Aiko Tanaka"],
    ),
    (
        "technical support",
        &["Jonas Weber", "Lena Fischer", "Samir Haddad"],
    ),
    (
        "salesperson",
        &["Clara Novak", "David Mensah", "Rosa Iglesias"],
    ),
    ("sales manager", &["Victor Lang"]),
    ("client relations manager", &["Maja Lindqvist"]),
    ("onboarding specialist", &["Priya Raman", "Felix Brandt"]),
    (
        "specialised customer service team",
        &["Oskar Nyberg", "Julia Santos"],
    ),
    ("conflict resolution team", &["Karin Holm", "Peter Adler"]),
    ("quality control", &["Ewa Kowalska"]),
    ("SOP supervisor", &["Ruth Keller"]),
    ("management", &["Anders Bergman", "Sofia Marin"]),
    ("approver", &["Greta Sand"]),
    ("data auditor", &["Ivo Horvat"]),
    ("administrator", &["Ben Carter"]),
];

/// A client of the company.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    pub contact: String,
    /// In whole euros.
    pub revenue: u32,
    pub account_manager: &'static str,
    pub salesperson: &'static str,
    /// Since when; before the year for most.
    pub since: Instant,
}

impl Client {
    /// The client's own record.
    pub fn case(&self) -> Case {
        Case::new("client", &self.id, &[])
    }

    /// Something that belongs to the client.
    pub fn of(&self, noun: &'static str, id: impl Into<String>) -> Case {
        Case::new(
            noun,
            id,
            &[("client", &self.id), ("contact", &self.contact)],
        )
    }
}

/// One of those who hold a role; always the same for the same number.
pub fn holder(role: &str, number: usize) -> &'static str {
    let staff = STAFF
        .iter()
        .find(|(name, _)| *name == role)
        .map_or(&[][..], |(_, staff)| staff);
    staff
        .get(number % staff.len().max(1))
        .copied()
        .unwrap_or_default()
}

/// The staff with their roles, as the engine wants them.
pub fn people(register: &Register) -> People {
    let mut persons = Vec::new();
    for (role, staff) in STAFF {
        let Some(role) = register.role(role) else {
            continue;
        };
        let employee = register.role("employee");
        for name in staff {
            let roles = [Some(role), employee].into_iter().flatten();
            persons.push(Person {
                id: (*name).to_owned(),
                roles: roles.map(|role| (role, Span::default())).collect(),
                rights: register
                    .rights()
                    .map(|(right, _)| (right, Span::default()))
                    .collect(),
                ..Person::default()
            });
        }
    }
    People::new(persons)
}

const FIRST: [&str; 16] = [
    "Alder", "Birch", "Cobalt", "Delta", "Elm", "Fjord", "Granite", "Harbour", "Iris", "Juniper",
    "Kestrel", "Larch", "Meridian", "North", "Orchard", "Pine",
];
const SECOND: [&str; 8] = [
    "Works",
    "Foods",
    "Optics",
    "Logistics",
    "Print",
    "Tools",
    "Clinics",
    "Textiles",
];

/// The clients, most of them from before the year, and the events that make them known.
pub fn clients(story: &mut Story<'_>) -> Vec<Client> {
    let mut clients = Vec::new();
    for number in 0..96 {
        let revenue = match number % 16 {
            0 => 1_200_000 + number as u32 * 9_000,
            1..=3 => 520_000 + number as u32 * 4_000,
            4..=8 => 110_000 + number as u32 * 3_000,
            _ => 12_000 + number as u32 * 700,
        };
        let first = FIRST.get(number % 16).copied().unwrap_or_default();
        let second = SECOND
            .get(number / 16 * 3 % 8 + number % 3)
            .copied()
            .unwrap_or_default();
        let days = if number < 76 {
            number as f64 / 10.0
        } else {
            20.0 + (number - 76) as f64 * 15.0
        };
        let opening = after(story.year.0, days * 1440.0 + 600.0);
        let client = Client {
            id: format!("{first} {second}"),
            contact: format!("{first} {second}: main contact"),
            revenue,
            account_manager: holder("account manager", number),
            salesperson: holder("salesperson", number),
            since: story.calendar.next_opening(opening),
        };
        introduce(story, &client, number >= 76);
        clients.push(client);
    }
    clients
}

fn introduce(story: &mut Story<'_>, client: &Client, new: bool) {
    let at = client.since;
    let case = client.case();
    let engagement = match client.revenue {
        1_000_001.. => "high",
        500_000.. => "medium",
        100_000.. => "low",
        _ => "very low",
    };
    let engagement = if story.random.chance(0.12) {
        "medium"
    } else {
        engagement
    };
    let channel = story.random.pick(&["email", "phone", "portal"]);
    story
        .deed("add-client", &case, at)
        .by(client.salesperson)
        .fact("client.annual revenue", &client.revenue.to_string())
        .fact("client.engagement", engagement)
        .fact("client.preferred channel", channel)
        .fact("client.new", if new { "yes" } else { "no" })
        .part("account team", client.account_manager)
        .tell();
    let contact = Case::new("contact", &client.contact, &[("client", &client.id)]);
    story
        .deed("add-contact", &contact, at)
        .by(client.salesperson)
        .tell();
    let told = story.reached(at, 120.0, "Nadia Petrov");
    story
        .deed("tell-contact-how-data-is-used", &contact, told)
        .by("Nadia Petrov")
        .tell();
    let noted = story.reached(at, 150.0, client.salesperson);
    story
        .deed("record-first-contact", &case, noted)
        .by(client.salesperson)
        .proof("logged-call")
        .tell();
    let drawn = story.reached(at, 3_600.0, client.account_manager);
    if story.random.chance(0.9) {
        story
            .deed("draw-empathy-map", &contact, drawn)
            .by(client.account_manager)
            .fact("contact.pains", "written down")
            .fact("contact.gains", "written down")
            .tell();
    }
    let assigned = story.reached(at, 240.0, "Maja Lindqvist");
    story
        .deed("assign-account-manager", &case, assigned)
        .by("Maja Lindqvist")
        .fact("client.account manager", client.account_manager)
        .tell();
    needs(story, client, noted);
}

fn needs(story: &mut Story<'_>, client: &Client, from: Instant) {
    let at = story.reached(from, 1100.0, client.salesperson);
    for (noun, act) in [
        ("need", "record-need"),
        ("challenge", "record-challenge"),
        ("objective", "record-objective"),
    ] {
        let thing = client.of(noun, format!("{} {noun}", client.id));
        let text = format!("{noun}.text");
        story
            .deed(act, &thing, at)
            .by(client.salesperson)
            .fact(&text, "written down")
            .tell();
        if noun == "need" {
            let motive = story.reached(at, 900.0, client.salesperson);
            story
                .deed("note-need", &thing, motive)
                .by(client.salesperson)
                .fact("need.motive", "rational")
                .tell();
        }
    }
    story
        .deed("record-client-needs", &client.case(), at)
        .by(client.salesperson)
        .tell();
}
