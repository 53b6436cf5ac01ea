//! A desk with four people, a clock that is set by hand, duties written straight into the journal, a browser and a program.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::{Extension, Router};
use kept_accounts::access::{Action, for_kept};
use kept_accounts::model::{PersonId, TeamId};
use kept_accounts::{Accounts, SignIn, SignedIn, Visitor, commands};
use kept_calendar::Calendar;
use kept_engine::{Calendars, People, Program, Version};
use kept_journal::audit::Who;
use kept_journal::codec::Codec;
use kept_journal::{Colleague, Directory, InForce, Rules};
use kept_kernel::{Id, Instant};
use kept_language::{Register, RegisterFile, Source};
use kept_rooms::RecordPage;
use kept_store::{Read, Store, StoreError, Value, params, statements};
use kept_testing::{Home, Kept as _};
use kept_today::{Room, api_description, api_routes, counts, routes};
use kept_ui::routes::Routes;
use kept_ui::{Live, LiveLimits, Ui};
use kept_vault::{PasswordCost, Passwords, Purpose, Roots, Sealer};
use kept_world::World;
use tower::ServiceExt as _;

/// Friday 30 January 2026, 10:30 UTC: half past eleven in Berlin.
pub const START: Instant = Instant::from_seconds(1_769_769_000);
pub const HOUR: i64 = 3_600;
const PASSWORD: &str = "copper kettle moss";

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
    pub store: Store,
    pub accounts: Accounts,
    pub north: TeamId,
    rules: Rules,
    room: Room,
    runtime: tokio::runtime::Runtime,
}

