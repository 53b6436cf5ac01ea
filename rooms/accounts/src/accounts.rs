//! The room in the hands of the program and of its own pages: commands with the store, the clock and the secrets around them.

use std::fmt;
use std::sync::Arc;

use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_store::{Answer, AsStore, Read, Store, StoreError, Write};
use kept_ui::Menu;
use kept_vault::{NoRandomness, PasswordHash, Passwords, Sealer, Token, TokenHash};
use kept_world::World;

use crate::access::{self, Action, RecordNamed, Unwritten};
use crate::commands::{
    Act, AddPersonError, AddTokenError, Attempt, NewPerson, NewSession, NewToken, Proof,
    SignInError, SignedInAs, StepRefused, add_person, add_token, begin_sign_in, finish_password,
    finish_second_step, judge_password, make_first_link, recovery_code_hash,
};
use crate::hashing::{Chance, Hashing};
use crate::model::{LinkPurpose, PersonId, PersonState, Roles, SessionId, TokenId};
use crate::session::Signed;
use crate::totp;

/// A mail that the room asks to be sent.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// To whom: a name.
    pub name: &'a str,
    /// To which address.
    pub email: &'a str,
    /// About what.
    pub kind: LetterKind<'a>,
}

/// What a mail is about.
#[derive(Clone, Debug)]
pub enum LetterKind<'a> {
    /// An invitation, with its link.
    Invitation(&'a str),
    /// A link for a new password.
    Reset(&'a str),
}

/// Puts a mail into the outbox, in the transaction of its cause.
pub type Post = dyn Fn(&Write<'_>, &Letter<'_>) -> Result<(), StoreError> + Send + Sync;
/// What the menu of a person is.
pub type MenuOf = dyn Fn(&Signed) -> Menu + Send + Sync;

/// The settings of the room.
#[derive(Clone)]
pub struct Settings {
    /// Where browsers reach us, `https://desk.example`: links in mails begin with it. Never taken from a request.
    pub base_url: String,
    /// The company's name.
    pub company: String,
    /// Whether browsers reach us over HTTPS; as in the settings of the pages.
    pub https: bool,
    /// The roles that a person can have.
    pub roles: Roles,
    /// The zone of new people.
    pub zone: String,
    /// The menu of a person.
    pub menu: Arc<MenuOf>,
    /// How mails leave; none: links are shown to administrators, who hand them over.
    pub post: Option<Arc<Post>>,
    /// Minutes without use after which a session ends.
    pub idle_minutes: i64,
    /// Days after which every session ends.
    pub longest_days: i64,
    /// How many passwords are checked at once; each takes 19 MiB.
    pub hashes_at_once: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "http://localhost:7407".to_owned(),
            company: String::new(),
            https: false,
            roles: Roles::default(),
            zone: "UTC".to_owned(),
            menu: Arc::new(|_| Menu::default()),
            post: None,
            idle_minutes: 12 * 60,
            longest_days: 7,
            hashes_at_once: 2,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings")
            .field("base_url", &self.base_url)
            .field("https", &self.https)
            .finish_non_exhaustive()
    }
}

/// The room. Clones share it.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) hashing: Hashing,
    pub(crate) settings: Arc<Settings>,
    unwritten: Arc<Unwritten>,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Accounts").field(&self.settings).finish()
    }
}

/// A sign-in as a browser sends it.
#[derive(Clone, Default)]
pub struct SignIn {
    /// As it was typed.
    pub email: String,
    /// As it was typed.
    pub password: String,
    /// Where it comes from.
    pub from: Visitor,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SignIn(…)")
    }
}

/// The browser that somebody sits at.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The mark of an earlier sign-in.
    pub browser: Option<TokenHash>,
    /// The session that it still has.
    pub session: Option<TokenHash>,
    /// The address of the network, where it is known.
    pub address: Option<String>,
    /// The family of the browser.
    pub agent: String,
}

/// How a sign-in went: what the browser is to keep.
#[derive(Debug)]
pub enum SignedIn {
    /// A session began: its identity, its secret, and the browser's mark.
    Session {
        /// Who.
        person: PersonId,
        /// Its identity.
        session: SessionId,
        /// The secret of the session.
        token: Token,
        /// The mark by which the browser is known again.
        browser: Token,
    },
    /// The password was right; this leads to the second step.
    NeedsCode(Token),
}

impl Accounts {
    /// The room over a store whose schema has been migrated. `sealer` is the one of
    /// [`Purpose::Totp`](kept_vault::Purpose::Totp).
    pub fn new(
        store: Store,
        world: World,
        sealer: Sealer,
        passwords: Passwords,
        settings: Settings,
    ) -> Self {
        Self {
            store,
            world,
            sealer: Arc::new(sealer),
            hashing: Hashing::new(passwords, settings.hashes_at_once.max(1)),
            settings: Arc::new(settings),
            unwritten: Arc::default(),
        }
    }

