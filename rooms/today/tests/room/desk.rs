//! A desk with four people, a clock that stands still, duties written straight into the journal, a browser and a program.

use std::ops::Deref;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use kept_accounts::model::TeamId;
use kept_desk::{Ground, Site};
use kept_journal::audit::Who;
use kept_journal::{Colleague, Directory, InForce, Rules};
use kept_kernel::Instant;
use kept_rooms::RecordPage;
use kept_store::{Read, StoreError, Value, params, statements};
use kept_testing::{Home, Kept as _};
use kept_today::{Room, api_description, api_routes, counts, routes};
use kept_ui::routes::Routes;
use kept_ui::{Live, LiveLimits};

/// Friday 30 January 2026, 10:30 UTC: half past eleven in Berlin.
pub const START: Instant = Instant::from_seconds(1_769_769_000);
pub const HOUR: i64 = 3_600;
const HOURS: &str =
    "zone = \"Europe/Berlin\"\n[hours]\nmonday = [\"09:00-17:00\"]\nfriday = [\"09:00-17:00\"]\n";

statements! {
    BEGIN = "INSERT INTO obligation_runs (begun_at, in_force_at) VALUES ($1, $1)";
    RECORD = "INSERT INTO records (noun, id) VALUES ($1, $2) ON CONFLICT (noun, id) DO UPDATE SET id = excluded.id RETURNING number";
    OWE = "INSERT INTO obligations (run, record, client, code, rule, version, cycle, level, learner, opened_at, due_at,
               discharged_at, settled_at, verdict, owner_role, owner, tier, body)
           SELECT max(number), $1, $2, 'SR', $3, '1', 1, $4, '', $5, $6, $7, $7, $8, $9, $10, 'gold', $11
           FROM obligation_runs RETURNING number";
    TELL = "INSERT INTO alerts (record, code, rule, cycle, level, kind, role, person, at, made_at)
            VALUES ($1, 'SR', 'acknowledge', 1, 0, 'breach', $2, $3, $4, $4) RETURNING number";
}

/// A duty as a test writes it.
#[derive(Clone)]
pub struct Owed {
    pub subject: &'static str,
    pub rule: &'static str,
    pub level: u32,
    /// Seconds from the start; none: without a date.
    pub due: Option<i64>,
    pub verdict: &'static str,
    pub role: &'static str,
    pub owner: Option<&'static str>,
}

/// `Acknowledge` on a request, due so many seconds from the start.
pub fn owed(subject: &'static str, due: i64, owner: Option<&'static str>) -> Owed {
    Owed {
        subject,
        rule: "acknowledge",
        level: 0,
        due: Some(due),
        verdict: if due < 0 { "overdue" } else { "pending" },
        role: "client service representative",
        owner,
    }
}

/// Requests are called by their subjects here.
struct Requests;

impl RecordPage for Requests {
    fn noun(&self) -> &'static str {
        "request"
    }

    fn href(&self, id: &str) -> Option<String> {
        Some(format!("/requests/{id}"))
    }

    fn named(&self, _: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        let named = ids.iter().filter(|id| **id != "nameless");
        Ok(named
            .map(|id| ((*id).to_owned(), format!("Subject <{id}>")))
            .collect())
    }

    fn act(&self, id: &str, act: &str) -> Option<(String, String)> {
        (act == "acknowledge-request")
            .then(|| ("Acknowledge".to_owned(), format!("/requests/{id}#reply")))
    }
}

pub struct Desk {
    rules: Rules,
    ground: Ground,
}

impl Deref for Desk {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.ground
    }
}

impl Desk {
    /// Helen (management), Maya (client relations manager, team North), Ben (client service representative, North), Cleo
    /// (the same, of no team), Dora (administrator).
    pub fn new(home: &Home) -> Self {
        let mut ground = Ground::new(home, START, &[]);
        let north = ground.add_team("North");
        let rules = Rules::new(in_force(staff(&ground, north)));
        let live = Live::new(LiveLimits::default(), 1);
        let room = Room::new(
            (ground.store.clone(), ground.world.clone()),
            rules.clone(),
            live,
            vec![Arc::new(Requests)],
            Arc::new(|_, _, _| Ok("<p>waits elsewhere</p>".to_owned())),
        );
        ground
            .store
            .write(|tx| tx.execute(BEGIN, &params![START]))
            .kept();
        let serve = move || Site {
            pages: routes(room.clone()),
            api: api_routes(room.clone()),
            ..Site::default()
        };
        ground.open(serve, kept_api::document([api_description()], "test"));
        Self { rules, ground }
    }

