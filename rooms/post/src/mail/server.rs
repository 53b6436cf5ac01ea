//! The settings of the mail server: as they are typed, kept and used.

use kept_kernel::Instant;
use kept_mail::{
    DkimKey, Machine, Patience, Protection, Sender, Server, Shown, SignIn, is_address,
};
use kept_rooms::FieldError;
use kept_store::{FromRow, Row, StoreError};
use kept_vault::Sealer;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::room::Room;

/// What the password is sealed for.
pub(crate) const SEALED_FOR: &[u8] = b"mail_server 1";
/// What the key that signs is sealed for.
pub(crate) const KEY_SEALED_FOR: &[u8] = b"mail_server 1 dkim";

/// The mail server as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// `mail.provider.example`.
    pub host: String,
    /// 465, 587, 25.
    pub port: u16,
    /// How the line is encrypted.
    pub protection: Protection,
    /// Who signs in; empty: nobody.
    pub user: String,
    pub(crate) password: Option<Vec<u8>>,
    /// As whom the house writes.
    pub from_name: String,
    /// From which address.
    pub from_email: String,
    /// What was wrong the last time, what to change, and when that was; none: it went well.
    pub trouble: Option<(String, String, Instant)>,
    pub(crate) quiet_until: Instant,
    /// Whether it lets us in because somebody has allowed the mailbox at its provider.
    pub(crate) by_consent: bool,
    dkim_selector: String,
    dkim_key: Option<Vec<u8>>,
    /// Since when what leaves is signed.
    pub signing_since: Option<Instant>,
}

impl FromRow for MailServer {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let protection: String = row.get(2)?;
        let trouble: Option<String> = row.get(7)?;
        let advice: Option<String> = row.get(8)?;
        let at: Option<Instant> = row.get(9)?;
        let said = trouble.zip(advice).zip(at);
        Ok(Self {
            host: row.get(0)?,
            port: u16::try_from(row.get::<i64>(1)?).unwrap_or_default(),
            protection: Protection::named(&protection).unwrap_or_default(),
            user: row.get(3)?,
            password: row.get::<Option<&[u8]>>(4)?.map(<[u8]>::to_vec),
            from_name: row.get(5)?,
            from_email: row.get(6)?,
            trouble: said.map(|((trouble, advice), at)| (trouble, advice, at)),
            quiet_until: row.get(10)?,
            by_consent: false,
            dkim_selector: row.get(11)?,
            dkim_key: row.get::<Option<&[u8]>>(12)?.map(<[u8]>::to_vec),
            signing_since: row.get(13)?,
        })
    }
}

impl MailServer {
    /// The server of a mailbox, from its row.
    pub(super) fn of_mailbox(row: &Row<'_>) -> Result<Self, StoreError> {
        let protection: String = row.get(2)?;
        let trouble: Option<String> = row.get(6)?;
        let advice: Option<String> = row.get(7)?;
        let at: Option<Instant> = row.get(8)?;
        let said = trouble.zip(advice).zip(at);
        Ok(Self {
            host: row.get(0)?,
            port: u16::try_from(row.get::<i64>(1)?).unwrap_or_default(),
            protection: Protection::named(&protection).unwrap_or_default(),
            user: row.get(3)?,
            password: row.get::<Option<&[u8]>>(4)?.map(<[u8]>::to_vec),
            from_name: String::new(),
            from_email: row.get(5)?,
            trouble: said.map(|((trouble, advice), at)| (trouble, advice, at)),
            quiet_until: row.get(9)?,
            by_consent: row.get(11)?,
            dkim_selector: String::new(),
            dkim_key: None,
            signing_since: None,
        })
    }

    /// As letters are sent with it; none where the sealed password does not open.
    pub(crate) fn opened(&self, sealer: &Sealer) -> Option<Server> {
        self.opened_at(sealer, SEALED_FOR)
    }

