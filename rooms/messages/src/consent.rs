//! Mailboxes whose provider lets us in because somebody has allowed it there (OAuth 2.0), and not with a password: what that is
//! asked with, the tokens that came of it, sealed, and one that is good now.
//!
//! The tokens open a mailbox of one provider: each is sealed for the address that it came from, and is shown to no other host than
//! those that an administrator has typed for this mailbox.

use kept_accounts::model::PersonId;
use kept_kernel::{Id, Instant};
use kept_mail::oauth::{OauthError, PRESETS, Provider, Tokens};
use kept_mail::reading::sha256;
use kept_mail::{Stage, Trouble};
use kept_store::{FromRow, Read, Row, StoreError, Write, params};
use zeroize::Zeroizing;

use crate::model::MailboxId;
use crate::queries;
use crate::room::Room;

/// A token that lasts no longer than this is not begun with.
const AHEAD: i64 = 60 * 1_000_000;
/// So long a provider that has refused is not asked again.
const REFUSED: i64 = 3_600 * 1_000_000;
/// So long somebody may take at the provider.
pub(crate) const OPEN: i64 = 30 * 60 * 1_000_000;

/// How a mailbox is allowed at its provider.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) mailbox: MailboxId,
    /// `google`, `microsoft`, or another.
    pub(crate) preset: String,
    pub(crate) authorize_url: String,
    pub(crate) token_url: String,
    pub(crate) scope: String,
    pub(crate) client_id: String,
    /// Sealed; none: a program without a secret.
    pub(crate) client_secret: Option<Vec<u8>>,
    refresh: Option<Vec<u8>>,
    access: Option<Vec<u8>>,
    expires_at: Instant,
    /// When it was allowed; none: it is not.
    pub(crate) granted_at: Option<Instant>,
    /// What the provider said when it refused, and when that was.
    pub(crate) refused: Option<(String, Instant)>,
}

impl FromRow for Grant {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let bytes =
            |place| Ok::<_, StoreError>(row.get::<Option<&[u8]>>(place)?.map(<[u8]>::to_vec));
        let said: Option<String> = row.get(11)?;
        let at: Option<Instant> = row.get(12)?;
        Ok(Self {
            mailbox: MailboxId(row.get(0)?),
            preset: row.get(1)?,
            authorize_url: row.get(2)?,
            token_url: row.get(3)?,
            scope: row.get(4)?,
            client_id: row.get(5)?,
            client_secret: bytes(6)?,
            refresh: bytes(7)?,
            access: bytes(8)?,
            expires_at: row.get(9)?,
            granted_at: row.get(10)?,
            refused: said.zip(at),
        })
    }
}

/// What one of its secrets is sealed for.
pub(crate) fn sealed_for(mailbox: MailboxId, what: &str, token_url: &str) -> Vec<u8> {
    format!("mailbox consent {mailbox} {what} {token_url}").into_bytes()
}

pub(crate) fn grant(read: &Read<'_>, mailbox: MailboxId) -> Result<Option<Grant>, StoreError> {
    read.maybe(queries::GRANT, &params![mailbox])
}

/// Somebody on the way to a provider and back.
pub(crate) struct Consent {
    pub(crate) mailbox: MailboxId,
    verifier: Vec<u8>,
    pub(crate) made_at: Instant,
}

impl FromRow for Consent {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            mailbox: MailboxId(row.get(0)?),
            verifier: row.get::<&[u8]>(1)?.to_vec(),
            made_at: row.get(2)?,
        })
    }
}

/// Takes what belongs to a state, once, for whoever began it.
pub(crate) fn take_consent(
    tx: &Write<'_>,
    state: &str,
    person: PersonId,
) -> Result<Option<Consent>, StoreError> {
    let state = sha256(state.as_bytes());
    tx.maybe(queries::TAKE_CONSENT, &params![&state, person])
}

impl Grant {
    /// What is said of it on pages.
    pub(crate) fn name(&self) -> &str {
        let preset = PRESETS.iter().find(|preset| preset.word == self.preset);
        preset.map_or("the provider", |preset| preset.name)
    }
}

impl Room {
    fn opened(&self, of: (MailboxId, &str, &str), sealed: &[u8]) -> Option<Zeroizing<String>> {
        let (mailbox, what, token_url) = of;
        let sealer = &self.outward.as_ref()?.sealer;
        let plain = sealer
            .open(&sealed_for(mailbox, what, token_url), sealed)
            .ok()?;
        Some(Zeroizing::new(String::from_utf8(plain.to_vec()).ok()?))
    }

    /// The provider with its secret; none: that does not open.
    pub(crate) fn provider(&self, grant: &Grant) -> Option<Provider> {
        let secret = match &grant.client_secret {
            None => Zeroizing::default(),
            Some(sealed) => self.opened((grant.mailbox, "client", &grant.token_url), sealed)?,
        };
        Some(Provider {
            authorize_url: grant.authorize_url.clone(),
            token_url: grant.token_url.clone(),
            scope: grant.scope.clone(),
            client_id: grant.client_id.clone(),
            client_secret: secret,
        })
    }

