//! What goes wrong with a mail server, and what to change.

use std::fmt;

use lettre::transport::smtp::Error;

/// What to change where a server says no to a token.
pub(crate) const TOKEN: &str = "The provider does not let this user in with what was allowed. Look whether it was allowed by the same user, then allow it again under Settings, Mailboxes; and whether their settings let programs in by this way.";

const SLOW: &str = "the server is too slow";

/// A step on the way to a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Finding its name.
    Find,
    /// Reaching it.
    Connect,
    /// Encrypting the line.
    Encrypt,
    /// Signing in.
    SignIn,
    /// Being allowed to send from our address.
    From,
    /// Giving it a message.
    Message,
    /// Opening a folder there.
    Folder,
    /// Fetching a mail from there.
    Fetch,
}

impl Stage {
    /// `Sign in`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Find => "Find the name",
            Self::Connect => "Connect",
            Self::Encrypt => "Encrypt the line",
            Self::SignIn => "Sign in",
            Self::From => "Send from our address",
            Self::Message => "Take a message",
            Self::Folder => "Open the folder",
            Self::Fetch => "Fetch a mail",
        }
    }
}

/// Why a server did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// On which step.
    pub stage: Stage,
    /// Whether it will be the same tomorrow: the server has refused for good.
    pub lasting: bool,
    /// What happened, with the server's own words where it said any.
    pub said: String,
    /// What to change.
    pub advice: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.stage.words(), self.said)
    }
}

impl std::error::Error for Trouble {}

impl Trouble {
    /// Something that stands in the way here.
    pub fn said(stage: Stage, said: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(stage, said, advice)
    }

    pub(crate) fn new(stage: Stage, said: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            stage,
            lasting: false,
            said: said.into(),
            advice: advice.into(),
        }
    }

    /// The same, where a token was shown.
    pub(crate) fn of_token(self) -> Self {
        if self.stage != Stage::SignIn || !self.lasting {
            return self;
        }
        Self {
            advice: TOKEN.to_owned(),
            ..self
        }
    }

    /// Whether the server took too long for an answer.
    pub fn is_slowness(&self) -> bool {
        self.said.starts_with(SLOW)
    }

    pub(crate) fn of(error: &Error, stage: Stage, host: &str, port: u16) -> Self {
        // A certificate is looked at when the first word is read: that looks like a broken line.
        let stage = if error.is_tls() || error.to_string().contains("certificate") {
            Stage::Encrypt
        } else {
            stage
        };
        Self {
            stage,
            lasting: error.is_permanent(),
            said: said(error),
            advice: advice(error, stage, host, port),
        }
    }
}

/// The server has not come to the end of an answer in time.
pub(crate) fn too_slow(stage: Stage) -> Trouble {
    Trouble::new(
        stage,
        format!("{SLOW}: its answer did not come to an end in time"),
        "It is tried again by itself. When it stays so, ask whoever runs the server.",
    )
}

/// The server's own words, or those of the machine.
pub(crate) fn said(error: &Error) -> String {
    let text = error.to_string();
    let text = text
        .strip_prefix("permanent error ")
        .or_else(|| text.strip_prefix("transient error "))
        .map(|rest| format!("the server said {rest}"))
        .unwrap_or(text);
    let line: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(300)
        .collect();
    line.trim().to_owned()
}

fn advice(error: &Error, stage: Stage, host: &str, port: u16) -> String {
    let text = error.to_string();
    match stage {
        Stage::Connect if error.is_timeout() || text.contains("timed out") => format!(
            "Nothing answers at {host}, port {port}. Check both; a firewall on the way may let this port through only when asked."
        ),
        Stage::Connect if text.contains("refused") => format!(
            "{host} does not listen at port {port}. Usual are 465 with TLS, 587 with STARTTLS, and 25 within one's own network."
        ),
        Stage::Connect if text.contains("resolve") || text.contains("lookup") || text.contains("not known") => {
            format!("There is no machine called {host}. Check how the name is written.")
        }
        Stage::Connect => format!(
            "What answers at {host}, port {port}, is no mail server, or it begins with TLS: then choose TLS."
        ),
        Stage::Encrypt if text.contains("CorruptMessage") || text.contains("InvalidContentType") => {
            "The server does not begin with TLS at this port: choose STARTTLS, or port 465.".to_owned()
        }
        Stage::Encrypt if text.contains("NotValidForName") => {
            format!("The server's certificate is not for {host}. Write the host as the certificate names it.")
        }
        Stage::Encrypt if text.contains("UnknownIssuer") || text.contains("BadSignature") => {
            "The server's certificate is by an authority that this machine does not know. Add it to the machine's certificates, or name its file in SSL_CERT_FILE.".to_owned()
        }
        Stage::Encrypt if text.contains("Expired") => {
            "The server's certificate has expired. Whoever runs the server must renew it.".to_owned()
        }
        Stage::Encrypt if text.contains("STARTTLS") => {
            "The server offers no STARTTLS at this port: choose TLS with port 465, or none within one's own network.".to_owned()
        }
        Stage::Encrypt => "The line cannot be encrypted. Check that port and encryption belong together: 465 with TLS, 587 with STARTTLS.".to_owned(),
        Stage::SignIn if text.contains("No compatible") => {
            "The server takes no password here. Leave the user empty, or choose an encryption: many servers take passwords only then.".to_owned()
        }
        Stage::SignIn if error.is_permanent() => {
            "User or password is wrong. Some providers want a password made for programs, and to allow SMTP in their settings.".to_owned()
        }
        Stage::SignIn => "The server could not let us in just now. Try again in a few minutes.".to_owned(),
        Stage::From if error.is_permanent() => {
            "The server does not let this user send from this address. Take the user's own address, or allow the other one at the provider.".to_owned()
        }
        Stage::From => "The server could not take our address just now. Try again in a few minutes.".to_owned(),
        Stage::Message if error.is_permanent() => {
            "The server has refused this message for good. Look at the address it goes to.".to_owned()
        }
        Stage::Message | Stage::Find | Stage::Folder | Stage::Fetch => {
            "It is tried again by itself.".to_owned()
        }
    }
}