    /// An act by somebody, now.
    pub fn act(&self, who: Who) -> Act {
        Act {
            who,
            at: self.world.now(),
            entry: self.world.id(),
        }
    }

    /// A new secret.
    pub(crate) fn token(&self) -> Result<Token, NoRandomness> {
        Token::new(&mut Chance(&self.world))
    }

    /// Reads.
    pub(crate) fn read<T, E>(
        &self,
        run: impl Fn(&Read<'_>) -> Result<T, E> + Send + 'static,
    ) -> Answer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + AsStore + Send + 'static,
    {
        self.store.read(run)
    }

    /// Writes.
    pub(crate) fn write<T, E>(
        &self,
        run: impl Fn(&Write<'_>) -> Result<T, E> + Send + 'static,
    ) -> Answer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + AsStore + Send + 'static,
    {
        self.store.write(run)
    }

    /// The address of a link that carries a secret.
    pub(crate) fn link(&self, purpose: LinkPurpose, token: &Token) -> String {
        let base = self.settings.base_url.trim_end_matches('/');
        format!("{base}{}?token={}", purpose.path(), token.text())
    }

    /// The link that makes the first administrator, for the program to print at a start; none once somebody works here. A new
    /// one withdraws those before.
    ///
    /// # Errors
    ///
    /// As the database says; [`StoreError::Gone`] without randomness.
    pub fn first_link(&self) -> Result<Option<String>, StoreError> {
        let token = self.token().map_err(|_| StoreError::Gone)?;
        let (hash, act) = (token.hash(), self.act(Who::Console));
        let made = self
            .write(move |tx| make_first_link(tx, &act, hash))
            .wait()?;
        Ok(made.then(|| self.link(LinkPurpose::First, &token)))
    }

    /// Adds a person who can sign in at once: `kept user add`. Blocks this thread.
    ///
    /// # Errors
    ///
    /// [`AddPersonError`]
    pub fn add_person(
        &self,
        (name, email): (&str, &str),
        roles: Vec<String>,
        password: &str,
    ) -> Result<PersonId, AddPersonError> {
        judge_password(password, password, email).map_err(AddPersonError::Weak)?;
        let hash = self
            .hashing
            .hash_here(&self.world, password)
            .map_err(|_| NoRandomness)?;
        let person = NewPerson {
            id: self.world.id(),
            name: name.to_owned(),
            email: email.to_owned(),
            roles,
            zone: self.settings.zone.clone(),
        };
        let (act, settings) = (self.act(Who::Console), Arc::clone(&self.settings));
        self.write(move |tx| {
            let scope = access::for_kept(Action::ManageAccounts);
            add_person(tx, &act, &scope, (&person, &settings.roles), &hash)
        })
        .wait()
    }

    /// Makes a token for a program of the company's own: `kept token create`. Blocks this thread. The secret is shown once.
    ///
    /// # Errors
    ///
    /// [`AddTokenError`]
    pub fn create_token(
        &self,
        name: &str,
        scopes: Vec<Action>,
        expires_at: Option<kept_kernel::Instant>,
    ) -> Result<(TokenId, String), AddTokenError> {
        let secret = self.token()?;
        let token = NewToken {
            id: self.world.id(),
            token: secret.hash(),
            name: name.to_owned(),
            person: None,
            scopes,
            expires_at,
        };
        let act = self.act(Who::Console);
        let id = self.write(move |tx| add_token(tx, &act, &token)).wait()?;
        Ok((id, crate::bearer::written(&secret)))
    }

    /// The same for a program that acts for the person with this address, who works here: it may do what both grant.
    ///
    /// # Errors
    ///
    /// [`AddTokenError`]
    pub fn create_token_of(
        &self,
        email: &str,
        name: &str,
        scopes: Vec<Action>,
    ) -> Result<(TokenId, String), AddTokenError> {
        let secret = self.token()?;
        let token = NewToken {
            id: self.world.id(),
            token: secret.hash(),
            name: name.to_owned(),
            person: None,
            scopes,
            expires_at: None,
        };
        let (act, email) = (self.act(Who::Console), email.to_owned());
        let made = self.write(move |tx| {
            let known = crate::queries::person_by_email(tx, &email)?;
            let here = known.filter(|person| person.state == PersonState::Active);
            let person = here.ok_or(AddTokenError::NoPerson)?.id;
            let token = NewToken {
                person: Some(person),
                ..token.clone()
            };
            add_token(tx, &act, &token)
        });
        Ok((made.wait()?, crate::bearer::written(&secret)))
    }

    /// Notes that a person reads a client's record, or what belongs to one. The page does not wait: [`Accounts::write_reads`]
    /// writes it down, within a second.
    pub fn note_read(&self, person: PersonId, what: RecordNamed) {
        let act = self.act(Who::Person(person.0));
        self.unwritten.add(act, person, what);
    }

    /// The same for a program that acts for a person. What the company's own programs read is not a person's reading.
    pub fn note_read_by(&self, token: &crate::Token, what: RecordNamed) {
        if let Some(person) = token.person() {
            let act = self.act(token.who());
            self.unwritten.add(act, person, what);
        }
    }

    /// Writes down who has read what. For a job that comes round every second, and at the end; it blocks this thread.
    ///
    /// # Errors
    ///
    /// As the database says; then it is tried again the next time.
    pub fn write_reads(&self) -> Result<(), StoreError> {
        self.unwritten.write(&self.store)
    }

    /// Writes down that a person has read a client's record, for a page that is to be shown only after that.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub async fn log_read(
        &self,
        signed: &Signed,
        object: &'static str,
        record: Id,
    ) -> Result<(), StoreError> {
        let (act, person) = (self.act(Who::Person(signed.person.0)), signed.person);
        self.write(move |tx| access::log_read(tx, &act, person, (object, record)))
            .await
    }

    /// Signs somebody in by password.
    ///
    /// # Errors
    ///
    /// [`SignInError`]
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn, SignInError> {
        let attempt = Attempt {
            email: sign_in.email,
            browser: sign_in.from.browser,
            address: sign_in.from.address.clone(),
        };
        let (now, counted) = (self.world.now(), attempt.clone());
        let candidate = self
            .write(move |tx| begin_sign_in(tx, &counted, now))
            .await?;
        let (verdict, rehashed) = self
            .hashing
            .check(&self.world, sign_in.password, candidate.hash.clone())
            .await?;
        let (token, browser, step) = (self.token()?, self.token()?, self.token()?);
        let session = self.new_session(&sign_in.from, (&token, &browser, &step));
        let act = self.act(Who::Unknown);
        let result: Result<_, SignInError> = self
            .write(move |tx| {
                let tried = (&attempt, &candidate);
                Ok(finish_password(
                    tx,
                    &act,
                    tried,
                    verdict,
                    rehashed.as_ref(),
                    &session,
                )?)
            })
            .await;
        match result? {
            SignedInAs::Person(person, session) => Ok(SignedIn::Session {
                person,
                session,
                token,
                browser,
            }),
            SignedInAs::NeedsCode(_) => Ok(SignedIn::NeedsCode(step)),
            SignedInAs::Nobody => Err(SignInError::Wrong),
        }
    }

    /// Takes a code of an app or a recovery code as the second step.
    ///
    /// # Errors
    ///
    /// [`SignInError`]
    pub async fn second_step(
        &self,
        step: TokenHash,
        shown: &str,
        from: &Visitor,
    ) -> Result<SignedIn, SignInError> {
        let (token, browser, unused) = (self.token()?, self.token()?, self.token()?);
        let session = self.new_session(from, (&token, &browser, &unused));
        let act = self.act(Who::Unknown);
        let (accounts, shown) = (self.clone(), shown.to_owned());
        let finished = self
            .write(move |tx| {
                let judge = |person, sealed: &[u8]| accounts.judge(person, sealed, &shown, act.at);
                finish_second_step(tx, &act, step, judge, &session)
            })
            .await?;
        match finished {
            Ok((person, session)) => Ok(SignedIn::Session {
                person,
                session,
                token,
                browser,
            }),
            Err(StepRefused::WrongCode) => Err(SignInError::WrongCode),
            Err(StepRefused::Gone) => Err(SignInError::StepGone),
        }
    }

    fn judge(
        &self,
        person: PersonId,
        sealed: &[u8],
        shown: &str,
        now: kept_kernel::Instant,
    ) -> Proof {
        let letters = shown.chars().filter(char::is_ascii_alphanumeric).count();
        if letters > 6 {
            return Proof::Recovery(recovery_code_hash(shown));
        }
        let secret = self.sealer.open(&associated(person), sealed);
        Proof::Step(
            secret
                .ok()
                .and_then(|secret| totp::right_for(&secret, shown, now)),
        )
    }

    pub(crate) fn new_session(
        &self,
        from: &Visitor,
        (token, browser, step): (&Token, &Token, &Token),
    ) -> NewSession {
        NewSession {
            id: self.world.id(),
            token: token.hash(),
            browser: browser.hash(),
            step: step.hash(),
            agent: from.agent.clone(),
            address: from.address.clone(),
            before: from.session,
        }
    }

    /// Hashes a new password in the queue.
    pub(crate) async fn hash(&self, password: String) -> Result<PasswordHash, StoreError> {
        let hashed = self.hashing.hash(&self.world, password).await?;
        hashed.map_err(|_| StoreError::Gone)
    }
}

/// What a sealed secret of codes belongs to.
pub(crate) fn associated(person: PersonId) -> Vec<u8> {
    [b"code_secrets ".as_slice(), &person.0.bytes()].concat()
}
