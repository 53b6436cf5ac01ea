//! A house with two people, a clock that is set by hand, and a mail server of the test's own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kept_accounts::Accounts;
use kept_accounts::model::PersonId;
use kept_calendar::Calendar;
use kept_engine::{Calendars, People, Program, Version};
use kept_journal::codec::Codec;
use kept_journal::outbox::{self, Waiting};
use kept_journal::{Directory, InForce, Rules};
use kept_kernel::{Id, Instant};
use kept_language::{Register, RegisterFile, Source};
use kept_mail::{Address, Enclosed, Identity, Letter, Patience, TOPIC, Trouble, Voice, put};
use kept_outbound::Guard;
use kept_post::{Outside, Room};
use kept_store::{Migration, Read, Schema, Store, StoreError, Write, params, statements};
use kept_testing::{Home, Kept as _};
use kept_vault::{PasswordCost, Passwords, Purpose, Roots, Sealer};
use kept_world::World;
use zeroize::Zeroizing;

/// Friday 30 January 2026, 10:30 UTC.
pub const START: Instant = Instant::from_seconds(1_769_769_000);
/// The mailbox of pumps.
pub const PUMPS: Id = Id::from_bytes([3; 16]);
const PASSWORD: &str = "copper kettle moss";

statements! {
    SET = "INSERT INTO mail_server (id, host, port, protection, username, password, from_name, from_email, changed_at, quiet_until)
           VALUES (1, '127.0.0.1', $1, 'none', '', NULL, 'Harrowmere', 'desk@harrowmere.example', 0, 0)
           ON CONFLICT (id) DO UPDATE SET port = excluded.port, quiet_until = 0";
    SET_OWN = "INSERT INTO mailbox_mail_servers (mailbox, address, host, port, protection, username, password, changed_at, quiet_until)
               VALUES ($1, 'pumps@harrowmere.example', '127.0.0.1', $2, 'none', '', NULL, 0, 0)";
    BY_CONSENT = "UPDATE mailbox_mail_servers SET by_consent = TRUE, username = 'pumps@harrowmere.example', quiet_until = 0";
    OWN_TROUBLE = "SELECT trouble, advice FROM mailbox_mail_servers WHERE trouble IS NOT NULL";
    RECORD = "INSERT INTO records (noun, id) VALUES ('request', $1) RETURNING number";
    KNOWN = "INSERT INTO paper_known (id, parcel) VALUES ($1, $2)";
    LEFT = "INSERT INTO paper_left (id, parcel) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    ALL_LEFT = "SELECT id, parcel FROM paper_left ORDER BY id";
    ALL_KNOWN = "SELECT id, parcel FROM paper_known ORDER BY id";
    TELL = "INSERT INTO alerts (record, code, rule, cycle, level, kind, role, person, due_at, at, made_at)
            VALUES ($1, 'SR', 'acknowledge', 1, 0, 'breach', $2, $3, $4, $4, $4)";
}

/// What the room next door keeps.
const SCHEMA: Schema = Schema {
    owner: "paper",
    migrations: &[Migration {
        number: 1,
        name: "paper",
        text:
            "CREATE TABLE paper_known (id $TEXT NOT NULL PRIMARY KEY, parcel $ID NOT NULL) $STRICT;
            CREATE TABLE paper_left (id $TEXT NOT NULL PRIMARY KEY, parcel $ID NOT NULL) $STRICT;",
    }],
};

pub struct Desk {
    pub store: Store,
    pub world: World,
    pub room: Room,
    clock: Arc<AtomicI64>,
    accounts: Accounts,
}

impl Desk {
    /// Maya and Ben, both client service representatives.
    pub fn new(home: &Home) -> Self {
        let store = home.open();
        let schemas = [
            kept_journal::SCHEMA,
            kept_search::SCHEMA,
            kept_accounts::SCHEMA,
            kept_post::SCHEMA,
            SCHEMA,
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
            kept_accounts::Settings::default(),
        );
        let desk = Self {
            room: Room::new(
                (store.clone(), world.clone()),
                Rules::new(in_force(Directory::default())),
                (
                    Sealer::new(&roots, Purpose::Connectors),
                    kept_mail::Marks::new(&roots),
                ),
                "https://desk.example",
                (Guard::Anywhere, Arc::new(Paper::default())),
            )
            .waiting(Patience {
                silence: Duration::from_secs(2),
                answer: Duration::from_secs(2),
                pace: 1_000_000,
            }),
            store,
            world,
            clock,
            accounts,
        };
        for name in ["maya", "ben"] {
            let email = format!("{name}@desk.example");
            let role = "client-service-representative".to_owned();
            desk.accounts
                .add_person((name, &email), vec![role], PASSWORD)
                .unwrap();
        }
        desk
    }