impl Desk {
    /// Helen (management), Maya (client relations manager, team North), Ben (client service representative, North), Cleo
    /// (the same, of no team), Dora (administrator).
    pub fn new(home: &Home) -> Self {
        let store = home.open();
        let schemas = [
            kept_journal::SCHEMA,
            kept_search::SCHEMA,
            kept_api::SCHEMA,
            kept_accounts::SCHEMA,
        ];
        store.migrate(&schemas, START).unwrap();
        let chance = World::still(START, 7);
        let world = World::new(
            || START,
            move |bytes: &mut [u8]| {
                bytes.fill_with(|| chance.random::<1>().unwrap().first().copied().unwrap());
            },
        );
        let roots = Roots::new(&mut |bytes: &mut [u8]| bytes.fill(5)).unwrap();
        let mut salt = |bytes: &mut [u8]| bytes.fill(9);
        let accounts = Accounts::new(
            store.clone(),
            world.clone(),
            Sealer::new(&roots, Purpose::Totp),
            Passwords::new(PasswordCost::FOR_TESTS, &mut salt).unwrap(),
            kept_accounts::Settings::default(),
        );
        let live = Live::new(LiveLimits::default(), 1);
        let rules = Rules::new(in_force(Directory::default()));
        let room = Room::new(
            (store.clone(), world),
            rules.clone(),
            live,
            vec![Arc::new(Requests)],
            Arc::new(|_, _, _| Ok("<p>waits elsewhere</p>".to_owned())),
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut desk = Self {
            north: TeamId(Id::default()),
            store,
            accounts,
            rules,
            room,
            runtime,
        };
        desk.staff();
        desk
    }

    fn staff(&mut self) {
        let scope = for_kept(Action::ManageAccounts);
        let one = self.accounts.act(Who::Console);
        self.north = TeamId(one.entry);
        self.store
            .write(move |tx| commands::add_team(tx, &one, &scope, "North").map(drop))
            .kept();
        let mut people = Vec::new();
        for (name, role, team) in [
            ("helen", "management", None),
            ("maya", "client-relations-manager", Some(self.north)),
            ("ben", "client-service-representative", Some(self.north)),
            ("cleo", "client-service-representative", None),
            ("dora", "administrator", None),
        ] {
            let email = format!("{name}@desk.example");
            let person = self
                .accounts
                .add_person((name, &email), vec![role.to_owned()], PASSWORD)
                .unwrap();
            self.place(person, (team, None));
            let colleague = Colleague {
                name: name.to_owned(),
                email,
                team: team.map(|_| "North".to_owned()),
            };
            people.push((person.to_string(), colleague));
        }
        self.rules.put(in_force(Directory::new(people)));
        self.store
            .write(|tx| tx.execute(BEGIN, &params![START]))
            .kept();
    }

    fn place(
        &self,
        person: PersonId,
        place: (Option<TeamId>, Option<kept_accounts::model::DepartmentId>),
    ) {
        let (scope, act) = (
            for_kept(Action::ManageAccounts),
            self.accounts.act(Who::Console),
        );
        self.store
            .write(move |tx| commands::place_person(tx, &act, &scope, person, place))
            .kept();
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

    pub fn id(&self, name: &str) -> PersonId {
        let email = format!("{name}@desk.example");
        let found = self
            .store
            .read(move |read| kept_accounts::queries::person_by_email(read, &email));
        found.kept().unwrap().id
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
        self.runtime.block_on(app.oneshot(request)).unwrap();
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

    /// The routes of programs.
    pub fn api(&self) -> Routes {
        api_routes(self.room.clone())
    }

    fn app(&self) -> Router {
        let live = Live::new(LiveLimits::default(), 1);
        let ui = Ui::new(
            kept_ui::Settings::default(),
            &[3; 32],
            |bytes| bytes.fill(4),
            live,
        );
        let pages = self
            .accounts
            .session_layer(ui.dress(routes(self.room.clone())));
        let api = self.api().layer(Extension(self.accounts.clone()));
        ui.protect(pages.merge(kept_api::guarded(api))).app()
    }

    fn ask(&self, request: Builder, body: Body) -> Answer {
        let request = request.body(body).unwrap();
        self.runtime.block_on(async {
            let response = self.app().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.unwrap();
            Answer {
                status: parts.status,
                headers: parts.headers,
                text: String::from_utf8(bytes.to_vec()).unwrap(),
            }
        })
    }

    /// Somebody at a browser, signed in.
    pub fn browser(&self, name: &str) -> Browser<'_> {
        let signed = self.accounts.sign_in(SignIn {
            email: format!("{name}@desk.example"),
            password: PASSWORD.into(),
            from: Visitor::default(),
        });
        let SignedIn::Session { token, .. } = self.runtime.block_on(signed).unwrap() else {
            panic!("a code is asked for");
        };
        Browser {
            desk: self,
            cookie: format!("kept-session={}", token.text()),
        }
    }

    /// A token as a program shows it.
    pub fn token(&self, person: Option<PersonId>, scopes: Vec<Action>) -> String {
        let act = self.accounts.act(Who::Console);
        let bytes = act.entry.bytes();
        let mut random = move |to: &mut [u8]| {
            to.iter_mut()
                .zip(bytes.iter().rev().cycle())
                .for_each(|(to, from)| *to = *from);
        };
        let secret = kept_vault::Token::new(&mut random).unwrap();
        let token = commands::NewToken {
            id: act.entry,
            token: secret.hash(),
            name: "A program".into(),
            person,
            scopes,
            expires_at: None,
        };
        self.store
            .write(move |tx| commands::add_token(tx, &act, &token))
            .kept();
        format!("kept_{}", secret.text())
    }

    /// A program with a token of a person, or of the company's own.
    pub fn program(&self, name: Option<&str>, scopes: Vec<Action>) -> Caller<'_> {
        let token = self.token(name.map(|name| self.id(name)), scopes);
        Caller { desk: self, token }
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn has(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }
}

pub struct Browser<'a> {
    desk: &'a Desk,
    cookie: String,
}

impl Browser<'_> {
    pub fn get(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie);
        self.desk.ask(request, Body::empty())
    }

    /// Sends a form from a page.
    pub fn post(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(from);
        let csrf = page
            .text
            .split_once("name=\"csrf\" value=\"")
            .map(|(_, rest)| rest);
        let csrf = csrf
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_default();
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", csrf).extend_pairs(fields);
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.desk.ask(request, Body::from(body.finish()))
    }
}

