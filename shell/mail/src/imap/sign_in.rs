//! Who signs in at a mailbox, and how what they show is written.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

/// What is shown to be let in.
#[derive(Clone)]
pub enum Credentials {
    /// A user with a password.
    Password(String, Zeroizing<String>),
    /// A user with a token that was given out for a while (OAuth 2).
    Token(String, Zeroizing<String>),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (way, user) = match self {
            Self::Password(user, _) => ("Password", user),
            Self::Token(user, _) => ("Token", user),
        };
        out.debug_tuple(way).field(user).finish_non_exhaustive()
    }
}

impl Credentials {
    /// The name of the way, as servers list it.
    pub(super) const fn mechanism(&self) -> &'static str {
        match self {
            Self::Password(..) => "PLAIN",
            Self::Token(..) => "XOAUTH2",
        }
    }

    /// What is sent for it.
    pub(super) fn response(&self) -> Zeroizing<String> {
        let plain = match self {
            Self::Password(user, password) => {
                Zeroizing::new(format!("\0{user}\0{}", password.as_str()))
            }
            Self::Token(user, token) => {
                let token = token.as_str();
                Zeroizing::new(format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"))
            }
        };
        Zeroizing::new(Base64::encode_string(plain.as_bytes()))
    }
}

/// A text between quotes; none where it has letters that cannot stand there.
pub(super) fn quoted(text: &str) -> Option<String> {
    let plain = |letter: char| letter.is_ascii() && !letter.is_ascii_control();
    if !text.chars().all(plain) {
        return None;
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    Some(format!("\"{escaped}\""))
}

/// The name of a folder, as servers have it: what is not ASCII in UTF-7 of its own kind (RFC 3501, 5.1.3).
pub(super) fn folder_name(name: &str) -> Option<String> {
    let mut written = String::new();
    let mut foreign: Vec<u16> = Vec::new();
    for letter in name.chars() {
        if letter == '&' || (letter.is_ascii() && !letter.is_ascii_control()) {
            flush(&mut foreign, &mut written);
            written.push(letter);
            if letter == '&' {
                written.push('-');
            }
        } else if letter.is_control() {
            return None;
        } else {
            foreign.extend_from_slice(letter.encode_utf16(&mut [0; 2]));
        }
    }
    flush(&mut foreign, &mut written);
    quoted(&written)
}

fn flush(foreign: &mut Vec<u16>, written: &mut String) {
    if foreign.is_empty() {
        return;
    }
    let bytes: Vec<u8> = foreign.drain(..).flat_map(u16::to_be_bytes).collect();
    let text = base64ct::Base64Unpadded::encode_string(&bytes);
    written.push('&');
    written.push_str(&text.replace('/', ","));
    written.push('-');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_called_as_its_server_has_it() {
        for (name, written) in [
            ("INBOX", "\"INBOX\""),
            ("Entwürfe", "\"Entw&APw-rfe\""),
            ("A & B", "\"A &- B\""),
            ("日本", "\"&ZeVnLA-\""),
            ("a\"b", "\"a\\\"b\""),
        ] {
            assert_eq!(folder_name(name).as_deref(), Some(written));
        }
        assert_eq!(folder_name("a\r\nb"), None);
    }

    #[test]
    fn what_is_shown_is_never_printed() {
        let secret = Zeroizing::new("moss".to_owned());
        let shown = format!("{:?}", Credentials::Password("desk".to_owned(), secret));
        assert!(!shown.contains("moss"), "{shown}");
    }
}
