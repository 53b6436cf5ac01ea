//! A mail server: its settings, and a line to it.
//!
//! The library's line without a runtime knows of silence alone, and a server that gives a byte now and then would hold it for ever. So
//! it is the one for a runtime, on a runtime of its own, where each answer has an end.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;

use crate::message::Message;
use crate::patience::Patience;
use crate::shown::{Bearer, Shown};
use crate::trouble::{self, Stage, Trouble, too_slow};

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// How the line is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Protection {
    /// From the first byte on; usual at port 465.
    #[default]
    Tls,
    /// After the greeting; usual at port 587. Without it nothing is sent.
    StartTls,
    /// Not at all: within one's own network.
    None,
}

impl Protection {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Tls, Self::StartTls, Self::None];

    /// The word that is stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }

    /// What a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// Where a server of mail lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The machine's name or address, alone.
    pub host: String,
    /// From 1.
    pub port: u16,
    /// How the line is encrypted.
    pub protection: Protection,
}

impl Machine {
    /// Understands what was typed into the fields `host`, `port` and `protection`, as in `imap.provider.example` and `993 or 143`.
    ///
    /// # Errors
    ///
    /// Each field that is wrong, and what to write there.
    pub fn typed(
        [host, port, protection]: [&str; 3],
        (example, ports): (&str, &str),
    ) -> Result<Self, Vec<(&'static str, String)>> {
        let mut wrong = Vec::new();
        let host = host.trim().to_lowercase();
        if host.is_empty() || host.contains(|one: char| one.is_whitespace() || "/@".contains(one)) {
            let words = format!("Write the name of the machine alone, as in {example}.");
            wrong.push(("host", words));
        }
        let port = port.trim().parse().ok().filter(|port| *port > 0);
        if port.is_none() {
            wrong.push(("port", format!("Write a number: {ports}.")));
        }
        let protection = Protection::named(protection);
        if protection.is_none() {
            wrong.push(("protection", "Choose one of them.".to_owned()));
        }
        match (port, protection) {
            (Some(port), Some(protection)) if wrong.is_empty() => Ok(Self {
                host,
                port,
                protection,
            }),
            _ => Err(wrong),
        }
    }
}

/// Who signs in.
#[derive(Clone)]
pub struct SignIn {
    /// The user.
    pub user: String,
    /// A password, or a token.
    pub shown: Shown,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SignIn")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct Server {
    /// `mail.provider.example`.
    pub host: String,
    /// 465, 587, 25.
    pub port: u16,
    /// How the line is encrypted.
    pub protection: Protection,
    /// Who signs in; none: nobody.
    pub sign_in: Option<SignIn>,
    /// The address that we send from.
    pub from: String,
    /// A certificate that is trusted beside those of the machine, in PEM.
    pub also_trusts: Option<Vec<u8>>,
    /// How long it is waited for.
    pub patience: Patience,
}

/// A step of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub stage: Stage,
    /// Why it failed; none: it went well. Steps after one that failed are not taken.
    pub trouble: Option<Trouble>,
}

/// An open line to a server, signed in.
pub struct Line<'a> {
    server: &'a Server,
    talk: Talk,
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Line({})", self.server.host)
    }
}

type Answered<T> = Result<T, lettre::transport::smtp::Error>;

/// A conversation with a server, and what carries it.
struct Talk {
    connection: AsyncSmtpConnection,
    runtime: Runtime,
    /// It took too long once: whatever comes now may be the answer to something else.
    late: bool,
}

impl Talk {
    /// Says something to the server and hears it out, until the time is up.
    fn within<'t, T>(
        &'t mut self,
        time: Duration,
        (server, stage): (&Server, Stage),
        saying: impl AsyncFnOnce(&'t mut AsyncSmtpConnection) -> Answered<T>,
    ) -> Result<T, Trouble> {
        let heard = on_time(&self.runtime, time, saying(&mut self.connection));
        self.late |= heard.is_none();
        server.heard(heard, stage)
    }

    fn quit(mut self) {
        if !self.late {
            on_time(&self.runtime, GOODBYE, self.connection.quit());
        }
        self.end();
    }

    /// Without waiting for whatever is looked up still.
    fn end(self) {
        drop(self.connection);
        self.runtime.shutdown_background();
    }
}

/// None: the time was up before.
fn on_time<T>(runtime: &Runtime, time: Duration, asking: impl Future<Output = T>) -> Option<T> {
    runtime.block_on(async { tokio::time::timeout(time, asking).await.ok() })
}

