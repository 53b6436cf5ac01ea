//! What goes wrong with a mailbox on a server, and what to change.

use kept_outbound::{OutboundError, TooSlow};

use super::line::LineError;
use crate::trouble::{Stage, TOKEN, Trouble, too_slow};

/// The line could not be opened or encrypted.
pub(super) fn of_line(error: &OutboundError, port: u16) -> Trouble {
    let stage = match error {
        OutboundError::NoSuchHost(_) => Stage::Find,
        OutboundError::Tls(..) => Stage::Encrypt,
        _ => Stage::Connect,
    };
    let advice = match error {
        OutboundError::NoSuchHost(_) => "Check how the name is written.".to_owned(),
        OutboundError::Private(..) => {
            "Mailboxes within the own network are reached only when Kept is started with --allow-private-webhooks.".to_owned()
        }
        OutboundError::Tls(..) => encryption(&error.to_string()),
        _ => format!(
            "Nothing listens at port {port}, or a firewall is on the way. Usual are 993 with TLS and 143 with STARTTLS."
        ),
    };
    Trouble::new(stage, error.to_string(), advice)
}

fn encryption(said: &str) -> String {
    let advice = if said.contains("UnknownIssuer") || said.contains("BadSignature") {
        "The server's certificate is by an authority that this machine does not know. Add it to the machine's certificates, or name its file in SSL_CERT_FILE."
    } else if said.contains("NotValidForName") {
        "The server's certificate is for another name. Write the host as the certificate names it."
    } else if said.contains("Expired") {
        "The server's certificate has expired. Whoever runs the server must renew it."
    } else {
        "Check that port and encryption belong together: 993 with TLS, 143 with STARTTLS."
    };
    advice.to_owned()
}

/// The conversation broke.
pub(super) fn of_answer(error: &LineError, stage: Stage) -> Trouble {
    match error {
        LineError::Line(error) if TooSlow::is(error) => too_slow(stage),
        LineError::Line(error) if is_late(error) => Trouble::new(
            stage,
            "the server does not answer",
            "It is tried again by itself. When it stays so, ask whoever runs the server.",
        ),
        LineError::Line(error) => Trouble::new(
            stage,
            format!("the line broke: {error}"),
            "It is tried again by itself. At the first step, check that port and encryption belong together.",
        ),
        LineError::TooLong => Trouble::new(
            stage,
            "the server says more than is taken",
            "What answers there may be no mail server. Check host and port.",
        ),
    }
}

pub(super) fn is_late(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
    )
}

/// The server said no.
pub(super) fn refused(stage: Stage, said: &str) -> Trouble {
    let line: String = said
        .chars()
        .filter(|letter| !letter.is_control())
        .take(300)
        .collect();
    let advice = match stage {
        Stage::SignIn => {
            "User, password or token is wrong. Some providers want a password made for programs, and to allow IMAP in their settings."
        }
        Stage::Folder => "There is no such folder, or this user may not open it. Usual is INBOX.",
        Stage::Encrypt => "The server offers no STARTTLS at this port: choose TLS with port 993.",
        _ => "It is tried again by itself.",
    };
    Trouble::new(stage, format!("the server said {line}"), advice)
}

/// The server said no to a token.
pub(super) fn token_refused(trouble: Trouble) -> Trouble {
    if !trouble.said.starts_with("the server said") {
        return trouble;
    }
    Trouble {
        advice: TOKEN.to_owned(),
        ..trouble
    }
}