    /// The same, with a password that was sealed for another place.
    pub(super) fn opened_at(&self, sealer: &Sealer, place: &[u8]) -> Option<Server> {
        let password = match &self.password {
            None => Zeroizing::new(String::new()),
            Some(sealed) => {
                let plain = sealer.open(place, sealed).ok()?;
                Zeroizing::new(String::from_utf8(plain.to_vec()).ok()?)
            }
        };
        Some(self.with(Shown::Password(password)))
    }

    /// The same, showing this.
    pub(super) fn with(&self, shown: Shown) -> Server {
        let user = self.user.clone();
        Server {
            host: self.host.clone(),
            port: self.port,
            protection: self.protection,
            sign_in: (!user.is_empty()).then_some(SignIn { user, shown }),
            from: self.from_email.clone(),
            also_trusts: None,
            patience: Patience::default(),
        }
    }

    /// As whom letters leave, where no mailbox says more.
    pub(crate) fn sender(&self, room: &Room) -> Sender {
        let signs = self.signing_since.is_some();
        Sender {
            name: self.from_name.clone(),
            email: self.from_email.clone(),
            base_url: room.base_url.to_string(),
            marks: Some(room.marks.clone()),
            dkim: signs.then(|| self.key(&room.sealer)).flatten(),
            ..Sender::default()
        }
    }

    /// The key that signs, or could; none where there is none, or it does not open.
    pub(crate) fn key(&self, sealer: &Sealer) -> Option<DkimKey> {
        let sealed = self.dkim_key.as_ref()?;
        let secret = sealer.open(KEY_SEALED_FOR, sealed).ok()?;
        let domain = self.from_email.rsplit('@').next().unwrap_or_default();
        DkimKey::new(domain, &self.dkim_selector, &secret).ok()
    }
}

/// The form as it comes in.
#[derive(Deserialize)]
pub(crate) struct Typed {
    host: String,
    port: String,
    protection: String,
    user: Option<String>,
    password: Option<String>,
    from_name: Option<String>,
    from_email: String,
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
    pub(crate) from_name: String,
    pub(crate) from_email: String,
    pub(crate) by_consent: bool,
}

impl Typed {
    /// The form of a mailbox's own server: whose address it is is known.
    pub(crate) fn of_mailbox(
        [host, port, protection]: [String; 3],
        (user, password): (Option<String>, Option<String>),
        address: &str,
    ) -> Self {
        Self {
            host,
            port,
            protection,
            user,
            password,
            from_name: None,
            from_email: address.to_owned(),
        }
    }

    /// Understands it, or says all that is wrong.
    pub(crate) fn understood(self) -> Result<Draft, Vec<FieldError>> {
        let text = |text: Option<String>| text.unwrap_or_default().trim().to_owned();
        let mut wrong = Vec::new();
        let typed = [&*self.host, &self.port, &self.protection];
        let machine = Machine::typed(typed, ("mail.provider.example", "465, 587 or 25"));
        let machine = machine.map_err(|faults| wrong.extend(faults)).ok();
        let mut fault = |holds: bool, field: &'static str, words: &str| {
            if holds {
                wrong.push((field, words.to_owned()));
            }
        };
        let from_email = self.from_email.trim().to_owned();
        fault(
            !is_address(&from_email),
            "from_email",
            "Write an address as in desk@company.example.",
        );
        let from_name = text(self.from_name);
        fault(
            from_name.chars().count() > 120,
            "from_name",
            "Write at most 120 letters.",
        );
        let (Some(machine), true) = (machine, wrong.is_empty()) else {
            return Err(FieldError::all(wrong));
        };
        Ok(Draft {
            host: machine.host,
            port: machine.port,
            protection: machine.protection,
            user: text(self.user),
            password: self
                .password
                .filter(|password| !password.is_empty())
                .map(Zeroizing::new),
            from_name,
            from_email,
            by_consent: false,
        })
    }
}
