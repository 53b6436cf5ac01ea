//! A desk with five people in two teams, a clock that is set by hand, a browser and a program.

use std::ops::Deref;
use std::sync::Arc;

use axum::http::StatusCode;
use kept_accounts::access::{Action, for_kept};
use kept_accounts::commands;
use kept_accounts::model::{PersonId, TeamId};
use kept_desk::{Ground, Site};
use kept_journal::audit::Who;
use kept_journal::{InForce, Rules};
use kept_kernel::{Id, Instant};
use kept_requests::{
    Mailboxes, Room, Texts, api_description, api_routes, parts, public_routes, routes,
};
use kept_rooms::Parts;
use kept_store::{params, statements};
use kept_testing::{Home, Kept as _};
use kept_ui::{Live, LiveLimits};
use kept_vault::{Purpose, Sealer};

pub use kept_desk::{Answer, Program as Caller};

/// Friday 30 January 2026, 16:30 UTC.
pub const START: Instant = Instant::from_seconds(1_769_790_600);
pub const DAY: i64 = 86_400;

statements! {
    CLIENT_OF = "SELECT c.id, c.revision FROM requests q JOIN clients c ON c.id = q.client WHERE q.id = $1";
    MERGE = "UPDATE clients SET merged_into = (SELECT client FROM requests WHERE id = $2)
             WHERE id = (SELECT client FROM requests WHERE id = $1)";
    PART = "UPDATE clients SET merged_into = NULL";
    LAST_BULK = "SELECT id FROM request_bulks ORDER BY made_at DESC, id DESC LIMIT 1";
}

pub struct Desk {
    pub room: Room,
    pub parts: Parts,
    pub north: TeamId,
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
    /// Helen (management), Maya (client service, team North), Ben (technical support, North), Cleo (account manager), Dora
    /// (technical support, no team).
    pub fn new(home: &Home) -> Self {
        Self::holding(home, 0)
    }

    /// The same, where answers can be taken back for so many seconds.
    pub fn holding(home: &Home, seconds: u32) -> Self {
        Self::made(home, |room| room.holding(seconds))
    }

    /// The same, with texts to begin with.
    pub fn with_texts(home: &Home, texts: Arc<dyn Texts>) -> Self {
        Self::made(home, |room| room.with_texts(texts))
    }

    /// The same, with mailboxes, where answers can be taken back for ten seconds.
    pub fn with_mailboxes(home: &Home, mailboxes: Arc<dyn Mailboxes>) -> Self {
        Self::made(home, |room| room.holding(10).with_mailboxes(mailboxes))
    }

    fn made(home: &Home, dressed: impl FnOnce(Room) -> Room) -> Self {
        let schemas = [kept_clients::SCHEMA, kept_requests::SCHEMA];
        let mut ground = Ground::new(home, START, &schemas);
        let live = Live::new(LiveLimits::default(), 1);
        let rules = Rules::new(in_force());
        let sealer = Sealer::new(&ground.roots, Purpose::Links);
        let house = (ground.store.clone(), ground.world.clone());
        let room = dressed(Room::new(house, rules.clone(), live, sealer));
        let (north, support) = (ground.add_team("North"), ground.add_department("Support"));
        let representative = ("maya", "client-service-representative");
        ground.hire(("helen", "management"), (None, None));
        ground.hire(representative, (Some(north), None));
        ground.hire(("ben", "technical-support"), (Some(north), None));
        ground.hire(("cleo", "account-manager"), (None, Some(support)));
        ground.hire(("dora", "technical-support"), (None, None));
        let parts = parts(&room);
        let served = room.clone();
        let serve = move || Site {
            pages: routes(served.clone()),
            open: public_routes(served.clone()),
            api: api_routes(served.clone()),
        };
        ground.open(serve, kept_api::document([api_description()], "test"));
        Self {
            room,
            parts,
            north,
            rules,
            ground,
        }
    }

    /// A round of each job.
    pub fn round(&self) {
        for job in &self.parts.jobs {
            (job.run)().unwrap();
        }
    }

    /// Somebody at a browser, signed in.
    pub fn browser(&self, name: &str) -> Browser<'_> {
        Browser(self.ground.browser(name))
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

    /// What became of each time that a mail on a request wanted an answer, and when its clock began.
    pub fn answers_owed(&self, id: &str) -> Vec<(String, Instant)> {
        let id = id.to_owned();
        let owed = self
            .store
            .read(move |read| kept_journal::obligations::of_record(read, ("email", &id)));
        let owed = owed.kept().into_iter();
        let mut owed: Vec<_> = owed
            .filter(|duty| duty.rule == "answer-email" && duty.level == 0)
            .map(|duty| (duty.verdict, duty.opened_at))
            .collect();
        owed.sort_by_key(|(_, opened_at)| *opened_at);
        owed
    }

    /// Since when a mail on a request waits for an answer.
    pub fn mail_waits(&self, id: &str) -> Vec<Instant> {
        let owed = self.answers_owed(id).into_iter();
        owed.filter(|(verdict, _)| verdict == "pending")
            .map(|(_, since)| since)
            .collect()
    }

    /// How a duty of a request stands.
    pub fn verdict(&self, id: &str, rule: &str) -> String {
        let duties = self.duties(id);
        let found = duties.iter().rev().find(|(one, _)| one == rule);
        found
            .map(|(_, verdict)| verdict.clone())
            .unwrap_or_default()
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

    /// Somebody knows these things.
    pub fn knows(&self, person: PersonId, skills: &'static str) {
        let act = self.accounts.act(Who::Console);
        let scope = for_kept(Action::ManageAccounts);
        let set = move |tx: &kept_store::Write<'_>| {
            let skills = commands::skills_in(skills);
            commands::set_skills(tx, &act, &scope, (person, &skills))
        };
        self.store.write(set).kept();
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

pub struct Browser<'a>(kept_desk::Browser<'a>);

impl<'a> Deref for Browser<'a> {
    type Target = kept_desk::Browser<'a>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Browser<'_> {
    /// A page as it stands without what was just said.
    pub fn get_after_flash(&self) -> String {
        self.get("/requests").text
    }

    /// Attaches a file from a page.
    pub fn attach(&self, page: &str, name: &str, content: &[u8]) -> Answer {
        self.upload(page, &format!("{page}/files"), ("file", name, content))
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

fn in_force() -> InForce {
    let calendar = kept_testing::text("examples/helpdesk/calendar.toml");
    let rules = kept_testing::shipped_sops(&["SR", "CM", "CE", "FU", "ON"], &calendar);
    InForce::of(rules.register, rules.library, rules.program)
}
