//! A desk with a portal: two clients with people in them, somebody who works on requests, somebody who configures, a clock that is set
//! by hand, and a client at a browser.

use std::cell::RefCell;
use std::ops::Deref;

use axum::http::StatusCode;
use kept_accounts::access::{Action, for_kept};
use kept_clients::commands::{Step, add_client, add_contact};
use kept_clients::model::{ContactDraft, Draft};
use kept_clients::{ClientId, ContactId};
use kept_desk::{Ground, Site};
use kept_journal::audit::Who;
use kept_journal::{InForce, Rules};
use kept_kernel::{Id, Instant};
use kept_portal::{Room, parts, routes};
use kept_rooms::Parts;
use kept_store::{params, statements};
use kept_testing::{Home, Kept as _};
use kept_ui::{Live, LiveLimits};
use kept_vault::{Purpose, Sealer};

pub use kept_desk::{Answer, Browser};

/// Friday 30 January 2026, 16:30 UTC.
pub const START: Instant = Instant::from_seconds(1_769_790_600);
pub const MINUTE: i64 = 60;
pub const DAY: i64 = 86_400;

statements! {
    REQUESTS = "SELECT id FROM requests ORDER BY received_at, id";
    STATE = "SELECT state FROM requests WHERE id = $1";
    SOURCES = "SELECT fact, source FROM client_sources WHERE client = $1 ORDER BY fact";
}

pub struct Desk {
    pub parts: Parts,
    pub aalto: ClientId,
    pub sanna: ContactId,
    pub mikko: ContactId,
    pub other: ClientId,
    pub otto: ContactId,
    pub rules: Rules,
    read: RefCell<usize>,
    ground: Ground,
}

impl Deref for Desk {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.ground
    }
}

impl Desk {
    /// Rita answers for all, Theo is asked now and then, Ada looks after the system. Sanna and Mikko are of Aalto Dairy, Otto of Brennan
    /// Pumps. The portal is open.
    pub fn new(home: &Home) -> Self {
        let desk = Self::closed(home);
        let ada = desk.browser("ada");
        let fields = [
            ("revision", "1"),
            ("open", "on"),
            ("name", ""),
            ("colour", ""),
            ("greeting_en", ""),
            ("greeting_de", ""),
        ];
        let opened = ada.post("/settings/portal", "/settings/portal", &fields);
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
        desk
    }

    /// The same with a portal that nobody has opened.
    pub fn closed(home: &Home) -> Self {
        let schemas = [
            kept_clients::SCHEMA,
            kept_requests::SCHEMA,
            kept_portal::SCHEMA,
        ];
        let mut ground = Ground::new(home, START, &schemas);
        let live = Live::new(LiveLimits::default(), 1);
        let rules = Rules::new(in_force());
        let house = (ground.store.clone(), ground.world.clone());
        let sealer = || Sealer::new(&ground.roots, Purpose::Links);
        let requests =
            kept_requests::Room::new(house.clone(), rules.clone(), live.clone(), sealer())
                .with_client_pages(std::sync::Arc::new(Pages));
        let room = Room::new(
            house,
            (rules.clone(), live),
            requests.clone(),
            sealer(),
            false,
        );
        ground.hire(("rita", "client-service-representative"), (None, None));
        ground.hire(("theo", "technical-support"), (None, None));
        ground.hire(("ada", "administrator"), (None, None));
        let parts = parts(&room);
        let (served, asked) = (room.clone(), requests);
        let serve = move || Site {
            pages: routes(served.clone()).merge(kept_requests::routes(asked.clone())),
            ..Site::default()
        };
        ground.open(serve, kept_api_of_nothing());
        ground.around(move |routes| room.session_layer(routes));
        let client = |name: &'static str| made_client(&ground, &rules, name);
        let (aalto, other) = (client("Aalto Dairy"), client("Brennan Pumps"));
        let contact =
            |of, name, email, language| made_contact(&ground, &rules, of, (name, email, language));
        let sanna = contact(aalto, "Sanna Aalto", "sanna@aalto.example", "en");
        let mikko = contact(aalto, "Mikko Laine", "mikko@aalto.example", "de");
        let otto = contact(other, "Otto Brennan", "otto@brennan.example", "en");
        Self {
            parts,
            aalto,
            sanna,
            mikko,
            other,
            otto,
            rules,
            read: RefCell::new(0),
            ground,
        }
    }

