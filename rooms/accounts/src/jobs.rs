//! What the room does by itself: it forgets what is over.

use kept_store::{StoreError, params};

use crate::accounts::Accounts;
use crate::queries;

const DAY: i64 = 86_400_000_000;
/// Ended sessions and marks of browsers are kept so long, for whoever has to look back.
const KEPT_DAYS: i64 = 400;

impl Accounts {
    /// Forgets links, challenges and second steps that are over, tries that count no longer, and sessions of long ago. Once a day is enough.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        let now = self.world.now();
        self.write(move |tx| {
            let long_ago = now.plus_micros(-KEPT_DAYS * DAY);
            tx.execute(queries::SWEEP_STEPS, &params![now])?;
            tx.execute(queries::SWEEP_CHALLENGES, &params![now])?;
            tx.execute(queries::SWEEP_LINKS, &params![now.plus_micros(-DAY)])?;
            tx.execute(queries::SWEEP_FAILURES, &params![now.plus_micros(-2 * DAY)])?;
            tx.execute(queries::SWEEP_SESSIONS, &params![long_ago])?;
            tx.execute(queries::SWEEP_BROWSERS, &params![long_ago])?;
            Ok(())
        })
        .await
    }
}
