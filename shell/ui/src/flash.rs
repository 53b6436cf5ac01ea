//! What is said once after something was done: "Request 24 is open", with the way to undo it.

use serde::{Deserialize, Serialize};

use crate::keys::{Signer, hex, unhex};
use crate::respond::local;

/// A sentence for the next page, in a signed cookie that is taken away when it was shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Flash {
    /// What was done, as a sentence.
    pub said: String,
    /// Where a POST takes it back.
    pub undo: Option<String>,
}

impl Flash {
    /// Says that something was done.
    pub fn said(text: impl Into<String>) -> Self {
        Self {
            said: text.into(),
            undo: None,
        }
    }

    /// With a button that takes it back by a POST to that path of ours.
    #[must_use]
    pub fn undo(self, path: &str) -> Self {
        Self {
            undo: Some(local(path).to_owned()),
            ..self
        }
    }

    pub(crate) fn seal(&self, signer: &Signer, binding: &[u8]) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let tag = signer.sign(&[&text, binding]);
        format!("{}.{}", hex(&text), hex(&tag))
    }

    pub(crate) fn open(sealed: &str, signer: &Signer, binding: &[u8]) -> Option<Self> {
        let (text, tag) = sealed.split_once('.')?;
        let text = unhex(text)?;
        if !signer.holds(&[&text, binding], &unhex(tag)?) {
            return None;
        }
        serde_json::from_slice(&text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_we_did_not_sign_is_not_shown() {
        let signer = Signer::derive(&[1; 32], "flash");
        let flash = Flash::said("Saved.").undo("/requests/1/undo");
        let sealed = flash.seal(&signer, b"a");
        assert_eq!(Flash::open(&sealed, &signer, b"a"), Some(flash));
        assert_eq!(Flash::open(&sealed, &signer, b"b"), None);
        let forged = format!(
            "{}.{}",
            hex(br#"{"said":"Call us","undo":null}"#),
            &sealed[sealed.len() - 64..]
        );
        assert_eq!(Flash::open(&forged, &signer, b"a"), None);
    }

    #[test]
    fn undoing_never_leads_to_another_site() {
        for path in ["//evil.example", "https://evil.example", "/\\evil.example"] {
            assert_eq!(Flash::said("").undo(path).undo.as_deref(), Some("/"));
        }
    }
}
