//! A house with two mailboxes, a clock that is set by hand, and mail servers that bring mail.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use kept_desk::{Ground, Site};
use kept_journal::outbox::{self, Became, Fate};
use kept_kernel::{Id, Instant};
use kept_mail::checking::Resolver;
use kept_mail::{Address, Letter, Marks, Patience, TOPIC, Voice, put};
use kept_messages::{Room, add_mailbox, api_description, api_routes, parts, routes};
use kept_outbound::{Guard, Trust};
use kept_rooms::Parts;
use kept_store::{params, statements};
use kept_testing::{Home, Kept as _};
use kept_vault::{Purpose, Sealer};

use crate::paper::{Paper, SCHEMA};

/// Friday 30 January 2026, 16:30 UTC.
pub const START: Instant = Instant::from_seconds(1_769_790_600);
pub const DAY: i64 = 86_400;

statements! {
    LINES = "SELECT q.number, l.how, l.text FROM paper_lines l JOIN paper_requests q ON q.id = l.request ORDER BY l.id";
    STATES = "SELECT state, reason FROM mail_messages ORDER BY id";
    REQUESTS = "SELECT number FROM paper_requests ORDER BY number";
    FILES = "SELECT name FROM paper_files ORDER BY id";
    FOLLOWS = "SELECT p.number FROM paper_requests q JOIN paper_requests p ON p.id = q.follows WHERE q.number = $1";
    ID_OF = "SELECT id FROM paper_requests WHERE number = $1";
    CLOSE = "UPDATE paper_requests SET closed_at = $2 WHERE number = $1";
    MERGE = "UPDATE paper_requests SET merged_into = (SELECT o.id FROM paper_requests o WHERE o.number = $2) WHERE number = $1";
    SAY = "INSERT INTO paper_lines (id, request, how, text) VALUES ($1, $2, 'us', 'Words of ours')";
    VERDICTS = "SELECT verdict, verdict_why FROM mail_messages ORDER BY id";
    RAW = "SELECT state, content FROM mail_raw ORDER BY id";
    COUNT_RAW = "SELECT count(*) FROM mail_raw";
    FROM_THE_START = "UPDATE mailbox_sources SET last_uid = 0";
    TOO_LARGE = "SELECT sender, size FROM mail_too_large ORDER BY id";
    LETTERS = "SELECT CAST(body AS TEXT) FROM outbox WHERE topic = 'mail' ORDER BY id";
    TOKYO = "UPDATE people SET zone = 'Asia/Tokyo'";
    RECEIPTS = "UPDATE mailboxes SET receipt = TRUE";
    BOUNCED = "SELECT address FROM mail_bounced ORDER BY address";
    MESSAGE = "SELECT id FROM mail_messages ORDER BY id DESC LIMIT 1";
}

pub struct Desk {
    pub room: Room,
    pub parts: Parts,
    pub marks: Marks,
    ground: Ground,
}

impl Deref for Desk {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.ground
    }
}

impl Desk {
    /// Maya works on all requests, Ada configures, Dora (technical support) sees her own.
    pub fn new(home: &Home) -> Self {
        Self::trusting(home, Trust::default())
    }

    /// The same, where servers show a certificate of the test's own.
    pub fn trusting(home: &Home, trust: Trust) -> Self {
        Self::with(home, trust, None, Patience::default())
    }

    /// The same, where somebody can be asked who wrote a mail.
    pub fn asking(home: &Home, resolver: Arc<dyn Resolver>) -> Self {
        let trust = Trust::default();
        Self::with(home, trust, Some(resolver), Patience::default())
    }

    /// The same, where no server is waited for long.
    pub fn impatient(home: &Home) -> Self {
        let patience = Patience {
            silence: Duration::from_secs(4),
            answer: Duration::from_secs(4),
            pace: u32::MAX,
        };
        Self::with(home, Trust::default(), None, patience)
    }

