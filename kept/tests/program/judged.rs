//! A log in the house's own journal is judged as `kept replay` judges the log itself.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::GzDecoder;
use kept_adherence::queries;
use kept_adherence::{Dimension, Judging, judge};
use kept_engine::People;
use kept_journal::audit::Who;
use kept_journal::imports::Import;
use kept_journal::{InForce, obligations};
use kept_kernel::Instant;
use kept_logs::{BadLine, Mapping, ReadOptions, Watch};
use kept_sops::{Shipped, Text};
use kept_store::Store;
use kept_testing::{Home, Kept as _, on_both};
use kept_world::World;
use serde_json::Value;

use crate::runs::{kept, root, scratch, shared};

const NOW: Instant = Instant::from_seconds(1_769_790_600);

/// A log and what it is judged by.
struct Example {
    sop: PathBuf,
    calendar: PathBuf,
    mapping: PathBuf,
    log: PathBuf,
}

impl Example {
    fn of(name: &str, sop: &str, log: PathBuf) -> Self {
        let folder = root().join("examples").join(name);
        Self {
            sop: folder.join(sop),
            calendar: folder.join("calendar.toml"),
            mapping: folder.join("mapping.toml"),
            log,
        }
    }

    /// Lines in the layout of the ServiceNow log: incidents of three clients with two people, kept and not kept.
    fn slice(folder: &Path) -> Self {
        let mut log = String::from(
            "number,incident_state,caller_id,opened_at,sys_updated_by,sys_updated_at,priority,assigned_to,resolved_at,closed_at\n",
        );
        for number in 0..60 {
            let (day, client, person) = (1 + number % 27, number % 3, number % 2);
            let month = 1 + number / 20;
            let opened = format!("{day}/{month}/2016 09:{:02}", number % 60);
            let resolved = match number % 4 {
                0 => format!("{day}/{month}/2016 15:00"),
                1 => format!("{}/{}/2016 16:00", day, month + 1),
                2 => format!("{}/{month}/2016 10:30", day + 1),
                _ => "?".to_owned(),
            };
            for (state, at) in [
                ("New", "09:59"),
                ("Active", "10:40"),
                ("Awaiting User Info", "11:00"),
                ("Resolved", "15:00"),
            ] {
                writeln!(
                    log,
                    "INC{number:03},{state},Caller {client},{opened},Updated by {person},{day}/{month}/2016 {at},3 - Moderate,Resolver {person},{resolved},?"
                )
                .unwrap();
            }
        }
        let file = folder.join("slice.csv");
        std::fs::write(&file, log).unwrap();
        Self::of("servicenow", "servicenow.sop.md", file)
    }

    /// The figures of `kept replay`.
    fn replayed(&self, out: &Path) -> Value {
        let name = |path: &Path| path.to_str().unwrap().to_owned();
        let ran = kept(&[
            "replay",
            "--sop",
            &name(&self.sop),
            "--calendar",
            &name(&self.calendar),
            "--mapping",
            &name(&self.mapping),
            "--events",
            &name(&self.log),
            "--out",
            &name(out),
        ]);
        assert!(ran.status < 2, "{}", ran.err);
        let json = std::fs::read_to_string(out.join("adherence.json")).unwrap();
        serde_json::from_str(&json).unwrap()
    }

