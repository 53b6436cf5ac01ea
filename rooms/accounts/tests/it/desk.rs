//! A company's desk for tests: a store, a clock that is set by hand, one administrator, and a browser.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use kept_accounts::access::{Action, Scope, for_kept};
use kept_accounts::model::{PersonId, Roles};
use kept_accounts::{
    Accounts, LetterKind, RemoteAddress, Settings, SignIn, SignedIn, Visitor, routes,
};
use kept_journal::audit::{self, Who};
use kept_kernel::Instant;
use kept_store::{Store, StoreError};
use kept_testing::{Home, Kept as _};
use kept_ui::{Live, LiveLimits, Ui};
use kept_vault::{PasswordCost, Passwords, Purpose, Roots, Sealer};
use kept_world::World;
use tower::ServiceExt;

pub const START: Instant = Instant::from_seconds(1_769_790_600);
pub const PASSWORD: &str = "copper kettle moss";
pub const OTHER_PASSWORD: &str = "seven grey herons";
pub const ADMIN: &str = "helen@desk.example";
pub const MAYA: &str = "maya@desk.example";

pub struct Desk {
    pub accounts: Accounts,
    pub store: Store,
    pub world: World,
    clock: Arc<AtomicI64>,
    /// The mails that were sent: address and link.
    pub mails: Arc<Mutex<Vec<(String, String)>>>,
    runtime: tokio::runtime::Runtime,
}

/// What an administrator at the command line may do.
pub fn console() -> Scope {
    for_kept(Action::ManageAccounts)
}

/// The roles of the SOPs.
pub fn roles() -> Roles {
    Roles::default()
}

impl Desk {
    /// A desk where nobody works yet.
    pub fn empty(home: &Home) -> Self {
        Self::with(home, |settings| settings)
    }