    fn with(
        home: &Home,
        trust: Trust,
        resolver: Option<Arc<dyn Resolver>>,
        patience: Patience,
    ) -> Self {
        let schemas = [kept_messages::SCHEMA, SCHEMA];
        let mut ground = Ground::new(home, START, &schemas);
        ground.hire(("maya", "client-service-representative"), (None, None));
        ground.hire(("ada", "administrator"), (None, None));
        ground.hire(("dora", "technical-support"), (None, None));
        let house = (ground.store.clone(), ground.world.clone());
        let marks = Marks::new(&ground.roots);
        let paper = Arc::new(Paper(ground.world.clone()));
        let sealer = Sealer::new(&ground.roots, Purpose::Connectors);
        let mut room = Room::new(house, paper, marks.clone())
            .fetching(sealer, Guard::Anywhere, trust)
            .waiting(patience)
            .with_pictures_from(Guard::Anywhere)
            .reached_at("https://desk.example");
        if let Some(resolver) = resolver {
            room = room.checking(resolver);
        }
        for (address, name) in [
            ("desk@desk.example", "Desk"),
            ("sales@desk.example", "Sales"),
        ] {
            assert!(add_mailbox(&room, address, name, "mx.desk.example").unwrap());
        }
        let parts = parts(&room);
        let served = room.clone();
        let serve = move || Site {
            pages: routes(served.clone()),
            api: api_routes(served.clone()),
            ..Site::default()
        };
        ground.open(serve, kept_api::document([api_description()], "test"));
        Self {
            room,
            parts,
            marks,
            ground,
        }
    }

    /// A mail comes to a mailbox and is handled.
    pub fn comes_to(&self, mailbox: &str, raw: &str) {
        let raw = raw.replace("\r\n", "\n").replace('\n', "\r\n");
        let taken = self.room.receive(Some(mailbox), raw.as_bytes()).unwrap();
        self.room.handle(taken.raw).unwrap();
    }

    /// A mail comes to the desk.
    pub fn comes(&self, head: &str, text: &str) {
        self.comes_to("desk@desk.example", &format!("{head}\n\n{text}\n"));
    }

    /// Ruth writes.
    pub fn ruth(&self, head: &str, text: &str) {
        let head =
            format!("From: Ruth Brennan <ruth@brennan.example>\nTo: desk@desk.example\n{head}");
        self.comes(&head, text);
    }

    /// We write on a request: the id of the mail that leaves.
    pub fn answers(&self, number: i64) -> String {
        let id = self.world.id();
        let (request,): (Id,) = self
            .store
            .read(move |read| read.one(ID_OF, &params![number]))
            .kept();
        self.store
            .write(move |tx| tx.execute(SAY, &params![id, request]))
            .kept();
        format!("{}@desk.example", self.marks.token(id))
    }

    /// We write on a request to these addresses, and the next server takes it: the message, and the id of the mail.
    pub fn sends(&self, number: i64, to: &[&str]) -> (Id, String) {
        let (id, own, now) = (self.world.id(), self.world.id(), self.now());
        let (request,): (Id,) = self
            .store
            .read(move |read| read.one(ID_OF, &params![number]))
            .kept();
        let mut all = to.iter().map(|email| Address {
            name: String::new(),
            email: (*email).to_owned(),
        });
        let (first, voice) = (all.next().unwrap(), Voice::Person("Maya".to_owned()));
        let letter = Letter {
            cc: all.collect(),
            ..Letter::to_address(first, voice, "Re: Pump", "Words of ours")
        };
        self.store
            .write(move |tx| {
                tx.execute(SAY, &params![id, request])?;
                put(tx, id, &letter, now)?;
                outbox::lease(tx, (TOPIC, own), (now, now.plus_micros(1_000_000)), 1)?;
                outbox::sent(tx, id, own, now)?;
                outbox::became(tx, id, Became::Taken, "mx.test said 250 taken", now)
            })
            .kept();
        (id, format!("{}@desk.example", self.marks.token(id)))
    }

    /// What became of a mail of ours.
    pub fn fate(&self, message: Id) -> Fate {
        let known = self
            .store
            .read(move |read| outbox::fates(read, &[message]))
            .kept();
        known.into_iter().next().unwrap().1
    }

