//! What people without an account hold in their hands: links to confirm, and the token of a form.

use kept_visitors::FormToken;

use super::Room;
use crate::model::RequestId;

/// A link is good for so long.
const LINK: i64 = 60 * 86_400_000_000;

const FOR_LINK: &[u8] = b"requests/confirm";
const FOR_FORM: &[u8] = b"requests/ask";

impl Room {
    /// The path at which the client confirms that a request is settled; none without randomness.
    pub(crate) fn link(&self, id: RequestId) -> Option<String> {
        let token = self.seals.seal(FOR_LINK, id.0)?;
        Some(format!("/confirm/{token}"))
    }

    /// The request that a link is about, while it is good.
    pub(crate) fn linked(&self, token: &str) -> Option<RequestId> {
        self.seals.open_young(FOR_LINK, token, LINK).map(RequestId)
    }

    /// A token for a form.
    pub(crate) fn form_token(&self) -> Option<String> {
        self.seals.form_token(FOR_FORM)
    }

    /// How the token of a form stands.
    pub(crate) fn form(&self, token: &str) -> FormToken {
        self.seals.form(FOR_FORM, token)
    }
}
