//! Requests, where other rooms speak of them.

use kept_kernel::Id;
use kept_rooms::RecordPage;
use kept_store::{Read, StoreError, params};

use crate::model::mark_of;
use crate::queries;

/// The pages of requests.
pub(crate) struct Requests;

impl RecordPage for Requests {
    fn noun(&self) -> &'static str {
        "request"
    }

    fn href(&self, id: &str) -> Option<String> {
        id.parse::<Id>().ok().map(|id| format!("/requests/{id}"))
    }

    fn named(&self, read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        let ids: Vec<Id> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let named: Vec<(Id, u64, String)> = read.all(queries::NAMES, &params![&ids[..]])?;
        let name = |(id, number, subject): (Id, u64, String)| {
            (id.to_string(), format!("{} {subject}", mark_of(number)))
        };
        Ok(named.into_iter().map(name).collect())
    }

    fn act(&self, id: &str, act: &str) -> Option<(String, String)> {
        let (words, place) = match act {
            "acknowledge-request" => ("Acknowledge", "answer"),
            "answer-request" | "update-client" => ("Answer", "answer"),
            "assign-request" => ("Assign", "assign"),
            "resolve-request" => ("Resolve", "close"),
            "send-closing-notice" => ("Send the notice", "close"),
            "close-request" => ("Close", "close"),
            _ => return None,
        };
        Some((words.to_owned(), format!("{}#{place}", self.href(id)?)))
    }
}

/// Conversations by mail, on the pages of the requests that they stand on.
pub(crate) struct Mails;

impl RecordPage for Mails {
    fn noun(&self) -> &'static str {
        "email"
    }

    fn href(&self, id: &str) -> Option<String> {
        Requests.href(id)
    }

    fn named(&self, read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        Requests.named(read, ids)
    }

    fn act(&self, id: &str, act: &str) -> Option<(String, String)> {
        (act == "answer-email")
            .then_some(("Answer".to_owned(), format!("{}#answer", self.href(id)?)))
    }
}

/// Promises made on requests, on the pages of these.
pub(crate) struct Promises;

impl RecordPage for Promises {
    fn noun(&self) -> &'static str {
        "promise"
    }

    fn href(&self, id: &str) -> Option<String> {
        let id = id.parse::<Id>().ok()?;
        Some(format!("/requests/promises/{id}"))
    }

    fn named(&self, read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        let ids: Vec<Id> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let named: Vec<(Id, String)> = read.all(queries::PROMISES_CALLED, &params![&ids[..]])?;
        let name = |(id, words): (Id, String)| (id.to_string(), format!("“{words}”"));
        Ok(named.into_iter().map(name).collect())
    }

    fn act(&self, id: &str, act: &str) -> Option<(String, String)> {
        (act == "keep-promise").then_some(("See to it".to_owned(), self.href(id)?))
    }
}
