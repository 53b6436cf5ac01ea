//! Clients, where other rooms speak of them.

use kept_kernel::Id;
use kept_rooms::RecordPage;
use kept_store::{Read, StoreError, params};

use crate::queries;

/// The pages of clients.
pub(crate) struct Clients;

impl RecordPage for Clients {
    fn noun(&self) -> &'static str {
        "client"
    }

    fn href(&self, id: &str) -> Option<String> {
        id.parse::<Id>().ok().map(|id| format!("/clients/{id}"))
    }

    fn named(&self, read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        let ids: Vec<Id> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let named: Vec<(Id, String)> = read.all(queries::NAMES, &params![&ids[..]])?;
        Ok(named
            .into_iter()
            .map(|(id, name)| (id.to_string(), name))
            .collect())
    }
}

/// The people at clients, who have no page of their own.
pub(crate) struct Contacts;

impl RecordPage for Contacts {
    fn noun(&self) -> &'static str {
        "contact"
    }

    fn href(&self, _: &str) -> Option<String> {
        None
    }

    fn named(&self, read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        let ids: Vec<Id> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let named: Vec<(Id, String)> = read.all(queries::CONTACT_NAMES, &params![&ids[..]])?;
        Ok(named
            .into_iter()
            .map(|(id, name)| (id.to_string(), name))
            .collect())
    }
}