impl Server {
    /// Opens a line and signs in.
    ///
    /// # Errors
    ///
    /// Where it got stuck, and what to change.
    pub fn open(&self) -> Result<Line<'_>, Trouble> {
        let mut talk = self.connect()?;
        self.encrypt(&mut talk)?;
        self.sign_in(&mut talk)?;
        Ok(Line { server: self, talk })
    }

    /// The same, waited for so long.
    #[must_use]
    pub fn waited_for(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Goes all steps up to being allowed to send from our address, and sends nothing.
    pub fn probe(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut took = |stage: Stage, result: Result<(), Trouble>| {
            let trouble = result.err();
            let good = trouble.is_none();
            let stage = trouble.as_ref().map_or(stage, |trouble| trouble.stage);
            steps.push(Step { stage, trouble });
            good
        };
        let mut talk = match self.connect() {
            Ok(talk) => talk,
            Err(trouble) => {
                if trouble.stage == Stage::Encrypt {
                    took(Stage::Connect, Ok(()));
                }
                took(Stage::Connect, Err(trouble));
                return steps;
            }
        };
        let good = took(Stage::Connect, Ok(()))
            && took(Stage::Encrypt, self.encrypt(&mut talk))
            && took(Stage::SignIn, self.sign_in(&mut talk))
            && took(Stage::From, self.try_from(&mut talk));
        if good {
            talk.quit();
        }
        steps
    }

    fn trouble(&self, error: &lettre::transport::smtp::Error, stage: Stage) -> Trouble {
        Trouble::of(error, stage, &self.host, self.port)
    }

    fn tls(&self) -> Result<TlsParameters, Trouble> {
        let mut parameters = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.also_trusts {
            let certificate =
                Certificate::from_pem(pem).map_err(|error| self.trouble(&error, Stage::Encrypt))?;
            parameters = parameters.add_root_certificate(certificate);
        }
        parameters
            .build_rustls()
            .map_err(|error| self.trouble(&error, Stage::Encrypt))
    }

    /// By what name we greet: the domain that we send from.
    fn own_name(&self) -> ClientId {
        let domain = self.from.rsplit('@').next().unwrap_or_default();
        if domain.is_empty() {
            return ClientId::default();
        }
        ClientId::Domain(domain.to_owned())
    }

    /// What an answer comes to; none: it did not come in time.
    fn heard<T>(&self, answer: Option<Answered<T>>, stage: Stage) -> Result<T, Trouble> {
        let answer = answer.ok_or_else(|| too_slow(stage))?;
        answer.map_err(|error| self.trouble(&error, stage))
    }

    fn connect(&self) -> Result<Talk, Trouble> {
        let tls = match self.protection {
            Protection::Tls => Some(self.tls()?),
            Protection::StartTls | Protection::None => None,
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            let advice = "It is tried again by itself.";
            Trouble::new(Stage::Connect, error.to_string(), advice)
        })?;
        let name = self.own_name();
        let place = (self.host.as_str(), self.port);
        let silence = Some(self.patience.silence);
        let opening = AsyncSmtpConnection::connect_tokio1(place, silence, &name, tls, None);
        let opened = on_time(&runtime, self.patience.answer, opening);
        match self.heard(opened, Stage::Connect) {
            Ok(connection) => Ok(Talk {
                connection,
                runtime,
                late: false,
            }),
            Err(trouble) => {
                runtime.shutdown_background();
                Err(trouble)
            }
        }
    }

    fn encrypt(&self, talk: &mut Talk) -> Result<(), Trouble> {
        if self.protection != Protection::StartTls {
            return Ok(());
        }
        let (tls, name) = (self.tls()?, self.own_name());
        let asked = (self, Stage::Encrypt);
        talk.within(self.patience.answer, asked, async |line| {
            line.starttls(tls, &name).await
        })
    }

    fn sign_in(&self, talk: &mut Talk) -> Result<(), Trouble> {
        let Some(who) = &self.sign_in else {
            return Ok(());
        };
        if !talk.connection.is_encrypted() && !self.is_here() {
            return Err(Trouble::new(
                Stage::SignIn,
                "the line is not encrypted",
                "A password is not sent over an open line. Choose TLS or STARTTLS, or leave the user empty.",
            ));
        }
        let (time, asked) = (self.patience.answer, (self, Stage::SignIn));
        match &who.shown {
            Shown::Password(password) => {
                let credentials = Credentials::new(who.user.clone(), password.to_string());
                let ways = [Mechanism::Plain, Mechanism::Login];
                let shown = talk.within(time, asked, async |line| {
                    line.auth(&ways, &credentials).await
                });
                shown.map(drop)
            }
            Shown::Token(token) => {
                let shown = talk.within(time, asked, async |line| {
                    shows_token(line, (&who.user, token)).await
                });
                shown.map_err(Trouble::of_token)
            }
        }
    }

    /// Whether the server is on this machine, so that nobody can listen on the way.
    fn is_here(&self) -> bool {
        ["localhost", "127.0.0.1", "::1"].contains(&self.host.as_str())
    }

    fn try_from(&self, talk: &mut Talk) -> Result<(), Trouble> {
        let from = self.from.parse().map_err(|_| {
            Trouble::new(
                Stage::From,
                format!("{} is no mail address", self.from),
                "Write an address as in desk@company.example.",
            )
        })?;
        let asked = (self, Stage::From);
        talk.within(self.patience.answer, asked, async |line| {
            line.command(Mail::new(Some(from), Vec::new())).await?;
            line.command(Rset).await.map(drop)
        })
    }
}

