//! Work in progress: requests that stand, at the moment at which the sample is cut off, where requests of a busy day stand.
//! Some are new, some due soon, some late, some wait for the client, some are done and wait for the client's word.

mod plans;

use kept_kernel::Instant;
use kept_language::Register;

use self::plans::Ago::{Clock, Work};
use self::plans::Stage::{
    Acknowledged, Assigned, Confirmed, Escalated, New, Reopened, Resolved, Waiting, Working,
};
use self::plans::{PLANS, Plan, Stage};
use crate::clients::Client;
use crate::clients::Tier::{Bronze, Gold};
use crate::company::SampleCompany;
use crate::people::Member;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{HOUR, MINUTE, to_the_second};
use crate::words::Words;

/// Who came in by the web form and may be a client that is known already.
const STRANGERS: [&str; 3] = ["Ltd", "AG", "GmbH"];

impl SampleCompany {
    /// Cuts the sample off at an instant, in the middle of a day's work: what comes later is gone, and a few dozen requests
    /// stand where those of a busy day stand, whatever the day and the hour. Three of those who ask are strangers who look
    /// like clients that are known already.
    pub fn cut_off(&mut self, register: &Register, now: Instant) {
        self.events.retain(|event| event.at <= now);
        for event in &mut self.events {
            event.recorded_at = event.recorded_at.min(now);
        }
        self.until = now;
        let world = self.before();
        self.end_the_forgotten(register, &world);
        let words = Words::of(register);
        let mut tape = Tape::new(&words);
        for (number, plan) in PLANS.iter().enumerate() {
            let mut scene = Scene::new(&world, &mut tape, "today", number);
            let clients: Vec<&Client> = world
                .clients
                .iter()
                .filter(|client| client.active && client.tier == plan.tier)
                .collect();
            let place = (number * 5) % clients.len().max(1);
            let Some(client) = clients.get(place) else {
                continue;
            };
            let mut work = OnTheWay::begin(&mut scene, (number, plan), client, now);
            work.go();
        }
        let strangers = strangers(&world, &mut tape, now);
        self.clients.extend(strangers);
        let mut events = tape.events;
        events.retain(|event| event.at <= now);
        self.add(events);
    }
}

fn strangers(world: &World, tape: &mut Tape<'_>, now: Instant) -> Vec<Client> {
    let mut all = Vec::new();
    for (number, form) in STRANGERS.into_iter().enumerate() {
        let Some(known) = world.clients.get(6 + 11 * number) else {
            continue;
        };
        let stranger = Client {
            id: format!("C-D{}", number + 1),
            name: format!("{} {form}", known.name),
            contact: format!("K-D{}", number + 1),
            tier: Bronze,
            active: false,
            manager: String::new(),
            seller: String::new(),
            ..known.clone()
        };
        let mut scene = Scene::new(world, tape, "strangers", number);
        let at = to_the_second(now.plus_micros(-(14 + 55 * number as i64) * MINUTE));
        scene
            .act(at, "add-client", &stranger.id)
            .yes("client.new", true);
        scene
            .act(at, "add-contact", &stranger.contact)
            .client(&stranger);
        let plan = Plan {
            stage: New,
            ago: Clock(14 + 55 * number as i64),
            channel: "web form",
            judged: ["question", "low", "low"],
            tier: Bronze,
        };
        OnTheWay::begin(&mut scene, (PLANS.len() + number, &plan), &stranger, now).go();
        all.push(stranger);
    }
    all
}

/// One request on its way to its stage.
struct OnTheWay<'a, 's, 'w> {
    scene: &'a mut Scene<'s, 'w>,
    plan: &'a Plan,
    client: &'a Client,
    id: String,
    desk: &'s Member,
    assignee: &'s Member,
    received: Instant,
    last: Instant,
    now: Instant,
}

