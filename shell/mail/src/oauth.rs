//! Signing in at a provider without a password (OAuth 2.0): somebody allows it there in their browser (authorisation code with PKCE,
//! RFC 6749 and 7636), and the house is given a token that lasts, from which it gets one for an hour whenever it needs one.
//!
//! What is asked and what is answered stands here; who keeps the tokens, and sealed, is whoever calls.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use kept_outbound::{Guard, Target, Trust, post_form};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::reading::sha256;
use crate::trouble::{Stage, Trouble};

/// The most bytes of an answer.
const LONGEST: usize = 64 * 1024;
/// How long a token lasts of which its provider does not say.
const USUAL: i64 = 3_600;

/// A provider, and what we are there.
#[derive(Clone)]
pub struct Provider {
    /// Where somebody allows it in their browser.
    pub authorize_url: String,
    /// Where tokens are given out.
    pub token_url: String,
    /// What is asked for.
    pub scope: String,
    /// As what we are registered there.
    pub client_id: String,
    /// The secret of that; empty: there is none.
    pub client_secret: Zeroizing<String>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Provider({})", self.token_url)
    }
}

/// A provider that is known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The word that is stored.
    pub word: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// As [`Provider::authorize_url`].
    pub authorize_url: &'static str,
    /// As [`Provider::token_url`].
    pub token_url: &'static str,
    /// As [`Provider::scope`].
    pub scope: &'static str,
}

/// The providers that are known by name.
pub const PRESETS: [Preset; 2] = [
    Preset {
        word: "google",
        name: "Google",
        authorize_url: "https://accounts.google.com/o/oauth2/v2/auth",
        token_url: "https://oauth2.googleapis.com/token",
        scope: "https://mail.google.com/",
    },
    Preset {
        word: "microsoft",
        name: "Microsoft 365",
        authorize_url: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        token_url: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        scope: "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
    },
];

/// What a provider gave out.
#[derive(Clone)]
pub struct Tokens {
    /// For a while.
    pub access: Zeroizing<String>,
    /// For so many seconds.
    pub lasts: i64,
    /// For getting others; none: the one before stays.
    pub refresh: Option<Zeroizing<String>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Tokens(for {} s)", self.lasts)
    }
}

/// Why a provider gave out nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OauthError {
    /// It said no, and will say so again: `invalid_grant`.
    #[error("the provider said {0}")]
    Refused(String),
    /// It could not be asked, or has answered nonsense.
    #[error("{0}")]
    Passing(String),
}

impl OauthError {
    /// As what stands in the way of signing in.
    pub fn trouble(&self) -> Trouble {
        let advice = match self {
            Self::Refused(_) => {
                "Its provider does not let us in any longer. Open the mailbox under Settings, Mailboxes, and allow it again."
            }
            Self::Passing(_) => {
                "It is tried again by itself. When it stays so, check the addresses of the provider under Settings, Mailboxes."
            }
        };
        Trouble::said(Stage::SignIn, self.to_string(), advice)
    }
}

/// What is sent to the provider to prove that whoever asked is whoever comes back: only its hash goes through the browser.
pub fn challenge(verifier: &str) -> String {
    Base64UrlUnpadded::encode_string(&sha256(verifier.as_bytes()))
}

/// 32 random bytes as letters that may stand in an address.
pub fn letters(random: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(Base64UrlUnpadded::encode_string(random))
}

impl Provider {
    /// Where somebody goes to allow it. `back` is where the provider sends them then.
    pub fn consent_url(&self, (state, verifier): (&str, &str), user: &str, back: &str) -> String {
        let mut fields = form_urlencoded::Serializer::new(String::new());
        fields
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", back)
            .append_pair("scope", &self.scope)
            .append_pair("state", state)
            .append_pair("code_challenge", &challenge(verifier))
            .append_pair("code_challenge_method", "S256")
            // So that a token is given that lasts, also to whom one was given before.
            .append_pair("access_type", "offline")
            .append_pair("prompt", "consent")
            .append_pair("login_hint", user);
        let mark = if self.authorize_url.contains('?') {
            '&'
        } else {
            '?'
        };
        format!("{}{mark}{}", self.authorize_url, fields.finish())
    }

