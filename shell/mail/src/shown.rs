//! What is shown to a mail server to be let in, by whichever protocol.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

/// What is shown to be let in, beside the user.
#[derive(Clone)]
pub enum Shown {
    /// A password.
    Password(Zeroizing<String>),
    /// A token that was given out for a while (OAuth 2.0).
    Token(Zeroizing<String>),
}

impl fmt::Debug for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Password(_) => "Password",
            Self::Token(_) => "Token",
        })
    }
}

/// How a token is shown: as the large providers have it, or as the standard (RFC 7628).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bearer {
    Xoauth2,
    Oauthbearer,
}

impl Bearer {
    /// What the server speaks; where it says nothing of either, what most of them do.
    pub(crate) fn of(can: impl Fn(&str) -> bool) -> Self {
        if !can("XOAUTH2") && can("OAUTHBEARER") {
            Self::Oauthbearer
        } else {
            Self::Xoauth2
        }
    }

    /// The name of the way, as servers list it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Xoauth2 => "XOAUTH2",
            Self::Oauthbearer => "OAUTHBEARER",
        }
    }

    /// What is sent for a token.
    pub(crate) fn response(self, user: &str, token: &str) -> Zeroizing<String> {
        let plain = Zeroizing::new(match self {
            Self::Xoauth2 => format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"),
            Self::Oauthbearer => {
                let user = user.replace('=', "=3D").replace(',', "=2C");
                format!("n,a={user},\u{1}auth=Bearer {token}\u{1}\u{1}")
            }
        });
        Zeroizing::new(Base64::encode_string(plain.as_bytes()))
    }

    /// What is answered where the server says why it refuses, before it refuses.
    pub(crate) const fn acknowledgement(self) -> &'static str {
        match self {
            Self::Xoauth2 => "",
            // One byte of 1, as the standard wants it.
            Self::Oauthbearer => "AQ==",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_shown_as_the_server_wants_it() {
        let said = |bearer: Bearer, user: &str| {
            let text = bearer.response(user, "t0k");
            String::from_utf8(Base64::decode_vec(&text).unwrap()).unwrap()
        };
        assert_eq!(
            said(Bearer::Xoauth2, "a@b"),
            "user=a@b\u{1}auth=Bearer t0k\u{1}\u{1}"
        );
        assert_eq!(
            said(Bearer::Oauthbearer, "a,b=c"),
            "n,a=a=2Cb=3Dc,\u{1}auth=Bearer t0k\u{1}\u{1}"
        );
        assert_eq!(Bearer::of(|one| one == "OAUTHBEARER"), Bearer::Oauthbearer);
        assert_eq!(Bearer::of(|_| true), Bearer::Xoauth2);
        assert_eq!(Bearer::of(|_| false), Bearer::Xoauth2);
    }

    #[test]
    fn what_is_shown_is_never_printed() {
        let secret = || Zeroizing::new("moss".to_owned());
        for shown in [Shown::Password(secret()), Shown::Token(secret())] {
            assert!(!format!("{shown:?}").contains("moss"));
        }
    }
}