impl<'a, 's, 'w> OnTheWay<'a, 's, 'w> {
    fn begin(
        scene: &'a mut Scene<'s, 'w>,
        (number, plan): (usize, &'a Plan),
        client: &'a Client,
        now: Instant,
    ) -> Self {
        let received = to_the_second(match plan.ago {
            Clock(minutes) => now.plus_micros(-minutes * MINUTE),
            Work(minutes) => back(scene.world, now, minutes),
        });
        let desk = nth(scene, "client service representative", (number, now));
        let role = match plan.judged[0] {
            "problem" | "access" => "technical support",
            "order" => "salesperson",
            "change" => "onboarding specialist",
            _ => "client service representative",
        };
        let assignee = nth(scene, role, (number / 2, now));
        Self {
            scene,
            plan,
            client,
            id: format!("R-T{number:02}"),
            desk,
            assignee,
            received,
            last: received,
            now,
        }
    }

    /// The next step, so many minutes after the last one: in working time where that still lies before the end.
    fn after(&mut self, minutes: i64) -> Instant {
        let wish = self.last.plus_micros(minutes * MINUTE);
        let open = self
            .scene
            .world
            .clock
            .in_hours(wish, &mut self.scene.random);
        let left = self.now.micros_since(self.last).max(0);
        let at = if open < self.now { open } else { wish };
        let at = at.min(self.last.plus_micros(left / 3));
        self.last = to_the_second(at).max(self.last.plus_micros(1_000_000));
        self.last
    }

    fn reached(&self, stage: Stage) -> bool {
        self.plan.stage >= stage
    }

    fn go(&mut self) {
        self.receive();
        if !self.reached(Acknowledged) {
            return;
        }
        self.acknowledge();
        if !self.reached(Assigned) {
            return;
        }
        self.assign();
        if self.reached(Working) {
            self.work();
        }
    }

    fn receive(&mut self) {
        let (plan, client) = (self.plan, self.client);
        let entry = self
            .scene
            .act(self.received, "receive-request", &self.id)
            .choice("request.channel", plan.channel);
        let entry = match plan.channel {
            "phone" => entry.by(self.desk),
            "portal" | "web form" => entry,
            _ => entry.by_client(),
        };
        drop(
            entry
                .of(client)
                .instant("request.time of contact", self.received)
                .choice("request.touchpoint", "service inquiry")
                .holder("client service representative", self.desk),
        );
        if plan.channel == "phone" {
            let (at, desk) = (self.received.plus_micros(2 * MINUTE), self.desk);
            self.scene
                .act(at, "log-request", &self.id)
                .of(client)
                .by(desk)
                .text("request.nature", &self.id)
                .instant("request.time of contact", self.received);
            let at = at.plus_micros(5 * MINUTE);
            self.scene.act(at, "read-request-back", &self.id).by(desk);
            self.last = at;
        }
    }

    /// When we say to be done: for what is late, a time that has passed already.
    fn promised(&mut self) -> Instant {
        let calendar = &self.scene.world.clock.calendar;
        let days = i64::from(self.plan.judged[1] != "high");
        let promised = calendar.add_working_days(self.last, days);
        let promised = calendar.closing_of_day(promised);
        promised.max(self.last.plus_micros(HOUR))
    }

    fn acknowledge(&mut self) {
        let (at, desk) = (self.after(9), self.desk);
        let promised = self.promised();
        self.scene
            .act(at, "acknowledge-request", &self.id)
            .by(desk)
            .proof("message-to-client")
            .instant("request.estimated time to resolution", promised);
        if self.client.tier >= Gold && self.plan.stage > Acknowledged {
            let at = self.after(14);
            let manager = self.scene.manager(self.client, at);
            self.scene.act(at, "oversee-request", &self.id).by(manager);
        }
    }

    fn assign(&mut self) {
        let ([category, urgency, impact], desk) = (self.plan.judged, self.desk);
        let at = self.after(6);
        self.scene
            .act(at, "prioritise-request", &self.id)
            .by(desk)
            .choice("request.category", category)
            .choice("request.urgency", urgency)
            .choice("request.impact", impact);
        let (at, assignee) = (self.after(4), self.assignee);
        self.scene
            .act(at, "assign-request", &self.id)
            .by(desk)
            .part("assignee", assignee);
    }

    fn act(&mut self, minutes: i64, act: &str) -> Instant {
        let (at, who) = (self.after(minutes), self.assignee);
        let proof = act == "answer-request";
        self.scene
            .act(at, act, &self.id)
            .by(who)
            .of(self.client)
            .only_if(proof, |entry| entry.proof("message-to-client"))
            .only_if(act == "examine-request", |entry| {
                entry.text("request.cause", "found")
            });
        at
    }

    fn work(&mut self) {
        match self.plan.judged[0] {
            "problem" | "access" => drop(self.act(20, "examine-request")),
            "order" | "change" => drop(self.act(25, "check-request-against-agreement")),
            _ => {}
        }
        match self.plan.stage {
            Working => {
                let news = self.scene.random.chance(60.0);
                if news {
                    self.act(35, "answer-request");
                }
            }
            Waiting => {
                let at = self.act(15, "answer-request").plus_micros(20_000_000);
                let who = self.assignee;
                self.scene
                    .act(at, "set-waiting-for-client", &self.id)
                    .by(who);
            }
            Escalated => self.escalate(),
            _ => self.finish(),
        }
    }

    fn escalate(&mut self) {
        let (at, desk) = (self.after(30), self.desk);
        let agreed = to_the_second(self.now.plus_micros(45 * MINUTE));
        self.scene
            .act(at, "escalate-request", &self.id)
            .by(desk)
            .instant("request.agreed time", agreed);
    }

    fn resolve(&mut self) {
        match self.plan.judged[0] {
            "question" | "billing" => drop(self.act(150, "answer-request")),
            "order" | "change" => drop(self.act(160, "carry-out-request")),
            _ => {
                self.act(90, "carry-out-request");
                self.act(40, "test-request");
            }
        }
        let (at, who) = (self.after(1), self.assignee);
        self.scene
            .act(at, "resolve-request", &self.id)
            .by(who)
            .client(self.client)
            .text("request.resolution", &self.id);
    }

    fn notice(&mut self) {
        let (at, desk) = (self.after(20), self.desk);
        self.scene
            .act(at, "send-closing-notice", &self.id)
            .by(desk)
            .proof("message-to-client");
    }

    fn finish(&mut self) {
        self.resolve();
        if self.plan.stage == Resolved {
            return;
        }
        self.notice();
        if self.plan.stage == Confirmed {
            let at = self.after(180);
            self.scene
                .act(at, "confirm-resolution", &self.id)
                .by_client();
        }
        if self.plan.stage == Reopened {
            let at = to_the_second(self.now.plus_micros(-100 * MINUTE)).max(self.last);
            self.scene
                .act(at, "client-writes-again", &self.id)
                .client(self.client)
                .by_client();
            let at = at.plus_micros(20_000_000);
            self.scene.act(at, "reopen-request", &self.id).by_client();
        }
    }
}

/// The instant since which so many minutes of working time have passed.
fn back(world: &World, now: Instant, minutes: i64) -> Instant {
    let calendar = &world.clock.calendar;
    let wanted = minutes * MINUTE;
    let (mut early, mut late) = (now.plus_micros(-60 * 24 * HOUR), now);
    for _ in 0..48 {
        let middle = early.plus_micros(late.micros_since(early) / 2);
        if calendar.between(middle, now) >= wanted {
            early = middle;
        } else {
            late = middle;
        }
    }
    early
}

/// One after the other of those who hold a role and are there.
fn nth<'s>(scene: &mut Scene<'s, '_>, role: &str, (number, at): (usize, Instant)) -> &'s Member {
    let staff = &scene.world.staff;
    let mut there = staff
        .members
        .iter()
        .filter(|one| one.has(role) && one.is_present(at));
    let count = there.clone().count().max(1);
    there
        .nth(number % count)
        .unwrap_or_else(|| scene.pick(role, at))
}