    /// The first tokens, for the code that came back through the browser. Waits for the network.
    ///
    /// # Errors
    ///
    /// [`OauthError`]; refused too where no token was given that lasts.
    pub fn exchange(
        &self,
        (code, verifier): (&str, &str),
        back: &str,
        within: (Guard, &Trust),
    ) -> Result<Tokens, OauthError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", back),
        ];
        let tokens = self.asked(&fields, within)?;
        if tokens.refresh.is_none() {
            let words =
                "yes, and gave no token that lasts; allow access while nobody is there (offline)";
            return Err(OauthError::Refused(words.to_owned()));
        }
        Ok(tokens)
    }

    /// Another token for a while. Waits for the network.
    ///
    /// # Errors
    ///
    /// [`OauthError`]
    pub fn refresh(&self, refresh: &str, within: (Guard, &Trust)) -> Result<Tokens, OauthError> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        self.asked(&fields, within)
    }

    fn asked(
        &self,
        fields: &[(&str, &str)],
        (guard, trust): (Guard, &Trust),
    ) -> Result<Tokens, OauthError> {
        let passing = |error: &dyn fmt::Display| OauthError::Passing(error.to_string());
        let target = Target::parse(&self.token_url, guard).map_err(|error| passing(&error))?;
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields)
            .append_pair("client_id", &self.client_id);
        if !self.client_secret.is_empty() {
            body.append_pair("client_secret", &self.client_secret);
        }
        let answer = post_form(&target, body.finish(), (guard, trust), LONGEST)
            .map_err(|error| passing(&error))?;
        understood(answer.status, &answer.bytes)
    }
}

#[derive(Deserialize)]
struct Said {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<Seconds>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Some providers write the number as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(i64),
    Text(String),
}

fn understood(status: u16, bytes: &[u8]) -> Result<Tokens, OauthError> {
    let nonsense = || OauthError::Passing(format!("the provider answered {status}, and no tokens"));
    let said: Said = serde_json::from_slice(bytes).map_err(|_| nonsense())?;
    if let Some(error) = said.error {
        let more = said.error_description.unwrap_or_default();
        let words: String = format!("{error} {more}")
            .chars()
            .filter(|letter| !letter.is_control())
            .take(300)
            .collect();
        // What is no fault of ours passes; so does one to be asked more slowly.
        let passes = ["temporarily_unavailable", "server_error", "slow_down"];
        return Err(
            if status >= 500 || status == 429 || passes.contains(&&*error) {
                OauthError::Passing(format!("the provider said {}", words.trim()))
            } else {
                OauthError::Refused(words.trim().to_owned())
            },
        );
    }
    let plain = |token: &Zeroizing<String>| {
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let access = said.access_token.map(Zeroizing::new).filter(plain);
    let (200, Some(access)) = (status, access) else {
        return Err(nonsense());
    };
    let lasts = match said.expires_in {
        Some(Seconds::Number(seconds)) => Some(seconds),
        Some(Seconds::Text(text)) => text.parse().ok(),
        None => None,
    };
    Ok(Tokens {
        access,
        lasts: lasts.unwrap_or(USUAL).clamp(0, 86_400),
        refresh: said.refresh_token.map(Zeroizing::new).filter(plain),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            challenge(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_eq!(letters(&[0xff; 32]).len(), 43);
    }

    #[test]
    fn nothing_secret_goes_through_the_browser() {
        let [google, microsoft] = PRESETS;
        for preset in [google, microsoft] {
            let provider = Provider {
                authorize_url: preset.authorize_url.to_owned(),
                token_url: preset.token_url.to_owned(),
                scope: preset.scope.to_owned(),
                client_id: "us".to_owned(),
                client_secret: Zeroizing::new("moss".to_owned()),
            };
            let url = provider.consent_url(
                ("state", "verifier"),
                "desk@company.example",
                "https://desk.example/back",
            );
            assert!(url.starts_with(preset.authorize_url), "{url}");
            assert!(!url.contains("moss") && !url.contains("=verifier"), "{url}");
            for part in [
                "state=state",
                "code_challenge_method=S256",
                "redirect_uri=https%3A%2F%2Fdesk.example%2Fback",
            ] {
                assert!(url.contains(part), "{part}: {url}");
            }
        }
    }

    #[test]
    fn what_a_provider_answers_is_a_token_a_refusal_or_nothing_to_count_on() {
        let said = |status, text: &str| understood(status, text.as_bytes());
        let good = said(
            200,
            r#"{"access_token":"a.b","refresh_token":"r","expires_in":"3599","token_type":"Bearer"}"#,
        );
        let good = good.unwrap();
        assert_eq!((good.access.as_str(), good.lasts), ("a.b", 3_599));
        assert_eq!(said(200, r#"{"access_token":"a"}"#).unwrap().lasts, USUAL);
        let refused = said(
            400,
            "{\"error\":\"invalid_grant\",\"error_description\":\"Token has been\\r\\nrevoked.\"}",
        );
        assert_eq!(
            refused.unwrap_err(),
            OauthError::Refused("invalid_grant Token has beenrevoked.".to_owned())
        );
        for (status, text) in [
            (200, "{}"),
            (200, r#"{"access_token":""}"#),
            (200, r#"{"access_token":"a\r\nb"}"#),
            (302, r#"{"access_token":"a"}"#),
            (200, "<html>"),
            (502, ""),
            (503, r#"{"error":"server_error"}"#),
            (429, r#"{"error":"invalid_grant"}"#),
        ] {
            let one = said(status, text);
            assert!(
                matches!(one, Err(OauthError::Passing(_))),
                "{text}: {one:?}"
            );
        }
        let shown = format!("{:?}", said(200, r#"{"access_token":"secret"}"#));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
