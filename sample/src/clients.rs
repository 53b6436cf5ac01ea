//! The clients: who they are, what they buy, how they like to be spoken to, and what is known of them at the start.

use kept_kernel::Instant;

use crate::names;
use crate::people::Staff;
use crate::random::Random;
use crate::scene::{Scene, World};
use crate::tape::Tape;

/// A client of the made-up company.
#[derive(Clone, PartialEq, Debug)]
pub struct Client {
    /// The id that events carry.
    pub id: String,
    /// The made-up name.
    pub name: String,
    /// The country.
    pub country: &'static str,
    /// The tier at the start.
    pub tier: Tier,
    /// The annual revenue at the start, in US dollars.
    pub revenue: i64,
    /// How much the client deals with us: `very low` to `high`.
    pub engagement: &'static str,
    /// The preferred channel.
    pub channel: &'static str,
    /// How often it wants to be followed up, in days; 90 where it has no wish of its own.
    pub follow_up_days: i64,
    /// Whether an agreement runs.
    pub active: bool,
    /// The id of the contact there.
    pub contact: String,
    /// The account manager's name.
    pub manager: String,
    /// The salesperson's name.
    pub seller: String,
}

/// The four tiers, the lowest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tier {
    /// Below 100,000.
    Bronze,
    /// From 100,000.
    Silver,
    /// From 500,000.
    Gold,
    /// Above 1,000,000.
    Platinum,
}

impl Client {
    /// How often this client turns up, compared with others.
    pub(crate) fn weight(&self) -> f64 {
        let by_tier = match self.tier {
            Tier::Platinum => 8.0,
            Tier::Gold => 4.0,
            Tier::Silver => 2.2,
            Tier::Bronze => 1.0,
        };
        if self.active { by_tier } else { by_tier * 0.25 }
    }

    /// How many days lie between check-ins.
    pub(crate) fn check_in_days(&self) -> i64 {
        match self.tier {
            Tier::Platinum => 30,
            Tier::Gold => 60,
            Tier::Silver | Tier::Bronze => 90,
        }
    }
}

/// The tiers, how many clients each has, and how many of a hundred have an agreement.
const TIERS: [(Tier, usize, f64); 4] = [
    (Tier::Platinum, 12, 100.0),
    (Tier::Gold, 34, 95.0),
    (Tier::Silver, 94, 75.0),
    (Tier::Bronze, 260, 38.0),
];

/// The clients at the start.
pub(crate) fn all(seed: u64, staff: &Staff) -> Vec<Client> {
    let mut random = Random::stream(seed, "clients", 0);
    let mut names: Vec<String> = Vec::new();
    let mut clients = Vec::new();
    for (tier, count, active) in TIERS {
        for _ in 0..count {
            let name = names::company(&mut random, &names);
            names.push(name.clone());
            let active = random.chance(active);
            let number = clients.len() + 1;
            clients.push(client(number, name, (tier, active), staff, &mut random));
        }
    }
    clients
}

/// A client of this tier; `active` where an agreement runs.
pub(crate) fn client(
    number: usize,
    name: String,
    (tier, active): (Tier, bool),
    staff: &Staff,
    random: &mut Random,
) -> Client {
    let share = random.unit();
    // Most lie near the lower end of their tier, as in any list of customers.
    let within = |low: f64, high: f64| (low + (high - low) * share * share) as i64;
    let revenue = match tier {
        Tier::Platinum => within(1_050_000.0, 4_200_000.0),
        Tier::Gold => within(505_000.0, 990_000.0),
        Tier::Silver => within(103_000.0, 490_000.0),
        Tier::Bronze => within(1_500.0, 97_000.0),
    };
    let expected = match tier {
        Tier::Platinum => ["high", "medium"],
        Tier::Gold => ["medium", "low"],
        Tier::Silver => ["low", "medium"],
        Tier::Bronze => ["very low", "low"],
    };
    let engagement = usize::from(random.chance(25.0));
    let managers: Vec<&str> = staff
        .holders("account manager")
        .map(|m| m.name.as_str())
        .collect();
    let sellers: Vec<&str> = staff
        .holders("salesperson")
        .map(|m| m.name.as_str())
        .collect();
    // The one who stands first, the most experienced, has the Platinum clients.
    let manager = match tier {
        Tier::Platinum if random.chance(70.0) => 0,
        _ => random.below(managers.len()),
    };
    let seller = random.below(sellers.len());
    Client {
        id: format!("C-{number:03}"),
        name,
        country: names::country(random),
        tier,
        revenue: revenue / 500 * 500,
        engagement: expected.get(engagement).copied().unwrap_or("low"),
        channel: random.weighted(&[
            ("email", 55.0),
            ("phone", 30.0),
            ("portal", 10.0),
            ("chat", 5.0),
        ]),
        follow_up_days: match random.place(&[80.0, 8.0, 12.0]) {
            0 => 90,
            1 => 60,
            _ => 120,
        },
        active,
        contact: format!("K-{number:03}"),
        manager: managers
            .get(manager)
            .copied()
            .unwrap_or_default()
            .to_owned(),
        seller: sellers.get(seller).copied().unwrap_or_default().to_owned(),
    }
}

/// What is known of the clients when the sample begins: the books of the years before, taken over at once.
pub(crate) fn take_over(world: &World, tape: &mut Tape<'_>) {
    for (number, client) in world.clients.iter().enumerate() {
        let mut scene = Scene::new(world, tape, "take over", number);
        let start = world.clock.from;
        introduce(&mut scene, client, start);
        // Who took care of a client before the year began goes on doing so: somebody decided that once.
        let decides = scene.pick("client relations manager", start);
        scene
            .act(start, "assign-account-manager", &client.id)
            .by(decides);
        if client.active {
            let agreement = format!("A-{:03}", number + 1);
            scene
                .act(start, "renew-agreement", &agreement)
                .client(client)
                .choice(
                    "agreement.kind",
                    if number % 3 == 0 {
                        "product"
                    } else {
                        "service"
                    },
                )
                .number("agreement.value", client.revenue)
                .proof("signature");
            scene
                .act(start, "hand-client-over-to-ongoing-support", &client.id)
                .proof("reason");
        }
    }
}

/// The facts of a client, and who takes care of it.
pub(crate) fn introduce(scene: &mut Scene<'_, '_>, client: &Client, at: Instant) {
    let staff = &scene.world.staff;
    let named = (staff.named(&client.manager), staff.named(&client.seller));
    let mut entry = scene
        .tape
        .note(at, "client", &client.id)
        .number("client.annual revenue", client.revenue)
        .choice("client.engagement", client.engagement)
        .choice("client.preferred channel", client.channel)
        .text("client.account manager", &client.manager)
        .yes("client.new", false)
        .only_if(client.follow_up_days != 90, |entry| {
            entry.duration(
                "client.preferred rhythm",
                &format!("{} days", client.follow_up_days),
            )
        });
    if let (Some(manager), Some(seller)) = named {
        entry = entry
            .holder("account manager", manager)
            .holder("salesperson", seller);
    }
    drop(entry);
    if !client.active && client.tier < Tier::Gold {
        return;
    }
    scene
        .tape
        .note(at, "contact", &client.contact)
        .client(client)
        .choice("contact.preferred channel", client.channel)
        .text("contact.country", client.country);
}
