//! A desk with somebody who works for all clients, one who takes out records, and a client with a contact.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kept_accounts::access::{Action, for_kept};
use kept_clients::commands::{ClientError, Step, add_client, add_contact};
use kept_clients::model::{ContactDraft, Draft};
use kept_clients::{ClientId, ContactId};
use kept_desk::{Ground, Site};
use kept_engine::{Actor, Event, Record, What};
use kept_forms::{
    Allowed, Beside, By, Laid, Room, api_description, api_routes, parts, public_routes, routes,
};
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_journal::{InForce, Rules, live};
use kept_kernel::Instant;
use kept_language::ast::Value;
use kept_rooms::Parts;
use kept_store::{Read, StoreError, Write};
use kept_testing::{Home, Kept as _};
use kept_ui::{Live, LiveLimits};
use kept_vault::{Purpose, Sealer};

pub use kept_desk::Answer;

/// Friday 30 January 2026, 16:30 UTC.
pub const START: Instant = Instant::from_seconds(1_769_790_600);
pub const DAY: i64 = 86_400;

/// Whoever keeps consents and documents, in memory.
#[derive(Clone, Default)]
pub struct Records(Arc<Mutex<Vec<String>>>);

impl Records {
    /// What was kept, in order.
    pub fn kept(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// A contact withdraws everything.
    pub fn withdraw(&self) {
        self.0.lock().unwrap().push("withdrawn".into());
    }
}

impl Beside for Records {
    fn withdrawn(&self, _: &Read<'_>, (_, purpose): (ContactId, &str)) -> Result<bool, StoreError> {
        assert!(matches!(purpose, "service" | "survey"));
        Ok(self.kept().contains(&"withdrawn".to_owned()))
    }

    fn allow(&self, _: &Write<'_>, by: By, of: Allowed<'_>) -> Result<bool, StoreError> {
        let who = by.who.text();
        let who = who.split_whitespace().next().unwrap().to_owned();
        let line = format!("{}: {} ({}, {who})", of.purpose, of.wording, of.source);
        let mut kept = self.0.lock().unwrap();
        let new = !kept.contains(&line);
        kept.extend(new.then_some(line));
        Ok(new)
    }

    fn lay(&self, _: &Write<'_>, _: By, of: Laid<'_>) -> Result<(), StoreError> {
        let line = format!("{}: {} of {} bytes", of.title, of.name, of.content.len());
        self.0.lock().unwrap().push(line);
        Ok(())
    }
}

pub struct Desk {
    pub parts: Parts,
    pub records: Records,
    pub aalto: ClientId,
    pub sanna: ContactId,
    pub rules: Rules,
    ground: Ground,
}

impl Deref for Desk {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.ground
    }
}

impl Desk {
    /// Rita answers for all and writes templates; Helen is the management; Theo is asked now and then. Sanna is of Aalto Dairy.
    pub fn new(home: &Home) -> Self {
        let schemas = [
            kept_clients::SCHEMA,
            kept_requests::SCHEMA,
            kept_forms::SCHEMA,
        ];
        let mut ground = Ground::new(home, START, &schemas);
        let rules = Rules::new(in_force());
        let live = Live::new(LiveLimits::default(), 1);
        let house = (ground.store.clone(), ground.world.clone());
        let sealer = Sealer::new(&ground.roots, Purpose::Links);
        let room = Room::new(
            house,
            (rules.clone(), live.clone()),
            sealer,
            "https://desk.example",
        );
        let records = Records::default();
        let room = room.with(Arc::new(records.clone()));
        let clients = kept_clients::Room::new(
            (ground.store.clone(), ground.world.clone()),
            rules.clone(),
            live,
        );
        ground.hire(("rita", "client-service-representative"), (None, None));
        ground.hire(("helen", "management"), (None, None));
        ground.hire(("theo", "technical-support"), (None, None));
        let served = room.clone();
        let serve = move || Site {
            pages: routes(served.clone()).merge(kept_clients::routes(clients.clone())),
            open: public_routes(served.clone()),
            api: api_routes(served.clone()),
        };
        ground.open(serve, kept_api::document([api_description()], "test"));
        let step = |_: u8| Step::new(&ground.world, &rules, Who::Console);
        let (one, two) = (step(1), step(2));
        let scope = for_kept(Action::EditClients);
        let made = ground.store.write(move |tx| {
            let draft = Draft {
                address: "Satamakatu 1, Tampere".into(),
                ..Draft::named("Aalto Dairy")
            };
            let aalto = add_client(tx, &one, &scope, &draft)?;
            let draft = ContactDraft {
                name: "Sanna Aalto".into(),
                email: "sanna@aalto.example".into(),
                ..ContactDraft::default()
            };
            Ok::<_, ClientError>((aalto, add_contact(tx, &two, &scope, aalto, &draft)?))
        });
        let (aalto, sanna) = made.wait().unwrap();
        Self {
            parts: parts(&room),
            records,
            aalto,
            sanna,
            rules,
            ground,
        }
    }

