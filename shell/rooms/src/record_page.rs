//! Where the records of a noun are looked at, for pages that speak of records of all rooms.

use kept_store::{Read, StoreError};

/// A room's page for the records of one noun. The program joins those of all rooms; whoever lists duties, alerts or events of any
/// record asks them where it is and what it is called.
pub trait RecordPage: Send + Sync {
    /// The noun, by its id in the vocabulary: `request`.
    fn noun(&self) -> &'static str;

    /// Where the record is shown. None: the room has none of this name, as those of an imported history.
    fn href(&self, id: &str) -> Option<String>;

    /// What these records are called, in one statement: pairs of an id and a name. What has no name is left out.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn named(&self, read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError>;

    /// The button that does an act on a record, by the act's id: its words, and where it leads. None: on its page.
    fn act(&self, id: &str, act: &str) -> Option<(String, String)> {
        let _ = (id, act);
        None
    }
}
