//! The living house comes to what a judgement of everything comes to, whatever happens in between.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::civil::date;
use kept_engine::{Engine, OwnedActor, OwnedEvent, OwnedWhat, People};
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_journal::imports::Import;
use kept_journal::obligations::Rewriting;
use kept_journal::{Colleague, Directory, InForce, alerts, events, live, timers};
use kept_kernel::{Id, Instant};
use kept_language::{Register, RegisterFile};
use kept_sample::SampleCompany;
use kept_sops::{Shipped, Text};
use kept_store::{Store, StoreError, params, statements};
use kept_testing::{Home, Kept as _, on_both, prepare_all};
use kept_world::World;

use crate::runs::root;

const DAY: i64 = 86_400_000_000;
const BEFORE: Instant = Instant::from_seconds(1_700_000_000);

statements! {
    RUN = "SELECT max(number), 1 FROM obligation_runs WHERE in_force_at IS NOT NULL";
    ROWS = "SELECT o.code, o.rule, r.noun, r.id, c.id, o.learner, o.cycle, o.level, o.version, o.opened_at, o.due_at,
                o.discharged_at, o.settled_at, o.verdict, o.owner_role, o.owner, o.tier
            FROM obligations o JOIN records r ON r.number = o.record LEFT JOIN records c ON c.number = o.client
            WHERE o.run = $1";
}

fn read(path: &Path) -> Text {
    Text {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: std::fs::read_to_string(path).unwrap(),
    }
}

fn vocabulary() -> Vec<Text> {
    let words = std::fs::read_dir(root().join("sops/vocabulary")).unwrap();
    let mut words: Vec<_> = words.map(|entry| entry.unwrap().path()).collect();
    words.sort();
    words.iter().map(|path| read(path)).collect()
}

fn register() -> Register {
    let words = vocabulary();
    let files: Vec<_> = words
        .iter()
        .map(|file| RegisterFile {
            path: &file.name,
            text: &file.text,
        })
        .collect();
    Register::load(&files).unwrap()
}

/// A row without its number.
type Line = String;

struct House {
    store: Store,
    world: World,
    rules: Arc<InForce>,
}

impl House {
    fn new(home: &Home, sops: &[&str], people: People, zone: &str) -> Self {
        let store = home.open();
        let schemas = [kept_journal::SCHEMA, kept_sops::SCHEMA];
        store.migrate(&schemas, BEFORE).unwrap();
        let world = World::still(BEFORE, 7);
        let shipped = Shipped {
            documents: Vec::new(),
            vocabulary: vocabulary(),
            calendar: Text {
                name: "calendar.toml".into(),
                text: zone.into(),
            },
        };
        let texts = sops.iter().map(|sop| read(&root().join(sop))).collect();
        kept_sops::adopt((&store, &world), &shipped, texts, true, Who::Console).unwrap();
        let rules = Arc::new(kept_sops::load(&store, &shipped, people).unwrap());
        Self {
            store,
            world,
            rules,
        }
    }

    fn record(&self, event: &OwnedEvent, id: Id) -> live::Changed {
        let now = event.recorded_at;
        let new = event.lend(|event| NewEvent::of(&self.rules.codec, event, id));
        let rules = Arc::clone(&self.rules);
        self.store
            .write(move |tx| live::record(tx, &rules, std::slice::from_ref(&new), now))
            .kept()
    }

    /// What a command may find of the client of an event before its turn.
    fn look_ahead(&self, event: &OwnedEvent) -> Option<live::Ahead> {
        let client = self.rules.register.noun("client")?;
        let mut links = event.links.iter();
        let (_, id) = links.find(|(noun, _)| *noun == client)?.clone();
        let rules = Arc::clone(&self.rules);
        let found = self
            .store
            .read(move |read| live::look_ahead(read, &rules, ("client", &id)));
        found.kept()
    }

    fn record_after(&self, event: &OwnedEvent, id: Id, ahead: Option<live::Ahead>) {
        let now = event.recorded_at;
        let new = event.lend(|event| NewEvent::of(&self.rules.codec, event, id));
        let (rules, ahead) = (Arc::clone(&self.rules), Mutex::new(ahead));
        let recorded = self.store.write(move |tx| {
            let ahead = ahead.lock().unwrap().take();
            live::record_after(tx, &rules, std::slice::from_ref(&new), now, ahead)
        });
        recorded.kept();
    }