    /// Makes a form of a kind, and publishes it; its id.
    pub fn form(&self, kind: &str) -> String {
        let rita = self.browser("rita");
        let fields = [("kind", kind), ("language", "en"), ("title", "")];
        let made = rita.post("/forms", "/forms", &fields);
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let id = made.made();
        let page = format!("/forms/{id}");
        let published = rita.post(&page, &format!("{page}/publication"), &[]);
        assert_eq!(published.status, StatusCode::SEE_OTHER);
        id
    }

    /// Lets anybody fill it in.
    pub fn open_form(&self, id: &str, sites: &str) {
        let page = format!("/forms/{id}");
        let fields = [("open", "on"), ("sites", sites)];
        let opened = self
            .browser("rita")
            .post(&page, &format!("{page}/door"), &fields);
        assert_eq!(opened.status, StatusCode::SEE_OTHER);
    }

    /// Sends Sanna a form; the path of her link.
    pub fn send(&self, form: &str) -> String {
        let page = format!("/clients/{}/forms", self.aalto);
        let contact = self.sanna.to_string();
        let fields = [("form", form), ("contact", contact.as_str())];
        let sent = self.browser("rita").post(&page, &page, &fields);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let letter: serde_json::Value =
            serde_json::from_str(self.outbox().last().unwrap()).unwrap();
        letter["link"]["path"].as_str().unwrap().to_owned()
    }

    /// Somebody fills a form in.
    pub fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.ground.send(path, fields)
    }

    /// Somebody sends a form that has files: the field, the name of the file and its content.
    pub fn fill_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!(
                "--xX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.into_bytes());
        }
        for (field, name, content) in files {
            let head = format!(
                "--xX\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
            );
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        body.extend(b"--xX--\r\n");
        let kind = "multipart/form-data; boundary=xX";
        let request = Request::post(path).header(header::CONTENT_TYPE, kind);
        self.ask(request, Body::from(body))
    }

    /// Adds a field to a form, and publishes it.
    pub fn with_field(&self, form: &str, (kind, label, maps): (&str, &str, &str)) {
        let (rita, page) = (self.browser("rita"), format!("/forms/{form}"));
        let revision = rita.get(&page).hidden("revision");
        let fields = [
            ("revision", revision.as_str()),
            ("kind", kind),
            ("label", label),
            ("help", ""),
            ("choices", ""),
            ("maps", maps),
        ];
        rita.post(&page, &format!("{page}/fields"), &fields);
        let published = rita.post(&page, &format!("{page}/publication"), &[]);
        assert_eq!(published.status, StatusCode::SEE_OTHER);
        assert!(rita.get(&page).has(label), "{label} was refused");
    }

    /// The first answer to a form, as rita finds it.
    pub fn answer(&self, form: &str) -> String {
        let list = self.browser("rita").get(&format!("/forms/{form}/answers"));
        let mut hrefs = list.text.split("href=\"");
        let href = hrefs.find(|rest| rest.contains("/answers/0")).unwrap();
        href.split('"').next().unwrap().to_owned()
    }

    /// What the room does by itself, once.
    pub fn work(&self) {
        for job in &self.parts.jobs {
            (job.run)().unwrap();
        }
    }

    /// The letters that left, the newest last.
    pub fn letters(&self) -> Vec<serde_json::Value> {
        let all = self.outbox();
        all.iter()
            .map(|body| serde_json::from_str(body).unwrap())
            .collect()
    }

    /// The token of an open form, read long enough ago.
    pub fn token(&self, path: &str) -> String {
        let page = self.visit(path);
        self.pass(60);
        page.hidden("token")
    }

    /// Aalto signs an agreement on a service: its onboarding begins.
    pub fn onboarding(&self) {
        let (rules, now, client) = (self.rules.now(), self.now(), self.aalto.to_string());
        let register = &rules.register;
        let agreement = register.noun("agreement").unwrap();
        let record = |noun: &str, id| Record {
            noun: register.noun(noun).unwrap(),
            id,
        };
        let kind = register.fact(agreement, "kind").unwrap();
        let facts = [(kind, Some(Value::Choice(0)))];
        let links = [record("client", client.as_str()), record("project", "P-1")];
        let event = |act: &str, case, links, facts| Event {
            place: 0,
            at: now,
            recorded_at: now,
            what: What::Act(register.act(act).unwrap()),
            case,
            links,
            actor: Actor::System,
            facts,
            parts: &[],
            holders: &[],
            proofs: &[],
        };
        let started = event("start-project", record("project", "P-1"), &links[..1], &[]);
        let signed = event("sign-agreement", record("agreement", "A-1"), &links, &facts);
        let events =
            [started, signed].map(|event| NewEvent::of(&rules.codec, &event, self.world.id()));
        let within = Arc::clone(&rules);
        self.store
            .write(move |tx| live::record(tx, &within, &events, now))
            .kept();
    }
}

fn in_force() -> InForce {
    let calendar = kept_testing::text("examples/helpdesk/calendar.toml");
    let rules = kept_testing::shipped_sops(&["SR", "CM", "CE", "FU", "ON"], &calendar);
    InForce::of(rules.register, rules.library, rules.program)
}