    /// The verifier that was kept.
    pub(crate) fn verifier(&self, grant: &Grant, consent: &Consent) -> Option<Zeroizing<String>> {
        self.opened(
            (grant.mailbox, "verifier", &grant.token_url),
            &consent.verifier,
        )
    }

    /// The tokens as they are kept: for getting others, for a while, and until when.
    pub(crate) fn to_keep(
        &self,
        grant: &Grant,
        tokens: &Tokens,
    ) -> Option<(Option<Vec<u8>>, Vec<u8>, Instant)> {
        let seal = |what: &str, token: &str| {
            let place = sealed_for(grant.mailbox, what, &grant.token_url);
            self.sealed(&place, token.as_bytes())
        };
        let refresh = match &tokens.refresh {
            Some(token) => Some(seal("refresh", token)?),
            None => None,
        };
        let until = self.world.now().plus_micros(tokens.lasts * 1_000_000);
        Some((refresh, seal("access", &tokens.access)?, until))
    }

    /// A token that opens a mailbox now. Where the one that is kept does not last any longer, its provider is asked for another: it
    /// waits for the network then.
    ///
    /// # Errors
    ///
    /// Nobody has allowed it, or the provider gives none: what to do.
    pub fn token(&self, mailbox: Id) -> Result<Zeroizing<String>, Trouble> {
        let mailbox = MailboxId(mailbox);
        let found = self.store.read(move |read| grant(read, mailbox));
        let found = found.wait().map_err(|error: StoreError| passing(&error))?;
        let Some((grant, refresh)) = found.and_then(|grant| {
            let refresh = grant.refresh.clone()?;
            Some((grant, refresh))
        }) else {
            return Err(Trouble::said(
                Stage::SignIn,
                "nobody has allowed it at the provider yet",
                "Open the mailbox under Settings, Mailboxes, and allow it there.",
            ));
        };
        let now = self.world.now();
        let fresh = grant
            .access
            .as_ref()
            .filter(|_| now.plus_micros(AHEAD) < grant.expires_at);
        let fresh =
            fresh.and_then(|sealed| self.opened((mailbox, "access", &grant.token_url), sealed));
        if let Some(token) = fresh {
            return Ok(token);
        }
        if let Some((said, at)) = &grant.refused
            && now.micros_since(*at) < REFUSED
        {
            return Err(OauthError::Refused(said.clone()).trouble());
        }
        self.refreshed(&grant, &refresh)
    }

    fn refreshed(&self, grant: &Grant, sealed: &[u8]) -> Result<Zeroizing<String>, Trouble> {
        let outward = self.outward.as_ref().ok_or_else(closed)?;
        let refresh = self.opened((grant.mailbox, "refresh", &grant.token_url), sealed);
        let (Some(provider), Some(refresh)) = (self.provider(grant), refresh) else {
            return Err(closed());
        };
        let (mailbox, now, before) = (grant.mailbox, self.world.now(), sealed.to_vec());
        match provider.refresh(&refresh, (outward.guard, &outward.trust)) {
            Ok(tokens) => {
                let (refresh, access, until) = self.to_keep(grant, &tokens).ok_or_else(closed)?;
                let kept = self.store.write(move |tx| {
                    let row = params![mailbox, refresh.as_deref(), &access, until, &before];
                    tx.execute(queries::REFRESHED, &row)
                });
                kept.wait().map_err(|error: StoreError| passing(&error))?;
                Ok(tokens.access)
            }
            Err(error) => {
                if let OauthError::Refused(said) = &error {
                    let said = said.clone();
                    // Unless another node was given a new one meanwhile.
                    let noted = self.store.write(move |tx| {
                        tx.execute(
                            queries::GRANT_REFUSED,
                            &params![mailbox, &said, now, &before],
                        )
                    });
                    noted.wait().map_err(|error: StoreError| passing(&error))?;
                }
                Err(error.trouble())
            }
        }
    }

    /// A server did not take the token that was shown: another is asked for the next time.
    pub fn token_refused(&self, mailbox: Id) {
        let dropped = self
            .store
            .write(move |tx| tx.execute(queries::DROP_ACCESS, &params![MailboxId(mailbox)]));
        // Else it is dropped when it is refused again.
        let _: Result<u64, StoreError> = dropped.wait();
    }
}

/// Whether somebody has allowed a mailbox at its provider.
///
/// # Errors
///
/// As the database says.
pub fn is_allowed(read: &Read<'_>, mailbox: Id) -> Result<bool, StoreError> {
    let found = grant(read, MailboxId(mailbox))?;
    Ok(found.is_some_and(|grant| grant.granted_at.is_some()))
}

fn passing(error: &StoreError) -> Trouble {
    Trouble::said(
        Stage::SignIn,
        error.to_string(),
        "It is tried again by itself.",
    )
}

fn closed() -> Trouble {
    Trouble::said(
        Stage::SignIn,
        "what the provider gave out cannot be opened with the keys of this house",
        "Open the mailbox under Settings, Mailboxes, and allow it there again.",
    )
}
