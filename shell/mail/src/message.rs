//! A letter as a message that mail servers take.

use std::time::{Duration, SystemTime};

use kept_kernel::{Id, Instant};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};

use crate::body;
use crate::letter::{Address, Before, Letter, Voice};

pub use crate::body::Enclosed;
pub use crate::sender::Sender;

/// The field in which a mail of ours says which letter it is.
pub(crate) const LETTER: &str = "X-Kept-Letter";

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

/// Makes the message, with the files that go with it. The same parcel gives the same message id.
///
/// # Errors
///
/// [`ComposeError`]
pub fn compose(
    letter: &Letter,
    to: &Address,
    sender: &Sender,
    enclosed: Vec<Enclosed>,
    (parcel, at): (Id, Instant),
) -> Result<Message, ComposeError> {
    let from = Address {
        name: sender.name_for(&letter.voice),
        email: sender.email.clone(),
    };
    let mut builder = lettre::Message::builder()
        .from(mailbox(&from)?)
        .to(mailbox(to)?)
        .subject(one_line(&letter.subject))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(at.micros().unsigned_abs()))
        .envelope(envelope(letter, to, sender, parcel)?);
    for address in &letter.cc {
        builder = builder.cc(mailbox(address)?);
    }
    builder = threaded(builder, letter, sender, parcel)?;
    for (name, value) in marks(&letter.voice) {
        let name = HeaderName::new_from_ascii_str(name);
        builder = builder.raw_header(HeaderValue::new(name, (*value).to_owned()));
    }
    let message = body::written(builder, letter, sender, (parcel, enclosed))
        .map_err(|error| ComposeError::Form(error.to_string()))?;
    let bytes = message.formatted();
    let bytes = match &sender.dkim {
        Some(key) => key.signed(bytes, at),
        None => bytes,
    };
    Ok(Message {
        envelope: message.envelope().clone(),
        bytes,
    })
}

fn mailbox(address: &Address) -> Result<Mailbox, ComposeError> {
    let name = one_line(&address.name);
    Ok(Mailbox::new(
        (!name.is_empty()).then_some(name),
        parsed(&address.email)?,
    ))
}

fn parsed(email: &str) -> Result<lettre::Address, ComposeError> {
    email
        .parse()
        .map_err(|_| ComposeError::Address(email.to_owned()))
}

/// To whom servers bring it, and to whom they report. What answers by itself is reported to nobody (RFC 3834): two machines that
/// answer each other would go on for ever.
fn envelope(
    letter: &Letter,
    to: &Address,
    sender: &Sender,
    parcel: Id,
) -> Result<Envelope, ComposeError> {
    let from = match letter.voice {
        Voice::Answer => None,
        Voice::Machine | Voice::Person(_) => {
            let plus = sender
                .plus_address(parcel)
                .filter(|_| letter.from.is_some());
            Some(parsed(plus.as_deref().unwrap_or(&sender.email))?)
        }
    };
    let all = [to].into_iter().chain(&letter.cc);
    let all: Result<Vec<_>, _> = all.map(|one| parsed(&one.email)).collect();
    Envelope::new(from, all?).map_err(|error| ComposeError::Form(error.to_string()))
}

fn threaded(
    mut builder: MessageBuilder,
    letter: &Letter,
    sender: &Sender,
    parcel: Id,
) -> Result<MessageBuilder, ComposeError> {
    let thread = letter.thread.clone().unwrap_or_default();
    let own = message_id(letter, sender, parcel);
    builder = builder.message_id(Some(format!("<{own}>")));
    // Whoever gives it another id leaves this one.
    if let Some(marks) = &sender.marks {
        let name = HeaderName::new_from_ascii_str(LETTER);
        builder = builder.raw_header(HeaderValue::new(name, marks.token(parcel)));
    }
    let id_of = |before: &Before| match before {
        Before::Theirs(id) => Some(bracketed(id)),
        Before::Ours { parcel } => {
            let parcel: Id = parcel.parse().ok()?;
            Some(bracketed(&sender.own_id(parcel)))
        }
    };
    if let Some(answered) = thread.in_reply_to.as_ref().and_then(id_of) {
        builder = builder.in_reply_to(answered);
    }
    let all: Vec<String> = thread.references.iter().filter_map(id_of).collect();
    if !all.is_empty() {
        builder = builder.references(all.join(" "));
    }
    let plus = || {
        sender
            .plus_address(parcel)
            .filter(|_| letter.from.is_some())
    };
    if let Some(email) = thread.reply_to.or_else(plus) {
        let name = sender.name.clone();
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
            ("Precedence", "auto_reply"),
        ],
        Voice::Person(_) => &[],
    }
}

