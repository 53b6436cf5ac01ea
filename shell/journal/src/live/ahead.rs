//! Looking at a family before a command has its turn to write: turns come one after the other, and what is read before one need not
//! be read in it. Whoever has judged the family meanwhile is seen by its count, and then it is read again.

use std::sync::Arc;

use kept_store::{Read, StoreError, params, statements};

use super::family::{Belongs, Family};
use super::{MOST_AT_ONCE, ROWS};
use crate::InForce;
use crate::codec::Codec;
use crate::obligations::Kept;

statements! {
    /// None where nobody has judged it into the run that counts, or while an import runs. The record comes first, even while SQLite
    /// believes that there are fewer families than there have come to be.
    STANDS = "SELECT f.record, f.run, f.revision, (SELECT coalesce(max(number), 0) FROM imports)
              FROM records r CROSS JOIN families f
              WHERE r.noun = $1 AND r.id = $2 AND f.record = r.number
                AND f.run = (SELECT max(number) FROM obligation_runs WHERE in_force_at IS NOT NULL AND replaced_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM imports WHERE ended_at IS NULL AND undone_at IS NULL)";
}

/// A family as it stood before: what happened, and what is owed.
pub struct Ahead {
    lead: i64,
    run: i64,
    revision: i64,
    import: i64,
    /// By whose vocabulary its events were read.
    codec: Arc<Codec>,
    family: Family,
    kept: Vec<Kept>,
}

/// Looks at the family that this record leads. None: nothing has happened to it in this house yet, it is large, or the whole journal
/// is on the move; whoever has none does without.
///
/// # Errors
///
/// As the database says.
pub fn look_ahead(
    read: &Read<'_>,
    rules: &InForce,
    (noun, id): (&str, &str),
) -> Result<Option<Ahead>, StoreError> {
    let stands: Option<(i64, i64, i64, i64)> = read.maybe(STANDS, &params![noun, id])?;
    let Some((lead, run, revision, import)) = stands else {
        return Ok(None);
    };
    let Some(family) = Family::read(read, &rules.codec, lead, MOST_AT_ONCE)? else {
        return Ok(None);
    };
    Ok(Some(Ahead {
        lead,
        run,
        revision,
        import,
        codec: Arc::clone(&rules.codec),
        family,
        kept: read.all(ROWS, &params![run, lead])?,
    }))
}

impl Ahead {
    /// Whether all that has happened to a record before is in it: it is new, or stood in this family already.
    pub(super) fn is_of(&self, record: i64, before: Belongs) -> bool {
        record == self.lead || before == Belongs::Nowhere || before == Belongs::To(self.lead)
    }

    /// What was found, where it still stands: the family was judged once since, which is the judgement that asks.
    pub(super) fn taken(
        self,
        (lead, run): (i64, i64),
        (revision, import): (i64, i64),
        rules: &InForce,
    ) -> Option<(Family, Vec<Kept>)> {
        let stands = (self.lead, self.run, self.revision + 1, self.import)
            == (lead, run, revision, import)
            && Arc::ptr_eq(&self.codec, &rules.codec);
        stands.then_some((self.family, self.kept))
    }
}
