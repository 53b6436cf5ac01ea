//! A desk with five people in two teams, a clock that is set by hand, a browser and a program.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::{Extension, Router};
use kept_accounts::access::{Action, for_kept};
use kept_accounts::model::{DepartmentId, PersonId, TeamId};
use kept_accounts::{Accounts, SignIn, SignedIn, Visitor, commands};
use kept_calendar::Calendar;
use kept_engine::{Calendars, People, Program, Version};
use kept_journal::audit::Who;
use kept_journal::codec::Codec;
use kept_journal::{Directory, InForce, Rules};
use kept_kernel::{Id, Instant};
use kept_language::{Register, RegisterFile, Source};
use kept_requests::{Room, api_description, api_routes, parts, public_routes, routes};
use kept_rooms::Parts;
use kept_store::{Store, params, statements};
use kept_testing::{Home, Kept as _};
use kept_ui::routes::Routes;
use kept_ui::{Live, LiveLimits, Ui};
use kept_vault::{PasswordCost, Passwords, Purpose, Roots, Sealer};
use kept_world::World;
use tower::ServiceExt as _;

/// Friday 30 January 2026, 16:30 UTC.
pub const START: Instant = Instant::from_seconds(1_769_790_600);
pub const DAY: i64 = 86_400;
const PASSWORD: &str = "copper kettle moss";

statements! {
    CLIENT_OF = "SELECT c.id, c.revision FROM requests q JOIN clients c ON c.id = q.client WHERE q.id = $1";
    OUTBOX = "SELECT CAST(body AS TEXT) FROM outbox ORDER BY id";
    MERGE = "UPDATE clients SET merged_into = (SELECT client FROM requests WHERE id = $2)
             WHERE id = (SELECT client FROM requests WHERE id = $1)";
    PART = "UPDATE clients SET merged_into = NULL";
    LAST_BULK = "SELECT id FROM request_bulks ORDER BY made_at DESC, id DESC LIMIT 1";
    EVENTS = "SELECT what FROM events ORDER BY id";
}

pub struct Desk {
    pub store: Store,
    pub accounts: Accounts,
    pub parts: Parts,
    pub north: TeamId,
    pub support: DepartmentId,
    pub rules: Rules,
    world: World,
    clock: Arc<AtomicI64>,
    room: Room,
    runtime: tokio::runtime::Runtime,
}

impl Desk {
    /// Helen (management), Maya (client service, team North), Ben (technical support, North), Cleo (account manager), Dora
    /// (technical support, no team).
    pub fn new(home: &Home) -> Self {
        let store = home.open();
        let schemas = [
            kept_journal::SCHEMA,
            kept_search::SCHEMA,
            kept_api::SCHEMA,
            kept_accounts::SCHEMA,
            kept_clients::SCHEMA,
            kept_requests::SCHEMA,
        ];
        store.migrate(&schemas, START).unwrap();
        let clock = Arc::new(AtomicI64::new(START.micros()));
        let (hand, chance) = (Arc::clone(&clock), World::still(START, 7));
        let world = World::new(
            move || Instant::from_micros(hand.load(Ordering::SeqCst)),
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
            kept_accounts::Settings {
                idle_minutes: 400 * 24 * 60,
                longest_days: 400,
                ..kept_accounts::Settings::default()
            },
        );
        let live = Live::new(LiveLimits::default(), 1);
        let rules = Rules::new(in_force());
        let sealer = Sealer::new(&roots, Purpose::Links);
        let room = Room::new((store.clone(), world.clone()), rules.clone(), live, sealer);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut desk = Self {
            parts: parts(&room),
            north: TeamId(Id::default()),
            support: DepartmentId(Id::default()),
            store,
            accounts,
            clock,
            room,
            rules,
            world,
            runtime,
        };
        desk.staff();
        desk
    }