impl Line<'_> {
    /// Gives a message to the server. It has been taken exactly when this says so: the server has answered the end of the
    /// message with 250. Where it refuses some of several addresses for good, the others get their copies.
    ///
    /// # Errors
    ///
    /// The server refused it, or the line broke: then nobody knows, and it is to be sent again.
    pub fn send(&mut self, message: &Message) -> Result<Taken, Trouble> {
        let patience = self.server.patience;
        // To the sender, the address and the beginning of the message a server answers at once; the message takes its time.
        let time = patience.answer + patience.for_bytes(message.bytes.len());
        let asked = (self.server, Stage::Message);
        self.talk
            .within(time, asked, async |line| give(line, message).await)
    }

    /// Whether the line has broken.
    pub fn is_broken(&self) -> bool {
        self.talk.late || self.talk.connection.has_broken()
    }

    /// Says goodbye. Whether it is heard matters to nobody.
    pub fn close(self) {
        self.talk.quit();
    }
}

/// What a server said that took a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its own words, on one line: `250 2.0.0 Ok: queued as 4F1A`.
    pub said: String,
    /// Those of the message's addresses that it refused for good, with its words.
    pub refused: Vec<(String, String)>,
}

/// Gives a message to the server. The library gives up the whole message where one address of it is refused.
async fn give(line: &mut AsyncSmtpConnection, message: &Message) -> Answered<Taken> {
    let (envelope, bytes) = (&message.envelope, &message.bytes);
    let plain = bytes.is_ascii() && envelope.to().iter().all(|to| to.to_string().is_ascii());
    if envelope.to().len() == 1 || !plain {
        let answer = line.send(envelope, bytes).await?;
        return Ok(taken(&answer, Vec::new()));
    }
    line.command(Mail::new(envelope.from().cloned(), Vec::new()))
        .await?;
    let (mut refused, mut last) = (Vec::new(), None);
    for to in envelope.to() {
        match line.command(Rcpt::new(to.clone(), Vec::new())).await {
            Ok(_) => {}
            // Who may be reached another time keeps the message here, for all of them.
            Err(error) if !error.is_permanent() => return Err(error),
            Err(error) => {
                refused.push((to.to_string(), trouble::said(&error)));
                last = Some(error);
            }
        }
    }
    if let Some(error) = last.filter(|_| refused.len() == envelope.to().len()) {
        return Err(error);
    }
    line.command(Data).await?;
    let answer = line.message(bytes).await?;
    Ok(taken(&answer, refused))
}

fn taken(answer: &Response, refused: Vec<(String, String)>) -> Taken {
    let said = said(answer);
    Taken { said, refused }
}

/// Signs in with a token. A server that refuses one asks first whether we have read why.
async fn shows_token(
    connection: &mut AsyncSmtpConnection,
    (user, token): (&str, &str),
) -> Answered<()> {
    // The standard's way of showing one is none that the library knows by name.
    let known = connection
        .server_info()
        .supports_auth_mechanism(Mechanism::Xoauth2);
    let bearer = if known {
        Bearer::Xoauth2
    } else {
        Bearer::Oauthbearer
    };
    let response = bearer.response(user, token);
    let line = Zeroizing::new(format!("AUTH {} {}\r\n", bearer.name(), response.as_str()));
    let answer = connection.command(line.as_str()).await?;
    if answer.has_code(334) {
        connection
            .command(format!("{}\r\n", bearer.acknowledgement()))
            .await?;
    }
    Ok(())
}

/// `250 2.0.0 Ok: queued as 4F1A`, on one line.
fn said(answer: &Response) -> String {
    let words: Vec<&str> = answer.message().collect();
    let line = format!("{} {}", answer.code(), words.join(" "));
    let plain = line.chars().filter(|letter| !letter.is_control());
    plain.take(300).collect()
}
