//! A letter as a message that mail servers take.

use std::time::{Duration, SystemTime};

use kept_kernel::{Id, Instant};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};

use crate::letter::{Address, Letter, Voice};
use crate::marks::Marks;

/// Whom the house speaks as.
#[derive(Clone, Debug)]
pub struct Sender {
    /// `Harrowmere Instruments`.
    pub name: String,
    /// `desk@harrowmere.example`.
    pub email: String,
    /// Where people reach the house, without a slash at the end: `https://desk.harrowmere.example`.
    pub base_url: String,
    /// By which our mails are known again. None: by the ids of their parcels alone.
    pub marks: Option<Marks>,
}

/// From whom and to whom, as the servers among themselves say it.
pub type Envelope = lettre::address::Envelope;

/// A message, ready to be given to a server.
#[derive(Clone, Debug)]
pub struct Message {
    /// For the servers.
    pub envelope: Envelope,
    /// The bytes: no line has a bare return or line feed.
    pub bytes: Vec<u8>,
}

/// Why a letter is no message. Trying again does not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// No address.
    #[error("{0} is no mail address")]
    Address(String),
    /// Something else of it.
    #[error("the message cannot be written: {0}")]
    Form(String),
}

/// Whether a text is an address that a mail can go to.
pub fn is_address(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok()
}

/// Makes the message. The same parcel gives the same message id.
///
/// # Errors
///
/// [`ComposeError`]
pub fn compose(
    letter: &Letter,
    to: &Address,
    sender: &Sender,
    (parcel, at): (Id, Instant),
) -> Result<Message, ComposeError> {
    let from_name = match &letter.voice {
        Voice::Person(name) if sender.name.is_empty() => name.clone(),
        Voice::Person(name) => format!("{name}, {}", sender.name),
        Voice::Machine | Voice::Answer => sender.name.clone(),
    };
    let from = Address {
        name: from_name,
        email: sender.email.clone(),
    };
    let mut builder = lettre::Message::builder()
        .from(mailbox(&from)?)
        .to(mailbox(to)?)
        .subject(one_line(&letter.subject))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(at.micros().unsigned_abs()));
    for address in &letter.cc {
        builder = builder.cc(mailbox(address)?);
    }
    builder = threaded(builder, letter, sender, parcel)?;
    for (name, value) in marks(&letter.voice) {
        let name = HeaderName::new_from_ascii_str(name);
        builder = builder.raw_header(HeaderValue::new(name, (*value).to_owned()));
    }
    let form = |error: &dyn std::fmt::Display| ComposeError::Form(error.to_string());
    let message = builder
        .header(ContentType::TEXT_PLAIN)
        .body(text(letter, sender))
        .map_err(|error| form(&error))?;
    Ok(Message {
        envelope: message.envelope().clone(),
        bytes: message.formatted(),
    })
}

fn mailbox(address: &Address) -> Result<Mailbox, ComposeError> {
    let email = address
        .email
        .parse()
        .map_err(|_| ComposeError::Address(address.email.clone()))?;
    let name = one_line(&address.name);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), email))
}

fn threaded(
    mut builder: MessageBuilder,
    letter: &Letter,
    sender: &Sender,
    parcel: Id,
) -> Result<MessageBuilder, ComposeError> {
    let domain = sender.email.rsplit('@').next().unwrap_or("localhost");
    let thread = letter.thread.clone().unwrap_or_default();
    let token = match &sender.marks {
        Some(marks) => marks.token(parcel),
        None => parcel.to_string(),
    };
    let own = thread
        .message_id
        .unwrap_or_else(|| format!("{token}@{domain}"));
    builder = builder.message_id(Some(bracketed(&own)));
    if let Some(answered) = &thread.in_reply_to {
        builder = builder.in_reply_to(bracketed(answered));
    }
    if !thread.references.is_empty() {
        let all: Vec<String> = thread.references.iter().map(|id| bracketed(id)).collect();
        builder = builder.references(all.join(" "));
    }
    if let Some(email) = thread.reply_to {
        let name = String::new();
        builder = builder.reply_to(mailbox(&Address { name, email })?);
    }
    Ok(builder)
}

/// What tells other machines that nobody is to answer by machine.
fn marks(voice: &Voice) -> &'static [(&'static str, &'static str)] {
    match voice {
        Voice::Machine => &[
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
        ],
        Voice::Answer => &[
            ("Auto-Submitted", "auto-replied"),
            ("X-Auto-Response-Suppress", "All"),
        ],
        Voice::Person(_) => &[],
    }
}