    fn staff(&mut self) {
        let scope = for_kept(Action::ManageAccounts);
        let (one, two) = (
            self.accounts.act(Who::Console),
            self.accounts.act(Who::Console),
        );
        self.north = TeamId(one.entry);
        self.support = DepartmentId(two.entry);
        let add = move |tx: &kept_store::Write<'_>| {
            commands::add_team(tx, &one, &scope, "North")?;
            commands::add_department(tx, &two, &scope, "Support").map(drop)
        };
        self.store.write(add).kept();
        self.person("helen", "management", (None, None));
        self.person(
            "maya",
            "client-service-representative",
            (Some(self.north), None),
        );
        self.person("ben", "technical-support", (Some(self.north), None));
        self.person("cleo", "account-manager", (None, Some(self.support)));
        self.person("dora", "technical-support", (None, None));
    }

    fn person(&self, name: &str, role: &str, place: (Option<TeamId>, Option<DepartmentId>)) {
        let email = format!("{name}@desk.example");
        let person = self
            .accounts
            .add_person((name, &email), vec![role.to_owned()], PASSWORD)
            .unwrap();
        self.place(person, place);
    }

    pub fn place(&self, person: PersonId, place: (Option<TeamId>, Option<DepartmentId>)) {
        let (scope, act) = (
            for_kept(Action::ManageAccounts),
            self.accounts.act(Who::Console),
        );
        self.store
            .write(move |tx| commands::place_person(tx, &act, &scope, person, place))
            .kept();
    }

    pub fn id(&self, name: &str) -> PersonId {
        let email = format!("{name}@desk.example");
        let found = self
            .store
            .read(move |read| kept_accounts::queries::person_by_email(read, &email));
        found.kept().unwrap().id
    }

    /// Makes somebody the account manager of a request's client.
    pub fn owns(&self, name: &str, request: &str) {
        let (owner, request): (_, Id) = (self.id(name), request.parse().unwrap());
        let step = kept_clients::commands::Step::new(&self.world, &self.rules, Who::Console);
        let scope = for_kept(Action::EditClients);
        let changed = self.store.write(move |tx| {
            let (client, revision): (Id, u32) = tx.one(CLIENT_OF, &params![request])?;
            let draft = kept_clients::model::Draft {
                owner: Some(owner),
                ..kept_clients::model::Draft::named("Brennan")
            };
            let at = (kept_clients::ClientId(client), revision);
            kept_clients::commands::change_client(tx, &step, &scope, at, &draft)
        });
        assert!(changed.wait().is_ok());
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// A round of each job.
    pub fn round(&self) {
        for job in &self.parts.jobs {
            (job.run)().unwrap();
        }
    }

    pub fn outbox(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self.store.read(|read| read.all(OUTBOX, &params![])).kept();
        rows.into_iter().map(|(body,)| body).collect()
    }

    /// The acts of the journal.
    pub fn events(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self.store.read(|read| read.all(EVENTS, &params![])).kept();
        rows.into_iter().map(|(what,)| what).collect()
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
        let public = public_routes(self.room.clone());
        ui.protect(pages.merge(public).merge(kept_api::guarded(api)))
            .app()
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

    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
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

impl Desk {
    /// Somebody without an account.
    pub fn visit(&self, path: &str) -> Answer {
        self.ask(
            Request::get(path).header(header::ACCEPT, "text/html"),
            Body::empty(),
        )
    }

    /// Sends a form of a visitor.
    pub fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request, Body::from(body.finish()))
    }

    /// The duties of a request: rule, verdict, due.
    pub fn duties(&self, id: &str) -> Vec<(String, String)> {
        let id = id.to_owned();
        let owed = self
            .store
            .read(move |read| kept_journal::obligations::of_record(read, ("request", &id)));
        let mut owed: Vec<_> = owed
            .kept()
            .into_iter()
            .filter(|duty| duty.level == 0)
            .map(|duty| (duty.rule, duty.verdict))
            .collect();
        owed.sort();
        owed
    }

    /// How a duty of a request stands.
    pub fn verdict(&self, id: &str, rule: &str) -> String {
        let duties = self.duties(id);
        let found = duties.iter().rev().find(|(one, _)| one == rule);
        found
            .map(|(_, verdict)| verdict.clone())
            .unwrap_or_default()
    }

    /// Now.
    pub fn now(&self) -> Instant {
        self.world.now()
    }

    /// The last thing that was done to many.
    pub fn last_bulk(&self) -> String {
        let (id,): (Id,) = self
            .store
            .read(|read| read.one(LAST_BULK, &params![]))
            .kept();
        id.to_string()
    }

    /// The client of the first request becomes part of that of the second.
    pub fn merge_clients(&self, one: &str, other: &str) {
        let (one, other): (Id, Id) = (one.parse().unwrap(), other.parse().unwrap());
        let merge = move |tx: &kept_store::Write<'_>| tx.execute(MERGE, &params![one, other]);
        self.store.write(merge).kept();
    }

    /// All clients stand for themselves again.
    pub fn part_clients(&self) {
        self.store.write(|tx| tx.execute(PART, &[])).kept();
    }

    /// Somebody is away for the next days.
    pub fn away(&self, person: PersonId) {
        let act = self.accounts.act(Who::Console);
        self.store
            .write(move |tx| {
                let days = ("2026-01-30", "2026-02-10");
                commands::add_absence(tx, &act, person, days, None)
            })
            .kept();
    }

    /// Lets time do what is due.
    pub fn tick(&self) {
        let (rules, now) = (self.rules.now(), self.world.now());
        let round = self
            .store
            .write(move |tx| kept_journal::live::round(tx, &rules, now, 1000));
        round.kept();
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

    /// The last part of the address that it leads to.
    pub fn made(&self) -> String {
        let location = self.header("location");
        location.rsplit('/').next().unwrap_or_default().to_owned()
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

    /// A page as it stands without what was just said.
    pub fn get_after_flash(&self) -> String {
        self.get("/requests").text
    }

    /// Attaches a file from a page.
    pub fn attach(&self, page: &str, name: &str, content: &[u8]) -> Answer {
        let shown = self.get(page);
        let csrf = shown.text.split_once("name=\"csrf\" value=\"").unwrap().1;
        let csrf = csrf.split('"').next().unwrap();
        let name = name.replace('"', "%22");
        let head = format!(
            "--xX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--xX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
        );
        let body = [head.as_bytes(), content, b"\r\n--xX--\r\n"].concat();
        let request = Request::post(format!("{page}/files"))
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xX")
            .header("sec-fetch-site", "same-origin");
        self.desk.ask(request, Body::from(body))
    }

    /// Opens a request by a phone note; its id.
    pub fn note(&self, subject: &str) -> String {
        let fields = [
            ("name", "Ruth Brennan"),
            ("email", "ruth@brennan.example"),
            ("channel", "phone"),
            ("subject", subject),
            ("body", "We were billed for twelve."),
        ];
        let answer = self.post("/requests/new", "/requests", &fields);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.made()
    }

    /// Does something on a request, from its page as it stands.
    pub fn act(&self, id: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let page = format!("/requests/{id}");
        let revision = self.revision(id);
        let mut all = vec![("revision", revision.as_str())];
        all.extend(fields);
        self.post(&page, &format!("{page}/acts/{act}"), &all)
    }

    /// The revision that a page shows.
    pub fn revision(&self, id: &str) -> String {
        let page = self.get(&format!("/requests/{id}"));
        let found = page.text.split_once("name=\"revision\" value=\"");
        let found = found.and_then(|(_, rest)| rest.split('"').next());
        found.unwrap_or_default().to_owned()
    }

    /// Does it, and it must be done.
    pub fn did(&self, id: &str, act: &str, fields: &[(&str, &str)]) {
        let answer = self.act(id, act, fields);
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{act}: {}",
            answer.text
        );
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

fn in_force() -> InForce {
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
    let sops = ["sr", "cm", "ce", "fu", "on"].map(|code| format!("sops/{code}.sop.md"));
    let sops = sops.map(|path| (text(&path), path));
    let sources: Vec<_> = sops
        .iter()
        .map(|(text, path)| Source { path, text })
        .collect();
    let library = kept_language::read(&register, &sources);
    let calendar = text("examples/helpdesk/calendar.toml");
    let calendar = Calendar::parse(&calendar, &mut |name| Err(name.to_owned())).unwrap();
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
        directory: Directory::default(),
        codec: Arc::new(Codec::new(&register)),
        library,
        program: program.unwrap(),
        register,
    }
}
