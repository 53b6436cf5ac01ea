//! How many events a second the engine takes: a made-up request log, generated as it runs.
//!
//! `cargo run --release -p kept-engine --example throughput -- [plain|full] [EVENTS]`

use std::fmt::Write as _;

use kept_calendar::Calendar;
use kept_engine::scenario::OFFICE_HOURS;
use kept_engine::{
    Actor, Adherence, Calendars, Engine, Event, Obligation, People, Program, Record, Version, What,
};
use kept_kernel::Instant;
use kept_language::ast::Value;
use kept_language::{Register, RegisterFile, Source};

const WORDS: &str = "
[nouns.client]
says = \"client\"
plural = \"clients\"
[nouns.company]
says = \"company\"
plural = \"companies\"
[nouns.request]
says = \"request\"
plural = \"requests\"
reaches = [\"client\"]
parts = [\"assignee\"]
begins = [\"receive\"]
ends = [\"close\"]
[roles.representative]
says = \"representative\"
plural = \"representatives\"
party = \"staff\"
[roles.manager]
says = \"manager\"
plural = \"managers\"
party = \"staff\"
[acts.receive]
do = \"receive {request}\"
happens = [\"{request} is received\"]
case = \"request\"
[acts.acknowledge]
do = \"acknowledge {request}\"
happens = [\"{request} is acknowledged\"]
case = \"request\"
[acts.wait]
do = \"hold {request}\"
happens = [\"{request} is held\"]
case = \"request\"
[acts.go-on]
do = \"take {request} up\"
happens = [\"{request} is taken up\"]
case = \"request\"
[acts.resolve]
do = \"resolve {request}\"
happens = [\"{request} is resolved\"]
case = \"request\"
[acts.close]
do = \"close {request}\"
happens = [\"{request} is closed\"]
case = \"request\"
[states.waits]
says = \"{request} waits for the client\"
from = [\"wait\"]
to = [\"go-on\", \"resolve\", \"close\"]
[facts.\"request.priority\"]
type = \"choice\"
ordered = true
values = [\"low\", \"high\", \"urgent\"]
live = true
[facts.\"client.tier\"]
type = \"choice\"
ordered = true
values = [\"Bronze\", \"Silver\", \"Gold\", \"Platinum\"]
live = true
";

const HEADER: &str = "+++\ncode = \"RQ\"\ntitle = \"Requests\"\nowner = \"manager\"\nreview = \"every 12 months\"\n\
                      distribution = \"everyone\"\n+++\n# Requests\n\n## 1 Rules\n\n";

const PLAIN: &str = "```sop acknowledge
When a request is received, the representative must acknowledge it within 1 business hour.
```
```sop resolve-elapsed
When a request is received, the assignee must resolve it within 24 hours.
```
```sop resolve-business
When a request is received, the assignee must resolve it within 24 business hours, pausing while it waits for the client.
```
";

const FULL: &str = "Table 2: Time to resolve

| priority | **resolution time** |
| --- | --- |
| urgent | 4 business hours |
| high | 1 business day |
| otherwise | 3 business days |

```sop acknowledge
When a request is received, the representative must acknowledge it within 1 business hour; 15 business minutes before, it warns the owner; otherwise it escalates to the manager.
```
```sop resolve
When a request is received, the assignee must resolve it within the resolution time in table 2, pausing while it waits for the client; otherwise it escalates to the manager.
```
```sop platinum
Exception to `resolve`: if the client is Platinum, within 4 business hours.
```
```sop close
A request must not be closed until it is resolved.
```
";

/// So many requests are open at once.
const OPEN: usize = 5_000;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let full = arguments.next().is_some_and(|word| word == "full");
    let count = arguments
        .next()
        .and_then(|text| text.into_string().ok()?.parse().ok())
        .unwrap_or(10_000_000_u64);
    let register = register();
    let text = format!("{HEADER}{}", if full { FULL } else { PLAIN });
    let library = kept_language::read(
        &register,
        &[Source {
            path: "rq.sop.md",
            text: &text,
        }],
    );
    assert!(library.diagnostics.is_empty(), "{:?}", library.diagnostics);
    let versions = [Version {
        documents: &library.documents,
        from: Instant::MIN,
    }];
    let calendar = match Calendar::parse(OFFICE_HOURS, &mut |_| Err(String::new())) {
        Ok(calendar) => calendar,
        Err(problems) => panic!("{problems:?}"),
    };
    let calendars = Calendars::company(calendar);
    let program = match Program::compile(&register, &versions, calendars, People::default()) {
        Ok(program) => program,
        Err(problems) => panic!("{problems:?}"),
    };
    run(&register, &program, count);
}

fn register() -> Register {
    let file = RegisterFile {
        path: "words",
        text: WORDS,
    };
    match Register::load(&[file]) {
        Ok(register) => register,
        Err(problems) => panic!("{problems:?}"),
    }
}

#[derive(Clone, Default)]
struct Open {
    id: String,
    client: String,
    step: usize,
    steps: usize,
}

struct Words {
    acts: Vec<kept_language::ActId>,
    request: kept_language::NounId,
    client: kept_language::NounId,
    priority: kept_language::FactId,
    tier: kept_language::FactId,
}

#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a measurement reads the clock and prints"
)]
fn run(register: &Register, program: &Program, count: u64) {
    let Some(words) = words(register) else {
        panic!("the words of the log are missing");
    };
    let mut adherence = Adherence::new(program, &[]);
    let mut handed = 0_u64;
    let mut engine = Engine::new(program, 1, |obligation: &Obligation| {
        adherence.add(obligation);
        handed += 1;
    });
    let mut open = vec![Open::default(); OPEN];
    let mut random = 0x1234_5678_9abc_def1_u64;
    let mut at = Instant::from_seconds(1_767_600_000);
    let mut cases = 0_u64;
    let began = std::time::Instant::now();
    for place in 0..count {
        at = at.plus_micros(7_300_000);
        let slot = (place % OPEN as u64) as usize;
        if let Some(case) = open.get_mut(slot) {
            if case.step == case.steps {
                cases += 1;
                renew(case, cases, &mut random);
            }
            push(&mut engine, &words, case, (place, at));
            case.step += 1;
        }
    }
    let records = engine.records_in_memory();
    engine.finish(at);
    let took = began.elapsed().as_secs_f64();
    println!(
        "{count} events, {cases} cases, {handed} obligations in {took:.2} s: {:.0} events/s, {:.0} ns each; {records} \
         records held",
        count as f64 / took,
        took * 1e9 / count as f64
    );
    for rule in adherence.figures().rules {
        println!("{} {:?}", rule.rule, rule.figure.counts);
    }
}

fn words(register: &Register) -> Option<Words> {
    let acts = [
        "receive",
        "acknowledge",
        "wait",
        "go-on",
        "resolve",
        "close",
    ];
    let request = register.noun("request")?;
    let client = register.noun("client")?;
    Some(Words {
        acts: acts
            .into_iter()
            .filter_map(|act| register.act(act))
            .collect(),
        request,
        client,
        priority: register.fact(request, "priority")?,
        tier: register.fact(client, "tier")?,
    })
}

fn renew(case: &mut Open, number: u64, random: &mut u64) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    case.id.clear();
    let _ = write!(case.id, "INC{number:07}");
    case.client.clear();
    let _ = write!(case.client, "C{:04}", *random % 5_000);
    case.step = 0;
    case.steps = if (*random).is_multiple_of(20) { 5 } else { 6 };
}

fn push(engine: &mut Engine<'_>, words: &Words, case: &Open, (place, at): (u64, Instant)) {
    let Some(act) = words.acts.get(case.step) else {
        return;
    };
    let links = [Record {
        noun: words.client,
        id: &case.client,
    }];
    let facts = [
        (words.priority, Some(Value::Choice((place % 3) as u16))),
        (
            words.tier,
            Some(Value::Choice(
                ((case.client.len() + case.id.len()) % 4) as u16,
            )),
        ),
    ];
    let event = Event {
        place,
        at,
        recorded_at: at,
        what: What::Act(*act),
        case: Record {
            noun: words.request,
            id: &case.id,
        },
        links: &links,
        actor: Actor::Unknown,
        facts: if case.step == 0 { &facts } else { &[] },
        parts: &[],
        holders: &[],
        proofs: &[],
    };
    if let Err(problem) = engine.push(&event) {
        panic!("{problem}");
    }
}
