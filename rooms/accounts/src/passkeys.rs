//! Passkeys in the hands of the pages: challenges, what a browser is asked, and what it answers.
//!
//! A challenge is a sealed instant, its end, bound to what it is for: to the browser's cookie for signing in, to the session for
//! a new passkey. So nothing is stored for whoever merely opens a page, every node can judge it, and only those that were
//! answered are remembered, until they would be too old anyway.

use aws_lc_rs::digest;
use base64ct::{Base64UrlUnpadded, Encoding};
use kept_journal::audit::Who;
use kept_kernel::Instant;
use kept_vault::{NoRandomness, TokenHash};
use serde_json::{Value, json};

use crate::accounts::{Accounts, SignedIn, Visitor};
use crate::commands::{
    AddPasskeyError, Challenge, NewPasskey, PasskeyTry, PasskeyUse, PasskeyVerdict, SignInError,
    add_passkey, finish_passkey,
};
use crate::hashing::Chance;
use crate::model::{Passkey, PasskeyId, PersonId, SessionId};
use crate::session::Signed;
use crate::webauthn::{self, ALGORITHMS, Assertion, RelyingParty};

/// How long a browser has to answer.
const MINUTES: i64 = 5;
const MINUTE: i64 = 60_000_000;

/// What a challenge is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    /// To sign in, in the browser with this cookie.
    SignIn(TokenHash),
    /// To make a passkey, in this session.
    Make(PersonId, SessionId),
}

impl Asked {
    /// The first word sets it apart from all else that is sealed for the same purpose.
    fn associated(self) -> Vec<u8> {
        match self {
            Self::SignIn(cookie) => [b"passkey_sign_in ".as_slice(), cookie.bytes()].concat(),
            Self::Make(person, session) => [
                b"passkey_new ".as_slice(),
                &person.0.bytes(),
                &session.0.bytes(),
            ]
            .concat(),
        }
    }
}

/// A passkey as a browser shows it.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub credential: Vec<u8>,
    pub client_data: Vec<u8>,
    pub authenticator_data: Vec<u8>,
    pub signature: Vec<u8>,
    pub handle: Vec<u8>,
}

/// A new passkey as a browser brings it.
#[derive(Clone, Debug)]
pub(crate) struct Brought {
    pub name: String,
    pub client_data: Vec<u8>,
    pub authenticator_data: Vec<u8>,
    pub transports: String,
}

impl Accounts {
    /// Who asks for passkeys; nothing where browsers would not give any.
    pub(crate) fn party(&self) -> Option<RelyingParty> {
        RelyingParty::of(&self.settings.base_url)
    }

    fn challenge(&self, asked: Asked) -> Result<String, NoRandomness> {
        let until = self.world.now().plus_micros(MINUTES * MINUTE);
        let chance: [u8; 16] = self.world.random().map_err(|_| NoRandomness)?;
        let plain = [until.micros().to_be_bytes().as_slice(), &chance].concat();
        let sealed = self
            .sealer
            .seal(&asked.associated(), &plain, &mut Chance(&self.world))?;
        Ok(Base64UrlUnpadded::encode_string(&sealed))
    }