    /// The rules in force in a fresh house that has taken over this example's.
    fn in_force(&self, store: &Store, world: &World) -> InForce {
        let text = |path: &Path| Text {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(path).unwrap(),
        };
        let mut words: Vec<_> = std::fs::read_dir(root().join("sops/vocabulary"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        words.sort();
        let shipped = Shipped {
            documents: Vec::new(),
            vocabulary: words.iter().map(|path| text(path)).collect(),
            calendar: text(&self.calendar),
        };
        let parts = (store, world);
        kept_sops::put_calendar(parts, text(&self.calendar), &[], Who::Console).unwrap();
        kept_sops::adopt(parts, &shipped, vec![text(&self.sop)], true, Who::Console).unwrap();
        kept_sops::load(store, &shipped, People::default()).unwrap()
    }

    fn import(&self, store: &Store, world: &World, rules: &InForce) {
        let text = std::fs::read_to_string(&self.mapping).unwrap();
        let mapping = Mapping::parse(&text, &rules.register).unwrap();
        let raw = BufReader::new(File::open(&self.log).unwrap());
        let raw: Box<dyn std::io::Read> = if self.log.extension().is_some_and(|end| end == "gz") {
            Box::new(GzDecoder::new(raw))
        } else {
            Box::new(raw)
        };
        let events = kept_logs::read(
            raw,
            &mapping,
            &rules.register,
            &ReadOptions::default(),
            &mut Silent,
        )
        .unwrap();
        let mut import =
            Import::begin(store, world, rules.codec.clone(), "log", Who::Console).unwrap();
        events
            .for_each(|event| {
                import.push(event).unwrap();
                Ok::<_, std::io::Error>(())
            })
            .unwrap();
        import.finish(0).unwrap();
    }
}

struct Silent;

impl Watch for Silent {
    fn bad(&mut self, _: &BadLine) {}
    fn rows(&mut self, _: u64) {}
}

fn opened(home: &Home) -> (Store, World) {
    let store = home.open();
    let schemas = [
        kept_journal::SCHEMA,
        kept_sops::SCHEMA,
        kept_adherence::SCHEMA,
    ];
    store.migrate(&schemas, NOW).unwrap();
    (store, World::still(NOW, 5))
}

/// Everything that `kept replay` says of the rules is in the house, and the rows of counts come to the same.
fn same_figures(home: &Home, example: &Example, out: &Path) {
    let replayed = example.replayed(out);
    let (store, world) = opened(home);
    let rules = Arc::new(example.in_force(&store, &world));
    example.import(&store, &world, &rules);
    let judged = judge(&store, &world, &rules, Judging::default(), |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    let (frame, figures, months) = store
        .read(|read| {
            let judgement = queries::current(read)?.unwrap();
            let span = queries::months_span(read, judgement.number)?.unwrap();
            Ok::<_, kept_store::StoreError>((
                judgement.frame,
                queries::figures(read, judgement.number)?,
                queries::months(read, judgement.number, span)?,
            ))
        })
        .kept();
    let frame = serde_json::to_value(frame).unwrap();
    for field in [
        "sops", "calendar", "zone", "from", "until", "target", "period",
    ] {
        assert_eq!(frame[field], replayed[field], "{field}");
    }
    assert_eq!(frame["events"], replayed["log"]["events"]);
    let ours = serde_json::to_value(&figures).unwrap();
    let (ours, theirs) = (
        ours.as_array().unwrap(),
        replayed["rules"].as_array().unwrap(),
    );
    assert_eq!(ours.len(), theirs.len());
    for (our, their) in ours.iter().zip(theirs) {
        for (field, value) in their.as_object().unwrap() {
            assert_eq!(&our[field], value, "{} {field}", their["rule"]);
        }
        assert_eq!(
            our.as_object().unwrap().len(),
            their.as_object().unwrap().len()
        );
    }
    for rule in &figures {
        let own = months
            .iter()
            .filter(|row| rule.card.rule == format!("{}/{}", row.code, row.rule));
        let counted = own.fold((0, 0), |(all, met), row| {
            (all + row.counts.triggered, met + row.counts.met)
        });
        let counts = rule.counts;
        assert_eq!(
            counted,
            (counts.triggered, counts.met),
            "{}",
            rule.card.rule
        );
    }
    let all: u64 = figures
        .iter()
        .map(|rule| rule.counts.triggered + rule.counts.escalations)
        .sum();
    assert_eq!(judged.obligations, all);
    assert_eq!(judged.left_out, 0);
    people_and_cases(&store, &figures);
}

/// The people of a figure are those of the rows, and each number has so many cases behind it.
fn people_and_cases(store: &Store, figures: &[kept_adherence::RuleFigures]) {
    for rule in figures {
        let (code, id) = rule.card.rule.split_once('/').unwrap();
        let (code, id) = (code.to_owned(), id.to_owned());
        let most = 12;
        let (people, clients, late) = store
            .read(move |read| {
                let judgement = queries::current(read)?.unwrap().number;
                let of =
                    |dimension| queries::most(read, judgement, (&code, &id), dimension, None, most);
                let asked = obligations::Asked {
                    rule: (code.clone(), id.clone()),
                    verdict: "met-late".to_owned(),
                    of: obligations::Of::All,
                    from: Instant::MIN,
                    before: (Instant::MAX, i64::MAX),
                    limit: 1_000_000,
                };
                Ok::<_, kept_store::StoreError>((
                    of(Dimension::Person)?,
                    of(Dimension::Client)?,
                    obligations::of_rule(read, &asked)?,
                ))
            })
            .kept();
        for (parts, rows) in [(&rule.people, people), (&rule.clients, clients)] {
            let theirs: Vec<_> = parts
                .iter()
                .map(|part| (&part.name, part.share.met, part.share.n))
                .collect();
            let ours: Vec<_> = rows
                .iter()
                .filter(|row| row.counts.judged() > 0)
                .map(|row| (&row.value, row.counts.met, row.counts.judged()))
                .collect();
            assert_eq!(ours, theirs, "{}", rule.card.rule);
        }
        assert_eq!(
            late.len() as u64,
            rule.counts.met_late,
            "{}",
            rule.card.rule
        );
    }
}

on_both! {
    fn a_slice_of_a_log_in_the_journal_is_judged_as_a_replay_judges_it(home) {
        let out = scratch(&format!("judged-slice-{:?}", home.open().dialect()));
        same_figures(home, &Example::slice(&out), &out);
    }

    fn the_service_now_log_in_the_journal_is_judged_as_a_replay_judges_it(home) {
        let Some(shared) = shared() else { return };
        let out = scratch(&format!("judged-whole-{:?}", home.open().dialect()));
        let log = shared.join("data/requests/itsm_servicenow_events.csv.gz");
        same_figures(home, &Example::of("servicenow", "servicenow.sop.md", log), &out);
    }
}