pub struct Caller<'a> {
    desk: &'a Desk,
    token: String,
}

impl Caller<'_> {
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let answer = self.desk.ask(request, Body::from(body.to_owned()));
        fits(method, path, &answer);
        answer
    }
}

/// Each answer is one that the description names, of the kind and with the fields that it says.
fn fits(method: &str, path: &str, answer: &Answer) {
    let description = kept_api::document([api_description()], "test");
    let description = description.value();
    let parts: Vec<_> = path.split(['/', '?']).collect();
    let known = description
        .get("paths")
        .and_then(|paths| paths.as_object())
        .unwrap();
    let of = known.iter().find(|(template, _)| {
        let template: Vec<_> = template.split('/').collect();
        let plain: Vec<_> = parts.iter().take(template.len()).collect();
        template.len() == path.split('?').next().unwrap().split('/').count()
            && template
                .iter()
                .zip(plain)
                .all(|(one, other)| one == other || one.starts_with('{'))
    });
    let kind = answer.header("content-type");
    let schema = match of.and_then(|(_, item)| item.get(method.to_lowercase())) {
        // Neither path nor method is in the description: a problem it is all the same.
        None => serde_json::json!({ "$ref": "#/components/schemas/Problem" }),
        Some(operation) => {
            let responses = operation.get("responses").unwrap();
            let status = answer.status.as_u16().to_string();
            let named = responses.get(&status);
            let named = named.or_else(|| responses.get(format!("{}XX", status.get(..1).unwrap())));
            let named = named.unwrap_or_else(|| {
                panic!(
                    "{method} {path}: {status} is not described: {}",
                    answer.text
                )
            });
            let content = named.get("content").and_then(|content| content.get(&kind));
            let content = content
                .unwrap_or_else(|| panic!("{method} {path}: {status} is of the kind {kind}"));
            content.get("schema").unwrap().clone()
        }
    };
    valid(description, &schema, &answer.json(), path);
}

/// As much of JSON Schema as the description uses.
fn valid(
    whole: &serde_json::Value,
    schema: &serde_json::Value,
    value: &serde_json::Value,
    at: &str,
) {
    use serde_json::Value;
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let named = whole.pointer(name.trim_start_matches('#')).unwrap();
        return valid(whole, named, value, at);
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{at}: {value} is not {kinds:?}");
    if let (Some(items), Value::Array(values)) = (schema.get("items"), value) {
        for value in values {
            valid(whole, items, value, at);
        }
    }
    let fields = schema.get("properties").and_then(Value::as_object);
    if let (Some(fields), Value::Object(values)) = (fields, value) {
        for required in schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            assert!(
                values.contains_key(required.as_str().unwrap()),
                "{at}: {required} is missing in {value}"
            );
        }
        for (name, value) in values {
            let field = fields
                .get(name)
                .unwrap_or_else(|| panic!("{at}: {name} is not described"));
            valid(whole, field, value, &format!("{at}.{name}"));
        }
    }
}

fn in_force(directory: Directory) -> InForce {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let folder = std::fs::read_dir(root.join("sops/vocabulary")).unwrap();
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts: Vec<_> = paths
        .iter()
        .map(|path| {
            (
                path.display().to_string(),
                std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    let files: Vec<_> = texts
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    let register = Register::load(&files).unwrap();
    let sop = text("sops/sr.sop.md");
    let source = Source {
        path: "sr.sop.md",
        text: &sop,
    };
    let library = kept_language::read(&register, &[source]);
    let calendar = "zone = \"Europe/Berlin\"\n[hours]\nmonday = [\"09:00-17:00\"]\nfriday = [\"09:00-17:00\"]\n";
    let calendar = Calendar::parse(calendar, &mut |name| Err(name.to_owned())).unwrap();
    let versions = [Version {
        documents: &library.documents,
        from: Instant::MIN,
    }];
    let program = Program::compile(
        &register,
        &versions,
        Calendars::company(calendar),
        People::default(),
    );
    InForce {
        directory,
        codec: Arc::new(Codec::new(&register)),
        library,
        program: program.unwrap(),
        register,
    }
}