    /// Lets time pass: every timer fires at its own time.
    fn pass(&self, until: Instant) {
        while let Some(next) = self
            .store
            .read(timers::next)
            .kept()
            .filter(|at| *at <= until)
        {
            self.round(next);
        }
    }

    fn round(&self, now: Instant) -> (usize, live::Changed) {
        let rules = Arc::clone(&self.rules);
        self.store
            .write(move |tx| live::round(tx, &rules, now, 200))
            .kept()
    }

    fn run(&self) -> i64 {
        let (run, _): (i64, i64) = self.store.read(|read| read.one(RUN, &[])).kept();
        run
    }

    /// What is owed on cases under a run.
    fn lines(&self, run: i64) -> BTreeSet<Line> {
        let rules = Arc::clone(&self.rules);
        self.store
            .read(move |read| {
                let mut lines = BTreeSet::new();
                read.each(ROWS, &params![run], |row| {
                    let (code, id): (String, String) = (row.get(0)?, row.get(1)?);
                    let mut line = format!("{code}/{id}");
                    let open = row.get::<Option<Instant>>(12)?.is_none();
                    for place in 2..17 {
                        let text = match place {
                            // Who stands in for whom is told as of the last look at a case.
                            15 if open => continue,
                            6 | 7 => format!("{}", row.get::<i64>(place)?),
                            9..=12 => format!("{:?}", row.get::<Option<Instant>>(place)?),
                            _ => format!("{:?}", row.get::<Option<String>>(place)?),
                        };
                        line.push(' ');
                        line.push_str(&text);
                    }
                    let key = kept_language::ast::RuleKey { code, id };
                    if !rules.program.is_of_company(&key) {
                        assert!(lines.insert(line.clone()), "twice: {line}");
                    }
                    Ok(())
                })?;
                Ok::<_, StoreError>(lines)
            })
            .kept()
    }

    /// A judgement of everything up to an instant, not put in force.
    fn judged(&self, until: Instant) -> kept_journal::obligations::Finished {
        let codec = self.rules.codec.clone();
        let mut rewriting = Rewriting::begin(&self.store, codec.clone(), until).unwrap();
        let mut engine = Engine::new(&self.rules.program, live::SEED, |duty| {
            rewriting.push(duty).unwrap();
        });
        events::for_each(
            &self.store,
            &codec,
            |event| {
                let _ = event.lend(|event| engine.push(event));
                Ok::<_, StoreError>(())
            },
            |strange| panic!("{strange}"),
        )
        .unwrap();
        engine.finish(until);
        rewriting.finish().unwrap()
    }

    /// The lines of a judgement of everything.
    fn whole(&self, until: Instant) -> BTreeSet<Line> {
        self.judged(until);
        self.lines(self.run().max(0) + 1)
    }
}

fn same(one: &BTreeSet<Line>, other: &BTreeSet<Line>) {
    let only = |one: &BTreeSet<Line>, other: &BTreeSet<Line>| {
        let lines: Vec<_> = one.difference(other).take(5).cloned().collect();
        lines.join("\n")
    };
    assert!(
        one == other,
        "{} lines against {}\nonly the first:\n{}\nonly the second:\n{}",
        one.len(),
        other.len(),
        only(one, other),
        only(other, one)
    );
}

const FIVE: [&str; 5] = [
    "sops/ce.sop.md",
    "sops/cm.sop.md",
    "sops/fu.sop.md",
    "sops/on.sop.md",
    "sops/sr.sop.md",
];