    /// The letters since the last time, as JSON.
    pub fn letters(&self) -> Vec<serde_json::Value> {
        let all = self.outbox();
        let mut read = self.read.borrow_mut();
        let new = all.get(*read..).unwrap_or_default().to_vec();
        *read = all.len();
        new.iter()
            .map(|body| serde_json::from_str(body).unwrap())
            .collect()
    }

    /// Somebody at the door.
    pub fn visitor(&self) -> Browser<'_> {
        let page = self.visit("/portal");
        let set = page.header("set-cookie");
        self.browser_with(set.split(';').next().unwrap_or_default())
    }

    /// Asks for a link at the door; the paths in the letters that left.
    pub fn ask_for_link(&self, email: &str) -> Vec<String> {
        self.letters();
        let visitor = self.visitor();
        let asked = visitor.post("/portal", "/portal", &[("email", email)]);
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
        let told = visitor.get(&asked.header("location"));
        assert!(told.has("Look into your mailbox"), "{}", told.text);
        let path = |letter: &serde_json::Value| letter["link"]["path"].as_str().unwrap().to_owned();
        self.letters().iter().map(path).collect()
    }

    /// Comes in by a link; a browser with the session.
    pub fn enter(&self, email: &str) -> Browser<'_> {
        let links = self.ask_for_link(email);
        let link = links.first().unwrap();
        self.enter_by(link).unwrap()
    }

    /// Uses a link.
    pub fn enter_by(&self, link: &str) -> Option<Browser<'_>> {
        let visitor = self.visitor();
        let entered = visitor.post(link, link, &[]);
        if entered.status != StatusCode::SEE_OTHER {
            return None;
        }
        let set = entered.headers.get_all("set-cookie").iter();
        let session = set
            .filter_map(|one| one.to_str().ok())
            .find(|one| one.starts_with("kept-portal="))
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        Some(self.browser_with(session))
    }

    /// The code in the last letter.
    pub fn code(&self) -> String {
        let letters = self.letters();
        let text = letters.last().unwrap()["text"].as_str().unwrap().to_owned();
        let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
        assert_eq!(code.len(), 6, "{text}");
        code
    }

    /// Comes in, and enters a code: may act.
    pub fn acting(&self, email: &str) -> Browser<'_> {
        let browser = self.enter(email);
        self.letters();
        let from = "/portal/ask";
        let sent = browser.post(from, "/portal/code/letter", &[("next", "/portal/ask")]);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let code = self.code();
        let given = browser.post(
            "/portal/code",
            "/portal/code",
            &[("code", code.as_str()), ("next", "/portal/ask")],
        );
        assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
        browser
    }

    /// Opens a request in the name of a contact, as a phone note of Rita's.
    pub fn request(&self, (client, contact): (ClientId, ContactId), subject: &str) -> String {
        let rita = self.browser("rita");
        let (client, contact) = (client.to_string(), contact.to_string());
        let fields = [
            ("client", client.as_str()),
            ("contact", contact.as_str()),
            ("channel", "phone"),
            ("subject", subject),
            ("body", "It reads too high."),
        ];
        let opened = rita.post("/requests/new", "/requests", &fields);
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
        opened.made()
    }

    /// Rita does something on a request.
    pub fn act(&self, id: &str, act: &str, fields: &[(&str, &str)]) {
        let rita = self.browser("rita");
        let page = format!("/requests/{id}");
        let revision = rita.get(&page).hidden("revision");
        let mut all = vec![("revision", revision.as_str())];
        all.extend(fields);
        let done = rita.post(&page, &format!("{page}/acts/{act}"), &all);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{act}: {}", done.text);
    }

    /// The requests there are.
    pub fn requests(&self) -> Vec<String> {
        let rows: Vec<(Id,)> = self
            .store
            .read(|read| read.all(REQUESTS, &params![]))
            .kept();
        rows.into_iter().map(|(id,)| id.to_string()).collect()
    }

    /// How a request stands.
    pub fn state(&self, id: &str) -> String {
        let id: Id = id.parse().unwrap();
        let (state,): (String,) = self
            .store
            .read(move |read| read.one(STATE, &params![id]))
            .kept();
        state
    }

    /// Where the facts of a client come from.
    pub fn sources(&self, client: ClientId) -> Vec<(String, String)> {
        self.store
            .read(move |read| read.all(SOURCES, &params![client]))
            .kept()
    }

    /// Staff give a contact another address.
    pub fn rename(&self, contact: ContactId, email: &'static str) {
        let step = Step::new(&self.world, &self.rules, Who::Console);
        let scope = for_kept(Action::EditClients);
        let changed = self.store.write(move |tx| {
            let (card, _) = kept_clients::read::own(tx, contact)?.unwrap();
            let draft = ContactDraft {
                email: email.into(),
                ..card.draft()
            };
            let at = (contact, card.revision);
            kept_clients::commands::change_contact(tx, &step, &scope, at, &draft)
        });
        assert!(changed.wait().is_ok());
    }

    /// A contact is taken off its client.
    pub fn remove(&self, contact: ContactId) {
        let step = Step::new(&self.world, &self.rules, Who::Console);
        let scope = for_kept(Action::EditClients);
        let removed = self
            .store
            .write(move |tx| kept_clients::commands::remove_contact(tx, &step, &scope, contact));
        assert!(removed.wait().is_ok());
    }
}