    /// Writes a duty; its number.
    pub fn owe(&self, one: &Owed) -> i64 {
        let one = one.clone();
        let owner = one.owner.map(|name| self.id(name).to_string());
        let at = |seconds: i64| START.plus_micros(seconds * 1_000_000);
        let due = one.due.map_or(Instant::MAX, at);
        let done = ["met", "met-late", "missed", "cancelled"]
            .contains(&one.verdict)
            .then_some(at(-60));
        let added = self.store.write(move |tx| {
            let (record,): (i64,) = tx.one(RECORD, &params!["request", one.subject])?;
            let (client,): (i64,) = tx.one(RECORD, &params!["client", "C-1"])?;
            let body = Value::Json(
                r#"{"used_business":0,"used_elapsed":0,"paused_business":0,"calendar":"Berlin"}"#,
            );
            let opened = due.min(START).plus_micros(-7_200_000_000);
            tx.one::<(i64,)>(
                OWE,
                &params![
                    record,
                    client,
                    one.rule,
                    one.level,
                    opened,
                    due,
                    done,
                    one.verdict,
                    one.role,
                    owner.as_deref(),
                    body
                ],
            )
        });
        added.kept().0
    }

    /// Tells somebody, or a role, of something.
    pub fn tell(&self, person: Option<&str>, role: &'static str) -> i64 {
        let person = person.map(|name| self.id(name).to_string());
        let added = self.store.write(move |tx| {
            let (record,): (i64,) = tx.one(RECORD, &params!["request", "told"])?;
            tx.one::<(i64,)>(TELL, &params![record, role, person.as_deref(), START])
        });
        added.kept().0
    }

    /// The numbers in somebody's rail.
    pub fn counted(&self, name: &str) -> Vec<(&'static str, u64)> {
        let (accounts, store, rules) =
            (self.accounts.clone(), self.store.clone(), self.rules.now());
        let found = Arc::new(std::sync::Mutex::new(Vec::new()));
        let kept = Arc::clone(&found);
        let now = START;
        let show = move |signed: kept_accounts::Signed| {
            let (store, rules, kept) = (store.clone(), Arc::clone(&rules), Arc::clone(&kept));
            async move {
                let read = store.read(move |read| counts(read, &rules, &signed, now));
                *kept.lock().unwrap() = read.await.unwrap();
            }
        };
        let routes = Routes::new().route("/counts", kept_ui::routes::get(show));
        let app = accounts.session_layer(routes).app();
        let cookie = self.browser(name).cookie;
        let request = Request::get("/counts")
            .header(header::COOKIE, cookie)
            .body(Body::empty())
            .unwrap();
        self.wait(tower::ServiceExt::oneshot(app, request)).unwrap();
        let found = found.lock().unwrap();
        found
            .iter()
            .map(|(key, count)| (*key, count.number))
            .collect()
    }

    /// Something happens to a request of the client C-1.
    pub fn happen(&self, request: &str, act: &str) {
        let entry = self.accounts.act(Who::Console);
        let event = kept_journal::events::NewEvent {
            id: entry.entry,
            at: entry.at,
            recorded_at: entry.at,
            noun: "request".to_owned(),
            subject: request.to_owned(),
            client: Some("C-1".to_owned()),
            what: act.to_owned(),
            body: "{\"by\":\"client\",\"links\":[[\"client\",\"C-1\"]]}".to_owned(),
        };
        self.store
            .write(move |tx| kept_journal::events::record(tx, &event))
            .kept();
        kept_journal::place(&self.store).unwrap();
    }
}

fn staff(ground: &Ground, north: TeamId) -> Directory {
    let people = [
        ("helen", "management", None),
        ("maya", "client-relations-manager", Some(north)),
        ("ben", "client-service-representative", Some(north)),
        ("cleo", "client-service-representative", None),
        ("dora", "administrator", None),
    ];
    let colleague = |(name, role, team): (&str, &str, Option<TeamId>)| {
        let person = ground.hire((name, role), (team, None));
        let colleague = Colleague {
            name: name.to_owned(),
            email: format!("{name}@desk.example"),
            team: team.map(|_| "North".to_owned()),
        };
        (person.to_string(), colleague)
    };
    Directory::new(people.map(colleague))
}

fn in_force(directory: Directory) -> InForce {
    let rules = kept_testing::shipped_sops(&["SR"], HOURS);
    InForce {
        directory,
        ..InForce::of(rules.register, rules.library, rules.program)
    }
}