    /// Everybody lives in Tokyo.
    pub fn moves_to_tokyo(&self) {
        self.store.write(|tx| tx.execute(TOKYO, &[])).kept();
    }

    pub fn close(&self, number: i64) {
        let now = self.now();
        self.store
            .write(move |tx| tx.execute(CLOSE, &params![number, now]))
            .kept();
    }

    pub fn merge(&self, number: i64, into: i64) {
        self.store
            .write(move |tx| tx.execute(MERGE, &params![number, into]))
            .kept();
    }

    pub fn with_receipts(&self) {
        self.store.write(|tx| tx.execute(RECEIPTS, &[])).kept();
    }

    /// What was said, without our own words: the request's number, how it counts, the words.
    pub fn lines(&self) -> Vec<(i64, String, String)> {
        let rows: Vec<(i64, String, String)> = self.store.read(|read| read.all(LINES, &[])).kept();
        let rows = rows.into_iter().filter(|(_, how, _)| how != "us");
        rows.map(|(number, how, text)| (number, how, text.trim().to_owned()))
            .collect()
    }

    /// The last of them, without the words.
    pub fn last(&self) -> (i64, String) {
        self.lines()
            .pop()
            .map(|(number, how, _)| (number, how))
            .unwrap()
    }

    pub fn requests(&self) -> usize {
        let rows: Vec<(i64,)> = self.store.read(|read| read.all(REQUESTS, &[])).kept();
        rows.len()
    }

    pub fn files(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self.store.read(|read| read.all(FILES, &[])).kept();
        rows.into_iter().map(|(name,)| name).collect()
    }

    pub fn follows(&self, number: i64) -> Option<i64> {
        let row: Option<(i64,)> = self
            .store
            .read(move |read| read.maybe(FOLLOWS, &params![number]))
            .kept();
        row.map(|(number,)| number)
    }

    /// What became of the mails, in order.
    pub fn states(&self) -> Vec<String> {
        let rows: Vec<(String, Option<String>)> =
            self.store.read(|read| read.all(STATES, &[])).kept();
        rows.into_iter().map(|(state, _)| state).collect()
    }

    /// What senders are worth, and why, in order.
    pub fn verdicts(&self) -> Vec<(String, String)> {
        self.store.read(|read| read.all(VERDICTS, &[])).kept()
    }

    pub fn raw(&self) -> Vec<(String, Vec<u8>)> {
        self.store.read(|read| read.all(RAW, &[])).kept()
    }

    pub fn count_raw(&self) -> usize {
        let (count,): (i64,) = self.store.read(|read| read.one(COUNT_RAW, &[])).kept();
        count as usize
    }

    pub fn bounced(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self.store.read(|read| read.all(BOUNCED, &[])).kept();
        rows.into_iter().map(|(address,)| address).collect()
    }

    pub fn last_message(&self) -> String {
        let (id,): (Id,) = self.store.read(|read| read.one(MESSAGE, &[])).kept();
        id.to_string()
    }

    /// The mail of all mailboxes is fetched again from the first on.
    pub fn fetches_anew(&self) {
        self.store
            .write(|tx| tx.execute(FROM_THE_START, &[]))
            .kept();
    }

    /// What was not taken: from whom, how large.
    pub fn too_large(&self) -> Vec<(String, u64)> {
        self.store.read(|read| read.all(TOO_LARGE, &[])).kept()
    }

    /// What waits to leave.
    pub fn letters(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self.store.read(|read| read.all(LETTERS, &[])).kept();
        rows.into_iter().map(|(body,)| body).collect()
    }

    /// A round of the watch over mailboxes elsewhere.
    pub fn watches(&self) {
        let mut jobs = self.parts.jobs.iter();
        let watch = jobs.find(|job| job.name == "messages: watch mailboxes");
        (watch.unwrap().run)().unwrap();
    }

    /// A round of each job.
    pub fn round(&self) {
        for job in &self.parts.jobs {
            (job.run)().unwrap();
        }
    }
}
