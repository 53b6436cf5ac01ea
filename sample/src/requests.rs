//! Service requests: how many come in, by which channel, from whom, and what they are about.

mod begin;
mod close;
mod work;

use jiff::civil::{Date, Weekday};
use kept_kernel::Instant;

use crate::clients::{Client, Tier};
use crate::people::Member;
use crate::random::Random;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::MINUTE;

/// How many requests come in on a mean day of the year.
const A_DAY: f64 = 1.95;

/// One request on its way.
pub(crate) struct Request<'s> {
    pub(crate) id: String,
    pub(crate) client: &'s Client,
    pub(crate) channel: &'static str,
    pub(crate) category: &'static str,
    pub(crate) urgency: &'static str,
    pub(crate) impact: &'static str,
    pub(crate) received: Instant,
    /// The representative who has it in hand.
    pub(crate) desk: &'s Member,
    /// Who works on it, once that is said.
    pub(crate) assignee: &'s Member,
    /// When it was last promised to be done.
    pub(crate) estimate: Option<Instant>,
    /// When news was last promised.
    pub(crate) next_news: Option<Instant>,
    /// When the client last heard from a person.
    pub(crate) last_news: Instant,
}

impl Request<'_> {
    pub(crate) fn is_spoken(&self) -> bool {
        matches!(self.channel, "phone" | "in person")
    }

    pub(crate) fn priority(&self) -> &'static str {
        priority_of(self.urgency, self.impact)
    }

    /// How long it may take, in minutes around the clock.
    pub(crate) fn limit(&self) -> i64 {
        match self.priority() {
            "urgent" => 4 * 60,
            "high" => 8 * 60,
            _ => 24 * 60,
        }
    }
}

/// Table 4.4.1: nine combinations, four priorities.
pub(crate) fn priority_of(urgency: &str, impact: &str) -> &'static str {
    match (urgency, impact) {
        ("high", "high") => "urgent",
        ("high", "medium") | ("medium", "high") => "high",
        ("medium", "low") | ("low", "medium" | "low") => "low",
        _ => "medium",
    }
}

/// Table 4.4.2: the department that works on a category.
pub(crate) fn department_of(category: &str) -> &'static str {
    match category {
        "problem" | "access" => "technical support",
        "order" => "sales",
        "change" => "delivery",
        "billing" => "accounts",
        _ => "customer service",
    }
}

/// The year of requests.
pub(crate) fn write(world: &World, tape: &mut Tape<'_>) {
    let mut random = Random::stream(world.seed, "arrivals", 0);
    let mut number = 0;
    for day in world.clock.days() {
        let mean =
            A_DAY * world.climate.volume(world.clock.at(day, 0), day.month()) * weekday(world, day);
        let uneven = random.log_normal(1.0, 0.25);
        let mut arrivals: Vec<Instant> = Vec::new();
        for _ in 0..random.about(mean * uneven) {
            arrivals.push(world.clock.at(day, minute_of_day(&mut random)));
        }
        arrivals.sort_unstable();
        for at in arrivals {
            number += 1;
            let mut scene = Scene::new(world, tape, "request", number);
            let at = at.plus_micros(scene.random.between(0, 59) * 1_000_000);
            tell(&mut scene, number, at);
        }
    }
}

/// One request from beginning to end.
pub(crate) fn tell(scene: &mut Scene<'_, '_>, number: usize, at: Instant) {
    let mut request = draw(scene, number, at);
    if !begin::receive(scene, &mut request) {
        return;
    }
    let assigned = begin::take_in(scene, &mut request);
    if let Some(resolved) = work::work(scene, &mut request, assigned) {
        close::close(scene, &mut request, resolved);
    }
}

fn weekday(world: &World, day: Date) -> f64 {
    if !world.clock.is_working_day(day) && day.weekday() != Weekday::Saturday {
        return 0.2;
    }
    match day.weekday() {
        Weekday::Monday => 1.75,
        Weekday::Tuesday => 1.45,
        Weekday::Wednesday => 1.3,
        Weekday::Thursday => 1.25,
        Weekday::Friday => 1.0,
        _ => 0.25,
    }
}

/// Two humps, one before lunch and one after, and a few in the evening.
fn minute_of_day(random: &mut Random) -> i64 {
    let hour = random.place(&[
        0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.6, 2.0, 6.0, 11.0, 13.0, 11.0, 6.0, 8.0, 11.0, 11.0, 9.0,
        5.0, 2.0, 1.4, 1.2, 0.9, 0.5, 0.2,
    ]);
    hour as i64 * 60 + random.between(0, 59)
}

fn draw<'s>(scene: &mut Scene<'s, '_>, number: usize, at: Instant) -> Request<'s> {
    let client = scene.any_client();
    let channel = channel(scene, client, at);
    let launch = scene.world.climate.is_launch(at);
    let more = if launch { 2.2 } else { 1.0 };
    let category = scene.random.weighted(&[
        ("question", 30.0),
        ("problem", 27.0 * more),
        ("order", 12.0),
        ("change", 10.0),
        ("billing", 12.0),
        ("access", 8.0 * more),
    ]);
    let hot = if matches!(category, "problem" | "access") {
        2.0
    } else {
        0.7
    };
    let big = if client.tier >= Tier::Gold { 1.8 } else { 0.8 };
    let urgency = scene
        .random
        .weighted(&[("low", 34.0), ("medium", 48.0), ("high", 14.0 * hot)]);
    let impact = scene
        .random
        .weighted(&[("low", 44.0), ("medium", 42.0), ("high", 11.0 * big)]);
    let desk = scene.pick("client service representative", at);
    // A caller is answered by somebody who is there; whatever rings outside hours is taken on the emergency line.
    Request {
        id: format!("R-{number:05}"),
        client,
        channel,
        category,
        urgency,
        impact,
        received: at,
        desk,
        assignee: desk,
        estimate: None,
        next_news: None,
        last_news: at,
    }
}

fn channel(scene: &mut Scene<'_, '_>, client: &Client, at: Instant) -> &'static str {
    let open = scene.world.clock.calendar.is_open(at);
    let spoken = if open { 24.0 } else { 2.0 };
    let liked = |channel: &str, weight: f64| {
        if client.channel == channel {
            weight * 2.5
        } else {
            weight
        }
    };
    scene.random.weighted(&[
        ("email", liked("email", 32.0)),
        ("phone", liked("phone", spoken)),
        ("portal", liked("portal", 20.0)),
        ("web form", 7.0),
        ("chat", liked("chat", if open { 7.0 } else { 1.0 })),
        ("in person", if open { 1.5 } else { 0.0 }),
        (
            "API",
            if client.tier >= Tier::Silver {
                4.0
            } else {
                0.0
            },
        ),
        ("letter", if open { 0.9 } else { 0.0 }),
        ("social media", 0.9),
    ])
}

/// So many minutes later.
pub(crate) fn minutes_after(at: Instant, minutes: i64) -> Instant {
    at.plus_micros(minutes.saturating_mul(MINUTE))
}
