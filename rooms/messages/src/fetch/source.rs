//! Where the mail of a mailbox is fetched from: as it is typed, kept and tried.

use kept_kernel::Instant;
use kept_mail::imap::Credentials;
use kept_mail::{Machine, Protection, Shown, Stage, Step, Trouble};
use kept_rooms::FieldError;
use kept_store::{FromRow, Row, StoreError};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::fetch::providers::{PORT, PROTECTION, PROVIDERS};
use crate::model::MailboxId;
use crate::room::Room;

/// The choice to be let in because somebody has allowed it at the provider.
pub(crate) const CONSENT: &str = "consent";

/// The place of a mailbox on another server.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) mailbox: MailboxId,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) protection: Protection,
    pub(crate) user: String,
    pub(crate) secret: Vec<u8>,
    pub(crate) folder: String,
    /// The folder that mail is moved to when it is kept; empty: it is marked as read.
    pub(crate) move_to: String,
    pub(crate) uid_validity: Option<u32>,
    pub(crate) last_uid: u32,
    pub(crate) changed_at: Instant,
    pub(crate) reached_at: Option<Instant>,
    /// What was wrong the last time, what to change, and when that was.
    pub(crate) trouble: Option<(String, String, Instant)>,
    pub(crate) tries: u32,
    pub(crate) quiet_until: Instant,
    /// The folder of what was sent; empty: nobody looks into it.
    pub(crate) sent_folder: String,
    pub(crate) sent_validity: Option<u32>,
    pub(crate) sent_uid: u32,
    /// Whether its provider lets us in because somebody has allowed it there.
    pub(crate) by_consent: bool,
}

impl FromRow for Source {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let protection: String = row.get(3)?;
        let said: Option<String> = row.get(12)?;
        let advice: Option<String> = row.get(13)?;
        let at: Option<Instant> = row.get(14)?;
        let trouble = said.zip(advice).zip(at);
        let small = |number: i64| u32::try_from(number).unwrap_or_default();
        Ok(Self {
            mailbox: MailboxId(row.get(0)?),
            host: row.get(1)?,
            port: u16::try_from(row.get::<i64>(2)?).unwrap_or_default(),
            protection: Protection::named(&protection).unwrap_or_default(),
            user: row.get(4)?,
            secret: row.get::<&[u8]>(5)?.to_vec(),
            folder: row.get(6)?,
            move_to: row.get(7)?,
            uid_validity: row.get::<Option<i64>>(8)?.map(small),
            last_uid: small(row.get(9)?),
            changed_at: row.get(10)?,
            reached_at: row.get(11)?,
            trouble: trouble.map(|((said, advice), at)| (said, advice, at)),
            tries: row.get(15)?,
            quiet_until: row.get(16)?,
            sent_folder: row.get(17)?,
            sent_validity: row.get::<Option<i64>>(18)?.map(small),
            sent_uid: small(row.get(19)?),
            by_consent: row.get(20)?,
        })
    }
}

/// What the password of a mailbox is sealed for: this mailbox on this host, and no other.
pub(crate) fn sealed_for(mailbox: MailboxId, host: &str, user: &str) -> Vec<u8> {
    format!("mailbox {mailbox} {user}@{host}").into_bytes()
}

impl Source {
    /// What is shown to be let in. Waits for the network where its provider has to be asked for a token.
    pub(super) fn credentials(&self, room: &Room) -> Result<Credentials, Trouble> {
        if self.by_consent {
            let shown = Shown::Token(room.token(self.mailbox.0)?);
            let user = self.user.clone();
            return Ok(Credentials { user, shown });
        }
        let place = sealed_for(self.mailbox, &self.host, &self.user);
        let outward = room.outward.as_ref();
        let plain = outward.and_then(|outward| outward.sealer.open(&place, &self.secret).ok());
        let password = plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok());
        let password = password.map(Zeroizing::new).ok_or_else(closed)?;
        Ok(Credentials::password(self.user.clone(), password))
    }

    /// The day before we began, as servers write days: their zones differ.
    pub(super) fn since(&self) -> String {
        let day = self.changed_at.plus_micros(-86_400 * 1_000_000);
        let day = day.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
        day.strftime("%-d-%b-%Y").to_string()
    }
}

