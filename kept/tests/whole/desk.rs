//! A house with people of every role and some history, and its site.

use std::fmt::Write as _;
use std::fs;
use std::future::Future;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use kept::{House, HouseAsked, Means, ServeAsked, Site, site};
use kept_accounts::access::{Action, Scope, for_kept};
use kept_accounts::commands::{Act, add_team, place_person};
use kept_accounts::model::{PersonId, TeamId};
use kept_accounts::{SignIn, SignedIn, Visitor};
use kept_journal::audit::Who;
use kept_kernel::Instant;
use kept_store::{Place, statements};
use kept_testing::{Home, Kept as _, settings};
use kept_vault::PasswordCost;
use kept_world::World;

statements! {
    AUDITED = "SELECT COUNT(*) FROM audit";
    A_CASE = "SELECT id FROM records WHERE noun = 'request' AND id IS NOT NULL ORDER BY number LIMIT 1";
}

pub const PASSWORD: &str = "copper kettle moss";
pub const ORIGIN: &str = "https://desk.example";
/// Saturday, 31 January 2026, 16:30 UTC.
pub const START: Instant = Instant::from_seconds(1_769_790_600);

/// The roles of the five SOPs, and the administrator.
pub const ROLES: [&str; 16] = [
    "client-service-representative",
    "account-manager",
    "technical-support",
    "sop-supervisor",
    "client-relations-manager",
    "onboarding-specialist",
    "salesperson",
    "sales-manager",
    "specialised-customer-service-team",
    "quality-control",
    "conflict-resolution-team",
    "management",
    "approver",
    "data-auditor",
    "administrator",
    "employee",
];

pub struct Desk {
    pub house: House,
    pub site: Site,
    /// How browsers reach it; none: over plain HTTP.
    pub origin: Option<String>,
    clock: Arc<AtomicI64>,
    counted: AtomicU64,
    teams: Vec<TeamId>,
    runtime: tokio::runtime::Runtime,
}

/// What an administrator at the command line may do.
pub fn console() -> Scope {
    for_kept(Action::ManageAccounts)
}

impl Desk {
    /// A house with nothing in it but two teams.
    pub fn new(home: &Home) -> Self {
        Self::with(home, Some(ORIGIN))
    }

    /// The same, reached at this origin; none: over plain HTTP.
    pub fn with(home: &Home, origin: Option<&str>) -> Self {
        let mut desk = Self::node(ground(home), origin);
        desk.teams = ["North", "South"].map(|name| desk.team(name)).to_vec();
        desk
    }

    /// Another node of a house on a server, with a folder of its own.
    pub fn second(home: &Home, name: &str) -> Self {
        let first = ground(home);
        let asked = HouseAsked {
            clock: None,
            data: home.folder().join(name),
            ..first
        };
        Self::node(asked, Some(ORIGIN))
    }

