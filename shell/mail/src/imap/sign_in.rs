//! Who signs in at a mailbox, and how what they show is written.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use crate::shown::{Bearer, Shown};

/// Who signs in, and what is shown for it.
#[derive(Clone)]
pub struct Credentials {
    /// The user.
    pub user: String,
    /// A password, or a token.
    pub shown: Shown,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Credentials")
            .field("user", &self.user)
            .field("shown", &self.shown)
            .finish()
    }
}

impl Credentials {
    /// A user with a password.
    pub fn password(user: impl Into<String>, password: Zeroizing<String>) -> Self {
        Self {
            user: user.into(),
            shown: Shown::Password(password),
        }
    }

    /// How it is shown to a server that can do this: the name of the way, what is sent, and what is answered where the server says
    /// why it refuses.
    pub(super) fn spoken(
        &self,
        can: impl Fn(&str) -> bool,
    ) -> (&'static str, Zeroizing<String>, &'static str) {
        match &self.shown {
            Shown::Password(password) => {
                let plain = Zeroizing::new(format!("\0{}\0{}", self.user, password.as_str()));
                let text = Zeroizing::new(Base64::encode_string(plain.as_bytes()));
                ("PLAIN", text, "")
            }
            Shown::Token(token) => {
                let bearer = Bearer::of(|way| can(&format!("AUTH={way}")));
                let text = bearer.response(&self.user, token);
                (bearer.name(), text, bearer.acknowledgement())
            }
        }
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
        let shown = format!("{:?}", Credentials::password("desk", secret));
        assert!(!shown.contains("moss"), "{shown}");
    }
}
