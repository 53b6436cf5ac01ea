//! What is put into the outbox.

use kept_journal::outbox;
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write};
use serde::{Deserialize, Serialize};

/// The topic of letters in the outbox.
pub const TOPIC: &str = "mail";

/// A mail, before it is known from where and to which address it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// To whom.
    pub to: Recipient,
    /// Who else reads it, in sight of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<Address>,
    /// `Invoice 1182 is wrong [R-204]`.
    pub subject: String,
    /// The text, in plain paragraphs.
    pub text: String,
    /// The same as a piece of HTML, which is safe to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// From which of our mailboxes it goes; none: from the house's own address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The files that go with it, by their ids: they are fetched when it leaves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Where to go on, below the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// Who speaks.
    #[serde(default)]
    pub voice: Voice,
    /// The conversation that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Thread>,
    /// After this instant, in microseconds, it is not sent any more: it would be no news. None: it is sent whenever that can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

/// To whom a letter goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// Somebody who works here, by their id.
    Person(String),
    /// Whoever reads at an address.
    Address(Address),
}

/// A name and an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// `Maya Okonkwo`; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// `maya@desk.example`.
    pub email: String,
}

/// A link within the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// `Open the request`.
    pub words: String,
    /// `/requests/204`: the address of the house is set before it when the letter leaves.
    pub path: String,
}

/// Who speaks in a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Voice {
    /// The program, by itself: a reminder, an alert.
    #[default]
    Machine,
    /// The program, because something came in: an acknowledgement.
    Answer,
    /// A person, by name.
    Person(String),
}

/// Where a letter stands in a conversation. Message ids without their brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its own id, where the room has one that it knows again; else it follows from the parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<Before>,
    /// The conversation before it, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Before>,
    /// Where answers go, where that is not the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
}

/// A mail before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Before {
    /// Somebody else's, by its id.
    Theirs(String),
    /// One of ours, by its parcel: the id that it left under is made again.
    Ours {
        /// The parcel.
        parcel: String,
    },
}

impl Before {
    /// One of ours.
    pub fn ours(parcel: Id) -> Self {
        let parcel = parcel.to_string();
        Self::Ours { parcel }
    }
}

impl Letter {
    /// A letter by the program to somebody who works here.
    pub fn to_person(person: Id, subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            to: Recipient::Person(person.to_string()),
            cc: Vec::new(),
            subject: subject.into(),
            text: text.into(),
            html: None,
            from: None,
            files: Vec::new(),
            link: None,
            voice: Voice::Machine,
            thread: None,
            until: None,
        }
    }

    /// A letter to an address.
    pub fn to_address(
        to: Address,
        voice: Voice,
        subject: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            to: Recipient::Address(to),
            cc: Vec::new(),
            subject: subject.into(),
            text: text.into(),
            html: None,
            from: None,
            files: Vec::new(),
            link: None,
            voice,
            thread: None,
            until: None,
        }
    }

    /// With a link below the text.
    #[must_use]
    pub fn link(self, words: impl Into<String>, path: impl Into<String>) -> Self {
        let (words, path) = (words.into(), path.into());
        Self {
            link: Some(Link { words, path }),
            ..self
        }
    }

    /// Not sent after an instant.
    #[must_use]
    pub fn until(self, until: Instant) -> Self {
        Self {
            until: Some(until.micros()),
            ..self
        }
    }

    /// As it lies in the outbox.
    pub fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it lay there; none for what is no letter.
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }
}

/// Puts a letter into the outbox, in the transaction of its cause. The parcel's id becomes the message's.
///
/// # Errors
///
/// As the database says.
pub fn put(tx: &Write<'_>, parcel: Id, letter: &Letter, now: Instant) -> Result<(), StoreError> {
    outbox::put(tx, parcel, (TOPIC, &letter.body()), (now, now))
}