fn made_client(ground: &Ground, rules: &Rules, name: &'static str) -> ClientId {
    let step = Step::new(&ground.world, rules, Who::Console);
    let scope = for_kept(Action::EditClients);
    let added = ground.store.write(move |tx| {
        let draft = Draft {
            address: "Satamakatu 1, Tampere".into(),
            phone: "+358 3 123 4567".into(),
            ..Draft::named(name)
        };
        add_client(tx, &step, &scope, &draft)
    });
    added.wait().unwrap()
}

fn made_contact(
    ground: &Ground,
    rules: &Rules,
    client: ClientId,
    (name, email, language): (&'static str, &'static str, &'static str),
) -> ContactId {
    let step = Step::new(&ground.world, rules, Who::Console);
    let scope = for_kept(Action::EditClients);
    let added = ground.store.write(move |tx| {
        let draft = ContactDraft {
            name: name.into(),
            email: email.into(),
            language: language.into(),
            ..ContactDraft::default()
        };
        add_contact(tx, &step, &scope, client, &draft)
    });
    added.wait().unwrap()
}

/// Mails of requests lead to the portal.
struct Pages;

impl kept_requests::ClientPages for Pages {
    fn link(
        &self,
        read: &kept_store::Read<'_>,
        (request, contact): (kept_requests::model::RequestId, ContactId),
        led_to: kept_requests::LedTo,
    ) -> Result<Option<(String, String)>, kept_store::StoreError> {
        let settles = led_to == kept_requests::LedTo::Settle;
        kept_portal::request_link(read, (request.0, contact), settles)
    }
}

fn kept_api_of_nothing() -> kept_api::Description {
    kept_api::document([], "test")
}

fn in_force() -> InForce {
    let calendar = kept_testing::text("examples/helpdesk/calendar.toml");
    let rules = kept_testing::shipped_sops(&["SR", "CM", "CE", "FU", "ON"], &calendar);
    InForce::of(rules.register, rules.library, rules.program)
}