    /// The challenge that a browser answers, when it is one of ours, for this, and not too old.
    fn answered(&self, asked: Asked, client_data: &[u8]) -> Option<(Vec<u8>, Challenge)> {
        let sealed = webauthn::challenge_in(client_data)?;
        let plain = self.sealer.open(&asked.associated(), &sealed).ok()?;
        let (until, _) = plain.split_first_chunk()?;
        let expires_at = Instant::from_micros(i64::from_be_bytes(*until));
        if expires_at <= self.world.now() {
            return None;
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, &sealed).as_ref());
        Some((sealed, Challenge { hash, expires_at }))
    }

    /// What a browser is asked to sign in, as the script hands it on; nothing where there are no passkeys.
    pub(crate) fn ask_for_passkey(&self, cookie: TokenHash) -> Result<Option<Value>, NoRandomness> {
        let Some(party) = self.party() else {
            return Ok(None);
        };
        Ok(Some(json!({
            "challenge": self.challenge(Asked::SignIn(cookie))?,
            "rpId": party.id(),
            "timeout": MINUTES * 60_000,
            "userVerification": "required",
        })))
    }

    /// What a browser is asked to make a passkey.
    pub(crate) fn ask_for_new_passkey(
        &self,
        signed: &Signed,
        known: &[Passkey],
    ) -> Result<Option<Value>, NoRandomness> {
        let Some(party) = self.party() else {
            return Ok(None);
        };
        let company = match self.settings.company.as_str() {
            "" => "Kept",
            company => company,
        };
        let exclude = known.iter().map(|passkey| {
            json!({
                "type": "public-key",
                "id": Base64UrlUnpadded::encode_string(&passkey.credential),
                "transports": passkey.transports,
            })
        });
        let kinds = ALGORITHMS.map(|kind| json!({ "type": "public-key", "alg": kind }));
        Ok(Some(json!({
            "challenge": self.challenge(Asked::Make(signed.person, signed.session))?,
            "rp": { "id": party.id(), "name": company },
            "user": {
                "id": Base64UrlUnpadded::encode_string(&signed.person.0.bytes()),
                "name": signed.email,
                "displayName": signed.name,
            },
            "pubKeyCredParams": kinds,
            "timeout": MINUTES * 60_000,
            "attestation": "none",
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "excludeCredentials": exclude.collect::<Vec<_>>(),
        })))
    }

    /// Adds the passkey that a browser has made.
    ///
    /// # Errors
    ///
    /// [`AddPasskeyError`]
    pub(crate) async fn take_passkey(
        &self,
        signed: &Signed,
        brought: Brought,
    ) -> Result<PasskeyId, AddPasskeyError> {
        let party = self.party().ok_or(AddPasskeyError::NotTaken)?;
        let who = (signed.person, signed.session);
        let (sealed, challenge) = self
            .answered(Asked::Make(who.0, who.1), &brought.client_data)
            .ok_or(AddPasskeyError::Late)?;
        let made = webauthn::made(
            &party,
            &sealed,
            &brought.client_data,
            &brought.authenticator_data,
        )
        .map_err(|_| AddPasskeyError::NotTaken)?;
        let passkey = NewPasskey {
            id: self.world.id(),
            name: brought.name,
            credential: made.credential.to_vec(),
            key: made.key.to_vec(),
            sign_count: made.sign_count,
            transports: brought.transports,
            synced: made.synced,
        };
        let act = self.act(Who::Person(signed.person.0));
        self.write(move |tx| add_passkey(tx, &act, who, &challenge, &passkey))
            .await
    }

    /// Signs in whoever shows a passkey. `cookie` is what the challenge was bound to.
    ///
    /// # Errors
    ///
    /// [`SignInError`]
    pub(crate) async fn sign_in_with_passkey(
        &self,
        cookie: Option<TokenHash>,
        answer: Answer,
        from: &Visitor,
    ) -> Result<SignedIn, SignInError> {
        let party = self.party().ok_or(SignInError::PasskeyWrong)?;
        let (token, browser, unused) = (self.token()?, self.token()?, self.token()?);
        let session = self.new_session(from, (&token, &browser, &unused));
        let answered =
            cookie.and_then(|cookie| self.answered(Asked::SignIn(cookie), &answer.client_data));
        let (sealed, challenge) = answered.unzip();
        let shown = PasskeyTry {
            credential: answer.credential.clone(),
            handle: answer.handle.clone(),
            challenge,
            address: from.address.clone(),
        };
        let act = self.act(Who::Unknown);
        let sealed = sealed.unwrap_or_default();
        let finished = self
            .write(move |tx| {
                let judge = |key: &[u8]| judge(&party, &sealed, key, &answer);
                finish_passkey(tx, &act, &shown, judge, &session)
            })
            .await?;
        let (person, session) = finished?;
        Ok(SignedIn::Session {
            person,
            session,
            token,
            browser,
        })
    }
}

fn judge(party: &RelyingParty, challenge: &[u8], key: &[u8], answer: &Answer) -> PasskeyVerdict {
    let assertion = Assertion {
        client_data: &answer.client_data,
        authenticator_data: &answer.authenticator_data,
        signature: &answer.signature,
    };
    match webauthn::shown(party, challenge, key, assertion) {
        Ok(shown) => Ok(PasskeyUse {
            sign_count: shown.sign_count,
            synced: shown.synced,
        }),
        Err(refused) => Err(refused.to_string()),
    }
}