/// The sample company's events of some clients, in the order in which they were written down.
fn sample(house: &House, company: &SampleCompany, most: usize) -> Vec<OwnedEvent> {
    let nouns = &house.rules.register;
    let client = nouns.noun("client").unwrap();
    let company_noun = nouns.company();
    let kept: BTreeSet<String> = company
        .clients
        .iter()
        .step_by(9)
        .map(|c| c.id.clone())
        .collect();
    let of_kept = |event: &&OwnedEvent| {
        let (noun, id) = &event.case;
        let mut clients = event.links.iter().filter(|(noun, _)| *noun == client);
        *noun != company_noun
            && if *noun == client {
                kept.contains(id)
            } else {
                clients.any(|(_, id)| kept.contains(id))
            }
    };
    let mut events: Vec<_> = company
        .events
        .iter()
        .filter(of_kept)
        .take(most)
        .cloned()
        .collect();
    events.sort_by_key(|event| (event.recorded_at, event.place));
    events
}

on_both! {
    fn event_by_event_comes_to_what_everything_at_once_comes_to(home) {
        let register = register();
        let company = SampleCompany::generate(3, &register, date(2026, 1, 1), 3);
        let house = House::new(home, &FIVE, company.staff(&register), &company.calendar);
        prepare_all(&house.store, &kept_journal::statements());
        let happened = sample(&house, &company, 900);
        assert!(happened.len() > 300, "{}", happened.len());
        for event in &happened {
            house.pass(event.recorded_at);
            house.record(event, house.world.id());
        }
        let end = happened.last().unwrap().recorded_at.plus_micros(40 * DAY);
        house.pass(end);
        let alive = house.lines(house.run());
        same(&alive, &house.whole(end));
        assert!(alive.len() > 300, "{}", alive.len());
    }

    fn whoever_has_looked_at_a_client_before_comes_to_the_same(home) {
        let register = register();
        let company = SampleCompany::generate(5, &register, date(2026, 1, 1), 3);
        let house = House::new(home, &FIVE, company.staff(&register), &company.calendar);
        let happened = sample(&house, &company, 500);
        let mut found = 0;
        // Some look at once, some so early that others are before them, some not at all.
        for events in happened.chunks(5) {
            let early: Vec<_> = events.iter().map(|event| house.look_ahead(event)).collect();
            for (place, (event, early)) in events.iter().zip(early).enumerate() {
                house.pass(event.recorded_at);
                let ahead = match place % 3 {
                    0 => house.look_ahead(event),
                    1 => early,
                    _ => None,
                };
                found += usize::from(ahead.is_some());
                house.record_after(event, house.world.id(), ahead);
            }
        }
        assert!(found > 50, "{found}");
        let end = happened.last().unwrap().recorded_at.plus_micros(40 * DAY);
        house.pass(end);
        same(&house.lines(house.run()), &house.whole(end));
    }

    fn what_bars_an_act_is_the_same_for_whoever_asked_before(home) {
        let register = register();
        let company = SampleCompany::generate(6, &register, date(2026, 1, 1), 3);
        let house = House::new(home, &FIVE, company.staff(&register), &company.calendar);
        let request = register.noun("request").unwrap();
        let gates = live::Gates::default();
        let (resolved, notice) = (register.act("resolve-request"), register.act("send-closing-notice"));
        let (mut asked, mut barred) = (Vec::new(), BTreeSet::new());
        for event in sample(&house, &company, 400) {
            house.pass(event.recorded_at);
            house.record(&event, house.world.id());
            // From here on time alone opens the gate.
            if matches!(event.what, OwnedWhat::Act(act) if Some(act) == resolved) {
                let what = OwnedWhat::Act(notice.unwrap());
                let notice = OwnedEvent { what, facts: Vec::new(), ..event.clone() };
                house.record(&notice, house.world.id());
            }
            if event.case.0 == request {
                asked.retain(|id| *id != event.case.1);
                asked.push(event.case.1.clone());
            }
            // Time passes, and each is asked more often than something happens to it.
            for hours in [0, 1, 1, 30, 400] {
                let at = event.recorded_at.plus_micros(hours * 3_600_000_000);
                for id in asked.iter().rev().take(3).cloned() {
                    let (rules, gates) = (Arc::clone(&house.rules), gates.clone());
                    let both = house.store.read(move |read| {
                        let case = ("request", &*id);
                        let kept = gates.may(read, &rules, case, "close-request", at)?;
                        Ok::<_, StoreError>((kept, live::may(read, &rules, case, "close-request", at)?))
                    });
                    let (kept, fresh) = both.kept();
                    assert_eq!(kept, fresh, "{at}");
                    barred.insert(format!("{kept:?}"));
                }
            }
        }
        assert!(barred.len() > 2, "{barred:?}");
    }

    fn what_happens_while_everything_is_judged_is_not_lost(home) {
        let register = register();
        let company = SampleCompany::generate(4, &register, date(2026, 1, 1), 2);
        let house = House::new(home, &FIVE, People::default(), &company.calendar);
        let happened = sample(&house, &company, 240);
        let (before, after) = happened.split_at(160);
        for event in before {
            house.pass(event.recorded_at);
            house.record(event, house.world.id());
        }
        let begun = before.last().unwrap().recorded_at;
        let first = house.run();
        let finished = house.judged(begun);
        for event in after {
            house.pass(event.recorded_at);
            house.record(event, house.world.id());
        }
        let end = after.last().unwrap().recorded_at.plus_micros(30 * DAY);
        let world = World::still(end, 8);
        finished.catch_up(&house.store, &world, &house.rules).unwrap();
        // And a last one, which only the transaction that puts the run in force can see.
        let (mut last, id) = (after.last().unwrap().clone(), house.world.id());
        last.recorded_at = end;
        last.at = end;
        house.record(&last, id);
        let rules = Arc::clone(&house.rules);
        assert!(house.store.write(move |tx| finished.put_in_force(tx, &rules, end)).kept());
        assert!(house.run() > first);
        house.pass(end);
        let alive = house.lines(house.run());
        same(&alive, &house.whole(end));
    }

    fn whoever_must_act_is_told_once(home) {
        let house = House::new(home, &FIVE, People::default(), HOURS);
        let told = || house.store.read(|read| alerts::latest(read, 100)).kept();
        let event = received(&house, "R-1", NINE);
        house.record(&event, house.world.id());
        assert_eq!(told(), [], "nothing has been late yet");
        house.pass(NINE.plus_micros(DAY));
        let first = told();
        let of_acknowledge: Vec<_> = first
            .iter()
            .rev()
            .filter(|alert| alert.rule == "acknowledge")
            .map(|alert| (alert.kind.as_str(), alert.level))
            .collect();
        for (place, kind) in [("warning", 0), ("breach", 0), ("escalation", 1)].iter().enumerate() {
            assert_eq!(of_acknowledge[place], *kind, "{of_acknowledge:?}");
        }
        // Judged again for another reason, nobody is told again.
        let again = received(&house, "R-2", NINE.plus_micros(DAY));
        house.record(&again, house.world.id());
        let mut same_client = again.clone();
        same_client.case.1 = "R-1".into();
        same_client.at = NINE.plus_micros(DAY + 1);
        same_client.recorded_at = same_client.at;
        house.record(&same_client, house.world.id());
        let own = |alerts: &[alerts::Alert]| alerts.iter().filter(|a| a.subject == "R-1" && a.cycle == 1).count();
        assert_eq!(own(&told()), own(&first));
        let seen = first[0].number;
        let told = |person: &str| alerts::Hearer { person: person.to_owned(), roles: vec![first[0].role.clone()] };
        let (stranger, maya) = (alerts::Hearer { person: "ben".into(), roles: Vec::new() }, told("maya"));
        let again = maya.clone();
        assert!(!house.store.write(move |tx| alerts::seen(tx, seen, &stranger, NINE)).kept(), "it was told to others");
        assert!(house.store.write(move |tx| alerts::seen(tx, seen, &maya, NINE)).kept());
        assert!(!house.store.write(move |tx| alerts::seen(tx, seen, &again, NINE)).kept());
    }

    fn the_past_of_an_import_and_of_other_rules_alarms_nobody(home) {
        let house = House::new(home, &FIVE, People::default(), HOURS);
        let told = || house.store.read(|read| alerts::latest(read, 100)).kept().len();
        let mut import = Import::begin(&house.store, &World::still(NINE.plus_micros(40 * DAY), 3), house.rules.codec.clone(), "log", Who::Console).unwrap();
        received(&house, "R-1", NINE).lend(|event| import.push(event)).unwrap();
        import.finish(0).unwrap();
        // Something happens to it here, long after everything was late.
        let mut note = received(&house, "R-9", NINE.plus_micros(41 * DAY));
        note.case.1 = "R-1".into();
        house.record(&note, house.world.id());
        let fresh = told();
        assert_eq!(fresh, 0, "only what is late from now on is told");
        house.record(&received(&house, "R-2", NINE.plus_micros(42 * DAY)), house.world.id());
        house.pass(NINE.plus_micros(45 * DAY));
        assert!(told() > 0, "the same client's new request is late");
        let before = told();
        let late = NINE.plus_micros(60 * DAY);
        house.store.write(move |tx| live::quiet(tx, late)).kept();
        let old = received(&house, "R-10", NINE.plus_micros(50 * DAY));
        let mut old = old;
        old.recorded_at = late;
        house.record(&old, house.world.id());
        assert_eq!(told(), before);
    }

    fn whom_an_imported_log_names_is_who_works_here(home) {
        let house = House::new(home, &FIVE, People::default(), HOURS);
        let tove = Colleague {
            name: "Tove Lind".into(),
            email: "tove@desk.example".into(),
            team: None,
        };
        let directory = Directory::new([("p-1".to_owned(), tove)]);
        let import = Import::begin(&house.store, &house.world, house.rules.codec.clone(), "log", Who::Console).unwrap();
        let mut import = import.knowing(directory);
        let mut event = received(&house, "R-1", NINE);
        event.actor = OwnedActor::Person("tove lind".into());
        event.parts = vec![("assignee".into(), "Tove@desk.example".into()), ("owner".into(), "Bo".into())];
        event.lend(|event| import.push(event)).unwrap();
        import.finish(0).unwrap();
        let mut read = Vec::new();
        events::for_each(&house.store, &house.rules.codec, |event| {
            read.push(event.clone());
            Ok::<_, StoreError>(())
        }, |strange| panic!("{strange}")).unwrap();
        assert_eq!(read[0].actor, OwnedActor::Person("p-1".into()));
        assert_eq!(read[0].parts, [("assignee".to_owned(), "p-1".to_owned()), ("owner".into(), "Bo".into())]);
    }

    fn two_nodes_that_race_tell_everybody_once(home) {
        let house = House::new(home, &FIVE, People::default(), HOURS);
        for number in 0..40 {
            let mut event = received(&house, &format!("R-{number}"), NINE);
            event.links[0].1 = format!("Client {}", number % 20);
            house.record(&event, house.world.id());
        }
        let late = NINE.plus_micros(3 * DAY);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| while house.round(late).0 > 0 {});
            }
        });
        let told = house.store.read(|read| alerts::latest(read, 10_000)).kept();
        let mut names: Vec<_> = told
            .iter()
            .map(|alert| (&alert.subject, &alert.rule, &alert.kind, alert.level, &alert.role, alert.at))
            .collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(all, names.len());
        assert!(all >= 80, "{all}");
        same(&house.lines(house.run()), &house.whole(late));
    }
}

const HOURS: &str = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-17:00\"]\ntuesday = [\"09:00-17:00\"]\n\
    wednesday = [\"09:00-17:00\"]\nthursday = [\"09:00-17:00\"]\nfriday = [\"09:00-17:00\"]\n";

/// Monday, 2026-02-02 09:00 UTC.
const NINE: Instant = Instant::from_seconds(1_770_022_800);

fn received(house: &House, id: &str, at: Instant) -> OwnedEvent {
    let register = &house.rules.register;
    let noun = register.noun("request").unwrap();
    let act = register.acts().find(|(_, act)| {
        act.happens
            .iter()
            .any(|phrase| phrase.ends_with("{request} is received"))
    });
    OwnedEvent {
        place: 1,
        at,
        recorded_at: at,
        what: OwnedWhat::Act(act.unwrap().0),
        case: (noun, id.to_owned()),
        links: vec![(register.noun("client").unwrap(), "Anna".to_owned())],
        actor: OwnedActor::Client,
        facts: Vec::new(),
        parts: Vec::new(),
        holders: Vec::new(),
        proofs: Vec::new(),
    }
}
