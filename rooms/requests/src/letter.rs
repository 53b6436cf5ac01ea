//! The mails that the room has put into the outbox, in words: whoever sends them asks when they leave.

use kept_store::{Read, StoreError, params};
use kept_ui::prose;
use serde_json::Value;

use crate::model::{Message, RequestId};
use crate::queries;

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// What whoever gets it is called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Its subject.
    pub subject: String,
    /// Its text, without marks.
    pub text: String,
    /// A path of ours that it leads to.
    pub link: Option<String>,
}

/// The mail that a parcel of the topic `mail` stands for, when it is one of this room (`"letter": "request-message"`). None:
/// it is not, or nobody is left to send it to.
///
/// # Errors
///
/// As the database says.
pub fn mail_of(read: &Read<'_>, parcel: &Value) -> Result<Option<Mail>, StoreError> {
    let word = |name: &str| parcel.get(name).and_then(Value::as_str);
    if word("letter") != Some("request-message") {
        return Ok(None);
    }
    let ids = word("request").and_then(|id| id.parse::<RequestId>().ok());
    let ids = ids.zip(word("message").and_then(|id| id.parse::<kept_kernel::Id>().ok()));
    let Some((request, message)) = ids else {
        return Ok(None);
    };
    let message: Option<Message> = read.maybe(queries::MESSAGE, &params![message])?;
    let request = queries::any(read, request)?;
    Ok(request.zip(message).and_then(|(request, message)| {
        Some(Mail {
            name: request.contact_name.clone().unwrap_or_default(),
            email: request.email.clone()?,
            subject: format!("[{}] {}", request.mark(), request.subject),
            text: prose::plain(&message.text),
            link: word("link").map(str::to_owned),
        })
    }))
}