/// The id that a letter leaves under, without brackets.
pub fn message_id(letter: &Letter, sender: &Sender, parcel: Id) -> String {
    let chosen = letter.thread.as_ref();
    match chosen.and_then(|thread| thread.message_id.as_deref()) {
        Some(chosen) => bare(chosen),
        None => bare(&sender.own_id(parcel)),
    }
}

fn bracketed(id: &str) -> String {
    format!("<{}>", bare(id))
}

fn bare(id: &str) -> String {
    id.chars()
        .filter(|letter| !letter.is_control() && !"<> ".contains(*letter))
        .collect()
}

/// A header is one line, whatever somebody wrote.
fn one_line(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    line.trim().to_owned()
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
            ..Sender::default()
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
            Vec::new(),
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
                in_reply_to: Some(Before::Theirs("a>\r\nX: <b@c".to_owned())),
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
            Vec::new(),
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

    fn marked() -> Sender {
        let roots = kept_vault::Roots::new(&mut |bytes: &mut [u8]| bytes.fill(3)).unwrap();
        Sender {
            marks: Some(crate::Marks::new(&roots)),
            plus: true,
            signature: "{name}\nHarrowmere Instruments".to_owned(),
            ..sender()
        }
    }

    fn answer() -> Letter {
        let to = Address {
            name: "Ruth".to_owned(),
            email: "ruth@brennan.example".to_owned(),
        };
        Letter {
            from: Some("desk@harrowmere.example".to_owned()),
            html: Some("<p>We look &amp; write</p>".to_owned()),
            ..Letter::to_address(
                to,
                Voice::Person("Maya Okonkwo".to_owned()),
                "Re: Pump",
                "We look & write",
            )
        }
    }

    #[test]
    fn an_answer_goes_from_the_mailbox_and_comes_back_to_an_address_that_nobody_guesses() {
        let letter = Letter {
            cc: vec![Address {
                name: String::new(),
                email: "li@brennan.example".to_owned(),
            }],
            thread: Some(Thread {
                in_reply_to: Some(Before::Theirs("one@brennan.example".to_owned())),
                references: vec![
                    Before::Theirs("one@brennan.example".to_owned()),
                    Before::ours(Id::default()),
                ],
                ..Thread::default()
            }),
            ..answer()
        };
        let to = to("ruth@brennan.example");
        let at = Instant::from_seconds(1_769_790_600);
        let id = Id::from_bytes([7; 16]);
        let message = compose(&letter, &to, &marked(), Vec::new(), (id, at)).unwrap();
        let token = marked().marks.unwrap().token(id);
        let plus = format!("desk+{token}@harrowmere.example");
        assert_eq!(
            message.envelope.from().map(ToString::to_string),
            Some(plus.clone())
        );
        assert_eq!(message.envelope.to().len(), 2);
        let text = String::from_utf8(message.bytes)
            .unwrap()
            .replace("\r\n ", " ");
        for line in [
            format!("Reply-To: Harrowmere <{plus}>"),
            format!("Message-ID: <{token}@harrowmere.example>"),
            "In-Reply-To: <one@brennan.example>".to_owned(),
            format!(
                "References: <one@brennan.example> <{}>",
                marked().own_id(Id::default())
            ),
            "Cc: li@brennan.example".to_owned(),
        ] {
            assert!(text.contains(&line), "{line}\n{text}");
        }
        assert!(!text.contains("Auto-Submitted"), "{text}");
    }

    #[test]
    fn a_picture_that_the_text_shows_is_part_of_it() {
        let (shown, beside) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
        let file = |id, name: &str| Enclosed {
            id,
            name: name.to_owned(),
            content: b"\x89PNG\r\n\x1a\n".to_vec(),
        };
        let place = Enclosed::place(shown);
        let letter = Letter {
            html: Some(format!("<p><img src=\"{place}\" alt=\"the pump\" /></p>")),
            ..answer()
        };
        let files = vec![file(shown, "pump.png"), file(beside, "quote.png")];
        let at = Instant::from_seconds(1_769_790_600);
        let to = to("ruth@brennan.example");
        let message = compose(&letter, &to, &marked(), files, (Id::default(), at)).unwrap();
        let text = String::from_utf8(message.bytes).unwrap();
        let places = [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
        ];
        let places: Vec<_> = places.iter().map(|kind| text.find(kind).unwrap()).collect();
        assert!(places.is_sorted(), "{places:?}");
        let id = place.strip_prefix("cid:").unwrap();
        assert!(text.contains(&format!("Content-ID: <{id}>")), "{text}");
        assert_eq!(text.matches("Content-Disposition: inline").count(), 1);
        assert_eq!(text.matches("Content-Disposition: attachment").count(), 1);
    }

    #[test]
    fn an_answer_is_read_as_words_and_as_html_and_carries_its_files() {
        let file = Enclosed {
            id: Id::default(),
            name: "Angebot für Sie.pdf".to_owned(),
            content: b"%PDF-1".to_vec(),
        };
        let at = Instant::from_seconds(1_769_790_600);
        let to = to("ruth@brennan.example");
        let message = compose(
            &answer(),
            &to,
            &marked(),
            vec![file],
            (Id::from_bytes([7; 16]), at),
        );
        let bytes = message.unwrap().bytes;
        let mail = crate::reading::Incoming::read(&bytes);
        assert!(
            mail.text
                .replace("\r\n", "\n")
                .starts_with("We look & write\n\n-- \nMaya Okonkwo\nHarrowmere Instruments"),
            "{}",
            mail.text
        );
        let html = mail.html.unwrap();
        assert!(html.contains("<p>We look &amp; write</p>") && html.contains("Maya Okonkwo<br>"));
        assert_eq!(mail.parts.len(), 1);
        let part = mail.parts.first().unwrap();
        assert_eq!(
            (&*part.name, &*part.content),
            ("Angebot für Sie.pdf", &b"%PDF-1"[..])
        );
        assert!(mail.flaws.is_empty(), "{:?}", mail.flaws);
    }

    #[test]
    fn every_message_says_once_that_it_is_mime() {
        let machine = Letter::to_person(Id::default(), "Late", "Wörter");
        let file = || Enclosed {
            id: Id::from_bytes([1; 16]),
            name: "quote.pdf".to_owned(),
            content: b"%PDF-1".to_vec(),
        };
        let to = to("ruth@brennan.example");
        let at = Instant::from_seconds(1_769_790_600);
        for (letter, files) in [
            (machine.clone(), Vec::new()),
            (machine, vec![file()]),
            (answer(), Vec::new()),
            (answer(), vec![file()]),
        ] {
            let message = compose(&letter, &to, &marked(), files, (Id::default(), at)).unwrap();
            let text = String::from_utf8(message.bytes).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let says = |text: &str| text.to_lowercase().matches("mime-version").count();
            assert_eq!((says(head), says(body)), (1, 0), "{text}");
            assert!(head.contains("MIME-Version: 1.0"), "{head}");
        }
    }

    #[test]
    fn what_answers_by_itself_is_reported_to_nobody() {
        let letter = Letter {
            voice: Voice::Answer,
            ..answer()
        };
        let at = Instant::from_seconds(1_769_790_600);
        let to = to("ruth@brennan.example");
        let message = compose(
            &letter,
            &to,
            &marked(),
            Vec::new(),
            (Id::from_bytes([7; 16]), at),
        );
        let message = message.unwrap();
        assert_eq!(message.envelope.from(), None);
        let text = String::from_utf8(message.bytes).unwrap();
        assert!(text.contains("Precedence: auto_reply\r\n"), "{text}");
    }
}
