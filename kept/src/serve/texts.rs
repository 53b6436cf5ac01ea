//! The room of templates, as requests begin their words with it.

use kept_kernel::Id;
use kept_requests::{Text, Texts};
use kept_store::{Read, StoreError};

/// The approved templates.
pub struct Templates;

impl Texts for Templates {
    fn offered(&self, read: &Read<'_>) -> Result<Vec<Text>, StoreError> {
        let all = kept_templates::offered(read, "email")?;
        Ok(all.into_iter().map(text).collect())
    }

    fn scripts(&self, read: &Read<'_>) -> Result<Vec<Text>, StoreError> {
        let all = kept_templates::offered(read, "phone")?;
        Ok(all.into_iter().map(text).collect())
    }

    fn text(
        &self,
        read: &Read<'_>,
        id: Id,
        version: Option<u32>,
    ) -> Result<Option<Text>, StoreError> {
        Ok(kept_templates::text_of(read, id, version)?.map(text))
    }

    fn of_occasion(
        &self,
        read: &Read<'_>,
        occasion: &str,
        language: &str,
    ) -> Result<Option<Text>, StoreError> {
        Ok(kept_templates::of_occasion(read, occasion, language)?.map(text))
    }
}

fn text(one: kept_templates::model::Text) -> Text {
    Text {
        id: one.id,
        version: one.version,
        name: one.name,
        occasion: one.occasion,
        language: one.language,
        subject: one.subject,
        body: one.body,
    }
}