fn bracketed(id: &str) -> String {
    let bare: String = id
        .chars()
        .filter(|letter| !letter.is_control() && !"<> ".contains(*letter))
        .collect();
    format!("<{bare}>")
}

/// A header is one line, whatever somebody wrote.
fn one_line(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    line.trim().to_owned()
}

fn text(letter: &Letter, sender: &Sender) -> String {
    let mut text = letter.text.replace("\r\n", "\n").replace('\r', "\n");
    text.truncate(text.trim_end().len());
    if let Some(link) = &letter.link {
        text.push_str(&format_link(&link.words, &sender.base_url, &link.path));
    }
    text.push('\n');
    text.replace('\n', "\r\n")
}

fn format_link(words: &str, base: &str, path: &str) -> String {
    format!("\n\n{words}:\n{}{path}", base.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Thread;

    fn sender() -> Sender {
        Sender {
            name: "Harrowmere".to_owned(),
            email: "desk@harrowmere.example".to_owned(),
            base_url: "https://desk.example/".to_owned(),
            marks: None,
        }
    }

    fn to(email: &str) -> Address {
        Address {
            name: "Maya \r\nBcc: x@y.example".to_owned(),
            email: email.to_owned(),
        }
    }

    fn written(letter: &Letter) -> String {
        let at = Instant::from_seconds(1_769_790_600);
        let message = compose(
            letter,
            &to("maya@desk.example"),
            &sender(),
            (Id::default(), at),
        );
        String::from_utf8(message.unwrap().bytes).unwrap()
    }

    #[test]
    fn a_machine_says_that_it_is_one_and_a_person_does_not() {
        let letter =
            Letter::to_person(Id::default(), "Late", "Words").link("Open it", "/requests/7");
        let text = written(&letter);
        assert!(
            text.contains("Auto-Submitted: auto-generated\r\n"),
            "{text}"
        );
        assert!(text.contains("X-Auto-Response-Suppress: All\r\n"), "{text}");
        assert!(text.contains("https://desk.example/requests/7"), "{text}");
        let person = Letter {
            voice: Voice::Person("Ana Ruiz".to_owned()),
            ..letter
        };
        let text = written(&person);
        assert!(!text.contains("Auto-Submitted"), "{text}");
        // "Ana Ruiz, Harrowmere": with a comma in it a name is written so.
        let name = "From: =?utf-8?b?QW5hIFJ1aXosIEhhcnJvd21lcmU=?= <";
        assert!(text.contains(name), "{text}");
    }

    #[test]
    fn nothing_that_somebody_wrote_begins_a_header_or_ends_the_message() {
        let letter = Letter {
            subject: "Late\r\nBcc: all@desk.example\n\nBody".to_owned(),
            text: "One\r.\r\n.\r\nQUIT\nTwo \u{e9}".to_owned(),
            thread: Some(Thread {
                in_reply_to: Some("a>\r\nX: <b@c".to_owned()),
                ..Thread::default()
            }),
            ..Letter::to_person(Id::default(), "", "")
        };
        let text = written(&letter);
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        for line in head.split("\r\n") {
            let known = [
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "In-Reply-To",
                "Auto-",
                "X-Auto",
                "Content-",
                "MIME",
                " ",
            ];
            assert!(known.iter().any(|name| line.starts_with(name)), "{line}");
        }
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{text:?}");
    }

    #[test]
    fn the_same_parcel_is_the_same_message_at_every_try() {
        let letter = Letter::to_person(Id::default(), "Late", "Words");
        let id = |text: &str| {
            let line = text.lines().find(|line| line.starts_with("Message-ID"));
            line.map(str::to_owned)
        };
        assert_eq!(id(&written(&letter)), id(&written(&letter)));
        assert!(
            id(&written(&letter))
                .unwrap()
                .contains("@harrowmere.example")
        );
        let wrong = compose(
            &letter,
            &to("nobody"),
            &sender(),
            (Id::default(), Instant::MIN),
        );
        assert_eq!(
            wrong.err(),
            Some(ComposeError::Address("nobody".to_owned()))
        );
    }

    #[test]
    fn a_letter_comes_out_of_the_outbox_as_it_went_in() {
        let letter = Letter::to_person(Id::default(), "Late", "Words").link("Open", "/x");
        assert_eq!(Letter::read(&letter.body()), Some(letter));
        assert_eq!(Letter::read("{\"letter\":\"old\"}"), None);
    }
}