    /// A desk with its own settings.
    pub fn with(home: &Home, change: impl Fn(Settings) -> Settings) -> Self {
        let store = home.open();
        store
            .migrate(&[kept_journal::SCHEMA, kept_accounts::SCHEMA], START)
            .unwrap();
        let clock = Arc::new(AtomicI64::new(START.micros()));
        let (hand, chance) = (Arc::clone(&clock), World::still(START, 7));
        let world = World::new(
            move || Instant::from_micros(hand.load(Ordering::SeqCst)),
            move |bytes: &mut [u8]| {
                for byte in bytes {
                    *byte = chance.random::<1>().unwrap()[0];
                }
            },
        );
        let mails = Arc::new(Mutex::new(Vec::new()));
        let sent = Arc::clone(&mails);
        let settings = Settings {
            company: "Lindqvist Instruments".into(),
            base_url: "https://desk.example".into(),
            post: Some(Arc::new(move |_, letter| {
                let (LetterKind::Invitation(link) | LetterKind::Reset(link)) = letter.kind;
                let mail = (letter.email.to_owned(), link.to_owned());
                sent.lock().unwrap().push(mail);
                Ok::<_, StoreError>(())
            })),
            ..Settings::default()
        };
        let roots = Roots::new(&mut |bytes: &mut [u8]| bytes.fill(5)).unwrap();
        let mut salt = |bytes: &mut [u8]| bytes.fill(9);
        let accounts = Accounts::new(
            store.clone(),
            world.clone(),
            Sealer::new(&roots, Purpose::Totp),
            Passwords::new(PasswordCost::FOR_TESTS, &mut salt).unwrap(),
            change(settings),
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        Self {
            accounts,
            store,
            world,
            clock,
            mails,
            runtime,
        }
    }

    /// A desk with Helen, the administrator, and Maya, an account manager.
    pub fn staffed(home: &Home) -> Self {
        let desk = Self::empty(home);
        desk.add("Helen Strand", ADMIN, &["administrator"]);
        desk.add("Maya Okonkwo", MAYA, &["account-manager"]);
        desk
    }

    pub fn add(&self, name: &str, email: &str, roles: &[&str]) -> PersonId {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        self.accounts
            .add_person((name, email), roles, PASSWORD)
            .unwrap()
    }

    pub fn person(&self, email: &str) -> PersonId {
        self.find(email).expect("there is such a person").id
    }

    pub fn find(&self, email: &str) -> Option<kept_accounts::model::Person> {
        let email = email.to_owned();
        self.store
            .read(move |read| kept_accounts::queries::person_by_email(read, &email))
            .kept()
    }

    /// Lets time pass.
    pub fn pass_seconds(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Signs in from an unknown browser.
    pub fn sign_in(
        &self,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, kept_accounts::commands::SignInError> {
        self.sign_in_from(email, password, Visitor::default())
    }

    pub fn sign_in_from(
        &self,
        email: &str,
        password: &str,
        from: Visitor,
    ) -> Result<SignedIn, kept_accounts::commands::SignInError> {
        self.run(self.accounts.sign_in(SignIn {
            email: email.into(),
            password: password.into(),
            from,
        }))
    }

    /// The secret of a new session.
    pub fn session(&self, email: &str) -> kept_vault::Token {
        match self.sign_in(email, PASSWORD).unwrap() {
            SignedIn::Session { token, .. } => token,
            SignedIn::NeedsCode(_) => panic!("a code is asked for"),
        }
    }

    /// Whether the session still lets anybody in.
    pub fn stands(&self, token: &kept_vault::Token) -> bool {
        self.run(self.accounts.signed(token.hash()))
            .unwrap()
            .is_some()
    }

    pub fn act(&self) -> kept_accounts::commands::Act {
        self.accounts.act(Who::Console)
    }

    /// The acts in the audit, oldest first.
    pub fn audited(&self) -> Vec<String> {
        // PostgreSQL places entries in a step of its own.
        kept_journal::place(&self.store).unwrap();
        let entries = self
            .store
            .read(|read| audit::latest(read, None, 1000))
            .kept();
        entries.into_iter().rev().map(|entry| entry.act).collect()
    }

    /// All pages of the room, as the program serves them.
    pub fn pages(&self) -> Router {
        let live = Live::new(LiveLimits::default(), 1);
        let ui = Ui::new(
            kept_ui::Settings::default(),
            &[3; 32],
            |bytes: &mut [u8]| bytes.fill(4),
            live,
        );
        let routes = ui.dress(routes(self.accounts.clone()));
        ui.protect(self.accounts.session_layer(routes)).app()
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser {
            desk: self,
            pages: self.pages(),
            cookies: RefCell::default(),
            address: "192.0.2.1",
        }
    }
}

/// A browser without a script: it keeps cookies, and sends the forms that it was shown.
pub struct Browser<'a> {
    desk: &'a Desk,
    pages: Router,
    pub cookies: RefCell<BTreeMap<String, String>>,
    pub address: &'static str,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub cookies: Vec<String>,
    pub text: String,
}

impl Browser<'_> {
    pub fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path), Body::empty())
    }

    /// Sends a form from a page: with the token of that page.
    pub fn post(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(from);
        self.post_token(path, &page.csrf(), fields)
    }

    pub fn post_token(&self, path: &str, csrf: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("csrf={}", coded(csrf));
        for (name, value) in fields {
            body.extend(["&", *name, "=", &coded(value)]);
        }
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.ask(request, Body::from(body))
    }

    /// Signs in through the pages.
    pub fn sign_in(&self, email: &str, password: &str) -> Answer {
        let fields = [("email", email), ("password", password), ("next", "")];
        self.post("/sign-in", "/sign-in", &fields)
    }

    fn ask(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let held = self.cookies.borrow().clone();
        let cookie: Vec<_> = held
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = request
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, cookie.join("; "))
            .body(body)
            .unwrap();
        let address = RemoteAddress(self.address.parse().unwrap());
        request.extensions_mut().insert(address);
        let response = self.desk.run(async {
            let response = self.pages.clone().oneshot(request).await.unwrap();
            read(response).await
        });
        for cookie in &response.cookies {
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let mut held = self.cookies.borrow_mut();
            if rest.contains("Max-Age=0") {
                held.remove(name);
            } else {
                held.insert(name.into(), value.into());
            }
        }
        response
    }
}

async fn read(response: Response) -> Answer {
    let header = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let location = header(header::LOCATION).unwrap_or_default().to_owned();
    let cookies = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Answer {
        status,
        location,
        cookies,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

impl Answer {
    /// The token of the forms on the page.
    pub fn csrf(&self) -> String {
        self.between("name=\"csrf\" value=\"", "\"")
    }

    /// What stands between two words of the page.
    pub fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self
            .text
            .split_once(before)
            .unwrap_or_else(|| panic!("{before} is not in {}", self.text));
        rest.split_once(after).unwrap().0.to_owned()
    }

    pub fn has(&self, words: &str) -> bool {
        self.text.contains(words)
    }
}

fn coded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// What an app shows for a secret in base 32, computed here a second time.
pub fn code_of(secret: &str, now: Instant) -> String {
    let bits: Vec<_> = secret
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| {
            let place = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
            format!("{place:05b}")
        })
        .collect();
    let bytes: Vec<u8> = bits
        .concat()
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let step = now.micros() / 30_000_000;
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = aws_lc_rs::hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let word: [u8; 4] = tag.as_ref()[at..at + 4].try_into().unwrap();
    format!(
        "{:06}",
        (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
    )
}