    pub fn id(&self, name: &str) -> PersonId {
        let email = format!("{name}@desk.example");
        let found = self
            .store
            .read(move |read| kept_accounts::queries::person_by_email(read, &email));
        found.kept().unwrap().id
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Letters go to this port from now on.
    pub fn set_server(&self, port: u16) {
        self.store
            .write(move |tx| tx.execute(SET, &params![i64::from(port)]))
            .kept();
    }

    /// Letters of the mailbox of pumps go to this port from now on.
    pub fn set_own_server(&self, port: u16) {
        self.store
            .write(move |tx| tx.execute(SET_OWN, &params![PUMPS, i64::from(port)]))
            .kept();
    }

    /// The mailbox of pumps signs in there with what was allowed at its provider.
    pub fn by_consent(&self) {
        self.store.write(|tx| tx.execute(BY_CONSENT, &[])).kept();
    }

    /// What stood in the way of the mailbox of pumps, and what to change.
    pub fn own_trouble(&self) -> Option<(String, String)> {
        self.store.read(|read| read.maybe(OWN_TROUBLE, &[])).kept()
    }

    /// A round of each job.
    pub fn round(&self) {
        for job in kept_post::jobs(&self.room) {
            (job.run)().unwrap();
        }
    }

    /// Writes a letter to an address; its parcel.
    pub fn write(&self, email: &str) -> Id {
        let to = Address {
            name: String::new(),
            email: email.to_owned(),
        };
        let letter = Letter::to_address(to, Voice::Answer, "We have your request", "Words");
        self.put(letter)
    }

    pub fn put(&self, letter: Letter) -> Id {
        let (id, now) = (self.world.id(), self.world.now());
        self.store.write(move |tx| put(tx, id, &letter, now)).kept();
        id
    }

    /// Tells somebody, or a role, of something on a request.
    pub fn tell(&self, request: &'static str, person: Option<&str>) {
        let person = person.map(|name| self.id(name).to_string());
        let now = self.world.now();
        self.store
            .write(move |tx| {
                let (record,): (i64,) = tx.one(RECORD, &params![request])?;
                let role = "client service representative";
                tx.execute(TELL, &params![record, role, person.as_deref(), now])
            })
            .kept();
    }

    pub fn letter(&self, id: Id) -> Waiting {
        let found = self.store.read(move |read| outbox::one(read, id, TOPIC));
        found.kept().unwrap()
    }

    /// Under which ids letters have left.
    pub fn left(&self) -> Vec<(String, Id)> {
        self.store.read(|read| read.all(ALL_LEFT, &[])).kept()
    }

    /// Under which other ids letters are known.
    pub fn known(&self) -> Vec<(String, Id)> {
        self.store.read(|read| read.all(ALL_KNOWN, &[])).kept()
    }

    /// All letters, the newest first.
    pub fn letters(&self) -> Vec<Letter> {
        let start = (Instant::MAX, Id::from_bytes([0xff; 16]));
        let all = self
            .store
            .read(move |read| outbox::lately(read, TOPIC, start, 100));
        let all: Vec<Waiting> = all.kept();
        all.iter()
            .map(|one| Letter::read(&one.body).unwrap())
            .collect()
    }
}

/// One mailbox, and one file.
#[derive(Default)]
struct Paper(Mutex<u32>);

impl Outside for Paper {
    fn identity(&self, _: &Read<'_>, address: &str) -> Result<Option<Identity>, StoreError> {
        let known = address == "pumps@harrowmere.example";
        Ok(known.then(|| Identity {
            email: address.to_owned(),
            name: "Harrowmere Pumps".to_owned(),
            signature: "{name}, Pumps".to_owned(),
            plus: true,
        }))
    }

    fn mailboxes(&self, _: &Read<'_>) -> Result<Vec<(Id, String)>, StoreError> {
        Ok(vec![(PUMPS, "pumps@harrowmere.example".to_owned())])
    }

    fn is_allowed(&self, _: &Read<'_>, _: Id) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn token(&self, _: Id) -> Result<Zeroizing<String>, Trouble> {
        let mut given = self.0.lock().unwrap();
        *given += 1;
        Ok(Zeroizing::new(format!("token{given}")))
    }

    fn token_refused(&self, _: Id) {}

    fn file(&self, _: &Read<'_>, id: Id) -> Result<Option<Enclosed>, StoreError> {
        Ok(Some(Enclosed {
            id,
            name: "quote.pdf".to_owned(),
            content: b"%PDF".to_vec(),
        }))
    }

    fn known_as(
        &self,
        tx: &Write<'_>,
        parcel: Id,
        (own, ids): (&str, &[String]),
        _: Instant,
    ) -> Result<(), StoreError> {
        tx.execute(LEFT, &params![own, parcel])?;
        for id in ids {
            tx.execute(KNOWN, &params![id, parcel])?;
        }
        Ok(())
    }

    fn called(&self, _: &Read<'_>, _: &str, _: &str) -> Result<Option<String>, StoreError> {
        Ok(None)
    }

    fn went(&self, _: Id) {}
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