    fn node(house: HouseAsked, origin: Option<&str>) -> Self {
        let clock = Arc::new(AtomicI64::new(START.micros()));
        let (hand, chance) = (Arc::clone(&clock), World::system());
        let means = Means {
            world: World::new(
                move || Instant::from_micros(hand.load(Ordering::SeqCst)),
                move |bytes: &mut [u8]| {
                    for byte in bytes {
                        let [random] = chance.random::<1>().unwrap();
                        *byte = random;
                    }
                },
            ),
            cost: PasswordCost::FOR_TESTS,
            store: settings(),
        };
        let asked = ServeAsked {
            house,
            listen: "127.0.0.1:0".parse().unwrap(),
            base_url: origin.map(str::to_owned),
            allow_private_webhooks: false,
            lmtp: None,
            mail_peer: Vec::new(),
        };
        let house = House::open_with(&asked.house, means).unwrap();
        let base = origin.unwrap_or("http://desk.example").to_owned();
        let site = site(&house, &asked, base).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            house,
            site,
            origin: origin.map(str::to_owned),
            clock,
            counted: AtomicU64::new(0),
            teams: Vec::new(),
            runtime,
        }
    }

    /// A house with imported requests, judged.
    pub fn with_history(home: &Home) -> Self {
        import(home);
        Self::new(home)
    }

    fn team(&self, name: &'static str) -> TeamId {
        let act = self.act();
        let added = self
            .house
            .store
            .write(move |tx| add_team(tx, &act, &console(), name));
        added.kept()
    }

    pub fn act(&self) -> Act {
        self.site.accounts.act(Who::Console)
    }

    /// A number that was not given out before.
    pub fn number(&self) -> u64 {
        self.counted.fetch_add(1, Ordering::Relaxed)
    }

    /// Somebody new with this role, in one of the teams.
    pub fn hire(&self, role: &str) -> Hired {
        let number = self.number();
        let email = format!("{role}-{number}@desk.example");
        let (accounts, name) = (&self.site.accounts, format!("Person {number}"));
        // Whoever works here is an employee, beside their other roles.
        let roles = vec![role.to_owned()];
        let roles = if role == "employee" {
            Vec::new()
        } else {
            roles
        };
        let person = accounts
            .add_person((&name, &email), roles, PASSWORD)
            .unwrap();
        let (act, team) = (self.act(), self.teams.get(number as usize % 2).copied());
        let placed = self.house.store.write(move |tx| {
            let place = (team, None);
            place_person(tx, &act, &console(), person, place)
        });
        placed.kept();
        Hired { person, email }
    }

    /// A new session: its id and its secret.
    pub fn sign_in(&self, email: &str) -> (String, String) {
        let sign_in = SignIn {
            email: email.into(),
            password: PASSWORD.into(),
            from: Visitor::default(),
        };
        match self.run(self.site.accounts.sign_in(sign_in)).unwrap() {
            SignedIn::Session { session, token, .. } => {
                (session.to_string(), token.text().to_owned())
            }
            SignedIn::NeedsCode(_) => panic!("a code is asked for"),
        }
    }

    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// How many acts were recorded: no act without an entry.
    pub fn audited(&self) -> i64 {
        let counted = self
            .house
            .store
            .read(|read| read.one::<(i64,)>(AUDITED, &[]));
        counted.kept().0
    }

    /// The id of a request in the journal.
    pub fn a_case(&self) -> String {
        let found = self
            .house
            .store
            .read(|read| read.one::<(String,)>(A_CASE, &[]));
        found.kept().0
    }

    /// Sets the clock forward, or back.
    pub fn pass_seconds(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

/// Somebody who works here.
pub struct Hired {
    pub person: PersonId,
    pub email: String,
}

fn ground(home: &Home) -> HouseAsked {
    let key = home.folder().join("master.key");
    if !key.exists() {
        fs::write(&key, "5a".repeat(32)).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    HouseAsked {
        clock: None,
        data: home.folder().join("data"),
        database_url: match home.place() {
            Place::Server { url } => Some(url.clone()),
            Place::File { .. } => None,
        },
        key_file: Some(key),
    }
}

/// Puts three closed requests into the journal, by the program itself.
fn import(home: &Home) {
    let log = home.folder().join("log.csv");
    let mut lines = String::from("case_id,activity,timestamp,resource,customer\n");
    for number in 1..4 {
        for (hour, activity) in [
            (9, "Assign seriousness"),
            (10, "Take in charge ticket"),
            (16, "Resolve ticket"),
        ] {
            writeln!(lines, "Case {number},{activity},2012-10-0{number}T{hour:02}:00:00+00:00,Value {number},Value {number}").unwrap();
        }
    }
    fs::write(&log, lines).unwrap();
    let mapping = root().join("examples/helpdesk/mapping.toml");
    let [mapping, log] = [mapping, log].map(|path| path.display().to_string());
    run(home, &["migrate"]);
    run(
        home,
        &["import", "history", "--mapping", &mapping, "--events", &log],
    );
}

/// A command of the program on the house of this home, which must end well.
pub fn run(home: &Home, command_line: &[&str]) {
    let ground = ground(home);
    let mut command = Command::new(env!("CARGO_BIN_EXE_kept"));
    command
        .current_dir(home.folder())
        .args(command_line)
        .arg("--data")
        .arg(ground.data)
        .arg("--key-file")
        .args(ground.key_file);
    if let Some(url) = ground.database_url {
        command.args(["--database-url", &url]);
    }
    let ran = command.output().unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}
