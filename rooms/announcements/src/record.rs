//! Announcements, where other rooms speak of them.

use kept_kernel::Id;
use kept_rooms::RecordPage;
use kept_store::{Read, StoreError, params};

use crate::queries;

/// The pages of announcements.
pub(crate) struct Announcements;

impl RecordPage for Announcements {
    fn noun(&self) -> &'static str {
        "announcement"
    }

    fn href(&self, id: &str) -> Option<String> {
        let id = id.parse::<Id>().ok()?;
        Some(format!("/announcements/{id}"))
    }

    fn named(&self, read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        let ids: Vec<Id> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let named: Vec<(Id, String)> = read.all(queries::TITLES, &params![&ids[..]])?;
        let name = |(id, title): (Id, String)| (id.to_string(), title);
        Ok(named.into_iter().map(name).collect())
    }
}