fn closed() -> Trouble {
    Trouble::said(
        Stage::SignIn,
        "the password that is kept cannot be opened with the keys of this house",
        "Type it again.",
    )
}

/// The form as it comes in.
#[derive(Deserialize)]
pub(crate) struct Typed {
    /// A provider that is known by name, whose place counts then.
    provider: Option<String>,
    host: String,
    port: String,
    protection: String,
    user: String,
    password: Option<String>,
    folder: Option<String>,
    move_to: Option<String>,
    sent_folder: Option<String>,
    sign_in: Option<String>,
}

/// What it means.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) protection: Protection,
    pub(crate) user: String,
    /// A new password; none: the one that is kept stays.
    pub(crate) password: Option<Zeroizing<String>>,
    pub(crate) folder: String,
    pub(crate) move_to: String,
    pub(crate) sent_folder: String,
    pub(crate) by_consent: bool,
}

impl Typed {
    /// Understands it, or says all that is wrong.
    pub(crate) fn understood(self) -> Result<Draft, Vec<FieldError>> {
        let text = |text: Option<String>| text.unwrap_or_default().trim().to_owned();
        let mut wrong = Vec::new();
        let chosen = text(self.provider);
        let known = PROVIDERS.iter().find(|one| one.word == chosen);
        if known.is_none() && !chosen.is_empty() {
            wrong.push(("provider", "Choose one of these.".to_owned()));
        }
        let port = PORT.to_string();
        let typed = match known {
            Some(known) => [known.host, &port, PROTECTION.word()],
            None => [&*self.host, &self.port, &self.protection],
        };
        let machine = Machine::typed(typed, ("imap.provider.example", "993 or 143"));
        let machine = machine.map_err(|faults| wrong.extend(faults)).ok();
        let user = self.user.trim().to_owned();
        if user.is_empty() {
            wrong.push(("user", "Write who signs in.".to_owned()));
        }
        let (Some(machine), true) = (machine, wrong.is_empty()) else {
            return Err(FieldError::all(wrong));
        };
        let folder = text(self.folder);
        let password = self.password.filter(|password| !password.is_empty());
        Ok(Draft {
            host: machine.host,
            port: machine.port,
            protection: machine.protection,
            user,
            password: password.map(Zeroizing::new),
            folder: if folder.is_empty() {
                "INBOX".to_owned()
            } else {
                folder
            },
            move_to: text(self.move_to),
            sent_folder: text(self.sent_folder),
            by_consent: self.sign_in.as_deref() == Some(CONSENT),
        })
    }
}

/// Goes all steps as far as the folder, and takes nothing. Blocks.
pub(crate) fn probe(room: &Room, source: &Source) -> Vec<Step> {
    const STAGES: [Stage; 5] = [
        Stage::Find,
        Stage::Connect,
        Stage::Encrypt,
        Stage::SignIn,
        Stage::Folder,
    ];
    let went = room.reach(source).and_then(|mut line| {
        if !source.sent_folder.is_empty() {
            line.select(&source.sent_folder)?;
        }
        line.select(&source.folder)?;
        line.close();
        Ok(())
    });
    let trouble = went.err();
    let stuck = trouble.as_ref().map(|trouble| trouble.stage);
    let before = STAGES.iter().take_while(|stage| Some(**stage) != stuck);
    let mut steps: Vec<Step> = before
        .map(|stage| Step {
            stage: *stage,
            trouble: None,
        })
        .collect();
    if let Some(trouble) = trouble {
        steps.push(Step {
            stage: trouble.stage,
            trouble: Some(trouble),
        });
    }
    steps
}
